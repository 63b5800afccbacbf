"""A release as Cloud Build runs it: the script itself, against the embedded cloud.

A canary that a trial rejects is withdrawn, and the build fails; one that passes gets all requests.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from clarity.pat import artifact
from infra.local.topology import HOST, PAT_ENDPOINT, PROJECT, around_proxies
from tests.cloud import REPOSITORY, Cloud, until, whole_cloud

if TYPE_CHECKING:
    from collections.abc import Iterator

MODEL = json.loads((artifact.shipped("small") / "manifest.json").read_text())["model_id"]
OTHER = "pat-of-somebody-else"
IMAGE = "registry.example/clarity/pat@sha256:"
MODELS = f"{PAT_ENDPOINT.partition('/endpoints/')[0]}/models/pat"
GPU, CPU = "--accelerator nvidia-l4", "--machine-type n1-standard-4 --accelerator none"
NO_MACHINE = {"faults": [{"method": "DeployModel", "code": 8, "message": "no machine is free"}]}
COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(scope="module")
def own(tmp_path_factory) -> Iterator[Cloud]:
    """A cloud of its own: what is released here answers nobody else's tests."""
    with whole_cloud(tmp_path_factory.mktemp("release")) as cloud:
        yield cloud


def environment(cloud: Cloud) -> dict[str, str]:
    return {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}",
        "PYTHONWARNINGS": "ignore",
        "COLUMNS": "200",
        **cloud.variables,
        **around_proxies({}),
    }


def run(
    cloud: Cloud, *command: str, cwd: Path = REPOSITORY, **variables: str
) -> subprocess.CompletedProcess[str]:
    env = environment(cloud) | variables
    return subprocess.run(
        command, cwd=cwd, env=env, check=False, capture_output=True, text=True, timeout=280
    )


def release(cloud: Cloud, digest: str, machine: str, variant: str):
    """What fails its trial: it is another model that must answer."""
    return run(
        cloud,
        "infra/build/release.sh",
        f"{IMAGE}{digest * 64}",
        COMMIT,
        REGION="us-central1",
        PAT_ENDPOINT=PAT_ENDPOINT,
        PAT_MODEL_ID=OTHER,
        WEIGHTS="small",
        VARIANT=variant,
        MACHINE=machine,
    )


def deployed(cloud: Cloud, folder: Path, digest: str) -> subprocess.CompletedProcess[str]:
    """The release on CPUs as the pipeline begins it: with what its former steps have left."""
    outputs = {
        "endpoint": PAT_ENDPOINT,
        "endpoint_host": "",
        "pat_model_id": MODEL,
        "accounts": {"smoke": ""},
    }
    (folder / "dist").mkdir()
    (folder / "dist/outputs.json").write_text(
        json.dumps({name: {"value": value} for name, value in outputs.items()})
    )
    (folder / "dist/image-cpu").write_text(f"{IMAGE}{digest * 64}\n")
    (folder / "dist/image-gpu").write_text("the other variant's\n")
    return run(
        cloud,
        str(REPOSITORY / "infra/build/deployed.sh"),
        "cpu",
        cwd=folder,
        PYTHONPATH=str(REPOSITORY),
        COMMIT=COMMIT,
        REGION="us-central1",
        WEIGHTS="small",
        MACHINE=CPU,
    )


def park(cloud: Cloud) -> None:
    for version in traffic(cloud):
        body = {"deployedModelId": version}  # `clarity model` deploys a version by its number
        url = url_of(cloud, f"{PAT_ENDPOINT}:undeployModel")
        httpx.post(url, json=body, trust_env=False, timeout=30).raise_for_status()
    until(lambda: not traffic(cloud), 30, "the end of what was deployed")


def aliases(cloud: Cloud) -> dict[str, str]:
    """Alias -> version, but for Vertex AI's own."""
    models = httpx.get(url_of(cloud, f"{MODELS}:listVersions"), trust_env=False).json()["models"]
    found = {alias: each["versionId"] for each in models for alias in each["versionAliases"]}
    del found["default"]
    return found


def url_of(cloud: Cloud, name: str) -> str:
    return f"http://{HOST}:{cloud.ports.http}/v1/{name}"


def smoke(cloud: Cloud, *options: str) -> subprocess.CompletedProcess[str]:
    command = (sys.executable, "-m", "infra.smoke", "--project", PROJECT, *options)
    return run(cloud, *command)


