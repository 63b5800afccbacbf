"""One subscription at work: its backlog, the consumers attached to it, and its timer."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from infra.local.pubsub.backlog import Backlog, Delivery, Room
from infra.local.pubsub.errors import invalid
from infra.local.pubsub.filters import compile_filter
from infra.local.pubsub.wire import ReceivedMessage, Subscription

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from infra.local.pubsub.store import Store, StoredSubscription


MAX_TAKE = 500  # messages a turn, so that no consumer keeps the event loop or the queue to itself
DEFAULT_MINIMUM_BACKOFF_S = 10.0  # the service's defaults when a retry policy leaves them out
DEFAULT_MAXIMUM_BACKOFF_S = 600.0
PUSH_MINIMUM_BACKOFF_S = 0.1  # push backs off even without a retry policy
PUSH_MAXIMUM_BACKOFF_S = 60.0
MAX_DOUBLINGS = 30


class Consumer(Protocol):
    """A pull, a stream or the push loop."""

    def room(self) -> Room:
        """What it can take now."""

    def deliver(self, messages: Sequence[ReceivedMessage]) -> None:
        """Take leased messages; called only with as many as there is room for."""

    def settled(self, size: int) -> None:
        """A message delivered to it is no longer leased."""

    def closed(self, reason: Exception) -> None:
        """The subscription is gone, detached, or delivers in another way from now on."""


class DeadLetters(Protocol):
    """Where a message goes that was tried too often."""

    def bury(self, feed: Feed, deliveries: Sequence[Delivery]) -> bool:
        """Forward messages inside the open transaction; False if the topic is not there."""


@dataclass(frozen=True, slots=True)
class AckId:
    """What an acknowledgement points at."""

    subscription: int
    epoch: int
    message: int
    lease: int

    def __str__(self) -> str:
        return f"{self.subscription}:{self.epoch}:{self.message}:{self.lease}"

    @classmethod
    def parse(cls, text: str) -> AckId:
        """An ack id as this module wrote it."""
        try:
            subscription, epoch, message, lease = map(int, text.split(":"))
        except ValueError as error:
            raise invalid(f"You have passed an invalid ack ID to the service: {text!r}") from error
        return cls(subscription, epoch, message, lease)


def retry_delay(config: Subscription, failures: int) -> float:
    """Seconds until a message may be tried again after its n-th failure."""
    if config.HasField("retry_policy"):
        policy = config.retry_policy
        minimum, maximum = DEFAULT_MINIMUM_BACKOFF_S, DEFAULT_MAXIMUM_BACKOFF_S
        if policy.HasField("minimum_backoff"):
            minimum = policy.minimum_backoff.ToNanoseconds() / 1e9
        if policy.HasField("maximum_backoff"):
            maximum = policy.maximum_backoff.ToNanoseconds() / 1e9
    elif config.push_config.push_endpoint:
        minimum, maximum = PUSH_MINIMUM_BACKOFF_S, PUSH_MAXIMUM_BACKOFF_S
    else:
        return 0.0
    return float(min(maximum, minimum * 2 ** min(failures - 1, MAX_DOUBLINGS)))


class Feed:
    """Delivers one subscription's messages to whoever is attached, oldest first."""

    def __init__(self, store: Store, row: StoredSubscription, dead_letters: DeadLetters) -> None:
        self._store = store
        self._dead_letters = dead_letters
        self.id = row.id
        self.name = row.name
        self.topic = row.topic
        self.epoch = row.epoch
        self.config = Subscription.FromString(row.config)
        self.accepts = compile_filter(self.config.filter)
        self.backlog = Backlog(
            ordered=self.config.enable_message_ordering,
            # Above every lease given before a restart, so that a stale nack hits nothing.
            first_lease=time.time_ns() // 1000,
        )
        self._consumers: list[Consumer] = []
        self._timer: asyncio.TimerHandle | None = None
        self._scheduled = False
        self._load(0)

    def reconfigure(self, config: Subscription) -> None:
        """Keep and follow a new configuration."""
        self.config = config
        self._store.set_subscription(self.id, config.SerializeToString(), self.epoch)
        self.schedule()

    def refresh(self) -> None:
        """Take in what was published since the last look."""
        self._load(self.backlog.last_message)
        self.schedule()

    def reload(self) -> None:
        """Start over from the store after a seek: leases end, old ack ids mean nothing."""
        self.epoch += 1
        self.backlog.clear()
        self._load(0)
        self.reconfigure(self.config)

    def join(self, consumer: Consumer) -> None:
        """Attach a consumer."""
        self._consumers.append(consumer)
        self.schedule()

    def leave(self, consumer: Consumer) -> None:
        """Detach a consumer; what it holds stays leased."""
        if consumer in self._consumers:
            self._consumers.remove(consumer)

    def close(self, reason: Exception) -> None:
        """Send every consumer away."""
        for consumer in list(self._consumers):
            consumer.closed(reason)
        self._consumers.clear()

    def stop(self) -> None:
        """Cancel the timer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def schedule(self) -> None:
        """Dispatch soon, once, however often this is called."""
        if self._scheduled or not self._consumers:
            return
        self._scheduled = True
        asyncio.get_running_loop().call_soon(self._dispatch)

    def acknowledge(self, ack_ids: Iterable[AckId]) -> list[AckId]:
        """Settle messages for good; returns the ids that came too late to count."""
        settled: list[int] = []
        late: list[AckId] = []
        strict = self.config.enable_exactly_once_delivery
        for each in ack_ids:
            done = None
            if self._is_mine(each):
                done = self.backlog.acknowledge(each.message, each.lease, strict=strict)
            if done is None:
                late.append(each)
            else:
                settled.extend(done)
        self._store.acknowledge(self.id, settled, retain=self.config.retain_acked_messages)
        self.schedule()
        return late

    def extend(self, ack_ids: Iterable[AckId], seconds: float) -> list[AckId]:
        """Move the end of leases, or with 0 give the messages up; returns those that are over."""
        now = time.time()
        late: list[AckId] = []
        held: list[AckId] = []
        for each in ack_ids:
            if not self._is_mine(each):
                late.append(each)
            elif not seconds:
                held.append(each)
            elif not self.backlog.extend(each.message, each.lease, now + seconds):
                late.append(each)
        late += self._fail(held, now)
        self.schedule()
        self._set_timer()
        return late

    def release(self, ack_ids: Iterable[AckId]) -> None:
        """Give back messages that never reached a consumer; no attempt is counted."""
        for each in ack_ids:
            if self._is_mine(each):
                self.backlog.release(each.message, each.lease, time.time())
        self.schedule()

    def _is_mine(self, ack_id: AckId) -> bool:
        return ack_id.subscription == self.id and ack_id.epoch == self.epoch

    def _load(self, after: int) -> None:
        self.backlog.add(self._store.owed(self.id, after), time.time())

    def _dispatch(self) -> None:
        """Hand out what is ready, consumer by consumer, until nothing is left or nobody can."""
        self._scheduled = False
        now = time.time()
        expired = [
            AckId(self.id, self.epoch, message, lease) for message, lease in self.backlog.due(now)
        ]
        self._fail(expired, now)
        progress = True
        while progress:
            progress = False
            for consumer in list(self._consumers):
                progress = self._serve(consumer, now) or progress
        self._set_timer()

    def _serve(self, consumer: Consumer, now: float) -> bool:
        room = consumer.room()
        if room.messages <= 0 or room.size <= 0:
            return False
        taken = self.backlog.take(room, now, consumer)
        if not taken:
            return False
        bodies = self._store.bodies([each.message for each in taken])
        consumer.deliver(
            [self._received(each, body) for each, body in zip(taken, bodies, strict=True)]
        )
        # The next turn goes to somebody else.
        if consumer in self._consumers and len(self._consumers) > 1:
            self._consumers.remove(consumer)
            self._consumers.append(consumer)
        return True

    def _received(self, delivery: Delivery, body: bytes) -> ReceivedMessage:
        received = ReceivedMessage(
            ack_id=str(AckId(self.id, self.epoch, delivery.message, delivery.lease)),
            delivery_attempt=delivery.failures + 1 if self._max_attempts() else 0,
        )
        received.message.MergeFromString(body)
        return received

    def _max_attempts(self) -> int:
        """How often a message is tried before it is dead; 0 = for ever."""
        if not self.config.HasField("dead_letter_policy"):
            return 0
        return int(self.config.dead_letter_policy.max_delivery_attempts)

    def _fail(self, ack_ids: Sequence[AckId], now: float) -> list[AckId]:
        failed: list[Delivery] = []
        late: list[AckId] = []
        for each in ack_ids:
            delivery = self.backlog.fail(each.message, each.lease, now)
            if delivery is None:
                late.append(each)
            else:
                failed.append(delivery)
        if failed:
            self._settle_failures(failed, now)
        return late

    def _settle_failures(self, failed: Sequence[Delivery], now: float) -> None:
        limit = self._max_attempts()
        dead = [each for each in failed if limit and each.failures >= limit]
        with self._store.database.transaction():
            if dead and self._dead_letters.bury(self, dead):
                buried = {each.message for each in dead}
                self._store.acknowledge(self.id, buried, retain=self.config.retain_acked_messages)
            else:
                buried = set()
            again = [
                (each, now + retry_delay(self.config, each.failures))
                for each in failed
                if each.message not in buried
            ]
            self._store.record_failures(
                self.id, [(each.message, each.failures, at) for each, at in again]
            )
        for message in buried:
            self.backlog.remove(message)
        for delivery, at in again:
            self.backlog.requeue(delivery, at, now)

    def _set_timer(self) -> None:
        due = self.backlog.next_due()
        if due is None or not self._consumers:
            self.stop()
            return
        loop = asyncio.get_running_loop()
        when = loop.time() + max(0.0, due - time.time())
        if self._timer is not None and not self._timer.cancelled():
            if self._timer.when() == when:
                return
            self._timer.cancel()
        self._timer = loop.call_at(when, self._dispatch)
