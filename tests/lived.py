"""A person's life with the product over a real Firestore: everything that is ever written there.

The chain's steps run as they are, over the adapters that the functions have. So what lies in the
database afterwards is what the product writes, and the data map is held against it.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from clarity.adapters import firestore_references
from clarity.adapters.firestore import FirestoreRecords
from clarity.adapters.firestore_budgets import FirestoreBudgets
from clarity.adapters.firestore_candidates import FirestoreCandidates, record_change
from clarity.adapters.firestore_claims import FirestoreClaims
from clarity.adapters.firestore_dead_letters import FirestoreDeadLetters
from clarity.adapters.firestore_devices import FirestoreDevices
from clarity.adapters.firestore_erase import FirestoreErasures
from clarity.adapters.firestore_monitor import FirestoreMonitor
from clarity.adapters.firestore_reviews import FirestoreReviews
from clarity.adapters.firestore_sweep import FirestoreSweeps
from clarity.adapters.predictions import Predictions
from clarity.domain import drift
from clarity.domain.errors import MalformedEventError
from clarity.domain.events import DocumentCreated
from clarity.domain.job import Origin
from clarity.pat.artifact import open_folder, shipped
from clarity.pat.judging import compare_errors
from clarity.sources.generated import people
from clarity.steps.erase import Erase
from clarity.steps.export import Exported
from clarity.steps.infer import Prediction
from clarity.steps.monitor import Monitor
from clarity.steps.ports import Outgoing, Toll
from clarity.steps.privacy import Privacy
from clarity.steps.weeks import gather
from clarity.studies.candidate import Trial, decision
from clarity.studies.reference_sets import Set
from tests import chain
from tests.exports import NoExports
from tests.letters import letter, ours
from tests.memory import MemoryClaims, MemoryRecords
from tests.memory_services import MemoryBudgets, MemoryDevices, MemoryReviews
from tests.monitored import BEGAN, DAY, HOUR, MODEL, PACE, WEEK, analysis
from tests.telling import Scripted, honest, unsafe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from google.cloud.firestore import Client, CollectionReference

    from clarity.domain.job import Collection

    Document = tuple[str, Mapping[str, Any]]

MONTH = timedelta(days=30)
DEEP = 7  # a collection's path that has so many parts is below every one that is known
NONE_LEFT = Toll("uploads", timedelta(hours=1), 0)
ODD = MalformedEventError("expected something else")
SHIPPED = shipped("small")
SETTINGS = {
    "consent": {
        "analysis": True,
        "language_model": {"given": True, "at": datetime(2026, 1, 1, tzinfo=UTC)},
        "research": True,
    },
    "retention_days": 60,
    "language": "en",
    "reading_level": "plain",
    "insights": "automatic",
    "avoid": ["heart"],
    "birth_date": "1980-01-01",
    "region": "DE",
    "push": True,
}


class Silent:
    """A topic that nothing can be sent to."""

    def publish(self, outgoing: Outgoing) -> None:
        raise ConnectionError(outgoing.topic)


@dataclass
class Life(chain.Chain):
    """The chain in memory, with Firestore's adapters in the place of its documents."""

    client: Any = None

    def __post_init__(self) -> None:
        self.clock = chain.Clock(datetime.now(UTC))
        self.narrator = Scripted([unsafe, unsafe, honest], self.clock)
        self.encoder.model_ids = ("pat-test", "pat-canary")
        self.through = self._over
        self.client.document("users/ada").set(SETTINGS)
        token = {"push_token": "t", "expires_at": self.clock()}
        self.client.document("users/ada/devices/phone").set(token)
        super().__post_init__()

    def _over(self, port: Any) -> Any:
        """The real adapter of a port that holds documents; the others as they are."""
        records = FirestoreRecords(self.client)
        real = {
            MemoryClaims: FirestoreClaims(self.client, self.clock, MONTH / 2),
            MemoryRecords: records,
            MemoryBudgets: FirestoreBudgets(self.client, 10, 100, MONTH),
            MemoryReviews: FirestoreReviews(self.client),
            MemoryDevices: FirestoreDevices(self.client),
        }
        return real.get(type(port), port)

    def create(self, collection: Any, document_id: str, document: dict) -> DocumentCreated:
        self.client.document(f"users/ada/{collection}/{document_id}").create(document)
        return super().create(collection, document_id, document)

    def weeks(self) -> None:
        """Two weeks of uploads and an insight of them; what is sent wrongly, or too often."""
        last_day = self.clock().date() - timedelta(days=1)
        self.send(people.generate("office-worker", days=14, last_day=last_day, seed=1), batch=2000)
        zone = {"device_info": {"time_zone": "Europe/Berlin"}}
        self.upload("bad", {**zone, "samples": [{"sample_type": "stepCount"}] * 101})
        self.upload("other-form", {**zone, "data": {"records": []}, "timestamp": "now"})
        self.run()
        self.encoder.answering = ["pat-canary"]  # explains what another model has read
        for request_id in ("r1", "r1-again"):
            self.request(request_id, explanation=True, data_timeframe="1month")
            self.run()

    def feedback(self) -> None:
        """A rating and words of a crisis; the next insight has lines to call."""
        insight = next(self.client.collection("users/ada/insights").stream()).id
        for name, said in (
            ("rated", {"rating": 4, "words": "Good."}),
            ("worried", {"words": "I do not want to live anymore", "read": True}),
        ):
            self.ingest(self.create("feedback", name, {"insight_id": insight, **said}))
        self.request("again", insight_type="sleep")
        self.run()

    def refused(self) -> None:
        """What cannot be used, with a letter that does not go out."""
        wrong: tuple[tuple[Any, dict[str, Any]], ...] = (
            ("uploads", {"samples": [], "deleted": []}),
            ("insight_requests", {"insight_type": "dreams"}),
            ("feedback", {"rating": 9}),
        )
        for collection, document in wrong:
            event = self.create(collection, "wrong", document)
            named = ours(event.origin, traceparent="00-1", **event.origin.reference)
            letter_about = Outgoing("dead_letter", b"", named)
            with suppress(ConnectionError):
                replace(self.ingest, topics=Silent()).reject(event, ODD, letter_about)
        turned_away = dict.fromkeys(self.ingest.tolls, NONE_LEFT)
        for collection, document in wrong:
            event = self.create(collection, "too-many", document)
            replace(self.ingest, tolls=turned_away)(event)

    def looked_into(self) -> None:
        """An operator replays one dead letter, drops one, reads a held text; a scan stopped."""
        letters = FirestoreDeadLetters(self.client, self.clock)
        kinds: tuple[Collection, ...] = ("uploads", "insight_requests", "feedback")
        for number, kind in enumerate(kinds):
            origin = Origin("ada", kind, ("lost", "wrong", "lost")[number])
            found = letter(origin, step="ingest", data=b"{}", at=self.clock())
            more = {**found.reference, **origin.reference, "traceparent": "00-1"}
            letters.file(replace(found, reference=more))
            letters.drop(found, "grace")
        again = letter(Origin("ada", "uploads", "wrong"), step="ingest", data=b"{}")
        letters.file(again)
        letters.begin(again, "attempt-1", "grace")
        FirestoreSweeps(self.client, self.clock, MONTH).keep_place("jobs", "users/ada/jobs/j1")
        held = FirestoreReviews(self.client)
        for user_id, review_id, _ in held.listed("grace"):
            held.read(user_id, review_id, "grace")

    def privacy(self) -> None:
        """Ada asks for her data, once too often; eve, who has hardly begun, to be erased, twice."""
        self.client.document("users/eve").set(SETTINGS)
        for uid, kind, toll in (
            ("ada", "export", chain.REQUESTS),
            ("ada", "export", NONE_LEFT),
            ("eve", "erase", chain.REQUESTS),
            ("eve", "erase", chain.REQUESTS),
        ):
            request: dict[str, object] = {"kind": kind}
            origin = Origin(uid, "privacy_requests", f"{toll.burst}")
            self.client.document(origin.path).create(request)
            self.clock.wait(1)
            self._privacy(toll)(DocumentCreated("e", self.clock(), origin, request, "1"))

    def _privacy(self, toll: Toll) -> Privacy:
        return Privacy(
            claims=FirestoreClaims(self.client, self.clock, MONTH),
            records=FirestoreRecords(self.client),
            topics=self.topics,
            erase=Erase(FirestoreErasures(self.client, self.clock), NoExports(), self.clock, None),
            export=lambda *_: Exported("exports/r1.zip", "https://l", self.clock(), 3, 1000),
            clock=self.clock,
            lease=chain.LEASE,
            retention=MONTH,
            toll=toll,
        )

    def monitored(self) -> None:
        """People's first weeks become the reference; later ones differ; a call fails."""
        source = FirestoreMonitor(self.client, MONTH)
        self._week(BEGAN - WEEK, 60)
        weeks = gather(source, BEGAN - WEEK, BEGAN, MODEL, documents=500, in_time=lambda: True)
        firestore_references.adopt(self.client, MODEL, weeks, self.clock(), "grace")
        for number in range(drift.SUSTAINED + 1):
            at = BEGAN + number * WEEK
            Monitor(source, MODEL, None, partial(at.__add__, HOUR), PACE, lambda _: None)()
            self._week(at, drift.LEAST_PEOPLE, worn_hours=3.0, coverage=3.0)
        Predictions(self.client, self.clock)(Prediction(MODEL, 1.0, "unavailable", 0.5, 3.0, None))

    def _week(self, since: datetime, people_: int, **shift: Any) -> None:
        batch, rng = self.client.batch(), np.random.default_rng(people_)
        for number in range(people_):
            place = self.client.document(f"users/person-{number}/analyses/{since:%Y%m%d}")
            batch.set(place, analysis(rng, since + DAY, **shift))
            batch.set(self.client.document(f"users/person-{number}"), dict(people.CONSENT))
        batch.commit()

    def tried(self) -> None:
        """A candidate for a request, decided about; the request closed, the model promoted."""
        store = FirestoreCandidates(self.client)
        people_ = store.consenting(self.clock() - MONTH, 100, 100)
        for uid, expires_at in people_.items():
            store.week(uid, "c1", "grace", self.clock(), expires_at)
        [(request, _)] = store.requests()
        shipped = open_folder(SHIPPED)
        trial = Trial("c1", shipped, shipped, 1, self.clock(), "grace", request)
        ratings = {"count": 1, "mean": 4.0}
        weeks = Set("weeks", "0" * 64, np.zeros((30, 10_080), np.float32), {}, may_win=True)
        errors = np.ones(30)
        found = [
            compare_errors("weeks", weeks.version, errors, errors, attempt=1, may_win=True),
        ]
        store.add("c1", decision(trial, found, [weeks], ratings))
        store.close(request, "promoted", "grace", self.clock())
        more = {"model": "pat", "decision": "c1", "reason": ""}
        record_change(self.client, "promote_model", "version 2", "grace", self.clock(), **more)


def documents(client: Client, collections: Iterable[str]) -> Iterator[Document]:
    """Every document of the database: its path and its fields.

    Of these collections by one query each, and of any other by looking through people's documents.
    """
    for collection in collections:
        for found in client.collection_group(collection).stream():
            yield found.reference.path, found.to_dict() or {}
    for collection in client.collections():
        yield from _others(collection, frozenset(collections))


def _others(collection: CollectionReference, known: frozenset[str]) -> Iterator[Document]:
    if collection.id not in known:
        for found in collection.stream():
            yield found.reference.path, found.to_dict() or {}
    for place in collection.list_documents() if len(collection._path) < DEEP else ():
        if "person-" not in place.path:
            for inner in place.collections():
                yield from _others(inner, known)
