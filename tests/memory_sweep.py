"""What the sweeper looks at, over the ports in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from clarity.domain.job import Origin, Status
from clarity.steps.leftovers import Limits, OpenJob, Page, Unanswered, Unpublished, Work
from clarity.steps.once import claim_key
from clarity.steps.ports import Completed
from clarity.steps.sweep import Sweep
from tests.audits import entry
from tests.chain import LEASE, RETENTION, Chain
from tests.memory_people import MemoryPeople, on_the_ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from clarity.domain.job import Collection
    from clarity.steps.dead_letters import Letter, Received

T = TypeVar("T")


@dataclass
class MemorySweeps(MemoryPeople):
    places: dict[str, str] = field(default_factory=dict)
    reads: int = 0

    def unpublished(self, after: str, most: int) -> Page[Unpublished]:
        def parse(key: str) -> Unpublished:
            claim = self.chain.claims.held[key]
            return Unpublished(key, _completed(claim), claim["completed_at"])

        held = self.chain.claims.held
        return self._page([key for key in held if held[key].get("unpublished")], after, most, parse)

    def open_jobs(self, after: str, most: int) -> Page[OpenJob]:
        jobs = {
            f"users/{user_id}/jobs/{processing_id}": (user_id, processing_id)
            for (user_id, processing_id), job in self.chain.records.jobs.items()
            if not Status(job["status"]).final
        }

        def parse(path: str) -> OpenJob:
            job, (user_id, processing_id) = self.chain.records.jobs[jobs[path]], jobs[path]
            kind, _, document_id = processing_id.partition("-")
            collection: Any = {"upload": "uploads", "request": "insight_requests"}[kind]
            moved_at = job.get("updated_at", job["created_at"])
            origin = Origin(user_id, collection, document_id)
            return OpenJob(origin, "normal", moved_at)

        return self._page(list(jobs), after, most, parse)

    def overdue(self, after: str, most: int) -> Page[Unanswered]:
        uploads = self.chain.records.uploads
        late = [path for path in uploads if uploads[path].get("status") == "overdue"]
        return self._page(late, after, most, self._document)

    def unanswered(self, collection: Collection, after: str, most: int) -> Page[Unanswered]:
        documents = self.chain.records.uploads
        mine = [path for path in documents if path.split("/")[2] == collection]
        page = self._page(mine, after, most, self._document)
        found = [each for each in page.found if "status" not in documents[each[0]]]
        return Page(found, page.read, page.last)

    def work(self, keys: Sequence[str]) -> Sequence[Work]:
        return [_work(self.chain.claims.held.get(key)) for key in keys]

    def place(self, scan: str) -> str:
        return self.places.get(scan, "")

    def keep_place(self, scan: str, place: str) -> None:
        self.places[scan] = place

    def _document(self, path: str) -> Unanswered:
        _, user_id, collection, document_id = path.split("/")
        kind: Any = collection
        return Unanswered(Origin(user_id, kind, document_id), self.chain.records.written[path])

    def _page(self, paths: list[str], after: str, most: int, parse: Callable[[str], T]) -> Page[T]:
        read = sorted(path for path in paths if path > after)[:most]
        self.reads += len(read)
        return Page(
            [(path, parse(path)) for path in read], len(read), read[-1] if len(read) == most else ""
        )


def _completed(claim: dict[str, Any]) -> Completed:
    return Completed(claim["result"], claim["outbox"], claim["token"])


def _work(claim: dict[str, Any] | None) -> Work:
    if claim is None:
        return Work()
    if "result" in claim:
        return Work(_completed(claim), claim["completed_at"])
    return Work(until=claim["lease_until"])


@dataclass
class MemoryMail:
    """Letters that wait to be pulled."""

    waiting: list[Received] = field(default_factory=list)

    def pull(self, most: int) -> Sequence[Received]:
        return self.waiting[:most]

    def acknowledge(self, received: Sequence[Received]) -> None:
        self.waiting = [each for each in self.waiting if each not in received]


@dataclass
class MemoryLetters:
    """Letters that were kept."""

    kept: dict[str, Letter] = field(default_factory=dict)

    def file(self, letter: Letter) -> bool:
        self.kept[letter.id] = letter
        return True

    def waiting(self) -> int:
        return len(self.kept)


LIMITS = Limits(
    grace=timedelta(minutes=1),
    stuck=timedelta(minutes=30),
    give_up=timedelta(hours=9),
    pause=timedelta(minutes=30),
    lasting=timedelta(minutes=3),
    documents=1000,
)


def swept(chain: Chain, **changed: Any) -> Sweep:
    ports: dict[str, Any] = {
        "sweeps": MemorySweeps(chain),
        "mail": MemoryMail(),
        "letters": MemoryLetters(),
        "claims": chain.claims,
        "topics": chain.topics,
        "count": lambda *_: None,
    }
    limits = changed.pop("limits", LIMITS)
    return Sweep(
        **ports | changed, clock=chain.clock, limits=limits, lease=LEASE, retention=RETENTION
    )


def harmed_audits() -> Sweep:
    """Over two people: records are gone; and one wants what is there to be kept for less long."""
    chain = Chain()
    sweeps = MemorySweeps(chain)
    chain.settings("bob")
    for number in range(3):
        chain.records.audit("ada", entry(f"e{number}", at=chain.clock()))
        on_the_ledger(chain, entry(f"e{number}", at=chain.clock()))
    del chain.records.audits["ada", "e1"], chain.records.audits["ledger", "e1"]
    chain.settings(retention_days=28)
    stored = chain.clock() - timedelta(days=1)
    sweeps.chunks["users/ada/days/d/chunks/u"] = (stored, stored + RETENTION)
    return swept(chain, sweeps=sweeps)


def complete(chain: Chain, step: str, origin: Origin) -> None:
    fields = {"result": "r", "completed_at": chain.clock(), "outbox": (), "unpublished": False}
    chain.claims.held[claim_key(step, origin.path)] = {"token": "t", "user_id": "ada", **fields}
