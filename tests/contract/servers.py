"""A server that a contract is held against: ours in a process of its own, or Google's emulator."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import grpc
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]
PROJECT = "clarity-local"
EMBEDDED, OFFICIAL = "embedded", "official"

_SDK_FOLDERS = (
    Path("/usr/lib/google-cloud-sdk"),
    Path("/usr/share/google-cloud-sdk"),
    Path("/opt/google-cloud-sdk"),
    Path("/snap/google-cloud-cli/current"),
    Path.home() / "google-cloud-sdk",
)
_START_SECONDS = 60


@dataclass
class EmbeddedProcess:
    """Our server in a process that can be killed and started again on the same file and port.

    `script` stands beside this file, takes the database and a port (0: any), and prints its port.
    """

    script: str
    database: Path
    port: int = 0
    process: subprocess.Popen[str] | None = field(default=None)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start; a process that dies before it listens is an error, not a wait."""
        script = Path(__file__).with_name(self.script)
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", str(script), str(self.database), str(self.port)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={"PYTHONPATH": str(ROOT)},
        )
        assert self.process.stdout is not None
        port = self.process.stdout.readline()
        if not port:
            self.kill()
            raise RuntimeError(f"{self.script} ended before it listened")
        self.port = int(port)

    def kill(self) -> None:
        """End the process as a power cut would: no handler runs, nothing is flushed."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            assert self.process.stdout is not None
            self.process.stdout.close()
            self.process = None


@contextlib.contextmanager
def embedded_process(script: str, database: Path) -> Iterator[EmbeddedProcess]:
    server = EmbeddedProcess(script, database)
    server.start()
    try:
        yield server
    finally:
        server.kill()


@contextlib.contextmanager
def emulator(product: str, jars: str, launch: Callable[[str], list[str]]) -> Iterator[str]:
    """The address of Google's emulator; skips where there is none.

    Args:
        product: what it emulates.
        jars: where it lies in a Cloud SDK, as a glob.
        launch: Java's arguments for the jar.
    """
    java, jar = shutil.which("java"), _emulator_jar(jars)
    if java is None or jar is None:
        pytest.skip(f"needs Java and Google's {product} emulator, which are not here")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    # It lives for seconds: a compiler that thinks longer never earns its time back.
    thrifty = ("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
    command = [java, *thrifty, *launch(str(jar))]
    process = subprocess.Popen(
        [*command, "--host=127.0.0.1", f"--port={port}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _await_server(port)
        yield f"127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def _emulator_jar(jars: str) -> Path | None:
    gcloud = shutil.which("gcloud")
    found = [Path(gcloud).resolve().parents[1]] if gcloud else []
    for folder in [*found, *_SDK_FOLDERS]:
        for jar in sorted(folder.glob(jars)):
            return jar
    return None


def _await_server(port: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        while True:
            try:
                grpc.channel_ready_future(channel).result(timeout=5)
            except grpc.FutureTimeoutError:
                if time.monotonic() > deadline:
                    raise
            else:
                return
