"""Seek: take a subscription back (or forward) to a time, or to a snapshot."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from infra.local.pubsub import rules
from infra.local.pubsub.errors import invalid, missing, precondition, taken
from infra.local.pubsub.rules import DEFAULT_RETENTION_S
from infra.local.pubsub.store import StoredSnapshot
from infra.local.pubsub.wire import PubsubMessage, Snapshot

if TYPE_CHECKING:
    from google.protobuf.field_mask_pb2 import FieldMask

    from infra.local.pubsub.broker import PubSub
    from infra.local.pubsub.feed import Feed


MIN_SNAPSHOT_LIFE_S = 3600  # the service makes no snapshot that would end sooner
SNAPSHOT_FIELDS = frozenset({"labels", "expire_time"})
REVIVE = (
    "INSERT INTO pubsub_deliveries (subscription, message) VALUES (?, ?)"
    " ON CONFLICT (subscription, message) DO UPDATE SET acked = 0, failures = 0, visible_at = 0"
    " WHERE acked = 1"
)


def seek_to_time(pubsub: PubSub, feed: Feed, moment: float) -> None:
    """Mark what was published before the moment acknowledged, and the rest unacknowledged.

    Acknowledged messages come back if the subscription retains them, or the topic all of them.
    """
    execute = pubsub.store.database.execute
    with pubsub.store.database.transaction():
        before = execute(
            "SELECT d.message FROM pubsub_deliveries d JOIN pubsub_messages m ON m.id = d.message"
            " WHERE d.subscription = ? AND d.acked = 0 AND m.published < ?",
            (feed.id, moment),
        ).fetchall()
        _acknowledge(pubsub, feed, before)
        execute(
            "UPDATE pubsub_deliveries SET acked = 0, failures = 0, visible_at = 0"
            " WHERE subscription = ? AND acked = 1 AND message IN"
            " (SELECT id FROM pubsub_messages WHERE published >= ?)",
            (feed.id, moment),
        )
        retained_s = _topic_retention(pubsub, feed)
        if retained_s:
            since = max(moment, time.time() - retained_s)
            _revive(pubsub, feed, "topic = ? AND published >= ?", (feed.topic, since))
        feed.reload()


def seek_to_snapshot(pubsub: PubSub, feed: Feed, name: str) -> None:
    """Restore what was unacknowledged at the snapshot; everything newer is unacknowledged too."""
    snapshot = find_snapshot(pubsub, name)
    if snapshot.topic != feed.topic:
        raise invalid(f"the snapshot {name} belongs to another topic than {feed.name}")
    execute = pubsub.store.database.execute
    wanted = (
        "topic = ? AND (id > ? OR id IN"
        " (SELECT message FROM pubsub_snapshot_messages WHERE snapshot = ?))"
    )
    arguments = (snapshot.topic, snapshot.last_message, name)
    with pubsub.store.database.transaction():
        owed = "SELECT message FROM pubsub_deliveries WHERE subscription = ? AND acked = 0"
        some = f"SELECT id FROM pubsub_messages WHERE {wanted}"  # noqa: S608 # nosec B608 # our text
        others = execute(f"{owed} AND message NOT IN ({some})", (feed.id, *arguments)).fetchall()
        _acknowledge(pubsub, feed, others)
        _revive(pubsub, feed, wanted, arguments)
        feed.reload()


def create_snapshot(
    pubsub: PubSub, name: str, subscription: str, labels: dict[str, str]
) -> Snapshot:
    """Remember what a subscription has not acknowledged."""
    rules.check_name(name, "snapshots")
    feed = pubsub.feed(subscription)
    if pubsub.store.database.execute(
        "SELECT 1 FROM pubsub_snapshots WHERE name = ?", (name,)
    ).fetchone():
        raise taken(name.rsplit("/", 1)[-1])
    now = time.time()
    oldest = min((each.published for each in feed.backlog), default=now)
    if oldest + DEFAULT_RETENTION_S - now < MIN_SNAPSHOT_LIFE_S:
        raise precondition("the oldest unacknowledged message is too old for a snapshot")
    config = Snapshot(name=name, topic=feed.config.topic, labels=labels)
    config.expire_time.FromMicroseconds(int((oldest + DEFAULT_RETENTION_S) * 1e6))
    with pubsub.store.database.transaction():
        pubsub.store.database.execute(
            "INSERT INTO pubsub_snapshots VALUES (?, ?, ?, ?)",
            (name, feed.topic, pubsub.store.last_message_id(), config.SerializeToString()),
        )
        pubsub.store.database.execute(
            "INSERT INTO pubsub_snapshot_messages"
            " SELECT ?, message FROM pubsub_deliveries WHERE subscription = ? AND acked = 0",
            (name, feed.id),
        )
    return config


def find_snapshot(pubsub: PubSub, name: str) -> StoredSnapshot:
    """A snapshot that must exist and must not have expired."""
    for snapshot in snapshots(pubsub):
        if snapshot.name == name:
            return snapshot
    raise missing(name.rsplit("/", 1)[-1])


def snapshots(pubsub: PubSub) -> list[StoredSnapshot]:
    """Every snapshot by name; the expired ones are removed on the way."""
    rows = pubsub.store.database.execute("SELECT * FROM pubsub_snapshots ORDER BY name")
    found = [StoredSnapshot(*row) for row in rows.fetchall()]
    now = time.time()
    ended = [each for each in found if read(each).expire_time.ToMicroseconds() / 1e6 <= now]
    for each in ended:
        drop_snapshot(pubsub, each.name)
    return [each for each in found if each not in ended]


def read(snapshot: StoredSnapshot) -> Snapshot:
    """A snapshot as the clients see it."""
    return Snapshot.FromString(snapshot.config)


def update_snapshot(pubsub: PubSub, change: Snapshot, mask: FieldMask) -> Snapshot:
    """Replace labels or the end of life."""
    current = read(find_snapshot(pubsub, change.name))
    updated: Snapshot = rules.masked(current, change, mask, SNAPSHOT_FIELDS)
    with pubsub.store.database.transaction():
        pubsub.store.database.execute(
            "UPDATE pubsub_snapshots SET config = ? WHERE name = ?",
            (updated.SerializeToString(), change.name),
        )
    return updated


def drop_snapshot(pubsub: PubSub, name: str) -> None:
    """Forget a snapshot; what only it kept is removed by the next sweep."""
    with pubsub.store.database.transaction():
        for statement in (
            "DELETE FROM pubsub_snapshots WHERE name = ?",
            "DELETE FROM pubsub_snapshot_messages WHERE snapshot = ?",
        ):
            pubsub.store.database.execute(statement, (name,))


def _acknowledge(pubsub: PubSub, feed: Feed, rows: list[tuple[int]]) -> None:
    pubsub.store.acknowledge(
        feed.id, [row[0] for row in rows], retain=feed.config.retain_acked_messages
    )


def _revive(pubsub: PubSub, feed: Feed, where: str, arguments: tuple[object, ...]) -> None:
    """Owe the topic's stored messages again, as far as the subscription's filter wants them."""
    rows = pubsub.store.database.execute(
        f"SELECT id, body FROM pubsub_messages WHERE {where}",  # noqa: S608 # nosec B608 # constant text
        arguments,
    ).fetchall()
    pubsub.store.database.executemany(
        REVIVE,
        [
            (feed.id, identity)
            for identity, body in rows
            if feed.accepts(PubsubMessage.FromString(body).attributes)
        ],
    )


def _topic_retention(pubsub: PubSub, feed: Feed) -> float:
    for topic in pubsub.topics():
        if topic.name == feed.config.topic:
            return rules.seconds(topic.message_retention_duration)
    return 0.0
