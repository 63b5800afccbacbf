"""A CSV of minutes, as research devices and spreadsheets have them.

Rows may come in any order. A cell that cannot be read is rejected by itself, a row whose time
cannot is rejected as a whole; where half the rows are so, the file is of another kind. A time that
comes twice counts once, with the mean of its rows; so does the hour that a clock without a zone
shows twice in autumn. A minute without a row, and an empty cell, was not observed. Epochs shorter
than a minute are added up (heart rate: averaged) where the whole minute is there; longer ones are
refused, since what is measured needs to know each minute. Steps or counts that are filled less
often than the file has rows, such as once a minute beside a heart rate every 5 s, have an epoch of
their own.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

import numpy as np

from clarity.domain.intake.rows import zone_named
from clarity.domain.intake.samples import CLOCK_ALLOWANCE_S
from clarity.domain.intake.units import DAY_S
from clarity.domain.minutes.runs import runs
from clarity.sources.csv_columns import CHANNELS, UNKNOWN, Header, header_of, no_such_table
from clarity.sources.csv_table import Table, read_table
from clarity.sources.errors import UnreadableSourceError
from clarity.sources.healthkit import AWAKE
from clarity.sources.minutes import (
    EARLIEST,
    MINUTE_S,
    Minutes,
    commonest_distance,
    epoch_seconds,
    offsets_in,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import tzinfo

    from numpy.typing import NDArray

HEAD_LINES: Final = 50  # within which the header has to stand
# A file that says awake all day does not say when the person was in bed: three hours awake on end
# are not time in bed.
LONGEST_AWAKE_IN_BED: Final = 180
_AMOUNTS: Final = ("steps", "counts")
_TELLING: Final = 30  # filled minutes of a column, before they say that it is not one of minutes
_FLAG: Final = 0.5  # more than half of a minute's epochs


def read_minutes(
    lines: Sequence[str], name: str, *, time_zone: str | None, last_days: int, now: datetime
) -> Minutes:
    """The last days' minutes of a CSV.

    Args:
        lines: The text, a line at a time.
        name: Of the file, for messages.
        time_zone: IANA name. Times that are instants (with a zone, or epoch seconds) are moved to
            its clock.
        last_days: Local days to keep, counted back from the newest row.
        now: Rows of a time more than a day later are rejected, and those before `EARLIEST`.

    Raises:
        UnreadableSourceError: There is no such header, half the rows cannot be read, the epochs
            are longer than a minute, or the times are in UTC and nobody says where the person was.
    """
    header = header_of(lines[:HEAD_LINES])
    if header is None:
        raise no_such_table(name, lines)
    table = read_table(lines, header, name)
    wall = _wall(table.seconds, table.offset, time_zone, name)
    kept = _kept(wall, table, last_days, now)
    if not kept.any():
        raise UnreadableSourceError(
            f"expected rows of {EARLIEST.year} to now in {name}, found none"
        )
    columns = {role: values[kept] for role, values in table.columns.items()}
    return _minutes(wall[kept], columns, table, name, zone_named(time_zone))


def _kept(
    wall: NDArray[np.float64], table: Table, last_days: int, now: datetime
) -> NDArray[np.bool_]:
    """(rows,) whether a row is of the last days; those of no possible time are rejected."""
    latest = datetime.fromtimestamp(now.timestamp() + CLOCK_ALLOWANCE_S, UTC)
    future = wall > latest.timestamp()
    old = wall < (EARLIEST - date(1970, 1, 1)).days * DAY_S
    for code, wrong, expected in (
        ("in_future", future, f"{latest:%Y-%m-%d %H:%M} or earlier"),
        ("too_old", old, f"{EARLIEST} or later"),
    ):
        for row in np.flatnonzero(wrong).tolist():
            found = str(np.datetime64(int(wall[row]), "s"))[:-3].replace("T", " ")
            table.reject(row, code, "time", expected, found)
    possible = ~(future | old)
    newest = float(wall[possible].max(initial=-np.inf))
    since = (newest // DAY_S - last_days + 1) * DAY_S
    return np.asarray(possible & (wall >= since))


def _minutes(
    wall: NDArray[np.float64],
    columns: Mapping[str, NDArray[np.float64]],
    table: Table,
    name: str,
    zone: tzinfo | None,
) -> Minutes:
    """Rows, in whatever order, as minutes."""
    times, row_of, repeats = np.unique(wall, return_inverse=True, return_counts=True)
    epoch = epoch_seconds(times, name)
    minute = (times // MINUTE_S).astype(np.int64)
    first, length = int(minute[0]), int(minute[-1] - minute[0]) + 1
    minute -= first

    remarks = _remarks(table.header, columns, epoch, int((repeats - 1).sum()))

    def by_minute(role: str) -> NDArray[np.float64]:
        values = _mean(columns[role], row_of)
        level = _mean(np.append(values, np.nan), np.append(minute, length - 1))
        if role not in _AMOUNTS:
            return level
        own, cells = _own_epoch(values, times, minute, epoch)
        amounts, said = _added_up(level, cells, own, epoch)
        remarks.extend(f"{role}: {each}" for each in said)
        return amounts

    minutes = Minutes(
        first,
        {role: by_minute(role) for role in columns if role in CHANNELS},
        zone=zone,
        remarks=remarks,
        rejected=table.rejected,
    )
    for role in ("worn", "nonwear"):
        if role in columns and minutes.worn is None:
            minutes.worn = by_minute(role) > _FLAG
    for role in ("stage", "sleep"):
        if role in columns and minutes.stage is None:
            order = np.argsort(wall, kind="stable")
            minutes.stage = _stages(columns[role][order], minute[row_of[order]], length)
    return minutes


def _wall(
    seconds: NDArray[np.float64], offset: NDArray[np.float64], time_zone: str | None, name: str
) -> NDArray[np.float64]:
    """(rows,) seconds on the person's clock, as if it were in UTC."""
    clock = np.isnan(offset)
    if clock.all():
        return seconds
    if clock.any():
        raise UnreadableSourceError(
            f"expected all times of {name} with a zone or all without, found {clock.sum():,} of"
            f" {len(clock):,} rows without"
        )
    zone = zone_named(time_zone)
    if zone is not None:
        return seconds + offsets_in(zone, seconds)
    if not offset.any():
        raise UnreadableSourceError(
            f"the times of {name} are in UTC, which is not the person's clock unless you say so:"
            " give --time-zone (an IANA name such as Europe/Berlin, or UTC)"
        )
    return seconds + offset


