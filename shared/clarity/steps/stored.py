"""A stored document with its types kept: each value as Firestore's REST API writes it.

`{"fields": {"steps": {"integerValue": "7"}, "day": {"timestampValue": "2026-06-01T00:00:00Z"}}}`

A whole number stays one, NaN and infinities have names, bytes are base64, a vector is the map that
Firestore stores it as: nothing is lost, and the client, the REST API and any JSON reader can read
it.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from clarity.domain.intake.samples import Samples
from clarity.steps.ports import Chunk

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# JSON of any shape: who wrote the documents is not known here.
Typed = dict[str, Any]

_TIME: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z")
_DAY_S: Final = 86_400
_FARTHEST_S: Final = 4e10  # some centuries from 1970
_LONGEST_S: Final = 2.0 * _DAY_S  # no kind's interval is longer
_CHUNK_PARTS: Final = 6  # users/{uid}/days/{day}/chunks/{id}


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document.

    Attributes:
        path: Within the database: `users/ada/days/2026-06-01`.
        fields: By name, typed values.
        created: When it was created, in nanoseconds, RFC 3339: these sort as texts.
        updated: When it was last changed, likewise.
    """

    path: str
    fields: Mapping[str, Typed]
    created: str
    updated: str

    def plain(self) -> dict[str, object]:
        """The fields as plain values.

        Raises:
            ValueError: a value is of no known type, or a hundred maps deep.
        """
        try:
            return {name: plain(value) for name, value in self.fields.items()}
        except RecursionError:
            raise ValueError("expected values that are not nested so deep") from None

    def to_json(self) -> Typed:
        """The document as a line of an export."""
        times = {"createTime": self.created, "updateTime": self.updated}
        return {"path": self.path, **times, "fields": self.fields}

    @staticmethod
    def of_json(found: object) -> StoredDocument:
        """The document in a line of an export.

        Raises:
            ValueError: it is none.
        """
        if not isinstance(found, dict):
            raise ValueError("expected a map")  # noqa: TRY004  what is read is wrong, not the code
        path, fields = found.get("path"), found.get("fields")
        times = [found.get("createTime"), found.get("updateTime")]
        if not isinstance(path, str) or not isinstance(fields, dict):
            raise ValueError("expected path and fields")  # noqa: TRY004  as above
        created, updated = (stamp(moment(str(text))) for text in times)
        return StoredDocument(path, fields, created, updated)


def plain(value: Typed) -> object:
    """A typed value as Python's own; what Python has no type for stays text or a map.

    >>> plain({"arrayValue": {"values": [{"integerValue": "7"}, {"doubleValue": "NaN"}]}})
    [7, nan]
    """
    if not isinstance(value, dict) or len(value) != 1:
        raise ValueError("expected a map of a type to a value")
    ((kind, inner),) = value.items()
    if kind not in _PLAIN:
        raise ValueError(f"expected a type of Firestore's, found {kind!r:.40}")
    try:
        return _PLAIN[kind](inner)
    except (TypeError, AttributeError, binascii.Error, OverflowError) as error:
        raise ValueError(f"expected a {kind}") from error


def _datetime(text: str) -> datetime:
    seconds, nanoseconds = moment(text)
    return seconds + timedelta(microseconds=nanoseconds // 1000)


_PLAIN: Final[Mapping[str, Callable[[Any], object]]] = {
    "nullValue": lambda _: None,
    "booleanValue": bool,
    "integerValue": int,
    "doubleValue": float,
    "timestampValue": _datetime,
    "stringValue": str,
    "bytesValue": lambda text: base64.b64decode(text, validate=True),
    "referenceValue": str,
    "geoPointValue": dict,
    "arrayValue": lambda array: [plain(each) for each in array.get("values", ())],
    "mapValue": lambda map_: {n: plain(each) for n, each in map_.get("fields", {}).items()},
}


def moment(text: str) -> tuple[datetime, int]:
    """A time in whole seconds, and the nanoseconds on top.

    Raises:
        ValueError: the text is no such time.
    """
    match = _TIME.fullmatch(text)
    if match is None:
        raise ValueError(f"expected a time in UTC, found {text!r:.40}")
    seconds = datetime.fromisoformat(match[1]).replace(tzinfo=UTC)
    return seconds, int((match[2] or "0").ljust(9, "0"))


def stamp(when: tuple[datetime, int]) -> str:
    """The time with all nine digits, and all four of its year.

    >>> stamp(moment("2026-06-01T00:00:00.5Z")), stamp(moment("0001-01-01T00:00:00Z"))
    ('2026-06-01T00:00:00.500000000Z', '0001-01-01T00:00:00.000000000Z')
    """
    seconds, nanoseconds = when
    return f"{seconds.replace(tzinfo=None).isoformat()}.{nanoseconds:09d}Z"


def is_chunk(path: str) -> bool:
    """Whether a path within the database is that of samples of one day from one upload."""
    parts = path.split("/")
    return len(parts) == _CHUNK_PARTS and (parts[0], parts[2], parts[4]) == (
        "users",
        "days",
        "chunks",
    )


def chunk_of(document: StoredDocument) -> Chunk:
    """The samples in a document of that kind.

    Raises:
        ValueError: they cannot be decoded.
    """
    fields = document.plain()
    deleted = fields.get("deleted", b"")
    if not isinstance(deleted, bytes):
        raise ValueError(f"deleted: expected bytes, found {type(deleted).__name__}")  # noqa: TRY004
    samples = Samples.from_columns(fields)
    named = document.path.split("/")[3]
    day = date.fromisoformat(named)
    if day.isoformat() != named:
        raise ValueError(f"expected a day, found {named!r:.40}")
    _check_times(samples, day)
    return Chunk(day, samples, np.frombuffer(deleted, dtype="<u8"))


def _check_times(samples: Samples, day: date) -> None:
    """Refuse what no upload can have brought: ingest stores by day what it has looked through."""
    if not (np.abs(samples.start) < _FARTHEST_S).all():
        raise ValueError("expected times of this era")
    away = np.abs(samples.local_day().astype(np.int64) - (day - date(1970, 1, 1)).days)
    lasting = samples.end - samples.start
    sound = (away == 0) & (lasting >= 0) & (lasting <= _LONGEST_S) & np.isfinite(samples.value)
    if not (sound & (np.abs(samples.offset) <= _DAY_S)).all():
        raise ValueError("expected samples of this day, with finite values")
