"""A parked endpoint, with the real processes: work waits and says so, is done, and all rests."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from click.testing import CliRunner

from clarity.adapters.model_state import Machine
from clarity.adapters.vertex_models import open_endpoint
from clarity.sources.generated import people
from infra.local.__main__ import cli
from infra.local.phone import Phone
from infra.local.topology import DEAD_LETTERS_PULL, HOST, PAT_ENDPOINT
from tests.cloud import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clarity.domain.job import Origin
    from clarity.steps.park import Endpoint
    from tests.cloud import Cloud

NAMES = ("office-worker", "night-shift", "older-adult")
TIMEOUT_S = 120.0


@pytest.fixture
def endpoint(running: Cloud) -> Iterator[Endpoint]:
    """The endpoint as an operator reaches it; afterwards it is live, and nobody checks it."""
    host = f"{HOST}:{running.ports.http}"
    opened = open_endpoint(
        PAT_ENDPOINT, machine=Machine(), service_account=None, emulator_host=host
    )
    yield opened
    local(running, "checks", "park", "off")
    command(running, "vertex", {"seconds": {"DeployModel": 0}})
    until(lambda: not opened.busy(), 30, "the last operation")
    opened.unpark()
    until(opened.deployed, 30, "the model")


def command(cloud: Cloud, double: str, body: object) -> None:
    address = f"http://{HOST}:{cloud.ports.http}/_local/{double}"
    httpx.put(address, json=body, trust_env=False).raise_for_status()


def local(cloud: Cloud, *words: str) -> str:
    """What `python -m infra.local` says."""
    result = CliRunner().invoke(cli, [*words, "--state", str(cloud.state)])
    assert result.exit_code == 0, result.output
    return result.output


def asked(cloud: Cloud, path: str) -> Any:
    return httpx.get(f"http://{HOST}:{cloud.ports.http}{path}", trust_env=False).json()


def letters_so_far(cloud: Cloud) -> int:
    """Dead letters, those that the sweeper has filed meanwhile and those that it has not."""
    unfiled: int = asked(cloud, "/_local/backlog")[DEAD_LETTERS_PULL]["unacked"]
    filed = cloud.firestore().collection("dead_letters").stream()
    return unfiled + sum(each.get("letters") for each in filed)


def people_here() -> list[str]:
    return [f"parked-{name}" for name in NAMES]


def jobs(cloud: Cloud) -> list[dict[str, Any]]:
    """Every job of the people here."""
    client = cloud.firestore()
    found = (client.collection(f"users/{name}/jobs").stream() for name in people_here())
    return [each.to_dict() or {} for one in found for each in one]


def write(cloud: Cloud, name: str, *, explanation: bool) -> Origin:
    """A week's uploads and a request: the job to follow."""
    phone = Phone(cloud.firestore(), f"parked-{name}")
    phone.settings(**people.CONSENT)
    week = people.generate(name, last_day=people.last_full_day(name, datetime.now(UTC)))
    for upload_id, document in people.uploads(week, attempt="a", batch=1000):
        phone.create(upload_id, document)
    return phone.request("r1", insight_type="sleep", explanation=explanation)


def listen(cloud: Cloud, name: str, origin: Origin) -> list[tuple[str, str]]:
    """What the phone hears of the job, until it ends."""
    phone = Phone(cloud.firestore(), f"parked-{name}")
    return [(job["stage"], job["message"]) for job in phone.follow(origin, TIMEOUT_S)]


def test_the_work_of_several_people_waits_for_a_parked_endpoint_and_is_done_once(
    running, endpoint
) -> None:
    letters = letters_so_far(running)
    endpoint.park()
    until(lambda: not endpoint.deployed(), 30, "an endpoint without a model")

    origins = [write(running, name, explanation=name == "night-shift") for name in NAMES]
    with ThreadPoolExecutor(len(NAMES)) as pool:
        heard = pool.map(lambda each: listen(running, *each), zip(NAMES, origins, strict=True))

        # Each says that it waits, and what is delivered again meanwhile changes nothing.
        waiting = until(lambda: all_wait(running), TIMEOUT_S, "the jobs that wait")
        before = starts_made(running)
        assert all_wait(running) == waiting

        command(running, "vertex", {"seconds": {"DeployModel": 1}})
        assert "PAT endpoint: parked, not checked" in local(running, "status")
        local(running, "checks", "park", "on", "--every", "0.5")
        told = list(heard)

    for stages in told:
        assert "waiting_for_model" in [stage for stage, _ in stages]
        assert stages[-1][0] == "completed"
        assert any("is not running now" in message for _, message in stages)
    # An upload's own job may have ended before there was enough data.
    ends = {"completed", "insufficient_data"}
    until(lambda: all(job["status"] in ends for job in jobs(running)), TIMEOUT_S)
    client = running.firestore()
    for user in people_here():
        assert len(client.collection(f"users/{user}/analyses").get()) == 1
        kinds = [
            each.get("insight_type") for each in client.collection(f"users/{user}/insights").get()
        ]
        assert len(kinds) == len(set(kinds))
    assert len(client.collection("users/parked-night-shift/explanations").get()) == 1

    # And nobody needs it any more.
    until(lambda: not endpoint.deployed(), 60, "an endpoint that is parked again")
    assert starts_made(running) == before + 1
    assert letters_so_far(running) == letters


def starts_made(cloud: Cloud) -> int:
    """How many models were deployed; a tick may try while another does, and is refused."""
    operations = asked(cloud, f"/v1/{PAT_ENDPOINT}/operations").get("operations", [])
    return sum("deployedModel" in each.get("response", {}) for each in operations)


def all_wait(cloud: Cloud) -> list[dict[str, Any]]:
    """The jobs of the requests, once each of them waits for the model."""
    asked_for = [job for job in jobs(cloud) if "request_id" in job]
    waits = [job for job in asked_for if job["stage"] == "waiting_for_model"]
    return waits if len(waits) == len(NAMES) else []
