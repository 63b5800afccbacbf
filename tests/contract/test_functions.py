"""The doors: each function driven through functions-framework from its real source file."""

from __future__ import annotations

import base64
import io
import json
import logging
import uuid
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from functions_framework import create_app
from google.cloud.firestore_v1.base_query import FieldFilter

from clarity import wiring
from clarity.adapters.firestore import FirestoreRecords
from clarity.domain.analysis import analyse, best_week
from clarity.domain.errors import PermanentError
from clarity.domain.events import JobMessage
from clarity.domain.intake.samples import Samples, parse_upload
from clarity.domain.job import AUTOMATIC, Origin
from clarity.domain.minutes.quality import assess
from clarity.sources.generated import people
from infra.local.topology import DEAD_LETTERS, function_environment
from tests import events
from tests.cloud import REPOSITORY, Cloud, environment
from tests.creating import create
from tests.erasing import erase

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask.testing import FlaskClient


@pytest.fixture(scope="module")
def doors(cloud: Cloud) -> Iterator[dict[str, FlaskClient]]:
    """The three functions as the platform starts them, over the embedded cloud."""
    variables = function_environment(cloud.ports, pat_model_id="pat-test", gemini={})
    handlers = logging.root.handlers[:]
    with environment(variables | {"PATIENCE_SECONDS": "0"}):
        yield {
            name: create_app(name, str(REPOSITORY / "functions" / name / "main.py")).test_client()
            for name in ("ingest", "preprocess", "insights")
        }
        for composed in (wiring.ingest, wiring.preprocess, wiring.insights):
            composed.cache_clear()
    logging.root.handlers[:] = handlers


@pytest.fixture
def dead_letters(cloud: Cloud) -> Iterator[Callable[[], list]]:
    """What has reached the dead-letter topic since the test began."""
    subscriber = cloud.subscriber()
    name = f"projects/clarity-local/subscriptions/dead-{uuid.uuid4().hex}"
    subscriber.create_subscription(name=name, topic=DEAD_LETTERS)

    def pull() -> list:
        response = subscriber.pull(subscription=name, max_messages=50, timeout=10)
        ids = [received.ack_id for received in response.received_messages]
        subscriber.acknowledge(subscription=name, ack_ids=ids)
        return [received.message for received in response.received_messages]

    yield pull
    subscriber.close()


@pytest.fixture
def user(cloud: Cloud) -> str:
    found = f"user-{uuid.uuid4().hex}"
    cloud.firestore().document(f"users/{found}").set(dict(people.CONSENT))
    return found


@pytest.fixture(scope="module")
def worker() -> people.Person:
    return people.generate("office-worker", last_day=date(2026, 6, 14))


def post(door: FlaskClient, request: events.Request) -> int:
    headers, body = request
    return door.post("/", headers=headers, data=body).status_code


def some_upload(worker: people.Person) -> dict:
    return next(people.uploads(worker))[1]


@pytest.mark.parametrize("mode", [events.created, events.created_structured])
def test_an_upload_is_ingested_in_both_modes(doors, cloud, user, worker, mode) -> None:
    document, path = some_upload(worker), f"users/{user}/uploads/u1"
    client = cloud.firestore()
    client.document(path).create(document)

    assert post(doors["ingest"], mode(path, document)) == 200

    upload = client.document(path).get().to_dict()
    assert upload["status"] == "ingested"
    assert upload["stored"] == len(document["samples"])
    assert client.document(f"users/{user}/jobs/upload-u1").get().get("status") == "queued"


def test_google_s_emulator_s_base64_body_is_understood(doors, cloud, user, worker) -> None:
    path = f"users/{user}/uploads/u1"
    headers, body = events.created(path, some_upload(worker))

    assert post(doors["ingest"], (headers, base64.b64encode(body))) == 200

    assert cloud.firestore().document(f"users/{user}/jobs/upload-u1").get().exists


def test_dates_may_be_timestamps(doors, cloud, user, worker) -> None:
    document = json.loads(json.dumps(some_upload(worker)))
    for sample in document["samples"]:
        for name in ("start_date", "end_date"):
            sample[name] = datetime.fromisoformat(sample[name])
    path = f"users/{user}/uploads/u1"
    cloud.firestore().document(path).create(document)

    assert post(doors["ingest"], events.created(path, document)) == 200

    assert cloud.firestore().document(path).get().get("rejected_count") == 0


