"""checkov, in an environment of its own: its dependencies clash with the project's.

`.venv/checkov` is made by uv from the hashed `checkov.txt` on first use and when that changes.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess  # nosec B404 # of uv
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from uv import find_uv_bin

from infra.terraform.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

_HERE = Path(__file__).parent
_REQUIREMENTS = _HERE / "checkov.txt"
_CONFIGURATION = _HERE / "checkov.yaml"
_ENVIRONMENT = Path(sys.prefix) / "checkov"
_SKIP = re.compile(r"checkov:skip=([^:\s]*)(?::(.*))?")
# A reason is a sentence; a word is none.
_REASON_WORDS = 4


class ScanError(Exception):
    """checkov cannot be installed or run."""


def skips(files: dict[str, str]) -> Iterator[Finding]:
    """Where a check is skipped without a reason."""
    for name, text in files.items():
        for number, line in enumerate(text.splitlines(), 1):
            skip = _SKIP.search(line)
            if skip and len((skip[2] or "").split()) < _REASON_WORDS:
                wanted = f"#checkov:skip={skip[1]}:a reason in a sentence"
                yield Finding(name, number, wanted, line.strip())
    for number, line in enumerate(_CONFIGURATION.read_text().splitlines(), 1):
        if line.startswith(("skip-check", "skip-path", "soft-fail", "check:")):
            yield Finding(_CONFIGURATION.name, number, "skips beside what they are about", line)


def scan(root: Path) -> tuple[list[Finding], int]:
    """Failed checks of a repository, and how many passed.

    Raises:
        ScanError: with what uv or checkov said.
    """
    _install()
    command = [
        str(_ENVIRONMENT / "bin/python"),
        "-m",
        "checkov.main",
        "--config-file",
        str(_CONFIGURATION),
    ]
    process = _run(command, root)
    try:
        printed = json.loads(process.stdout)
    except ValueError as error:
        raise ScanError(f"checkov: {_last(process)}") from error
    reports = printed if isinstance(printed, list) else [printed]
    findings = [
        _finding(one)
        for report in reports
        for one in report.get("results", {}).get("failed_checks", [])
    ]
    passed = sum(report.get("summary", report).get("passed", 0) for report in reports)
    if passed == 0:
        raise ScanError(f"checkov: no check was run: {_last(process)}")
    return findings, passed


def _finding(failed: dict[str, Any]) -> Finding:
    return Finding(
        file=str(failed["repo_file_path"]).lstrip("/"),
        line=int(failed["file_line_range"][0]),
        expected=f"{failed['check_id']} ({failed['check_name']})",
        found=f"{failed['resource']} without it",
        hint=str(failed.get("guideline") or ""),
    )


def _install() -> None:
    wanted = hashlib.sha256(_REQUIREMENTS.read_bytes()).hexdigest()
    mark = _ENVIRONMENT / ".installed"
    if mark.is_file() and mark.read_text() == wanted:
        return
    uv = find_uv_bin()
    python = str(_ENVIRONMENT / "bin/python")
    for command in (
        [uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(_ENVIRONMENT)],
        [uv, "pip", "sync", "--quiet", "--require-hashes", "--python", python, str(_REQUIREMENTS)],
    ):
        process = _run(command, _HERE)
        if process.returncode != 0:
            raise ScanError(f"{' '.join(command)}: {_last(process)}")
    mark.write_text(wanted)


def _last(process: subprocess.CompletedProcess[str]) -> str:
    return f"{process.stdout}{process.stderr}"[-2000:]


def _run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 # nosec B603 # uv and the environment that it makes
        command, cwd=folder, capture_output=True, text=True, check=False
    )
