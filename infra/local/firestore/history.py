"""What stood before the commits of the last minutes, for whoever reads a little way back.

It is for this process alone, and may be more than the documents that stand: so it is in SQLite's
temporary file, which has no name that could be opened and ends with the process.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from infra.local.database import Database

_SCHEMA = """
PRAGMA temp.journal_mode = MEMORY;
CREATE TEMP TABLE IF NOT EXISTS firestore_past (
    micros INTEGER, name TEXT, before BLOB, PRIMARY KEY (micros, name)) WITHOUT ROWID;
"""
_CREATED = "INSERT INTO firestore_past (micros, name) VALUES (?, ?)"
_CHANGED = """
INSERT INTO firestore_past (micros, name, before)
SELECT ?, name, document FROM firestore_documents WHERE name = ?
"""
_SINCE = "SELECT name, before FROM firestore_past WHERE micros > ? ORDER BY micros DESC"
_NAMES_SINCE = "SELECT DISTINCT name FROM firestore_past WHERE micros > ?"
_SIZE = "SELECT count(*), total(length(before)) FROM firestore_past"
_LAST_OLD = "SELECT max(micros) FROM firestore_past WHERE micros < ?"
_LAST_OF_EIGHTH = "SELECT micros FROM firestore_past ORDER BY micros LIMIT 1 OFFSET ?"
_FORGET = "DELETE FROM firestore_past WHERE micros <= ?"
_LOOK_MICROS = 5 * 1_000_000  # between two looks for what is too old
# How far back a read at a past time, a transaction and a listener's resume token may reach.
KEPT_MICROS = 600 * 1_000_000
KEPT_CHANGES = 50_000
KEPT_BYTES = 64 * 1024 * 1024


class History:
    """Each change since the horizon: the document's name, and its bytes before."""

    def __init__(self, database: Database, now: int) -> None:
        self._database = database
        database.executescript(_SCHEMA)
        self.horizon = self._newest = self._looked = now

    def remember(self, name: str, micros: int, *, fresh: bool) -> None:
        """A document is about to change, or is none yet; inside the transaction that does it."""
        self._database.execute(_CREATED if fresh else _CHANGED, (micros, name))
        self._newest = micros

    def since(self, micros: int) -> dict[str, bytes | None]:
        """What stood at a time, of all that has changed since; None where nothing did."""
        if micros >= self._newest:
            return {}
        return dict(self._database.execute(_SINCE, (micros,)).fetchall())

    def names_since(self, micros: int) -> set[str]:
        """What has changed since a time."""
        if micros >= self._newest:
            return set()
        return {name for (name,) in self._database.execute(_NAMES_SINCE, (micros,))}

    def forget(self, micros: int) -> None:
        """What is too old, or too much; once in a while."""
        if micros < self._looked + _LOOK_MICROS:
            return
        self._looked = micros
        (last,) = self._database.execute(_LAST_OLD, (micros - KEPT_MICROS,)).fetchone()
        if last is not None:
            self._forget(last)
        while True:
            changes, size = self._database.execute(_SIZE).fetchone()
            if changes <= KEPT_CHANGES and size <= KEPT_BYTES:
                return
            self._forget(*self._database.execute(_LAST_OF_EIGHTH, (changes // 8,)).fetchone())

    def _forget(self, last: int) -> None:
        self._database.execute(_FORGET, (last,))
        self.horizon = last
