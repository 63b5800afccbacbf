"""An upload whose event does not come: a job waits for it once, and no job after that."""

from __future__ import annotations

from datetime import date

import pytest

from clarity.domain.errors import NotSettledError
from clarity.sources.generated import people
from tests.chain import PATIENCE, Chain


@pytest.fixture(scope="module")
def worker() -> people.Person:
    return people.generate("office-worker", last_day=date(2026, 6, 14))


def test_an_upload_whose_event_never_came_is_waited_for_once(worker) -> None:
    chain = Chain()
    lost = chain.create("uploads", "lost", {"samples": []})
    chain.send(worker)
    chain.clock.wait(PATIENCE.total_seconds())
    early = chain.request("early")
    message = chain.topics.ingested_messages[-1]
    with pytest.raises(NotSettledError):
        chain.preprocess(message)

    chain.clock.wait(PATIENCE.total_seconds())
    chain.run()
    assert chain.job(early)["status"] == "completed"
    answer = chain.records.uploads[lost.origin.path]
    assert answer["status"] == "overdue"
    assert answer["expires_at"] > chain.clock()

    for priority in ("high", "normal"):
        origin = chain.request(f"later-{priority}", priority=priority)
        chain.run()
        assert chain.job(origin)["status"] == "completed"


def test_an_overdue_upload_that_comes_after_all_is_taken(worker) -> None:
    chain = Chain()
    first, *rest = [chain.create("uploads", *each) for each in people.uploads(worker, batch=1000)]
    chain.request()
    chain.clock.wait(PATIENCE.total_seconds() + 1)
    chain.run()
    assert chain.records.uploads[first.origin.path]["status"] == "overdue"

    for event in (first, *rest):
        chain.ingest(event)
    chain.run()

    assert {upload["status"] for upload in chain.records.uploads.values()} == {"ingested"}
    assert len(chain.records.analyses) == 1


def test_an_upload_of_the_last_minute_is_not_given_up(worker) -> None:
    chain = Chain()
    chain.send(worker)
    chain.clock.wait(PATIENCE.total_seconds())
    later = chain.create("uploads", "later", {"samples": []})

    chain.run()

    assert {job["status"] for job in chain.records.jobs.values()} == {"completed"}
    assert "status" not in chain.records.uploads[later.origin.path]
