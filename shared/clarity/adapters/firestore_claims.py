"""Firestore: who works on what (`claims/{step}:{event}`).

No transactions: a claim is created, or changed on the condition that it still is the version that
was seen. So a new event costs one call to claim and one to complete, and a late worker changes
nothing. A call whose answer was lost finds its own token when it looks again.
"""

from __future__ import annotations

import secrets
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from google.api_core.exceptions import Aborted, InvalidArgument
from google.cloud.firestore import DELETE_FIELD

from clarity.adapters.firestore_audit import Heads
from clarity.adapters.firestore_completion import Completion, completed_as
from clarity.adapters.firestore_errors import translated
from clarity.adapters.firestore_jobs import FirestoreJobs
from clarity.adapters.firestore_stand import Seen, recall, remember, stand
from clarity.adapters.firestore_tolls import bucket_of, judged, pay, weighed
from clarity.adapters.firestore_tombstone import MISSED, tombstone_of, unless_erased
from clarity.domain.errors import ForgottenError, InProgressError, UnavailableError
from clarity.domain.job import Status
from clarity.steps.ports import Claimed, Completed, Held

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, timedelta

    from google.cloud.firestore import (
        Client,
        DocumentReference,
        DocumentSnapshot,
        WriteOption,
    )

    from clarity.steps.ports import Done, Move, Toll

# How often a write is tried whose condition somebody else has made false.
_ATTEMPTS = 5


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
            OvertakenError: what was to be created first is there.
        """
        completion = Completion(self.client, self.clock, self.heads, done)
        for attempt in range(completion.attempts):
            try:
                return completion.commit(claim, self._document(claim.key))
            except Aborted:
                continue
            except InvalidArgument:
                if not completion.lighten():
                    raise
            except MISSED:
                ours = self._own(claim)
                if completed := completed_as(ours):  # written, but the answer was lost
                    return completed
                claim = replace(claim, version=ours.update_time)
                completion.look(attempt)
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
            expires_at = now + self.retention
            pay(batch, bucket_of(self.client, ours.user_id, toll), toll, now, expires_at)
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
        return judged(ours, toll, results[1:3])

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
            bucket = bucket_of(self.client, ours.user_id, toll).get()
            return weighed(ours, toll, bucket.get("seen_ms"), bucket.get("until_ms"))
        if completed := completed_as(before):
            return completed
        return Held(found["lease_until"]) if found["lease_until"] > self.clock() else None

    def _own(self, claim: Claimed) -> DocumentSnapshot:
        found = self._held(claim.key, claim.user_id)
        if (found.to_dict() or {}).get("token") != claim.token:
            raise InProgressError("the lease was lost to another worker")
        return found

    def _as_seen(self, version: object) -> WriteOption:
        return self.client.write_option(last_update_time=version)

    def _document(self, key: str) -> DocumentReference:
        return self.client.document(f"claims/{key}")
