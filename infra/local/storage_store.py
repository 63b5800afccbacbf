"""Where the stand-in for Cloud Storage keeps buckets, objects and bytes: the cloud's database.

An object's bytes are rows of at most `PART` bytes, written as they arrive: what was acknowledged
survives kill -9, and what was deleted is gone from the file as any other row is.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import google_crc32c

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.local.database import Database

Json = dict[str, Any]

PART: Final = 256 << 10  # also the unit in which a resumable upload is kept
UNFINISHED_S: Final = 7 * 86_400.0  # an upload that nobody finishes is forgotten
_DAY_S: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Stored:
    """A live object: `blob` names its bytes, `fields` are what its writer may set."""

    bucket: str
    name: str
    generation: int
    metageneration: int
    blob: str
    size: int
    crc32c: str
    md5: str
    created: float
    updated: float
    fields: Json


@dataclass(frozen=True, slots=True)
class Upload:
    """A resumable upload: what was asked for at its start, and how much has come."""

    id: str
    bucket: str
    blob: str
    size: int
    asked: Json = field(default_factory=dict)
    generation: int = 0  # of the object, once it is finished


class StorageStore:
    """Buckets, live objects and unfinished uploads. Its caller makes the transactions."""

    def __init__(self, database: Database) -> None:
        self._execute = database.execute
        self.transaction = database.transaction
        database.executescript(
            "CREATE TABLE IF NOT EXISTS storage_buckets"
            " (name TEXT PRIMARY KEY, body TEXT) WITHOUT ROWID;"
            "CREATE TABLE IF NOT EXISTS storage_objects"
            " (bucket TEXT, name TEXT, generation INTEGER, metageneration INTEGER, blob TEXT,"
            "  size INTEGER, crc32c TEXT, md5 TEXT, created REAL, updated REAL, fields TEXT,"
            "  PRIMARY KEY (bucket, name)) WITHOUT ROWID;"
            "CREATE TABLE IF NOT EXISTS storage_parts"
            " (blob TEXT, number INTEGER, bytes BLOB, PRIMARY KEY (blob, number)) WITHOUT ROWID;"
            "CREATE TABLE IF NOT EXISTS storage_uploads"
            " (id TEXT PRIMARY KEY, bucket TEXT, blob TEXT, size INTEGER, asked TEXT,"
            "  generation INTEGER, created REAL) WITHOUT ROWID;"
        )

    def bucket(self, name: str) -> Json | None:
        """A bucket's resource."""
        row = self._execute("SELECT body FROM storage_buckets WHERE name = ?", (name,)).fetchone()
        found: Json | None = None if row is None else json.loads(row[0])
        return found

    def buckets(self) -> list[Json]:
        """All buckets, by name."""
        rows = self._execute("SELECT body FROM storage_buckets ORDER BY name")
        return [json.loads(body) for (body,) in rows]

    def put_bucket(self, name: str, body: Json) -> None:
        """Create or replace a bucket's resource."""
        query = "INSERT OR REPLACE INTO storage_buckets VALUES (?, ?)"
        self._execute(query, (name, json.dumps(body)))

    def drop_bucket(self, name: str) -> None:
        """Forget an empty bucket, and the uploads to it."""
        query = "SELECT id FROM storage_uploads WHERE bucket = ?"
        for (upload_id,) in self._execute(query, (name,)).fetchall():
            self.drop_upload(upload_id)
        self._execute("DELETE FROM storage_buckets WHERE name = ?", (name,))

    def object(self, bucket: str, name: str) -> Stored | None:
        """The live object of that name."""
        query = "SELECT * FROM storage_objects WHERE bucket = ? AND name = ?"
        row = self._execute(query, (bucket, name)).fetchone()
        return None if row is None else _stored(row)

    def objects(self, bucket: str, first: str = "") -> Iterator[Stored]:
        """The bucket's objects from that name on, by the bytes of their names."""
        query = "SELECT * FROM storage_objects WHERE bucket = ? AND name >= ? ORDER BY name"
        yield from map(_stored, self._execute(query, (bucket, first)))

    def put(self, found: Stored) -> None:
        """Write an object's row; the bytes of the one before are deleted."""
        before = self.object(found.bucket, found.name)
        if before is not None and before.blob != found.blob:
            self.drop_bytes(before.blob)
        row = [getattr(found, name) for name in Stored.__slots__]
        marks = ", ".join("?" * len(row))
        query = f"INSERT OR REPLACE INTO storage_objects VALUES ({marks})"  # noqa: S608  question marks alone
        self._execute(query, (*row[:-1], json.dumps(found.fields)))

    def delete(self, found: Stored) -> None:
        """Delete an object with its bytes."""
        query = "DELETE FROM storage_objects WHERE bucket = ? AND name = ?"
        self._execute(query, (found.bucket, found.name))
        self.drop_bytes(found.blob)

    def next_generation(self) -> int:
        """A number above all those before, which tells the time in microseconds."""
        query = "SELECT max(generation) FROM storage_objects"
        (latest,) = self._execute(query).fetchone()
        return max(int(time.time() * 1e6), (latest or 0) + 1)

    def append(self, blob: str, size: int, data: bytes | bytearray) -> int:
        """Add bytes behind the `size` that are there; the new size. Parts but the last are full."""
        if size % PART:
            raise ValueError(f"expected a whole number of parts before these, found {size} bytes")
        for at in range(0, len(data), PART):
            part = data[at : at + PART]
            query = "INSERT INTO storage_parts VALUES (?, ?, ?)"
            self._execute(query, (blob, (size + at) // PART, part))
        return size + len(data)

    def read(self, blob: str, start: int, end: int) -> Iterator[bytes]:
        """The bytes from `start` up to `end`, part by part; KeyError if they are deleted."""
        at = start
        while at < end:
            number, within = divmod(at, PART)
            query = "SELECT bytes FROM storage_parts WHERE blob = ? AND number = ?"
            row = self._execute(query, (blob, number)).fetchone()
            if row is None:
                raise KeyError(blob)
            piece = row[0][within : within + end - at]
            at += len(piece)
            yield piece

    def drop_bytes(self, blob: str) -> None:
        """Delete bytes that nothing names any more."""
        self._execute("DELETE FROM storage_parts WHERE blob = ?", (blob,))

    def hashes(self, blob: str, size: int) -> tuple[str, str]:
        """CRC32C and MD5 of the bytes, as Cloud Storage writes them."""
        crc, md5 = 0, hashlib.md5(usedforsecurity=False)
        for part in self.read(blob, 0, size):
            crc = google_crc32c.extend(crc, part)
            md5.update(part)
        sums = (crc.to_bytes(4, "big"), md5.digest())
        crc32c, md5_hash = (base64.b64encode(each).decode() for each in sums)
        return crc32c, md5_hash

    def upload(self, upload_id: str) -> Upload | None:
        """An upload that was begun."""
        query = "SELECT * FROM storage_uploads WHERE id = ?"
        row = self._execute(query, (upload_id,)).fetchone()
        if row is None:
            return None
        found, bucket, blob, size, asked, generation, _ = row
        return Upload(found, bucket, blob, size, json.loads(asked), generation)

    def put_upload(self, upload: Upload) -> None:
        """Write how far an upload is; those that nobody finished in a week are forgotten."""
        query = "SELECT id FROM storage_uploads WHERE created < ?"
        for (old,) in self._execute(query, (time.time() - UNFINISHED_S,)).fetchall():
            self.drop_upload(old)
        query = (
            "INSERT INTO storage_uploads VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id)"
            " DO UPDATE SET size = excluded.size, generation = excluded.generation"
        )
        asked = json.dumps(upload.asked)
        row = (upload.id, upload.bucket, upload.blob, upload.size, asked, upload.generation)
        self._execute(query, (*row, time.time()))

    def drop_upload(self, upload_id: str) -> None:
        """Forget an upload, and its bytes where no object has them."""
        found = self.upload(upload_id)
        if found is not None:
            self._execute("DELETE FROM storage_uploads WHERE id = ?", (upload_id,))
            if not found.generation:
                self.drop_bytes(found.blob)

    def expire(self) -> None:
        """Delete the objects that their bucket's rules do not keep any longer."""
        for bucket in self.buckets():
            rules = bucket.get("lifecycle", {}).get("rule", ())
            if rules:
                least = min(rule["condition"]["age"] for rule in rules)
                old = time.time() - least * _DAY_S
                for found in [o for o in self.objects(bucket["name"]) if o.created < old]:
                    self.delete(found)


def new_blob() -> str:
    """A name for bytes to come."""
    return secrets.token_hex(16)


def _stored(row: tuple[Any, ...]) -> Stored:
    values = dict(zip(Stored.__slots__, row, strict=True))
    return Stored(**{**values, "fields": json.loads(values["fields"])})
