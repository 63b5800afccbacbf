"""The stand-in for Vertex AI is as strict as Google: what it refuses, and who answers."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from infra.local.database import Database
from infra.local.vertex_models import Chosen, VertexModels
from tests.contract.vertex_servers import CPU, IMAGE, OTHER_IMAGE, Front, Vertex, front

if TYPE_CHECKING:
    from collections.abc import Iterator

NUMBERED = "projects/412345678901/locations/us-central1"
MODEL = f"{NUMBERED}/models/pat@1"
MACHINE = {"machineSpec": {"machineType": "n2-standard-4"}, "minReplicaCount": 1}
MACHINE |= {"maxReplicaCount": 1}


@pytest.fixture(scope="module", name="server")
def _server() -> Iterator[Front]:
    with front() as server:
        yield server


@pytest.fixture(name="cloud")
def _cloud(server: Front, tmp_path: Path) -> Vertex:
    return server.on(tmp_path)


def error(answer: httpx.Response) -> tuple[int, str, str]:
    """Code, status and message, all three in Google's form."""
    assert answer.json()["error"]["code"] == answer.status_code
    found = answer.json()["error"]
    return found["code"], found["status"], found["message"]


def deploy(cloud: Vertex, **changes: object) -> httpx.Response:
    deployed = {"model": MODEL, "dedicatedResources": MACHINE, **changes}
    split = deployed.pop("trafficSplit", {})
    body = {"deployedModel": deployed, "trafficSplit": split}
    return cloud.rest("POST", "endpoints/pat:deployModel", json=body)


def test_a_field_that_google_does_not_have_is_refused(cloud) -> None:
    code, status, message = error(deploy(cloud, trafic=10))

    assert (code, status) == (400, "INVALID_ARGUMENT")
    assert '"trafic"' in message


def test_a_query_that_google_does_not_have_is_refused(cloud) -> None:
    answer = cloud.rest("GET", "endpoints/pat", params={"verbose": "1"})

    assert error(answer)[1] == "INVALID_ARGUMENT"


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"trafficSplit": {"0": 90}}, "INVALID_ARGUMENT"),
        ({"trafficSplit": {"0": 50, "9": 50}}, "INVALID_ARGUMENT"),
        ({"trafficSplit": {"0": 110, "1": -10}}, "INVALID_ARGUMENT"),
        ({"id": "1"}, "ALREADY_EXISTS"),
        ({"id": "two"}, "INVALID_ARGUMENT"),
        ({"model": f"{NUMBERED}/models/pat@9"}, "NOT_FOUND"),
        ({"dedicatedResources": {**MACHINE, "minReplicaCount": 2}}, "INVALID_ARGUMENT"),
        ({"dedicatedResources": {}}, "INVALID_ARGUMENT"),
        (
            {"dedicatedResources": {**MACHINE, "machineSpec": {"machineType": "g2-standard-4"}}},
            "INVALID_ARGUMENT",
        ),
    ],
)
def test_a_deployment_that_could_not_work_is_refused_at_once(cloud, changes, status) -> None:
    answer = deploy(cloud, **changes)

    assert error(answer)[1] == status
    assert cloud.split() == {"1": 100}


def test_a_version_with_traffic_is_undeployed_only_with_another_split(cloud) -> None:
    cloud.register()
    cloud.done("deploy", *CPU, "--traffic", "40")
    path, body = "endpoints/pat:undeployModel", {"deployedModelId": "2"}

    refused = cloud.rest("POST", path, json=body)
    unknown = cloud.rest("POST", path, json={**body, "trafficSplit": {"0": 100}})
    done = cloud.rest("POST", path, json={**body, "trafficSplit": {"1": 100}})

    assert error(refused)[1:] == (
        "FAILED_PRECONDITION",
        "The DeployedModel 2 has 40 % of the traffic.",
    )
    assert error(unknown)[2] == "The following DeployedModel ID(s) [0] do not exist."
    assert done.status_code == 200
    assert cloud.split() == {"1": 100}


