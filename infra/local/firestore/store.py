"""The documents: in SQLite, the latest used in memory, too."""

from __future__ import annotations

import heapq
import time
from typing import TYPE_CHECKING, Protocol

import grpc

from infra.local.firestore.cache import Cache
from infra.local.firestore.history import History
from infra.local.firestore.names import key_of
from infra.local.firestore.rows import Rows
from infra.local.firestore.watchers import Watchers
from infra.local.firestore.wire import Document, DocumentChange, Found, StatusError, new_document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from infra.local.database import Database
    from infra.local.firestore.names import Scope

_CLOCK = """
CREATE TABLE IF NOT EXISTS firestore_clock (id INTEGER PRIMARY KEY, micros INTEGER NOT NULL)
"""
_KEEP_CLOCK = "INSERT OR REPLACE INTO firestore_clock VALUES (1, ?)"


class View(Protocol):
    """The documents at one moment."""

    def get(self, name: str) -> Document | None:
        """The document of that name, None if there is none."""

    def documents(self, scope: Scope) -> Iterator[Found]:
        """All documents in a scope by name, perhaps without their large fields."""


class Store:
    """All documents as they stand, and enough of the past to read a little way back.

    A document that was handed out is never changed, only replaced.
    """

    def __init__(
        self, database: Database, on_commit: Callable[[Sequence[DocumentChange]], None]
    ) -> None:
        self._database = database
        self._on_commit = on_commit
        self._rows = Rows(database)
        self._cache = Cache()
        self.watchers = Watchers()
        database.execute(_CLOCK)
        clock = database.execute("SELECT micros FROM firestore_clock").fetchone()
        self._last: int = 0 if clock is None else clock[0]
        # What happened before the start is not in the history.
        self._history = History(database, self.read_micros())

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
        document = self._cache.get(name)
        if document is None and (encoded := self._rows.get(name)) is not None:
            document = new_document.FromString(encoded)
            self._cache.put(name, document, len(encoded))
        return document

    def documents(self, scope: Scope) -> Iterator[Found]:
        """All documents in a scope by name, those that have large fields without them."""
        for small, has_large in self._rows.scan(scope):
            yield Found(new_document.FromString(small), whole=not has_large)

    def children(self, path: str) -> set[str]:
        """The ids of the collections below a document, or of what is in a collection."""
        return self._rows.children(path)

    def apply(self, changes: Sequence[DocumentChange], micros: int) -> None:
        """Store the changes on disk, then tell the listeners."""
        if not changes:
            return
        with self._database.transaction():
            for change in changes:
                self._history.remember(change.name, micros, fresh=change.before is None)
                if change.after is None:
                    self._rows.delete(change.name)
                else:
                    self._rows.keep(change.name, change.encoded, fresh=change.before is None)
            self._database.execute(_KEEP_CLOCK, (micros,))
            self._history.forget(micros)
            self._on_commit(changes)
        for change in changes:
            if change.after is None:
                self._cache.drop(change.name)
            else:
                self._cache.put(change.name, change.after, len(change.encoded))
        self.watchers.tell(changes, micros)

    def at(self, micros: int) -> View:
        """The documents as they stood at a time."""
        if micros < self._history.horizon:
            raise StatusError(
                grpc.StatusCode.FAILED_PRECONDITION, "The requested read_time is too old."
            )
        stood = self._history.since(micros)
        return Past(self, stood) if stood else self

    def changed_since(self, micros: int) -> set[str]:
        """The names of the documents that have changed since a time."""
        if micros < self._history.horizon:
            raise StatusError(grpc.StatusCode.ABORTED, "The transaction is too old.")
        return self._history.names_since(micros)


class Past:
    """The documents as they stood, where that differs from how they stand."""

    def __init__(self, store: Store, stood: Mapping[str, bytes | None]) -> None:
        self._store = store
        self._stood = stood

    def get(self, name: str) -> Document | None:
        """The document of that name, None if there was none."""
        if name not in self._stood:
            return self._store.get(name)
        encoded = self._stood[name]
        return None if encoded is None else new_document.FromString(encoded)

    def documents(self, scope: Scope) -> Iterator[Found]:
        """All documents that were in a scope by name, perhaps without their large fields."""
        now = (each for each in self._store.documents(scope) if _name(each) not in self._stood)
        then = (
            Found(new_document.FromString(encoded), whole=True)
            for name, encoded in sorted(self._stood.items(), key=lambda item: key_of(item[0]))
            if encoded is not None and scope.holds(name)
        )
        return heapq.merge(now, then, key=lambda each: key_of(_name(each)))


def _name(found: Found) -> str:
    name: str = found.document.name
    return name
