"""Firestore: who works on what (`claims/{step}:{event}`).

No transactions: a claim is created, or changed on the condition that it still is the version that
was seen. So a new event costs one call to claim and one to complete, and a late worker changes
nothing. A call whose answer was lost finds its own token when it looks again.
"""

from __future__ import annotations

import secrets
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from google.api_core.exceptions import Aborted, InvalidArgument
from google.cloud.firestore import DELETE_FIELD, Increment, Maximum
from google.cloud.firestore_v1.vector import Vector

from clarity.adapters.firestore_audit import (
    ATTEMPTS,
    ENDLESS,
    Addition,
    Heads,
    of_person,
    pause,
)
from clarity.adapters.firestore_errors import translated
from clarity.adapters.firestore_jobs import FirestoreJobs
from clarity.adapters.firestore_stand import Seen, log_end, new_job, recall, remember, stand
from clarity.adapters.firestore_tombstone import MISSED, tombstone_of, unless_erased
from clarity.adapters.log import traceparent
from clarity.domain.errors import ForgottenError, InProgressError, UnavailableError
from clarity.domain.job import Status
from clarity.steps.once import REJECTED
from clarity.steps.ports import Claimed, Completed, Held, Outgoing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from google.cloud.firestore import (
        Client,
        DocumentReference,
        DocumentSnapshot,
        WriteBatch,
        WriteOption,
    )

    from clarity.domain.job import Origin
    from clarity.steps.ports import Creation, Done, End, Move, Toll

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# How often a write is tried whose condition somebody else has made false.
_ATTEMPTS = 5
# Where an upload's samples are.
_LISTS = frozenset({"samples", "data", "deleted"})


