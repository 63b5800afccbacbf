"""What a function costs to start, beside a hello-world function."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.progress import track
from rich.table import Table

from infra.local.topology import FUNCTIONS, Ports, function_environment
from tests.cloud import environment

if TYPE_CHECKING:
    from rich.console import Console

REPOSITORY = Path(__file__).resolve().parents[2]
HELLO = "tests/bench/hello/main.py"
MAX_RATIO, MAX_MIB = 3.0, 120.0

# In a fresh interpreter: load the door as functions-framework does, compose what the first event
# would compose, and say what that took. On Linux a process starts with its parent's ru_maxrss.
_PROBE = """
import json, pathlib, re, resource, sys, time
sys.path.insert(0, "shared")
start = time.perf_counter()
from functions_framework import create_app
create_app(sys.argv[1], sys.argv[2])
loaded = time.perf_counter() - start
if wiring := sys.modules.get("clarity.wiring"):
    getattr(wiring, sys.argv[1])()
composed = time.perf_counter() - start
if sys.platform == "linux":
    kib = int(re.search(r"VmHWM:\\s+(\\d+) kB", pathlib.Path("/proc/self/status").read_text())[1])
else:
    kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps([loaded, composed, kib / 1024, "tensorflow" in sys.modules]))
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a function costs to start.

    Attributes:
        loaded: Seconds until its door is imported.
        composed: Seconds until the first event is handled.
        mib: Resident then, at most.
    """

    loaded: float
    composed: float
    mib: float


def cold_start(target: str, source: str, runs: int) -> Cost:
    """Medians of so many starts."""
    measured = []
    for _ in range(runs):
        command = [sys.executable, "-W", "ignore", "-c", _PROBE, target, source]
        printed = subprocess.run(
            command, cwd=REPOSITORY, check=True, capture_output=True, text=True
        ).stdout
        *costs, tensorflow = json.loads(printed.splitlines()[-1])
        if tensorflow:
            raise click.ClickException(f"{target} imports TensorFlow")
        measured.append(costs)
    return Cost(*map(statistics.median, zip(*measured, strict=True)))


def cold_starts(console: Console, runs: int) -> Table:
    """Each function beside a hello-world function."""
    doors = {"hello": HELLO} | {name: f"functions/{name}/main.py" for name in FUNCTIONS}
    # A door that lacks a setting does not start; nobody is asked at these ports.
    settings = function_environment(Ports(*range(1, 12)), pat_model_id="m", gemini={})
    with environment(settings):
        costs = {
            name: cold_start(name, source, runs)
            for name, source in track(doors.items(), "cold starts", console=console, transient=True)
        }
    columns = ("function", "import, s", "x hello", "composed, s", "MiB", "limits")
    limits = f"import <= {MAX_RATIO:g} x hello, <= {MAX_MIB:g} MiB"
    table = Table(*columns, title=f"Cold start, median; {limits}")
    base = costs["hello"].loaded
    for name, cost in costs.items():
        ratio = cost.loaded / base
        held = "held" if ratio <= MAX_RATIO and cost.mib <= MAX_MIB else "missed"
        found = (f"{cost.loaded:.2f}", f"{ratio:.1f}", f"{cost.composed:.2f}", f"{cost.mib:.0f}")
        table.add_row(name, *found, "-" if name == "hello" else held)
    return table
