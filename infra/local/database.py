"""The embedded cloud's state: one SQLite file, written ahead (WAL): kill -9 loses nothing."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Database:
    """One connection, used from the event loop alone: a change is atomic without locks."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=WAL")
        # NORMAL survives the death of the process; a power cut may lose the last commits.
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self.execute = self._connection.execute
        self.executemany = self._connection.executemany
        self.executescript = self._connection.executescript

    @property
    def changes(self) -> int:
        """How many rows were written or deleted so far."""
        return self._connection.total_changes

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit everything inside, or nothing. A nested transaction joins the outer one."""
        if self._connection.in_transaction:
            yield
            return
        self.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.execute("ROLLBACK")
            raise
        self.execute("COMMIT")

    def close(self) -> None:
        """Close the file; the write-ahead log is folded in."""
        self._connection.close()
