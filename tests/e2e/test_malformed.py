"""Bad input, end to end: each sample is judged, nothing dies, nothing disappears silently."""

from __future__ import annotations

import json
import math
import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from google.api_core.exceptions import InvalidArgument

from clarity.adapters.firestore_dead_letters import FirestoreDeadLetters
from clarity.adapters.pubsub_letters import PubSubMail
from clarity.sources.generated import people
from clarity.steps.dead_letters import Filter, file_letters
from infra.local.supervisor import PROCESSES
from infra.local.topology import ANALYSED, DEAD_LETTERS_PULL, FUNCTIONS, HOST, INGESTED, topic
from tests import events
from tests.cloud import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clarity.steps.dead_letters import Letter
    from tests.cloud import Cloud

YESTERDAY = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(1)
WATCH = {
    "source": {"name": "Apple Watch", "bundle_identifier": "com.apple.health.w"},
    "product_type": "Watch7,1",
}


def sample(**changes: Any) -> dict[str, Any]:
    start = YESTERDAY.isoformat()
    end = (YESTERDAY + timedelta(minutes=5)).isoformat()
    plain = {"sample_type": "stepCount", "value": 42.0, "unit": "count", "source_revision": WATCH}
    return plain | {"start_date": start, "end_date": end} | changes


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in sample().items() if key != name}


BAD: dict[str, Any] = {
    "a wrong unit": sample(unit="furlong"),
    "the end before the start": sample(end_date=(YESTERDAY - timedelta(1)).isoformat()),
    "NaN": sample(value=math.nan),
    "infinity": sample(value=math.inf),
    "10^9 steps": sample(value=1e9),
    "negative steps": sample(value=-1.0),
    "an unknown type": sample(sample_type="moonPhase"),
    "a future date": sample(start_date="2099-01-01T00:00:00Z", end_date="2099-01-01T00:05:00Z"),
    "no value": without("value"),
    "no start": without("start_date"),
    "no type": without("sample_type"),
    "a date that is none": sample(start_date="yesterday"),
    "text as a value": sample(value="many"),
    "a list as a sample": {"0": "list"},
    "null": None,
    "a number": 7,
    "a heart rate of 900": sample(sample_type="heartRate", value=900.0, unit="count/min"),
}


@pytest.fixture
def user(running: Cloud) -> str:
    found = f"bad-{uuid.uuid4().hex}"
    running.firestore().document(f"users/{found}").set(dict(people.CONSENT))
    return found


@pytest.fixture
def unharmed(running: Cloud) -> Iterator[None]:
    """No process died meanwhile."""
    before = json.loads((running.state / PROCESSES).read_text())
    yield
    after = json.loads((running.state / PROCESSES).read_text())
    assert {name: after[name] for name in before} == before


def answered(cloud: Cloud, path: str) -> dict[str, Any]:
    document = cloud.firestore().document(path)
    return until(
        lambda: (fields := document.get().to_dict() or {}) and "status" in fields and fields,
        what="the answer",
    )


def letter_about(cloud: Cloud, word: str) -> Letter:
    """The dead letter that holds this word in its ids or message; the sweeper may have filed it."""
    store = FirestoreDeadLetters(cloud.firestore(), lambda: datetime.now(UTC))

    def find() -> Letter | None:
        with cloud.subscriber() as subscriber:
            mail = PubSubMail(subscriber, DEAD_LETTERS_PULL, wait_s=0.5)
            file_letters(mail, store, clock=store.clock, within=timedelta(seconds=5), most=1000)
        for each in store.find(Filter()):
            for letter in store.read(each.id):
                if word in f"{letter.event_id} {letter.reference} {letter.data!r}":
                    return letter
        return None

    found: Letter = until(find, what=f"the dead letter about {word}")
    return found


