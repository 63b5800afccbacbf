"""Field paths: `a.b`, `` a.`odd name` ``; reading, writing and deleting what they point at."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from infra.local.firestore.wire import invalid, new_document

if TYPE_CHECKING:
    from collections.abc import Iterable

    from infra.local.firestore.wire import Document, Fields, Value

Path = tuple[str, ...]

NAME: Path = ("__name__",)
_SEGMENT = re.compile(r"[a-zA-Z_][a-zA-Z_0-9]*|`(?:[^`\\]|\\.)+`", re.DOTALL)
_MAX_FIELD_NAME_BYTES = 1500
_RESERVED = re.compile(r"__.*__", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


@lru_cache(maxsize=16_384)
def parse(text: str) -> Path:
    """Split a field path into field names."""
    names = []
    position = 0
    while True:
        segment = _SEGMENT.match(text, position)
        if segment is None:
            invalid(f'Invalid property path "{text}".')
        names.append(_unquote(segment.group()))
        position = segment.end()
        if position == len(text):
            return tuple(names)
        if text[position] != ".":
            invalid(f'Invalid property path "{text}".')
        position += 1


def _unquote(segment: str) -> str:
    return _ESCAPE.sub(r"\1", segment[1:-1]) if segment[0] == "`" else segment


@lru_cache(maxsize=4096)
def check_field_name(name: str) -> None:
    """Refuse a field name that Firestore does not allow."""
    if not name:
        invalid("The property.name is the empty string.")
    if len(name) * 4 > _MAX_FIELD_NAME_BYTES and len(name.encode()) > _MAX_FIELD_NAME_BYTES:
        invalid("The property.name is longer than 1500 bytes.")
    if name[:2] == "__" and _RESERVED.fullmatch(name):
        invalid(f"field name {name} is reserved")


@lru_cache(maxsize=16_384)
def parse_reference(text: str) -> Path:
    """A field path as a query may name it: the document's name, or no reserved field."""
    path = parse(text)
    if path != NAME:
        for name in path:
            check_field_name(name)
    return path


def is_vector(value: Value) -> bool:
    """Whether a map is Firestore's encoding of a vector (it is a leaf, not a map)."""
    return "__type__" in value.map_value.fields


def find(fields: Fields, path: Path) -> Value | None:
    """The value at a path, None if there is none."""
    for name in path[:-1]:
        if name not in fields:
            return None
        value = fields[name]
        if not value.HasField("map_value") or is_vector(value):
            return None
        fields = value.map_value.fields
    return fields.get(path[-1], None)


def put(fields: Fields, path: Path, value: Value) -> None:
    """Store a value at a path; what stands in the way becomes a map."""
    for name in path[:-1]:
        inner = fields[name]
        if not inner.HasField("map_value") or is_vector(inner):
            inner.Clear()
            inner.map_value.SetInParent()
        fields = inner.map_value.fields
    fields[path[-1]].CopyFrom(value)


def remove(fields: Fields, path: Path) -> None:
    """Delete the value at a path, if there is one."""
    for name in path[:-1]:
        if name not in fields or not fields[name].HasField("map_value"):
            return
        fields = fields[name].map_value.fields
    if path[-1] in fields:
        del fields[path[-1]]


def project(document: Document, mask: Iterable[Path]) -> Document:
    """A copy that holds only the fields in the mask."""
    chosen = new_document(
        name=document.name, create_time=document.create_time, update_time=document.update_time
    )
    for path in mask:
        value = find(document.fields, path)
        if value is not None:
            put(chosen.fields, path, value)
    return chosen
