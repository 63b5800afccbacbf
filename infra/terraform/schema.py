"""The provider's schema as vendored in `google.json`, and what a reference into it leads to."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

VENDORED = Path(__file__).with_name("google.json")

# A type: a word, ("list" | "set" | "map", type), ("tuple", ...), ("object", {name: type}) or
# ("body", body).
Type = Any
Body = dict[str, "Spec"]

PRIMITIVES = ("string", "number", "bool")


@dataclass(frozen=True, slots=True)
class Spec:
    """An attribute or nested block."""

    type: Type
    required: bool
    optional: bool
    computed: bool
    enum: tuple[str, ...]
    block: bool
    single: bool

    @property
    def settable(self) -> bool:
        """Whether a configuration may name it."""
        return self.required or self.optional

    @property
    def body(self) -> Body:
        """A nested block's body."""
        body: Body = self.type[1][1]
        return body


@dataclass(frozen=True, slots=True)
class Schema:
    """All types that are vendored, and the names of those that are not."""

    source: str
    provider: str
    version: str
    names: frozenset[str]
    types: dict[str, Body]


@cache
def vendored() -> Schema:
    """The schema in `google.json`."""
    stored = json.loads(VENDORED.read_text())
    return Schema(
        source=stored["source"],
        provider=stored["provider"],
        version=stored["version"],
        names=frozenset(stored["names"].split()),
        types={name: _body(body) for name, body in stored["types"].items()},
    )


def _body(stored: dict[str, list[Any]]) -> Body:
    return {name: _spec(*entry) for name, entry in stored.items()}


def _spec(shape: Any, flags: str, detail: Any = None) -> Spec:
    nested = isinstance(detail, dict)
    enum = () if nested or not detail else tuple(detail)
    return Spec(
        type=("list", ("body", _body(detail))) if nested else _type(shape),
        required="r" in flags,
        optional="o" in flags,
        computed="c" in flags,
        enum=enum,
        block=nested and shape in ("block", "blocks"),
        single=shape in ("block", "object"),
    )


def _type(stored: Any) -> Type:
    return stored if isinstance(stored, str) else (stored[0], _type(stored[1]))


def step(kind: Type, key: object) -> Type | None:
    """The type behind `.key` or `[key]` of a value of that type; None where there is none."""
    if kind == "any":
        return "any"
    if not isinstance(kind, tuple):
        return None
    if kind[0] in {"list", "set"}:
        return kind[1] if isinstance(key, int) else None
    if kind[0] == "map":
        return kind[1]
    if kind[0] == "tuple":
        return kind[1][key] if isinstance(key, int) and key < len(kind[1]) else None
    inside = kind[1].get(key)
    return inside.type if isinstance(inside, Spec) else inside


def words(kind: Type) -> str:
    """A type in words, as Terraform writes it."""
    if not isinstance(kind, tuple):
        return str(kind)
    if kind[0] == "body":
        return "block"
    if kind[0] in {"object", "tuple"}:
        return str(kind[0])
    return f"{kind[0]}({words(kind[1])})"
