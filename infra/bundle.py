"""Bundle each function: its folder at the root, shared/clarity beside main.py.

The same sources give the same bytes, and the name carries their hash: a changed source, and only
that, redeploys.
"""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

REPOSITORY = Path(__file__).resolve().parents[1]
# What no function imports: the model and its weights, the laptop's sources, the command line.
LEFT_OUT = ("pat", "sources", "cli.py")
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip can hold


def contents(function: str) -> Iterator[tuple[str, Path]]:
    """(name in the bundle, file), sorted by name."""
    folder = REPOSITORY / "functions" / function
    package = REPOSITORY / "shared" / "clarity"
    files = {path.relative_to(folder).as_posix(): path for path in _files(folder)}
    for path in _files(package):
        inside = path.relative_to(package)
        if inside.parts[0] not in LEFT_OUT:
            files[f"clarity/{inside.as_posix()}"] = path
    yield from sorted(files.items())


def _files(folder: Path) -> Iterator[Path]:
    return (p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts)


def write(function: str, target: Path) -> Path:
    """Write the function's bundle into `target`; the same sources give the same bytes."""
    target.mkdir(parents=True, exist_ok=True)
    draft = target / f"{function}.zip"
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, path in contents(function):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.external_attr = 0o644 << 16
            bundle.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
    digest = hashlib.sha256(draft.read_bytes()).hexdigest()[:12]
    return draft.replace(target / f"{function}-{digest}.zip")


def functions() -> list[str]:
    """Every folder that holds a function."""
    return sorted(path.parent.name for path in REPOSITORY.glob("functions/*/main.py"))


@click.command(help=__doc__)
@click.option("--out", type=click.Path(path_type=Path), default=REPOSITORY / "dist")
def main(out: Path) -> None:
    """Write all bundles."""
    for function in functions():
        click.echo(write(function, out))


if __name__ == "__main__":
    main()
