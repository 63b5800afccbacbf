"""The three steps over ports in memory, as the functions wire them over Google's."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from clarity.domain.events import DocumentCreated
from clarity.domain.job import Origin
from clarity.sources.generated import people
from clarity.steps.breaker import Breaker
from clarity.steps.explain import Explain
from clarity.steps.feedback import TakeFeedback
from clarity.steps.infer import Infer, Prediction
from clarity.steps.ingest import Ingest
from clarity.steps.insight import Insight
from clarity.steps.notify import Notify
from clarity.steps.ports import Outgoing, Toll
from clarity.steps.preprocess import Preprocess
from clarity.steps.tell import Tell
from tests.logs import KEPT
from tests.memory import MemoryClaims, MemoryRecords, MemoryTopics
from tests.memory_services import (
    MemoryBudgets,
    MemoryDevices,
    MemoryEncoder,
    MemoryPush,
    MemoryReviews,
)

LEASE, RETENTION, UPLOAD_RETENTION = timedelta(seconds=30), timedelta(days=30), timedelta(days=7)
UPLOADS = Toll("uploads", timedelta(seconds=6), 5000)
REQUESTS = Toll("requests", timedelta(minutes=2), 20)
LETTER = Outgoing("dead_letter", b"", {"step": "test", "code": "test"})
QUIET, PATIENCE = timedelta(seconds=2), timedelta(seconds=60)


@dataclass
class Clock:
    now: datetime = datetime(2026, 6, 15, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def as_is(port: Any) -> Any:
    """The port without anything in front of it."""
    return port


@dataclass
class Chain:
    """The chain without a cloud. `through` may put something in front of each port."""

    narrator: Any = None
    clock: Clock = field(default_factory=Clock)
    records: MemoryRecords = field(default_factory=MemoryRecords)
    topics: MemoryTopics = field(default_factory=MemoryTopics)
    encoder: MemoryEncoder = field(default_factory=MemoryEncoder)
    budgets: MemoryBudgets = field(default_factory=MemoryBudgets)
    reviews: MemoryReviews = field(default_factory=MemoryReviews)
    devices: MemoryDevices = field(default_factory=MemoryDevices)
    push: MemoryPush = field(default_factory=MemoryPush)
    predictions: list[Prediction] = field(default_factory=list)
    through: Any = as_is

    def __post_init__(self) -> None:
        self.settings(**people.CONSENT)
        self.claims = MemoryClaims(self.clock, self.records)
        claims, records, topics, encoder = map(
            self.through, (self.claims, self.records, self.topics, self.encoder)
        )
        clock = self.clock
        feedback = TakeFeedback(records, clock, RETENTION)
        self.ingest = Ingest(
            claims=claims,
            records=records,
            topics=topics,
            take_feedback=feedback,
            clock=clock,
            lease=LEASE,
            retention=RETENTION,
            upload_retention=UPLOAD_RETENTION,
            queue_stale=PATIENCE,
            tolls={"uploads": UPLOADS, "insight_requests": REQUESTS, "feedback": REQUESTS},
        )
        predicted = self.predictions.append
        infer = Infer(claims, encoder, clock, LEASE, RETENTION, predicted)
        explain = Explain(claims, encoder, clock, LEASE, RETENTION)
        self.preprocess = Preprocess(
            claims, records, topics, infer, explain, clock, LEASE, RETENTION, QUIET, PATIENCE
        )
        self.breaker = Breaker(failures=5, pause=QUIET, clock=clock)
        tell = Tell(
            self.narrator,
            records,
            self.through(self.budgets),
            self.breaker,
            clock,
            patience=PATIENCE,
            time=LEASE * 0.8,
            retention=RETENTION,
        )
        reviews, devices, push = map(self.through, (self.reviews, self.devices, self.push))
        notify = Notify(claims, records, devices, push, clock, LEASE, RETENTION)
        self.insights = Insight(
            claims, records, topics, reviews, tell, notify, clock, LEASE, RETENTION
        )

    def settings(self, user_id: str = "ada", /, **fields: object) -> None:
        """Write into the person's document; ada has consented from the beginning."""
        self.records.people[user_id] = {**self.records.people.get(user_id, {}), **fields}

    def create(self, collection: Any, document_id: str, document: dict) -> DocumentCreated:
        KEPT.secrets.add(document)
        origin = Origin("ada", collection, document_id)
        if collection != "insight_requests":
            self.records.uploads[origin.path] = dict(document)
            self.records.written[origin.path] = self.clock()
        return DocumentCreated(f"event-{document_id}", self.clock(), origin, document)

    def upload(self, document_id: str, document: dict) -> DocumentCreated:
        event = self.create("uploads", document_id, document)
        self.ingest(event)
        return event

    def send(self, person: people.Person, attempt: str = "first", batch: int = 1000) -> None:
        for upload_id, document in people.uploads(person, attempt=attempt, batch=batch):
            self.upload(upload_id, document)

    def request(self, request_id: str = "r1", **wish: object) -> Origin:
        wanted: dict[str, object] = {
            "data_timeframe": "1week",
            "insight_type": "general",
            "priority": "normal",
        }
        event = self.create("insight_requests", request_id, wanted | wish)
        self.ingest(event)
        return event.origin

    def run(self) -> None:
        """Deliver what waits, after the uploads have settled."""
        self.clock.wait(QUIET.total_seconds())
        while self.topics.ingested_messages:
            self.preprocess(self.topics.ingested_messages.pop(0))
        while self.topics.analysed_messages:
            self.insights(self.topics.analysed_messages.pop(0))

    def job(self, origin: Origin) -> dict:
        return self.records.jobs[origin.user_id, origin.processing_id]
