"""Pub/Sub: the dead letters as they are pulled, and what their messages say.

Three kinds come. Ours say step, code and reason. Those that Pub/Sub moved after too many deliveries
are the messages themselves, with `CloudPubSubDeadLetterSource...` attributes, or, of Eventarc's own
transport, events with `ce-...` attributes: such a body holds the person's document, and is not
kept. Anything else is kept as it came, for somebody to look at.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeGuard
from urllib.parse import unquote

import grpc
import orjson
from google.api_core.exceptions import (
    DeadlineExceeded,
    Forbidden,
    GoogleAPICallError,
    NotFound,
    RetryError,
    Unauthorized,
)
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport

from clarity.domain.errors import MalformedEventError, MisconfiguredError, UnavailableError
from clarity.domain.job import Origin
from clarity.steps.dead_letters import MAX_DATA_BYTES, Letter, Received

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from google.cloud.pubsub_v1 import SubscriberClient

UNDELIVERED, UNREADABLE, UNKNOWN = "undelivered", "unreadable", "unknown"
# What is taken from our own letters, beside the origin.
_REFERENCE = ("type", "source", "subject", "traceparent")
_SOURCE = "CloudPubSubDeadLetterSource"
_MAX_TEXT_BYTES = 1500  # a longer one is none of ours, and no id for Firestore
# What Firestore takes as the id of a document, beside its length.
_ID = re.compile(r"(?!\.{1,2}$)(?!__.*__$)[^/]+", re.DOTALL)
_MAX_DIGITS = 9  # of a number that Firestore takes
# Subscriptions that are not named as the step that they feed.
_STEPS = {"documents": "ingest"}
_TIMEOUT_S = 20.0


class AnySize(SubscriberGrpcTransport):
    """A transport for `SubscriberClient` that takes what Pub/Sub does.

    The client's own channel does so too, but not the one that it opens to an emulator: there a pull
    of more than 4 MB would fail, each time.
    """

    def __init__(self, *, host: str, channel: grpc.Channel | None = None, **given: Any) -> None:
        if channel is not None:
            channel = grpc.insecure_channel(host, [("grpc.max_receive_message_length", -1)])
        super().__init__(host=host, channel=channel, **given)


@dataclass(frozen=True, slots=True)
class PubSubMail:
    """The `Mail` port: a pull subscription.

    Attributes:
        client: of Pub/Sub, with the transport `AnySize`.
        subscription: `projects/P/subscriptions/S`.
        wait_s: how long a pull waits for the first letter.
    """

    client: SubscriberClient
    subscription: str
    wait_s: float

    def pull(self, most: int) -> Sequence[Received]:
        """Letters that nobody has taken; none if none come within the wait."""
        request = {"subscription": self.subscription, "max_messages": most}
        try:
            # Not the client's own retry: that nothing comes in time is no failure.
            response = self.client.pull(request=request, retry=None, timeout=self.wait_s)
        except DeadlineExceeded:
            return []
        except (Forbidden, NotFound, Unauthorized) as error:
            raise MisconfiguredError(f"Pub/Sub: {type(error).__name__}") from error
        except (GoogleAPICallError, RetryError) as error:
            raise UnavailableError(f"Pub/Sub: {type(error).__name__}") from error
        return [
            Received(each.ack_id, letter_of(each.message)) for each in response.received_messages
        ]

    def acknowledge(self, received: Sequence[Received]) -> None:
        """Have them not brought again."""
        ack_ids = [each.ack_id for each in received]
        request = {"subscription": self.subscription, "ack_ids": ack_ids}
        try:
            self.client.acknowledge(request=request, timeout=_TIMEOUT_S)
        except (GoogleAPICallError, RetryError) as error:  # they come again, and are known then
            raise UnavailableError(f"Pub/Sub: {type(error).__name__}") from error


def letter_of(message: Any) -> Letter:
    """What a message of the dead-letter topic (PubsubMessage) says."""
    said = {name: value for name, value in message.attributes.items() if _fits(value)}
    if {"step", "code", "event_id"} <= said.keys():
        step, code, reason = said["step"], said["code"], said.get("reason", "")
        event_id, transported = said["event_id"], False
    else:
        step, code, reason, event_id, transported = _moved(said, message.message_id)
    data: bytes = message.data
    kept = not transported and len(data) <= MAX_DATA_BYTES
    published_at = message.publish_time.astimezone(UTC)
    origin = _origin(said, data if kept else b"")
    return Letter(
        step=step,
        code=code,
        reason=reason,
        event_id=event_id,
        reference=_reference(said, origin, data if kept else b""),
        origin=origin,
        data=data if kept else None,
        data_bytes=len(data) or _count(said.get("data_bytes", "")),
        content=hashlib.sha256(data).hexdigest() if data else "",
        messages=(message.message_id,),
        first_at=_first_at(said, published_at),
        last_at=published_at,
        deliveries=_count(said.get(f"{_SOURCE}DeliveryCount", "")),
    )


def _moved(said: Mapping[str, str], message_id: str) -> tuple[str, str, str, str, bool]:
    """Step, code, reason, event and whether it carries a document, of a letter not ours."""
    subscription = said.get(f"{_SOURCE}Subscription", "")
    transported = "ce-type" in said or "protobuf" in said.get("content-type", "")
    # Eventarc's triggers feed one function.
    step = "ingest" if transported else _STEPS.get(subscription, subscription)
    if not step:
        return (
            UNKNOWN,
            UNREADABLE,
            "expected a dead letter, found another message",
            message_id,
            False,
        )
    times = said.get(f"{_SOURCE}DeliveryCount", "too many")
    reason = f"no delivery of {subscription or 'the trigger'} succeeded, of {times}"
    return step, UNDELIVERED, reason, said.get("ce-id", message_id), transported


def _reference(said: Mapping[str, str], origin: Origin | None, data: bytes) -> dict[str, str]:
    found = {name: said[name] for name in _REFERENCE if said.get(name)}
    for name in ("type", "source", "subject"):
        if f"ce-{name}" in said:
            found.setdefault(name, unquote(said[f"ce-{name}"]))
    if origin is not None:
        ids = {"user_id": origin.user_id, "processing_id": origin.processing_id}
        return {**found, **ids, **origin.reference}
    # Erasure must find the letter, even if it is about no document that we handle.
    named = (said.get("user_id"), _owner(found.get("subject", "")), *_in_body(data)[:1])
    user_id = next((each for each in named if _fits(each)), "")
    return {**found, "user_id": user_id} if user_id else found


def _owner(subject: str) -> str:
    """Whose document it is."""
    parts = subject.removeprefix("documents/").split("/")
    return parts[1] if len(parts) > 1 and parts[0] == "users" else ""


def _origin(said: Mapping[str, str], data: bytes) -> Origin | None:
    """The person's document that it is about: by its ids, its path, or the message itself."""
    kind, _, document_id = said.get("processing_id", "").partition("-")
    by_job = (said.get("user_id"), _COLLECTIONS.get(kind), document_id)
    named = next((name for name in _IDS if said.get(name)), "")
    by_id = (said.get("user_id"), _IDS.get(named), said.get(named))
    subject = said.get("subject") or unquote(said.get("ce-document") or said.get("ce-subject", ""))
    path = subject.removeprefix("documents/").split("/")
    by_path = (path[1], path[2], path[3]) if path[0] == "users" and len(path) == 4 else ()  # noqa: PLR2004
    for parts in (by_job, by_id, by_path, _in_body(data)):
        if (found := _made(parts)) is not None:
            return found
    return None


