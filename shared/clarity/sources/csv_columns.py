"""The columns of a CSV of minutes: which one is what, and what a cell says."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from clarity.domain.intake.rows import short
from clarity.sources import written
from clarity.sources.errors import UnreadableSourceError
from clarity.sources.healthkit import ASLEEP, AWAKE, CORE, DEEP, IN_BED, REM

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

DELIMITERS: Final = (",", ";", "\t")
UNKNOWN: Final = -1.0
_EMPTY: Final = {"nan", "na", "n/a", "null", "none", "-"}
# The first name of each that a header has is taken.
NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "timestamp": (
        "timestamp", "time_stamp", "datetime", "date_time", "local_time", "start_time", "start",
        "start_date", "epoch", "epoch_seconds", "unix", "unix_time", "utc",
    ),
    "date": ("date", "day"),
    "time": ("time", "clock"),
    "steps": ("steps", "step", "step_count", "stepcount"),
    "counts": (
        "counts", "count", "activity", "activity_counts", "activity_count", "vm",
        "vector_magnitude", "axis1", "pim",
    ),
    "heart_rate": ("heart_rate", "heartrate", "hr", "bpm", "pulse", "heart_rate_bpm"),
    "worn": ("worn", "wear", "wearing", "on_wrist"),
    "nonwear": ("nonwear", "non_wear", "notworn", "not_worn", "off_wrist", "offwrist"),
    "sleep": ("sleep", "asleep", "sleeping"),
    "stage": ("stage", "sleep_stage", "stages", "hypnogram"),
}  # fmt: skip
CHANNELS: Final = ("steps", "counts", "heart_rate")
EXAMPLE: Final = "timestamp,steps,heart_rate\n2026-03-20 23:10,12,61\n2026-03-20 23:11,0,60"
_THOUSANDS: Final = re.compile(r"[1-9]\d{0,2}(,\d{3})+", re.ASCII)
_EPOCH: Final = re.compile(r"\d+\.?\d*", re.ASCII)
# 2026-3-5 9:05, as spreadsheets write it; behind it seconds and a zone, or neither.
_SHORT: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})[T ]+(\d{1,2})(:\d\d.*)", re.ASCII)
# The line in which a spreadsheet says what is between two cells.
_SEPARATOR: Final = re.compile(r'"?sep=([^\w\s"]|\t)"?[,;\s]*', re.IGNORECASE)
_DATED: Final = {"-", "/"}  # after a year
_FLAGS: Final[Mapping[str, float]] = dict.fromkeys(("1", "1.0", "true", "yes", "y"), 1.0) | (
    dict.fromkeys(("0", "0.0", "false", "no", "n"), 0.0)
)
_STAGES: Final[Mapping[str, float]] = {
    word: float(code)
    for code, words in (
        (IN_BED, "inbed in_bed"),
        (ASLEEP, "asleep sleep"),
        (AWAKE, "awake wake w"),
        (CORE, "core light n1 n2"),
        (DEEP, "deep n3 n4"),
        (REM, "rem r"),
    )
    for word in words.split()
} | {"unknown": UNKNOWN}
_SECONDS: Final = (1e8, 1e11)  # 1973 to 5138
_MILLI: Final = 1000.0


@dataclass(frozen=True, slots=True)
class Header:
    """Where what stands.

    Attributes:
        delimiter: Between two cells.
        names: The header's own words.
        at: Position by the name in `NAMES`.
        lines: Lines before the first row of values.
    """

    delimiter: str
    names: tuple[str, ...]
    at: Mapping[str, int]
    lines: int

    def own_name(self, role: str) -> str:
        """What the header calls a column."""
        return self.names[self.at[role]]


def header_of(lines: Sequence[str]) -> Header | None:
    """The header of a CSV of minutes, None where the first lines have none.

    Blank lines and lines that begin with # may stand before it, and a first line such as sep=;
    which says what is between two cells.
    """
    delimiters: Sequence[str] = DELIMITERS
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        said = _SEPARATOR.fullmatch(line)
        if said and delimiters is DELIMITERS:
            delimiters = (said[1],)
            continue
        found = [_header(line, delimiter, number) for delimiter in delimiters]
        best = max(found, key=lambda header: (_is_one(header), len(header.at)))
        return best if _is_one(best) else None
    return None


def _header(line: str, delimiter: str, number: int) -> Header:
    names = tuple(name.strip() for name in line.replace('"', "").split(delimiter))
    plain = [_plain(name) for name in names]
    at = {
        role: plain.index(next(name for name in known if name in plain))
        for role, known in NAMES.items()
        if any(name in plain for name in known)
    }
    if {"date", "time"} <= at.keys() and plain[at.get("timestamp", 0)] == "epoch":
        del at["timestamp"]  # a number of the row
    return Header(delimiter, names, at, number)


def _plain(name: str) -> str:
    """`Heart Rate (bpm)` is `heart_rate`."""
    words = re.sub(r"[(\[].*", "", name.strip().lower())
    return re.sub(r"\W+", "_", words).strip("_")


def _is_one(header: Header) -> bool:
    when = "timestamp" in header.at or "time" in header.at
    return when and any(name in header.at for name in CHANNELS)


def time_reader(header: Header) -> Callable[[Sequence[str]], tuple[float, float]]:
    """What reads the time of a row: seconds, and seconds east of UTC.

    With a zone or as epoch seconds, the seconds are of the instant, and the offset is the one
    written. A clock time without a zone has the offset NaN, and its seconds are as if in UTC.
    The reader raises ValueError for what is no time.
    """
    at = header.at
    whole = at.get("timestamp", at.get("time", 0))
    day = at.get("date", -1) if "timestamp" not in at else -1

    def read(row: Sequence[str]) -> tuple[float, float]:
        text = row[whole].strip()
        if day < 0 and _EPOCH.fullmatch(text):
            return _epoch(written.number(text)), 0.0
        if day >= 0 and text[4:5] not in _DATED:  # else the column has the date as well
            text = f"{row[day].strip()} {text}"
        moment = _moment(text.replace("/", "-"))
        offset = moment.utcoffset()
        if offset is None:
            return moment.replace(tzinfo=UTC).timestamp(), math.nan
        return moment.timestamp(), offset.total_seconds()

    return read


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        found = _SHORT.fullmatch(text)
        if found is None:
            raise
    year, month, day, hour, rest = found.groups()
    zoned = rest.replace(" ", "")
    return datetime.fromisoformat(f"{year}-{month:0>2}-{day:0>2}T{hour:0>2}{zoned}")


def _epoch(number: float) -> float:
    """Epoch seconds, which may be written as milliseconds."""
    seconds = number if number < _SECONDS[1] else number / _MILLI
    if not _SECONDS[0] <= seconds < _SECONDS[1]:
        raise ValueError("no epoch seconds")
    return seconds


def number(cell: str) -> float:
    """The number in a cell; NaN for an empty one.

    Raises:
        ValueError: It is no number; the message is what was expected, here and below.
    """
    text = cell.strip()
    if not text or text.lower() in _EMPTY:
        return math.nan
    if _THOUSANDS.fullmatch(text):  # 1,234 is a thousand to some and little more than 1 to others
        raise ValueError("a number without separators of thousands")
    try:
        return written.number(text.replace(",", "."))
    except ValueError as error:
        raise ValueError("a number") from error


def flag(cell: str) -> float:
    """1 or 0 for yes or no in its usual words; NaN for an empty cell.

    Raises:
        ValueError: It is neither.
    """
    text = cell.strip().lower()
    if not text or text in _EMPTY:
        return math.nan
    if text not in _FLAGS:
        raise ValueError("1 or 0, yes or no, true or false")
    return _FLAGS[text]


def not_flag(cell: str) -> float:
    """The opposite of `flag`."""
    return 1.0 - flag(cell)


def stage(cell: str) -> float:
    """The stage code of a word; -1 for an empty cell.

    Raises:
        ValueError: It is no such word. Numbers mean different stages in different files.
    """
    text = cell.strip().lower()
    if not text or text in _EMPTY:
        return UNKNOWN
    if text not in _STAGES:
        raise ValueError(f"a word of {', '.join(_STAGES)}")
    return _STAGES[text]


def asleep(cell: str) -> float:
    """The stage code of a column that says only whether the person slept."""
    text = cell.strip().lower()
    if text in _FLAGS:
        return float(ASLEEP if _FLAGS[text] else AWAKE)
    return stage(cell)


READERS: Final[Mapping[str, Callable[[str], float]]] = dict.fromkeys(CHANNELS, number) | {
    "worn": flag,
    "nonwear": not_flag,
    "sleep": asleep,
    "stage": stage,
}


def no_such_table(name: str, lines: Sequence[str]) -> UnreadableSourceError:
    """What to say of a table that is no CSV of minutes."""
    first_line = next((line for line in lines if line.strip() and not _SEPARATOR.match(line)), "")
    return UnreadableSourceError(
        f"expected a header in {name} with a time (timestamp, or date and time) and at least one of"
        f" steps, counts, heart_rate, found {short(first_line)}"
    )
