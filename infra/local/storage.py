"""A Cloud Storage on loopback: what the unmodified google-cloud-storage client asks of it.

Buckets; objects with media, ranges, metadata, preconditions and sums; uploads of each kind; signed
links (V4), and IAM's signBlob for those who sign them. Anybody may use the JSON API, as with
Google's own emulators; without a signature nobody gets an object by its plain address. Not there:
what was deleted, copies, compositions, notifications, access lists, keys of one's own, rules other
than deletion at an age. Who asks for them reads 501.
"""

from __future__ import annotations

import asyncio
import base64
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response
from starlette.routing import Match, Route

from infra.local.storage_links import Keys, refusal
from infra.local.storage_objects import etag, media, patched, resource, settable, stamp
from infra.local.storage_rules import (
    MOST_JSON,
    StorageError,
    body_of,
    check_bucket_name,
    check_conditions,
    check_etags,
    check_lifecycle,
    check_numbers,
    check_request,
    json_error,
    json_in,
    merged,
    whole_number,
    xml_error,
    xml_error_of,
)
from infra.local.storage_store import StorageStore
from infra.local.storage_uploads import Uploads

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from starlette.types import Scope

    from infra.local.database import Database
    from infra.local.storage_store import Json, Stored

    Handler = Callable[[Request], Awaitable[Response]]

_MOST_LISTED: Final = 1000
_EXPIRY_EVERY_S: Final = 60.0
_ALL: Final = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
# What a bucket may be told of itself; the rest of its resource is the server's.
_BUCKET_FIELDS: Final[tuple[str, ...]] = (
    "labels",
    "lifecycle",
    "iamConfiguration",
    "location",
    "softDeletePolicy",
    "storageClass",
)


