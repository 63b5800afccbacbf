"""Sleep periods, wherever in the day they lie, and what they say about the week's sleep.

Recorded sleep stages are used when there are any. Otherwise sleep is detected from stillness and a
low heart rate; from steps alone it is not, because a watch on the table is as still as a sleeper.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from clarity.domain.channels import ASLEEP, CORE, IN_BED
from clarity.domain.grid import MINUTES_PER_DAY
from clarity.domain.metric import Measure, Metric
from clarity.domain.runs import runs
from clarity.domain.stillness import detect_rest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clarity.domain.grid import Grid

SleepMethod = Literal["stages", "movement_and_heart_rate", "none"]

# Stretches of sleep less than an hour apart are one period: van Hees et al. 2018,
# doi:10.1038/s41598-018-31266-z.
SAME_PERIOD_MINUTES: Final = 60
MIN_PERIOD_MINUTES: Final = 15
# Asleep in a whole day, for its longest period to be a main sleep and not a nap after a night that
# was not recorded. Split sleep reaches it in short pieces.
MIN_DAY_MINUTES: Final = 180
MIN_NIGHTS: Final = 3
MIN_ONSETS: Final = 2
NO_DIRECTION: Final = 1e-6  # a resultant this short is rounding

_METHODS: Final[dict[SleepMethod, str]] = {
    "stages": "recorded sleep stages",
    "movement_and_heart_rate": "sleep detected from stillness and low heart rate",
    "none": "recorded sleep stages",
}


@dataclass(frozen=True, slots=True)
class SleepPeriod:
    """One stretch of sleep, in wall-clock minutes since midnight of the grid's first day.

    Attributes:
        onset: First minute asleep.
        offset: One past the last minute asleep.
        bed_start: First minute in bed, at or before the onset.
        bed_end: One past the last minute in bed.
        asleep_minutes: Minutes asleep.
        awake_minutes: Minutes known to be awake between onset and offset.
        in_bed_minutes: Minutes in bed, in which it is known whether the person slept.
        main: The longest period of a day with at least three hours of sleep in all.
        truncated: It touches the edge of the grid or a gap in the evidence, so its beginning or
            end is not known.
    """

    onset: int
    offset: int
    bed_start: int
    bed_end: int
    asleep_minutes: int
    awake_minutes: int
    in_bed_minutes: int
    main: bool
    truncated: bool


@dataclass(frozen=True, slots=True, eq=False)
class Sleep:
    """All sleep of a grid.

    Attributes:
        method: What it rests on.
        asleep: (n,) True in minutes asleep.
        periods: In order of time.
        day_totals: Minutes asleep of each day that has a whole main sleep; recorded naps count.
    """

    method: SleepMethod
    asleep: NDArray[np.bool_]
    periods: tuple[SleepPeriod, ...]
    day_totals: tuple[int, ...]

    @property
    def nights(self) -> tuple[SleepPeriod, ...]:
        """The main sleeps that were seen from beginning to end, at whatever hour."""
        return tuple(period for period in self.periods if period.main and not period.truncated)


def find_sleep(grid: Grid) -> Sleep:
    """The sleep of a grid: from recorded stages, else from stillness and heart rate."""
    asleep = stages_asleep(grid)
    if asleep.any():
        return _sleep(grid, "stages", asleep, grid.stage >= IN_BED)
    rest = detect_rest(grid)
    if rest is None:
        return Sleep("none", np.zeros(len(grid.stage), np.bool_), (), ())
    return _sleep(grid, "movement_and_heart_rate", rest, ~np.isnan(grid.steps))


def stages_asleep(grid: Grid) -> NDArray[np.bool_]:
    """(n,) minutes whose recorded stage is asleep, core, deep or REM."""
    return np.asarray((grid.stage == ASLEEP) | (grid.stage >= CORE))


def sleep_efficiency(period: SleepPeriod) -> float:
    """Minutes asleep over minutes in bed.

    Time in bed reaches from the first to the last recorded stage around the period; where nothing
    but sleep is recorded it is the period itself. Unit: none. Range: 0 to 1; higher is better, and
    0.85 or more is good in adults (Ohayon et al. 2017, doi:10.1016/j.sleh.2016.11.006).
    Undefined (NaN) without time in bed. Reed & Sacco 2016, doi:10.5664/jcsm.5498.

    >>> sleep_efficiency(SleepPeriod(10, 450, 0, 480, 408, 32, 480, True, False))
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
    return float(MINUTES_PER_DAY / (2 * np.pi) * np.sqrt(-2 * np.log(resultant)))


def sleep_metrics(sleep: Sleep) -> tuple[Metric, ...]:
    """Efficiency, total sleep, wake after onset and onset variability, each with its status.

    Means over the main sleeps that were seen from beginning to end; three at least. Total sleep is
    the minutes asleep a day (0 to 1440), wake after onset the minutes awake between falling asleep
    and the last waking (0 upwards; lower is better, Ohayon et al. 2017,
    doi:10.1016/j.sleh.2016.11.006). Undefined without stages where lying awake cannot be told from
    sleep, and all of them without any sleep.
    """
    measures = _measures(sleep.method)
    if sleep.method == "none":
        reason = "there are no sleep stages, and no nights with heart rate and movement"
        return tuple(measure.not_applicable(reason) for measure in measures)
    nights = sleep.nights
    if len(nights) < MIN_NIGHTS:
        reason = (
            f"{MIN_NIGHTS} main sleeps seen from beginning to end are needed, {len(nights)} found"
        )
        return tuple(measure.insufficient(reason) for measure in measures)
    efficiency, total, waso, onset = measures
    onsets = np.array([night.onset for night in nights], np.float64)
    return (
        _lying_awake(sleep, efficiency, [sleep_efficiency(night) for night in nights]),
        total.value(float(np.mean(sleep.day_totals)) if sleep.day_totals else float("nan")),
        _lying_awake(sleep, waso, [float(night.awake_minutes) for night in nights]),
        onset.value(onset_variability(onsets), "the onsets are spread evenly over the day"),
    )


