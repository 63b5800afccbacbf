"""Dead letters for tests: as their messages come, and as they are kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import orjson
from google.pubsub_v1.types import PubsubMessage

from clarity.adapters.pubsub_letters import letter_of
from clarity.domain.events import JobMessage
from clarity.domain.job import Origin

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clarity.steps.dead_letters import Letter

AT = datetime(2026, 6, 15, 9, tzinfo=UTC)
UPLOAD = Origin("ada", "uploads", "u1")
MOVED = "CloudPubSubDeadLetterSource"


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def body(origin: Origin = UPLOAD, analysis_id: str | None = None) -> bytes:
    """The message that hands a job to preprocess or, with an analysis, to insights."""
    return orjson.dumps(JobMessage(origin, "low", analysis_id).body())


def message(
    attributes: Mapping[str, str],
    data: bytes = b"",
    *,
    message_id: str = "first",
    at: datetime = AT,
) -> Any:
    """A message of the topic, as it is pulled."""
    return PubsubMessage(data=data, attributes=attributes, message_id=message_id, publish_time=at)


def ours(
    origin: Origin = UPLOAD, *, step: str = "ingest", code: str = "exhausted", **more: str
) -> dict[str, str]:
    """The attributes of a letter that one of our steps writes."""
    return {
        "step": step,
        "code": code,
        "reason": "given up after 3 s, the last time: ValueError",
        "event_id": "e1",
        "type": "google.cloud.firestore.document.v1.created",
        "source": "//firestore.googleapis.com/projects/p/databases/(default)",
        "subject": f"documents/{origin.path}",
        "user_id": origin.user_id,
        "processing_id": origin.processing_id,
        **more,
    }


def moved(subscription: str = "preprocess", origin: Origin = UPLOAD, **more: str) -> dict[str, str]:
    """The attributes of a message that Pub/Sub moved after too many deliveries."""
    return {
        **JobMessage(origin, "low").attributes(),
        f"{MOVED}DeliveryCount": "100",
        f"{MOVED}Subscription": subscription,
        f"{MOVED}SubscriptionProject": "p",
        f"{MOVED}TopicPublishTime": (AT - minutes(90)).isoformat(timespec="milliseconds"),
        **more,
    }


def transported(origin: Origin = UPLOAD) -> dict[str, str]:
    """The attributes of an event that Eventarc's transport could not deliver."""
    return {
        "ce-id": "e7",
        "ce-type": "google.cloud.firestore.document.v1.created",
        "ce-source": "//firestore.googleapis.com/projects/p/databases/(default)",
        "ce-subject": f"documents/{origin.path}",
        "ce-document": origin.path,
        "ce-time": AT.isoformat(),
        "content-type": "application/protobuf",
        f"{MOVED}DeliveryCount": "100",
        f"{MOVED}Subscription": "eventarc-us-central1-uploads-sub-123",
    }


def letter(
    origin: Origin = UPLOAD,
    *,
    step: str = "preprocess",
    code: str = "exhausted",
    data: bytes | None = None,
    at: datetime = AT,
    message_id: str = "first",
) -> Letter:
    """A letter of ours."""
    attributes = ours(origin, step=step, code=code)
    given = (b"" if step == "ingest" else body(origin, "a1")) if data is None else data
    return letter_of(message(attributes, given, at=at, message_id=message_id))
