"""`clarity model` against the stand-in for Vertex AI, over HTTP, through Google's own client."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from clarity.cli import main
from infra.local.database import Database
from infra.local.vertex_models import VertexModels
from tests.contract.servers import ROOT
from tests.contract.vertex_servers import (
    COMMIT,
    CPU,
    ENDPOINT,
    IMAGE,
    OTHER_IMAGE,
    Front,
    Vertex,
    front,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SHIPPED = ROOT / "shared/clarity/pat/data/pat-s-nhanes-steps"
WEIGHTS = "326efa281df7298054ebb9bc1ae0555a1429b02a2e72dd534af3e3b1d7254bb3"  # of PAT-S


@pytest.fixture(scope="module", name="server")
def _server() -> Iterator[Front]:
    with front() as server:
        yield server


@pytest.fixture(name="cloud")
def _cloud(server: Front, tmp_path: Path) -> Vertex:
    return server.on(tmp_path)


def test_a_registered_image_carries_its_weights_its_commit_and_the_alias_candidate(cloud) -> None:
    result = cloud.register()

    found = cloud.rest("GET", "models/pat:listVersions").json()["models"][0]
    assert result.stdout == "version 2\n"
    assert found["containerSpec"]["imageUri"] == IMAGE
    assert found["containerSpec"]["ports"] == [{"containerPort": 8080}]
    assert found["labels"]["weights"] == WEIGHTS[:32]
    assert found["labels"]["commit"] == COMMIT
    assert WEIGHTS in found["versionDescription"]
    assert cloud.aliases() == {"default": "1", "live": "1", "candidate": "2"}


def test_the_same_image_with_the_same_weights_is_registered_once(cloud) -> None:
    cloud.register()

    result = cloud.register()

    assert result.stdout == "version 2\n"
    assert "nothing to do" in result.stderr
    assert cloud.changes() == {"UploadModel": 1}


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (("--variant", "gpu"), "variant cpu, not gpu"),
        (("--env", "LOG=1"), "env [], not [{'name': 'LOG', 'value': '1'}]"),
        (("--port", "9000"), "ports [{'container_port': 8080}], not [{'container_port': 9000}]"),
        (("--commit", "f" * 40), f"commit {COMMIT}, not {'f' * 40}"),
    ],
)
def test_other_settings_of_the_same_image_are_another_version(cloud, other, said) -> None:
    cloud.register()

    result = cloud.register(IMAGE, *other)
    again = cloud.register(IMAGE, *other)

    assert result.stdout == again.stdout == "version 3\n"
    assert f"version 2 has {said}" in result.stderr
    assert "nothing to do: this image with these weights and settings" in again.stderr
    assert cloud.aliases()["candidate"] == "3"


def test_other_weights_in_the_same_image_are_another_version(cloud) -> None:
    cloud.register()

    cloud.register(IMAGE, "--weights", "medium")

    found = cloud.rest("GET", "models/pat:listVersions").json()["models"][0]
    assert found["versionId"] == "3"
    assert found["containerSpec"]["args"] == ["--size", "medium"]
    assert found["labels"]["model"].startswith("pat-m-")


def test_weights_outside_the_image_are_named_to_the_container(cloud) -> None:
    cloud.register()

    cloud.register(IMAGE, "--artifact-uri", "gs://weeks/pat")

    found = cloud.rest("GET", "models/pat:listVersions").json()["models"][0]
    assert (found["versionId"], found["artifactUri"]) == ("3", "gs://weeks/pat")


def test_a_new_project_gets_its_model_its_deployment_and_its_first_live_version(
    server, tmp_path
) -> None:
    database = Database(tmp_path / "cloud.db")
    VertexModels(database)
    database.execute("DELETE FROM vertex WHERE kind = 'version'")
    database.execute(
        "UPDATE vertex SET body = json_remove(body, '$.deployedModels', '$.trafficSplit')"
    )
    database.close()
    cloud = server.on(tmp_path)
    empty = cloud.done("status")

    cloud.register()
    cloud.done("deploy", *CPU)
    cloud.done("promote")

    assert "The endpoint is parked" in empty.stdout
    assert cloud.split() == {"1": 100}
    assert cloud.aliases() == {"default": "1", "live": "1"}


def test_settings_of_the_container_are_part_of_a_version(cloud) -> None:
    cloud.register(IMAGE, "--env", "LOG=1", "--port", "9000", "--health-route", "/ok")

    found = cloud.rest("GET", "models/pat:listVersions").json()["models"][0]
    assert found["containerSpec"]["env"] == [{"name": "LOG", "value": "1"}]
    assert found["containerSpec"]["ports"] == [{"containerPort": 9000}]
    assert found["containerSpec"]["healthRoute"] == "/ok"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("pat:latest", "--commit", COMMIT), "a tag can be moved"),
        ((IMAGE, "--commit", "main"), "expected a commit's SHA, found 'main'"),
        ((IMAGE,), "Missing option '--commit'"),
        ((IMAGE, "--commit", COMMIT, "--env", "LOG"), "expected NAME=VALUE, found 'LOG'"),
        ((IMAGE, "--commit", COMMIT, "--weights", "large"), "expected small, medium"),
        ((IMAGE, "--commit", COMMIT, "--weights", str(SHIPPED)), "expected --artifact-uri too"),
    ],
)
def test_what_cannot_be_registered_is_said_before_any_call(cloud, arguments, said) -> None:
    result = cloud.clarity("register", *arguments)

    assert result.exit_code == 2
    assert said in result.stderr
    assert cloud.calls() == {}


def test_weights_that_are_not_their_manifests_are_not_registered(cloud, tmp_path) -> None:
    folder = tmp_path / "weights"
    folder.mkdir()
    (folder / "weights.h5").write_bytes(b"other")
    (folder / "manifest.json").write_text(f'{{"model_id": "x", "weights_sha256": "{WEIGHTS}"}}')

    result = cloud.clarity("register", IMAGE, "--commit", COMMIT, "--weights", str(folder))

    assert result.exit_code == 2
    assert f"expected SHA-256 {WEIGHTS} as its manifest says, found" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("deploy", "--min-replicas", "3", "--max-replicas", "2"),
            "expected --min-replicas up to --max-replicas, found 3 and 2",
        ),
        (("deploy", "--machine-type", "n1-standard-4"), "takes the accelerator nvidia-l4, such as"),
        (("unpark", *CPU, "--machine-type", "g2-standard-4"), "such as n1-standard-4, found g2-"),
        (("status", "--region", "x", "--timeout", "0"), "0.0 is not in the range"),
        (
            ("predict-batch", "--input", "weeks.jsonl", "--output", "gs://weeks/out"),
            "expected gs://BUCKET/..., found 'weeks.jsonl'",
        ),
    ],
)
def test_what_cannot_be_asked_for_is_said_before_any_call(cloud, arguments, said) -> None:
    result = cloud.clarity(*arguments)

    assert result.exit_code == 2
    assert said in result.stderr
    assert cloud.calls() == {}


def test_a_command_needs_a_project(monkeypatch) -> None:
    monkeypatch.delenv("GOOGLE_CLOUD_PROJECT", raising=False)

    result = CliRunner().invoke(main, ["model", "status", "--endpoint", "pat"])

    assert result.exit_code == 2
    assert "--project: expected a project, found none" in result.stderr


@pytest.mark.parametrize(
    "said", [("--project", "other"), ("--region", "us-east1"), ("--project", "")]
)
def test_a_place_that_contradicts_the_endpoint_s_name_is_refused(monkeypatch, cloud, said) -> None:
    monkeypatch.setenv("PAT_ENDPOINT", ENDPOINT)
    command = ["model", "park", "--emulator", cloud.address, *said]

    by_variable = CliRunner().invoke(main, command)
    by_option = CliRunner().invoke(main, [*command, "--endpoint", ENDPOINT])

    assert by_variable.exit_code == by_option.exit_code == 2
    assert f"{said[0]}: expected" in by_variable.stderr
    assert f"as in the endpoint's name, found '{said[1]}'" in by_option.stderr
    assert cloud.calls() == {}


def test_an_endpoint_on_the_command_line_goes_before_the_project_in_a_variable(
    monkeypatch, cloud
) -> None:
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "other")
    command = ["model", "status", "--emulator", cloud.address]

    named = CliRunner().invoke(main, [*command, "--endpoint", ENDPOINT])
    monkeypatch.setenv("PAT_ENDPOINT", ENDPOINT)
    both = CliRunner().invoke(main, command)

    assert named.exit_code == 0, named.output
    assert both.exit_code == 2
    assert "--project: expected clarity-local" in both.stderr


def test_a_canary_gets_a_tenth_of_the_requests_beside_the_live_version(cloud) -> None:
    cloud.canary()

    assert cloud.split() == {"1": 90, "2": 10}


def test_deploying_again_changes_only_the_share_that_is_asked_for(cloud) -> None:
    cloud.canary()

    cloud.done("deploy", "2", "--traffic", "35")
    again = cloud.done("deploy", "2", "--traffic", "35")

    assert cloud.split() == {"1": 65, "2": 35}
    assert "nothing to do" in again.stderr
    assert cloud.changes() == {"UploadModel": 1, "DeployModel": 1, "UpdateEndpoint": 1}


def test_three_versions_share_the_requests_in_proportion(cloud) -> None:
    cloud.canary("--traffic", "33")
    cloud.register(OTHER_IMAGE)

    cloud.done("deploy", *CPU, "--traffic", "5")

    assert cloud.split() == {"1": 64, "2": 31, "3": 5}


def test_replicas_of_a_deployed_version_change_in_place(cloud) -> None:
    cloud.canary()

    cloud.done("deploy", "2", "--max-replicas", "4")

    deployed = cloud.rest("GET", "endpoints/pat").json()["deployedModels"][1]
    assert deployed["dedicatedResources"]["maxReplicaCount"] == 4
    assert cloud.changes()["MutateDeployedModel"] == 1
    assert cloud.split() == {"1": 90, "2": 10}


def test_the_machine_of_a_deployed_version_cannot_change(cloud) -> None:
    cloud.canary()

    said = cloud.refused("deploy", "2", *CPU, "--machine-type", "n2-standard-8")

    assert "is deployed on n1-standard-4, expected n2-standard-8: a machine cannot" in said


def test_a_gpu_is_the_default_and_autoscaling_goes_by_both_measures(cloud) -> None:
    cloud.register(IMAGE, "--variant", "gpu")

    cloud.done(
        "deploy", "--max-replicas", "3", "--target-percent", "70", "--service-account", "a@b"
    )

    deployed = cloud.rest("GET", "endpoints/pat").json()["deployedModels"][1]
    resources = deployed["dedicatedResources"]
    assert resources["machineSpec"] == {
        "machineType": "g2-standard-4",
        "acceleratorType": "NVIDIA_L4",
        "acceleratorCount": 1,
    }
    assert [each["target"] for each in resources["autoscalingMetricSpecs"]] == [70, 70]
    assert (resources["minReplicaCount"], resources["maxReplicaCount"]) == (1, 3)
    assert deployed["serviceAccount"] == "a@b"
    assert "enableAccessLogging" not in deployed


@pytest.mark.parametrize(
    ("variant", "machine", "said"),
    [
        ("gpu", "none", "the image's gpu variant, expected a GPU, found --accelerator none"),
        ("cpu", "nvidia-tesla-t4", "the image's cpu variant, expected --accelerator none"),
    ],
)
def test_an_image_is_deployed_on_what_it_was_built_for(cloud, variant, machine, said) -> None:
    cloud.register(IMAGE, "--variant", variant)

    assert said in cloud.refused("deploy", "--accelerator", machine)


def test_a_model_with_other_weights_answers_requests_only_on_demand(cloud) -> None:
    cloud.register(IMAGE, "--weights", "medium")

    said = cloud.refused("deploy", *CPU)
    cloud.done("deploy", *CPU, "--traffic", "0")
    without_requests = cloud.split()
    cloud.done("deploy", "--traffic", "20", "--other-weights")
    promoted = cloud.refused("promote")

    assert "say --other-weights when that setting" in promoted
    assert "jobs that it answers fail while PAT_MODEL_ID names the other one" in said
    assert without_requests == {"1": 100}
    assert cloud.split() == {"1": 80, "2": 20}


def test_a_share_needs_somebody_for_the_rest(cloud) -> None:
    cloud.done("park")

    said = cloud.refused("deploy", "1", *CPU, "--traffic", "40")

    assert "expected --traffic 100 or 0, found 40" in said
