"""Firestore's values: what is allowed, how large it is, and the one order over all types."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NoReturn

from infra.local.firestore.names import check_document, key_of, name_size
from infra.local.firestore.paths import check_field_name, is_vector
from infra.local.firestore.wire import Document, Fields, Value, invalid, to_micros

if TYPE_CHECKING:
    from collections.abc import Callable

Key = tuple[Any, ...]  # (rank of the type, then whatever orders values of that type)

NULL, BOOLEAN, NUMBER, TIMESTAMP, STRING, BYTES, REFERENCE, GEO_POINT, ARRAY, VECTOR, MAP = range(
    11
)
NAN: Key = (NUMBER, 0, 0)

MAX_DOCUMENT_BYTES = 1_048_576
_MAX_VALUE_BYTES = 1_048_487
_MAX_DEPTH = 20
_MAX_SECONDS = 253_402_300_799  # 9999-12-31T23:59:59Z
_MIN_SECONDS = -62_135_596_800  # 0001-01-01T00:00:00Z


def order_key(value: Value) -> Key:
    """A tuple that sorts as Firestore sorts values, across all types."""
    return _KEYS[value.WhichOneof("value_type")](value)


def bound_key(value: Value) -> Key:
    """The key of a value to compare with; a time may lie between two stored microseconds."""
    if value.HasField("timestamp_value"):
        time = value.timestamp_value
        return (TIMESTAMP, time.seconds * 1_000_000_000 + time.nanos)
    return order_key(value)


def number_key(number: float) -> Key:
    """The key of a number; NaN comes before all others and equals itself."""
    return NAN if math.isnan(number) else (NUMBER, 1, number)


def name_key(name: str) -> Key:
    """The key of a reference to a document."""
    return (REFERENCE, key_of(name))


def _map_key(value: Value) -> Key:
    fields = value.map_value.fields
    if is_vector(value):
        elements = tuple(order_key(item) for item in fields["value"].array_value.values)
        return (VECTOR, len(elements), elements)
    return (MAP, tuple(sorted((name.encode(), order_key(fields[name])) for name in fields)))


def _unset(_: Value) -> Key:
    invalid("Cannot convert firestore.v1.Value with type unset.")


_KEYS: dict[str | None, Callable[[Value], Key]] = {
    None: _unset,
    "null_value": lambda _: (NULL,),
    "boolean_value": lambda v: (BOOLEAN, v.boolean_value),
    "integer_value": lambda v: (NUMBER, 1, v.integer_value),
    "double_value": lambda v: number_key(v.double_value),
    "timestamp_value": lambda v: (TIMESTAMP, to_micros(v.timestamp_value) * 1000),
    "string_value": lambda v: (STRING, v.string_value.encode()),
    "bytes_value": lambda v: (BYTES, v.bytes_value),
    "reference_value": lambda v: name_key(v.reference_value),
    "geo_point_value": lambda v: (
        GEO_POINT,
        v.geo_point_value.latitude,
        v.geo_point_value.longitude,
    ),
    "array_value": lambda v: (ARRAY, tuple(order_key(item) for item in v.array_value.values)),
    "map_value": _map_key,
}


def check_size(document: Document) -> None:
    """Refuse a document above 1 MiB, or a value near it, by Firestore's own size rules.

    Those are stated in https://firebase.google.com/docs/firestore/storage-size.
    """
    _check_lengths(document.fields)
    if name_size(document.name) + _fields_size(document.fields) + 32 > MAX_DOCUMENT_BYTES:
        invalid(f"maximum entity size is {MAX_DOCUMENT_BYTES} bytes")


def settle_fields(fields: Fields, depth: int = 0) -> None:
    """Refuse values that Firestore does not store, and cut timestamps to microseconds, in place.

    Those of a document that may be too large are left to `check_size`.
    """
    for name in fields:
        check_field_name(name)
        value = fields[name]
        if (kind := value.WhichOneof("value_type")) not in _SETTLED:
            _SETTLERS[kind](value, name, depth)


def settle(value: Value, name: str, depth: int = 0) -> None:
    """`settle_fields`, for one value."""
    if (kind := value.WhichOneof("value_type")) not in _SETTLED:
        _SETTLERS[kind](value, name, depth)


def _refuse_unset(_value: Value, _name: str, _depth: int) -> NoReturn:
    invalid("Cannot convert firestore.v1.Value with type unset.")


def _check_lengths(fields: Fields) -> None:
    for name in fields:
        _check_length(fields[name], name)


def _check_length(value: Value, name: str) -> None:
    kind = value.WhichOneof("value_type")
    if kind == "map_value":
        _check_lengths(value.map_value.fields)
    elif kind == "array_value":
        for item in value.array_value.values:
            _check_length(item, name)
    elif kind in _OF_BYTES and len(_OF_BYTES[kind](value)) > _MAX_VALUE_BYTES:
        invalid(f'The value of property "{name}" is longer than {_MAX_VALUE_BYTES} bytes.')


def _settle_timestamp(value: Value, _name: str, _depth: int) -> None:
    timestamp = value.timestamp_value
    if not _MIN_SECONDS <= timestamp.seconds <= _MAX_SECONDS:
        invalid("Timestamp seconds exceeds limit for field.")
    if not 0 <= timestamp.nanos < 1_000_000_000:  # noqa: PLR2004 - a second has that many
        invalid("Timestamp nanos exceeds limit for field.")
    timestamp.nanos -= timestamp.nanos % 1000


def _settle_geo_point(value: Value, _name: str, _depth: int) -> None:
    point = value.geo_point_value
    for axis, degrees, bound in (
        ("latitude", point.latitude, 90.0),
        ("longitude", point.longitude, 180.0),
    ):
        if not -bound <= degrees <= bound:
            invalid(f"Geo point {axis} '{degrees}' outside permitted range -{bound} to {bound}.")


def _settle_array(value: Value, name: str, depth: int) -> None:
    for item in value.array_value.values:
        kind = item.WhichOneof("value_type")
        if kind == "array_value":
            invalid("Cannot convert an array value in an array value.")
        if kind not in _SETTLED:
            _SETTLERS[kind](item, name, depth)


def _settle_map(value: Value, name: str, depth: int) -> None:
    fields = value.map_value.fields
    if "__type__" in fields:
        _check_vector(fields, name)
        return
    if depth >= _MAX_DEPTH:
        invalid(f"Property {name} contains an invalid nested entity.")
    settle_fields(fields, depth + 1)


def _check_vector(fields: Fields, name: str) -> None:
    if fields["__type__"].string_value != "__vector__" or set(fields) != {"__type__", "value"}:
        invalid(f"Property {name} contains an invalid nested entity.")
    if not fields["value"].HasField("array_value"):
        invalid("Vector must have an array in its field 'value'")
    if not all(item.HasField("double_value") for item in fields["value"].array_value.values):
        invalid("Vector must only contain values of type 'double'")


# What is stored as it comes, whatever it is; `check_size` looks at lengths.
_SETTLED = frozenset(
    ("null_value", "boolean_value", "integer_value", "double_value", "string_value", "bytes_value")
)
_SETTLERS: dict[str | None, Callable[[Value, str, int], None]] = {
    None: _refuse_unset,
    "timestamp_value": _settle_timestamp,
    "geo_point_value": _settle_geo_point,
    "reference_value": lambda value, _name, _depth: check_document(value.reference_value),
    "array_value": _settle_array,
    "map_value": _settle_map,
}


def _fields_size(fields: Fields) -> int:
    return sum(len(name.encode()) + 1 + _size(fields[name]) for name in fields)


def _size(value: Value) -> int:
    return _SIZES[value.WhichOneof("value_type")](value)


_OF_BYTES: dict[str | None, Callable[[Value], bytes]] = {
    "string_value": lambda v: v.string_value.encode(),
    "bytes_value": lambda v: v.bytes_value,
}
_SIZES: dict[str, Callable[[Value], int]] = {
    "null_value": lambda _: 1,
    "boolean_value": lambda _: 1,
    "integer_value": lambda _: 8,
    "double_value": lambda _: 8,
    "timestamp_value": lambda _: 8,
    "string_value": lambda v: len(v.string_value.encode()) + 1,
    "bytes_value": lambda v: len(v.bytes_value),
    "reference_value": lambda v: name_size(v.reference_value),
    "geo_point_value": lambda _: 16,
    "array_value": lambda v: sum(map(_size, v.array_value.values)),
    "map_value": lambda v: _fields_size(v.map_value.fields),
}
