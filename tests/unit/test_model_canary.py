"""What makes a candidate stand beside the live version, and where it may not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from clarity.adapters.model_canary import Candidate
from clarity.adapters.model_state import Deployment, Machine, PlanError, State, Version

AT = datetime(2026, 11, 1, tzinfo=UTC)
NEW, OLD = "ab" * 32, "cd" * 32
CANDIDATE = Candidate("pat-new", NEW, OLD, "gs://b/pat-new", 5)
CONTAINER: dict[str, Any] = {
    "image_uri": "pat@sha256:12",
    "args": ["--size", "medium"],
    "env": [{"name": "LOG", "value": "1"}],
    "ports": [{"container_port": 9000}],
    "predict_route": "/p",
    "health_route": "/h",
}
LIVE = Version("1", frozenset({"live"}), {"weights": OLD[:32]}, CONTAINER, "", AT)
GPU = Machine(machine_type="g2-standard-8", min_replicas=2, max_replicas=4)


def deployment(number: str, traffic: int, machine: Machine = GPU) -> Deployment:
    return Deployment(number, number, traffic, machine.resources(), "pat@p", AT)


def state(versions: list[Version], deployments: list[Deployment]) -> State:
    parent = "projects/p/locations/l"
    return State(parent, f"{parent}/endpoints/1", "e", versions, deployments)


def registered(found: State) -> State:
    """With the version that the candidate asks for, as number 2."""
    wanted = CANDIDATE.wanted(found)
    labels, container = wanted.labels(), wanted.container()
    new = Version("2", frozenset({"candidate"}), labels, container, wanted.artifact_uri, AT)
    return replace(found, versions=[*found.versions, new])


ALONE = state([LIVE], [deployment("1", 100)])


def test_the_candidate_is_the_live_image_with_its_settings_and_other_weights() -> None:
    [call] = CANDIDATE.register(ALONE)

    model = call.request["model"]
    assert call.method == "UploadModel"
    assert model["artifact_uri"] == "gs://b/pat-new"
    assert model["container_spec"] == CONTAINER | {"args": []}
    assert (model["labels"]["weights"], model["labels"]["variant"]) == (NEW[:32], "gpu")


def test_it_gets_one_replica_of_the_live_version_s_machine_and_its_share() -> None:
    [call] = CANDIDATE.deploy(registered(ALONE))

    deployed = call.request["deployed_model"]
    resources = deployed["dedicated_resources"]
    assert (call.method, call.request["traffic_split"]) == ("DeployModel", {"1": 95, "0": 5})
    assert resources["machine_spec"] == GPU.spec()
    assert (resources["min_replica_count"], resources["max_replica_count"]) == (1, 1)
    assert deployed["service_account"] == "pat@p"


def test_what_is_registered_and_deployed_already_is_not_again() -> None:
    there = registered(ALONE)
    beside = replace(there, deployments=[deployment("1", 95), deployment("2", 5)])

    assert CANDIDATE.register(beside) == []
    assert CANDIDATE.deploy(beside) == []


def test_a_container_that_names_no_port_has_the_usual_one() -> None:
    portless = replace(LIVE, container=CONTAINER | {"ports": []})

    assert CANDIDATE.wanted(state([portless], [deployment("1", 100)])).port == 8080


def on_another_accelerator() -> State:
    spec = {"machine_type": "a2-highgpu-1g", "accelerator_type": "NVIDIA_TESLA_A100"}
    there = replace(deployment("1", 100), resources={"machine_spec": spec})
    return replace(registered(ALONE), deployments=[there])


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (state([], []), "found it not deployed"),
        (state([LIVE], []), "found it not deployed: clarity model unpark"),
        (
            state([replace(LIVE, labels={"weights": "ef" * 16})], [deployment("1", 100)]),
            "expected --current to be the live version 1",
        ),
        (
            state(
                [LIVE, replace(LIVE, number="3", aliases=frozenset({"previous"}))],
                [deployment("1", 100), deployment("3", 0)],
            ),
            "expected nothing beside the live version, found version 3, which is billed",
        ),
        (ALONE, "expected pat-new as a version, found none"),
        (on_another_accelerator(), "found NVIDIA_TESLA_A100"),
    ],
    ids=["no version", "parked", "other weights", "a kept one", "unregistered", "accelerator"],
)
def test_where_a_candidate_may_not_come_it_is_said(found, said) -> None:
    with pytest.raises(PlanError, match=said):
        CANDIDATE.deploy(found)


def test_an_accelerator_that_nothing_is_deployed_on_is_said_before_anything_is_scored() -> None:
    with pytest.raises(PlanError, match="found NVIDIA_TESLA_A100"):
        CANDIDATE.wanted(on_another_accelerator())
