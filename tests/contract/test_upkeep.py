"""What a round over everybody reads and shortens, on our Firestore and on Google's emulator."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from google.api_core.exceptions import NotFound

from clarity.adapters.firestore_audit import append, of_person
from clarity.adapters.firestore_people import moment
from clarity.adapters.firestore_sweep import FirestoreSweeps
from clarity.adapters.firestore_tombstone import tombstone_of
from clarity.domain.errors import InProgressError
from clarity.steps.upkeep import Ends, fits
from tests.audits import entry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from google.cloud.firestore import Client

RETENTION = timedelta(days=30)
KEPT = timedelta(days=28)


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def sweeps(client) -> Iterator[FirestoreSweeps]:
    yield FirestoreSweeps(client, now, RETENTION)
    for name in ("users", "erasures"):
        client.recursive_delete(client.collection(name))


def record(client: Client, user_id: str, number: int = 5) -> None:
    for each in range(number):
        append(client, {of_person(user_id): entry(f"e{each}")})


def store(client: Client, user_id: str, number: int, expires_at: Any) -> None:
    """Chunks, two a day."""
    for each in range(number):
        day = client.document(f"users/{user_id}/days/2026-06-{1 + each // 2:02}")
        day.set({"date": day.id})
        chunk = day.collection("chunks").document(f"u{each}")
        chunk.set({"count": each} | ({"expires_at": expires_at} if expires_at else {}))


def chunks(client: Client, user_id: str) -> list[Any]:
    days = client.collection(f"users/{user_id}/days").list_documents()
    return [each for day in days for each in day.collection("chunks").stream()]


def shortened(sweeps: FirestoreSweeps, user_id: str, most: int) -> list[int]:
    """How many of each page."""
    found: list[int] = []
    after = ""
    while not found or after:
        sooner, after = sweeps.shorten(user_id, KEPT, after, most)
        found.append(sooner)
    return found


def test_everybody_who_has_settings_is_found_with_their_chain_s_head(client, sweeps) -> None:
    began = now() - timedelta(minutes=1)
    for name in ("ada", "bob", "eve"):
        client.document(f"users/{name}").set({"retention_days": 28, "birth_date": "1815-12-10"})
    record(client, "bob", 2)
    client.document("users/nobody/days/2026-06-01").set({})

    first = sweeps.people("", 2)
    rest = sweeps.people(first.last, 2)

    found = [each for _, each in (*first.found, *rest.found)]
    assert [each.user_id for each in found] == ["ada", "bob", "eve"]
    assert (first.last, rest.last) == ("users/bob", "")
    assert {str(each.settings) for each in found} == {"{'retention_days': 28}"}
    assert all(began < each.written_at < now() + timedelta(minutes=1) for each in found)
    assert [each.head["sequence"] if each.head else 0 for each in found] == [0, 2, 0]


def test_a_chain_is_told_by_its_ends(client, sweeps) -> None:
    record(client, "ada")
    head = client.document(of_person("ada").head).get().to_dict()

    ends = sweeps.ends("ada", 5, 2)

    assert ends.count == 5
    assert ends.records.keys() == {2, 5}
    second = client.document("users/ada/audit/e1").get().get("hash")
    assert fits(ends, sweeps.oldest("ada", 1), head, (2, second), now())
    assert [each["sequence"] for each in sweeps.oldest("ada", 3)] == [1, 2, 3]

    client.document("users/ada/audit/e1").delete()
    ends, oldest = sweeps.ends("ada", 5, 2), sweeps.oldest("ada", 3)
    assert ends.count == 4
    assert ends.records.keys() == {5}
    assert [each["sequence"] for each in oldest] == [1, 3, 4]
    for most in (1, 20):
        assert not fits(ends, sweeps.oldest("ada", most), head, None, now())
    assert sweeps.ends("nobody", 2, None) == Ends(0, {})


def test_a_record_that_was_put_in_without_a_number_is_counted(client, sweeps) -> None:
    record(client, "ada")
    head = client.document(of_person("ada").head).get().to_dict()

    client.document("users/ada/audit/forged").set({"action": "test"})

    for most in (1, 20):
        assert not fits(sweeps.ends("ada", 5, None), sweeps.oldest("ada", most), head, None, now())


def test_a_chain_of_which_an_erasure_has_taken_some_is_no_finding(client, sweeps) -> None:
    record(client, "ada")
    client.document("users/ada/audit/e2").delete()
    assert [each.kind for each in sweeps.audited("ada", None).findings] == ["missing"]

    tombstone_of(client, "ada").set({"state": "erasing"})

    assert sweeps.audited("ada", None).findings == ()


@pytest.mark.parametrize("most", [3, 100])
def test_samples_expire_so_long_after_they_were_stored_and_none_later(client, sweeps, most) -> None:
    store(client, "ada", 5, now() + RETENTION)
    soon = now() + timedelta(days=3)
    store(client, "adam", 2, soon)
    store(client, "ad", 1, now() + RETENTION)
    before = {each.reference.path: each for each in chunks(client, "ad")}

    found = shortened(sweeps, "ada", most)

    assert sum(found) == 5
    for each in chunks(client, "ada"):
        assert each.get("expires_at") - moment(each.create_time) == KEPT
        assert each.get("count") in range(5)
    assert sum(shortened(sweeps, "ada", most)) == 0
    assert shortened(sweeps, "adam", most) == [0]
    assert {each.get("expires_at").replace(microsecond=0) for each in chunks(client, "adam")} == {
        soon.replace(microsecond=0)
    }
    for each in chunks(client, "ad"):
        assert each.update_time == before[each.reference.path].update_time
    assert shortened(sweeps, "nobody", most) == [0]


@pytest.mark.parametrize("expires_at", [None, "never"])
def test_a_chunk_that_would_never_expire_does(client, sweeps, expires_at) -> None:
    store(client, "ada", 1, expires_at)

    assert shortened(sweeps, "ada", 10) == [1]

    (found,) = chunks(client, "ada")
    assert found.get("expires_at") - moment(found.create_time) == KEPT


def test_a_chunk_that_is_gone_meanwhile_is_not_made_again(client, sweeps, monkeypatch) -> None:
    store(client, "ada", 2, now() + RETENTION)
    batch = type(client.batch())
    commit = batch.commit

    def late(self: Any, *args: Any, **given: Any) -> Any:
        client.document("users/ada/days/2026-06-01/chunks/u1").delete()
        return commit(self, *args, **given)

    with monkeypatch.context() as patched:
        patched.setattr(batch, "commit", late)
        with pytest.raises(InProgressError) as raised:
            sweeps.shorten("ada", KEPT, "", 10)
    assert isinstance(raised.value.__cause__, NotFound)

    assert shortened(sweeps, "ada", 10) == [1]
    assert [each.id for each in chunks(client, "ada")] == ["u0"]
