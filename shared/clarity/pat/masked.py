"""How much a trained encoder knows of minutes that it was not shown: the score of a candidate.

An artifact has no decoder, so the encoder is asked through one that is fitted anew for each model,
in the same way: a fifth of a week's blocks of 90 minutes is hidden, as unworn minutes are, and a
ridge regression on the block's tokens says each of its half hours. It is fitted on four fifths of
the people and scored on the others, in turn, so that nobody is scored by a fit that saw them; few
people are scored by the fit of many.

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


class _Asked(NamedTuple):
    """Hidden blocks: whose, their tokens, their half hours and how many minutes of these."""

    person: NDArray[np.int64]  # (m,)
    tokens: Floats  # (m, D)
    truth: Floats  # (m, 3)
    observed: Floats  # (m, 3)

    def where(self, rows: NDArray[np.bool_]) -> _Asked:
        """Only some of the blocks."""
        person, tokens, truth, observed = self
        return _Asked(person[rows], tokens[rows], truth[rows], observed[rows])


class Reading(NamedTuple):
    """What turns the tokens of a block into its half hours."""

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


def scored(pat: Pat, steps: NDArray[np.floating], units: Scaler) -> tuple[Floats, Reading]:
    """Many people's errors, each by a fit on others, and the fit on all of them.

    Args:
        pat: the model.
        steps: (n, T) steps a minute, NaN where not observed.
        units: what the errors are in.

    Returns:
        (n,) mean squared error by person, NaN where nothing of the hidden blocks was observed.
    """
    asked = _ask(pat, steps, units)
    squared = np.empty_like(asked.truth)
    for fold in range(FOLDS):
        mine = asked.person % FOLDS == fold
        read = _fit(asked.where(~mine))
        squared[mine] = (read(asked.tokens[mine]) - asked.truth[mine]) ** 2
    return _by_person(asked, squared, len(steps)), _fit(asked)


def errors(pat: Pat, steps: NDArray[np.floating], units: Scaler, read: Reading) -> Floats:
    """The same of other people, by a fit that is there."""
    if not len(steps):
        return np.empty(0)
    asked = _ask(pat, steps, units)
    return _by_person(asked, (read(asked.tokens) - asked.truth) ** 2, len(steps))


def _by_person(asked: _Asked, squared: Floats, people: int) -> Floats:
    total = np.bincount(asked.person, (squared * asked.observed).sum(axis=1), people)
    weight = np.bincount(asked.person, asked.observed.sum(axis=1), people)
    return np.where(weight > 0, total / np.maximum(weight, 1), np.nan)


def _ask(pat: Pat, steps: NDArray[np.floating], units: Scaler) -> _Asked:
    away = hidden(*steps.shape)
    shown = np.where(np.repeat(away, BLOCK, axis=1), np.nan, steps)
    tokens = [_blocks(pat, shown, away, start) for start in range(0, len(steps), AT_ONCE)]
    there = np.isfinite(steps).reshape(*away.shape, BLOCK // HALF_HOUR, HALF_HOUR)
    standard = units.transform(steps).reshape(there.shape) * there  # 0 where not observed
    observed = there.sum(axis=3)[away].astype(np.float64)
    truth = standard.sum(axis=3)[away] / np.maximum(observed, 1)
    person = np.repeat(np.arange(len(steps)), away.sum(axis=1))
    return _Asked(person, np.concatenate(tokens).astype(np.float64), truth, observed)


def _blocks(
    pat: Pat, shown: NDArray[np.floating], away: NDArray[np.bool_], start: int
) -> NDArray[np.float32]:
    """The hidden blocks' tokens of some weeks, each block's in the mean."""
    few = slice(start, start + AT_ONCE)
    tokens = pat.tokens(shown[few])  # (b, N, D)
    of_block: NDArray[np.float32] = tokens.reshape(
        len(tokens), away.shape[1], -1, tokens.shape[2]
    ).mean(axis=2)
    return of_block[away[few]]


def _fit(asked: _Asked) -> Reading:
    """The ridge regression; what it says of no block in particular is not held back."""
    mean, spread = asked.tokens.mean(axis=0), asked.tokens.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    inputs = np.column_stack([(asked.tokens - mean) / spread, np.ones(len(asked.tokens))])
    penalty = RIDGE * np.diag([1.0] * len(mean) + [0.0])
    weights = np.empty((len(penalty), asked.truth.shape[1]))
    for part, weight in enumerate(asked.observed.T):
        weighted = inputs * weight[:, None]
        told = weighted.T @ asked.truth[:, part]
        weights[:, part] = np.linalg.solve(weighted.T @ inputs + penalty, told)
    return Reading(mean, spread, weights)
