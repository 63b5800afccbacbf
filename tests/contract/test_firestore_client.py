"""Our Firestore client reads as Google's does, on the thread that asked."""

from __future__ import annotations

import logging
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from google.api_core.datetime_helpers import DatetimeWithNanoseconds
from google.api_core.exceptions import (
    AlreadyExists,
    DeadlineExceeded,
    GoogleAPICallError,
    ServiceUnavailable,
)
from google.auth.credentials import AnonymousCredentials
from google.cloud.firestore import SERVER_TIMESTAMP, Client
from google.cloud.firestore_v1.base_query import FieldFilter
from google.cloud.firestore_v1.services.firestore.transports import FirestoreGrpcTransport

from clarity.adapters.firestore_client import FirestoreClient
from infra.local.topology import HOST, PROJECT
from tests.cloud import cloud_process, environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_STREAM = "channel_spin"  # what gRPC's thread of a stream is called


@pytest.fixture(scope="module", name="client")
def _client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FirestoreClient]:
    with cloud_process(tmp_path_factory.mktemp("cloud")) as cloud, environment(cloud.variables):
        yield FirestoreClient(project=PROJECT, credentials=AnonymousCredentials())


def _started(work, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The threads that are started meanwhile."""
    names: list[str] = []
    start = threading.Thread.start

    def noted(thread: threading.Thread) -> None:
        names.append(str(getattr(thread, "_target", None)))
        start(thread)

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", noted)
        work()
    return [name for name in names if _STREAM in name]


def test_a_read_costs_no_thread(client, monkeypatch):
    document = client.document("users/ada")
    document.set({"a": 1})

    assert _started(document.get, monkeypatch) == []


def _held_kib() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4


@pytest.mark.parametrize("kind", ["get", "left early"])
def test_reads_leave_nothing_behind(client, kind):
    for n in range(3):
        client.document(f"users/ada/jobs/{n}").set({"n": n})
    document, jobs = client.document("users/ada/jobs/1"), client.collection("users/ada/jobs")
    read = document.get if kind == "get" else lambda: next(jobs.stream())
    for _ in range(200):
        read()
    before = _held_kib()

    for _ in range(400):
        read()

    assert _held_kib() - before < 400 * 5  # of a stream that is left before its end: 18 each


def test_a_query_that_runs_and_one_that_is_left_early_are_read_whole_and_in_part(client):
    for n in range(5):
        client.document(f"users/eve/jobs/{n}").set({"n": n})
    jobs = client.collection("users/eve/jobs").order_by("n")

    whole = [each.get("n") for each in jobs.stream()]
    stream = jobs.stream()
    first = next(stream).get("n")
    stream.close()

    assert (whole, first) == ([0, 1, 2, 3, 4], 0)
    assert jobs.count().get()[0][0].value == 5


def test_a_refusal_is_that_of_the_client_that_it_comes_from(client):
    document = client.document("users/bob")
    document.create({})

    with pytest.raises(AlreadyExists):
        document.create({})


def test_a_read_that_nobody_answers_ends_in_time():
    with (
        socket.create_server((HOST, 0)) as silent,
        environment({"FIRESTORE_EMULATOR_HOST": f"{HOST}:{silent.getsockname()[1]}"}),
    ):
        client = FirestoreClient(project=PROJECT, credentials=AnonymousCredentials())

        with pytest.raises(DeadlineExceeded):
            client.document("users/bob").get(retry=None, timeout=0.2)


def test_reads_of_many_threads_at_once_do_not_mix(client):
    for n in range(8):
        client.document(f"users/u{n}").set({"n": n})
    found: dict[int, list[int]] = {}

    def read(n: int) -> None:
        found[n] = [client.document(f"users/u{n}").get().get("n") for _ in range(20)]

    threads = [threading.Thread(target=read, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    assert found == {n: [n] * 20 for n in range(8)}


def test_what_only_the_server_can_fill_in_is_left_to_the_client_that_it_comes_from(client):
    document = client.document("users/tim")

    document.create({"at": SERVER_TIMESTAMP, "friend": client.document("users/ada"), "n": 1})

    found = document.get().to_dict()
    assert isinstance(found["at"], DatetimeWithNanoseconds)
    assert (found["friend"].path, found["n"]) == ("users/ada", 1)


@pytest.mark.parametrize(
    "value", [object(), {1, 2}.__iter__(), 2**64, {1: 2}], ids=["object", "iterator", "long", "key"]
)
def test_what_is_no_value_is_refused(client, value):
    with pytest.raises((TypeError, ValueError)):
        client.document("users/tom").create({"a": value})

    assert not client.document("users/tom").get().exists


def test_to_google_it_goes_with_the_options_of_the_client_and_one_more(monkeypatch):
    given = {}
    monkeypatch.delenv("FIRESTORE_EMULATOR_HOST", raising=False)
    create = FirestoreGrpcTransport.create_channel

    def noted(*args: Any, options: Any = (), **rest: Any) -> Any:
        given.update(options)
        return create(*args, options=options, **rest)

    monkeypatch.setattr(FirestoreGrpcTransport, "create_channel", staticmethod(noted))
    client = FirestoreClient(project=PROJECT, credentials=AnonymousCredentials())

    assert client._firestore_api.transport.kind == "grpc"
    assert given == {"grpc.keepalive_time_ms": 30_000, "SingleThreadedUnaryStream": 1}


@dataclass
class Listener(grpc.GenericRpcHandler):
    """Notes what arrives, and answers with these codes, then that nothing was found, or done."""

    calls: list[tuple[str, bytes, frozenset[tuple[str | bytes, ...]], float]] = field(
        default_factory=list
    )
    codes: list[grpc.StatusCode] = field(default_factory=list)

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler:
        def note(request: bytes, context: grpc.ServicerContext) -> None:
            if self.codes:
                context.abort(self.codes.pop(0), "as the test wants it")
            headers = frozenset(tuple(each) for each in context.invocation_metadata())
            left = round(context.time_remaining(), -1)
            self.calls.append((details.method, request, headers, left))

        def one(request: bytes, context: grpc.ServicerContext) -> bytes:
            note(request, context)
            return b""

        def many(request: bytes, context: grpc.ServicerContext) -> Iterator[bytes]:
            note(request, context)
            yield from ()

        if details.method.endswith(("/Commit", "/GetDocument")):
            return grpc.unary_unary_rpc_method_handler(one)
        return grpc.unary_stream_rpc_method_handler(many)


@pytest.fixture(name="listener")
def _listener() -> Iterator[tuple[Listener, Callable[[type[Client]], Client]]]:
    found = Listener()
    server = grpc.server(ThreadPoolExecutor(1), handlers=[found])
    port = server.add_insecure_port(f"{HOST}:0")
    server.start()

    def made(kind: type[Client]) -> Client:
        return kind(project=PROJECT, credentials=AnonymousCredentials())

    with environment({"FIRESTORE_EMULATOR_HOST": f"{HOST}:{port}"}):
        yield found, made
    server.stop(None)


def _everything(client: Client) -> None:
    job, jobs = client.document("users/ada/jobs/j"), client.collection("users/ada/jobs")
    with client.batch() as batch:
        batch.create(job, {"a": 1})
        batch.delete(job)
    job.delete()
    name = {"name": job._document_path}
    client._firestore_api.get_document(request=name, metadata=client._rpc_metadata)
    for more in ({}, {"timeout": 7.0}, {"retry": None, "timeout": 7.0}):
        list(client.get_all([job], ["a", "b.c"], **more))
        list(jobs.where(filter=FieldFilter("a", "==", 1)).order_by("b").limit(3).stream(**more))
        jobs.count().get(**more)
    list(client.get_all([job], read_time=DatetimeWithNanoseconds(2026, 6, 14, nanosecond=7)))


def test_what_arrives_is_what_the_client_that_it_comes_from_sends(listener):
    noted, made = listener

    for kind in (Client, FirestoreClient):
        _everything(made(kind))

    theirs, ours = noted.calls[: len(noted.calls) // 2], noted.calls[len(noted.calls) // 2 :]
    assert len(ours) == 13
    assert ours == theirs


@pytest.mark.parametrize("code", ["UNAVAILABLE", "RESOURCE_EXHAUSTED", "INTERNAL", "ABORTED"])
@pytest.mark.parametrize("kind", [Client, FirestoreClient])
def test_the_same_is_tried_again(listener, kind, code):
    noted, made = listener
    client = made(kind)
    job = client.document("users/ada/jobs/j")
    calls = {
        "read": lambda: list(client.get_all([job])),
        "write": client.batch().commit,
    }
    passing = {
        "read": {"UNAVAILABLE", "INTERNAL"},
        "write": {"UNAVAILABLE", "RESOURCE_EXHAUSTED"},
    }

    for name, call in calls.items():
        noted.codes = [grpc.StatusCode[code]] * 2
        if code in passing[name]:
            call()
        else:
            with pytest.raises(GoogleAPICallError) as caught:
                call()
            assert caught.value.grpc_status_code == grpc.StatusCode[code]


def test_who_is_tried_again_has_what_is_left_of_the_time(listener):
    _, made = listener
    client = made(FirestoreClient)
    client.batch().commit()
    times: list[float] = []
    method = client._firestore_api.transport._wrapped_methods[
        client._firestore_api.transport.commit
    ]

    def call(_request: Any, *, timeout: float, **_more: Any) -> None:
        times.append(timeout)
        if len(times) < 3:
            raise ServiceUnavailable("not yet")

    method._call = call
    method(None)

    assert 59.9 < times[0] <= 60
    assert times[0] > times[1] > times[2] > 50


@pytest.mark.parametrize(("kind", "logged"), [(Client, True), (FirestoreClient, False)])
def test_no_log_has_what_people_write(listener, kind, logged, caplog, monkeypatch):
    _, made = listener
    client = made(kind)
    caplog.set_level(logging.DEBUG, logger="google")
    monkeypatch.setattr(logging.getLogger("google"), "propagate", True)

    client.batch().commit()

    said = [each.getMessage() for each in caplog.records]
    assert any("Sending request" in each for each in said) == logged
