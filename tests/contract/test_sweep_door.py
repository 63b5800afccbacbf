"""The door of `sweep`: ticks over the real clients, on the embedded cloud."""

from __future__ import annotations

import json
import logging
import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from functions_framework import create_app

from clarity import wiring
from clarity.adapters.firestore import FirestoreRecords
from clarity.adapters.firestore_audit import append, of_person
from clarity.adapters.firestore_claims import FirestoreClaims
from clarity.domain.job import AUTOMATIC, Origin
from clarity.steps.once import claim_key
from clarity.steps.ports import Claimed, Done, Outgoing
from infra.local.topology import (
    ANALYSED,
    DEAD_LETTERS,
    DOCUMENTS,
    INGESTED,
    PROJECT,
    function_environment,
)
from tests import events
from tests.audits import entry
from tests.cloud import REPOSITORY, Cloud, cloud_process, environment, until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask.testing import FlaskClient
    from google.cloud.firestore import Client

# A tick in the test is what 5 minutes are in the cloud.
TIMES = {"GRACE": "0.1", "STUCK": "0.2", "GIVE_UP": "600", "PAUSE": "60"}
LEASE, RETENTION = timedelta(seconds=30), timedelta(days=30)


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """A cloud of its own, without functions: what is sent waits."""
    with cloud_process(tmp_path_factory.mktemp("sweep")) as cloud:
        yield cloud


@pytest.fixture(scope="module")
def door(own: Cloud) -> Iterator[FlaskClient]:
    variables = function_environment(own.ports, pat_model_id="m", gemini={})
    variables |= {f"SWEEP_{name}_SECONDS": value for name, value in TIMES.items()}
    handlers = logging.root.handlers[:]
    with environment(variables | {"MAX_EVENT_AGE_SECONDS": "240"}):
        yield create_app("sweep", str(REPOSITORY / "functions/sweep/main.py")).test_client()
        wiring.sweep.cache_clear()
    logging.root.handlers[:] = handlers


@pytest.fixture(scope="module")
def client(own: Cloud) -> Iterator[Client]:
    client = own.firestore()
    yield client
    client.close()


@pytest.fixture(scope="module")
def sent(own: Cloud) -> Iterator[Callable[[str], list[dict]]]:
    """What was sent to a topic since the last look, as JSON."""
    subscriber = own.subscriber()
    names = {
        topic: f"projects/{PROJECT}/subscriptions/seen-{uuid.uuid4().hex}"
        for topic in (INGESTED, ANALYSED, DOCUMENTS)
    }
    for topic, name in names.items():
        subscriber.create_subscription(name=name, topic=topic)

    def pull(topic: str) -> list[dict]:
        request = {"subscription": names[topic], "max_messages": 50, "return_immediately": True}
        found = subscriber.pull(request=request, timeout=10).received_messages
        if found:
            acks = [each.ack_id for each in found]
            subscriber.acknowledge(subscription=names[topic], ack_ids=acks)
        return [json.loads(each.message.data) for each in found]

    yield pull
    subscriber.close()


def tick(door: FlaskClient, **options: str) -> int:
    headers, body = events.push(b"tick", **options)
    return door.post("/", headers=headers, data=body).status_code


def killed_worker(client: Client, origin: Origin) -> None:
    """A job whose ingest was completed, and killed before its message went out."""
    FirestoreRecords(client).open_job(origin, AUTOMATIC, now(), now() + RETENTION)
    claims = FirestoreClaims(client, now, RETENTION)
    key = claim_key("ingest", origin.path)
    claim = claims.claim(key, user_id=origin.user_id, lease=LEASE)
    assert isinstance(claim, Claimed)
    data = json.dumps({"upload_id": origin.document_id}).encode()
    claims.complete(claim, Done("r", owes=(Outgoing("ingested", data, {}),)))


