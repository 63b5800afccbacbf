"""An upload document becomes samples: what is good survives, what is not is named.

The document is the iOS client's JSON, or that of open-wearables' mobile SDKs. The iOS client
re-sends the last seven days on every callback, sends no sample id, leaves `category_value` null,
and writes whatever a person's other apps wrote into HealthKit. So nothing in a sample may raise: it
is accepted, or rejected with its index, a code, and what was expected and found.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from clarity.domain.errors import UnusableUploadError
from clarity.domain.intake import open_wearables
from clarity.domain.intake.columns import Samples, Source, identities
from clarity.domain.intake.decoding import decode
from clarity.domain.intake.rows import Fault, Listed, client_fields, list_under, short, zone_named
from clarity.domain.intake.software import software_of
from clarity.domain.intake.units import KIND_INDEX, KINDS, LIMITS, SLEEP, conversion, expected_unit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from numpy.typing import NDArray

__all__ = [
    "KINDS",
    "KIND_INDEX",
    "ParsedUpload",
    "Rejection",
    "Samples",
    "Source",
    "parse_upload",
    "samples_from_columns",
]

EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC).timestamp()
# A phone whose clock or zone is set by hand is off by a day at most (zones span 26 hours); later
# than that is a typing error, and would drag the newest week into the future.
CLOCK_ALLOWANCE_S: Final = 24 * 3600.0
_OFFSET_BUCKET_S: Final = 900  # every change of a zone's offset falls on a quarter of an hour, UTC
_LIMITS: Final = [LIMITS[name] for name in KINDS]
_LOW: Final = np.array([limit.low for limit in _LIMITS], np.float64)
_HIGH: Final = np.array([limit.high for limit in _LIMITS], np.float64)
_LONGEST: Final = np.array([limit.longest_s for limit in _LIMITS], np.float64)
_PER_MINUTE: Final = np.array([limit.per_minute for limit in _LIMITS], np.float64)
_DATED: Final = {"too_old", "in_future"}
_SHOWN_UNIT: Final = {
    "end_before_start": " s",
    "interval_too_long": " s",
    "implausible_rate": " a minute",
}


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why one sample was not taken.

    Attributes:
        index: Position in the list it came in.
        code: One of not_an_object, missing_field, unknown_type, bad_value, bad_unit, bad_date,
            bad_zone, too_many_sources, not_finite, out_of_bounds, end_before_start, too_old,
            in_future, interval_too_long, implausible_rate.
        field: The field at fault, as the client calls it; before it the list, when that is not
            `samples`: "deleted.value", "data.records.startDate", "data.sleep.stage".
        expected: What would have been accepted.
        found: What was there, at most 80 characters.
    """

    index: int
    code: str
    field: str
    expected: str
    found: str


@dataclass(frozen=True, slots=True)
class ParsedUpload:
    """What an upload holds: samples, those that it says were deleted, and what was rejected.

    `software` is what sent it, see `software_of`.
    """

    samples: Samples
    deleted: Samples
    rejected: tuple[Rejection, ...]
    software: Mapping[str, str]


def parse_upload(document: Mapping[str, object], *, received_at: datetime) -> ParsedUpload:
    """Read an upload document of the iOS client, or of open-wearables' mobile SDKs.

    Args:
        document: `{time_zone?, device_info: {time_zone}, samples: [...], deleted: [...]}`, or with
            `data: {records: [...], sleep: [...], workouts: [...]}` in the place of `samples`; a map
            like that may stand in the place of `deleted`, too. Dates are ISO 8601 strings with a
            zone, or aware datetimes. With `data` the upload may leave out its time zone; then each
            record must tell its own.
        received_at: When the upload arrived; samples that end more than 24 h later are rejected.

    Raises:
        UnusableUploadError: There is no list of samples, or no known time zone.
    """
    time_zone, by_record = _time_zone_name(document), isinstance(document.get("data"), Mapping)
    zone = zone_named(time_zone)
    if zone is None and not (by_record and time_zone is None):
        raise UnusableUploadError("time_zone: expected an IANA name, found {}", time_zone)
    names = ("samples", "data") if by_record else ("samples",)
    taken = [listed for name in names for listed in _listed(document, name)]
    deleted = _listed(document, "deleted")
    if not taken and not deleted:
        raise UnusableUploadError("expected a list of samples, found no samples, deleted or data")
    rejected: list[Rejection] = []
    kept, gone = (
        Samples.concat([_parse(listed, zone, received_at, rejected) for listed in part])
        for part in (taken, deleted)
    )
    return ParsedUpload(kept, gone, tuple(rejected), software_of(document))


