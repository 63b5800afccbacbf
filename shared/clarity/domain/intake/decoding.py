"""Samples of an upload become columns of numbers, without an object for each of them.

The columns that the client wrote are read whole: dates as a matrix of bytes, types, units, sources
and zones once for each distinct one. A sample that is unusual in any way is left to `read_row`, so
the result is what reading them one by one would give.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from clarity.domain.intake.columns import Source
from clarity.domain.intake.dates import read_dates
from clarity.domain.intake.rows import (
    STAGES,
    Fault,
    Fields,
    UnreadableSampleError,
    read_row,
    short,
    zone_named,
)
from clarity.domain.intake.units import ALIASES, SLEEP, WORKOUT, conversion

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import tzinfo

    from numpy.typing import NDArray

MAX_SOURCES: Final = 256  # per list; a person has a handful
MAX_NAME: Final = 200
MAX_ZONE_NAMES: Final = 32  # per list; a new name is looked for on the disk
BLOCK: Final = 2048  # samples at a time, so that what was just read is still in the cache
_ODD: Final = -1
_EXACT: Final = 2**53
_NUMBERS: Final = {float, int, type(None)}


@dataclass(frozen=True, slots=True)
class Decoded:
    """The readable samples of a list as columns of length n, and what is wrong with the others.

    Attributes:
        position: (n,) where each sample stands in the list, ascending.
        kind: (n,) int8 index in `KINDS`.
        start: (n,) epoch seconds.
        end: (n,) epoch seconds.
        value: (n,) as written, in its unit.
        unit: (n,) index in `units`.
        zone: (n,) index in `zones`.
        source: (n,) index in `sources`.
        units: Unit texts.
        zones: Zones of the samples' clocks.
        sources: What wrote the samples.
        faults: Position -> why a sample cannot be read.
    """

    position: NDArray[np.intp]
    kind: NDArray[np.int8]
    start: NDArray[np.float64]
    end: NDArray[np.float64]
    value: NDArray[np.float64]
    unit: NDArray[np.intp]
    zone: NDArray[np.intp]
    source: NDArray[np.intp]
    units: Sequence[str]
    zones: Sequence[tzinfo]
    sources: Sequence[Source]
    faults: dict[int, Fault]


class _Labels(dict[tuple[object, ...], int]):
    """Numbers each distinct (type, unit, zone, offset, name, bundle, product) of a list.

    A week of samples has a handful of them, so what they mean is looked up once for each.
    """

    def __init__(self) -> None:
        self.kinds: list[int] = []
        self.units: list[int] = []
        self.texts: dict[str, int] = {"": 0}

    def __missing__(self, label: tuple[object, ...]) -> int:
        name, unit = label[:2]
        kind = ALIASES.get(name, WORKOUT) if isinstance(name, str) else WORKOUT
        text = "" if kind == SLEEP else unit
        plain = kind != WORKOUT and isinstance(text, str) and conversion(kind, text) is not None
        self.kinds.append(kind if plain else _ODD)
        self.units.append(self.unit(text) if isinstance(text, str) and plain else 0)
        self[label] = len(self.kinds) - 1
        return self[label]

    def unit(self, text: str) -> int:
        """The number of a unit."""
        return self.texts.setdefault(text, len(self.texts))

    def of(self, fields: Fields) -> NDArray[np.intp]:
        """(n,) the number of each sample's label."""
        columns = (
            *(fields.kind, fields.unit, fields.zone, fields.offset),
            *(fields.name, fields.bundle_id, fields.product_type),
        )
        try:
            return np.array(list(map(self.__getitem__, zip(*columns, strict=True))), np.intp)
        except TypeError:  # something unhashable, which is no text either
            plain = [
                [x if x is None or isinstance(x, str) else type(x) for x in c] for c in columns
            ]
            return np.array(list(map(self.__getitem__, zip(*plain, strict=True))), np.intp)


