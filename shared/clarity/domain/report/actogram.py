"""A double-plotted actogram: one row a day, each row that day and the next, as inline SVG.

A row's drawing stretches with the page, so that it fills a phone's width as well as a sheet of
paper; all text stands beside it in HTML and keeps its size. Each day is drawn once, as a symbol,
and shown twice. Coordinates in a symbol: x is the minute of the local day, y is 0 (top) to 100.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np

from clarity.domain.minutes.grid import MINUTES_PER_DAY
from clarity.domain.minutes.runs import joined, runs
from clarity.domain.report import maps as overlay
from clarity.domain.report.drawing import boxes, hour_axis, hour_lines, keys, nice
from clarity.domain.report.text import clock, day_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from clarity.domain.minutes.grid import Grid
    from clarity.domain.minutes.quality import DayQuality, Quality
    from clarity.domain.report.maps import Maps

T = TypeVar("T", bound=np.generic)

HEIGHT: Final = 100  # of a day
BASE: Final = 84  # y of zero steps; sleep stages stand below it
FULL_SCALE_STEPS: Final = 200.0  # steps a minute at the top of a row; running is 160 to 180
FULL_SCALE_PERCENTILE: Final = 99.5  # of the minutes with counts, whose scale is each device's own
HEART_RATE_RANGE: Final = (40.0, 180.0)  # beats a minute at the base and at the top
HEART_RATE_BIN: Final = 5  # minutes; the watch measures about this often
SAME_SLEEP_MINUTES: Final = 30  # an interruption shorter than this goes unsaid in the row's words
HEART_RATE_GAP: Final = 6  # bins without a value that break the line
# Stage code: class and height above the bottom, so that stages differ without colour too.
STAGES: Final[Mapping[int, tuple[str, str, int]]] = {
    0: ("bed", "in bed", 3),
    1: ("core", "asleep, stage not known", 9),
    2: ("awake", "awake in bed", 4),
    3: ("core", "core sleep", 9),
    4: ("deep", "deep sleep", 14),
    5: ("rem", "REM sleep", 6),
}


def actogram(
    grid: Grid, quality: Quality, asleep: NDArray[np.bool_], maps: Maps | None
) -> Iterator[str]:
    """The figure's HTML: axis, a row for each day, axis.

    Args:
        grid: the days to draw.
        quality: of the same grid.
        asleep: (n,) minutes asleep, from recorded stages or found in movement.
        maps: where the model looked and what moved it, if that was asked for.
    """
    height, scale = (overlay.HEIGHT if maps else HEIGHT), full_scale(grid)
    yield '<svg class="symbols" aria-hidden="true" width="0" height="0"><defs>'
    yield (
        '<pattern id="hatch" width="36" height="14" patternUnits="userSpaceOnUse">'
        '<rect width="36" height="14" class="off"/>'
        '<path d="M0 14L36 0M-18 7L18 -7M18 21L54 7" class="hatch"/></pattern>'
    )
    for index in range(grid.days):
        yield f'<symbol id="day{index}" viewBox="0 0 1440 {height}" preserveAspectRatio="none">'
        yield from _day(grid, asleep, index, scale)
        if maps:
            yield from maps.strips(_minutes(index))
        yield "</symbol>"
    yield "</defs></svg>"
    yield hour_axis(0, 48, 6)
    for index, day in enumerate(quality.days):
        yield _row(grid, day, asleep, index, height)
    yield hour_axis(0, 48, 6)


def full_scale(grid: Grid) -> float:
    """Movement a minute at the top of a row; minutes above are cut there."""
    if grid.signal == "steps":
        return FULL_SCALE_STEPS
    moving = grid.counts[grid.counts > 0]
    return nice(float(np.percentile(moving, FULL_SCALE_PERCENTILE))) if len(moving) else 1.0


def _row(grid: Grid, day: DayQuality, asleep: NDArray[np.bool_], index: int, height: int) -> str:
    """One day's label and drawing."""
    label = day_name(day.date)
    worn = f"{day.worn_minutes / 60:.1f} h worn"
    total = _total(grid, index)
    what = f"{worn}, {total}"
    spans = joined(runs(_of(asleep, index)), SAME_SLEEP_MINUTES)
    sleep = ", ".join(f"{clock(start)} to {clock(stop)}" for start, stop in spans)
    description = f"{what}. Asleep: {sleep or 'not recorded'}."
    second = f'<use href="#day{index + 1}" x="1440" width="1440" height="{height}"/>'
    grey = f'<rect x="1440" width="1440" height="{height}" class="beyond"/>'
    year = f"{day.date:%Y}"
    flag = "" if day.valid else ' <span class="few">too little wear</span>'
    moved = any(note.startswith(day.date.isoformat()) for note in grid.notes)
    changed = '<span class="note">the clock changed</span>' if moved else ""
    return (
        f'<div class="row" id="row{index}"><p class="label"><b>{label}</b>'
        f'<span class="year"> {year}</span><span>{worn}</span><span>{total}</span>{flag}'
        f"{changed}</p>"
        f'<svg class="{"day" if height == HEIGHT else "day mapped"}" role="img" '
        f'viewBox="0 0 2880 {height}" preserveAspectRatio="none" '
        f'aria-labelledby="t{index} s{index}"><title id="t{index}">{label} {year} and the next '
        f'day</title><desc id="s{index}">{description}</desc>'
        f"{hour_lines(48, 6, height)}"
        f'<use href="#day{index}" width="1440" height="{height}"/>'
        f"{second if index + 1 < grid.days else grey}"
        f'<path d="M1440 0V{height}" class="midnight"/></svg></div>'
    )


