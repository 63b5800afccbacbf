"""Firestore's own client, in less of the processor's time.

A read is a stream of answers to Firestore, and gRPC starts a thread for each stream that it reads:
with an option of its channel the thread that asked reads it. What the client wraps and decorates
anew for each call is wrapped once here, or not at all.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import grpc
from google.api_core.exceptions import GoogleAPICallError
from google.api_core.gapic_v1.method import DEFAULT
from google.api_core.gapic_v1.routing_header import to_grpc_metadata
from google.cloud.firestore import Client, WriteBatch
from google.cloud.firestore_v1.services.firestore import client as service
from google.cloud.firestore_v1.services.firestore.transports import FirestoreGrpcTransport
from google.cloud.firestore_v1.types import (
    BatchGetDocumentsRequest,
    CommitRequest,
    RunAggregationQueryRequest,
    RunQueryRequest,
)
from grpc.experimental import ChannelOptions

from clarity.adapters.firestore_encoding import Batch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_OWN_THREAD = (ChannelOptions.SingleThreadedUnaryStream, 1)
# Another attempt with less than this left has all the time anew, as the client's own.
_LEAST_S = 1.0


class _Method:
    """A method of the API, with the client's retries and timeout; decorated once.

    The client's own does it at each call. Who has other wishes gets that.
    """

    def __init__(self, given: Any) -> None:
        self._given = given
        self._call, self._timeout_s, self._metadata = given._target, given._timeout, given._metadata
        self._patient = given._retry(self._attempt)

    def __call__(
        self,
        request: Any,
        *,
        retry: Any = DEFAULT,
        timeout: Any = DEFAULT,
        metadata: Sequence[Any] = (),
    ) -> Any:
        if retry is not DEFAULT or timeout is not DEFAULT:
            return self._given(request, retry=retry, timeout=timeout, metadata=metadata)
        return self._patient(request, [*metadata, *self._metadata], time.monotonic())

    def _attempt(self, request: Any, metadata: Sequence[Any], began: float) -> Any:
        left = self._timeout_s - (time.monotonic() - began)
        timeout = left if left >= _LEAST_S else self._timeout_s
        return self._call(request, timeout=timeout, metadata=metadata)


class _Transport(FirestoreGrpcTransport):
    """The client's own, but for its channel's options, and what it puts around each call."""

    @classmethod
    def create_channel(cls, *args: Any, options: Iterable[Any] = (), **given: Any) -> grpc.Channel:
        return super().create_channel(*args, options=[*options, _OWN_THREAD], **given)

    def _prep_wrapped_messages(self, client_info: Any) -> None:
        # Not through the layer that logs each call, with what people wrote, where debugging is on.
        self._logged_channel = self.grpc_channel
        super()._prep_wrapped_messages(client_info)  # type: ignore[no-untyped-call]
        for stub in (
            self.batch_get_documents,
            self.commit,
            self.get_document,
            self.run_query,
            self.run_aggregation_query,
        ):
            self._wrapped_methods[stub] = _Method(self._wrapped_methods[stub])


class _Service(service.FirestoreClient):
    """Sends what it is asked for most as it is, and reads each stream to its end.

    Of one that is left before, gRPC without a thread for it never frees what it holds.
    """

    def batch_get_documents(self, request: Any = None, **given: Any) -> Any:
        message, stub = (
            _message(BatchGetDocumentsRequest, request),
            self.transport.batch_get_documents,
        )
        return _to_its_end(self._send(stub, message, "database", **given))

    def run_query(self, request: Any = None, **given: Any) -> Any:
        message, stub = _message(RunQueryRequest, request), self.transport.run_query
        return _to_its_end(self._send(stub, message, "parent", **given))

    def run_aggregation_query(self, request: Any = None, **given: Any) -> Any:
        stub = self.transport.run_aggregation_query
        message = _message(RunAggregationQueryRequest, request)
        return _to_its_end(self._send(stub, message, "parent", **given))

    def commit(self, request: Any = None, **given: Any) -> Any:
        message = _message(CommitRequest, request)
        return self._send(self.transport.commit, message, "database", **given)

    def _send(
        self, stub: Any, message: Any, where: str, *, metadata: Sequence[Any] = (), **given: Any
    ) -> Any:
        """As the client's own method does, which looks at the request once more.

        Args:
            stub: of the method.
            message: the request.
            where: its field that tells Google's front end where to send it.
            metadata: the client's.
            given: retry and timeout, if others than the client's.
        """
        routing: Any = to_grpc_metadata([(where, getattr(message._pb, where))])  # type: ignore[no-untyped-call]
        call = self.transport._wrapped_methods[stub]
        return call(message, metadata=(*metadata, routing), **given)


def _message(kind: Any, request: Any) -> Any:
    """The request of that kind, without a copy of each message that the client has wrapped."""
    if not isinstance(request, dict) or "read_time" in request:  # a time is the client's to convert
        return request if isinstance(request, kind) else kind(request)
    return kind.wrap(kind.pb()(**{name: _unwrapped(each) for name, each in request.items()}))


def _unwrapped(value: Any) -> Any:
    if isinstance(value, list):
        return [_unwrapped(each) for each in value]
    return getattr(value, "_pb", value)


def _to_its_end(stream: Any) -> Iterator[Any]:
    try:
        yield from stream
    except GeneratorExit:
        with suppress(GoogleAPICallError):  # nobody is told any more
            for _ in stream:
                pass
        raise


class FirestoreClient(Client):
    """As the one that it comes from, to Google and to an emulator."""

    @property
    def _firestore_api(self) -> _Service:
        found: _Service = self._firestore_api_helper(_Transport, _Service, service)
        return found

    def _emulator_channel(self, transport: type[FirestoreGrpcTransport]) -> grpc.Channel:
        token = getattr(self._credentials, "id_token", None) or "owner"
        options = [("Authorization", f"Bearer {token}"), _OWN_THREAD]
        return grpc.insecure_channel(str(self._emulator_host), options=options)

    def batch(self) -> WriteBatch:
        """Writes that take effect together, or not at all."""
        return Batch(self)