JOB: dict = {
    "displayName": "weeks",
    "model": MODEL,
    "inputConfig": {"instancesFormat": "jsonl", "gcsSource": {"uris": ["gs://weeks/in"]}},
    "outputConfig": {
        "predictionsFormat": "jsonl",
        "gcsDestination": {"outputUriPrefix": "gs://weeks/out"},
    },
    "dedicatedResources": {"machineSpec": MACHINE["machineSpec"]},
}


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "endpoints/pat:undeployModel", {"deployedModelId": "7"}, "NOT_FOUND"),
        (
            "POST",
            "endpoints/pat:mutateDeployedModel",
            {"deployedModel": {"id": "7"}, "updateMask": "dedicatedResources.maxReplicaCount"},
            "NOT_FOUND",
        ),
        (
            "POST",
            "endpoints/pat:mutateDeployedModel",
            {"deployedModel": {"id": "1"}, "updateMask": "serviceAccount"},
            "INVALID_ARGUMENT",
        ),
        ("PATCH", "endpoints/pat?updateMask=displayName", {}, "INVALID_ARGUMENT"),
        ("GET", "endpoints/pat/operations/9", None, "NOT_FOUND"),
        ("GET", "batchPredictionJobs/9", None, "NOT_FOUND"),
        ("GET", "batchPredictionJobs?filter=state=1", None, "INVALID_ARGUMENT"),
        ("POST", "batchPredictionJobs", {**JOB, "displayName": ""}, "INVALID_ARGUMENT"),
        ("POST", "batchPredictionJobs", {**JOB, "dedicatedResources": None}, "INVALID_ARGUMENT"),
        (
            "POST",
            "batchPredictionJobs",
            {**JOB, "inputConfig": {"instancesFormat": "jsonl"}},
            "INVALID_ARGUMENT",
        ),
        (
            "POST",
            "models:upload",
            {"parentModel": "models/bert", "model": None},
            "INVALID_ARGUMENT",
        ),
        (
            "POST",
            "models:upload",
            {
                "parentModel": "models/bert",
                "model": {"displayName": "pat", "containerSpec": {"imageUri": IMAGE}},
            },
            "NOT_FOUND",
        ),
        (
            "POST",
            "endpoints/pat:deployModel",
            {"deployedModel": {"model": MODEL, "automaticResources": {}}},
            "INVALID_ARGUMENT",
        ),
        (
            "POST",
            "endpoints/pat:deployModel",
            {
                "deployedModel": {
                    "model": MODEL,
                    "dedicatedResources": {
                        **MACHINE,
                        "machineSpec": {
                            "machineType": "g2-standard-4",
                            "acceleratorType": "NVIDIA_L4",
                        },
                    },
                }
            },
            "INVALID_ARGUMENT",
        ),
    ],
)
def test_what_does_not_fit_is_refused(cloud, method, path, body, status) -> None:
    answer = cloud.rest(method, path, json=body)

    assert error(answer)[1] == status


def test_what_can_no_longer_be_done_ends_as_a_failed_operation(cloud) -> None:
    cloud.told(seconds={"UndeployModel": 0.1})
    path, body = "endpoints/pat:undeployModel", {"deployedModelId": "1"}

    names = [cloud.rest("POST", path, json=body).json()["name"] for _ in range(2)]
    time.sleep(0.2)
    first, second = (cloud.rest("GET", name.partition("us-central1/")[2]).json() for name in names)

    assert first["response"]["@type"].endswith(".UndeployModelResponse")
    assert second["error"] == {"code": 5, "message": "The DeployedModel 1 does not exist."}


def test_an_alias_is_one_versions_and_moves(cloud) -> None:
    cloud.register()
    path = "models/pat@2:mergeVersionAliases"

    cloud.rest("POST", path, json={"versionAliases": ["live", "-candidate"]}).raise_for_status()

    assert cloud.aliases() == {"default": "1", "live": "2"}


@pytest.mark.parametrize("alias", ["-default", "Live", "1", "a b"])
def test_an_alias_has_its_form_and_default_stays_with_somebody(cloud, alias) -> None:
    path = "models/pat@1:mergeVersionAliases"

    answer = cloud.rest("POST", path, json={"versionAliases": [alias]})

    assert error(answer)[1] == "INVALID_ARGUMENT"


def test_a_stale_etag_does_not_overwrite_what_another_has_changed(cloud) -> None:
    cloud.register()
    stale = cloud.rest("GET", "endpoints/pat").json()["etag"]
    cloud.done("deploy", *CPU)

    answer = cloud.rest(
        "PATCH",
        "endpoints/pat",
        params={"updateMask": "trafficSplit"},
        json={"trafficSplit": {"1": 100}, "etag": stale},
    )

    assert error(answer)[1] == "ABORTED"
    assert cloud.split() == {"1": 90, "2": 10}


