"""`clarity pat candidate`, requests and promotion, over the embedded Firestore and Vertex AI."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np
import pytest
from click.testing import CliRunner

from clarity.adapters.firestore import FirestoreRecords
from clarity.cli import main
from clarity.domain.intake.samples import parse_upload
from clarity.domain.job import Origin
from clarity.pat import artifact, nhanes, weights
from clarity.sources.generated import people
from clarity.steps.ports import Chunk
from clarity.studies import reference_sets
from tests.contract.firestore_servers import connect
from tests.contract.servers import PROJECT, ROOT
from tests.contract.vertex_servers import CPU, OTHER_IMAGE, Vertex, front
from tests.unit.nhanes_folder import write_minutes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from click.testing import Result
    from google.cloud.firestore import Client

SHIPPED = ROOT / "shared/clarity/pat/data/pat-s-nhanes-steps"
NHANES_FOLDER = ROOT.parent / "shared/data/nhanes-2005-2006"
WEEK = 10_080


@pytest.fixture(scope="module", name="server")
def _server() -> Iterator[Any]:
    with front() as server:
        yield server


@pytest.fixture(name="vertex")
def _vertex(server, tmp_path) -> Vertex:
    return server.on(tmp_path)


@pytest.fixture(name="client")
def _client(vertex) -> Iterator[Client]:
    """The project's documents, and none of an earlier test."""
    client = connect(vertex.firestore)
    for collection in client.collections():
        client.recursive_delete(collection)
    yield client
    client.close()


