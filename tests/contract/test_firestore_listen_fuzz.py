"""Seeded random commits under random listeners: each client always holds its query's results."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from google.cloud.firestore_v1 import types

from infra.local.database import Database
from infra.local.firestore import Firestore
from infra.local.firestore.wire import StatusError
from tests.contract.firestore_fuzz import Fuzz

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

RESET = types.TargetChange.TargetChangeType.RESET

TARGETS = 8
COMMITS = 150


@dataclass
class Listener:
    """A client's picture of one query, made of nothing but the stream's responses."""

    firestore: Firestore
    query: Any
    held: dict[str, bytes] = field(default_factory=dict)
    token: bytes = b""
    resets: int = 0

    def start(self) -> None:
        request = types.ListenRequest.pb()()
        request.add_target.target_id = 1
        request.add_target.query.parent = self.query.parent
        request.add_target.query.structured_query.CopyFrom(self.query.structured_query)
        if self.token:
            request.add_target.resume_token = self.token
        self._requests: asyncio.Queue[Any] = asyncio.Queue()
        self._requests.put_nowait(request)
        self._task = asyncio.create_task(self._follow())

    async def _read_requests(self) -> AsyncIterator[Any]:
        while (request := await self._requests.get()) is not None:
            yield request

    async def _follow(self) -> None:
        async for response in self.firestore.Listen(self._read_requests()):
            self._apply(response)

    async def stop(self) -> None:
        self._requests.put_nowait(None)
        await self._task

    def _apply(self, response: Any) -> None:
        kind = response.WhichOneof("response_type")
        if kind == "document_change":
            document = response.document_change.document
            self.held[document.name] = encoded(document)
        elif kind in {"document_delete", "document_remove"}:
            self.held.pop(getattr(response, kind).document, None)
        elif response.target_change.target_change_type == RESET:
            self.held.clear()
            self.resets += 1
        self.token = response.target_change.resume_token or self.token

    def results(self) -> dict[str, bytes]:
        found = (response.document for response in self.firestore.RunQuery(self.query))
        return {document.name: encoded(document) for document in found if document.name}


def encoded(document: Any) -> bytes:
    found: bytes = document.SerializeToString(deterministic=True)
    return found


async def settle() -> None:
    """Let every task run until it has nothing left to do."""
    for _ in range(10):
        await asyncio.sleep(0)


def answerable(firestore: Firestore, fuzz: Fuzz) -> Iterator[Any]:
    """Random queries that are not refused."""
    while True:
        _, query = fuzz.run_query()
        try:
            list(firestore.RunQuery(query))
        except StatusError:
            continue
        yield query


def commit(firestore: Firestore, fuzz: Fuzz) -> None:
    _, request = fuzz.commit()
    try:
        firestore.Commit(request)
    except StatusError:
        commit(firestore, fuzz)


async def check(firestore: Firestore, seed: int) -> None:
    chance = random.Random(seed)
    fuzz = Fuzz(seed)
    for _ in range(40):
        commit(firestore, fuzz)
    queries = answerable(firestore, fuzz)
    listeners = [Listener(firestore, next(queries)) for _ in range(TARGETS)]
    for listener in listeners:
        listener.start()
    for _ in range(COMMITS):
        away = chance.sample(listeners, 2) if chance.random() < 0.2 else []
        for listener in away:
            await listener.stop()
        commit(firestore, fuzz)
        for listener in away:
            listener.start()
        await settle()
        assert [listener.held for listener in listeners] == [
            listener.results() for listener in listeners
        ]
    for listener in listeners:
        await listener.stop()
    assert sum(listener.resets for listener in listeners) == 0


@pytest.mark.parametrize("seed", range(6))
def test_a_listener_always_holds_its_querys_results(tmp_path: Path, seed: int) -> None:
    database = Database(tmp_path / "firestore.db")
    firestore = Firestore(database, lambda _changes: None)

    asyncio.run(check(firestore, seed))

    database.close()
