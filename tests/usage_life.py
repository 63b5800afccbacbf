"""A person's first days with the app, and what each step of them used of the cloud."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import httpx

from clarity.domain.job import Origin
from clarity.sources.generated import people
from infra.local.phone import Phone
from infra.local.topology import HOST
from tests.cloud import until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.usage import Counted, Tally

USER, PERSON, DAYS = "ada", "office-worker", 10


class Life:
    """A person's first days with the app, told once; what each step used is kept by name."""

    def __init__(self, chain: Counted) -> None:
        self.chain = chain
        self.phone = Phone(chain.cloud.firestore(), USER)
        self.used: dict[str, Tally] = {}
        self.samples: dict[str, int] = {}

    def live(self) -> None:
        now = datetime.now(UTC)
        person = people.generate(PERSON, last_day=people.last_full_day(PERSON, now), days=DAYS)
        self.phone.settings(**people.CONSENT)
        documents = [document for _, document in people.uploads(person, batch=1000)]
        for number, document in enumerate(documents):
            name = "opens" if number == 0 else f"joins {number}"
            self.upload(name, document)
        self.upload("again", documents[-1])
        self.phone.create("late", documents[-1])
        self.step("early", "preprocess", self.refused("preprocess", 2))
        self.step("late", "ingest", self.answered("late"))
        first = Origin(USER, "uploads", "opens")
        self.step("analysis", "preprocess", self.delivered("preprocess"))
        self.step("insight", "insights", self.ended(first))
        self.ask("request", "sleep")
        self.behave("diagnosis")
        self.ask("repaired", "activity")
        insight = next(self.phone.client.collection(f"users/{USER}/insights").stream())
        said = {"insight_id": insight.id, "rating": 5, "words": "That helps."}
        self.phone.client.document(f"users/{USER}/feedback/f1").create(said)
        self.step("feedback", "ingest", self.delivered("ingest"))

    def upload(self, name: str, document: dict) -> None:
        self.samples[name] = len(document["samples"])
        self.phone.create(name, document)
        self.step(name, "ingest", self.answered(name))

    def ask(self, name: str, insight_type: str) -> None:
        origin = self.phone.request(name, insight_type=insight_type)
        self.step(name, "ingest", self.delivered("ingest"))
        self.step(f"{name} known", "preprocess", self.delivered("preprocess"))
        self.step(f"{name} insight", "insights", self.ended(origin))

    def behave(self, mode: str) -> None:
        address = f"http://{HOST}:{self.chain.cloud.ports.http}/_local/gemini"
        httpx.put(address, json={"mode": mode}, trust_env=False).raise_for_status()

    def step(self, name: str, function: str, done: Callable[[], object]) -> None:
        self.used[name] = self.chain.taken(function, lambda: until(done, what=name))

    def answered(self, upload_id: str) -> Callable[[], object]:
        document = self.phone.client.document(f"users/{USER}/uploads/{upload_id}")
        return lambda: "status" in (document.get().to_dict() or {})

    def delivered(self, function: str) -> Callable[[], object]:
        tally = self.chain.doors[function].tally
        before = tally.deliveries
        return lambda: tally.deliveries > before

    def refused(self, function: str, times: int) -> Callable[[], object]:
        tally = self.chain.doors[function].tally
        before = tally.refused
        return lambda: tally.refused >= before + times

    def ended(self, origin: Origin) -> Callable[[], object]:
        document = self.phone.client.document(f"users/{USER}/jobs/{origin.processing_id}")
        return lambda: (document.get().to_dict() or {}).get("insight_id")
