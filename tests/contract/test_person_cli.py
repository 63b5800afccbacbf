"""`clarity person erase`: what would go, and that it is gone."""

from __future__ import annotations

import uuid

import pytest
from click.testing import CliRunner

from clarity.adapters.exports_bucket import open_exports
from clarity.adapters.firestore_erase import FirestoreErasures
from clarity.cli import main
from clarity.steps.export import object_name
from infra.local.topology import EXPORTS_BUCKET, PROJECT
from tests.cloud import environment
from tests.erasing import now

BUCKET = ("--exports-bucket", EXPORTS_BUCKET)


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


@pytest.fixture
def exports(cloud, user):
    with environment(cloud.variables):
        found = open_exports(EXPORTS_BUCKET, project=PROJECT, signer="")
        with found.open(object_name(user, "r1")) as out:
            out.write(b"PK")
        yield found


def test_a_dry_run_lists_what_would_go_by_collection_and_deletes_nothing(
    cloud, user, erase, exports
) -> None:
    erasures = FirestoreErasures(cloud.firestore(), now)
    before = erasures.survey(user)

    said = erase("--dry-run", *BUCKET)

    assert said.exit_code == 0, said.output
    listed = [line.split() for line in said.output.splitlines()]
    assert listed == [
        ["1", "claims"],
        ["1", "users"],
        ["2", "users/*/days/*/chunks"],
        ["1", "exports"],
        ["5", "in", "all"],
    ]
    assert (erasures.survey(user), erasures.state(user)) == (before, None)


def test_who_does_not_confirm_deletes_nothing(cloud, user, erase) -> None:
    said = erase(*BUCKET, said="n\n")

    assert said.exit_code == 1
    assert FirestoreErasures(cloud.firestore(), now).state(user) is None


def test_what_was_deleted_is_told_and_a_second_time_there_is_nothing(
    cloud, user, erase, exports
) -> None:
    first, second = erase("--yes", *BUCKET), erase("--yes", *BUCKET)

    assert "erased: 3 documents, 1 claims, 0 letters, 1 exports" in first.output
    assert "erased: 0 documents, 0 claims, 0 letters, 0 exports" in second.output
    assert FirestoreErasures(cloud.firestore(), now).survey(user) == {}
    assert exports.count(user) == 0


@pytest.mark.parametrize("flags", [(), ("--keep-exports", *BUCKET), ("--exports-bucket", "")])
def test_nobody_is_erased_before_it_is_said_what_becomes_of_exports(
    cloud, user, erase, flags
) -> None:
    said = erase("--yes", *flags)

    assert said.exit_code == 2
    assert "expected one of --exports-bucket NAME and --keep-exports" in said.output
    assert FirestoreErasures(cloud.firestore(), now).state(user) is None


def test_who_keeps_exports_is_told_so_and_no_number(user, erase, exports) -> None:
    listed, said = erase("--dry-run", "--keep-exports"), erase("--yes", "--keep-exports")

    assert "exports are not looked for" in listed.output
    assert "0 letters, not looked for: exports" in said.output
    assert exports.count(user) == 1


def test_a_bucket_that_is_not_there_is_said_before_anything_is_deleted(cloud, user, erase) -> None:
    said = erase("--yes", "--exports-bucket", "another-name")

    assert said.exit_code == 1
    assert "exports bucket another-name: Cloud Storage: NotFound" in said.output
    assert FirestoreErasures(cloud.firestore(), now).state(user) is None
