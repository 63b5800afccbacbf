"""ingest: a person's new document becomes stored samples, a queued job, or feedback taken."""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from clarity.domain.consent import NO_CONSENT, refusal
from clarity.domain.errors import (
    ForgottenError,
    GoneError,
    MalformedEventError,
    RefusedError,
    ReusedIdError,
    UnusableUploadError,
)
from clarity.domain.events import DocumentCreated, DocumentNamed, JobMessage
from clarity.domain.intake.samples import ParsedUpload, parse_upload
from clarity.domain.job import AUTOMATIC, Status, parse_request
from clarity.domain.person import Person
from clarity.steps.once import RATE_LIMITED, REJECTED, once
from clarity.steps.ports import Chunk, Done, End, Joining, Outgoing, Storing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from clarity.domain.errors import PermanentError
    from clarity.domain.events import Document
    from clarity.domain.job import Collection, Origin
    from clarity.steps.feedback import TakeFeedback
    from clarity.steps.ports import Claimed, Claims, Queue, Records, Toll, Topics

# Rejections that the answer on the upload document itself has room for; all are in pages below it.
INLINE_REJECTIONS = 100
# More rows that say something have no room in a document of 1 MiB; each that is refused has a row
# in the pages of the answer.
MOST_ROWS = 10_000
# What a phone recorded, on a document of whoever has not consented to that.
RECORDED = ("samples", "data", "deleted")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ingest:
    """Ask for consent, validate, identify, store by day, queue.

    Feedback is handed to its own step, and needs no consent: help must come to everybody.
    """

    claims: Claims
    records: Records
    topics: Topics
    take_feedback: TakeFeedback
    clock: Callable[[], datetime]
    lease: timedelta
    retention: timedelta
    upload_retention: timedelta
    queue_stale: timedelta
    tolls: Mapping[Collection, Toll]

    def __call__(self, event: Document) -> None:
        """Handle one created document, from its event or by its name.

        Raises:
            ForgottenError: the person was erased, or has deleted it.
            PermanentError: the document as a whole cannot be used; its job has failed.
        """
        created = self._created(event)
        origin = created.origin
        # It is not the person who names a document once more.
        pays = isinstance(event, DocumentCreated) or event.deferred
        toll = self.tolls.get(origin.collection) if pays else None
        try:
            result = self._once(origin, origin.path, lambda claim: self._work(created, claim), toll)
        except ForgottenError:  # their phone writes on: nothing of theirs may stay
            self.records.discard(origin)
            raise
        handled = result.rpartition("@")[2]  # of what was rejected, too
        if handled and created.revision and handled != created.revision:
            self._reused(created, handled)

    def _reused(self, event: DocumentCreated, handled: str) -> None:
        """The document has the id of another one, to which claim and job belong."""
        origin = event.origin
        settings, _ = self._settings(origin)
        why = refusal(settings) if settings is not None else None
        if why is None:
            raise ReusedIdError(
                f"expected an id that is new, found that of a document created {handled}"
            )
        done = replace(self._refused(event, why), end=None)
        self._once(origin, f"{origin.path}@{event.revision}", lambda _: done)

    def defer(self, event: DocumentCreated) -> None:
        """Leave the document for later: it is named after those of its person that were before."""
        named = DocumentNamed(event.origin, deferred=True)
        self.topics.publish(Outgoing.of("documents", named))
        _log.info("deferred")

    def reject(self, event: Document, error: PermanentError, letter: Outgoing) -> None:
        """Say on the document, and on its job, why it cannot be used, and send the letter about it.

        Feedback has no job. The rejected document counts as handled, so that its id is not taken
        for a new one.
        """
        try:
            created = self._created(event)
        except GoneError:  # nobody is there who could read it
            return
        origin = created.origin
        reason = {"code": error.code, "message": str(error)}
        reused = isinstance(error, ReusedIdError)
        # The upload before may have joined the job of another one: none need have this id.
        jobless = ("feedback", "uploads") if reused else ("feedback",)
        rejected = self._rejection(created, reason, has_job=origin.collection not in jobless)
        done = replace(rejected, owes=(letter,))
        if reused:  # claim and job are those of the document before
            done = replace(done, end=None)
            self._once(origin, f"{origin.path}@{created.revision}", lambda _: done)
            return
        try:
            self._once(origin, origin.path, lambda _: done)
        except RefusedError:  # the document's id leaves no room for that of a job
            self._once(origin, origin.path, lambda _: replace(done, end=None))

    def _created(self, event: Document) -> DocumentCreated:
        if isinstance(event, DocumentCreated):
            return event
        found = self.records.document(event.origin)
        if found is None:
            raise GoneError("the document is not there any more")
        return found

    def _once(
        self,
        origin: Origin,
        event: str,
        work: Callable[[Claimed], Done],
        toll: Toll | None = None,
    ) -> str:
        return once(
            self.claims,
            "ingest",
            event,
            work,
            user_id=origin.user_id,
            lease=self.lease,
            topics=self.topics,
            toll=toll,
        )

    def _settings(self, origin: Origin) -> tuple[Mapping[str, object] | None, Queue | None]:
        """What the person has set, where consent is needed: not for feedback. And their queue."""
        if origin.collection == "uploads":
            return self.records.person_and_queue(origin.user_id)
        needed = origin.collection == "insight_requests"
        return self.records.person(origin.user_id) if needed else None, None

    def _work(self, event: DocumentCreated, claim: Claimed) -> Done:
        settings, queue = self._settings(event.origin)
        if settings is not None and (why := refusal(settings)):
            return self._refused(event, why)
        if claim.retry_at is not None:
            return self._turn_away(event, claim.retry_at)
        match event.origin.collection:
            case "uploads":
                return self._upload(event, settings or {}, queue)
            case "insight_requests":
                return self._request(event)
            case "feedback":
                return self._feedback(event)
            case other:
                raise MalformedEventError("expected a document for ingest, found one of {}", other)

    def _refused(self, event: DocumentCreated, why: str) -> Done:
        """Its person has not consented: nothing is stored, nor left on the document."""
        kind = event.origin.collection
        _log.info("without consent", extra={"fields": {"kind": kind}})
        has_job = kind == "insight_requests"
        done = self._rejection(event, {"code": NO_CONSENT, "message": why}, has_job=has_job)
        return replace(done, sheds=RECORDED)

    def _turn_away(self, event: DocumentCreated, retry_at: datetime) -> Done:
        """Too many at once from one person: nothing is stored, and no dead letter tells of it."""
        toll = self.tolls[event.origin.collection]
        _log.warning("turned away", extra={"fields": {"code": RATE_LIMITED, "kind": toll.kind}})
        at = retry_at.replace(microsecond=0) + timedelta(seconds=1)
        message = (
            f"expected at most {toll.burst} {toll.kind} at once, and then one every "
            f"{toll.every.total_seconds():g} s; send it again, under a new id, after {at:%FT%TZ}"
        )
        reason = {"code": RATE_LIMITED, "message": message, "retry_at": at}
        # Somebody listens to a request's job; an upload need not have one.
        has_job = event.origin.collection == "insight_requests"
        return self._rejection(event, reason, has_job=has_job)

    def _rejection(
        self, event: DocumentCreated, reason: Mapping[str, object], *, has_job: bool
    ) -> Done:
        """The answer on the document, and the end of its job."""
        origin, now = event.origin, self.clock()
        # What devices recorded goes as soon as in an upload that was ingested.
        kept = self.upload_retention if origin.collection == "uploads" else self.retention
        answer: dict[str, object] = {
            "status": "rejected",
            "reason": reason,
            "expires_at": now + kept,
        }
        result = f"{REJECTED}{reason['code']}@{event.revision}"
        if origin.collection == "feedback":
            answer |= self.take_feedback.help_for(event)
        else:
            answer["processing_id"] = origin.processing_id if has_job else None
        if not has_job:
            return Done(result, answer=(origin, answer))
        opens = (AUTOMATIC, now + self.retention)
        details = {"reason": reason}
        end = End(origin, Status.FAILED, "This could not be used.", details, opens)
        return Done(result, answer=(origin, answer), end=end)

    def _feedback(self, event: DocumentCreated) -> Done:
        return Done(event.revision, answer=(event.origin, self.take_feedback(event)))

    def _upload(
        self, event: DocumentCreated, settings: Mapping[str, object], queue: Queue | None
    ) -> Done:
        origin = event.origin
        parsed = parse_upload(event.fields, received_at=event.time)
        rows = len(parsed.samples) + len(parsed.deleted) + len(parsed.rejected)
        if rows > MOST_ROWS:
            raise UnusableUploadError(f"expected at most {MOST_ROWS} rows, found {rows}")
        person = Person.parse(settings, self.clock().date(), self.retention)
        stores = self._new(origin, parsed, person.retention or self.retention)
        answer = {**self._acceptance(origin, parsed, len(stores)), "processing_id": None}
        if not stores:  # without anything new there is nothing to analyse, and no job
            return Done(event.revision, answer=(origin, answer))
        owed = Outgoing.of("ingested", JobMessage(origin, AUTOMATIC.priority))
        now = self.clock()
        joins = Joining(origin, AUTOMATIC, now - self.queue_stale, now + self.retention, queue)
        return Done(event.revision, (owed,), (origin, answer), stores=stores, joins=joins)

    def _new(self, origin: Origin, parsed: ParsedUpload, kept: timedelta) -> Storing:
        """What is new, by local day."""
        now = self.clock()
        samples = parsed.samples.unique()
        local_days = samples.local_day()
        deleted_days = parsed.deleted.local_day()
        days = sorted({*local_days.tolist(), *deleted_days.tolist()})
        # A day on, too, since a traveller's re-send shifts the days.
        around = {day + timedelta(days=shift) for day in days for shift in (-1, 0, 1)}
        known = self.records.known(origin, around)
        chunks = []
        for day in days:
            fresh = samples.select((local_days == day) & ~np.isin(samples.identity, known))
            # A deletion is stored even if the sample is unknown yet: it may arrive after it.
            deleted = parsed.deleted.identity[deleted_days == day]
            if len(fresh) or len(deleted):
                chunks.append(Chunk(day, fresh, deleted, parsed.software))
        # The day outlives its chunks, also those from before the person chose a shorter time: what
        # has no day any more is not found.
        return Storing(origin, chunks, now + kept, now + self.retention)

    def _acceptance(self, origin: Origin, parsed: ParsedUpload, stored: int) -> dict[str, object]:
        rejections: list[Mapping[str, object]] = [asdict(each) for each in parsed.rejected]
        expires_at = self.clock() + self.upload_retention
        if len(rejections) > INLINE_REJECTIONS:
            self.records.reject(origin, rejections, expires_at)
        return {
            "status": "ingested",
            "expires_at": expires_at,
            "accepted": len(parsed.samples),
            "stored": stored,
            "rejected_count": len(rejections),
            "rejected": rejections[:INLINE_REJECTIONS],
        }

    def _request(self, event: DocumentCreated) -> Done:
        wanted = parse_request(event.fields)
        origin, now = event.origin, self.clock()
        self.records.open_job(origin, wanted, now, now + self.retention)
        answer: dict[str, object] = {
            "status": "queued",
            "processing_id": origin.processing_id,
            "expires_at": now + self.retention,
        }
        owes = (Outgoing.of("ingested", JobMessage(origin, wanted.priority)),)
        return Done(event.revision, owes, (origin, answer))