def traffic(cloud: Cloud) -> dict[str, int]:
    """Version -> percent of the requests."""
    endpoint = httpx.get(url_of(cloud, PAT_ENDPOINT), trust_env=False).raise_for_status().json()
    split = endpoint.get("trafficSplit", {})
    deployed = endpoint.get("deployedModels", [])
    return {each["modelVersionId"]: split.get(each["id"], 0) for each in deployed}


def left(cloud: Cloud) -> list[str]:
    """Documents of synthetic people, in any collection."""
    client = cloud.firestore()
    people = [each.id for each in client.collection("users").list_documents()]
    claims = [each.get("user_id") for each in client.collection("claims").stream()]
    return [name for name in [*people, *claims] if str(name).startswith("smoke-")]


def test_a_release_that_fails_its_trial_is_withdrawn_and_one_that_passes_is_live(
    own, tmp_path
) -> None:
    park(own)  # as an idle night leaves it

    failed = release(own, "a", GPU, "gpu")

    assert failed.returncode == 1
    assert "deploy version 1 with 100 % of the requests" in failed.stderr
    assert "deploy version 2 with 10 % of the requests" in failed.stderr
    assert f"expected the model {OTHER}" in failed.stderr
    assert "withdrawing version 2" in failed.stderr
    assert traffic(own) == {"1": 100}
    assert aliases(own) == {"live": "1"}

    passed = deployed(own, tmp_path, "b")

    assert passed.returncode == 0, passed.stderr
    assert "deploy version 3 with 10 % of the requests" in passed.stderr
    assert traffic(own) == {"3": 100}
    assert passed.stdout.count(f"The insight came, from {MODEL}") == 2  # a canary, then all
    for part in ("the phone writes a week", "to completed", "everything is deleted"):
        assert passed.stdout.count(part) == 2
    assert not left(own)

    park(own)
    again = release(own, "b", CPU, "cpu")  # the live version, and a trial that fails

    assert again.returncode == 1
    assert "version 3 is live already: it is tried, and stays" in again.stdout
    assert f"expected the model {OTHER}" in again.stderr
    assert traffic(own) == {"3": 100}
    assert aliases(own) == {"live": "3", "previous": "1"}


def test_the_smoke_test_fails_on_another_model_and_leaves_nothing(own) -> None:
    ended = smoke(own, "--expect-model", OTHER)

    assert ended.returncode == 1
    assert f"expected the model {OTHER}, found {MODEL}" in ended.stdout
    assert not left(own)


def test_a_release_begins_with_what_is_live_and_a_first_one_that_fails_leaves_nothing(own) -> None:
    park(own)
    httpx.put(f"http://{HOST}:{own.ports.http}/_local/vertex", json=NO_MACHINE, trust_env=False)

    failed = release(own, "d", CPU, "cpu")

    assert failed.returncode == 1
    assert "does not start, and nothing new is tried without it" in failed.stderr
    assert traffic(own) == {}

    for alias, version in aliases(own).items():
        httpx.post(
            url_of(own, f"{MODELS}@{version}:mergeVersionAliases"),
            json={"versionAliases": [f"-{alias}"]},
            trust_env=False,
        ).raise_for_status()

    failed = release(own, "e", GPU, "gpu")

    assert failed.returncode == 1
    assert " with 100 % of the requests" in failed.stderr
    assert f"expected the model {OTHER}" in failed.stderr
    assert "not withdrawn" not in failed.stderr
    assert traffic(own) == {}
    assert aliases(own) == {}


def test_the_smoke_test_says_that_the_endpoint_is_parked_and_leaves_nothing(own) -> None:
    park(own)

    ended = smoke(own, "--timeout", "10")

    assert ended.returncode == 4, ended.stdout
    assert "the endpoint is parked" in ended.stdout
    assert not left(own)


def test_the_smoke_test_ends_where_nobody_answers_and_leaves_nothing(cloud) -> None:
    ended = smoke(cloud, "--timeout", "3")

    assert ended.returncode == 3, ended.stdout
    assert "ingest did not answer" in ended.stdout
    assert not left(cloud)


def test_the_smoke_test_that_is_told_to_stop_leaves_nothing(cloud) -> None:
    command = [sys.executable, "-m", "infra.smoke", "--project", PROJECT]
    process = subprocess.Popen(
        command, cwd=REPOSITORY, env=environment(cloud), stdout=subprocess.PIPE, text=True
    )
    until(lambda: left(cloud), 30, "the synthetic person")

    process.terminate()
    said, _ = process.communicate(timeout=60)

    assert process.returncode == 3, said
    assert "told to stop by SIGTERM" in said
    assert not left(cloud)
