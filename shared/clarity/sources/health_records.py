"""The records of an Apple Health export as they come out of the parser: numbers in columns.

A record is looked at only as far as it takes to know that it is not wanted: its type, then its
day. What is kept is nine numbers in the array of its local day, so that a day that falls out of
the window goes as a whole, and memory is bounded by the days kept and not by the file.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Final, Generic, TypeVar

import numpy as np

from clarity.domain.intake.rows import short, zone_named
from clarity.domain.intake.samples import (
    CLOCK_ALLOWANCE_S,
    KIND_INDEX,
    Rejection,
    Samples,
    Source,
    samples_from_columns,
)
from clarity.domain.intake.units import SLEEP, WORKOUT
from clarity.sources import written
from clarity.sources.errors import UnreadableSourceError
from clarity.sources.healthkit import ASLEEP, AWAKE, CORE, DEEP, IN_BED, REM

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo
    from xml.parsers.expat import XMLParserType

    from numpy.typing import NDArray

QUANTITIES: Final[Mapping[str, str]] = {
    f"HKQuantityTypeIdentifier{name[0].upper()}{name[1:]}": name
    for name in KIND_INDEX
    if name not in {"sleepAnalysis", "workout"}
}
SLEEP_TYPE: Final = "HKCategoryTypeIdentifierSleepAnalysis"
SLEEP_VALUES: Final[Mapping[str, int]] = {
    f"HKCategoryValueSleepAnalysis{name}": code
    for name, code in (
        ("InBed", IN_BED),
        ("Asleep", ASLEEP),  # before iOS 16
        ("AsleepUnspecified", ASLEEP),
        ("Awake", AWAKE),
        ("AsleepCore", CORE),
        ("AsleepDeep", DEEP),
        ("AsleepREM", REM),
    )
}
_KINDS: Final = {name: KIND_INDEX[kind] for name, kind in QUANTITIES.items()} | {SLEEP_TYPE: SLEEP}
_WIDTH: Final = 9  # kind, start, end, value, unit, source, zone, the zone's own note, number
_NOTED: Final = 7
_DAYLIGHT_SAVING_S: Final = 3600.0  # the offsets of one zone differ by this at most
_NOTE_HOLDS_S: Final = 36 * 3600.0  # one night without a watch between two nights with it
_HARDWARE: Final = re.compile(r"hardware:(\S+?)(?:, |>)")
# A file has a few dozen of each; one that has more is not let to grow the tables.
_MOST: Final = {"type": 500, "unit": 100, "source": 1000, "zone": 500, "future": 1000}
_OTHER: Final = "other types"
_DATE: Final = "unreadable date"
_FUTURE: Final = "future date"
_VALUE: Final = "unreadable value"

T = TypeVar("T", str, Source)


@dataclass(slots=True)
class _Table(Generic[T]):
    """Numbers for the things that come again and again."""

    most: int
    index: dict[T, int] = field(default_factory=dict)

    def number(self, thing: T) -> int:
        """The number of a thing; -1 for a new one where there are too many."""
        known = self.index.get(thing)
        if known is None:
            known = len(self.index) if len(self.index) < self.most else -1
            if known >= 0:
                self.index[thing] = known
        return known


@dataclass(slots=True)
class Records:
    """Takes XML elements, keeps the records of the newest days.

    `skipped` counts records that were not taken, by type or reason; records before the window are
    in `older`. With `last_days` None all days are kept. A record that begins more than a day after
    `now`, or after the export was made, has a wrong clock and is rejected: it would drag the window
    into the future. `exported` is when the file says that it was made, None where it does not.
    """

    last_days: int | None
    now: datetime
    exported: datetime | None = None
    skipped: Counter[str] = field(default_factory=Counter)
    older: int = 0
    _days: dict[str, array[float]] = field(default_factory=dict)
    _oldest: str = ""  # the first local day to keep; days compare as text
    _newest: str = ""
    _latest: float = field(init=False)  # epoch seconds after which no record can begin
    _future: list[Rejection] = field(default_factory=list)
    _number: int = -1
    _root: str = ""
    _open: array[float] | None = None  # the day whose last record is still open
    _units: _Table[str] = field(default_factory=lambda: _Table(_MOST["unit"]))
    _sources: _Table[Source] = field(default_factory=lambda: _Table(_MOST["source"]))
    _writers: dict[tuple[str, str, bool], int] = field(default_factory=dict)
    _zones: _Table[str] = field(default_factory=lambda: _Table(_MOST["zone"]))
    _parser: XMLParserType | None = None

    def __post_init__(self) -> None:
        self._latest = self.now.timestamp() + CLOCK_ALLOWANCE_S

    def listen_to(self, parser: XMLParserType) -> None:
        """Take the elements of this parser."""
        self._parser = parser
        parser.StartElementHandler = self._start

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        """One opening tag. This is where the time goes: the commonest come first."""
        if name == "Record":
            self._number += 1
            kind = _KINDS.get(attributes.get("type", ""))
            if kind is None:
                self._skip(attributes.get("type", ""))
            elif attributes.get("startDate", "")[:10] < self._oldest:
                self.older += 1
            else:
                self._keep(kind, attributes)
        elif name != "MetadataEntry":
            self._other(name, attributes)
        elif self._open is not None and attributes.get("key") == "HKTimeZone":
            self._open[_NOTED - _WIDTH] = self._zones.number(attributes.get("value", ""))

    def _other(self, name: str, attributes: dict[str, str]) -> None:
        """A tag that is neither a record nor its metadata."""
        if name == "Workout":
            self._number += 1
            self._keep(WORKOUT, attributes)
        elif not self._root:
            self._begin(name)
        elif name == "ExportDate":
            self.exported = _moment(attributes.get("value", ""))
            if self.exported:
                made = self.exported.timestamp() + CLOCK_ALLOWANCE_S
                self._latest = min(self._latest, made)

    def _end(self, name: str) -> None:
        """One closing tag; heard only while a kept record is open."""
        if name in {"Record", "Workout"}:
            self._listen(None)

    def _listen(self, day: array[float] | None) -> None:
        self._open = day
        if self._parser is not None:
            self._parser.EndElementHandler = None if day is None else self._end

    def _begin(self, name: str) -> None:
        if name != "HealthData":
            raise UnreadableSourceError(
                f"expected <HealthData> as the outer element, found <{name}>"
            )
        self._root = name

    def _skip(self, kind: str) -> None:
        reason = kind or "record without a type"
        known = reason in self.skipped or len(self.skipped) < _MOST["type"]
        self.skipped[reason if known else _OTHER] += 1

    def _keep(self, kind: int, attributes: dict[str, str]) -> None:
        """Put one record into its local day, or count why not."""
        first, last = attributes.get("startDate", ""), attributes.get("endDate", "")
        day, start, end = first[:10], _moment(first), _moment(last)
        if day < self._oldest:
            self.older += 1
            return
        if start is None or end is None:
            self.skipped[_DATE] += 1
            return
        begun, ended = start.timestamp(), end.timestamp()
        if begun > self._latest:
            self._reject(first)
            return
        what = _reading(kind, attributes, begun, ended)
        unit = self._units.number(what[1]) if what else -1
        source, zone = self._source(attributes), self._zones.number(first[20:])
        if what is None or unit < 0 or source < 0 or zone < 0:
            self.skipped[_VALUE] += 1
            return
        if day > self._newest:
            self._advance(day)
        row = self._days.setdefault(day, array("d"))
        row.extend((kind, begun, ended, what[0], unit, source, zone, -1, self._number))
        self._listen(row)

    def _reject(self, start: str) -> None:
        """Note a record of the future; of a great many, the first ones."""
        if len(self._future) == _MOST["future"]:
            self.skipped[_FUTURE] += 1
            return
        latest = f"{datetime.fromtimestamp(self._latest, UTC):%Y-%m-%d %H:%M} or earlier"
        found = Rejection(self._number, "in_future", "startDate", latest, short(start))
        self._future.append(found)

    def _advance(self, day: str) -> None:
        """A newer day: days that fall out of the window are dropped."""
        self._newest = day
        if self.last_days is None:
            return
        oldest = max(date.fromisoformat(day).toordinal() - self.last_days + 1, 1)
        self._oldest = date.fromordinal(oldest).isoformat()
        for old in [kept for kept in self._days if kept < self._oldest]:
            self.older += len(self._days.pop(old)) // _WIDTH

    def _source(self, attributes: dict[str, str]) -> int:
        """The record's source; the export has no bundle identifier, so Apple's own is a guess."""
        name, device = attributes.get("sourceName", ""), attributes.get("device", "")
        hardware = _HARDWARE.search(device) if device else None
        product = hardware[1] if hardware else ""
        key = (name, product, "Apple Inc." in device)
        known = self._writers.get(key)
        if known is None:
            bundle = "com.apple.health" if key[2] else ""
            known = self._sources.number(Source(name, bundle, product))
            if known >= 0:
                self._writers[key] = known
        return known

    def samples(self, time_zone: str | None) -> tuple[Samples, tuple[Rejection, ...]]:
        """What was kept, each sample once and in time order, and what cannot be true."""
        if not self._days:
            return Samples.empty(), tuple(self._future)
        rows = np.concatenate([np.frombuffer(self._days[day]) for day in sorted(self._days)])
        rows = rows.reshape(-1, _WIDTH)
        rows = rows[np.lexsort((rows[:, 2], rows[:, 1]))]
        zones, zone_of = self._known_zones(rows[:, 1], rows[:, 6:8].astype(np.int64), time_zone)
        samples, rejected = samples_from_columns(
            kind=rows[:, 0].astype(np.int8),
            start=rows[:, 1],
            end=rows[:, 2],
            value=rows[:, 3],
            unit=rows[:, 4].astype(np.intp),
            units=list(self._units.index),
            source=rows[:, 5].astype(np.intp),
            sources=list(self._sources.index),
            zone=zone_of,
            zones=zones,
            received_at=self.now,
        )
        number = rows[:, 8].astype(np.int64)
        return samples.unique(), (
            *(replace(each, index=int(number[each.index])) for each in rejected),
            *self._future,
        )

    def _known_zones(
        self,
        start: NDArray[np.float64],
        columns: NDArray[np.int64],
        time_zone: str | None,
    ) -> tuple[list[tzinfo], NDArray[np.intp]]:
        """The zones, and each record's: the one asked for, else the nearest note, else its offset.

        The Health app writes all dates in the zone that the phone has at the export; where the
        person was is noted on some records only, such as the sleep of a watch. So in a file of
        one zone a note holds for the records around it as far as `_NOTE_HOLDS_S`.
        """
        asked = zone_named(time_zone)
        if asked is not None:
            return [asked], np.zeros(len(columns), np.intp)
        found = [zone_named(name) for name in self._zones.index]
        offsets = [_fixed(name) for name in self._zones.index]
        known = np.array([zone is not None for zone in found], np.bool_)
        noted = (columns[:, 1] >= 0) & known[columns[:, 1]]
        zones = [zone or offset for zone, offset in zip(found, offsets, strict=True)]
        written = columns[:, 0].astype(np.intp)
        east = [offsets[zone].utcoffset(None).total_seconds() for zone in np.unique(written)]
        if not noted.any() or max(east) - min(east) > _DAYLIGHT_SAVING_S:
            return zones, np.where(noted, columns[:, 1], written).astype(np.intp)
        notes = np.flatnonzero(noted)
        after = np.minimum(np.searchsorted(start[notes], start), len(notes) - 1)
        before = np.maximum(after - 1, 0)
        since, until = (np.abs(start[notes[near]] - start) for near in (before, after))
        nearest = notes[np.where(since <= until, before, after)]
        nearest[noted] = notes
        holds = np.abs(start[nearest] - start) <= _NOTE_HOLDS_S
        return zones, np.where(holds, columns[nearest, 1], written).astype(np.intp)


def _fixed(offset: str) -> timezone:
    """The zone of `+0100`; of a name that is no zone, UTC, which no record then uses."""
    moment = _moment(f"2000-01-01 00:00:00 {offset}")
    return timezone((moment and moment.utcoffset()) or timedelta())


def _moment(text: str) -> datetime | None:
    """`2024-01-05 23:10:00 +0100`, or None."""
    try:
        moment = datetime.fromisoformat(text[:19] + text[20:])
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _reading(
    kind: int, attributes: dict[str, str], start: float, end: float
) -> tuple[float, str] | None:
    """Value and unit of a record, None where there is none to read."""
    if kind == SLEEP:
        code = SLEEP_VALUES.get(attributes.get("value", ""))
        return None if code is None else (float(code), "")
    if kind == WORKOUT and "duration" not in attributes:
        return (end - start) / 60.0, "min"
    name, unit = ("duration", "durationUnit") if kind == WORKOUT else ("value", "unit")
    try:
        value = written.number(attributes.get(name, ""))
    except ValueError:
        return None
    return value, attributes.get(unit, "min" * (kind == WORKOUT))
