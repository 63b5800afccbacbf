"""`clarity audit verify` names what was done to an audit, and is itself written down."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from clarity.adapters.firestore import FirestoreRecords
from clarity.adapters.firestore_audit import LEDGER, append
from clarity.cli import main
from clarity.steps.audit import subject_of
from infra.local.topology import PROJECT
from tests.audits import entry
from tests.cloud import Cloud, environment
from tests.creating import create

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result

ANALYSIS: dict[str, Any] = {"embedding": [0.5] * 96}


@pytest.fixture
def user() -> str:
    return f"user-{uuid.uuid4().hex}"


@pytest.fixture
def run(cloud: Cloud) -> Callable[..., Result]:
    def invoke(*arguments: str) -> Result:
        with environment(cloud.variables):
            command = ["audit", "verify", *arguments, "--by", "grace", "--project", PROJECT]
            return CliRunner().invoke(main, command)

    return invoke


@pytest.fixture
def records(cloud: Cloud, user: str) -> dict[str, Any]:
    """Four records, one of them of an analysis; their documents by id."""
    store, client = FirestoreRecords(cloud.firestore()), cloud.firestore()
    for number in (1, 2):
        store.audit(user, entry(f"e{number}"))
    expires = {"expires_at": datetime.now(UTC) + timedelta(days=365)}
    create(store, user, "analyses/a1", ANALYSIS | expires, "predict-a1")
    store.audit(user, entry("e4"))
    audit = client.collection(f"users/{user}/audit")
    return {each: audit.document(each) for each in ("e1", "e2", "predict-a1", "e4")}


def test_an_audit_that_is_as_it_was_written_is_no_news(run, records, user) -> None:
    said = run(user)

    assert (said.exit_code, said.stdout) == (0, "")
    assert "1 chains, 4 records: all as it was written" in said.stderr


@pytest.mark.parametrize(
    "case",
    [
        ("change e2", ["audit/e2  changed: record 2 was changed"]),
        ("delete e1", ["audit  missing: record 1 is missing"]),
        ("delete e2", ["audit  missing: record 2 is missing"]),
        ("delete e4", ["audit  missing: record 4 is missing"]),
        ("strip e2", ["audit/e2  unchained", "audit  missing: record 2 is missing"]),
        ("behead", ["audit  no head: nothing says that record 4 is the last"]),
        (
            "delete e1 e2 predict-a1 e4",
            ["audit  missing: records 1 to 4 are missing", "analyses/a1 has no record"],
        ),
        (
            "delete e1 e2 predict-a1 e4 and behead",
            ["audit/predict-a1  unrecorded: analyses/a1 has no record"],
        ),
    ],
    ids=lambda case: case[0],
)
def test_what_was_done_to_it_is_named(cloud, run, records, user, case) -> None:
    harm, told = case
    verb, *whom = harm.split()
    for each in whom:
        if each in records and verb == "change":
            records[each].update({"by": "nobody"})
        elif each in records and verb == "strip":
            records[each].set({"action": "test"})
        elif each in records:
            records[each].delete()
    if "behead" in harm:
        cloud.firestore().document(f"users/{user}/audit_heads/chain").delete()

    said = run(user)

    assert said.exit_code == 1
    lines = said.stdout.splitlines()
    assert len(lines) == len(told)
    for line, words in zip(lines, told, strict=True):
        assert line.startswith(f"users/{user}/audit")
        assert words in line
    assert run(user).stdout == said.stdout  # who looks changes nothing


@pytest.mark.parametrize("gone", [["e4"], ["e1", "e2", "predict-a1", "e4"]], ids=["last", "all"])
def test_records_that_were_removed_are_missed_though_the_head_was_set_back(
    cloud, run, records, user, gone
) -> None:
    for each in gone:
        records[each].delete()
    cloud.firestore().document(f"users/{user}/analyses/a1").delete()
    head = cloud.firestore().document(f"users/{user}/audit_heads/chain")

    head.update({"expires_at": datetime(2020, 1, 1, tzinfo=UTC)})

    said = run(user)
    assert said.exit_code == 1
    assert "audit  changed: the head says that record 4 expires sooner than it can" in said.stdout
    assert "4 is missing" in said.stdout or "1 to 4 are missing" in said.stdout


def test_a_chain_that_was_built_anew_is_found_by_what_was_noted_before(
    cloud, run, records, user
) -> None:
    noted = run(user).stderr.split()[-1]
    assert run(user, "--expect", noted).exit_code == 0

    client, store = cloud.firestore(), FirestoreRecords(cloud.firestore())
    for each in (*records.values(), client.document(f"users/{user}/audit_heads/chain")):
        each.delete()
    store.audit(user, entry("predict-a1"))
    assert run(user).exit_code == 0  # of itself it is sound

    assert "missing: record 4 is missing" in run(user, "--expect", noted).stdout
    for number in range(3):
        store.audit(user, entry(f"new-{number}"))
    said = run(user, "--expect", noted)
    assert "new-2  replaced: record 4 is another one than was noted" in said.stdout


@pytest.mark.parametrize("wrong", ["57", "57:abc", f"x:{'0' * 64}"])
def test_what_is_no_note_is_refused(run, user, wrong) -> None:
    said = run(user, "--expect", wrong)

    assert said.exit_code == 2
    assert "expected a number and a hash" in said.output


def test_everybody_s_audit_is_looked_at_and_the_ledger(cloud, run, records, user) -> None:
    append(cloud.firestore(), {LEDGER: entry(f"x-{user}")})
    records["e2"].update({"by": "nobody"})

    said = run("--json")

    assert said.exit_code == 1
    chains = {each["place"]: each for each in json.loads(said.stdout)}
    own = chains[f"users/{user}/audit"]
    assert [each["kind"] for each in own["findings"]] == ["changed"]
    assert chains["ledger"]["records"] >= 2


def test_who_looked_is_in_the_ledger_without_a_name(cloud, run, records, user) -> None:
    run(user)

    told = [each.to_dict() or {} for each in cloud.firestore().collection("ledger").stream()]
    mine = [each for each in told if each.get("subject") == subject_of(user)]
    assert [(each["action"], each["by"]) for each in mine] == [("verify_audit", "grace")]
    assert user not in str(told)