def _mean(values: NDArray[np.float64], row_of: NDArray[np.intp]) -> NDArray[np.float64]:
    """(times,) the mean of the rows of each time, NaN where none has a value."""
    seen = ~np.isnan(values)
    count = np.bincount(row_of[seen], minlength=int(row_of.max()) + 1)
    total = np.bincount(row_of[seen], values[seen], minlength=len(count))
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _own_epoch(
    values: NDArray[np.float64], times: NDArray[np.float64], minute: NDArray[np.int64], epoch: int
) -> tuple[float, NDArray[np.int64]]:
    """Seconds from one filled cell of an amount to the next, and (minutes,) how many each has."""
    filled = ~np.isnan(values)
    cells = np.bincount(minute[filled], minlength=int(minute[-1]) + 1)
    if filled.sum() < (_TELLING if epoch == MINUTE_S else 2):
        return epoch, cells
    if cells.max() == 1:  # at whatever second of its minute
        return MINUTE_S * commonest_distance(minute[filled]), cells
    return commonest_distance(times[filled]), cells


def _added_up(
    level: NDArray[np.float64], cells: NDArray[np.int64], own: float, epoch: int
) -> tuple[NDArray[np.float64], list[str]]:
    """(minutes,) sums of the minutes whose cells are all there, and what to say of the others."""
    if own == epoch == MINUTE_S:
        return level, []
    if own > MINUTE_S or MINUTE_S % own:
        said = f"left out: a value every {own:g} s does not say what each minute has"
        return np.full(len(level), np.nan), [said]
    whole = cells == MINUTE_S / own
    missed, seen = int(((cells > 0) & ~whole).sum()), np.count_nonzero(cells)
    rarer = [f"a value every {own:g} s, taken as the amount of that time"] * (own != epoch)
    lost = [f"{missed:,} of {seen:,} minutes left out, which are not whole"] * (missed > 0)
    return np.where(whole, level * cells, np.nan), rarer + lost


def _stages(codes: NDArray[np.float64], minute: NDArray[np.int64], length: int) -> NDArray[np.int8]:
    """(length,) the last known stage of each minute; -1 where none is, or the day is awake."""
    stages = np.full(length, UNKNOWN, np.int8)
    known = codes != UNKNOWN
    stages[minute[known]] = codes[known].astype(np.int8)
    for low, high in runs(stages == AWAKE):
        if high - low >= LONGEST_AWAKE_IN_BED:
            stages[low:high] = UNKNOWN
    return stages


def _remarks(
    header: Header, columns: Mapping[str, NDArray[np.float64]], epoch: int, repeated: int
) -> list[str]:
    read = ", ".join(f"{role} from {header.own_name(role)!r}" for role in columns)
    remarks = [f"{epoch} s epochs; {read}"]
    if repeated:
        remarks.append(f"{repeated:,} rows repeat a time: each time counts once, with their mean")
    return remarks
