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


def run(cloud: Cloud, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    env = environment(cloud) | variables
    return subprocess.run(
        command, cwd=REPOSITORY, env=env, check=False, capture_output=True, text=True, timeout=280
    )


def release(cloud: Cloud, digest: str, model: str = MODEL) -> subprocess.CompletedProcess[str]:
    return run(
        cloud,
        "infra/build/release.sh",
        f"registry.example/clarity/pat@sha256:{digest * 64}",
        COMMIT,
        REGION="us-central1",
        PAT_ENDPOINT=PAT_ENDPOINT,
        PAT_MODEL_ID=model,
        WEIGHTS="small",
        MACHINE="--accelerator nvidia-l4",
    )


def smoke(cloud: Cloud, *options: str) -> subprocess.CompletedProcess[str]:
    command = (sys.executable, "-m", "infra.smoke", "--project", PROJECT, *options)
    return run(cloud, *command)


def traffic(cloud: Cloud) -> dict[str, int]:
    """Version -> percent of the requests."""
    url = f"http://{HOST}:{cloud.ports.http}/v1/{PAT_ENDPOINT}"
    endpoint = httpx.get(url, trust_env=False).raise_for_status().json()
    split = endpoint.get("trafficSplit", {})
    deployed = endpoint.get("deployedModels", [])
    return {each["modelVersionId"]: split.get(each["id"], 0) for each in deployed}


def left(cloud: Cloud) -> list[str]:
    """Documents of synthetic people, in any collection."""
    client = cloud.firestore()
    people = [each.id for each in client.collection("users").list_documents()]
    claims = [each.get("user_id") for each in client.collection("claims").stream()]
    return [name for name in [*people, *claims] if str(name).startswith("smoke-")]


def test_a_release_that_fails_its_trial_is_withdrawn_and_one_that_passes_is_live(own) -> None:
    assert traffic(own) == {"1": 100}

    failed = release(own, "a", model="pat-of-somebody-else")

    assert failed.returncode == 1
    assert "expected the model pat-of-somebody-else" in failed.stderr
    assert "withdrawing version 2" in failed.stderr
    assert traffic(own) == {"1": 100}

    passed = release(own, "b")

    assert passed.returncode == 0, passed.stderr
    assert traffic(own) == {"3": 100}
    assert passed.stdout.count(f"The insight came, from {MODEL}") == 2  # a canary, then all
    for part in ("the phone writes a week", "to completed", "everything is deleted"):
        assert passed.stdout.count(part) == 2
    assert not left(own)


def test_the_smoke_test_fails_on_another_model_and_leaves_nothing(own) -> None:
    ended = smoke(own, "--expect-model", "pat-of-somebody-else")

    assert ended.returncode == 1
    assert f"expected the model pat-of-somebody-else, found {MODEL}" in ended.stdout
    assert not left(own)


def test_the_smoke_test_says_that_the_endpoint_is_parked_and_leaves_nothing(own) -> None:
    at = ("--project", PROJECT, "--endpoint", PAT_ENDPOINT)
    assert run(own, "clarity", "model", "park", *at).returncode == 0

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