@pytest.fixture(scope="module", name="weeks")
def _weeks(tmp_path_factory) -> Path:
    """Made-up weeks of forty people who walk by day, each at their own level and hours."""
    rng, people_ = np.random.default_rng(1), 40
    minute = np.arange(WEEK) % 1440
    rise, bed = rng.normal(420, 45, (people_, 1)), rng.normal(1350, 45, (people_, 1))
    level = rng.gamma(4, 3, (people_, 1)) * ((minute > rise) & (minute < bed))
    bouts = np.repeat(rng.random((people_, WEEK // 30)) < 0.3, 30, axis=1)
    path = tmp_path_factory.mktemp("weeks") / "weeks.npz"
    steps = rng.poisson(level * (0.2 + 2 * bouts)).astype(np.float32)
    np.savez(path, steps=steps, person=np.arange(people_), label=np.full(people_, np.nan))
    return path


@pytest.fixture(scope="module", name="made")
def _made(tmp_path_factory) -> Callable[..., Path]:
    """An artifact like the shipped one, of weights that something was done to."""
    source = artifact.open_folder(SHIPPED)

    def make(name: str, change: Callable[[np.ndarray, np.random.Generator], np.ndarray]) -> Path:
        folder, rng = tmp_path_factory.mktemp(name), np.random.default_rng(3)
        changed = {
            tensor: change(array, rng).astype(np.float32)
            for tensor, array in source.weights.items()
        }
        weights.save(folder / "weights.h5", changed, source.config)
        shutil.copy(SHIPPED / "scaler.npz", folder)
        digest = artifact.sha256(folder / "weights.h5")
        manifest = replace(source.manifest, model_id=f"pat-{name}", weights_sha256=digest)
        artifact.write_manifest(manifest, folder / "manifest.json")
        return folder

    return make


def noisy(array: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return array + array.std() * rng.standard_normal(array.shape)


def a_little_off(array: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return array * (1 + 1e-6 * rng.standard_normal(array.shape))


def silent(array: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Nearly nothing of it is left: what it says of all weeks is alike."""
    return array * 1e-4 + 1e-6 * rng.standard_normal(array.shape)


def tried(client: Client, *arguments: object, project: str = PROJECT) -> Result:
    where = ["--project", project] if project else []
    given = {"FIRESTORE_EMULATOR_HOST": client._emulator_host}
    command = ["pat", *map(str, arguments), *where]
    return CliRunner(env=given).invoke(main, command)


def decisions(client: Client) -> list[dict[str, Any]]:
    found = [each.to_dict() or {} for each in client.collection("candidates").stream()]
    return sorted(found, key=lambda each: each["at"])


def actions(client: Client) -> list[str]:
    records = [each.to_dict() or {} for each in client.collection("ledger").stream()]
    return [each["action"] for each in sorted(records, key=lambda each: each["sequence"])]


def test_a_candidate_with_noise_in_its_weights_and_one_that_is_alike_are_refused_and_recorded(
    client, weeks, made
) -> None:
    worse, alike = made("noisy", noisy), made("alike", a_little_off)

    first = tried(client, "candidate", "--artifact", worse, "--data", weeks, "--by", "grace")
    second = tried(client, "candidate", "--artifact", alike, "--data", weeks, "--by", "grace")

    assert [first.exit_code, second.exit_code] == [1, 1], first.output
    found = decisions(client)
    assert [each["decision"] for each in found] == ["not_better"] * 2
    assert "pat-noisy is not better" in first.stdout
    assert "not better by as much as matters" in found[1]["why"]
    assert [each["attempt"] for each in found] == [1, 2]
    assert found[0]["level"] < found[1]["level"]
    assert {each["by"] for each in found} == {"grace"}
    assert found[0]["sets"][0]["people"] == 40
    assert len(found[0]["sets"][0]["sha256"]) == 64
    assert actions(client) == ["judge_candidate"] * 2


def test_a_candidate_that_is_better_answers_its_request_and_is_told_how_to_be_promoted(
    client, weeks, made
) -> None:
    request(client)
    client.document("health/model").set({"ratings": {"count": 12, "mean": 3.5}})
    current = made("silent", silent)

    options = ("--artifact", SHIPPED, "--current", current, "--data", weeks, "--request", "r1")
    result = tried(client, "candidate", *options)

    assert result.exit_code == 0, result.output
    [found] = decisions(client)
    assert (found["decision"], found["request"]) == ("better", "r1")
    assert found["ratings"] == {"count": 12, "mean": 3.5}
    assert found["sets"][0]["high"] < -0.005
    assert "clarity model promote --other-weights --project clarity-local" in result.stdout
    asked = client.document("retraining_requests/r1").get().to_dict() or {}
    assert asked["candidates"] == [each.id for each in client.collection("candidates").stream()]


def untrained(folder: Path) -> None:
    """As Keras initialises it: each normalisation does nothing."""
    with h5py.File(folder / "weights.h5", "r+") as file:

        def reset(name: str, item: Any) -> None:
            if name.endswith(("gamma:0", "beta:0")):
                item[...] = 1.0 if name.endswith("gamma:0") else 0.0

        file.visititems(reset)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["weights_sha256"] = artifact.sha256(folder / "weights.h5")
    (folder / "manifest.json").write_text(json.dumps(manifest))


def damaged(folder: Path) -> None:
    (folder / "weights.h5").write_bytes((folder / "weights.h5").read_bytes()[:-100])


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (untrained, "was never trained"),
        (damaged, "weights.h5 is not the file of pat-whole"),
        (shutil.rmtree, "is no PAT artifact: it lacks manifest.json"),
    ],
    ids=["untrained", "damaged", "absent"],
)
def test_what_is_no_trained_model_is_said_and_not_recorded(
    client, weeks, made, spoil, said
) -> None:
    folder = made("whole", a_little_off)
    spoil(folder)

    result = tried(client, "candidate", "--artifact", folder, "--data", weeks)

    assert result.exit_code == 2
    assert said in result.stderr
    assert decisions(client) == []


def test_a_request_that_is_not_open_and_another_live_model_are_said(client, weeks) -> None:
    options = ("candidate", "--artifact", SHIPPED, "--data", weeks)

    unknown = tried(client, *options, "--request", "r9")
    client.document("health/model").set({"model_id": "pat-x", "weights_sha256": "ab" * 32})
    other = tried(client, *options)

    assert (unknown.exit_code, other.exit_code) == (2, 2)
    assert "expected an open request, found none" in unknown.stderr
    assert "expected the model that answers in the project, pat-x" in other.stderr
    assert decisions(client) == []


def test_recent_weeks_are_read_of_people_who_consent_to_research_and_of_nobody_else(
    client, weeks
) -> None:
    for uid, research in (("ada", True), ("bob", False)):
        lives(client, uid, research=research)

    tried(client, "candidate", "--artifact", SHIPPED, "--data", weeks, "--by", "grace")

    [found] = decisions(client)
    assert found["why"] == "these are the current model's weights"
    [recent] = [each for each in found["sets"] if each["name"].startswith("recent weeks")]
    assert (recent["people"], recent["judged"], recent["sha256"]) == (1, False, "")
    [record] = [each.to_dict() or {} for each in client.collection("users/ada/audit").stream()]
    assert (record["action"], record["by"]) == ("read_for_research", "grace")
    assert list(client.collection("users/bob/audit").stream()) == []


def lives(client: Client, uid: str, *, research: bool) -> None:
    """Somebody with a week of samples and an analysis of today."""
    now = datetime.now(UTC)
    client.document(f"users/{uid}").set({"consent": {"analysis": True, "research": research}})
    made_at = {"created_at": now, "expires_at": now + timedelta(days=30)}
    client.document(f"users/{uid}/analyses/a1").set(made_at)
    person = people.generate("office-worker", last_day=now.date() - timedelta(days=1), seed=1)
    for upload_id, document in people.uploads(person, batch=5000):
        samples = parse_upload(document, received_at=now).samples
        days = samples.local_day()
        chunks = [
            Chunk(day.item(), samples.select(days == day), np.empty(0, np.uint64))
            for day in np.unique(days)
        ]
        origin = Origin(uid, "uploads", upload_id)
        until = now + timedelta(days=30)
        FirestoreRecords(client).add_chunks(origin, chunks, until, until)


def test_a_candidate_is_trained_by_the_usual_commands_and_tried(tmp_path) -> None:
    some = np.arange(1, 1000)
    held = some[nhanes.validation(some)][:26]
    seqn = np.sort(np.concatenate([held, some[~nhanes.validation(some)][:16]]))
    day = np.clip(np.sin((np.arange(WEEK) % 1440 - 480) * 2 * np.pi / 1440), 0, None)
    write_minutes(tmp_path, seqn, np.random.default_rng(1).poisson(20 * day, (len(seqn), WEEK)))

    options = ("--train", str(tmp_path / "run"), "--epochs", "1", "--data", str(tmp_path))
    result = CliRunner().invoke(main, ["pat", "candidate", *options])

    assert result.exit_code == 1, result.output
    assert "not recorded: no --project" in result.stdout
    trained = artifact.open_folder(tmp_path / "run/artifact").manifest
    assert f"{trained.model_id} is not better" in result.stdout


def request(client: Client) -> None:
    """As the monitor opens one."""
    since = datetime(2026, 6, 1, tzinfo=UTC)
    fields = {"state": "open", "since": since, "created_at": since, "model": "pat-s", "people": 40}
    client.document("retraining_requests/r1").set({**fields, "what": ["daily_steps"]})


def test_a_request_is_listed_shown_and_closed_once_with_who_and_why(client) -> None:
    request(client)

    listed = tried(client, "requests", "list")
    shown = tried(client, "requests", "show", "r1")
    closed = tried(client, "requests", "close", "r1", "--why", "a new watch", "--by", "grace")
    again = tried(client, "requests", "close", "r1", "--why", "a new watch", "--by", "grace")

    assert "r1  open  since 2026-06-01  pat-s  40 people  daily_steps" in listed.stdout
    assert json.loads(shown.stdout)["what"] == ["daily_steps"]
    assert closed.exit_code == 0, closed.output
    assert "expected an open request r1, found closed" in again.stderr
    assert tried(client, "requests", "list").stdout == ""
    assert "r1  closed" in tried(client, "requests", "list", "--all").stdout
    assert actions(client) == ["close_retraining_request"]


def test_other_weights_are_promoted_only_after_a_decision_for_them_and_the_ledger_says_so(
    vertex, client
) -> None:
    medium = artifact.open_folder(artifact.shipped("medium")).manifest.weights_sha256
    vertex.register(OTHER_IMAGE, "--weights", "medium")
    vertex.done("deploy", *CPU, "--traffic", "0")

    refused = vertex.refused("promote", "--other-weights")
    decide(client, medium, "not_better", at=1)
    still = vertex.refused("promote", "--other-weights")
    decide(client, medium, "better", at=2)
    vertex.done("promote", "--other-weights", "--keep", "--by", "grace")
    vertex.done("rollback", "--by", "grace")

    assert "expected a decision that they are better, found none" in refused
    assert "clarity pat candidate" in still
    records = [each.to_dict() or {} for each in client.collection("ledger").stream()]
    promoted, back = sorted(records, key=lambda each: each["sequence"])
    assert (promoted["action"], promoted["subject"]) == ("promote_model", "version 2")
    assert (promoted["decision"], promoted["by"]) == ("c2", "grace")
    assert (back["action"], back["subject"]) == ("roll_back_model", "version 2")
    assert vertex.split() == {"1": 100}


def test_who_promotes_without_a_decision_says_why_in_the_ledger(vertex, client) -> None:
    vertex.register(OTHER_IMAGE, "--weights", "medium")
    vertex.done("deploy", *CPU, "--traffic", "0")

    why = ("--without-decision", "the small one crashes")
    vertex.done("promote", "--other-weights", *why, "--dry-run")
    assert actions(client) == []
    vertex.done("promote", "--other-weights", *why)

    [record] = [each.to_dict() or {} for each in client.collection("ledger").stream()]
    assert (record["decision"], record["reason"]) == ("", "the small one crashes")


def decide(client: Client, digest: str, decision: str, *, at: int) -> None:
    fields = {
        "at": datetime(2026, 6, at, tzinfo=UTC),
        "decision": decision,
        "candidate_sha256": digest,
        "current_sha256": "0" * 64,
        "sets": [{"sha256": "1" * 64}],
    }
    client.document(f"candidates/c{at}").set(fields)


def test_the_generated_set_is_the_one_that_its_version_names() -> None:
    found = reference_sets.generated()

    assert found.digest == reference_sets.GENERATED[1]
    assert not found.may_win


@pytest.mark.skipif(not NHANES_FOLDER.is_dir(), reason="needs ../shared/data/nhanes-2005-2006")
def test_the_frozen_set_of_the_survey_is_the_one_that_its_version_names() -> None:
    found = reference_sets.frozen(NHANES_FOLDER)

    assert (found.name, found.digest) == reference_sets.NHANES
    assert found.may_win
    assert sorted(found.truth) == ["age60", "female"]
