"""ingest's second door: documents that a message names, because no event of theirs came or served.

It takes what no event can carry; so here is also what the largest and oddest documents come to.
"""

from __future__ import annotations

import json
import logging
import math
import threading
import uuid
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from functions_framework import create_app
from google.api_core.exceptions import InvalidArgument
from google.cloud.firestore import GeoPoint
from google.cloud.firestore_v1._helpers import encode_dict
from werkzeug.serving import WSGIRequestHandler, make_server

from clarity import wiring
from clarity.adapters.firestore import FirestoreRecords
from clarity.domain.errors import MalformedEventError
from clarity.domain.events import DocumentNamed
from clarity.domain.job import Origin
from clarity.sources.generated import people
from clarity.steps.once import claim_key
from infra.local.topology import DOCUMENTS, HOST, function_environment, strict_environment
from tests.cloud import REPOSITORY, Cloud, cloud_process, environment, until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from google.cloud.firestore import Client

FIRST = datetime(2026, 6, 14, 10, tzinfo=UTC)
SAMPLE: dict[str, Any] = {
    "sample_type": "stepCount",
    "value": 42,
    "unit": "count",
    "start_date": "2026-06-14T10:00:00Z",
    "end_date": "2026-06-14T10:05:00Z",
    "source_revision": {
        "source": {"name": "Apple Watch", "bundle_identifier": "com.apple.health.6E1A"},
        "product_type": "Watch7,1",
    },
    "metadata": {"HKWasUserEntered": False, "HKDeviceName": "Apple Watch Series 10"},
}


class Quiet(WSGIRequestHandler):
    def log(self, *_: object) -> None:
        """Quiet."""


@dataclass(frozen=True)
class Door:
    """ingest behind its real door; Eventarc's events wait outside while `events` is not set."""

    cloud: Cloud
    client: Client
    events: threading.Event

    def create(self, origin: Origin, document: dict[str, Any]) -> None:
        self.client.document(origin.path).create(document)

    def name(self, origin: Origin) -> None:
        """Have the document handled, and wait until the message is acknowledged."""
        named, publisher = DocumentNamed(origin), self.cloud.publisher()
        data = json.dumps(named.body()).encode()
        publisher.publish(DOCUMENTS, data, **named.attributes()).result(timeout=10)
        publisher.stop()
        self.wait_for("subscriptions/documents")

    def wait_for(self, subscription: str, left: int = 0) -> None:
        """Until no more than so much waits there that is not acknowledged."""
        address = f"http://{HOST}:{self.cloud.ports.http}/_local/backlog"

        def delivered() -> bool:
            found = httpx.get(address, trust_env=False).json()
            return all(
                each["unacked"] <= left
                for path, each in found.items()
                if path.endswith(subscription)
            )

        until(delivered, 20, f"the end of {subscription}")

    def fields(self, path: str) -> dict[str, Any]:
        return self.client.document(path).get().to_dict() or {}

    def letters(self) -> int:
        found = httpx.get(
            f"http://{HOST}:{self.cloud.ports.http}/_local/backlog", trust_env=False
        ).json()
        return sum(n["unacked"] for path, n in found.items() if path.endswith("dead-letters"))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """A cloud of its own; nobody is there for what ingest publishes."""
    handlers, events = logging.root.handlers[:], threading.Event()
    with cloud_process(tmp_path_factory.mktemp("documents")) as cloud:
        variables = function_environment(cloud.ports, pat_model_id="pat-test", gemini={})
        wiring.ingest.cache_clear()
        variables |= {"REQUEST_BURST": "2", "REQUESTS_PER_HOUR": "30"}
        with environment(variables | strict_environment("ingest", cloud.ports)):
            wiring.ingest()
            app = create_app("ingest", str(REPOSITORY / "functions/ingest/main.py"))

        def gate(environ: Any, start: Any) -> Any:
            if environ.get("HTTP_CE_TYPE") and not events.is_set():
                start("503 Service Unavailable", [("content-length", "0")])
                return [b""]
            return app(environ, start)

        port = cloud.ports.ingest
        server = make_server(HOST, port, gate, threaded=True, request_handler=Quiet)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield Door(cloud, cloud.firestore(), events)
        server.shutdown()
        thread.join()
        server.server_close()
    wiring.ingest.cache_clear()
    logging.root.handlers[:] = handlers