@pytest.mark.filterwarnings("ignore:The return_immediately flag is deprecated:DeprecationWarning")
def test_ticks_send_what_a_killed_worker_owed_name_documents_and_keep_dead_letters(
    own, door, client, sent, caplog
) -> None:
    killed_worker(client, Origin("ada", "uploads", "owed"))
    client.document("users/bob/insight_requests/r1").set({"priority": "high"})
    attributes = {"step": "insights", "code": "refused", "reason": "none", "event_id": "e1"}
    own.publisher().publish(DEAD_LETTERS, b"{}", **attributes).result()
    found: dict[str, list[dict]] = {INGESTED: [], DOCUMENTS: []}

    def swept() -> bool:
        assert tick(door) == 200
        for topic in found:
            found[topic] += sent(topic)
        letters = [each.to_dict() for each in client.collection("dead_letters").stream()]
        return bool(letters) and all(found.values())

    until(swept, 20, "all of it")
    for _ in range(2):
        assert tick(door) == 200

    # The job moves as little as its message: it is sent once more, as stuck.
    assert found[INGESTED][0] == {"upload_id": "owed"}
    assert [each["document_id"] for each in found[DOCUMENTS]] == ["r1"]
    assert sent(DOCUMENTS) == []
    claim = client.document(f"claims/{claim_key('ingest', 'users/ada/uploads/owed')}").get()
    assert "unpublished" not in (claim.to_dict() or {})
    said: list[Any] = [each for each in caplog.records if each.getMessage() == "swept"]
    for name in ("republished", "named", "filed"):
        assert sum(each.fields[name] for each in said) == 1, name
    assert said[-1].fields["letters"] == 1


def test_a_job_that_nothing_moves_ends_with_a_letter_in_the_store(door, client) -> None:
    origin = Origin("eve", "uploads", "stuck")
    killed_worker(client, origin)
    job = client.document("users/eve/jobs/upload-stuck")
    job.update({"updated_at": now() - timedelta(seconds=700)})

    def kept() -> list:
        assert tick(door) == 200
        letters = client.collection("dead_letters").stream()
        return [each for each in letters if each.get("code") == "stuck"]

    (letter,) = until(kept, 20, "the letter")

    fields = job.get().to_dict() or {}
    assert (fields["status"], fields["reason"]["code"]) == ("failed", "stuck")
    assert (letter.get("step"), letter.get("user_id")) == ("preprocess", "eve")


def test_a_record_that_was_taken_away_is_told_of_by_a_tick(door, client, caplog) -> None:
    client.document("users/kim").set({"consent": {"analysis": True}})
    for number in range(3):
        append(client, {of_person("kim"): entry(f"e{number}")})

    def told() -> list[Any]:
        assert tick(door) == 200
        return [each for each in caplog.records if each.getMessage() == "audit not whole"]

    until(lambda: told() or said(caplog, "audit checked"), 20, "a look")
    assert told() == []
    client.document("users/kim/audit/e1").delete()
    (line, *_) = until(told, 20, "the line")

    assert line.levelname == "ERROR"
    found = {"kind": "missing", "findings": 1, "chain": "person", "user_id": "kim"}
    assert line.fields == found
    assert said(caplog, "ledger checked")


def test_a_shorter_time_chosen_later_reaches_samples_by_a_tick(door, client) -> None:
    chunk = client.document("users/lee/days/2026-06-01/chunks/u1")
    stored = chunk.set({"count": 1, "expires_at": now() + RETENTION}).update_time
    other = client.document("users/mia/days/2026-06-01/chunks/u1")
    other.set({"count": 1, "expires_at": now() + RETENTION})
    before = other.get().get("expires_at")
    client.document("users/lee").set({"retention_days": 28})
    client.document("users/mia").set({"retention_days": 30})

    def expires_at() -> datetime | None:
        assert tick(door) == 200
        found: datetime = chunk.get().get("expires_at")
        return found if found < now() + timedelta(days=29) else None

    found = until(expires_at, 20, "its end")

    assert abs(found - stored - timedelta(days=28)) < timedelta(minutes=1)
    assert other.get().get("expires_at") == before


def said(caplog: Any, message: str) -> list[Any]:
    return [each for each in caplog.records if each.getMessage() == message]


def test_an_old_tick_is_left(door, caplog) -> None:
    old = datetime.now(UTC) - timedelta(seconds=241)

    assert tick(door, published_at=old.isoformat()) == 200

    (record,) = (each for each in caplog.records if each.name.startswith("clarity."))
    assert record.getMessage() == "too old"
