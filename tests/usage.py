"""What the chain uses of the cloud, counted on the wire between its functions and the embedded one.

Each function stands behind its real door and talks through a proxy of its own, which passes every
gRPC message on as it is and reads it on the way. A gate before each door can hold deliveries back:
the bus then delivers again, and one step is measured after the other.
"""

from __future__ import annotations

import http.server
import json
import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import grpc
from functions_framework import create_app
from google.auth.credentials import AnonymousCredentials
from google.cloud.firestore import Client
from google.cloud.firestore_v1 import types
from google.pubsub_v1.types import PublishRequest
from werkzeug.serving import WSGIRequestHandler, make_server

from clarity import wiring
from infra.local.topology import HOST, PROJECT, function_environment
from tests.cloud import REPOSITORY, environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from tests.cloud import Cloud

DOORS = ("ingest", "preprocess", "insights")
MODEL = "pat-counted"
_OPTIONS = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
# Pub/Sub counts these beside data and attributes: a time stamp, and the message's id.
_STAMP_BYTES, _ID_BYTES = 20, 16
_PATIENCE_S = 30.0  # of a delivery at a gate that stays shut


@dataclass
class Tally:
    """What one function did; two can be subtracted."""

    lookups: int = 0  # documents read by name, and counts
    found: int = 0  # documents that queries found; a query that finds none counts one
    writes: int = 0
    deletes: int = 0
    calls: int = 0  # round trips to Firestore and Pub/Sub
    published: int = 0
    published_bytes: int = 0
    pushed_bytes: int = 0
    deliveries: int = 0
    refused: int = 0  # deliveries that the function did not acknowledge
    predictions: int = 0
    prediction_bytes: int = 0
    expiring: dict[str, int] = field(default_factory=dict)  # document that TTL deletes: its bytes
    seconds: float = 0.0

    def copy(self) -> Tally:
        return replace(self, expiring=dict(self.expiring))

    def since(self, before: Tally) -> Tally:
        """What was added."""
        added = {
            name: getattr(self, name) - getattr(before, name)
            for name in self.__dataclass_fields__
            if name != "expiring"
        }
        fresh = {name: size for name, size in self.expiring.items() if name not in before.expiring}
        return Tally(**added, expiring=fresh)


class _Firestore:
    """Counts as the bill does: a query that finds nothing is one read, a failed commit nothing."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally

    def done(self, method: str, requests: list[bytes], responses: list[bytes]) -> None:
        tally = self._tally
        tally.calls += 1
        if method in {"Commit", "BatchWrite"}:
            for request in requests:
                self._written(types.CommitRequest.deserialize(request).writes)
        elif method == "RunQuery":
            found = [types.RunQueryResponse.deserialize(each) for each in responses]
            tally.found += max(1, sum("document" in each for each in found))
        elif method == "BatchGetDocuments":
            found = [types.BatchGetDocumentsResponse.deserialize(each) for each in responses]
            tally.lookups += sum("found" in each or "missing" in each for each in found)
        elif method in {"GetDocument", "RunAggregationQuery", "ListCollectionIds"}:
            tally.lookups += 1
        elif method not in {"BeginTransaction", "Rollback"}:
            raise AssertionError(f"nobody knows what {method} costs")

    def _written(self, writes: Any) -> None:
        for write in writes:
            if "delete" in write:
                self._tally.deletes += 1
                continue
            self._tally.writes += 1
            document = write.update
            if "expires_at" in document.fields:
                size = types.Document.pb(document).ByteSize()
                known = self._tally.expiring.get(document.name, 0)
                self._tally.expiring[document.name] = max(known, size)


class _PubSub:
    def __init__(self, tally: Tally) -> None:
        self._tally = tally

    def done(self, method: str, requests: list[bytes], _: list[bytes]) -> None:
        if method != "Publish":
            raise AssertionError(f"nobody knows what {method} costs")
        self._tally.calls += 1
        for request in requests:
            for message in PublishRequest.deserialize(request).messages:
                named = sum(len(k) + len(v) for k, v in message.attributes.items())
                self._tally.published += 1
                self._tally.published_bytes += len(message.data) + named + _STAMP_BYTES + _ID_BYTES


def _same(message: bytes) -> bytes:
    return message


class _Forward(grpc.GenericRpcHandler):
    """Passes every method on, whatever its shape: on the wire each is a stream of messages."""

    def __init__(self, channel: grpc.Channel, counter: _Firestore | _PubSub) -> None:
        self._channel, self._counter = channel, counter

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler:
        path = details.method
        call = self._channel.stream_stream(path, _same, _same)

        def passed(requests: Iterator[bytes], context: grpc.ServicerContext) -> Iterator[bytes]:
            sent: list[bytes] = []

            def watched() -> Iterator[bytes]:
                with suppress(grpc.RpcError):  # the caller hung up
                    for request in requests:
                        sent.append(request)
                        yield request

            metadata = tuple(
                (name, value)
                for name, value in context.invocation_metadata()
                if name != "user-agent"
            )
            try:
                received = list(call(watched(), metadata=metadata))
            except grpc.RpcError as error:
                trailing = error.trailing_metadata() or ()
                context.set_trailing_metadata(tuple((each.key, each.value) for each in trailing))
                context.abort(error.code(), error.details() or "")
            # Before the caller goes on, so that what it did is counted when its door closes.
            self._counter.done(path.rpartition("/")[2], sent, received)
            yield from received

        return grpc.stream_stream_rpc_method_handler(passed, _same, _same)


@contextmanager
def _proxy(target: int, counter: _Firestore | _PubSub) -> Iterator[str]:
    channel = grpc.insecure_channel(f"{HOST}:{target}", options=_OPTIONS)
    server = grpc.server(ThreadPoolExecutor(16), options=_OPTIONS)
    server.add_generic_rpc_handlers((_Forward(channel, counter),))
    port = server.add_insecure_port(f"{HOST}:0")
    server.start()
    try:
        yield f"{HOST}:{port}"
    finally:
        server.stop(grace=0.2).wait()
        channel.close()


@contextmanager
def _endpoint(tally: Tally) -> Iterator[str]:
    """An endpoint that answers every week with the same vector, and counts."""
    prediction = {
        "embedding": [0.0] * 96,
        "model_id": MODEL,
        "weights_sha256": "0" * 64,
        "scaler_id": "counted",
    }
    answer = json.dumps({"predictions": [prediction]}).encode()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            tally.predictions += 1
            tally.prediction_bytes += len(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = http.server.ThreadingHTTPServer((HOST, 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"{HOST}:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Door:
    """A function's door with a gate before it, at which deliveries wait, and what it used."""

    def __init__(self, tally: Tally) -> None:
        self.tally = tally
        self.gate = threading.Event()
        self.at_work = 0

    def before(self, application: WSGIApplication) -> WSGIApplication:
        """The function's application behind the gate."""

        def guarded(environ: WSGIEnvironment, start: StartResponse) -> Any:
            if not self.gate.wait(_PATIENCE_S):
                start("503 Service Unavailable", [("content-length", "0")])
                return [b""]
            return self._let_in(application, environ, start)

        return guarded

    def _let_in(
        self, application: WSGIApplication, environ: WSGIEnvironment, start: StartResponse
    ) -> Any:
        def noted(status: str, *others: Any) -> Any:
            self.tally.refused += not status.startswith("2")
            return start(status, *others)

        self.at_work += 1
        began = time.perf_counter()
        try:
            return list(application(environ, noted))
        finally:
            self.tally.seconds += time.perf_counter() - began
            self.tally.deliveries += 1
            self.tally.pushed_bytes += int(environ.get("CONTENT_LENGTH") or 0)
            self.at_work -= 1


