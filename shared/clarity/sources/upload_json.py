"""Uploads as JSON: one document, a list of them, or one a line, as a client would send them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from clarity.domain.errors import UnusableUploadError
from clarity.domain.intake.samples import Rejection, Samples, parse_upload
from clarity.sources.errors import UnreadableSourceError

if TYPE_CHECKING:
    from datetime import datetime


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
            raise UnreadableSourceError(f"document {number} of {name}: {error}") from error
        parts.append(parsed.samples)
        deleted.append(parsed.deleted)
        at = f"[{number - 1}]." if len(documents) > 1 else ""
        rejected += [replace(each, field=f"{at}{each.field}") for each in parsed.rejected]
        rows += len(parsed.samples) + len(parsed.deleted) + len(parsed.rejected)
    samples = Samples.concat(parts).unique().without(Samples.concat(deleted).identity)
    remarks = [f"{len(documents):,} upload documents with {rows:,} samples"]
    if cut:
        remarks.append(f"line {cut} is cut off and was not used")
    return samples, tuple(rejected), remarks


def _documents(text: str, name: str) -> tuple[list[Mapping[str, object]], int]:
    """The documents, and the number of the last line if it is cut off."""
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


def _loaded(text: str, name: str) -> tuple[object, int]:
    try:
        return json.loads(text), 0
    except json.JSONDecodeError as error:
        return _lines(text, name, error)


def _lines(text: str, name: str, whole: json.JSONDecodeError) -> tuple[list[object], int]:
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
                return documents, number
            fault, at = (error, number) if documents else (whole, whole.lineno)
            raise UnreadableSourceError(
                f"expected JSON in {name}, found at line {at}, column {fault.colno}: {fault.msg}"
            ) from error
    return documents, 0


def lines_of(text: str) -> list[str]:
    """The lines of a text file.

    `str.splitlines` would also split at letters of other encodings.
    """
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
