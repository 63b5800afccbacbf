"""The published Firestore messages as plain protobuf classes, and the one error of this package.

proto-plus wraps every access in Python; the server works on the wrapped protobuf classes. Those are
made at import time and have no static type, hence the `Any` aliases.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, NoReturn, TypeAlias

import grpc
from google.cloud.firestore_v1 import types
from google.protobuf.timestamp_pb2 import Timestamp

Message: TypeAlias = Any
Document: TypeAlias = Any
Value: TypeAlias = Any
Fields: TypeAlias = Any
Write: TypeAlias = Any

new_document = types.Document.pb()
new_value = types.Value.pb()
new_write = types.Write.pb()
new_write_result = types.WriteResult.pb()

_MICROS = 1_000_000


class StatusError(Exception):
    """A refusal as the client sees it: a gRPC status code and a message."""

    def __init__(self, code: grpc.StatusCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class DocumentChange:
    """One document as a commit found it (None: not there) and left it (None: deleted).

    `encoded` is what it left as it is stored: nobody but the store needs it.
    """

    name: str
    before: Document | None
    after: Document | None
    commit_time: Timestamp
    encoded: bytes = b""


class Found(NamedTuple):
    """A document in a scope; one that is not whole lacks some of its fields."""

    document: Document
    whole: bool


def invalid(message: str) -> NoReturn:
    """Refuse the request as INVALID_ARGUMENT."""
    raise StatusError(grpc.StatusCode.INVALID_ARGUMENT, message)


def unimplemented(what: str) -> NoReturn:
    """Refuse what the chain does not use."""
    raise StatusError(
        grpc.StatusCode.UNIMPLEMENTED, f"{what} is not part of the embedded Firestore."
    )


def to_timestamp(micros: int) -> Timestamp:
    """Microseconds since the epoch as a protobuf timestamp."""
    seconds, rest = divmod(micros, _MICROS)
    return Timestamp(seconds=seconds, nanos=rest * 1000)


def to_micros(timestamp: Timestamp) -> int:
    """A protobuf timestamp as whole microseconds since the epoch."""
    return int(timestamp.seconds * _MICROS + timestamp.nanos // 1000)
