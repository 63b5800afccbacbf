"""What Firestore takes of a document, as its page of quotas and limits says.

Looked at where a document is somebody else's, and others are to be written before it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from clarity.domain.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

_MOST_BYTES: Final = (1 << 20) - 4
_LONGEST_NAME: Final = 1500  # bytes
_DEEPEST: Final = 20
_OWN: Final = 32  # bytes of a document, besides its name and fields
_LEAST_DAY_S, _LAST_DAY_S = -62_135_596_800, 253_402_300_799  # the years 1 to 9999
_RESERVED: Final = re.compile(r"__.*__", re.DOTALL)
_WIDTH: Final = {"null_value": 1, "boolean_value": 1, "timestamp_value": 8, "geo_point_value": 16}


def check_fields(fields: Mapping[str, Any]) -> None:
    """Look whether a document may have these fields, values of the wire.

    Raises:
        RefusedError: Firestore takes none with them.
    """
    if _of_map(fields, depth=0) + _OWN > _MOST_BYTES:
        raise RefusedError("expected a document of at most 1 MiB")


def _of_map(fields: Mapping[str, Any], depth: int) -> int:
    """How large the fields are; a lower bound."""
    size = 0
    for name, value in fields.items():
        long = len(name.encode())
        if not name or _RESERVED.fullmatch(name) or long > _LONGEST_NAME:
            raise RefusedError("expected names of fields that Firestore takes, found {}", name[:99])
        size += long + 1 + _of(value, depth, in_array=False)
    return size


def _of(value: Any, depth: int, *, in_array: bool) -> int:
    kind = value.WhichOneof("value_type")
    if kind in {"map_value", "array_value"}:
        return _nested(value, kind, depth + 1, in_array=in_array)
    if kind == "string_value":
        return len(value.string_value.encode()) + 1
    if kind == "bytes_value":
        return len(value.bytes_value)
    _check_range(value, kind)
    return _WIDTH.get(kind, 8)


def _nested(value: Any, kind: str, depth: int, *, in_array: bool) -> int:
    if depth > _DEEPEST:
        raise RefusedError(f"expected maps and lists at most {_DEEPEST} deep")
    if kind == "map_value":
        return _of_map(value.map_value.fields, depth)
    if in_array:
        raise RefusedError("expected no list right in a list")
    return sum(_of(each, depth, in_array=True) for each in value.array_value.values)


def _check_range(value: Any, kind: str | None) -> None:
    place, seconds = value.geo_point_value, value.timestamp_value.seconds
    if kind is None:
        raise RefusedError("expected values of Firestore's types")
    if not (abs(place.latitude) <= 90 and abs(place.longitude) <= 180):  # noqa: PLR2004  degrees
        raise RefusedError("expected a place on Earth")
    if not _LEAST_DAY_S <= seconds <= _LAST_DAY_S:
        raise RefusedError("expected a time of the years 1 to 9999")
