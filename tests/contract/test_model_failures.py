"""What goes wrong between `clarity model` and Vertex AI, and what is said about it."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from clarity.adapters.model_state import Machine
from clarity.adapters.vertex_models import open_endpoint
from clarity.domain.errors import RefusedError, UnavailableError
from infra.local.database import Database
from infra.local.vertex_models import VertexModels
from tests.contract.servers import ROOT, embedded_process
from tests.contract.vertex_servers import CPU, ENDPOINT, IMAGE, Front, Vertex, front

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GPU = ("--variant", "gpu")
PERMISSION, EXHAUSTED, CONFLICT, INTERNAL, UNAVAILABLE = 7, 8, 10, 13, 14


@pytest.fixture(scope="module", name="server")
def _server() -> Iterator[Front]:
    with front() as server:
        yield server


@pytest.fixture(name="cloud")
def _cloud(server: Front, tmp_path: Path) -> Vertex:
    return server.on(tmp_path)


def test_a_gpu_quota_of_zero_is_named_with_what_to_do(cloud) -> None:
    cloud.told(quota={"NVIDIA_L4": 0})
    cloud.register(IMAGE, *GPU)

    said = cloud.refused("deploy")

    assert "the quota CustomModelServingL4GPUsPerProjectPerRegion is used up, or it is 0" in said
    assert "Quotas & System Limits" in said
    assert cloud.deployed() == ["1"]


def test_a_quota_counts_every_replica_that_there_may_be(cloud) -> None:
    cloud.told(quota={"NVIDIA_L4": 2})
    cloud.register(IMAGE, *GPU)

    said = cloud.refused("deploy", "--max-replicas", "3")
    cloud.done("deploy", "--max-replicas", "2")

    assert "CustomModelServingL4GPUsPerProjectPerRegion" in said
    assert cloud.deployed() == ["1", "2"]


def test_quota_metrics_at_the_end_of_an_operation_are_named_too(cloud) -> None:
    metric = "aiplatform.googleapis.com/custom_model_serving_nvidia_l4_gpus"
    cloud.register(IMAGE, *GPU)
    cloud.fails(
        "DeployModel", EXHAUSTED, f"The following quota metrics exceed: {metric}", late=True
    )

    assert f"the quota {metric} is used up" in cloud.refused("deploy")


def test_a_rate_limit_is_not_taken_for_a_lack_of_quota(cloud) -> None:
    cloud.register(IMAGE, *GPU)
    cloud.fails("DeployModel", EXHAUSTED, "Too many requests a minute")

    said = cloud.refused("deploy")

    assert "A rate limit ends by itself" in said


def test_reading_outlasts_a_rate_limit_and_an_outage(cloud) -> None:
    cloud.fails("GetEndpoint", EXHAUSTED, times=2)
    cloud.fails("ListModelVersions", UNAVAILABLE, times=2)

    cloud.done("status")

    assert cloud.calls()["GetEndpoint"] == 3


def test_waiting_outlasts_an_outage_but_not_for_ever(cloud) -> None:
    cloud.register()
    cloud.fails("GetOperation", UNAVAILABLE, "down", times=5)
    cloud.done("deploy", *CPU)
    cloud.fails("GetOperation", UNAVAILABLE, "down", times=6)

    assert "Vertex AI failed (503): down." in cloud.refused("promote")


def test_a_model_that_nobody_has_registered_yet_has_no_operations(cloud) -> None:
    cloud.fails("ListOperations", 5, "no such model")

    cloud.register()

    assert cloud.aliases()["candidate"] == "2"


def test_a_change_is_not_repeated_by_itself(cloud) -> None:
    cloud.register()
    cloud.fails("DeployModel", UNAVAILABLE, "try later")

    said = cloud.refused("deploy", *CPU)

    assert "Vertex AI failed (503): try later. Run this again" in said
    assert cloud.calls()["DeployModel"] == 1


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (PERMISSION, "not allowed on projects/clarity-local/"),
        (CONFLICT, "something else changes projects/clarity-local/"),
        (6, "something else changes projects/clarity-local/"),
        (9, "Vertex AI refused: as told."),
        (INTERNAL, "Vertex AI failed (500): as told."),
    ],
)
def test_each_refusal_says_what_it_means(cloud, code, said) -> None:
    cloud.register()
    cloud.fails("DeployModel", code)

    assert said in cloud.refused("deploy", *CPU)


def test_an_endpoint_that_is_being_changed_is_a_reason_to_wait_not_a_mistake(cloud) -> None:
    cloud.register()
    cloud.fails("DeployModel", 9, "There are other operations running on the Endpoint")

    said = cloud.refused("deploy", *CPU)

    assert "something else changes" in said
    assert "Wait for it (clarity model status), then run this again" in said


def test_another_project_is_not_allowed(cloud) -> None:
    said = cloud.refused("status", endpoint=ENDPOINT.replace("clarity-local", "another"))

    assert "not allowed on projects/another/locations/us-central1" in said


def test_an_endpoint_that_is_not_there_is_said_with_who_makes_it(cloud) -> None:
    said = cloud.refused("park", endpoint="e9")

    assert "endpoints/e9, found nothing there" in said
    assert "Terraform makes the endpoint" in said


def test_an_endpoint_address_that_is_none_is_refused_before_any_call(cloud) -> None:
    result = cloud.clarity("status", endpoint="endpoints/pat")

    assert result.exit_code == 2
    assert "expected an id or projects/P/locations/L/endpoints/E" in result.stderr


def test_a_version_that_is_not_there_is_said_with_those_that_are(cloud) -> None:
    said = cloud.refused("promote", "7")

    assert "with the number or alias '7', found versions 1" in said


def test_an_endpoint_that_logs_requests_gets_no_model(server, tmp_path) -> None:
    _edit(tmp_path, lambda endpoint: endpoint | {"predictRequestResponseLoggingConfig": _LOGGING})

    said = server.on(tmp_path).refused("deploy", "1")

    assert "logs requests: expected that to be off, since they are health data" in said


def test_a_model_of_somebody_else_on_the_endpoint_is_not_touched(server, tmp_path) -> None:
    def foreign(endpoint: dict) -> dict:
        endpoint["deployedModels"][0]["model"] = "projects/4/locations/us-central1/models/bert"
        return endpoint

    _edit(tmp_path, foreign)

    said = server.on(tmp_path).refused("park")

    assert "expected only the model pat on the endpoint, found bert" in said


_LOGGING = {"enabled": True}


def _edit(state: Path, change) -> None:
    database = Database(state / "cloud.db")
    VertexModels(database)
    [[body]] = database.execute("SELECT body FROM vertex WHERE kind = 'endpoint'")
    database.execute(
        "UPDATE vertex SET body = ? WHERE kind = 'endpoint'",
        (json.dumps(change(json.loads(body))),),
    )
    database.close()


def test_nothing_is_parked_that_nobody_could_bring_back(cloud) -> None:
    cloud.rest(
        "POST", "models/pat@1:mergeVersionAliases", json={"versionAliases": ["-live"]}
    ).raise_for_status()

    said = cloud.refused("park")

    assert "none with the alias 'live'" in said
    assert cloud.deployed() == ["1"]


def test_an_operation_that_fails_ends_the_command_with_its_reason(cloud) -> None:
    cloud.register()
    cloud.fails("DeployModel", INTERNAL, "Model server exited unexpectedly", late=True)

    said = cloud.refused("deploy", *CPU)

    assert "Model server exited unexpectedly" in said
    assert cloud.split() == {"1": 100}


def test_a_wait_is_bounded_and_the_next_command_goes_on_with_it(cloud) -> None:
    cloud.register()
    cloud.told(seconds={"DeployModel": 2.0})

    said = cloud.refused("deploy", *CPU, "--timeout", "0.1")
    again = cloud.done("deploy", "2", *CPU)

    assert "did not end within 0.1 s; it goes on in the cloud" in said
    assert "which is under way" in again.stderr
    assert cloud.calls()["DeployModel"] == 1
    assert cloud.split() == {"1": 90, "2": 10}


def test_who_leaves_is_told_that_it_goes_on(cloud) -> None:
    cloud.register()
    cloud.told(seconds={"DeployModel": 60})
    where = ["--emulator", cloud.address, "--endpoint", ENDPOINT]
    command = [sys.executable, "-m", "clarity.cli", "model", "deploy", *CPU, *where]
    environment = {"PYTHONPATH": str(ROOT / "shared")}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as leaving:
        _until(lambda: "DeployModel" in cloud.calls())
        time.sleep(0.3)  # until it waits
        leaving.send_signal(signal.SIGINT)

        _, said = leaving.communicate(timeout=45)  # sooner than the deployment ends

    assert leaving.returncode == 130
    assert "what was begun goes on in the cloud" in said


def test_what_failed_under_way_is_said_and_done_anew(cloud) -> None:
    cloud.register()
    cloud.told(seconds={"DeployModel": 1.0})
    cloud.fails("DeployModel", 9, "no machine", late=True)
    cloud.refused("deploy", *CPU, "--timeout", "0.05")

    again = cloud.done("deploy", *CPU)

    assert "it failed: Vertex AI refused: no machine." in again.stderr
    assert cloud.split() == {"1": 90, "2": 10}


def test_a_vertex_that_does_not_answer_is_said_in_seconds() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    began = time.monotonic()

    said = Vertex(f"127.0.0.1:{port}").refused("status")

    assert "Vertex AI did not answer: ConnectionError" in said
    assert time.monotonic() - began < 10


def test_a_lack_of_credentials_is_said_with_how_to_get_some(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "none.json"))

    said = Vertex("").refused("status")

    assert "expected credentials, found none: gcloud auth application-default login" in said


def test_the_port_parks_and_unparks_without_waiting_for_the_end(cloud) -> None:
    port = open_endpoint(
        ENDPOINT,
        machine=Machine(accelerator="none"),
        service_account=None,
        emulator_host=cloud.address,
    )
    [live] = port.deployed()
    cloud.told(seconds={"DeployModel": 1.5, "UndeployModel": 0.8})

    port.park()
    busy = port.busy()
    _until(lambda: not port.busy())
    parked = port.deployed()
    port.unpark()
    still = port.deployed()
    _until(lambda: not port.busy())

    assert (live.model_version, live.traffic, live.since.tzinfo is not None) == ("1", 100, True)
    assert busy
    assert (parked, still) == ([], [])
    assert [each.traffic for each in port.deployed()] == [100]


def test_the_port_parks_a_canary_with_the_live_version(cloud) -> None:
    cloud.register()
    cloud.done("deploy", *CPU)
    port = open_endpoint(
        ENDPOINT, machine=Machine(), service_account=None, emulator_host=cloud.address
    )

    port.park()

    assert cloud.deployed() == []


def test_two_that_unpark_at_once_start_one_machine(cloud) -> None:
    cloud.done("park")
    cloud.told(seconds={"DeployModel": 30})
    machine = Machine(accelerator="none")
    ports = [
        open_endpoint(ENDPOINT, machine=machine, service_account=None, emulator_host=cloud.address)
        for _ in range(2)
    ]

    ports[0].unpark()
    with pytest.raises(UnavailableError, match="something else changes"):
        ports[1].unpark()


def test_the_port_tells_a_lack_of_machines_from_a_mistake(cloud) -> None:
    cloud.done("park")
    cloud.told(quota={"NVIDIA_L4": 0})
    port = open_endpoint(
        ENDPOINT, machine=Machine(), service_account=None, emulator_host=cloud.address
    )

    with pytest.raises(UnavailableError, match="RESOURCE_EXHAUSTED"):
        port.unpark()
    cloud.fails("DeployModel", PERMISSION)
    with pytest.raises(RefusedError, match="not allowed"):
        port.unpark()


def _until(reached) -> None:
    deadline = time.monotonic() + 60
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_what_was_begun_survives_the_death_of_the_cloud(tmp_path) -> None:
    with embedded_process("vertex_process.py", tmp_path / "cloud.db") as server:
        cloud = Vertex(server.address)
        cloud.told(seconds={"DeployModel": 0.5})
        cloud.register()
        cloud.clarity("deploy", *CPU, "--timeout", "0.05")
        server.kill()
        server.start()

        _until(lambda: "2" in cloud.deployed())
        assert cloud.split() == {"1": 90, "2": 10}
        assert cloud.aliases()["candidate"] == "2"
