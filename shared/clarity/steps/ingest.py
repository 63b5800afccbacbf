"""ingest: a person's new document becomes stored samples, a queued job, or feedback taken."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from clarity.domain.errors import ForgottenError, ReusedIdError
from clarity.domain.events import DocumentCreated, JobMessage
from clarity.domain.intake.samples import ParsedUpload, parse_upload
from clarity.domain.job import AUTOMATIC, Status, parse_request
from clarity.steps.once import claim_key, once
from clarity.steps.ports import Chunk, Claimed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date, datetime

    from numpy.typing import NDArray

    from clarity.domain.errors import PermanentError
    from clarity.domain.job import Collection, Origin
    from clarity.steps.feedback import TakeFeedback
    from clarity.steps.ports import Claims, Records, Topics

# Rejections that the answer on the upload document itself has room for; all are in pages below it.
INLINE_REJECTIONS = 100


@dataclass(frozen=True, slots=True)
class Ingest:
    """Validate, identify, store by day, queue; feedback is handed to its own step."""

    claims: Claims
    records: Records
    topics: Topics
    take_feedback: TakeFeedback
    clock: Callable[[], datetime]
    lease: timedelta
    retention: timedelta
    queue_stale: timedelta

    def __call__(self, event: DocumentCreated) -> None:
        """Handle one created document.

        Raises:
            ForgottenError: the person was erased after they wrote it.
            PermanentError: the document as a whole cannot be used; its job has failed.
        """
        erased_at = self.records.erased_at(event.origin.user_id)
        if erased_at is not None and event.time <= erased_at:
            raise ForgottenError("the person was erased")
        works: Mapping[Collection, Callable[[DocumentCreated], None]] = {
            "uploads": self._upload,
            "insight_requests": self._request,
            "feedback": self.take_feedback,
        }
        work = works[event.origin.collection]

        def handle() -> str:
            work(event)
            return event.revision

        handled = once(
            self.claims,
            "ingest",
            event.origin.path,
            handle,
            user_id=event.origin.user_id,
            lease=self.lease,
        )
        if handled and event.revision and handled != event.revision:
            raise ReusedIdError(
                f"expected an id that is new, found that of a document created {handled}"
            )

    def reject(self, event: DocumentCreated, error: PermanentError) -> None:
        """Say on the document, and on its job, why it cannot be used; feedback has no job."""
        origin, now = event.origin, self.clock()
        reason = {"code": error.code, "message": str(error)}
        answer: dict[str, object] = {
            "status": "rejected",
            "reason": reason,
            "expires_at": now + self.retention,
        }
        has_job = origin.collection != "feedback"
        if has_job:
            answer["processing_id"] = origin.processing_id
        else:
            answer |= self.take_feedback.help_for(event)
        # First, since a job cannot be opened where the document's id leaves no room for its own.
        self.records.answer(origin, answer)
        if isinstance(error, ReusedIdError):  # the job is that of the document before
            return
        if has_job:
            self.records.open_job(origin, AUTOMATIC, now, now + self.retention)
            text = "This could not be used."
            self.records.move(origin, Status.FAILED, text, {"reason": reason}, now)
        self._remember(event)

    def _remember(self, event: DocumentCreated) -> None:
        """Count the refused document as handled, so that its id is not taken for a new one."""
        key, user_id = claim_key("ingest", event.origin.path), event.origin.user_id
        claim = self.claims.claim(key, user_id=user_id, lease=self.lease)
        if isinstance(claim, Claimed):
            self.claims.complete(claim, event.revision)

    def _upload(self, event: DocumentCreated) -> None:
        parsed = parse_upload(event.fields, received_at=event.time)
        stored = self._store(event.origin, parsed)
        answer = self._acceptance(event.origin, parsed, stored)
        # Without anything new there is nothing to analyse, and no job.
        answer["processing_id"] = self._queue(event.origin) if stored else None
        self.records.answer(event.origin, answer)

    def _store(self, origin: Origin, parsed: ParsedUpload) -> int:
        """Store what is new by local day; the number of samples and deletions now held."""
        expires_at = self.clock() + self.retention
        samples = parsed.samples.unique()
        local_days = samples.local_day()
        deleted_days = parsed.deleted.local_day()
        days = sorted({*local_days.tolist(), *deleted_days.tolist()})
        known = self._known(origin, days)
        chunks = []
        for day in days:
            fresh = samples.select((local_days == day) & ~np.isin(samples.identity, known))
            # A deletion is stored even if the sample is unknown yet: it may arrive after it.
            deleted = parsed.deleted.identity[deleted_days == day]
            if len(fresh) or len(deleted):
                chunks.append(Chunk(day, fresh, deleted))
        return self.records.add_chunks(origin, chunks, expires_at)

    def _known(self, origin: Origin, days: Sequence[date]) -> NDArray[np.uint64]:
        """What is stored already; a day on, too, since a traveller's re-send shifts the days."""
        around = {day + timedelta(days=shift) for day in days for shift in (-1, 0, 1)}
        found = [self.records.known(origin, day) for day in sorted(around)]
        return np.concatenate([np.empty(0, dtype=np.uint64), *found])

    def _acceptance(self, origin: Origin, parsed: ParsedUpload, stored: int) -> dict[str, object]:
        rejections: list[Mapping[str, object]] = [asdict(each) for each in parsed.rejected]
        if len(rejections) > INLINE_REJECTIONS:
            self.records.reject(origin, rejections, self.clock() + self.retention)
        return {
            "status": "ingested",
            "expires_at": self.clock() + self.retention,
            "accepted": len(parsed.samples),
            "stored": stored,
            "rejected_count": len(rejections),
            "rejected": rejections[:INLINE_REJECTIONS],
        }

    def _queue(self, origin: Origin) -> str:
        now = self.clock()
        queue = self.records.join_queue(
            origin, AUTOMATIC, now, self.queue_stale, now + self.retention
        )
        if queue.processing_id == origin.processing_id:
            self.topics.ingested(JobMessage(origin, AUTOMATIC.priority))
        return queue.processing_id

    def _request(self, event: DocumentCreated) -> None:
        wanted = parse_request(event.fields)
        origin, now = event.origin, self.clock()
        self.records.open_job(origin, wanted, now, now + self.retention)
        self.topics.ingested(JobMessage(origin, wanted.priority))
        answer: dict[str, object] = {
            "status": "queued",
            "processing_id": origin.processing_id,
            "expires_at": now + self.retention,
        }
        self.records.answer(origin, answer)
