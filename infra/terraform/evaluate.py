"""What expressions come to, given an environment's variables, before anything is applied."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from infra.terraform import functions, schema
from infra.terraform.findings import did_you_mean
from infra.terraform.syntax import (
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
from infra.terraform.tree import SyntaxFault, parse_template
from infra.terraform.values import Faulty, Unique, Unknown, Value, is_known, kind_of, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

Scope = dict[str, Value]

_OPERATORS: dict[str, Callable[..., Value]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "+": operator.add,
    "*": operator.mul,
    "/": operator.truediv,
    "%": operator.mod,
    "&&": lambda left, right: left and right,
    "||": lambda left, right: left or right,
    "!": operator.not_,
}
_MISUSED = (ValueError, TypeError, KeyError, IndexError, AttributeError, ZeroDivisionError)


@dataclass(frozen=True, slots=True)
class Namespace:
    """`var`, `local`, `data`, a resource's type: what may follow the dot, and what it leads to."""

    name: str
    find: Callable[[str, int], Value]


@dataclass(slots=True)
class Evaluator:
    """Expressions' values; `roots` finds what a first word means."""

    folder: Path
    roots: Callable[[str, int], Value]

    def value(self, expression: Expr, scope: Scope) -> Value:
        """An expression's value.

        Raises:
            Faulty: it has none.
        """
        return _RULES[type(expression)](self, expression, scope)

    def literal(self, expression: Literal, scope: Scope) -> Value:
        """A literal is its own value."""
        del scope
        return expression.value

    def template(self, expression: Template, scope: Scope) -> Value:
        """A string: texts and values in turn."""
        parts = [self.value(part, scope) for part in expression.parts]
        if len(parts) == 1:
            return parts[0]
        if None in parts:
            raise Faulty(expression.line, "a value within the string", "null")
        odd = next((one for one in parts if isinstance(one, (dict, list))), None)
        if odd is not None:
            raise Faulty(expression.line, "a string within the string", schema.words(kind_of(odd)))
        text = "".join(text_of(part) for part in parts)
        return Unknown(text, "string") if expression.directives or not is_known(parts) else text

    def items(self, expression: Items, scope: Scope) -> Value:
        """A list."""
        return [self.value(item, scope) for item in expression.items]

    def pairs(self, expression: Pairs, scope: Scope) -> Value:
        """An object."""
        keys = [text_of(self.value(key, scope)) for key, _ in expression.pairs]
        twice = next((key for key in keys if keys.count(key) > 1), None)
        if twice is not None:
            raise Faulty(expression.line, "each key once", f"{twice} twice")
        values = (self.value(value, scope) for _, value in expression.pairs)
        return dict(zip(keys, values, strict=True))

    def name(self, expression: Name, scope: Scope) -> Value:
        """A variable of a `for`, or the first word of a reference."""
        if expression.name in scope:
            return scope[expression.name]
        return self.roots(expression.name, expression.line)

    def step(self, expression: Step, scope: Scope) -> Value:
        """What is behind a dot or within brackets."""
        return self.inside(
            self.value(expression.base, scope), self.value(expression.key, scope), expression.line
        )

    def inside(self, base: Value, key: Value, line: int) -> Value:
        """`base[key]`."""
        if isinstance(base, Namespace):
            return base.find(key, line)
        if isinstance(base, Unknown) or isinstance(key, Unknown):
            return _inside_unknown(base, key, line)
        if isinstance(base, dict):
            if key in base:
                return base[key]
            raise Faulty(line, f"one of {', '.join(base)}", str(key), did_you_mean(str(key), base))
        if isinstance(base, list):
            if isinstance(key, int) and key < len(base):
                return base[key]
            raise Faulty(line, f"an index below {len(base)}", repr(key))
        find = getattr(base, "find", None)
        if find is not None:
            return find(key, line)
        raise Faulty(line, "an object, map or list", f"{text_of(base)} with {key!r} behind it")

    def splat(self, expression: Splat, scope: Scope) -> Value:
        """`base[*].key`."""
        base = self.value(expression.base, scope)
        if isinstance(base, Unknown) and isinstance(base.kind, tuple):
            return Unknown(base.text, ("list", "any"))
        values = base if isinstance(base, list) else [] if base is None else [base]
        for key in expression.keys:
            word = self.value(key, scope)
            values = [self.inside(one, word, expression.line) for one in values]
        return values

    def call(self, expression: Call, scope: Scope) -> Value:
        """A function's value."""
        if expression.name in functions.LENIENT:
            return self._lenient(expression, scope)
        arguments = [self.value(one, scope) for one in expression.arguments]
        if expression.spread and isinstance(arguments[-1], list):
            arguments[-1:] = arguments[-1]
        try:
            if expression.name in functions.FILES:
                return functions.read_file(expression.name, self.folder, arguments)
            if expression.name == "templatefile":
                return self._templatefile(arguments)
            return functions.call(expression.name, arguments)
        except FileNotFoundError as error:
            raise Faulty(expression.line, "a file", f"none at {error.filename}") from error
        except _MISUSED as error:
            if not is_known(arguments):
                return functions.after_apply(expression.name, arguments)
            wanted = f"arguments that {expression.name} takes"
            raise Faulty(expression.line, wanted, str(error)) from error

    def _templatefile(self, arguments: list[Value]) -> Value:
        path, names = arguments
        if isinstance(path, Unknown) or isinstance(names, Unknown):
            return functions.after_apply("templatefile", arguments)
        try:
            return self.value(parse_template((self.folder / path).read_text()), dict(names))
        except (Faulty, SyntaxFault) as fault:
            raise ValueError(f"{path}: {fault}") from fault

    def _lenient(self, expression: Call, scope: Scope) -> Value:
        for argument in expression.arguments:
            try:
                value = self.value(argument, scope)
            except Faulty:
                continue
            return True if expression.name == "can" else value
        if expression.name == "can":
            return False
        raise Faulty(expression.line, "an argument of try that has a value", "none")

    def choice(self, expression: Choice, scope: Scope) -> Value:
        """`condition ? yes : no`."""
        condition = self.value(expression.condition, scope)
        if not isinstance(condition, Unknown):
            return self.value(expression.yes if condition else expression.no, scope)
        yes, no = self.value(expression.yes, scope), self.value(expression.no, scope)
        kind = kind_of(no if yes is None else yes)
        return Unknown(f"{condition.text} ? {text_of(yes)} : {text_of(no)}", kind)

    def operation(self, expression: Operation, scope: Scope) -> Value:
        """Arithmetic, comparison, logic."""
        values = [self.value(one, scope) for one in expression.operands]
        word = expression.operator
        if not is_known(values):
            number = word in {"+", "-", "*", "/", "%"}
            return Unknown(word.join(map(text_of, values)), "number" if number else "bool")
        if word == "-":
            return -values[0] if len(values) == 1 else values[0] - values[1]
        try:
            return _OPERATORS[word](*values)
        except _MISUSED as error:
            raise Faulty(expression.line, f"operands that {word} takes", str(error)) from error

    def loop(self, expression: For, scope: Scope) -> Value:
        """`[for ...]`, `{for ...}`."""
        collection = self.value(expression.collection, scope)
        if isinstance(collection, Unknown):
            return Unknown(f"for {collection.text}", "any")
        scopes = [scope | one for one in _rounds(expression, collection)]
        if expression.condition is not None:
            condition = expression.condition
            scopes = [inner for inner in scopes if self.value(condition, inner)]
        if expression.key is None:
            return [self.value(expression.value, inner) for inner in scopes]
        return self._object(expression, expression.key, scopes)

    def _object(self, expression: For, key: Expr, scopes: list[Scope]) -> Value:
        found: dict[str, Value] = {}
        for inner in scopes:
            word = text_of(self.value(key, inner))
            value = self.value(expression.value, inner)
            if expression.grouped:
                found.setdefault(word, []).append(value)
            elif word in found:
                raise Faulty(expression.line, "each key once", f"{word} twice")
            else:
                found[word] = value
        return found


