"""An upload document becomes samples: what is good survives, what is not is named.

The document is the iOS client's JSON. The client re-sends the last seven days on every callback,
sends no sample id, leaves `category_value` null, and writes whatever a person's other apps wrote
into HealthKit. So nothing in a sample may raise: it is accepted, or rejected with its index, a
code, and what was expected and found.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from clarity.domain.columns import Samples, Source, identities
from clarity.domain.errors import UnusableUploadError
from clarity.domain.rows import Row, RowReader, UnreadableSampleError, short, zone_named
from clarity.domain.units import KIND_INDEX, KINDS, LIMITS, Conversion

if TYPE_CHECKING:
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
        index: Position in the list it came in; `field` starts with "deleted." for that list.
        code: One of not_an_object, missing_field, unknown_type, bad_value, bad_unit, bad_date,
            too_many_sources, not_finite, out_of_bounds, end_before_start, too_old, in_future,
            interval_too_long, implausible_rate.
        field: The field at fault.
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
    """What an upload holds: samples, those that it says were deleted, and what was rejected."""

    samples: Samples
    deleted: Samples
    rejected: tuple[Rejection, ...]


def parse_upload(document: Mapping[str, object], *, received_at: datetime) -> ParsedUpload:
    """Read an upload document of the iOS client.

    Args:
        document: `{time_zone?, device_info: {time_zone}, samples: [...], deleted: [...]}`; dates
            are ISO 8601 strings with a zone, or aware datetimes.
        received_at: When the upload arrived; samples that end more than 24 h later are rejected.

    Raises:
        UnusableUploadError: There is no list of samples, or no known time zone.
    """
    time_zone = _time_zone_name(document)
    zone = zone_named(time_zone)
    if zone is None:
        raise UnusableUploadError(f"time_zone: expected an IANA name, found {short(time_zone)}")
    if document.get("samples") is None and document.get("deleted") is None:
        raise UnusableUploadError("expected a list of samples, found neither samples nor deleted")
    latest = received_at.timestamp() + CLOCK_ALLOWANCE_S
    samples, rejected = _parse_list(_rows(document, "samples"), zone, latest, "")
    deleted, more = _parse_list(_rows(document, "deleted"), zone, latest, "deleted.")
    return ParsedUpload(samples, deleted, (*rejected, *more))


def _rows(document: Mapping[str, object], name: str) -> list[object]:
    rows = document.get(name)
    if rows is not None and not isinstance(rows, list):
        raise UnusableUploadError(f"{name}: expected a list, found {type(rows).__name__}")
    return rows or []


def _time_zone_name(document: Mapping[str, object]) -> object:
    device = document.get("device_info")
    fallback = device.get("time_zone") if isinstance(device, Mapping) else None
    return document.get("time_zone") or fallback


def _parse_list(
    rows: list[object], zone: tzinfo, latest: float, prefix: str
) -> tuple[Samples, list[Rejection]]:
    """The good samples of one list, in order, and the rejections by index."""
    reader, read, index, rejected = RowReader([zone]), [], [], []
    for at, sample in enumerate(rows):
        try:
            read.append(reader.row(sample))
            index.append(at)
        except UnreadableSampleError as fault:
            code, name, expected, found = fault.args
            rejected.append(Rejection(at, code, prefix + name, expected, found))
    if not read:
        return Samples.empty(), rejected
    samples, faults = _columns(reader, read, latest)
    for at, (code, name, expected, found) in faults.items():
        rejected.append(Rejection(index[at], code, prefix + name, expected, found))
    rejected.sort(key=lambda rejection: rejection.index)
    if faults:
        samples = samples.select(np.delete(np.arange(len(read)), list(faults)))
    return samples, rejected


def _columns(
    reader: RowReader, rows: list[Row], latest: float
) -> tuple[Samples, dict[int, tuple[str, str, str, str]]]:
    """All rows as columns, and by position the fault of each row that cannot be true."""
    kinds, values, units, starts, ends, writers, zone_of = zip(*rows, strict=True)
    kind = np.array(kinds, np.int8)
    start = np.rint(np.array(starts) * 1000.0) / 1000.0
    end = np.rint(np.array(ends) * 1000.0) / 1000.0
    value = _canonical(np.array(values, np.float64), np.array(units), reader.conversions)
    faults = _faults(kind, start, end, value, latest)
    source = np.array(writers, np.int16)
    digests = np.array([writer.digest() for writer in reader.sources], np.uint64)
    if faults:
        value = np.where(np.isfinite(value), value, 0.0)
    samples = Samples(
        kind=kind,
        start=start,
        end=end,
        value=value,
        offset=_offsets(start, np.array(zone_of), reader.zones),
        source=source,
        identity=identities(kind, start, end, value, digests[source]),
        sources=tuple(reader.sources),
    )
    return samples, faults


def _canonical(
    value: NDArray[np.float64], unit: NDArray[np.intp], conversions: list[Conversion]
) -> NDArray[np.float64]:
    scale = np.array([how.scale for how in conversions])[unit]
    shift = np.array([how.shift for how in conversions])[unit]
    fraction = np.array([how.fraction for how in conversions])[unit]
    scale[fraction & (value <= 1.0)] = 100.0
    with np.errstate(over="ignore"):  # an infinite value is rejected as not finite
        return np.asarray(value * scale + shift, np.float64)


def _faults(
    kind: NDArray[np.int8],
    start: NDArray[np.float64],
    end: NDArray[np.float64],
    value: NDArray[np.float64],
    latest: float,
) -> dict[int, tuple[str, str, str, str]]:
    """By position, the first rule that a row breaks."""
    low, high, seconds = _LOW[kind], _HIGH[kind], end - start
    minutes = np.maximum(seconds / 60.0, 1.0)
    rules: list[tuple[str, str, NDArray[Any], NDArray[np.bool_]]] = [
        ("not_finite", "value", value, ~np.isfinite(value)),
        ("out_of_bounds", "value", value, (value < low) | (value > high)),
        ("end_before_start", "end_date", seconds, seconds < 0),
        ("too_old", "start_date", start, start < EARLIEST),
        ("in_future", "end_date", end, end > latest),
        ("interval_too_long", "end_date", seconds, seconds > _LONGEST[kind]),
        ("implausible_rate", "value", value / minutes, value > _PER_MINUTE[kind] * minutes),
    ]
    faults: dict[int, tuple[str, str, str, str]] = {}
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
    start: NDArray[np.float64], zone_of: NDArray[np.intp], zones: list[tzinfo]
) -> NDArray[np.int32]:
    """(n,) seconds east of UTC at each start; one zone lookup per zone and quarter of an hour."""
    offset = np.zeros(len(start), np.int32)
    usable = np.clip(start, EARLIEST, EARLIEST + 1e10)  # rejected dates still need some offset
    buckets = np.floor_divide(usable, _OFFSET_BUCKET_S).astype(np.int64)
    for number, zone in enumerate(zones):
        mine = zone_of == number
        unique, back = np.unique(buckets[mine], return_inverse=True)
        looked_up = [_offset_at(zone, int(bucket) * _OFFSET_BUCKET_S) for bucket in unique]
        offset[mine] = np.array(looked_up, np.int32)[back]
    return offset


def _offset_at(zone: tzinfo, seconds: int) -> int:
    delta = datetime.fromtimestamp(seconds, zone).utcoffset()
    return int(delta.total_seconds()) if delta is not None else 0


def _at(seconds: float) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (OverflowError, ValueError, OSError):
        return f"{seconds:.0f} s"
