"""Eventarc on one machine: Firestore's changes as CloudEvents, posted until somebody takes them.

As in the real one, a trigger's transport is a Pub/Sub topic with a push subscription. An event is
published inside the transaction that changed the document, so neither exists without the other.
The message's data is the event's body and its attributes are the event's headers; Pub/Sub's own
unwrapped push (`no_wrapper` with metadata) turns them back into an HTTP request.
"""

from __future__ import annotations

import logging
import re
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias
from urllib.parse import quote

from google.events.cloud import firestore

from infra.local.pubsub.wire import PubsubMessage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from google.protobuf.timestamp_pb2 import Timestamp

    from infra.local.pubsub import PubSub

# The raw classes have no stubs.
Document: TypeAlias = Any
EventData: TypeAlias = Any
new_event_data = firestore.DocumentEventData.pb()

PREFIX = "google.cloud.firestore.document.v1."
CREATED, UPDATED, DELETED, WRITTEN = (
    f"{PREFIX}{kind}" for kind in ("created", "updated", "deleted", "written")
)
SCHEMA = (
    "https://github.com/googleapis/google-cloudevents/blob/main/proto/"
    "google/events/cloud/firestore/v1/data.proto"
)
RETENTION_S = 86_400  # Eventarc gives an event up after 24 hours
MIN_BACKOFF_S = 1  # 10 in the real one, which is long to wait for on a laptop
MAX_BACKOFF_S = 60
MAX_BYTES = 512_000  # of an event: the real one drops a larger one, and tells nobody
ACK_DEADLINE_S = 600  # a function may take as long as a function may take
# What the CloudEvents HTTP binding leaves unescaped in a header (its section 3.1.3.2).
HEADER_SAFE = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in '"%')
SIMPLE_FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
CAPTURE = re.compile(r"\{(\w+)(=\*\*?)?\}")

_log = logging.getLogger(__name__)


class DocumentChange(Protocol):
    """One document before and after a commit; None where it does not exist."""

    @property
    def name(self) -> str:
        """Full name: projects/P/databases/D/documents/..."""

    @property
    def before(self) -> Document | None:
        """The document as it was."""

    @property
    def after(self) -> Document | None:
        """The document as it is."""

    @property
    def commit_time(self) -> Timestamp:
        """When; no two commits to a document share it."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """Events of one type, on documents of one shape, go to one topic."""

    event_type: str
    path: re.Pattern[str]
    topic: str

    def wants(self, event_type: str) -> bool:
        """Whether events of that type are this trigger's."""
        return self.event_type in {event_type, WRITTEN}


