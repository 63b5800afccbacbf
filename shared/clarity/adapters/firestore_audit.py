"""Firestore: the chains of audit records (steps/audit.py), and how one more is put onto them.

A record, the head that follows it, and what the record is about are one commit, on the condition
that the head still is the one that was read: of two who append at once, one reads anew. A head that
this process has seen lately need not be read again.
"""

from __future__ import annotations

import random
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from google.api_core.exceptions import Aborted
from google.api_core.retry import Retry

from clarity.adapters.firestore_errors import translated
from clarity.adapters.firestore_tombstone import MISSED, tombstone_of, unless_erased
from clarity.domain.errors import ForgottenError, UnavailableError
from clarity.steps.audit import Entry, Head, sealed

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from google.cloud.firestore import Client, DocumentReference, DocumentSnapshot, WriteBatch
    from google.cloud.firestore_v1.types import WriteResult

# How often a commit is tried that others come before; each time somebody's is written.
ATTEMPTS = 20
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.01, 0.5
_MISSED = (Aborted, *MISSED)
_REMEMBERED = 1000  # heads
# Somebody looks on: the client's own patience has no end.
_PATIENCE: Mapping[str, Any] = MappingProxyType({"retry": Retry(timeout=10.0), "timeout": 10.0})
ENDLESS: Mapping[str, Any] = MappingProxyType({})
_HEAD = ("sequence", "hash", "expires_at")


@dataclass(frozen=True, slots=True)
class Chain:
    """Where a chain is.

    Attributes:
        records: the collection of its records.
        head: the document that says where it ends.
        user_id: whose it is; None for the project's.
    """

    records: str
    head: str
    user_id: str | None = None


def of_person(user_id: str) -> Chain:
    """What is done with a person's data; it goes with them."""
    return Chain(f"users/{user_id}/audit", f"users/{user_id}/audit_heads/chain", user_id)


# What operators do, and what outlives a person; it names nobody (`subject_of`).
LEDGER = Chain("ledger", "ledger_heads/chain")


@dataclass(frozen=True, slots=True)
class Standing:
    """A head as it was seen; `version` is None where there is none yet."""

    head: Head
    version: object = None


@dataclass(frozen=True, slots=True)
class Heads:
    """The heads that this process saw last."""

    _kept: OrderedDict[Chain, Standing] = field(default_factory=OrderedDict)
    _lock: Any = field(default_factory=threading.Lock)

    def keep(self, chain: Chain, seen: Standing) -> None:
        """Remember it; the one that was of no use for the longest time is forgotten."""
        with self._lock:
            self._kept[chain] = seen
            self._kept.move_to_end(chain)
            if len(self._kept) > _REMEMBERED:
                self._kept.popitem(last=False)

    def of(self, chains: Iterable[Chain]) -> dict[Chain, Standing]:
        """Those of them that are known."""
        with self._lock:
            return {chain: self._kept[chain] for chain in chains if chain in self._kept}


def standing(found: DocumentSnapshot) -> Standing:
    """The head in its document."""
    return standing_in(found.to_dict(), found.update_time)


def standing_in(fields: Mapping[str, Any] | None, version: object) -> Standing:
    """The head in these fields, if there is one."""
    if fields is None:
        return Standing(Head())
    return Standing(Head(fields["sequence"], fields["hash"], fields["expires_at"]), version)


def link(batch: WriteBatch, client: Client, chain: Chain, seen: Standing, entry: Entry) -> Head:
    """Put a record onto the chain with the batch: two writes, record and head.

    The commit fails if the record is there, or the head is another one by then. That nobody has
    erased the person (`unless_erased`) is the caller's to add.
    """
    record, head = sealed(chain.records, entry, seen.head)
    batch.create(client.collection(chain.records).document(entry.event_id), dict(record))
    fields = {"sequence": head.sequence, "hash": head.hash, "expires_at": head.expires_at}
    place = client.document(chain.head)
    if seen.version is None:
        batch.create(place, fields)
    else:
        batch.update(place, fields, client.write_option(last_update_time=seen.version))
    return head


@translated
def append(
    client: Client,
    links: Mapping[Chain, Entry],
    *,
    also: Callable[[WriteBatch], None] | None = None,
) -> bool:
    """Record something on its chains, and do what it is about in the same commit.

    A record whose id is there stays as it is; where all are there nothing is written at all.

    Args:
        client: the database.
        links: what is recorded, by the chain.
        also: adds writes to the commit; called anew for each try. Conditions of its own that stay
            false end in the error below.

    Returns:
        Whether anything was written now.

    Raises:
        ForgottenError: a person whose chain it is was erased.
        UnavailableError: others kept coming before us.
    """
    return appended(client, links, also=also, patience=_PATIENCE)


