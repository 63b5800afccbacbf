"""What Terraform files are made of: blocks, attributes and expressions, each with its line."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Expr:
    """Any expression."""

    line: int


@dataclass(frozen=True, slots=True)
class Literal(Expr):
    """A number, a bool, null, or a string without interpolation."""

    value: str | float | bool | None


@dataclass(frozen=True, slots=True)
class Template(Expr):
    """A string with interpolations or directives."""

    parts: tuple[Expr, ...]
    directives: bool = False


@dataclass(frozen=True, slots=True)
class Items(Expr):
    """A tuple `[a, b]`."""

    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Pairs(Expr):
    """An object `{a = b}`."""

    pairs: tuple[tuple[Expr, Expr], ...]


@dataclass(frozen=True, slots=True)
class Name(Expr):
    """The first word of a reference, or a variable of a `for`."""

    name: str


@dataclass(frozen=True, slots=True)
class Step(Expr):
    """`base.key`, `base[key]`."""

    base: Expr
    key: Expr


@dataclass(frozen=True, slots=True)
class Splat(Expr):
    """`base[*].a.b`: the keys to take of each element."""

    base: Expr
    keys: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Call(Expr):
    """A function's call; `spread` where the last argument ends in dots."""

    name: str
    arguments: tuple[Expr, ...]
    spread: bool


@dataclass(frozen=True, slots=True)
class Choice(Expr):
    """`condition ? yes : no`."""

    condition: Expr
    yes: Expr
    no: Expr


@dataclass(frozen=True, slots=True)
class Operation(Expr):
    """A unary or binary operation."""

    operator: str
    operands: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class For(Expr):
    """`[for k, v in c : value if condition]`, or `{... : key => value...}`."""

    names: tuple[str, ...]
    collection: Expr
    key: Expr | None
    value: Expr
    condition: Expr | None
    grouped: bool


@dataclass(frozen=True, slots=True)
class Attribute:
    """`name = value`."""

    name: str
    value: Expr
    line: int


@dataclass(frozen=True, slots=True)
class Block:
    """`type "label" ... { ... }`."""

    type: str
    labels: tuple[str, ...]
    attributes: tuple[Attribute, ...]
    blocks: tuple[Block, ...]
    line: int
    end: int

    def attribute(self, name: str) -> Attribute | None:
        """The attribute of that name."""
        return next((one for one in self.attributes if one.name == name), None)

    def all(self, kind: str) -> list[Block]:
        """The blocks of that type within it."""
        return [one for one in self.blocks if one.type == kind]