class Eventarc:
    """Turns commits into events for the triggers that want them."""

    def __init__(
        self, pubsub: PubSub, project: str, location: str, database_id: str = "(default)"
    ) -> None:
        self._pubsub = pubsub
        self._project = project
        self._location = location
        self._database_id = database_id
        self._root = f"projects/{project}/databases/{database_id}/documents/"
        self._triggers: dict[str, Trigger] = {}

    def ensure_trigger(
        self,
        name: str,
        event_type: str,
        document_pattern: str,
        url: str,
        *,
        oidc_audience: str = "",
        min_backoff_s: float = MIN_BACKOFF_S,
        max_backoff_s: float = MAX_BACKOFF_S,
        ack_deadline_s: int = ACK_DEADLINE_S,
        dead_letter_topic: str = "",
        max_delivery_attempts: int = 5,
    ) -> None:
        """Deliver events of this kind to the URL; a known trigger is brought up to date."""
        if event_type not in {CREATED, UPDATED, DELETED, WRITTEN}:
            raise ValueError(f"expected an event type like {CREATED}, found {event_type!r}")
        path = compile_pattern(document_pattern)
        topic = f"projects/{self._project}/topics/eventarc-{self._location}-{name}"
        self._pubsub.ensure_topic(topic)
        self._pubsub.ensure_subscription(
            topic.replace("/topics/", "/subscriptions/"),
            topic,
            push_endpoint=url,
            unwrapped=True,
            oidc_audience=oidc_audience,
            ack_deadline_s=ack_deadline_s,
            retention_s=RETENTION_S,
            min_backoff_s=min_backoff_s,
            max_backoff_s=max_backoff_s,
            dead_letter_topic=dead_letter_topic,
            max_delivery_attempts=max_delivery_attempts,
        )
        self._triggers[name] = Trigger(event_type, path, topic)

    def on_commit(self, changes: Sequence[DocumentChange]) -> None:
        """Publish what the triggers want to know, inside the caller's transaction."""
        for change in changes:
            if not change.name.startswith(self._root):
                continue
            path = change.name.removeprefix(self._root)
            # By its path first: most changes are nobody's, and to compare documents takes time.
            triggers = [each for each in self._triggers.values() if each.path.fullmatch(path)]
            event_type = classify(change) if triggers else None
            for trigger in triggers:
                if event_type and trigger.wants(event_type):
                    message = self._message(change, trigger.event_type, event_type, path)
                    self._publish(trigger.topic, message, path)

    def _publish(self, topic: str, message: PubsubMessage, path: str) -> None:
        size = len(message.data)
        if size > MAX_BYTES:
            name = path.rpartition("/")[2]  # and not whose it is
            _log.warning("dropped the event of %s: %d bytes, %d are taken", name, size, MAX_BYTES)
            return
        self._pubsub.publish(topic, [message])

    def _message(
        self, change: DocumentChange, event_type: str, happened: str, path: str
    ) -> PubsubMessage:
        time = f"{change.commit_time.ToDatetime().isoformat(timespec='microseconds')}Z"
        identity = uuid.uuid5(uuid.NAMESPACE_URL, f"{change.name}#{time}#{event_type}")
        headers = {
            "ce-id": str(identity),
            "ce-type": event_type,
            "ce-specversion": "1.0",
            "ce-source": f"//firestore.googleapis.com/projects/{self._project}"
            f"/databases/{self._database_id}",
            "ce-subject": f"documents/{path}",
            "ce-time": time,
            "ce-dataschema": SCHEMA,
            "ce-location": self._location,
            "ce-project": self._project,
            "ce-database": self._database_id,
            "ce-namespace": "(default)",
            "ce-document": path,
            "content-type": "application/protobuf",
        }
        return PubsubMessage(
            data=event_data(change, happened).SerializeToString(),
            attributes={key: quote(value, safe=HEADER_SAFE) for key, value in headers.items()},
        )


def classify(change: DocumentChange) -> str | None:
    """The type of event a change is; None where nothing changed, which is no event."""
    if change.before is None:
        return None if change.after is None else CREATED
    if change.after is None:
        return DELETED
    return UPDATED if any(_changed(change.before, change.after)) else None


def event_data(change: DocumentChange, event_type: str) -> EventData:
    """The event's body; the stored document and the event share their wire format."""
    data = new_event_data()
    if change.after is not None:
        data.value.ParseFromString(change.after.SerializeToString())
    if change.before is not None:
        data.old_value.ParseFromString(change.before.SerializeToString())
    if event_type == UPDATED:
        data.update_mask.field_paths.extend(sorted(_changed(data.old_value, data.value)))
    return data


def compile_pattern(pattern: str) -> re.Pattern[str]:
    """A document path pattern as a regular expression.

    `{x}`, `{x=*}` and `*` stand for one segment, `{x=**}` and `**` for one or more.
    """
    if not pattern or pattern.startswith("/") or "//" in pattern:
        raise ValueError(f"expected a document path like users/{{uid}}, found {pattern!r}")
    return re.compile("/".join(_segment(part, pattern) for part in pattern.split("/")))


def _segment(part: str, pattern: str) -> str:
    capture = CAPTURE.fullmatch(part)
    if part == "**" or (capture and capture.group(2) == "=**"):
        return r"[^/]+(?:/[^/]+)*"
    if part == "*" or capture:
        return "[^/]+"
    if set(part) & set("*{}"):
        raise ValueError(f"expected a whole segment as wildcard, found {part!r} in {pattern!r}")
    return re.escape(part)


def _changed(before: Any, after: Any, prefix: str = "") -> Iterator[str]:
    """Paths of the fields that differ, down through maps that both sides have."""
    for name in before.fields.keys() | after.fields.keys():
        path = f"{prefix}{name if SIMPLE_FIELD.fullmatch(name) else _quoted(name)}"
        if name not in before.fields or name not in after.fields:
            yield path
            continue
        old, new = before.fields[name], after.fields[name]
        # Bytes, not values: NaN stays NaN.
        if old.SerializeToString(deterministic=True) == new.SerializeToString(deterministic=True):
            continue
        if old.HasField("map_value") and new.HasField("map_value"):
            yield from _changed(old.map_value, new.map_value, f"{path}.")
        else:
            yield path


def _quoted(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace("`", "\\`")
    return f"`{escaped}`"
