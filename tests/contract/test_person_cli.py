"""`clarity person erase`: what would go, and that it is gone."""

from __future__ import annotations

import uuid

import pytest
from click.testing import CliRunner

from clarity.adapters.firestore_erase import FirestoreErasures
from clarity.cli import main
from infra.local.topology import PROJECT
from tests.cloud import environment
from tests.erasing import now


@pytest.fixture
def user(cloud) -> str:
    name, client = f"user-{uuid.uuid4().hex}", cloud.firestore()
    for path in ("", "/days/2026-06-14/chunks/u1", "/days/2026-06-14/chunks/u2"):
        client.document(f"users/{name}{path}").set({})
    client.document(f"claims/test:{name}").set({"user_id": name})
    return name


@pytest.fixture
def erase(cloud, user):
    def run(*arguments: str, said: str = ""):
        command = ["person", "erase", user, "--project", PROJECT, "--by", "grace", *arguments]
        with environment(cloud.variables):
            return CliRunner().invoke(main, command, input=said)

    return run


def test_a_dry_run_lists_what_would_go_by_collection_and_deletes_nothing(
    cloud, user, erase
) -> None:
    erasures = FirestoreErasures(cloud.firestore(), now)
    before = erasures.survey(user)

    said = erase("--dry-run")

    assert said.exit_code == 0, said.output
    listed = [line.split() for line in said.output.splitlines()]
    assert listed == [
        ["1", "claims"],
        ["1", "users"],
        ["2", "users/*/days/*/chunks"],
        ["4", "in", "all"],
    ]
    assert (erasures.survey(user), erasures.state(user)) == (before, None)


def test_who_does_not_confirm_deletes_nothing(cloud, user, erase) -> None:
    said = erase(said="n\n")

    assert said.exit_code == 1
    assert FirestoreErasures(cloud.firestore(), now).state(user) is None


def test_what_was_deleted_is_told_and_a_second_time_there_is_nothing(cloud, user, erase) -> None:
    first, second = erase("--yes"), erase("--yes")

    assert "erased: 3 documents, 1 claims, 0 letters, 0 exports" in first.output
    assert "erased: 0 documents, 0 claims, 0 letters, 0 exports" in second.output
    assert FirestoreErasures(cloud.firestore(), now).survey(user) == {}
