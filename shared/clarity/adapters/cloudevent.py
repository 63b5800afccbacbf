"""CloudEvents in: envelope first, payload second, then the step; and what its errors mean.

A door calls `deliver`. A permanent error is dead-lettered, recorded and acknowledged (the door
returns); what is about a person who was erased is acknowledged alone; any other error is raised, so
that the platform delivers the event again, until it is too old.
"""

from __future__ import annotations

import base64
import binascii
import json
import logging
from collections.abc import Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import orjson
from google.events.cloud.firestore import DocumentEventData
from google.protobuf.message import DecodeError
from pydantic import BaseModel, Field, ValidationError

from clarity.adapters import telemetry
from clarity.adapters.firestore_values import plain_fields, revision
from clarity.adapters.log import bound
from clarity.domain.errors import (
    ClarityError,
    ExhaustedError,
    ForgottenError,
    MalformedEventError,
    PermanentError,
    TransientError,
)
from clarity.domain.events import Document, DocumentCreated, DocumentNamed, JobMessage
from clarity.domain.job import Origin
from clarity.steps.dead_letters import MAX_DATA_BYTES
from clarity.steps.ports import Outgoing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cloudevents.http import CloudEvent

    from clarity.steps.ports import Topics

E = TypeVar("E", Document, JobMessage)

CREATED = "google.cloud.firestore.document.v1.created"
PUBLISHED = "google.cloud.pubsub.topic.v1.messagePublished"
# Our messages have some hundred bytes, and no level below their own.
MAX_MESSAGE_BYTES = 64 * 1024
MAX_MESSAGE_DEPTH = 4

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Consumer(Generic[E]):
    """A step with the decoder of its events and the recorder of its permanent failures.

    An event older than `max_age` is not tried again: a job must end, and a person must be told.
    """

    step: str
    decode: Callable[[CloudEvent], E]
    handle: Callable[[E], None]
    reject: Callable[[E, PermanentError, Outgoing], None]
    topics: Topics
    max_age: timedelta


def deliver(event: CloudEvent, consumer: Consumer[E]) -> None:
    """Run the consumer's step on the event.

    Raises:
        Exception: deliver the event again.
    """
    decoded: E | None = None
    with ExitStack() as ids:
        ids.enter_context(_bound(event, consumer.step))
        try:
            decoded = consumer.decode(event)
            origin = decoded.origin
            ids.enter_context(bound(processing_id=origin.processing_id, user_id=origin.user_id))
            telemetry.mark({telemetry.PROCESSING_ID: origin.processing_id})
            consumer.handle(decoded)
            _log.info("done")
        except ForgottenError as error:
            _log.info("dropped", extra={"fields": {"code": error.code}})
            telemetry.came_out("dropped", error.code)
        except PermanentError as error:
            _give_up(event, consumer, decoded, error)
        except Exception as error:
            _log_failure(error)
            if _age(event) < consumer.max_age:
                raise
            # The person reads it: of what nobody expected, the kind is all that is known as safe.
            last = str(error) if isinstance(error, ClarityError) else type(error).__name__
            reason = f"given up after {consumer.max_age.total_seconds():g} s, the last time: {last}"
            _give_up(event, consumer, decoded, ExhaustedError(reason))


@dataclass(frozen=True, slots=True)
class Ticked:
    """A step that a clock drives.

    A tick older than `max_age` is left: the ones after it have done its work.
    """

    step: str
    handle: Callable[[], object]
    max_age: timedelta


def tick(event: CloudEvent, ticked: Ticked) -> None:
    """Run the step at a clock's tick; where it cannot be done now, the next tick tries.

    Raises:
        Exception: nobody expected it; deliver the tick again.
    """
    with _bound(event, ticked.step):
        if _age(event) >= ticked.max_age:
            _log.info("too old")
            return
        try:
            ticked.handle()
            _log.info("done")
        except TransientError as error:
            _log.warning("not now", extra={"fields": {"code": error.code, "reason": str(error)}})
            telemetry.came_out("dropped", error.code)
        except PermanentError as error:
            _log.error("failed", extra={"fields": {"code": error.code, "reason": error.unquoted}})
            telemetry.came_out("dropped", error.code)
        except Exception as error:
            _log_failure(error)
            raise


