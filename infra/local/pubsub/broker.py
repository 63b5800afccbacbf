"""The embedded Pub/Sub: topics, subscriptions, publishing, and the loop that delivers."""

from __future__ import annotations

import asyncio
import itertools
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict, Unpack

from infra.local.pubsub import rpc, rules
from infra.local.pubsub.errors import missing, precondition, taken
from infra.local.pubsub.feed import Feed
from infra.local.pubsub.options import subscription
from infra.local.pubsub.push import PushConsumer, http_client
from infra.local.pubsub.store import Store, StoredMessage, StoredSubscription
from infra.local.pubsub.tokens import TokenIssuer
from infra.local.pubsub.wire import PubsubMessage, Subscription, Topic

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import aiohttp
    from google.protobuf.field_mask_pb2 import FieldMask

    from infra.local.database import Database
    from infra.local.pubsub.backlog import Delivery
    from infra.local.pubsub.options import SubscriptionOptions
    from infra.local.wire import Server

DELETED_TOPIC = "_deleted-topic_"  # the service's own word
SWEEP_S = 60  # retention is counted in minutes at the least


class BacklogStatus(TypedDict):
    """How one subscription stands."""

    topic: str
    unacked: int
    oldest_age_s: float


@dataclass(slots=True)
class TopicEntry:
    """A topic: its row's id and its configuration."""

    id: int
    config: Topic


