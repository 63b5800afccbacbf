"""Firestore: the dead letters (`dead_letters/{id}`), beside the jobs and claims they are about."""

from __future__ import annotations

import logging
import secrets
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from google.api_core.exceptions import Aborted, AlreadyExists, FailedPrecondition, NotFound
from google.api_core.retry import Retry
from google.cloud.firestore import DELETE_FIELD, SERVER_TIMESTAMP
from google.cloud.firestore_v1.base_query import FieldFilter

from clarity.adapters.firestore_audit import ATTEMPTS, link, of_person, pause, standing
from clarity.adapters.firestore_errors import translated
from clarity.adapters.firestore_stand import stand
from clarity.adapters.firestore_tombstone import tombstone_of, unless_erased
from clarity.domain.errors import MalformedEventError, UnavailableError
from clarity.domain.job import Origin
from clarity.steps.audit import by_operator
from clarity.steps.dead_letters import Filter, Letter, Tried, merged
from clarity.steps.once import claim_key
from clarity.steps.replay import Decision, Standing, decide

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from google.cloud.firestore import (
        Client,
        DocumentReference,
        DocumentSnapshot,
        WriteBatch,
    )

T = TypeVar("T")

_log = logging.getLogger(__name__)

_MISSED = (Aborted, AlreadyExists, FailedPrecondition, NotFound)
# Somebody looks on: the client's own patience with a query has no end.
_PATIENCE: dict[str, Any] = {"retry": Retry(timeout=10.0), "timeout": 10.0}
# After the last letter: as long as Pub/Sub keeps a message at most.
KEPT = timedelta(days=31)
# Fields of a letter that are no reference, and come back as they went in.
_PLAIN = (
    "step",
    "code",
    "reason",
    "event_id",
    "data_bytes",
    "first_at",
    "last_at",
    "letters",
    "attempts",
    "deliveries",
    "content",
    "state",
    "replays",
    "replayed_at",
    "dropped_at",
    "attempt",
    "by",
)
_REFERENCE = (
    "type",
    "source",
    "subject",
    "traceparent",
    "user_id",
    "processing_id",
    "upload_id",
    "request_id",
    "feedback_id",
)
# A list needs no bodies.
_LISTED = (*_PLAIN, *_REFERENCE, "collection", "document_id", "messages")


