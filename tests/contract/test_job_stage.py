"""Within a status a job may say at which stage it stands: on the embedded cloud and in memory."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from clarity.adapters.firestore import FirestoreRecords
from clarity.adapters.firestore_claims import FirestoreClaims
from clarity.domain.job import AUTOMATIC, Origin, Status
from clarity.steps.ports import Claimed
from tests.memory import MemoryClaims, MemoryRecords

NOW = datetime(2026, 6, 15, 9, tzinfo=UTC)
SOON, LATER = NOW + timedelta(seconds=30), NOW + timedelta(days=30)


@pytest.fixture
def records(firestore):
    return MemoryRecords() if firestore is None else FirestoreRecords(firestore)


@pytest.fixture
def user() -> str:
    return f"user-{uuid.uuid4().hex}"


@pytest.fixture
def fence(records, firestore, user) -> Claimed:
    """A claim that is ours."""
    claims = (
        MemoryClaims(lambda: NOW, records)
        if firestore is None
        else FirestoreClaims(firestore, lambda: NOW, timedelta(days=30))
    )
    taken = claims.claim(f"test:{user}", user_id=user, lease=timedelta(seconds=30))
    assert isinstance(taken, Claimed)
    return taken


def test_a_stage_is_noted_once_and_the_next_status_ends_it(records, user, fence) -> None:
    origin = Origin(user, "insight_requests", "r1")
    records.open_job(origin, AUTOMATIC, NOW, LATER)
    records.move(origin, Status.PROCESSING, "reading", {}, NOW)

    assert records.note(origin, Status.PROCESSING, "waiting", "it waits", SOON, fence=fence)
    assert not records.note(origin, Status.PROCESSING, "waiting", "it waits", LATER, fence=fence)

    job = records.job_person_and_queue(origin)[0]
    assert (job["status"], job["stage"], job["message"]) == ("processing", "waiting", "it waits")
    assert (job["progress"], job["updated_at"]) == (0.5, SOON)
    assert [step["status"] for step in job["history"]] == ["queued", "processing"]
    records.move(origin, Status.ANALYZING, "telling", {}, NOW)
    job, _, _ = records.job_person_and_queue(origin)
    assert (job["stage"], job["message"]) == ("analyzing", "telling")


@pytest.mark.parametrize("status", [s for s in Status if s is not Status.PROCESSING])
def test_a_job_that_stands_elsewhere_takes_no_note(records, user, fence, status) -> None:
    origin = Origin(user, "insight_requests", "r1")
    assert not records.note(origin, Status.PROCESSING, "waiting", "it waits", NOW, fence=fence)
    records.open_job(origin, AUTOMATIC, NOW, LATER)
    records.move(origin, status, "as it is", {}, NOW)
    before = records.job_person_and_queue(origin)[0]

    assert not records.note(origin, Status.PROCESSING, "waiting", "it waits", LATER, fence=fence)

    assert records.job_person_and_queue(origin)[0] == before
