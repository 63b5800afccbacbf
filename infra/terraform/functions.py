"""Terraform's functions: the arguments that each takes, and what those in use here compute.

Names and arities are those of `terraform metadata functions` (1.11). A function that is known but
not computed here gives a value known after apply.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
from typing import TYPE_CHECKING

from infra.terraform.values import Unique, Unknown, Value, is_known, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from infra.terraform.schema import Type


_ARITIES = """
abs 1 1 | abspath 1 1 | alltrue 1 1 | anytrue 1 1 | base64decode 1 1 | base64encode 1 1
base64gzip 1 1 | base64sha256 1 1 | base64sha512 1 1 | basename 1 1 | bcrypt 1 - | can 1 1
ceil 1 1 | chomp 1 1 | chunklist 2 2 | cidrhost 2 2 | cidrnetmask 1 1 | cidrsubnet 3 3
cidrsubnets 1 - | coalesce 1 - | coalescelist 1 - | compact 1 1 | concat 1 - | contains 2 2
csvdecode 1 1 | dirname 1 1 | distinct 1 1 | element 2 2 | endswith 2 2 | ephemeralasnull 1 1
file 1 1 | filebase64 1 1 | filebase64sha256 1 1 | filebase64sha512 1 1 | fileexists 1 1
filemd5 1 1 | fileset 2 2 | filesha1 1 1 | filesha256 1 1 | filesha512 1 1 | flatten 1 1
floor 1 1 | format 1 - | formatdate 2 2 | formatlist 1 - | indent 2 2 | index 2 2
issensitive 1 1 | join 2 - | jsondecode 1 1 | jsonencode 1 1 | keys 1 1 | length 1 1 | log 2 2
lookup 2 3 | lower 1 1 | matchkeys 3 3 | max 1 - | md5 1 1 | merge 1 - | min 1 -
nonsensitive 1 1 | one 1 1 | parseint 2 2 | pathexpand 1 1 | plantimestamp 0 0 | pow 2 2
range 1 3 | regex 2 2 | regexall 2 2 | replace 3 3 | reverse 1 1 | rsadecrypt 2 2 | sensitive 1 1
setintersection 1 - | setproduct 1 - | setsubtract 2 2 | setunion 1 - | sha1 1 1 | sha256 1 1
sha512 1 1 | signum 1 1 | slice 3 3 | sort 1 1 | split 2 2 | startswith 2 2 | strcontains 2 2
strrev 1 1 | substr 3 3 | sum 1 1 | templatefile 2 2 | templatestring 2 2 | textdecodebase64 2 2
textencodebase64 2 2 | timeadd 2 2 | timecmp 2 2 | timestamp 0 0 | title 1 1 | tobool 1 1
tolist 1 1 | tomap 1 1 | tonumber 1 1 | toset 1 1 | tostring 1 1 | transpose 1 1 | trim 2 2
trimprefix 2 2 | trimspace 1 1 | trimsuffix 2 2 | try 1 - | upper 1 1 | urlencode 1 1 | uuid 0 0
uuidv5 2 2 | values 1 1 | yamldecode 1 1 | yamlencode 1 1 | zipmap 2 2
"""


def _arities() -> dict[str, tuple[int, int | None]]:
    rows = (entry.split() for entry in _ARITIES.replace("\n", "|").split("|") if entry.strip())
    return {name: (int(low), None if high == "-" else int(high)) for name, low, high in rows}


ARITIES = _arities()
# These read files, by a path from the module's folder.
FILES = ("file", "fileexists", "filebase64", "filemd5", "filesha256", "filebase64sha256", "fileset")
# These see their arguments' expressions: an expression without value is no fault there.
LENIENT = ("try", "can")


def call(name: str, arguments: list[Value]) -> Value:
    """A function's value.

    Raises:
        (ValueError, TypeError, KeyError, IndexError, AttributeError): the arguments do not fit.
    """
    compute = _COMPUTED.get(name)
    unclear = any(isinstance(one, Unknown) for one in arguments) and name not in _SHALLOW
    if compute is None or unclear:
        return after_apply(name, arguments)
    return compute(*arguments)


def after_apply(name: str, arguments: list[Value]) -> Unknown:
    """What is known of a function that is not computed: where its value comes from."""
    inside = ", ".join(text_of(one) for one in arguments)
    return Unknown(f"{name}({inside})", _KINDS.get(name, "any"))


def read_file(name: str, folder: Path, arguments: list[Value]) -> Value:
    """A file function's value. What a build writes outside the folder is known after apply.

    Raises:
        FileNotFoundError: there is no such file.
    """
    if not is_known(arguments) or name == "fileset":
        return after_apply(name, arguments)
    path = folder / arguments[0]
    if name == "fileexists":
        return path.is_file()
    return _FILE_VALUES[name](path.read_bytes())


_FILE_VALUES: dict[str, Callable[[bytes], str]] = {
    "file": bytes.decode,
    "filebase64": lambda data: base64.b64encode(data).decode(),
    "filemd5": lambda data: hashlib.md5(data, usedforsecurity=False).hexdigest(),
    "filesha256": lambda data: hashlib.sha256(data).hexdigest(),
    "filebase64sha256": lambda data: base64.b64encode(hashlib.sha256(data).digest()).decode(),
}
_STRINGS = """
basename dirname format join lower upper replace title trim trimprefix trimspace trimsuffix substr
timestamp jsonencode sha256 file filebase64 filemd5 filesha256 filebase64sha256
"""
_KINDS: dict[str, Type] = dict.fromkeys(_STRINGS.split(), "string")
_KINDS |= {"fileset": ("set", "string"), "split": ("list", "string"), "length": "number"}
# These may be given values known after apply.
_SHALLOW = frozenset(
    ("coalesce", "format", "join", "tostring", "sensitive", "nonsensitive", "toset")
)


def _distinct(values: list[Value]) -> list[Value]:
    found: list[Value] = []
    for value in values:
        if value not in found:
            found.append(value)
    return found


def _set(values: Iterable[Value]) -> Unique:
    return Unique(sorted(_distinct(list(values)), key=text_of))


def _merge(*maps: dict[str, Value] | None) -> dict[str, Value]:
    return {key: value for one in maps if one is not None for key, value in one.items()}


def _string(template: str, *values: Value) -> Value:
    texts = iter(values)
    written = re.sub(r"%%|%[-+0-9.]*[sdvqtf]", lambda found: _formatted(found[0], texts), template)
    return written if is_known(list(values)) else Unknown(written, "string")


def _formatted(verb: str, texts: Iterator[Value]) -> str:
    if verb == "%%":
        return "%"
    value = next(texts)
    if verb in {"%s", "%v", "%d"} or isinstance(value, Unknown):
        return text_of(value)
    return json.dumps(value) if verb == "%q" else str(verb % value)


def _join(separator: str, *lists: list[Value]) -> Value:
    values = [one for values in lists for one in values]
    written = separator.join(text_of(one) for one in values)
    return written if is_known(values) else Unknown(written, "string")


def _replace(text: str, old: str, new: str) -> str:
    if len(old) > 1 and old.startswith("/") and old.endswith("/"):
        return re.sub(old[1:-1], re.sub(r"\$(\d)", r"\\\1", new), text)
    return text.replace(old, new)


def _regex(pattern: str, text: str) -> Value:
    found = re.search(pattern, text)
    if found is None:
        raise ValueError(f"no match of {pattern!r} in {text!r}")
    return found.groupdict() or list(found.groups()) or found[0]


def _regexall(pattern: str, text: str) -> list[Value]:
    return [one.groupdict() or list(one.groups()) or one[0] for one in re.finditer(pattern, text)]


def _one(values: list[Value]) -> Value:
    if len(values) > 1:
        raise ValueError(f"{len(values)} elements")
    return values[0] if values else None


def _coalesce(*values: Value) -> Value:
    given = [one for one in values if one not in (None, "")]
    if not given:
        raise ValueError("no argument that is not null")
    return given[0]


def _tostring(value: Value) -> Value:
    if isinstance(value, Unknown):
        return Unknown(value.text, "string")
    return None if value is None else text_of(value)


def _tonumber(value: Value) -> Value:
    if not isinstance(value, str):
        return value
    number = float(value)
    return int(number) if number.is_integer() else number


def _toset(values: Value) -> Value:
    return values if isinstance(values, Unknown) else _set(values)


def _flatten(values: list[Value]) -> list[Value]:
    return [x for one in values for x in (_flatten(one) if isinstance(one, list) else [one])]


def _lookup(values: dict[str, Value], key: str, *default: Value) -> Value:
    return values.get(key, *default) if default else values[key]


def _product(first: list[Value], *rest: list[Value]) -> list[Value]:
    found = [[one] for one in first]
    for values in rest:
        found = [[*chosen, one] for chosen in found for one in values]
    return found


def _written(value: Value) -> Value:
    written = json.dumps(value, default=text_of, separators=(",", ":"))
    return written if is_known(value) else Unknown(written, "string")


def _length(value: Value) -> int:
    return len(value)


_COMPUTED: dict[str, Callable[..., Value]] = {
    "abs": abs,
    "alltrue": all,
    "anytrue": any,
    "base64encode": lambda text: base64.b64encode(text.encode()).decode(),
    "basename": lambda path: path.rsplit("/", 1)[-1],
    "ceil": math.ceil,
    "coalesce": _coalesce,
    "compact": lambda values: [one for one in values if one not in (None, "")],
    "concat": lambda *lists: [one for values in lists for one in values],
    "contains": lambda values, value: value in values,
    "dirname": lambda path: path.rpartition("/")[0] or ".",
    "distinct": _distinct,
    "element": lambda values, index: values[index % len(values)],
    "endswith": str.endswith,
    "flatten": _flatten,
    "floor": math.floor,
    "format": _string,
    "formatlist": lambda text, values: [_string(text, one) for one in values],
    "index": lambda values, value: values.index(value),
    "join": _join,
    "jsondecode": json.loads,
    "jsonencode": _written,
    "keys": sorted,
    "length": _length,
    "lookup": _lookup,
    "lower": str.lower,
    "max": max,
    "md5": lambda text: hashlib.md5(text.encode(), usedforsecurity=False).hexdigest(),
    "merge": _merge,
    "min": min,
    "nonsensitive": lambda value: value,
    "one": _one,
    "range": lambda *bounds: list(range(*bounds)),
    "regex": _regex,
    "regexall": _regexall,
    "replace": _replace,
    "reverse": lambda values: values[::-1],
    "sensitive": lambda value: value,
    "setintersection": lambda first, *rest: _set(x for x in first if all(x in r for r in rest)),
    "setproduct": _product,
    "setsubtract": lambda first, second: _set(one for one in first if one not in second),
    "setunion": lambda *sets: _set(one for values in sets for one in values),
    "sha256": lambda text: hashlib.sha256(text.encode()).hexdigest(),
    "slice": lambda values, start, end: values[start:end],
    "sort": sorted,
    "split": lambda separator, text: text.split(separator),
    "startswith": str.startswith,
    "strcontains": lambda text, part: part in text,
    "substr": lambda text, start, length: (
        text[start:] if length < 0 else text[start : start + length]
    ),
    "sum": sum,
    "title": str.title,
    "tobool": lambda value: {"true": True, "false": False}.get(value, value),
    "tolist": list,
    "tomap": dict,
    "tonumber": _tonumber,
    "toset": _toset,
    "tostring": _tostring,
    "trim": str.strip,
    "trimprefix": str.removeprefix,
    "trimspace": str.strip,
    "trimsuffix": str.removesuffix,
    "upper": str.upper,
    "values": lambda values: [values[key] for key in sorted(values)],
    "zipmap": lambda keys, values: dict(zip(keys, values, strict=True)),
}
