"""Every expression of a configuration, with the names that mean something where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.terraform.syntax import (
    Block,
    Call,
    Choice,
    Expr,
    For,
    Items,
    Operation,
    Pairs,
    Splat,
    Step,
    Template,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from infra.terraform.configuration import Configuration

Found = tuple[str, Expr, frozenset[str]]

_PARTS: dict[type[Expr], Callable[..., tuple[Expr, ...]]] = {
    Template: lambda one: one.parts,
    Items: lambda one: one.items,
    Pairs: lambda one: tuple(part for pair in one.pairs for part in pair),
    Step: lambda one: (one.base, one.key),
    Splat: lambda one: (one.base, *one.keys),
    Call: lambda one: one.arguments,
    Choice: lambda one: (one.condition, one.yes, one.no),
    Operation: lambda one: one.operands,
}


def inner(expression: Expr) -> tuple[Expr, ...]:
    """The expressions that an expression, other than a `for`, is made of."""
    parts = _PARTS.get(type(expression))
    return parts(expression) if parts else ()


def expressions(configuration: Configuration, *, validations: bool = True) -> Iterator[Found]:
    """File, expression and names of each expression; a variable's own validations on request."""
    for declared in configuration.blocks:
        block = declared.block
        if block.type in {"terraform", "moved", "removed", "import"}:
            continue
        if block.type == "variable":
            yield from _validations(declared.file, block) if validations else ()
        else:
            names = frozenset({f"{one}." for one in _contexts(block)})
            for expression, known in of_block(block, names):
                yield declared.file, expression, known


def _contexts(block: Block) -> Iterator[str]:
    if block.attribute("for_each"):
        yield "each"
    if block.attribute("count"):
        yield "count"


def _validations(file: str, block: Block) -> Iterator[Found]:
    for validation in block.all("validation"):
        for expression, known in of_block(validation, frozenset()):
            yield file, expression, known


def of_block(block: Block, names: frozenset[str]) -> Iterator[tuple[Expr, frozenset[str]]]:
    """A block's expressions, each with the names that mean something there."""
    for attribute in block.attributes:
        if attribute.name not in {"iterator", "provider"}:
            yield from _within(attribute.value, names)
    for nested in block.blocks:
        if nested.type == "lifecycle":
            for condition in nested.blocks:
                yield from of_block(condition, names | {"self."})
        elif nested.type == "dynamic" and nested.labels:
            iterator = nested.attribute("iterator")
            word = getattr(iterator.value, "name", "") if iterator else nested.labels[0]
            each = nested.attribute("for_each")
            yield from _within(each.value, names) if each else ()
            for content in nested.all("content"):
                yield from of_block(content, names | {word})
        else:
            yield from of_block(nested, names)


def _within(expression: Expr, names: frozenset[str]) -> Iterator[tuple[Expr, frozenset[str]]]:
    yield expression, names
    if isinstance(expression, For):
        yield from _within(expression.collection, names)
        known = names | set(expression.names)
        for part in (expression.key, expression.value, expression.condition):
            if part is not None:
                yield from _within(part, known)
        return
    parts = inner(expression)
    if isinstance(expression, Step):  # of `a.b.c` the whole is one reference, its base not another
        parts = (expression.key, *_keys(expression.base))
    for part in parts:
        yield from _within(part, names)


def _keys(base: Expr) -> tuple[Expr, ...]:
    """What a reference's base holds besides the words of the reference."""
    if isinstance(base, Step):
        return (base.key, *_keys(base.base))
    return () if not inner(base) and not isinstance(base, For) else (base,)


def everything(configuration: Configuration) -> Iterator[tuple[str, Expr]]:
    """File and expression, of environments too, a `for`'s parts included."""
    for file, expression, _ in expressions(configuration):
        yield file, expression
    for file, body in configuration.environments.values():
        for expression, _ in of_block(body, frozenset()):
            yield file, expression
    for declared in configuration.variables.values():
        default = declared.block.attribute("default")
        if default is not None:
            for expression, _ in _within(default.value, frozenset()):
                yield declared.file, expression
