"""Changes to jobs and queues that meet: they carry versions, not transactions, and end well."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from clarity.adapters.firestore import FirestoreRecords
from clarity.adapters.firestore_claims import FirestoreClaims
from clarity.domain.errors import InProgressError, UnavailableError
from clarity.domain.job import AUTOMATIC, Origin, Status
from clarity.steps.ports import Claimed

if TYPE_CHECKING:
    from collections.abc import Callable

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
def claim(records, user) -> Callable[[str], Claimed]:
    claims = FirestoreClaims(records.client, lambda: NOW, timedelta(days=30))

    def take(key: str) -> Claimed:
        taken = claims.claim(f"test:{user}-{key}", user_id=user, lease=STALE)
        assert isinstance(taken, Claimed)
        return taken

    return take


def test_uploads_that_come_at_once_share_one_job(records, user, claim) -> None:
    uploads = [Origin(user, "uploads", f"u{n}") for n in range(UPLOADS)]
    fences = [claim(each.document_id) for each in uploads]

    with ThreadPoolExecutor(UPLOADS) as pool:
        joined = pool.map(
            lambda one: records.join_queue(one[0], AUTOMATIC, NOW, STALE, LATER, fence=one[1]),
            zip(uploads, fences, strict=True),
        )

    jobs = [each.id for each in records.client.collection(f"users/{user}/jobs").stream()]
    assert len(jobs) == 1
    assert {each.processing_id for each in joined} == set(jobs)


def test_of_many_that_end_a_job_one_does(records, user) -> None:
    origin = Origin(user, "uploads", "u1")
    records.open_job(origin, AUTOMATIC, NOW, LATER)
    ends = [Status.COMPLETED, Status.FAILED, Status.INSUFFICIENT_DATA] * 3

    times = [NOW + timedelta(microseconds=n) for n in range(len(ends))]

    with ThreadPoolExecutor(len(ends)) as pool:
        moved = list(
            pool.map(lambda end, at: records.move(origin, end, "", {"by": end}, at), ends, times)
        )

    job = records.job_and_person(origin)[0]
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
    assert records.job_and_person(origin)[0]["message"] == f"another's, {len(asked)}"


def test_who_lost_the_lease_joins_nothing(records, user, claim) -> None:
    origin, lost = Origin(user, "uploads", "u1"), claim("u1")
    records.client.document(f"claims/{lost.key}").update({"token": "another's"})

    with pytest.raises(InProgressError):
        records.join_queue(origin, AUTOMATIC, NOW, STALE, LATER, fence=lost)
    assert records.job_and_person(origin)[0] is None
    assert records.job_person_and_queue(origin)[2] is None
