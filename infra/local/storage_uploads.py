"""Uploads to the stand-in for Cloud Storage: in one piece, as multipart/related, or resumable.

A resumable upload is kept as it comes, in whole units of 256 KiB; what is behind the last one
counts only where it is the end of the object. It becomes an object in one transaction, if its sums
and preconditions fit.
"""

from __future__ import annotations

import json
import re
import secrets
import time
from dataclasses import replace
from email.message import Message
from typing import TYPE_CHECKING, Any, Final

from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response

from infra.local.storage_objects import resource, settable
from infra.local.storage_rules import (
    StorageError,
    check_conditions,
    check_hashes,
    check_object_name,
    conditions_in,
    hashes_in,
)
from infra.local.storage_store import PART, Stored, Upload, new_blob

if TYPE_CHECKING:
    from starlette.requests import Request

    from infra.local.storage_store import Json, StorageStore

_LARGEST_PIECE: Final = 64 << 20  # of an upload that is no resumable one
_CONTENT_RANGE: Final = re.compile(r"bytes (?:(\d+)-(\d+)|\*)/(\d+|\*)")
_RESUME_INCOMPLETE: Final = 308
_CANCELLED: Final = 499
_DEFAULT_TYPE: Final = "application/octet-stream"


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
            data = await _body(request)
        elif kind == "multipart":
            asked, content_type, data = _two_parts(request, await _body(request))
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
        upload, given = self._upload(request), request.headers.get("content-range")
        if upload.generation:
            return self._finished(request, upload)
        match = _CONTENT_RANGE.fullmatch(given or "bytes */*")
        if match is None:
            raise StorageError(400, f"Invalid Content-Range header: {given!r:.80}")
        first, total = match[1], match[3]
        if first is None and given is not None:
            data, start = b"", upload.size
        else:
            data, start = await _received(request), int(first or 0)
            upload = self._upload(request)  # another chunk may have come meanwhile
            if upload.generation:
                return self._finished(request, upload)
        if start > upload.size:
            words = f"expected bytes from {upload.size} on, found them from {start} on"
            raise StorageError(400, f"Invalid Content-Range header: {words}")
        size = None if total == "*" else int(total)
        if given is None:
            size = int(request.headers.get("content-length", len(data)))
        return self._take(request, upload, data[upload.size - start :], size)

    async def cancel(self, request: Request) -> Response:
        """DELETE: forget an upload that is not finished."""
        upload = self._upload(request)
        with self._store.transaction():
            self._store.drop_upload(upload.id)
        return Response(status_code=_CANCELLED)

    def _take(self, request: Request, upload: Upload, data: bytes, size: int | None) -> Response:
        """Keep what came; finish where it is all that was announced."""
        whole = size is not None and upload.size + len(data) >= size
        if whole and upload.size + len(data) > (size or 0):
            raise StorageError(400, "More bytes came than the Content-Range header announced.")
        kept = data if whole else data[: len(data) // PART * PART]
        with self._store.transaction():
            upload = replace(
                upload,
                size=self._store.append(upload.blob, upload.size, kept) if kept else upload.size,
            )
            if not whole:
                self._store.put_upload(upload)
                return _so_far(upload)
            sums = hashes_in(request.headers.get("x-goog-hash", ""))
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
        body = await _body(request)
        asked = _metadata(body) if body else {}
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


async def _body(request: Request) -> bytes:
    """The body; more than fits into memory has to come as a resumable upload."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > _LARGEST_PIECE:
            words = (
                f"Here at most {_LARGEST_PIECE} bytes come in one piece; use a resumable upload."
            )
            raise StorageError(413, words)
    return bytes(body)


async def _received(request: Request) -> bytes:
    """What has come of a chunk, however its sender ended."""
    body = bytearray()
    try:
        async for piece in request.stream():
            body += piece
            if len(body) > _LARGEST_PIECE:
                raise StorageError(413, f"Here a chunk has at most {_LARGEST_PIECE} bytes.")
    except ClientDisconnect:
        del body[len(body) // PART * PART :]
    return bytes(body)


def _metadata(text: bytes) -> Json:
    try:
        found = json.loads(text)
    except ValueError:
        raise StorageError(400, "Parse Error", "parseError") from None
    if not isinstance(found, dict):
        raise StorageError(400, "Parse Error", "parseError")
    return found


def _two_parts(request: Request, body: bytes) -> tuple[Json, str, bytes]:
    """The metadata, the media's type and the media of a multipart/related body (RFC 2387)."""
    header = Message()
    header["content-type"] = request.headers.get("content-type", "")
    boundary: Any = header.get_param("boundary")
    if header.get_content_type() != "multipart/related" or not boundary:
        raise StorageError(400, "Expected multipart/related with a boundary.", "badContent")
    mark = b"--" + str(boundary).encode("latin-1", "replace")
    begin, _, rest = body.partition(mark + b"\r\n")
    first, _, second = rest.partition(b"\r\n" + mark + b"\r\n")
    media, end, _ = second.rpartition(b"\r\n" + mark + b"--")
    if begin.strip() or not end:
        raise StorageError(400, "Malformed multipart body.", "badContent")
    (_, metadata), (headers, data) = _part(first), _part(media)
    return _metadata(metadata), headers.get("content-type", _DEFAULT_TYPE), data


def _part(part: bytes) -> tuple[dict[str, str], bytes]:
    """Headers and content of one part."""
    head, blank, content = part.partition(b"\r\n\r\n")
    if part.startswith(b"\r\n"):  # no headers at all
        head, blank, content = b"", b"\r\n", part[2:]
    if not blank:
        raise StorageError(400, "Malformed multipart body.", "badContent")
    lines = (line.partition(":") for line in head.decode("latin-1").splitlines())
    return {name.strip().lower(): value.strip() for name, _, value in lines}, content