def _listed(document: Mapping[str, object], name: str) -> list[Listed]:
    """The lists of samples under a name of the document."""
    found = document.get(name)
    if isinstance(found, Mapping) and name != "samples":
        return open_wearables.listed(found, name)
    rows = list_under(document, name)
    at = "" if name == "samples" else f"{name}."
    return [] if rows is None else [Listed(rows, at, client_fields, {})]


def _time_zone_name(document: Mapping[str, object]) -> object:
    device = document.get("device_info")
    fallback = device.get("time_zone") if isinstance(device, Mapping) else None
    return document.get("time_zone") or fallback


def _parse(
    listed: Listed, zone: tzinfo | None, received_at: datetime, rejected: list[Rejection]
) -> Samples:
    """The good samples of one list, in order; the rejections are appended, by index."""
    read = decode(listed.rows, listed.fields, zone)
    samples, faults = samples_from_columns(
        kind=read.kind,
        start=read.start,
        end=read.end,
        value=read.value,
        unit=read.unit,
        units=read.units,
        zone=read.zone,
        zones=read.zones,
        source=read.source,
        sources=read.sources,
        received_at=received_at,
    )
    if not read.faults and not faults:
        return samples
    late = {
        int(read.position[each.index]): (each.code, each.field, each.expected, each.found)
        for each in faults
    }
    for index, (code, field, expected, found) in sorted((read.faults | late).items()):
        name = listed.at + listed.names.get(field, field)
        rejected.append(Rejection(index, code, name, expected, found))
    return samples


def samples_from_columns(
    *,
    kind: NDArray[np.int8],
    start: NDArray[np.float64],
    end: NDArray[np.float64],
    value: NDArray[np.float64],
    unit: NDArray[np.intp],
    units: Sequence[str],
    zone: NDArray[np.intp],
    zones: Sequence[tzinfo],
    source: NDArray[np.intp],
    sources: Sequence[Source],
    received_at: datetime,
) -> tuple[Samples, tuple[Rejection, ...]]:
    """The samples that can be true, in order, and the rejections of the others by position.

    Args:
        kind: (n,) index in `KINDS`.
        start: (n,) epoch seconds.
        end: (n,) epoch seconds.
        value: (n,) as written, in its unit; a stage code for sleep, a duration for a workout.
        unit: (n,) index in `units`; not looked at for sleep.
        units: Unit texts, as a client writes them.
        zone: (n,) index in `zones`.
        zones: Zones of the clock at the start.
        source: (n,) index in `sources`.
        sources: What wrote the samples, at most 32,767.
        received_at: When they arrived; those that end more than 24 h later are rejected.
    """
    if not len(kind):
        return Samples.empty(), ()
    latest = received_at.timestamp() + CLOCK_ALLOWANCE_S
    start, end = (np.rint(each * 1000.0) / 1000.0 for each in (start, end))
    canonical, no_unit = _canonical(kind, value, unit, units or ("",))
    faults = _faults(kind, start, end, canonical, latest)
    for at in np.flatnonzero(no_unit).tolist():
        found = units[unit[at]] if units else None
        faults[at] = ("bad_unit", "unit", expected_unit(int(kind[at])), short(found))
    if faults:
        good = np.delete(np.arange(len(kind)), list(faults))
        kind, start, end, canonical = kind[good], start[good], end[good], canonical[good]
        zone, source = zone[good], source[good]
    digests = np.array([writer.digest() for writer in sources], np.uint64)
    samples = Samples(
        kind=kind,
        start=start,
        end=end,
        value=canonical,
        offset=_offsets(start, zone, zones),
        source=source.astype(np.int16),
        identity=identities(kind, start, end, canonical, digests[source]),
        sources=tuple(sources),
    )
    return samples, tuple(Rejection(at, *fault) for at, fault in sorted(faults.items()))


