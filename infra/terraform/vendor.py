"""The provider's schema, read out of the wheel of cdktn-provider-google and kept compactly.

The wheel holds the provider's schema as generated JavaScript: one class a block, one comment an
attribute. What `infra/gcp` uses is kept in `google.json`; of the rest only the names.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import tarfile
import zipfile
from collections import defaultdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

SOURCE = "PyPI cdktn-provider-google 21.1.0, the schema of hashicorp/google as cdktn generated it"
LICENCE = "MPL-2.0"

_FILE = re.compile(r"package/lib/([a-z0-9-]+)/(?:index|index-structs/\w+)\.(js|d\.ts)")
_TYPE = re.compile(r'static tfResourceType = "(\w+)"')
_VERSION = re.compile(r"providerVersion: '([\d.]+)'")
_CLASS = re.compile(r"^class (\w+) extends cdktn\.(\w+) \{$(.*?)^\}$", re.M | re.S)
_MEMBER = re.compile(
    r"^    // (\w+) - computed: (\w+), optional: (\w+), required: (\w+)\n"
    r"(.*?)(?=^    // \w+ - |\Z)",
    re.M | re.S,
)
_NESTED = re.compile(
    r"= new (?:\w+\.)?(\w+?)(OutputReference|List|Map|MapList)\(this, \"\w+\"(?:, \w+)?\)"
)
_BLOCK = re.compile(r"^ +(\w+): \{\n +value: .*\n +isBlock: true,\n +type: \"(\w+)\"", re.M)
_BLOCKS_OF = re.compile(r"^function (\w+)ToHclTerraform\(struct\) \{$(.*?)^\}$", re.M | re.S)
_INTERFACE = re.compile(r"^export interface (\w+)[^{]*\{$(.*?)^\}$", re.M | re.S)
_DOCUMENTED = re.compile(r"/\*\*((?:(?!\*/).)*?)\*/\s*readonly \w+\??:", re.S)
_ENUM = re.compile(r"Possible values: \[([^\]]*)\]")
_ANCHOR = re.compile(r"\{@link \S+#(\w+) ")
_STORED = re.compile(
    r"^ +(\w+): \{\n.*\n +isBlock: false,\n.*\n +storageClassType: \"(\w+)\"", re.M
)
_STORED_TYPES = {
    "string": "string",
    "number": "number",
    "boolean": "bool",
    "stringList": ["list", "string"],
    "stringMap": ["map", "string"],
}
_GETTERS = {
    "getStringAttribute": "string",
    "getNumberAttribute": "number",
    "getBooleanAttribute": "bool",
    "getListAttribute": ["list", "string"],
    "getNumberListAttribute": ["list", "number"],
    "getStringMapAttribute": ["map", "string"],
    "getNumberMapAttribute": ["map", "number"],
    "getBooleanMapAttribute": ["map", "bool"],
    "getAnyMapAttribute": ["map", "any"],
    "new cdktn.StringMap(": ["map", "string"],
    "new cdktn.NumberMap(": ["map", "number"],
    "new cdktn.BooleanMap(": ["map", "bool"],
    "new cdktn.StringMapList(": ["list", ["map", "string"]],
}


def vendored(wheel: Path, wanted: Iterable[str]) -> str:
    """The text of `google.json`.

    Args:
        wheel: cdktn-provider-google's wheel.
        wanted: what is used, such as `resource.google_pubsub_topic` or `data.google_project`.
    """
    sources = _sources(wheel)
    versions = {found for js, _ in sources.values() for found in _VERSION.findall(js)}
    (version,) = versions
    types = {_name(folder, js): (js, dts) for folder, (js, dts) in sources.items()}
    kept = {name: _schema(*types[name]) for name in sorted(set(wanted) & types.keys())}
    kept["provider"] = _provider(types.pop("provider")[0])
    head = {
        "source": SOURCE,
        "wheel_sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
        "licence": LICENCE,
        "provider": "hashicorp/google",
        "version": version,
    }
    lines = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in head.items()]
    lines.append(f'"names": {json.dumps(" ".join(sorted(types)))}')
    bodies = ",\n".join(f"{json.dumps(name)}: {_compact(body)}" for name, body in kept.items())
    return "{\n" + ",\n".join(lines) + ',\n"types": {\n' + bodies + "\n}\n}\n"


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), sort_keys=True)


def _sources(wheel: Path) -> dict[str, tuple[str, str]]:
    found: dict[str, dict[str, str]] = defaultdict(lambda: {"js": "", "d.ts": ""})
    with zipfile.ZipFile(wheel) as outer:
        (inner,) = [name for name in outer.namelist() if name.endswith(".jsii.tgz")]
        archive = io.BytesIO(outer.read(inner))
    with tarfile.open(fileobj=archive, mode="r:gz") as members:
        for member in members:
            named = _FILE.fullmatch(member.name)
            file = members.extractfile(member) if named else None
            if named and file:
                found[named[1]][named[2]] += file.read().decode()
    return {
        folder: (both["js"], both["d.ts"])
        for folder, both in found.items()
        if _TYPE.search(both["js"])
    }


def _name(folder: str, js: str) -> str:
    kind = _TYPE.search(js)
    if kind is None:
        raise ValueError(f"{folder}: no resource type in it")
    if folder == "provider":
        return folder
    return f"{'data' if folder.startswith('data-') else 'resource'}.{kind[1]}"


def _schema(js: str, dts: str) -> dict[str, Any]:
    """One type's body: name -> [type, flags, enum] or [block, flags, body]."""
    enums = _enums(dts)
    blocks = {
        key[0].upper() + key[1:]: dict(_BLOCK.findall(text)) for key, text in _BLOCKS_OF.findall(js)
    }
    bodies: dict[str, dict[str, Any]] = {}
    root = ""
    for name, parent, text in _CLASS.findall(js):
        top = parent in {"TerraformResource", "TerraformDataSource"}
        stem = name if top else name.removesuffix("OutputReference")
        if parent in {"ComplexList", "ComplexMap"}:
            continue
        inner = dict(_BLOCK.findall(text)) if top else blocks.get(stem, {})
        documented = enums.get(f"{stem}Config" if top else stem, {})
        bodies[stem] = dict(_members(text, inner, documented, bodies))
        root = stem if top else root
    return bodies[root]


