"""The privacy step over the embedded cloud: what a person asks for by a document of their own."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from clarity.adapters.firestore import FirestoreRecords
from clarity.adapters.firestore_claims import FirestoreClaims
from clarity.adapters.firestore_erase import FirestoreErasures
from clarity.domain.errors import (
    ForgottenError,
    GoneError,
    MalformedEventError,
    ReusedIdError,
    UnfinishedError,
)
from clarity.domain.events import DocumentCreated, DocumentNamed
from clarity.domain.job import Origin
from clarity.steps.audit import subject_of
from clarity.steps.erase import Erase
from clarity.steps.export import Exported
from clarity.steps.once import once
from clarity.steps.ports import Done, Outgoing, Toll
from clarity.steps.privacy import Privacy
from tests.erasing import erase, now
from tests.memory import MemoryTopics

if TYPE_CHECKING:
    from google.cloud.firestore import Client

LEASE, MONTH = timedelta(seconds=30), timedelta(days=30)
LETTER = Outgoing("dead_letter", b"", {"step": "privacy", "code": "malformed_event"})


@dataclass
class Bucket:
    """Exports that were written; `writing` runs in the middle of it."""

    written: list[str] = field(default_factory=list)
    writing: Any = None

    def export(self, user_id: str, request_id: str) -> Exported:
        if self.writing:
            self.writing()
        self.written.append(request_id)
        return Exported(f"exports/{request_id}.zip", "https://link", now() + LEASE, 3, 1000)

    def count(self, user_id: str) -> int:
        return len(self.written)

    def delete_all(self, user_id: str) -> int:
        number = len(self.written)
        self.written.clear()
        return number


@dataclass
class Person:
    """Somebody with documents, who asks."""

    client: Client
    user_id: str = field(default_factory=lambda: f"user-{uuid.uuid4().hex}")
    bucket: Bucket = field(default_factory=Bucket)
    topics: MemoryTopics = field(default_factory=MemoryTopics)
    burst: int = 20
    lasting: timedelta | None = None

    def __post_init__(self) -> None:
        for path in ("", "/days/2026-06-14/chunks/u1", "/uploads/u1"):
            self.client.document(f"users/{self.user_id}{path}").set({"steps": 7654})

    @property
    def step(self) -> Privacy:
        return Privacy(
            claims=FirestoreClaims(self.client, now, MONTH),
            records=FirestoreRecords(self.client),
            topics=self.topics,
            erase=Erase(FirestoreErasures(self.client, now), self.bucket, now, self.lasting),
            export=self.bucket.export,
            clock=now,
            lease=LEASE,
            retention=MONTH,
            toll=Toll("requests", timedelta(minutes=2), self.burst),
        )

    def ask(self, kind: object, request_id: str = "r1") -> DocumentCreated:
        origin = Origin(self.user_id, "privacy_requests", request_id)
        self.client.document(origin.path).set({"kind": kind})
        return DocumentCreated("e1", now(), origin, {"kind": kind}, "1")

    def answer(self, request_id: str = "r1") -> dict[str, Any] | None:
        path = f"users/{self.user_id}/privacy_requests/{request_id}"
        return self.client.document(path).get().to_dict()

    def left(self) -> Any:
        return FirestoreErasures(self.client, now).survey(self.user_id)


@pytest.fixture
def person(cloud) -> Person:
    return Person(cloud.firestore())


def test_who_asks_for_it_is_erased_with_their_exports(person) -> None:
    person.step(person.ask("export", "before"))
    assert person.bucket.written == ["before"]

    person.step(person.ask("erase"))

    assert person.left() == {}
    assert person.bucket.written == []
    assert FirestoreErasures(person.client, now).receipt(person.user_id)["exports"] == 1


def test_an_export_is_answered_with_its_link(person) -> None:
    person.step(person.ask("export"))

    answer = person.answer() or {}
    wanted = {"status": "completed", "url": "https://link", "object": "exports/r1.zip"}
    assert wanted.items() <= answer.items()
    assert answer["expires_at"] > answer["url_expires_at"]


def test_a_redelivered_export_is_not_made_again(person) -> None:
    event = person.ask("export")
    person.step(event)

    person.step(event)
    person.step(DocumentNamed(event.origin))

    assert person.bucket.written == ["r1"]


@pytest.mark.parametrize("first", ["export", "Export"], ids=["answered", "refused"])
def test_another_request_under_a_used_id_is_told_so(person, first) -> None:
    event = person.ask(first)
    try:
        person.step(event)
    except MalformedEventError as error:
        person.step.reject(event, error, LETTER)
    person.client.document(event.origin.path).delete()
    again = person.ask("export")

    for _ in range(2):
        with pytest.raises(ReusedIdError) as refusal:
            person.step(again)
        person.step.reject(again, refusal.value, LETTER)

    answer = person.answer() or {}
    assert (answer["status"], answer["reason"]["code"]) == ("rejected", "reused_id")
    person.client.document(event.origin.path).delete()
    with pytest.raises(ReusedIdError):  # nor does a third one take the second's claim for its own
        person.step(person.ask("export"))


def test_a_request_that_was_given_up_by_who_knew_no_revision_is_not_called_reused(person) -> None:
    event, done = person.ask("export"), Done("rejected:exhausted@")
    claims, own = FirestoreClaims(person.client, now, MONTH), event.origin
    once(claims, "privacy", own.path, lambda _: done, user_id=own.user_id, lease=LEASE)

    person.step(event)

    assert person.bucket.written == []


def test_an_event_that_comes_when_its_request_is_gone_erases_nobody(person) -> None:
    event = person.ask("erase")
    person.client.document(event.origin.path).delete()

    with pytest.raises(GoneError):
        person.step(event)

    assert set(person.left()) == {"users", "users/*/days/*/chunks", "users/*/uploads"}


def test_what_the_document_says_counts_and_not_what_its_event_said(person) -> None:
    event = person.ask("erase")
    person.client.document(event.origin.path).set({"kind": "export"})

    person.step(event)

    assert person.bucket.written == ["r1"]
    assert "users/*/uploads" in person.left()


def test_an_erasure_that_was_begun_is_ended_by_whatever_comes(person) -> None:
    event = person.ask("export")
    FirestoreErasures(person.client, now).begin(person.user_id)

    person.step(event)

    assert person.left() == {}
    assert person.bucket.written == []


def test_a_request_goes_last_and_says_that_work_goes_on(person) -> None:
    for number in range(450):
        person.client.document(f"users/{person.user_id}/notes/{number:03}").set({})
    event = person.ask("erase", "\uffff is behind all others")
    person.lasting = timedelta(microseconds=1)

    with pytest.raises(UnfinishedError):
        person.step(event)

    assert person.answer("\uffff is behind all others") == {"kind": "erase", "status": "working"}
    person.lasting = None
    person.step(DocumentNamed(event.origin))
    assert person.left() == {}


def test_a_request_of_somebody_who_was_erased_is_deleted(person) -> None:
    erase(person.client, person.user_id)
    late = person.ask("export")

    with pytest.raises(ForgottenError):
        person.step(late)

    assert person.left() == {}
    assert person.bucket.written == []


def test_who_writes_on_after_their_erasure_may_ask_for_another(person) -> None:
    erase(person.client, person.user_id)
    person.client.document(f"users/{person.user_id}/devices/d1").set({"push_token": "late"})

    person.step(person.ask("erase"))

    assert person.left() == {}


def test_an_export_that_was_being_written_while_its_person_was_erased_goes(person) -> None:
    person.bucket.writing = lambda: erase(person.client, person.user_id)

    with pytest.raises(ForgottenError):
        person.step(person.ask("export"))

    assert person.bucket.written == []
    assert person.left() == {}


@pytest.mark.parametrize("kind", [None, "", "ERASE", 7, ["erase"], {"kind": "erase"}, "delete"])
def test_what_is_no_request_is_refused_and_nothing_is_done(person, kind) -> None:
    event = person.ask(kind)

    with pytest.raises(MalformedEventError, match="kind: expected export or erase") as refusal:
        person.step(event)
    person.step.reject(event, refusal.value, LETTER)
    person.step.reject(event, refusal.value, LETTER)

    answer = person.answer() or {}
    assert (answer["status"], answer["reason"]["code"]) == ("rejected", "malformed_event")
    assert person.topics.dead_letters == [LETTER]
    assert "users/*/uploads" in person.left()


def test_a_document_of_another_collection_is_no_request(person) -> None:
    event = DocumentNamed(Origin(person.user_id, "uploads", "u1"))

    with pytest.raises(MalformedEventError, match="expected a privacy request"):
        person.step(event)


def test_exports_are_paid_for_like_requests_and_erasures_never_turned_away(person) -> None:
    person.burst = 1
    person.step(person.ask("export", "r1"))
    person.step(person.ask("export", "r2"))

    refused = person.answer("r2") or {}
    assert (refused["status"], refused["reason"]["code"]) == ("rejected", "rate_limited")
    assert refused["reason"]["retry_at"] > now()
    assert person.bucket.written == ["r1"]

    person.step(person.ask("erase", "r3"))
    assert person.left() == {}


def test_nothing_is_written_about_a_refusal_to_somebody_who_was_erased(person) -> None:
    event = person.ask(None)
    erase(person.client, person.user_id)

    person.step.reject(event, MalformedEventError("no kind"), LETTER)

    assert person.left() == {}


def test_an_export_is_recorded_with_the_person_and_in_the_ledger_without_their_name(person) -> None:
    event = person.ask("export")
    for _ in range(2):
        person.step(event)

    audit = person.client.collection(f"users/{person.user_id}/audit").stream()
    ledger = person.client.collection("ledger").stream()
    own = [each.to_dict() or {} for each in audit]
    project = [each.to_dict() or {} for each in ledger if person.user_id not in each.id]
    mine = [each for each in project if each.get("subject") == subject_of(person.user_id)]
    assert [(each["action"], each["subject"]) for each in own] == [("export", "r1")]
    assert [(each["action"], each["by"]) for each in mine] == [("export", "person")]
    assert person.user_id not in str(mine)
