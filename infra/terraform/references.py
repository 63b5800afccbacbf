"""References and calls: what they name exists, and what is declared is used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from infra.terraform.findings import Finding, did_you_mean
from infra.terraform.functions import ARITIES
from infra.terraform.schema import step
from infra.terraform.syntax import Call, Expr, Literal, Name, Splat, Step, Template
from infra.terraform.walk import expressions

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from infra.terraform.configuration import Configuration
    from infra.terraform.schema import Schema

# First words with a fixed set of words behind them, and where they mean something.
_FIXED = {
    "path": ({"module", "root", "cwd"}, ""),
    "terraform": ({"workspace"}, ""),
    "each": ({"key", "value"}, "for_each"),
    "count": ({"index"}, "count"),
    "self": (set(), "a condition"),
}
_ROOTS = {"var", "local", "data", *_FIXED}


@dataclass(frozen=True, slots=True)
class Reference:
    """Words of a reference, where they stand, and the names that mean something there."""

    file: str
    line: int
    words: list[str]
    names: frozenset[str]

    def fault(self, expected: str, found: str, known: Collection[str] = ()) -> Finding:
        """A finding here."""
        return Finding(self.file, self.line, expected, found, did_you_mean(found, known))


def check(configuration: Configuration, schema: Schema) -> Iterator[Finding]:
    """All findings of this kind."""
    for file, expression, names in expressions(configuration):
        if isinstance(expression, Template) and len(expression.parts) == 1:
            yield Finding(file, expression.line, "the expression itself", 'it alone in "${...}"')
        elif isinstance(expression, Call):
            yield from _call(file, expression)
        elif isinstance(expression, (Name, Step)):
            words = chain(expression)
            if words and words[0] not in names:
                reference = Reference(file, expression.line, words, names)
                yield from _reference(configuration, schema, reference)
    yield from _unused(configuration)


def chain(expression: Expr) -> list[str]:
    """`a.b.c` as words, a star where an index is no literal; nothing if it has no first word."""
    words: list[str] = []
    while isinstance(expression, (Step, Splat)):
        if isinstance(expression, Step) and isinstance(expression.key, Literal):
            words.insert(0, str(expression.key.value))
        else:
            words = ["*"]
        expression = expression.base
    return [expression.name, *words] if isinstance(expression, Name) else []


def _call(file: str, call: Call) -> Iterator[Finding]:
    if call.name not in ARITIES:
        hint = did_you_mean(call.name, ARITIES)
        yield Finding(file, call.line, "a function of Terraform", call.name, hint)
        return
    low, high = ARITIES[call.name]
    count = len(call.arguments)
    if not call.spread and (count < low or (high is not None and count > high)):
        most = "or more" if high is None else f"to {high}"
        wanted = f"{low} {most} arguments of {call.name}"
        yield Finding(file, call.line, wanted, str(count))


def _reference(
    configuration: Configuration, schema: Schema, reference: Reference
) -> Iterator[Finding]:
    root, *rest = reference.words
    if root in _FIXED:
        yield from _fixed(reference)
    elif root in {"var", "local"}:
        known: Collection[str] = (
            configuration.variables if root == "var" else configuration.local_values
        )
        if rest and rest[0] not in known:
            yield reference.fault(f"a declared {root}", rest[0], known)
    elif root == "data" or root.startswith("google"):
        yield from _resource(configuration, schema, reference)
    else:
        yield reference.fault("a reference, or a loop's variable", root, _ROOTS)


def _fixed(reference: Reference) -> Iterator[Finding]:
    root, *rest = reference.words
    known, needed = _FIXED[root]
    if needed and f"{root}." not in reference.names:
        yield reference.fault(f"{needed} where {root} is named", f"{root} without it")
    elif known and rest and rest[0] not in known:
        yield reference.fault(f"{root}.{' or '.join(sorted(known))}", rest[0], known)


def _resource(
    configuration: Configuration, schema: Schema, reference: Reference
) -> Iterator[Finding]:
    width = 3 if reference.words[0] == "data" else 2
    address, rest = ".".join(reference.words[:width]), reference.words[width:]
    if len(reference.words) < width:
        return
    declared = configuration.resources.get(address)
    if declared is None:
        yield reference.fault("a declared resource", address, configuration.resources)
        return
    body = schema.types.get(declared.schema_name, {})
    many = declared.block.attribute("for_each") or declared.block.attribute("count")
    if many and rest and rest[0] in body:
        yield reference.fault(f"an index, since {address} has many", f"{address}.{rest[0]}")
    elif not many and rest and rest[0] != "*" and body and step(("body", body), rest[0]) is None:
        yield reference.fault(f"an attribute of {address}", rest[0], body)


def _unused(configuration: Configuration) -> Iterator[Finding]:
    used: set[tuple[str, str]] = set()
    for _, expression, names in expressions(configuration, validations=False):
        words = chain(expression) if isinstance(expression, Step) else []
        if len(words) > 1 and words[0] not in names:
            used.add((words[0], words[1]))
    for name, declared in configuration.variables.items():
        if ("var", name) not in used:
            yield Finding(declared.file, declared.block.line, f"a use of var.{name}", "none")
    for name, (file, attribute) in configuration.local_values.items():
        if ("local", name) not in used:
            yield Finding(file, attribute.line, f"a use of local.{name}", "none")
