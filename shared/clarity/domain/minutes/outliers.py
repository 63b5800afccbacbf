"""Values that stand out from their own surroundings: flagged and counted, never changed or cut.

Heart rate by the Hampel filter (Pearson et al. 2016, doi:10.1186/s13634-016-0383-6): a minute is
flagged where it lies more than three scaled median absolute deviations from the median of its
neighbours. What adds up (steps, counts, energy, distance) by the outer fence of Tukey 1977
(Exploratory Data Analysis, ISBN 0-201-07616-0), three interquartile ranges above the third
quartile, on the logarithm of the minutes that are not zero, since movement is skewed: a week at a
desk does not make its walks outliers. Daily vital signs by the same outer fences on both sides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from clarity.domain.intake.units import LIMITS
from clarity.domain.minutes.grid import VITALS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clarity.domain.minutes.grid import Grid

HAMPEL_NEIGHBOURS: Final = 5  # on each side: half an hour at a Watch's pace
HAMPEL_NEEDED: Final = 6  # of them, near enough, or the minute cannot be judged
HAMPEL_REACH_MINUTES: Final = 60
HAMPEL_DEVIATIONS: Final = 3.0
MAD_TO_SD: Final = 1.4826  # of a normal distribution
LEAST_DEVIATION: Final = 5.0  # beats per minute: even a sleeping heart is no constant
EFFORT_MINUTES: Final = 10  # a heart beats faster for as long after a walk
FENCE: Final = 3.0
MINUTES_NEEDED: Final = 30
_ROUNDING: Final = 1.0 + 1e-9  # of a logarithm and back: a constant is not above itself
DAYS_NEEDED: Final = 5
# Nobody's walk or run is an outlier: 220 steps and 360 m a minute (6 m/s), 25 kcal a minute. And
# what no body can do is one in any week (`clarity.domain.intake.units`).
_BOUNDS: Final = {
    "steps": (220.0, LIMITS["stepCount"].per_minute),
    "counts": (0.0, np.inf),
    "energy": (25.0, LIMITS["activeEnergyBurned"].per_minute),
    "distance": (360.0, LIMITS["distanceWalkingRunning"].per_minute),
}
# Days that differ by less than this are the same, however alike the others are.
_RESOLUTION: Final = {
    "restingHeartRate": 1.0,
    "heartRateVariabilitySDNN": 2.0,
    "oxygenSaturation": 0.5,
    "respiratoryRate": 0.5,
    "bodyTemperature": 0.1,
}


def flag(grid: Grid) -> dict[str, NDArray[np.bool_]]:
    """Outliers by name: (n,) minutes of each channel observed, (days,) of each vital sign.

    What was not observed is never flagged; where too little was, nothing is but the impossible.
    """
    out = {}
    if not np.isnan(grid.heart_rate).all():
        out["heart_rate"] = heart_rate_outliers(grid.heart_rate, grid.movement)
    for name, (least, most) in _BOUNDS.items():
        values = getattr(grid, name)
        if not np.isnan(values).all():
            out[name] = _above_fence(values, least, most)
    for name in VITALS:
        if not np.isnan(grid.vitals[name]).all():
            out[name] = _outside_fences(grid.vitals[name], _RESOLUTION[name])
    return out


def heart_rate_outliers(
    heart_rate: NDArray[np.float64], movement: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """(n,) minutes whose heart rate its neighbours contradict; a rise with effort is none.

    Neighbours are the five observed minutes on each side, within an hour; where six of them are
    not there the minute cannot be judged. A constant series has no outliers within 15 beats.

    Args:
        heart_rate: (n,) beats per minute, NaN where not observed.
        movement: (n,) steps or counts per minute, NaN where not observed.

    >>> beats = np.full(30, 60.0); beats[[9, 20]] = 180.0
    >>> walked = np.zeros(30); walked[15:20] = 100.0
    >>> np.flatnonzero(heart_rate_outliers(beats, walked)).tolist()
    [9]
    """
    out = np.zeros(len(heart_rate), np.bool_)
    seen = np.flatnonzero(~np.isnan(heart_rate))
    if not len(seen):
        return out
    value = heart_rate[seen]
    around, count = _neighbours(value, seen)
    distance = value - _median(around, count)
    moved = np.concatenate([np.zeros(EFFORT_MINUTES), np.cumsum(np.nan_to_num(movement) > 0)])
    effort = moved[EFFORT_MINUTES:] > np.concatenate([[0.0], moved])[: len(movement)]
    # the spread is needed only where even the least one leaves a doubt
    odd = np.abs(distance) > HAMPEL_DEVIATIONS * LEAST_DEVIATION
    odd &= ~((distance > 0) & effort[seen]) & (count > HAMPEL_NEEDED)
    at = np.flatnonzero(odd)
    middle = (value - distance)[at, None]
    spread = MAD_TO_SD * _median(np.abs(around[at] - middle), count[at])
    odd[at] = np.abs(distance[at]) > HAMPEL_DEVIATIONS * spread
    out[seen] = odd
    return out


def _neighbours(
    value: NDArray[np.float64], minute: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """(k, 11) each value among its neighbours, infinite where there is none near; how many."""
    width = 2 * HAMPEL_NEIGHBOURS + 1
    far = np.iinfo(np.int64).min // 2
    minutes = sliding_window_view(np.pad(minute, HAMPEL_NEIGHBOURS, constant_values=far), width)
    values = sliding_window_view(np.pad(value, HAMPEL_NEIGHBOURS), width)
    near = np.abs(minutes - minute[:, None]) <= HAMPEL_REACH_MINUTES
    return np.where(near, values, np.inf), near.sum(axis=1)


def _median(rows: NDArray[np.float64], count: NDArray[np.int64]) -> NDArray[np.float64]:
    """(k,) median of the first `count` of each row in order; the infinite ones come last."""
    ordered = np.sort(rows, axis=1)
    row = np.arange(len(rows))
    return np.asarray((ordered[row, (count - 1) // 2] + ordered[row, count // 2]) / 2.0)


def _above_fence(values: NDArray[np.float64], least: float, most: float) -> NDArray[np.bool_]:
    positive = np.log(values[values > 0])
    fence = most
    if len(positive) >= MINUTES_NEEDED:
        low, high = np.quantile(positive, [0.25, 0.75])
        with np.errstate(over="ignore"):
            fence = min(max(float(np.exp(high + FENCE * (high - low))), least), most)
    return np.asarray(values > fence * _ROUNDING)


def _outside_fences(values: NDArray[np.float64], resolution: float) -> NDArray[np.bool_]:
    known = values[~np.isnan(values)]
    if len(known) < DAYS_NEEDED:
        return np.zeros(len(values), np.bool_)
    low, high = np.quantile(known, [0.25, 0.75])
    reach = FENCE * max(float(high - low), resolution)
    return np.asarray((values < low - reach) | (values > high + reach))