@pytest.fixture
def door(served: Door) -> Door:
    served.events.set()
    return served


@pytest.fixture
def user(served: Door) -> str:
    found = f"user-{uuid.uuid4().hex}"
    served.client.document(f"users/{found}").set(dict(people.CONSENT))
    return found


@pytest.fixture(scope="module")
def upload() -> dict[str, Any]:
    worker = people.generate("office-worker", last_day=date(2026, 6, 14))
    return next(people.uploads(worker))[1]


def test_a_document_that_no_event_announced_is_handled_as_a_new_one(door, user, upload) -> None:
    door.events.clear()
    origin = Origin(user, "uploads", "u1")
    door.create(origin, upload)

    door.name(origin)

    answer = door.fields(origin.path)
    assert (answer["status"], answer["stored"]) == ("ingested", len(upload["samples"]))
    assert answer["samples"] == upload["samples"]
    job = door.fields(f"users/{user}/jobs/{origin.processing_id}")
    assert job["status"] == "queued"


@pytest.mark.parametrize("event_first", [True, False])
def test_event_and_name_come_to_one_thing_in_any_order(door, user, upload, event_first) -> None:
    origin, before = Origin(user, "uploads", "u1"), door.letters()
    if not event_first:
        door.events.clear()
    door.create(origin, upload)
    if event_first:
        door.wait_for("eventarc-us-central1-uploads")

    door.name(origin)
    answer = door.fields(origin.path)
    door.events.set()
    door.wait_for("eventarc-us-central1-uploads")
    door.name(origin)

    claim = door.client.document(f"claims/{claim_key('ingest', origin.path)}").get()
    assert answer["status"] == "ingested"
    assert door.fields(origin.path) == answer
    assert claim.get("attempts") == 1
    # Eventarc's own form: another one would make the later of the two a reused id.
    created = door.client.document(origin.path).get().create_time
    assert claim.get("result") == created.timestamp_pb().ToJsonString()
    assert door.letters() == before


def test_an_upload_of_1_mib_which_no_event_can_carry_is_ingested(door, user) -> None:
    origin, sample = Origin(user, "uploads", "large"), dict(SAMPLE)
    moments = [FIRST + timedelta(minutes=n) for n in range(2600)]
    samples = [
        sample | {"start_date": at.isoformat(), "end_date": at.isoformat()} for at in moments
    ]
    document = {"device_info": {"time_zone": "Europe/Berlin"}, "samples": samples}
    size = len(encode_dict(document)["samples"]._pb.SerializeToString())
    assert 900_000 < size < 1_040_000
    door.create(origin, document)
    door.wait_for("eventarc-us-central1-uploads")
    assert "status" not in door.fields(origin.path)

    door.name(origin)

    answer = door.fields(origin.path)
    assert (answer["status"], answer["stored"]) == ("ingested", len(samples))


def test_a_document_without_room_for_an_answer_gets_one_in_the_place_of_its_samples(
    door, user
) -> None:
    door.events.clear()
    origin = Origin(user, "uploads", "full")
    for size in range(1_048_500, 0, -60):
        filler = {"device_info": {"time_zone": "UTC"}, "samples": [SAMPLE, "x" * size]}
        with suppress(InvalidArgument):  # the limit is that of the whole document
            door.create(origin, filler)
            break

    door.name(origin)

    answer = door.fields(origin.path)
    assert (answer["status"], answer["stored"]) == ("ingested", 1)
    assert answer["rejected_count"] == 1
    assert "expires_at" in answer
    assert "samples" not in answer
    assert FirestoreRecords(door.client).unsettled(user) == 0


