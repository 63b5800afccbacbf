"""Transactions: snapshot reads, checked at commit.

A transaction reads everything as it stood at its first read and remembers what it looked at. Its
commit is ABORTED if anything of that has changed since; the clients then run it again. No document
is ever locked, so an abandoned transaction stands in nobody's way. (Google's emulator locks what a
transaction reads and aborts whoever waits two seconds for it: the same for the clients, who must
retry either way.)

The clients give up after five attempts, so a transaction that runs again gets a turn (`turns`).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import grpc

from infra.local.firestore.turns import Turns
from infra.local.firestore.wire import Message, StatusError, invalid, to_micros

if TYPE_CHECKING:
    from infra.local.firestore.query import Query
    from infra.local.firestore.store import Store, View

_LIFETIME_MICROS = 270 * 1_000_000  # as documented: 270 seconds


@dataclass(slots=True)
class Transaction:
    """An open transaction and what it has looked at."""

    begun: int
    read_only: bool
    micros: int | None = None
    names: set[str] = field(default_factory=set)
    queries: list[Query] = field(default_factory=list)


class Transactions:
    """The open transactions of all clients."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._open: dict[bytes, Transaction] = {}
        self._turns = Turns()

    async def await_turn(self, options: Message) -> None:
        """Wait to begin while a transaction that was aborted runs again, but never long."""
        await self._turns.wait(again=bool(options.read_write.retry_transaction))

    def begin(self, options: Message) -> bytes:
        """Open a transaction; returns its id."""
        now = self._store.read_micros()
        self._forget(now)
        transaction = Transaction(begun=now, read_only=options.HasField("read_only"))
        if transaction.read_only:
            transaction.micros = now
            if options.read_only.HasField("read_time"):
                transaction.micros = to_micros(options.read_only.read_time)
                self._store.at(transaction.micros)
        identity = secrets.token_bytes(16)
        self._open[identity] = transaction
        if options.read_write.retry_transaction:
            self._turns.take(identity)
        return identity

    def get(self, identity: bytes) -> Transaction:
        """An open transaction by its id."""
        transaction = self._open.get(identity)
        if transaction is None:
            invalid("Transaction is invalid or closed.")
        return transaction

    def view(self, transaction: Transaction) -> tuple[View, int]:
        """The documents as the transaction sees them, and the time of that view."""
        if transaction.micros is None:
            transaction.micros = self._store.read_micros()
        return self._store.at(transaction.micros), transaction.micros

    def rollback(self, identity: bytes) -> None:
        """Close a transaction, whatever it did."""
        self._open.pop(identity, None)
        self._turns.end(identity)

    def close(self, identity: bytes, *, writes: bool) -> None:
        """Close a transaction that commits; refuse it if what it read has changed."""
        transaction = self.get(identity)
        if transaction.read_only and writes:
            invalid("Cannot modify entities in a read-only transaction.")
        self.rollback(identity)
        if writes and transaction.micros is not None and self._is_stale(transaction):
            self._turns.reserve()
            raise StatusError(
                grpc.StatusCode.ABORTED,
                "Too much contention on these documents. Please try again.",
            )

    def _is_stale(self, transaction: Transaction) -> bool:
        micros = transaction.micros or 0
        changed = self._store.changed_since(micros)
        if not changed.isdisjoint(transaction.names):
            return True
        if not transaction.queries:
            return False
        views = (self._store.at(micros), self._store)
        return any(
            query.matches(view.get(name))
            for query in transaction.queries
            for name in changed
            if query.scope.holds(name)
            for view in views
        )

    def _forget(self, now: int) -> None:
        for identity in [
            identity
            for identity, transaction in self._open.items()
            if transaction.begun < now - _LIFETIME_MICROS
        ]:
            del self._open[identity]
