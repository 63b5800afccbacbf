"""The chains of audit records in Firestore, ours and Google's emulator, whoever adds to them."""

from __future__ import annotations

import subprocess
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from google.api_core.datetime_helpers import DatetimeWithNanoseconds
from google.api_core.exceptions import ServiceUnavailable

from clarity.adapters.firestore import FirestoreRecords
from clarity.adapters.firestore_audit import LEDGER, append, of_person
from clarity.adapters.firestore_audit_check import checked, everybody
from clarity.adapters.firestore_claims import FirestoreClaims
from clarity.adapters.firestore_tombstone import tombstone_of
from clarity.domain.errors import ForgottenError, UnavailableError
from clarity.domain.job import Status
from clarity.steps.audit import subject_of
from tests.audits import entry
from tests.cloud import REPOSITORY, environment
from tests.contract.claim_store import Faulty, aborted, twice, unanswered
from tests.creating import claimed, create, creation

if TYPE_CHECKING:
    from google.cloud.firestore import Client

ANALYSIS = {"embedding": [0.5] * 96, "confidence": 1.0}


@pytest.fixture
def client(database) -> Client:
    found: Client = database.client
    return found


@pytest.fixture
def user() -> str:
    return f"user-{uuid.uuid4().hex}"


def audit(client: Client, user_id: str) -> dict[str, dict[str, Any]]:
    return {x.id: x.to_dict() or {} for x in client.collection(f"users/{user_id}/audit").stream()}


def numbers(client: Client, user_id: str) -> list[int]:
    return sorted(each["sequence"] for each in audit(client, user_id).values())


def through(client: Client, *commits: Any) -> Client:
    """A client of the same database, with whose commits something goes wrong."""
    made = type(client)(project=client.project, credentials=client._credentials)
    made._emulator_host = client._emulator_host
    made._firestore_api_internal = Faulty(client._firestore_api, list(commits))
    return made


def lost(_commit: Any) -> Any:
    raise ServiceUnavailable("it never arrived")


def test_a_record_goes_onto_the_end_of_its_chain_once(client, user) -> None:
    assert append(client, {of_person(user): entry("a")})
    assert append(client, {of_person(user): entry("b")})
    assert not append(client, {of_person(user): entry("a", more="another")})

    records = audit(client, user)
    assert [records[each]["sequence"] for each in ("a", "b")] == [1, 2]
    assert records["b"]["previous"] == records["a"]["hash"]
    assert "more" not in records["a"]
    found = checked(client, user)
    assert (found.records, found.findings) == (2, ())
    assert found.head == f"2:{records['b']['hash']}"


def test_whatever_a_record_may_hold_comes_back_as_it_was_hashed(client, user) -> None:
    nanoseconds = DatetimeWithNanoseconds(2026, 6, 15, nanosecond=123_456_789, tzinfo=UTC)
    fields: dict[str, Any] = {
        "status": Status.FAILED,
        "count": 2**62,
        "least": -1,
        "yes": True,
        "none": None,
        "empty": "",
        "words": "größer als \u2028 \x00 \U0001f600",
        "seen": nanoseconds,
        "there": datetime(1, 1, 1, tzinfo=UTC),
        "zone": datetime(2026, 6, 15, tzinfo=timezone(timedelta(hours=-9, minutes=-30))),
    }
    append(client, {of_person(user): entry("a", **fields)})

    assert checked(client, user).findings == ()


def test_a_record_on_two_chains_and_what_it_is_about_are_one_commit(client, user) -> None:
    there, letter = entry(f"x-{user}"), client.document(f"users/{user}/letters/l1")
    links = {of_person(user): there, LEDGER: there}

    with pytest.raises(UnavailableError):
        append(through(client, lost), links, also=lambda batch: batch.create(letter, {"a": 1}))
    assert not audit(client, user)
    assert not client.document(f"ledger/{there.event_id}").get().exists
    assert not letter.get().exists

    assert append(client, links, also=lambda batch: batch.create(letter, {"a": 1}))
    assert list(audit(client, user)) == [there.event_id]
    assert client.document(f"ledger/{there.event_id}").get().exists
    assert letter.get().to_dict() == {"a": 1}


