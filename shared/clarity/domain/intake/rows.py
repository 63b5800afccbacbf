"""Samples as an upload writes them: the fields of all of them at once, and one of them read alone.

`Fields` are columns of whatever the client wrote, nothing checked. `read_row` reads one sample from
them, or says why not; it is the definition that `clarity.domain.intake.decoding` follows in bulk.
Bounds and times are checked on whole columns in `clarity.domain.intake.samples`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from itertools import repeat
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from clarity.domain.errors import UnusableUploadError
from clarity.domain.intake.dates import read_date
from clarity.domain.intake.units import (
    ALIASES,
    CANONICAL,
    SLEEP,
    WORKOUT,
    conversion,
    expected_unit,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MAX_FOUND: Final = 80
MAX_SHOWN_BITS: Final = 256  # larger integers are named by type: their digits cost quadratic time
STAGES: Final = range(6)
_FIXED_ZONE: Final = re.compile(r"(?:GMT|UTC)?([+-])(\d{1,2})(?::?([0-5]\d))?(?::00)?")

# kind, value and unit as written, start, end
Row = tuple[int, float, str, float, float]
# code, field, expected, found
Fault = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of n samples as they were written; None where there is none.

    Attributes:
        rows: The samples themselves.
        kind: What the client calls the type.
        start: Dates, and so is `end`.
        end: See `start`.
        value: Numbers, or None.
        unit: The unit of the value.
        stage: Gives the stage code of the sleep sample at a position.
        zone: The IANA zone that HealthKit noted on the sample.
        offset: The offset from UTC that the client noted.
        name: The name of the source, and so are `bundle_id` and `product_type`.
        bundle_id: See `name`.
        product_type: See `name`.
    """

    rows: Sequence[object]
    kind: Sequence[object]
    start: Sequence[object]
    end: Sequence[object]
    value: Sequence[object]
    unit: Sequence[object]
    stage: Callable[[int], object]
    zone: Sequence[object]
    offset: Sequence[object]
    name: Sequence[object]
    bundle_id: Sequence[object]
    product_type: Sequence[object]


@dataclass(frozen=True, slots=True)
class Listed:
    """One list of samples in an upload.

    Attributes:
        rows: The samples.
        at: Where the list stands, in front of a field's name: "", "deleted.", "data.records.".
        fields: Pulls the fields out of a part of the rows.
        names: What the client calls a field, where that differs from the iOS client's name.
    """

    rows: Sequence[object]
    at: str
    fields: Callable[[Sequence[object]], Fields]
    names: Mapping[str, str]


def zone_named(name: object) -> tzinfo | None:
    """The zone of an IANA name, of a plain offset, or of the "GMT+0200" that iOS gives for one.

    >>> zone_named("+05:30")
    datetime.timezone(datetime.timedelta(seconds=19800))
    """
    if not isinstance(name, str):
        return None
    if name == "Z":
        return UTC
    fixed = _FIXED_ZONE.fullmatch(name)
    if fixed:
        seconds = int(fixed[2]) * 3600 + int(fixed[3] or 0) * 60
        in_range = seconds <= 14 * 3600
        return timezone(timedelta(seconds=seconds * int(fixed[1] + "1"))) if in_range else None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # unknown, malformed, a folder of zones
        return None


class UnreadableSampleError(Exception):
    """One sample cannot be read: code, field, expected, found."""

    def __init__(self, code: str, at: str, expected: str, found: object) -> None:
        super().__init__(code, at, expected, short(found))


def pull(maps: Sequence[object], key: str) -> list[object]:
    """What each map holds under `key`; None where it holds nothing or is no map."""
    try:
        return list(map(dict.get, maps, repeat(key)))  # type: ignore[arg-type]  # or a TypeError
    except TypeError:
        return [each.get(key) if isinstance(each, Mapping) else None for each in maps]


def list_under(found: Mapping[str, object], name: str, at: str = "") -> list[object] | None:
    """The list under a name; None where there is nothing.

    Raises:
        UnusableUploadError: Something else is there.
    """
    rows = found.get(name)
    if rows is None or isinstance(rows, list):
        return rows
    where = f"{at}.{name}" if at else name
    raise UnusableUploadError(f"{where}: expected a list, found {type(rows).__name__}")


