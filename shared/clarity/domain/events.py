"""What travels between the functions: references, never health data."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from clarity.domain.errors import MalformedEventError
from clarity.domain.job import Origin

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class DocumentCreated:
    """A person created an upload or an insight request.

    `revision` tells a document from one that had its id before, where the event says it; it is the
    same in each redelivery.
    """

    event_id: str
    time: datetime
    origin: Origin
    fields: dict[str, object]
    revision: str = ""


@dataclass(frozen=True, slots=True)
class DocumentNamed:
    """A document is there whose event was lost, refused, or never sent: the body of a message.

    On `documents-to-ingest`, to ingest or, of a privacy request, to privacy: the subscriptions
    tell them apart by `collection`. Who gets it reads the document itself. `deferred`: its event
    came, and has yet to be handled.
    """

    origin: Origin
    deferred: bool = False

    def body(self) -> dict[str, object]:
        """The message's JSON object."""
        return {
            "schema_version": SCHEMA_VERSION,
            "user_id": self.origin.user_id,
            "collection": self.origin.collection,
            "document_id": self.origin.document_id,
            **({"deferred": True} if self.deferred else {}),
        }

    def attributes(self) -> dict[str, str]:
        """The message's attributes, for filters and for the person who searches the log."""
        return {
            "user_id": self.origin.user_id,
            "collection": self.origin.collection,
            **self.origin.reference,
        }

    @staticmethod
    def parse(body: Mapping[str, object]) -> DocumentNamed:
        """The message in a JSON object.

        Raises:
            MalformedEventError: another schema version, or a part is missing.
        """
        _require_version(body)
        user_id, collection, document_id = (
            _text(body, name) for name in ("user_id", "collection", "document_id")
        )
        origin = Origin.of(user_id, collection, document_id)
        return DocumentNamed(origin, deferred=body.get("deferred") is True)


# What ingest handles: a document in its event, or one that it has to read.
Document = DocumentCreated | DocumentNamed


@dataclass(frozen=True, slots=True)
class JobMessage:
    """A job is ready for its next step: the body of both topics.

    `health-data-ingested` carries it to preprocess; `health-insights-processing`, with an
    analysis and, where there are earlier weeks, their history, carries it on to insights.
    `sent_at` is the delivery's word, not the message's: when it was published, where that is known.
    """

    origin: Origin
    priority: str
    analysis_id: str | None = None
    history_id: str | None = None
    sent_at: datetime | None = field(default=None, compare=False)

    @property
    def processing_id(self) -> str:
        """The job that this is about."""
        return self.origin.processing_id

    def with_analysis(self, analysis_id: str, history_id: str | None = None) -> JobMessage:
        """The same job, with its analysis and the weeks before it."""
        return replace(self, analysis_id=analysis_id, history_id=history_id)

    def body(self) -> dict[str, object]:
        """The message's JSON object."""
        found = {"analysis_id": self.analysis_id, "history_id": self.history_id}
        return {
            "schema_version": SCHEMA_VERSION,
            "processing_id": self.processing_id,
            "user_id": self.origin.user_id,
            "priority": self.priority,
            **self.origin.reference,
            **{name: each for name, each in found.items() if each},
        }

    def attributes(self) -> dict[str, str]:
        """The message's attributes, for filters and for the person who searches the log."""
        return {
            "user_id": self.origin.user_id,
            "priority": self.priority,
            **self.origin.reference,
        }

    @staticmethod
    def parse(body: Mapping[str, object]) -> JobMessage:
        """The message in a JSON object.

        Raises:
            MalformedEventError: another schema version, or a reference is missing.
        """
        _require_version(body)
        user_id, priority = _text(body, "user_id"), _text(body, "priority")
        if ("upload_id" in body) == ("request_id" in body):
            raise MalformedEventError("expected one of upload_id and request_id")
        if "upload_id" in body:
            origin = Origin(user_id, "uploads", _text(body, "upload_id"))
        else:
            origin = Origin(user_id, "insight_requests", _text(body, "request_id"))
        analysis_id, history_id = (
            _text(body, name) if name in body else None for name in ("analysis_id", "history_id")
        )
        return JobMessage(origin, priority, analysis_id, history_id)


def _require_version(body: Mapping[str, object]) -> None:
    version = body.get("schema_version")
    if version != SCHEMA_VERSION:
        raise MalformedEventError(f"expected schema_version {SCHEMA_VERSION}, found {{}}", version)


def _text(body: Mapping[str, object], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value or "/" in value:
        raise MalformedEventError(f"{name}: expected a non-empty id, found {{}}", value)
    return value