@pytest.mark.parametrize("mode", [events.push, events.published])
def test_a_job_without_enough_data_ends_insufficient_in_both_modes(
    doors, cloud, user, mode
) -> None:
    path = f"users/{user}/insight_requests/r1"
    wish = {"data_timeframe": "1week", "insight_type": "sleep", "priority": "high"}
    assert post(doors["ingest"], events.created(path, wish)) == 200
    message = JobMessage(Origin(user, "insight_requests", "r1"), "high")

    assert post(doors["preprocess"], mode(message.body())) == 200

    job = cloud.firestore().document(f"users/{user}/jobs/request-r1").get().to_dict()
    assert job["status"] == "insufficient_data"
    assert job["priority"] == "high"
    assert job["expires_at"] > job["created_at"]


@pytest.mark.parametrize("mode", [events.push, events.published])
def test_an_analysis_becomes_an_insight_in_both_modes(doors, cloud, user, worker, mode) -> None:
    client = cloud.firestore()
    records = FirestoreRecords(client)
    origin = Origin(user, "insight_requests", "r1")
    now = datetime.now(UTC)
    records.open_job(origin, AUTOMATIC, now, now + timedelta(days=1))
    parts = [
        parse_upload(document, received_at=now).samples
        for _, document in people.uploads(worker, batch=1000)
    ]
    grid = best_week(Samples.concat(parts))
    document = analyse(grid, assess(grid)).to_document()
    document |= {"embedding": [0.0] * 96}
    create(records, user, "analyses/a1", document)
    message = JobMessage(origin, "normal", "a1")

    assert post(doors["insights"], mode(message.body())) == 200

    (insight,) = (
        each.to_dict() or {} for each in client.collection(f"users/{user}/insights").get()
    )
    assert insight["source"] == "template"
    assert insight["narrative"]


def test_the_endpoint_s_silence_is_redelivered(doors, cloud, user, worker) -> None:
    for upload_id, document in people.uploads(worker, batch=1000):
        path = f"users/{user}/uploads/{upload_id}"
        assert post(doors["ingest"], events.created(path, document, event_id=upload_id)) == 200
    first = cloud.firestore().collection(f"users/{user}/jobs").get()[0]
    message = JobMessage(Origin(user, "uploads", first.id.removeprefix("upload-")), "normal")

    sent_at = datetime.now(UTC) - timedelta(seconds=10)  # a burst is over by now
    sent = events.push(message.body(), published_at=sent_at.isoformat())
    assert post(doors["preprocess"], sent) == 500

    assert first.reference.get().get("status") == "processing"


def test_an_event_that_fails_for_too_long_ends_with_its_job(
    doors, cloud, dead_letters, user, worker
) -> None:
    for upload_id, document in people.uploads(worker, batch=1000):
        path = f"users/{user}/uploads/{upload_id}"
        assert post(doors["ingest"], events.created(path, document, event_id=upload_id)) == 200
    first = cloud.firestore().collection(f"users/{user}/jobs").get()[0]
    message = JobMessage(Origin(user, "uploads", first.id.removeprefix("upload-")), "normal")

    old = events.push(message.body(), published_at="2026-01-01T00:00:00Z")
    assert post(doors["preprocess"], old) == 200

    job = first.reference.get().to_dict()
    assert job["status"] == "failed"
    assert job["reason"]["code"] == "exhausted"
    (letter,) = dead_letters()
    assert JobMessage.parse(json.loads(letter.data)) == message


@pytest.mark.parametrize("function", ["preprocess", "insights"])
def test_what_waited_while_its_person_was_erased_ends_without_a_trace(
    doors, cloud, dead_letters, user, function
) -> None:
    client, origin, now = (
        cloud.firestore(),
        Origin(user, "insight_requests", "r1"),
        datetime.now(UTC),
    )
    FirestoreRecords(client).open_job(origin, AUTOMATIC, now, now + timedelta(days=1))
    erase(client, user)

    message = JobMessage(origin, "high", "a1")
    old = events.push(message.body(), published_at="2026-01-01T00:00:00Z")
    for delivery in (events.push(message.body()), old):
        assert post(doors[function], delivery) == 200

    assert post(doors[function], events.push(b"the next letter")) == 200
    assert [letter.attributes["code"] for letter in dead_letters()] == ["malformed_event"]
    of_person = FieldFilter("user_id", "==", user)
    assert not client.collection("claims").where(filter=of_person).get()
    assert not list(client.collection("users").document(user).collections())


