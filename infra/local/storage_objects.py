"""An object of the stand-in for Cloud Storage as its JSON API shows it, and how its bytes leave."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from starlette.responses import Response, StreamingResponse

from infra.local.storage_rules import StorageError, merged, range_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from starlette.requests import Request

    from infra.local.storage_store import Json, StorageStore, Stored

# What a writer may set on an object, and the header that tells of it to who reads it.
_HEADERS: Final = {
    "contentType": "content-type",
    "contentDisposition": "content-disposition",
    "contentEncoding": "content-encoding",
    "contentLanguage": "content-language",
    "cacheControl": "cache-control",
}
_SETTABLE: Final = (*_HEADERS, "metadata", "customTime", "storageClass")


def settable(metadata: Mapping[str, Any]) -> Json:
    """The fields of an object's resource that its writer may set."""
    found = {name: metadata[name] for name in _SETTABLE if metadata.get(name) is not None}
    custom = found.get("metadata", {})
    if not isinstance(custom, dict) or not all(isinstance(v, str) for v in custom.values()):
        raise StorageError(400, "Invalid value for: metadata")
    for name, value in found.items():
        if name != "metadata":
            _checked(name, value)
    return found


def patched(fields: Json, changes: Mapping[str, Any]) -> Json:
    """The fields after a PATCH."""
    known = {name: changes[name] for name in _SETTABLE if name in changes}
    return settable(merged(fields, known))


def _checked(name: str, value: object) -> str:
    """A text without control characters: most of these become headers."""
    if not isinstance(value, str) or any(ord(each) < ord(" ") or each == "\x7f" for each in value):
        raise StorageError(400, f"Invalid value for: {name}")
    return value


def resource(found: Stored, request: Request) -> Json:
    """The object's resource."""
    base, name = f"{request.url.scheme}://{request.url.netloc}", quote(found.name, safe="")
    path, generation = f"b/{found.bucket}/o/{name}", str(found.generation)
    download = f"{base}/download/storage/v1/{path}?generation={generation}&alt=media"
    return {
        "kind": "storage#object",
        "id": f"{found.bucket}/{found.name}/{generation}",
        "selfLink": f"{base}/storage/v1/{path}",
        "mediaLink": download,
        "name": found.name,
        "bucket": found.bucket,
        "generation": generation,
        "metageneration": str(found.metageneration),
        "storageClass": "STANDARD",
        "size": str(found.size),
        "md5Hash": found.md5,
        "crc32c": found.crc32c,
        "etag": etag(found),
        "timeCreated": stamp(found.created),
        "updated": stamp(found.updated),
        "timeStorageClassUpdated": stamp(found.created),
        **found.fields,
    }


def etag(found: Stored) -> str:
    """Another one for each version and each change of its metadata."""
    text = f"{found.generation}/{found.metageneration}"
    return base64.b64encode(text.encode()).decode()


def stamp(seconds: float) -> str:
    """A time as the JSON API has it."""
    at = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
    return at.replace("+00:00", "Z")


def media(store: StorageStore, found: Stored, request: Request) -> Response:
    """The object's bytes, or the range of them that is asked for."""
    headers = {
        "content-type": "application/octet-stream",
        "x-goog-hash": f"crc32c={found.crc32c},md5={found.md5}",
        "x-goog-generation": str(found.generation),
        "x-goog-metageneration": str(found.metageneration),
        "x-goog-stored-content-length": str(found.size),
        "x-goog-storage-class": "STANDARD",
        "etag": f'"{etag(found)}"',
        "accept-ranges": "bytes",
        **{header: found.fields[name] for name, header in _HEADERS.items() if name in found.fields},
    }
    headers |= {
        header: _checked(parameter, request.query_params[parameter])
        for parameter, header in (
            ("response-content-type", "content-type"),
            ("response-content-disposition", "content-disposition"),
        )
        if parameter in request.query_params
    }
    part = range_of(request.headers.get("range"), found.size)
    start, end = part or (0, found.size)
    if part is not None:
        headers["content-range"] = f"bytes {start}-{end - 1}/{found.size}"
    headers["content-length"] = str(end - start)
    # A text that is not Latin-1 leaves as UTF-8.
    headers = {name: value.encode().decode("latin-1") for name, value in headers.items()}
    status = 200 if part is None else 206
    if request.method == "HEAD":
        return Response(None, status, headers)
    return StreamingResponse(_pieces(store, found.blob, start, end), status, headers)


async def _pieces(store: StorageStore, blob: str, start: int, end: int) -> AsyncIterator[bytes]:
    # Deleted while it is read: the connection breaks, since its length was promised.
    for piece in store.read(blob, start, end):
        yield piece
