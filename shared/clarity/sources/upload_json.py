"""Uploads as JSON: one document, a list of them, or one a line, as a client would send them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from clarity.domain.errors import UnusableUploadError
from clarity.domain.intake.samples import Rejection, Samples, parse_upload
from clarity.sources.errors import UnreadableSourceError

if TYPE_CHECKING:
    from datetime import datetime


# A string, the last of which may be cut off, or a bracket.
_TOKEN: Final = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|[][{}]', re.DOTALL)
# The brackets around a sample or a document, not those around a part of a sample.
_PAIRS: Final = ("[]", "{}")
_CLOSED: Final = str.maketrans("[{", "]}")
_LISTED: Final = re.compile(r"\[|\[?\{+\[")


def read_uploads(
    text: str, name: str, *, time_zone: str | None, now: datetime
) -> tuple[Samples, tuple[Rejection, ...], list[str]]:
    """The samples of all documents but those that they say were deleted.

    Returns:
        The samples, each once; the rejections, where there are several documents with the
        position of theirs before the field; and what a reader should know about the reading.

    Raises:
        UnreadableSourceError: It is not JSON, or a document is no upload.
    """
    documents, cut = _documents(text, name)
    parts, deleted, rejected, rows = [], [], [], 0
    for number, document in enumerate(documents, start=1):
        zoned = document if time_zone is None else {**document, "time_zone": time_zone}
        try:
            parsed = parse_upload(zoned, received_at=now)
        except UnusableUploadError as error:
            if cut and 1 < number == len(documents):
                cut = f"{cut}; document {number} lacks what stands behind ({error}), so none of it"
                continue
            raise UnreadableSourceError(f"document {number} of {name}: {error}") from error
        parts.append(parsed.samples)
        deleted.append(parsed.deleted)
        at = f"[{number - 1}]." if len(documents) > 1 else ""
        rejected += [replace(each, field=f"{at}{each.field}") for each in parsed.rejected]
        rows += len(parsed.samples) + len(parsed.deleted) + len(parsed.rejected)
    samples = Samples.concat(parts).unique().without(Samples.concat(deleted).identity)
    remarks = [f"{len(documents):,} upload documents with {rows:,} samples"]
    if cut:
        remarks.append(cut)
    return samples, tuple(rejected), remarks


def _documents(text: str, name: str) -> tuple[list[Mapping[str, object]], str]:
    """The documents, and what to say where the text is cut off."""
    try:
        found, cut = _loaded(text, name)
    except (RecursionError, ValueError) as error:  # the latter: an integer of thousands of digits
        raise UnreadableSourceError(
            f"expected upload documents in {name}, found JSON that is too deeply nested or has"
            " numbers too long"
        ) from error
    documents: list[Any] = found if isinstance(found, list) else [found]
    for number, document in enumerate(documents, start=1):
        if not isinstance(document, Mapping):
            raise UnreadableSourceError(
                f"expected upload documents in {name}, found {type(document).__name__}"
                f" as number {number}"
            )
    if not documents:
        raise UnreadableSourceError(f"expected upload documents in {name}, found an empty list")
    return documents, cut


def _loaded(text: str, name: str) -> tuple[object, str]:
    try:
        return json.loads(text), ""
    except json.JSONDecodeError as error:
        try:
            kept = json.loads(_before_the_cut(text))
        except json.JSONDecodeError:
            return _lines(text, name, error)
    line = text.count("\n") + 1
    return kept, f"the file ends early, in line {line:,}: whole samples that stood before are used"


def _before_the_cut(text: str) -> str:
    """A text that breaks off, up to its last whole sample or document and closed there.

    Nothing where it does not break off, or has no such thing.
    """
    around, end, inside = "", 0, ""
    for token in _TOKEN.finditer(text):
        mark = token[0]
        if mark in "[{":
            around += mark
        elif mark in "]}":
            opened, around = around[-1:], around[:-1]
            if not around or opened + mark not in _PAIRS:
                return ""
            if _LISTED.fullmatch(around):
                end, inside = token.end(), around
    return text[:end] + inside[::-1].translate(_CLOSED)


def _lines(text: str, name: str, whole: json.JSONDecodeError) -> tuple[list[object], str]:
    """JSON lines; where the first is no JSON by itself, the fault of the whole file."""
    documents: list[object] = []
    lines = lines_of(text)
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            documents.append(json.loads(line))
        except json.JSONDecodeError as error:
            if documents and number == len(lines):  # without a line end: the file breaks off here
                return documents, f"line {number} is cut off and was not used"
            fault, at = (error, number) if documents else (whole, whole.lineno)
            raise UnreadableSourceError(
                f"expected JSON in {name}, found at line {at}, column {fault.colno}: {fault.msg}"
            ) from error
    return documents, ""


def lines_of(text: str) -> list[str]:
    """The lines of a text file.

    `str.splitlines` would also split at letters of other encodings.
    """
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
