"""Transactions and listeners, through the unmodified Python client, on both servers."""

from __future__ import annotations

import asyncio
import queue
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from google.api_core import exceptions
from google.cloud import firestore

from tests.contract.firestore_servers import connect_async, connected, server
from tests.contract.servers import EMBEDDED, OFFICIAL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Where = firestore.FieldFilter

PATIENCE_SECONDS = 20


@dataclass(frozen=True)
class Served:
    """A server and a client of it."""

    address: str
    client: firestore.Client


@pytest.fixture(scope="module", params=[EMBEDDED, OFFICIAL])
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    with (
        server(request.param, tmp_path_factory.mktemp("firestore")) as address,
        connected(address) as client,
    ):
        yield Served(address, client)


@pytest.fixture
def client(served: Served) -> firestore.Client:
    return served.client


@pytest.fixture
def people(client: firestore.Client) -> firestore.CollectionReference:
    return client.collection(f"c-{uuid.uuid4()}")


def add_one(client: firestore.Client, document: firestore.DocumentReference) -> None:
    @firestore.transactional
    def add(transaction):
        count = document.get(transaction=transaction).get("n")
        transaction.update(document, {"n": count + 1})

    add(client.transaction(max_attempts=20))


# -- transactions -------------------------------------------------------------------------------


def test_a_transaction_writes_what_it_computed_from_what_it_read(client, people):
    people.document("x").set({"n": 1})

    add_one(client, people.document("x"))

    assert people.document("x").get().to_dict() == {"n": 2}


def test_transactions_that_contend_lose_no_increment(client, people):
    people.document("x").set({"n": 0})

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(add_one, client, people.document("x")) for _ in range(4)]:
            done.result()

    assert people.document("x").get().get("n") == 4


def test_of_two_transactions_that_read_and_write_the_same_at_most_one_commits(client, people):
    document = people.document("x")
    document.set({"n": 0})
    one, other = client.transaction(), client.transaction()
    for transaction in (one, other):
        transaction._begin()
        document.get(transaction=transaction)
        transaction.update(document, {"n": 1})

    with ThreadPoolExecutor(2) as pool:
        outcomes = [pool.submit(transaction._commit) for transaction in (one, other)]
        errors = [outcome.exception() for outcome in outcomes]

    aborted = [error for error in errors if isinstance(error, exceptions.Aborted)]
    assert len(aborted) >= 1  # the emulator's locks may abort both
    assert document.get().get("n") == 2 - len(aborted)


def test_a_write_between_read_and_commit_is_not_overwritten(client, people):
    """Either the write waits and is aborted, or the transaction is."""
    document = people.document("x")
    document.set({"n": 0})
    transaction = client.transaction()
    transaction._begin()
    document.get(transaction=transaction)
    transaction.update(document, {"n": 1})

    outcomes = []
    for write in (lambda: document.set({"n": 10}, retry=None), transaction._commit):
        try:
            write()
            outcomes.append("done")
        except exceptions.Aborted:
            outcomes.append("aborted")

    assert sorted(outcomes) == ["aborted", "done"]
    assert document.get().get("n") == (10 if outcomes[0] == "done" else 1)


def test_a_document_that_newly_matches_a_transactions_query_is_a_conflict(client, people):
    people.document("a").set({"n": 1})
    transaction = client.transaction()
    transaction._begin()
    query = people.where(filter=Where("n", ">", 0))
    assert len(list(query.stream(transaction=transaction))) == 1
    transaction.set(people.document("total"), {"total": 1})

    outcomes = []
    for write in (lambda: people.document("b").set({"n": 2}, retry=None), transaction._commit):
        try:
            write()
            outcomes.append("done")
        except exceptions.Aborted:
            outcomes.append("aborted")

    assert "aborted" in outcomes


def test_transactions_on_different_documents_do_not_disturb_each_other(client, people):
    for name in ("a", "b"):
        people.document(name).set({"n": 0})
    one, other = client.transaction(), client.transaction()
    for transaction, name in ((one, "a"), (other, "b")):
        transaction._begin()
        people.document(name).get(transaction=transaction)
        transaction.update(people.document(name), {"n": 1})

    one._commit()
    other._commit()

    assert [found.get("n") for found in people.stream()] == [1, 1]


def test_a_failing_transaction_writes_nothing(client, people):
    @firestore.transactional
    def fail(transaction):
        transaction.set(people.document("x"), {"n": 1})
        raise LookupError

    with pytest.raises(LookupError):
        fail(client.transaction())

    assert not people.document("x").get().exists


def test_a_read_only_transaction_sees_one_moment(client, people):
    people.document("x").set({"n": 1})
    transaction = client.transaction(read_only=True)
    transaction._begin()
    first = people.document("x").get(transaction=transaction).get("n")

    people.document("x").set({"n": 2})
    people.document("y").set({"n": 2})

    assert people.document("x").get(transaction=transaction).get("n") == first
    assert [found.id for found in people.stream(transaction=transaction)] == ["x"]
    transaction._rollback()


