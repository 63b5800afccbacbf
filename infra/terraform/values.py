"""Values of Terraform's expressions: Python's own, and those that are only known after apply."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from infra.terraform.schema import PRIMITIVES, Spec, words

if TYPE_CHECKING:
    from infra.terraform.schema import Type

Value = Any


class Faulty(Exception):  # noqa: N818  it is raised where an expression has a fault
    """An expression that has no value.

    Args:
        line: where, in the file of the expression that was evaluated.
        expected: what should be there.
        found: what is.
    """

    def __init__(self, line: int, expected: str, found: str, hint: str = "") -> None:
        super().__init__(f"line {line}: expected {expected}, found {found}")
        self.line = line
        self.file = ""  # another one than the expression's own, where a local lies
        self.expected = expected
        self.found = found
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value known after apply; `text` is the template that names where it comes from."""

    text: str
    kind: Type = "any"


class Unique(list[Value]):
    """A set, in order."""


def is_known(value: Value) -> bool:
    """Whether no part of it is unknown."""
    if isinstance(value, dict):
        return all(map(is_known, value.values()))
    if isinstance(value, list):
        return all(map(is_known, value))
    return not isinstance(value, Unknown)


def text_of(value: Value) -> str:
    """A value inside a string."""
    if isinstance(value, Unknown):
        return value.text
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def mapping(value: Value) -> dict[str, Value]:
    """A map, or an empty one where the value is none or is not known."""
    return value if isinstance(value, dict) else {}


def number(value: Value) -> float:
    """A number, also where it is written as a string; not a number otherwise."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan


def elements(value: Value) -> list[Value]:
    """A list's elements; none where the value is none or is not known."""
    return value if isinstance(value, list) else []


def kind_of(value: Value) -> Type:
    """A value's type, as it is found."""
    if isinstance(value, Unknown):
        return value.kind
    for kind, name in ((bool, "bool"), (str, "string"), (int, "number"), (float, "number")):
        if isinstance(value, kind):
            return name
    if isinstance(value, dict):
        return ("object", {key: kind_of(one) for key, one in value.items()})
    if isinstance(value, list):
        return ("tuple", [kind_of(one) for one in value])
    return "null"


def misfit(value: Value, kind: Type, *, inner: bool = False) -> str | None:
    """Why a value is not of a type, in words; None where it is.

    Terraform turns a number or bool into a string wherever one is wanted; here only within maps,
    where the values differ anyway.
    """
    if value is None or kind == "any":
        return None
    if isinstance(value, Unknown):
        return None if _fits(value.kind, kind) else f"{words(value.kind)} {value.text}"
    if isinstance(kind, tuple):
        return _misfit_inside(value, kind)
    found = kind_of(value)
    if found == kind or (inner and kind == "string" and found in PRIMITIVES):
        return None
    return f"{words(found)} {text_of(value)!r}" if found in PRIMITIVES else words(found)


def _fits(found: Type, wanted: Type) -> bool:
    if "any" in (found, wanted):
        return True
    if isinstance(found, tuple) and isinstance(wanted, tuple):
        return _family(found[0]) == _family(wanted[0])
    return found == wanted or (wanted == "string" and found in PRIMITIVES)


def _family(word: str) -> str:
    return "map" if word in {"map", "object", "body"} else "list"


def _misfit_inside(value: Value, kind: Type) -> str | None:
    if kind[0] in {"list", "set", "tuple"}:
        if not isinstance(value, list):
            return _shown(value)
        return next((bad for one in value if (bad := misfit(one, kind[1]))), None)
    if not isinstance(value, dict):
        return _shown(value)
    if kind[0] == "map":
        return next(
            (bad for one in value.values() if (bad := misfit(one, kind[1], inner=True))), None
        )
    return _misfit_object(value, kind[1])


def _misfit_object(value: dict[str, Value], members: dict[str, Type]) -> str | None:
    for name, member in members.items():
        wanted = member.type if isinstance(member, Spec) else member
        if name in value and (bad := misfit(value[name], wanted)):
            return f"{name} = {bad}"
    return next((f"unknown key {name}" for name in value if name not in members), None)


def _shown(value: Value) -> str:
    found = kind_of(value)
    return f"{found} {text_of(value)!r}" if found in PRIMITIVES else words(found)
