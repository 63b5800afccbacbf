"""Events that are too big, too deep or no text: each ends as a letter with a reason."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from cloudevents.http import CloudEvent, from_http
from google.events.cloud.firestore import DocumentEventData

from clarity.adapters.cloudevent import Consumer, deliver, document_created, job_message
from clarity.domain.errors import MalformedEventError
from clarity.steps.dead_letters import MAX_DATA_BYTES
from tests import events
from tests.memory import MemoryTopics

GOOD = {"schema_version": 1, "user_id": "ada", "upload_id": "u1", "priority": "normal"}


def deep(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = {"a": value}
    return value


def nested_document(levels: int) -> bytes:
    """A document whose one field lies below so many maps."""
    data = DocumentEventData.pb()()
    data.ParseFromString(events.document_event_data("users/ada/uploads/u1", {}))
    value = data.value.fields["deep"]
    for _ in range(levels):
        value = value.map_value.fields["a"]
    value.integer_value = 1
    return data.SerializeToString()


def letter_of(event: CloudEvent) -> Any:
    topics, handled = MemoryTopics(), list[object]()
    consumer = Consumer("test", job_message, handled.append, print, topics, timedelta(minutes=5))
    deliver(event, consumer)
    assert not handled
    (letter,) = topics.dead_letters
    return letter


def published(message: dict[str, Any]) -> CloudEvent:
    headers, _ = events.published({})
    return from_http(headers, json.dumps({"message": message}).encode())


def encoded(body: object) -> str:
    return base64.b64encode(json.dumps(body).encode()).decode()


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ({"data": encoded(GOOD | {"x": "y" * 70_000})}, "expected at most 65536 bytes"),
        ({"data": encoded(GOOD | {"x": deep(5)})}, "expected at most 4 levels"),
        ({"data": encoded(GOOD | {"schema_version": deep(900)})}, "expected at most 4 levels"),
        ({"data": base64.b64encode(b"[" * 5000 + b"]" * 5000).decode()}, "expected JSON"),
        ({"data": "ä"}, "expected base64"),
        ({"data": "\ud800"}, "expected base64"),
        ({"data": 17}, "data: Input should be a valid string"),
        ({"data": "", "attributes": {str(n): "" for n in range(101)}}, "at most 100 items"),
        ({"data": "", "attributes": {"a": deep(20)}}, "attributes.a: Input should be a valid"),
    ],
    ids=str,
)
def test_a_message_without_bounds_becomes_a_letter_with_a_reason(message, reason) -> None:
    letter = letter_of(published(message))

    assert letter.attributes["code"] == "malformed_event"
    assert reason in letter.attributes["reason"]


def test_a_letter_that_no_store_would_keep_says_how_much_it_leaves_out() -> None:
    data = base64.b64encode(b"x" * (MAX_DATA_BYTES + 1)).decode()

    letter = letter_of(published({"data": data}))

    assert letter.data == b""
    assert letter.attributes["data_bytes"] == str(MAX_DATA_BYTES + 1)


@pytest.mark.parametrize("levels", [1, 20])
def test_a_map_as_deep_as_firestore_takes_it_is_read(levels) -> None:
    headers, _ = events.created("users/ada/uploads/u1", {})

    decoded = document_created(from_http(headers, nested_document(levels)))

    assert decoded.fields["deep"] == deep(levels)


@pytest.mark.parametrize("levels", [40, 2000])
def test_a_deeper_one_is_malformed(levels) -> None:
    headers, _ = events.created("users/ada/uploads/u1", {})

    with pytest.raises(MalformedEventError, match="DocumentEventData"):
        document_created(from_http(headers, raw_nested(levels)))


def raw_nested(levels: int) -> bytes:
    """The bytes of such a document, made without the library's own limits."""
    value = b"\x10\x01"  # integer_value: 1
    for _ in range(levels):
        entry = tagged(1, b"a") + tagged(2, value)
        value = tagged(6, tagged(1, entry))
    name = tagged(1, f"{events.ROOT}/users/ada/uploads/u1".encode())
    return tagged(1, name + tagged(2, tagged(1, b"deep") + tagged(2, value)))


def tagged(number: int, content: bytes) -> bytes:
    length, rest = b"", len(content)
    while rest > 127:
        length += bytes([rest & 127 | 128])
        rest >>= 7
    return bytes([number << 3 | 2]) + length + bytes([rest]) + content
