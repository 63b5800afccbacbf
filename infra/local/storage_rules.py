"""What the stand-in for Cloud Storage refuses, and how it says so: Google's JSON, and its XML."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote_to_bytes

from starlette.responses import JSONResponse, Response

from infra.local.asked import object_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

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
# What the XML API calls what may go wrong when an object is read.
_XML_CODES: Final = {
    400: "InvalidArgument",
    404: "NoSuchKey",
    412: "PreconditionFailed",
    416: "InvalidRange",
}
NOT_MODIFIED: Final = 304
_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]")
_LONGEST_LABEL: Final = 63  # of a bucket's name, between dots
_LONGEST_NAME: Final = 1024  # bytes of UTF-8
MOST_JSON: Final = 1 << 20
_RANGE: Final = re.compile(r"bytes=([0-9]*)-([0-9]*)", re.IGNORECASE)
_MOST_DIGITS: Final = 19  # of 64 bits; of thousands Python makes no number
_NUMBER: Final = re.compile(rf"[0-9]{{1,{_MOST_DIGITS}}}")
# What is there, but not here: an object's parts (acl, compose), and what a request may ask for.
_PART_OF_OBJECT: Final = re.compile(rb"/storage/v1/b/[^/]*/o/[^/]+/.*")
_NOT_HERE: Final = frozenset(
    {
        "filter",
        "includeFoldersAsPrefixes",
        "includeTrailingDelimiter",
        "kmsKeyName",
        "matchGlob",
        "predefinedAcl",
        "predefinedDefaultObjectAcl",
        "softDeleted",
    }
)
_AGES: Final = range(100 * 366)  # days
_OWN_KEYS: Final = "x-goog-encryption-"
# The preconditions of a request: query parameter, what it is about, and whether it must be equal.
_CONDITIONS: Final = (
    ("ifGenerationMatch", "generation", True),
    ("ifGenerationNotMatch", "generation", False),
    ("ifMetagenerationMatch", "metageneration", True),
    ("ifMetagenerationNotMatch", "metageneration", False),
)


class StorageError(Exception):
    """An answer that says no."""

    def __init__(
        self, code: int, message: str, reason: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.code, self.message = code, message
        self.reason = reason or _REASONS.get(code, "backendError")
        self.headers = dict(headers or {})


def json_error(error: StorageError) -> Response:
    """The JSON API's form of an error."""
    if error.code == NOT_MODIFIED:  # it has no body
        return Response(status_code=NOT_MODIFIED)
    each = {"message": error.message, "domain": "global", "reason": error.reason}
    body = {"error": {"code": error.code, "message": error.message, "errors": [each]}}
    return JSONResponse(body, error.code, error.headers)


def xml_error_of(error: StorageError) -> Response:
    """An error of the JSON API in the form of the XML API."""
    if error.code == NOT_MODIFIED:
        return Response(status_code=NOT_MODIFIED)
    answer = xml_error(error.code, _XML_CODES[error.code], error.message)
    answer.headers.update(error.headers)
    return answer


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
    fits = isinstance(name, str) and _BUCKET.fullmatch(name)
    if not fits or any(
        len(part) not in range(1, _LONGEST_LABEL + 1) for part in fits[0].split(".")
    ):
        raise StorageError(400, f"Invalid bucket name: {name!r:.80}")
    return fits[0]


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


def check_request(request: Request) -> None:
    """Refuse what the JSON API cannot read, and what is not made here."""
    path, query = request.scope["raw_path"], request.scope["query_string"]
    try:
        unquote_to_bytes(path + b"?" + query).decode()
    except UnicodeDecodeError:
        raise StorageError(400, "Expected UTF-8 in the address.") from None
    asked = {name for name, value in request.query_params.items() if value != "false"}
    found = sorted(asked & _NOT_HERE)
    found += [name for name in request.headers if name.startswith(_OWN_KEYS)]
    if _PART_OF_OBJECT.fullmatch(path):
        found.append(request.url.path)
    if found:
        raise StorageError(501, f"Not implemented here: {found[0]:.200}")


