"""Erasing a person from Firestore, ours and Google's emulator: all of them, and of nobody else."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from google.api_core.exceptions import Aborted
from google.cloud.firestore_v1.base_query import FieldFilter

from clarity.adapters import firestore_erase
from clarity.adapters.firestore import FirestoreRecords
from clarity.adapters.firestore_budgets import FirestoreBudgets
from clarity.adapters.firestore_claims import FirestoreClaims
from clarity.adapters.firestore_erase import FirestoreErasures
from clarity.adapters.firestore_reviews import FirestoreReviews
from clarity.adapters.firestore_tombstone import tombstone_of
from clarity.domain.errors import ForgottenError, UnfinishedError
from clarity.domain.job import AUTOMATIC, Origin
from clarity.steps.audit import subject_of
from clarity.steps.erase import Erase
from clarity.steps.ports import Claimed, Done
from tests.audits import entry
from tests.creating import creation, storing
from tests.erasing import erase, now
from tests.exports import NoExports

if TYPE_CHECKING:
    from google.cloud.firestore import Client

LEASE, MONTH = timedelta(seconds=30), timedelta(days=30)


@pytest.fixture(params=["ours", "google's emulator"])
def client(request, cloud) -> Client:
    ours = request.param == "ours"
    return cloud.firestore() if ours else request.getfixturevalue("google_s_emulator")


@pytest.fixture
def user() -> str:
    return f"user-{uuid.uuid4().hex}"


@pytest.fixture(autouse=True)
def small_pages(monkeypatch) -> None:
    monkeypatch.setattr(firestore_erase, "PAGE", 7)


def write(client: Client, user: str) -> list[str]:
    """Documents at all depths, below some that are not there too, and what names the person."""
    paths = [
        f"users/{user}",
        *(f"users/{user}/days/2026-06-{n:02}/chunks/u{n}" for n in range(1, 20)),
        f"users/{user}/uploads/u1",
        f"users/{user}/uploads/u1/rejections/00000",
        f"users/{user}/a/b/c/d/e/f/g/h",
        f"users/{user}/über/ß \N{SNOWMAN}",
        *(f"claims/test:{user}-{n}" for n in range(9)),
        f"dead_letters/{user}",
        f"sweeps/{user}",
    ]
    for path in paths:
        client.document(path).set({"user_id": user, "reason": "bad"})
    return paths


def there(client: Client, paths: list[str]) -> dict[str, Any]:
    found = client.get_all([client.document(path) for path in paths])
    return {each.reference.path: each.to_dict() for each in found if each.exists}


def ledger(client: Client, user: str) -> list[Any]:
    of_person = FieldFilter("subject", "==", subject_of(user))
    return [each.to_dict() for each in client.collection("ledger").where(filter=of_person).get()]


def test_all_of_a_person_goes_and_nothing_of_another(client, user) -> None:
    mine, other = write(client, user), f"{user}0"
    before = there(client, write(client, other))

    receipt = erase(client, user)

    assert there(client, mine) == {}
    assert not list(client.document(f"users/{user}").collections())
    assert there(client, list(before)) == before
    assert {name: receipt[name] for name in ("state", "documents", "claims", "letters")} == {
        "state": "erased",
        "documents": 24,
        "claims": 9,
        "letters": 1,
    }


def test_the_receipt_names_nobody_expires_and_is_in_the_ledger(client, user) -> None:
    write(client, user)

    receipt = erase(client, user)

    assert user not in str(receipt)
    assert receipt["expires_at"] - receipt["finished_at"] == timedelta(days=2)
    (record,) = ledger(client, user)
    assert (record["action"], record["documents"], record["by"]) == ("erase", 24, "grace")


def test_what_would_go_is_listed_by_collection(client, user) -> None:
    write(client, user)

    assert FirestoreErasures(client, now).survey(user) == {
        "claims": 9,
        "dead_letters": 1,
        "sweeps": 1,
        "users": 1,
        "users/*/a/*/c/*/e/*/g": 1,
        "users/*/days/*/chunks": 19,
        "users/*/uploads": 1,
        "users/*/uploads/*/rejections": 1,
        "users/*/über": 1,
    }


def test_a_worker_whose_person_is_erased_leaves_nothing(client, user) -> None:
    claims, records = FirestoreClaims(client, now, MONTH), FirestoreRecords(client)
    origin, until = Origin(user, "uploads", "u1"), now() + MONTH
    claim = claims.claim(f"test:{user}", user_id=user, lease=LEASE)
    assert isinstance(claim, Claimed)

    erase(client, user)

    for write_late in (
        lambda: records.open_job(origin, AUTOMATIC, now(), until),
        lambda: records.reject(origin, [{"index": 1}], until),
        lambda: records.add_history(user, "h1", {"metrics": []}),
        lambda: claims.claim(f"test:{user}", user_id=user, lease=LEASE),
        lambda: claims.claim(f"more:{user}", user_id=user, lease=LEASE),
        lambda: records.audit(user, entry("predict-a1")),
        lambda: claims.complete(claim, creation("analyses/a1", {"embedding": [1.0]}, "x1")),
        lambda: claims.complete(claim, Done("done", stores=storing(origin, 60))),
        lambda: FirestoreReviews(client).add(user, "r1", {"kinds": []}),
        lambda: FirestoreBudgets(client, 5, 50, MONTH).take(user, now(), low=False),
    ):
        with pytest.raises(ForgottenError):
            write_late()
    assert FirestoreErasures(client, now).survey(user) == {}


def test_no_upload_of_a_person_who_is_being_erased_is_stored(client, user) -> None:
    claims = FirestoreClaims(client, now, MONTH)
    origin = Origin(user, "uploads", "u1")
    claim = claims.claim(f"test:{user}", user_id=user, lease=LEASE)
    assert isinstance(claim, Claimed)
    FirestoreErasures(client, now).begin(user)  # its claim is still there

    with pytest.raises(ForgottenError):
        claims.complete(claim, Done("done", stores=storing(origin, 60)))

    assert "users/*/days/*/chunks" not in FirestoreErasures(client, now).survey(user)


def test_nobody_takes_over_a_claim_of_a_person_who_is_being_erased(client, user) -> None:
    claims = FirestoreClaims(client, now, MONTH)
    claims.claim(f"test:{user}", user_id=user, lease=-LEASE)
    FirestoreErasures(client, now).begin(user)

    with pytest.raises(ForgottenError):
        claims.claim(f"test:{user}", user_id=user, lease=LEASE)


def test_nobody_takes_over_a_claim_whose_person_is_erased_just_then(
    client, user, monkeypatch
) -> None:
    claims, held = FirestoreClaims(client, now, MONTH), FirestoreClaims._held
    claims.claim(f"test:{user}", user_id=user, lease=-LEASE)

    def overtaken(self: Any, *rest: Any) -> Any:
        found = held(self, *rest)
        FirestoreErasures(client, now).begin(user)
        return found

    monkeypatch.setattr(FirestoreClaims, "_held", overtaken)

    with pytest.raises(ForgottenError):
        claims.claim(f"test:{user}", user_id=user, lease=LEASE)


def test_who_comes_back_after_two_days_is_served(client, user) -> None:
    erase(client, user, lambda: now() - timedelta(days=2))

    claim = FirestoreClaims(client, now, MONTH).claim(f"test:{user}", user_id=user, lease=LEASE)

    assert isinstance(claim, Claimed)
    assert not tombstone_of(client, user).get().exists


class Late(FirestoreErasures):
    """A phone that writes one more document whenever a page is deleted."""

    def delete_page(self, user_id: str, *rest: Any) -> Any:
        written = self.client.document(f"users/{user_id}/uploads/{uuid.uuid4().hex}")
        written.set({"samples": [1, 2, 3]})
        return super().delete_page(user_id, *rest)


def test_it_ends_although_the_phone_writes_on(client, user) -> None:
    write(client, user)

    receipt = Erase(Late(client, now), None, now, lasting=None)(user, by="grace")

    assert receipt["state"] == "erased"
    assert set(FirestoreErasures(client, now).survey(user)) <= {"users/*/uploads"}


def test_when_its_time_is_up_the_next_one_goes_on(client, user) -> None:
    mine, request = write(client, user), Origin(user, "privacy_requests", "r1")
    client.document(request.path).set({"kind": "erase"})
    step = Erase(FirestoreErasures(client, now), None, now, lasting=timedelta(microseconds=1))

    deliveries = 1
    while True:
        try:
            receipt = step(user, request, by="person")
        except UnfinishedError:
            deliveries += 1
            assert client.document(request.path).get().exists
            continue
        break

    assert deliveries > 3
    assert there(client, [*mine, request.path]) == {}
    assert (receipt["documents"], receipt["claims"]) == (24, 9)


def test_two_who_erase_at_once_delete_and_count_everything_once(client, user) -> None:
    mine = write(client, user)
    one = FirestoreErasures(client, now)

    class Overtaken(FirestoreErasures):
        def _page(self, *rest: Any) -> Any:
            found = super()._page(*rest)
            for _ in range(2):  # what we have found, and more
                one.delete_page(user, rest[1], "", None)
            return found

    receipt = Erase(Overtaken(client, now), None, now, lasting=None)(user, by="grace")

    assert there(client, mine) == {}
    assert (receipt["documents"], receipt["claims"], receipt["letters"]) == (24, 9, 1)


def test_a_commit_that_others_contend_with_is_made_again(client, user, monkeypatch) -> None:
    mine, failures = write(client, user), [Aborted("contention")] * 3
    delete = FirestoreErasures._delete

    def contended(self: Any, *rest: Any) -> None:
        if failures:
            raise failures.pop()
        delete(self, *rest)

    monkeypatch.setattr(FirestoreErasures, "_delete", contended)

    receipt = erase(client, user)

    assert there(client, mine) == {}
    assert receipt["documents"] == 24


def test_to_be_erased_again_adds_to_the_receipt_and_the_ledger_says_what_each_deleted(
    client, user
) -> None:
    write(client, user)
    erase(client, user)
    client.document(f"users/{user}/devices/d1").set({"push_token": "late"})

    receipts = [erase(client, user) for _ in range(2)]

    assert [each["state"] for each in receipts] == ["erased"] * 2
    counts = [(each["documents"], each["claims"], each["letters"]) for each in receipts]
    assert counts == [(25, 9, 1)] * 2
    records = sorted(ledger(client, user), key=lambda each: each["sequence"])
    assert [(each["documents"], each["claims"]) for each in records] == [(24, 9), (1, 0), (0, 0)]


def test_a_receipt_speaks_of_exports_only_where_they_were_looked_for(client, user) -> None:
    receipts = [
        Erase(FirestoreErasures(client, now), exports, now, lasting=None)(user, by="grace")
        for exports in (None, NoExports())
    ]

    assert [each.get("exports") for each in receipts] == [None, 0]
    records = sorted(ledger(client, user), key=lambda each: each["sequence"])
    assert [each.get("exports") for each in records] == [None, 0]


def test_a_tombstone_without_an_end_keeps_its_person_out_for_good(client, user) -> None:
    FirestoreErasures(client, lambda: datetime(2020, 1, 1, tzinfo=UTC)).begin(user)

    with pytest.raises(ForgottenError):
        FirestoreClaims(client, now, MONTH).claim(f"test:{user}", user_id=user, lease=LEASE)
