"""Variables: their types, an environment's values for them, their validations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.terraform.evaluate import Evaluator, Namespace
from infra.terraform.findings import Finding, did_you_mean
from infra.terraform.schema import PRIMITIVES, words
from infra.terraform.syntax import Call, Expr, Items, Literal, Name, Pairs
from infra.terraform.values import Faulty, Unique, Unknown, Value, misfit, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.terraform.configuration import Configuration, Declared
    from infra.terraform.schema import Type
    from infra.terraform.syntax import Attribute

# Given on the command line, since it is the only thing that differs between two of a kind.
ON_COMMAND_LINE = frozenset({"project_id"})


class _Optional(tuple[object, ...]):
    """A type within an object that may be absent: (type, default)."""

    __slots__ = ()


def values(
    configuration: Configuration, environment: str, findings: list[Finding]
) -> dict[str, Value]:
    """The variables' values in an environment; faults are added to the findings."""
    file, body = configuration.environments[environment]
    given = {one.name: one for one in body.attributes}
    for name, one in given.items():
        if name not in configuration.variables:
            hint = did_you_mean(name, configuration.variables)
            findings.append(Finding(file, one.line, "a declared variable", name, hint))
    literal = Evaluator(configuration.folder, _no_reference)
    found: dict[str, Value] = {}
    for name, declared in configuration.variables.items():
        default = declared.block.attribute("default")
        source = given.get(name) or default
        where = file if name in given else declared.file
        if source is not None:
            found[name] = _read(declared, where, source, literal, findings)
        else:
            found[name] = Unknown(f"${{var.{name}}}", _kind(declared, findings))
            if name not in ON_COMMAND_LINE:
                findings.append(Finding(file, 1, f"a value for the variable {name}", "none"))
    _validate(configuration, found, file, findings)
    return found


def _no_reference(name: str, line: int) -> Value:
    raise Faulty(line, "a value without references", name)


def _read(
    declared: Declared, file: str, given: Attribute, literal: Evaluator, findings: list[Finding]
) -> Value:
    kind = _kind(declared, findings)
    try:
        value = _converted(literal.value(given.value, {}), kind, literal)
    except Faulty as fault:
        findings.append(Finding(file, fault.line or given.line, fault.expected, fault.found))
        return Unknown("?", _plain(kind))
    bad = misfit(value, _plain(kind))
    if bad is not None:
        wanted = f"{declared.block.labels[0]} to be {words(_plain(kind))}"
        findings.append(Finding(file, given.line, wanted, bad))
    return value


def _kind(declared: Declared, findings: list[Finding]) -> Type:
    attribute = declared.block.attribute("type")
    if attribute is None:
        return "any"
    try:
        return _type(attribute.value)
    except Faulty as fault:
        finding = Finding(declared.file, fault.line, fault.expected, fault.found, fault.hint)
        if finding not in findings:
            findings.append(finding)
        return "any"


def _type(expression: Expr) -> Type:
    if isinstance(expression, Name) and expression.name in {*PRIMITIVES, "any"}:
        return expression.name
    if isinstance(expression, Call) and len(expression.arguments) >= 1:
        first = expression.arguments[0]
        if expression.name in {"list", "set", "map"}:
            return (expression.name, _type(first))
        if expression.name == "tuple" and isinstance(first, Items):
            return ("tuple", [_type(one) for one in first.items])
        if expression.name == "object" and isinstance(first, Pairs):
            return ("object", {_key(key): _type(one) for key, one in first.pairs})
        if expression.name == "optional":
            return _Optional((_type(first), *expression.arguments[1:]))
    known = (*PRIMITIVES, "any", "list", "set", "map", "tuple", "object")
    found = getattr(expression, "name", None) or getattr(expression, "value", "something else")
    raise Faulty(expression.line, "a type", str(found), did_you_mean(str(found), known))


def _key(expression: Expr) -> str:
    return str(expression.value) if isinstance(expression, Literal) else ""


def _plain(kind: Type) -> Type:
    """A type without defaults."""
    if isinstance(kind, _Optional):
        return _plain(kind[0])
    if not isinstance(kind, tuple) or kind[0] == "tuple":
        return kind
    if kind[0] == "object":
        return ("object", {name: _plain(one) for name, one in kind[1].items()})
    return (kind[0], _plain(kind[1]))


def _converted(value: Value, kind: Type, literal: Evaluator) -> Value:
    """A value with its type's defaults put in, lists turned into sets where wanted."""
    if isinstance(kind, _Optional):
        return _converted(value, kind[0], literal)
    if not isinstance(kind, tuple) or value is None:
        return value
    if kind[0] in {"set", "list"} and isinstance(value, list):
        found = [_converted(one, kind[1], literal) for one in value]
        return Unique(sorted(found, key=text_of)) if kind[0] == "set" else found
    if kind[0] == "map" and isinstance(value, dict):
        return {key: _converted(one, kind[1], literal) for key, one in value.items()}
    if kind[0] == "object" and isinstance(value, dict):
        return _object(value, kind[1], literal)
    return value


def _object(value: dict[str, Value], members: dict[str, Type], literal: Evaluator) -> Value:
    found = dict(value)
    for name, member in members.items():
        if value.get(name) is not None:
            found[name] = _converted(value[name], member, literal)
        elif isinstance(member, _Optional):
            default = member[1] if len(member) > 1 else None
            found[name] = literal.value(default, {}) if isinstance(default, Expr) else None
        elif name not in value:
            raise Faulty(0, f"the key {name}", f"only {', '.join(value) or 'none'}")
    return found


def _validate(
    configuration: Configuration, found: dict[str, Value], file: str, findings: list[Finding]
) -> None:
    def variables(name: str, line: int) -> Value:
        if name != "var":
            raise Faulty(line, "var", name)
        return Namespace("var", lambda word, _: found[word])

    evaluator = Evaluator(configuration.folder, variables)
    for name, declared in configuration.variables.items():
        if name in ON_COMMAND_LINE:
            continue
        for expected, at, line in _broken(declared, evaluator):
            findings.append(
                Finding(at or file, line, expected, f"another value of var.{name} in {file}")
            )


def _broken(declared: Declared, evaluator: Evaluator) -> Iterator[tuple[str, str, int]]:
    for validation in declared.block.all("validation"):
        condition, message = (validation.attribute(w) for w in ("condition", "error_message"))
        if condition is None or message is None:
            yield "condition and error_message", declared.file, validation.line
            continue
        try:
            if evaluator.value(condition.value, {}) is False:
                yield text_of(evaluator.value(message.value, {})), declared.file, validation.line
        except (Faulty, KeyError) as fault:
            yield f"a condition that has a value ({fault})", declared.file, condition.line
