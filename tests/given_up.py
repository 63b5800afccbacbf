"""Events that a step gave up, as that step leaves them, and where their replays go."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from clarity.adapters.firestore_claims import FirestoreClaims
from clarity.steps.once import claim_key
from clarity.steps.ports import Claimed, Done, Outgoing
from tests.letters import letter

if TYPE_CHECKING:
    from collections.abc import Callable

    from google.cloud.firestore import Client

    from clarity.adapters.firestore_dead_letters import FirestoreDeadLetters
    from clarity.domain.job import Origin
    from clarity.steps.dead_letters import Letter

LEASE = timedelta(seconds=30)


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Sent:
    """The topics; `then` runs after each message."""

    messages: list[Outgoing] = field(default_factory=list)
    then: Callable[[], object] = lambda: None

    def publish(self, outgoing: Outgoing) -> None:
        self.messages.append(outgoing)
        self.then()


@dataclass
class Failed:
    """A person's upload that one of the steps gave up, as that step leaves it."""

    client: Client
    origin: Origin
    step: str = "preprocess"
    code: str = "exhausted"

    def __post_init__(self) -> None:
        reason = {"code": self.code, "message": "given up"}
        self.place(self.origin.path).set({"samples": []})
        if self.step == "ingest":
            self.place(self.origin.path).update({"status": "rejected", "reason": reason})
        job = {"status": "failed", "reason": reason, "created_at": now(), "priority": "low"}
        self.place(self.job_path).set({**job, "history": [], "updated_at": now()})
        claims = FirestoreClaims(self.client, now, LEASE)
        claim = claims.claim(self.key, user_id=self.origin.user_id, lease=LEASE)
        assert isinstance(claim, Claimed)
        claims.complete(claim, Done(f"rejected:{self.code}"))

    @property
    def key(self) -> str:
        return claim_key(self.step, self.origin.path)

    @property
    def job_path(self) -> str:
        return f"users/{self.origin.user_id}/jobs/{self.origin.processing_id}"

    def place(self, path: str) -> Any:
        return self.client.document(path)

    def letter(self, **more: Any) -> Letter:
        return letter(self.origin, step=self.step, code=self.code, at=now(), **more)

    def filed(self, store: FirestoreDeadLetters) -> Letter:
        """The letter, as it is kept."""
        assert store.file(self.letter())
        return self.kept(store)

    def kept(self, store: FirestoreDeadLetters) -> Letter:
        (found,) = store.read(self.letter().id)
        return found

    def job(self) -> dict[str, Any]:
        return self.place(self.job_path).get().to_dict()

    def claim(self) -> dict[str, Any]:
        return self.place(f"claims/{self.key}").get().to_dict() or {}

    def audit(self) -> list[dict[str, Any]]:
        records = self.client.collection(f"users/{self.origin.user_id}/audit").stream()
        return [each.to_dict() or {} for each in records]