def test_each_bad_sample_is_named_and_each_good_one_survives(running, user, unharmed) -> None:
    samples = [sample(), *BAD.values(), sample(value=43.0)]
    path = f"users/{user}/uploads/u1"
    running.firestore().document(path).create({"time_zone": "Europe/Berlin", "samples": samples})

    answer = answered(running, path)

    assert answer["status"] == "ingested"
    assert answer["accepted"] == 2
    assert [each["index"] for each in answer["rejected"]] == list(range(1, len(BAD) + 1))
    for each in answer["rejected"]:
        assert each["code"]
        assert "field" in each
        assert each["expected"]
        assert each["found"]


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"samples": "many"},
        {"samples": []},
        {"samples": [], "time_zone": "Mars/Olympus"},
        {"time_zone": "UTC"},
        {"object": "gs://bucket/object"},
    ],
    ids=["empty", "no list", "no zone", "an unknown zone", "no samples", "an object elsewhere"],
)
def test_an_unusable_upload_fails_with_a_reason_and_a_dead_letter(
    running, user, unharmed, document
) -> None:
    path = f"users/{user}/uploads/u1"
    running.firestore().document(path).create(document)

    answer = answered(running, path)
    letter = letter_about(running, user)

    assert answer["status"] == "rejected"
    assert answer["reason"]["message"]
    job = running.firestore().document(f"users/{user}/jobs/upload-u1")
    until(lambda: (job.get().to_dict() or {}).get("status") == "failed", what="the failed job")
    assert letter.step == "ingest"
    said = answer["reason"]["message"]
    assert letter.reason == said.replace("'Mars/Olympus'", "text").replace("None", "nothing")
    assert letter.attempts == 1


def test_a_document_of_2_mib_is_refused_where_it_is_written(running, user, unharmed) -> None:
    samples = [sample(metadata={"note": "x" * 1000}) for _ in range(2000)]

    with pytest.raises(InvalidArgument):
        running.firestore().document(f"users/{user}/uploads/u1").create({"samples": samples})


def test_text_that_is_not_utf_8_is_dead_lettered(running, user, unharmed) -> None:
    headers, body = events.created(f"users/{user}/uploads/u1", {"samples": ["PLACEHOLDER"]})
    headers["ce-id"] = f"event-{uuid.uuid4().hex}"
    broken = body.replace(b"PLACEHOLDER", b"\xff\xfe\xfd\xfc\xff\xfe\xfd\xfc\xff\xfe\xfd")

    running.publisher().publish(topic("eventarc-us-central1-uploads"), broken, **headers).result()

    assert letter_about(running, user).code == "malformed_event"


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_delivery_that_this_cloud_did_not_make_is_refused(running, user, function) -> None:
    headers, body = events.created(f"users/{user}/uploads/u1", {"samples": []})
    address = f"http://{HOST}:{running.ports.named()[function]}/"

    assert httpx.post(address, headers=headers, content=body).status_code == 401


@pytest.mark.parametrize("topic", [INGESTED, ANALYSED])
@pytest.mark.parametrize("data", [b"\xff\xfe", b"{}", b"[]", b"x" * 100_000])
def test_a_poison_message_is_kept_with_its_reason(running, user, unharmed, topic, data) -> None:
    running.publisher().publish(topic, data + user.encode()).result()

    letter = letter_about(running, user)

    assert letter.data == data + user.encode()
    assert letter.reason


@pytest.mark.parametrize("body", [b"", b"hello", b"{}", b"\xff" * 10, b"[" * 10_000])
def test_a_request_that_is_no_event_is_refused_and_the_function_lives(
    running, unharmed, body
) -> None:
    for name in ("ingest", "preprocess", "insights"):
        address = f"http://{HOST}:{running.ports.named()[name]}/"
        answer = httpx.post(address, content=body, headers={"content-type": "application/json"})
        assert answer.status_code >= 400


def test_a_wish_for_something_else_fails_with_the_words_allowed(running, user, unharmed) -> None:
    path = f"users/{user}/insight_requests/r1"
    running.firestore().document(path).create({"data_timeframe": "decade"})

    answer = answered(running, path)

    assert "1week, 1month, 3months" in answer["reason"]["message"]
    assert json.dumps(answer["reason"])
