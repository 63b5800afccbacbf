"""Starts the cloud's processes, restarts the ones that die, stops them together."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import select
import signal
import socket
import subprocess  # nosec B404 # of our own modules
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

import httpx

from infra.local.topology import (
    FUNCTIONS,
    HOST,
    ON_DEMAND,
    Ports,
    around_proxies,
    client_environment,
    function_environment,
    own_environment,
    strict_environment,
    telemetry_environment,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from types import TracebackType

_log = logging.getLogger(__name__)

RESTART_PAUSE_S = (0.2, 5.0)  # doubled with each death in a row
START_TIMEOUT_S = 120.0
# One client for all probes: a new one costs 30 ms of CPU each time. Loopback knows no proxy.
LOOPBACK = httpx.Client(
    timeout=2.0,
    trust_env=False,
    verify=False,  # noqa: S501 # nosec B501 # plain HTTP
)
TICK_EVERY_S = {"sweep": 60.0, "monitor": 60.0}
PROCESSES = "processes.json"  # in the state: name to process id
_POLL_S = 0.1


class AlreadyRunningError(Exception):
    """Another cloud holds this state."""


class FailedStartError(Exception):
    """A process did not come up."""


@dataclass(frozen=True, slots=True)
class Command:
    """One process: a module with its arguments, its environment, and how to see that it is up.

    With a `door`, a port, it is started by the first connection there, and not before.
    """

    name: str
    module: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str] = field(repr=False)  # a key may be in it
    probe: str
    door: int | None = None


class Child:
    """A process that is restarted when it dies."""

    def __init__(self, command: Command, repository: Path, log: Path, lifeline: int) -> None:
        self.command = command
        self._repository = repository
        self._log = log
        self._lifeline = lifeline
        self._door = _listen(command.door) if command.door else None
        self._process: subprocess.Popen[bytes] | None = None
        self._pause, self._not_before = RESTART_PAUSE_S[0], 0.0

    @property
    def pid(self) -> int | None:
        """The process id, while it runs."""
        running = self._process is not None and self._process.poll() is None
        return self._process.pid if running and self._process else None

    @property
    def asleep(self) -> bool:
        """Whether it has never run, since nobody has come to its door."""
        return self._process is None and self._door is not None and not _knocked(self._door)

    def tend(self) -> bool:
        """Start the process if it does not run, unless it died a moment ago; whether it did."""
        now = time.monotonic()
        if self.pid is not None or now < self._not_before or self.asleep:
            return False
        if self._process is not None:
            _log.warning("%s died (%s), restarting", self.command.name, self._process.returncode)
            self._pause = min(self._pause * 2, RESTART_PAUSE_S[1])
        self._not_before = now + self._pause
        handed = [self._lifeline, *([self._door.fileno()] if self._door else [])]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 # nosec B603 # our own modules
                [
                    sys.executable,
                    "-m",
                    "infra.local.child",
                    ",".join(map(str, handed)),
                    self.command.module,
                    *self.command.arguments,
                ],
                cwd=self._repository,
                env=dict(self.command.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=handed,
                start_new_session=True,
            )
        return True

    def up(self) -> bool:
        """Whether it answers, or would be started by who asks."""
        if self.asleep:
            return True
        try:
            answer = LOOPBACK.get(self.command.probe)
        except httpx.HTTPError:
            return False
        # A function answers a bare GET with an error: it is up all the same.
        return answer.is_success or self.command.name in FUNCTIONS

    def stop(self, sign: signal.Signals) -> None:
        """Signal the process and those it started."""
        if self.pid is not None:
            os.killpg(self.pid, sign)

    def shut(self) -> None:
        """Let the door's port go."""
        if self._door:
            self._door.close()


def _listen(port: int) -> socket.socket:
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        raise FailedStartError(f"port {port}: expected a free one, found: {error}") from error


def _knocked(door: socket.socket) -> bool:
    waiting = select.poll()  # unlike select it takes a number of any size
    waiting.register(door, select.POLLIN)
    return bool(waiting.poll(0))


@contextmanager
def locked(state: Path) -> Iterator[None]:
    """Hold the state directory alone; the lock goes with the process, however it ends.

    Raises:
        AlreadyRunningError: another cloud runs on it.
        FailedStartError: nothing can be written there.
    """
    try:
        state.mkdir(parents=True, exist_ok=True)
        lock = (state / "lock").open("a+")
    except OSError as error:
        found = f"found: {error.strerror}"
        raise FailedStartError(f"{state}: expected a folder to write to, {found}") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyRunningError(f"a cloud runs on {state} already") from error
        yield


