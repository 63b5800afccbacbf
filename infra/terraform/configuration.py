"""A folder of Terraform files: what it declares, once each."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from infra.terraform.findings import Finding, did_you_mean
from infra.terraform.tree import SyntaxFault, parse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from infra.terraform.syntax import Attribute, Block

# Top-level blocks and how many labels each has.
BLOCKS = {
    "terraform": 0,
    "provider": 1,
    "variable": 1,
    "locals": 0,
    "resource": 2,
    "data": 2,
    "output": 1,
    "moved": 0,
    "removed": 0,
    "import": 0,
    "check": 1,
}


_LABEL = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


@dataclass(frozen=True, slots=True)
class Declared:
    """A block of a file."""

    file: str
    block: Block

    @property
    def address(self) -> str:
        """How references name it: `google_x.y`, `data.google_x.y`, `var.x`."""
        prefix = {"data": "data.", "variable": "var.", "output": "output."}.get(self.block.type, "")
        return prefix + ".".join(self.block.labels)

    @property
    def schema_name(self) -> str:
        """A resource's or data source's name in the vendored schema."""
        return f"{self.block.type}.{self.block.labels[0]}"


@dataclass(slots=True)
class Configuration:
    """What the files declare, and the faults of their form."""

    folder: Path
    texts: dict[str, str] = field(default_factory=dict)
    blocks: list[Declared] = field(default_factory=list)
    variables: dict[str, Declared] = field(default_factory=dict)
    local_values: dict[str, tuple[str, Attribute]] = field(default_factory=dict)
    resources: dict[str, Declared] = field(default_factory=dict)
    outputs: dict[str, Declared] = field(default_factory=dict)
    environments: dict[str, tuple[str, Block]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def of_type(self, kind: str) -> Iterator[Declared]:
        """The top-level blocks of that type."""
        return (one for one in self.blocks if one.block.type == kind)


def read(folder: Path) -> Configuration:
    """The folder's `*.tf`, and the `*.tfvars` of it and of its folder `env`."""
    configuration = Configuration(folder)
    unread = [*folder.glob("**/*.tf.json"), *folder.glob("**/*.tfvars.json")]
    for path in sorted([*unread, *folder.glob("**/*override.tf")]):
        if ".terraform" not in path.parts:  # Terraform reads them, or puts them over the others
            name, found = path.relative_to(folder).as_posix(), "a file that this does not read"
            configuration.findings.append(Finding(name, 1, "*.tf and *.tfvars", found))
    for path in sorted(folder.glob("*.tf")):
        body = _parsed(configuration, path)
        for block in body.blocks if body else ():
            _declare(configuration, Declared(path.name, block))
        for attribute in body.attributes if body else ():
            found = f"the argument {attribute.name}"
            configuration.findings.append(Finding(path.name, attribute.line, "a block", found))
    for path in sorted([*folder.glob("*.tfvars"), *folder.glob("env/*.tfvars")]):
        body = _parsed(configuration, path)
        if body is not None:
            name = path.relative_to(folder).as_posix()
            configuration.environments[path.stem] = (name, body)
    return configuration


def _parsed(configuration: Configuration, path: Path) -> Block | None:
    name = path.relative_to(configuration.folder).as_posix()
    configuration.texts[name] = path.read_text()
    try:
        return parse(configuration.texts[name])
    except SyntaxFault as fault:
        configuration.findings.append(Finding(name, fault.line, "Terraform's syntax", fault.found))
        return None


def _declare(configuration: Configuration, declared: Declared) -> None:
    block = declared.block
    labels = BLOCKS.get(block.type)
    if labels is None:
        hint = did_you_mean(block.type, BLOCKS)
        _fault(
            configuration, declared, f"one of {', '.join(BLOCKS)}", f"the block {block.type}", hint
        )
    elif len(block.labels) != labels:
        _fault(configuration, declared, f"{labels} labels on {block.type}", f"{len(block.labels)}")
    elif not all(map(_LABEL.fullmatch, block.labels)):
        _fault(configuration, declared, f"a name as the label of {block.type}", repr(block.labels))
    elif block.type == "locals":
        configuration.blocks.append(declared)
        for attribute in block.attributes:
            _declare_local(configuration, declared, attribute)
    else:
        configuration.blocks.append(declared)
        _declare_named(configuration, declared)


def _declare_named(configuration: Configuration, declared: Declared) -> None:
    tables = {
        "variable": configuration.variables,
        "resource": configuration.resources,
        "data": configuration.resources,
        "output": configuration.outputs,
    }
    table = tables.get(declared.block.type)
    if table is None:
        return
    key = declared.block.labels[-1] if len(declared.block.labels) == 1 else declared.address
    if key in table:
        first = table[key]
        found = f"another one in {first.file}:{first.block.line}"
        _fault(configuration, declared, f"one {declared.address}", found)
    table[key] = declared


def _declare_local(configuration: Configuration, declared: Declared, attribute: Attribute) -> None:
    if attribute.name in configuration.local_values:
        file, first = configuration.local_values[attribute.name]
        found = f"another one in {file}:{first.line}"
        expected = f"one local.{attribute.name}"
        configuration.findings.append(Finding(declared.file, attribute.line, expected, found))
    configuration.local_values[attribute.name] = (declared.file, attribute)


def _fault(
    configuration: Configuration, declared: Declared, expected: str, found: str, hint: str = ""
) -> None:
    finding = Finding(declared.file, declared.block.line, expected, found, hint)
    configuration.findings.append(finding)
