"""A phone: creates uploads and requests as the iOS client does, and listens to its jobs."""

from __future__ import annotations

import contextlib
import logging
import queue
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from google.api_core.exceptions import AlreadyExists, DeadlineExceeded, ServiceUnavailable

from clarity.domain.job import Origin, Status

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from google.cloud.firestore import Client, DocumentReference

    from clarity.sources.healthkit import Json

_ANSWER_S, _POLL_S = 30.0, 0.1


class SilentJobError(Exception):
    """A job did not end in time."""


@dataclass(frozen=True, slots=True)
class Phone:
    """One person's phone."""

    client: Client
    user_id: str

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
        """The job's document at each change that the listener hears of, until it is final.

        Raises:
            SilentJobError: no final status within `timeout_s`.
        """
        job = self.client.document(f"users/{self.user_id}/jobs/{origin.processing_id}")
        deadline = time.monotonic() + timeout_s
        seen: Mapping[str, Any] = {}
        while (left := deadline - time.monotonic()) > 0:
            # A server that is gone comes back: the stream is opened again.
            with contextlib.suppress(DeadlineExceeded, ServiceUnavailable):
                for _ in self._heard(job, left):
                    fields = job.get().to_dict() or seen
                    if fields == seen:
                        continue
                    seen = fields
                    yield fields
                    if Status(fields["status"]).final:
                        return
            time.sleep(_POLL_S)
        raise SilentJobError(f"{origin.processing_id} did not end within {timeout_s:g} s")

    def _heard(self, document: DocumentReference, timeout_s: float) -> Iterator[None]:
        """Once for each change of the document that the server tells of.

        On the client's stream itself: its `on_snapshot` runs into a recursion error while its
        server is gone, which may leave the channel without a thread (api-core 2.33, grpcio 1.85).

        Raises:
            DeadlineExceeded: the time is up.
            ServiceUnavailable: the server is gone.
        """
        database: str = self.client._database_string
        target = {"documents": {"documents": [f"{database}/documents/{document.path}"]}}
        wishes: queue.SimpleQueue[Json | None] = queue.SimpleQueue()
        wishes.put({"database": database, "add_target": {**target, "target_id": 1}})
        listen = self.client._firestore_api.listen
        # Not the call's own retry: its iterator would have nothing left to send.
        stream = listen(requests=iter(wishes.get, None), retry=None, timeout=timeout_s)
        try:
            yield from (None for response in stream if "document_change" in response)
        finally:
            wishes.put(None)
            stream.cancel()

    def _create(self, origin: Origin, document: Json) -> Origin:
        try:
            self.client.document(origin.path).create(document)
        except AlreadyExists:
            logging.getLogger(__name__).debug("%s is there already", origin.document_id)
        return origin
