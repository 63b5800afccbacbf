"""Topics, subscriptions, messages and what is left to deliver, in SQLite.

A message is stored once; a delivery row says that one subscription still owes it (or, with
``retain_acked_messages``, owed it). Leases live in memory only: after a restart they are over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from infra.local.database import Database

SCHEMA = """
CREATE TABLE IF NOT EXISTS pubsub_topics (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, config BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS pubsub_subscriptions (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, topic INTEGER NOT NULL,
    epoch INTEGER NOT NULL DEFAULT 0, config BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS pubsub_messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, topic INTEGER NOT NULL, published REAL NOT NULL,
    ordering_key TEXT NOT NULL, size INTEGER NOT NULL, body BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS pubsub_messages_by_topic ON pubsub_messages (topic, published);
CREATE TABLE IF NOT EXISTS pubsub_deliveries (
    subscription INTEGER NOT NULL, message INTEGER NOT NULL, acked INTEGER NOT NULL DEFAULT 0,
    failures INTEGER NOT NULL DEFAULT 0, visible_at REAL NOT NULL DEFAULT 0,
    PRIMARY KEY (subscription, message)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS pubsub_deliveries_by_message ON pubsub_deliveries (message);
CREATE TABLE IF NOT EXISTS pubsub_snapshots (
    name TEXT PRIMARY KEY, topic INTEGER NOT NULL, last_message INTEGER NOT NULL,
    config BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS pubsub_snapshot_messages (
    snapshot TEXT NOT NULL, message INTEGER NOT NULL,
    PRIMARY KEY (snapshot, message)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS pubsub_snapshot_by_message ON pubsub_snapshot_messages (message);
CREATE TABLE IF NOT EXISTS pubsub_signing_key (
    id INTEGER PRIMARY KEY CHECK (id = 1), pem BLOB NOT NULL);
"""

# A message is garbage when no subscription, snapshot or topic retention can ask for it again.
COLLECT = """
DELETE FROM pubsub_messages WHERE topic = ? AND published < ?
    AND NOT EXISTS (SELECT 1 FROM pubsub_deliveries d WHERE d.message = pubsub_messages.id)
    AND NOT EXISTS (SELECT 1 FROM pubsub_snapshot_messages s
                    WHERE s.message = pubsub_messages.id)
    AND NOT EXISTS (SELECT 1 FROM pubsub_snapshots s
                    WHERE s.topic = pubsub_messages.topic
                    AND s.last_message < pubsub_messages.id)
"""


class StoredMessage(NamedTuple):
    """A message as a row; `body` is the serialised PubsubMessage."""

    id: int
    topic: int
    published: float
    ordering_key: str
    size: int
    body: bytes


class Owed(NamedTuple):
    """A delivery that a subscription still owes."""

    message: int
    ordering_key: str
    size: int
    published: float
    failures: int
    visible_at: float


class StoredSubscription(NamedTuple):
    """A subscription's row; `epoch` counts its seeks."""

    id: int
    name: str
    topic: int
    epoch: int
    config: bytes


class StoredSnapshot(NamedTuple):
    """A snapshot's row; `last_message` is the newest message when it was taken."""

    name: str
    topic: int
    last_message: int
    config: bytes


class Store:
    """The statements. Every writing method joins the transaction that is open, or opens one."""

    def __init__(self, database: Database) -> None:
        self.database = database
        database.executescript(SCHEMA)

    def last_message_id(self) -> int:
        """The highest id ever given to a message, so that none is given twice."""
        row = self.database.execute(
            "SELECT seq FROM sqlite_sequence WHERE name = 'pubsub_messages'"
        ).fetchone()
        return int(row[0]) if row else 0

    def topics(self) -> list[tuple[int, bytes]]:
        """Every topic's id and configuration."""
        return self.database.execute("SELECT id, config FROM pubsub_topics").fetchall()

    def subscriptions(self) -> list[StoredSubscription]:
        """Every subscription."""
        rows = self.database.execute(
            "SELECT id, name, topic, epoch, config FROM pubsub_subscriptions"
        )
        return [StoredSubscription(*row) for row in rows]

    def add_topic(self, name: str, config: bytes) -> int:
        """A new topic's id."""
        with self.database.transaction():
            cursor = self.database.execute(
                "INSERT INTO pubsub_topics (name, config) VALUES (?, ?)", (name, config)
            )
        return int(cursor.lastrowid or 0)

    def add_subscription(self, name: str, topic: int, config: bytes) -> int:
        """A new subscription's id."""
        with self.database.transaction():
            cursor = self.database.execute(
                "INSERT INTO pubsub_subscriptions (name, topic, config) VALUES (?, ?, ?)",
                (name, topic, config),
            )
        return int(cursor.lastrowid or 0)

    def set_topic(self, topic: int, config: bytes) -> None:
        """Replace a topic's configuration."""
        with self.database.transaction():
            self.database.execute(
                "UPDATE pubsub_topics SET config = ? WHERE id = ?", (config, topic)
            )

    def set_subscription(self, subscription: int, config: bytes, epoch: int) -> None:
        """Replace a subscription's configuration and count of seeks."""
        with self.database.transaction():
            self.database.execute(
                "UPDATE pubsub_subscriptions SET config = ?, epoch = ? WHERE id = ?",
                (config, epoch, subscription),
            )

    def drop_topic(self, topic: int) -> None:
        """Forget a topic; its subscriptions keep what they are owed."""
        with self.database.transaction():
            self.database.execute("DELETE FROM pubsub_topics WHERE id = ?", (topic,))

    def drop_subscription(self, subscription: int) -> None:
        """Forget a subscription and what it is owed."""
        with self.database.transaction():
            self.database.execute("DELETE FROM pubsub_subscriptions WHERE id = ?", (subscription,))
            self.drop_deliveries(subscription)

    def drop_deliveries(self, subscription: int) -> None:
        """Forget everything a subscription is owed."""
        with self.database.transaction():
            self.database.execute(
                "DELETE FROM pubsub_deliveries WHERE subscription = ?", (subscription,)
            )

    def add_messages(
        self, messages: Sequence[StoredMessage], owed: Iterable[tuple[int, int]]
    ) -> None:
        """Store messages, and (subscription, message) pairs that are owed from now on."""
        with self.database.transaction():
            self.database.executemany(
                "INSERT INTO pubsub_messages VALUES (?, ?, ?, ?, ?, ?)", messages
            )
            self.database.executemany(
                "INSERT INTO pubsub_deliveries (subscription, message) VALUES (?, ?)", owed
            )

    def owed(self, subscription: int, after: int = 0) -> list[Owed]:
        """What is left to deliver, oldest first, beyond the message `after`."""
        rows = self.database.execute(
            "SELECT d.message, m.ordering_key, m.size, m.published, d.failures, d.visible_at"
            " FROM pubsub_deliveries d JOIN pubsub_messages m ON m.id = d.message"
            " WHERE d.subscription = ? AND d.message > ? AND d.acked = 0 ORDER BY d.message",
            (subscription, after),
        )
        return [Owed(*row) for row in rows]

    def backlog(self) -> dict[int, tuple[int, float]]:
        """Of each subscription that is owed something: how much, and when the oldest came."""
        rows = self.database.execute(
            "SELECT d.subscription, count(*), min(m.published) FROM pubsub_deliveries d"
            " JOIN pubsub_messages m ON m.id = d.message WHERE d.acked = 0 GROUP BY d.subscription"
        )
        return {subscription: (count, oldest) for subscription, count, oldest in rows}

    def bodies(self, messages: Sequence[int]) -> list[bytes]:
        """The serialised messages, in the order asked for."""
        statement = "SELECT body FROM pubsub_messages WHERE id = ?"
        return [self.database.execute(statement, (each,)).fetchone()[0] for each in messages]

    def acknowledge(self, subscription: int, messages: Iterable[int], *, retain: bool) -> None:
        """Settle deliveries: forget them, or keep them marked so that a seek can return."""
        statement = (
            "UPDATE pubsub_deliveries SET acked = 1 WHERE subscription = ? AND message = ?"
            if retain
            else "DELETE FROM pubsub_deliveries WHERE subscription = ? AND message = ?"
        )
        with self.database.transaction():
            self.database.executemany(statement, [(subscription, each) for each in messages])

    def record_failures(self, subscription: int, rows: Iterable[tuple[int, int, float]]) -> None:
        """Keep (message, failures, visible_at) so that neither count nor pause is lost."""
        with self.database.transaction():
            self.database.executemany(
                "UPDATE pubsub_deliveries SET failures = ?, visible_at = ?"
                " WHERE subscription = ? AND message = ?",
                [(failures, at, subscription, message) for message, failures, at in rows],
            )

    def expire(self, subscription: int, before: float) -> None:
        """Forget deliveries of messages published before the retention."""
        with self.database.transaction():
            self.database.execute(
                "DELETE FROM pubsub_deliveries WHERE subscription = ? AND message IN"
                " (SELECT id FROM pubsub_messages WHERE published < ?)",
                (subscription, before),
            )

    def collect(self, retained_after: dict[int, float], now: float) -> None:
        """Remove messages nobody can ask for again; topics may retain theirs for a while."""
        with self.database.transaction():
            topics = self.database.execute("SELECT DISTINCT topic FROM pubsub_messages")
            for (topic,) in topics.fetchall():
                self.database.execute(COLLECT, (topic, retained_after.get(topic, now)))

    def signing_key(self) -> bytes | None:
        """The private key that push tokens are signed with, PEM, if there is one yet."""
        row = self.database.execute("SELECT pem FROM pubsub_signing_key").fetchone()
        return bytes(row[0]) if row else None

    def keep_signing_key(self, pem: bytes) -> None:
        """Keep the signing key for the life of this state."""
        with self.database.transaction():
            self.database.execute("INSERT INTO pubsub_signing_key VALUES (1, ?)", (pem,))
