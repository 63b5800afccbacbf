"""The ports in memory: held to the same contract suite as the adapters (contract/test_ports.py)."""

from __future__ import annotations

import itertools
import json
import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from clarity.domain.errors import ForgottenError, InProgressError, OvertakenError
from clarity.domain.events import DocumentCreated, JobMessage
from clarity.domain.job import Origin, Status, Wanted
from clarity.steps.audit import Entry, Head, sealed
from clarity.steps.feedback import marks_on
from clarity.steps.ports import (
    Chunk,
    Claimed,
    Completed,
    Creation,
    Done,
    Held,
    Joining,
    Move,
    Outgoing,
    Queue,
    Storing,
    Toll,
)
from clarity.steps.ports_words import Analysed

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import date, datetime, timedelta

    from numpy.typing import NDArray


@dataclass
class MemoryClaims:
    """`complete` writes what is done into `records`; `buckets` holds until when each is paid."""

    clock: Callable[[], datetime]
    records: MemoryRecords
    held: dict[str, dict[str, Any]] = field(default_factory=dict)
    buckets: dict[tuple[str, str], datetime] = field(default_factory=dict)
    tokens: Any = field(default_factory=itertools.count)
    lock: Any = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.records.claims = self.held

    def claim(
        self,
        key: str,
        *,
        user_id: str,
        lease: timedelta,
        toll: Toll | None = None,
        move: Move | None = None,
    ) -> Claimed | Completed | Held:
        with self.lock:
            self.records.require(user_id)
            found = self.held.get(key, {})
            if "result" in found:
                owes = found["outbox"] if found["unpublished"] else ()
                return Completed(found["result"], owes, found["token"])
            if found and found["lease_until"] > self.clock():
                return Held(found["lease_until"])
            claim = Claimed(key, str(next(self.tokens)), user_id)
            fields = {"token": claim.token, "lease_until": self.clock() + lease}
            self.held[key] = {**fields, "user_id": user_id}
            if move:
                where = (move.origin, move.status, move.message, move.details)
                self.records.move(*where, self.clock())
            return claim if toll is None or found else self._pay(claim, toll)

    def _pay(self, claim: Claimed, toll: Toll) -> Claimed:
        bucket, now = (claim.user_id, toll.kind), self.clock()
        until = max(self.buckets.get(bucket, now), now) + toll.every
        self.buckets[bucket] = until
        retry_at = until - toll.burst * toll.every
        return replace(claim, retry_at=retry_at, over=toll) if retry_at > now else claim

    def renew(self, claim: Claimed, lease: timedelta) -> Claimed:
        with self.lock:
            self._own(claim)["lease_until"] = self.clock() + lease
        return claim

    def complete(self, claim: Claimed, done: Done) -> Completed:
        with self.lock:
            held = self._own(claim)
            if "result" not in held:
                if done.joins:
                    done = done.within(self.records.join(done.joins, self.clock()))
                if done.stores:
                    self.records.store(done.stores)
                self._write(claim, done)
                held |= {"result": done.result, "completed_at": self.clock()}
                held |= {"outbox": done.owes, "unpublished": bool(done.owes)}
        return Completed(done.result, done.owes, claim.token)

    def _write(self, claim: Claimed, done: Done) -> None:
        if done.creates:
            if done.creates.first and self.records.is_there(claim.user_id, done.creates):
                raise OvertakenError(f"{done.creates.document_id} was created meanwhile")
            self.records.create(claim.user_id, done.creates)
        if done.answer:
            self.records.answer(*done.answer)
            for name in done.sheds:
                self.records.uploads.get(done.answer[0].path, {}).pop(name, None)
        if claim.over:
            self.buckets[claim.user_id, claim.over.kind] -= claim.over.every
        if end := done.end:
            if end.opens:
                self.records.open_job(end.origin, end.opens[0], self.clock(), end.opens[1])
            self.records.move(end.origin, end.status, end.message, end.details, self.clock())

    def published(self, key: str, completed: Completed) -> None:
        with self.lock:
            if self.held.get(key, {}).get("token") == completed.version:
                self.held[key]["unpublished"] = False

    def release(self, claim: Claimed) -> None:
        with self.lock:
            held = self.held.get(claim.key, {})
            if held.get("token") == claim.token and "result" not in held:
                held["lease_until"] = self.clock()

    def _own(self, claim: Claimed) -> dict[str, Any]:
        self.records.require(claim.user_id)
        held = self.held.get(claim.key, {})
        if held.get("token") != claim.token:
            raise InProgressError("the lease was lost to another worker")
        return held