async def body_of(request: Request, most: int, advice: str = "") -> bytearray:
    """The body of a request, which has at most so many bytes."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > most:
            raise StorageError(413, f"Here at most {most} bytes come in one piece{advice}.")
    return body


def json_in(text: bytes | bytearray) -> Json:
    """The JSON object that a body is; an empty one is {}."""
    try:
        return object_in(text or b"{}")
    except ValueError:
        raise StorageError(400, "Parse Error", "parseError") from None


def merged(fields: Json, changes: Mapping[str, Any]) -> Json:
    """The fields after a PATCH (RFC 7386): null takes away, maps are merged, the rest replaced."""
    found = dict(fields)
    for name, value in changes.items():
        if value is None:
            found.pop(name, None)
        elif isinstance(value, dict):
            before = found.get(name)
            found[name] = merged(before if isinstance(before, dict) else {}, value)
        else:
            found[name] = value
    return found


def check_lifecycle(lifecycle: Any) -> None:
    """Refuse rules that are none; only deletion at an age of whole days is made here."""
    rules = lifecycle.get("rule", []) if isinstance(lifecycle, dict) else None
    if not isinstance(rules, list):
        raise StorageError(400, "Invalid value for: lifecycle")
    for rule in rules:
        action, condition = (
            rule.get(name) if isinstance(rule, dict) else None for name in ("action", "condition")
        )
        if not isinstance(action, dict) or not isinstance(condition, dict):
            raise StorageError(400, "Invalid value for: lifecycle rule")
        if action.get("type") != "Delete" or set(condition) != {"age"}:
            raise StorageError(501, "Not implemented here: a rule other than deletion at an age")
        if type(condition["age"]) is not int or condition["age"] not in _AGES:
            raise StorageError(400, "Invalid value for: lifecycle rule condition age")


def check_conditions(given: Mapping[str, str], found: Stored | None, *, reads: bool) -> None:
    """Refuse a request whose preconditions the object does not meet; 0 stands for no object."""
    numbers = (found.generation, found.metageneration) if found else (0, 0)
    check_numbers(given, *numbers, reads=reads)


def check_numbers(
    given: Mapping[str, str], generation: int, metageneration: int, *, reads: bool
) -> None:
    """Refuse a request whose preconditions these numbers do not meet."""
    numbers = {"generation": generation, "metageneration": metageneration}
    for parameter, kind, equal in _CONDITIONS:
        if parameter in given:
            same = whole_number(parameter, given[parameter]) == numbers[kind]
            _check(same, equal, reads=reads)


def check_etags(headers: Mapping[str, str], etag: str, *, reads: bool) -> None:
    """Refuse a request that is about another version: If-Match, If-None-Match (RFC 9110)."""
    for header, equal in (("if-match", True), ("if-none-match", False)):
        if header in headers:
            listed = (each.strip().removeprefix("W/") for each in headers[header].split(","))
            same = bool({etag, "*"} & {each.strip('"') for each in listed})
            _check(same, equal, reads=reads)


def _check(same: bool, equal: bool, *, reads: bool) -> None:
    if same is not equal:
        code = NOT_MODIFIED if reads and not equal else 412
        words = "At least one of the pre-conditions you specified did not hold."
        raise StorageError(code, words)


def conditions_in(query: Mapping[str, str]) -> dict[str, str]:
    """The preconditions among a request's parameters."""
    return {name: query[name] for name, _, _ in _CONDITIONS if name in query}


def whole_number(name: str, text: str) -> int:
    """A parameter that is a whole number."""
    if not _NUMBER.fullmatch(text):
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
    first, last = map(_place, match.groups())
    if first is None:
        start, end = max(size - (last or 0), 0), size
    elif last is not None and last < first:
        return None  # likewise
    else:
        start, end = first, size if last is None else min(last + 1, size)
    if start >= size:
        words = "The requested range cannot be satisfied."
        raise StorageError(416, words, headers={"content-range": f"bytes */{size}"})
    return start, end


def _place(digits: str) -> int | None:
    """A number of bytes; one of very many digits is behind every end."""
    return int(digits[: _MOST_DIGITS + 1]) if digits else None
