"""What stands, argument by argument, and what differs from it: `inventory.yaml`."""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import yaml  # type: ignore[import-untyped]

from infra.terraform import written
from infra.terraform.findings import Finding
from infra.terraform.references import chain
from infra.terraform.syntax import Attribute, Block, Choice
from infra.terraform.values import Unknown, Value
from infra.terraform.walk import of_block

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from infra.terraform.configuration import Configuration, Declared
    from infra.terraform.plan import Node, Plan
    from infra.terraform.syntax import Expr

STORED = Path(__file__).with_name("inventory.yaml")
WRITE = "if it is meant: python -m infra.terraform inventory --write"
_HEAD = """\
# What infra/gcp and cloudbuild.yaml come to: `python -m infra.terraform inventory --write`.
# [dev], [prod], [every_option]: only there, or another value there; no brackets: the same in all.
"""
_LONG = 300
_STATIC = frozenset({"terraform", "provider", "variable", "output", "moved", "removed", "import"})
_MADE = frozenset({"resource", "data"})
_META = ("for_each", "count", "depends_on", "provider", "lifecycle")
_TAGGED = re.compile(r"(?P<name>.*?)(?: \[(?P<tags>[a-z_, ]+)\])?")
# Of an object, one of its arguments ("" for itself), and in which environment.
Key = tuple[str, str, str]
_EVERYWHERE = "*"
_VARIABLES = "variables"
_PLANNED = re.compile(rf"(data\.)?google_.*|{_VARIABLES}")


class Inventory:
    """The values, and where each is written.

    Args:
        configuration: the files.
        plans: what they come to in each environment.
        root: the repository.
    """

    def __init__(self, configuration: Configuration, plans: Sequence[Plan], root: Path) -> None:
        self.values: dict[Key, str] = {}
        self.places: dict[Key, tuple[str, int]] = {}
        self.environments = sorted(plan.environment for plan in plans)
        self._files = {
            path.read_text(): path.relative_to(configuration.folder).as_posix()
            for path in sorted(configuration.folder.glob("**/*"))
            if path.suffix == ".rules"  # its tests say what it lets through
        }
        for declared in configuration.blocks:
            self._declared(configuration, declared)
        for plan in plans:
            self._planned(plan)
        self._built(root)

    def _add(self, key: Key, value: str, place: tuple[str, int]) -> None:
        self.values[key] = value
        self.places[key] = place
        self.places.setdefault((key[0], "", key[2]), place)

    def _declared(self, configuration: Configuration, declared: Declared) -> None:
        block, address = declared.block, " ".join((declared.block.type, *declared.block.labels))
        if block.type in {*_MADE, "provider", "output", "check"}:
            words = {".".join(_reference(configuration, chain(one))) for one, _ in _all(block)}
            named = ", ".join(sorted(words - {""}))
            self._add((address, "names", _EVERYWHERE), _quoted(named), (declared.file, block.line))
        for path, expression, line in written.arguments(block):
            chosen = any(isinstance(one, Choice) for one, _ in _all(_of(expression)))
            meta = path.split(".")[0] in _META
            if block.type in _STATIC or meta or chosen:
                text = _quoted(written.text(expression))
                name = path if block.type in _STATIC or meta else f"{path} as written"
                self._add((address, name, _EVERYWHERE), text, (declared.file, line))

    def _planned(self, plan: Plan) -> None:
        region = plan.variables.get("region")
        file, body = plan.configuration.environments[plan.environment]
        self._add((_VARIABLES, "", plan.environment), "", (file, 1))
        for name, value in plan.variables.items():
            given = body.attribute(name)
            for path, one in self._flat(name, value, None):
                place = (file, given.line if given else 1)
                self._add((_VARIABLES, path, plan.environment), one, place)
        for instance in plan.instances:
            key = (instance.address, "", plan.environment)
            self._add(key, "", (instance.node.file, instance.node.line))
            for path, value, line in self._node(instance.node, "", region):
                place = (instance.node.file, line)
                self._add((instance.address, path, plan.environment), value, place)

    def _node(self, node: Node, path: str, region: Value) -> Iterator[tuple[str, str, int]]:
        for name, value in node.values.items():
            if value is not None:
                for inner, text in self._flat(path + name, value, region):
                    yield inner, text, node.lines[name]
        for name, blocks in node.blocks.items():
            for index, block in enumerate(blocks):
                inner = f"{path}{name}[{index}]" if len(blocks) > 1 else path + name
                if not block.values and not block.blocks:
                    yield inner, "{}", block.line
                yield from self._node(block, f"{inner}.", region)

    def _flat(self, path: str, value: Value, region: Value) -> Iterator[tuple[str, str]]:
        if isinstance(value, dict) and value:
            for key in sorted(value):
                yield from self._flat(f"{path}.{key}", value[key], region)
        elif isinstance(value, list) and _is_table(value):
            for index, one in enumerate(value):
                yield from self._flat(f"{path}[{index}]", one, region)
        elif isinstance(value, str) and value in self._files:
            yield path, f"file {self._files[value]}"
        else:
            text = json.dumps(value, ensure_ascii=False, default=_unknown)
            text = text.replace(region, "${var.region}") if isinstance(region, str) else text
            yield path, text if len(text) <= _LONG else _quoted(text)

    def _built(self, root: Path) -> None:
        file = "cloudbuild.yaml"
        build = yaml.safe_load((root / file).read_text())
        steps = {one["id"]: one for one in build["steps"]}
        build["steps"] = list(steps)
        for path, text in self._flat("", build | {"step": steps}, None):
            self._add((file, path.removeprefix("."), _EVERYWHERE), text, (file, 1))
        for script in sorted((root / "infra/build").glob("*.sh")):
            name = script.relative_to(root).as_posix()
            self._add((name, "sha256", _EVERYWHERE), _digest(script.read_text()), (name, 1))


