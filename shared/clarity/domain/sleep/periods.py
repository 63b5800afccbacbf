"""Stretches of sleep and what is known of each, and which of them are main sleeps."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from clarity.domain.minutes.grid import MINUTES_PER_DAY
from clarity.domain.minutes.runs import runs
from clarity.domain.sleep.stillness import DAY_SHARE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from clarity.domain.minutes.grid import Grid
    from clarity.domain.sleep.evidence import Evidence, SleepMethod

# Stretches of sleep less than an hour apart are one period: van Hees et al. 2018,
# doi:10.1038/s41598-018-31266-z.
SAME_PERIOD_MINUTES: Final = 60
MIN_PERIOD_MINUTES: Final = 15
# Asleep in a whole day, for its longest period to be a main sleep and not a nap after a night that
# was not recorded. Split sleep reaches it in short pieces.
MIN_DAY_MINUTES: Final = 180
HALF_DAY: Final = MINUTES_PER_DAY // 2
# Unobserved in the 24 hours around a detected main sleep, at most: a night fits into more.
MAX_UNOBSERVED: Final = round((1 - DAY_SHARE) * MINUTES_PER_DAY)


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
        main: The longest period of a day with at least three hours of sleep in all, where a
            longer one cannot have been missed.
        truncated: It touches the edge of the grid or a gap in the evidence, so its beginning or
            end is not known.
        method: What it rests on.
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
    method: SleepMethod


@dataclass(frozen=True, slots=True, eq=False)
class Sleep:
    """All sleep of a grid.

    Attributes:
        method: What most of its main sleeps rest on; each period says its own. Without one, how it
            was looked for.
        asleep: (n,) True in minutes asleep.
        awake: (n,) True in minutes of the periods that are known to be awake.
        periods: In order of time.
        day_totals: Minutes asleep of each day that has a whole main sleep, in all its periods.
        by_counts: Detected from activity counts, which tell lying awake from sleep.
        agreement: Share of the minutes of detected rest in which Kripke et al. 2010 say the same
            of the counts; None without counts.
        unworn: Days whose longest rest is no main sleep because too much around it was not seen.
    """

    method: SleepMethod
    asleep: NDArray[np.bool_]
    awake: NDArray[np.bool_]
    periods: tuple[SleepPeriod, ...]
    day_totals: tuple[int, ...]
    by_counts: bool = False
    agreement: float | None = None
    unworn: int = 0

    @property
    def nights(self) -> tuple[SleepPeriod, ...]:
        """The main sleeps that were seen from beginning to end, at whatever hour."""
        return tuple(period for period in self.periods if period.main and not period.truncated)

    def tells_wake(self, period: SleepPeriod) -> bool:
        """Whether lying awake was told from sleep in this period."""
        return self.by_counts or period.method == "stages"


def periods_of(grid: Grid, evidence: Evidence) -> list[SleepPeriod]:
    """The stretches of sleep of some length, none of them main as yet."""
    # Where clocks change, a wall-clock minute took place twice or not at all.
    real = grid.repeats.astype(np.int64)
    minutes = _Minutes(evidence, asleep=real * evidence.asleep, awake=real * evidence.awake)
    stretches = _joined(evidence.asleep, evidence.holding, real)
    borders = [0, *(edge for stretch in stretches for edge in stretch), len(real)]
    periods = [
        _period(minutes, low, high, (borders[2 * at], borders[2 * at + 3]))
        for at, (low, high) in enumerate(stretches)
    ]
    return [period for period in periods if period.asleep_minutes >= MIN_PERIOD_MINUTES]


@dataclass(frozen=True, slots=True, eq=False)
class _Minutes:
    """The evidence, and the real minutes asleep and awake of each wall-clock minute."""

    evidence: Evidence
    asleep: NDArray[np.int64]
    awake: NDArray[np.int64]


def _joined(
    asleep: NDArray[np.bool_], holding: NDArray[np.bool_], real: NDArray[np.int64]
) -> list[tuple[int, int]]:
    """Stretches asleep, joined over short gaps and over gaps that hold them together."""
    out: list[tuple[int, int]] = []
    through = np.concatenate([[0], np.cumsum(real)])
    for low, high in runs(asleep):
        if out:
            since = out[-1][1]
            between = through[low] - through[since]
            if between < SAME_PERIOD_MINUTES or holding[since:low].all():
                out[-1] = (out[-1][0], high)
                continue
        out.append((low, high))
    return out


def _period(minutes: _Minutes, low: int, high: int, between: tuple[int, int]) -> SleepPeriod:
    """The period of a stretch of sleep that lies between two others, and its time in bed."""
    bed, seen, last = minutes.evidence.bed, minutes.evidence.seen, len(minutes.asleep)
    start, end = low, high
    while start > between[0] and bed[start - 1]:
        start -= 1
    while end < between[1] and bed[end]:
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
        truncated=not (seen[max(low - 1, 0)] and seen[min(high, last - 1)])
        or start == 0
        or end == last,
        method=minutes.evidence.method,
    )


def with_breaks(grid: Grid, periods: Sequence[SleepPeriod]) -> list[SleepPeriod]:
    """Recorded periods, truncated where the device broke off: an empty battery, not waking up.

    A record whose heart rate ends (or begins) with it, at an hour and more without wear, broke off,
    unless most of the person's nights do so: then the device is put on for the night.
    """
    nights = [period for period in periods if period.asleep_minutes >= MIN_DAY_MINUTES]
    broken: list[SleepPeriod] = []
    for before in (True, False):
        off = [night for night in nights if _borders_on_off(grid, night, before=before)]
        if len(off) <= len(nights) / 2:
            broken += off
    return [replace(each, truncated=True) if each in broken else each for each in periods]


def _borders_on_off(grid: Grid, night: SleepPeriod, *, before: bool) -> bool:
    edge, hour = night.bed_start if before else night.bed_end, SAME_PERIOD_MINUTES
    earlier, later = slice(max(edge - hour, 0), edge), slice(edge, edge + hour)
    outside, inside = (earlier, later) if before else (later, earlier)
    within = hour <= edge <= len(grid.worn) - hour
    pulse = ~np.isnan(grid.heart_rate[inside])
    return within and bool(pulse.any()) and not grid.worn[outside].any()


def marked(sleep: Sleep, observed: NDArray[np.bool_]) -> Sleep:
    """With the main sleeps marked, the days' totals, and the method of most main sleeps.

    The longest period of each day is its main sleep; days begin half a day from the usual sleep.
    A day has none where a longer one may have been missed: outside of the grid, or, of what was
    detected, while the device was off.

    Args:
        sleep: With all its periods.
        observed: (n,) minutes with all that tells sleep from waking.
    """
    begin = (_usual_minute(sleep.asleep) + HALF_DAY) % MINUTES_PER_DAY
    by_day: dict[int, list[SleepPeriod]] = {}
    for period in sleep.periods:
        middle = (period.onset + period.offset) // 2
        by_day.setdefault((middle - begin) // MINUTES_PER_DAY, []).append(period)
    out, totals, unworn = [], [], 0
    for day, mine in by_day.items():
        longest = max(mine, key=lambda period: period.asleep_minutes)
        total = sum(period.asleep_minutes for period in mine)
        outside = _outside(sleep.asleep, begin + day * MINUTES_PER_DAY)
        enough = total >= MIN_DAY_MINUTES
        hidden = enough and _may_be_hidden(observed, longest)
        cut = not longest.truncated and (outside or 0.0) >= longest.asleep_minutes
        main = replace(longest, main=enough and not hidden and not cut)
        out += [main if period is longest else period for period in mine]
        unworn += hidden
        if main.main and _is_whole(outside, main, mine):
            totals.append(total)
    out.sort(key=lambda period: period.onset)
    methods = Counter(period.method for period in out if period.main)
    method = methods.most_common(1)[0][0] if methods else sleep.method
    return replace(
        sleep, method=method, periods=tuple(out), day_totals=tuple(totals), unworn=unworn
    )


def _may_be_hidden(observed: NDArray[np.bool_], period: SleepPeriod) -> bool:
    """Whether a longer sleep than this detected one may lie unseen in the 24 hours around it."""
    middle = (period.onset + period.offset) // 2
    around = observed[max(middle - HALF_DAY, 0) : middle + HALF_DAY]
    # A shorter gap hides no period of sleep, and minutes without a heart rate are common.
    unseen = sum(high - low for low, high in runs(~around, MIN_PERIOD_MINUTES))
    return period.method != "stages" and unseen >= min(period.asleep_minutes, MAX_UNOBSERVED)


def _outside(asleep: NDArray[np.bool_], start: int) -> float | None:
    """Minutes that the person usually sleeps in what the grid lacks of the day begun at start."""
    if 0 <= start <= len(asleep) - MINUTES_PER_DAY:
        return None
    minutes = np.arange(start, start + MINUTES_PER_DAY)
    outside = minutes[(minutes < 0) | (minutes >= len(asleep))] % MINUTES_PER_DAY
    usual = asleep.reshape(-1, MINUTES_PER_DAY).mean(axis=0)
    return float(usual[outside].sum())


def _is_whole(outside: float | None, main: SleepPeriod, mine: Sequence[SleepPeriod]) -> bool:
    """Whether the sleep of a day was seen.

    A day that sticks out of the grid may lack a nap or a part of split sleep: it does where the
    person on the whole sleeps for some time in the hours that are outside.
    """
    if outside is None:
        return not main.truncated
    return outside < MIN_PERIOD_MINUTES and not any(period.truncated for period in mine)


def _usual_minute(asleep: NDArray[np.bool_]) -> int:
    """Circular mean of the minutes of the day asleep; 0 without sleep."""
    angle = np.flatnonzero(asleep) * (2 * np.pi / MINUTES_PER_DAY)
    mean = np.arctan2(np.sin(angle).sum(), np.cos(angle).sum())
    return round(float(mean) * MINUTES_PER_DAY / (2 * np.pi)) % MINUTES_PER_DAY
