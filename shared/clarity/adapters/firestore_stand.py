"""Firestore: what a job document says, whichever write it is that says so."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from google.cloud.firestore import ArrayUnion

from clarity.adapters import telemetry
from clarity.domain.job import Status

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from clarity.domain.job import Origin, Wanted

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Seen:
    """A document as it was read or written, and which version of it that is."""

    name: str
    fields: Mapping[str, Any]
    version: object


class _Memory(threading.local):
    seen: Seen | None = None


_memory = _Memory()


def remember(seen: Seen) -> None:
    """Keep how this thread last saw its job: what is written next needs no read before it.

    That write has the version as its condition: where somebody else came between, it fails.
    """
    _memory.seen = seen


def recall(name: str) -> Seen | None:
    """What is kept of the document of that name, once."""
    seen, _memory.seen = _memory.seen, None
    return seen if seen and seen.name == name else None


def new_job(origin: Origin, wanted: Wanted, now: datetime, expires_at: datetime) -> dict[str, Any]:
    """The fields of a job that waits."""
    return {
        "processing_id": origin.processing_id,
        **origin.reference,
        "data_timeframe": wanted.data_timeframe,
        "insight_type": wanted.insight_type,
        "priority": wanted.priority,
        "explanation": wanted.explanation,
        "created_at": now,
        "expires_at": expires_at,
        **stand(Status.QUEUED, "Your data has arrived.", now),
    }


def stand(status: Status, message: str, now: datetime) -> dict[str, Any]:
    """The fields that say where a job stands."""
    return {
        "status": status,
        "stage": status,
        "progress": status.progress,
        "message": message,
        "updated_at": now,
        # A listener may miss a short step; the history shows it all the same.
        "history": ArrayUnion([{"status": status, "at": now}]),
    }


def log_end(status: Status, created_at: datetime, now: datetime) -> None:
    """Say in the log how a job ended, and how long it took: metrics are made of it."""
    seconds = (now - created_at).total_seconds()
    _log.info("job ended", extra={"fields": {"status": status, "seconds": seconds}})
    telemetry.measure("clarity.job.duration", seconds, {"status": str(status)})
