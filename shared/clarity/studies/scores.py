"""How well wake is told from sleep: figures at one threshold, over all, and their intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

DRAWS: Final = 1000
INTERVAL: Final = (0.025, 0.975)
FIGURES: Final = (
    "accuracy",
    "balanced_accuracy",
    "wake_specificity",
    "sensitivity",
    "kappa",
    "auc",
    "specificity_at_sensitivity",
    "kappa_at_sensitivity",
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure and its 95 % interval over people drawn with replacement."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """All figures of one scoring.

    Attributes:
        figures: By name.
        draws: (DRAWS, figures) the same for people drawn with replacement; the same people in
            every scoring, so that two can be compared draw by draw.
    """

    figures: dict[str, Figure]
    draws: NDArray[np.float64]

    def above(self, other: Measured, name: str) -> Figure:
        """How far a figure lies above another scoring's, on the same people."""
        apart = (self.draws - other.draws)[:, FIGURES.index(name)]
        low, high = _interval(apart)
        value = self.figures[name].value - other.figures[name].value
        return Figure(value, low, high)


def _interval(drawn: NDArray[np.float64]) -> tuple[float, float]:
    """Of the draws in which the figure is defined; NaN where it never is."""
    known = drawn[~np.isnan(drawn)]
    if not known.size:
        return float("nan"), float("nan")
    low, high = np.quantile(known, INTERVAL)
    return float(low), float(high)


def kappa(sensitivity: float, specificity: float, asleep: float) -> float:
    """Cohen's kappa at a share asleep. Cohen 1960, doi:10.1177/001316446002000104.

    >>> round(kappa(0.93, 0.596, 0.915), 2)
    0.45
    """
    said = asleep * sensitivity + (1 - asleep) * (1 - specificity)
    agree = asleep * sensitivity + (1 - asleep) * specificity
    chance = asleep * said + (1 - asleep) * (1 - said)
    return (agree - chance) / (1 - chance) if chance < 1 else 0.0


def operating_point(
    score: NDArray[np.float64], asleep: NDArray[np.bool_], sensitivity: float
) -> tuple[float, float]:
    """The highest threshold that still finds so much of the sleep, and its wake specificity.

    >>> operating_point(np.array([0.0, 1, 2, 3]), np.array([False, False, True, True]), 1.0)
    (2.0, 1.0)
    """
    found = np.sort(score[asleep])
    threshold = float(found[int(np.floor((1 - sensitivity) * len(found) + 1e-9))])
    awake = score[~asleep]
    return threshold, float((awake < threshold).mean()) if len(awake) else 0.0


def measure(
    scores: Sequence[NDArray[np.float64]],
    truth: Sequence[NDArray[np.bool_]],
    *,
    threshold: float,
    sensitivity: float,
    seed: int = 0,
) -> Measured:
    """All figures of one scoring, over the people's epochs together.

    Args:
        scores: Per person (e,) the higher, the more asleep.
        truth: Per person (e,) whether asleep.
        threshold: Asleep from this score upwards.
        sensitivity: Where specificity and kappa are read off the ROC, ties shared evenly.
        seed: Of the draws of people; one person cannot be drawn, and has no interval.
    """
    levels, place = np.unique(np.concatenate(scores), return_inverse=True)
    # Per person how many epochs asleep, and awake, at each level of the score.
    owner = np.repeat(np.arange(len(scores)), [len(each) for each in scores])
    cell = owner * len(levels) + place
    asleep = np.concatenate(truth)
    shape = (len(scores), len(levels))
    size = shape[0] * shape[1]
    sleep = np.bincount(cell[asleep], minlength=size).reshape(shape).astype(np.float64)
    wake = np.bincount(cell[~asleep], minlength=size).reshape(shape).astype(np.float64)
    cut = int(np.searchsorted(levels, threshold))
    point = _figures(sleep.sum(0), wake.sum(0), cut, sensitivity)
    drawn = np.full((DRAWS, len(FIGURES)), np.nan)
    if len(scores) > 1:
        draws = np.random.default_rng(seed).integers(0, len(scores), (DRAWS, len(scores)))
        drawn = np.array([_drawn(sleep, wake, draw, cut, sensitivity) for draw in draws])
    low, high = np.array([_interval(column) for column in drawn.T]).T
    figures = {
        name: Figure(float(point[i]), float(low[i]), float(high[i]))
        for i, name in enumerate(FIGURES)
    }
    return Measured(figures, drawn)


def _drawn(
    sleep: NDArray[np.float64],
    wake: NDArray[np.float64],
    draw: NDArray[np.int64],
    cut: int,
    sensitivity: float,
) -> NDArray[np.float64]:
    times = np.bincount(draw, minlength=len(sleep)).astype(np.float64)
    return _figures(times @ sleep, times @ wake, cut, sensitivity)


def _figures(
    sleep: NDArray[np.float64], wake: NDArray[np.float64], cut: int, sensitivity: float
) -> NDArray[np.float64]:
    """The figures of epochs by level of the score; NaN where all or none are asleep."""
    total, others = sleep.sum(), wake.sum()
    if not total or not others:
        return np.full(len(FIGURES), np.nan)
    found = np.concatenate([[0.0], np.cumsum(sleep[::-1])]) / total
    false = np.concatenate([[0.0], np.cumsum(wake[::-1])]) / others
    hit, specificity = sleep[cut:].sum() / total, wake[:cut].sum() / others
    share = float(total / (total + others))
    area = float(np.sum(np.diff(false) * (found[1:] + found[:-1]) / 2))
    level, first = np.unique(found, return_index=True)  # the fewest false at each
    at = 1 - float(np.interp(sensitivity, level, false[first]))
    return np.array(
        [
            share * hit + (1 - share) * specificity,
            (hit + specificity) / 2,
            specificity,
            hit,
            kappa(hit, specificity, share),
            area,
            at,
            kappa(sensitivity, at, share),
        ]
    )
