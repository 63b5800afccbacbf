"""What one subscription still owes, in memory: who may have what next, and until when.

Pure: no clock, no I/O; the time comes in with each call. A message is ready, waiting (until
`visible_at`), or leased (until `deadline`). With ordering, the messages of one key go out as one
run, and the key pauses until the whole run is settled; when one of the run fails, it and every
later one go back, and acknowledgements that overtook it are void, so that the tail comes again.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from infra.local.pubsub.store import Owed


_FEW_TIMERS = 64  # of settled messages, that are not worth looking for


class Holder(Protocol):
    """Whoever holds leases and counts them for its flow control."""

    def settled(self, size: int) -> None:
        """One leased message of `size` bytes is no longer out."""


@dataclass(slots=True)
class Delivery:
    """One message on its way to one subscription; `lease` is 0 while nobody holds it."""

    message: int
    key: str
    size: int
    published: float
    failures: int
    visible_at: float
    lease: int = 0
    deadline: float = 0.0
    holder: Holder | None = None


@dataclass(slots=True)
class _Key:
    """One ordering key: what waits (a heap of messages), what is out, what was acked early."""

    waiting: list[int] = field(default_factory=list)
    out: set[int] = field(default_factory=set)
    early: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Room:
    """What a consumer can take now, and for how long."""

    messages: int
    size: int
    lease_s: float
    one_per_key: bool = False


class Backlog:
    """The messages of one subscription that are not acknowledged yet."""

    def __init__(self, *, ordered: bool, first_lease: int = 1) -> None:
        self._ordered = ordered
        self._deliveries: dict[int, Delivery] = {}
        self._keys: dict[str, _Key] = {}
        self._ready: list[int] = []  # heap; entries are checked when they come up
        self._timers: list[tuple[float, int]] = []  # heap; likewise
        self._next_lease = first_lease
        self.last_message = 0

    def __len__(self) -> int:
        return len(self._deliveries)

    def __iter__(self) -> Iterator[Delivery]:
        return iter(self._deliveries.values())

    def get(self, message: int) -> Delivery | None:
        """The delivery of a message, if it is still owed."""
        return self._deliveries.get(message)

    def add(self, rows: Iterable[Owed], now: float) -> None:
        """Take in what the store says is owed."""
        for row in rows:
            key = row.ordering_key if self._ordered else ""
            delivery = Delivery(
                row.message, key, row.size, row.published, row.failures, row.visible_at
            )
            self._deliveries[row.message] = delivery
            self.last_message = max(self.last_message, row.message)
            self._wait(delivery, now)

    def clear(self) -> None:
        """Forget everything; leases end."""
        for delivery in self._deliveries.values():
            self._end_lease(delivery)
        self._deliveries.clear()
        self._keys.clear()
        self._ready.clear()
        self._timers.clear()

    def take(self, room: Room, now: float, holder: Holder) -> list[Delivery]:
        """Lease the oldest ready messages that fit into the room; the first always fits."""
        taken: list[Delivery] = []
        size = 0
        while self._ready and len(taken) < room.messages:
            delivery = self._deliveries.get(self._ready[0])
            if delivery is None or not self._is_ready(delivery, now):
                heapq.heappop(self._ready)
                continue
            if taken and size + delivery.size > room.size:
                break
            heapq.heappop(self._ready)
            for each in self._run(delivery, room, len(taken), size):
                self._lease(each, now + room.lease_s, holder)
                taken.append(each)
                size += each.size
        return taken

    def acknowledge(self, message: int, lease: int, *, strict: bool) -> list[int] | None:
        """Messages that are settled by this acknowledgement; None if it is too late to count.

        A late one counts as long as the message is owed, unless `strict` (exactly once) or an
        ordering key forbids it.
        """
        delivery = self._deliveries.get(message)
        if delivery is None:
            return None
        if delivery.lease != lease and (strict or delivery.key):
            return None
        if not delivery.key:
            self.remove(message)
            return [message]
        return self._acknowledge_in_order(delivery)

    def fail(self, message: int, lease: int, now: float) -> Delivery | None:
        """End a lease without success; the caller then requeues or removes the message."""
        delivery = self._deliveries.get(message)
        if delivery is None or not lease or delivery.lease != lease:
            return None
        delivery.failures += 1
        self._take_back(delivery, now)
        return delivery

    def release(self, message: int, lease: int, now: float) -> None:
        """Undo a lease whose message never left; it does not count as a failure."""
        delivery = self._deliveries.get(message)
        if delivery is not None and lease and delivery.lease == lease:
            self._take_back(delivery, now)
            self.requeue(delivery, 0.0, now)

    def requeue(self, delivery: Delivery, visible_at: float, now: float) -> None:
        """Offer a failed message again from `visible_at` on."""
        delivery.visible_at = visible_at
        self._wait(delivery, now)

    def remove(self, message: int) -> None:
        """Forget a message: acknowledged, dead-lettered or expired."""
        delivery = self._deliveries.pop(message, None)
        if delivery is None:
            return
        self._end_lease(delivery)
        self._drop_stale_timers()
        key = self._keys.get(delivery.key) if delivery.key else None
        if key is not None:
            key.out.discard(message)
            key.early.discard(message)
            self._offer_head(delivery.key, key)

    def extend(self, message: int, lease: int, deadline: float) -> bool:
        """Move the end of a lease; False if it is over."""
        delivery = self._deliveries.get(message)
        if delivery is None or delivery.lease != lease:
            return False
        delivery.deadline = deadline
        heapq.heappush(self._timers, (deadline, message))
        return True

    def due(self, now: float) -> list[tuple[int, int]]:
        """(message, lease) whose time has run out; waiting messages become ready on the way."""
        expired: list[tuple[int, int]] = []
        while self._timers and self._timers[0][0] <= now:
            when, message = heapq.heappop(self._timers)
            delivery = self._deliveries.get(message)
            if delivery is None:
                continue
            if delivery.lease:
                if delivery.deadline == when and not self._is_acked_early(delivery):
                    expired.append((message, delivery.lease))
            elif delivery.visible_at == when:
                heapq.heappush(self._ready, message)
        return expired

    def next_due(self) -> float | None:
        """When `due` has something to say, or None."""
        return self._timers[0][0] if self._timers else None

    def _drop_stale_timers(self) -> None:
        """Forget the timers of settled messages where they are most: leases may last minutes."""
        if len(self._timers) <= _FEW_TIMERS + 2 * len(self._deliveries):
            return
        self._timers = [
            (when, message)
            for when, message in self._timers
            if (delivery := self._deliveries.get(message)) is not None
            and when == (delivery.deadline if delivery.lease else delivery.visible_at)
        ]
        heapq.heapify(self._timers)

    def _is_ready(self, delivery: Delivery, now: float) -> bool:
        if delivery.lease or delivery.visible_at > now:
            return False
        if not delivery.key:
            return True
        key = self._keys[delivery.key]
        return not key.out and self._head(key) == delivery.message

    def _head(self, key: _Key) -> int | None:
        while key.waiting and key.waiting[0] not in self._deliveries:
            heapq.heappop(key.waiting)
        return key.waiting[0] if key.waiting else None

    def _run(self, first: Delivery, room: Room, count: int, size: int) -> Sequence[Delivery]:
        """The message alone, or with those that follow it in its ordering key."""
        if not first.key:
            return [first]
        key = self._keys[first.key]
        run: list[Delivery] = []
        while (head := self._head(key)) is not None and count + len(run) < room.messages:
            delivery = self._deliveries[head]
            if run and (room.one_per_key or size + delivery.size > room.size):
                break
            heapq.heappop(key.waiting)
            key.out.add(head)
            run.append(delivery)
            size += delivery.size
        return run

    def _lease(self, delivery: Delivery, deadline: float, holder: Holder) -> None:
        delivery.lease = self._next_lease
        self._next_lease += 1
        delivery.deadline = deadline
        delivery.holder = holder
        heapq.heappush(self._timers, (deadline, delivery.message))

    def _end_lease(self, delivery: Delivery) -> None:
        if delivery.holder is not None:
            delivery.holder.settled(delivery.size)
        delivery.holder = None
        delivery.lease = 0

    def _acknowledge_in_order(self, delivery: Delivery) -> list[int]:
        key = self._keys[delivery.key]
        key.early.add(delivery.message)
        settled = []
        while key.out and (first := min(key.out)) in key.early:
            self.remove(first)
            settled.append(first)
        return settled

    def _is_acked_early(self, delivery: Delivery) -> bool:
        return bool(delivery.key) and delivery.message in self._keys[delivery.key].early

    def _take_back(self, delivery: Delivery, now: float) -> None:
        """End the lease; with ordering, also those of every later message of the key."""
        self._end_lease(delivery)
        if not delivery.key:
            return
        key = self._keys[delivery.key]
        key.early.discard(delivery.message)
        key.out.discard(delivery.message)
        for message in [each for each in key.out if each > delivery.message]:
            key.out.discard(message)
            key.early.discard(message)
            later = self._deliveries[message]
            self._end_lease(later)
            self._wait(later, now)

    def _wait(self, delivery: Delivery, now: float) -> None:
        """Queue a message that nobody holds."""
        if delivery.key:
            key = self._keys.setdefault(delivery.key, _Key())
            heapq.heappush(key.waiting, delivery.message)
            if key.out or self._head(key) != delivery.message:
                return
        self._offer(delivery, now)

    def _offer(self, delivery: Delivery, now: float) -> None:
        if delivery.visible_at > now:
            heapq.heappush(self._timers, (delivery.visible_at, delivery.message))
        else:
            heapq.heappush(self._ready, delivery.message)

    def _offer_head(self, name: str, key: _Key) -> None:
        if key.out:
            return
        head = self._head(key)
        if head is None:
            del self._keys[name]
            return
        delivery = self._deliveries[head]
        # Without a clock here, a pause goes through the timers even when it is already over.
        if delivery.visible_at:
            heapq.heappush(self._timers, (delivery.visible_at, head))
        else:
            heapq.heappush(self._ready, head)