def appended(
    client: Client,
    links: Mapping[Chain, Entry],
    *,
    also: Callable[[WriteBatch], None] | None = None,
    heads: Heads | None = None,
    patience: Mapping[str, Any] = ENDLESS,
) -> bool:
    """`append` for adapters that translate errors themselves."""
    addition = Addition(client, links, {}, heads or Heads(), patience)
    for attempt in range(ATTEMPTS):
        batch = client.batch()
        recorded = addition.put(batch)
        if also and recorded:
            also(batch)
        if not len(batch):
            return False
        addition.guard(batch)
        try:
            addition.written(batch.commit(**patience))
        except _MISSED:
            pause(attempt)
            addition.look()
            continue
        return True
    raise UnavailableError("Firestore: others kept adding to the audit")


@dataclass(slots=True)
class Addition:
    """Records on their way onto their chains, and documents that they are about.

    They are `put` into a batch, and the people's tombstones with them (`guard`). Where that has
    taken effect the results are `written`; where a condition did not hold, `look` before the next.
    """

    client: Client
    links: Mapping[Chain, Entry]
    creates: Mapping[DocumentReference, Mapping[str, Any]]
    heads: Heads
    patience: Mapping[str, Any]
    _seen: Mapping[Chain, Standing] = field(default_factory=dict)
    _there: Collection[str] = frozenset()
    _ends: Mapping[Chain, Head] = field(default_factory=dict)
    _first: int = 0

    @property
    def there(self) -> bool:
        """Whether the last look found a record or a document."""
        return bool(self._there)

    def put(self, batch: WriteBatch) -> bool:
        """Put what is not there yet into the batch; whether a record was missing."""
        if not self._seen:
            self._seen = self.heads.of(self.links)
        if len(self._seen) < len(self.links):
            self.look(heads_only=True)
        self._first = len(batch)
        self._ends = {
            chain: link(batch, self.client, chain, self._seen[chain], entry)
            for chain, entry in self.links.items()
            if f"{chain.records}/{entry.event_id}" not in self._there
        }
        for place, fields in self.creates.items():
            if place.path not in self._there:
                batch.create(place, dict(fields))
        return bool(self._ends)

    def guard(self, batch: WriteBatch) -> None:
        """Have the batch fail where one of the people was erased."""
        for chain in self.links:
            if chain.user_id is not None:
                unless_erased(self.client, chain.user_id, batch)

    def written(self, results: Sequence[WriteResult]) -> None:
        """Remember the heads that these results of the batch are about."""
        for number, (chain, head) in enumerate(self._ends.items()):
            version = results[self._first + 2 * number + 1].update_time
            self.heads.keep(chain, Standing(head, version))

    def look(self, *, heads_only: bool = False) -> None:
        """Read the heads, and which of records and documents are there; in one call.

        Raises:
            ForgottenError: one of the people was erased.
        """
        heads = {chain.head: chain for chain in self.links}
        places = [self.client.document(path) for path in heads]
        tombs: set[str] = set()
        if not heads_only:
            people = [chain.user_id for chain in self.links if chain.user_id is not None]
            tombstones = [tombstone_of(self.client, each) for each in people]
            tombs |= {each.path for each in tombstones}
            records = [f"{chain.records}/{entry.event_id}" for chain, entry in self.links.items()]
            places += [*map(self.client.document, records), *self.creates, *tombstones]
        seen, there = {}, set()
        # Of other documents nothing is read but that they are there: an analysis is long.
        for found in self.client.get_all(places, _HEAD, **self.patience):
            path = found.reference.path
            if path in heads:
                seen[heads[path]] = standing(found)
            elif found.exists:
                there.add(path)
        if tombs & there:
            raise ForgottenError("the person was erased")
        self._seen, self._there = seen, frozenset(there)


def pause(attempt: int) -> None:
    """Wait a moment before another try, longer after each; not as long as the others do."""
    longest = min(_FIRST_PAUSE_S * 2**attempt, _LONGEST_PAUSE_S)
    time.sleep(random.uniform(0, longest))  # noqa: S311 # nosec B311 # spreads those who contend