@pytest.mark.parametrize("fault", [twice, aborted], ids=["twice", "aborted"])
@pytest.mark.parametrize("before", [0, 1])
def test_an_analysis_and_its_record_are_written_once(client, user, fault, before) -> None:
    records = FirestoreRecords(client)
    for number in range(before):
        records.audit(user, entry(f"e{number}"))
    other = FirestoreRecords(client)
    assert other.analysis(user, "a1") is None  # its head is known from here on

    create(other, user, "analyses/a1", ANALYSIS, "predict-a1", through=through(client, fault))

    assert numbers(client, user) == list(range(1, before + 2))
    assert (records.analysis(user, "a1") or {})["confidence"] == 1.0
    assert checked(client, user).findings == ()


def test_a_delivery_after_a_lost_answer_finds_all_of_it(client, user) -> None:
    records, unlucky = FirestoreRecords(client), through(client, unanswered)
    with pytest.raises(UnavailableError):
        create(records, user, "analyses/a1", ANALYSIS, "predict-a1", through=unlucky)

    for _ in range(2):
        create(FirestoreRecords(client), user, "analyses/a1", ANALYSIS, "predict-a1")

    assert numbers(client, user) == [1]
    assert checked(client, user).findings == ()


@pytest.mark.parametrize("path", ["audit/predict-a1", "analyses/a1"])
def test_what_is_missing_of_a_pair_is_written_and_the_other_stays(client, user, path) -> None:
    """TTL may have taken either of them."""
    records = FirestoreRecords(client)
    create(records, user, "analyses/a1", ANALYSIS, "predict-a1")
    records.audit(user, entry("later"))
    gone = client.document(f"users/{user}/{path}")
    gone.delete()

    create(records, user, "analyses/a1", ANALYSIS, "predict-a1")

    assert gone.get().exists
    assert records.analysis(user, "a1") is not None
    assert numbers(client, user) == ([2, 3] if path.startswith("audit") else [1, 2])


def test_many_who_complete_a_person_s_works_at_once_all_do(client, user) -> None:
    """Each is paid for: none is given up since others came before it."""

    def complete(number: int) -> None:
        create(
            FirestoreRecords(client), user, f"insights/i{number}", {"n": number}, f"tell-i{number}"
        )

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(complete, range(24)))

    assert numbers(client, user) == list(range(1, 25))
    assert checked(client, user).findings == ()


def test_a_head_that_others_have_moved_is_read_anew(client, user) -> None:
    one, other = FirestoreRecords(client), FirestoreRecords(client)
    for number in range(3):
        one.audit(user, entry(f"one-{number}"))
        other.audit(user, entry(f"other-{number}"))

    assert numbers(client, user) == [1, 2, 3, 4, 5, 6]
    assert checked(client, user).findings == ()


def test_of_many_who_add_at_once_each_has_a_number(client, user) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: append(client, {of_person(user): entry(f"e{n}")}), range(24)))

    assert numbers(client, user) == list(range(1, 25))
    assert checked(client, user).findings == ()


def test_two_processes_may_add_to_the_same_chains(client, user) -> None:
    command = [sys.executable, "-m", "tests.contract.audit_process", user]
    with environment({"FIRESTORE_EMULATOR_HOST": client._emulator_host or ""}):
        pair = [
            subprocess.Popen(
                [*command, f"{name}-{user}", "15"],
                cwd=REPOSITORY,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for name in ("one", "other")
        ]
    assert [each.stdout.readline() for each in pair if each.stdout] == ["ready\n"] * 2
    for each in pair:
        if each.stdin:
            each.stdin.close()
    for each in pair:
        assert each.wait(60) == 0
        if each.stdout:
            each.stdout.close()

    assert numbers(client, user) == list(range(1, 31))
    assert checked(client, user).findings == ()
    assert checked(client).findings == ()


def test_nothing_is_recorded_of_a_person_who_was_erased(client, user) -> None:
    records = FirestoreRecords(client)
    records.audit(user, entry("before"))  # the head is known
    claim = claimed(client, user)
    client.recursive_delete(client.document(f"users/{user}"))
    now = datetime.now(UTC)
    tombstone_of(client, user).create({"at": now, "expires_at": now + timedelta(days=2)})

    for late in (records, FirestoreRecords(client)):
        with pytest.raises(ForgottenError):
            late.audit(user, entry("after"))
        with pytest.raises(ForgottenError):
            FirestoreClaims(client, lambda: now, timedelta(days=1), late.heads).complete(
                claim, creation("analyses/a1", ANALYSIS, "predict-a1")
            )

    assert list(client.document(f"users/{user}").collections()) == []
    assert append(client, {LEDGER: entry(f"erase-{user}", subject=subject_of(user))})


def test_people_are_found_who_have_no_document_of_their_own(client, user) -> None:
    append(client, {of_person(user): entry("a")})

    assert user in list(everybody(client))
