"""A canary with a share of the requests: from the candidate to all requests, and back.

Two containers serve two models behind the endpoint, the canary's with the weights that the
candidate's command copied; `clarity` moves the requests between them, and the functions get what
Terraform is given in the order that the commands print.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud.storage import Client as Storage

from clarity.pat import artifact
from clarity.sources.generated import people
from infra.local.__main__ import process_environment
from infra.local.phone import Phone
from infra.local.supervisor import LOOPBACK, Supervisor, commands, locked
from infra.local.topology import HOST, PROJECT, Ports
from tests.cloud import REPOSITORY, Cloud, environment, until
from tests.contract.candidates import SHIPPED, model_in, noisy, tried, weeks_in
from tests.contract.vertex_servers import CPU, ENDPOINT, OTHER_IMAGE, Vertex
from tests.logs import check_state

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from google.cloud.firestore import Client

OLD = "pat-noisy"
NEW = artifact.read_manifest(SHIPPED / "manifest.json").model_id
NEEDED = {"cloud", "pat", "ingest", "preprocess", "insights", "monitor"}
ASKED = {"preprocess", "monitor"}  # which functions are told of a model
MOST = 20  # people; half of them are the canary's


@dataclass(frozen=True)
class Release:
    """A running cloud whose live model is `OLD`, and what its operators do."""

    cloud: Cloud
    supervisor: Supervisor
    vertex: Vertex
    client: Client
    weeks: Path
    current: Path

    def apply(self, model_id: str, canary_id: str = "") -> None:
        """As Terraform's apply: functions with these settings in the place of the former ones."""
        for child in self.supervisor.children:
            name, former = child.command.name, child.pid
            if name not in ASKED:
                continue
            given = {**child.command.environment, "PAT_MODEL_ID": model_id}
            if name == "preprocess":
                given["PAT_CANARY_MODEL_ID"] = canary_id
            child.command = replace(child.command, environment=given)
            if former is not None:
                os.killpg(former, signal.SIGTERM)
                until(lambda c=child, f=former: c.pid not in {None, f} and c.up(), 60, name)

    def canary(self, share: int) -> str:
        """What `clarity pat candidate --canary` prints; its version is 3."""
        storage = {"STORAGE_EMULATOR_HOST": self.cloud.variables["STORAGE_EMULATOR_HOST"]}
        options = {
            "artifact": SHIPPED,
            "artifacts": "gs://models",
            "current": self.current,
            "data": self.weeks,
            "endpoint": ENDPOINT,
            "traffic": share,
            "emulator": self.vertex.address,
        }
        named = [f"--{name}={value}" for name, value in options.items()]
        ran = tried(self.client, "candidate", "--canary", "--by", "grace", *named, **storage)
        assert ran.exit_code == 0, ran.output
        return ran.stdout

    def copied(self) -> str:
        """Where the canary's container gets its weights, as the registry has it."""
        found = self.vertex.rest("GET", "models/pat:listVersions").json()["models"]
        return str(next(each["artifactUri"] for each in found if each["versionId"] == "3"))

    @contextmanager
    def serving(self, uri: str, log: Path) -> Iterator[None]:
        """The canary's container."""
        port = self.cloud.ports.park  # a function that does not run here
        with container(port, uri, self.cloud.variables, log) as url:
            self.vertex.told(containers={"3": url})
            yield

    def week(self, name: str, *, explanation: bool = False) -> dict[str, Any]:
        """One person's week, sent and asked about: the job at its end."""
        phone = Phone(self.client, name)
        seed = sum(name.encode())
        last_day = people.last_full_day("office-worker", datetime.now(UTC))
        person = people.generate("office-worker", last_day=last_day, seed=seed)
        phone.settings(**people.CONSENT, insights="on_request")
        for upload_id, document in people.uploads(person, attempt="a"):
            phone.create(upload_id, document)
        return self.ask(name, "r1", explanation=explanation)

    def ask(self, name: str, request_id: str, *, explanation: bool = False) -> dict[str, Any]:
        phone = Phone(self.client, name)
        asked = phone.request(request_id, insight_type="general", explanation=explanation)
        job = dict(list(phone.follow(asked, 120))[-1])
        assert job["status"] == "completed", job
        return job

    def answered(self, name: str, job: Mapping[str, Any]) -> str:
        """The model whose reading it is: the analysis and the audit agree on it."""
        place, analysis_id = f"users/{name}", job["analysis_id"]
        analysis = self.client.document(f"{place}/analyses/{analysis_id}").get().to_dict() or {}
        audit = self.client.document(f"{place}/audit/predict-{analysis_id}").get().to_dict() or {}
        found = analysis["provenance"]
        assert audit["model"] == found["model_id"]
        folder = {OLD: self.current, NEW: SHIPPED}[found["model_id"]]
        manifest = artifact.read_manifest(folder / "manifest.json")
        assert found["weights_sha256"] == manifest.weights_sha256
        assert found["scaler_id"] == manifest.scaler_id
        return str(found["model_id"])

    def read_by(self, model_id: str) -> int:
        """How many weeks a model has read, half uploaded ones too."""
        found = self.client.collection_group("analyses").stream()
        read = [(each.to_dict() or {})["provenance"]["model_id"] for each in found]
        return read.count(model_id)

    def refused(self) -> int:
        """How many answers preprocess did not take."""
        hours = self.client.collection("monitor").stream()
        return sum((each.to_dict() or {}).get("codes", {}).get("wrong_model", 0) for each in hours)

    def health(self) -> dict[str, Any]:
        """The health document after another look at the model."""
        place = self.client.document("health/model")
        before = (place.get().to_dict() or {}).get("updated_at")
        url = f"http://{HOST}:{self.cloud.ports.http}/_local/scheduler/monitor"
        httpx.post(url, trust_env=False).raise_for_status()

        def after() -> dict[str, Any] | None:
            found = place.get().to_dict() or {}
            return found if found.get("updated_at") not in {None, before} else None

        return until(after, 60, "the monitor's look")


