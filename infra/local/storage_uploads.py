"""Uploads to the stand-in for Cloud Storage: in one piece, as multipart/related, or resumable.

A resumable upload is kept as it comes, in whole units of 256 KiB; what is behind the last one
counts only where it is the end of the object. It becomes an object in one transaction, if its sums
and preconditions fit. Of a chunk, however large, some units are held in memory.
"""

from __future__ import annotations

import re
import secrets
import time
from dataclasses import dataclass, field, replace
from email.message import Message
from typing import TYPE_CHECKING, Any, Final

from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response

from infra.local.storage_objects import resource, settable
from infra.local.storage_rules import (
    MOST_JSON,
    StorageError,
    body_of,
    check_conditions,
    check_hashes,
    check_object_name,
    conditions_in,
    hashes_in,
    json_in,
)
from infra.local.storage_store import PART, Stored, Upload, new_blob

if TYPE_CHECKING:
    from starlette.requests import Request

    from infra.local.storage_store import Json, StorageStore

_LARGEST_PIECE: Final = 64 << 20  # of an upload that is no resumable one
_HELD: Final = 16 * PART
_CONTENT_RANGE: Final = re.compile(r"bytes (?:([0-9]{1,19})-([0-9]{1,19})|\*)/([0-9]{1,19}|\*)")
_TOO_MANY: Final = "More bytes came than the Content-Range header announced."
_RESUME_INCOMPLETE: Final = 308
_CANCELLED: Final = 499
_DEFAULT_TYPE: Final = "application/octet-stream"


@dataclass(slots=True)
class _Chunk:
    """What a PUT brings of a resumable upload.

    Attributes:
        start: Where its bytes begin; None if it has none.
        size: How many the object has in all; None if that is not said yet.
        held: Those that came and are not kept yet.
    """

    start: int | None
    size: int | None
    held: bytearray = field(default_factory=bytearray)

    @staticmethod
    def of(request: Request) -> _Chunk:
        """What its headers say."""
        given = request.headers.get("content-range")
        if given is None:
            length = request.headers.get("content-length")
            return _Chunk(0, int(length) if length else None)
        match = _CONTENT_RANGE.fullmatch(given)
        if match is None:
            raise StorageError(400, f"Invalid Content-Range header: {given!r:.80}")
        first, _, total = match.groups()
        return _Chunk(int(first) if first else None, None if total == "*" else int(total))


