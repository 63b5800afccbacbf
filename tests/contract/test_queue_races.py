"""Changes to jobs and queues that meet: they carry versions, not transactions, and end well."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from clarity.adapters.firestore import FirestoreRecords
from clarity.adapters.firestore_claims import FirestoreClaims
from clarity.domain.errors import InProgressError, UnavailableError
from clarity.domain.job import AUTOMATIC, Origin, Status
from clarity.steps.ports import Claimed, Done, Joining, Outgoing
from tests.contract.claim_store import faulty, over
from tests.creating import storing

if TYPE_CHECKING:
    from collections.abc import Callable

    from clarity.steps.ports import Queue

NOW = datetime(2026, 6, 15, 9, tzinfo=UTC)
STALE, LATER = timedelta(seconds=60), NOW + timedelta(days=30)
UPLOADS = 12


@pytest.fixture
def records(firestore) -> FirestoreRecords:
    if firestore is None:
        pytest.skip("nothing meets in memory")
    return FirestoreRecords(firestore)


@pytest.fixture
def user() -> str:
    return f"user-{uuid.uuid4().hex}"


@pytest.fixture
def claims(records) -> FirestoreClaims:
    return FirestoreClaims(records.client, lambda: NOW, timedelta(days=30))


@pytest.fixture
def claim(claims, user) -> Callable[[str], Claimed]:
    def take(key: str) -> Claimed:
        taken = claims.claim(f"test:{user}-{key}", user_id=user, lease=STALE)
        assert isinstance(taken, Claimed)
        return taken

    return take


def joining(upload: Origin, queue: Queue | None = None) -> Done:
    """The end of an upload that joins; each has seen no queue before, unless said."""
    joins = Joining(upload, AUTOMATIC, NOW - STALE, LATER, queue)
    owed = Outgoing("ingested", b"", {"of": upload.document_id})
    answer, stores = (upload, {"status": "ingested"}), storing(upload, 60)
    return Done("done", (owed,), answer, stores=stores, joins=joins)


def test_uploads_that_come_at_once_share_one_job(records, claims, user, claim) -> None:
    uploads = [Origin(user, "uploads", f"u{n}") for n in range(UPLOADS)]
    for each in uploads:
        records.client.document(each.path).create({})
    fences = [claim(each.document_id) for each in uploads]

    with ThreadPoolExecutor(UPLOADS) as pool:
        ends = list(pool.map(claims.complete, fences, map(joining, uploads)))

    jobs = [each.id for each in records.client.collection(f"users/{user}/jobs").stream()]
    answers = [records.client.document(each.path).get().to_dict() for each in uploads]
    (owed,) = (message for end in ends for message in end.owes)
    assert jobs == [f"upload-{owed.attributes['of']}"]
    assert {each["processing_id"] for each in answers} == set(jobs)
    assert len(records.recent(user, 14)) == UPLOADS


def test_a_queue_that_others_have_replaced_is_seen_anew(records, claims, user, claim) -> None:
    first, second, third = (Origin(user, "uploads", f"u{n}") for n in range(3))
    claims.complete(claim("u0"), joining(first))
    seen = records.person_and_queue(user)[1]
    records.move(first, Status.PREPROCESSING, "", {}, NOW)
    claims.complete(claim("u1"), joining(second, seen))

    late = claims.complete(claim("u2"), joining(third, seen))  # as it was before the second

    assert late.owes == ()
    assert records.person_and_queue(user)[1].processing_id == second.processing_id
    assert records.job_person_and_queue(third)[0] is None


def test_an_upload_that_joins_leaves_the_job_as_it_is(records, claims, user, claim) -> None:
    first, second = (Origin(user, "uploads", f"u{n}") for n in range(2))
    claims.complete(claim("u0"), joining(first))
    job = records.client.document(first.job_path)
    before, seen = job.get().update_time, records.person_and_queue(user)[1]

    assert claims.complete(claim("u1"), joining(second, seen)).owes == ()

    assert job.get().update_time == before  # whoever listens to it is told nothing


def test_an_upload_does_not_join_a_job_that_moves_on_while_it_is_stored(
    records, claims, user, claim
) -> None:
    first, second = (Origin(user, "uploads", f"u{n}") for n in range(2))
    records.client.document(second.path).create({})
    claims.complete(claim("u0"), joining(first))
    seen, read = records.person_and_queue(user)[1], []

    def moved(commit: Any) -> Any:
        records.move(first, Status.PREPROCESSING, "", {}, NOW)
        read.extend(records.recent(user, 14))  # by whoever moves it
        return commit()

    late = faulty(over(records.client), moved)
    completed = late.complete(claim("u1"), joining(second, seen))

    assert [each.attributes["of"] for each in completed.owes] == ["u1"]
    assert records.person_and_queue(user)[1].processing_id == second.processing_id
    answer = records.client.document(second.path).get().to_dict()
    assert answer == {"status": "ingested", "processing_id": second.processing_id}
    assert (len(read), len(records.recent(user, 14))) == (1, 2)


def test_of_many_that_end_a_job_one_does(records, user) -> None:
    origin = Origin(user, "uploads", "u1")
    records.open_job(origin, AUTOMATIC, NOW, LATER)
    ends = [Status.COMPLETED, Status.FAILED, Status.INSUFFICIENT_DATA] * 3

    times = [NOW + timedelta(microseconds=n) for n in range(len(ends))]

    with ThreadPoolExecutor(len(ends)) as pool:
        moved = list(
            pool.map(lambda end, at: records.move(origin, end, "", {"by": end}, at), ends, times)
        )

    job = records.job_person_and_queue(origin)[0]
    assert moved.count(True) == 1
    assert job["status"] == job["by"] == ends[moved.index(True)]
    assert [step["status"] for step in job["history"]] == ["queued", job["status"]]


def test_a_job_whose_write_was_answered_too_late_is_moved_once(records, user) -> None:
    origin = Origin(user, "uploads", "u1")
    records.open_job(origin, AUTOMATIC, NOW, LATER)
    job = records.client.document(f"users/{user}/jobs/{origin.processing_id}")
    asked = []

    def applied_but_unanswered(found: dict) -> dict | None:
        asked.append(found["status"])
        if len(asked) == 1:  # the client's own repetition of it meets what it wrote itself
            job.update({"status": "completed"})
            return {"status": "completed"}
        return None

    assert records._change(job, ["status"], applied_but_unanswered) is None
    assert asked == ["queued", "completed"]


def test_what_others_change_for_ever_is_tried_again_later(records, user) -> None:
    origin = Origin(user, "uploads", "u1")
    records.open_job(origin, AUTOMATIC, NOW, LATER)
    job = records.client.document(f"users/{user}/jobs/{origin.processing_id}")
    asked = []

    def overtaken(_: dict) -> dict:
        asked.append(1)
        job.update({"message": f"another's, {len(asked)}"})
        return {"message": "ours"}

    with pytest.raises(UnavailableError):
        records._change(job, ["message"], overtaken)
    assert len(asked) > 2
    assert records.job_person_and_queue(origin)[0]["message"] == f"another's, {len(asked)}"


def test_who_lost_the_lease_joins_nothing(records, claims, user, claim) -> None:
    origin, lost = Origin(user, "uploads", "u1"), claim("u1")
    records.client.document(f"claims/{lost.key}").update({"token": "another's"})

    with pytest.raises(InProgressError):
        claims.complete(lost, joining(origin))
    assert records.job_person_and_queue(origin)[0] is None
    assert records.job_person_and_queue(origin)[2] is None
