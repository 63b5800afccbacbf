"""Write every requirements.txt from pyproject.toml: one lock, and the part of each deployed thing.

What is deployed is installed by hash: a file that the index changed later is not installed.
"""

from __future__ import annotations

import subprocess  # nosec B404 # of uv
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
PARTS = {
    "ingest": "functions/ingest/requirements.txt",
    "preprocess": "functions/preprocess/requirements.txt",
    "insights": "functions/insights/requirements.txt",
    "park": "functions/park/requirements.txt",
    "sweep": "functions/sweep/requirements.txt",
    "monitor": "functions/monitor/requirements.txt",
    "privacy": "functions/privacy/requirements.txt",
    "endpoint": "infra/endpoint/requirements-cpu.txt",
    "endpoint-gpu": "infra/endpoint/requirements-gpu.txt",
}
# What pyproject.toml's environments have in common says nothing about a single package.
_ALWAYS = {
    "python_full_version < '3.12'",
    "implementation_name == 'cpython'",
    "platform_python_implementation == 'CPython'",
    "sys_platform != 'win32'",
}
_CONTINUED = " \\"  # a line's end before its hashes


def without_common_markers(line: str) -> str:
    """The requirement with what is left of its marker."""
    requirement, _, marker = line.removesuffix(_CONTINUED).partition(" ; ")
    own = [clause for clause in marker.split(" and ") if clause and clause not in _ALWAYS]
    end = _CONTINUED if line.endswith(_CONTINUED) else ""
    return " ; ".join([requirement, *([" and ".join(own)] if own else [])]) + end


def compile_requirements(target: str, *arguments: str) -> None:
    """Resolve into `target`, starting from the versions that it has."""
    command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--universal"]
    command += ["--no-header", "--no-annotate", "--python-version", "3.11", "--output-file", target]
    subprocess.run(  # noqa: S603 # nosec B603 # our own words
        [*command, *arguments], cwd=REPOSITORY, check=True
    )
    file = REPOSITORY / target
    lines = [without_common_markers(line) for line in file.read_text().splitlines()]
    file.write_text("\n".join(["# Written by `make lock` from pyproject.toml.", *lines, ""]))


def main() -> None:
    """The whole lock first; the parts are held to it."""
    compile_requirements("requirements.txt", "--group", "dev", "pyproject.toml")
    for group, target in PARTS.items():
        compile_requirements(
            target,
            "--generate-hashes",
            "--constraint",
            "requirements.txt",
            "--group",
            f"pyproject.toml:{group}",
        )


if __name__ == "__main__":
    main()
