"""`clarity model` from a canary to all requests and back; parking, batches, dry runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.contract.vertex_servers import (
    COMMIT,
    CPU,
    ENDPOINT,
    OTHER_IMAGE,
    Front,
    Vertex,
    calls_of,
    front,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BATCH = ("predict-batch", "--input", "gs://weeks/in.jsonl", "--output", "gs://weeks/out")
NUMBERED = "projects/412345678901/locations/us-central1/endpoints/pat"
WEIGHTS = "326efa281df7298054ebb9bc1ae0555a1429b02a2e72dd534af3e3b1d7254bb3"  # of PAT-S


@pytest.fixture(scope="module", name="server")
def _server() -> Iterator[Front]:
    with front() as server:
        yield server


@pytest.fixture(name="cloud")
def _cloud(server: Front, tmp_path: Path) -> Vertex:
    return server.on(tmp_path)


def test_promotion_takes_all_requests_moves_the_aliases_and_undeploys_the_former(cloud) -> None:
    cloud.canary()

    cloud.done("promote")

    assert cloud.split() == {"2": 100}
    assert cloud.deployed() == ["2"]
    assert cloud.aliases() == {"default": "1", "previous": "1", "live": "2"}


def test_promotion_again_does_nothing(cloud) -> None:
    cloud.canary()
    cloud.done("promote")
    before = cloud.changes()

    result = cloud.done("promote", "2")

    assert "nothing to do: version 2 is live already" in result.stderr
    assert cloud.changes() == before


@pytest.mark.parametrize("stopped", ["UpdateEndpoint", "MergeVersionAliases", "UndeployModel"])
def test_a_promotion_that_stops_anywhere_is_completed_by_the_next(cloud, stopped) -> None:
    cloud.canary()
    cloud.fails(stopped, 13)
    cloud.refused("promote")

    cloud.done("promote", "2")

    assert cloud.split() == {"2": 100}
    assert cloud.deployed() == ["2"]
    assert cloud.aliases() == {"default": "1", "previous": "1", "live": "2"}


def test_a_promotion_can_keep_the_former_version(cloud) -> None:
    cloud.canary()

    cloud.done("promote", "--keep")

    assert cloud.split() == {"2": 100}
    assert cloud.deployed() == ["1", "2"]


def test_what_is_not_deployed_is_not_promoted(cloud) -> None:
    cloud.register()

    said = cloud.refused("promote", "2")

    assert "expected version 2 on the endpoint, found version 1: clarity model deploy 2" in said


def test_rolling_back_a_canary_leaves_the_live_version_alone(cloud) -> None:
    cloud.canary()

    cloud.done("rollback")
    again = cloud.done("rollback", "2")

    assert cloud.split() == {"1": 100}
    assert cloud.deployed() == ["1"]
    assert cloud.aliases() == {"default": "1", "live": "1"}
    assert "nothing to do: version 2 answers no requests" in again.stderr


@pytest.mark.parametrize("kept", [(), ("--keep",)])
def test_rolling_back_a_promotion_brings_the_former_version_back(cloud, kept) -> None:
    cloud.canary()
    cloud.done("promote", *kept)

    cloud.done("rollback")

    assert cloud.split() == {"1": 100}
    assert cloud.deployed() == ["1"]
    assert cloud.aliases() == {"default": "1", "live": "1", "previous": "2"}


def test_a_version_that_was_withdrawn_by_name_does_not_come_back_with_the_next_rollback(
    cloud,
) -> None:
    cloud.canary()
    cloud.done("promote")

    cloud.done("rollback", "2")
    said = cloud.refused("rollback")

    assert "expected a version with the alias 'previous' to go back to, found none" in said
    assert cloud.split() == {"1": 100}
    assert cloud.aliases() == {"default": "1", "live": "1"}


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("stopped", ["DeployModel", "MergeVersionAliases", "UndeployModel"])
def test_a_rollback_that_stops_anywhere_is_completed_by_the_next(cloud, stopped, times) -> None:
    cloud.canary()
    cloud.done("promote")
    cloud.fails(stopped, 14, times=times)
    for _ in range(times):
        cloud.refused("rollback", "2")

    cloud.done("rollback", "2")

    assert cloud.split() == {"1": 100}
    assert cloud.deployed() == ["1"]
    assert cloud.aliases()["live"] == "1"


def test_there_is_no_way_back_from_the_first_version(cloud) -> None:
    said = cloud.refused("rollback")

    assert "expected a version with the alias 'previous' to go back to, found none" in said


def test_parking_undeploys_everything_and_unparking_brings_the_live_version_back(cloud) -> None:
    cloud.canary("--traffic", "50")

    cloud.done("park")
    parked = cloud.deployed()
    cloud.done("unpark", *CPU)

    assert parked == []
    assert cloud.split() == {"1": 100}


def test_parking_and_unparking_again_do_nothing(cloud) -> None:
    cloud.done("park")
    parked = cloud.done("park")
    cloud.done("unpark", *CPU)
    unparked = cloud.done("unpark", *CPU)

    assert "nothing to do: the endpoint is parked" in parked.stderr
    assert "nothing to do: the live version is deployed" in unparked.stderr
    assert cloud.changes() == {"UndeployModel": 1, "DeployModel": 1}


def test_a_batch_prediction_runs_on_its_own_machines_and_is_waited_for(cloud) -> None:
    result = cloud.done(*BATCH, "--wait", "--service-account", "a@b")

    name, state = result.stdout.split()
    job = cloud.rest("GET", f"batchPredictionJobs/{name.rpartition('/')[2]}").json()
    assert state == "SUCCEEDED"
    assert job["model"].endswith("/models/pat@1")
    assert job["inputConfig"]["gcsSource"]["uris"] == ["gs://weeks/in.jsonl"]
    assert job["dedicatedResources"]["machineSpec"]["machineType"] == "g2-standard-4"
    assert job["labels"]["weights"] == WEIGHTS[:32]
    assert job["serviceAccount"] == "a@b"


def test_the_same_batch_is_predicted_once_unless_asked_for_again(cloud) -> None:
    first = cloud.done(*BATCH)

    second = cloud.done(*BATCH)
    third = cloud.done(*BATCH, "--again")

    assert second.stdout == first.stdout
    assert third.stdout != first.stdout
    assert cloud.changes() == {"CreateBatchPredictionJob": 2}


def test_a_batch_prediction_that_fails_ends_the_command_with_its_reason(cloud) -> None:
    cloud.fails("CreateBatchPredictionJob", 3, "no such file", late=True)

    said = cloud.refused(
        "predict-batch", "--input", "gs://weeks/i", "--output", "gs://weeks/o", "--wait"
    )

    assert "ended FAILED: no such file" in said


def test_the_status_shows_versions_shares_and_what_is_under_way(cloud) -> None:
    cloud.canary()
    cloud.told(seconds={"UndeployModel": 60})
    cloud.clarity("rollback", "2", "--timeout", "0.1")

    shown = cloud.done("status").stdout

    assert "pat@abababababab" in shown
    assert "100 %" in shown
    assert "pat-s-nhanes-steps-" in shown
    assert (
        "Under way: projects/412345678901/locations/us-central1/endpoints/pat/operations" in shown
    )


def test_the_status_can_be_the_live_version_alone(server, cloud, tmp_path) -> None:
    cloud.canary()

    assert cloud.done("status", "--live").stdout == "1\n"
    none = {"versionAliases": ["-live"]}
    cloud.rest("POST", "models/pat@1:mergeVersionAliases", json=none).raise_for_status()
    assert cloud.done("status", "--live").stdout == ""


def test_a_parked_endpoint_takes_no_canary_until_the_live_version_is_back(cloud) -> None:
    cloud.done("park")
    cloud.register()

    said = cloud.refused("deploy", *CPU)
    parked = cloud.deployed()
    cloud.done("unpark", *CPU)
    cloud.done("deploy", *CPU)

    assert "the live version 1 is not deployed, found nothing deployed: version 2 would" in said
    assert parked == []
    assert cloud.split() == {"1": 90, "2": 10}


def test_a_canary_that_was_given_a_parked_endpoint_s_requests_leaves_it_parked(cloud) -> None:
    cloud.done("park")
    cloud.canary("--traffic", "100")

    cloud.done("rollback", "2")

    assert cloud.deployed() == []
    assert cloud.aliases() == {"default": "1", "live": "1"}


def test_the_status_says_that_the_endpoint_is_parked(cloud) -> None:
    cloud.done("park")

    assert "The endpoint is parked" in cloud.done("status").stdout


@pytest.mark.parametrize(
    ("arguments", "methods"),
    [
        (("register", OTHER_IMAGE, "--commit", COMMIT), ["UploadModel"]),
        (("deploy", "2", "--traffic", "30", "--max-replicas", "2"), None),
        (
            ("promote", "2"),
            ["UpdateEndpoint", "MergeVersionAliases", "MergeVersionAliases", "UndeployModel"],
        ),
        (("rollback",), ["UpdateEndpoint", "MergeVersionAliases", "UndeployModel"]),
        (("park",), ["UndeployModel", "UndeployModel"]),
        (BATCH, None),
    ],
)
def test_a_dry_run_prints_the_calls_and_makes_none(cloud, arguments, methods) -> None:
    cloud.canary()
    before = cloud.changes()

    printed = calls_of(cloud.done(*arguments, "--dry-run").stdout)

    assert printed
    if methods:
        assert [method for method, _, _ in printed] == methods
    assert cloud.changes() == before


def test_what_a_dry_run_prints_is_what_the_command_sends(cloud) -> None:
    cloud.register()

    [(method, resource, request)] = calls_of(cloud.done("deploy", *CPU, "--dry-run").stdout)
    cloud.done("deploy", *CPU)

    assert (method, resource) == ("DeployModel", ENDPOINT)
    assert request["deployed_model"]["model"].endswith("/models/pat@2")
    assert request["traffic_split"] == {"1": 90, "0": 10}
    assert cloud.split() == {"1": 90, "2": 10}


def test_a_change_of_the_traffic_names_the_state_that_it_rests_on(cloud) -> None:
    cloud.canary()
    etag = cloud.rest("GET", "endpoints/pat").json()["etag"]

    [(_, _, request), *_] = calls_of(cloud.done("promote", "--dry-run").stdout)

    assert request["endpoint"]["etag"] == etag


def test_a_full_resource_name_says_project_and_region_too(cloud) -> None:
    result = cloud.clarity("status", endpoint=ENDPOINT)

    assert result.exit_code == 0, result.output