def test_a_closed_transaction_is_refused(client, people):
    transaction = client.transaction()
    transaction._begin()
    closed = transaction.id
    transaction._rollback()
    transaction._id = closed

    with pytest.raises(exceptions.InvalidArgument):
        people.document("x").get(transaction=transaction)


def test_the_asynchronous_client_reads_writes_and_transacts(served):
    async def run() -> list[dict[str, Any] | None]:
        client = connect_async(served.address)
        document = client.collection(f"c-{uuid.uuid4()}").document("x")
        await document.set({"n": 1})

        @firestore.async_transactional
        async def add(transaction):
            found = await document.get(transaction=transaction)
            transaction.update(document, {"n": found.get("n") + 1})

        await add(client.transaction())
        return [row.to_dict() async for row in document.parent.stream()]

    assert asyncio.run(run()) == [{"n": 2}]


# -- listeners ----------------------------------------------------------------------------------


class Watch:
    """Snapshots of a listener, as they come."""

    def __init__(self, target: Any, read: Callable[[Any], Any]) -> None:
        self._seen: queue.Queue[Any] = queue.Queue()
        self._watch = target.on_snapshot(
            lambda documents, changes, _time: self._seen.put((read(documents), changes))
        )

    def until(self, wanted: Any) -> list[Any]:
        """Wait for a snapshot; returns its changes."""
        last: Any = "nothing"
        try:
            while True:
                last, changes = self._seen.get(timeout=PATIENCE_SECONDS)
                if last == wanted:
                    return [(change.type.name, change.document.id) for change in changes]
        except queue.Empty:
            pytest.fail(f"expected the snapshot {wanted}, found {last}")

    def close(self) -> None:
        self._watch.unsubscribe()


@pytest.fixture
def watch() -> Iterator[Callable[..., Watch]]:
    opened: list[Watch] = []

    def start(target, read=lambda documents: [document.id for document in documents]):
        opened.append(Watch(target, read))
        return opened[-1]

    yield start
    for found in opened:
        found.close()


def values(documents: list[firestore.DocumentSnapshot]) -> list[Any]:
    return [document.to_dict() for document in documents if document.exists]


def test_a_documents_listener_sees_it_made_changed_and_deleted(people, watch):
    document = people.document("x")
    watching = watch(document, values)
    watching.until([])

    for n in (1, 2):
        document.set({"n": n})
        watching.until([{"n": n}])
    document.delete()
    watching.until([])


def test_a_querys_listener_sees_documents_come_change_and_go(people, watch):
    people.document("a").set({"n": 1})
    people.document("b").set({"n": 5})
    watching = watch(people.where(filter=Where("n", "<", 4)).order_by("n"))
    assert watching.until(["a"]) == [("ADDED", "a")]

    people.document("b").update({"n": 0})
    assert watching.until(["b", "a"]) == [("ADDED", "b")]
    people.document("b").update({"n": 3})
    watching.until(["a", "b"])
    people.document("a").update({"n": 9})
    assert watching.until(["b"]) == [("REMOVED", "a")]
    people.document("b").delete()
    assert watching.until([]) == [("REMOVED", "b")]


def test_a_batch_is_seen_in_one_snapshot(client, people, watch):
    watching = watch(people)
    watching.until([])

    batch = client.batch()
    for name in ("a", "b", "c"):
        batch.set(people.document(name), {"n": 1})
    batch.commit()

    assert len(watching.until(["a", "b", "c"])) == 3


def test_a_limited_querys_listener_fills_up_from_behind_the_limit(people, watch):
    for n, name in enumerate(("a", "b", "c")):
        people.document(name).set({"n": n})
    watching = watch(people.order_by("n").limit(2))
    watching.until(["a", "b"])

    people.document("a").delete()
    watching.until(["b", "c"])
    people.document("d").set({"n": -1})
    watching.until(["d", "b"])


def test_a_collection_groups_listener_sees_every_collection(client, people, watch):
    group = f"g-{uuid.uuid4()}"
    watching = watch(client.collection_group(group))
    watching.until([])

    people.document("x").collection(group).document("deep").set({"n": 1})

    watching.until(["deep"])


def test_two_hundred_changes_arrive_in_their_last_state(people, watch):
    watching = watch(people, lambda documents: sum(found.get("n") for found in documents))
    watching.until(0)

    def write(start: int) -> None:
        for n in range(start, 200, 2):
            people.document(f"d{n % 20}").set({"n": n})

    threads = [threading.Thread(target=write, args=(start,)) for start in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    watching.until(sum(range(180, 200)))
