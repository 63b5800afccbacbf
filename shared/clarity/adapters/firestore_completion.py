"""Firestore: the commit that completes a claim, with all that comes of its work.

What it rests on may change before it: the claim, the job, the person's queue and audit. Then
nothing of it is written, and it is tried again on what is there by then.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from google.cloud.firestore import DELETE_FIELD
from google.cloud.firestore_v1.vector import Vector

from clarity.adapters import telemetry
from clarity.adapters.firestore_audit import ATTEMPTS, ENDLESS, Addition, of_person, pause
from clarity.adapters.firestore_jobs import FirestoreJobs
from clarity.adapters.firestore_stand import Seen, log_end, new_job, recall, stand
from clarity.adapters.firestore_tolls import bucket_of, give_back
from clarity.adapters.firestore_tombstone import unless_erased
from clarity.adapters.log import traceparent
from clarity.domain.errors import OvertakenError
from clarity.domain.job import Status
from clarity.steps.once import REJECTED
from clarity.steps.ports import Completed, Outgoing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from google.cloud.firestore import Client, DocumentReference, DocumentSnapshot, WriteBatch
    from google.cloud.firestore_v1.types import WriteResult

    from clarity.adapters.firestore_audit import Heads
    from clarity.adapters.firestore_jobs import Place
    from clarity.domain.job import Origin
    from clarity.steps.ports import Claimed, Creation, Done, End, Storing

_ATTEMPTS = 5
# Where an upload's samples are.
_LISTS = frozenset({"samples", "data", "deleted"})


@dataclass(slots=True)
class Completion:
    """What a claim's work has come to, on its way into the database."""

    client: Client
    clock: Callable[[], datetime]
    heads: Heads
    done: Done
    _addition: Addition | None = None
    _anew: bool = False

    @property
    def attempts(self) -> int:
        """How often it is worth a try: others add to the same audit and queue."""
        return ATTEMPTS if self.done.creates or self.done.joins else _ATTEMPTS

    def commit(self, claim: Claimed, document: DocumentReference) -> Completed:
        """Write it, if the claim in the document still is as it is known."""
        done, place = self.done, None
        if done.joins:
            place = FirestoreJobs(self.client).place(done.joins, self.clock(), anew=self._anew)
            done = done.within(place.processing_id)
        batch = self.client.batch()
        as_known = self.client.write_option(last_update_time=claim.version)
        batch.update(document, self._result(done, claim), as_known)
        if done.answer:
            origin, answer = done.answer
            shed = dict.fromkeys(done.sheds, DELETE_FIELD)
            batch.update(self.client.document(origin.path), {**shed, **answer})
        if claim.over:
            give_back(batch, bucket_of(self.client, claim.user_id, claim.over), claim.over)
        created_at = self._end(batch, done.end) if done.end else None
        results = self._create_and_commit(batch, claim.user_id, place)
        if done.end and created_at:
            log_end(done.end.status, created_at, self.clock())
        return Completed(done.result, done.owes, results[0].update_time)

    def lighten(self) -> bool:
        """Make the answer shorter, for a document with less room; whether there was one.

        First without its list, which is in pages too; then in the place of the samples: what was
        ingested is in chunks, and what was refused is on the phone. A document without an answer
        would be waited for by each later job, and never expire.
        """
        if self.done.answer is None:
            return False
        origin, fields = self.done.answer
        answer: tuple[Origin, Mapping[str, object]] | None = None
        if "rejected" in fields:
            answer = origin, {name: each for name, each in fields.items() if name != "rejected"}
        elif not fields.keys() >= _LISTS:
            answer = origin, {**fields, **dict.fromkeys(_LISTS, DELETE_FIELD)}
        self.done = replace(self.done, answer=answer)
        return True

    def look(self, attempt: int) -> None:
        """See what is there now, after somebody came before.

        Raises:
            ForgottenError: the person was erased.
            OvertakenError: what was to be created first is there.
        """
        answer = self.done.answer
        if answer and not self.client.document(answer[0].path).get([]).exists:
            self.done = replace(self.done, answer=None)  # nobody is there who could read it
        self._anew = True
        if self.attempts > _ATTEMPTS:
            pause(attempt)
        if self._addition:
            self._addition.look()
            if self.done.creates and self.done.creates.first and self._addition.there:
                raise OvertakenError(f"{self.done.creates.document_id} was created meanwhile")

    def _create_and_commit(
        self, batch: WriteBatch, user_id: str, place: Place | None
    ) -> Sequence[WriteResult]:
        """Commit, with what comes into being: of somebody who was erased, nothing does."""
        if self.done.stores:
            self._store(batch, self.done.stores)
        if place:
            place.put(batch)
        if self.done.creates:
            self._addition = self._addition or self._add(user_id, self.done.creates)
            self._addition.put(batch)
        if self.done.creates or self.done.stores or (place and place.opens):
            unless_erased(self.client, user_id, batch)
        results: Sequence[WriteResult] = batch.commit()
        if self._addition:
            self._addition.written(results)
        if place and self.done.joins and place.processing_id != self.done.joins.own_id:
            telemetry.mark({telemetry.JOINED: place.processing_id})
        return results

    def _store(self, batch: WriteBatch, stores: Storing) -> None:
        upload = stores.origin.document_id
        for chunk in stores.chunks:
            named = chunk.day.isoformat()
            day = self.client.document(f"users/{stores.origin.user_id}/days/{named}")
            fields = {
                **chunk.samples.to_columns(),
                "deleted": chunk.deleted.astype("<u8").tobytes(),
                "upload_id": upload,
                "software": dict(chunk.software),
                "expires_at": stores.expires_at,
            }
            batch.set(day.collection("chunks").document(upload), fields)
            batch.set(day, {"date": named, "expires_at": stores.day_expires_at})

    def _add(self, user_id: str, creation: Creation) -> Addition:
        fields = dict(creation.fields)
        if creation.collection == "analyses":
            fields["embedding"] = Vector(fields["embedding"])  # type: ignore[arg-type]
        path = f"users/{user_id}/{creation.collection}/{creation.document_id}"
        places, links = {self.client.document(path): fields}, {of_person(user_id): creation.entry}
        return Addition(self.client, links, places, self.heads, ENDLESS)

    def _result(self, done: Done, claim: Claimed) -> dict[str, object]:
        fields: dict[str, object] = {"result": done.result, "completed_at": self.clock()}
        if done.result.startswith(REJECTED):  # who gives it up does not try it again
            fields["attempts"] = max(claim.attempts - 1, 1)
        if done.owes:
            context = {"traceparent": traceparent()} if traceparent() else {}
            fields["outbox"] = [
                {**asdict(each), "attributes": {**context, **each.attributes}} for each in done.owes
            ]
            fields["unpublished"] = True
        return fields

    def _end(self, batch: WriteBatch, end: End) -> datetime | None:
        """Add the job's end to the commit, unless it has ended; when the job was created."""
        now, origin = self.clock(), end.origin
        job = self.client.document(origin.job_path)
        seen = recall(job._document_path)
        if seen is None or not end.status.may_follow(Status(seen.fields["status"])):
            found = job.get(["status", "created_at"])
            seen = Seen(job._document_path, found.to_dict() or {}, found.update_time)
        fields = {**stand(end.status, end.message, now), **end.details}
        if not seen.fields:
            if end.opens is None:
                return None
            batch.create(job, {**new_job(origin, end.opens[0], now, end.opens[1]), **fields})
            return now
        if not end.status.may_follow(Status(seen.fields["status"])):
            return None
        batch.update(job, fields, self.client.write_option(last_update_time=seen.version))
        created_at: datetime = seen.fields["created_at"]
        return created_at


def completed_as(claim: DocumentSnapshot) -> Completed | None:
    """What a claim says that was done, and what is still owed; None where it is not completed."""
    found = claim.to_dict() or {}
    if "result" not in found:
        return None
    owed = found.get("outbox", ()) if found.get("unpublished") else ()
    return Completed(found["result"], tuple(Outgoing(**each) for each in owed), claim.update_time)