class LocalStorage:
    """Buckets and objects over HTTP, from the cloud's own database."""

    def __init__(self, database: Database) -> None:
        self._store = StorageStore(database)
        self._uploads = Uploads(self._store)
        self._keys = Keys(database)

    def routes(self) -> list[Route]:
        """The JSON API and IAM's signBlob."""
        one, objects = "/b/{bucket}/o/{name:path}", "/b/{bucket}/o"
        upload = f"/upload/storage/v1{objects}"
        api: list[tuple[str, str, Handler]] = [
            ("POST", upload, self._uploads.begin),
            ("PUT", upload, self._uploads.go_on),
            ("DELETE", upload, self._uploads.cancel),
            ("GET", f"/download/storage/v1{one}", self._download),
            ("GET", f"/storage/v1{objects}", self._list),
            ("GET", f"/storage/v1{one}", self._get),
            ("PATCH", f"/storage/v1{one}", self._patch),
            ("PUT", f"/storage/v1{one}", self._update),
            ("DELETE", f"/storage/v1{one}", self._delete),
            ("GET", "/storage/v1/b", self._list_buckets),
            ("POST", "/storage/v1/b", self._create_bucket),
            ("GET", "/storage/v1/b/{bucket}", self._get_bucket),
            ("PATCH", "/storage/v1/b/{bucket}", self._patch_bucket),
            ("DELETE", "/storage/v1/b/{bucket}", self._delete_bucket),
        ]
        routes = [Route(path, _answering(handler), methods=[m]) for m, path, handler in api]
        rest = ("/storage/v1/{rest:path}", "/upload/storage/v1/{rest:path}", "/batch/{rest:path}")
        others = [Route(path, _answering(_unimplemented), methods=_ALL) for path in rest]
        return [*routes, *others, *self._keys.routes()]

    def links(self) -> list[Route]:
        """Objects by their plain address: whatever is below the name of a bucket."""
        return [_InBucket(self._store, self._opened)]

    def ensure_bucket(self, name: str, age_days: int) -> None:
        """Create a bucket that deletes its objects at that age; no effect where it is."""
        if self._store.bucket(name) is None:
            rule = {"action": {"type": "Delete"}, "condition": {"age": age_days}}
            self._new_bucket({"name": name, "lifecycle": {"rule": [rule]}})

    async def run(self) -> None:
        """Delete what has reached its age."""
        while True:
            with self._store.transaction():
                self._store.expire()
            await asyncio.sleep(_EXPIRY_EVERY_S)

    async def _opened(self, request: Request) -> Response:
        refused = refusal(request, self._keys)
        if refused is not None:
            return refused
        if request.method not in {"GET", "HEAD"}:
            return xml_error(501, "NotImplemented", "Here a link can be for GET and HEAD alone.")
        try:
            return media(self._store, self._found(request, reads=True), request)
        except StorageError as error:
            return xml_error_of(error)

    async def _download(self, request: Request) -> Response:
        return media(self._store, self._found(request, reads=True), request)

    async def _get(self, request: Request) -> Response:
        found = self._found(request, reads=True)
        if request.query_params.get("alt") == "media":
            return media(self._store, found, request)
        return JSONResponse(resource(found, request))

    async def _patch(self, request: Request) -> Response:
        changes = await _json(request)
        return self._change(request, lambda found: patched(found.fields, changes))

    async def _update(self, request: Request) -> Response:
        fields = settable(await _json(request))
        return self._change(request, lambda _: fields)

    def _change(self, request: Request, fields: Callable[[Stored], Json]) -> Response:
        with self._store.transaction():
            found = self._found(request, reads=False)
            changed = replace(
                found,
                metageneration=found.metageneration + 1,
                updated=time.time(),
                fields=fields(found),
            )
            self._store.put(changed)
        return JSONResponse(resource(changed, request))

    async def _delete(self, request: Request) -> Response:
        with self._store.transaction():
            self._store.delete(self._found(request, reads=False))
        return Response(status_code=204)

    async def _list(self, request: Request) -> Response:
        bucket, query = self._bucket(request), request.query_params
        prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
        most = whole_number("maxResults", query.get("maxResults", str(_MOST_LISTED)))
        most = min(most or _MOST_LISTED, _MOST_LISTED)
        end, after = query.get("endOffset"), query.get("pageToken", "")
        items: list[Json] = []
        prefixes: dict[str, None] = {}
        last = more = ""
        for found in self._store.objects(bucket["name"], max(prefix, query.get("startOffset", ""))):
            if not found.name.startswith(prefix) or (end and found.name >= end):
                break
            group = _group(found.name, prefix, delimiter)
            if (group or found.name) <= after or group in prefixes:
                continue
            if len(items) + len(prefixes) == most:
                more = last
                break
            last = group or found.name
            if group:
                prefixes[group] = None
            else:
                items.append(resource(found, request))
        page: Json = {"kind": "storage#objects", "items": items, "prefixes": list(prefixes)}
        return JSONResponse(page | ({"nextPageToken": more} if more else {}))

    async def _list_buckets(self, request: Request) -> Response:
        prefix = request.query_params.get("prefix", "")
        items = [each for each in self._store.buckets() if each["name"].startswith(prefix)]
        return JSONResponse({"kind": "storage#buckets", "items": items})

    async def _create_bucket(self, request: Request) -> Response:
        asked = await _json(request)
        if self._store.bucket(check_bucket_name(asked.get("name"))) is not None:
            words = (
                "Your previous request to create the named bucket succeeded and you already own it."
            )
            raise StorageError(409, words)
        return JSONResponse(self._new_bucket(asked))

    def _new_bucket(self, asked: Json) -> Json:
        now, name = stamp(time.time()), check_bucket_name(asked.get("name"))
        fields = _bucket_fields({}, asked)
        body: Json = {
            "kind": "storage#bucket",
            "id": name,
            "name": name,
            "selfLink": f"/storage/v1/b/{name}",
            "location": "US",
            "locationType": "multi-region",
            "storageClass": "STANDARD",
            "timeCreated": now,
            "updated": now,
            **_numbered(1),
            **fields,
        }
        with self._store.transaction():
            self._store.put_bucket(name, body)
        return body

    async def _get_bucket(self, request: Request) -> Response:
        bucket = self._bucket(request)
        _check_bucket(request, bucket, reads=True)
        return JSONResponse(bucket)

    async def _patch_bucket(self, request: Request) -> Response:
        changes = await _json(request)
        with self._store.transaction():
            bucket = self._bucket(request)
            _check_bucket(request, bucket, reads=False)
            kept = {name: each for name, each in bucket.items() if name not in _BUCKET_FIELDS}
            bucket = kept | _bucket_fields(bucket, changes)
            bucket |= _numbered(int(bucket["metageneration"]) + 1)
            bucket["updated"] = stamp(time.time())
            self._store.put_bucket(bucket["name"], bucket)
        return JSONResponse(bucket)

    async def _delete_bucket(self, request: Request) -> Response:
        with self._store.transaction():
            bucket = self._bucket(request)
            _check_bucket(request, bucket, reads=False)
            name = bucket["name"]
            if any(True for _ in self._store.objects(name)):
                raise StorageError(409, "The bucket you tried to delete is not empty.")
            self._store.drop_bucket(name)
        return Response(status_code=204)

    def _bucket(self, request: Request) -> Json:
        bucket = self._store.bucket(request.path_params["bucket"])
        if bucket is None:
            raise StorageError(404, "The specified bucket does not exist.")
        return bucket

    def _found(self, request: Request, *, reads: bool) -> Stored:
        """The object that a request is about, if it meets the request's preconditions."""
        bucket, query = self._bucket(request)["name"], request.query_params
        name = request.path_params["name"]
        found = self._store.object(bucket, name)
        wanted = query.get("generation")
        if found and wanted and whole_number("generation", wanted) != found.generation:
            found = None
        if found is None:
            raise StorageError(404, f"No such object: {bucket}/{name}")
        check_conditions(query, found, reads=reads)
        check_etags(request.headers, etag(found), reads=reads)
        return found


