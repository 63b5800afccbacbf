"""Terraform files as trees: blocks, attributes and expressions, each with its line.

python-hcl2 parses; its own dictionaries lose the lines, so its parse tree is read instead.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from hcl2 import parses_to_tree
from lark import Token, Tree
from lark.exceptions import UnexpectedInput

from infra.terraform.syntax import (
    Attribute,
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
    from collections.abc import Callable, Iterator


class SyntaxFault(Exception):  # noqa: N818  the word that the report uses
    """A file that does not parse.

    Args:
        line: where.
        found: what stands there.
    """

    def __init__(self, line: int, found: str) -> None:
        super().__init__(f"line {line}: {found}")
        self.line = line
        self.found = found


@cache
def parse(text: str) -> Block:
    """A file's body, as a block without type.

    Raises:
        SyntaxFault: it does not parse.
    """
    try:
        tree = parses_to_tree(text)
    except UnexpectedInput as error:
        found = str(error).strip().splitlines()[0]
        raise SyntaxFault(error.line, found) from error
    return _body("", (), _trees(tree)[0], 1, text.count("\n") + 1)


def parse_expression(text: str, line: int) -> Expr:
    """One expression, as of an interpolation in a heredoc, whose first line is `line`."""
    try:
        tree = parses_to_tree("\n" * (line - 1) + f"x = {text}")
    except UnexpectedInput as error:
        raise SyntaxFault(line, f"cannot read the expression {text!r}") from error
    return _body("", (), _trees(tree)[0], 1, line).attributes[0].value


def parse_template(text: str) -> Expr:
    """A file of `templatefile`."""
    parts = [Literal(1, part) if isinstance(part, str) else part for part in _interpolated(text, 1)]
    return _template(1, parts, "%{" in text)


def _trees(tree: Tree[Token]) -> list[Tree[Token]]:
    return [
        child
        for child in tree.children
        if isinstance(child, Tree) and child.data != "new_line_or_comment"
    ]


def _line(tree: Tree[Token]) -> int:
    line: int = getattr(tree.meta, "line", 0)
    return line


def _word(tree: Tree[Token]) -> str:
    return "".join(str(token) for token in tree.scan_values(lambda _: True)).strip()


def _body(kind: str, labels: tuple[str, ...], body: Tree[Token], line: int, end: int) -> Block:
    attributes, blocks = [], []
    for child in _trees(body):
        if child.data == "attribute":
            name, value = _trees(child)
            attributes.append(Attribute(_word(name), _expression(value), _line(child)))
        else:
            *head, inner = _trees(child)
            first, *rest = (_word(part).strip('"') for part in head)
            ends = child.meta.end_line
            blocks.append(_body(first, tuple(rest), inner, _line(child), ends))
    return Block(kind, labels, tuple(attributes), tuple(blocks), line, end)


def _expression(tree: Tree[Token]) -> Expr:
    read = _READERS.get(str(tree.data))
    if read is None:
        raise SyntaxFault(_line(tree), f"unknown syntax: {tree.data}")
    return read(tree)


def _term(tree: Tree[Token]) -> Expr:
    (inner,) = _trees(tree)
    return _expression(inner)


def _identifier(tree: Tree[Token]) -> Expr:
    return Name(_line(tree), _word(tree))


def _literal(tree: Tree[Token]) -> Expr:
    word = _word(tree)
    return Literal(_line(tree), {"true": True, "false": False, "null": None}[word])


def _number(tree: Tree[Token]) -> Expr:
    number = float(_word(tree))
    return Literal(_line(tree), int(number) if number.is_integer() else number)


_ESCAPES = {"\\n": "\n", "\\t": "\t", "\\r": "\r", '\\"': '"', "\\\\": "\\"}


def _unescaped(text: str) -> str:
    return re.sub(r'\\[ntr"\\]', lambda found: _ESCAPES[found[0]], text)


def _string(tree: Tree[Token]) -> Expr:
    line = _line(tree)
    parts: list[Expr] = []
    directives = False
    for part in _trees(tree):
        (child,) = part.children
        if isinstance(child, Token):
            text = _unescaped(str(child))
            text = text[1:] if child.type.startswith("ESCAPED_") else text
            parts.append(Literal(line, text))
        elif child.data == "interpolation":
            parts.append(_term(child))
        else:
            directives = True
            parts += [_expression(inner) for inner in _trees(child) if inner.data in _READERS]
    return _template(line, parts, directives)


def _template(line: int, parts: list[Expr], directives: bool = False) -> Expr:
    texts = [part.value for part in parts if isinstance(part, Literal)]
    if len(texts) == len(parts) and all(isinstance(text, str) for text in texts):
        return Literal(line, "".join(map(str, texts)))
    return Template(line, tuple(parts), directives)


def _heredoc(tree: Tree[Token]) -> Expr:
    start, (token,) = _line(tree), tree.children
    head, *lines = str(token).rstrip("\n").split("\n")
    lines.pop()
    if head.startswith("<<-"):
        margin = min((len(one) - len(one.lstrip()) for one in lines if one.strip()), default=0)
        lines = [one[margin:] for one in lines]
    text = "".join(f"{one}\n" for one in lines)
    parts = [
        Literal(start, part) if isinstance(part, str) else part
        for part in _interpolated(text, start + 1)
    ]
    return _template(start, parts, "%{" in text)


def _interpolated(text: str, line: int) -> Iterator[str | Expr]:
    rest = text
    while (found := re.search(r"(?<!\$)\$\{", rest)) is not None:
        inner = _balanced(rest[found.end() :])
        yield rest[: found.start()]
        line += rest[: found.start()].count("\n")
        yield parse_expression(inner, line)
        line += inner.count("\n")
        rest = rest[found.end() + len(inner) + 1 :]
    yield rest.replace("$${", "${")


def _balanced(text: str) -> str:
    depth = 1
    for index, letter in enumerate(text):
        depth += (letter == "{") - (letter == "}")
        if depth == 0:
            return text[:index]
    return text


def _tuple(tree: Tree[Token]) -> Expr:
    return Items(_line(tree), tuple(_expression(child) for child in _trees(tree)))


def _object(tree: Tree[Token]) -> Expr:
    pairs = []
    for element in _trees(tree):
        key, value = _trees(element)
        pairs.append((_key(key), _expression(value)))
    return Pairs(_line(tree), tuple(pairs))


def _key(tree: Tree[Token]) -> Expr:
    (inner,) = _trees(tree)
    bracketed = (
        any(isinstance(child, Token) for child in inner.children) and inner.data == "expr_term"
    )
    expression = (
        Literal(_line(tree), _word(inner)) if inner.data == "keyword" else _expression(inner)
    )
    if isinstance(expression, Name) and not bracketed:
        return Literal(expression.line, expression.name)
    return expression


def _call(tree: Tree[Token]) -> Expr:
    names = [_word(child) for child in _trees(tree) if child.data == "identifier"]
    arguments = next((child for child in _trees(tree) if child.data == "arguments"), None)
    if arguments is None:
        return Call(_line(tree), "::".join(names), (), False)
    spread = any(isinstance(c, Token) and c.type == "ELLIPSIS" for c in arguments.children)
    given = tuple(_expression(child) for child in _trees(arguments))
    return Call(_line(tree), "::".join(names), given, spread)


def _step(tree: Tree[Token]) -> Expr:
    base, step = _trees(tree)
    return Step(_line(tree), _expression(base), _step_key(step))


def _step_key(tree: Tree[Token]) -> Expr:
    if tree.data == "get_attr":
        return Literal(_line(tree), _word(tree).lstrip("."))
    if tree.data == "short_index":
        return Literal(_line(tree), int(_word(tree).lstrip(".")))
    return _term(tree)


def _splat(tree: Tree[Token]) -> Expr:
    base, splat = _trees(tree)
    return Splat(_line(tree), _expression(base), tuple(_step_key(step) for step in _trees(splat)))


def _choice(tree: Tree[Token]) -> Expr:
    condition, yes, no = (_expression(child) for child in _trees(tree))
    return Choice(_line(tree), condition, yes, no)


def _binary(tree: Tree[Token]) -> Expr:
    left, term = _trees(tree)
    operator, right = _trees(term)
    return Operation(_line(tree), _word(operator), (_expression(left), _expression(right)))


def _unary(tree: Tree[Token]) -> Expr:
    operator = next(str(child) for child in tree.children if isinstance(child, Token))
    return Operation(_line(tree), operator, tuple(_expression(child) for child in _trees(tree)))


def _for(tree: Tree[Token]) -> Expr:
    intro, *rest = _trees(tree)
    condition = None
    if rest[-1].data == "for_cond":
        condition = _expression(_trees(rest.pop())[0])
    *names, collection = _trees(intro)
    values = [_expression(one) for one in rest]
    grouped = any(isinstance(c, Token) and c.type == "ELLIPSIS" for c in tree.children)
    key = values[0] if len(values) > 1 else None
    words = tuple(_word(name) for name in names)
    return For(_line(tree), words, _expression(collection), key, values[-1], condition, grouped)


_READERS: dict[str, Callable[[Tree[Token]], Expr]] = {
    "expr_term": _term,
    "identifier": _identifier,
    "literal_value": _literal,
    "int_lit": _number,
    "float_lit": _number,
    "string": _string,
    "heredoc_template": _heredoc,
    "heredoc_template_trim": _heredoc,
    "tuple": _tuple,
    "object": _object,
    "function_call": _call,
    "get_attr_expr_term": _step,
    "index_expr_term": _step,
    "attr_splat_expr_term": _splat,
    "full_splat_expr_term": _splat,
    "conditional": _choice,
    "binary_op": _binary,
    "unary_op": _unary,
    "for_tuple_expr": _for,
    "for_object_expr": _for,
}
