"""Writes against a store: staged first, so that a batch is applied whole or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import grpc
from google.protobuf.unknown_fields import UnknownFieldSet

from infra.local.firestore import paths
from infra.local.firestore.names import check_document
from infra.local.firestore.transforms import transform
from infra.local.firestore.values import check_size, settle_fields
from infra.local.firestore.wire import (
    Document,
    DocumentChange,
    Message,
    StatusError,
    Write,
    invalid,
    new_document,
    new_write_result,
    to_micros,
    to_timestamp,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

# A document of this many encoded bytes cannot reach 1 MiB by Firestore's rules: the encoding spends
# at least four bytes on a value that the rules count as nine.
_SURELY_SMALL = 256 * 1024
_VERIFY_FIELD = 5  # `Write.verify`: sent by the JavaScript SDK, absent from the published message


class Staged:
    """The documents as they will stand after a commit."""

    def __init__(self, stored: Callable[[str], Document | None], commit_micros: int) -> None:
        self._stored = stored
        self._micros = commit_micros
        self._time = to_timestamp(commit_micros)
        self._before: dict[str, Document | None] = {}
        self._after: dict[str, Document | None] = {}
        self._encoded: dict[str, bytes] = {}

    def add(self, write: Write) -> Message:
        """Stage one write; returns its WriteResult."""
        operation = write.WhichOneof("operation")
        if operation == "update":
            return self._update(write)
        if operation == "delete":
            return self._delete(write)
        if operation == "transform":
            return self._transform(write)
        name = _verified_name(write)
        if name is None:
            invalid("empty write operation")
        self._check_precondition(name, write)
        return new_write_result()

    def changes(self) -> list[DocumentChange]:
        """What the commit changes; a write that leaves a document as it was is none."""
        return [
            DocumentChange(name, before, after, self._time, self._encoded.get(name, b""))
            for name, after in self._after.items()
            if after is not (before := self._before[name])
        ]

    def _current(self, name: str) -> Document | None:
        if name not in self._before:
            self._before[name] = self._stored(name)
        return self._after[name] if name in self._after else self._before[name]

    def _update(self, write: Write) -> Message:
        given = write.update
        before = self._begin(given.name, write)
        settle_fields(given.fields)
        document = new_document(name=given.name)
        if write.HasField("update_mask"):
            if before is not None:
                document.CopyFrom(before)
            _merge(document, given, write.update_mask.field_paths)
        else:
            document.MergeFrom(given)
        return self._finish(before, document, write.update_transforms)

    def _transform(self, write: Write) -> Message:
        name = write.transform.document
        if not write.transform.field_transforms:
            invalid("The list of FieldTransform must not be empty.")
        if write.HasField("update_mask"):
            invalid("a transform must not specify a document mask.")
        before = self._begin(name, write)
        document = new_document(name=name)
        if before is not None:
            document.CopyFrom(before)
        return self._finish(before, document, write.transform.field_transforms)

    def _delete(self, write: Write) -> Message:
        if write.HasField("update_mask"):
            invalid("a delete must not specify a document mask.")
        if write.update_transforms:
            invalid("a delete must not specify transforms.")
        self._begin(write.delete, write)
        self._after[write.delete] = None
        self._encoded.pop(write.delete, None)
        return new_write_result()

    def _begin(self, name: str, write: Write) -> Document | None:
        check_document(name)
        self._check_precondition(name, write)
        return self._current(name)

    def _check_precondition(self, name: str, write: Write) -> None:
        condition = write.current_document
        kind = condition.WhichOneof("condition_type")
        if kind is None:
            return
        current = self._current(name)
        if kind == "exists":
            _check_existence(name, current, required=condition.exists)
            return
        stored = 0 if current is None else to_micros(current.update_time)
        required = to_micros(condition.update_time)
        if stored != required or current is None:
            raise StatusError(
                grpc.StatusCode.FAILED_PRECONDITION,
                f"the stored version ({stored}) does not match"
                f" the required base version ({required})",
            )

    def _finish(
        self, before: Document | None, document: Document, transforms: Iterable[Message]
    ) -> Message:
        results = [transform(document.fields, item, self._micros) for item in transforms]
        document.ClearField("create_time")
        document.ClearField("update_time")
        encoded = _encoded(document)
        if len(encoded) > _SURELY_SMALL:
            check_size(document)
        created = self._time if before is None else before.create_time
        if before is not None:
            times = new_document(create_time=created, update_time=before.update_time)
            if encoded + _encoded(times) == _encoded(before):
                return new_write_result(update_time=before.update_time, transform_results=results)
        times = new_document(create_time=created, update_time=self._time)
        document.MergeFrom(times)
        self._after[document.name] = document
        self._encoded[document.name] = encoded + _encoded(times)
        return new_write_result(update_time=self._time, transform_results=results)


def name_of(write: Write) -> str:
    """The document that a write is about."""
    name: str = write.update.name or write.delete or write.transform.document
    return name


def check_sequence(writes: Iterable[Write]) -> None:
    """Refuse a write whose precondition an earlier one of the same request has made false."""
    exists: dict[str, bool] = {}
    for write in writes:
        name, condition = name_of(write), write.current_document
        known = exists.get(name)
        if condition.HasField("exists") and known not in {None, condition.exists}:
            invalid("Cannot write then insert, or delete then update, an entity in one request.")
        exists[name] = not write.delete


def _merge(document: Document, given: Document, mask: Iterable[str]) -> None:
    for text in mask:
        path = paths.parse(text)
        for name in path:
            paths.check_field_name(name)
        value = paths.find(given.fields, path)
        if value is None:
            paths.remove(document.fields, path)
        else:
            paths.put(document.fields, path, value)


def _check_existence(name: str, current: Document | None, *, required: bool) -> None:
    if required and current is None:
        raise StatusError(grpc.StatusCode.NOT_FOUND, f"no entity to update: {name}")
    if not required and current is not None:
        raise StatusError(grpc.StatusCode.ALREADY_EXISTS, f"entity already exists: {name}")


def _encoded(document: Document) -> bytes:
    # Message equality takes -0.0 for 0.0 and NaN for different from itself.
    encoded: bytes = document.SerializeToString(deterministic=True)
    return encoded


def _verified_name(write: Write) -> str | None:
    for field in UnknownFieldSet(write):
        if field.field_number == _VERIFY_FIELD and isinstance(field.data, bytes):
            return field.data.decode()
    return None