class _InBucket(Route):
    """What is below the name of a bucket; other paths are somebody else's."""

    def __init__(self, store: StorageStore, handler: Handler) -> None:
        super().__init__("/{bucket}/{name:path}", handler, methods=_ALL)
        self._store = store

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, found = super().matches(scope)
        bucket = found.get("path_params", {}).get("bucket", "")
        return (match, found) if self._store.bucket(bucket) else (Match.NONE, {})


def _group(name: str, prefix: str, delimiter: str) -> str:
    """The name up to its first delimiter behind the prefix; empty where there is none."""
    if not delimiter:
        return ""
    head, found, _ = name[len(prefix) :].partition(delimiter)
    return prefix + head + delimiter if found else ""


def _bucket_fields(bucket: Json, changes: Json) -> Json:
    """What a bucket is told of itself, after these changes."""
    before = {name: bucket[name] for name in _BUCKET_FIELDS if name in bucket}
    fields = merged(before, {name: changes[name] for name in _BUCKET_FIELDS if name in changes})
    if "lifecycle" in fields:
        check_lifecycle(fields["lifecycle"])
    return fields


def _numbered(metageneration: int) -> Json:
    """The version of a bucket's resource, and the etag that names it."""
    etag = base64.b64encode(f"bucket/{metageneration}".encode()).decode()
    return {"metageneration": str(metageneration), "etag": etag}


def _check_bucket(request: Request, bucket: Json, *, reads: bool) -> None:
    check_numbers(request.query_params, 0, int(bucket["metageneration"]), reads=reads)
    check_etags(request.headers, bucket["etag"], reads=reads)


async def _json(request: Request) -> Json:
    return json_in(await body_of(request, MOST_JSON))


async def _unimplemented(request: Request) -> Response:
    raise StorageError(501, f"Not implemented here: {request.method} {request.url.path:.200}")


def _answering(handler: Handler) -> Handler:
    async def answer(request: Request) -> Response:
        try:
            check_request(request)
            return await handler(request)
        except StorageError as error:
            return json_error(error)
        except ClientDisconnect:  # nobody hears what is answered
            return Response(status_code=499)

    return answer
