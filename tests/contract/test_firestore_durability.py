"""What a killed Firestore still holds: everything it acknowledged, and no half of a commit."""

from __future__ import annotations

import itertools
import threading
from typing import TYPE_CHECKING, Any

import pytest
from google.api_core import exceptions
from google.cloud.firestore_v1 import types

from infra.local.database import Database
from infra.local.firestore import DocumentChange, Firestore
from tests.contract.firestore_servers import connect, connected, embedded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

NAME = "projects/p/databases/(default)/documents/c/{}"
FAR_FUTURE_MICROS = 4_000_000_000_000_000


class Writer(threading.Thread):
    """A client that writes the same number to three documents at once, until the server dies."""

    def __init__(self, address: str, identity: int) -> None:
        super().__init__()
        self._client = connect(address)
        self._identity = identity
        self.acknowledged = -1
        self.running = threading.Event()

    @property
    def names(self) -> list[str]:
        return [f"w{self._identity}/{name}" for name in "abc"]

    def run(self) -> None:
        try:
            for n in itertools.count():
                batch = self._client.batch()
                for name in self.names:
                    batch.set(self._client.document(name), {"n": n})
                batch.commit(retry=None)
                self.acknowledged = n
                if n > 20:
                    self.running.set()
        except exceptions.GoogleAPICallError:
            self.running.set()
        finally:
            self._client.close()


def test_a_killed_server_has_every_acknowledged_write_and_no_half_of_one(tmp_path):
    with embedded(tmp_path) as server:
        for _ in range(3):
            writers = [Writer(server.address, identity) for identity in range(3)]
            for writer in writers:
                writer.start()
            for writer in writers:
                assert writer.running.wait(30)
            server.kill()
            for writer in writers:
                writer.join()
            server.start()

            with connected(server.address) as client:
                for writer in writers:
                    found = {client.document(name).get().get("n") for name in writer.names}
                    assert len(found) == 1
                    assert found.pop() in {writer.acknowledged, writer.acknowledged + 1}


def test_what_was_deleted_stays_deleted_and_updates_go_on_in_order(tmp_path):
    with embedded(tmp_path) as server:
        with connected(server.address) as client:
            kept = client.document("c/kept").set({"n": 1})
            client.document("c/gone").set({"n": 1})
            deleted_at = client.document("c/gone").delete()
        server.kill()
        server.start()

        with connected(server.address) as client:
            (found,) = client.collection("c").stream()
            later = client.document("c/kept").set({"n": 2})

    assert (found.id, found.to_dict()) == ("kept", {"n": 1})
    assert (found.update_time, found.create_time) == (kept.update_time, kept.update_time)
    assert later.update_time > deleted_at


# -- the store itself ---------------------------------------------------------------------------


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[..., tuple[Database, Firestore]]]:
    databases: list[Database] = []

    def open_one(on_commit: Callable[[Sequence[DocumentChange]], None] = lambda _changes: None):
        databases.append(Database(tmp_path / "firestore.db"))
        return databases[-1], Firestore(databases[-1], on_commit)

    yield open_one
    for database in databases:
        database.close()


def commit(firestore: Firestore, **values: int | None) -> Any:
    """Set each named document to its number, or delete it."""
    request = types.CommitRequest.pb()()
    for name, number in values.items():
        write = request.writes.add()
        if number is None:
            write.delete = NAME.format(name)
        else:
            write.update.name = NAME.format(name)
            write.update.fields["n"].integer_value = number
    return firestore.Commit(request)


def read(firestore: Firestore, name: str) -> int:
    request = types.GetDocumentRequest.pb()(name=NAME.format(name))
    number: int = firestore.GetDocument(request).fields["n"].integer_value
    return number


def test_a_commit_tells_what_it_changes_and_only_that(opened):
    told: list[DocumentChange] = []
    _, firestore = opened(told.extend)

    commit(firestore, a=1, b=1)
    commit(firestore, a=2, b=1)  # b stays as it is
    commit(firestore, a=None, c=None)  # c never was

    changes = [
        (
            change.name[-1],
            change.before and change.before.fields["n"].integer_value,
            change.after and change.after.fields["n"].integer_value,
        )
        for change in told
    ]
    assert changes == [("a", None, 1), ("b", None, 1), ("a", 1, 2), ("a", 2, None)]
    times = [change.after.update_time for change in told if change.after is not None]
    assert times == [change.commit_time for change in told[:3]]


def test_what_is_told_is_stored_with_the_documents_or_not_at_all(opened):
    def enqueue(changes: Sequence[DocumentChange]) -> None:
        for change in changes:
            database.execute("INSERT INTO events VALUES (?)", (change.name,))
        if len(changes) > 1:
            raise LookupError

    database, firestore = opened(enqueue)
    database.execute("CREATE TABLE events (name TEXT)")
    commit(firestore, a=1)

    with pytest.raises(LookupError):
        commit(firestore, a=2, b=2)

    assert database.execute("SELECT name FROM events").fetchall() == [(NAME.format("a"),)]
    assert read(firestore, "a") == 1
    _, reopened = opened()
    assert read(reopened, "a") == 1


def test_commit_times_go_on_where_a_clock_set_back_had_left_them(opened):
    database, _ = opened()
    database.execute("INSERT OR REPLACE INTO firestore_clock VALUES (1, ?)", (FAR_FUTURE_MICROS,))

    _, reopened = opened()
    times = [commit(reopened, a=n).commit_time.ToMicroseconds() for n in range(3)]

    assert times == [FAR_FUTURE_MICROS + n for n in (1, 2, 3)]
