"""Events may come twice, late, in any order, and the worker may die at any call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clarity.domain.errors import TransientError
from clarity.domain.job import Status
from clarity.sources.generated import people
from clarity.steps.preprocess import combine
from tests.chain import LEASE, Chain

WORKER = people.generate("office-worker", last_day=date(2026, 6, 14))
UPLOADS = list(people.uploads(WORKER, batch=800))
WISH = {"data_timeframe": "1week", "insight_type": "general", "priority": "normal"}
EXPLAINED = {**WISH, "explanation": True}


class Killed(BaseException):
    """The process is gone: nothing else of it runs."""


@dataclass
class Killer:
    """Stands in front of the ports and kills the worker at one call, before or after it."""

    at: int
    after: bool
    calls: int = 0
    dead: bool = False

    def __call__(self, port: Any) -> Any:
        return _Watched(port, self)

    def revive(self) -> None:
        self.dead = False

    def call(self, method: Any, args: Any, kwargs: Any) -> Any:
        if self.dead:
            raise Killed
        self.calls += 1
        if self.calls == self.at and not self.after:
            self.dead = True
            raise Killed
        result = method(*args, **kwargs)
        if self.calls == self.at:
            self.dead = True
            raise Killed
        return result


@dataclass
class _Watched:
    port: Any
    killer: Killer

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.port, name)
        if not callable(found):
            return found
        return lambda *args, **kwargs: self.killer.call(found, args, kwargs)


def deliver(chain: Chain, order: list[int], revive: Any) -> None:
    """Deliver every event as often as `order` names it, and again until it is acknowledged."""
    events = [chain.create("uploads", *upload) for upload in UPLOADS]
    events.append(chain.create("insight_requests", "r1", WISH))
    events.append(chain.create("insight_requests", "r2", EXPLAINED))
    waiting: list[tuple[Any, Any]] = [(chain.ingest, events[at % len(events)]) for at in order]
    waiting += [(chain.ingest, event) for event in events]
    for _ in range(1000):
        while chain.topics.ingested_messages:
            waiting.append((chain.preprocess, chain.topics.ingested_messages.pop(0)))
        while chain.topics.analysed_messages:
            waiting.append((chain.insights, chain.topics.analysed_messages.pop(0)))
        if not waiting:
            return
        step, event = waiting.pop(0)
        try:
            step(event)
        except (Killed, TransientError):
            revive()
            chain.clock.wait(LEASE.total_seconds() / 4)
            waiting.append((step, event))
    raise AssertionError(f"{len(waiting)} events were never acknowledged")


def outcome(chain: Chain) -> Any:
    """What a person can see, without times and without which delivery did it."""
    records = chain.records
    assert all(Status(job["status"]).final for job in records.jobs.values())
    assert {fields["status"] for fields in records.uploads.values()} == {"ingested"}
    assert not chain.topics.dead_letters
    samples = combine(records.recent("ada", 14))
    job = records.jobs["ada", "request-r1"]
    analysis = records.analyses["ada", job["analysis_id"]]
    insight = records.insights["ada", job["insight_id"]]
    explained = records.jobs["ada", "request-r2"]
    explanation = records.explanations["ada", explained["explanation_id"]]
    assert explained["explanation_id"] == explained["analysis_id"]
    assert {key for _, key in records.explanations} == {explanation["analysis_id"]}
    subjects = {f"predict-{analysis_id}" for _, analysis_id in records.analyses}
    subjects |= {f"explain-{analysis_id}" for _, analysis_id in records.explanations}
    assert {key for _, key in records.audits} >= subjects
    return (
        sorted(samples.identity.tolist()),
        job["status"],
        job["analysis_id"],
        analysis["metrics"],
        insight["narrative"],
        explained["status"],
        explanation["attribution"],
        explanation["words"],
    )


@pytest.fixture(scope="module")
def expected() -> Any:
    chain = Chain()
    deliver(chain, [], lambda: None)
    return outcome(chain)


def calls_of_one_run() -> int:
    killer = Killer(at=0, after=False)
    deliver(Chain(through=killer), [], killer.revive)
    return killer.calls


@given(order=st.lists(st.integers(0, len(UPLOADS) + 1), max_size=12))
@settings(max_examples=25, deadline=None, derandomize=True)
def test_duplicates_and_order_change_nothing(order, expected) -> None:
    chain = Chain()

    deliver(chain, order, lambda: None)

    assert outcome(chain) == expected
    assert len(chain.records.insights) == len(chain.records.analyses)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(1, calls_of_one_run() + 1))
def test_a_worker_that_dies_at_any_call_leaves_nothing_half_done(at, after, expected) -> None:
    killer = Killer(at=at, after=after)
    chain = Chain(through=killer)

    deliver(chain, [], killer.revive)

    assert killer.calls > at
    assert outcome(chain) == expected
