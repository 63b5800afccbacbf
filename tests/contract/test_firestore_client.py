"""Our Firestore client reads as Google's does, on the thread that asked."""

from __future__ import annotations

import socket
import threading
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from google.api_core.datetime_helpers import DatetimeWithNanoseconds
from google.api_core.exceptions import AlreadyExists, DeadlineExceeded
from google.auth.credentials import AnonymousCredentials
from google.cloud.firestore import SERVER_TIMESTAMP, Client
from google.cloud.firestore_v1.services.firestore.transports import FirestoreGrpcTransport
from google.cloud.firestore_v1.vector import Vector
from hypothesis import given
from hypothesis import strategies as st

from clarity.adapters.firestore_client import FirestoreClient
from infra.local.topology import HOST, PROJECT
from tests.cloud import cloud_process, environment

if TYPE_CHECKING:
    from collections.abc import Iterator

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


_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(),
    st.text(max_size=8),
    st.binary(max_size=8),
    st.datetimes(timezones=st.just(UTC)),
    st.integers(0, 10**9 - 1).map(
        lambda each: DatetimeWithNanoseconds(2026, 6, 14, nanosecond=each, tzinfo=UTC)
    ),
    st.lists(st.floats(allow_nan=False), min_size=1, max_size=3).map(Vector),
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(
        st.lists(inner.filter(lambda each: not isinstance(each, list)), max_size=3),
        st.dictionaries(st.text(min_size=1, max_size=4), inner, max_size=3),
    ),
    max_leaves=8,
)


def _written(client: Client, fields: dict[str, object]) -> bytes:
    batch = client.batch()
    batch.create(client.document("users/ada/analyses/a"), fields)
    (write,) = batch._write_pbs
    return write._pb.SerializeToString(deterministic=True)


@given(fields=st.dictionaries(st.text(min_size=1, max_size=6), _VALUES, max_size=4))
def test_a_new_document_is_the_same_on_the_wire_as_by_the_client_that_it_comes_from(fields):
    ours, theirs = (
        kind(project=PROJECT, credentials=AnonymousCredentials())
        for kind in (FirestoreClient, Client)
    )

    assert _written(ours, fields) == _written(theirs, fields)


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
