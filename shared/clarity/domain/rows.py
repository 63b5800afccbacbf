"""One sample of an upload, read field by field: a row of numbers, or a fault that says why not.

Only what needs a look at the JSON happens here; bounds and times are checked on whole columns in
`clarity.domain.samples`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from clarity.domain.columns import Source
from clarity.domain.units import ALIASES, KINDS, SLEEP, UNITS, WORKOUT, Conversion, conversion

MAX_FOUND: Final = 80
MAX_SOURCES: Final = 256  # per upload; a person has a handful
MAX_NAME: Final = 200
MAX_METADATA_ZONES: Final = 32
MAX_SHOWN_BITS: Final = 256  # larger integers are named by type: their digits cost quadratic time
_FIXED_ZONE: Final = re.compile(r"(?:GMT|UTC)([+-])(\d{1,2}):?(\d{2})?")
_EXPORT_OFFSET: Final = re.compile(r" ([+-]\d{4})$")

# kind, value, conversion, start, end, source, zone
Row = tuple[int, float, int, float, float, int, int]


def zone_named(name: object) -> tzinfo | None:
    """The zone of an IANA name, or of the "GMT+0200" that iOS gives for a fixed offset."""
    if not isinstance(name, str):
        return None
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


@dataclass(slots=True)
class RowReader:
    """Reads samples one by one; remembers every unit, date and source that it has seen."""

    zones: list[tzinfo]
    conversions: list[Conversion] = field(default_factory=list)
    sources: dict[Source, int] = field(default_factory=dict)
    _units: dict[tuple[int, str], int] = field(default_factory=dict)
    _times: dict[str, float] = field(default_factory=dict)
    _names: dict[tuple[str, str, str], int] = field(default_factory=dict)
    _zone_names: dict[str, int] = field(default_factory=dict)

    def row(self, sample: object) -> Row:
        """The row of a sample.

        Raises:
            UnreadableSampleError: A field is missing or cannot be read.
        """
        if not isinstance(sample, Mapping):
            raise UnreadableSampleError("not_an_object", "", "an object", sample)
        name = sample.get("sample_type")
        kind = ALIASES.get(name) if isinstance(name, str) else None
        if kind is None:
            code = "missing_field" if name is None else "unknown_type"
            raise UnreadableSampleError(code, "sample_type", "a known HealthKit type", name)
        start = self._time(sample, "start_date")
        end = self._time(sample, "end_date")
        if kind == SLEEP:
            value, unit = _stage(sample), self._conversion(SLEEP, "")
        elif kind == WORKOUT:
            value, unit = _workout_minutes(sample, start, end), self._conversion(WORKOUT, "min")
        else:
            value, unit = _number(sample, "value"), self._unit(kind, sample.get("unit"))
        source = self._source(sample.get("source_revision"))
        return kind, value, unit, start, end, source, self._zone(sample.get("metadata"))

    def _time(self, sample: Mapping[str, object], name: str) -> float:
        found = sample.get(name)
        if isinstance(found, str):
            seconds = self._times.get(found)
            if seconds is None:
                seconds = self._times[found] = _seconds(_parse_date(found), name, found)
            return seconds
        if found is None:
            raise UnreadableSampleError("missing_field", name, "an ISO 8601 date with a zone", None)
        return _seconds(found if isinstance(found, datetime) else None, name, found)

    def _unit(self, kind: int, unit: object) -> int:
        if not isinstance(unit, str):
            code = "missing_field" if unit is None else "bad_unit"
            raise UnreadableSampleError(code, "unit", " or ".join(UNITS[KINDS[kind]]), unit)
        return self._conversion(kind, unit)

    def _conversion(self, kind: int, unit: str) -> int:
        known = self._units.get((kind, unit))
        if known is not None:
            return known
        # A stage code has no unit, and whatever the client writes there says nothing.
        how = Conversion() if kind == SLEEP else conversion(kind, unit)
        if how is None:
            raise UnreadableSampleError("bad_unit", "unit", " or ".join(UNITS[KINDS[kind]]), unit)
        self.conversions.append(how)
        self._units[kind, unit] = len(self.conversions) - 1
        return len(self.conversions) - 1

    def _source(self, revision: object) -> int:
        """Index of the source; an absent or broken revision is the unnamed source."""
        if not isinstance(revision, Mapping):
            revision = {}
        writer = revision.get("source")
        if not isinstance(writer, Mapping):
            writer = {}
        text = (
            _text(writer.get("name")),
            _text(writer.get("bundle_identifier")),
            _text(revision.get("product_type")),
        )
        known = self._names.get(text)
        if known is None:
            source = Source(*(_storable(part) for part in text))
            if len(self.sources) >= MAX_SOURCES and source not in self.sources:
                raise UnreadableSampleError(
                    "too_many_sources", "source_revision", f"{MAX_SOURCES}", source.name
                )
            known = self.sources.setdefault(source, len(self.sources))
            self._names[text] = known
        return known

    def _zone(self, metadata: object) -> int:
        """Index of the zone that HealthKit noted on the sample, else 0, the upload's own."""
        name = metadata.get("HKTimeZone") if isinstance(metadata, Mapping) else None
        if not isinstance(name, str):
            return 0
        known = self._zone_names.get(name)
        if known is not None or len(self._zone_names) >= MAX_METADATA_ZONES:
            return known or 0
        zone = zone_named(name)
        if zone is not None:
            self.zones.append(zone)
        self._zone_names[name] = len(self.zones) - 1 if zone is not None else 0
        return self._zone_names[name]