@dataclass(frozen=True, slots=True)
class _Step:
    """A job's step forward from how it was seen; no fields where it stands there already."""

    job: DocumentReference
    seen: Seen
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class FirestoreClaims:
    """The `Claims` port: one document a claim."""

    client: Client
    clock: Callable[[], datetime]
    retention: timedelta
    heads: Heads = field(default_factory=Heads)

    @translated
    def claim(
        self,
        key: str,
        *,
        user_id: str,
        lease: timedelta,
        toll: Toll | None = None,
        move: Move | None = None,
    ) -> Claimed | Completed | Held:
        """Take the key if it is free or its lease has expired; move the job, pay the toll.

        Raises:
            ForgottenError: the person was erased.
        """
        ours = Claimed(key, secrets.token_hex(8), user_id)
        step = self._step(move) if move else None
        outcome, moved = self._claim(ours, lease, toll, step)
        if move and not moved and isinstance(outcome, Claimed):
            jobs, now = FirestoreJobs(self.client), self.clock()
            jobs.move(move.origin, move.status, move.message, move.details, now)
        return outcome

    def _step(self, move: Move) -> _Step | None:
        """The move on from how this thread last saw the job."""
        job = self.client.document(move.origin.job_path)
        if (seen := recall(job._document_path)) is None:
            return None
        remember(seen)
        if not move.status.may_follow(Status(seen.fields["status"])):
            return _Step(job, seen, {})
        return _Step(job, seen, {**stand(move.status, move.message, self.clock()), **move.details})

    def _claim(
        self, ours: Claimed, lease: timedelta, toll: Toll | None, step: _Step | None
    ) -> tuple[Claimed | Completed | Held, bool]:
        """Who has the claim, and whether the job was moved with it."""
        before: DocumentSnapshot | None = None
        for _ in range(_ATTEMPTS):
            try:
                return self._take(ours, before, lease, toll, step), step is not None
            except MISSED:
                before, step = self._held(ours.key, ours.user_id), None  # the job may be another
            except Aborted:
                continue
            if before.exists and (found := self._taken(ours, before, toll)):
                return found, False
        raise UnavailableError("Firestore: others kept changing the claim")

    @translated
    def renew(self, claim: Claimed, lease: timedelta) -> Claimed:
        """Hold it longer.

        Raises:
            InProgressError: the lease had expired and another worker took over.
        """
        patience = lease.total_seconds() / 3
        for _ in range(_ATTEMPTS):
            fields = {"lease_until": self.clock() + lease}
            try:
                written = self._document(claim.key).update(
                    fields, self._as_seen(claim.version), retry=None, timeout=patience
                )
                return replace(claim, version=written.update_time)
            except MISSED:
                claim = replace(claim, version=self._own(claim).update_time)
        raise UnavailableError("Firestore: others kept changing the claim")

    @translated
    def complete(self, claim: Claimed, done: Done) -> Completed:
        """Write what was done, all at once.

        Raises:
            InProgressError: the lease had expired and another worker took over.
        """
        addition = self._addition(claim.user_id, done.creates) if done.creates else None
        # Others add to the person's audit, too: what was done may have been paid for.
        for attempt in range(ATTEMPTS if addition else _ATTEMPTS):
            try:
                return self._commit(claim, done, addition)
            except Aborted:
                continue
            except InvalidArgument:
                if done.answer is None:
                    raise
                done = replace(done, answer=_shorter(done.answer))
            except MISSED:
                ours = self._own(claim)
                if "result" in (ours.to_dict() or {}):  # written, but the answer was lost
                    return Completed(done.result, done.owes, ours.update_time)
                claim, done = replace(claim, version=ours.update_time), self._answerable(done)
                if addition:
                    pause(attempt)
                    addition.look()
        raise UnavailableError("Firestore: others kept changing what is completed")

    @translated
    def published(self, key: str, completed: Completed) -> None:
        """Say that its messages have gone out; no effect if the claim is another one now."""
        with suppress(*MISSED):
            mark = {"unpublished": DELETE_FIELD}
            self._document(key).update(mark, self._as_seen(completed.version))

    @translated
    def release(self, claim: Claimed) -> None:
        """Give the key back; no effect if another worker took it over."""
        with suppress(*MISSED):
            # The attempts stay; the lease ends now.
            ends = {"lease_until": self.clock()}
            self._document(claim.key).update(ends, self._as_seen(claim.version))

    def _take(
        self,
        ours: Claimed,
        before: DocumentSnapshot | None,
        lease: timedelta,
        toll: Toll | None,
        step: _Step | None,
    ) -> Claimed:
        """Write the claim; what is held by others, or gone, makes its condition false."""
        now, batch = self.clock(), self.client.batch()
        fields = {
            "user_id": ours.user_id,
            "token": ours.token,
            "lease_until": now + lease,
            "attempts": 1,
            "expires_at": now + self.retention,
        }
        if before is not None and before.exists:
            ours = replace(ours, attempts=before.get("attempts") + 1)
            fields["attempts"], toll = ours.attempts, None
            batch.update(before.reference, fields, self._as_seen(before.update_time))
        else:
            batch.create(self._document(ours.key), fields)
        if toll:
            self._pay(batch, ours.user_id, toll, now)
        if step and step.fields:
            batch.update(step.job, step.fields, self._as_seen(step.seen.version))
        unless_erased(self.client, ours.user_id, batch)
        results = batch.commit()
        if step and step.fields:
            fields = {**step.seen.fields, **step.fields}
            remember(Seen(step.seen.name, fields, results[-2].update_time))
        ours = replace(ours, version=results[0].update_time)
        if toll is None:
            return ours
        seen, until = (results[at].transform_results[0].integer_value for at in (1, 2))
        return _judged(ours, toll, seen, until)

    def _pay(self, batch: WriteBatch, user_id: str, toll: Toll, now: datetime) -> None:
        """Two writes, in this order: what the bucket has gained by itself, then what is taken."""
        bucket, clock = self._bucket(user_id, toll), Maximum(_since_epoch(now))
        expires_at = now + self.retention
        gained = {"seen_ms": clock, "until_ms": clock, "expires_at": expires_at}
        batch.set(bucket, gained, merge=True)
        batch.set(bucket, {"until_ms": Increment(_milliseconds(toll.every))}, merge=True)

    def _held(self, key: str, user_id: str) -> DocumentSnapshot:
        """The claim as it stands, of somebody who was not erased.

        Raises:
            ForgottenError: the person was erased.
        """
        claim, tombstone = self._document(key), tombstone_of(self.client, user_id)
        found = {each.reference: each for each in self.client.get_all([claim, tombstone])}
        if (erased := found[tombstone]).exists:
            expires_at = (erased.to_dict() or {}).get("expires_at")
            if expires_at is None or expires_at > self.clock():
                raise ForgottenError("the person was erased")
            # Firestore deletes what has expired within a day or so; who comes back need not wait.
            with suppress(*MISSED):
                tombstone.delete(self._as_seen(erased.update_time))
        return found[claim]

    def _taken(
        self, ours: Claimed, before: DocumentSnapshot, toll: Toll | None
    ) -> Claimed | Completed | Held | None:
        """Who has the claim, or None if its lease has expired."""
        found = before.to_dict() or {}
        if found["token"] == ours.token:  # taken by us, but the answer was lost
            ours = replace(ours, version=before.update_time, attempts=found["attempts"])
            if toll is None or found["attempts"] > 1:
                return ours
            bucket = self._bucket(ours.user_id, toll).get()
            return _judged(ours, toll, bucket.get("seen_ms"), bucket.get("until_ms"))
        if "result" in found:
            owed = found.get("outbox", ()) if found.get("unpublished") else ()
            return Completed(
                found["result"], tuple(Outgoing(**each) for each in owed), before.update_time
            )
        return Held(found["lease_until"]) if found["lease_until"] > self.clock() else None

    def _answerable(self, done: Done) -> Done:
        """Without the answer, if the document is gone that it is for."""
        if done.answer and not self.client.document(done.answer[0].path).get([]).exists:
            return replace(done, answer=None)
        return done

    def _addition(self, user_id: str, creation: Creation) -> Addition:
        fields = dict(creation.fields)
        if creation.collection == "analyses":
            fields["embedding"] = Vector(fields["embedding"])  # type: ignore[arg-type]
        path = f"users/{user_id}/{creation.collection}/{creation.document_id}"
        places, links = {self.client.document(path): fields}, {of_person(user_id): creation.entry}
        return Addition(self.client, links, places, self.heads, ENDLESS)

    def _commit(self, claim: Claimed, done: Done, addition: Addition | None) -> Completed:
        batch = self.client.batch()
        fields = self._result(done)
        if done.result.startswith(REJECTED):  # who gives it up does not try it again
            fields["attempts"] = max(claim.attempts - 1, 1)
        batch.update(self._document(claim.key), fields, self._as_seen(claim.version))
        if done.answer:
            origin, answer = done.answer
            shed = dict.fromkeys(done.sheds, DELETE_FIELD)
            batch.update(self.client.document(origin.path), {**shed, **answer})
        if claim.over:
            bucket, cost = self._bucket(claim.user_id, claim.over), _milliseconds(claim.over.every)
            batch.set(bucket, {"until_ms": Increment(-cost)}, merge=True)
        created_at = self._end(batch, done.end) if done.end else None
        if addition:
            addition.put(batch)
            addition.guard(batch)
        results = batch.commit()
        if addition:
            addition.written(results)
        if done.end and created_at:
            log_end(done.end.status, created_at, self.clock())
        return Completed(done.result, done.owes, results[0].update_time)

    def _result(self, done: Done) -> dict[str, object]:
        fields: dict[str, object] = {"result": done.result, "completed_at": self.clock()}
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
        batch.update(job, fields, self._as_seen(seen.version))
        created_at: datetime = seen.fields["created_at"]
        return created_at

    def _own(self, claim: Claimed) -> DocumentSnapshot:
        found = self._held(claim.key, claim.user_id)
        if (found.to_dict() or {}).get("token") != claim.token:
            raise InProgressError("the lease was lost to another worker")
        return found

    def _as_seen(self, version: object) -> WriteOption:
        return self.client.write_option(last_update_time=version)

    def _bucket(self, user_id: str, toll: Toll) -> DocumentReference:
        return self.client.document(f"users/{user_id}/limits/{toll.kind}")

    def _document(self, key: str) -> DocumentReference:
        return self.client.document(f"claims/{key}")