def _provider(js: str) -> dict[str, Any]:
    """The provider's own arguments, without other addresses than Google's and without blocks."""
    return {
        name: [_STORED_TYPES[kind], "o"]
        for name, kind in _STORED.findall(js)
        if not name.endswith("_custom_endpoint") and kind in _STORED_TYPES
    }


def _members(
    text: str,
    blocks: dict[str, str],
    enums: dict[str, list[str]],
    bodies: dict[str, dict[str, Any]],
) -> Iterator[tuple[str, Any]]:
    for name, computed, optional, required, code in _MEMBER.findall(text):
        flags = "".join(
            letter
            for letter, stated in (("r", required), ("o", optional), ("c", computed))
            if stated == "true"
        )
        nested = _NESTED.search(code)
        if nested is not None and nested[1] in bodies:
            shape = _shape(name, nested, blocks)
            yield name, [shape, flags, bodies[nested[1]]]
        else:
            enum = enums.get(name)
            yield name, [_type(code), flags, *([enum] if enum else [])]


def _shape(name: str, nested: re.Match[str], blocks: dict[str, str]) -> str:
    """`block` (at most one), `blocks`; `object`, `objects` where it is an attribute."""
    one = nested[2] == "OutputReference"
    kind = "block" if name in blocks else "object"
    return kind if one else f"{kind}s"


def _type(code: str) -> Any:
    for getter, kind in _GETTERS.items():
        if getter in code:
            return ["set", *kind[1:]] if "Fn.tolist(" in code else kind
    return "any"


def _enums(dts: str) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = {}
    for interface, text in _INTERFACE.findall(dts):
        for comment in _DOCUMENTED.findall(text):
            listed, anchor = _ENUM.search(comment), _ANCHOR.search(comment)
            if listed and anchor:
                values = re.findall(r'"([^"]+)"', listed[1])
                found.setdefault(interface, {})[anchor[1]] = values
    return found
