"""`clarity dead-letters` against the embedded cloud, as an operator types it."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

from clarity.adapters import dead_letters_cli, firestore_open
from clarity.adapters.firestore_dead_letters import FirestoreDeadLetters
from clarity.cli import main
from clarity.domain.job import Origin
from clarity.steps.dead_letters import Filter
from infra.local.topology import DEAD_LETTERS, PROJECT
from tests.cloud import environment
from tests.letters import body, letter, moved, ours

if TYPE_CHECKING:
    from clarity.steps.dead_letters import Letter
    from tests.cloud import Cloud


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(autouse=True)
def nearby(monkeypatch) -> None:
    """What lies in the subscription comes at once here; nobody has to wait for it."""
    monkeypatch.setattr(dead_letters_cli, "WAIT_S", 0.2)


@pytest.fixture
def user() -> str:
    return f"user-{uuid.uuid4().hex}"


@pytest.fixture
def store(cloud) -> FirestoreDeadLetters:
    return FirestoreDeadLetters(cloud.firestore(), now)


def clarity(cloud: Cloud, *words: str, said: str = "", project: str = PROJECT) -> Result:
    with environment(cloud.variables):
        command = ["dead-letters", *words, "--project", project]
        return CliRunner().invoke(main, command, input=said)


def listed(cloud: Cloud, *words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(clarity(cloud, "list", "--json", *words).stdout)
    return found


def filed(store: FirestoreDeadLetters, user: str, upload: str = "u1", **more: Any) -> Letter:
    """A letter about an upload, whose job failed with it."""
    origin = Origin(user, "uploads", upload)
    one = letter(origin, at=more.pop("at", now()), **more)
    reason = {"code": one.code, "message": one.reason}
    job = {"status": "failed", "reason": reason, "created_at": now(), "priority": "low"}
    store.client.document(f"users/{user}/jobs/{origin.processing_id}").set(job)
    store.file(one)
    return one


def state_of(store: FirestoreDeadLetters, one: Letter) -> str:
    return store.read(one.id)[0].state


def test_what_lies_in_the_subscription_is_listed(cloud, user) -> None:
    publisher, origin = cloud.publisher(), Origin(user, "uploads", "u1")
    publisher.publish(DEAD_LETTERS, b"", **ours(origin)).result()
    publisher.publish(DEAD_LETTERS, body(origin), **moved(origin=origin)).result()

    found = listed(cloud, "--user", user)
    table = clarity(cloud, "list", "--user", user)

    assert {(each["step"], each["code"]) for each in found} == {
        ("ingest", "exhausted"),
        ("preprocess", "undelivered"),
    }
    assert table.exit_code == 0
    for words in (user, "upload-u1", "given up after 3 s", "no delivery of preprocess succeeded"):
        assert words in table.stdout
    assert "2 waiting" in table.stderr


def test_filters_narrow_the_list_and_say_what_they_expect(cloud, store, user) -> None:
    filed(store, user, step="insights")
    filed(store, user, step="preprocess", code="refused", at=now() - timedelta(days=3))

    def found(*words: str) -> list[str]:
        return [each["step"] for each in listed(cloud, "--user", user, *words)]

    assert found() == ["preprocess", "insights"]
    assert found("--step", "insights", "--step", "ingest") == ["insights"]
    assert found("--code", "refused") == ["preprocess"]
    assert found("--since", "2d") == ["insights"]
    assert found("--before", f"{now() - timedelta(days=1):%Y-%m-%d}") == ["preprocess"]
    assert found("--state", "dropped") == []
    assert found("--state", "all") == ["preprocess", "insights"]
    for said in ("last week", "999999d"):
        wrong = clarity(cloud, "list", "--since", said)
        assert wrong.exit_code == 2
        assert "expected 2026-06-14" in wrong.output


def test_one_letter_is_shown_whole_with_what_a_replay_would_do(cloud, store, user) -> None:
    one = filed(store, user)

    shown = clarity(cloud, "show", one.id[:12])
    fields = json.loads(clarity(cloud, "show", one.id, "--json").stdout)

    assert shown.exit_code == 0
    assert "would be replayed: job failed -> queued" in shown.stdout
    assert "published to health-data-ingested" in shown.stdout
    assert '"upload_id":"u1"' in shown.stdout
    assert (fields["id"], fields["user_id"], fields["attempts"]) == (one.id, user, 0)


def test_an_id_that_is_none_or_nobody_s_is_an_error(cloud) -> None:
    assert clarity(cloud, "show", "0" * 32).exit_code == 1
    assert clarity(cloud, "replay", "0" * 32).exit_code == 1
    assert clarity(cloud, "show", "users/ada").exit_code == 2


def test_a_replay_of_many_asks_and_one_does_not(cloud, store, user) -> None:
    first, second = filed(store, user, "u1"), filed(store, user, "u2")

    refused = clarity(cloud, "replay", "--user", user, said="n\n")
    waiting = [state_of(store, each) for each in (first, second)]
    one = clarity(cloud, "replay", first.id)
    rest = clarity(cloud, "replay", "--user", user, "--yes")
    again = clarity(cloud, "replay", "--user", user, "--yes")

    assert (refused.exit_code, waiting) == (1, ["waiting", "waiting"])
    assert (one.exit_code, one.stdout.count("replayed: job failed -> queued")) == (0, 1)
    assert (rest.exit_code, rest.stdout.count("replayed: job failed -> queued")) == (0, 1)
    assert (again.exit_code, again.stdout) == (0, "")
    assert [state_of(store, each) for each in (first, second)] == ["replayed", "replayed"]


def test_what_cannot_be_replayed_is_said_and_the_others_are(cloud, store, user) -> None:
    reused = filed(store, user, "u1", step="ingest", code="reused_id")
    sound = filed(store, user, "u2")

    did = clarity(cloud, "replay", "--user", user, "--yes")

    assert did.exit_code == 1
    assert "refused: its id was used before" in did.stdout
    assert "1 of 2 letters were left" in did.stderr
    assert (state_of(store, reused), state_of(store, sound)) == ("waiting", "replayed")


def test_a_drop_asks_wants_to_know_which_and_leaves_the_job(cloud, store, user) -> None:
    one = filed(store, user)

    unasked = clarity(cloud, "drop")
    refused = clarity(cloud, "drop", "--user", user, said="n\n")
    would = clarity(cloud, "drop", "--user", user, "--dry-run")
    untouched = state_of(store, one)
    did = clarity(cloud, "drop", "--user", user, "--yes", "--by", "eve")

    assert (unasked.exit_code, refused.exit_code, untouched) == (2, 1, "waiting")
    assert "would be dropped" in would.stdout
    assert (did.exit_code, state_of(store, one)) == (0, "dropped")
    job = store.client.document(f"users/{user}/jobs/upload-u1").get()
    assert job.get("status") == "failed"
    assert [each["by"] for each in listed(cloud, "--user", user, "--state", "dropped")] == ["eve"]


def test_ids_beside_a_filter_are_wrong_usage(cloud, store, user) -> None:
    one = filed(store, user)

    assert clarity(cloud, "replay", one.id, "--user", user).exit_code == 2
    assert state_of(store, one) == "waiting"


def test_who_may_not_pull_sees_what_was_filed(cloud, user) -> None:
    elsewhere = clarity(cloud, "list", "--user", user, project="another-project")

    assert elsewhere.exit_code == 0
    assert "only what was before is seen" in elsewhere.stderr


def test_a_reason_steers_no_terminal(cloud, store, user) -> None:
    origin = Origin(user, "uploads", "u1")
    attributes = ours(origin, reason="\x1b[2J[bold]expected[/bold]")
    cloud.publisher().publish(DEAD_LETTERS, b"", **attributes).result()

    table = clarity(cloud, "list", "--user", user).stdout

    assert "?[2J[bold]expected[/bold]" in table
    assert store.find(Filter(user_id=user))


def test_where_no_cloud_answers_a_command_ends_soon_and_in_words(cloud, monkeypatch) -> None:
    monkeypatch.setattr(firestore_open, "_WAIT", 1.0)
    nobody = dict.fromkeys(("FIRESTORE_EMULATOR_HOST", "PUBSUB_EMULATOR_HOST"), "127.0.0.1:1")

    for words in (("list",), ("show", "abcd"), ("replay", "--yes")):
        with environment({**cloud.variables, **nobody}):
            said = CliRunner().invoke(main, ["dead-letters", *words, "--project", PROJECT])

        assert said.exit_code == 1
        assert "Error: expected Firestore of" in said.stderr
        assert "found none at 127.0.0.1:1" in said.stderr
