"""Listeners: a snapshot of a query or of documents, then what each commit changes of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import grpc
from google.cloud.firestore_v1 import types

from infra.local.firestore.names import check_document
from infra.local.firestore.query import Query, compile_query
from infra.local.firestore.watchers import EVERYTHING, group
from infra.local.firestore.wire import (
    Document,
    DocumentChange,
    Message,
    StatusError,
    invalid,
    to_micros,
    to_timestamp,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection, Iterable, Sequence

    from infra.local.firestore.store import Store, View

_Response = types.ListenResponse.pb()
_Type = types.TargetChange.TargetChangeType
_TOKEN_BYTES = 8

Held = dict[str, int]  # document name -> its update time, in microseconds


@dataclass(slots=True)
class Target:
    """One thing a stream listens to, and which documents, of which time, its client holds."""

    identity: int
    query: Query | None
    names: frozenset[str]
    held: Held = field(default_factory=dict)

    @property
    def watched(self) -> Collection[str]:
        """What of the store concerns the target (see `watchers`)."""
        if self.query is None:
            return self.names
        scope = self.query.scope
        if not scope.collection_id:
            return (EVERYTHING,)
        return (group(scope.collection_id) if scope.all_descendants else scope.path,)

    @property
    def windowed(self) -> bool:
        """Whether one document's change can bring in or push out others."""
        return self.query is not None and self.query.windowed

    def results(self, view: View) -> list[Document]:
        """The documents that the target consists of."""
        if self.query is not None:
            return self.query.run(view)
        found = (view.get(name) for name in sorted(self.names))
        return [document for document in found if document is not None]

    def show(self, document: Document) -> Document:
        """The document as the target shows it."""
        return document if self.query is None else self.query.project(document)

    def is_touched(self, change: DocumentChange) -> bool:
        """Whether a change is of a document that is, or was, among the results."""
        return self.matches(change.before) or self.matches(change.after)

    def matches(self, document: Document | None) -> bool:
        """Whether the document is among the results before offset and limit."""
        if self.query is not None:
            return self.query.matches(document)
        return document is not None and document.name in self.names