def _rounds(expression: For, collection: Value) -> Iterator[Scope]:
    if isinstance(collection, dict):
        pairs = [(key, collection[key]) for key in sorted(collection)]
    elif isinstance(collection, Unique):
        pairs = [(one, one) for one in collection]
    elif isinstance(collection, list):
        pairs = list(enumerate(collection))
    else:
        raise Faulty(expression.line, "a collection to go through", text_of(collection))
    *first, last = expression.names
    for key, value in pairs:
        yield {last: value} | dict.fromkeys(first, key)


def _inside_unknown(base: Value, key: Value, line: int) -> Value:
    if not isinstance(base, Unknown):
        return Unknown(f"{text_of(base)}[{text_of(key)}]", "any")
    kind = schema.step(base.kind, 0 if isinstance(key, Unknown) else key)
    if kind is None:
        known = base.kind[1] if isinstance(base.kind, tuple) and base.kind[0] == "body" else {}
        wanted = f"an attribute of {base.text}"
        raise Faulty(line, wanted, str(text_of(key)), did_you_mean(str(key), known))
    inner = base.text.removeprefix("${").removesuffix("}")
    step = f".{key}" if isinstance(key, str) else f"[{text_of(key)}]"
    return Unknown(f"${{{inner}{step}}}", kind)


_RULES: dict[type[Expr], Callable[[Evaluator, Any, Scope], Value]] = {
    Literal: Evaluator.literal,
    Template: Evaluator.template,
    Items: Evaluator.items,
    Pairs: Evaluator.pairs,
    Name: Evaluator.name,
    Step: Evaluator.step,
    Splat: Evaluator.splat,
    Call: Evaluator.call,
    Choice: Evaluator.choice,
    Operation: Evaluator.operation,
    For: Evaluator.loop,
}
