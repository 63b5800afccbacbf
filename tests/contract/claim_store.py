"""A database with its claims, of which a test looks at everything; and what goes wrong on the way.

`LETTER` stands for a message that is owed.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from google.api_core.exceptions import Aborted, DeadlineExceeded

from clarity.adapters.firestore import FirestoreRecords
from clarity.adapters.firestore_claims import FirestoreClaims
from clarity.domain.job import AUTOMATIC, Origin, Status
from clarity.steps.once import claim_key
from clarity.steps.ports import End, Move, Outgoing
from tests.chain import Clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from google.cloud.firestore import Client

LEASE = timedelta(seconds=30)
RETENTION = timedelta(days=30)
LETTER = Outgoing("dead_letter", b"\x00 as it came", {"code": "bad"})


@dataclass
class Store:
    """A database with its claims; every key and person in it is this test's own."""

    claims: Any
    records: Any
    clock: Clock
    client: Any
    origin: Origin = field(
        default_factory=lambda: Origin(f"user-{uuid.uuid4().hex}", "uploads", "u1")
    )

    @property
    def key(self) -> str:
        return claim_key("step", self.origin.path)

    def claim(self, move: Move | None = None) -> Any:
        user_id = self.origin.user_id
        return self.claims.claim(self.key, user_id=user_id, lease=LEASE, move=move)

    def move(self, status: Status) -> Move:
        return Move(self.origin, status, "So it stands.", {"more": 1})

    def expire(self) -> None:
        self.clock.now += LEASE + timedelta(seconds=1)

    def write(self, fields: dict[str, Any]) -> None:
        if self.client:
            self.client.document(self.origin.path).set(fields)
        else:
            self.records.uploads[self.origin.path] = fields

    def read(self) -> dict[str, Any] | None:
        if self.client:
            return self.client.document(self.origin.path).get().to_dict()
        return self.records.uploads.get(self.origin.path)

    def lease_until(self) -> Any:
        return self.look()[2]

    def look(self) -> tuple[Any, Any, Any]:
        """The person's document, its job, and until when the claim is held."""
        if self.client is None:
            return self.read(), self.job(), self.claims.held.get(self.key, {}).get("lease_until")
        job = f"users/{self.origin.user_id}/jobs/{self.origin.processing_id}"
        paths = (self.origin.path, job, f"claims/{self.key}")
        asked = [self.client.document(path) for path in paths]
        found = {each.reference: each.to_dict() for each in self.client.get_all(asked)}
        document, its_job, claim = (found[each] for each in asked)
        return document, its_job, (claim or {}).get("lease_until")

    def queue_job(self) -> None:
        self.records.open_job(self.origin, AUTOMATIC, self.clock(), self.clock() + RETENTION)

    def job(self) -> Any:
        return self.records.job_person_and_queue(self.origin)[0]

    def failed(self, *, opens: bool = False) -> End:
        wanted = (AUTOMATIC, self.clock() + RETENTION) if opens else None
        return End(self.origin, Status.FAILED, "No.", {"reason": {"code": "bad"}}, wanted)


def over(client: Client) -> Store:
    clock = Clock()
    claims = FirestoreClaims(client, clock, RETENTION)
    return Store(claims, FirestoreRecords(client), clock, client)


@dataclass
class Faulty:
    """Google's client for the protocol, between which and the database something goes wrong."""

    api: Any
    commits: list[Any]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.api, name)

    def commit(self, **request: Any) -> Any:
        fault = self.commits.pop(0) if self.commits else None
        return fault(lambda: self.api.commit(**request)) if fault else self.api.commit(**request)


def twice(commit: Any) -> Any:
    """The answer is lost, and the client tries again by itself."""
    commit()
    return commit()


def unanswered(commit: Any) -> Any:
    commit()
    raise DeadlineExceeded("the answer is lost")


def aborted(_commit: Any) -> Any:
    raise Aborted("too much contention")


def claims_through(store: Store, wrap: Callable[[Any], Any]) -> Any:
    """Claims in the same database, whose client has something in front of the protocol."""
    known = store.client
    client = type(known)(project=known.project, credentials=known._credentials)
    client._emulator_host = known._emulator_host
    client._firestore_api_internal = wrap(known._firestore_api)
    return FirestoreClaims(client, store.clock, RETENTION)


def faulty(store: Store, *commits: Any) -> Any:
    return claims_through(store, lambda api: Faulty(api, list(commits)))
