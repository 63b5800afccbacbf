"""The documents in SQLite: by name, and by an index of each collection id in the names' order.

The small fields are apart from the large (see `encoding`), so that a query reads little, and a
change of the small ones writes little.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.local.firestore.encoding import split
from infra.local.firestore.names import collection_id_of, stored_key_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.local.database import Database
    from infra.local.firestore.names import Scope

_SCHEMA = """
CREATE TABLE IF NOT EXISTS firestore_rows (
    name TEXT PRIMARY KEY, collection_id TEXT NOT NULL, key BLOB NOT NULL,
    has_large INTEGER NOT NULL, small BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS firestore_rows_by_key ON firestore_rows (collection_id, key);
CREATE TABLE IF NOT EXISTS firestore_large (name TEXT PRIMARY KEY, large BLOB NOT NULL);
CREATE VIEW IF NOT EXISTS firestore_documents AS
    SELECT name, CAST(small || ifnull(large, x'') AS BLOB) AS document
    FROM firestore_rows LEFT JOIN firestore_large USING (name);
"""
_KIND = "SELECT type FROM sqlite_master WHERE name = 'firestore_documents'"
_GET = "SELECT small, has_large FROM firestore_rows WHERE name = ?"
_GET_LARGE = "SELECT large FROM firestore_large WHERE name = ?"
_CREATE = "INSERT INTO firestore_rows VALUES (?, ?, ?, ?, ?)"
_UPDATE = "UPDATE firestore_rows SET has_large = ?, small = ? WHERE name = ?"
_KEEP_LARGE = """
INSERT INTO firestore_large VALUES (?, ?)
ON CONFLICT (name) DO UPDATE SET large = excluded.large WHERE large != excluded.large
"""
_DELETE = "DELETE FROM firestore_rows WHERE name = ?"
_DELETE_LARGE = "DELETE FROM firestore_large WHERE name = ?"
_OF_AN_ID = """
SELECT name, small, has_large, key FROM firestore_rows
WHERE collection_id = ? AND key >= ? AND key <= ? ORDER BY key LIMIT ?
"""
_OF_ANY_ID = """
SELECT name, small, has_large, key FROM firestore_rows
WHERE name > ? AND name < ? AND key >= ? AND key <= ? ORDER BY key LIMIT ?
"""
_NEXT = "SELECT name FROM firestore_rows WHERE name >= ? AND name < ? ORDER BY name LIMIT 1"
_PAGE = 256
_BEHIND = "0"  # the character behind the slash


class Rows:
    """The statements; those that write are called inside a transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database
        kind = database.execute(_KIND).fetchone()
        if kind == ("table",):
            self._take_over()
        database.executescript(_SCHEMA)

    def get(self, name: str) -> bytes | None:
        """The encoded document of that name, None if there is none."""
        row = self._database.execute(_GET, (name,)).fetchone()
        if row is None:
            return None
        small, has_large = row
        return small + self._large(name) if has_large else small  # type: ignore[no-any-return]

    def keep(self, name: str, encoded: bytes, *, fresh: bool) -> None:
        """Store a document; whether there was none of its name is known."""
        small, large = split(encoded)
        if fresh:
            row = (name, collection_id_of(name), stored_key_of(name), bool(large), small)
            self._database.execute(_CREATE, row)
        else:
            self._database.execute(_UPDATE, (bool(large), small, name))
        if large:
            self._database.execute(_KEEP_LARGE, (name, large))
        elif not fresh:
            self._database.execute(_DELETE_LARGE, (name,))

    def delete(self, name: str) -> None:
        """Forget a document."""
        self._database.execute(_DELETE, (name,))
        self._database.execute(_DELETE_LARGE, (name,))

    def scan(self, scope: Scope) -> Iterator[tuple[bytes, bool]]:
        """The documents in a scope by name, without large fields, and whether they have any."""
        first, last = scope.stored_keys
        while True:
            rows = self._page(scope, first, last)
            for name, small, has_large, _ in rows:
                if scope.all_descendants or scope.holds(name):
                    yield small, bool(has_large)
            if len(rows) < _PAGE:
                return
            first = rows[-1][-1] + b"\0"  # what comes next

    def children(self, path: str) -> set[str]:
        """The next segments of the names that go on behind this path."""
        begin, end = f"{path}/", f"{path}{_BEHIND}"
        found = set()
        while (row := self._database.execute(_NEXT, (begin, end)).fetchone()) is not None:
            child, deeper, _ = row[0][len(path) + 1 :].partition("/")
            found.add(child)
            # What is below the child is passed over, but not what stands between it and that.
            begin = f"{path}/{child}{_BEHIND}" if deeper else f"{row[0]}\0"
        return found

    def _page(self, scope: Scope, first: bytes, last: bytes) -> list[tuple[str, bytes, int, bytes]]:
        if scope.collection_id:
            found = self._database.execute(_OF_AN_ID, (scope.collection_id, first, last, _PAGE))
        else:
            begin, end = f"{scope.below}/", f"{scope.below}{_BEHIND}"
            found = self._database.execute(_OF_ANY_ID, (begin, end, first, last, _PAGE))
        return found.fetchall()

    def _large(self, name: str) -> bytes:
        large: bytes = self._database.execute(_GET_LARGE, (name,)).fetchone()[0]
        return large

    def _take_over(self) -> None:
        """Store the documents of a file in which each is whole, and no index is."""
        with self._database.transaction():
            self._database.execute("ALTER TABLE firestore_documents RENAME TO firestore_whole")
            for statement in _SCHEMA.split(";"):
                self._database.execute(statement)
            rows = self._database.execute("SELECT name, document FROM firestore_whole")
            for name, encoded in rows:
                self.keep(name, encoded, fresh=True)
            self._database.execute("DROP TABLE firestore_whole")
