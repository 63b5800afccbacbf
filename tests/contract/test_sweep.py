"""What the sweeper reads, on our Firestore and on Google's emulator; and its door, on our cloud."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from clarity.adapters.firestore_claims import FirestoreClaims
from clarity.adapters.firestore_stand import new_job
from clarity.adapters.firestore_sweep import FirestoreSweeps
from clarity.domain.job import AUTOMATIC, Origin, Status
from clarity.steps.leftovers import Work
from clarity.steps.ports import Claimed, Done, Outgoing
from tests.erasing import erase

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from google.cloud.firestore import Client

RETENTION = timedelta(days=30)
OWED = Outgoing("ingested", b'{"a": 1}', {"user_id": "ada"})


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def sweeps(client) -> Iterator[FirestoreSweeps]:
    yield FirestoreSweeps(client, now, RETENTION)
    for name in ("users", "claims", "sweeps", "erasures", "elsewhere"):
        client.recursive_delete(client.collection(name))


def everything(read: Callable[[str, int], Any], most: int) -> tuple[list[Any], int]:
    """What is found page by page, and how many pages that takes."""
    found: list[Any] = []
    after, pages = "", 0
    while pages == 0 or after:
        page = read(after, most)
        found += [each for _, each in page.found]
        after, pages = page.last, pages + 1
    return found, pages


def open_job(
    client: Client, user_id: str, collection: Any, document_id: str, **changed: Any
) -> None:
    origin = Origin(user_id, collection, document_id)
    fields = new_job(origin, AUTOMATIC, now(), now() + RETENTION) | changed
    client.document(f"users/{user_id}/jobs/{origin.processing_id}").set(fields)


def test_open_jobs_are_found_of_everybody_page_by_page(client, sweeps) -> None:
    old = datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)
    for number in range(5):
        open_job(client, f"p{number}", "uploads", "u", updated_at=old)
    open_job(client, "q", "insight_requests", "r", status="processing")
    client.document("elsewhere/x/jobs/j").set({"status": "queued"})
    for status in Status:
        if status.final:
            open_job(client, "z", "uploads", status, status=status)

    found, pages = everything(sweeps.open_jobs, 2)

    assert pages == 4
    assert [each.origin.user_id for each in found] == ["p0", "p1", "p2", "p3", "p4", "q"]
    assert found[5].origin == Origin("q", "insight_requests", "r")
    assert {each.moved_at for each in found[:5]} == {old}
    assert {each.priority for each in found} == {"low"}


def test_completed_claims_are_found_until_their_messages_are_marked_as_sent(client, sweeps) -> None:
    claims = FirestoreClaims(client, now, RETENTION)
    for key in ("ingest:a", "ingest:b", "preprocess:c", "insights:d"):
        claim = claims.claim(key, user_id="ada", lease=timedelta(seconds=30))
        assert isinstance(claim, Claimed)
        if key != "insights:d":
            claims.complete(claim, Done("r", owes=(OWED,)))

    found, _ = everything(sweeps.unpublished, 2)
    claims.published(found[0].key, found[0].completed)
    left, _ = everything(sweeps.unpublished, 2)

    assert [each.key for each in found] == ["ingest:a", "ingest:b", "preprocess:c"]
    assert [each.key for each in left] == ["ingest:b", "preprocess:c"]
    for each in found:
        (owed,) = each.completed.owes
        assert (owed.topic, owed.data, owed.attributes["user_id"]) == ("ingested", OWED.data, "ada")
        assert abs(each.completed_at - now()) < timedelta(minutes=1)


def test_documents_that_lack_a_field_are_named_and_the_others_found(client, sweeps) -> None:
    open_job(client, "a", "uploads", "u")
    open_job(client, "z", "uploads", "u")
    client.document("users/m/jobs/odd").set({"status": "queued"})
    client.document("claims/ingest:odd").set({"unpublished": True})

    jobs, claims = sweeps.open_jobs("", 10), sweeps.unpublished("", 10)

    assert [each.origin.user_id for _, each in jobs.found] == ["a", "z"]
    assert (jobs.read, jobs.unlike) == (3, ["users/m/jobs/odd"])
    assert (claims.found, claims.unlike) == ([], ["claims/ingest:odd"])


def test_a_claim_says_how_far_its_step_has_come(client, sweeps) -> None:
    claims = FirestoreClaims(client, now, RETENTION)
    lease = timedelta(seconds=30)
    done = claims.claim("ingest:done", user_id="ada", lease=lease)
    assert isinstance(done, Claimed)
    claims.published("ingest:done", claims.complete(done, Done("r", owes=(OWED,))))
    claims.claim("ingest:held", user_id="ada", lease=lease)

    done_, held, none = sweeps.work([f"ingest:{name}" for name in ("done", "held", "none")])

    assert done_.completed is not None
    assert done_.completed_at is not None
    assert [each.data for each in done_.completed.owes] == [OWED.data]
    assert done_.until is None
    assert held.completed is None
    assert held.until is not None
    assert timedelta(seconds=20) < held.until - now() <= lease
    assert none == Work()


def test_documents_without_an_answer_are_found_among_all(client, sweeps) -> None:
    for user_id in ("ada", "bob"):
        for number in range(3):
            answer = {} if number == 1 else {"status": "ingested"}
            client.document(f"users/{user_id}/uploads/u{number}").set({"samples": []} | answer)
    client.document("users/ada/uploads/u0").update({"status": "overdue"})
    client.document("elsewhere/x/uploads/u9").set({})

    found, _ = everything(lambda *at: sweeps.unanswered("uploads", *at), 2)
    overdue, _ = everything(sweeps.overdue, 2)

    paths = [each.origin.path for each in found]
    assert paths == ["users/ada/uploads/u1", "users/bob/uploads/u1"]
    assert [each.origin.path for each in overdue] == ["users/ada/uploads/u0"]
    assert all(abs(each.created_at - now()) < timedelta(minutes=1) for each in found)


def test_privacy_requests_are_found_until_they_are_through(client, sweeps) -> None:
    for name, fields in {
        "new": {},
        "begun": {"status": "working"},
        "through": {"status": "completed"},
        "refused": {"status": "rejected"},
    }.items():
        client.document(f"users/ada/privacy_requests/{name}").set({"kind": "erase", **fields})

    found, _ = everything(lambda *at: sweeps.unanswered("privacy_requests", *at), 2)

    assert sorted(each.origin.document_id for each in found) == ["begun", "new"]


def test_a_place_at_a_document_of_somebody_who_was_erased_is_not_kept(client, sweeps) -> None:
    sweeps.keep_place("claims", "claims/test:1")
    erase(client, "ada")

    sweeps.keep_place("uploads", "users/ada/uploads/u1")

    assert (sweeps.place("claims"), sweeps.place("uploads")) == ("claims/test:1", "")


def test_where_a_tick_stopped_is_known_to_the_next(sweeps) -> None:
    scan = uuid.uuid4().hex
    before = sweeps.place(scan)

    sweeps.keep_place(scan, "users/ada/uploads/u1")

    assert (before, sweeps.place(scan)) == ("", "users/ada/uploads/u1")
