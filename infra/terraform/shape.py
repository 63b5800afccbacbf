"""What the schema says of the files as they are written: names, nesting, what is required."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from infra.terraform.findings import Finding, did_you_mean
from infra.terraform.plan import META
from infra.terraform.references import chain
from infra.terraform.schema import words
from infra.terraform.walk import inner

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.terraform.configuration import Configuration, Declared
    from infra.terraform.schema import Body, Schema, Spec
    from infra.terraform.syntax import Block

_CONDITION = {"condition", "error_message"}
_LIFECYCLE = {
    "create_before_destroy",
    "prevent_destroy",
    "ignore_changes",
    "replace_triggered_by",
    "precondition",
    "postcondition",
}
_VARIABLE = {"type", "description", "default", "validation", "sensitive", "nullable", "ephemeral"}
_OUTPUT = {"value", "description", "sensitive", "depends_on", "ephemeral", "precondition"}


@dataclass(frozen=True, slots=True)
class Place:
    """A block of a file, and what the schema allows in it."""

    file: str
    what: str
    body: Body

    def fault(self, line: int, expected: str, found: str, hint: str = "") -> Finding:
        """A finding here."""
        return Finding(self.file, line, expected, found, hint)


def check(configuration: Configuration, schema: Schema) -> Iterator[Finding]:
    """All findings of this kind."""
    for declared in configuration.resources.values():
        yield from _resource(declared, schema)
    for declared in configuration.of_type("provider"):
        place = Place(declared.file, "provider", schema.types["provider"])
        yield from _body(place, declared.block)
    for declared in configuration.variables.values():
        yield from _named(declared, _VARIABLE, ("type", "description"))
    for declared in configuration.outputs.values():
        yield from _named(declared, _OUTPUT, ("value", "description"))


def _names(block: Block) -> dict[str, int]:
    """The names of a block's arguments and blocks, with their lines."""
    arguments = {one.name: one.line for one in block.attributes}
    return arguments | {one.type: one.line for one in block.blocks}


def _named(declared: Declared, known: set[str], required: tuple[str, ...]) -> Iterator[Finding]:
    names = _names(declared.block)
    for name, line in names.items():
        if name not in known:
            wanted = f"an argument of {declared.block.type}"
            yield Finding(declared.file, line, wanted, name, did_you_mean(name, known))
    for name in required:
        if name not in names:
            wanted = f"{name} in {declared.address}"
            yield Finding(declared.file, declared.block.line, wanted, "none")


def _resource(declared: Declared, schema: Schema) -> Iterator[Finding]:
    name, block = declared.schema_name, declared.block
    place = Place(declared.file, block.labels[0], schema.types.get(name, {}))
    if name not in schema.names:
        known = [one.split(".")[1] for one in schema.names if one.startswith(f"{block.type}.")]
        wanted = f"a {block.type} of {schema.provider} {schema.version}"
        yield place.fault(block.line, wanted, place.what, did_you_mean(place.what, known))
    elif name not in schema.types:
        hint = "python -m infra.terraform vendor WHEEL"
        yield place.fault(block.line, f"the schema of {name} in google.json", "none", hint)
    else:
        yield from _body(place, block)
        yield from _meta(place, block)


def _body(place: Place, block: Block) -> Iterator[Finding]:
    yield from _dynamic(place, block)
    names = [one.name for one in block.attributes]
    for attribute in block.attributes:
        yield from _placed(place, attribute.name, attribute.line, block=False)
        if names.count(attribute.name) > 1:
            yield place.fault(attribute.line, f"{attribute.name} once", "it twice")
    for name, nested, line in _nested(block):
        names.append(name)
        yield from _placed(place, name, line, block=True)
        spec = place.body.get(name)
        if spec is not None and spec.block and nested is not None:
            yield from _body(Place(place.file, f"{place.what}.{name}", spec.body), nested)
    for name, spec in place.body.items():
        if spec.required and name not in names:
            wanted = f"{name} in {place.what}, where it is required"
            yield place.fault(block.line, wanted, "none")


def _dynamic(place: Place, block: Block) -> Iterator[Finding]:
    for one in block.all("dynamic"):
        if len(one.labels) != 1 or not one.attribute("for_each") or len(one.all("content")) != 1:
            found = "another form"
            yield place.fault(one.line, "dynamic with a name, for_each and content", found)


def _nested(block: Block) -> Iterator[tuple[str, Block | None, int]]:
    for one in block.blocks:
        if one.type == "dynamic" and one.labels:
            content = one.all("content")
            yield one.labels[0], content[0] if content else None, one.line
        else:
            yield one.type, one, one.line


def _placed(place: Place, name: str, line: int, *, block: bool) -> Iterator[Finding]:
    spec = place.body.get(name)
    form = "block" if block else "argument"
    if spec is None and name not in META:
        settable = [word for word, one in place.body.items() if one.settable]
        hint = did_you_mean(name, settable)
        yield place.fault(line, f"{form}s of {place.what}", name, hint)
    elif spec is not None:
        yield from _formed(place, name, line, spec, block=block)


def _formed(place: Place, name: str, line: int, spec: Spec, *, block: bool) -> Iterator[Finding]:
    if not spec.settable or (name == "id" and spec.computed):
        found = f"{name}, which only the provider sets"
        yield place.fault(line, f"arguments of {place.what}", found)
    elif spec.block and not block:
        yield place.fault(line, f"a block {name} {{ ... }}", f"the argument {name} = ...")
    elif block and not spec.block:
        wanted = f"an argument {name} = ... ({words(spec.type)})"
        yield place.fault(line, wanted, f"the block {name}")


def _meta(place: Place, block: Block) -> Iterator[Finding]:
    if block.attribute("for_each") and block.attribute("count"):
        yield place.fault(block.line, "one of for_each and count", "both")
    for lifecycle in block.all("lifecycle"):
        yield from _lifecycle(place, lifecycle)


def _lifecycle(place: Place, lifecycle: Block) -> Iterator[Finding]:
    for name, line in _names(lifecycle).items():
        if name not in _LIFECYCLE:
            hint = did_you_mean(name, _LIFECYCLE)
            yield place.fault(line, "an argument of lifecycle", name, hint)
    ignored = lifecycle.attribute("ignore_changes")
    for one in inner(ignored.value) if ignored else ():
        words_ = chain(one)
        if words_ and words_[0] not in place.body:
            hint = did_you_mean(words_[0], place.body)
            yield place.fault(one.line, f"an attribute of {place.what}", words_[0], hint)
    for condition in lifecycle.blocks:
        for name, line in _names(condition).items():
            if name not in _CONDITION:
                yield place.fault(line, "condition or error_message", name)