@contextmanager
def _bound(event: CloudEvent, step: str) -> Iterator[None]:
    """Lines and spans within are this delivery's; what it sends continues its trace."""
    event_id = str(event["id"])
    attributes: dict[str, telemetry.Value] = {
        "messaging.operation.type": "process",
        "messaging.message.id": event_id,
        "cloudevents.event_type": str(event["type"]),
        telemetry.WAITED: _age(event).total_seconds(),
    }
    identity = f"{event['source']} {event_id}"
    arrival = telemetry.Arrival(step, identity, _traceparent(event), attributes)
    with (
        telemetry.delivery(arrival) as traceparent,
        bound(event_id=event_id, step=step, traceparent=traceparent),
    ):
        yield


def _log_failure(error: Exception) -> None:
    if isinstance(error, TransientError):
        _log.warning("not now", extra={"fields": {"code": error.code}})
    else:
        _log.error("failed", exc_info=error)


def _age(event: CloudEvent) -> timedelta:
    try:
        return datetime.now(UTC) - _time(event)
    except MalformedEventError:
        return timedelta()  # never too old then: the subscription's own limit of attempts ends it


def _give_up(
    event: CloudEvent, consumer: Consumer[E], decoded: E | None, error: PermanentError
) -> None:
    letter = _letter(event, consumer.step, decoded, error)
    if decoded is None:
        consumer.topics.publish(letter)
    else:
        try:
            consumer.reject(decoded, error, letter)
        except PermanentError as fault:  # delivered again, it would fail again; the letter has it
            _log.error("not recorded on the job", extra={"fields": {"code": fault.code}})
            consumer.topics.publish(letter)
    _log.error("dead-lettered", extra={"fields": {"code": error.code}})
    telemetry.came_out("dead_lettered", error.code)


def _letter(
    event: CloudEvent,
    step: str,
    decoded: Document | JobMessage | None,
    error: PermanentError,
) -> Outgoing:
    attributes = {
        "step": step,
        "code": error.code,
        "reason": error.unquoted,
        "event_id": str(event["id"]),
        "type": str(event["type"]),
        "source": str(event["source"]),
    }
    if subject := event.get("subject"):
        attributes["subject"] = str(subject)
    if decoded is not None:
        attributes["processing_id"] = decoded.origin.processing_id
        attributes["user_id"] = decoded.origin.user_id
    data = b""
    if event["type"] == PUBLISHED:  # it would be gone, so it is kept as it came
        data = _message_data(event)
    elif decoded is not None:  # a document stays where it is: its ids may not fit attributes
        data = orjson.dumps(DocumentNamed(decoded.origin).body())
    if len(data) > MAX_DATA_BYTES:
        attributes["data_bytes"] = str(len(data))
        data = b""
    return Outgoing("dead_letter", data, attributes)


def _message_data(event: CloudEvent) -> bytes:
    try:
        return _envelope(event).message.payload()
    except MalformedEventError:
        data = event.get_data()
        # Not orjson: it takes no half of a surrogate pair, which JSON may hold.
        return data if isinstance(data, bytes) else json.dumps(data).encode()


class _PubSubMessage(BaseModel):
    data: str = ""
    attributes: dict[str, str] = Field(default_factory=dict, max_length=100)  # as Pub/Sub has it

    def payload(self) -> bytes:
        try:
            return base64.b64decode(self.data, validate=True)
        except ValueError as error:
            raise MalformedEventError(f"message.data: expected base64, found: {error}") from error


class _Envelope(BaseModel):
    message: _PubSubMessage


def _envelope(event: CloudEvent) -> _Envelope:
    try:
        return _Envelope.model_validate(event.get_data())
    except ValidationError as error:
        fields = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise MalformedEventError(f"expected a Pub/Sub push envelope, found: {fields}") from error


