"""Firestore's batch of writes, in less of the processor's time.

Google's client makes a wrapped message for each value and each field's path. Here what is plain is
encoded straight into the protobuf, to the same bytes; the rest is left to the client.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from google.api_core.datetime_helpers import DatetimeWithNanoseconds
from google.api_core.gapic_v1.method import DEFAULT
from google.cloud.firestore import (
    DELETE_FIELD,
    ArrayUnion,
    Increment,
    LastUpdateOption,
    Maximum,
    WriteBatch,
)
from google.cloud.firestore_v1.field_path import FieldPath
from google.cloud.firestore_v1.types import Write, WriteResult
from google.cloud.firestore_v1.vector import Vector

if TYPE_CHECKING:
    from collections.abc import Iterable

    from google.cloud.firestore import WriteOption
    from google.cloud.firestore_v1.base_document import BaseDocumentReference

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WRITE = Write.pb()
# In this order: a bool is an int, too.
_PLAIN: Mapping[type, str] = {
    bool: "boolean_value",
    int: "integer_value",
    float: "double_value",
    str: "string_value",
    bytes: "bytes_value",
}
_TRANSFORMS: Mapping[type, str] = {
    ArrayUnion: "append_missing_elements",
    Increment: "increment",
    Maximum: "maximum",
}


class Batch(WriteBatch):
    """Encodes its writes by itself, unless one has something that only the client can write."""

    def create(self, reference: BaseDocumentReference, document_data: dict[str, Any]) -> None:
        """A document that must not be there yet."""
        write = _write(reference)
        try:
            _put_document(write, document_data)
        except TypeError:  # a server's time, another document, ...
            super().create(reference, document_data)
            return
        write.current_document.exists = False
        self._add(reference, write)

    def set(
        self,
        reference: BaseDocumentReference,
        document_data: dict[str, Any],
        merge: bool | list[str] = False,
    ) -> None:
        """A document as it is to be; or with `merge`, what of it is to be so."""
        write = _write(reference)
        try:
            if merge is True:
                _put_merged(write, document_data)
            elif merge is False:
                _put_document(write, document_data)
            else:
                raise TypeError  # noqa: TRY301  as below
        except TypeError:
            super().set(reference, document_data, merge)
            return
        self._add(reference, write)

    def update(
        self,
        reference: BaseDocumentReference,
        field_updates: dict[str, Any],
        option: WriteOption | None = None,
    ) -> None:
        """What of a document that is there is to be so."""
        write = _write(reference)
        try:
            _put_update(write, field_updates)
            if option is None:
                write.current_document.exists = True
            elif isinstance(option, LastUpdateOption):
                option.modify_write(Write.wrap(write))
            else:
                raise TypeError  # noqa: TRY301  as below
        except TypeError:
            super().update(reference, field_updates, option)
            return
        self._add(reference, write)

    def delete(self, reference: BaseDocumentReference, option: WriteOption | None = None) -> None:
        """A document that is to be gone."""
        write = _WRITE(delete=reference._document_path)
        if option is not None:
            option.modify_write(Write.wrap(write))
        self._add(reference, write)

    def commit(self, retry: Any = DEFAULT, timeout: float | None = None) -> list[WriteResult]:
        """Send the writes; what came of each. When that was (`commit_time`) is not kept."""
        request, options = self._prep_commit(retry, timeout)
        answer = self._client._firestore_api.commit(
            request=request, metadata=self._client._rpc_metadata, **options
        )
        self._write_pbs = []
        # One by one: the client's list looks each of them up for each.
        self.write_results = [WriteResult.wrap(each) for each in answer._pb.write_results]
        return self.write_results

    def _add(self, reference: BaseDocumentReference, write: Any) -> None:
        self._document_references[reference._document_path] = reference
        self._add_write_pbs([Write.wrap(write)])


def _write(reference: BaseDocumentReference) -> Any:
    write = _WRITE()
    write.update.name = reference._document_path
    return write


def _put_document(write: Any, document: Mapping[str, object], *, masked: bool = False) -> None:
    """Put in a document, or with `masked` what of it is to be so.

    Raises:
        TypeError: something of it is not plain.
    """
    paths = []
    for name, value in sorted(document.items(), key=itemgetter(0)):
        if type(value) in _TRANSFORMS:
            _put_transform(write.update_transforms.add(), _path(name), value)
            continue
        if not (masked and value is DELETE_FIELD):
            _put(write.update.fields[_named(name)], value)
        paths.append(name)
    if masked:
        write.update_mask.SetInParent()
        write.update_mask.field_paths.extend(map(_path, paths))


def _put_merged(write: Any, document: Mapping[str, object]) -> None:
    if not document or any(isinstance(each, dict) for each in document.values()):
        raise TypeError("expected fields, each to be replaced as a whole")
    _put_document(write, document, masked=True)


def _put_update(write: Any, document: Mapping[str, object]) -> None:
    if not document or not all(map(_is_path, document)):
        raise TypeError("expected names, found paths")
    _put_document(write, document, masked=True)


def _put_transform(message: Any, path: str, value: Any) -> None:
    message.field_path = path
    where = getattr(message, _TRANSFORMS[type(value)])
    if isinstance(value, ArrayUnion):
        _put_list(where, value.values)
    else:
        _put(where, value.value)


def _is_path(name: str) -> bool:
    """Whether the name is its own path: neither split at dots nor quoted."""
    return name.isascii() and name.isidentifier()


def _path(name: str) -> str:
    return name if _is_path(name) else str(FieldPath(name).to_api_repr())


def _named(name: str) -> str:
    if not name:
        raise TypeError("expected a name, found an empty one")
    return name


@cache
def _kind(found: type) -> str | None:
    """What a plain value of that type, or of one that is a kind of it, is called."""
    return next((name for each, name in _PLAIN.items() if issubclass(found, each)), None)


def _put(message: Any, value: Any) -> None:
    found: Any = type(value)
    if kind := _kind(found):
        setattr(message, kind, value)
    elif value is None:
        message.null_value = 0
    elif isinstance(value, datetime):
        _put_time(message.timestamp_value, value)
    elif isinstance(value, list | tuple):
        _put_list(message.array_value, value)
    elif isinstance(value, Vector):
        _put(message, {"__type__": "__vector__", "value": list(value)})
    elif isinstance(value, Mapping):
        message.map_value.SetInParent()
        fields = message.map_value.fields
        for name, each in value.items():
            _put(fields[_named(name)], each)
    else:
        raise TypeError(f"expected a plain value, found {type(value).__name__}")


def _put_time(message: Any, value: datetime) -> None:
    if isinstance(value, DatetimeWithNanoseconds):
        message.CopyFrom(value.timestamp_pb())  # type: ignore[no-untyped-call]
        return
    since = (value if value.tzinfo else value.replace(tzinfo=UTC)) - _EPOCH
    message.seconds = since.days * 86_400 + since.seconds
    message.nanos = since.microseconds * 1000


def _put_list(message: Any, values: Iterable[object]) -> None:
    message.SetInParent()
    for each in values:
        _put(message.values.add(), each)
