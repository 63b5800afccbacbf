"""Firestore: a person's jobs, and the queue that joins their uploads.

Nothing here needs a transaction: each change carries the version that it was decided on.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from google.api_core.exceptions import Aborted, AlreadyExists, FailedPrecondition, NotFound

from clarity.adapters.firestore_errors import translated
from clarity.adapters.firestore_stand import Seen, log_end, new_job, recall, remember, stand
from clarity.adapters.firestore_tombstone import commit_unless_erased
from clarity.adapters.firestore_values import plain_fields
from clarity.domain.errors import InProgressError, UnavailableError
from clarity.domain.job import Status
from clarity.steps.ports import Queue

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from google.cloud.firestore import (
        Client,
        DocumentReference,
        DocumentSnapshot,
        WriteBatch,
        WriteOption,
    )

    from clarity.domain.job import Origin, Wanted
    from clarity.steps.ports import Claimed, Joining

# Another's write came before ours; what is there now is read anew, so many times.
_OVERTAKEN = (Aborted, AlreadyExists, FailedPrecondition, NotFound)
_MOST_TRIES = 10


@dataclass(frozen=True, slots=True)
class Place:
    """A job that an upload is read with.

    Attributes:
        processing_id: of the job.
        opens: whether that comes into being with it.
        put: puts the writes for it into a batch.
    """

    processing_id: str
    opens: bool = False
    put: Callable[[WriteBatch], None] = lambda _: None


@dataclass(frozen=True, slots=True)
class FirestoreJobs:
    """The part of the `Records` port that is about jobs."""

    client: Client

    @translated
    def open_job(self, origin: Origin, wanted: Wanted, now: datetime, expires_at: datetime) -> None:
        """Create the job as queued; no effect if it is there."""
        batch = self.client.batch()
        job = self.client.document(origin.job_path)
        batch.create(job, new_job(origin, wanted, now, expires_at))
        with suppress(AlreadyExists):
            commit_unless_erased(self.client, origin.user_id, batch)

    @translated
    def job_person_and_queue(
        self, origin: Origin
    ) -> tuple[Mapping[str, object] | None, Mapping[str, object], Queue | None]:
        """The job, the person's settings and their latest open job, if any; in one call."""
        paths = map(self.client.document, (origin.job_path, f"users/{origin.user_id}"))
        job, person, queue = self._found(*paths, self._queue(origin.user_id))
        return self._remembered(origin, job), fields_of(person) or {}, queue_of(queue)

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

        job = self.client.document(origin.job_path)
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

        job = self.client.document(origin.job_path)
        return self._change(job, ["status", "stage"], write, fence) is not None

    def place(self, joining: Joining, now: datetime, *, anew: bool) -> Place:
        """The job that an upload joins, with the writes that it takes.

        Args:
            joining: the upload.
            now: for the queue.
            anew: whether the queue is read once more, since what was seen of it is no longer so.
        """
        queue, own = joining.queue, self.client.document(joining.origin.job_path)
        where, expiry = self._queue(joining.origin.user_id), {"expires_at": joining.expires_at}
        if anew:
            found, first = self._found(where, own)
            queue = queue_of(found)
            if first is not None:  # an earlier delivery of this upload
                return Place(own.id)
        if queue and queue.opened_at > joining.since and (job := self._open(joining, queue)):
            option, seen = self._as(job.update_time), {"last_upload_at": now, **expiry}

            def join(batch: WriteBatch) -> None:
                batch.update(where, seen)
                # Nothing is changed by that, and the commit fails where the job has moved on.
                batch.update(job.reference, {"status": Status.QUEUED}, option)

            return Place(queue.processing_id, put=join)
        fields = {"processing_id": own.id, "opened_at": now, "last_upload_at": now, **expiry}

        def put(batch: WriteBatch) -> None:
            batch.create(own, new_job(joining.origin, joining.wanted, now, joining.expires_at))
            if queue is None:
                batch.create(where, fields)
            else:
                batch.update(where, fields, option=self._as(queue.version))

        return Place(own.id, opens=True, put=put)

    def _remembered(self, origin: Origin, found: Any) -> dict[str, object] | None:
        """The job's fields; the next change of it needs no read before."""
        fields = fields_of(found)
        if fields is not None:
            name = self.client.document(origin.job_path)._document_path
            remember(Seen(name, fields, found.update_time))
        return fields

    def _read(self, *documents: DocumentReference) -> list[dict[str, object] | None]:
        """The documents' fields in one call; None where one is not there."""
        return [fields_of(each) for each in self._found(*documents)]

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
        told = {each.found.name or each.missing: each.found for each in (a._pb for a in answers)}
        if not told.keys() >= set(names):  # nobody is taken for one who has consented to nothing
            raise UnavailableError("Firestore: the answer was cut off")
        return [told[name] if told[name].name else None for name in names]

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

    def _as(self, version: object) -> WriteOption:
        return self.client.write_option(last_update_time=version)

    def _open(self, joining: Joining, queue: Queue) -> DocumentSnapshot | None:
        """The queue's job as it is seen now, if it is open."""
        job = self.client.document(f"users/{joining.origin.user_id}/jobs/{queue.processing_id}")
        found = job.get(["status"])
        return found if found.exists and found.get("status") == Status.QUEUED else None

    def _queue(self, user_id: str) -> DocumentReference:
        return self.client.document(f"users/{user_id}/queues/uploads")


def fields_of(found: Any) -> dict[str, Any] | None:
    """The fields of a protobuf document, if it is there."""
    return plain_fields(found) if found else None


def queue_of(found: Any) -> Queue | None:
    """The queue in its protobuf document, if there is one."""
    if (fields := fields_of(found)) is None:
        return None
    names = ("processing_id", "opened_at", "last_upload_at")
    values: Any = {name: fields[name] for name in names}
    return Queue(**values, version=found.update_time)
