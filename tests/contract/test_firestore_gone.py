"""A command says soon, and in words, that the database went away while it was at work."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from clarity.adapters import firestore_open
from clarity.adapters.firestore_audit import LEDGER, append
from clarity.adapters.firestore_open import opened
from clarity.cli import main
from clarity.domain.errors import UnavailableError
from infra.local.topology import PROJECT
from tests.audits import entry
from tests.cloud import Cloud, environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MANY = 4000


class Wire:
    """Between a command and the database: it can be cut, or go silent, at any moment."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._server = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._server.getsockname()[1]}"
        self._ends: list[socket.socket] = []
        self.silent = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Nobody is there any more."""
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)  # or who waits for a call takes one more
        self._server.close()
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                phone, _ = self._server.accept()
                database = socket.create_connection(("127.0.0.1", self._port))
                self._ends += [phone, database]
                for pair in ((phone, database), (database, phone)):
                    threading.Thread(target=self._pass, args=pair, daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(4096):
                if not self.silent.is_set():
                    target.sendall(data)


@pytest.fixture
def wire(cloud: Cloud) -> Iterator[Wire]:
    made = Wire(int(cloud.ports.firestore))
    yield made
    made.cut()


@pytest.fixture(autouse=True)
def _soon(monkeypatch) -> None:
    monkeypatch.setattr(firestore_open, "_LONG", 1.0)


GOES = {"cut": Wire.cut, "silent": lambda wire: wire.silent.set()}
CALLS: dict[str, Callable[[Any], Any]] = {
    "a document": lambda client: client.document("x/y").get(),
    "a query": lambda client: list(client.collection("ledger").stream()),
    "a count": lambda client: client.collection("ledger").count().get(),
    "a list": lambda client: list(client.collection("users").list_documents()),
    "collections": lambda client: list(client.document("x/y").collections()),
    "a commit": lambda client: client.document("x/y").set({}),
    "a record": lambda client: append(client, {LEDGER: entry("never")}),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("go", GOES.values(), ids=GOES)
def test_each_call_ends_once_the_database_is_gone(wire, go, call) -> None:
    with environment({"FIRESTORE_EMULATOR_HOST": wire.address}):
        client = opened(PROJECT)

    go(wire)

    with pytest.raises(UnavailableError) as raised:
        call(client)
    if call is not CALLS["a record"]:  # which has a patience of its own
        assert f"within 1 s, found none at {wire.address}" in str(raised.value)


@pytest.mark.parametrize("go", GOES.values(), ids=GOES)
def test_a_query_ends_where_its_next_document_does_not_come(cloud, wire, go) -> None:
    store(cloud, MANY)
    with environment({"FIRESTORE_EMULATOR_HOST": wire.address}):
        client = opened(PROJECT)
    documents = iter(client.collection("elsewhere").stream())
    next(documents)

    go(wire)

    with pytest.raises(UnavailableError, match="found none at"):
        list(documents)


def test_what_is_done_between_two_documents_takes_as_long_as_it_takes(cloud, wire) -> None:
    store(cloud, 3)
    with environment({"FIRESTORE_EMULATOR_HOST": wire.address}):
        client = opened(PROJECT)

    found = 0
    for _ in client.collection("elsewhere").limit(3).stream():
        threading.Event().wait(1.2)
        found += 1

    assert found == 3


def test_a_command_whose_database_goes_silent_behind_its_first_answer_says_so(
    wire, monkeypatch
) -> None:
    def silent_then(project: str) -> Any:
        client = opened(project)
        wire.silent.set()
        return client

    monkeypatch.setattr(firestore_open, "opened", silent_then)  # imported when it is called

    with environment({"FIRESTORE_EMULATOR_HOST": wire.address}):
        ran = CliRunner().invoke(main, ["health", "--project", PROJECT])

    assert ran.exit_code == 1
    assert f"found none at {wire.address}" in ran.output
    assert "Traceback" not in ran.output


def store(cloud: Cloud, number: int) -> None:
    """Documents that do not come in one piece."""
    client = cloud.firestore()
    batch = client.batch()
    for each in range(number):
        batch.set(client.document(f"elsewhere/{each:04}"), {"words": "x" * 2000})
    batch.commit()
