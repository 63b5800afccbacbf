"""Our table of the Firestore protocol's methods, held against the client's own transport."""

from __future__ import annotations

from typing import Any

import grpc
from google.cloud.firestore_v1.services.firestore.transports import FirestoreGrpcTransport

from infra.local.firestore import METHODS, SERVICE
from infra.local.firestore.server import ABSENT


class Recorder:
    """A channel that notes each method it is asked to make."""

    def __init__(self) -> None:
        self.made: dict[str, tuple[str, str, str]] = {}

    def _note(self, shape: str, path: str, serializer: Any, deserializer: Any) -> Any:
        _, service, method = path.split("/")
        if service == SERVICE:
            self.made[method] = (shape, _message_name(serializer), _message_name(deserializer))
        return lambda request: request  # stands for the method; it is never called

    def unary_unary(self, method, request_serializer, response_deserializer, *_):
        return self._note("unary_unary", method, request_serializer, response_deserializer)

    def unary_stream(self, method, request_serializer, response_deserializer, *_):
        return self._note("unary_stream", method, request_serializer, response_deserializer)

    def stream_unary(self, method, request_serializer, response_deserializer, *_):
        return self._note("stream_unary", method, request_serializer, response_deserializer)

    def stream_stream(self, method, request_serializer, response_deserializer, *_):
        return self._note("stream_stream", method, request_serializer, response_deserializer)


def _message_name(codec: Any) -> str:
    """The full name of the message that a (de)serializer is for; it may be bound or not."""
    owner = getattr(codec, "__self__", None) or codec.__objclass__
    wrapped = owner.pb() if hasattr(owner, "pb") else owner
    name: str = wrapped.DESCRIPTOR.full_name
    return name


def test_every_method_of_the_client_has_the_shape_and_types_of_our_table():
    recorder = Recorder()

    with grpc.insecure_channel("127.0.0.1:1") as unused:
        transport = FirestoreGrpcTransport(channel=unused)
    # Past the interceptor, which makes methods only when they are called.
    vars(transport)["_logged_channel"] = recorder
    transport._stubs.clear()
    for name in dir(transport):
        getattr(transport, name)

    assert set(recorder.made) == set(METHODS) | ABSENT
    for method, (shape, request, response) in METHODS.items():
        ours = (shape, request.DESCRIPTOR.full_name, response.DESCRIPTOR.full_name)
        assert ours == recorder.made[method]


def test_no_method_is_both_there_and_absent():
    assert not set(METHODS) & ABSENT
