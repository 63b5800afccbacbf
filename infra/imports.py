"""What a deployed thing is made of: the modules that its entry point reaches, found by reading.

Imports inside functions count, for they run too; those for the type checker alone do not. A module
that imports by a computed name brings all modules of its package.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

REPOSITORY = Path(__file__).resolve().parents[1]
_BY_NAME = ("import_module", "__import__")
# Import package -> where its source root is.
ROOTS = {"clarity": REPOSITORY / "shared", "infra": REPOSITORY}


def reached(entry: Path) -> dict[str, Path]:
    """Module name -> file, of ours that the entry point's file imports, directly or not."""
    found: dict[str, Path] = {}
    waiting = list(imported(entry))
    while waiting:
        name = waiting.pop()
        file = source(name)
        if file is None or name in found:
            continue
        found[name] = file
        waiting += [name.rpartition(".")[0], *imported(file)]
    return dict(sorted(found.items()))


def source(name: str) -> Path | None:
    """The file of one of our modules; None for anything else."""
    root = ROOTS.get(name.partition(".")[0])
    if root is None:
        return None
    place = root.joinpath(*name.split("."))
    files = (place / "__init__.py", place.with_suffix(".py"))
    return next((file for file in files if file.is_file()), None)


def imported(file: Path) -> list[str]:
    """The names that a file imports when it runs; `from a import b` may mean the module a.b."""
    return list(_imports(ast.parse(file.read_text(encoding="utf-8")), file))


def _imports(node: ast.AST, file: Path) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        yield node.module
        yield from (f"{node.module}.{alias.name}" for alias in node.names)
    elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(_BY_NAME):
        yield from _siblings(file)
    for part in _running(node):
        yield from _imports(part, file)


def _siblings(file: Path) -> Iterator[str]:
    root = next(root for root in ROOTS.values() if file.is_relative_to(root))
    package = ".".join(file.parent.relative_to(root).parts)
    return (f"{package}.{path.stem}" for path in file.parent.glob("*.py"))


def _running(node: ast.AST) -> Iterable[ast.AST]:
    if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
        return node.orelse
    return ast.iter_child_nodes(node)
