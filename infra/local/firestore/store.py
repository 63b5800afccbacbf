"""The documents: in memory for reading, in SQLite for keeping."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import grpc

from infra.local.firestore.groups import Groups
from infra.local.firestore.names import Scope, parent_of
from infra.local.firestore.watchers import Watchers
from infra.local.firestore.wire import (
    Document,
    DocumentChange,
    StatusError,
    new_document,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from infra.local.database import Database

_SCHEMA = """
CREATE TABLE IF NOT EXISTS firestore_documents (name TEXT PRIMARY KEY, document BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS firestore_clock (id INTEGER PRIMARY KEY, micros INTEGER NOT NULL);
"""
_KEEP = "INSERT OR REPLACE INTO firestore_documents VALUES (?, ?)"
_FORGET = "DELETE FROM firestore_documents WHERE name = ?"
_KEEP_CLOCK = "INSERT OR REPLACE INTO firestore_clock VALUES (1, ?)"
# How far back a read at a past time, a transaction and a listener's resume token may reach.
_HISTORY_MICROS = 600 * 1_000_000
_HISTORY_CHANGES = 50_000
_HISTORY_BYTES = 64 * 1024 * 1024


class View(Protocol):
    """The documents at one moment."""

    def get(self, name: str) -> Document | None:
        """The document of that name, None if there is none."""

    def documents(self, scope: Scope) -> Iterator[Document]:
        """All documents in a scope, in no order."""


@dataclass(frozen=True, slots=True)
class _Past:
    micros: int
    name: str
    before: Document | None
    size: int


class Store:
    """All documents as they stand, and enough of the past to read a little way back.

    A stored document is never changed, only replaced, so it may be handed out without a copy.
    """

    def __init__(
        self, database: Database, on_commit: Callable[[Sequence[DocumentChange]], None]
    ) -> None:
        self._database = database
        self._on_commit = on_commit
        self._documents: dict[str, Document] = {}
        self._collections: dict[str, dict[str, Document]] = {}
        self._groups = Groups()
        self._history: deque[_Past] = deque()
        self._history_bytes = 0
        self.watchers = Watchers()
        database.executescript(_SCHEMA)
        clock = database.execute("SELECT micros FROM firestore_clock").fetchone()
        self._last: int = 0 if clock is None else clock[0]
        for name, encoded in database.execute("SELECT name, document FROM firestore_documents"):
            self._place(name, new_document.FromString(encoded))
        # What happened before the start is not in the history.
        self._horizon = self.read_micros()

    def read_micros(self) -> int:
        """The present: every commit so far is at or before it, every later one after it."""
        self._last = max(self._last, time.time_ns() // 1000)
        return self._last

    def commit_micros(self) -> int:
        """A new commit time, after everything that was read or committed so far."""
        self._last = max(self._last + 1, time.time_ns() // 1000)
        return self._last

    def get(self, name: str) -> Document | None:
        """The document of that name, None if there is none."""
        return self._documents.get(name)

    def documents(self, scope: Scope) -> Iterator[Document]:
        """All documents in a scope, in no order."""
        for path in self._paths(scope):
            yield from self._collections[path].values()

    def collections(self) -> Iterable[str]:
        """The paths of all collections that hold a document."""
        return self._collections.keys()

    def apply(self, changes: Sequence[DocumentChange], micros: int) -> None:
        """Store the changes on disk, then in memory, then tell the listeners."""
        if not changes:
            return
        with self._database.transaction():
            for change in changes:
                if change.after is None:
                    self._database.execute(_FORGET, (change.name,))
                else:
                    encoded = change.after.SerializeToString()
                    self._database.execute(_KEEP, (change.name, encoded))
            self._database.execute(_KEEP_CLOCK, (micros,))
            self._on_commit(changes)
        for change in changes:
            self._place(change.name, change.after)
            self._remember(change, micros)
        self.watchers.tell(changes, micros)

    def at(self, micros: int) -> View:
        """The documents as they stood at a time."""
        if micros < self._horizon:
            raise StatusError(
                grpc.StatusCode.FAILED_PRECONDITION, "The requested read_time is too old."
            )
        stood: dict[str, Document | None] = {}
        for past in reversed(self._history):
            if past.micros <= micros:
                break
            stood[past.name] = past.before
        return Past(self, stood) if stood else self

    def since(self, micros: int) -> Iterator[tuple[str, Document | None]]:
        """Each change after a time, latest first: the name and what stood there before."""
        if micros < self._horizon:
            raise StatusError(grpc.StatusCode.ABORTED, "The transaction is too old.")
        for past in reversed(self._history):
            if past.micros <= micros:
                return
            yield past.name, past.before

    def _paths(self, scope: Scope) -> list[str]:
        if not scope.all_descendants and scope.collection_id:
            return [scope.path] if scope.path in self._collections else []
        among: Iterable[str] = self._collections
        if scope.collection_id:
            among = self._groups.between(scope.collection_id, scope.first, scope.last)
        return [path for path in among if scope.holds_collection(path)]

    def _place(self, name: str, document: Document | None) -> None:
        path = parent_of(name)
        if document is not None:
            self._documents[name] = document
            if path not in self._collections:
                self._collections[path] = {}
                self._groups.add(path)
            self._collections[path][name] = document
        elif name in self._documents:
            del self._documents[name]
            del self._collections[path][name]
            if not self._collections[path]:
                del self._collections[path]
                self._groups.remove(path)

    def _remember(self, change: DocumentChange, micros: int) -> None:
        size = 0 if change.before is None else change.before.ByteSize()
        self._history.append(_Past(micros, change.name, change.before, size))
        self._history_bytes += size
        while (
            len(self._history) > _HISTORY_CHANGES
            or self._history_bytes > _HISTORY_BYTES
            or self._history[0].micros < micros - _HISTORY_MICROS
        ):
            forgotten = self._history.popleft()
            self._history_bytes -= forgotten.size
            self._horizon = forgotten.micros


class Past:
    """The documents as they stood, where that differs from how they stand."""

    def __init__(self, store: Store, stood: dict[str, Document | None]) -> None:
        self._store = store
        self._stood = stood

    def get(self, name: str) -> Document | None:
        """The document of that name, None if there was none."""
        return self._stood[name] if name in self._stood else self._store.get(name)

    def documents(self, scope: Scope) -> Iterator[Document]:
        """All documents that were in a scope, in no order."""
        for document in self._store.documents(scope):
            if document.name not in self._stood:
                yield document
        for name, document in self._stood.items():
            if document is not None and scope.holds(name):
                yield document
