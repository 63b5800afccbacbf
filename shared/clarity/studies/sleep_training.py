"""Trains the sleep detector, and scores it on people whom it has not seen.

All that is chosen (the penalty, the smoothing, the threshold) is chosen within the training people
of a fold, on people of theirs left out in turn; the person who is scored has no part in it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from clarity.domain.sleep.sleepwake import Network, features
from clarity.studies.scores import kappa, operating_point

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from clarity.domain.sleep.sleepwake import Inputs
    from clarity.studies.sleep_accel import Night

HIDDEN: Final = 8
ROUNDS: Final = 6
BATCH: Final = 128
STEP: Final = 3e-3
DECAY: Final = (0.9, 0.99)
BAG: Final = 5
INNER_BAG: Final = 2
INNER_FOLDS: Final = 4
PENALTIES: Final = (0.003, 0.01)
SMOOTHING: Final = (1, 3, 5)  # minutes
SENSITIVITY: Final = 0.93  # the operating point: that at which Walch et al. 2019 report
FIRST_SD: Final = 1e-6

Layer = tuple["NDArray[np.float64]", ...]


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """A night as the training sees it.

    Attributes:
        known: (n, k) features of every minute of the record.
        minute: (t,) the minutes that have scored epochs.
        share: (t,) how much of each is asleep: 0, 0.5 or 1.
        night: Where it comes from.
    """

    known: NDArray[np.float64]
    minute: NDArray[np.int64]
    share: NDArray[np.float64]
    night: Night


@dataclass(frozen=True, slots=True)
class Choice:
    """What a fold has chosen within its training people."""

    penalty: float
    smoothing: int
    threshold: float


def example_of(night: Night, inputs: Inputs, *, causal: bool) -> Example:
    """A night's features and targets."""
    known = features(inputs, night.counts, night.heart_rate, causal=causal)
    minute, place, number = np.unique(night.minute, return_inverse=True, return_counts=True)
    return Example(known, minute, np.bincount(place, night.asleep) / number, night)


def leave_one_out(
    nights: Sequence[Night], inputs: Inputs, *, causal: bool, done: Callable[[], None]
) -> tuple[list[NDArray[np.float64]], list[Choice]]:
    """Each night's epochs, scored by a detector that was trained and tuned on the other people.

    Returns:
        Per night the log-odds of sleep above the chosen threshold, and each fold's choice.
    """
    examples = [example_of(night, inputs, causal=causal) for night in nights]
    scores, choices = [], []
    for held in range(len(nights)):
        others = [each for index, each in enumerate(examples) if index != held]
        if any(each.night.person == nights[held].person for each in others):
            raise ValueError(f"expected one night a person, found two of {nights[held].person}")
        choice = choose(others, inputs, causal=causal)
        network = fit(others, inputs, choice, bag=BAG, causal=causal)
        score = network.score(examples[held].known)[nights[held].minute]
        scores.append(score - choice.threshold)
        choices.append(choice)
        done()
    return scores, choices


def choose(examples: Sequence[Example], inputs: Inputs, *, causal: bool) -> Choice:
    """The penalty and smoothing of the best kappa at the operating point, and its threshold."""
    asleep = np.concatenate([each.night.asleep for each in examples])
    best, best_kappa = Choice(PENALTIES[0], 1, 0.0), -np.inf
    for penalty in PENALTIES:
        tried = Choice(penalty, 1, 0.0)
        networks = [
            fit(_others(examples, part), inputs, tried, bag=INNER_BAG, causal=causal)
            for part in range(INNER_FOLDS)
        ]
        for smoothing in SMOOTHING:
            score = np.concatenate(
                [
                    replace(networks[index % INNER_FOLDS], smoothing=smoothing).score(each.known)[
                        each.night.minute
                    ]
                    for index, each in enumerate(examples)
                ]
            )
            threshold, specificity = operating_point(score, asleep, SENSITIVITY)
            found = kappa(SENSITIVITY, specificity, float(asleep.mean()))
            if found > best_kappa:
                best, best_kappa = Choice(penalty, smoothing, threshold), found
    return best


def _others(examples: Sequence[Example], part: int) -> list[Example]:
    return [each for index, each in enumerate(examples) if index % INNER_FOLDS != part]


def fit(
    examples: Sequence[Example], inputs: Inputs, choice: Choice, *, bag: int, causal: bool
) -> Network:
    """A bag of networks on these people; the same people give the same numbers."""
    known = np.concatenate([each.known[each.minute] for each in examples])
    share = np.concatenate([each.share for each in examples])
    mean, sd = np.nanmean(known, axis=0), np.nanstd(known, axis=0) + FIRST_SD
    blank = Network(inputs, causal, mean, sd, (), choice.smoothing, choice.threshold)
    scaled = blank.scaled(known)
    layers = tuple(_train(scaled, share, choice.penalty, seed) for seed in range(bag))
    return replace(blank, layers=layers)


def _train(
    known: NDArray[np.float64], share: NDArray[np.float64], penalty: float, seed: int
) -> Layer:
    """One network by Adam on the cross-entropy, its step falling to zero."""
    chance = np.random.default_rng(seed)
    count, size = known.shape
    layer: Layer = (
        chance.normal(0, 1 / np.sqrt(size), (size, HIDDEN)),
        np.zeros(HIDDEN),
        chance.normal(0, 1 / np.sqrt(HIDDEN), HIDDEN),
        np.zeros(()),
    )
    first = [np.zeros_like(part) for part in layer]
    second = [np.zeros_like(part) for part in layer]
    batch = min(BATCH, count)
    steps = ROUNDS * (count // batch)
    for step in range(steps):
        within = step % (count // batch)
        if within == 0:
            order = chance.permutation(count)
        rows = order[within * batch : (within + 1) * batch]
        slopes = _slopes(layer, known[rows], share[rows], penalty)
        rate = STEP * (1 - step / steps)
        moved = []
        for index, slope in enumerate(slopes):
            first[index] = DECAY[0] * first[index] + (1 - DECAY[0]) * slope
            second[index] = DECAY[1] * second[index] + (1 - DECAY[1]) * slope**2
            mean = first[index] / (1 - DECAY[0] ** (step + 1))
            size_of = np.sqrt(second[index] / (1 - DECAY[1] ** (step + 1)))
            moved.append(layer[index] - rate * mean / (size_of + 1e-8))
        layer = tuple(moved)
    return layer


def _slopes(
    layer: Layer, known: NDArray[np.float64], share: NDArray[np.float64], penalty: float
) -> Layer:
    """Gradient of the mean cross-entropy and the penalty on the weights."""
    weights, bias, out, last = layer
    hidden = np.tanh(known @ weights + bias)
    wrong = (1 / (1 + np.exp(-(hidden @ out + last))) - share) / len(known)
    back = np.outer(wrong, out) * (1 - hidden**2)
    return (
        known.T @ back + penalty * weights,
        back.sum(0),
        hidden.T @ wrong + penalty * out,
        np.asarray(wrong.sum()),
    )