def _total(grid: Grid, index: int) -> str:
    """The day's movement as it was measured, without what was filled in."""
    movement = _of(np.where(grid.imputed, np.nan, grid.movement) * grid.repeats, index)
    seen = ~np.isnan(movement)
    return f"{np.nansum(movement):,.0f} {grid.signal}" if seen.any() else f"no {grid.signal} known"


def _of(values: NDArray[T], index: int) -> NDArray[T]:
    return values[_minutes(index)]


def _minutes(index: int) -> slice:
    return slice(index * MINUTES_PER_DAY, (index + 1) * MINUTES_PER_DAY)


def _day(grid: Grid, asleep: NDArray[np.bool_], index: int, scale: float) -> Iterator[str]:
    """What one day's symbol holds, back to front."""
    took_place = _of(grid.repeats, index) > 0
    worn, movement = _of(grid.worn, index), np.nan_to_num(_of(grid.movement, index))
    filled = _of(grid.imputed, index)
    yield boxes(~took_place, 0, 100, "skipped")
    yield boxes(_of(asleep, index), 0, 100, "asleep")
    yield boxes(~worn & took_place & ~filled, 0, BASE, "unworn")
    yield from _stages(_of(grid.stage, index))
    yield _bars(np.where(filled, 0, movement), scale, "steps")
    yield _bars(np.where(filled, movement, 0), scale, "filled")
    yield boxes(filled, BASE - 2, BASE, "filled")
    yield _heart_rate(_of(grid.heart_rate, index))
    yield f'<path d="M0 {BASE}H1440" class="base"/>'


def _stages(stage: NDArray[np.int8]) -> Iterator[str]:
    """The strip under the base line: a box for each run of a stage."""
    for code, (kind, _, height) in STAGES.items():
        yield boxes(stage == code, 100 - height, 100, kind)


def _bars(movement: NDArray[np.float64], scale: float, kind: str) -> str:
    """One filled outline for each run of minutes with movement, on a square-root scale."""
    height = np.sqrt(np.minimum(movement, scale) / scale) * (BASE - 2)
    top = np.round(BASE - height).astype(int)
    outlines = []
    for start, stop in runs(top < BASE):
        tops = "".join(f"V{y}h1" for y in top[start:stop].tolist())
        outlines.append(f"M{start} {BASE}{tops}V{BASE}z")
    return f'<path d="{"".join(outlines)}" class="{kind}"/>' if outlines else ""


def _heart_rate(beats: NDArray[np.float64]) -> str:
    """A line through five-minute means, broken where there is nothing for half an hour."""
    bins = beats.reshape(-1, HEART_RATE_BIN)
    known = ~np.isnan(bins)
    count = known.sum(axis=1)
    low, high = HEART_RATE_RANGE
    mean = np.where(known, bins, 0).sum(axis=1) / np.maximum(count, 1)
    y = np.round(BASE - ((mean - low) / (high - low)).clip(0, 1) * (BASE - 2), 1)
    path, previous = [], -HEART_RATE_GAP - 1
    for at in np.flatnonzero(count).tolist():
        move = "L" if at - previous <= HEART_RATE_GAP else "M"
        path.append(f"{move}{at * HEART_RATE_BIN + 2} {y[at]:g}")
        previous = at
    return f'<path d="{"".join(path)}" class="beats"/>' if path else ""


def legend(grid: Grid, asleep: NDArray[np.bool_], maps: Maps | None) -> str:
    """What the marks mean: only of marks that the figure has."""
    full = f"{full_scale(grid):,.10g}"
    marks = {"steps": f"{grid.signal} a minute (square-root scale, full height {full})"}
    if not np.isnan(grid.heart_rate).all():
        marks["beats"] = "heart rate, 40 to 180 beats a minute"
    if asleep.any():
        marks["asleep"] = "asleep"
    recorded = {
        kind: text for code, (kind, text, _) in STAGES.items() if (grid.stage == code).any()
    }
    marks |= recorded
    if (~grid.worn & (grid.repeats > 0)).any():
        marks["unworn"] = "not worn: nothing is known"
    if grid.imputed.any():
        marks["filled"] = "filled in, not measured"
    if (grid.repeats == 0).any():
        marks["skipped"] = "skipped by a clock change"
    if maps:
        marks |= overlay.LEGEND
    return keys(marks)
