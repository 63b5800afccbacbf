"""The reading half of the protocol: documents, queries, aggregations, lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

import grpc
from google.cloud.firestore_v1 import types

from infra.local.firestore import paths
from infra.local.firestore.aggregates import aggregate, aliases, summed_paths
from infra.local.firestore.names import check_document, check_parent, key_of
from infra.local.firestore.query import compile_query
from infra.local.firestore.wire import (
    Document,
    Message,
    StatusError,
    invalid,
    new_document,
    to_micros,
    to_timestamp,
    unimplemented,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from google.protobuf.timestamp_pb2 import Timestamp

    from infra.local.firestore.query import Query
    from infra.local.firestore.store import Store, View
    from infra.local.firestore.transactions import Transaction, Transactions

_BatchGetResponse = types.BatchGetDocumentsResponse.pb()
_RunQueryResponse = types.RunQueryResponse.pb()
_AggregationResponse = types.RunAggregationQueryResponse.pb()
_ListDocumentsResponse = types.ListDocumentsResponse.pb()
_ListCollectionIdsResponse = types.ListCollectionIdsResponse.pb()

_DEFAULT_PAGE = 300
_MAX_AGGREGATIONS = 5


class Reading:
    """What one request reads: which moment, in which transaction."""

    def __init__(self, store: Store, transactions: Transactions, request: Message) -> None:
        self.opened = b""
        self._transaction: Transaction | None = None
        selector = _consistency(request)
        if selector == "new_transaction":
            self.opened = transactions.begin(request.new_transaction)
            self._transaction = transactions.get(self.opened)
        elif selector == "transaction" and request.transaction:
            self._transaction = transactions.get(request.transaction)
        if self._transaction is not None:
            self.view, self._micros = transactions.view(self._transaction)
        else:
            self.view, self._micros = _at(store, request, selector)

    @property
    def read_time(self) -> Timestamp:
        """The moment that is read."""
        return to_timestamp(self._micros)

    def get(self, name: str) -> Document | None:
        """One document."""
        check_document(name)
        if self._transaction is not None:
            self._transaction.names.add(name)
        return self.view.get(name)

    def run(self, query: Query) -> list[Document]:
        """A query's results."""
        self._note(query)
        return query.run(self.view)

    def measure(self, query: Query) -> list[Document]:
        """A query's results, with the fields that it looks at."""
        self._note(query)
        return query.measure(self.view)

    def _note(self, query: Query) -> None:
        if self._transaction is not None:
            self._transaction.queries.append(query)


def _consistency(request: Message) -> str | None:
    if "consistency_selector" not in request.DESCRIPTOR.oneofs_by_name:
        return "read_time" if request.HasField("read_time") else None
    selector: str | None = request.WhichOneof("consistency_selector")
    return selector


def _at(store: Store, request: Message, selector: str | None) -> tuple[View, int]:
    now = store.read_micros()
    if selector != "read_time":
        return store, now
    micros = to_micros(request.read_time)
    if micros > now:
        invalid("read_time must not be in the future.")
    return store.at(micros), micros


class Reads:
    """The reading RPCs, one method each."""

    def __init__(self, store: Store, transactions: Transactions) -> None:
        self._store = store
        self._transactions = transactions

    def _reading(self, request: Message) -> Reading:
        return Reading(self._store, self._transactions, request)

    def GetDocument(self, request: Message) -> Document:
        """One document, NOT_FOUND if there is none."""
        document = self._reading(request).get(request.name)
        if document is None:
            raise StatusError(grpc.StatusCode.NOT_FOUND, f"Document ({request.name}) not found.")
        return masked(document, request)

    def BatchGetDocuments(self, request: Message) -> Iterator[Message]:
        """Each document once, found or missing."""
        reading = self._reading(request)
        names = dict.fromkeys(request.documents)
        documents = [(name, reading.get(name)) for name in names]
        if reading.opened:
            yield _BatchGetResponse(transaction=reading.opened)
        for name, document in documents:
            response = _BatchGetResponse(read_time=reading.read_time)
            if document is None:
                response.missing = name
            else:
                response.found.CopyFrom(masked(document, request))
            yield response

    def RunQuery(self, request: Message) -> Iterator[Message]:
        """A query's results, one response each."""
        if request.HasField("explain_options"):
            unimplemented("Query explain")
        query = compile_query(request.parent, request.structured_query)
        reading = self._reading(request)
        documents = reading.run(query)
        if reading.opened:
            yield _RunQueryResponse(transaction=reading.opened, read_time=reading.read_time)
        for document in documents:
            yield _RunQueryResponse(document=query.project(document), read_time=reading.read_time)
        if not documents:
            yield _RunQueryResponse(read_time=reading.read_time, done=True)

    def RunAggregationQuery(self, request: Message) -> Iterator[Message]:
        """Count, sum and average of a query's results, in one response."""
        if request.HasField("explain_options"):
            unimplemented("Query explain")
        asked = request.structured_aggregation_query
        if not 0 < len(asked.aggregations) <= _MAX_AGGREGATIONS:
            invalid(f"There must be 1 to {_MAX_AGGREGATIONS} aggregations.")
        required = summed_paths(asked.structured_query, asked.aggregations)
        query = compile_query(request.parent, asked.structured_query, required)
        names = aliases(asked.aggregations)
        reading = self._reading(request)
        documents = reading.measure(query)
        response = _AggregationResponse(read_time=reading.read_time, transaction=reading.opened)
        for name, aggregation in zip(names, asked.aggregations, strict=True):
            value = aggregate(documents, aggregation)
            response.result.aggregate_fields[name].CopyFrom(value)
        yield response

    def ListDocuments(self, request: Message) -> Message:
        """A page of a collection, by name; with `show_missing` also the gaps above documents."""
        if request.order_by not in {"", "__name__"}:
            unimplemented("ListDocuments in another order than by name")
        listed = types.StructuredQuery.pb()()
        listed.from_.add(collection_id=request.collection_id)
        query = compile_query(request.parent, listed)
        reading, path = self._reading(request), query.scope.path
        found = {document.name for document in reading.measure(query)}
        if request.show_missing:
            found.update(f"{path}/{identity}" for identity in self._store.children(path))
        names, token = _page(found, request)
        whole = (reading.view.get(name) or new_document(name=name) for name in names)
        documents = [masked(document, request) for document in whole]
        return _ListDocumentsResponse(documents=documents, next_page_token=token)

    def ListCollectionIds(self, request: Message) -> Message:
        """The ids of the collections under a document or the root that hold anything."""
        check_parent(request.parent)
        names, token = _page(self._store.children(request.parent), request)
        return _ListCollectionIdsResponse(collection_ids=names, next_page_token=token)


def masked(document: Document, request: Message) -> Document:
    """The document as the request's field mask shows it."""
    if not request.HasField("mask"):
        return document
    return paths.project(document, [paths.parse(text) for text in request.mask.field_paths])


def _page(names: Iterable[str], request: Message) -> tuple[Sequence[str], str]:
    ordered = sorted(names, key=key_of)
    if request.page_token:
        ordered = [name for name in ordered if key_of(name) > key_of(request.page_token)]
    if request.page_size < 0:
        invalid("page_size must be non-negative.")
    size = request.page_size or _DEFAULT_PAGE
    page = ordered[:size]
    return page, page[-1] if len(ordered) > size else ""
