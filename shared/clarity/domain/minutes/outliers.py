"""Values that stand out from their own surroundings: flagged and counted, never changed or cut.

Heart rate by the Hampel filter (Pearson et al. 2016, doi:10.1186/s13634-016-0383-6): a minute is
flagged where it lies more than three scaled median absolute deviations from the median of its
neighbours; and, where its neighbours may be as fast, at rest above the outer fence. What adds up
(steps, counts, energy, distance) by the outer fence of Tukey 1977 (Exploratory Data Analysis, ISBN
0-201-07616-0), three interquartile ranges above the third quartile, on the logarithm of the minutes
that are not zero, since movement is skewed: a week at a desk does not make its walks outliers.
Daily vital signs by the same outer fences on both sides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from clarity.domain.intake.units import LIMITS
from clarity.domain.minutes.grid import VITALS
from clarity.domain.minutes.rolling import any_within

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clarity.domain.minutes.grid import Grid

HAMPEL_NEIGHBOURS: Final = 5  # on each side: half an hour at a Watch's pace
HAMPEL_NEEDED: Final = 6  # of them, near enough, or the minute cannot be judged
HAMPEL_REACH_MINUTES: Final = 60
HAMPEL_DEVIATIONS: Final = 3.0
MAD_TO_SD: Final = 1.4826  # of a normal distribution
LEAST_DEVIATION: Final = 5.0  # beats per minute: even a sleeping heart is no constant
_MARGIN: Final = 1e-9  # of a difference of numbers that are no whole ones
# Some train without a step, on a bicycle: without movement only a heart above that stands out.
TRAINING_PULSE: Final = 180.0
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
    not there the minute cannot be judged. A constant series has no outliers within 15 beats. And
    minutes without effort that lie above the outer fence of all such, which is no training's.

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
    with np.errstate(invalid="ignore"):
        effort = any_within(movement > 0, EFFORT_MINUTES, 0)
    at = _doubtful(heart_rate[seen], seen)
    value, around, count = _neighbours(heart_rate[seen], seen, at)
    distance = value - _median(around, count)
    middle = (value - distance)[:, None]
    spread = np.maximum(MAD_TO_SD * _median(np.abs(around - middle), count), LEAST_DEVIATION)
    odd = np.abs(distance) > HAMPEL_DEVIATIONS * spread
    out[seen[at]] = odd & ~((distance > 0) & effort[seen[at]])
    return out | _racing(np.where(effort, np.nan, heart_rate))


def _racing(still: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(n,) where a heart at rest beats above the outer fence, its neighbours as well perhaps."""
    high = still > TRAINING_PULSE
    known = still[~np.isnan(still)] if high.any() else still[:0]
    if len(known) < MINUTES_NEEDED:
        return np.zeros(len(still), np.bool_)
    first, third = _quartiles(known)
    return np.asarray(high & (still > third + FENCE * (third - first)))


def _doubtful(value: NDArray[np.float64], minute: NDArray[np.int64]) -> NDArray[np.int64]:
    """Places that can be judged and may be outliers: half of their neighbours are far from them.

    A median that lies far away needs as many; elsewhere no window has to be put in order.
    """
    near, far = np.ones(len(value), np.int8), np.zeros(len(value), np.int8)
    least = HAMPEL_DEVIATIONS * LEAST_DEVIATION * (1.0 - _MARGIN)
    for step in range(1, min(HAMPEL_NEIGHBOURS, len(value) - 1) + 1):
        close = minute[step:] - minute[:-step] <= HAMPEL_REACH_MINUTES
        apart = close & (np.abs(value[step:] - value[:-step]) > least)
        for side in (slice(step, None), slice(None, -step)):
            near[side] += close
            far[side] += apart
    return np.flatnonzero((near > HAMPEL_NEEDED) & (2 * far >= near))


def _neighbours(
    value: NDArray[np.float64], minute: NDArray[np.int64], at: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """The values at k places; (k, 11) each among its neighbours, infinite if far; how many."""
    places = at[:, None] + np.arange(-HAMPEL_NEIGHBOURS, HAMPEL_NEIGHBOURS + 1)
    inside = np.clip(places, 0, len(value) - 1)
    near = np.abs(minute[inside] - minute[at, None]) <= HAMPEL_REACH_MINUTES
    near &= inside == places
    return value[at], np.where(near, value[inside], np.inf), near.sum(axis=1)


def _median(rows: NDArray[np.float64], count: NDArray[np.int64]) -> NDArray[np.float64]:
    """(k,) median of the first `count` of each row in order; the infinite ones come last."""
    ordered = np.sort(rows, axis=1)
    row = np.arange(len(rows))
    return np.asarray((ordered[row, (count - 1) // 2] + ordered[row, count // 2]) / 2.0)


def _above_fence(values: NDArray[np.float64], least: float, most: float) -> NDArray[np.bool_]:
    positive = np.log(values[values > 0])
    fence = most
    if len(positive) >= MINUTES_NEEDED:
        low, high = _quartiles(positive)
        with np.errstate(over="ignore"):
            fence = min(max(float(np.exp(high + FENCE * (high - low))), least), most)
    return np.asarray(values > fence * _ROUNDING)


def _outside_fences(values: NDArray[np.float64], resolution: float) -> NDArray[np.bool_]:
    known = values[~np.isnan(values)]
    if len(known) < DAYS_NEEDED:
        return np.zeros(len(values), np.bool_)
    low, high = _quartiles(known)
    reach = FENCE * max(high - low, resolution)
    return np.asarray((values < low - reach) | (values > high + reach))


def _quartiles(values: NDArray[np.float64]) -> tuple[float, float]:
    """The first and the third: a line between neighbours, without the checks of `np.quantile`."""
    places = np.array([0.25, 0.75]) * (len(values) - 1)
    low, high = np.interp(places, np.arange(len(values)), np.sort(values)).tolist()
    return low, high
