"""`clarity pat requests`, and what odd analyses and names do to what it stands on."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from clarity.adapters.firestore_candidates import FirestoreCandidates
from clarity.cli import main
from clarity.steps.audit import LEDGER_KEPT
from infra.local.topology import PROJECT

if TYPE_CHECKING:
    from click.testing import Result
    from google.cloud.firestore import Client


@pytest.fixture(name="client")
def _client(cloud) -> Client:
    return cloud.firestore()


def tried(client: Client, *arguments: str) -> Result:
    given = {"FIRESTORE_EMULATOR_HOST": client._emulator_host}
    command = ["pat", *arguments, "--project", PROJECT]
    return CliRunner(env=given).invoke(main, command)


def request(client: Client) -> str:
    """As the monitor opens one; its id."""
    name = uuid.uuid4().hex
    client.document(f"retraining_requests/{name}").set({"state": "open"})
    return name


@pytest.mark.parametrize("odd", ["a/b", "", "a/b/c", ".", "__x__"])
def test_what_no_request_is_called_is_said(client, odd) -> None:
    shown = tried(client, "requests", "show", odd)
    closed = tried(client, "requests", "close", odd, "--why", "a new watch")

    assert (shown.exit_code, closed.exit_code) == (2, 2)
    for each in (shown, closed):
        assert "expected an id without a slash" in each.stderr


@pytest.mark.parametrize("why", ["", "  ", "x" * 2000], ids=["empty", "blank", "long"])
def test_a_reason_that_no_record_can_hold_is_said_and_nothing_closed(client, why) -> None:
    name = request(client)

    closed = tried(client, "requests", "close", name, "--why", why)

    assert closed.exit_code == 2
    assert "expected 1 to 1600 characters" in closed.stderr
    assert client.document(f"retraining_requests/{name}").get().get("state") == "open"


def test_an_operator_s_name_that_no_record_can_hold_is_said_and_nothing_closed(client) -> None:
    name = request(client)

    closed = tried(client, "requests", "close", name, "--why", "a new watch", "--by", "x" * 201)

    assert closed.exit_code == 2
    assert "'--by': expected 1 to 200 characters, found 201" in closed.stderr
    assert client.document(f"retraining_requests/{name}").get().get("state") == "open"


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--by", "x" * 201, "expected 1 to 200 characters, found 201"),
        ("--without-decision", "x" * 1601, "expected 1 to 1600 characters, found 1601"),
        ("--without-decision", " ", "expected 1 to 1600 characters, found 0"),
    ],
    ids=["by", "a long reason", "a blank reason"],
)
def test_what_no_record_can_hold_promotes_nothing(option, value, said) -> None:
    place = ("--endpoint", "pat", "--project", PROJECT, "--emulator", "127.0.0.1:9")

    ran = CliRunner().invoke(main, ["model", "promote", option, value, *place])

    assert ran.exit_code == 2
    assert said in ran.stderr


def test_a_request_that_is_not_as_the_monitor_writes_it_is_listed_with_the_others(client) -> None:
    name = request(client)

    listed = tried(client, "requests", "list")

    assert listed.exit_code == 0, listed.output
    assert f"{name}  open  since unknown" in listed.stdout


@pytest.mark.parametrize("odd", ["a/b", ".", "__x__"])
def test_a_candidate_answers_no_request_of_such_a_name(client, odd, tmp_path) -> None:
    weeks = tmp_path / "weeks.npz"
    weeks.touch()

    ran = tried(client, "candidate", "--artifact", "x", "--data", str(weeks), "--request", odd)

    assert ran.exit_code == 2
    assert "'--request': expected an id without a slash" in ran.stderr


def test_a_request_stays_until_it_is_closed_and_then_as_long_as_the_record_of_it(client) -> None:
    name = request(client)

    tried(client, "requests", "close", name, "--why", "a new watch")

    found = client.document(f"retraining_requests/{name}").get()
    assert found.get("expires_at") - found.get("closed_at") == LEDGER_KEPT


def test_an_analysis_whose_expiry_is_no_time_stops_no_trial(client) -> None:
    now, some = datetime.now(UTC), uuid.uuid4().hex
    for uid, until in (
        (f"ada-{some}", now + timedelta(days=3)),
        (f"bob-{some}", "2099-01-01"),
        (f"eve-{some}", None),
    ):
        client.document(f"users/{uid}").set({"consent": {"analysis": True, "research": True}})
        made_at = {"created_at": now, "expires_at": until}
        client.document(f"users/{uid}/analyses/a1").set(made_at)

    found = FirestoreCandidates(client).consenting(now - timedelta(days=1), 10_000, 10_000)

    assert [each for each in found if some in each] == [f"ada-{some}"]
