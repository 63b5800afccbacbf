"""A worker may stall at any call until another has taken its event over and finished it."""

from __future__ import annotations

from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import pytest

from clarity.domain.errors import TransientError
from clarity.sources.generated import people
from tests.chain import LEASE, Chain
from tests.property import test_idempotency as flows
from tests.property.test_idempotency import Killer


@dataclass
class Staller(Killer):
    """At one call the leases end, and the event that is at hand is delivered to another worker.

    `left` is what that one left behind: the first changes nothing of it any more.
    """

    at_hand: Any = None
    stall: Any = None
    left: Any = None
    chain: Any = None

    def call(self, method: Any, args: Any, kwargs: Any) -> Any:
        self.calls += 1
        if self.calls == self.at:
            self.stall()
        return method(*args, **kwargs)

    def watch(self, chain: Chain) -> None:
        """See which event is at hand."""
        self.chain = chain
        for name in ("ingest", "preprocess", "insights"):
            setattr(chain, name, _Step(getattr(chain, name), self))

        def stall() -> None:
            chain.clock.wait(LEASE.total_seconds() + 1)
            step, event = self.at_hand
            with suppress(TransientError):
                flows.Giving(step)(event)
                chain.clock.wait(1)  # what is written from now on says so
                self.left = standing(chain)

        self.stall = stall


@dataclass
class _Step:
    step: Any
    staller: Staller

    def __call__(self, event: Any) -> None:
        self.staller.at_hand = (self.step, event)
        try:
            self.step(event)
        finally:
            self.look()

    def reject(self, *args: Any) -> None:
        try:
            self.step.reject(*args)
        finally:
            self.look()

    def look(self) -> None:
        """See that nothing has changed since another worker finished."""
        left, self.staller.left = self.staller.left, None
        if left is not None:
            assert standing(self.staller.chain) == left


def standing(chain: Chain) -> Any:
    """What a late worker could overwrite; what is only ever created is told by its name."""
    records = chain.records
    claims = {
        key: {name: value for name, value in held.items() if name != "unpublished"}
        for key, held in chain.claims.held.items()
        if key.partition(":")[0] in {"ingest", "preprocess", "insights"}
    }
    created = (records.chunks, records.analyses, records.explanations, records.insights)
    kept = deepcopy((records.uploads, records.jobs, records.queues, records.rejections, claims))
    return kept, [sorted(each) for each in created]


def calls_of(flow: Any, **ports: Any) -> int:
    staller = Staller(at=0)
    chain = Chain(through=staller, **ports)
    staller.watch(chain)
    flow(chain, [], lambda: None)
    return staller.calls


def stalled(at: int, flow: Any, **ports: Any) -> Chain:
    """The flow, where a worker stalls before this call."""
    staller = Staller(at=at)
    chain = Chain(through=staller, **ports)
    staller.watch(chain)
    flow(chain, [], lambda: None)
    assert staller.calls > staller.at
    return chain


def deliver_week(chain: Chain, _order: list[int], revive: Any) -> None:
    """A week in one upload, then a request for its insight, explained."""
    events = [
        chain.create("uploads", *next(people.uploads(flows.WORKER, batch=10_000))),
        chain.create("insight_requests", "r1", flows.EXPLAINED),
    ]
    flows.work_off(chain, [(chain.ingest, event) for event in events], revive)


def outcome(chain: Chain) -> Any:
    records = chain.records
    assert {job["status"] for job in records.jobs.values()} == {"completed"}
    assert {fields["status"] for fields in records.uploads.values()} == {"ingested"}
    assert not chain.topics.dead_letters
    kept = (records.chunks, records.jobs, records.analyses, records.insights)
    for job in records.jobs.values():
        steps = [step["status"] for step in job["history"]]
        assert len(steps) == len(set(steps))
    return [sorted(each) for each in kept]


@pytest.fixture(scope="module")
def expected() -> Any:
    chain = Chain()
    deliver_week(chain, [], lambda: None)
    return outcome(chain)


@pytest.mark.parametrize("at", range(2, 1 + calls_of(deliver_week), 2))
def test_a_late_worker_changes_nothing_that_another_has_finished(at, expected) -> None:
    assert outcome(stalled(at, deliver_week)) == expected


@pytest.mark.parametrize(
    "at", range(2, 1 + calls_of(flows.deliver_poison, encoder=flows.Refusing()))
)
def test_a_late_worker_gives_nothing_up_that_another_has_finished(at) -> None:
    flows.given_up(stalled(at, flows.deliver_poison, encoder=flows.Refusing()))


@pytest.fixture(scope="module")
def expected_telling() -> Any:
    chain = Chain(narrator=flows.sleepless())
    flows.deliver_requests(chain, [], lambda: None)
    return flows.told(chain)


@pytest.mark.parametrize(
    "at", range(2, 1 + calls_of(flows.deliver_requests, narrator=flows.sleepless()))
)
def test_a_late_worker_tells_nothing_that_another_has_told(at, expected_telling) -> None:
    model = flows.sleepless()

    chain = stalled(at, flows.deliver_requests, narrator=model)

    assert flows.told(chain) == expected_telling
    assert len(chain.push.handed_over) <= 4
