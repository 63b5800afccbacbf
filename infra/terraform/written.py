"""Expressions as text, in one form however they are laid out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from infra.terraform.syntax import (
    Block,
    Call,
    Choice,
    Expr,
    For,
    Items,
    Literal,
    Name,
    Operation,
    Pairs,
    Splat,
    Step,
    Template,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


def text(expression: Expr) -> str:
    """An expression in one line."""
    return _FORMS[type(expression)](expression)


def arguments(block: Block, path: str = "") -> Iterator[tuple[str, Expr, int]]:
    """The path, the expression and the line of each argument in a block, and in those within."""
    for attribute in block.attributes:
        yield path + attribute.name, attribute.value, attribute.line
    names = [".".join((one.type, *one.labels)) for one in block.blocks]
    for index, (name, inner) in enumerate(zip(names, block.blocks, strict=True)):
        number = f"[{names[:index].count(name)}]" if names.count(name) > 1 else ""
        yield from arguments(inner, f"{path}{name}{number}.")


def _joined(expressions: Iterable[Expr]) -> str:
    return ", ".join(map(text, expressions))


def _literal(expression: Literal) -> str:
    return json.dumps(expression.value, ensure_ascii=False)


def _template(expression: Template) -> str:
    parts = (
        _literal(part)[1:-1] if isinstance(part, Literal) else f"${{{text(part)}}}"
        for part in expression.parts
    )
    return f'"{"".join(parts)}"'


def _step(expression: Step) -> str:
    key = expression.key
    if isinstance(key, Literal) and isinstance(key.value, str) and key.value.isidentifier():
        return f"{text(expression.base)}.{key.value}"
    return f"{text(expression.base)}[{text(key)}]"


def _operation(expression: Operation) -> str:
    if len(expression.operands) == 1:
        return f"{expression.operator}{text(expression.operands[0])}"
    return f"({f' {expression.operator} '.join(map(text, expression.operands))})"


def _choice(one: Choice) -> str:
    return f"({text(one.condition)} ? {text(one.yes)} : {text(one.no)})"


def _loop(expression: For) -> str:
    start, end = "{}" if expression.key else "[]"
    key = f"{text(expression.key)} => " if expression.key else ""
    dots = "..." if expression.grouped else ""
    condition = f" if {text(expression.condition)}" if expression.condition else ""
    head = f"for {', '.join(expression.names)} in {text(expression.collection)}"
    return f"{start}{head} : {key}{text(expression.value)}{dots}{condition}{end}"


_FORMS: dict[type[Expr], Callable[[Any], str]] = {
    Literal: _literal,
    Template: _template,
    Items: lambda one: f"[{_joined(one.items)}]",
    Pairs: lambda one: f"{{{', '.join(f'{text(k)} = {text(v)}' for k, v in one.pairs)}}}",
    Name: lambda one: one.name,
    Step: _step,
    Splat: lambda one: text(one.base) + "[*]" + "".join(f"[{text(key)}]" for key in one.keys),
    Call: lambda one: f"{one.name}({_joined(one.arguments)}{'...' if one.spread else ''})",
    Choice: _choice,
    Operation: _operation,
    For: _loop,
}
