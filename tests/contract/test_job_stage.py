"""Within a status a job may say at which stage it stands: on the embedded cloud and in memory."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from clarity.adapters.firestore import FirestoreRecords
from clarity.domain.job import AUTOMATIC, Origin, Status
from tests.memory import MemoryRecords

NOW = datetime(2026, 6, 15, 9, tzinfo=UTC)
SOON, LATER = NOW + timedelta(seconds=30), NOW + timedelta(days=30)


@pytest.fixture
def records(firestore):
    return MemoryRecords() if firestore is None else FirestoreRecords(firestore)


@pytest.fixture
def user() -> str:
    return f"user-{uuid.uuid4().hex}"


def test_a_stage_is_noted_once_and_the_next_status_ends_it(records, user) -> None:
    origin = Origin(user, "insight_requests", "r1")
    records.open_job(origin, AUTOMATIC, NOW, LATER)
    records.move(origin, Status.PROCESSING, "reading", {}, NOW)

    assert records.note(origin, Status.PROCESSING, "waiting", "it waits", SOON)
    assert not records.note(origin, Status.PROCESSING, "waiting", "it waits", LATER)

    job = records.job(origin)
    assert (job["status"], job["stage"], job["message"]) == ("processing", "waiting", "it waits")
    assert (job["progress"], job["updated_at"]) == (0.5, SOON)
    assert [step["status"] for step in job["history"]] == ["queued", "processing"]
    records.move(origin, Status.ANALYZING, "telling", {}, NOW)
    assert (records.job(origin)["stage"], records.job(origin)["message"]) == (
        "analyzing",
        "telling",
    )


@pytest.mark.parametrize("status", [s for s in Status if s is not Status.PROCESSING])
def test_a_job_that_stands_elsewhere_takes_no_note(records, user, status) -> None:
    origin = Origin(user, "insight_requests", "r1")
    assert not records.note(origin, Status.PROCESSING, "waiting", "it waits", NOW)
    records.open_job(origin, AUTOMATIC, NOW, LATER)
    records.move(origin, status, "as it is", {}, NOW)
    before = records.job(origin)

    assert not records.note(origin, Status.PROCESSING, "waiting", "it waits", LATER)

    assert records.job(origin) == before