def _measures(method: SleepMethod) -> tuple[Measure, Measure, Measure, Measure]:
    """Efficiency, total sleep, wake after onset and onset variability, by this method."""
    based_on = _METHODS[method]
    efficiency = Measure(
        "sleep_efficiency", "", f"asleep / in bed, mean of main sleeps; {based_on}"
    )
    what = "naps included" if method == "stages" else "main sleeps only"
    total = Measure("total_sleep_time", "min", f"minutes asleep a day, {what}, mean; {based_on}")
    waso = Measure(
        "wake_after_sleep_onset",
        "min",
        f"minutes awake between falling asleep and the last waking, mean; {based_on}",
    )
    onset = Measure(
        "sleep_onset_variability", "min", f"circular SD of the onsets of main sleeps; {based_on}"
    )
    return efficiency, total, waso, onset


def _lying_awake(sleep: Sleep, measure: Measure, values: list[float]) -> Metric:
    """The mean over the nights, where the data can tell lying awake from sleep."""
    if sleep.method != "stages":
        return measure.not_applicable("lying awake looks like sleep without recorded sleep stages")
    return measure.value(float(np.mean(values)))


def _sleep(
    grid: Grid, method: SleepMethod, asleep: NDArray[np.bool_], known: NDArray[np.bool_]
) -> Sleep:
    """Sleep from minutes asleep, and minutes in which it is known whether the person slept."""
    bed = known if method == "stages" else asleep
    # Where clocks change, a wall-clock minute took place twice or not at all.
    real = grid.repeats.astype(np.int64)
    # A recorded night begins where its record does; a detected one may begin before its evidence.
    seen = known if method != "stages" else np.ones(len(asleep), np.bool_)
    minutes = _Minutes(asleep=real * asleep, awake=real * (known & ~asleep), bed=bed, seen=seen)
    stretches = _joined(asleep, grid.stage >= IN_BED, real)
    periods = [_period(minutes, low, high) for low, high in stretches]
    periods = [period for period in periods if period.asleep_minutes >= MIN_PERIOD_MINUTES]
    return _with_main(method, asleep, periods)


@dataclass(frozen=True, slots=True, eq=False)
class _Minutes:
    """Per wall-clock minute: real minutes asleep and awake, whether in bed, whether observed."""

    asleep: NDArray[np.int64]
    awake: NDArray[np.int64]
    bed: NDArray[np.bool_]
    seen: NDArray[np.bool_]


def _joined(
    asleep: NDArray[np.bool_], recorded: NDArray[np.bool_], real: NDArray[np.int64]
) -> list[tuple[int, int]]:
    """Stretches asleep, joined over short gaps and over gaps that are recorded as in bed."""
    out: list[tuple[int, int]] = []
    for low, high in runs(asleep):
        if out:
            gap = slice(out[-1][1], low)
            if real[gap].sum() < SAME_PERIOD_MINUTES or recorded[gap].all():
                out[-1] = (out[-1][0], high)
                continue
        out.append((low, high))
    return out


def _period(minutes: _Minutes, low: int, high: int) -> SleepPeriod:
    bed, last = minutes.bed, len(minutes.bed)
    start, end = low, high
    while start > 0 and bed[start - 1]:
        start -= 1
    while end < last and bed[end]:
        end += 1
    asleep = int(minutes.asleep[low:high].sum())
    return SleepPeriod(
        onset=low,
        offset=high,
        bed_start=start,
        bed_end=end,
        asleep_minutes=asleep,
        awake_minutes=int(minutes.awake[low:high].sum()),
        in_bed_minutes=asleep + int(minutes.awake[start:end].sum()),
        main=False,
        truncated=not (minutes.seen[max(start - 1, 0)] and minutes.seen[min(end, last - 1)])
        or start == 0
        or end == last,
    )


def _with_main(method: SleepMethod, asleep: NDArray[np.bool_], periods: list[SleepPeriod]) -> Sleep:
    """Mark the longest period of each day as main; days begin half a day from the usual sleep."""
    begin = (_usual_minute(asleep) + MINUTES_PER_DAY // 2) % MINUTES_PER_DAY
    by_day: dict[int, list[SleepPeriod]] = {}
    for period in periods:
        middle = (period.onset + period.offset) // 2
        by_day.setdefault((middle - begin) // MINUTES_PER_DAY, []).append(period)
    out, totals = [], []
    for mine in by_day.values():
        longest = max(mine, key=lambda period: period.asleep_minutes)
        total = sum(period.asleep_minutes for period in mine)
        is_main = total >= MIN_DAY_MINUTES
        out += [replace(period, main=is_main and period is longest) for period in mine]
        if is_main and not any(period.truncated for period in mine):
            # Detected naps may be a film on the sofa: only recorded ones count.
            totals.append(total if method == "stages" else longest.asleep_minutes)
    out.sort(key=lambda period: period.onset)
    return Sleep(method, asleep, tuple(out), tuple(totals))


def _usual_minute(asleep: NDArray[np.bool_]) -> int:
    """Circular mean of the minutes of the day asleep; 0 without sleep."""
    angle = np.flatnonzero(asleep) * (2 * np.pi / MINUTES_PER_DAY)
    mean = np.arctan2(np.sin(angle).sum(), np.cos(angle).sum())
    return round(float(mean) * MINUTES_PER_DAY / (2 * np.pi)) % MINUTES_PER_DAY