class _Places:
    """The sources and zones of a list, in the order in which its samples bring them.

    Attributes:
        sources: Source -> its number.
        zones: The upload's own zone, or UTC, then those that samples noted.
        refused: Label -> why no sample that has it can be placed.
    """

    def __init__(self, own_zone: tzinfo | None) -> None:
        self.sources: dict[Source, int] = {}
        self.zones: list[tzinfo] = [own_zone or UTC]
        self.refused: dict[int, Fault] = {}
        self._own = _ODD if own_zone is None else 0
        self._noted: dict[str, int] = {}

    def of(
        self, labels: _Labels, label: NDArray[np.intp]
    ) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """The source and the zone of each label that some sample has."""
        first = np.full(len(labels), len(label))
        first[label[::-1]] = np.arange(len(label))[::-1]  # of equal labels, the last one written
        source, zone = np.zeros((2, len(labels)), np.intp)
        keys = list(labels)
        for each in np.argsort(first, kind="stable")[: int((first < len(label)).sum())].tolist():
            note, offset, *writer = keys[each][2:]
            source[each] = self._source(writer)
            if source[each] == _ODD:
                found = short(_storable(writer[0]))
                at_most = f"at most {MAX_SOURCES} sources"
                self.refused[each] = ("too_many_sources", "source_revision", at_most, found)
                continue
            zone[each] = self._zone(note, offset)
            if zone[each] == _ODD:
                code = "missing_field" if offset is None else "bad_zone"
                expected = "an offset such as +01:00, as the upload names no zone"
                self.refused[each] = (code, "metadata", expected, short(offset))
        return source, zone

    def _source(self, writer: Sequence[object]) -> int:
        """An absent or broken source is the unnamed one."""
        source = Source(*map(_storable, writer))
        full = len(self.sources) >= MAX_SOURCES and source not in self.sources
        return _ODD if full else self.sources.setdefault(source, len(self.sources))

    def _zone(self, *notes: object) -> int:
        """HealthKit's own note on a sample comes first, then the client's, then the upload's."""
        found = (zone for note in notes if (zone := self._named(note)) != _ODD)
        return next(found, self._own)

    def _named(self, note: object) -> int:
        if not isinstance(note, str):
            return _ODD
        if note not in self._noted and len(self._noted) < MAX_ZONE_NAMES:
            zone = zone_named(note)
            self._noted[note] = _ODD if zone is None else len(self.zones)
            self.zones += [] if zone is None else [zone]
        return self._noted.get(note, _ODD)


def decode(
    rows: Sequence[object],
    fields_of: Callable[[Sequence[object]], Fields],
    own_zone: tzinfo | None,
) -> Decoded:
    """The samples of one list.

    Args:
        rows: What the upload holds, whatever that is.
        fields_of: Pulls the fields out of a part of the rows.
        own_zone: The upload's own zone, for samples that note none; None where it names none.
    """
    labels, faults = _Labels(), dict[int, Fault]()
    blocks = [
        _block(fields_of(rows[first : first + BLOCK]), labels, faults, first)
        for first in range(0, max(len(rows), 1), BLOCK)
    ]
    columns = [*map(np.concatenate, zip(*blocks, strict=True))] if blocks[1:] else [*blocks[0]]
    position = np.arange(len(rows))
    if faults:
        position, *columns = _without(set(faults), position, *columns)
    places = _Places(own_zone)
    source_of, zone_of = places.of(labels, columns[0])
    if places.refused:
        refused = [at for at, label in enumerate(columns[0].tolist()) if label in places.refused]
        faults |= {int(position[at]): places.refused[int(columns[0][at])] for at in refused}
        position, *columns = _without(set(refused), position, *columns)
    label, kind, unit, value, start, end = columns
    return Decoded(
        position=position,
        kind=kind,
        start=start,
        end=end,
        value=value,
        unit=unit,
        zone=zone_of[label],
        source=source_of[label],
        units=tuple(labels.texts),
        zones=tuple(places.zones),
        sources=tuple(places.sources),
        faults=faults,
    )


def _block(
    fields: Fields, labels: _Labels, faults: dict[int, Fault], first: int
) -> tuple[NDArray[Any], ...]:
    """Label, kind, unit, value, start and end of a block of samples; what faults have is void."""
    label = labels.of(fields)
    kind = np.array(labels.kinds, np.int8)[label]
    unit = np.array(labels.units, np.intp)[label]
    value = _numbers(fields.value)
    sleep = (kind == SLEEP).nonzero()[0]
    if len(sleep):
        value[sleep] = _stages([fields.stage(at) for at in sleep.tolist()])
    dates = read_dates([*fields.start, *fields.end])
    start, end = dates[: len(kind)], dates[len(kind) :]
    for at in ((kind == _ODD) | np.isnan(value + start + end)).nonzero()[0].tolist():
        try:
            kind[at], value[at], text, start[at], end[at] = read_row(fields, at)
            unit[at] = labels.unit(text)
        except UnreadableSampleError as fault:
            faults[first + at] = fault.args
    return label, kind, unit, value, start, end


def _without(gone: set[int], *columns: NDArray[Any]) -> list[NDArray[Any]]:
    kept = np.ones(len(columns[0]), np.bool_)
    kept[list(gone)] = False
    return [column[kept] for column in columns]


def _numbers(column: Sequence[object]) -> NDArray[np.float64]:
    """(n,) the numbers of a column, NaN where `read_row` must tell."""
    if set(map(type, column)) <= _NUMBERS:
        try:
            return np.array(column, np.float64)
        except OverflowError:
            pass
    plain = [type(x) is float or (type(x) is int and -_EXACT < x < _EXACT) for x in column]
    return np.array([x if y else math.nan for x, y in zip(column, plain, strict=True)], np.float64)


def _stages(column: Sequence[object]) -> NDArray[np.float64]:
    stage = _numbers(column)
    return np.where((stage >= STAGES[0]) & (stage <= STAGES[-1]) & (stage % 1 == 0), stage, np.nan)


def _storable(found: object) -> str:
    """Text that a document store takes: bounded, and without the half of a surrogate pair."""
    return found[:MAX_NAME].encode("utf-8", "replace").decode() if isinstance(found, str) else ""
