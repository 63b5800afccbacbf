"""The backlog under any sequence of pulls, acks, nacks and time: order held, nothing lost."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from infra.local.pubsub.backlog import Backlog, Delivery, Room
from infra.local.pubsub.store import Owed

KEYS = ("", "k", "l")
LEASE_S = 10.0


@dataclass
class Holder:
    """Counts what is out, as flow control does."""

    out: int = 0

    def settled(self, size: int) -> None:
        self.out -= 1
        assert self.out >= 0
        assert size == 1


class BacklogMachine(RuleBasedStateMachine):
    """A model: which messages are owed, who holds what, and the last one done of each key."""

    @initialize()
    def start(self) -> None:
        self.backlog = Backlog(ordered=True)
        self.now = 0.0
        self.next_message = 1
        self.keys: dict[int, str] = {}
        self.done: set[int] = set()
        self.held: dict[int, int] = {}
        self.holder = Holder()

    @rule(key=st.sampled_from(KEYS), count=st.integers(1, 4))
    def publish(self, key: str, count: int) -> None:
        rows = [Owed(self.next_message + n, key, 1, 0.0, 0, 0.0) for n in range(count)]
        self.next_message += count
        self.keys.update({row.message: key for row in rows})
        self.backlog.add(rows, self.now)

    @rule(limit=st.integers(1, 5), one_per_key=st.booleans())
    def pull(self, limit: int, one_per_key: bool) -> None:
        self.tick(0.0)
        busy = {self.keys[message] for message in self.held}
        taken = self.backlog.take(Room(limit, 100, LEASE_S, one_per_key), self.now, self.holder)
        self.holder.out += len(taken)
        for each in taken:
            self.check_order(each, busy)
            self.held[each.message] = each.lease
        if one_per_key:
            keys = [each.key for each in taken if each.key]
            assert len(keys) == len(set(keys))

    def check_order(self, taken: Delivery, busy: set[str]) -> None:
        assert taken.message not in self.done
        assert taken.message not in self.held
        if taken.key:
            assert taken.key not in busy
            earlier = {m for m, key in self.keys.items() if key == taken.key and m < taken.message}
            assert earlier <= self.done | set(self.held)

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def acknowledge(self, data) -> None:
        message = data.draw(st.sampled_from(sorted(self.held)))
        settled = self.backlog.acknowledge(message, self.held[message], strict=False)
        assert settled is not None
        for each in settled:
            self.done.add(each)
            self.held.pop(each)
            key = self.keys[each]
            assert not key or not [m for m in self.held if self.keys[m] == key and m < each]

    @precondition(lambda self: self.held)
    @rule(data=st.data(), pause=st.sampled_from([0.0, 3.0]), dead=st.booleans())
    def nack(self, data, pause: float, dead: bool) -> None:
        message = data.draw(st.sampled_from(sorted(self.held)))
        delivery = self.backlog.fail(message, self.held.pop(message), self.now)
        assert delivery is not None
        self.take_back_tail(message)
        if dead:
            self.backlog.remove(message)
            self.done.add(message)
        else:
            self.backlog.requeue(delivery, self.now + pause, self.now)

    def take_back_tail(self, message: int) -> None:
        key = self.keys[message]
        if key:
            for later in [m for m in self.held if self.keys[m] == key and m > message]:
                del self.held[later]

    @rule(seconds=st.sampled_from([1.0, 4.0, 11.0]))
    def tick(self, seconds: float) -> None:
        self.now += seconds
        for message, lease in self.backlog.due(self.now):
            delivery = self.backlog.fail(message, lease, self.now)
            if delivery is None:
                continue
            self.held.pop(message)
            self.take_back_tail(message)
            self.backlog.requeue(delivery, 0.0, self.now)

    @invariant()
    def nothing_is_lost_and_flow_control_agrees(self) -> None:
        owed = {each.message for each in self.backlog}
        assert owed == set(self.keys) - self.done
        leased = {each.message: each.lease for each in self.backlog if each.lease}
        assert leased == self.held
        assert self.holder.out == len(self.held)

    def teardown(self) -> None:
        """Whatever happened, everything that is owed can still be had."""
        for _ in range(len(self.keys) + 1):
            self.tick(20.0)
            self.pull(1000, one_per_key=False)
            for message in sorted(self.held):
                settled = self.backlog.acknowledge(message, self.held[message], strict=False)
                for each in settled or []:
                    self.done.add(each)
                    self.held.pop(each)
        assert self.done == set(self.keys)


BacklogMachine.TestCase.settings = settings(
    max_examples=150, stateful_step_count=50, deadline=None, derandomize=True
)
TestBacklog = BacklogMachine.TestCase


def test_settled_messages_leave_no_timers_behind_and_the_others_keep_theirs() -> None:
    backlog, holder = Backlog(ordered=False), Holder()
    backlog.add([Owed(message, "", 1, 0.0, 0, 0.0) for message in range(1, 2001)], 0.0)
    held = []
    for turn in range(200):
        taken = backlog.take(Room(10, 100, 600.0), float(turn), holder)
        holder.out += len(taken)
        held.append(taken.pop())
        for each in taken:
            backlog.acknowledge(each.message, each.lease, strict=False)

    assert len(backlog._timers) < 3 * len(held)
    assert backlog.due(599.0) == []
    assert backlog.due(700.0) == [(each.message, each.lease) for each in held[:101]]