@contextmanager
def container(port: int, uri: str, variables: Mapping[str, str], log: Path) -> Iterator[str]:
    """A process of the endpoint's container, with the weights at this address."""
    given = {
        **process_environment(),
        **variables,
        "AIP_HTTP_PORT": str(port),
        "AIP_HEALTH_ROUTE": "/health",
        "AIP_PREDICT_ROUTE": "/predict",
        "AIP_STORAGE_URI": uri,
        "PYTHONPATH": "shared",
    }
    command = [sys.executable, "-m", "infra.endpoint.main", "--host", HOST]
    with log.open("wb") as written:
        process = subprocess.Popen(
            command, cwd=REPOSITORY, env=given, stdout=written, stderr=written
        )
    url = f"http://{HOST}:{port}"
    try:
        until(lambda: process.poll() is not None or healthy(url), 120, "the container")
        assert process.poll() is None, log.read_text()
        yield url
    finally:
        process.terminate()
        process.wait(timeout=30)


def healthy(url: str) -> bool:
    try:
        return LOOPBACK.get(f"{url}/health").is_success
    except httpx.HTTPError:
        return False


@pytest.fixture
def release(tmp_path) -> Iterator[Release]:
    folders = [tmp_path / name for name in ("state", "weeks", "noisy")]
    for each in folders:
        each.mkdir()
    state, weeks, current = folders[0], weeks_in(folders[1]), model_in(folders[2], "noisy", noisy)
    with ExitStack() as stack:
        stack.enter_context(locked(state))
        ports = Ports.allocate(state)
        started = [
            replace(each, environment={**each.environment, "AIP_STORAGE_URI": str(current)})
            for each in commands(state, ports, process_environment(), OLD, {})
            if each.name in NEEDED
        ]
        supervisor = stack.enter_context(Supervisor(REPOSITORY, state, started))
        cloud = Cloud(state, ports)
        vertex = Vertex(f"{HOST}:{ports.http}", cloud.variables["FIRESTORE_EMULATOR_HOST"])
        vertex.told(seconds={"DeployModel": 0.1, "UndeployModel": 0.1})
        weights = ("--weights", str(current), "--artifact-uri", "gs://models/current")
        vertex.register(OTHER_IMAGE, *weights)
        vertex.done("deploy", *CPU, "--traffic", "0")
        vertex.done("promote", "--other-weights", "--without-decision", "there was none")
        with environment(cloud.variables):
            Storage(project=PROJECT, credentials=AnonymousCredentials()).create_bucket("models")
        client = cloud.firestore()
        yield Release(cloud, supervisor, vertex, client, weeks, current)
        client.close()
    until(lambda: not any(each.pid for each in supervisor.children), 30, "the end of its processes")
    check_state(state)


