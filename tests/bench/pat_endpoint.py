"""The endpoint as a process: its cold start, its memory, and 50 clients at once on two cores."""

from __future__ import annotations

import asyncio
import base64
import os
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import orjson
from rich.table import Table

from clarity.pat import artifact, scaler, weights
from clarity.pat.config import MINUTES_PER_WEEK, preset

if TYPE_CHECKING:
    from collections.abc import Iterator

REPOSITORY = Path(__file__).resolve().parents[2]
CLIENTS, ONE_BY_ONE = 50, 20
UNLOADED = "large"  # 70 requests of it take too long here
GOAL_MIB, GOAL_SLOWEST_S, GOAL_GAIN = 200, 1.1, 1.8  # of PAT-M under load


@dataclass(frozen=True, slots=True)
class Process:
    """A server that answered its first health check after `seconds`."""

    port: int
    pid: int
    seconds: float

    @property
    def mib(self) -> float:
        """Resident memory; where there is no /proc, ps says the same."""
        command = ["ps", "-o", "rss=", "-p", str(self.pid)]
        return int(subprocess.run(command, check=True, capture_output=True).stdout) / 1024


def write_artifact(size: str, trained: weights.Weights, folder: Path) -> Path:
    """An artifact of any weights with a scaler that changes nothing but the root."""
    flat = np.zeros(MINUTES_PER_WEEK, np.float32)
    fitted = scaler.Scaler(flat, flat + 1, scaler.STEP_CAP, "nobody")
    folder.mkdir()
    weights.save(folder / "weights.h5", trained, preset(size))
    scaler.save(fitted, folder / "scaler.npz")
    digest = artifact.sha256(folder / "weights.h5")
    nothing = ("random", "none", "none")  # provenance, licence, command
    manifest = artifact.Manifest(f"random-{size}", size, digest, fitted.scaler_id, *nothing)
    artifact.write_manifest(manifest, folder / "manifest.json")
    return folder


@contextmanager
def process(command: list[str], folder: Path) -> Iterator[Process]:
    """Start a server on a free port, wait until it is healthy, end it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    contract = {
        "AIP_HTTP_PORT": str(port),
        "AIP_HEALTH_ROUTE": "/health",
        "AIP_PREDICT_ROUTE": "/predict",
        "AIP_STORAGE_URI": str(folder),
        "PYTHONPATH": "shared:.",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    start = time.perf_counter()
    running = subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=REPOSITORY,
        env=os.environ | contract,  # noqa: TID251 - the child's, with PATH and such
        stderr=subprocess.DEVNULL,
    )
    try:
        while not healthy(port):
            if running.poll() is not None:
                raise RuntimeError(f"{' '.join(command)} ended with {running.returncode}")
            time.sleep(0.005)
        yield Process(port, running.pid, time.perf_counter() - start)
    finally:
        running.terminate()
        running.wait(30)


def healthy(port: int) -> bool:
    """Whether the health route answers 200; a bare socket, as an HTTP client costs milliseconds."""
    try:
        with socket.create_connection(("127.0.0.1", port), 1) as connection:
            connection.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            return connection.recv(64).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def request(seed: int) -> bytes:
    """A whole HTTP request with one person's week."""
    steps = np.random.default_rng(seed).poisson(5, MINUTES_PER_WEEK).astype("<f4")
    body = orjson.dumps({"instances": [{"steps_b64": base64.b64encode(steps.tobytes()).decode()}]})
    head = f"POST /predict HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {len(body)}"
    return head.encode() + b"\r\n\r\n" + body


async def ask(port: int, content: bytes) -> tuple[bool, float]:
    """Whether the answer was 200, and the seconds to its last byte."""
    start = time.perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(content)
    answer = await reader.read(-1)
    writer.close()
    return answer.startswith(b"HTTP/1.1 200"), time.perf_counter() - start


@dataclass(frozen=True, slots=True)
class Load:
    """What one client after another and `CLIENTS` at once got from a server."""

    alone_per_s: float
    at_once_per_s: float
    seconds: list[float]
    errors: int
    mib: float


async def load(server: Process) -> Load:
    """Ask in sequence, then all at once."""
    requests = [request(seed) for seed in range(CLIENTS)]
    await ask(server.port, requests[0])  # a first one traces and allocates: not counted
    start = time.perf_counter()
    for content in requests[:ONE_BY_ONE]:
        await ask(server.port, content)
    alone = ONE_BY_ONE / (time.perf_counter() - start)
    start = time.perf_counter()
    found = await asyncio.gather(*(ask(server.port, content) for content in requests))
    at_once = CLIENTS / (time.perf_counter() - start)
    errors = sum(not good for good, _ in found)
    return Load(alone, at_once, sorted(spent for _, spent in found), errors, server.mib)


def tables(trained: dict[str, weights.Weights]) -> tuple[Table, Table]:
    """Cold starts of ours in every size and of the peers, and what they do under load."""
    cold = Table(
        "server", "model", "healthy after, s", "MiB then", title="The endpoint's cold start"
    )
    columns = ["server", "model", "one by one /s", f"{CLIENTS} at once /s", "gain"]
    columns += ["p50, s", "p95, s", "p99, s", "slowest, s", "errors", "MiB"]
    busy = Table(*columns, title=f"{CLIENTS} clients at once, {os.cpu_count()} cores")
    endpoint = ["infra.endpoint.main", "--runtime"]
    servers = {
        "ours (OpenVINO, folded)": ([*endpoint, "openvino"], ("small", "medium", "large")),
        "ours (TensorFlow)": ([*endpoint, "tensorflow"], ("medium",)),
        "keras.predict": (["tests.bench.keras_server"], ("medium",)),
    }
    with tempfile.TemporaryDirectory() as temporary:
        folders = {s: write_artifact(s, w, Path(temporary) / s) for s, w in trained.items()}
        for name, (command, sizes) in servers.items():
            for size in sizes:
                with process(command, folders[size]) as server:
                    cold.add_row(name, size, f"{server.seconds:.2f}", f"{server.mib:.0f}")
                    if size != UNLOADED:
                        busy.add_row(name, size, *row(asyncio.run(load(server))))
    goals = f"gain >= {GOAL_GAIN:g}, slowest <= {GOAL_SLOWEST_S:g} s, <= {GOAL_MIB} MiB"
    busy.caption = f"asked of ours with PAT-medium: {goals}, no error"
    return cold, busy


def row(found: Load) -> list[str]:
    """A load's figures as text."""
    percentiles = np.percentile(found.seconds, [50, 95, 99, 100])
    rates = (found.alone_per_s, found.at_once_per_s, found.at_once_per_s / found.alone_per_s)
    texts = [f"{value:.1f}" for value in rates] + [f"{value:.2f}" for value in percentiles]
    return [*texts, str(found.errors), f"{found.mib:.0f}"]