def _judged(claim: Claimed, toll: Toll, seen_ms: int, until_ms: int) -> Claimed:
    """The claim, with the time to come again where its toll was more than the bucket held.

    The bucket's time is the latest that any worker has brought, since clocks are some milliseconds
    apart. One token later there is room, whatever others who are turned away just now have yet to
    give back.
    """
    cost_ms = _milliseconds(toll.every)
    over_ms = until_ms - seen_ms - toll.burst * cost_ms
    if over_ms <= 0:
        return claim
    retry_at = _EPOCH + timedelta(milliseconds=seen_ms + min(over_ms, cost_ms))
    return replace(claim, retry_at=retry_at, over=toll)


def _shorter(
    answer: tuple[Origin, Mapping[str, object]],
) -> tuple[Origin, Mapping[str, object]] | None:
    """The answer for a document with less room; None where nothing makes any.

    First without its list, which is in pages too; then in the place of the samples: what was
    ingested is in chunks, and what was refused is on the phone. A document without an answer would
    be waited for by each later job, and never expire.
    """
    origin, fields = answer
    if "rejected" in fields:
        return origin, {name: value for name, value in fields.items() if name != "rejected"}
    if fields.keys() >= _LISTS:
        return None
    return origin, {**fields, **dict.fromkeys(_LISTS, DELETE_FIELD)}


def _milliseconds(time: timedelta) -> int:
    return time // timedelta(milliseconds=1)


def _since_epoch(time: datetime) -> int:
    return _milliseconds(time - _EPOCH)