class PubSub:
    """Pub/Sub over one SQLite file, for the unmodified clients and for this process itself.

    Everything runs on the event loop's thread. `publish` may be called inside an open
    `database.transaction()` and then lives or dies with it; the other writing methods open their
    own and must not be called inside one.
    """

    def __init__(self, database: Database) -> None:
        self.store = Store(database)
        self.tokens = TokenIssuer(self.store)
        self._ids = itertools.count(self.store.last_message_id() + 1)
        self._topics: dict[str, TopicEntry] = {}
        for topic, stored in self.store.topics():
            config = Topic.FromString(stored)
            self._topics[config.name] = TopicEntry(topic, config)
        self._feeds = {row.name: Feed(self.store, row, self) for row in self.store.subscriptions()}
        self._by_topic: dict[int, list[Feed]] = {}
        for feed in self._feeds.values():
            self._by_topic.setdefault(feed.topic, []).append(feed)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._client: aiohttp.ClientSession | None = None
        self._pushes: dict[int, PushConsumer] = {}
        self._fresh: set[Feed] = set()

    def register(self, server: Server) -> None:
        """Serve the Publisher and Subscriber RPCs."""
        server.add_generic_rpc_handlers(rpc.handlers(self))

    async def run(self) -> None:
        """Deliver until cancelled: pushes go out, and what nobody can ask for again is removed."""
        self._loop = asyncio.get_running_loop()
        async with http_client() as client:
            self._client = client
            try:
                for feed in self._feeds.values():
                    self._attach_push(feed)
                    feed.refresh()
                while True:
                    self.sweep()
                    await asyncio.sleep(SWEEP_S)
            finally:
                self._loop = None
                self._client = None
                for feed in self._feeds.values():
                    feed.stop()
                for push in self._pushes.values():
                    await push.stop()
                self._pushes.clear()

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """The public key of the push tokens."""
        return self.tokens.jwks()

    def publish(self, topic: str, messages: Iterable[PubsubMessage]) -> list[str]:
        """Store messages for every subscription; returns their ids.

        They are durable when the transaction (the caller's, if one is open) has committed.
        """
        entry = self.topic(topic)
        now_ns = time.time_ns()
        feeds = [each for each in self._by_topic.get(entry.id, ()) if not each.config.detached]
        rows: list[StoredMessage] = []
        owed: list[tuple[int, int]] = []
        for each in messages:
            message = PubsubMessage()
            message.CopyFrom(each)
            identity = next(self._ids)
            message.message_id = str(identity)
            message.publish_time.FromNanoseconds(now_ns)
            body = message.SerializeToString()
            key = message.ordering_key
            rows.append(StoredMessage(identity, entry.id, now_ns / 1e9, key, len(body), body))
            owed += [(feed.id, identity) for feed in feeds if feed.accepts(message.attributes)]
        self.store.add_messages(rows, owed)
        if owed:
            self._refresh_soon(feeds)
        return [str(row.id) for row in rows]

    def bury(self, feed: Feed, deliveries: Sequence[Delivery]) -> bool:
        """Forward messages that were tried too often, with the attributes the service adds."""
        policy = feed.config.dead_letter_policy
        if policy.dead_letter_topic not in self._topics:
            return False
        _, project, _, name = feed.name.split("/")
        dead = []
        bodies = self.store.bodies([each.message for each in deliveries])
        for delivery, body in zip(deliveries, bodies, strict=True):
            message = PubsubMessage.FromString(body)
            published = message.publish_time.ToDatetime().isoformat(timespec="milliseconds")
            prefix = "CloudPubSubDeadLetterSource"
            message.attributes[f"{prefix}DeliveryCount"] = str(delivery.failures)
            message.attributes[f"{prefix}Subscription"] = name
            message.attributes[f"{prefix}SubscriptionProject"] = project
            message.attributes[f"{prefix}TopicPublishTime"] = f"{published}+00:00"
            dead.append(message)
        self.publish(policy.dead_letter_topic, dead)
        return True

    def backlog(self) -> dict[str, BacklogStatus]:
        """Every subscription's backlog by its name, as it stands on disk; ready for JSON."""
        now = time.time()
        stored = self.store.backlog()
        return {
            feed.name: BacklogStatus(
                topic=feed.config.topic,
                unacked=stored.get(feed.id, (0, now))[0],
                oldest_age_s=max(0.0, now - stored.get(feed.id, (0, now))[1]),
            )
            for feed in self.feeds()
        }

    def topic(self, name: str) -> TopicEntry:
        """A topic that must exist."""
        entry = self._topics.get(name)
        if entry is None:
            raise missing(name.rsplit("/", 1)[-1])
        return entry

    def topics(self) -> list[Topic]:
        """Every topic, by name."""
        return [self._topics[name].config for name in sorted(self._topics)]

    def feed(self, name: str) -> Feed:
        """A subscription that must exist."""
        feed = self._feeds.get(name)
        if feed is None:
            raise missing(name.rsplit("/", 1)[-1])
        return feed

    def feeds(self, topic: TopicEntry | None = None) -> list[Feed]:
        """Every subscription (of a topic), by name."""
        found = self._feeds.values() if topic is None else self._by_topic.get(topic.id, [])
        return sorted(found, key=lambda each: each.name)

    def create_topic(self, config: Topic) -> Topic:
        """A new topic; ALREADY_EXISTS if there is one of that name."""
        rules.check_topic(config)
        if config.name in self._topics:
            raise taken(config.name.rsplit("/", 1)[-1])
        identity = self.store.add_topic(config.name, config.SerializeToString())
        self._topics[config.name] = TopicEntry(identity, config)
        return config

    def ensure_topic(self, name: str) -> None:
        """Create the topic unless it is there."""
        if name not in self._topics:
            self.create_topic(Topic(name=name))

    def update_topic(self, change: Topic, mask: FieldMask) -> Topic:
        """Replace the masked fields."""
        entry = self.topic(change.name)
        updated = rules.masked(entry.config, change, mask, rules.TOPIC_FIELDS)
        rules.check_topic(updated)
        self.store.set_topic(entry.id, updated.SerializeToString())
        entry.config = updated
        return updated

    def delete_topic(self, name: str) -> None:
        """Remove a topic; its subscriptions keep what they are owed."""
        entry = self.topic(name)
        for feed in self._by_topic.pop(entry.id, []):
            updated = Subscription()
            updated.CopyFrom(feed.config)
            updated.topic = DELETED_TOPIC
            feed.reconfigure(updated)
        self.store.drop_topic(entry.id)
        del self._topics[name]

    def create_subscription(self, config: Subscription) -> Subscription:
        """A new subscription; it gets what is published from now on."""
        rules.complete_subscription(config)
        if config.name in self._feeds:
            raise taken(config.name.rsplit("/", 1)[-1])
        entry = self.topic(config.topic)
        self._require_dead_letter_topic(config)
        stored = config.SerializeToString()
        identity = self.store.add_subscription(config.name, entry.id, stored)
        feed = Feed(
            self.store, StoredSubscription(identity, config.name, entry.id, 0, stored), self
        )
        self._feeds[config.name] = feed
        self._by_topic.setdefault(entry.id, []).append(feed)
        self._attach_push(feed)
        return feed.config

    def ensure_subscription(
        self, name: str, topic: str, **options: Unpack[SubscriptionOptions]
    ) -> None:
        """Create the subscription, or bring what can be changed of it up to date."""
        wanted = subscription(name, topic, **options)
        if name not in self._feeds:
            self.create_subscription(wanted)
            return
        rules.complete_subscription(wanted)
        feed = self._feeds[name]
        if feed.config.topic != topic:
            raise precondition(f"{name} is there for {feed.config.topic}, not for {topic}")
        self._change(feed, wanted)

    def update_subscription(self, change: Subscription, mask: FieldMask) -> Subscription:
        """Replace the masked fields."""
        feed = self.feed(change.name)
        updated = rules.masked(feed.config, change, mask, rules.SUBSCRIPTION_FIELDS)
        rules.complete_subscription(updated)
        self._change(feed, updated)
        return updated

    def delete_subscription(self, name: str) -> None:
        """Remove a subscription and what it is owed."""
        feed = self.feed(name)
        self._retire(feed, missing(name.rsplit("/", 1)[-1]))
        self.store.drop_subscription(feed.id)
        del self._feeds[name]
        if feed in self._by_topic.get(feed.topic, []):
            self._by_topic[feed.topic].remove(feed)

    def detach_subscription(self, name: str) -> None:
        """Keep the subscription's name; drop its messages, and deliver none ever again."""
        feed = self.feed(name)
        self._retire(feed, precondition("The subscription has been detached from its topic."))
        self.store.drop_deliveries(feed.id)
        feed.backlog.clear()
        updated = Subscription()
        updated.CopyFrom(feed.config)
        updated.detached = True
        feed.reconfigure(updated)

    def sweep(self) -> None:
        """Drop what is older than its retention."""
        now = time.time()
        for feed in self._feeds.values():
            before = now - rules.seconds(feed.config.message_retention_duration)
            for message in [each.message for each in feed.backlog if each.published < before]:
                feed.backlog.remove(message)
            self.store.expire(feed.id, before)
        self.store.collect(
            {
                entry.id: now - rules.seconds(entry.config.message_retention_duration)
                for entry in self._topics.values()
            },
            now,
        )

    def _change(self, feed: Feed, updated: Subscription) -> None:
        self._require_dead_letter_topic(updated)
        pushed = bool(feed.config.push_config.push_endpoint)
        feed.reconfigure(updated)
        if pushed != bool(updated.push_config.push_endpoint):
            self._retire(feed, precondition("The subscription's delivery type has changed."))
            self._attach_push(feed)

    def _require_dead_letter_topic(self, config: Subscription) -> None:
        if config.HasField("dead_letter_policy"):
            self.topic(config.dead_letter_policy.dead_letter_topic)

    def _attach_push(self, feed: Feed) -> None:
        config = feed.config
        if self._client is None or config.detached or not config.push_config.push_endpoint:
            return
        self._pushes[feed.id] = PushConsumer(feed, self._client, self.tokens)
        feed.join(self._pushes[feed.id])

    def _retire(self, feed: Feed, reason: Exception) -> None:
        feed.close(reason)
        feed.stop()
        self._pushes.pop(feed.id, None)

    def _refresh_soon(self, feeds: Iterable[Feed]) -> None:
        """Look at the store again after the open transaction: it may yet be rolled back."""
        if self._loop is None:
            return
        if not self._fresh:
            self._loop.call_soon(self._refresh)
        self._fresh.update(feeds)

    def _refresh(self) -> None:
        fresh, self._fresh = self._fresh, set()
        for feed in fresh:
            feed.refresh()