def _is_table(values: list[Value]) -> bool:
    return len(str(values)) > _LONG or any(isinstance(one, (dict, list)) for one in values)


def _of(expression: Expr) -> Block:
    return Block("", (), (Attribute("", expression, 0),), (), 0, 0)


def _all(block: Block) -> Iterator[tuple[Expr, frozenset[str]]]:
    return of_block(block, frozenset())


def _reference(configuration: Configuration, words: list[str]) -> list[str]:
    if words[:1] in (["var"], ["local"]):
        return words[:2]
    width = 3 if words[:1] == ["data"] else 2
    return words[: width + 1] if ".".join(words[:width]) in configuration.resources else []


def _unknown(value: object) -> str:
    if isinstance(value, Unknown):
        return value.text
    raise TypeError(type(value))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _quoted(value: str) -> str:
    return "'" + _text(value).replace("'", "''") + "'"


def _text(value: str) -> str:
    if len(value) <= _LONG:
        return value
    return f"{value[:60]}... sha256 {_digest(value)}"


def rendered(inventory: Inventory) -> str:
    """The inventory as it is stored."""
    by_name: dict[str, dict[str, dict[str, list[str]]]] = defaultdict(dict)
    for (name, path, environment), value in sorted(inventory.values.items()):
        by_name[name].setdefault(path, {}).setdefault(value, []).append(environment)
    lines = []
    for name, paths in by_name.items():
        there = paths.pop("", {}).get("", [])
        mostly = there or inventory.environments
        lines.append(f"{_tagged(name, there, inventory.environments)}:")
        for path, values in paths.items():
            for value, tags in values.items():
                key = path if tags == [_EVERYWHERE] else _tagged(path, tags, mostly)
                lines.append(f"  {key}: {value}")
    return _HEAD + "\n".join(lines) + "\n"


def _tagged(name: str, tags: Sequence[str], usual: Sequence[str]) -> str:
    return name if not tags or list(tags) == list(usual) else f"{name} [{', '.join(tags)}]"


def stored(text: str, environments: Sequence[str]) -> dict[Key, tuple[str, int]]:
    """What `rendered` wrote: each value, and its line."""
    found: dict[Key, tuple[str, int]] = {}
    name, there = "", list(environments)
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("  "):
            key, _, value = line.strip().partition(": ")
            path, tags = _untagged(key)
            for environment in tags or there:
                found[name, path, environment] = value, number
        elif not line.startswith("#"):
            name, tags = _untagged(line.removesuffix(":"))
            planned = _PLANNED.fullmatch(name)
            there = (tags or list(environments)) if planned else [_EVERYWHERE]
            found |= {(name, "", one): ("", number) for one in there if planned}
    return found


def _untagged(key: str) -> tuple[str, list[str]]:
    match = _TAGGED.fullmatch(key)
    name, tags = match.group("name", "tags") if match else (key, None)
    return name, tags.split(", ") if tags else []


def compare(inventory: Inventory, text: str) -> Iterator[Finding]:
    """Each argument that is another than in the stored inventory, or is in one of both alone."""
    wanted = stored(text, inventory.environments)
    differences: dict[tuple[str, str, str, str], list[str]] = defaultdict(list)
    for key in sorted(wanted.keys() | inventory.values.keys()):
        name, path, environment = key
        expected = wanted[key][0] if key in wanted else None
        found = inventory.values.get(key)
        itself = (name, "", environment)
        alone = bool(path) and (itself in wanted) != (itself in inventory.values)
        if expected != found and not alone:
            differences[name, path, _shown(expected, path), _shown(found, path)].append(environment)
    for (name, path, expected, found), tags in differences.items():
        place = _place(inventory, wanted, [(name, path, one) for one in tags])
        everywhere = {_EVERYWHERE} if _EVERYWHERE in tags else set(inventory.environments)
        within = "" if set(tags) == everywhere else f" of {', '.join(tags)}"
        what = f"{name}: {path}" if path else name
        yield Finding(*place, expected, f"{found}, in {what}{within}", WRITE)


def _place(
    inventory: Inventory, wanted: dict[Key, tuple[str, int]], keys: list[Key]
) -> tuple[str, int]:
    """Where the first of them is written; where its object is; its line in the inventory."""
    owners = [(name, "", environment) for name, _, environment in keys]
    here = next((one for one in [*keys, *owners] if one in inventory.places), None)
    return inventory.places[here] if here else (STORED.name, wanted[keys[0]][1])


def _shown(value: str | None, path: str) -> str:
    if value is None:
        return "nothing"
    return value if path else "it"
