"""Structured queries: scope, filter, order, cursors, limit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import grpc
from google.cloud.firestore_v1.types import StructuredQuery

from infra.local.firestore import paths
from infra.local.firestore.filters import Predicate, compile_filter, name_range, operand_key
from infra.local.firestore.names import Scope, check_collection_id, check_parent, root_of
from infra.local.firestore.nearest import Nearest, compile_nearest
from infra.local.firestore.refusals import check_filter, filtered_paths, inequality_paths
from infra.local.firestore.values import REFERENCE, Key, bound_key
from infra.local.firestore.wire import Document, Found, Message, StatusError, invalid

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from infra.local.firestore.store import View

Position = tuple[Key, ...]

_DESCENDING = StructuredQuery.Direction.DESCENDING


@dataclass(frozen=True, slots=True)
class Order:
    """One field to sort by."""

    path: paths.Path
    descending: bool


@dataclass(frozen=True, slots=True)
class Bound:
    """A cursor: a position (or the beginning of one), and the side of it on which it lies."""

    position: Position
    before: bool


@dataclass(frozen=True, slots=True)
class Query:
    """A query that was checked and is ready to run."""

    scope: Scope
    passes: Predicate
    orders: tuple[Order, ...]
    start: Bound | None
    end: Bound | None
    offset: int
    limit: int | None
    projection: tuple[paths.Path, ...] | None
    nearest: Nearest | None
    looks_at: frozenset[str]  # the fields that decide on results and their order

    @property
    def windowed(self) -> bool:
        """Whether one document's change can bring in or push out others."""
        return self.limit is not None or self.offset > 0 or self.nearest is not None

    def run(self, view: View) -> list[Document]:
        """The matching documents in order, with all fields that the results show."""
        shown = None
        if self.projection is not None and self.nearest is None:
            shown = {path[0] for path in self.projection if path != paths.NAME}
        documents = [_with(shown, found, view).document for found in self._chosen(view)]
        return documents if self.nearest is None else self.nearest.choose(documents)

    def measure(self, view: View) -> list[Document]:
        """The matching documents in order, with the fields that the query looks at."""
        if self.nearest is not None:
            return self.run(view)
        return [found.document for found in self._chosen(view)]

    def _chosen(self, view: View) -> list[Found]:
        end = None if self.limit is None else self.offset + self.limit
        by_name = self.orders == (Order(paths.NAME, descending=False),)
        rows: list[tuple[Position, Found]] = []
        for each in view.documents(self.scope):
            if by_name and len(rows) == end:
                break  # they come by name
            found = _with(self.looks_at, each, view)
            position = self._position(found.document)
            if position is not None:
                rows.append((position, found))
        self._sort(rows)
        return [found for _, found in rows[self.offset : end]]

    def matches(self, document: Document | None) -> bool:
        """Whether the document is among the results before offset and limit."""
        return (
            document is not None
            and self.scope.holds(document.name)
            and self._position(document) is not None
        )

    def project(self, document: Document) -> Document:
        """The document as the query's results show it."""
        if self.projection is None:
            return document
        return paths.project(document, self.projection)

    def _position(self, document: Document) -> Position | None:
        """Where the document stands in the results; None if it is not among them."""
        if not self.passes(document):
            return None
        position = []
        for order in self.orders:
            key = operand_key(document, order.path)
            if key is None:
                return None
            position.append(key)
        return tuple(position) if self._within(position) else None

    def _within(self, position: Sequence[Key]) -> bool:
        if self.start is not None:
            side = self._compare(position, self.start.position)
            if side < 0 or (side == 0 and not self.start.before):
                return False
        if self.end is not None:
            side = self._compare(position, self.end.position)
            if side > 0 or (side == 0 and self.end.before):
                return False
        return True

    def _compare(self, position: Sequence[Key], bound: Position) -> int:
        for order, key, limit in zip(self.orders, position, bound, strict=False):
            if key != limit:
                return 1 if (key > limit) != order.descending else -1
        return 0

    def _sort(self, found: list[tuple[Position, Found]]) -> None:
        directions = {order.descending for order in self.orders}
        if len(directions) == 1:
            found.sort(key=lambda row: row[0], reverse=directions.pop())
            return
        for index in reversed(range(len(self.orders))):
            found.sort(key=lambda row: row[0][index], reverse=self.orders[index].descending)


def _with(fields: Collection[str] | None, found: Found, view: View) -> Found:
    """The document, with these fields if it has them; None: with all."""
    document = found.document
    if found.whole or (fields is not None and all(name in document.fields for name in fields)):
        return found
    return Found(view.get(document.name), whole=True)