def test_requests_and_feedback_may_be_named_too(door, user) -> None:
    door.events.clear()
    asked, said = Origin(user, "insight_requests", "r1"), Origin(user, "feedback", "f1")
    wish = {"data_timeframe": "1week", "insight_type": "sleep", "priority": "normal"}
    door.create(asked, wish)
    door.create(said, {"insight_id": "i1", "rating": 4})
    door.client.document(f"users/{user}/insights/i1").set({"processing_id": "request-r0"})

    door.name(asked)
    door.name(said)

    assert door.fields(asked.path)["status"] == "queued"
    assert door.fields(said.path)["status"] == "received"
    assert door.fields(f"users/{user}/insights/i1")["rating"] == 4


def test_requests_above_the_burst_are_turned_away_with_a_time_to_come_again(door, user) -> None:
    wish, before = (
        {"data_timeframe": "1week", "insight_type": "sleep", "priority": "high"},
        door.letters(),
    )
    origins = [Origin(user, "insight_requests", f"r{n}") for n in range(4)]
    for origin in origins:
        door.create(origin, wish)

    door.wait_for("eventarc-us-central1-insight-requests")

    answers = [door.fields(origin.path) for origin in origins]
    assert sorted(each["status"] for each in answers) == ["queued"] * 2 + ["rejected"] * 2
    for answer in answers:
        if answer["status"] == "rejected":
            job = door.fields(f"users/{user}/jobs/{answer['processing_id']}")
            wait = answer["reason"]["retry_at"] - datetime.now(UTC)
            assert (job["status"], job["reason"]) == ("failed", answer["reason"])
            assert timedelta(seconds=90) < wait < timedelta(seconds=122)
    assert door.letters() == before


def test_a_document_that_is_gone_is_dropped_without_a_trace(door, user) -> None:
    origin, before = Origin(user, "uploads", "gone"), door.letters()

    door.name(origin)

    assert not door.client.document(f"claims/{claim_key('ingest', origin.path)}").get().exists
    assert not list(door.client.document(f"users/{user}").collections())
    assert door.letters() == before


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"schema_version": 2}, "schema_version 1"),
        ({"collection": "days"}, "one of uploads, insight_requests, feedback"),
        ({"collection": None}, "collection"),
        ({"user_id": ""}, "user_id"),
        ({"user_id": ["a"]}, "user_id"),
        ({"document_id": "a/b"}, "document_id"),
    ],
)
def test_a_name_that_is_none_is_refused(change, found) -> None:
    body = DocumentNamed(Origin("ada", "uploads", "u1")).body()
    assert DocumentNamed.parse(body) == DocumentNamed(Origin("ada", "uploads", "u1"))
    deferred = DocumentNamed(Origin("ada", "uploads", "u1"), deferred=True)
    assert DocumentNamed.parse(deferred.body()) == deferred

    with pytest.raises(MalformedEventError, match=found):
        DocumentNamed.parse(body | change)


MADE_OF_MAPS: dict[str, Any] = {"a": 1}
for _ in range(17):
    MADE_OF_MAPS = {"a": MADE_OF_MAPS}
LONG = "x" * 1_000_000


