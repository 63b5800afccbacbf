"""What the code writes to Firestore and asks of it: the whole chain once, on our own server."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from google.pubsub_v1.types import PubsubMessage

from clarity.adapters.firestore import FirestoreRecords
from clarity.adapters.firestore_budgets import FirestoreBudgets
from clarity.adapters.firestore_claims import FirestoreClaims
from clarity.adapters.firestore_dead_letters import FirestoreDeadLetters
from clarity.adapters.firestore_devices import FirestoreDevices
from clarity.adapters.firestore_erase import FirestoreErasures
from clarity.adapters.firestore_reviews import FirestoreReviews
from clarity.adapters.firestore_sweep import FirestoreSweeps
from clarity.adapters.pubsub_letters import letter_of
from clarity.domain.events import DocumentCreated
from clarity.domain.job import AUTOMATIC, Origin
from clarity.sources.generated import people
from clarity.steps.dead_letters import Received
from clarity.steps.erase import Erase
from clarity.steps.export import Exported
from clarity.steps.privacy import Privacy
from clarity.steps.sweep import Sweep
from tests.chain import LEASE, REQUESTS, RETENTION, Chain, Clock
from tests.contract.rules_cases import FEEDBACK, STEPS, UPLOAD, without
from tests.memory import MemoryClaims, MemoryRecords
from tests.memory_services import MemoryBudgets, MemoryDevices, MemoryReviews
from tests.memory_sweep import LIMITS, MemoryMail
from tests.model import Model

if TYPE_CHECKING:
    from collections.abc import Iterator

    from google.cloud.firestore import Client, CollectionReference
    from google.cloud.firestore_v1.types import StructuredQuery

Json = dict[str, Any]
# Held back for a person to look at.
UNSAFE = "You suffer from insomnia and need zolpidem."


@dataclass
class Overheard:
    """Google's client for the protocol; keeps the queries that go through it."""

    api: Any
    queries: list[StructuredQuery] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.api, name)

    def run_query(self, *, request: Json, **more: Any) -> Any:
        self.queries.append(request["structured_query"])
        return self.api.run_query(request=request, **more)

    def run_aggregation_query(self, *, request: Json, **more: Any) -> Any:
        self.queries.append(request["structured_aggregation_query"].structured_query)
        return self.api.run_aggregation_query(request=request, **more)


@dataclass
class CloudChain(Chain):
    """The chain over Firestore; a document is created there, and then its event comes."""

    client: Any = None
    created: dict[str, Json] = field(default_factory=dict)

    def __post_init__(self) -> None:
        ports = {
            MemoryRecords: FirestoreRecords(self.client),
            MemoryClaims: FirestoreClaims(self.client, self.clock, RETENTION / 2),
            MemoryBudgets: FirestoreBudgets(self.client, 10, 1000, RETENTION),
            MemoryReviews: FirestoreReviews(self.client),
            MemoryDevices: FirestoreDevices(self.client),
        }
        self.through = lambda port: ports.get(type(port), port)
        super().__post_init__()

    def create(self, collection: Any, document_id: str, document: Json) -> DocumentCreated:
        origin = Origin("ada", collection, document_id)
        self.client.document(origin.path).create(document)
        self.created[origin.path] = document
        return DocumentCreated(f"event-{document_id}", self.clock(), origin, document)


@dataclass(frozen=True)
class Use:
    """What a run left behind.

    Attributes:
        created: What the phone wrote, by path.
        documents: All documents, by path.
        queries: What was asked.
        erased: The documents that are left when the person is erased.
    """

    created: dict[str, Json]
    documents: dict[str, Json]
    queries: list[StructuredQuery]
    erased: dict[str, Json]


def use(client: Client) -> Use:
    """Everything that the code does, at least once."""
    overheard = Overheard(client._firestore_api)
    client._firestore_api_internal = overheard
    clock = Clock()
    chain = CloudChain(narrator=Model(said=UNSAFE), clock=clock, client=client)
    mine = {"users/ada": {**people.CONSENT, "language": "de", "push": True}}
    for name, token in (("phone", "token"), ("old", "gone")):
        until = clock() + timedelta(days=60)
        mine[f"users/ada/devices/{name}"] = {"push_token": token, "expires_at": until}
    for path, document in mine.items():
        client.document(path).set(document)
    chain.push.unknown = {"gone"}
    chain.upload("refused", UPLOAD | {"samples": [7] * 101, "deleted": [STEPS]})
    chain.send(people.generate("office-worker", days=14, last_day=date(2026, 6, 14)))
    chain.request(data_timeframe="1month", explanation=True)
    chain.run()
    insight = next(client.collection("users/ada/insights").list_documents())
    said = {"insight_id": insight.id, "words": "I want to die."}
    chain.ingest(chain.create("feedback", "f1", without(FEEDBACK, "insight_id") | said))
    sweep(client, chain)
    reviews = FirestoreReviews(client)
    (held, *_) = reviews.listed("grace")
    reviews.read(*held[:2], reader="grace")
    privacy(client, chain, "export")
    documents = dict(everything(client))
    privacy(client, chain, "erase")
    left = dict(everything(client))
    return Use({**mine, **chain.created}, documents, overheard.queries, left)


def sweep(client: Client, chain: CloudChain) -> None:
    """Ticks that end a job, keep its dead letter, and stop before they are through."""
    origin, until = Origin("ada", "uploads", "stuck"), chain.clock() + RETENTION
    FirestoreRecords(client).open_job(origin, AUTOMATIC, chain.clock(), until)
    chain.clock.wait(LIMITS.give_up.total_seconds())
    mail, letters = MemoryMail(), FirestoreDeadLetters(client, chain.clock)
    step = Sweep(
        FirestoreSweeps(client, chain.clock, RETENTION),
        mail,
        letters,
        FirestoreClaims(client, chain.clock, RETENTION / 2),
        chain.topics,
        chain.clock,
        replace(LIMITS, documents=1),
        LEASE,
        RETENTION,
        count=lambda *_: None,
    )
    step()
    (letter,) = chain.topics.dead_letters
    message = PubsubMessage(
        data=letter.data, attributes=dict(letter.attributes), publish_time=chain.clock()
    )
    mail.waiting.append(Received("1", letter_of(message)))
    step()


def privacy(client: Client, chain: CloudChain, kind: str) -> None:
    """The person asks for their data, or for their erasure."""
    exported = Exported("exports/a.zip", "https://link", chain.clock() + LEASE, 3, 1000)
    step = Privacy(
        FirestoreClaims(client, chain.clock, RETENTION / 2),
        FirestoreRecords(client),
        chain.topics,
        Erase(FirestoreErasures(client, chain.clock), None, chain.clock, lasting=None),
        lambda *_: exported,
        chain.clock,
        LEASE,
        RETENTION,
        REQUESTS,
    )
    step(chain.create("privacy_requests", f"p-{kind}", {"kind": kind}))


def everything(client: Client) -> Iterator[tuple[str, Json]]:
    """Each document of the database by its path."""
    for collection in client.collections():
        yield from _below(collection)


def _below(collection: CollectionReference) -> Iterator[tuple[str, Json]]:
    for reference in collection.list_documents():
        snapshot = reference.get()
        if snapshot.exists:
            yield reference.path, snapshot.to_dict() or {}
        for inner in reference.collections():
            yield from _below(inner)
