"""What the stand-in for Cloud Storage refuses, and how it says so: Google's JSON, and its XML."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Final

from starlette.responses import JSONResponse, Response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from infra.local.storage_store import Json, Stored

_REASONS: Final = {
    400: "invalid",
    403: "forbidden",
    404: "notFound",
    409: "conflict",
    410: "gone",
    412: "conditionNotMet",
    413: "uploadTooLarge",
    416: "requestedRangeNotSatisfiable",
    501: "notImplemented",
}
_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]")
_LONGEST_NAME: Final = 1024  # bytes of UTF-8
_RANGE: Final = re.compile(r"bytes=(\d*)-(\d*)")
# The preconditions of a request: query parameter, what it is about, and whether it must be equal.
_CONDITIONS: Final = (
    ("ifGenerationMatch", "generation", True),
    ("ifGenerationNotMatch", "generation", False),
    ("ifMetagenerationMatch", "metageneration", True),
    ("ifMetagenerationNotMatch", "metageneration", False),
)


class StorageError(Exception):
    """An answer that says no."""

    def __init__(self, code: int, message: str, reason: str = "") -> None:
        super().__init__(message)
        self.code, self.message = code, message
        self.reason = reason or _REASONS.get(code, "backendError")


def json_error(error: StorageError) -> Response:
    """The JSON API's form of an error."""
    if error.code == 304:  # noqa: PLR2004  not modified: it has no body
        return Response(status_code=304)
    each = {"message": error.message, "domain": "global", "reason": error.reason}
    body = {"error": {"code": error.code, "message": error.message, "errors": [each]}}
    return JSONResponse(body, error.code)


def xml_error(status: int, code: str, message: str, **more: str) -> Response:
    """The XML API's form of an error, which signed links are answered with."""
    parts = {"Code": code, "Message": message, **more}
    inner = "".join(
        f"<{name}>{html.escape(text, quote=False)}</{name}>" for name, text in parts.items()
    )
    body = f"<?xml version='1.0' encoding='UTF-8'?><Error>{inner}</Error>"
    return Response(body, status, media_type="application/xml; charset=UTF-8")


def check_bucket_name(name: object) -> str:
    """A name that a bucket may have."""
    if not isinstance(name, str) or not _BUCKET.fullmatch(name):
        raise StorageError(400, f"Invalid bucket name: {name!r:.80}")
    return name


def check_object_name(name: object) -> str:
    """A name that an object may have."""
    if not isinstance(name, str) or not name:
        raise StorageError(400, "Required", "required")
    encoded = name.encode("utf-8", "replace")  # half a surrogate pair becomes a question mark
    long, other = len(encoded) > _LONGEST_NAME, encoded.decode() != name
    reserved = name in {".", ".."} or name.startswith(".well-known/acme-challenge/")
    if long or other or reserved or set(name) & {"\r", "\n"}:
        raise StorageError(400, f"Invalid object name: {name!a:.80}")
    return name


def check_conditions(given: Mapping[str, str], found: Stored | None, *, reads: bool) -> None:
    """Refuse a request whose preconditions the object does not meet; 0 stands for no object."""
    for parameter, kind, equal in _CONDITIONS:
        if parameter in given:
            wanted = whole_number(parameter, given[parameter])
            if (wanted == (getattr(found, kind) if found else 0)) is not equal:
                unchanged = reads and not equal
                message = "At least one of the pre-conditions you specified did not hold."
                raise StorageError(304 if unchanged else 412, message)


def conditions_in(query: Mapping[str, str]) -> dict[str, str]:
    """The preconditions among a request's parameters."""
    return {name: query[name] for name, _, _ in _CONDITIONS if name in query}


def whole_number(name: str, text: str) -> int:
    """A parameter that is a whole number."""
    if not re.fullmatch(r"\d{1,19}", text):
        raise StorageError(400, f"Invalid long value: {name}={text!r:.40}")
    return int(text)


def check_hashes(asked: Json, crc32c: str, md5: str) -> None:
    """Refuse bytes that are not those that their sender has summed up."""
    for name, key, found in (("CRC32C", "crc32c", crc32c), ("MD5 hash", "md5Hash", md5)):
        if asked.get(key) not in (None, found):
            words = f'Provided {name} "{asked[key]}" doesn\'t match calculated {name} "{found}".'
            raise StorageError(400, words)


def hashes_in(header: str) -> Json:
    """The sums in a header x-goog-hash: `crc32c=...,md5=...`."""
    pairs = (part.strip().partition("=") for part in header.split(",") if part)
    keys: dict[str, str] = {"crc32c": "crc32c", "md5": "md5Hash"}
    return {keys[name]: value for name, _, value in pairs if name in keys}


def range_of(header: str | None, size: int) -> tuple[int, int] | None:
    """The half-open range of bytes that is asked for; None for all of them."""
    match = _RANGE.fullmatch(header or "")
    if match is None or match.groups() == ("", ""):
        return None  # HTTP: a range that nobody understands is ignored
    first, last = match.groups()
    start = max(size - int(last), 0) if not first else int(first)
    end = size if not first or not last else min(int(last) + 1, size)
    if start >= size or end <= start:
        raise StorageError(416, "The requested range cannot be satisfied.")
    return start, end