def client_fields(rows: Sequence[object]) -> Fields:
    """The fields of samples in the iOS client's shape."""
    revision = pull(rows, "source_revision")
    writer = pull(revision, "source")
    return Fields(
        rows=rows,
        kind=pull(rows, "sample_type"),
        start=pull(rows, "start_date"),
        end=pull(rows, "end_date"),
        value=pull(rows, "value"),
        unit=pull(rows, "unit"),
        stage=lambda at: pull([rows[at]], "category_value")[0],
        zone=pull(pull(rows, "metadata"), "HKTimeZone"),
        offset=[None] * len(rows),
        name=pull(writer, "name"),
        bundle_id=pull(writer, "bundle_identifier"),
        product_type=pull(revision, "product_type"),
    )


def read_row(fields: Fields, at: int) -> Row:
    """The sample at a position.

    Raises:
        UnreadableSampleError: A field is missing or cannot be read.
    """
    if not isinstance(fields.rows[at], Mapping):
        raise UnreadableSampleError("not_an_object", "", "an object", fields.rows[at])
    name = fields.kind[at]
    kind = ALIASES.get(name) if isinstance(name, str) else None
    if kind is None:
        code = "missing_field" if name is None else "unknown_type"
        raise UnreadableSampleError(code, "sample_type", "a known HealthKit type", name)
    start = _seconds(fields.start[at], "start_date")
    end = _seconds(fields.end[at], "end_date")
    if kind == SLEEP:
        value, unit = _stage(fields, at), ""
    elif kind == WORKOUT:
        value, unit = _workout(fields, at, start, end)
    else:
        value, unit = _number(fields.value[at], "value"), _unit(kind, fields.unit[at])
    return kind, value, unit, start, end


def _seconds(found: object, name: str) -> float:
    seconds = read_date(found)
    if seconds is None:
        code = "missing_field" if found is None else "bad_date"
        raise UnreadableSampleError(code, name, "an ISO 8601 date with a zone", found)
    return seconds


def _unit(kind: int, found: object) -> str:
    if not isinstance(found, str) or conversion(kind, found) is None:
        code = "missing_field" if found is None else "bad_unit"
        raise UnreadableSampleError(code, "unit", expected_unit(kind), found)
    return found


def _stage(fields: Fields, at: int) -> float:
    """The stage code; clients that leave `category_value` null put it in `value`."""
    stage = fields.stage(at)
    given = stage is not None
    found = stage if given else fields.value[at]
    name = "category_value" if given else "value"
    expected = "a sleep stage, 0 to 5: in bed, asleep, awake, core, deep, REM"
    code = _number(found, name, expected)
    if code not in STAGES:
        raise UnreadableSampleError("out_of_bounds", name, expected, code)
    return code


def _workout(fields: Fields, at: int, start: float, end: float) -> tuple[float, str]:
    """A workout's own duration when the unit is one of time, else the minutes of its interval.

    Clients send a workout's energy, its distance or nothing as its value; the interval is always
    there.
    """
    unit = fields.unit[at]
    if isinstance(unit, str) and fields.value[at] is not None and conversion(WORKOUT, unit):
        return _number(fields.value[at], "value"), unit
    return (end - start) / 60.0, CANONICAL["workout"]


def _number(found: object, name: str, expected: str = "a number") -> float:
    if found is None:
        raise UnreadableSampleError("missing_field", name, expected, None)
    if isinstance(found, bool) or not isinstance(found, (int, float)):
        raise UnreadableSampleError("bad_value", name, expected, found)
    try:
        return float(found)
    except OverflowError:
        return math.inf


def short(found: object) -> str:
    """What was found in at most 80 characters, however large or odd it is."""
    if isinstance(found, str):
        return ascii(found[:MAX_FOUND])[:MAX_FOUND]
    if found is None or isinstance(found, (bool, float, datetime)):
        return str(found)[:MAX_FOUND]
    if isinstance(found, int) and found.bit_length() < MAX_SHOWN_BITS:
        return str(found)[:MAX_FOUND]
    return (found if isinstance(found, type) else type(found)).__name__
