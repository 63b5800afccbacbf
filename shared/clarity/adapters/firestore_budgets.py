"""Firestore: how many calls were paid for in a day, by a person and by all.

users/{uid}/budgets/{day}     a person's day
budgets/{day}/shards/{n}      a share of the project's day; the shares add up to its limit

A take reads and writes one document of each kind in one transaction, so that neither is ever above
its limit. The project's day is split since a document takes about one write a second.
"""

from __future__ import annotations

import contextlib
import random
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from google.api_core.exceptions import NotFound
from google.cloud.firestore import Increment

from clarity.adapters.firestore_errors import in_transaction, translated
from clarity.adapters.firestore_tombstone import telling, unless_erased
from clarity.steps.ports_words import Call

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime, timedelta

    from google.cloud.firestore import Client, DocumentReference, DocumentSnapshot, Transaction

    from clarity.steps.ports_words import Usage

SHARDS = 20


@dataclass(frozen=True, slots=True)
class FirestoreBudgets:
    """The `Budgets` port over a Firestore database.

    Attributes:
        client: of the database.
        person_calls: what a person has in a day, UTC.
        project_calls: what all have together.
        retention: how long a day's figures are kept.
    """

    client: Client
    person_calls: int
    project_calls: int
    retention: timedelta

    @translated
    def take(self, user_id: str, now: datetime, *, low: bool) -> Call | None:
        """Take one call from both budgets; None, and nothing taken, if one of them is spent."""
        day = now.date()
        limit = self.person_calls // 2 if low else self.person_calls
        for shard in self._with_room(day):
            taken = self._take(user_id, limit, day, shard, now + self.retention)
            if taken != "full":
                return taken
        return None

    @translated
    def give_back(self, call: Call) -> None:
        """Give the call back to the day that it was taken from."""
        self._add(call, calls=-1)

    @translated
    def record(self, call: Call, usage: Usage) -> None:
        """Add what the call cost to the day's tokens."""
        self._add(call, prompt_tokens=usage.prompt_tokens, output_tokens=usage.output_tokens)

    def _take(
        self, user_id: str, limit: int, day: date, number: int, expires_at: datetime
    ) -> Call | Literal["full"] | None:
        person, shard = self._person(user_id, day), self._shard(day, number)

        def take(transaction: Transaction) -> Call | Literal["full"] | None:
            if _calls(person.get(["calls"], transaction=transaction)) >= limit:
                return None
            if _calls(shard.get(["calls"], transaction=transaction)) >= self._share(number):
                return "full"
            for each in (person, shard):
                fields = {"calls": Increment(1), "expires_at": expires_at}
                transaction.set(each, fields, merge=True)
            unless_erased(self.client, user_id, transaction)
            return Call(secrets.token_hex(8), user_id, day, number)

        with telling(self.client, user_id):
            return in_transaction(self.client, take)

    def _with_room(self, day: date) -> Iterator[int]:
        """Shards to try, any one first; only where it is full, all are looked at."""
        yield random.randrange(SHARDS)  # noqa: S311 # nosec B311 # spreads writes, hides nothing
        seen = self.client.get_all([self._shard(day, n) for n in range(SHARDS)])
        calls = {int(snapshot.id): _calls(snapshot) for snapshot in seen}
        room = [number for number in calls if calls[number] < self._share(number)]
        yield from random.sample(room, len(room))  # nosec B311 # likewise

    def _share(self, number: int) -> int:
        """How many of the project's calls a shard has; those of two differ by one at most."""
        return (self.project_calls + number) // SHARDS

    def _add(self, call: Call, **amounts: int) -> None:
        """Add to both, or to none: what one is given back, the other is, whenever a worker dies."""
        fields = {name: Increment(amount) for name, amount in amounts.items()}
        shard, batch = self._shard(call.day, call.shard), self.client.batch()
        batch.update(self._person(call.user_id, call.day), fields)
        batch.update(shard, fields)
        try:
            batch.commit()
        except NotFound:  # the person was erased meanwhile, and nothing of theirs may come back
            with contextlib.suppress(NotFound):
                shard.update(fields)

    def _person(self, user_id: str, day: date) -> DocumentReference:
        return self.client.document(f"users/{user_id}/budgets/{day.isoformat()}")

    def _shard(self, day: date, number: int) -> DocumentReference:
        return self.client.document(f"budgets/{day.isoformat()}/shards/{number:02}")


def _calls(found: DocumentSnapshot) -> int:
    fields = found.to_dict() or {}
    calls: int = fields.get("calls", 0)
    return calls