class Uploads:
    """The two paths of an upload."""

    def __init__(self, store: StorageStore) -> None:
        self._store = store

    async def begin(self, request: Request) -> Response:
        """POST: a whole object, or the start of a resumable one."""
        bucket = request.path_params["bucket"]
        if self._store.bucket(bucket) is None:
            raise StorageError(404, "The specified bucket does not exist.")
        kind = request.query_params.get("uploadType", "")
        if kind == "resumable":
            return await self._resumable(request, bucket)
        if kind == "media":
            asked: Json = {"name": request.query_params.get("name")}
            content_type = request.headers.get("content-type", _DEFAULT_TYPE)
            data = await _piece(request)
        elif kind == "multipart":
            asked, content_type, data = _two_parts(request, await _piece(request))
        else:
            raise StorageError(400, f"Upload type {kind!r:.40} is not supported.")
        asked = self._asked(request, asked, content_type)
        with self._store.transaction():
            blob = new_blob()
            self._store.append(blob, 0, data)
            found = self._finish(Upload("", bucket, blob, len(data), asked))
        return JSONResponse(resource(found, request))

    async def go_on(self, request: Request) -> Response:
        """PUT: more of a resumable upload, its end, or the question how far it is."""
        upload, chunk = self._upload(request), _Chunk.of(request)
        if chunk.start is not None and not upload.generation:
            upload = await self._receive(request, chunk)
        if upload.generation:
            return self._finished(request, upload)
        return self._take(request, upload, chunk)

    async def cancel(self, request: Request) -> Response:
        """DELETE: forget an upload that is not finished."""
        upload = self._upload(request)
        with self._store.transaction():
            self._store.drop_upload(upload.id)
        return Response(status_code=_CANCELLED)

    async def _receive(self, request: Request, chunk: _Chunk) -> Upload:
        """Keep the whole units of a chunk as they come, however its sender ends."""
        pieces = request.stream()
        try:
            async for piece in pieces:
                chunk.held += piece
                if len(chunk.held) >= _HELD:
                    self._keep(request, chunk)
        except StorageError:
            async for _ in pieces:
                pass  # who still sends hears no answer
            raise
        except ClientDisconnect:
            self._keep(request, chunk)
            raise
        upload = self._keep(request, chunk)
        if chunk.size is None and "content-range" not in request.headers:
            chunk.size = (chunk.start or 0) + len(chunk.held)  # it came to its end
        return upload

    def _keep(self, request: Request, chunk: _Chunk) -> Upload:
        """Put the units that are whole behind those that there are; the upload as it is then."""
        upload = self._upload(request)  # another chunk may have come meanwhile
        start = chunk.start or 0
        if upload.generation:
            chunk.held.clear()
            return upload
        if start > upload.size:
            words = f"expected bytes from {upload.size} on, found them from {start} on"
            raise StorageError(400, f"Invalid Content-Range header: {words}")
        if chunk.size is not None and start + len(chunk.held) > chunk.size:
            raise StorageError(400, _TOO_MANY)
        there = min(upload.size - start, len(chunk.held))
        whole = there + (len(chunk.held) - there) // PART * PART
        if whole > there:
            with self._store.transaction():
                size = self._store.append(upload.blob, upload.size, chunk.held[there:whole])
                upload = replace(upload, size=size)
                self._store.put_upload(upload)
        del chunk.held[:whole]
        chunk.start = start + whole
        return upload

    def _take(self, request: Request, upload: Upload, chunk: _Chunk) -> Response:
        """Make the object of an upload that is whole with what is held, or say how far it is."""
        size = upload.size + len(chunk.held)
        if chunk.size is None or size < chunk.size:
            return _so_far(upload)
        if size > chunk.size:
            raise StorageError(400, _TOO_MANY)
        with self._store.transaction():
            if chunk.held:
                size = self._store.append(upload.blob, upload.size, chunk.held)
                upload = replace(upload, size=size)
            sums = hashes_in(",".join(request.headers.getlist("x-goog-hash")))
            found = self._finish(replace(upload, asked={**upload.asked, **sums}))
            self._store.put_upload(replace(upload, generation=found.generation))
        return JSONResponse(resource(found, request))

    def _finished(self, request: Request, upload: Upload) -> Response:
        found = self._store.object(upload.bucket, upload.asked["name"])
        if found is None or found.generation != upload.generation:
            raise StorageError(410, "The object of this upload is not there any more.")
        return JSONResponse(resource(found, request))

    def _upload(self, request: Request) -> Upload:
        upload = self._store.upload(request.query_params.get("upload_id", ""))
        if upload is None or upload.bucket != request.path_params["bucket"]:
            raise StorageError(404, "No such upload: it was finished, cancelled, or is too old.")
        return upload

    async def _resumable(self, request: Request, bucket: str) -> Response:
        asked = json_in(await body_of(request, MOST_JSON))
        asked.setdefault("name", request.query_params.get("name"))
        content_type = request.headers.get("x-upload-content-type", _DEFAULT_TYPE)
        asked = self._asked(request, asked, content_type)
        found = self._store.object(bucket, asked["name"])
        check_conditions(asked["conditions"], found, reads=False)
        upload = Upload(secrets.token_urlsafe(32), bucket, new_blob(), 0, asked)
        with self._store.transaction():
            self._store.put_upload(upload)
        query = f"uploadType=resumable&upload_id={upload.id}"
        location = (
            f"{request.url.scheme}://{request.url.netloc}{request.scope['raw_path'].decode()}"
        )
        return Response(status_code=200, headers={"location": f"{location}?{query}"})

    def _asked(self, request: Request, metadata: Json, content_type: str) -> Json:
        """What the object is to be: its name, fields, sums and preconditions."""
        name = check_object_name(metadata.get("name"))
        fields = settable(metadata)
        fields.setdefault("contentType", content_type)
        sums: Json = {key: metadata[key] for key in ("crc32c", "md5Hash") if key in metadata}
        conditions = conditions_in(request.query_params)
        return {"name": name, "fields": fields, "conditions": conditions, **sums}

    def _finish(self, upload: Upload) -> Stored:
        """Make the object, in the caller's transaction."""
        asked = upload.asked
        if self._store.bucket(upload.bucket) is None:  # it was deleted while the bytes came
            raise StorageError(404, "The specified bucket does not exist.")
        before = self._store.object(upload.bucket, asked["name"])
        check_conditions(asked["conditions"], before, reads=False)
        crc32c, md5 = self._store.hashes(upload.blob, upload.size)
        check_hashes(asked, crc32c, md5)
        now = time.time()
        found = Stored(
            bucket=upload.bucket,
            name=asked["name"],
            generation=self._store.next_generation(),
            metageneration=1,
            blob=upload.blob,
            size=upload.size,
            crc32c=crc32c,
            md5=md5,
            created=now,
            updated=now,
            fields=asked["fields"],
        )
        self._store.put(found)
        return found


def _so_far(upload: Upload) -> Response:
    headers = {"range": f"bytes=0-{upload.size - 1}"} if upload.size else {}
    return Response(status_code=_RESUME_INCOMPLETE, headers=headers)


async def _piece(request: Request) -> bytearray:
    return await body_of(request, _LARGEST_PIECE, "; use a resumable upload")


def _two_parts(request: Request, body: bytearray) -> tuple[Json, str, bytearray]:
    """The metadata, the media's type and the media of a multipart/related body (RFC 2387)."""
    header = Message()
    header["content-type"] = request.headers.get("content-type", "")
    boundary: Any = header.get_param("boundary")
    if header.get_content_type() != "multipart/related" or not boundary:
        raise StorageError(400, "Expected multipart/related with a boundary.", "badContent")
    mark = b"--" + str(boundary).encode("latin-1", "replace")
    first = body.find(mark + b"\r\n")
    second = body.find(b"\r\n" + mark + b"\r\n", first)
    end = body.rfind(b"\r\n" + mark + b"--")
    opened, closed = first + len(mark) + 2, second + len(mark) + 4
    if first < 0 or second < 0 or end < closed or body[:first].strip():
        raise StorageError(400, "Malformed multipart body.", "badContent")
    (_, metadata), (headers, data) = _part(body, opened, second), _part(body, closed, end)
    return json_in(metadata), headers.get("content-type", _DEFAULT_TYPE), data


def _part(body: bytearray, start: int, end: int) -> tuple[dict[str, str], bytearray]:
    """Headers and content of one part."""
    if body.startswith(b"\r\n", start):  # no headers at all
        return {}, body[start + 2 : end]
    blank = body.find(b"\r\n\r\n", start, end)
    if blank < 0:
        raise StorageError(400, "Malformed multipart body.", "badContent")
    lines = (line.partition(":") for line in body[start:blank].decode("latin-1").splitlines())
    headers = {name.strip().lower(): value.strip() for name, _, value in lines}
    return headers, body[blank + 4 : end]