# How a job's id begins, and the field that names a document, by the collection of it.
_COLLECTIONS = {"upload": "uploads", "request": "insight_requests", "feedback": "feedback"}
_IDS = {f"{kind}_id": collection for kind, collection in _COLLECTIONS.items()}


def _in_body(data: bytes) -> Sequence[object]:
    try:
        body = orjson.loads(data)
    except orjson.JSONDecodeError:
        return ()
    if not isinstance(body, dict):
        return ()
    named = next((name for name in _IDS if body.get(name)), "")
    collection = body.get("collection", _IDS.get(named))
    return (body.get("user_id"), collection, body.get("document_id", body.get(named)))


def _made(parts: Sequence[object]) -> Origin | None:
    texts = [each for each in parts if _is_id(each)]
    if len(parts) != len(texts) or not texts:
        return None
    try:
        origin = Origin.of(*texts)
    except MalformedEventError:
        return None
    return origin if _is_id(origin.processing_id) else None  # a job of another id cannot be


def _is_id(found: object) -> TypeGuard[str]:
    return _fits(found) and _ID.fullmatch(found) is not None


def _fits(found: object) -> TypeGuard[str]:
    return isinstance(found, str) and 0 < len(found.encode()) <= _MAX_TEXT_BYTES


def _first_at(said: Mapping[str, str], published_at: datetime) -> datetime:
    """When the message was published that Pub/Sub gave up, or else when the letter was."""
    try:
        first = datetime.fromisoformat(said[f"{_SOURCE}TopicPublishTime"])
        return min(first.astimezone(UTC), published_at)
    except (KeyError, ValueError, OverflowError):
        return published_at


def _count(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS else 0
