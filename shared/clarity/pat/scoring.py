"""How well scores tell two groups apart, how sure that is, and whether risks come true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

CONFIDENCE = (2.5, 97.5)  # percentiles of the bootstrap
BINS = 10


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its 95 % interval from resampling people."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"

    def overlaps(self, other: Estimate) -> bool:
        """Whether the two intervals have a point in common."""
        return self.low <= other.high and other.low <= self.high


@dataclass(frozen=True, slots=True)
class Bin:
    """A tenth of the people by predicted risk: what was said and what was so."""

    people: int
    predicted: float
    observed: float


def auc(truth: NDArray[np.float64], score: NDArray[np.float64]) -> float:
    """Chance that a positive person scores above a negative one, ties half (Mann-Whitney).

    Range: 0 to 1, 0.5 is chance. Undefined (NaN) unless both groups have people.
    Hanley & McNeil 1982, doi:10.1148/radiology.143.1.7063747.

    >>> auc(np.array([0.0, 0.0, 1.0, 1.0]), np.array([0.1, 0.4, 0.4, 0.8]))
    0.875
    """
    return float(resampled_auc(truth, score, np.ones((1, len(truth)), np.float32))[0])


def resamples(people: int, times: int, seed: int) -> NDArray[np.float32]:
    """(times, people) how often each person is drawn, with replacement, in each resample."""
    rng = np.random.default_rng(seed)
    draws = rng.integers(people, size=(times, people))
    return np.stack([np.bincount(row, minlength=people) for row in draws]).astype(np.float32)


def resampled_auc(
    truth: NDArray[np.float64], score: NDArray[np.float64], counts: NDArray[np.float32]
) -> NDArray[np.float64]:
    """(times,) the AUC in each resample of the people; NaN where one group is empty.

    Args:
        truth: (n,) 1 or 0.
        score: (n,) higher means more likely 1.
        counts: (times, n) of `resamples`.
    """
    order = np.argsort(score, kind="stable")
    ranked = score[order]
    starts = np.flatnonzero(np.concatenate([[True], ranked[1:] != ranked[:-1]]))
    weight = counts[:, order].astype(np.float64)
    positive = np.add.reduceat(weight * truth[order], starts, axis=1)  # (times, distinct scores)
    negative = np.add.reduceat(weight * (1 - truth[order]), starts, axis=1)
    below = np.cumsum(negative, axis=1) - 0.5 * negative
    pairs = positive.sum(axis=1) * negative.sum(axis=1)
    wins = (positive * below).sum(axis=1)
    return np.where(pairs > 0, wins / np.maximum(pairs, 1.0), np.nan)


def estimate(value: float, drawn: NDArray[np.float64]) -> Estimate:
    """A value with the percentile interval of its resamples."""
    low, high = np.nanpercentile(drawn, CONFIDENCE)
    return Estimate(value, float(low), float(high))


def reliability(truth: NDArray[np.float64], risk: NDArray[np.float64]) -> tuple[Bin, ...]:
    """Predicted against observed share in tenths of equally many people, least risk first.

    Equal people and not equal widths: of a rare condition nearly all risks are small.
    """
    parts = np.array_split(np.argsort(risk, kind="stable"), min(BINS, len(risk)))
    return tuple(
        Bin(len(part), float(risk[part].mean()), float(truth[part].mean())) for part in parts
    )


def expected_calibration_error(bins: tuple[Bin, ...]) -> float:
    r"""Mean distance of predicted and observed share, weighted by people.

    .. math:: ECE = \sum_b \frac{n_b}{n} |\bar p_b - \bar y_b|

    Range: 0 (risks mean what they say) to 1. It depends on the bins, and few people push it up.
    Naeini et al. 2015, doi:10.1609/aaai.v29i1.9602.

    >>> expected_calibration_error((Bin(50, 0.1, 0.1), Bin(50, 0.3, 0.5)))
    0.1
    """
    people = sum(each.people for each in bins)
    return sum(each.people * abs(each.predicted - each.observed) for each in bins) / people
