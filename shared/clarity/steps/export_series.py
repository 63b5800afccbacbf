"""A person's series out of their chunks, a few days at a time: samples, minutes, sums of days.

The chunks come by day. What belongs to a day may lie in the chunks of its neighbours: an interval
that began the evening before, a copy that was sent from another time zone, a deletion. So each week
is laid out with `MARGIN` days on both sides, and only those days are held in memory.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np

from clarity.domain.intake.samples import KINDS, Samples
from clarity.domain.intake.units import CANONICAL, KIND_INDEX
from clarity.domain.minutes.grid import MINUTES_PER_DAY, VITALS, build_grid
from clarity.steps.preprocess import combine

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from clarity.domain.minutes.grid import Grid
    from clarity.steps.ports import Chunk

# When a chunk was created, and the chunk.
Arrived = tuple[str, "Chunk"]

BLOCK_DAYS: Final = 7
MARGIN: Final = 2  # days; the farthest zones are 26 hours apart, the longest interval is 48 hours
SAMPLES_HEADER: Final = (
    "kind", "value", "unit", "start_utc", "end_utc", "start_local", "source", "bundle_id",
    "product_type",
)  # fmt: skip
MINUTES_HEADER: Final = (
    "minute_local", "times", "worn", "steps", "heart_rate_per_min", "energy_kcal", "distance_m",
    "sleep_stage",
)  # fmt: skip
_ASLEEP: Final = (1, 3, 4, 5)
_SUMMED: Final = ("appleExerciseTime", "workout")
# With these a spreadsheet program takes a text for a formula.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """At most a week of one month, by the person's own clock.

    Attributes:
        days: Those that have chunks, in order.
        samples: What started on them: each once, without the deleted ones, by time.
        grid: Their minutes, from the first of the days to the last.
    """

    days: Sequence[date]
    samples: Samples
    grid: Grid


def blocks(chunks: Iterable[tuple[date, Sequence[Arrived]]]) -> Iterator[Block]:
    """The person's data, block after block.

    Args:
        chunks: day by day, in the order of the days; of a day all, each with when it arrived.
    """
    held: dict[date, Sequence[Arrived]] = {}
    waiting: list[date] = []
    for day, found in chunks:
        while waiting and (day - waiting[0]).days >= BLOCK_DAYS + MARGIN:
            yield _taken(waiting, held)
        held[day] = found
        waiting.append(day)
    while waiting:
        yield _taken(waiting, held)


def _taken(waiting: list[date], held: dict[date, Sequence[Arrived]]) -> Block:
    """The next block; what no later one needs is let go."""
    first = waiting[0]
    days = [
        day
        for day in waiting
        if (day - first).days < BLOCK_DAYS and (day.year, day.month) == (first.year, first.month)
    ]
    near: list[Arrived] = []
    margin = timedelta(days=MARGIN)
    for day in sorted(held):
        if first - margin <= day <= days[-1] + margin:
            near.extend(held[day])
    # As they came: of two copies of a sample, the first says in which zone it was recorded.
    near.sort(key=lambda each: each[0])
    samples = combine([chunk for _, chunk in near])
    grid = build_grid(samples, first, (days[-1] - first).days + 1)
    del waiting[: len(days)]
    kept = (waiting[0] if waiting else days[-1] + timedelta(days=1)) - margin
    for day in [day for day in held if day < kept]:
        del held[day]
    own = samples.select(np.isin(samples.local_day(), np.array(days, "datetime64[D]")))
    return Block(days, own.select(np.lexsort((own.kind, own.start))), grid)


def sample_rows(block: Block) -> str:
    """The samples as lines of CSV."""
    samples, out = block.samples, io.StringIO()
    sources = [
        tuple(map(safe_cell, (each.name, each.bundle_id, each.product_type)))
        for each in samples.sources
    ]
    local = samples.start + samples.offset
    times = zip(*map(_clock, (samples.start, samples.end, local)), strict=True)
    rest = zip(samples.kind.tolist(), samples.value.tolist(), samples.source.tolist(), strict=True)
    csv.writer(out, lineterminator="\n").writerows(
        (
            KINDS[kind],
            f"{value:.12g}",
            CANONICAL[KINDS[kind]],
            f"{start}Z",
            f"{end}Z",
            here,
            *sources[source],
        )
        for (kind, value, source), (start, end, here) in zip(rest, times, strict=True)
    )
    return out.getvalue()


def minute_rows(block: Block) -> str:
    """The minutes of the block's days as lines of CSV; empty cells where nothing was observed."""
    grid, lines = block.grid, []
    columns = [grid.steps, grid.heart_rate, grid.energy, grid.distance]
    for day in block.days:
        at = (day - grid.first_day).days * MINUTES_PER_DAY
        part = slice(at, at + MINUTES_PER_DAY)
        shown = [_cells(each[part]) for each in columns]
        stages = ["" if stage < 0 else str(stage) for stage in grid.stage[part].tolist()]
        flags = zip(grid.repeats[part].tolist(), grid.worn[part].astype(int).tolist(), strict=True)
        rows = zip(flags, *shown, stages, strict=True)
        for minute, ((times, worn), *cells) in enumerate(rows):
            hour, rest = divmod(minute, 60)
            clock = f"{day.isoformat()}T{hour:02}:{rest:02}"
            lines.append(f"{clock},{times},{worn},{','.join(cells)}\n")
    return "".join(lines)


def day_values(block: Block) -> Iterator[tuple[date, str, float]]:
    """(day, kind, value) of what each day sums up or comes to: finite values only."""
    for day in block.days:
        part = block.grid.window((day - block.grid.first_day).days, 1)
        for kind, values in (
            ("stepCount", part.steps),
            ("activeEnergyBurned", part.energy),
            ("distanceWalkingRunning", part.distance),
        ):
            if not np.isnan(values).all():
                yield day, kind, float(np.nansum(values))
        asleep = np.isin(part.stage, _ASLEEP)
        if asleep.any():
            yield day, "sleepAnalysis", float(part.repeats[asleep].sum()) / 60.0
        means = {"heartRate": part.heart_rate} | {kind: part.vitals[kind] for kind in VITALS}
        for kind, values in means.items():
            if not np.isnan(values).all():
                yield day, kind, float(np.nanmean(values))
    yield from _sums(block)


def _sums(block: Block) -> Iterator[tuple[date, str, float]]:
    """The kinds that the grid has no minutes of, summed up by day."""
    days = np.array(block.days, "datetime64[D]")
    local = np.searchsorted(days, block.samples.local_day())
    for kind in _SUMMED:
        mine = block.samples.kind == KIND_INDEX[kind]
        sums = np.bincount(local[mine], block.samples.value[mine], minlength=len(days))
        for index in np.flatnonzero(sums).tolist():
            yield block.days[index], kind, float(sums[index])


def safe_cell(text: str) -> str:
    """A text that no spreadsheet program takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _cells(values: NDArray[np.float64]) -> list[str]:
    return ["" if value != value else f"{value:.6g}" for value in values.tolist()]  # noqa: PLR0124


def _clock(seconds: NDArray[np.float64]) -> list[str]:
    """To the millisecond, as ISO 8601 has it."""
    moments = np.rint(seconds * 1000.0).astype("datetime64[ms]")
    found: list[str] = np.datetime_as_string(moments).tolist()
    return found


def month_of(day: date) -> str:
    """The month of a day, as files are named by it."""
    return f"{day.year:04}-{day.month:02}"