@dataclass(frozen=True, slots=True)
class FirestoreDeadLetters:
    """Where letters are kept, found, replayed from and dropped."""

    client: Client
    clock: Callable[[], datetime]

    @translated
    def file(self, letter: Letter) -> bool:
        """Keep the letter; False, and nothing kept, if it is about somebody who was erased."""

        def work(found: _Found, batch: WriteBatch) -> bool:
            if found.erased:
                return False
            kept = merged(found.letter, letter, found.tried())
            if kept is not None:
                self._keep(batch, found, kept)
            return True

        return self._changed(letter, work)

    @translated
    def find(self, wanted: Filter) -> Sequence[Letter]:
        """The letters that are meant, oldest first, without their data."""
        query: Any = self.client.collection("dead_letters")
        # One field in the query, so that no composite index is needed; the rest is looked at here.
        if wanted.user_id is not None:
            query = query.where(filter=FieldFilter("user_id", "==", wanted.user_id))
        elif wanted.state is not None:
            query = query.where(filter=FieldFilter("state", "==", wanted.state))
        letters = (_letter(found) for found in query.select(_LISTED).stream(**_PATIENCE))
        meant = [each for each in letters if each is not None and wanted.admits(each)]
        return sorted(meant, key=lambda each: (each.last_at, each.id))

    @translated
    def read(self, start: str) -> Sequence[Letter]:
        """The letters whose id begins so, with their data; two at most."""
        letters = self.client.collection("dead_letters")
        first, behind = (letters.document(each) for each in (start, f"{start}~"))
        query = letters.where(filter=FieldFilter("__name__", ">=", first))
        query = query.where(filter=FieldFilter("__name__", "<", behind))
        found = (_letter(each) for each in query.limit(2).stream(**_PATIENCE))
        return [each for each in found if each is not None]

    @translated
    def waiting(self) -> int:
        """How many letters wait for somebody to look at them."""
        query: Any = self.client.collection("dead_letters")
        waiting = query.where(filter=FieldFilter("state", "==", "waiting"))
        return int(waiting.count().get(**_PATIENCE)[0][0].value)

    @translated
    def look(self, letter: Letter) -> Decision:
        """What a replay would do now."""
        found = self._read(letter)
        return decide(found.letter, found.standing(), self.clock())

    @translated
    def begin(self, letter: Letter, attempt: str, by: str) -> Decision:
        """Decide, and do all of it but publishing, in one commit."""
        decided: list[Decision] = []

        def work(found: _Found, batch: WriteBatch) -> Decision:
            if found.letter and found.letter.attempt == attempt:
                return decided[-1]  # it was written, but the answer was lost
            decided.append(decide(found.letter, found.standing(), self.clock()))
            if found.letter is not None:
                self._carry_out(batch, found, decided[-1], by)
                if decided[-1].kind == "replay":
                    self._begin(batch, found, found.letter, attempt, by)
            return decided[-1]

        return self._changed(letter, work)

    @translated
    def end(self, letter: Letter, attempt: str) -> None:
        """The event is published; no effect if the letter came again since the attempt began."""

        def work(found: _Found, batch: WriteBatch) -> None:
            if found.letter and found.letter.attempt == attempt:
                found.update(batch, "letter", {"state": "replayed", "attempt": ""})

        self._changed(letter, work)

    @translated
    def drop(self, letter: Letter, by: str) -> bool:
        """Have the letter wait no longer; False if it does not."""

        def work(found: _Found, batch: WriteBatch) -> bool:
            kept = found.letter
            if kept is None or kept.state != "waiting":
                return False
            if found.erased:
                found.delete(batch, "letter")
                return True
            found.update(batch, "letter", _dropped(by))
            # Nothing of a person is written where nothing of them is left.
            if found.has("document") or found.has("job"):
                self._audit(batch, found, "drop_dead_letter", kept, by)
            return True

        return self._changed(letter, work)

    def _changed(self, letter: Letter, work: Callable[[_Found, WriteBatch], T]) -> T:
        """Look, and write on the condition that all that is written still is as it was seen.

        No transaction: who dies in one leaves others waiting for its locks.

        Raises:
            UnavailableError: others kept changing it.
        """
        for attempt in range(ATTEMPTS):
            batch = self.client.batch()
            result = work(self._read(letter), batch)
            try:
                if len(batch):
                    batch.commit()
            except _MISSED:
                pause(attempt)  # the person's other letters go onto the same audit
                continue
            return result
        raise UnavailableError("Firestore: others kept changing the letter")

    def _keep(self, batch: WriteBatch, found: _Found, letter: Letter) -> None:
        place, fields = self._letter(letter.id), _fields(letter)
        if not found.has("letter"):
            batch.create(place, fields)
            if letter.user_id:
                unless_erased(self.client, letter.user_id, batch)
        else:
            before = found.snapshots["letter"].to_dict() or {}
            found.update(batch, "letter", {**dict.fromkeys(before, DELETE_FIELD), **fields})

    def _carry_out(self, batch: WriteBatch, found: _Found, decision: Decision, by: str) -> None:
        now = self.clock()
        if decision.kind == "erased":
            found.delete(batch, "letter")
        elif decision.kind == "gone":
            found.update(batch, "letter", _dropped(by))
        elif decision.kind == "done":
            found.update(batch, "letter", {"state": "replayed", "attempt": ""})
        if decision.reopen is not None:
            back = stand(decision.reopen, "This is tried again.", now)
            found.update(batch, "job", {**back, "reason": DELETE_FIELD})
        if decision.unclaim:
            # Given back and not deleted: the person's limits were paid with it.
            done = ("result", "completed_at", "outbox", "unpublished")
            free = {"lease_until": now, **dict.fromkeys(done, DELETE_FIELD)}
            free["token"] = secrets.token_hex(8)  # who completed it must not do so again
            found.update(batch, "claim", free)
        if decision.unanswer:
            found.update(batch, "document", dict.fromkeys(("status", "reason"), DELETE_FIELD))

    def _begin(
        self, batch: WriteBatch, found: _Found, letter: Letter, attempt: str, by: str
    ) -> None:
        marks = {"attempt": attempt, "replays": letter.replays + 1, "by": by}
        # By the server's clock, as the letters' own times are by Pub/Sub's.
        found.update(batch, "letter", {**marks, "replayed_at": SERVER_TIMESTAMP})
        if letter.origin is not None:
            self._audit(batch, found, "replay_dead_letter", letter, by)

    def _audit(
        self, batch: WriteBatch, found: _Found, action: str, letter: Letter, by: str
    ) -> None:
        """Who did it, with the person whose data it is."""
        now = self.clock()
        own = {
            "step": letter.step,
            "code": letter.code,
            "subject": letter.id,
            "processing_id": letter.reference.get("processing_id"),
            "expires_at": now + KEPT,
        }
        entry = by_operator(action, by, now)
        entry = replace(entry, fields={**entry.fields, **own})
        seen = standing(found.snapshots["audit"])
        link(batch, self.client, of_person(letter.user_id), seen, entry)
        unless_erased(self.client, letter.user_id, batch)

    def _read(self, letter: Letter) -> _Found:
        """The letter as it is kept, and what there is of its event, in one call."""
        places = {"letter": self._letter(letter.id)}
        if letter.user_id:
            places["erasure"] = tombstone_of(self.client, letter.user_id)
        if (origin := letter.origin) is not None:
            job = origin.job_path
            claim = f"claims/{claim_key(letter.step, origin.path)}"
            paths = {"document": origin.path, "job": job, "claim": claim}
            paths["audit"] = of_person(origin.user_id).head
            places |= {name: self.client.document(path) for name, path in paths.items()}
        names = {place.path: name for name, place in places.items()}
        snapshots = self.client.get_all(list(places.values()), **_PATIENCE)
        return _Found(self.client, {names[each.reference.path]: each for each in snapshots})

    def _letter(self, letter_id: str) -> DocumentReference:
        return self.client.document(f"dead_letters/{letter_id}")


