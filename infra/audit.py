"""Ask whether a locked package has a known vulnerability: `python -m infra.audit`.

pip-audit asks about each version of each lock. Where no advisories can be had (no network, or a
machine with a package index alone) it fails of that, or passes all as "not found"; then this says
by name that the audit was skipped, and why. A package that alone is not found fails the audit.
"""

from __future__ import annotations

import json
import re
import subprocess  # nosec B404 # of pip-audit
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

REPOSITORY = Path(__file__).resolve().parents[1]
# How the last line of its failure begins where nobody answers.
_NOBODY = re.compile(
    r"^(?:requests\.exceptions|pip_audit\._service\.interface)\.(\w+)", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Audit:
    """What became of an audit.

    Attributes:
        skipped: why nothing was asked; empty where it was.
        problems: a line for each package that is vulnerable, or that alone was not found.
        packages: how many were asked about.
    """

    skipped: str = ""
    problems: tuple[str, ...] = ()
    packages: int = 0


def locks(repository: Path = REPOSITORY) -> list[Path]:
    """All files of pinned packages."""
    places = ("requirements*.txt", "functions/*/requirements.txt", "infra/**/requirements*.txt")
    return sorted({file for place in places for file in repository.glob(place)})


def commands(files: list[Path]) -> list[list[str]]:
    """The calls of pip-audit: one on the locks with hashes, one on those without."""
    found = []
    for hashed in (True, False):
        chosen = [file for file in files if ("--hash=" in file.read_text("utf-8")) == hashed]
        options = ["--format", "json", "--disable-pip", "--progress-spinner", "off"]
        options += [] if hashed else ["--no-deps"]  # all of them are pinned in it
        options += [part for file in chosen for part in ("--requirement", str(file))]
        found.append([sys.executable, "-m", "pip_audit", *options])
    return found


def audit(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Audit:
    """Run one of the commands; None as environment is this process's own.

    Raises:
        click.ClickException: pip-audit failed for another reason than that nobody answers.
    """
    run = subprocess.run(  # noqa: S603 # nosec B603 # our words
        command, cwd=REPOSITORY, check=False, capture_output=True, text=True, env=environment
    )
    if run.stdout:
        return judge(json.loads(run.stdout)["dependencies"])
    if nobody := _NOBODY.findall(run.stderr):
        return Audit(skipped=nobody[-1])
    raise click.ClickException(f"pip-audit: {run.stderr.strip()}")


def judge(asked: Sequence[Mapping[str, Any]]) -> Audit:
    """What pip-audit's answers about packages come to."""
    unknown = [each["skip_reason"] for each in asked if "skip_reason" in each]
    if unknown and len(unknown) == len(asked):
        return Audit(skipped=unknown[0])
    vulnerable = [
        f"{each['name']} {each['version']}: {', '.join(one['id'] for one in each['vulns'])}"
        for each in asked
        if each.get("vulns")
    ]
    return Audit(problems=(*vulnerable, *unknown), packages=len(asked))


@click.command(help=__doc__)
def main() -> None:
    """Audit, or say why not."""
    for command in commands(locks()):
        found = audit(command)
        if found.skipped:
            click.echo(f"pip-audit: skipped, no advisories could be had ({found.skipped})")
            return
        if found.problems:
            raise click.ClickException("\n".join(found.problems))
        click.echo(f"pip-audit: nothing known of {found.packages} packages")


if __name__ == "__main__":
    main()
