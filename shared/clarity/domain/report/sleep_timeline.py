"""Sleep as a timeline: a row for each night, wherever in the day the person's nights lie.

Rows begin half a day from the usual middle of sleep, so the night of a shift worker stands in the
middle of its row like that of everybody else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from clarity.domain.minutes.grid import MINUTES_PER_DAY
from clarity.domain.report.actogram import STAGES
from clarity.domain.report.drawing import beside, boxes, hour_axis, hour_lines, keys, picture, spans
from clarity.domain.report.text import MINUTES_PER_HOUR, clock, day_name, duration, text
from clarity.domain.sleep.nights import LONGER_THAN, awakenings
from clarity.domain.sleep.regularity import circular_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from clarity.domain.analysis import Analysis
    from clarity.domain.minutes.grid import Grid
    from clarity.domain.sleep.nights import Sleep, SleepPeriod

HEIGHT: Final = 60  # of a row's drawing
HALF_DAY: Final = MINUTES_PER_DAY // 2
HOURS_PER_MARK: Final = 3
ONE_DATE: Final = 18  # hours of a row on one date that make it that day's
# Stage code: class, top and bottom in a row, the lighter the higher, as sleep charts have it.
LEVELS: Final = {
    2: ("awake", 4, 15),
    5: ("rem", 16, 29),
    3: ("core", 30, 43),
    1: ("core", 30, 43),
    4: ("deep", 44, 57),
}
ROOM: Final = 0.12  # of a row's width, for a time beside the sleep
FOUND: Final = (12, 50)  # top and bottom of sleep whose stages are not recorded


@dataclass(frozen=True, slots=True)
class _Night:
    """One row: the minutes of the grid from `start`, a day long, and the sleep that is its own."""

    index: int
    start: int
    periods: tuple[SleepPeriod, ...]

    def share(self, minute: float) -> float:
        return (minute - self.start) / MINUTES_PER_DAY


def sleep_timeline(grid: Grid, analysis: Analysis) -> Iterator[str]:
    """The figure's HTML: the mean midpoint, a row for each night, the hours."""
    sleep = analysis.sleep
    if sleep.method == "none":
        yield '<p class="lack">Not drawn: no sleep is recorded, and none could be found.</p>'
        return
    yield (
        '<p class="how">Each row is a day around the usual sleep; it ends where the next begins. An'
        f" awakening is over {LONGER_THAN} min.</p>"
    )
    begin = _first_minute(sleep)
    found = {metric.name: metric.value for metric in analysis.details}
    midpoint = found["sleep_midpoint"]
    yield _midpoint(midpoint, begin)
    yield hour_axis(begin // MINUTES_PER_HOUR, 24, HOURS_PER_MARK)
    for night in _nights(grid, sleep, begin):
        yield _row(grid, sleep, night, midpoint)
    yield hour_axis(begin // MINUTES_PER_HOUR, 24, HOURS_PER_MARK)
    yield keys(_legend(grid, sleep))


def _legend(grid: Grid, sleep: Sleep) -> dict[str, str]:
    """Of the marks that the figure has."""
    marks = {"asleep": "from falling asleep to the last waking"}
    for code, (kind, words, _) in STAGES.items():
        if (grid.stage == code).any():
            marks[kind] = words
    if (sleep.asleep & (grid.stage < 0)).any():
        marks["core"] = "asleep"
    if (~grid.worn & (grid.repeats > 0)).any():
        marks["unworn"] = "not worn: nothing is known"
    if (grid.repeats == 0).any():
        marks["skipped"] = "skipped by a clock change"
    return marks


def _first_minute(sleep: Sleep) -> int:
    """Half a day from the usual middle of sleep, to three hours; noon where nothing is usual."""
    middle = circular_mean(np.flatnonzero(sleep.asleep).astype(np.float64))
    if np.isnan(middle):
        return HALF_DAY
    every = HOURS_PER_MARK * MINUTES_PER_HOUR
    return round((middle + HALF_DAY) / every) * every % MINUTES_PER_DAY


def _nights(grid: Grid, sleep: Sleep, begin: int) -> Iterator[_Night]:
    """The rows that hold at least half a day of the grid, or sleep."""
    last = grid.days * MINUTES_PER_DAY
    for index, start in enumerate(range(begin - MINUTES_PER_DAY, last, MINUTES_PER_DAY)):
        end = start + MINUTES_PER_DAY
        mine = tuple(p for p in sleep.periods if start <= (p.onset + p.offset) / 2 < end)
        if mine or min(end, last) - max(start, 0) > HALF_DAY:
            yield _Night(index, start, mine)


def _midpoint(midpoint: float | None, begin: int) -> str:
    if midpoint is None:
        return ""
    share = (midpoint - begin) % MINUTES_PER_DAY / MINUTES_PER_DAY
    words = beside(share, share, f"mean middle of sleep {clock(midpoint)}")
    return f'<div class="row lane short"><p class="label"></p><div class="plot">{words}</div></div>'


def _row(grid: Grid, sleep: Sleep, night: _Night, midpoint: float | None) -> str:
    label, lines = _date(grid, night), _words(grid, sleep, night)
    drawing = picture(
        f"night{night.index}",
        f"Sleep of {label}",
        ". ".join([*lines, *(_other(p) for p in night.periods if not p.main)]) + ".",
        (MINUTES_PER_DAY, HEIGHT),
        _drawing(grid, sleep, night, midpoint),
    )
    notes = "".join(f"<span>{text(words)}</span>" for words in lines)
    return (
        f'<div class="row night"><p class="label"><b>{text(label)}</b>{notes}</p>'
        f'<div class="plot">{drawing}{"".join(_times(night))}</div></div>'
    )


def _date(grid: Grid, night: _Night) -> str:
    """The date of a row; where it lies over midnight, that of its morning."""
    hours = (night.start % MINUTES_PER_DAY) / MINUTES_PER_HOUR
    day = night.start // MINUTES_PER_DAY
    if hours <= 24 - ONE_DATE:
        return day_name(grid.day(day))
    if hours >= ONE_DATE:
        return day_name(grid.day(day + 1))
    return f"{grid.day(day):%a} to {day_name(grid.day(day + 1))}"


def _words(grid: Grid, sleep: Sleep, night: _Night) -> list[str]:
    """What the row shows: the main sleep, and the others in short."""
    main = [period for period in night.periods if period.main]
    rest = [period for period in night.periods if not period.main]
    lines = [line for period in main for line in _main(sleep, period)]
    if not main:
        lines.append(f"no main sleep found{_unseen(grid, night)}")
    if len(rest) == 1:
        lines.append(_other(rest[0]))
    elif rest:
        lines.append(f"{len(rest)} other sleeps")
    if main and rest:
        total = sum(period.asleep_minutes for period in night.periods)
        lines.append(f"{duration(total)} asleep in all")
    return lines


def _other(period: SleepPeriod) -> str:
    kind = "sleep cut short" if period.truncated else "other sleep"
    return f"{kind} {clock(period.onset)} to {clock(period.offset)}"


def _main(sleep: Sleep, period: SleepPeriod) -> Iterator[str]:
    yield f"{clock(period.onset)} to {clock(period.offset)}"
    yield f"{duration(period.asleep_minutes)} asleep"
    if sleep.tells_wake(period):
        span = slice(period.onset, period.offset)
        times = int(awakenings(sleep.asleep[span], sleep.awake[span]))
        yield f"{duration(period.awake_minutes)} awake"
        if times:
            yield f"{times} awakening{'s' if times > 1 else ''}"
    if period.method != sleep.method:
        yield "recorded" if period.method == "stages" else "detected, not recorded"
    if period.truncated:
        yield "its beginning or end was not seen"


def _unseen(grid: Grid, night: _Night) -> str:
    """How much of the row nothing is known of, where that is most of an hour or more."""
    inside = slice(max(night.start, 0), max(night.start + MINUTES_PER_DAY, 0))
    missing = int((~grid.worn[inside] & (grid.repeats[inside] > 0)).sum())
    return f", {duration(missing)} not worn" if missing >= MINUTES_PER_HOUR else ""


def _drawing(grid: Grid, sleep: Sleep, night: _Night, midpoint: float | None) -> Iterator[str]:
    """Back to front: what was not worn, the sleep, its stages, the midpoint."""
    low = max(night.start, 0)
    high = min(night.start + MINUTES_PER_DAY, len(grid.stage))
    seen = slice(low - night.start, high - night.start)

    def minutes(values: NDArray[np.bool_]) -> NDArray[np.bool_]:
        whole = np.zeros(MINUTES_PER_DAY, np.bool_)
        whole[seen] = values[low:high]
        return whole

    yield boxes(~minutes(np.ones_like(grid.worn)), 0, HEIGHT, "beyond")
    yield boxes(minutes(~grid.worn & (grid.repeats > 0)), 0, HEIGHT, "unworn")
    yield boxes(minutes(grid.repeats == 0), 0, HEIGHT, "skipped")
    yield hour_lines(24, HOURS_PER_MARK, HEIGHT)
    for period in sleep.periods:
        edges = [
            min(max(minute - night.start, 0), MINUTES_PER_DAY)
            for minute in (period.onset, period.offset)
        ]
        if edges[0] < edges[1]:
            kind = "asleep" if period.main else "asleep short"
            yield spans([(edges[0], edges[1])], 2, HEIGHT - 1, kind)
    staged = np.isin(grid.stage, list(LEVELS))
    for code, (kind, top, bottom) in LEVELS.items():
        yield boxes(minutes(grid.stage == code), top, bottom, kind)
    yield boxes(minutes(sleep.asleep & ~staged), *FOUND, "core")
    yield boxes(minutes(grid.stage == 0), HEIGHT - 3, HEIGHT, "bed")
    if midpoint is not None:
        at = (midpoint - night.start) % MINUTES_PER_DAY
        yield f'<path d="M{at:.0f} 0V{HEIGHT}" class="middle"/>'


def _times(night: _Night) -> Iterator[str]:
    """Onset and offset beside the main sleep, where there is room for them."""
    for period in night.periods:
        if not period.main:
            continue
        start, end = night.share(period.onset), night.share(period.offset)
        others = [p for p in night.periods if p is not period]
        before = max((night.share(p.offset) for p in others if p.offset <= period.onset), default=0)
        after = min((night.share(p.onset) for p in others if p.onset >= period.offset), default=1)
        if start - before > ROOM:
            yield _edge(start, "end", period.onset)
        if after - end > ROOM:
            yield _edge(end, "start", period.offset)


def _edge(share: float, side: str, minute: int) -> str:
    return f'<span class="edge {side}" style="left:{100 * share:.2f}%">{clock(minute)}</span>'
