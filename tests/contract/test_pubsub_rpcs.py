"""The embedded Pub/Sub's table of RPCs, held against what the published clients call."""

from __future__ import annotations

import contextlib
from typing import Any

import grpc
import pytest
from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport
from google.pubsub_v1.services.schema_service.transports import SchemaServiceGrpcTransport
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport

from infra.local.pubsub import rpc


class UnpluggedError(Exception):
    """Nobody listens at the other end."""


class Unplugged:
    """What a recorded call is made on."""

    def with_call(self, *_, **__):
        raise UnpluggedError


class Recorder(grpc.Channel):
    """A channel that writes down what a transport would call, and with which types."""

    def __init__(self) -> None:
        self.calls: dict[str, tuple[Any, Any]] = {}

    def _record(self, path, request_serializer=None, response_deserializer=None, *_, **__) -> Any:
        self.calls[path] = (request_serializer, response_deserializer)
        return Unplugged()

    unary_unary = unary_stream = stream_unary = stream_stream = _record  # type: ignore[assignment]

    def subscribe(self, callback, try_to_connect=False):
        """Nothing changes here."""

    def unsubscribe(self, callback):
        """Nothing changes here."""

    def close(self) -> None:
        """Nothing is open."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def wire_class(serializer) -> Any:
    """The raw class behind a (de)serialiser, whether proto-plus or protobuf."""
    owner = getattr(serializer, "__self__", None)
    if owner is None:  # protobuf's SerializeToString is not bound to its class
        return rpc.Empty
    return owner.pb() if hasattr(owner, "pb") else owner


@pytest.mark.parametrize(
    "transport", [PublisherGrpcTransport, SubscriberGrpcTransport, SchemaServiceGrpcTransport]
)
def test_the_table_of_rpcs_is_what_the_clients_call(transport):
    recorder = Recorder()
    made = transport(channel=recorder)
    for name in dir(transport):
        if not isinstance(getattr(transport, name), property):
            continue
        stub = getattr(made, name)
        if isinstance(stub, grpc.UnaryUnaryMultiCallable):
            with contextlib.suppress(UnpluggedError):
                stub(object())  # only a call makes the intercepted channel name path and types
    table = {each.path: each for each in (*rpc.UNARY, rpc.STREAMING_PULL)}

    called = {path: types for path, types in recorder.calls.items() if "iam" not in path}

    service = next(iter(called)).rsplit("/", 1)[0] + "/"
    assert set(called) == {path for path in table if path.startswith(service)}
    for path, (serialize, deserialize) in called.items():
        assert table[path].request is wire_class(serialize)
        assert table[path].response is wire_class(deserialize)
