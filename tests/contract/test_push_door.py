"""The insights door with somebody to tell: what the push service does costs no insight."""

from __future__ import annotations

import io
import logging
import time
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from functions_framework import create_app

from clarity import wiring
from clarity.adapters.firestore import FirestoreRecords
from clarity.sources.generated import people
from infra.local.topology import HOST, function_environment
from tests import events
from tests.cloud import REPOSITORY, environment
from tests.measured import ask, measure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask.testing import FlaskClient

    from tests.cloud import Cloud


@pytest.fixture
def door(cloud: Cloud, request) -> Iterator[FlaskClient]:
    """The insights function; with a parameter, changed settings."""
    variables = function_environment(cloud.ports, pat_model_id="pat-test", gemini={})
    handlers = logging.root.handlers[:]
    wiring.insights.cache_clear()
    with environment(variables | getattr(request, "param", {})):
        source = str(REPOSITORY / "functions" / "insights" / "main.py")
        yield create_app("insights", source).test_client()
        wiring.insights.cache_clear()
    logging.root.handlers[:] = handlers


@pytest.fixture
def fcm(cloud: Cloud) -> Iterator[Callable[..., dict[str, Any]]]:
    """Commands the stand-in, if there are any, and says what it was sent."""
    url = f"http://{HOST}:{cloud.ports.http}/_local/fcm"

    def command(**fields: object) -> dict[str, Any]:
        answer = httpx.put(url, json=fields) if fields else httpx.get(url)
        found: dict[str, Any] = answer.raise_for_status().json()
        return found

    yield command
    command(mode="ok")


@pytest.fixture
def user(cloud: Cloud) -> str:
    """A person with a measured week and a phone, who wants to be told."""
    name, client = f"user-{uuid.uuid4().hex}", cloud.firestore()
    client.document(f"users/{name}").set({**people.CONSENT, "push": True})
    client.document(f"users/{name}/devices/phone").set({"push_token": f"token-{name}"})
    measure(FirestoreRecords(client), name)
    return name


def told(door: FlaskClient, cloud: Cloud, user: str) -> tuple[dict[str, Any], float]:
    """The job after one delivery, and how long that took."""
    records = FirestoreRecords(cloud.firestore())
    message = ask(records, datetime.now(UTC), "r1", user)
    headers, body = events.push(message.body())
    began = time.monotonic()
    assert door.post("/", headers=headers, data=body).status_code == 200
    return dict(records.job_person_and_queue(message.origin)[0] or {}), time.monotonic() - began


def notices(fcm: Callable[..., dict[str, Any]], user: str) -> list[dict[str, Any]]:
    return [each for each in fcm()["messages"] if each["token"] == f"token-{user}"]


def test_the_phone_is_told_with_ids_alone(door, cloud, fcm, user) -> None:
    job, _ = told(door, cloud, user)

    (notice,) = notices(fcm, user)
    assert notice["data"] == {"insight_id": job["insight_id"], "processing_id": "request-r1"}


@pytest.mark.parametrize("mode", ["hang", "429", "500", "invalid_argument", "no_json"])
def test_a_push_service_in_trouble_changes_nothing_for_the_job(
    door, cloud, fcm, user, mode
) -> None:
    fcm(mode=mode)

    job, took_s = told(door, cloud, user)

    assert job["status"] == "completed"
    assert job["insight_id"]
    assert took_s < wiring.FCM_TIMEOUT_S + 3
    assert not notices(fcm, user)
    device = cloud.firestore().document(f"users/{user}/devices/phone").get()
    assert device.get("push_token") == f"token-{user}"


def test_a_dead_token_is_gone_afterwards(door, cloud, fcm, user) -> None:
    fcm(mode="unregistered")

    told(door, cloud, user)

    assert cloud.firestore().document(f"users/{user}/devices/phone").get().to_dict() == {}


@pytest.mark.parametrize("door", [{"FCM_ENDPOINT": ""}], indirect=True, ids=["no endpoint"])
def test_nobody_is_told_where_no_push_service_is_configured(door, cloud, fcm, user) -> None:
    before = fcm()["calls"]

    assert told(door, cloud, user)[0]["status"] == "completed"

    assert fcm()["calls"] == before


def test_the_log_holds_neither_the_token_nor_a_word_of_the_insight(door, cloud, fcm, user) -> None:
    fcm(mode="500")
    lines = io.StringIO()
    told(door, cloud, user)  # the first event configures the log
    (handler,) = (h for h in logging.root.handlers if type(h) is logging.StreamHandler)
    before = handler.setStream(lines)
    records = FirestoreRecords(cloud.firestore())
    message = ask(records, datetime.now(UTC), "r2", user, insight_type="sleep")
    headers, body = events.push(message.body())
    door.post("/", headers=headers, data=body)
    handler.setStream(before)

    job = records.job_person_and_queue(message.origin)[0] or {}
    insight = records.insight(user, str(job["insight_id"])) or {}
    logged = lines.getvalue()
    assert '"message": "not announced"' in logged
    assert f"token-{user}" not in logged
    facts: Any = insight["facts"]
    assert not [fact["text"] for fact in facts if len(fact["text"]) > 4 and fact["text"] in logged]
    assert str(insight["narrative"])[:40] not in logged
