"""All checks over `infra/gcp` but the formatter's and checkov's."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from infra.terraform import references, shape, variables
from infra.terraform.configuration import read
from infra.terraform.findings import Finding
from infra.terraform.plan import Plan
from infra.terraform.schema import vendored
from infra.terraform.syntax import Items, Literal, Pairs
from infra.terraform.tree import parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.terraform.configuration import Configuration
    from infra.terraform.schema import Schema
    from infra.terraform.syntax import Attribute, Block, Expr

_MINIMUM = re.compile(r">= \d+\.\d+(\.\d+)?(, < \d+(\.\d+)*)?|[=~]>? ?\d+\.\d+(\.\d+)?")


ENVIRONMENTS = frozenset({"dev", "prod"})
# The environment that only this check has.
EVERY_OPTION = "every_option"
_EVERY_OPTION = Path(__file__).with_name(f"{EVERY_OPTION}.tfvars")


def plans(
    folder: Path, *, every_option: bool = False
) -> tuple[Configuration, list[Plan], list[Finding]]:
    """A folder's files, what they come to in each environment, and what is wrong so far."""
    schema, configuration = vendored(), read(folder)
    findings = [*configuration.findings]
    if every_option:
        findings += _add_every_option(configuration)
    if not findings:
        findings += _pins(configuration, schema)
        findings += shape.check(configuration, schema)
        findings += references.check(configuration, schema)
    made: list[Plan] = []
    for environment in configuration.environments:
        findings += _named(configuration, environment)
        values = variables.values(configuration, environment, findings)
        plan = Plan(configuration, environment, values, schema.types)
        made.append(plan)
        findings += plan.findings
    missing = ENVIRONMENTS - configuration.environments.keys()
    findings += [Finding("env", 1, f"env/{name}.tfvars", "none") for name in sorted(missing)]
    return configuration, made, sorted(set(findings))


def _named(configuration: Configuration, environment: str) -> Iterator[Finding]:
    file, body = configuration.environments[environment]
    given = body.attribute("environment")
    name = getattr(given and given.value, "value", None)
    if environment in ENVIRONMENTS and name != environment:
        yield Finding(
            file, given.line if given else 1, f'environment = "{environment}"', repr(name)
        )


def _add_every_option(configuration: Configuration) -> Iterator[Finding]:
    text = _EVERY_OPTION.read_text()
    body = parse(text)
    configuration.texts[_EVERY_OPTION.name] = text
    configuration.environments[EVERY_OPTION] = (_EVERY_OPTION.name, body)
    for name, declared in configuration.variables.items():
        default = declared.block.attribute("default")
        kind = declared.block.attribute("type")
        if _is_nothing(default, kind) and not body.attribute(name):
            wanted = f"a value for {name}, so that the check reads what depends on it"
            yield Finding(_EVERY_OPTION.name, 1, wanted, "none")


def _is_nothing(default: Attribute | None, kind: Attribute | None) -> bool:
    if default is None:
        return False
    if isinstance(default.value, Literal):
        return default.value.value in (None, False)
    if isinstance(default.value, Pairs):
        return not default.value.pairs and getattr(kind and kind.value, "name", "") == "map"
    return isinstance(default.value, Items) and not default.value.items


def _pins(configuration: Configuration, schema: Schema) -> Iterator[Finding]:
    blocks = list(configuration.of_type("terraform"))
    if len(blocks) != 1:
        yield Finding("versions.tf", 1, "one terraform block", str(len(blocks)))
        return
    file, block = blocks[0].file, blocks[0].block
    version = block.attribute("required_version")
    if version is None or not _MINIMUM.fullmatch(str(getattr(version.value, "value", ""))):
        yield Finding(file, block.line, "required_version with a number", "none")
    backends = [one.labels for one in block.all("backend")]
    if backends != [("gcs",)]:
        found = str([" ".join(one) for one in backends])
        yield Finding(file, block.line, 'backend "gcs" for the state', found)
    yield from _providers(configuration, schema, file, block)


def _providers(
    configuration: Configuration, schema: Schema, file: str, block: Block
) -> Iterator[Finding]:
    required = block.all("required_providers")
    pins = {one.name: one for one in required[0].attributes} if required else {}
    used = {one.split(".")[-2].split("_")[0] for one in configuration.resources}
    for name in used - pins.keys():
        yield Finding(file, block.line, f"{name} in required_providers", "none")
    for declared in configuration.of_type("provider"):
        if declared.block.labels[0] not in pins:
            found = declared.block.labels[0]
            yield Finding(declared.file, declared.block.line, "a required provider", found)
    for name in pins.keys() - used:
        yield Finding(file, block.line, f"a use of the provider {name}", "none")
    wanted = {"source": schema.provider, "version": f"= {schema.version}"}
    for name, attribute in pins.items():
        given = _literals(attribute.value)
        for key, value in wanted.items():
            if given.get(key) not in {value, value.removeprefix("= ")}:
                expected = f'{name} with {key} = "{value}", as the vendored schema'
                yield Finding(file, attribute.line, expected, f"{given.get(key)!r}")


def _literals(pairs: Expr) -> dict[str, object]:
    return {
        str(getattr(key, "value", "")): value.value
        for key, value in (pairs.pairs if isinstance(pairs, Pairs) else ())
        if isinstance(value, Literal)
    }
