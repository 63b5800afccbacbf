"""A function's bundle as Cloud Functions runs it: unzipped, with its own packages alone."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from clarity.pat import artifact
from infra import bundle
from infra.local.topology import HOST, PAT_ENDPOINT, around_proxies, function_environment
from tests.cloud import REPOSITORY, Cloud, cloud_process

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

START_S = 60.0
_PRIVATE = ("Clean", "Dirty")


@dataclass(frozen=True)
class Bundled:
    """An unzipped bundle and the environment made of its requirements.txt."""

    function: str
    archive: Path
    home: Path
    environment: Path

    def table_row(self) -> tuple[str, ...]:
        """Name; MB of the zip, unzipped, installed."""
        sizes = (self.archive.stat().st_size, size(self.home), size(self.environment))
        return (self.function, *(f"{each / 1e6:.1f}" for each in sizes))


@dataclass(frozen=True)
class Running:
    """A started function."""

    process: subprocess.Popen[bytes]
    url: str
    log: Path
    cold_s: float  # from its start until it answers

    def peak_mib(self) -> float:
        """The most memory that the worker has held, and what its parent holds besides."""
        workers = _children(self.process.pid)
        held = [_kib(pid, "status", "VmHWM") for pid in workers]
        held += [_kib(self.process.pid, "smaps_rollup", f"Private_{kind}") for kind in _PRIVATE]
        return sum(held) / 1024


def size(folder: Path) -> int:
    """Bytes of all files."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())


def install(function: str, folder: Path) -> Bundled:
    """Write the bundle, unzip it, and install what its requirements.txt names and nothing else.

    By uv, which resolves and checks hashes as the buildpack's pip does, in a tenth of the time.
    """
    archive = bundle.write(function, folder / "dist")
    home, environment = folder / function, folder / f"{function}-packages"
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(home)
    _uv("venv", "--quiet", "--python", sys.executable, str(environment))
    at = ("--quiet", "--python", str(environment / "bin" / "python"))
    _uv("pip", "install", *at, "--compile-bytecode", "-r", str(home / "requirements.txt"))
    _uv("pip", "check", *at)
    return Bundled(function, archive, home, environment)


def _uv(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "uv", *arguments], check=True)


@contextmanager
def running(bundled: Bundled, variables: Mapping[str, str], port: int) -> Iterator[Running]:
    """Start the function as Cloud Run does: in its folder, told by PORT and FUNCTION_TARGET."""
    log = bundled.home.with_suffix(".log")
    env = {
        "PATH": f"{bundled.environment / 'bin'}{os.pathsep}{os.defpath}",
        "PORT": str(port),
        "FUNCTION_TARGET": bundled.function,
        "FUNCTION_SIGNATURE_TYPE": "cloudevent",
        "K_SERVICE": bundled.function,
        **around_proxies({}),
        **variables,
    }
    command = shutil.which("functions-framework", path=env["PATH"])
    assert command is not None, f"{bundled.function}'s requirements.txt lacks functions-framework"
    began = time.monotonic()
    with log.open("wb") as out:
        process = subprocess.Popen(
            [command, "--host", HOST],
            cwd=bundled.home,
            env=env,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    try:
        url = f"http://{HOST}:{port}/"
        cold_s = _answers(process, url, log) - began
        yield Running(process, url, log, cold_s)
    finally:
        with suppress(ProcessLookupError):  # it has ended by itself
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _answers(process: subprocess.Popen[bytes], url: str, log: Path) -> float:
    with httpx.Client(trust_env=False, timeout=START_S) as client:
        while True:
            assert process.poll() is None, log.read_text()
            try:
                client.get(url)
            except httpx.TransportError:
                time.sleep(0.01)
                continue
            return time.monotonic()


def _children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8")
    return [int(child) for child in listed.split()]


def _kib(pid: int, file: str, field: str) -> int:
    lines = Path(f"/proc/{pid}/{file}").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{field}:"))


@dataclass(frozen=True)
class Chain:
    """The embedded cloud, with bundles behind its triggers and subscriptions."""

    cloud: Cloud
    functions: dict[str, Running]

    @contextmanager
    def ticking(self) -> Iterator[None]:
        """Cloud Scheduler's ticks to park, twice a second."""
        url = f"http://{HOST}:{self.cloud.ports.http}/_local/scheduler/park"
        httpx.put(url, json={"every_s": 0.5}, trust_env=False).raise_for_status()
        yield
        httpx.put(url, json={"every_s": None}, trust_env=False).raise_for_status()

    def models(self) -> list[object]:
        """What the endpoint has deployed."""
        url = f"http://{HOST}:{self.cloud.ports.http}/v1/{PAT_ENDPOINT}"
        endpoint = httpx.get(url, trust_env=False).raise_for_status().json()
        found: list[object] = endpoint.get("deployedModels", [])
        return found


@contextmanager
def chain(bundles: Mapping[str, Bundled], state: Path, **changed: str) -> Iterator[Chain]:
    """Start the cloud, the PAT container and the functions; words come from Gemini's stand-in."""
    manifest = json.loads((artifact.shipped("small") / "manifest.json").read_text())
    with ExitStack() as stack:
        cloud = stack.enter_context(cloud_process(state))
        stack.enter_context(_endpoint(cloud))
        gemini = {
            "GEMINI_API_KEY": "key-of-the-local-stand-in",
            "GEMINI_API_ENDPOINT": f"http://{HOST}:{cloud.ports.http}",
        }
        model_id = manifest["model_id"]
        own = function_environment(cloud.ports, pat_model_id=model_id, gemini=gemini) | changed
        ports = cloud.ports.named()
        started = {
            function: stack.enter_context(running(each, own, ports[function]))
            for function, each in bundles.items()
        }
        yield Chain(cloud, started)


@contextmanager
def _endpoint(cloud: Cloud) -> Iterator[None]:
    """The PAT container's process, where the embedded cloud forwards predictions to."""
    variables = {
        "AIP_HTTP_PORT": str(cloud.ports.pat),
        "AIP_HEALTH_ROUTE": "/health",
        "AIP_PREDICT_ROUTE": "/predict",
        "PYTHONPATH": "shared",
    }
    command = [sys.executable, "-m", "infra.endpoint.main", "--host", HOST]
    with (cloud.state / "pat.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=REPOSITORY, env=variables, stdout=log, stderr=log)
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)
