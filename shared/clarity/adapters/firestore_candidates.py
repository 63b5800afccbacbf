"""Firestore: requests for retraining, candidates and what was decided, and people's recent weeks.

retraining_requests/{id}     opened by the monitor; expires after an operator has closed it
candidates/{id}              what was decided about a candidate; never changed

Both are few, and read whole. Each decision and each closing leaves a record in the ledger, and each
person whose weeks are read for a candidate one in their own audit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from google.cloud.firestore import ArrayUnion
from google.cloud.firestore_v1.base_query import FieldFilter

from clarity.adapters.firestore import FirestoreRecords
from clarity.adapters.firestore_audit import LEDGER, append, of_person
from clarity.adapters.firestore_errors import translated
from clarity.domain.consent import Consent
from clarity.domain.errors import RefusedError
from clarity.steps.audit import LEDGER_KEPT, Entry, by_operator, subject_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from google.cloud.firestore import Client, WriteBatch

    from clarity.steps.ports import Chunk

_OPEN = "open"
_PAGE = 300  # people whose consent is read in one call
_DAYS = 14  # of a person, in which their newest week is looked for, as preprocess does


@dataclass(frozen=True, slots=True)
class Decided:
    """What is known of an earlier candidate."""

    id: str
    at: datetime
    decision: str
    candidate_sha256: str
    current_sha256: str
    frozen_sha256: str


@dataclass(frozen=True, slots=True)
class FirestoreCandidates:
    """Candidates and requests of a project."""

    client: Client

    @translated
    def requests(self) -> Sequence[tuple[str, Mapping[str, Any]]]:
        """All requests with their ids, oldest first."""
        found = self.client.collection("retraining_requests").stream()
        named = [(each.id, each.to_dict() or {}) for each in found]
        return sorted(named, key=lambda each: (_time(each[1].get("created_at")), each[0]))

    @translated
    def request(self, request_id: str) -> Mapping[str, Any] | None:
        """One request."""
        place = self.client.document(f"retraining_requests/{request_id}")
        found: dict[str, Any] | None = place.get().to_dict()
        return found

    @translated
    def close(self, request_id: str, why: str, by: str, now: datetime) -> None:
        """Close an open request, with a record in the ledger.

        Raises:
            RefusedError: there is none, or it is closed.
        """
        place = self.client.document(f"retraining_requests/{request_id}")
        seen = place.get()
        state = seen.get("state") if seen.exists else None
        if state != _OPEN:
            raise RefusedError(f"expected an open request {request_id}, found {state or 'none'}")
        marks = {"state": "closed", "closed_at": now, "closed_by": by, "closed_why": why}
        marks["expires_at"] = now + LEDGER_KEPT  # as long as the record of it
        unchanged = self.client.write_option(last_update_time=seen.update_time)
        record = _record("close_retraining_request", request_id, by, now, reason=why)
        append(
            self.client,
            {LEDGER: Entry(f"close-{request_id}", record)},
            also=lambda batch: batch.update(place, marks, unchanged),
        )

    @translated
    def decided(self) -> Sequence[Decided]:
        """All decisions, oldest first."""
        fields = ["at", "decision", "candidate_sha256", "current_sha256", "sets"]
        found = [
            Decided(
                id=each.id,
                at=each.get("at"),
                decision=each.get("decision"),
                candidate_sha256=each.get("candidate_sha256"),
                current_sha256=each.get("current_sha256"),
                frozen_sha256=each.get("sets")[0]["sha256"],
            )
            for each in self.client.collection("candidates").select(fields).stream()
        ]
        return sorted(found, key=lambda each: (each.at, each.id))

    @translated
    def add(self, candidate_id: str, document: Mapping[str, Any]) -> None:
        """Write a decision down, with its record in the ledger and its place at the request."""
        record = _record(
            "judge_candidate",
            document["candidate_sha256"],
            document["by"],
            document["at"],
            model=document["candidate"]["model_id"],
            result=document["decision"],
        )

        def write(batch: WriteBatch) -> None:
            batch.create(self.client.document(f"candidates/{candidate_id}"), dict(document))
            if request := document["request"]:
                place = self.client.document(f"retraining_requests/{request}")
                batch.update(place, {"candidates": ArrayUnion([candidate_id])})

        append(self.client, {LEDGER: Entry(f"candidate-{candidate_id}", record)}, also=write)

    @translated
    def consenting(self, since: datetime, most_analyses: int, most: int) -> Mapping[str, datetime]:
        """People with an analysis since then who consent to research, so many at most.

        Returns:
            Until when that analysis is kept, by person.
        """
        group = self.client.collection_group("analyses")
        recent = group.where(filter=FieldFilter("created_at", ">=", since)).order_by("created_at")
        found = recent.limit(most_analyses).select(["created_at", "expires_at"]).stream()
        dated = [(each, (each.to_dict() or {}).get("expires_at")) for each in found]
        kept = {
            each.reference.path.split("/")[1]: until
            for each, until in dated
            if isinstance(until, datetime)  # as long as the record of it is kept
        }
        # By chance, and always the same: who came first is no better judge.
        people = sorted(kept, key=subject_of)
        agreeing = [uid for page in _pages(people) for uid in self._agreeing(page)]
        return {uid: kept[uid] for uid in agreeing[:most]}

    def _agreeing(self, people: Sequence[str]) -> list[str]:
        places = [self.client.document(f"users/{uid}") for uid in people]
        found = self.client.get_all(places, field_paths=["consent"])
        agreed = {each.id for each in found if _agrees(each.to_dict() or {})}
        return [uid for uid in people if uid in agreed]

    @translated
    def week(
        self, uid: str, candidate_id: str, by: str, now: datetime, expires_at: datetime
    ) -> Sequence[Chunk]:
        """A person's latest days; that they are read is written down first.

        Raises:
            ForgottenError: the person was erased meanwhile.
        """
        record = _record("read_for_research", candidate_id, by, now, expires_at)
        append(self.client, {of_person(uid): Entry(f"research-{candidate_id}", record)})
        return FirestoreRecords(self.client).recent(uid, _DAYS)


@translated
def record_change(
    client: Client, action: str, subject: str, by: str, now: datetime, **more: str
) -> None:
    """Record in the ledger that which model answers is about to be changed."""
    append(client, {LEDGER: by_operator(action, by, now, subject=subject, **more)})


def passed(decisions: Sequence[Decided], weights: str, live: str) -> Decided | None:
    """The newest decision between these weights and the live ones, if it was for the former.

    Args:
        decisions: oldest first.
        weights: how the SHA-256 of the one begins.
        live: how that of the other begins.
    """
    of_these = [
        each
        for each in decisions
        if each.candidate_sha256.startswith(weights) and each.current_sha256.startswith(live)
    ]
    return of_these[-1] if of_these and of_these[-1].decision == "better" else None


def _time(value: object) -> datetime:
    """To sort by: what is no time comes first."""
    return value if isinstance(value, datetime) else datetime.min.replace(tzinfo=UTC)


def _agrees(fields: Mapping[str, Any]) -> bool:
    consent = Consent.parse(fields.get("consent"))
    return consent.analysis and consent.research


def _pages(people: Sequence[str]) -> Iterator[Sequence[str]]:
    return (people[start : start + _PAGE] for start in range(0, len(people), _PAGE))


def _record(
    action: str,
    subject: str,
    by: str,
    now: datetime,
    expires_at: datetime | None = None,
    **more: str,
) -> dict[str, Any]:
    kept = {"at": now, "expires_at": expires_at or now + LEDGER_KEPT}
    return {"action": action, "subject": subject, "by": by, **more, **kept}