@dataclass
class MemoryRecords:
    """`claims` are those of the MemoryClaims that writes here."""

    claims: dict[str, dict[str, Any]] = field(default_factory=dict)
    erasures: dict[str, datetime] = field(default_factory=dict)
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    uploads: dict[str, dict[str, Any]] = field(default_factory=dict)
    written: dict[str, datetime] = field(default_factory=dict)
    chunks: dict[tuple[str, str, str], Chunk] = field(default_factory=dict)
    expiries: dict[tuple[str, str, str], datetime] = field(default_factory=dict)
    day_expiries: dict[tuple[str, str], datetime] = field(default_factory=dict)
    rejections: dict[str, list[Mapping[str, object]]] = field(default_factory=dict)
    queues: dict[str, Queue] = field(default_factory=dict)
    jobs: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    analyses: dict[tuple[str, str], Any] = field(default_factory=dict)
    explanations: dict[tuple[str, str], Any] = field(default_factory=dict)
    histories: dict[tuple[str, str], Any] = field(default_factory=dict)
    insights: dict[tuple[str, str], Any] = field(default_factory=dict)
    audits: dict[tuple[str, str], Mapping[str, object]] = field(default_factory=dict)
    heads: dict[str, Head] = field(default_factory=dict)
    ledger: dict[str, Mapping[str, object]] = field(default_factory=dict)

    def person(self, user_id: str) -> Mapping[str, object]:
        return self.people.get(user_id, {})

    def person_and_queue(self, user_id: str) -> tuple[Mapping[str, object], Queue | None]:
        return self.person(user_id), self.queues.get(user_id)

    def erased_at(self, user_id: str) -> datetime | None:
        return self.erasures.get(user_id)

    def document(self, origin: Origin) -> DocumentCreated | None:
        found = self.uploads.get(origin.path)
        if found is None:
            return None
        at = self.written[origin.path]
        return DocumentCreated(origin.path, at, origin, dict(found), at.isoformat())

    def known(self, origin: Origin, days: Collection[date]) -> NDArray[np.uint64]:
        others, own = [np.empty(0, dtype=np.uint64)], [np.empty(0, dtype=np.uint64)]
        for (user, when, upload), chunk in self.chunks.items():
            if user != origin.user_id or when not in map(str, days):
                continue
            if upload == origin.document_id:
                own.append(chunk.samples.identity)
            else:
                others += [chunk.samples.identity, chunk.deleted]
        return np.setdiff1d(np.concatenate(others), np.concatenate(own))

    def store(self, stores: Storing) -> None:
        """The chunks of an upload, in the place of those that it has."""
        origin = stores.origin
        self.require(origin.user_id)
        for chunk in stores.chunks:
            day = (origin.user_id, str(chunk.day))
            self.day_expiries[day] = stores.day_expires_at
            self.chunks[*day, origin.document_id] = chunk
            self.expiries[*day, origin.document_id] = stores.expires_at

    def recent(self, user_id: str, days: int) -> Sequence[Chunk]:
        held = sorted({day for user, day, _ in self.chunks if user == user_id})[-days:]
        return [c for (user, day, _), c in self.chunks.items() if user == user_id and day in held]

    def unsettled(self, user_id: str) -> int:
        mine = [
            f for path, f in self.uploads.items() if path.startswith(f"users/{user_id}/uploads/")
        ]
        return sum(
            fields.get("status") not in ("ingested", "rejected", "overdue") for fields in mine
        )

    def mark_overdue(self, user_id: str, written_before: datetime, expires_at: datetime) -> None:
        for path, upload in self.uploads.items():
            mine = path.startswith(f"users/{user_id}/uploads/")
            if mine and "status" not in upload and self.written[path] < written_before:
                upload.update(status="overdue", expires_at=expires_at)

    def answer(self, origin: Origin, fields: Mapping[str, object]) -> None:
        if origin.path in self.uploads:
            self.uploads[origin.path] |= fields

    def reject(
        self, origin: Origin, rejections: Sequence[Mapping[str, object]], expires_at: datetime
    ) -> None:
        self.require(origin.user_id)
        self.rejections[origin.path] = list(rejections)

    def require(self, user_id: str) -> None:
        """Nothing of whoever was erased is created."""
        if user_id in self.erasures:
            raise ForgottenError("the person was erased")

    def discard(self, origin: Origin) -> None:
        self.uploads.pop(origin.path, None)

    def join(self, joining: Joining, now: datetime) -> str:
        """The id of the job that the upload joins."""
        origin, user_id = joining.origin, joining.origin.user_id
        if (user_id, origin.processing_id) in self.jobs:
            return origin.processing_id
        queue = self.queues.get(user_id)
        if queue and queue.opened_at > joining.since:
            job = self.jobs[user_id, queue.processing_id]
            if job["status"] == Status.QUEUED:
                self.queues[user_id] = replace(queue, last_upload_at=now)
                return queue.processing_id
        self.open_job(origin, joining.wanted, now, joining.expires_at)
        self.queues[user_id] = Queue(origin.processing_id, now, now)
        return origin.processing_id

    def _require(self, fence: Claimed) -> None:
        if self.claims.get(fence.key, {}).get("token") != fence.token:
            raise InProgressError("the lease was lost to another worker")

    def open_job(self, origin: Origin, wanted: Wanted, now: datetime, expires_at: datetime) -> None:
        self.require(origin.user_id)
        fields = {
            "processing_id": origin.processing_id,
            "insight_type": wanted.insight_type,
            "data_timeframe": wanted.data_timeframe,
            "explanation": wanted.explanation,
            "created_at": now,
            "status": Status.QUEUED,
            "stage": Status.QUEUED,
            "progress": 0.0,
            "history": [{"status": Status.QUEUED, "at": now}],
        }
        self.jobs.setdefault((origin.user_id, origin.processing_id), fields)

    def job_person_and_queue(
        self, origin: Origin
    ) -> tuple[Mapping[str, object] | None, Mapping[str, object], Queue | None]:
        job = self.jobs.get((origin.user_id, origin.processing_id))
        return job, self.person(origin.user_id), self.queues.get(origin.user_id)

    def analysed(self, message: JobMessage) -> Analysed:
        user_id = message.origin.user_id
        return Analysed(
            self.jobs.get((user_id, message.processing_id)),
            self.person(user_id),
            self.analyses.get((user_id, message.analysis_id or "")),
            self.histories.get((user_id, message.history_id or "")),
        )

    def move(
        self,
        origin: Origin,
        status: Status,
        message: str,
        details: Mapping[str, object],
        now: datetime,
    ) -> bool:
        job = self.jobs.get((origin.user_id, origin.processing_id))
        if job is None or not status.may_follow(Status(job["status"])):
            return False
        job |= {"status": status, "stage": status, "message": message, "updated_at": now}
        job |= {"progress": status.progress, **details}
        job["history"] = [*job["history"], {"status": status, "at": now}]
        return True

    def note(
        self,
        origin: Origin,
        status: Status,
        stage: str,
        message: str,
        now: datetime,
        *,
        fence: Claimed,
    ) -> bool:
        self._require(fence)
        job = self.jobs.get((origin.user_id, origin.processing_id))
        if job is None or job["status"] != status or job["stage"] == stage:
            return False
        job |= {"stage": stage, "message": message, "updated_at": now}
        return True

    def analysis(self, user_id: str, analysis_id: str) -> Mapping[str, object] | None:
        return self.analyses.get((user_id, analysis_id))

    def explanation(self, user_id: str, analysis_id: str) -> Mapping[str, object] | None:
        return self.explanations.get((user_id, analysis_id))

    def history(self, user_id: str, history_id: str) -> Mapping[str, object] | None:
        return self.histories.get((user_id, history_id))

    def add_history(self, user_id: str, history_id: str, document: Mapping[str, object]) -> None:
        self.require(user_id)
        self.histories.setdefault((user_id, history_id), document)

    def insight(self, user_id: str, insight_id: str) -> Mapping[str, object] | None:
        return self.insights.get((user_id, insight_id))

    def told(self, user_id: str, insight_id: str) -> tuple[Mapping[str, object] | None, bool]:
        return self.insight(user_id, insight_id), (user_id, f"tell-{insight_id}") in self.audits

    def mark_insight(self, user_id: str, insight_id: str, rating: int | None, at: datetime) -> bool:
        insight = self.insights.get((user_id, insight_id))
        if insight is not None:
            insight |= marks_on(insight, rating, at)
        return insight is not None

    def feedback(self, user_id: str, limit: int) -> Sequence[Mapping[str, object]]:
        mine = [
            fields
            for path, fields in self.uploads.items()
            if path.startswith(f"users/{user_id}/feedback/") and "received_at" in fields
        ]
        mine.sort(key=lambda fields: fields["received_at"], reverse=True)
        return mine[:limit]

    def is_there(self, user_id: str, creation: Creation) -> bool:
        """Whether the document is there, or the record."""
        kept, record = getattr(self, creation.collection), creation.entry.event_id
        return (user_id, creation.document_id) in kept or (user_id, record) in self.audits

    def create(self, user_id: str, creation: Creation) -> None:
        """The document and the record about it; what is there stays."""
        self.audit(user_id, creation.entry)
        kept = getattr(self, creation.collection)
        kept.setdefault((user_id, creation.document_id), creation.fields)

    def audit(self, user_id: str, entry: Entry, ledger: Entry | None = None) -> None:
        if ledger:
            self.ledger.setdefault(ledger.event_id, ledger.fields)
        self.require(user_id)
        if (user_id, entry.event_id) not in self.audits:
            head, chain = self.heads.get(user_id, Head()), f"users/{user_id}/audit"
            record, self.heads[user_id] = sealed(chain, entry, head)
            self.audits[user_id, entry.event_id] = record


@dataclass
class MemoryTopics:
    """Jobs are kept as the next function reads them, other messages as they came."""

    ingested_messages: list[JobMessage] = field(default_factory=list)
    analysed_messages: list[JobMessage] = field(default_factory=list)
    documents: list[Outgoing] = field(default_factory=list)
    dead_letters: list[Outgoing] = field(default_factory=list)

    def publish(self, outgoing: Outgoing) -> None:
        if outgoing.topic == "dead_letter":
            self.dead_letters.append(outgoing)
        elif outgoing.topic == "documents":
            self.documents.append(outgoing)
        else:
            jobs = {"ingested": self.ingested_messages, "analysed": self.analysed_messages}
            jobs[outgoing.topic].append(JobMessage.parse(json.loads(outgoing.data)))
