"""Eventarc: commits become CloudEvents that a real functions-framework process accepts."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import threading
import time
from typing import TYPE_CHECKING
from urllib.parse import unquote

import functions_framework
import pytest
from google.cloud.firestore_v1 import types
from google.events.cloud.firestore import DocumentEventData
from google.protobuf.timestamp_pb2 import Timestamp
from werkzeug.serving import make_server

from infra.local.database import Database
from infra.local.eventarc import CREATED, DELETED, UPDATED, WRITTEN, Eventarc, compile_pattern
from infra.local.firestore.wire import DocumentChange
from infra.local.pubsub import PubSub
from tests.contract.http_sink import sink

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

ROOT = "projects/clarity-local/databases/(default)/documents"
UPLOAD = f"{ROOT}/users/u1/uploads/x1"
COMMIT_TIME = Timestamp(seconds=1_760_000_000, nanos=123_456_000)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    found = Database(tmp_path / "state.db")
    yield found
    found.close()


@contextlib.asynccontextmanager
async def running(database: Database) -> AsyncIterator[tuple[PubSub, Eventarc]]:
    pubsub = PubSub(database)
    task = asyncio.create_task(pubsub.run())
    await asyncio.sleep(0)
    try:
        yield pubsub, Eventarc(pubsub, "clarity-local", "us-central1")
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def document(name: str, **fields: types.Value):
    found = types.Document(name=name, fields=fields, create_time=COMMIT_TIME.ToDatetime())
    return types.Document.pb(found)


def text(value: str) -> types.Value:
    return types.Value(string_value=value)


def change(before=None, after=None, name: str = UPLOAD) -> DocumentChange:
    return DocumentChange(name, before, after, COMMIT_TIME)


def created(name: str = UPLOAD) -> DocumentChange:
    return change(None, document(name, status=text("new")), name)


def deliver(database: Database, event_type: str, changes: list[DocumentChange], pattern: str):
    """The requests that reach the trigger's URL."""

    async def scenario(url: str) -> None:
        async with running(database) as (pubsub, eventarc):
            eventarc.ensure_trigger("t", event_type, pattern, url)
            with database.transaction():
                eventarc.on_commit(changes)
            async with asyncio.timeout(5):
                while any(each["unacked"] for each in pubsub.backlog().values()):
                    await asyncio.sleep(0.02)

    with sink() as server:
        asyncio.run(scenario(server.url))
        return server.requests


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("users/{uid}", "users/u1", True),
        ("users/{uid}", "users/u1/uploads/x", False),
        ("users/{uid}/uploads/{upload_id}", "users/u1/uploads/x", True),
        ("users/{uid}/uploads/{upload_id}", "users/u1/jobs/x", False),
        ("users/*/uploads/*", "users/u1/uploads/x", True),
        ("users/u1/uploads/{id=*}", "users/u1/uploads/x", True),
        ("users/u1/uploads/{id=*}", "users/u2/uploads/x", False),
        ("users/{rest=**}", "users/u1", True),
        ("users/{rest=**}", "users/u1/uploads/x", True),
        ("users/**", "users/u1/uploads/x", True),
        ("**", "users/u1/uploads/x", True),
        ("users/**/chunks/{id}", "users/u1/days/2026-01-01/chunks/x", True),
        ("a.c/{x}", "abc/d", False),
    ],
)
def test_a_pattern_matches_whole_paths_by_segments(pattern, path, matches):
    assert bool(compile_pattern(pattern).fullmatch(path)) is matches


@pytest.mark.parametrize(
    "pattern", ["", "/users/{uid}", "users//x", "users/a*", "users/{uid", "{}"]
)
def test_a_pattern_that_means_nothing_is_refused(pattern):
    with pytest.raises(ValueError, match="expected"):
        compile_pattern(pattern)


def test_an_unknown_event_type_is_refused(database):
    with pytest.raises(ValueError, match="expected an event type"):
        Eventarc(PubSub(database), "p", "l").ensure_trigger("t", "made.up", "a/{b}", "http://x")


