"""Aggregation: count, sum and average over a query's results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from google.protobuf.struct_pb2 import NULL_VALUE

from infra.local.firestore import paths
from infra.local.firestore.wire import Document, Message, Value, invalid, new_value

if TYPE_CHECKING:
    from collections.abc import Sequence

_INT64 = range(-(2**63), 2**63)


def aggregate(documents: Sequence[Document], aggregation: Message) -> Value:
    """The value of one aggregation."""
    operator = aggregation.WhichOneof("operator")
    if operator == "count":
        return _count(documents, aggregation.count)
    if operator == "sum":
        return _sum(_numbers(documents, aggregation.sum.field.field_path))
    if operator == "avg":
        return _average(_numbers(documents, aggregation.avg.field.field_path))
    return invalid("Aggregation operator must be specified.")


def summed_paths(query: Message, aggregations: Sequence[Message]) -> list[paths.Path]:
    """The fields that are added up; a document without one of them does not count at all."""
    found = set()
    for aggregation in aggregations:
        operator = aggregation.WhichOneof("operator")
        if operator in {"sum", "avg"}:
            found.add(paths.parse_reference(getattr(aggregation, operator).field.field_path))
    if paths.NAME in found:
        invalid("Aggregations are not supported for the property: __key__")
    if found and query.HasField("select"):
        invalid("Cannot apply property masks when aggregation fields are present.")
    return sorted(found)


def aliases(aggregations: Sequence[Message]) -> list[str]:
    """The name of each result; one that was given none is `field_N`."""
    names = []
    unnamed = 0
    for aggregation in aggregations:
        if not aggregation.alias:
            unnamed += 1
        names.append(aggregation.alias or f"field_{unnamed}")
    if len(set(names)) != len(names):
        invalid("Aggregation aliases must be unique.")
    return names


def _count(documents: Sequence[Document], count: Message) -> Value:
    total = len(documents)
    if count.HasField("up_to"):
        if count.up_to.value <= 0:
            invalid("Count up_to must be greater than zero.")
        total = min(total, count.up_to.value)
    return new_value(integer_value=total)


def _numbers(documents: Sequence[Document], field: str) -> list[int | float]:
    path = paths.parse_reference(field)
    numbers: list[int | float] = []
    for document in documents:
        value = paths.find(document.fields, path)
        if value is None:
            continue
        if value.HasField("integer_value"):
            numbers.append(value.integer_value)
        elif value.HasField("double_value"):
            numbers.append(value.double_value)
    return numbers


def _sum(numbers: list[int | float]) -> Value:
    if all(isinstance(number, int) for number in numbers):
        total = sum(numbers)
        if total in _INT64:
            return new_value(integer_value=int(total))
    return new_value(double_value=_total(numbers))


def _average(numbers: list[int | float]) -> Value:
    if not numbers:
        return new_value(null_value=NULL_VALUE)
    return new_value(double_value=_total(numbers) / len(numbers))


def _total(numbers: list[int | float]) -> float:
    """The sum: that of the integers, exact, and that of the doubles."""
    integers = sum(number for number in numbers if isinstance(number, int))
    total = 0.0
    for number in numbers:
        if isinstance(number, float):
            total += number
    return integers + total
