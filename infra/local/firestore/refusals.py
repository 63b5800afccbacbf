"""The queries that Firestore refuses."""

from __future__ import annotations

import math
from itertools import product
from typing import TYPE_CHECKING

from google.cloud.firestore_v1.types import StructuredQuery

from infra.local.firestore import paths
from infra.local.firestore.wire import Message, invalid

if TYPE_CHECKING:
    from collections.abc import Iterator

_FieldOp = StructuredQuery.FieldFilter.Operator
_UnaryOp = StructuredQuery.UnaryFilter.Operator
_OR = StructuredQuery.CompositeFilter.Operator.OR

_Test = tuple[int, str, bytes]  # operator, field, value

_MAX_DISJUNCTIONS = 30
_TOO_MANY = f"The query has more than {_MAX_DISJUNCTIONS} disjunctions."
_EQUALITIES = {_FieldOp.EQUAL, _FieldOp.IN}
_EXPANDED = {_FieldOp.IN, _FieldOp.ARRAY_CONTAINS_ANY}
_NEGATIVE = {_FieldOp.NOT_EQUAL, _FieldOp.NOT_IN}
_INEQUALITIES = {
    *_NEGATIVE,
    _FieldOp.LESS_THAN,
    _FieldOp.LESS_THAN_OR_EQUAL,
    _FieldOp.GREATER_THAN,
    _FieldOp.GREATER_THAN_OR_EQUAL,
}
_NEGATIVE_UNARY = {_UnaryOp.IS_NOT_NAN, _UnaryOp.IS_NOT_NULL}


def check_filter(condition: Message) -> None:
    """Refuse a combination of filters that Firestore cannot answer."""
    found = list(leaves(condition))
    if sum(map(_is_negative, found)) > 1:
        invalid(
            "Only a single 'NOT_EQUAL', 'NOT_IN', 'IS_NOT_NAN', or 'IS_NOT_NULL' filter"
            " allowed per query."
        )
    operators = {leaf.field_filter.op for leaf in found if leaf.HasField("field_filter")}
    if _FieldOp.NOT_IN in operators and (operators & _EXPANDED or _has_or(condition)):
        invalid(
            "'NOT_IN' cannot be used in the same query with 'IN', 'ARRAY_CONTAINS_ANY' or 'OR'."
        )
    _check_keys(found)
    disjunctions = list(_disjunctions(condition))
    if len(disjunctions) > _MAX_DISJUNCTIONS:
        invalid(_TOO_MANY)
    if any(map(_contains_twice, disjunctions)):
        invalid("A maximum of 1 'ARRAY_CONTAINS' filter is allowed per disjunction.")


def _check_keys(found: list[Message]) -> None:
    unequal = {_path_of(leaf) for leaf in found if is_inequality(leaf)}
    equal = {_path_of(leaf) for leaf in found if leaf.field_filter.op in _EQUALITIES}
    if "__name__" in equal and unequal and "__name__" not in unequal:
        invalid(
            "Equality on key is not allowed if there are other inequality fields"
            " and key does not appear in inequalities."
        )


def is_inequality(leaf: Message) -> bool:
    """Whether results are, by default, ordered by the filter's field."""
    if leaf.HasField("unary_filter"):
        return leaf.unary_filter.op in _NEGATIVE_UNARY
    condition = leaf.field_filter
    return condition.op in _INEQUALITIES and not _matches_nothing(condition)


def _matches_nothing(condition: Message) -> bool:
    value = condition.value
    if condition.op == _FieldOp.NOT_IN:
        return all(item.HasField("null_value") for item in value.array_value.values)
    if condition.op != _FieldOp.NOT_EQUAL and math.isnan(value.double_value):
        return True
    return bool(value.HasField("null_value"))


def _path_of(leaf: Message) -> str:
    path: str = getattr(leaf, leaf.WhichOneof("filter_type")).field.field_path
    return path


def leaves(condition: Message) -> Iterator[Message]:
    """All field and unary filters in a filter."""
    kind = condition.WhichOneof("filter_type")
    if kind == "composite_filter":
        for inner in condition.composite_filter.filters:
            yield from leaves(inner)
    elif kind is not None:
        yield condition


def _is_negative(leaf: Message) -> bool:
    if leaf.HasField("unary_filter"):
        return leaf.unary_filter.op in _NEGATIVE_UNARY
    return leaf.field_filter.op in _NEGATIVE


def inequality_paths(condition: Message) -> list[paths.Path]:
    """The fields under inequality, in the order in which an unordered query sorts by them."""
    found = {
        paths.parse_reference(_path_of(leaf)) for leaf in leaves(condition) if is_inequality(leaf)
    }
    return sorted(found, key=lambda path: (path == paths.NAME, [name.encode() for name in path]))


def filtered_paths(condition: Message) -> set[paths.Path]:
    """All fields under a filter."""
    return {paths.parse_reference(_path_of(leaf)) for leaf in leaves(condition)}


def _has_or(condition: Message) -> bool:
    if not condition.HasField("composite_filter"):
        return False
    composite = condition.composite_filter
    return composite.op == _OR or any(map(_has_or, composite.filters))


def _disjunctions(condition: Message) -> Iterator[frozenset[_Test]]:
    """The branches of the filter's disjunctive normal form."""
    if not condition.HasField("composite_filter"):
        yield from _branches(condition)
        return
    inner = [list(_disjunctions(item)) for item in condition.composite_filter.filters]
    if condition.composite_filter.op == _OR:
        for branches in inner:
            yield from branches
        return
    if math.prod(map(len, inner)) > _MAX_DISJUNCTIONS:
        invalid(_TOO_MANY)
    for chosen in product(*inner):
        yield frozenset().union(*chosen)


def _branches(leaf: Message) -> list[frozenset[_Test]]:
    """One branch for a filter, as many as it has values for IN and ARRAY_CONTAINS_ANY."""
    condition = leaf.field_filter
    if condition.op not in _EXPANDED:
        return [frozenset({(condition.op, _path_of(leaf), _encoded(leaf))})]
    contains = condition.op == _FieldOp.ARRAY_CONTAINS_ANY
    operator = _FieldOp.ARRAY_CONTAINS if contains else _FieldOp.EQUAL
    path = _path_of(leaf)
    values = condition.value.array_value.values
    return [frozenset({(operator, path, _encoded(value))}) for value in values]


def _contains_twice(branch: frozenset[_Test]) -> bool:
    return sum(operator == _FieldOp.ARRAY_CONTAINS for operator, _, _ in branch) > 1


def _encoded(message: Message) -> bytes:
    encoded: bytes = message.SerializeToString(deterministic=True)
    return encoded