def _canonical(
    kind: NDArray[np.int8], value: NDArray[np.float64], unit: NDArray[np.intp], units: Sequence[str]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """(n,) the values in the canonical units, and where the unit is none of the kind."""
    pair = kind.astype(np.intp) * len(units) + np.where(kind == SLEEP, 0, unit)
    table = np.full((4, len(KINDS) * max(len(units), 1)), np.nan)
    for each in np.flatnonzero(np.bincount(pair)).tolist():
        of_kind, of_unit = divmod(each, len(units))
        how = conversion(of_kind, units[of_unit])
        if how is not None:
            table[:, each] = how.multiply, how.add, how.divide, how.fraction
    multiply, add, divide, fraction = table[:, pair]
    multiply = np.where((fraction == 1.0) & (value <= 1.0), 100.0, multiply)
    with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is rejected
        return (value * multiply + add) / divide, np.isnan(divide)


def _faults(
    kind: NDArray[np.int8],
    start: NDArray[np.float64],
    end: NDArray[np.float64],
    value: NDArray[np.float64],
    latest: float,
) -> dict[int, Fault]:
    """By position, the first rule that a row breaks."""
    low, high, seconds = _LOW[kind], _HIGH[kind], end - start
    minutes = np.maximum(seconds / 60.0, 1.0)
    good = (value >= low) & (value <= high) & (seconds >= 0) & (seconds <= _LONGEST[kind])
    good &= (start >= EARLIEST) & (end <= latest) & (value <= _PER_MINUTE[kind] * minutes)
    if good.all():
        return {}
    rules: list[tuple[str, str, NDArray[Any], NDArray[np.bool_]]] = [
        ("not_finite", "value", value, ~np.isfinite(value)),
        ("out_of_bounds", "value", value, (value < low) | (value > high)),
        ("end_before_start", "end_date", seconds, seconds < 0),
        ("too_old", "start_date", start, start < EARLIEST),
        ("in_future", "end_date", end, end > latest),
        ("interval_too_long", "end_date", seconds, seconds > _LONGEST[kind]),
        ("implausible_rate", "value", value / minutes, value > _PER_MINUTE[kind] * minutes),
    ]
    faults: dict[int, Fault] = {}
    for code, name, shown, broken in rules:
        for at in np.flatnonzero(broken).tolist():
            if at not in faults:
                number = f"{shown[at]:.6g}{_SHOWN_UNIT.get(code, '')}"
                found = _at(shown[at]) if code in _DATED else number
                faults[at] = (code, name, _expected(code, int(kind[at]), latest), found)
    return faults


def _expected(code: str, kind: int, latest: float) -> str:
    """The bound that a rejected value broke, in words."""
    limit = _LIMITS[kind]
    return {
        "not_finite": "a finite number",
        "out_of_bounds": f"{limit.low:g} to {limit.high:g}",
        "end_before_start": "an end at or after the start",
        "too_old": f"{_at(EARLIEST)} or later",
        "in_future": f"{_at(latest)} or earlier",
        "interval_too_long": f"at most {limit.longest_s / 3600:g} hours",
        "implausible_rate": f"at most {limit.per_minute:g} a minute",
    }[code]


def _offsets(
    start: NDArray[np.float64], zone: NDArray[np.intp], zones: Sequence[tzinfo]
) -> NDArray[np.int32]:
    """(n,) seconds east of UTC at each start; one look-up per zone and quarter of an hour."""
    offset = np.zeros(len(start), np.int32)
    buckets = np.floor_divide(start, _OFFSET_BUCKET_S).astype(np.int64)
    for number in np.flatnonzero(np.bincount(zone)).tolist():
        mine = zone == number
        first = buckets[mine].min()
        present = np.flatnonzero(np.bincount(buckets[mine] - first))
        table = np.zeros(present[-1] + 1, np.int32)
        table[present] = [
            _offset_at(zones[number], bucket) for bucket in (present + first).tolist()
        ]
        offset[mine] = table[buckets[mine] - first]
    return offset


@lru_cache(maxsize=8192)  # a person re-sends the same weeks, and people share zones
def _offset_at(zone: tzinfo, bucket: int) -> int:
    delta = datetime.fromtimestamp(bucket * _OFFSET_BUCKET_S, zone).utcoffset()
    return int(delta.total_seconds()) if delta is not None else 0


def _at(seconds: float) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (OverflowError, ValueError, OSError):
        return f"{seconds:.0f} s"
