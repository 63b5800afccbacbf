"""Work that takes long keeps its claim; work that fails gives it back."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from clarity.domain.errors import InProgressError, RefusedError, UnavailableError
from clarity.steps import once as once_module
from clarity.steps.once import claim_key, once
from clarity.steps.ports import Claimed, Done, Held, Outgoing
from tests.memory import MemoryClaims, MemoryRecords, MemoryTopics

LEASE = timedelta(seconds=0.3)
KEY = claim_key("step", "event")


class Counting(MemoryClaims):
    """Says how often a lease was renewed, and may fail to."""

    renewals: int = 0
    failures: int = 0

    def renew(self, claim: Any, lease: Any) -> Any:
        self.renewals += 1
        if self.failures:
            self.failures -= 1
            raise UnavailableError("not now")
        return super().renew(claim, lease)


@pytest.fixture
def claims() -> Counting:
    return Counting(lambda: datetime.now(UTC), MemoryRecords())


def run(claims: Counting, work: Any, lease: timedelta = LEASE, **more: Any) -> str:
    return once(claims, "step", "event", work, user_id="ada", lease=lease, **more)


def _until(holds: Any) -> None:
    deadline = time.monotonic() + 10
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.01)


def claim(claims: Counting) -> Any:
    return claims.claim(KEY, user_id="ada", lease=LEASE)


@pytest.mark.parametrize("failures", [0, 1], ids=["each time", "though once it fails"])
def test_a_lease_is_renewed_for_as_long_as_the_work_takes(claims, failures) -> None:
    claims.failures = failures
    others = []

    def work(_claim: Any) -> Done:
        for _ in range(8):
            time.sleep(LEASE.total_seconds() / 4)
            others.append(claim(claims))
        return Done("done")

    assert run(claims, work) == "done"
    assert all(isinstance(each, Held) for each in others)
    assert claims.renewals >= 3


def test_a_worker_that_hangs_loses_its_claim_in_the_end(claims) -> None:
    taken = []

    def work(_claim: Any) -> Done:
        def other_takes_it() -> bool:
            taken.append(claim(claims))
            return isinstance(taken[-1], Claimed)

        _until(other_takes_it)
        return Done("late")

    with pytest.raises(InProgressError):
        run(claims, work)

    assert isinstance(taken[0], Held)
    assert isinstance(taken[-1], Claimed)


def test_work_that_is_quick_renews_nothing_and_starts_no_thread_of_its_own(
    claims, monkeypatch
) -> None:
    started: list[str] = []
    start = threading.Thread.start

    def noted(thread: threading.Thread) -> None:
        started.append(thread.name)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", noted)

    for number in range(20):
        work = partial(once, claims, "step", f"event {number}", lambda _: Done("done"))
        assert work(user_id="ada", lease=timedelta(minutes=1)) == "done"

    assert claims.renewals == 0
    assert len(started) <= 1  # the clock of all


@pytest.mark.parametrize("what", ["the clock", "a renewal"])
def test_where_a_thread_cannot_start_leases_are_renewed_with_the_next(
    claims, monkeypatch, what
) -> None:
    monkeypatch.setattr(once_module, "_clock", once_module._Clock())  # none that runs already
    failed: list[str] = []
    start = threading.Thread.start

    def first_fails(thread: threading.Thread) -> None:
        if (thread.name == "leases") == (what == "the clock") and not failed:
            failed.append(thread.name)
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", first_fails)
    if what == "the clock":
        assert run(claims, lambda _: Done("done")) == "done"
    other = Counting(lambda: datetime.now(UTC), MemoryRecords())

    def work(_: Claimed) -> Done:
        _until(lambda: other.renewals)
        return Done("done")

    assert run(other, work) == "done"
    assert failed
    assert other.renewals


def test_a_callback_that_raises_keeps_no_other_from_being_called() -> None:
    class Callee:
        def __init__(self) -> None:
            self.called = threading.Event()

        def raises(self) -> None:
            raise KeyError("unforeseen")

        def answers(self) -> None:
            self.called.set()

    clock, callee = once_module._Clock(), Callee()
    clock.call_after(0, callee.raises)
    clock.call_after(0.01, callee.answers)

    assert callee.called.wait(10)


def test_a_lease_that_hangs_in_its_renewal_keeps_no_other_from_being_renewed(claims) -> None:
    hanging, renewed = threading.Event(), threading.Event()

    class Hanging(Counting):
        def renew(self, claim: Any, lease: Any) -> Any:
            hanging.set()
            renewed.wait(10)
            return super().renew(claim, lease)

    stuck = Hanging(lambda: datetime.now(UTC), MemoryRecords())
    slow = threading.Thread(
        target=run, args=(stuck, lambda _: (renewed.wait(10), Done("late"))[1], 2 * LEASE)
    )
    slow.start()
    assert hanging.wait(10)

    def work(_: Claimed) -> Done:
        _until(lambda: claims.renewals)
        return Done("done")

    run(claims, work)
    renewed.set()
    slow.join(timeout=10)

    assert claims.renewals


def test_a_worker_that_lost_its_lease_renews_no_more_and_is_refused(claims) -> None:
    def work(_claim: Any) -> Done:
        claims.held[KEY]["token"] = "another's"
        time.sleep(LEASE.total_seconds())
        return Done("late")

    with pytest.raises(InProgressError):
        run(claims, work)

    assert claims.renewals == 1
    assert "result" not in claims.held[KEY]


class Unreleasable(Counting):
    def release(self, _claim: Any) -> None:
        raise UnavailableError("not now either")


def test_why_the_work_failed_is_told_even_where_the_claim_cannot_be_given_back() -> None:
    claims = Unreleasable(lambda: datetime.now(UTC), MemoryRecords())

    def work(_claim: Any) -> Done:
        raise RefusedError("never")

    with pytest.raises(RefusedError):
        run(claims, work)


def test_a_message_that_could_not_go_out_goes_out_with_the_next_delivery(claims) -> None:
    owed = tuple(Outgoing("documents", bytes([number]), {}) for number in range(3))

    class Failing(MemoryTopics):
        def publish(self, outgoing: Outgoing) -> None:
            if outgoing == owed[1]:
                raise UnavailableError("not now")
            super().publish(outgoing)

    with pytest.raises(UnavailableError):
        run(claims, lambda _: Done("done", owed), topics=Failing())
    topics = MemoryTopics()

    results = [run(claims, lambda _: Done("never run"), topics=topics) for _ in range(2)]

    assert results == ["done", "done"]
    assert topics.documents == list(owed)