def malformed() -> Iterator[tuple[str, str, events.Request]]:
    user = "users/user-of-malformed-events"
    good = events.document_event_data(f"{user}/uploads/u1", {"samples": []})
    headers, _ = events.created(f"{user}/uploads/u1", {})
    yield "ingest", "no protobuf", (headers, b"\xff\xfe not protobuf")
    yield "ingest", "an empty body", (headers, b"")
    yield "ingest", "half a document", (headers, good[: len(good) // 2])
    yield "ingest", "another path", events.created("other/x/uploads/u1", {"samples": []})
    yield "ingest", "another collection", events.created(f"{user}/notes/n1", {"samples": []})
    yield "ingest", "another event", events.created(f"{user}/uploads/u1", {}, event_type="other")
    yield "ingest", "no time zone", events.created(f"{user}/uploads/u2", {"samples": []})
    yield "ingest", "no samples", events.created(f"{user}/uploads/u3", {"time_zone": "UTC"})
    yield "ingest", "an empty wish", events.created(f"{user}/insight_requests/r1", {})
    for function in ("preprocess", "insights"):
        yield function, "no JSON", events.push(b"\xff\xfe")
        yield function, "a list", events.push([1, 2, 3])
        yield function, "an empty object", events.push({})
        yield function, "another version", events.push({"schema_version": 2})
        body = JobMessage(Origin("gone", "uploads", "u1"), "normal").body()
        yield function, "an unknown job", events.push(body)
        yield function, "a path as an id", events.push(body | {"user_id": "a/b"})
        yield function, "two origins", events.push(body | {"request_id": "r1"})
        yield function, "a Firestore event", events.created("users/a/uploads/u", {"samples": []})
        bad = {"message": {"data": "no base64!", "messageId": "1"}, "subscription": "s"}
        yield (
            function,
            "no base64",
            ({"content-type": "application/json"}, json.dumps(bad).encode()),
        )


CASES = list(malformed())


@pytest.mark.parametrize(
    ("function", "request_"),
    [(function, request) for function, _, request in CASES],
    ids=[f"{function}: {what}" for function, what, _ in CASES],
)
def test_a_malformed_event_is_acknowledged_and_kept_with_its_reason(
    doors, cloud, dead_letters, function, request_
) -> None:
    cloud.firestore().document("users/user-of-malformed-events").set(dict(people.CONSENT))

    assert post(doors[function], request_) == 200

    (letter,) = dead_letters()
    assert letter.attributes["step"] == function
    assert letter.attributes["reason"]
    assert letter.attributes["code"] in {error.code for error in PermanentError.__subclasses__()}


def test_an_id_that_leaves_no_room_for_its_job_is_answered_and_not_tried_again(
    doors, cloud, dead_letters, user
) -> None:
    path = f"users/{user}/insight_requests/{'r' * 1495}"
    wish = {"data_timeframe": "1week", "insight_type": "general", "priority": "normal"}
    document = cloud.firestore().document(path)
    document.set(wish)

    assert post(doors["ingest"], events.created(path, wish)) == 200

    assert [letter.attributes["code"] for letter in dead_letters()] == ["refused"]
    assert document.get().get("status") == "rejected"


@pytest.mark.parametrize("function", ["ingest", "preprocess", "insights"])
def test_a_request_that_is_no_event_at_all_is_refused(doors, function) -> None:
    refused = post(doors[function], ({"content-type": "text/plain"}, b"hello"))

    assert refused in {400, 415}


def test_logs_carry_ids_and_no_sample(doors, user, worker) -> None:
    lines = io.StringIO()
    (handler,) = (h for h in logging.root.handlers if type(h) is logging.StreamHandler)
    before = handler.setStream(lines)
    path = f"users/{user}/uploads/u1"
    post(doors["ingest"], events.created(path, some_upload(worker)))
    handler.setStream(before)

    logged = [json.loads(line) for line in lines.getvalue().splitlines()]
    done = next(line for line in logged if line["message"] == "done")
    assert done["event_id"] == "e1"
    assert done["processing_id"] == "upload-u1"
    assert done["logging.googleapis.com/trace"].startswith("projects/clarity-local/traces/")
    assert "start_date" not in lines.getvalue()