@pytest.mark.parametrize(
    ("model", "status"),
    [
        ({"containerSpec": {"imageUri": IMAGE}}, "INVALID_ARGUMENT"),
        ({"displayName": "pat"}, "INVALID_ARGUMENT"),
        (
            {
                "displayName": "pat",
                "containerSpec": {"imageUri": IMAGE},
                "labels": {"weights": "A" * 64},
            },
            "INVALID_ARGUMENT",
        ),
        (
            {
                "displayName": "pat",
                "containerSpec": {"imageUri": IMAGE, "healthRoute": "health"},
            },
            "INVALID_ARGUMENT",
        ),
        ({"displayName": "pat", "containerSpec": {"imageUri": IMAGE}}, "ALREADY_EXISTS"),
    ],
)
def test_a_model_without_what_it_needs_is_refused(cloud, model, status) -> None:
    answer = cloud.rest("POST", "models:upload", json={"modelId": "pat", "model": model})

    assert error(answer)[1] == status


def test_an_operation_takes_its_time_and_ends_with_its_message(cloud) -> None:
    cloud.told(seconds={"DeployModel": 5})

    begun = deploy(cloud, id="5").json()
    running = cloud.rest("GET", begun["name"].partition("us-central1/")[2]).json()
    listed = cloud.rest("GET", "endpoints/pat/operations").json()["operations"]

    assert begun["metadata"]["@type"].endswith(".DeployModelOperationMetadata")
    assert "done" not in running
    assert [each["name"] for each in listed] == [begun["name"]]
    assert cloud.deployed() == ["1"]


def test_what_the_project_does_not_use_says_that_it_is_not_there(cloud) -> None:
    answer = cloud.rest("DELETE", "endpoints/pat")

    assert error(answer)[:2] == (501, "UNIMPLEMENTED")


def test_a_command_that_it_does_not_know_is_refused(cloud) -> None:
    for command in ({"mode": "500"}, {"faults": [{"method": "DeployModel"}]}):
        assert error(cloud.command(command))[1] == "INVALID_ARGUMENT"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff"])
def test_a_command_that_is_no_object_is_refused(cloud, body) -> None:
    answer = httpx.put(f"http://{cloud.address}/_local/vertex", content=body, trust_env=False)

    assert error(answer) == (400, "INVALID_ARGUMENT", "expected a JSON object")


def test_pages_follow_one_another(cloud) -> None:
    cloud.register()
    cloud.register(OTHER_IMAGE)
    path = "models/pat:listVersions"

    first = cloud.rest("GET", path, params={"pageSize": "2"}).json()
    second = cloud.rest("GET", path, params={"pageToken": first["nextPageToken"]}).json()

    assert [each["versionId"] for each in first["models"]] == ["3", "2"]
    assert [each["versionId"] for each in second["models"]] == ["1"]
    assert "nextPageToken" not in second


def test_a_version_may_have_a_container_of_its_own(cloud) -> None:
    cloud.told(containers={"2": "http://127.0.0.1:8081"})

    status = cloud.command({}).json()
    refused = error(cloud.command({"containers": {"2": "nowhere"}}))

    assert status["containers"] == {"2": "http://127.0.0.1:8081"}
    assert refused[0] == 400
    assert "containers: expected http://HOST:PORT" in refused[2]


def test_requests_go_to_versions_in_proportion_to_their_share(cloud, tmp_path) -> None:
    cloud.register()
    cloud.done("deploy", *CPU, "--traffic", "20")
    database = Database(tmp_path / "cloud.db")
    models = VertexModels(database)

    chosen = Counter(models.choose() for _ in range(2000))

    assert chosen.keys() == {Chosen("1", "1"), Chosen("2", "2")}
    assert 320 < chosen[Chosen("2", "2")] < 480
    database.close()


def test_nobody_answers_where_nothing_is_deployed(cloud, tmp_path) -> None:
    cloud.done("park")
    database = Database(tmp_path / "cloud.db")

    assert VertexModels(database).choose() is None
    database.close()


def test_googles_high_level_client_uploads_deploys_and_undeploys(cloud) -> None:
    cloud.told(seconds={"DeployModel": 0.2})
    script = Path(__file__).with_name("vertex_sdk.py")

    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(script), cloud.address, IMAGE],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )

    assert json.loads(done.stdout.splitlines()[-1]) == ["2", ["candidate"], [20, 80], []]
    assert cloud.deployed() == []
