"""Firestore: the person's documents, all below `users/{uid}`."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
from google.api_core.exceptions import (
    AlreadyExists,
    FailedPrecondition,
    InvalidArgument,
    NotFound,
)
from google.cloud.firestore import ArrayUnion, Query
from google.cloud.firestore_v1.base_query import FieldFilter
from google.cloud.firestore_v1.vector import Vector

from clarity.adapters.firestore_erase import erasure_of
from clarity.adapters.firestore_errors import in_transaction, translated
from clarity.domain.intake.samples import Samples
from clarity.domain.job import Status
from clarity.steps.ports import Chunk, Queue

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, timedelta

    from google.cloud.firestore import Client, DocumentReference, Transaction
    from numpy.typing import NDArray

    from clarity.domain.job import Origin, Wanted

REJECTIONS_PER_PAGE = 500
_SETTLED = ("ingested", "rejected", "overdue")
_READERS = 8

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FirestoreRecords:
    """The `Records` port over a Firestore database."""

    client: Client

    @translated
    def person(self, user_id: str) -> Mapping[str, object]:
        """The person's own settings; empty if they wrote none."""
        return self._fields(f"users/{user_id}") or {}

    @translated
    def erased_at(self, user_id: str) -> datetime | None:
        """When the person was erased, if that was lately."""
        erasure: dict[str, Any] | None = erasure_of(self.client, user_id).get().to_dict()
        return erasure["at"] if erasure else None

    @translated
    def known(self, origin: Origin, day: date) -> NDArray[np.uint64]:
        """Identities of the day's samples that other uploads have brought or deleted."""
        query = self._chunks(origin.user_id, day).select(["identity", "deleted"])
        found = [
            np.frombuffer(snapshot.get(name), dtype="<u8")
            for snapshot in query.stream()
            if snapshot.id != origin.document_id
            for name in ("identity", "deleted")
        ]
        return np.concatenate(found) if found else np.empty(0, dtype=np.uint64)

    @translated
    def add_chunks(self, origin: Origin, chunks: Sequence[Chunk], expires_at: datetime) -> int:
        """Store an upload's chunks, all or none; those of an earlier delivery stay as they are."""
        if not chunks:
            return 0
        batch = self.client.batch()
        own = []
        for chunk in chunks:
            day = self.client.document(f"users/{origin.user_id}/days/{chunk.day.isoformat()}")
            own.append(day.collection("chunks").document(origin.document_id))
            fields = {
                **chunk.samples.to_columns(),
                "deleted": chunk.deleted.astype("<u8").tobytes(),
                "upload_id": origin.document_id,
                "expires_at": expires_at,
            }
            batch.create(own[-1], fields)
            batch.set(day, {"date": chunk.day.isoformat(), "expires_at": expires_at})
        try:
            batch.commit()
        except AlreadyExists:
            held = self.client.get_all(own, field_paths=["count", "deleted"])
            return sum(s.get("count") + len(s.get("deleted")) // 8 for s in held if s.exists)
        return sum(len(chunk.samples) + len(chunk.deleted) for chunk in chunks)

    @translated
    def recent(self, user_id: str, days: int) -> Sequence[Chunk]:
        """All chunks of the person's latest days that have any, in the order of their arrival."""
        latest = self._user(user_id).collection("days").order_by("date", direction=Query.DESCENDING)
        dates = [date.fromisoformat(snapshot.id) for snapshot in latest.limit(days).stream()]
        with ThreadPoolExecutor(_READERS) as pool:
            read = pool.map(lambda day: self._read_chunks(user_id, day), dates)
        # As they came: of two copies of a sample, the first says in which zone it was recorded.
        ordered = sorted(chain.from_iterable(read), key=lambda timed: timed[0])
        return [chunk for _, chunk in ordered]

    @translated
    def unsettled(self, user_id: str) -> int:
        """How many uploads of the person ingest has not answered yet."""
        uploads = self._user(user_id).collection("uploads")
        settled = uploads.where(filter=FieldFilter("status", "in", _SETTLED))
        # Settled first: an upload that settles in between only makes us wait once more.
        done, total = (int(query.count().get()[0][0].value) for query in (settled, uploads))
        return total - done

    @translated
    def mark_overdue(self, user_id: str, written_before: datetime, expires_at: datetime) -> None:
        """Settle the uploads from before then that ingest has not answered: `overdue`."""
        marks = {"status": "overdue", "expires_at": expires_at}
        uploads = self._user(user_id).collection("uploads").select(["status"])
        for found in uploads.stream():
            if found.create_time < written_before and "status" not in (found.to_dict() or {}):
                untouched = self.client.write_option(last_update_time=found.update_time)
                # Ingest has come after all, or the document is too full for a word more.
                with suppress(FailedPrecondition, InvalidArgument, NotFound):
                    found.reference.update(marks, option=untouched)

    @translated
    def answer(self, origin: Origin, fields: Mapping[str, object]) -> None:
        """Write ingest's answer onto the person's own document, unless they deleted it."""
        document = self.client.document(origin.path)
        try:
            document.update(dict(fields))
        except NotFound:
            return
        except InvalidArgument:
            # Near the 1 MiB limit there is no room for the list; its pages hold it.
            short = {name: value for name, value in fields.items() if name != "rejected"}
            document.update(short)

    @translated
    def reject(
        self, origin: Origin, rejections: Sequence[Mapping[str, object]], expires_at: datetime
    ) -> None:
        """Store an upload's rejected samples, in pages below it."""
        pages = self.client.document(origin.path).collection("rejections")
        for number, start in enumerate(range(0, len(rejections), REJECTIONS_PER_PAGE)):
            page = [dict(each) for each in rejections[start : start + REJECTIONS_PER_PAGE]]
            pages.document(f"{number:05}").set({"rejected": page, "expires_at": expires_at})

    @translated
    def join_queue(
        self, origin: Origin, wanted: Wanted, now: datetime, stale: timedelta, expires_at: datetime
    ) -> Queue:
        """Join the person's open job, or open one for this upload.

        A job is open while it is queued. preprocess moves it on in a transaction, so that an
        upload either is in the week it reads, or opens the next job.
        """
        queue = self._queue(origin.user_id)
        own = self._job(origin.user_id, origin.processing_id)

        def join(transaction: Transaction) -> Queue:
            fields = queue.get(transaction=transaction).to_dict() or {}
            if own.get(transaction=transaction).exists:  # an earlier delivery of this upload
                return Queue(origin.processing_id, now, now)
            if fields and now - fields["opened_at"] < stale:
                job = self._job(origin.user_id, fields["processing_id"])
                if job.get(["status"], transaction=transaction).get("status") == Status.QUEUED:
                    fields |= {"last_upload_at": now, "expires_at": expires_at}
                    transaction.set(queue, fields)
                    return Queue(fields["processing_id"], fields["opened_at"], now)
            opened = {"processing_id": origin.processing_id, "opened_at": now}
            transaction.set(queue, {**opened, "last_upload_at": now, "expires_at": expires_at})
            transaction.create(own, _new_job(origin, wanted, now, expires_at))
            return Queue(origin.processing_id, now, now)

        return in_transaction(self.client, join)

    @translated
    def queue(self, user_id: str) -> Queue | None:
        """The person's latest open job, if there ever was one."""
        fields: dict[str, Any] | None = self._queue(user_id).get().to_dict()
        names = ("processing_id", "opened_at", "last_upload_at")
        return Queue(*(fields[name] for name in names)) if fields else None

    @translated
    def open_job(self, origin: Origin, wanted: Wanted, now: datetime, expires_at: datetime) -> None:
        """Create the job as queued; no effect if it is there."""
        try:
            job = self._job(origin.user_id, origin.processing_id)
            job.create(_new_job(origin, wanted, now, expires_at))
        except AlreadyExists:
            return

    @translated
    def job(self, origin: Origin) -> Mapping[str, object] | None:
        """The job document."""
        return self._fields(f"users/{origin.user_id}/jobs/{origin.processing_id}")

    @translated
    def move(
        self,
        origin: Origin,
        status: Status,
        message: str,
        details: Mapping[str, object],
        now: datetime,
    ) -> bool:
        """Move the job forward; False if it stands further on already, or is gone."""
        job = self._job(origin.user_id, origin.processing_id)

        def step(transaction: Transaction) -> datetime | None:
            found = job.get(["status", "created_at"], transaction=transaction).to_dict()
            if not found or not status.may_follow(Status(found["status"])):
                return None
            transaction.update(job, {**_stand(status, message, now), **details})
            created_at: datetime = found["created_at"]
            return created_at

        created_at = in_transaction(self.client, step)
        if created_at and status.final:
            seconds = (now - created_at).total_seconds()
            _log.info("job ended", extra={"fields": {"status": status, "seconds": seconds}})
        return created_at is not None

    @translated
    def note(self, origin: Origin, status: Status, stage: str, message: str, now: datetime) -> bool:
        """Say at which stage of its status the job stands; False if it says so or has moved on."""
        job = self._job(origin.user_id, origin.processing_id)

        def write(transaction: Transaction) -> bool:
            found = job.get(["status", "stage"], transaction=transaction).to_dict()
            if not found or found["status"] != status or found["stage"] == stage:
                return False
            transaction.update(job, {"stage": stage, "message": message, "updated_at": now})
            return True

        return in_transaction(self.client, write)

    @translated
    def analysis(self, user_id: str, analysis_id: str) -> Mapping[str, object] | None:
        """The analysis document."""
        return self._fields(f"users/{user_id}/analyses/{analysis_id}")

    @translated
    def add_analysis(self, user_id: str, analysis_id: str, document: Mapping[str, object]) -> None:
        """Create the analysis, its embedding as a vector; no effect if it is there."""
        fields: dict[str, Any] = dict(document)
        fields["embedding"] = Vector(fields["embedding"])
        self._create(user_id, "analyses", analysis_id, fields)

    @translated
    def explanation(self, user_id: str, analysis_id: str) -> Mapping[str, object] | None:
        """The explanation of an analysis, which has that one's id."""
        return self._fields(f"users/{user_id}/explanations/{analysis_id}")

    @translated
    def add_explanation(
        self, user_id: str, analysis_id: str, document: Mapping[str, object]
    ) -> None:
        """Create the explanation; no effect if it is there."""
        self._create(user_id, "explanations", analysis_id, document)

    @translated
    def history(self, user_id: str, history_id: str) -> Mapping[str, object] | None:
        """The document on a person's weeks."""
        return self._fields(f"users/{user_id}/histories/{history_id}")

    @translated
    def add_history(self, user_id: str, history_id: str, document: Mapping[str, object]) -> None:
        """Create the document on a person's weeks; no effect if it is there."""
        self._create(user_id, "histories", history_id, document)

    @translated
    def insight(self, user_id: str, insight_id: str) -> Mapping[str, object] | None:
        """The insight document."""
        return self._fields(f"users/{user_id}/insights/{insight_id}")

    @translated
    def add_insight(self, user_id: str, insight_id: str, document: Mapping[str, object]) -> None:
        """Create the insight; no effect if it is there."""
        self._create(user_id, "insights", insight_id, document)

    @translated
    def mark_insight(self, user_id: str, insight_id: str, marks: Mapping[str, object]) -> None:
        """Note on the insight that it was read or rated; no effect if it is gone."""
        try:
            self._user(user_id).collection("insights").document(insight_id).update(dict(marks))
        except NotFound:
            return

    @translated
    def feedback(self, user_id: str, limit: int) -> Sequence[Mapping[str, object]]:
        """The person's latest feedback that says something, newest first; receipts are left out."""
        said = self._user(user_id).collection("feedback")
        newest = said.order_by("received_at", direction=Query.DESCENDING).limit(limit)
        return [fields for snapshot in newest.stream() if (fields := snapshot.to_dict())]

    @translated
    def audit(self, user_id: str, event_id: str, record: Mapping[str, object]) -> None:
        """Leave an audit record (no health values); no effect if it is there."""
        self._create(user_id, "audit", event_id, record)

    def _fields(self, path: str) -> dict[str, object] | None:
        found: dict[str, object] | None = self.client.document(path).get().to_dict()
        return found

    def _user(self, user_id: str) -> DocumentReference:
        return self.client.document(f"users/{user_id}")

    def _job(self, user_id: str, processing_id: str) -> DocumentReference:
        return self.client.document(f"users/{user_id}/jobs/{processing_id}")

    def _queue(self, user_id: str) -> DocumentReference:
        return self.client.document(f"users/{user_id}/queues/uploads")

    def _chunks(self, user_id: str, day: date) -> Any:
        return self._user(user_id).collection("days").document(day.isoformat()).collection("chunks")

    def _read_chunks(self, user_id: str, day: date) -> list[tuple[datetime, Chunk]]:
        chunks = []
        for snapshot in self._chunks(user_id, day).stream():
            fields = snapshot.to_dict()
            deleted = np.frombuffer(fields["deleted"], dtype="<u8")
            chunk = Chunk(day, Samples.from_columns(fields), deleted)
            chunks.append((snapshot.create_time, chunk))
        return chunks

    def _create(
        self, user_id: str, collection: str, document_id: str, fields: Mapping[str, object]
    ) -> None:
        try:
            self._user(user_id).collection(collection).document(document_id).create(dict(fields))
        except AlreadyExists:
            return


def _new_job(origin: Origin, wanted: Wanted, now: datetime, expires_at: datetime) -> dict[str, Any]:
    return {
        "processing_id": origin.processing_id,
        **origin.reference,
        "data_timeframe": wanted.data_timeframe,
        "insight_type": wanted.insight_type,
        "priority": wanted.priority,
        "explanation": wanted.explanation,
        "created_at": now,
        "expires_at": expires_at,
        **_stand(Status.QUEUED, "Your data has arrived.", now),
    }


def _stand(status: Status, message: str, now: datetime) -> dict[str, Any]:
    return {
        "status": status,
        "stage": status,
        "progress": status.progress,
        "message": message,
        "updated_at": now,
        # A listener may miss a short step; the history shows it all the same.
        "history": ArrayUnion([{"status": status, "at": now}]),
    }
