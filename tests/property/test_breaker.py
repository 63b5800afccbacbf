"""The breaker against a model of it, with any number of calls on their way at any moment."""

from __future__ import annotations

import queue
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
)

from clarity.domain.errors import OpenError, RefusedError, UnavailableError
from clarity.steps.breaker import Breaker

LIMIT, PAUSE = 2, timedelta(seconds=10)


class DownError(Exception):
    """The service failed."""


class SaidError(Exception):
    """The service answered with an error of its own."""


@dataclass
class OnItsWay:
    """One call, in a thread of its own, that ends when and how it is told."""

    breaker: Breaker
    era: int
    ends: Any = field(default_factory=queue.SimpleQueue)
    began: Any = field(default_factory=threading.Event)
    thread: Any = None

    def start(self) -> OnItsWay:
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()
        assert self.began.wait(5)
        return self

    def end(self, how: type[Exception] | None) -> None:
        self.ends.put(how)
        self.thread.join(5)
        assert not self.thread.is_alive()

    def _run(self) -> None:
        try:
            self.breaker.call(self._work, SaidError)
        except (DownError, SaidError):
            return

    def _work(self) -> None:
        self.began.set()
        if how := self.ends.get():
            raise how


class Service(RuleBasedStateMachine):
    """What the breaker must do: `state` is closed, open or half-open with a probe on its way."""

    calls = Bundle("calls")

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime(2026, 6, 15, tzinfo=UTC)
        self.breaker = Breaker(LIMIT, PAUSE, lambda: self.now)
        self.state, self.in_a_row, self.era = "closed", 0, 0
        self.opened = self.now
        self.running: list[OnItsWay] = []

    def change(self, state: str) -> None:
        self.state, self.era, self.in_a_row = state, self.era + 1, 0
        self.opened = self.now

    @property
    def lets_through(self) -> bool:
        rested = self.now - self.opened >= PAUSE
        return self.state == "closed" or (self.state == "open" and rested)

    @initialize(target=calls)
    def some_take_long(self) -> Any:
        return multiple(*(self.begin() for _ in range(5)))

    @precondition(lambda self: self.lets_through)
    @rule(target=calls)
    def begin(self) -> OnItsWay:
        if self.state == "open":
            self.change("half-open")
        call = OnItsWay(self.breaker, self.era).start()
        self.running.append(call)
        return call

    @precondition(lambda self: self.state == "closed")
    @rule()
    def outage(self) -> None:
        """Others that began before are still on their way."""
        for _ in range(LIMIT - self.in_a_row):
            self.end(self.begin(), DownError)

    @precondition(lambda self: not self.lets_through)
    @rule()
    def refused(self) -> None:
        with pytest.raises(OpenError):
            self.breaker.call(lambda: pytest.fail("was called"), SaidError)

    @rule(call=consumes(calls), how=st.sampled_from([None, SaidError, DownError, DownError]))
    def end(self, call: OnItsWay, how: type[Exception] | None) -> None:
        self.running.remove(call)
        call.end(how)
        if call.era != self.era:
            return
        self.in_a_row = self.in_a_row + 1 if how is DownError else 0
        if self.state == "half-open":
            self.change("open" if how is DownError else "closed")
        elif self.in_a_row >= LIMIT:
            self.change("open")

    @rule(seconds=st.sampled_from([1, 10, 11]))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @invariant()
    def it_says_what_it_does(self) -> None:
        assert self.breaker.ready == self.lets_through

    @invariant()
    def only_one_probes(self) -> None:
        probes = [call for call in self.running if call.era == self.era]
        assert self.state != "half-open" or len(probes) == 1

    def teardown(self) -> None:
        for call in self.running:
            call.end(None)


Service.TestCase.settings = settings(
    max_examples=100, stateful_step_count=40, deadline=None, derandomize=True
)
TestService = Service.TestCase


@pytest.mark.parametrize("how", [None, DownError])
def test_a_late_call_from_before_an_outage_says_nothing_about_the_probe(how) -> None:
    moment = [datetime(2026, 6, 15, tzinfo=UTC)]
    breaker = Breaker(1, PAUSE, lambda: moment[0])
    late, failing = OnItsWay(breaker, 0).start(), OnItsWay(breaker, 0).start()
    failing.end(DownError)
    moment[0] += PAUSE
    probe = OnItsWay(breaker, 1).start()

    late.end(how)

    assert not breaker.ready
    probe.end(None)
    assert breaker.ready


def test_of_many_at_once_one_probes() -> None:
    now = datetime(2026, 6, 15, tzinfo=UTC)
    moment = [now]
    breaker = Breaker(1, PAUSE, lambda: moment[0])
    with pytest.raises(UnavailableError):
        breaker.call(fail, RefusedError)
    moment[0] += PAUSE
    together, calls, refusals = threading.Barrier(50), [], []

    def ask() -> None:
        together.wait()
        try:
            breaker.call(lambda: calls.append(held.wait(5)), RefusedError)
        except OpenError:
            refusals.append(1)

    held = threading.Event()
    threads = [threading.Thread(target=ask) for _ in range(50)]
    for thread in threads:
        thread.start()
    while len(refusals) < 49:
        assert any(thread.is_alive() for thread in threads)
    held.set()
    for thread in threads:
        thread.join(5)

    assert (len(calls), len(refusals)) == (1, 49)
    assert breaker.ready


def fail() -> None:
    raise UnavailableError("503")


def test_a_process_that_is_torn_down_in_the_middle_leaves_the_probe_to_another() -> None:
    moment = [datetime(2026, 6, 15, tzinfo=UTC)]
    breaker = Breaker(1, PAUSE, lambda: moment[0])
    for _ in range(2):
        with pytest.raises(SystemExit):
            breaker.call(lambda: (_ for _ in ()).throw(SystemExit), RefusedError)
        assert not breaker.ready
        moment[0] += PAUSE

    assert breaker.call(lambda: "an answer", RefusedError) == "an answer"
