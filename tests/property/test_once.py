"""Whatever happens to workers and calls: one effect, no message lost, nobody late overwrites it."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from clarity.domain.errors import TransientError, UnavailableError
from clarity.domain.job import Status
from clarity.steps.once import REJECTED, once
from clarity.steps.ports import Done, End, Outgoing
from tests.chain import Clock
from tests.contract import claim_store
from tests.contract.claim_store import Store, claims_through, over
from tests.memory import MemoryClaims, MemoryRecords
from tests.property.workers import Gated, Worker, killed_after, killed_before, well

if TYPE_CHECKING:
    from google.cloud.firestore import Client

    from clarity.steps.ports import Claimed

LEASE = timedelta(minutes=30)
WORKERS = 3


def unanswered(_worker: Worker, call: Any) -> Any:
    call()
    raise UnavailableError("the answer is lost")


def failed(_worker: Worker, _call: Any) -> Any:
    raise UnavailableError("it never arrived")


class OverMemory(RuleBasedStateMachine):
    """Deliveries of one event, some of which give up, and what is seen from outside."""

    fates: ClassVar[list[Any]] = [*[well] * 9, killed_before, killed_after, unanswered, failed]

    def __init__(self) -> None:
        super().__init__()
        self.store = self.opened()
        self.store.write({})
        self.store.queue_job()
        self.workers: list[Worker] = []
        self.runs = 0
        self.sent: list[str] = []
        self.returned: set[str] = set()
        self.seen: str | None = None  # the effect, once there is one
        self.holder: Worker | None = None
        self.held_until = self.store.clock()

    def teardown(self) -> None:
        """Nobody is at it any more: a last delivery finds, or brings, all to its end."""
        for worker in self.workers:
            worker.end(killed_before)
        self.workers = []
        self.store.clock.now += 2 * LEASE
        for _ in range(2):
            before = list(self.sent)
            self.deliver(gives_up=False, renews=False)
            self.workers[-1].end()
            self._settle()
            self.document_job_and_results_agree()
        assert self.returned == {self.seen}
        assert set(self.sent) == {f"{self.seen}{part}" for part in "ab"}
        assert self.sent == before  # what was marked does not go out again

    def opened(self) -> Store:
        clock, records = Clock(), MemoryRecords()
        return Store(MemoryClaims(clock, records), records, clock, None)

    def claims_of(self, worker: Worker) -> Any:
        names = ("claim", "renew", "complete", "published", "release")
        return Gated(self.store.claims, worker, names)

    @initialize(died=st.booleans())
    def begin(self, *, died: bool) -> None:
        """Afresh, or after a worker that died with the claim."""
        if died:
            self.deliver(gives_up=False, renews=False)
            while self.workers[0].at != "work":
                self.workers[0].go_on()
            self.workers.pop().end(killed_before)
            self.store.clock.now += LEASE

    @precondition(lambda self: len(self.workers) < WORKERS)
    @rule(gives_up=st.sampled_from([False, False, True]), renews=st.booleans())
    def deliver(self, *, gives_up: bool, renews: bool) -> None:
        work = partial(self._handle, gives_up=gives_up, renews=renews)
        self.workers.append(Worker(work))

    def _handle(self, worker: Worker, *, gives_up: bool, renews: bool) -> str:
        claims = self.claims_of(worker)

        def work(claim: Claimed) -> Done:
            self._hold(worker)
            worker.call("work", lambda: None)
            if renews:
                with suppress(TransientError):  # as the thread does that renews
                    claims.renew(claim, LEASE)
                    self._hold(worker)
                worker.call("more work", lambda: None)
            self.runs += 1
            tag = f"{REJECTED if gives_up else ''}{self.runs}"
            owes = tuple(Outgoing("ingested", tag.encode(), {"part": part}) for part in "ab")
            status = Status.FAILED if gives_up else Status.COMPLETED
            end = End(self.store.origin, status, tag, {})
            return Done(tag, owes, (self.store.origin, {"status": tag}), end)

        origin, topics = self.store.origin, Gated(self, worker, ("publish",))
        return once(
            claims, "step", origin.path, work, user_id=origin.user_id, lease=LEASE, topics=topics
        )

    def publish(self, outgoing: Outgoing) -> None:
        self.sent.append(outgoing.data.decode() + outgoing.attributes["part"])

    def _hold(self, worker: Worker) -> None:
        """Nobody is let in before the lease of who was in before has ended."""
        before = self.holder
        if before not in (None, worker) and not before.ended:
            assert self.store.clock() >= self.held_until
        self.holder, self.held_until = worker, self.store.lease_until()

    @precondition(lambda self: self.workers)
    @rule(data=st.data(), calls=st.sampled_from([0, 0, 0, 2]))
    def go_on(self, data: st.DataObject, calls: int) -> None:
        """One worker's next calls go well, up to one that may not."""
        worker = data.draw(st.sampled_from(self.workers), "worker")
        while calls and not worker.ended:
            worker.go_on()
            calls -= 1
        if not worker.ended:
            worker.go_on(data.draw(st.sampled_from(self.fates_of(worker)), "fate"))
        self._settle()

    def fates_of(self, _worker: Worker) -> list[Any]:
        return self.fates

    @rule(part=st.sampled_from([0.4, 1.1]))
    def wait(self, part: float) -> None:
        self.store.clock.now += part * LEASE

    def _settle(self) -> None:
        for worker in [each for each in self.workers if each.ended]:
            self.workers.remove(worker)
            if worker.result is not None:
                self.returned.add(worker.result)

    @invariant()
    def document_job_and_results_agree(self) -> None:
        document, job, lease_until = self.store.look()
        found = document.get("status")
        assert (job["message"] if Status(job["status"]).final else None) == found
        assert self.seen in (None, found)  # what is there stays
        self.seen = found
        assert self.returned <= {found}
        assert set(self.sent) <= ({found + part for part in "ab"} if found else set())
        if self.holder and not self.holder.ended:  # nobody but itself shortens its lease
            assert lease_until >= self.held_until


def by_itself(fault: Any) -> Any:
    """What a call comes to, whoever makes it."""
    return lambda _worker, call: fault(call)


class OverFirestore(OverMemory):
    """The same, where each call of the database goes as it is told, each of those in a port's."""

    of_calls: ClassVar[list[Any]] = [
        *[well] * 10,
        killed_before,
        killed_after,
        by_itself(claim_store.twice),
        by_itself(claim_store.unanswered),
        by_itself(claim_store.aborted),
    ]

    calls = ("commit",)
    client: Client

    def fates_of(self, worker: Worker) -> list[Any]:
        return self.of_calls if worker.at in self.calls else self.fates

    def opened(self) -> Store:
        return over(self.client)

    def claims_of(self, worker: Worker) -> Any:
        return claims_through(self.store, lambda api: Gated(api, worker, self.calls))


def test_an_event_is_handled_once_in_memory() -> None:
    run_state_machine_as_test(
        OverMemory, settings=settings(max_examples=150, stateful_step_count=60, deadline=None)
    )


def test_an_event_is_handled_once_in_firestore(cloud) -> None:
    class Here(OverFirestore):
        client = cloud.firestore()

    run_state_machine_as_test(
        Here, settings=settings(max_examples=30, stateful_step_count=80, deadline=None)
    )
