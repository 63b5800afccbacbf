"""When the endpoint is parked and when it is started again."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clarity.domain.errors import UnavailableError
from clarity.steps.park import Action, Backlog, Deployed, Park, Situation, decide
from tests.chain import Clock

IDLE = timedelta(minutes=30)
NOBODY, SOMEBODY, NO_LONGER = Backlog(0, 0), Backlog(2, 2), Backlog(0, 2)


@pytest.mark.parametrize(
    ("found", "action"),  # found: busy, parked, settled, backlog, predictions
    [
        ((False, True, True, SOMEBODY, 0), Action.UNPARK),
        ((False, True, True, NOBODY, 0), Action.NOTHING),
        ((False, True, True, NO_LONGER, 0), Action.NOTHING),
        ((False, True, True, None, 0), Action.NOTHING),
        ((True, True, True, SOMEBODY, 0), Action.NOTHING),
        ((False, False, True, NOBODY, 0), Action.PARK),
        ((False, False, True, NOBODY, 1), Action.NOTHING),
        ((False, False, True, SOMEBODY, 0), Action.NOTHING),
        ((False, False, True, NO_LONGER, 0), Action.NOTHING),
        ((False, False, False, NOBODY, 0), Action.NOTHING),
        ((False, False, True, None, 0), Action.NOTHING),
        ((True, False, True, NOBODY, 0), Action.NOTHING),
    ],
)
def test_a_tick_changes_only_what_does_not_fit(found, action) -> None:
    assert decide(Situation(*found)) is action


@dataclass
class MemoryEndpoint:
    """Deploys and undeploys in no time, or as long as a test holds it busy."""

    clock: Clock
    live: list[Deployed] = field(default_factory=list)
    changing: bool = False
    begun: list[str] = field(default_factory=list)
    between: list = field(default_factory=list)  # what happens after the next question

    def busy(self) -> bool:
        answer = self.changing
        if self.between:
            self.between.pop(0)()
        return answer

    def deployed(self) -> list[Deployed]:
        return list(self.live)

    def park(self) -> None:
        self.begun.append("park")
        self.live.clear()

    def unpark(self) -> None:
        self.begun.append("unpark")
        self.live.append(Deployed("1", "1", 100, self.clock()))


@dataclass
class MemoryLoad:
    """What a measurement sees `delay` after it happened."""

    clock: Clock
    delay: timedelta = timedelta()
    waited: list[tuple[datetime, int]] = field(default_factory=list)
    predicted: list[datetime] = field(default_factory=list)
    error: Exception | None = None

    def backlog(self, within: timedelta) -> Backlog | None:
        if self.error:
            raise self.error
        seen = [n for at, n in self.waited if self._seen(at, within)]
        return Backlog(seen[-1], max(seen)) if seen else None

    def predictions(self, within: timedelta) -> int:
        return sum(self._seen(at, within) for at in self.predicted)

    def _seen(self, at: datetime, within: timedelta) -> bool:
        now = self.clock()
        return now - within <= at <= now - self.delay


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def endpoint(clock) -> MemoryEndpoint:
    return MemoryEndpoint(clock)


@pytest.fixture
def load(clock) -> MemoryLoad:
    return MemoryLoad(clock)


@pytest.fixture
def park(clock, endpoint, load) -> Park:
    return Park(endpoint, load, clock, IDLE)


def test_a_tick_that_comes_twice_starts_the_endpoint_once(park, endpoint, load, clock) -> None:
    load.waited = [(clock(), 5)]

    assert park() is Action.UNPARK
    endpoint.changing = True
    assert park() is Action.NOTHING
    endpoint.changing = False
    assert park() is Action.NOTHING

    assert endpoint.begun == ["unpark"]


def test_a_start_that_ends_between_two_questions_is_not_begun_again(
    park, endpoint, load, clock
) -> None:
    load.waited, endpoint.changing = [(clock(), 5)], True

    def ends() -> None:
        endpoint.changing = False
        endpoint.live.append(Deployed("1", "1", 100, clock()))

    endpoint.between.append(ends)

    assert park() is Action.NOTHING
    assert not endpoint.begun


def test_an_endpoint_that_was_deployed_by_hand_has_its_idle_time_before_it(
    park, endpoint, load, clock
) -> None:
    endpoint.unpark()
    acts = []
    for _ in range(31):
        load.waited.append((clock(), 0))
        acts.append(park())
        clock.wait(60)

    assert acts == [Action.NOTHING] * 30 + [Action.PARK]


def test_where_nothing_is_measured_nothing_is_changed(park, endpoint, load, clock) -> None:
    assert park() is Action.NOTHING
    endpoint.unpark()
    clock.wait(2 * IDLE.total_seconds())
    assert park() is Action.NOTHING

    load.error = UnavailableError("Cloud Monitoring did not answer")
    with pytest.raises(UnavailableError):
        park()
    assert endpoint.begun == ["unpark"]


def test_a_tick_says_what_it_found_and_did(park, load, clock, caplog) -> None:
    load.waited = [(clock(), 5)]

    with caplog.at_level(logging.INFO):
        park()

    (record,) = caplog.records
    assert record.getMessage() == "endpoint checked"
    assert record.fields == {
        "action": "unparked",
        "busy": False,
        "parked": True,
        "waiting": 5,
        "predictions": 0,
    }


@given(
    minutes=st.lists(st.tuples(st.integers(0, 3), st.booleans()), min_size=1, max_size=200),
    delay=st.integers(0, 6),
    starting=st.integers(1, 25),
)
def test_work_is_done_and_a_started_endpoint_is_not_parked_while_what_it_did_is_unknown(
    minutes, delay, starting
) -> None:
    """A minute at a time: messages come, are worked off while it is live, and are measured late."""
    clock = Clock()
    endpoint = MemoryEndpoint(clock)
    load = MemoryLoad(clock, timedelta(minutes=delay))
    park = Park(endpoint, load, clock, IDLE)
    waiting, ready_at, last_done = 0, clock(), clock() - IDLE
    quiet = [(0, True)] * (starting + delay + int(IDLE.total_seconds() / 60) + 5) * 2
    for arrived, ticks in [*minutes, *quiet]:
        waiting += arrived
        endpoint.changing = bool(endpoint.live) and clock() < ready_at
        if waiting and endpoint.live and not endpoint.changing:
            load.predicted += [clock()] * waiting
            waiting, last_done = 0, clock()
        load.waited.append((clock(), waiting))
        action = park() if ticks else Action.NOTHING
        if action is Action.UNPARK:
            ready_at = clock() + timedelta(minutes=starting)
        if action is Action.PARK:
            assert clock() - last_done >= IDLE - timedelta(minutes=delay)
            assert clock() - ready_at > timedelta(minutes=5)
        clock.wait(60)

    assert waiting == 0
    assert not endpoint.live
