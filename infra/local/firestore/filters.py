"""Filters: what they mean for one document."""

from __future__ import annotations

from collections.abc import Callable

from google.cloud.firestore_v1.types import StructuredQuery

from infra.local.firestore import paths
from infra.local.firestore.names import NameKey, key_of
from infra.local.firestore.values import ARRAY, NAN, NULL, Key, bound_key, name_key, order_key
from infra.local.firestore.wire import Document, Message, Value, invalid

Predicate = Callable[[Document], bool]

_FieldOp = StructuredQuery.FieldFilter.Operator
_UnaryOp = StructuredQuery.UnaryFilter.Operator
_CompositeOp = StructuredQuery.CompositeFilter.Operator

_LISTS = {_FieldOp.IN, _FieldOp.NOT_IN, _FieldOp.ARRAY_CONTAINS_ANY}
# As in SQL and IEEE 754, nothing is equal to null or NaN: unary filters ask for those. (In an array
# or map they are equal to themselves.)
_UNCOMPARABLE = {NAN, (NULL,)}
_MAX_NOT_IN = 10
_ARRAY_OPS = {_FieldOp.ARRAY_CONTAINS, _FieldOp.ARRAY_CONTAINS_ANY}


def operand_key(document: Document, path: paths.Path) -> Key | None:
    """The sort key of a document's field, or of its name; None if it has no such field."""
    if path == paths.NAME:
        return name_key(document.name)
    value = paths.find(document.fields, path)
    return None if value is None else order_key(value)


def compile_filter(condition: Message) -> Predicate:
    """A function that says whether a document passes."""
    kind = condition.WhichOneof("filter_type")
    if kind == "composite_filter":
        return _composite(condition.composite_filter)
    if kind == "field_filter":
        return _field(condition.field_filter)
    if kind == "unary_filter":
        return _unary(condition.unary_filter)
    return invalid("a filter must be set.")


def name_range(condition: Message) -> tuple[NameKey, NameKey | None]:
    """From which name to which one a checked filter lets documents through; None: to the end."""
    kind = condition.WhichOneof("filter_type")
    if kind == "composite_filter":
        composite = condition.composite_filter
        if composite.op != _CompositeOp.AND:
            return (), None
        ranges = [name_range(item) for item in composite.filters]
        lasts = [last for _, last in ranges if last is not None]
        return max(first for first, _ in ranges), min(lasts, default=None)
    field = condition.field_filter
    if kind != "field_filter" or field.op not in _RANGES:
        return (), None
    if paths.parse_reference(field.field.field_path) != paths.NAME:
        return (), None
    key, (from_it, to_it) = key_of(field.value.reference_value), _RANGES[field.op]
    return key if from_it else (), key if to_it else None


# Which side of the range of names a comparison with one closes.
_RANGES: dict[int, tuple[bool, bool]] = {
    _FieldOp.LESS_THAN: (False, True),
    _FieldOp.LESS_THAN_OR_EQUAL: (False, True),
    _FieldOp.GREATER_THAN: (True, False),
    _FieldOp.GREATER_THAN_OR_EQUAL: (True, False),
    _FieldOp.EQUAL: (True, True),
}


def _composite(condition: Message) -> Predicate:
    inner = [compile_filter(item) for item in condition.filters]
    if not inner:
        invalid("a composite filter must have at least one sub-filter.")
    if condition.op == _CompositeOp.AND:
        return lambda document: all(passes(document) for passes in inner)
    if condition.op == _CompositeOp.OR:
        return lambda document: any(passes(document) for passes in inner)
    return invalid("Unknown CompositeFilter operator.")


def _unary(condition: Message) -> Predicate:
    path = paths.parse_reference(condition.field.field_path)
    test = _UNARY_TESTS.get(condition.op)
    if test is None or path == paths.NAME:
        invalid("Unknown UnaryFilter operator, or one on the name.")
    return _on(path, test)


def _on(path: paths.Path, test: Callable[[Key], bool]) -> Predicate:
    def passes(document: Document) -> bool:
        key = operand_key(document, path)
        return key is not None and test(key)

    return passes