class Supervisor:
    """The whole cloud over one state directory."""

    def __init__(self, repository: Path, state: Path, commands: list[Command]) -> None:
        self._reading, self._writing = os.pipe()
        logs = state / "logs"
        logs.mkdir(exist_ok=True)
        self.children = [
            Child(command, repository, logs / f"{command.name}.log", self._reading)
            for command in commands
        ]
        self._logs = logs
        self._processes = state / PROCESSES
        self._stopping = threading.Event()
        self._keeper = threading.Thread(target=self._keep, daemon=True)

    def __enter__(self) -> Self:
        self._keeper.start()
        try:
            self._await_up()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopping.set()
        self._keeper.join()
        for child in self.children:
            child.stop(signal.SIGTERM)
        deadline = time.monotonic() + 5.0
        while time.monotonic() < deadline and any(child.pid for child in self.children):
            time.sleep(_POLL_S)
        for child in self.children:
            child.stop(signal.SIGKILL)
            child.shut()
        os.close(self._reading)
        os.close(self._writing)

    def _keep(self) -> None:
        while not self._stopping.wait(_POLL_S):
            started = [child for child in self.children if child.tend()]
            if started:
                pids = {each.command.name: each.pid for each in self.children if not each.asleep}
                # Whole or not at all: others read it meanwhile.
                fresh = self._processes.with_suffix(".new")
                fresh.write_text(json.dumps(pids))
                fresh.replace(self._processes)

    def _await_up(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        waiting = list(self.children)
        while waiting:
            waiting = [child for child in waiting if not child.up()]
            if time.monotonic() > deadline:
                names = ", ".join(child.command.name for child in waiting)
                raise FailedStartError(f"{names} not up in {START_TIMEOUT_S:g} s, see {self._logs}")
            time.sleep(_POLL_S)


def commands(
    state: Path,
    ports: Ports,
    inherited: Mapping[str, str],
    pat_model_id: str,
    gemini: Mapping[str, str],
    *,
    traced: bool = False,
) -> list[Command]:
    """The cloud, the PAT container and the functions."""
    base = {
        **_clean(inherited),
        "PYTHONPATH": "shared",
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": "ignore:You are using a Python version:FutureWarning",
    }
    container = {
        "AIP_HTTP_PORT": str(ports.pat),
        "AIP_HEALTH_ROUTE": "/health",
        "AIP_PREDICT_ROUTE": "/predict",
        "AIP_STORAGE_URI": "",
        "TF_CPP_MIN_LOG_LEVEL": "2",
    }
    own = function_environment(ports, pat_model_id=pat_model_id, gemini=gemini)
    if traced:
        own |= telemetry_environment(ports)
    named = ports.named()
    ticks = (f"--tick={job}={every_s:g}" for job, every_s in TICK_EVERY_S.items())
    functions = [
        Command(
            name,
            "functions_framework",
            _framework_arguments(name, named[name]),
            base | _given(own, name) | own_environment(name) | strict_environment(name, ports),
            f"http://{HOST}:{named[name]}/",
            door=named[name] if name in ON_DEMAND else None,
        )
        for name in FUNCTIONS
    ]
    return [
        Command(
            "cloud",
            "infra.local.cloud",
            ("--state", str(state), *ticks),
            base,
            f"http://{HOST}:{ports.http}/_local/backlog",
        ),
        Command(
            "pat",
            "infra.endpoint.main",
            ("--host", HOST),
            base | container,
            f"http://{HOST}:{ports.pat}/health",
        ),
        *functions,
    ]


def _given(environment: Mapping[str, str], function: str) -> dict[str, str]:
    """The functions' environment, with the key for the one that uses it alone."""
    mine = function == "insights"
    return {name: each for name, each in environment.items() if mine or name != "GEMINI_API_KEY"}


def _framework_arguments(name: str, port: int) -> tuple[str, ...]:
    source = f"functions/{name}/main.py"
    return ("--source", source, "--target", name, "--host", HOST, "--port", str(port))


def _clean(environment: Mapping[str, str]) -> dict[str, str]:
    """Loopback is reached without a proxy, and no key is used that nobody chose."""
    kept = {name: value for name, value in environment.items() if not name.startswith("GEMINI_")}
    return kept | around_proxies(environment)


def exports(ports: Ports) -> str:
    """Shell lines that point Google's clients here."""
    lines = [f"export {name}={value}" for name, value in client_environment(ports).items()]
    return "\n".join(lines)
