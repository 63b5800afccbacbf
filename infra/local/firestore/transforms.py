"""Field transforms: what the server computes from the value that stands in the document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from google.protobuf.struct_pb2 import NULL_VALUE

from infra.local.firestore import paths
from infra.local.firestore.values import NAN, order_key, settle
from infra.local.firestore.wire import (
    Fields,
    Message,
    Value,
    invalid,
    new_value,
    to_timestamp,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_INT64_MAX = 2**63 - 1
_INT64_MIN = -(2**63)
_REQUEST_TIME = 1
_NOTHING = new_value(null_value=NULL_VALUE)


def transform(fields: Fields, change: Message, commit_micros: int) -> Value:
    """Apply one FieldTransform in place; returns the transform's result for the client."""
    path = paths.parse(change.field_path)
    for name in path:
        paths.check_field_name(name)
    kind = change.WhichOneof("transform_type")
    if kind == "set_to_server_value":
        return _server_value(fields, path, change.set_to_server_value, commit_micros)
    if kind is None:
        invalid("A FieldTransform must say what to do.")
    return _TRANSFORMS[kind](fields, path, getattr(change, kind))


def _server_value(fields: Fields, path: paths.Path, which: int, commit_micros: int) -> Value:
    if which != _REQUEST_TIME:
        invalid("ServerValue type must be specified for set_to_server_value transformation.")
    # The documented precision of a server timestamp is the millisecond.
    value = new_value(timestamp_value=to_timestamp(commit_micros - commit_micros % 1000))
    paths.put(fields, path, value)
    return value


def _number(value: Value | None) -> int | float | None:
    kind = None if value is None else value.WhichOneof("value_type")
    if kind not in {"integer_value", "double_value"}:
        return None
    number: int | float = getattr(value, kind)
    return number


def _operand(value: Value) -> int | float:
    number = _number(value)
    if number is None:
        invalid("Input must be int64 or double.")
    return number


def _increment(fields: Fields, path: paths.Path, operand: Value) -> Value:
    step = _operand(operand)
    base = _number(paths.find(fields, path))
    result = operand if base is None else _sum(base, step)
    paths.put(fields, path, result)
    return result


def _sum(base: float, step: float) -> Value:
    if isinstance(base, int) and isinstance(step, int):
        return new_value(integer_value=max(_INT64_MIN, min(_INT64_MAX, base + step)))
    return new_value(double_value=float(base) + float(step))


def _maximum(fields: Fields, path: paths.Path, operand: Value) -> Value:
    return _extreme(fields, path, operand, lambda stored, given: given > stored)


def _minimum(fields: Fields, path: paths.Path, operand: Value) -> Value:
    return _extreme(fields, path, operand, lambda stored, given: given < stored)


def _extreme(
    fields: Fields,
    path: paths.Path,
    operand: Value,
    wins: Callable[[float, float], bool],
) -> Value:
    given = _operand(operand)
    value = paths.find(fields, path)
    stored = _number(value)
    result = new_value()
    if stored is None or order_key(operand) == NAN or wins(stored, given):
        result.CopyFrom(operand)
    else:
        # Equal numbers of different types, and a stored NaN, stay as they stand.
        result.CopyFrom(value)
    paths.put(fields, path, result)
    return result


def _elements(fields: Fields, path: paths.Path) -> list[Value]:
    value = paths.find(fields, path)
    return list(value.array_value.values) if value is not None else []


def _union(fields: Fields, path: paths.Path, operand: Message) -> Value:
    _settle_elements(operand, path)
    elements = _elements(fields, path)
    seen = {order_key(item) for item in elements}
    for item in operand.values:
        if order_key(item) not in seen:
            seen.add(order_key(item))
            elements.append(item)
    return _put_array(fields, path, elements)


def _difference(fields: Fields, path: paths.Path, operand: Message) -> Value:
    _settle_elements(operand, path)
    unwanted = {order_key(item) for item in operand.values}
    kept = [item for item in _elements(fields, path) if order_key(item) not in unwanted]
    return _put_array(fields, path, kept)


def _settle_elements(operand: Message, path: paths.Path) -> None:
    for item in operand.values:
        if item.HasField("array_value"):
            invalid("Cannot convert an array value in an array value.")
        settle(item, path[-1])


def _put_array(fields: Fields, path: paths.Path, elements: list[Value]) -> Value:
    value = new_value()
    value.array_value.SetInParent()
    value.array_value.values.extend(elements)
    paths.put(fields, path, value)
    return _NOTHING


_TRANSFORMS: dict[str, Callable[[Fields, paths.Path, Message], Value]] = {
    "increment": _increment,
    "maximum": _maximum,
    "minimum": _minimum,
    "append_missing_elements": _union,
    "remove_all_from_array": _difference,
}
