"""What an environment comes to: every instance of every resource, its values as far as known."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from infra.terraform.evaluate import Evaluator, Namespace, Scope
from infra.terraform.findings import Finding, did_you_mean
from infra.terraform.schema import Body, words
from infra.terraform.values import Faulty, Unknown, Value, misfit, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from infra.terraform.configuration import Configuration, Declared
    from infra.terraform.schema import Spec
    from infra.terraform.syntax import Attribute, Block, Expr

META = frozenset(("for_each", "count", "depends_on", "provider", "lifecycle"))


@dataclass(slots=True)
class Node:
    """A block's values."""

    file: str
    line: int
    values: dict[str, Value] = field(default_factory=dict)
    blocks: dict[str, list[Node]] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)

    def all(self, name: str) -> list[Node]:
        """The nested blocks of that name."""
        return self.blocks.get(name, [])

    def get(self, *path: str) -> Value:
        """A value behind blocks, of which the first is taken; None where there is none."""
        node = self
        for name in path[:-1]:
            inner = node.all(name)
            if not inner:
                return None
            node = inner[0]
        return node.values.get(path[-1])

    def within(self) -> Iterator[Node]:
        """This block and all that are nested in it."""
        yield self
        for blocks in self.blocks.values():
            for block in blocks:
                yield from block.within()

    def finding(self, expected: str, found: str, at: str = "", hint: str = "") -> Finding:
        """A finding at this block, or at one of its attributes."""
        return Finding(self.file, self.lines.get(at, self.line), expected, found, hint)


@dataclass(slots=True)
class Instance:
    """One instance of a resource or data source."""

    address: str
    type: str
    declared: Declared
    key: str | None
    scope: Scope
    owner: Plan
    node: Node

    def find(self, name: str, line: int) -> Value:
        """An attribute, as references take it: configured, or known after apply."""
        body = self.owner.body(self.declared)
        if name not in body:
            wanted = f"an attribute of {self.type}"
            raise Faulty(line, wanted, str(name), did_you_mean(str(name), body))
        attribute = self.declared.block.attribute(name)
        if attribute is not None:
            value = self.owner.once(
                f"{self.address}.{name}",
                lambda: self.owner.evaluator.value(attribute.value, self.scope),
            )
            if value is not None:
                return value
        return Unknown(f"${{{self.address}.{name}}}", body[name].type)

    def get(self, *path: str) -> Value:
        """A configured value."""
        return self.node.get(*path)