def job_message(event: CloudEvent) -> JobMessage:
    """The job that a Pub/Sub message announces."""
    message = JobMessage.parse(_message_body(event))
    with suppress(MalformedEventError):  # without a time, or with another's: it is not needed
        return replace(message, sent_at=_time(event))
    return message


def document_of(event: CloudEvent) -> Document:
    """The document that a Firestore trigger brings, or that a Pub/Sub message names."""
    if event["type"] == PUBLISHED:
        return DocumentNamed.parse(_message_body(event))
    return document_created(event)


def _message_body(event: CloudEvent) -> Mapping[str, object]:
    if event["type"] != PUBLISHED:
        raise MalformedEventError(f"expected {PUBLISHED}, found {event['type']}")
    payload = _envelope(event).message.payload()
    if len(payload) > MAX_MESSAGE_BYTES:
        raise MalformedEventError(
            f"message.data: expected at most {MAX_MESSAGE_BYTES} bytes, found {len(payload)}"
        )
    try:
        body = orjson.loads(payload)
    except orjson.JSONDecodeError as error:
        raise MalformedEventError(f"message.data: expected JSON, found: {error}") from error
    if not isinstance(body, Mapping):
        raise MalformedEventError(f"message.data: expected an object, found {type(body).__name__}")
    if nested(body, MAX_MESSAGE_DEPTH):
        raise MalformedEventError(f"message.data: expected at most {MAX_MESSAGE_DEPTH} levels")
    return body


def nested(value: object, most: int) -> bool:
    """Whether lists and objects lie in each other more than so many levels deep."""
    level = [value] if isinstance(value, list | dict) else []
    for _ in range(most):
        if not level:
            return False
        level = [
            child
            for each in level
            for child in (each.values() if isinstance(each, dict) else each)
            if isinstance(child, list | dict)
        ]
    return bool(level)


def document_created(event: CloudEvent) -> DocumentCreated:
    """The person's new document that a Firestore trigger announces."""
    if event["type"] != CREATED:
        raise MalformedEventError(f"expected {CREATED}, found {event['type']}")
    document = _document(event.get_data())
    return DocumentCreated(
        str(event["id"]),
        _time(event),
        _origin(document.name),
        plain_fields(document),
        revision(document),
    )


def _document(data: object) -> Any:
    """The protobuf document: the trigger's payload, or that of Google's emulator (base64)."""
    if not isinstance(data, bytes):
        raise MalformedEventError(f"expected protobuf bytes, found {type(data).__name__}")
    for candidate in (data, _unarmoured(data)):
        try:
            event_data = DocumentEventData.pb(DocumentEventData.deserialize(candidate))
        except DecodeError:
            continue
        if event_data.HasField("value"):
            return event_data.value
    # The parser stops at 100 messages in each other, which is deeper than Firestore takes a map.
    raise MalformedEventError("expected DocumentEventData with a value, found neither")


def _unarmoured(data: bytes) -> bytes:
    try:
        return base64.b64decode(data, validate=True)
    except binascii.Error:
        return b""


def _origin(name: str) -> Origin:
    parts = name.partition("/documents/")[2].split("/")
    if len(parts) != 4 or parts[0] != "users":  # noqa: PLR2004  users/U/collection/ID
        raise MalformedEventError("expected a document users/U/uploads/X, found another path")
    _, user_id, collection, document_id = parts
    return Origin.of(user_id, collection, document_id)


def _time(event: CloudEvent) -> datetime:
    text = str(event.get("time", ""))
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError as error:
        raise MalformedEventError("time: expected RFC 3339, found {}", text) from error


def _traceparent(event: CloudEvent) -> str:
    """The trace that the event continues; empty where it starts one."""
    data = event.get_data()
    message = data.get("message") if isinstance(data, Mapping) else None
    attributes = message.get("attributes") if isinstance(message, Mapping) else None
    found = attributes.get("traceparent") if isinstance(attributes, Mapping) else None
    return str(found or event.get("traceparent") or "")
