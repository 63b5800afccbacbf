"""The embedded cloud for tests: its processes, its ports, clients that reach it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import grpc
from google.auth.credentials import AnonymousCredentials
from google.cloud.firestore import Client
from google.cloud.pubsub_v1 import PublisherClient, SubscriberClient

from infra.local.topology import HOST, PROJECT, Ports, client_environment
from tests.logs import KEPT, check_state

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

REPOSITORY = Path(__file__).resolve().parents[1]


@contextmanager
def environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Set these variables, for Google's clients read where an emulator is from the environment."""
    KEPT.secrets.keep(value for name, value in variables.items() if name.endswith("_KEY"))
    before = {name: os.environ.get(name) for name in variables}  # noqa: TID251  restored below
    os.environ.update(variables)  # noqa: TID251  as a user's export would
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]  # noqa: TID251  as above
            else:
                os.environ[name] = value  # noqa: TID251  as above


@dataclass(frozen=True)
class Cloud:
    """A running embedded cloud."""

    state: Path
    ports: Ports
    process: subprocess.Popen[str] | None = None

    @property
    def variables(self) -> dict[str, str]:
        return client_environment(self.ports)

    def firestore(self) -> Client:
        with environment(self.variables):
            return Client(project=PROJECT, credentials=AnonymousCredentials())

    def publisher(self) -> PublisherClient:
        with environment(self.variables):
            return PublisherClient()

    def subscriber(self) -> SubscriberClient:
        with environment(self.variables):
            return SubscriberClient()


@contextmanager
def cloud_process(state: Path) -> Iterator[Cloud]:
    """The cloud alone, without functions and endpoint: what the adapters talk to."""
    state.mkdir(exist_ok=True)
    ports = Ports.allocate(state)
    command = [sys.executable, "-m", "infra.local.cloud", "--state", str(state)]
    with (state / "cloud.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=REPOSITORY, stdout=log, stderr=log)
    try:
        for port in (ports.firestore, ports.pubsub):
            channel = grpc.insecure_channel(f"{HOST}:{port}")
            grpc.channel_ready_future(channel).result(timeout=30)
            channel.close()
        yield Cloud(state, ports)
    finally:
        process.terminate()
        process.wait(timeout=10)
    check_state(state)


@contextmanager
def whole_cloud(state: Path, *arguments: str) -> Iterator[Cloud]:
    """`python -m infra.local up`, with the functions and the endpoint."""
    state.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "infra.local", "up", "--state", str(state), *arguments]
    with (state / "up.log").open("ab") as log:
        process = subprocess.Popen(
            command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=log, text=True
        )
    try:
        assert process.stdout is not None
        first = process.stdout.readline()
        assert first.startswith("export "), (state / "up.log").read_text()
        yield Cloud(state, Ports.of(state), process)
    finally:
        process.terminate()
        process.communicate(timeout=20)
    check_state(state)


def until(holds, timeout_s: float = 60.0, what: str = "the condition"):
    """Wait until `holds()` is true, and return what it returned."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if found := holds():
            return found
        time.sleep(0.05)
    raise AssertionError(f"{what} did not come within {timeout_s:g} s")
