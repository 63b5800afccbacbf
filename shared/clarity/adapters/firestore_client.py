"""Firestore's own client, in less of the processor's time.

A read is a stream of answers to Firestore, and gRPC starts a thread for each stream that it reads:
with an option of its channel the thread that asked reads it. The client makes a wrapped message for
each value that it writes: here a new document is encoded straight into the protobuf.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

import grpc
from google.api_core.datetime_helpers import DatetimeWithNanoseconds
from google.api_core.exceptions import GoogleAPICallError
from google.cloud.firestore import Client, WriteBatch
from google.cloud.firestore_v1.services.firestore import client as service
from google.cloud.firestore_v1.services.firestore.transports import FirestoreGrpcTransport
from google.cloud.firestore_v1.types import Write
from google.cloud.firestore_v1.vector import Vector
from grpc.experimental import ChannelOptions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from google.cloud.firestore_v1.base_document import BaseDocumentReference

_OWN_THREAD = (ChannelOptions.SingleThreadedUnaryStream, 1)
# In this order: a bool is an int, too.
_PLAIN: Mapping[type, str] = {
    bool: "boolean_value",
    int: "integer_value",
    float: "double_value",
    str: "string_value",
    bytes: "bytes_value",
}


class _Transport(FirestoreGrpcTransport):
    """The client's own, but for its channel's options."""

    @classmethod
    def create_channel(cls, *args: Any, options: Iterable[Any] = (), **given: Any) -> grpc.Channel:
        return super().create_channel(*args, options=[*options, _OWN_THREAD], **given)


class _Service(service.FirestoreClient):
    """Reads each stream to its end, whoever wants only its beginning.

    Of one that is left before, gRPC without a thread for it never frees what it holds.
    """

    def batch_get_documents(self, *args: Any, **given: Any) -> Any:
        return _to_its_end(super().batch_get_documents(*args, **given))

    def run_query(self, *args: Any, **given: Any) -> Any:
        return _to_its_end(super().run_query(*args, **given))

    def run_aggregation_query(self, *args: Any, **given: Any) -> Any:
        return _to_its_end(super().run_aggregation_query(*args, **given))


def _to_its_end(stream: Any) -> Iterator[Any]:
    try:
        yield from stream
    except GeneratorExit:
        with suppress(GoogleAPICallError):  # nobody is told any more
            for _ in stream:
                pass
        raise


class _Batch(WriteBatch):
    """Encodes a new document by itself, unless it has something that only the client can write."""

    def create(self, reference: BaseDocumentReference, document_data: dict[str, Any]) -> None:
        message = Write.pb()()
        try:
            for name, value in document_data.items():
                _put(message.update.fields[name], value)
        except TypeError:  # a server's time, another document, ...
            super().create(reference, document_data)
            return
        message.update.name = reference._document_path
        message.current_document.exists = False
        self._document_references[reference._document_path] = reference
        self._add_write_pbs([Write.wrap(message)])


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
        return _Batch(self)


def _put(message: Any, value: object) -> None:
    """Write a plain value into the protobuf of one.

    Raises:
        TypeError: it is none.
    """
    if isinstance(value, Vector):
        _put(message, {"__type__": "__vector__", "value": list(value)})
    elif isinstance(value, Mapping):
        message.map_value.SetInParent()
        fields = message.map_value.fields
        for name, each in value.items():
            _put(fields[name], each)
    elif isinstance(value, list | tuple):
        message.array_value.SetInParent()
        values = message.array_value.values
        for each in value:
            _put(values.add(), each)
    else:
        _put_scalar(message, value)


def _put_scalar(message: Any, value: object) -> None:
    if value is None:
        message.null_value = 0
    elif isinstance(value, DatetimeWithNanoseconds):
        message.timestamp_value.CopyFrom(value.timestamp_pb())  # type: ignore[no-untyped-call]
    elif isinstance(value, datetime):
        message.timestamp_value.FromDatetime(value)
    else:
        kind = next((name for each, name in _PLAIN.items() if isinstance(value, each)), None)
        if kind is None:
            raise TypeError(f"expected a plain value, found {type(value).__name__}")
        setattr(message, kind, value)
