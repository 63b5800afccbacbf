"""Daily totals, how broken activity is, and the resting heart rate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from clarity.domain.metric import Measure, Metric
from clarity.domain.minutes.grid import MINUTES_PER_DAY
from clarity.domain.minutes.quality import too_few_days
from clarity.domain.minutes.rolling import median

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clarity.domain.minutes.grid import Grid, Signal
    from clarity.domain.minutes.quality import Quality

ACTIVE: Final = 1.0  # steps, or counts, in a minute that make it active
MIN_ACTIVE_MINUTES: Final = 60
MIN_VITAL_DAYS: Final = 3
MIN_HEART_RATE_MINUTES: Final = 120
RESTING_PERCENTILE: Final = 5

DAILY_STEPS: Final = Measure(
    "daily_steps",
    "steps/day",
    "mean of the observed steps of valid days, devices merged per minute",
)
DAILY_COUNTS: Final = Measure(
    "daily_counts", "counts/day", "mean of the observed activity counts of valid days"
)
FRAGMENTATION: Final = Measure(
    "activity_fragmentation",
    "",
    "active-to-sedentary transition probability per minute (sedentary: no steps), Di 2017",
)
RESTING: Final = "resting_heart_rate"
BEATS: Final = "beats/min"


def transition_probability(steps: NDArray[np.float64]) -> float:
    r"""Chance that an active minute is followed by a sedentary one.

    .. math:: ASTP = \frac{\#\{i: x_i \ge 1, x_{i+1} < 1\}}{\#\{i: x_i \ge 1\}}

    The inverse of the mean length of an active bout. A minute counts when it and the next one
    were observed. Unit: none (per minute). Range: 0 (never stops) to 1 (every bout is one
    minute); higher is more fragmented. Undefined (NaN) without active minutes.
    Di et al. 2017, doi:10.1101/182337; Wanigatunga et al. 2019,
    doi:10.1001/jamanetworkopen.2019.12352.

    Args:
        steps: (n,) steps per minute, NaN where not observed.

    >>> transition_probability(np.array([5.0, 5.0, 0.0, 0.0, 5.0, 0.0]))
    0.6666666666666666
    """
    pairs = ~np.isnan(steps[:-1]) & ~np.isnan(steps[1:])
    with np.errstate(invalid="ignore"):
        active = pairs & (steps[:-1] >= ACTIVE)
        stops = active & (steps[1:] < ACTIVE)
    return float(stops.sum() / active.sum()) if active.any() else float("nan")


def daily_totals(grid: Grid, signal: Signal = "steps") -> NDArray[np.float64]:
    """(days,) observed steps or counts of each day, 0 upwards; a minute that came twice counts so.

    NaN on a day without any observed minute. Unobserved minutes add nothing: a day's total is a
    lower bound.
    """
    minutes = grid.steps if signal == "steps" else grid.counts
    amount = (minutes * grid.repeats).reshape(-1, MINUTES_PER_DAY)
    seen = ~np.isnan(amount)
    return np.where(seen.any(axis=1), np.where(seen, amount, 0.0).sum(axis=1), np.nan)


def activity_metrics(grid: Grid, quality: Quality, asleep: NDArray[np.bool_]) -> tuple[Metric, ...]:
    """Daily steps (or counts), fragmentation and resting heart rate, each with its status.

    Args:
        grid: The days.
        quality: Their quality.
        asleep: (n,) minutes asleep, for the resting heart rate where no device gives one.
    """
    counts = () if grid.signal == "steps" else (_daily_total(grid, quality, "counts"),)
    return (
        _daily_total(grid, quality, "steps"),
        *counts,
        _fragmentation(grid, quality),
        resting_heart_rate(grid, quality, asleep),
    )


def resting_heart_rate(grid: Grid, quality: Quality, asleep: NDArray[np.bool_]) -> Metric:
    """Beats per minute at rest, by the best evidence that there is.

    The median of the device's own daily values when there are three days of them; else the 5th
    percentile of the heart rate asleep; else that of all minutes on at least four valid days.
    Unit: beats/min. Range: 30 to 300 by the bounds of a sample. Undefined without heart rate.
    """
    daily = grid.vitals["restingHeartRate"]
    daily = daily[~np.isnan(daily)]
    if len(daily) >= MIN_VITAL_DAYS:
        measure = Measure(RESTING, BEATS, "median of the device's daily resting heart rate")
        return measure.value(median(daily))
    seen = ~np.isnan(grid.heart_rate)
    at_rest = seen & asleep
    if at_rest.sum() >= MIN_HEART_RATE_MINUTES:
        measure = Measure(RESTING, BEATS, "5th percentile of the heart rate asleep")
        return measure.value(float(np.percentile(grid.heart_rate[at_rest], RESTING_PERCENTILE)))
    measure = Measure(RESTING, BEATS, "5th percentile of the heart rate of all minutes")
    if not seen.any():
        return measure.not_applicable("there is no heart rate in the data")
    if seen.sum() < MIN_HEART_RATE_MINUTES or too_few_days(quality):
        return measure.insufficient(f"{int(seen.sum())} minutes with a heart rate are too few")
    return measure.value(float(np.percentile(grid.heart_rate[seen], RESTING_PERCENTILE)))


def _daily_total(grid: Grid, quality: Quality, signal: Signal) -> Metric:
    measure = DAILY_STEPS if signal == "steps" else DAILY_COUNTS
    if signal != grid.signal and np.isnan(grid.steps).all():
        return measure.not_applicable("the device counts no steps")
    if reason := too_few_days(quality):
        return measure.insufficient(reason)
    valid = np.array([day.valid for day in quality.days], np.bool_)
    return measure.value(float(daily_totals(grid, signal)[valid].mean()))


def _fragmentation(grid: Grid, quality: Quality) -> Metric:
    measure = FRAGMENTATION.of(grid.signal)
    if reason := too_few_days(quality):
        return measure.insufficient(reason)
    with np.errstate(invalid="ignore"):
        active = int((grid.movement >= ACTIVE).sum())
    if active < MIN_ACTIVE_MINUTES:
        return measure.insufficient(
            f"{MIN_ACTIVE_MINUTES} active minutes are needed, {active} found"
        )
    return measure.value(transition_probability(grid.movement))