def compile_query(parent: str, query: Message, required: Sequence[paths.Path] = ()) -> Query:
    """Check a StructuredQuery and make it ready to run.

    A document that lacks one of the `required` fields is no result, as if they were ordered by.
    """
    passes = _filter(query)
    orders = _orders(query, required)
    if query.offset < 0:
        invalid("offset must be non-negative.")
    if query.HasField("limit") and query.limit.value < 0:
        invalid("limit must be non-negative.")
    start, end = _bound(query, "start_at", orders), _bound(query, "end_at", orders)
    return Query(
        scope=_narrowed(_scope(parent, query, orders), query, orders, start, end),
        passes=passes,
        orders=orders,
        start=start,
        end=end,
        offset=query.offset,
        limit=query.limit.value if query.HasField("limit") else None,
        projection=_projection(query),
        nearest=compile_nearest(query.find_nearest) if query.HasField("find_nearest") else None,
        looks_at=frozenset(
            path[0]
            for path in (*(order.path for order in orders), *_filtered(query))
            if path != paths.NAME
        ),
    )


def _scope(parent: str, query: Message, orders: tuple[Order, ...]) -> Scope:
    check_parent(parent)
    selectors = query.from_
    if len(selectors) != 1:
        invalid("from must have exactly one collection selector.")
    if selectors[0].collection_id:
        check_collection_id(selectors[0].collection_id)
    by_fields = _filters_fields(query) or orders != (Order(paths.NAME, orders[0].descending),)
    if selectors[0].all_descendants and by_fields and parent != root_of(parent):
        invalid("collection group queries are only allowed at the root parent")
    return Scope(parent, selectors[0].collection_id, selectors[0].all_descendants)


def _narrowed(
    scope: Scope, query: Message, orders: tuple[Order, ...], start: Bound | None, end: Bound | None
) -> Scope:
    """The scope from the first to the last name that filters and cursors let through."""
    first, last = name_range(query.where) if query.HasField("where") else ((), None)
    if orders[0] == Order(paths.NAME, descending=False):
        if start is not None and start.position:
            first = max(first, start.position[0][1])
        if end is not None and end.position:
            last = min(last or end.position[0][1], end.position[0][1])
    return replace(scope, first=first, last=last)


def _filter(query: Message) -> Predicate:
    if not query.HasField("where"):
        return lambda _: True
    check_filter(query.where)
    return compile_filter(query.where)


def _orders(query: Message, required: Sequence[paths.Path]) -> tuple[Order, ...]:
    """What the results are sorted by: as asked, by fields under inequality, by name."""
    orders = [
        Order(paths.parse_reference(item.field.field_path), item.direction == _DESCENDING)
        for item in query.order_by
    ]
    if len({order.path for order in orders}) < len(orders):
        invalid("order by a field more than once is not allowed.")
    filtered = _filtered(query)
    implied = inequality_paths(query.where) if query.HasField("where") else []
    _extend(orders, [*implied, paths.NAME])
    if orders[0] == Order(paths.NAME, descending=True) and filtered <= {paths.NAME}:
        raise StatusError(
            grpc.StatusCode.FAILED_PRECONDITION, "Firestore does not support descending key scans"
        )
    if paths.NAME not in filtered and len(orders) > len(query.order_by):
        orders.pop()
    _extend(orders, [*required, paths.NAME])
    return tuple(orders)


def _extend(orders: list[Order], added: Sequence[paths.Path]) -> None:
    descending = orders[-1].descending if orders else False
    for path in added:
        if all(order.path != path for order in orders):
            orders.append(Order(path, descending))
    if orders[-1].path != paths.NAME:
        invalid("order by clause cannot contain more fields after the key")


def _filtered(query: Message) -> set[paths.Path]:
    """All fields under a filter."""
    return filtered_paths(query.where) if query.HasField("where") else set()


def _filters_fields(query: Message) -> bool:
    """Whether there is a filter on anything but the documents' names."""
    return query.HasField("where") and filtered_paths(query.where) != {paths.NAME}


def _bound(query: Message, side: str, orders: tuple[Order, ...]) -> Bound | None:
    if not query.HasField(side):
        return None
    cursor = getattr(query, side)
    if len(cursor.values) > len(query.order_by):
        invalid("Cursor has too many values.")
    position = tuple(bound_key(value) for value in cursor.values)
    for order, key in zip(orders, position, strict=False):
        if order.path == paths.NAME and key[0] != REFERENCE:
            invalid("Cursor position is not a valid key.")
    return Bound(position, cursor.before)


def _projection(query: Message) -> tuple[paths.Path, ...] | None:
    if not query.HasField("select"):
        return None
    return tuple(paths.parse_reference(field.field_path) for field in query.select.fields)
