"""From a candidate that is better to a canary, to all requests and back: `--canary`."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud.storage import Client as Storage

from clarity.pat import artifact
from infra.local.topology import PROJECT
from tests.cloud import environment
from tests.contract.candidates import (
    SHIPPED,
    a_little_off,
    actions,
    decisions,
    emptied,
    ledger,
    model_in,
    silent,
    tried,
    weeks_in,
)
from tests.contract.vertex_servers import CPU, ENDPOINT, OTHER_IMAGE, Front, Vertex, front

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from click.testing import Result
    from google.cloud.firestore import Client
    from google.cloud.storage import Bucket

MANIFEST = artifact.read_manifest(SHIPPED / "manifest.json")
PLACE = f"models/{MANIFEST.model_id}-{MANIFEST.weights_sha256[:12]}"


@dataclass(frozen=True)
class Stage:
    """A project with its endpoint, documents and bucket; `current` is what a candidate meets."""

    vertex: Vertex
    client: Client
    bucket: Bucket
    weeks: Path
    current: Path
    storage: Mapping[str, str]

    def live(self) -> None:
        """Version 2, alone on the endpoint, serves the current model."""
        weights = ("--weights", str(self.current), "--artifact-uri", "gs://models/current")
        self.vertex.register(OTHER_IMAGE, *weights)
        self.vertex.done("deploy", *CPU, "--traffic", "0", "--service-account", "pat@clarity-local")
        self.vertex.done("promote", "--other-weights", "--without-decision", "there was none")

    def canary(self, *options: str, **given: object) -> Result:
        wanted = {
            "artifact": SHIPPED,
            "artifacts": f"gs://{self.bucket.name}/models",
            "current": self.current,
            "data": self.weeks,
            "endpoint": ENDPOINT,
        }
        named = [f"--{name}={value}" for name, value in (wanted | given).items()]
        command = ("candidate", "--canary", "--emulator", self.vertex.address, "--by", "grace")
        return tried(self.client, *command, *named, *options, **self.storage)


@pytest.fixture(scope="module")
def server() -> Iterator[Front]:
    with front() as opened:
        yield opened


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> tuple[Path, Path]:
    """Weeks, and a model that says next to nothing: the shipped one is better."""
    folders = [tmp_path_factory.mktemp(name) for name in ("weeks", "silent")]
    return weeks_in(folders[0]), model_in(folders[1], "silent", silent)


@pytest.fixture
def stage(server, made, cloud, tmp_path) -> Iterator[Stage]:
    vertex, (weeks, current) = server.on(tmp_path), made
    found = {name: value for name, value in cloud.variables.items() if name.startswith("STORAGE")}
    with environment(found):
        storage = Storage(project=PROJECT, credentials=AnonymousCredentials())
    bucket = storage.create_bucket(f"b-{uuid.uuid4().hex}")
    for client in emptied(vertex.firestore):
        yield Stage(vertex, client, bucket, weeks, current, found)
    storage.close()


def test_a_better_candidate_becomes_a_canary_which_one_command_promotes_and_one_takes_back(
    stage,
) -> None:
    stage.live()

    ran = stage.canary()
    assert ran.exit_code == 0, ran.output
    beside = stage.vertex.split()
    stage.vertex.done("promote", "3", "--other-weights", "--by", "grace")
    promoted = stage.vertex.split()
    stage.vertex.done("rollback", "3", "--by", "grace")

    assert (beside, promoted, stage.vertex.split()) == ({"2": 95, "3": 5}, {"3": 100}, {"2": 100})
    [decision] = stage.client.collection("candidates").stream()
    _, judged, deployed, promotion, back = ledger(stage.client)
    assert judged["result"] == "better"
    for record, action in (
        (deployed, "deploy_canary"),
        (promotion, "promote_model"),
        (back, "roll_back_model"),
    ):
        assert (record["action"], record["subject"]) == (action, "version 3")
        assert (record["by"], record["model"]) == ("grace", MANIFEST.model_id)
    assert deployed["decision"] == promotion["decision"] == decision.id
    for name in artifact.FILES:
        stored = stage.bucket.blob(f"{PLACE}/{name}").download_as_bytes()
        assert stored == (SHIPPED / name).read_bytes()


def test_a_canary_is_served_as_the_live_version_is_by_one_replica_and_its_end_is_told(
    stage,
) -> None:
    stage.live()
    stage.vertex.done("deploy", "2", *CPU, "--max-replicas", "3")

    ran = stage.canary("--traffic", "2")

    former, new = stage.vertex.rest("GET", "endpoints/pat").json()["deployedModels"]
    assert former["dedicatedResources"]["maxReplicaCount"] == 3
    assert new["dedicatedResources"]["maxReplicaCount"] == 1
    machines = [each["dedicatedResources"]["machineSpec"] for each in (former, new)]
    assert machines[0] == machines[1]
    assert new["serviceAccount"] == "pat@clarity-local"
    found = stage.vertex.rest("GET", "models/pat:listVersions").json()["models"][0]
    assert found["containerSpec"]["imageUri"] == OTHER_IMAGE
    assert found["artifactUri"] == f"gs://{stage.bucket.name}/{PLACE}"
    assert stage.vertex.split() == {"2": 98, "3": 2}
    assert f"clarity model promote 3 --other-weights --endpoint {ENDPOINT}" in ran.stdout
    assert f"clarity model rollback 3 --endpoint {ENDPOINT}" in ran.stdout
    assert "deploy version 3 with 2 % of the requests: done" in ran.stderr


def test_what_is_not_better_is_deployed_nowhere(stage, tmp_path) -> None:
    alike = model_in(tmp_path, "alike", a_little_off)
    before = stage.vertex.changes()

    ran = stage.canary(artifact=alike, current="small")

    assert ran.exit_code == 1, ran.output
    assert stage.vertex.changes() == before
    assert list(stage.bucket.list_blobs()) == []
    assert actions(stage.client) == ["judge_candidate"]


def test_a_canary_that_did_not_come_up_is_said_and_comes_with_the_next_run(stage) -> None:
    stage.live()
    stage.vertex.fails("DeployModel", 13, "no machines", late=True)

    failed = stage.canary()
    again = stage.canary()

    assert failed.exit_code == 3
    first, _ = stage.client.collection("candidates").order_by("at").stream()
    assert "no machines" in failed.stderr
    assert f"the decision is candidates/{first.id}; run this again" in failed.stderr
    assert again.exit_code == 0, again.output
    assert stage.vertex.split() == {"2": 95, "3": 5}
    assert stage.vertex.changes()["UploadModel"] == 2  # the live one, and this one once


@pytest.mark.parametrize(
    ("prepare", "against", "said"),
    [
        (
            lambda vertex: vertex.done("park"),
            {"current": "small"},
            "found it not deployed: clarity model unpark",
        ),
        (
            lambda vertex: vertex.canary(),
            {"current": "small"},
            "nothing beside the live version, found version 2",
        ),
        (lambda vertex: None, {}, "expected --current to be the live version 1"),
    ],
    ids=["parked", "another canary", "other weights are live"],
)
def test_where_no_canary_could_come_nothing_is_tried(stage, prepare, against, said) -> None:
    prepare(stage.vertex)

    ran = stage.canary(**against)

    assert ran.exit_code == 2, ran.output
    assert said in ran.stderr
    assert decisions(stage.client) == []


def test_weights_that_lie_where_other_files_are_replace_nothing(stage) -> None:
    stage.live()
    stage.bucket.blob(f"{PLACE}/weights.h5").upload_from_string(b"other")

    ran = stage.canary()

    assert ran.exit_code == 3
    assert "weights.h5 is there and is another file" in ran.stderr
    assert stage.vertex.split() == {"2": 100}


def test_a_bucket_that_is_not_there_is_said(stage) -> None:
    stage.live()

    ran = stage.canary(artifacts="gs://nobody-has-this")

    assert ran.exit_code == 3
    assert "is the bucket there" in ran.stderr


def test_a_canary_asks_for_where(stage) -> None:
    options = ("candidate", "--artifact", SHIPPED, "--data", stage.weeks, "--canary")

    ran = tried(stage.client, *options)

    assert ran.exit_code == 2
    assert "--canary: expected --endpoint, --artifacts too" in ran.stderr
