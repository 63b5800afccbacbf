"""A phone: creates uploads and requests as the iOS client does, and listens to its jobs."""

from __future__ import annotations

import logging
import queue
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from google.api_core.exceptions import AlreadyExists

from clarity.domain.job import Origin, Status

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from google.cloud.firestore import Client

    from clarity.sources.healthkit import Json

# A listener whose server was gone may never hear again: this long without a word, look after it.
_CHECK_S = 2.0
_ANSWER_S, _POLL_S = 30.0, 0.1


class SilentJobError(Exception):
    """A job did not end in time."""


@dataclass(frozen=True, slots=True)
class Phone:
    """One person's phone."""

    client: Client
    user_id: str
    _steps: queue.SimpleQueue[Mapping[str, Any]] = field(default_factory=queue.SimpleQueue)

    def create(self, upload_id: str, document: Json) -> Origin:
        """Create an upload. A replay of the same one finds it there, which is as good."""
        return self._create(Origin(self.user_id, "uploads", upload_id), document)

    def settings(self, **fields: object) -> None:
        """Write how the person wants to be told."""
        self.client.document(f"users/{self.user_id}").set(fields, merge=True)

    def request(
        self,
        request_id: str,
        *,
        insight_type: str,
        timeframe: str = "1week",
        explanation: bool = False,
    ) -> Origin:
        """Ask for an insight on the weeks, and for where the model looked if that is wanted."""
        wish: Json = {
            "data_timeframe": timeframe,
            "insight_type": insight_type,
            "priority": "normal",
        }
        if explanation:
            wish["explanation"] = True
        return self._create(Origin(self.user_id, "insight_requests", request_id), wish)

    def say(
        self, feedback_id: str, insight_id: str, *, words: str, rating: int | None
    ) -> Mapping[str, Any]:
        """Say something of an insight, and wait for the answer on the same document.

        Raises:
            SilentJobError: no answer in time.
        """
        said: Json = {"insight_id": insight_id, "words": words, "rating": rating}
        origin = self._create(Origin(self.user_id, "feedback", feedback_id), said)
        deadline = time.monotonic() + _ANSWER_S
        while time.monotonic() < deadline:
            fields = self.client.document(origin.path).get().to_dict() or {}
            if "status" in fields:
                return fields
            time.sleep(_POLL_S)
        raise SilentJobError(f"{feedback_id} was not answered within {_ANSWER_S:g} s")

    def follow(self, origin: Origin, timeout_s: float) -> Iterator[Mapping[str, Any]]:
        """The job's document at each change that the listener sees, until it is final.

        Raises:
            SilentJobError: no final status within `timeout_s`.
        """
        job = self.client.document(f"users/{self.user_id}/jobs/{origin.processing_id}")
        watch: Any = job.on_snapshot(self._heard)  # the client leaves its watch untyped
        try:
            for _ in range(int(timeout_s / _CHECK_S)):
                try:
                    fields = self._steps.get(timeout=_CHECK_S)
                except queue.Empty:
                    watch.unsubscribe()
                    watch = job.on_snapshot(self._heard)
                    continue
                yield fields
                if Status(fields["status"]).final:
                    return
            raise SilentJobError(f"{origin.processing_id} did not end within {timeout_s:g} s")
        finally:
            watch.unsubscribe()

    def _create(self, origin: Origin, document: Json) -> Origin:
        try:
            self.client.document(origin.path).create(document)
        except AlreadyExists:
            logging.getLogger(__name__).debug("%s is there already", origin.document_id)
        return origin

    def _heard(self, snapshots: list[Any], _changes: object, _time: object) -> None:
        for snapshot in snapshots:
            if snapshot.exists:
                self._steps.put(snapshot.to_dict())