def test_a_created_document_arrives_as_a_binary_cloud_event(database):
    (request,) = deliver(database, CREATED, [created()], "users/{uid}/uploads/{upload_id}")

    headers = {key: value for key, value in request.headers.items() if key.startswith("ce-")}
    identity = headers.pop("ce-id")
    assert len(identity) == 36
    assert headers == {
        "ce-type": CREATED,
        "ce-specversion": "1.0",
        "ce-source": "//firestore.googleapis.com/projects/clarity-local/databases/(default)",
        "ce-subject": "documents/users/u1/uploads/x1",
        "ce-time": "2025-10-09T08:53:20.123456Z",
        "ce-dataschema": "https://github.com/googleapis/google-cloudevents/blob/main/proto/"
        "google/events/cloud/firestore/v1/data.proto",
        "ce-location": "us-central1",
        "ce-project": "clarity-local",
        "ce-database": "(default)",
        "ce-namespace": "(default)",
        "ce-document": "users/u1/uploads/x1",
    }
    assert request.headers["content-type"] == "application/protobuf"
    event = DocumentEventData.deserialize(request.body)
    assert event.value.name == UPLOAD
    assert event.value.fields["status"].string_value == "new"
    assert not event.old_value.name


def test_an_update_carries_both_sides_and_the_paths_that_changed(database):
    inner = types.MapValue(fields={"kept": text("k"), "odd key": text("1")})
    other = types.MapValue(fields={"kept": text("k"), "odd key": text("2")})
    nan = types.Value(double_value=float("nan"))
    before = document(UPLOAD, a=text("1"), gone=text("x"), m=types.Value(map_value=inner), n=nan)
    after = document(UPLOAD, a=text("2"), new=text("y"), m=types.Value(map_value=other), n=nan)

    (request,) = deliver(database, UPDATED, [change(before, after)], "users/{uid}/uploads/{id}")

    event = DocumentEventData.deserialize(request.body)
    assert event.old_value.fields["a"].string_value == "1"
    assert event.value.fields["a"].string_value == "2"
    assert list(event.update_mask.field_paths) == ["a", "gone", "m.`odd key`", "new"]


def test_a_delete_carries_what_was_there(database):
    before = document(UPLOAD, status=text("old"))

    (request,) = deliver(database, DELETED, [change(before, None)], "users/{uid}/uploads/{id}")

    event = DocumentEventData.deserialize(request.body)
    assert event.old_value.fields["status"].string_value == "old"
    assert not event.value.name


def test_written_means_all_three_and_a_write_that_changes_nothing_means_none(database):
    one, two = document(UPLOAD, a=text("1")), document(UPLOAD, a=text("2"))
    changes = [change(None, one), change(one, one), change(one, two), change(two, None)]

    requests = deliver(database, WRITTEN, changes, "users/{uid}/uploads/{id}")

    assert len(requests) == 3
    assert {each.headers["ce-type"] for each in requests} == {WRITTEN}


@pytest.mark.parametrize(
    "name",
    [
        f"{ROOT}/users/u1/jobs/x1",
        "projects/other/databases/(default)/documents/users/u1/uploads/x1",
        "projects/clarity-local/databases/second/documents/users/u1/uploads/x1",
    ],
)
def test_other_documents_are_no_event(database, name):
    assert deliver(database, CREATED, [created(name)], "users/{uid}/uploads/{id}") == []


def test_other_kinds_of_change_are_no_event(database):
    one, two = document(UPLOAD, a=text("1")), document(UPLOAD, a=text("2"))
    changes = [change(one, two), change(two, None)]

    assert deliver(database, CREATED, changes, "users/{uid}/uploads/{id}") == []


def test_a_name_that_no_header_can_carry_is_escaped_and_whole_in_the_body(database):
    name = f'{ROOT}/users/Zoë "50%"/uploads/x'

    (request,) = deliver(database, CREATED, [created(name)], "users/{uid}/uploads/{id}")

    assert unquote(request.headers["ce-document"]) == 'users/Zoë "50%"/uploads/x'
    assert DocumentEventData.deserialize(request.body).value.name == name


def test_each_commit_and_document_has_its_own_id(database):
    later = Timestamp(seconds=COMMIT_TIME.seconds, nanos=123_457_000)
    other = f"{ROOT}/users/u1/uploads/x2"
    again = DocumentChange(UPLOAD, None, document(UPLOAD), later)

    requests = deliver(
        database, CREATED, [created(), created(other), again], "users/{uid}/uploads/{id}"
    )

    assert len({each.headers["ce-id"] for each in requests}) == 3


def test_a_rolled_back_commit_is_no_event(database):
    class BrokenOffError(Exception):
        pass

    def break_off(eventarc: Eventarc) -> None:
        with database.transaction():
            eventarc.on_commit([created()])
            raise BrokenOffError

    async def scenario(url: str) -> int:
        async with running(database) as (pubsub, eventarc):
            eventarc.ensure_trigger("t", CREATED, "users/{uid}/uploads/{id}", url)
            with pytest.raises(BrokenOffError):
                break_off(eventarc)
            await asyncio.sleep(0.2)
            return sum(each["unacked"] for each in pubsub.backlog().values())

    with sink() as server:
        assert asyncio.run(scenario(server.url)) == 0
        assert server.requests == []


