"""How much a trained encoder knows of minutes that it was not shown: the score of a candidate.

An artifact has no decoder, so one is fitted for each model in the same way: a fifth of a week's
blocks of 90 minutes is hidden, as unworn minutes are, and a ridge regression on the block's tokens
says each of its half hours. It is fitted on four fifths of the people and scored on the others, in
turn (5-fold cross-validation), so that nobody is scored by a fit that saw them; other sets, which
may be small, are scored by the fit on all people of the first.

Errors are in the units of one fixed scaler, whichever the models have: they can be compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clarity.pat.runtime import Pat
    from clarity.pat.scaler import Scaler

    Floats = NDArray[np.float64]

BLOCK: Final = 90  # minutes: whole patches of every size of PAT
HALF_HOUR: Final = 30
HIDDEN: Final = 0.2  # of the blocks of a week
FOLDS: Final = 5
RIDGE: Final = 1000.0  # on weights of standardised tokens, in observed minutes
SEED: Final = 20_260  # which blocks: the same at every time, for every model
AT_ONCE: Final = 32  # weeks whose tokens are in memory


class _Blocks(NamedTuple):
    """Hidden blocks: whose, their tokens, their half hours and how many minutes of these."""

    person: NDArray[np.int64]  # (m,)
    tokens: Floats  # (m, D)
    truth: Floats  # (m, 3)
    observed: Floats  # (m, 3)

    def where(self, rows: NDArray[np.bool_]) -> _Blocks:
        """Only some of the blocks."""
        person, tokens, truth, observed = self
        return _Blocks(person[rows], tokens[rows], truth[rows], observed[rows])


class Decoder(NamedTuple):
    """A ridge regression from the tokens of a block to its half hours."""

    mean: Floats  # (D,)
    spread: Floats  # (D,)
    weights: Floats  # (D + 1, 3)

    def __call__(self, tokens: Floats) -> Floats:
        """(m, D) tokens -> (m, 3) half hours."""
        inputs = (tokens - self.mean) / self.spread
        said: Floats = inputs @ self.weights[:-1] + self.weights[-1]
        return said


def hidden(people: int, minutes: int) -> NDArray[np.bool_]:
    """(n, blocks) which blocks of each week are hidden; the same for the same numbers."""
    blocks = minutes // BLOCK
    drawn = np.random.default_rng(SEED).random((people, blocks))
    return drawn.argsort(axis=1) < round(HIDDEN * blocks)


def cross_validated(pat: Pat, steps: NDArray[np.floating], units: Scaler) -> tuple[Floats, Decoder]:
    """Many people's errors, each by a decoder fitted on others, and the decoder of them all.

    Args:
        pat: the model.
        steps: (n, T) steps a minute, NaN where not observed.
        units: what the errors are in.

    Returns:
        (n,) mean squared error by person, NaN where nothing of the hidden blocks was observed.
    """
    blocks = _hidden_blocks(pat, steps, units)
    squared = np.empty_like(blocks.truth)
    for fold in range(FOLDS):
        mine = blocks.person % FOLDS == fold
        decode = _fit(blocks.where(~mine))
        squared[mine] = (decode(blocks.tokens[mine]) - blocks.truth[mine]) ** 2
    return _by_person(blocks, squared, len(steps)), _fit(blocks)


def errors(pat: Pat, steps: NDArray[np.floating], units: Scaler, decode: Decoder) -> Floats:
    """The same of other people, by a decoder that was fitted on none of them."""
    if not len(steps):
        return np.empty(0)
    blocks = _hidden_blocks(pat, steps, units)
    squared = (decode(blocks.tokens) - blocks.truth) ** 2
    return _by_person(blocks, squared, len(steps))


def _by_person(blocks: _Blocks, squared: Floats, people: int) -> Floats:
    total = np.bincount(blocks.person, (squared * blocks.observed).sum(axis=1), people)
    weight = np.bincount(blocks.person, blocks.observed.sum(axis=1), people)
    return np.where(weight > 0, total / np.maximum(weight, 1), np.nan)


def _hidden_blocks(pat: Pat, steps: NDArray[np.floating], units: Scaler) -> _Blocks:
    away = hidden(*steps.shape)
    shown = np.where(np.repeat(away, BLOCK, axis=1), np.nan, steps)
    tokens = [_tokens(pat, shown, away, start) for start in range(0, len(steps), AT_ONCE)]
    there = np.isfinite(steps).reshape(*away.shape, BLOCK // HALF_HOUR, HALF_HOUR)
    standard = units.transform(steps).reshape(there.shape) * there  # 0 where not observed
    observed = there.sum(axis=3)[away].astype(np.float64)
    truth = standard.sum(axis=3)[away] / np.maximum(observed, 1)
    person = np.repeat(np.arange(len(steps)), away.sum(axis=1))
    return _Blocks(person, np.concatenate(tokens).astype(np.float64), truth, observed)


def _tokens(
    pat: Pat, shown: NDArray[np.floating], away: NDArray[np.bool_], start: int
) -> NDArray[np.float32]:
    """The hidden blocks' tokens of some weeks, each block's in the mean."""
    few = slice(start, start + AT_ONCE)
    tokens = pat.tokens(shown[few])  # (b, N, D)
    of_block: NDArray[np.float32] = tokens.reshape(
        len(tokens), away.shape[1], -1, tokens.shape[2]
    ).mean(axis=2)
    return of_block[away[few]]


def _fit(blocks: _Blocks) -> Decoder:
    """The ridge regression, minutes weighted by how many were observed; no penalty on its mean."""
    mean, spread = blocks.tokens.mean(axis=0), blocks.tokens.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    inputs = np.column_stack([(blocks.tokens - mean) / spread, np.ones(len(blocks.tokens))])
    penalty = RIDGE * np.diag([1.0] * len(mean) + [0.0])
    weights = np.empty((len(penalty), blocks.truth.shape[1]))
    for part, weight in enumerate(blocks.observed.T):
        weighted = inputs * weight[:, None]
        moment = weighted.T @ blocks.truth[:, part]
        weights[:, part] = np.linalg.solve(weighted.T @ inputs + penalty, moment)
    return Decoder(mean, spread, weights)
