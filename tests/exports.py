"""Fakes of the ports of export and import, that keep their contracts."""

from __future__ import annotations

import base64
import io
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from clarity.domain.errors import ForgottenError, RefusedError, UnavailableError
from clarity.steps.stored import StoredDocument

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from clarity.steps.ports import Chunk

START = datetime(2026, 6, 1, tzinfo=UTC)
KEPT = timedelta(days=730)


def document(path: str, *, arrived: int = 0, **fields: Any) -> StoredDocument:
    at = f"{START + timedelta(seconds=arrived):%FT%T}.000000000Z"
    return StoredDocument(path, fields, at, at)


def chunk_document(
    user_id: str, upload_id: str, chunk: Chunk, *, arrived: int = 0
) -> StoredDocument:
    """A chunk as Firestore has it."""
    columns: dict[str, Any] = chunk.samples.to_columns()
    sources = [
        {"mapValue": {"fields": {n: {"stringValue": text} for n, text in each.items()}}}
        for each in columns["sources"]
    ]
    fields: dict[str, Any] = {
        name: {"bytesValue": base64.b64encode(value).decode()}
        for name, value in (columns | {"deleted": chunk.deleted.tobytes()}).items()
        if isinstance(value, bytes)
    }
    fields |= {name: {"integerValue": str(columns[name])} for name in ("count", "schema_version")}
    fields["sources"] = {"arrayValue": {"values": sources}}
    fields["upload_id"] = {"stringValue": upload_id}
    until = START + timedelta(seconds=arrived) + KEPT
    fields["expires_at"] = {"timestampValue": f"{until:%FT%T}.000000000Z"}
    path = f"users/{user_id}/days/{chunk.day.isoformat()}/chunks/{upload_id}"
    return document(path, arrived=arrived, **fields)


@dataclass
class MemoryDocuments:
    """The `Documents` port over a dictionary of paths."""

    documents: dict[str, StoredDocument] = field(default_factory=dict)

    def add(self, found: StoredDocument) -> None:
        self.documents[found.path] = found

    def person(self, user_id: str) -> StoredDocument | None:
        return self.documents.get(f"users/{user_id}")

    def collections(self, user_id: str) -> list[str]:
        below = [p.split("/") for p in self.documents if p.startswith(f"users/{user_id}/")]
        return sorted({parts[2] for parts in below})

    def of(self, user_id: str, collection: str) -> Iterator[StoredDocument]:
        below = f"users/{user_id}/{collection}/"
        for path in sorted(self.documents, key=lambda each: each.split("/")):
            if path.startswith(below):
                yield self.documents[path]

    def naming(self, user_id: str, collection: str) -> Iterator[StoredDocument]:
        for path, found in sorted(self.documents.items()):
            named = found.fields.get("user_id") == {"stringValue": user_id}
            if named and path.startswith(f"{collection}/"):
                yield found


@dataclass
class MemoryExports:
    """The `Exports` port: an object is there once it was written to its end."""

    objects: dict[str, bytes] = field(default_factory=dict)

    @contextmanager
    def open(self, name: str) -> Iterator[io.BytesIO]:
        out = io.BytesIO()
        yield out
        self.objects[name] = out.getvalue()

    def link(self, name: str, lasting: timedelta) -> str:
        return f"https://storage.example/{name}?expires={lasting.total_seconds():g}"

    def size(self, name: str) -> int:
        return len(self.objects[name])


class NoExports:
    """The bucket of an erasure, with nothing in it."""

    def count(self, user_id: str) -> int:
        return 0

    def delete_all(self, user_id: str) -> int:
        return 0


@dataclass
class MemoryRestores:
    """The `Restores` port: documents are created, all of a call or none.

    `fails_at` is the call that the database does not answer, `refuses` are paths of what it does
    not take, `noted` says after how many calls somebody noted that it is read in.
    """

    documents: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    order: list[set[str]] = field(default_factory=list)
    erased: bool = False
    fails_at: int | None = None
    refuses: set[str] = field(default_factory=set)
    noted: list[int] = field(default_factory=list)

    def held(self, user_id: str) -> set[str]:
        return set(self.documents)

    def check(self, user_id: str, documents: Mapping[str, Mapping[str, Any]]) -> None:
        if self.refuses & set(documents):
            raise RefusedError("the database takes no such document")

    def note(self) -> None:
        self.noted.append(len(self.order))

    def add(self, user_id: str, documents: Mapping[str, Mapping[str, Any]]) -> None:
        if self.erased:
            raise ForgottenError("the person was erased")
        if self.fails_at == len(self.order):
            raise UnavailableError("the database does not answer")
        assert not set(documents) & set(self.documents)
        self.order.append(set(documents))
        self.documents |= dict(documents)