class Plan:
    """An environment's instances, and the faults that show when values are put in.

    Args:
        configuration: the files.
        environment: the tfvars' name.
        variables: the variables' values.
        bodies: the schema's types.
    """

    def __init__(
        self,
        configuration: Configuration,
        environment: str,
        variables: dict[str, Value],
        bodies: dict[str, Body],
    ) -> None:
        self.configuration = configuration
        self.environment = environment
        self.variables = variables
        self.findings: list[Finding] = []
        self._bodies = bodies
        self._open: list[str] = []
        self._guessing = False
        self._known: dict[str, Value] = {}
        self.evaluator = Evaluator(configuration.folder, self._root)
        self._shapes = {address: self._shape(address) for address in configuration.resources}
        self.instances = [one for shape in self._shapes.values() for one in _each(shape)]
        self._by_type: dict[str, list[Instance]] = {}
        for instance in self.instances:
            if instance.declared.block.type == "resource":
                self._by_type.setdefault(instance.type, []).append(instance)
            instance.node = self._node(
                instance.declared.file,
                instance.declared.block,
                self.body(instance.declared),
                instance.scope,
            )
        self._evaluate_rest()
        self._evaluate_absent()

    def of(self, *types: str) -> list[Instance]:
        """The instances of those types of resources."""
        return [one for kind in types for one in self._by_type.get(kind, ())]

    def body(self, declared: Declared) -> Body:
        """A declared resource's schema; empty where it is unknown, which is another finding."""
        return self._bodies.get(declared.schema_name, {})

    def local(self, name: str) -> Value:
        """A local value.

        Raises:
            Faulty: there is none, or it has no value.
        """
        return self._local(name, 0)

    def once(self, name: str, compute: Callable[[], Value]) -> Value:
        """A value that is computed when first asked for.

        Raises:
            Faulty: it depends on itself, or has no value.
        """
        if name in self._known:
            return self._known[name]
        if name in self._open:
            raise Faulty(0, "no cycle", " -> ".join([*self._open, name]))
        self._open.append(name)
        try:
            self._known[name] = compute()
        finally:
            self._open.pop()
        return self._known[name]

    def _root(self, name: str, line: int) -> Value:
        if name == "var":
            return Namespace(name, self._variable)
        if name == "local":
            return Namespace(name, self._local)
        if name == "path":
            return {"module": ".", "root": ".", "cwd": "."}
        if name == "terraform":
            return {"workspace": Unknown("${terraform.workspace}", "string")}
        if name == "data":
            return Namespace(name, lambda kind, _: self._type(f"data.{kind}"))
        if any(address.startswith(f"{name}.") for address in self.configuration.resources):
            return self._type(name)
        raise Faulty(line, "var, local, each, data, path or a declared resource", name)

    def _type(self, kind: str) -> Namespace:
        def find(name: str, line: int) -> Value:
            address = f"{kind}.{name}"
            if address not in self.configuration.resources:
                hint = did_you_mean(address, self.configuration.resources)
                raise Faulty(line, "a declared resource", address, hint)
            return self._shape(address)

        return Namespace(kind, find)

    def _shape(self, address: str) -> Value:
        declared = self.configuration.resources[address]
        return self.once(address, lambda: self._expand(declared))

    def _variable(self, name: str, line: int) -> Value:
        if name not in self.variables:
            raise Faulty(line, "a declared variable", name, did_you_mean(name, self.variables))
        return self.variables[name]

    def _local(self, name: str, line: int) -> Value:
        known = self.configuration.local_values
        if name not in known:
            raise Faulty(line, "a declared local", name, did_you_mean(name, known))
        file, attribute = known[name]
        try:
            return self.once(f"local.{name}", lambda: self.evaluator.value(attribute.value, {}))
        except Faulty as fault:
            fault.file = fault.file or file
            raise

    def _expand(self, declared: Declared) -> Value:
        """An instance, a list or a dictionary of them."""
        block, kind = declared.block, declared.block.labels[0]
        for_each, count = block.attribute("for_each"), block.attribute("count")

        def made(key: str | None, suffix: str, scope: Scope) -> Instance:
            node = Node(declared.file, block.line)
            return Instance(declared.address + suffix, kind, declared, key, scope, self, node)

        if for_each is not None:
            pairs = self._pairs(declared.file, for_each)
            return {
                key: made(key, f'["{key}"]', {"each": {"key": key, "value": value}})
                for key, value in pairs.items()
            }
        if count is not None:
            number = self._value(declared.file, count.value, {}, 0)
            number = number if isinstance(number, int) else 1
            return [made(str(i), f"[{i}]", {"count": {"index": i}}) for i in range(number)]
        return made(None, "", {})

    def _pairs(self, file: str, attribute: Attribute) -> dict[str, Value]:
        value = self._value(file, attribute.value, {}, {})
        if isinstance(value, dict):
            return {key: value[key] for key in sorted(value)}
        if isinstance(value, list):
            return {text_of(one): one for one in value}
        found = value.text if isinstance(value, Unknown) else text_of(value)
        self._report(file, attribute.line, "a map or set known before apply", found)
        return {}

    def _value(self, file: str, expression: Expr, scope: Scope, otherwise: Value) -> Value:
        try:
            return self.evaluator.value(expression, scope)
        except Faulty as fault:
            line = fault.line or expression.line
            if not self._guessing:
                self._report(fault.file or file, line, fault.expected, fault.found, fault.hint)
            return otherwise

    def _report(self, file: str, line: int, expected: str, found: str, hint: str = "") -> None:
        finding = Finding(file, line, expected, found, hint)
        if finding not in self.findings:
            self.findings.append(finding)

    def _node(self, file: str, block: Block, body: Body, scope: Scope) -> Node:
        node = Node(file, block.line)
        for attribute in block.attributes:
            if attribute.name in META:
                continue
            value = self._value(file, attribute.value, scope, Unknown("?"))
            node.values[attribute.name] = value
            node.lines[attribute.name] = attribute.line
            self._fits(file, attribute, value, body.get(attribute.name))
        for name, inner, within in self._nested(file, block, scope):
            spec = body.get(name)
            if name not in META:
                nested = self._node(file, inner, spec.body if spec and spec.block else {}, within)
                node.blocks.setdefault(name, []).append(nested)
        self._complete(node, body)
        return node

    def _nested(self, file: str, block: Block, scope: Scope) -> Iterator[tuple[str, Block, Scope]]:
        for inner in block.blocks:
            if inner.type != "dynamic" or not inner.labels:
                yield inner.type, inner, scope
                continue
            name, content = inner.labels[0], inner.all("content")
            iterator = inner.attribute("iterator")
            word = getattr(iterator.value, "name", name) if iterator else name
            each = inner.attribute("for_each")
            values = self._value(file, each.value, scope, []) if each and content else []
            for key, value in _rounds(values):
                yield name, content[0], scope | {word: {"key": key, "value": value}}

    def _fits(self, file: str, attribute: Attribute, value: Value, spec: Spec | None) -> None:
        if spec is None or spec.block:
            return
        bad = misfit(value, spec.type)
        if bad is not None:
            self._report(file, attribute.line, f"{attribute.name} to be {words(spec.type)}", bad)
        for one in value if isinstance(value, list) else [value]:
            if spec.enum and isinstance(one, str) and one not in spec.enum:
                wanted = f"{attribute.name} to be one of {', '.join(spec.enum)}"
                self._report(file, attribute.line, wanted, repr(one), did_you_mean(one, spec.enum))

    def _complete(self, node: Node, body: Body) -> None:
        for name, spec in body.items():
            given = len(node.blocks.get(name, []))
            if spec.block and spec.single and given > 1:
                self._report(node.file, node.line, f"one block {name}", str(given))
            null = not spec.block and spec.required and name in node.values
            if null and node.values[name] is None:
                self._report(node.file, node.lines[name], f"a value for {name}", "null")

    def _evaluate_rest(self) -> None:
        for name, (file, attribute) in self.configuration.local_values.items():
            try:
                self._local(name, attribute.line)
            except Faulty as fault:
                line = fault.line or attribute.line
                self._report(fault.file or file, line, fault.expected, fault.found, fault.hint)
        for kind in ("output", "provider"):
            for declared in self.configuration.of_type(kind):
                self._node(declared.file, declared.block, self._bodies.get("provider", {}), {})
        for declared in self.configuration.resources.values():
            self._conditions(declared)

    def _evaluate_absent(self) -> None:
        """What this environment has no instance of: the values that any would have are checked."""
        self._guessing = True
        each = {"key": Unknown("${each.key}", "string"), "value": Unknown("${each.value}")}
        for address, shape in self._shapes.items():
            if not _each(shape):
                declared = self.configuration.resources[address]
                scope = {"each": each, "count": {"index": 0}}
                self._node(declared.file, declared.block, self.body(declared), scope)
        self._guessing = False

    def _conditions(self, declared: Declared) -> None:
        for lifecycle in declared.block.all("lifecycle"):
            for instance in _each(self._shapes[declared.address]):
                for check in [*lifecycle.all("precondition"), *lifecycle.all("postcondition")]:
                    scope = instance.scope | {"self": instance}
                    self._holds(declared.file, check, scope, instance.address)

    def _holds(self, file: str, check: Block, scope: Scope, what: str) -> None:
        condition, message = check.attribute("condition"), check.attribute("error_message")
        if condition is None or message is None:
            return
        if self._value(file, condition.value, scope, Unknown("?")) is False:
            text = text_of(self._value(file, message.value, scope, ""))
            self._report(file, check.line, f"{what} to hold its condition", text)


def _each(shape: Value) -> list[Instance]:
    if isinstance(shape, dict):
        return list(shape.values())
    return shape if isinstance(shape, list) else [shape]


def _rounds(values: Value) -> list[tuple[Value, Value]]:
    if isinstance(values, dict):
        return [(key, values[key]) for key in sorted(values)]
    if isinstance(values, list):
        return [(one, one) for one in values]
    return [(Unknown("?"), Unknown("?"))]
