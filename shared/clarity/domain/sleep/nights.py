"""Sleep periods, wherever in the day they lie, and what they say about the week's sleep.

Recorded sleep stages are used on the nights that have them. On the others sleep is detected from
movement and heart rate, or from the activity counts of a device that is worn day and night; from
steps alone it is not, because a watch on the table is as still as a sleeper. Rest that was detected
beside hours in which the device was off is no night: those may have held a longer one.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

import numpy as np

from clarity.domain.metric import Measure, Metric
from clarity.domain.minutes.channels import ASLEEP, CORE
from clarity.domain.minutes.grid import MINUTES_PER_DAY
from clarity.domain.minutes.runs import runs
from clarity.domain.sleep.evidence import detected, recorded
from clarity.domain.sleep.periods import (
    HALF_DAY,
    MIN_DAY_MINUTES,
    Sleep,
    SleepPeriod,
    marked,
    periods_of,
    with_breaks,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from clarity.domain.minutes.grid import Grid
    from clarity.domain.sleep.evidence import SleepMethod

__all__ = [
    "Sleep",
    "SleepPeriod",
    "awakenings",
    "find_sleep",
    "lacking",
    "onset_variability",
    "sleep_efficiency",
    "sleep_metrics",
    "sleep_onset_latency",
    "stages_asleep",
]

MIN_NIGHTS: Final = 3
MIN_ONSETS: Final = 2
LONGER_THAN: Final = 5  # minutes awake that count as an awakening
NO_DIRECTION: Final = 1e-6  # a resultant this short is rounding
NO_SLEEP_DATA: Final = (
    "there are no sleep stages, no day and night with both heart rate and movement, and none with "
    "activity counts: no device that tells sleep was worn day and night"
)

_METHODS: Final[dict[SleepMethod, str]] = {
    "stages": "recorded sleep stages",
    "movement_and_heart_rate": "sleep detected from stillness and low heart rate",
    "movement": "sleep detected from activity counts",
    "none": "recorded sleep stages",
}
_BY_COUNTS: Final = "sleep detected from activity counts and heart rate"
_AWAKE_UNKNOWN: Final = "lying awake looks like sleep without recorded sleep stages"
_BED_UNKNOWN: Final = (
    "no night on which lying awake is told from sleep has a record of the time in bed before the"
    " first sleep"
)
_NO_DAY: Final = "no day's sleep was seen from beginning to end"


def find_sleep(grid: Grid) -> Sleep:
    """The sleep of a grid: night by night from recorded stages, else from what was detected.

    Detected sleep counts where fewer than three hours were recorded in the 24 hours around it, and
    then stands for what was recorded of it. So no night counts twice, and no evening on the sofa
    is added to a night that a watch has recorded.
    """
    stages = stages_asleep(grid)
    evidence = {"stages": recorded(grid, stages)}
    by_record = with_breaks(grid, periods_of(grid, evidence["stages"]))
    extra: list[SleepPeriod] = []
    found = None if _recorded_throughout(stages) else detected(grid)
    if found is not None:
        evidence[found.method] = found
        extra = [each for each in periods_of(grid, found) if not _is_recorded(stages, each)]
    kept = [each for each in by_record if not any(_overlap(each, other) for other in extra)]
    asleep, awake = stages.copy(), np.zeros(len(stages), np.bool_)
    for period in by_record:
        asleep[period.onset : period.offset] &= period in kept
    for period in (*kept, *extra):
        span = slice(period.onset, period.offset)
        asleep[span] = evidence[period.method].asleep[span]
        awake[span] = evidence[period.method].awake[span]
    method: SleepMethod = "stages" if stages.any() else "none"
    return marked(
        Sleep(
            method if found is None else found.method,
            asleep,
            awake,
            tuple(sorted([*kept, *extra], key=lambda period: period.onset)),
            (),
            by_counts=grid.signal == "counts",
            agreement=found.agreement if found else None,
        ),
        evidence["stages"].observed | (found.observed if found else False),
    )


def stages_asleep(grid: Grid) -> NDArray[np.bool_]:
    """(n,) minutes whose recorded stage is asleep, core, deep or REM."""
    return np.asarray((grid.stage == ASLEEP) | (grid.stage >= CORE))


def sleep_efficiency(period: SleepPeriod) -> float:
    """Minutes asleep over minutes in bed.

    Time in bed reaches from the first to the last recorded stage around the period; where nothing
    but sleep is recorded it is the period itself. Unit: none. Range: 0 to 1; higher is better, and
    0.85 or more is good in adults (Ohayon et al. 2017, doi:10.1016/j.sleh.2016.11.006).
    Undefined (NaN) without time in bed. Reed & Sacco 2016, doi:10.5664/jcsm.5498.

    >>> sleep_efficiency(SleepPeriod(10, 450, 0, 480, 408, 32, 480, True, False, "stages"))
    0.85
    """
    if period.in_bed_minutes <= 0:
        return float("nan")
    return period.asleep_minutes / period.in_bed_minutes


def onset_variability(onsets: NDArray[np.float64]) -> float:
    r"""Circular standard deviation of the clock times of falling asleep.

    .. math:: s = \frac{1440}{2\pi}\sqrt{-2 \ln R}, \quad R = |\frac{1}{n}\sum_j e^{i\theta_j}|

    So 23:50 and 00:10 are 20 minutes apart. Unit: minutes. Range: 0 upwards; higher is more
    irregular. Undefined (NaN) below two onsets or when they cancel. Mardia & Jupp 1999,
    doi:10.1002/9780470316979.

    Args:
        onsets: (k,) onsets in minutes; full days do not matter.

    >>> round(onset_variability(np.array([1430.0, 10.0, 1440.0])), 1)
    8.2
    """
    if len(onsets) < MIN_ONSETS:
        return float("nan")
    angle = onsets * (2 * np.pi / MINUTES_PER_DAY)
    resultant = min(float(np.hypot(np.cos(angle).mean(), np.sin(angle).mean())), 1.0)
    if resultant < NO_DIRECTION:
        return float("nan")
    # 0.0 is added, for the root of -0.0 is -0.0.
    return float(MINUTES_PER_DAY / (2 * np.pi) * np.sqrt(-2 * np.log(resultant) + 0.0))


def sleep_onset_latency(period: SleepPeriod) -> float:
    """Minutes from going to bed to falling asleep.

    .. math:: L = t_{onset} - t_{bed}

    Time in bed begins with the first minute that is recorded as in bed or awake in bed. Unit:
    minutes. Range: 0 upwards; lower is better, and up to 30 is good in adults (Ohayon et al. 2017,
    doi:10.1016/j.sleh.2016.11.006). Undefined (NaN) where nothing was recorded before the first
    sleep. Reed & Sacco 2016, doi:10.5664/jcsm.5498.

    >>> sleep_onset_latency(SleepPeriod(10, 450, 0, 480, 408, 32, 480, True, False, "stages"))
    10.0
    """
    before = period.onset - period.bed_start
    return float(before) if before > 0 else float("nan")


def awakenings(asleep: NDArray[np.bool_], awake: NDArray[np.bool_]) -> float:
    """How often a sleeper was awake for longer than five minutes, the last waking not counted.

    The stretches of more than five minutes awake between the first and the last minute asleep.
    Unit: none. Range: 0 upwards; lower is better, and at most one is good in adults (Ohayon et al.
    2017, doi:10.1016/j.sleh.2016.11.006). Minutes of which nothing is known end a stretch.
    Undefined (NaN) without sleep.

    Args:
        asleep: (n,) True in minutes asleep, of one sleep.
        awake: (n,) True in minutes known to be awake.

    >>> minutes = np.repeat([False, True, False, True, False, True], [9, 90, 6, 30, 5, 60])
    >>> awakenings(minutes, ~minutes)
    1.0
    """
    at = np.flatnonzero(asleep)
    if not at.size:
        return float("nan")
    within = runs(awake[at[0] : at[-1]])
    return float(sum(high - low > LONGER_THAN for low, high in within))


def sleep_metrics(sleep: Sleep) -> tuple[Metric, ...]:
    """Efficiency, total, wake, onset variability, latency and awakenings, each with its status.

    Means over the main sleeps that were seen from beginning to end; three at least. Total sleep is
    the minutes asleep a day (0 to 1440), wake after onset the minutes awake between falling asleep
    and the last waking (0 upwards; lower is better, Ohayon et al. 2017,
    doi:10.1016/j.sleh.2016.11.006). Undefined on nights on which lying awake cannot be told from
    sleep, and all of them without any sleep.
    """
    nights = sleep.nights
    telling = [night for night in nights if sleep.tells_wake(night)]
    from_bed = [night for night in telling if not np.isnan(sleep_onset_latency(night))]
    efficiency, total, waso, onset, latency, waking = _measures(sleep, telling, from_bed or telling)
    if reason := lacking(sleep):
        every = (efficiency, total, waso, onset, latency, waking)
        return tuple(_without(measure, sleep, reason) for measure in every)
    onsets = np.array([night.onset for night in nights], np.float64)
    return (
        _mean(efficiency, [sleep_efficiency(night) for night in telling], _AWAKE_UNKNOWN),
        total.value(float(np.mean(sleep.day_totals or np.nan)), _NO_DAY),
        _mean(waso, [float(night.awake_minutes) for night in telling], _AWAKE_UNKNOWN),
        onset.value(onset_variability(onsets), "the onsets are spread evenly over the day"),
        _mean(
            latency,
            [sleep_onset_latency(night) for night in from_bed],
            _BED_UNKNOWN if telling else _AWAKE_UNKNOWN,
        ),
        _mean(waking, [_awakenings_of(sleep, night) for night in telling], _AWAKE_UNKNOWN),
    )


def lacking(sleep: Sleep) -> str:
    """Why there are no numbers of the nights; empty where there are."""
    if sleep.method == "none":
        return NO_SLEEP_DATA
    if len(sleep.nights) < MIN_NIGHTS:
        found = (
            f"{MIN_NIGHTS} main sleeps seen from beginning to end are needed,"
            f" {len(sleep.nights)} found"
        )
        unworn = f"; not counted, because the device was off for hours beside them: {sleep.unworn}"
        return found + unworn * (sleep.unworn > 0)
    return ""


def _without(measure: Measure, sleep: Sleep, reason: str) -> Metric:
    none = sleep.method == "none"
    return measure.not_applicable(reason) if none else measure.insufficient(reason)


def _measures(
    sleep: Sleep, telling: Sequence[SleepPeriod], from_bed: Sequence[SleepPeriod]
) -> tuple[Measure, ...]:
    """The six, each with what it rests on."""
    every, told, in_bed = (_rests_on(sleep, part) for part in (sleep.nights, telling, from_bed))
    detection = any(night.method != "stages" for night in sleep.nights)
    what = "naps included"
    if detection and not sleep.by_counts:
        what += " (detected ones where the heart rate parts sleep from sitting still)"
    wake = "awake between falling asleep and the last waking"
    bed = "in bed to the first sleep"
    return (
        Measure("sleep_efficiency", "", f"asleep / in bed, mean of main sleeps; {told}"),
        Measure("total_sleep_time", "min", f"minutes asleep a day, {what}, mean; {every}"),
        Measure("wake_after_sleep_onset", "min", f"minutes {wake}, mean; {told}"),
        Measure(
            "sleep_onset_variability", "min", f"circular SD of the onsets of main sleeps; {every}"
        ),
        Measure("sleep_onset_latency", "min", f"minutes from {bed}, mean; {in_bed}"),
        Measure("awakenings", "", f"stretches of over {LONGER_THAN} min {wake}, mean; {told}"),
    )


def _rests_on(sleep: Sleep, nights: Sequence[SleepPeriod]) -> str:
    """The methods of these nights in words, with how many nights have each where they differ."""
    count = Counter(night.method for night in nights) or Counter({sleep.method: 0})
    words = {
        method: _BY_COUNTS
        if sleep.by_counts and method == "movement_and_heart_rate"
        else _METHODS[method]
        for method in count
    }
    if sleep.agreement is not None:
        checked = f" (Kripke 2010 agrees in {sleep.agreement:.0%} of the minutes of rest)"
        words |= {method: text + checked for method, text in words.items() if method != "stages"}
    if len(count) == 1:
        return "".join(words.values())
    return ", ".join(f"{words[method]} ({nights} nights)" for method, nights in count.items())


def _mean(measure: Measure, values: Sequence[float], unknown: str) -> Metric:
    """The mean over the nights that have the number; what is lacking where too few have it."""
    if not values:
        return measure.not_applicable(unknown)
    if len(values) < MIN_NIGHTS:
        return measure.insufficient(f"{MIN_NIGHTS} such nights are needed, {len(values)} found")
    return measure.value(float(np.mean(values)))


def _awakenings_of(sleep: Sleep, period: SleepPeriod) -> float:
    span = slice(period.onset, period.offset)
    return awakenings(sleep.asleep[span], sleep.awake[span])


def _recorded_throughout(asleep: NDArray[np.bool_]) -> bool:
    """Whether any 24 hours hold three hours of recorded sleep."""
    through = np.concatenate([[0], np.cumsum(asleep)])
    days = through[MINUTES_PER_DAY:] - through[:-MINUTES_PER_DAY]
    return bool(days.size) and int(days.min()) >= MIN_DAY_MINUTES


def _is_recorded(asleep: NDArray[np.bool_], period: SleepPeriod) -> bool:
    """Whether the record has the person's sleep around this detected one."""
    middle = (period.onset + period.offset) // 2
    around = asleep[max(middle - HALF_DAY, 0) : middle + HALF_DAY].sum()
    return bool(
        around >= MIN_DAY_MINUTES
        or 2 * asleep[period.onset : period.offset].sum() >= period.asleep_minutes
    )


def _overlap(one: SleepPeriod, other: SleepPeriod) -> bool:
    return one.onset < other.offset and other.onset < one.offset
