"""`clarity pat candidate`, requests and promotion, over the embedded Firestore and Vertex AI."""

from __future__ import annotations

import json
import shutil
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
from clarity.pat import artifact, nhanes
from clarity.sources.generated import people
from clarity.steps.ports import Chunk
from clarity.studies import reference_sets
from tests.contract.candidates import (
    SHIPPED,
    WEEK,
    a_little_off,
    actions,
    decisions,
    emptied,
    ledger,
    model_in,
    noisy,
    request,
    silent,
    tried,
    weeks_in,
)
from tests.contract.servers import ROOT
from tests.contract.vertex_servers import CPU, OTHER_IMAGE, Vertex, front
from tests.creating import store
from tests.unit.nhanes_folder import write_minutes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from google.cloud.firestore import Client

SMALL = artifact.read_manifest(SHIPPED / "manifest.json").weights_sha256
NHANES_FOLDER = ROOT.parent / "shared/data/nhanes-2005-2006"


@pytest.fixture(scope="module", name="server")
def _server() -> Iterator[Any]:
    with front() as server:
        yield server


@pytest.fixture(name="vertex")
def _vertex(server, tmp_path) -> Vertex:
    return server.on(tmp_path)


@pytest.fixture(name="client")
def _client(vertex) -> Iterator[Client]:
    yield from emptied(vertex.firestore)


@pytest.fixture(scope="module", name="weeks")
def _weeks(tmp_path_factory) -> Path:
    return weeks_in(tmp_path_factory.mktemp("weeks"))


@pytest.fixture(name="made")
def _made(tmp_path_factory) -> Callable[..., Path]:
    return lambda name, change: model_in(tmp_path_factory.mktemp(name), name, change)


def test_a_candidate_with_noise_in_its_weights_and_one_that_is_alike_are_refused_and_recorded(
    client, weeks, made
) -> None:
    worse, alike = made("noisy", noisy), made("alike", a_little_off)

    first = tried(client, "candidate", "--artifact", worse, "--data", weeks, "--by", "grace")
    second = tried(client, "candidate", "--artifact", alike, "--data", weeks, "--by", "grace")

    assert [first.exit_code, second.exit_code] == [1, 1], first.output
    found = decisions(client)
    assert [each["decision"] for each in found] == ["worse", "not_better"]
    assert "pat-noisy is worse: worse beyond doubt on weeks.npz" in first.stdout
    assert "pat-alike is not better" in second.stdout
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


def emptied_manifest(folder: Path) -> None:
    (folder / "manifest.json").write_text("")


def pickled_scaler(folder: Path) -> None:
    np.savez(folder / "scaler.npz", mean=np.array([{"a": 1}], dtype=object))


def no_scaler(folder: Path) -> None:
    (folder / "scaler.npz").write_bytes(b"steps")


def scaler_of_two_caps(folder: Path) -> None:
    found = dict(np.load(folder / "scaler.npz"))
    np.savez(folder / "scaler.npz", **found | {"cap": np.array([1.0, 2.0])})


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (untrained, "was never trained"),
        (damaged, "weights.h5 is not the file of pat-whole"),
        (shutil.rmtree, "is no PAT artifact: it lacks manifest.json"),
        (emptied_manifest, "manifest.json is damaged: it is not JSON"),
        (pickled_scaler, "scaler.npz is no scaler: damaged, or no .npz of numbers"),
        (no_scaler, "scaler.npz is no scaler: damaged, or no .npz of numbers"),
        (scaler_of_two_caps, "scaler.npz is no scaler: expected one number as cap"),
    ],
)
def test_what_is_no_trained_model_is_said_with_what_to_do_and_not_recorded(
    client, weeks, made, spoil, said
) -> None:
    folder = made("whole", a_little_off)
    spoil(folder)

    result = tried(client, "candidate", "--artifact", folder, "--data", weeks)

    assert result.exit_code == 2
    assert said in result.stderr
    assert f"Copy the whole folder {folder} again" in result.stderr
    assert "allow_pickle" not in result.stderr
    assert decisions(client) == []


@pytest.mark.parametrize("content", [b"steps", b""], ids=["junk", "empty"])
def test_weeks_that_cannot_be_read_are_said_without_advice_to_read_them_unsafely(
    tmp_path, content
) -> None:
    (tmp_path / "w.npz").write_bytes(content)

    options = ("candidate", "--artifact", str(SHIPPED), "--data", str(tmp_path / "w.npz"))
    result = CliRunner().invoke(main, ["pat", *options])

    assert result.exit_code == 2
    assert "w.npz is no .npz of plain arrays, or damaged" in result.stderr
    assert "pickle" not in result.stderr


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
        store(FirestoreRecords(client), origin, chunks, until)


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
    assert f"{trained.model_id} is worse" in result.stdout


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
    decide(client, medium, "better", at=2, current="0" * 64)
    against_another = vertex.refused("promote", "--other-weights")
    decide(client, medium, "better", at=3)
    vertex.done("promote", "--other-weights", "--keep", "--by", "grace")
    vertex.done("rollback", "--by", "grace")

    assert "expected a decision that they are better, found none" in refused
    assert "clarity pat candidate" in still
    assert f"found none for {medium[:12]} against {SMALL[:12]}" in against_another
    promoted, back = ledger(client)
    assert (promoted["action"], promoted["subject"]) == ("promote_model", "version 2")
    assert (promoted["decision"], promoted["by"]) == ("c3", "grace")
    assert (back["action"], back["subject"]) == ("roll_back_model", "version 2")
    assert vertex.split() == {"1": 100}


def test_who_promotes_without_a_decision_says_why_in_the_ledger(vertex, client) -> None:
    vertex.register(OTHER_IMAGE, "--weights", "medium")
    vertex.done("deploy", *CPU, "--traffic", "0")

    why = ("--without-decision", "the small one crashes")
    vertex.done("promote", "--other-weights", *why, "--dry-run")
    assert actions(client) == []
    vertex.done("promote", "--other-weights", *why)

    [record] = ledger(client)
    assert (record["decision"], record["reason"]) == ("", "the small one crashes")


def decide(client: Client, digest: str, decision: str, *, at: int, current: str = SMALL) -> None:
    fields = {
        "at": datetime(2026, 6, at, tzinfo=UTC),
        "decision": decision,
        "candidate_sha256": digest,
        "current_sha256": current,
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