_UNARY_TESTS: dict[int, Callable[[Key], bool]] = {
    _UnaryOp.IS_NULL: lambda key: key[0] == NULL,
    _UnaryOp.IS_NAN: lambda key: key == NAN,
    _UnaryOp.IS_NOT_NULL: lambda key: key[0] != NULL,
    _UnaryOp.IS_NOT_NAN: lambda key: key not in {NAN, (NULL,)},
}


def _field(condition: Message) -> Predicate:
    path = paths.parse_reference(condition.field.field_path)
    make = _TESTS.get(condition.op)
    if make is None:
        invalid("Unknown FieldFilter operator.")
    if condition.op in _LISTS:
        _check_list(condition.op, condition.value)
    if path == paths.NAME:
        _check_names(condition)
    return _on(path, make(condition.value))


def _check_list(operator: int, value: Value) -> None:
    if not value.HasField("array_value"):
        invalid("'IN', 'NOT_IN' and 'ARRAY_CONTAINS_ANY' need an array.")
    if not value.array_value.values:
        invalid("'IN', 'NOT_IN' and 'ARRAY_CONTAINS_ANY' need a non-empty array.")
    if operator == _FieldOp.NOT_IN and len(value.array_value.values) > _MAX_NOT_IN:
        invalid(f"'NOT_IN' supports up to {_MAX_NOT_IN} comparison values.")


def _check_names(condition: Message) -> None:
    if condition.op in _ARRAY_OPS:
        invalid("__key__ filter value must be a Key")
    values = condition.value.array_value.values if condition.op in _LISTS else [condition.value]
    for value in values:
        if not value.HasField("reference_value"):
            invalid("__key__ filter value must be a Key")


def _never(_: Key) -> bool:
    return False


def _compare(holds: Callable[[Key, Key], bool]) -> Callable[[Value], Callable[[Key], bool]]:
    def make(value: Value) -> Callable[[Key], bool]:
        bound = bound_key(value)
        if bound in _UNCOMPARABLE:
            return _never
        return lambda key: key[0] == bound[0] and key != NAN and holds(key, bound)

    return make


def _equal(value: Value) -> Callable[[Key], bool]:
    wanted = bound_key(value)
    return _never if wanted in _UNCOMPARABLE else lambda key: key == wanted


def _not_equal(value: Value) -> Callable[[Key], bool]:
    unwanted = bound_key(value)
    if unwanted == (NULL,):
        return _never
    if unwanted == NAN:
        return lambda key: key[0] != NULL
    return lambda key: key[0] != NULL and key != unwanted


def _in(value: Value) -> Callable[[Key], bool]:
    wanted = _comparable(value)
    return lambda key: key in wanted


def _not_in(value: Value) -> Callable[[Key], bool]:
    if any(item.HasField("null_value") for item in value.array_value.values):
        return _never
    unwanted = _comparable(value)
    return lambda key: key[0] != NULL and key not in unwanted


def _array_contains(value: Value) -> Callable[[Key], bool]:
    wanted = bound_key(value)
    if wanted in _UNCOMPARABLE:
        return _never
    return lambda key: key[0] == ARRAY and wanted in key[1]


def _array_contains_any(value: Value) -> Callable[[Key], bool]:
    wanted = _comparable(value)
    return lambda key: key[0] == ARRAY and not wanted.isdisjoint(key[1])


def _comparable(value: Value) -> set[Key]:
    return {order_key(item) for item in value.array_value.values} - _UNCOMPARABLE


_TESTS: dict[int, Callable[[Value], Callable[[Key], bool]]] = {
    _FieldOp.LESS_THAN: _compare(lambda key, bound: key < bound),
    _FieldOp.LESS_THAN_OR_EQUAL: _compare(lambda key, bound: key <= bound),
    _FieldOp.GREATER_THAN: _compare(lambda key, bound: key > bound),
    _FieldOp.GREATER_THAN_OR_EQUAL: _compare(lambda key, bound: key >= bound),
    _FieldOp.EQUAL: _equal,
    _FieldOp.NOT_EQUAL: _not_equal,
    _FieldOp.IN: _in,
    _FieldOp.NOT_IN: _not_in,
    _FieldOp.ARRAY_CONTAINS: _array_contains,
    _FieldOp.ARRAY_CONTAINS_ANY: _array_contains_any,
}