def test_a_canary_answers_its_share_is_promoted_and_taken_back_and_no_answer_is_refused(
    release, tmp_path
) -> None:
    release.apply(OLD, canary_id=NEW)
    said = release.canary(share=50)
    assert f'pat_canary_model_id = "{NEW}"' in said
    assert release.vertex.split() == {"2": 50, "3": 50}

    with release.serving(release.copied(), tmp_path / "canary.log"):
        canarys, job = by_both(release)
        [others] = release.health()["day"]["other_models"]
        assert others == {"model_id": NEW, "weeks": release.read_by(NEW)}

        promoted(release)
        assert release.ask(canarys, "r2")["analysis_id"] == job["analysis_id"]

        taken_back(release)
        assert release.answered(canarys, release.ask(canarys, "r3")) == OLD

    assert release.refused() == 0


def by_both(release: Release) -> tuple[str, dict[str, Any]]:
    """People's weeks until each of the models has read one: whose the canary's is, and the job."""
    found: dict[str, tuple[str, dict[str, Any]]] = {}
    for number in range(MOST):
        name = f"person-{number}"
        job = release.week(name, explanation=True)
        found.setdefault(release.answered(name, job), (name, job))
        explained(release, name, job)
        if found.keys() == {OLD, NEW}:
            return found[NEW]
    raise AssertionError(f"expected answers of both models, found {[*found]}")


def promoted(release: Release) -> None:
    """All requests to the canary, then its settings, as the command says."""
    said = release.vertex.done("promote", "3", "--other-weights", "--by", "grace").stdout
    assert f'pat_model_id        = "{NEW}"\n  pat_canary_model_id = null' in said
    assert f'1. pat_canary_model_id = "{OLD}"' in said
    assert release.answered("between", release.week("between")) == NEW
    release.apply(NEW)
    assert release.answered("after", release.week("after")) == NEW


def taken_back(release: Release) -> None:
    """The three steps that the promotion has named."""
    release.apply(NEW, canary_id=OLD)
    said = release.vertex.done("rollback", "3", "--by", "grace").stdout
    assert f'pat_model_id        = "{OLD}"\n  pat_canary_model_id = null' in said
    assert release.answered("back", release.week("back")) == OLD
    release.apply(OLD)
    assert release.answered("at-last", release.week("at-last")) == OLD


def explained(release: Release, name: str, job: Mapping[str, Any]) -> None:
    """The explanation says whose it is, and whether it is of the model that read the week."""
    place = release.client.document(f"users/{name}/explanations/{job['explanation_id']}")
    found = place.get().to_dict() or {}
    by = found["provenance"]["model_id"]
    assert by in {OLD, NEW}
    assert found["same_model"] is (by == release.answered(name, job))
    assert ("model" in found["words"]) is not found["same_model"]


def test_without_the_setting_a_canarys_answer_is_refused_as_before(release, tmp_path) -> None:
    release.canary(share=50)

    with release.serving(str(SHIPPED), tmp_path / "canary.log"):
        by = {release.answered(name, release.week(name)) for name in ("a", "b")}

    assert by == {OLD}
    assert release.refused() > 0