class Listener:
    """One Listen stream."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._targets: dict[int, Target] = {}
        self._responses: asyncio.Queue[Message | None] = asyncio.Queue()

    async def serve(self, requests: AsyncIterator[Message]) -> AsyncIterator[Message]:
        """Answer the stream's requests and report commits until the client ends it."""
        reader = asyncio.create_task(self._read(requests))
        reader.add_done_callback(lambda _: self._responses.put_nowait(None))
        try:
            while (response := await self._responses.get()) is not None:
                yield response
            await reader  # a refusal of the whole stream
        finally:
            for target in self._targets.values():
                self._store.watchers.remove(self._on_commit, target.watched)
            self._targets.clear()
            reader.cancel()

    async def _read(self, requests: AsyncIterator[Message]) -> None:
        async for request in requests:
            if request.HasField("add_target"):
                self._add(request.add_target)
            elif request.remove_target:
                self._remove(request.remove_target)

    def _add(self, request: Message) -> None:
        identity = request.target_id or max(self._targets, default=0) + 1
        if identity in self._targets:
            invalid(f"Target id {identity} is already in use.")
        self._change(_Type.ADD, identity)
        try:
            target = _target(identity, request)
        except StatusError as error:
            self._refuse(identity, error)
            return
        self._targets[identity] = target
        self._store.watchers.add(self._on_commit, target.watched)
        self._snapshot(target, request)
        if request.once:
            self._remove(identity)

    def _snapshot(self, target: Target, request: Message) -> None:
        now = self._store.read_micros()
        results = target.results(self._store)
        known = self._known(target, request, now)
        if known is None and request.WhichOneof("resume_type") is not None:
            self._change(_Type.RESET, target.identity, now)
        target.held = known or {}
        self._update(target, results, now)
        if known is None:
            for name in sorted(target.names - target.held.keys()):
                self._gone(target, name, now)
        self._change(_Type.CURRENT, target.identity, now)
        self._tick(now)

    def _known(self, target: Target, request: Message, now: int) -> Held | None:
        """What the client holds from an earlier stream, None where that cannot be told."""
        resume = request.WhichOneof("resume_type")
        if resume == "resume_token" and len(request.resume_token) == _TOKEN_BYTES:
            micros = int.from_bytes(request.resume_token, "big")
        elif resume == "read_time":
            micros = request.read_time.ToMicroseconds()
        else:
            return None
        if micros > now:
            return None
        try:
            known = _held(target.results(self._store.at(micros)))
        except StatusError:
            return None  # older than the history: the client starts afresh
        if request.HasField("expected_count") and request.expected_count.value != len(known):
            return None
        return known

    def _remove(self, identity: int) -> None:
        target = self._targets.pop(identity, None)
        if target is not None:
            self._store.watchers.remove(self._on_commit, target.watched)
            self._change(_Type.REMOVE, identity)

    def _refuse(self, identity: int, error: StatusError) -> None:
        response = _Response()
        response.target_change.target_change_type = _Type.REMOVE
        response.target_change.target_ids.append(identity)
        response.target_change.cause.code = error.code.value[0]
        response.target_change.cause.message = error.message
        self._responses.put_nowait(response)

    def _on_commit(self, changes: Sequence[DocumentChange], micros: int) -> None:
        touched = False
        for target in self._targets.values():
            touching = [change for change in changes if target.is_touched(change)]
            if touching:
                self._follow(target, touching, micros)
                touched = True
        if touched:
            self._tick(micros)

    def _follow(self, target: Target, touching: Sequence[DocumentChange], micros: int) -> None:
        if target.windowed:
            self._update(target, target.results(self._store), micros)
            return
        for change in touching:
            if target.matches(change.after):
                self._show(target, change.after)
                target.held[change.name] = micros
            elif target.held.pop(change.name, None) is not None:
                self._gone(target, change.name, micros)

    def _update(self, target: Target, results: Sequence[Document], micros: int) -> None:
        """Tell the client the difference between what it holds and the results."""
        before, target.held = target.held, _held(results)
        for name in before.keys() - target.held.keys():
            self._gone(target, name, micros)
        for document in results:
            if before.get(document.name) != target.held[document.name]:
                self._show(target, document)

    def _show(self, target: Target, document: Document) -> None:
        response = _Response()
        response.document_change.document.CopyFrom(target.show(document))
        response.document_change.target_ids.append(target.identity)
        self._responses.put_nowait(response)

    def _gone(self, target: Target, name: str, micros: int) -> None:
        response = _Response()
        deleted = self._store.get(name) is None
        notice = response.document_delete if deleted else response.document_remove
        notice.document = name
        notice.removed_target_ids.append(target.identity)
        notice.read_time.CopyFrom(to_timestamp(micros))
        self._responses.put_nowait(response)

    def _change(self, kind: int, identity: int, micros: int | None = None) -> None:
        response = _Response()
        response.target_change.target_change_type = kind
        response.target_change.target_ids.append(identity)
        if micros is not None:
            _stamp(response.target_change, micros)
        self._responses.put_nowait(response)

    def _tick(self, micros: int) -> None:
        """Say that everything up to a time has been told: the client may show it."""
        response = _Response()
        response.target_change.target_change_type = _Type.NO_CHANGE
        _stamp(response.target_change, micros)
        self._responses.put_nowait(response)


def _held(documents: Iterable[Document]) -> Held:
    return {document.name: to_micros(document.update_time) for document in documents}


def _stamp(change: Message, micros: int) -> None:
    change.read_time.CopyFrom(to_timestamp(micros))
    change.resume_token = micros.to_bytes(_TOKEN_BYTES, "big")


def _target(identity: int, request: Message) -> Target:
    kind = request.WhichOneof("target_type")
    if kind == "query":
        query = compile_query(request.query.parent, request.query.structured_query)
        return Target(identity, query, frozenset())
    if kind == "documents":
        for name in request.documents.documents:
            check_document(name)
        return Target(identity, None, frozenset(request.documents.documents))
    raise StatusError(grpc.StatusCode.INVALID_ARGUMENT, "A target must be a query or documents.")