@pytest.mark.parametrize(
    ("samples", "accepted", "code"),
    [
        ([SAMPLE | {"sample_type": LONG}], 0, "unknown_type"),
        ([SAMPLE | {"start_date": "2" * 1_000_000}], 0, "bad_date"),
        ([SAMPLE | {"metadata": {"HKTimeZone": LONG}}], 1, None),
        ([SAMPLE | {"source_revision": {"source": {"name": LONG}}}], 1, None),
        ([SAMPLE, MADE_OF_MAPS, SAMPLE | {"value": MADE_OF_MAPS}], 1, "missing_field"),
        ([SAMPLE | {"value": math.nan}, SAMPLE], 1, "not_finite"),
        ([SAMPLE | {"value": -math.inf}, SAMPLE], 1, "not_finite"),
        ([SAMPLE | {"value": 2**63 - 1}, SAMPLE], 1, "out_of_bounds"),
        ([SAMPLE | {"end_date": datetime(9999, 12, 31, tzinfo=UTC)}, SAMPLE], 1, "in_future"),
        ([SAMPLE | {"value": b"42"}, SAMPLE | {"unit": GeoPoint(1, 2)}], 0, "bad_value"),
        ([None] * 2_000, 0, "not_an_object"),
    ],
    ids=lambda found: None if isinstance(found, list) else str(found),
)
def test_what_no_row_should_hold_rejects_that_row(door, user, samples, accepted, code) -> None:
    door.events.clear()
    origin, before = Origin(user, "uploads", "odd"), door.letters()
    door.create(origin, {"device_info": {"time_zone": "Europe/Berlin"}, "samples": samples})

    door.name(origin)

    answer = door.fields(origin.path)
    assert (answer["status"], answer["accepted"]) == ("ingested", accepted)
    assert answer["rejected_count"] == len(samples) - accepted
    assert code in {None, *(each["code"] for each in answer["rejected"][:1])}
    assert door.letters() == before


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"samples": [None] * 10_001, "time_zone": "UTC"}, "at most 10000 rows, found 10001"),
        ({"samples": [SAMPLE], "time_zone": LONG}, "time_zone: expected an IANA name"),
        ({"samples": LONG, "time_zone": "UTC"}, "samples: expected a list, found str"),
        ({"data": MADE_OF_MAPS, "time_zone": "UTC"}, "expected lists of records"),
        ({LONG[:1500]: 1}, "time_zone: expected an IANA name"),
        ({}, "time_zone: expected an IANA name"),
    ],
    ids=lambda found: found if isinstance(found, str) else "",
)
def test_what_no_upload_should_be_is_rejected_as_a_whole(door, user, document, expected) -> None:
    door.events.clear()
    origin, before = Origin(user, "uploads", "odd"), door.letters()
    door.create(origin, document)

    door.name(origin)

    answer = door.fields(origin.path)
    assert (answer["status"], answer["reason"]["code"]) == ("rejected", "unusable_upload")
    assert expected in answer["reason"]["message"]
    assert len(answer["reason"]["message"]) < 300
    assert door.fields(f"users/{user}/jobs/{origin.processing_id}")["status"] == "failed"
    assert door.letters() == before + 1


def test_of_a_flood_beyond_its_share_each_document_is_answered(door, user, monkeypatch) -> None:
    """Two are at work when the rest comes; those go through the lane, one after another."""
    begun, go_on, most = threading.Semaphore(0), threading.Event(), []
    known, at_work = FirestoreRecords.known, []

    def held(*arguments: Any) -> Any:
        at_work.append(1)
        most.append(len(at_work))
        begun.release()
        assert go_on.wait(20)
        try:
            return known(*arguments)
        finally:
            at_work.pop()

    monkeypatch.setattr(FirestoreRecords, "known", held)
    origins = [Origin(user, "uploads", f"u{number}") for number in range(8)]
    for number, origin in enumerate(origins):
        at = (FIRST + timedelta(minutes=number)).isoformat()
        samples = [SAMPLE | {"start_date": at, "end_date": at}]
        door.create(origin, {"time_zone": "UTC", "samples": samples})
    for _ in range(3):
        assert begun.acquire(timeout=20)
    door.wait_for("eventarc-us-central1-uploads", left=2)
    go_on.set()
    door.wait_for("eventarc-us-central1-uploads")
    door.wait_for("subscriptions/documents")

    assert max(most) == 3
    assert {door.fields(each.path)["status"] for each in origins} == {"ingested"}