def _stage(sample: Mapping[str, object]) -> float:
    """The stage code; clients that leave `category_value` null put it in `value`."""
    name = "category_value" if sample.get("category_value") is not None else "value"
    code = _number(sample, name)
    if code not in (0.0, 1.0, 2.0, 3.0, 4.0, 5.0):
        raise UnreadableSampleError("out_of_bounds", name, "a sleep stage, 0 to 5", code)
    return code


def _workout_minutes(sample: Mapping[str, object], start: float, end: float) -> float:
    """Minutes of the workout: its own duration when the unit is one of time, else the interval.

    Clients send a workout's energy, its distance or nothing as its value; the interval is always
    there.
    """
    unit = sample.get("unit")
    how = conversion(WORKOUT, unit) if isinstance(unit, str) else None
    if how is None or sample.get("value") is None:
        return (end - start) / 60.0
    return _number(sample, "value") * how.scale


def _number(sample: Mapping[str, object], name: str) -> float:
    found = sample.get(name)
    if type(found) is float:
        return found
    if found is None:
        raise UnreadableSampleError("missing_field", name, "a number", None)
    if isinstance(found, bool) or not isinstance(found, (int, float)):
        raise UnreadableSampleError("bad_value", name, "a number", found)
    try:
        return float(found)
    except OverflowError:
        return math.inf


def _parse_date(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    try:  # "2025-06-12 10:00:00 -0400", as Apple's own export writes it
        return datetime.fromisoformat(_EXPORT_OFFSET.sub(r"\1", text))
    except ValueError:
        return None


def _seconds(moment: datetime | None, name: str, found: object) -> float:
    if moment is None or moment.tzinfo is None:
        raise UnreadableSampleError("bad_date", name, "an ISO 8601 date with a zone", found)
    return moment.timestamp()


def _text(found: object) -> str:
    return found if isinstance(found, str) else ""


def _storable(text: str) -> str:
    """Text that a document store takes: bounded, and without the half of a surrogate pair."""
    return text[:MAX_NAME].encode("utf-8", "replace").decode()


def short(found: object) -> str:
    """What was found in at most 80 characters, however large or odd it is."""
    if isinstance(found, str):
        return ascii(found[:MAX_FOUND])[:MAX_FOUND]
    if found is None or isinstance(found, (bool, float, datetime)):
        return str(found)[:MAX_FOUND]
    if isinstance(found, int) and found.bit_length() < MAX_SHOWN_BITS:
        return str(found)[:MAX_FOUND]
    return type(found).__name__
