"""The embedded cloud with the chaos between its parts: what runs, and what befalls it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import resource
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx

from clarity.adapters.model_state import Machine
from clarity.adapters.vertex_models import open_endpoint
from clarity.domain.errors import ClarityError
from infra.local.topology import FUNCTIONS, HOST, PAT_ENDPOINT
from tests.chaos import weather as shares
from tests.chaos.grpc_front import GrpcFront
from tests.chaos.http_front import HttpFront
from tests.chaos.layout import SKEWS, prepare
from tests.cloud import REPOSITORY, Cloud

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.chaos.crashes import Crashes
    from tests.chaos.weather import Weather

# Short, so that what died is taken over soon, and what hangs is left soon.
VARIABLES = {
    "LEASE_SECONDS": "6",
    "PAT_TIMEOUT_SECONDS": "4",
    "GEMINI_TIMEOUT_SECONDS": "3",
    "GEMINI_PAUSE_SECONDS": "2",
    "GEMINI_PATIENCE_SECONDS": "20",
    "PATIENCE_SECONDS": "45",
    "SWEEP_GRACE_SECONDS": "3",
    "SWEEP_STUCK_SECONDS": "60",
    "SWEEP_PAUSE_SECONDS": "20",
}
SWEEP_EVERY_S = 5.0
_START_S = 240.0


@dataclass
class World:
    """All processes and fronts of one run.

    Attributes:
        state: the directory.
        weather: the faults.
        crashes: the deaths.
        burst: how many uploads a person may send at once.
        messages: what the functions published.
        notices: what the push service was handed.
    """

    state: Path
    weather: Weather
    crashes: Crashes
    burst: int
    messages: list[tuple[str, bytes, dict[str, str]]] = field(default_factory=list)
    notices: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.ports, self.layout = prepare(
            self.state, {**VARIABLES, "UPLOAD_BURST": str(self.burst), "UPLOADS_PER_HOUR": "60"}
        )
        self.loop = asyncio.new_event_loop()
        self._loop_thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._process: subprocess.Popen[str] | None = None
        places = list(self._places())
        self.fronts: list[GrpcFront | HttpFront] = [*self._grpc(), *self._pushes(), *places]
        self.gemini = next(each for each in places if each.name == "gemini")

    @property
    def cloud(self) -> Cloud:
        """How a client reaches it, without the chaos."""
        return Cloud(self.state, self.ports)

    def _grpc(self) -> Iterator[GrpcFront]:
        for name in FUNCTIONS:
            for port, target in (
                (self.layout.firestore[name], self.ports.firestore),
                (self.layout.pubsub[name], self.ports.pubsub),
            ):
                yield GrpcFront(name, port, target, self.weather, self.crashes, self.messages)

    def _pushes(self) -> Iterator[HttpFront]:
        named = self.ports.named()
        for name in FUNCTIONS:
            own = self.layout.own[name]
            yield HttpFront(name, "push", named[name], own, shares.PUSH, self.weather)

    def _places(self) -> Iterator[HttpFront]:
        of = {
            "vertex": (shares.VERTEX, b":rawPredict", None),
            "gemini": (shares.GEMINI, b":generateContent", None),
            "fcm": (shares.FCM, b"messages:send", self._notice),
        }
        for name, (faults, only, keep) in of.items():
            port = self.layout.places[name]
            target = self.ports.http
            yield HttpFront(name, name, port, target, faults, self.weather, only, keep=keep)

    def _notice(self, body: bytes) -> None:
        self.notices.append(json.loads(body)["message"])

    @contextmanager
    def running(self) -> Iterator[None]:
        """Run the fronts and the processes."""
        self._loop_thread.start()
        try:
            for front in self.fronts:
                self._await(front.start())
            self.start()
            yield
        finally:
            self.weather.on = False
            self.stop()
            for front in self.fronts:
                self._await(front.stop())
            self.loop.call_soon_threadsafe(self.loop.stop)
            self._loop_thread.join(timeout=5)
            self.loop.close()

    def _await(self, coroutine: Any) -> None:
        asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(timeout=30)

    def start(self) -> None:
        """Start the supervisor, and wait until all that it starts answers."""
        command = [sys.executable, "-m", "tests.chaos.supervised", str(self.state)]
        with (self.state / "supervised.log").open("ab") as log:
            self._process = subprocess.Popen(
                command,
                cwd=REPOSITORY,
                env=_environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self._process.stdout is not None
        if self._process.stdout.readline().strip() != "ready":
            raise RuntimeError(f"it did not start, see {self.state / 'supervised.log'}")

    def stop(self) -> None:
        """End all at once: what is not kept by now never will be."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()

    def kill_supervisor(self) -> None:
        """End the supervisor at once, and with it all that it started; then start it again."""
        assert self._process is not None
        self._process.kill()
        self._process.communicate()
        self.weather.count("kill -9 at random", "supervisor")
        self.start()

    def kill(self, name: str) -> None:
        """End a process at once."""
        if self.crashes.kill(name):
            self.weather.count("kill -9 at random", name)

    def skew(self, seconds: dict[str, float]) -> None:
        """From their next start, these functions' clocks are wrong."""
        (self.state / SKEWS).write_text(json.dumps(seconds))

    def fill_disk(self) -> None:
        """Let no file of the cloud grow: its process may not write beyond their size now."""
        pid = self.crashes.pid("cloud")
        if pid is not None:
            largest = max(each.stat().st_size for each in self.state.glob("cloud.db*"))
            self._limit(pid, largest + 64 * 1024)
            self.weather.count("disk", "full")

    def free_disk(self) -> None:
        """Let them grow again."""
        pid = self.crashes.pid("cloud")
        if pid is not None:
            self._limit(pid, resource.RLIM_INFINITY)

    @staticmethod
    def _limit(pid: int, most: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))

    def tell(self, path: str, body: object) -> None:
        """Command one of the cloud's stand-ins; it may be dead."""
        with contextlib.suppress(httpx.HTTPError):
            httpx.put(f"http://{HOST}:{self.ports.http}/_local/{path}", json=body, trust_env=False)

    def backlog(self) -> dict[str, Any] | None:
        """What waits, by subscription; None while the cloud does not answer."""
        with contextlib.suppress(httpx.HTTPError, ValueError):
            address = f"http://{HOST}:{self.ports.http}/_local/backlog"
            found: dict[str, Any] = httpx.get(address, trust_env=False, timeout=5).json()
            return found
        return None

    def parked(self, *, wanted: bool) -> None:
        """Park the endpoint, or start its model again; as far as the cloud answers."""
        endpoint = open_endpoint(
            PAT_ENDPOINT,
            machine=Machine(),
            service_account=None,
            emulator_host=f"{HOST}:{self.ports.http}",
        )
        with contextlib.suppress(ClarityError, OSError, StopIteration):
            if endpoint.busy() or bool(endpoint.deployed()) != wanted:
                return
            if wanted:
                endpoint.park()
                self.weather.count("endpoint", "parked")
            else:
                endpoint.unpark()


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": "shared"}  # noqa: TID251  handed on to child processes
