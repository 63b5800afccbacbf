"""Events as the platform sends them: headers and body, ready to be posted to a function."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

from google.events.cloud.firestore import DocumentEventData

from tests.logs import KEPT

ROOT = "projects/clarity-local/databases/(default)/documents"
CREATED = "google.cloud.firestore.document.v1.created"
PUBLISHED = "google.cloud.pubsub.topic.v1.messagePublished"

Request = tuple[dict[str, str], bytes]


def _now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


_SCALARS = {
    bool: "boolean_value",
    int: "integer_value",
    float: "double_value",
    str: "string_value",
    bytes: "bytes_value",
}


def _fill(value: Any, plain: Any) -> None:
    """Set a protobuf `Value` from plain Python."""
    if plain is None:
        value.null_value = 0
    elif isinstance(plain, datetime):
        value.timestamp_value.FromDatetime(plain)
    elif isinstance(plain, list):
        value.array_value.SetInParent()
        for item in plain:
            _fill(value.array_value.values.add(), item)
    elif isinstance(plain, dict):
        value.map_value.SetInParent()
        for name, item in plain.items():
            _fill(value.map_value.fields[name], item)
    else:
        setattr(value, _SCALARS[type(plain)], plain)


def document_event_data(path: str, fields: dict[str, Any]) -> bytes:
    KEPT.secrets.add(fields)
    data = DocumentEventData.pb()()
    data.value.name = f"{ROOT}/{path}"
    for name, plain in fields.items():
        _fill(data.value.fields[name], plain)
    return data.SerializeToString()


def _attributes(path: str, event_id: str, event_type: str) -> dict[str, str]:
    return {
        "id": event_id,
        "type": event_type,
        "source": "//firestore.googleapis.com/projects/clarity-local/databases/(default)",
        "subject": f"documents/{path}",
        "specversion": "1.0",
        "time": _now(),
        "document": path,
    }


def created(
    path: str, fields: dict[str, Any], *, event_id: str = "e1", event_type: str = CREATED
) -> Request:
    """A Firestore trigger's event in binary mode."""
    attributes = _attributes(path, event_id, event_type)
    headers = {f"ce-{name}": value for name, value in attributes.items()}
    headers["content-type"] = "application/protobuf"
    return headers, document_event_data(path, fields)


def created_structured(path: str, fields: dict[str, Any], *, event_id: str = "e1") -> Request:
    """The same event in structured mode."""
    event = _attributes(path, event_id, CREATED) | {
        "datacontenttype": "application/protobuf",
        "data_base64": base64.b64encode(document_event_data(path, fields)).decode(),
    }
    return {"content-type": "application/cloudevents+json"}, json.dumps(event).encode()


def push(
    body: object, *, message_id: str = "m1", published_at: str = "", **attributes: str
) -> Request:
    """A push subscription's request: the wrapped message, without CloudEvents headers."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    envelope = {
        "message": {
            "data": base64.b64encode(data).decode(),
            "attributes": attributes,
            "messageId": message_id,
            "publishTime": published_at or _now(),
        },
        "subscription": "projects/clarity-local/subscriptions/preprocess",
    }
    return {"content-type": "application/json"}, json.dumps(envelope).encode()


def published(body: object, *, message_id: str = "m1", **attributes: str) -> Request:
    """The same message as Eventarc sends it: a CloudEvent in binary mode."""
    _, envelope = push(body, message_id=message_id, **attributes)
    headers = {
        "ce-id": message_id,
        "ce-type": PUBLISHED,
        "ce-source": "//pubsub.googleapis.com/projects/clarity-local/topics/t",
        "ce-specversion": "1.0",
        "ce-time": _now(),
        "content-type": "application/json",
    }
    return headers, envelope
