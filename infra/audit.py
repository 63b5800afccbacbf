"""Ask whether a locked package has a known vulnerability: `python -m infra.audit`.

pip-audit asks PyPI about each version of each lock. Where PyPI's advisories cannot be asked (a
machine with a package index alone) it would pass all as "not found"; then this says by name that
the audit was skipped, and why. A package that alone is not found fails the audit.
"""

from __future__ import annotations

import re
import subprocess  # nosec B404 # of pip-audit
import sys
from pathlib import Path

import click
import httpx

REPOSITORY = Path(__file__).resolve().parents[1]
ADVISORIES = "https://pypi.org/pypi"  # what pip-audit asks by itself
_PINNED = re.compile(r"^([\w.-]+)==([\w.!+-]+)", re.MULTILINE)
_TIMEOUT_S = 10.0


def locks(repository: Path = REPOSITORY) -> list[Path]:
    """All files of pinned packages."""
    places = ("requirements*.txt", "functions/*/requirements.txt", "infra/**/requirements*.txt")
    return sorted({file for place in places for file in repository.glob(place)})


def unreachable(lock: Path, advisories: str = ADVISORIES) -> str:
    """Why the advisories on a lock's first package cannot be had; empty where they can."""
    pinned = _PINNED.search(lock.read_text(encoding="utf-8"))
    if pinned is None:
        return f"{lock} pins nothing"
    address = f"{advisories}/{pinned[1]}/{pinned[2]}/json"
    try:
        answer = httpx.get(address, timeout=_TIMEOUT_S, follow_redirects=True)
        if answer.is_success and "vulnerabilities" in answer.json():
            return ""
    except (httpx.HTTPError, ValueError) as error:
        return f"{address}: {type(error).__name__}"
    return f"{address}: HTTP {answer.status_code}, without vulnerabilities"


def commands(files: list[Path]) -> list[list[str]]:
    """The calls of pip-audit: one on the locks with hashes, one on those without."""
    found = []
    for hashed in (True, False):
        chosen = [file for file in files if ("--hash=" in file.read_text("utf-8")) == hashed]
        options = ["--strict", "--disable-pip", "--progress-spinner", "off"]
        options += [] if hashed else ["--no-deps"]  # all of them are pinned in it
        options += [part for file in chosen for part in ("--requirement", str(file))]
        found.append([sys.executable, "-m", "pip_audit", *options])
    return found


@click.command(help=__doc__)
@click.option("--advisories", default=ADVISORIES, help="where PyPI's advisories are", hidden=True)
def main(advisories: str) -> None:
    """Audit, or say why not."""
    files = locks()
    if reason := unreachable(files[0], advisories):
        click.echo(f"pip-audit: skipped, no advisories could be had ({reason})")
        return
    runs = [
        subprocess.run(each, cwd=REPOSITORY, check=False)  # noqa: S603 # nosec B603 # our words
        for each in commands(files)
    ]
    sys.exit(max(abs(run.returncode) for run in runs))


if __name__ == "__main__":
    main()
