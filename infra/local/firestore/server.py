"""google.firestore.v1.Firestore, for the unmodified Google clients."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import grpc
from google.cloud.firestore_v1 import types
from google.protobuf.empty_pb2 import Empty
from google.rpc.status_pb2 import Status

from infra.local.firestore.listen import Listener
from infra.local.firestore.names import check_collection_id
from infra.local.firestore.reads import Reads, masked
from infra.local.firestore.store import Store
from infra.local.firestore.transactions import Transactions
from infra.local.firestore.wire import (
    Document,
    DocumentChange,
    Message,
    StatusError,
    invalid,
    new_write,
    new_write_result,
    to_timestamp,
)
from infra.local.firestore.writes import Staged, check_sequence, name_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence

    from infra.local.database import Database
    from infra.local.wire import Server

    _Admit = Callable[[Message], Awaitable[None]]

SERVICE = "google.firestore.v1.Firestore"
# A server that registers this service takes as much: a commit may have 10 MiB.
MAX_REQUEST_BYTES = 11 * 1024 * 1024

UNARY, SERVER_STREAM, BIDI_STREAM = "unary_unary", "unary_stream", "stream_stream"
# Method -> (shape, request, response). A test holds it against the client's own transport.
METHODS: dict[str, tuple[str, Message, Message]] = {
    "GetDocument": (UNARY, types.GetDocumentRequest.pb(), types.Document.pb()),
    "ListDocuments": (UNARY, types.ListDocumentsRequest.pb(), types.ListDocumentsResponse.pb()),
    "UpdateDocument": (UNARY, types.UpdateDocumentRequest.pb(), types.Document.pb()),
    "DeleteDocument": (UNARY, types.DeleteDocumentRequest.pb(), Empty),
    "CreateDocument": (UNARY, types.CreateDocumentRequest.pb(), types.Document.pb()),
    "BatchGetDocuments": (
        SERVER_STREAM,
        types.BatchGetDocumentsRequest.pb(),
        types.BatchGetDocumentsResponse.pb(),
    ),
    "BeginTransaction": (
        UNARY,
        types.BeginTransactionRequest.pb(),
        types.BeginTransactionResponse.pb(),
    ),
    "Commit": (UNARY, types.CommitRequest.pb(), types.CommitResponse.pb()),
    "Rollback": (UNARY, types.RollbackRequest.pb(), Empty),
    "BatchWrite": (UNARY, types.BatchWriteRequest.pb(), types.BatchWriteResponse.pb()),
    "RunQuery": (SERVER_STREAM, types.RunQueryRequest.pb(), types.RunQueryResponse.pb()),
    "RunAggregationQuery": (
        SERVER_STREAM,
        types.RunAggregationQueryRequest.pb(),
        types.RunAggregationQueryResponse.pb(),
    ),
    "ListCollectionIds": (
        UNARY,
        types.ListCollectionIdsRequest.pb(),
        types.ListCollectionIdsResponse.pb(),
    ),
    "Write": (BIDI_STREAM, types.WriteRequest.pb(), types.WriteResponse.pb()),
    "Listen": (BIDI_STREAM, types.ListenRequest.pb(), types.ListenResponse.pb()),
}
# What the chain has no use for; grpc answers UNIMPLEMENTED to a method without a handler.
ABSENT = frozenset({"ExecutePipeline", "PartitionQuery"})

_AUTO_ID = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_AUTO_ID_LENGTH = 20


class Firestore(Reads):
    """The Firestore protocol over one store; every method runs on the event loop, whole."""

    def __init__(
        self, database: Database, on_commit: Callable[[Sequence[DocumentChange]], None]
    ) -> None:
        """Load what the database holds.

        `on_commit` is called inside the SQLite transaction that stores a commit's documents: what
        it writes there stands or falls with them, and what it raises aborts the commit.
        """
        store = Store(database, on_commit)
        super().__init__(store, Transactions(store))

    def register(self, server: Server) -> None:
        """Add the service to a server."""
        handlers = {
            method: _ADAPT[shape](getattr(self, method), request, response, self._admit)
            for method, (shape, request, response) in METHODS.items()
        }
        generic = grpc.method_handlers_generic_handler(SERVICE, handlers)
        server.add_generic_rpc_handlers((generic,))

    async def _admit(self, request: Message) -> None:
        """Let a request that opens a transaction wait for its turn."""
        if request.DESCRIPTOR.name == "BeginTransactionRequest":
            options = request.options
        elif "new_transaction" in request.DESCRIPTOR.fields_by_name:
            options = request.new_transaction if request.HasField("new_transaction") else None
        else:
            return
        if options is not None and not options.HasField("read_only"):
            await self._transactions.await_turn(options)

    def BeginTransaction(self, request: Message) -> Message:
        """Open a transaction."""
        identity = self._transactions.begin(request.options)
        return types.BeginTransactionResponse.pb()(transaction=identity)

    def Rollback(self, request: Message) -> Message:
        """Close a transaction without writing."""
        self._transactions.rollback(request.transaction)
        return Empty()

    def Commit(self, request: Message) -> Message:
        """Apply all writes, or none."""
        if request.transaction:
            self._transactions.close(request.transaction, writes=bool(request.writes))
        results, micros = self._commit(request.writes)
        return types.CommitResponse.pb()(write_results=results, commit_time=to_timestamp(micros))

    def BatchWrite(self, request: Message) -> Message:
        """Apply each write by itself; each has its own status."""
        names = [name_of(write) for write in request.writes]
        if len(set(names)) != len(names):
            invalid("the same document cannot be written more than once in a single request")
        micros = self._store.commit_micros()
        staged = Staged(self._store.get, micros)
        response = types.BatchWriteResponse.pb()()
        for write in request.writes:
            try:
                response.write_results.append(staged.add(write))
                response.status.append(Status())
            except StatusError as error:
                response.write_results.append(new_write_result())
                response.status.append(Status(code=error.code.value[0], message=error.message))
        self._store.apply(staged.changes(), micros)
        return response

    def CreateDocument(self, request: Message) -> Document:
        """Create a document, under a random id if none is given."""
        identity = request.document_id or "".join(
            secrets.choice(_AUTO_ID) for _ in range(_AUTO_ID_LENGTH)
        )
        check_collection_id(request.collection_id)
        write = new_write(update=request.document)
        write.update.name = f"{request.parent}/{request.collection_id}/{identity}"
        write.current_document.exists = False
        self._commit([write])
        return masked(self._store.get(write.update.name), request)

    def UpdateDocument(self, request: Message) -> Document:
        """Set or merge a document."""
        write = new_write(update=request.document)
        if request.HasField("update_mask"):
            write.update_mask.CopyFrom(request.update_mask)
        if request.HasField("current_document"):
            write.current_document.CopyFrom(request.current_document)
        self._commit([write])
        return masked(self._store.get(request.document.name), request)

    def DeleteDocument(self, request: Message) -> Message:
        """Delete a document."""
        write = new_write(delete=request.name)
        if request.HasField("current_document"):
            write.current_document.CopyFrom(request.current_document)
        self._commit([write])
        return Empty()

    async def Write(self, requests: AsyncIterator[Message]) -> AsyncIterator[Message]:
        """A stream of commits: a handshake, then one response for each request."""
        response = types.WriteResponse.pb()
        stream = secrets.token_hex(8)
        count = 0
        async for request in requests:
            if count == 0:
                if request.writes:
                    invalid("'writes' must not be set on an initial write request.")
                yield response(stream_id=stream, stream_token=_stream_token(stream, count))
            else:
                results, micros = self._commit(request.writes)
                yield response(
                    stream_token=_stream_token(stream, count),
                    write_results=results,
                    commit_time=to_timestamp(micros),
                )
            count += 1

    def Listen(self, requests: AsyncIterator[Message]) -> AsyncIterator[Message]:
        """Snapshots of queries and documents, and their changes."""
        return Listener(self._store).serve(requests)

    def _commit(self, writes: Sequence[Message]) -> tuple[list[Message], int]:
        check_sequence(writes)
        micros = self._store.commit_micros()
        staged = Staged(self._store.get, micros)
        results = [staged.add(write) for write in writes]
        self._store.apply(staged.changes(), micros)
        return results, micros


def _stream_token(stream: str, count: int) -> bytes:
    return f"{stream}:{count}".encode()


def _unary(
    call: Callable[[Message], Message], request: Message, response: Message, admit: _Admit
) -> Message:
    async def answer(message: Message, context: Message) -> Message:
        try:
            await admit(message)
            return call(message)
        except StatusError as error:
            return await context.abort(error.code, error.message)

    return grpc.unary_unary_rpc_method_handler(
        answer, request.FromString, response.SerializeToString
    )


def _server_stream(
    call: Callable[[Message], Iterator[Message]], request: Message, response: Message, admit: _Admit
) -> Message:
    async def answer(message: Message, context: Message) -> AsyncIterator[Message]:
        try:
            await admit(message)
            for item in call(message):
                yield item
        except StatusError as error:
            await context.abort(error.code, error.message)

    return grpc.unary_stream_rpc_method_handler(
        answer, request.FromString, response.SerializeToString
    )


def _bidi_stream(
    call: Callable[[AsyncIterator[Message]], AsyncIterator[Message]],
    request: Message,
    response: Message,
    _admit: _Admit,
) -> Message:
    async def answer(messages: AsyncIterator[Message], context: Message) -> AsyncIterator[Message]:
        try:
            async for item in call(messages):
                yield item
        except StatusError as error:
            await context.abort(error.code, error.message)

    return grpc.stream_stream_rpc_method_handler(
        answer, request.FromString, response.SerializeToString
    )


_ADAPT: dict[str, Callable[..., Message]] = {
    UNARY: _unary,
    SERVER_STREAM: _server_stream,
    BIDI_STREAM: _bidi_stream,
}