@dataclass(frozen=True, slots=True)
class _Found:
    """The documents around a letter, by name, as they were seen."""

    client: Client
    snapshots: Mapping[str, DocumentSnapshot]

    @property
    def letter(self) -> Letter | None:
        """The letter itself."""
        return _letter(self.snapshots["letter"])

    def has(self, name: str) -> bool:
        """Whether the document is there."""
        return name in self.snapshots and self.snapshots[name].exists

    @property
    def erased(self) -> bool:
        """Whether the person of the letter was erased."""
        return self.has("erasure")

    def standing(self) -> Standing:
        """What there is of the letter's event."""
        names = ("document", "job", "claim")
        there = {name: self.snapshots[name].to_dict() if self.has(name) else None for name in names}
        return Standing(erased=self.letter is not None and self.erased, **there)

    def tried(self) -> Tried | None:
        """What the claim knows."""
        if not self.has("claim"):
            return None
        claim = self.snapshots["claim"]
        return Tried(int((claim.to_dict() or {}).get("attempts", 0)), claim.create_time)

    def update(self, batch: WriteBatch, name: str, fields: Mapping[str, object]) -> None:
        """Change the document if it still is as it was seen."""
        seen = self.snapshots[name]
        option = self.client.write_option(last_update_time=seen.update_time)
        batch.update(seen.reference, dict(fields), option)

    def delete(self, batch: WriteBatch, name: str) -> None:
        """Delete the document if it still is as it was seen."""
        seen = self.snapshots[name]
        batch.delete(seen.reference, self.client.write_option(last_update_time=seen.update_time))


def _dropped(by: str) -> dict[str, object]:
    return {"state": "dropped", "dropped_at": SERVER_TIMESTAMP, "attempt": "", "by": by}


def _fields(letter: Letter) -> dict[str, object]:
    fields = asdict(letter)
    plain = {name: fields[name] for name in _PLAIN}
    data = {} if letter.data is None else {"data": letter.data}
    origin = letter.origin
    of = {"collection": origin.collection, "document_id": origin.document_id} if origin else {}
    messages, expires_at = list(letter.messages), letter.last_at + KEPT
    return {
        **letter.reference,
        **plain,
        **of,
        **data,
        "messages": messages,
        "expires_at": expires_at,
    }


def _letter(found: DocumentSnapshot) -> Letter | None:
    """What a document says; None where it says nothing, or no letter of this version."""
    fields: dict[str, Any] | None = found.to_dict()
    if not fields:
        return None
    try:
        return _read(fields)
    except (KeyError, TypeError, MalformedEventError):
        # The others are read all the same; another letter about the same failure replaces it.
        _log.warning("%s is no dead letter", found.reference.path)
        return None


def _read(fields: Mapping[str, Any]) -> Letter:
    origin = None
    if "collection" in fields:
        parts = (fields[name] for name in ("user_id", "collection", "document_id"))
        origin = Origin.of(*parts)
    if not all(isinstance(fields[name], datetime) for name in ("first_at", "last_at")):
        raise TypeError("expected times")
    return Letter(
        reference={name: fields[name] for name in _REFERENCE if name in fields},
        origin=origin,
        data=fields.get("data"),
        messages=tuple(fields["messages"]),
        **{name: fields[name] for name in _PLAIN if name in fields},
    )
