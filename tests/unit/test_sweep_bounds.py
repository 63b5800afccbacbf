"""A tick of the sweeper is bounded, and what it does not get to do is done by the next."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from clarity.domain.errors import UnavailableError
from tests.chain import Chain
from tests.memory_sweep import LIMITS, MemorySweeps, swept

if TYPE_CHECKING:
    from clarity.steps.ports import Outgoing


def test_a_tick_reads_no_more_than_it_may_and_the_next_goes_on() -> None:
    chain = Chain()
    for number in range(25):
        chain.create("uploads", f"u{number:02}", {})
    chain.clock.wait(LIMITS.stuck.total_seconds())
    sweeps = MemorySweeps(chain)
    sweep = swept(chain, sweeps=sweeps, limits=replace(LIMITS, documents=10))

    found = []
    for _ in range(4):
        before = sweeps.reads
        found.append((sweep()["named"], sweeps.reads - before))

    assert found == [(10, 10), (10, 10), (5, 5), (0, 0)]


def test_a_part_that_fails_keeps_no_other_from_its_work(caplog) -> None:
    chain = Chain()
    chain.create("uploads", "u1", {})
    chain.clock.wait(LIMITS.stuck.total_seconds())

    class Blind(MemorySweeps):
        def open_jobs(self, after: str, most: int) -> Any:
            raise UnavailableError("Firestore: DeadlineExceeded")

    with caplog.at_level(logging.INFO), pytest.raises(UnavailableError):
        swept(chain, sweeps=Blind(chain))()

    assert len(chain.topics.documents) == 1
    (said,) = (each.fields for each in caplog.records if each.getMessage() == "swept")
    assert (said["named"], said["not_done"]) == (1, 1)


def test_a_job_that_is_not_as_it_should_be_is_named_and_left(caplog) -> None:
    chain = Chain()
    odd, good = chain.request("odd"), chain.request("plain")
    chain.topics.ingested_messages.clear()
    chain.clock.wait(LIMITS.stuck.total_seconds())
    chain.records.jobs["ada", odd.processing_id]["updated_at"] = "yesterday"

    with caplog.at_level(logging.INFO):
        counts = swept(chain)()

    assert (counts["resumed"], counts["not_done"]) == (1, 1)
    assert [each.processing_id for each in chain.topics.ingested_messages] == [good.processing_id]
    (said,) = (each.fields for each in caplog.records if each.getMessage() == "not swept")
    assert said["document"] == f"users/ada/jobs/{odd.processing_id}"


def test_a_tick_that_has_no_time_left_within_a_page_stops_and_the_next_does_the_rest() -> None:
    chain = Chain()
    for number in range(3):
        chain.create("uploads", f"u{number}", {})
    chain.clock.wait(LIMITS.stuck.total_seconds())
    publish = chain.topics.publish

    class Slow:
        def publish(self, outgoing: Outgoing) -> None:
            publish(outgoing)
            chain.clock.wait(LIMITS.lasting.total_seconds())

    sweep = swept(chain, topics=Slow())
    found = []
    for _ in range(4):
        found.append(sweep()["named"])
        chain.clock.wait(LIMITS.stuck.total_seconds() / 2)

    named_ids = [each.attributes["upload_id"] for each in chain.topics.documents]
    assert set(named_ids) == {"u0", "u1", "u2"}
    assert sum(found) == len(named_ids)
    assert max(found) == 1


def test_a_tick_that_has_no_time_left_stops_and_the_next_goes_on() -> None:
    chain = Chain()
    for number in range(3):
        chain.create("uploads", f"u{number}", {})
    chain.clock.wait(LIMITS.stuck.total_seconds())

    class Slow(MemorySweeps):
        def unanswered(self, collection: Any, after: str, most: int) -> Any:
            self.chain.clock.wait(LIMITS.lasting.total_seconds())
            return super().unanswered(collection, after, 1)

    sweep = swept(chain, sweeps=Slow(chain))

    assert [sweep()["named"] for _ in range(4)] == [1, 1, 1, 0]
