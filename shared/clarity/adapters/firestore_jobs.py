"""Firestore: a person's jobs, and the queue that joins their uploads.

Nothing here needs a transaction: each change carries the version that it was decided on.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from google.api_core.exceptions import Aborted, AlreadyExists, FailedPrecondition, NotFound

from clarity.adapters import telemetry
from clarity.adapters.firestore_errors import translated
from clarity.adapters.firestore_stand import Seen, log_end, new_job, recall, remember, stand
from clarity.adapters.firestore_tombstone import commit_unless_erased
from clarity.adapters.firestore_values import plain_fields
from clarity.domain.errors import InProgressError, UnavailableError
from clarity.domain.job import Status
from clarity.steps.ports import Queue

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime, timedelta

    from google.cloud.firestore import (
        Client,
        DocumentReference,
        DocumentSnapshot,
        WriteBatch,
        WriteOption,
    )

    from clarity.domain.job import Origin, Wanted
    from clarity.steps.ports import Claimed

# Another's write came before ours; what is there now is read anew, so many times.
_OVERTAKEN = (Aborted, AlreadyExists, FailedPrecondition, NotFound)
_MOST_TRIES = 10


@dataclass(frozen=True, slots=True)
class FirestoreJobs:
    """The part of the `Records` port that is about jobs."""

    client: Client

    @translated
    def join_queue(
        self,
        origin: Origin,
        wanted: Wanted,
        now: datetime,
        stale: timedelta,
        expires_at: datetime,
        *,
        fence: Claimed,
    ) -> Queue:
        """Join the person's open job, or open one for this upload.

        A job is open while it is queued. The upload's chunks are stored: where the job was still
        queued after that, the week that preprocess reads once it has moved it on has them too.

        Raises:
            InProgressError: another worker has taken the upload over.
        """
        queue = self._queue(origin.user_id)
        own = self._job(origin.user_id, origin.processing_id)
        for _ in range(_MOST_TRIES):
            standing, first = self._guarded(fence, queue, own)
            if first.exists:  # an earlier delivery of this upload
                return Queue(own.id, now, now)
            if joined := self._open(origin.user_id, standing, now - stale):
                with suppress(NotFound):  # erased in between; then it is a new person's first
                    queue.update({"last_upload_at": now, "expires_at": expires_at})
                    telemetry.mark({telemetry.JOINED: joined.processing_id})
                    return replace(joined, last_upload_at=now)
                continue
            opened = {"processing_id": own.id, "opened_at": now, "last_upload_at": now}
            batch = self.client.batch()
            batch.create(own, new_job(origin, wanted, now, expires_at))
            self._replace(batch, standing, {**opened, "expires_at": expires_at})
            with suppress(*_OVERTAKEN):
                commit_unless_erased(self.client, origin.user_id, batch)
                return Queue(own.id, now, now)
        raise UnavailableError("Firestore: too much contention")

    @translated
    def open_job(self, origin: Origin, wanted: Wanted, now: datetime, expires_at: datetime) -> None:
        """Create the job as queued; no effect if it is there."""
        batch = self.client.batch()
        job = self._job(origin.user_id, origin.processing_id)
        batch.create(job, new_job(origin, wanted, now, expires_at))
        with suppress(AlreadyExists):
            commit_unless_erased(self.client, origin.user_id, batch)

    @translated
    def job_and_person(
        self, origin: Origin
    ) -> tuple[Mapping[str, object] | None, Mapping[str, object]]:
        """The job document and the person's own settings, in one call."""
        job, person = self._standing(origin)
        return job, person or {}

    @translated
    def job_person_and_queue(
        self, origin: Origin
    ) -> tuple[Mapping[str, object] | None, Mapping[str, object], Queue | None]:
        """Both, and the person's latest open job if there ever was one, in one call."""
        job, person, queue = self._standing(origin, self._queue(origin.user_id))
        return job, person or {}, _queue_of(queue)

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
        tries = 0

        def step(found: Mapping[str, Any]) -> Mapping[str, object] | None:
            nonlocal tries
            tries += 1
            if tries > 1 and (found["status"], found["updated_at"]) == (status, now):
                return {}  # our own write, whose answer was lost
            if not status.may_follow(Status(found["status"])):
                return None
            return {**stand(status, message, now), **details}

        job = self._job(origin.user_id, origin.processing_id)
        names = ["status", "created_at", "updated_at"]
        found = self._change(job, names, step, seen=recall(job._document_path))
        if found and status.final:
            log_end(status, found["created_at"], now)
        return found is not None

    @translated
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
        """Say at which stage of its status the job stands; False if it says so or has moved on.

        Raises:
            InProgressError: another worker has taken the job over.
        """

        def write(found: Mapping[str, Any]) -> Mapping[str, object] | None:
            if found["status"] != status or found["stage"] == stage:
                return None
            return {"stage": stage, "message": message, "updated_at": now}

        job = self._job(origin.user_id, origin.processing_id)
        return self._change(job, ["status", "stage"], write, fence) is not None

    def _standing(self, origin: Origin, *more: DocumentReference) -> list[dict[str, object] | None]:
        """What the job, its person and more documents say, in one call; the job is remembered."""
        job = self.client.document(origin.job_path)
        found = self._found(job, self.client.document(f"users/{origin.user_id}"), *more)
        fields = [plain_fields(each) if each else None for each in found]
        if fields[0] is not None:
            remember(Seen(job._document_path, fields[0], found[0].update_time))
        return fields

    def _read(self, *documents: DocumentReference) -> list[dict[str, object] | None]:
        """The documents' fields in one call; None where one is not there."""
        return [plain_fields(each) if each else None for each in self._found(*documents)]

    def _found(self, *documents: DocumentReference) -> list[Any]:
        """The documents in one call, as protobufs; None where one is not there.

        Read as they are on the wire: the client fails on references to other databases, which
        somebody may have written into a person's document.

        Raises:
            UnavailableError: of one of them the answer does not tell.
        """
        names = [each._document_path for each in documents]
        answers = self.client._firestore_api.batch_get_documents(
            request={"database": self.client._database_string, "documents": names},
            metadata=self.client._rpc_metadata,
        )
        told = {each.found.name or each.missing: each for each in answers}
        if not told.keys() >= set(names):  # nobody is taken for one who has consented to nothing
            raise UnavailableError("Firestore: the answer was cut off")
        return [told[name].found._pb if told[name].found.name else None for name in names]

    def _change(
        self,
        document: DocumentReference,
        read: Sequence[str],
        change: Callable[[Mapping[str, Any]], Mapping[str, object] | None],
        fence: Claimed | None = None,
        seen: Seen | None = None,
    ) -> Mapping[str, Any] | None:
        """What the document said before `change` wrote on it.

        None if the document is not there, or `change` wants nothing written. It is asked again
        where somebody else's write came between.
        """
        for _ in range(_MOST_TRIES):
            known, seen = seen or self._seen(document, read, fence), None
            fields = change(known.fields) if known.fields else None
            if fields is None:
                return None
            with suppress(*_OVERTAKEN):
                if fields:
                    written = document.update(dict(fields), option=self._as(known.version))
                    remember(Seen(known.name, {**known.fields, **fields}, written.update_time))
                return known.fields
        raise UnavailableError("Firestore: too much contention")

    def _seen(
        self, document: DocumentReference, read: Sequence[str], fence: Claimed | None
    ) -> Seen:
        if fence:
            (snapshot,) = self._guarded(fence, document)
        else:
            snapshot = document.get(read)
        return Seen(document._document_path, snapshot.to_dict() or {}, snapshot.update_time)

    def _guarded(self, fence: Claimed, *documents: DocumentReference) -> list[DocumentSnapshot]:
        """The documents, read in one call with the claim, which must still be ours."""
        claim = self.client.document(f"claims/{fence.key}")
        found = {each.reference: each for each in self.client.get_all([claim, *documents])}
        if found[claim].get("token") != fence.token:
            raise InProgressError("the lease was lost to another worker")
        return [found[each] for each in documents]

    def _replace(
        self, batch: WriteBatch, found: DocumentSnapshot, fields: dict[str, object]
    ) -> None:
        """Write these fields, if the document still stands as it was found."""
        if found.exists:
            batch.update(found.reference, fields, option=self._as_read(found))
        else:
            batch.create(found.reference, fields)

    def _as_read(self, found: DocumentSnapshot) -> WriteOption:
        return self._as(found.update_time)

    def _as(self, version: object) -> WriteOption:
        return self.client.write_option(last_update_time=version)

    def _open(self, user_id: str, found: DocumentSnapshot, since: datetime) -> Queue | None:
        """The open job that the queue names, if it was opened after then."""
        queue = _queue_of(found.to_dict())
        if queue is None or queue.opened_at <= since:
            return None
        job = self._job(user_id, queue.processing_id).get(["status"])
        return queue if job.get("status") == Status.QUEUED else None

    def _job(self, user_id: str, processing_id: str) -> DocumentReference:
        return self.client.document(f"users/{user_id}/jobs/{processing_id}")

    def _queue(self, user_id: str) -> DocumentReference:
        return self.client.document(f"users/{user_id}/queues/uploads")


def _queue_of(fields: Mapping[str, Any] | None) -> Queue | None:
    names = ("processing_id", "opened_at", "last_upload_at")
    return Queue(*(fields[name] for name in names)) if fields else None
