"""Bundle each function: its folder at the root, what it imports of `clarity` beside main.py.

The same sources give the same bytes on any machine, and the name carries their hash: a changed
source that the function reaches, and only that, redeploys it.
"""

from __future__ import annotations

import hashlib
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from infra.imports import REPOSITORY, ROOTS, reached

if TYPE_CHECKING:
    from collections.abc import Iterator

DOOR = ("main.py", "requirements.txt")  # what the buildpack looks for at the root
_STRAY = re.compile(r"^\.|~$")  # what file browsers and editors leave
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip can hold
_UNIX, _MODE = 3, 0o100644 << 16  # a plain file that all may read, whatever the umask here


def contents(function: str) -> dict[str, Path]:
    """Name in the bundle -> file, sorted by name."""
    folder = REPOSITORY / "functions" / function
    modules = reached(folder / "main.py").values()
    packages = {module.parent for module in modules if module.name == "__init__.py"}
    files = {name: folder / name for name in DOOR}
    for file in (*modules, *(data for package in packages for data in _data(package))):
        files[file.relative_to(ROOTS["clarity"]).as_posix()] = file
    return dict(sorted(files.items()))


def _data(package: Path) -> Iterator[Path]:
    """A package's own data files, not those of the packages below it."""
    for path in package.iterdir():
        if path.is_dir() and not (path / "__init__.py").exists() and path.name != "__pycache__":
            yield from _data(path)
        elif path.is_file() and path.suffix != ".py" and not _STRAY.search(path.name):
            yield path


def write(function: str, target: Path) -> Path:
    """Write the function's bundle into `target`, under a name that carries its hash."""
    files = contents(function)
    target.mkdir(parents=True, exist_ok=True)
    draft = target / f"{function}.zip"
    # Stored, not deflated: what zlib makes of the same bytes differs from version to version.
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_STORED) as bundle:
        for name, path in files.items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system, entry.external_attr = _UNIX, _MODE
            bundle.writestr(entry, path.read_bytes())
    digest = hashlib.sha256(draft.read_bytes()).hexdigest()[:12]
    return draft.replace(target / f"{function}-{digest}.zip")


def functions() -> list[str]:
    """Every folder that holds a function."""
    return sorted(path.parent.name for path in REPOSITORY.glob("functions/*/main.py"))


@click.command(help=__doc__)
@click.option("--out", type=click.Path(path_type=Path), default=REPOSITORY / "dist")
def main(out: Path) -> None:
    """Write all bundles; what an earlier run left there goes."""
    for function in functions():
        bundle = write(function, out)
        for old in set(out.glob(f"{function}-*.zip")) - {bundle}:
            old.unlink()
        click.echo(f"{bundle}\t{bundle.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
