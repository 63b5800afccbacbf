"""What insights reads of a job that is analysed: on the embedded cloud and in memory."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from clarity.adapters.firestore import FirestoreRecords
from clarity.domain.events import JobMessage
from clarity.domain.job import AUTOMATIC, Origin
from tests.creating import create
from tests.memory import MemoryRecords

NOW = datetime(2026, 6, 15, 9, tzinfo=UTC)
LATER = NOW + timedelta(days=30)


@pytest.fixture
def records(firestore):
    return MemoryRecords() if firestore is None else FirestoreRecords(firestore)


@pytest.fixture
def user() -> str:
    return f"user-{uuid.uuid4().hex}"


def test_what_an_analysed_job_is_told_from_is_read_at_once(records, user) -> None:
    origin = Origin(user, "insight_requests", "r1")
    nothing = records.analysed(JobMessage(origin, "normal"))
    assert (nothing.job, nothing.analysis, nothing.history) == (None, None, None)
    assert nothing.settings == {}
    records.open_job(origin, AUTOMATIC, NOW, LATER)
    create(records, user, "analyses/a1", {"embedding": [0.5] * 96, "confidence": 1.0})
    records.add_history(user, "h1", {"weeks": 5})

    whole = records.analysed(JobMessage(origin, "normal", "a1", "h1"))
    alone = records.analysed(JobMessage(origin, "normal", "a1"))
    other = records.analysed(JobMessage(origin, "normal", "a2", "h2"))

    assert whole.job == records.job_person_and_queue(origin)[0]
    assert whole.analysis == records.analysis(user, "a1")
    assert whole.history == {"weeks": 5}
    assert (alone.analysis, alone.history) == (whole.analysis, None)
    assert (other.analysis, other.history) == (None, None)


def test_an_insight_that_is_gone_is_known_to_have_been_told(records, firestore, user) -> None:
    assert records.told(user, "i1") == (None, False)
    create(records, user, "insights/i1", {"narrative": "first"}, "tell-i1")
    assert records.told(user, "i1") == ({"narrative": "first"}, True)

    if firestore:
        firestore.document(f"users/{user}/insights/i1").delete()
    else:
        del records.insights[user, "i1"]

    assert records.told(user, "i1") == (None, True)
