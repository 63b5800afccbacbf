"""Where the stand-in for Vertex AI keeps its resources: one table of the cloud's database."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from infra.local.topology import LOCATION

if TYPE_CHECKING:
    from infra.local.database import Database

Json = dict[str, Any]

NUMBER = "412345678901"  # of the project: Google's answers name it so
PARENT = f"projects/{NUMBER}/locations/{LOCATION}"


class Store:
    """Resources as JSON, by kind and name."""

    def __init__(self, database: Database) -> None:
        self._execute = database.execute
        database.execute(
            "CREATE TABLE IF NOT EXISTS vertex"
            " (kind TEXT, name TEXT, body TEXT, PRIMARY KEY (kind, name)) WITHOUT ROWID"
        )

    def read(self, kind: str, name: str) -> Json | None:
        """One resource."""
        query = "SELECT body FROM vertex WHERE kind = ? AND name = ?"
        row = self._execute(query, (kind, name)).fetchone()
        found: Json | None = None if row is None else json.loads(row[0])
        return found

    def all(self, kind: str) -> list[Json]:
        """All resources of a kind, by name."""
        query = "SELECT body FROM vertex WHERE kind = ? ORDER BY name"
        return [json.loads(body) for (body,) in self._execute(query, (kind,))]

    def write(self, kind: str, name: str, body: Json) -> None:
        """Create or replace a resource."""
        query = "INSERT OR REPLACE INTO vertex VALUES (?, ?, ?)"
        self._execute(query, (kind, name, json.dumps(body)))


def stamp(seconds: float) -> str:
    """A time as protobuf's JSON has it."""
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
