"""A Firestore document on the wire, as plain Python: the same from an event and from a read."""

from __future__ import annotations

from datetime import UTC
from typing import Any


def plain_fields(document: Any) -> dict[str, object]:
    """The fields of a protobuf document; timestamps as datetime in UTC."""
    return {name: _plain(value) for name, value in document.fields.items()}


def revision(document: Any) -> str:
    """Tells the document from one that had its name before; empty where nobody says."""
    found: str = document.create_time.ToJsonString() if document.HasField("create_time") else ""
    return found


def _plain(value: Any) -> object:
    kind = value.WhichOneof("value_type")
    if kind == "map_value":
        return {name: _plain(item) for name, item in value.map_value.fields.items()}
    if kind == "array_value":
        return [_plain(item) for item in value.array_value.values]
    if kind == "timestamp_value":
        return value.timestamp_value.ToDatetime(tzinfo=UTC)
    if kind == "geo_point_value":
        return {
            "latitude": value.geo_point_value.latitude,
            "longitude": value.geo_point_value.longitude,
        }
    return None if kind in (None, "null_value") else getattr(value, kind)