class _Quiet(WSGIRequestHandler):
    def log(self, *_: object) -> None:
        """Quiet."""


@contextmanager
def _served(port: int, application: WSGIApplication) -> Iterator[None]:
    server = make_server(HOST, port, application, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def counted_client(cloud: Cloud) -> Iterator[tuple[Client, Tally]]:
    """A client of the database, and what is done by it."""
    tally = Tally()
    with _proxy(cloud.ports.firestore, _Firestore(tally)) as address:
        with environment({"FIRESTORE_EMULATOR_HOST": address}):
            client = Client(project=PROJECT, credentials=AnonymousCredentials())
        yield client, tally


@dataclass
class Counted:
    """The chain with a counter on every wire."""

    cloud: Cloud
    doors: dict[str, Door]

    def taken(self, name: str, act: Callable[[], object]) -> Tally:
        """What one function used while `act` ran; only its gate is open, and it is left shut."""
        door = self.doors[name]
        before = door.tally.copy()
        door.gate.set()
        try:
            act()
        finally:
            door.gate.clear()
        while door.at_work:
            time.sleep(0.01)
        return door.tally.since(before)


@contextmanager
def counted(cloud: Cloud, **settings: str) -> Iterator[Counted]:
    """The three functions over this cloud, each with its counters, all gates shut."""
    handlers = logging.root.handlers[:]
    local = f"http://{HOST}:{cloud.ports.http}"
    gemini = {"GEMINI_API_KEY": "local", "GEMINI_API_ENDPOINT": local}
    doors = {name: Door(Tally()) for name in DOORS}
    with ExitStack() as stack:
        for name, door in doors.items():
            variables = function_environment(cloud.ports, pat_model_id=MODEL, gemini=gemini) | {
                "FIRESTORE_EMULATOR_HOST": stack.enter_context(
                    _proxy(cloud.ports.firestore, _Firestore(door.tally))
                ),
                "PUBSUB_EMULATOR_HOST": stack.enter_context(
                    _proxy(cloud.ports.pubsub, _PubSub(door.tally))
                ),
                "VERTEX_EMULATOR_HOST": stack.enter_context(_endpoint(door.tally)),
                **settings,
            }
            with environment(variables):
                getattr(wiring, name)()  # composed here, so that it has its own addresses
                application = create_app(name, str(REPOSITORY / f"functions/{name}/main.py"))
            port = cloud.ports.named()[name]
            stack.enter_context(_served(port, door.before(application)))
        yield Counted(cloud, doors)
        for door in doors.values():
            door.gate.set()
    for name in DOORS:
        getattr(wiring, name).cache_clear()
    logging.root.handlers[:] = handlers
