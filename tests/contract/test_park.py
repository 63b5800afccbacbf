"""The door of `park`: a tick over the real clients, on the embedded cloud's Vertex AI."""

from __future__ import annotations

import io
import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from functions_framework import create_app

from clarity import wiring
from infra.local.topology import HOST, INGESTED, PAT_ENDPOINT, function_environment
from tests import events
from tests.cloud import REPOSITORY, Cloud, cloud_process, environment, until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask.testing import FlaskClient


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """A cloud of its own: no other test's messages wait in it."""
    with cloud_process(tmp_path_factory.mktemp("park")) as cloud:
        yield cloud


@pytest.fixture(scope="module")
def door(own: Cloud) -> Iterator[FlaskClient]:
    """The function as the platform starts it; it parks what was idle for a second."""
    variables = function_environment(own.ports, pat_model_id="m", gemini={})
    handlers = logging.root.handlers[:]
    with environment(variables | {"PARK_IDLE_SECONDS": "1", "MAX_EVENT_AGE_SECONDS": "240"}):
        yield create_app("park", str(REPOSITORY / "functions/park/main.py")).test_client()
        wiring.park.cache_clear()
    logging.root.handlers[:] = handlers


def tick(door: FlaskClient, **options: Any) -> int:
    headers, body = events.push(b"tick", **options)
    return door.post("/", headers=headers, data=body).status_code


def ticks_until(door: FlaskClient, holds: Callable[[], object], what: str) -> None:
    def ticked() -> object:
        assert tick(door) == 200
        return holds()

    until(ticked, 20, what)


def ask(cloud: Cloud, path: str) -> Any:
    address = f"http://{HOST}:{cloud.ports.http}{path}"
    return httpx.get(address, trust_env=False).raise_for_status().json()


def command(cloud: Cloud, path: str, body: object) -> None:
    address = f"http://{HOST}:{cloud.ports.http}{path}"
    httpx.put(address, json=body, trust_env=False).raise_for_status()


def live(cloud: Cloud) -> list:
    return ask(cloud, f"/v1/{PAT_ENDPOINT}").get("deployedModels", [])


def deploys(cloud: Cloud) -> int:
    return ask(cloud, "/_local/vertex")["calls"].get("DeployModel", 0)


def test_a_tick_parks_the_idle_endpoint_and_later_ones_start_it_once_for_what_waits(
    own, door
) -> None:
    (handler,) = (each for each in logging.root.handlers if type(each) is logging.StreamHandler)
    handler.setStream(lines := io.StringIO())
    assert len(live(own)) == 1
    ticks_until(door, lambda: not live(own), "parking")
    assert tick(door) == 200
    assert deploys(own) == 0
    address = f"http://{HOST}:{own.ports.http}/v1/{PAT_ENDPOINT}:rawPredict"
    answer = httpx.post(address, json={"instances": []}, trust_env=False)
    assert answer.status_code == 400
    assert answer.json()["error"]["status"] == "FAILED_PRECONDITION"

    command(own, "/_local/vertex", {"seconds": {"DeployModel": 2}})
    own.publisher().publish(INGESTED, b"waits: there is no function to take it").result()
    ticks_until(door, lambda: deploys(own), "the start")
    for _ in range(5):
        assert tick(door) == 200
    assert not live(own)

    until(lambda: live(own), 20, "the model")
    assert tick(door) == 200
    assert deploys(own) == 1
    (deployed,) = live(own)
    assert deployed["dedicatedResources"]["machineSpec"]["acceleratorType"] == "NVIDIA_L4"
    assert ask(own, f"/v1/{PAT_ENDPOINT}")["trafficSplit"] == {deployed["id"]: 100}
    assert '"action": "unparked"' in lines.getvalue()


def test_what_cannot_be_done_now_is_left_to_the_next_tick(own, door, caplog) -> None:
    before = live(own), deploys(own)
    command(own, "/_local/monitoring", {"status": 503})

    assert tick(door) == 200

    command(own, "/_local/monitoring", {"status": 200})
    assert (live(own), deploys(own)) == before
    (record,) = (each for each in caplog.records if each.name.startswith("clarity."))
    assert (record.levelname, record.getMessage()) == ("WARNING", "not now")
    assert record.fields["code"] == "unavailable"


def test_an_old_tick_is_left(own, door, caplog) -> None:
    before = ask(own, "/_local/vertex")["calls"]
    old = datetime.now(UTC) - timedelta(seconds=241)

    assert tick(door, published_at=old.isoformat()) == 200

    assert ask(own, "/_local/vertex")["calls"] == before
    (record,) = (each for each in caplog.records if each.name.startswith("clarity."))
    assert record.getMessage() == "too old"