def test_an_event_comes_again_with_the_same_id_until_it_is_taken(database):
    async def scenario(server) -> None:
        async with running(database) as (_, eventarc):
            eventarc.ensure_trigger(
                "t",
                CREATED,
                "users/{uid}/uploads/{id}",
                server.url,
                min_backoff_s=0.1,
                max_backoff_s=0.4,
            )
            with database.transaction():
                eventarc.on_commit([created()])
            await asyncio.to_thread(server.wait_for, 4)
            await asyncio.sleep(0.6)

    with sink(lambda n: 500 if n < 4 else 204) as server:
        asyncio.run(scenario(server))

    assert len(server.requests) == 4
    assert len({each.headers["ce-id"] for each in server.requests}) == 1
    times = [each.at for each in server.requests]
    pauses = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert pauses[0] > 0.09
    assert pauses[1] > 0.19
    assert pauses[2] > 0.38


def test_an_event_outlives_its_process_and_finds_the_new_url(database):
    async def first() -> None:
        async with running(database) as (_, eventarc):
            eventarc.ensure_trigger("t", CREATED, "users/{uid}/uploads/{id}", "http://127.0.0.1:9/")
            with database.transaction():
                eventarc.on_commit([created()])

    async def second(server) -> None:
        pubsub = PubSub(database)
        eventarc = Eventarc(pubsub, "clarity-local", "us-central1")
        eventarc.ensure_trigger("t", CREATED, "users/{uid}/uploads/{id}", server.url)
        task = asyncio.create_task(pubsub.run())
        await asyncio.to_thread(server.wait_for, 1)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    asyncio.run(first())
    with sink() as server:
        asyncio.run(second(server))

    assert server.requests[0].headers["ce-document"] == "users/u1/uploads/x1"


def test_an_event_that_nobody_takes_ends_as_a_dead_letter(database):
    letters = "projects/clarity-local/topics/dead"
    subscription = "projects/clarity-local/subscriptions/dead"

    async def scenario(server) -> None:
        async with running(database) as (pubsub, eventarc):
            pubsub.ensure_topic(letters)
            pubsub.ensure_subscription(subscription, letters)
            eventarc.ensure_trigger(
                "t",
                CREATED,
                "users/{uid}/uploads/{id}",
                server.url,
                min_backoff_s=0.02,
                max_backoff_s=0.02,
                dead_letter_topic=letters,
                max_delivery_attempts=5,
            )
            with database.transaction():
                eventarc.on_commit([created()])
            async with asyncio.timeout(10):
                while not pubsub.backlog()[subscription]["unacked"]:
                    await asyncio.sleep(0.02)

    with sink(lambda _: 500) as server:
        asyncio.run(scenario(server))

    assert len(server.requests) == 5


FUNCTION = """
from pathlib import Path

import functions_framework
from google.events.cloud.firestore import DocumentEventData

@functions_framework.cloud_event
def ingest(event):
    data = DocumentEventData.deserialize(event.data)
    seen = [event["id"], event["type"], event["subject"], event["document"], data.value.name]
    tries = Path(LOG).read_text().splitlines() if Path(LOG).exists() else []
    Path(LOG).write_text("\\n".join([*tries, " ".join(seen)]))
    if not tries:
        raise RuntimeError("the first try fails")
"""


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_real_function_takes_the_event(database, tmp_path):
    source = tmp_path / "main.py"
    log = tmp_path / "tries"
    source.write_text(f"LOG = {str(log)!r}\n{FUNCTION}")
    app = functions_framework.create_app(target="ingest", source=str(source))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()

    async def scenario() -> None:
        async with running(database) as (pubsub, eventarc):
            eventarc.ensure_trigger(
                "t",
                CREATED,
                "users/{uid}/uploads/{upload_id}",
                f"http://127.0.0.1:{server.port}/",
                min_backoff_s=0.1,
            )
            with database.transaction():
                eventarc.on_commit([created()])
            deadline = time.monotonic() + 10
            while any(each["unacked"] for each in pubsub.backlog().values()):
                assert time.monotonic() < deadline
                await asyncio.sleep(0.05)

    try:
        asyncio.run(scenario())
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

    first, second = log.read_text().splitlines()
    assert first == second
    assert first.split(" ")[1:] == [
        CREATED,
        "documents/users/u1/uploads/x1",
        "users/u1/uploads/x1",
        UPLOAD,
    ]
