"""What a function costs to start, beside a hello-world function."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.progress import track
from rich.table import Table

from infra.local.topology import Ports, function_environment
from tests.cloud import environment

if TYPE_CHECKING:
    from rich.console import Console

REPOSITORY = Path(__file__).resolve().parents[2]
HELLO = "tests/bench/hello/main.py"
FUNCTIONS = ("ingest", "preprocess", "insights", "park", "sweep")
MAX_RATIO, MAX_MIB = 3.0, 120.0

# In a fresh interpreter: load the door as functions-framework does, compose what the first event
# would compose, and say what that took.
_PROBE = """
import json, resource, sys, time
sys.path.insert(0, "shared")
start = time.perf_counter()
from functions_framework import create_app
create_app(sys.argv[1], sys.argv[2])
seconds = time.perf_counter() - start
rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([seconds, rss / (1024 if sys.platform == "linux" else 1024 ** 2),
                  "tensorflow" in sys.modules]))
"""


def cold_start(target: str, source: str, runs: int) -> tuple[float, float]:
    """Median seconds to load a door, and its resident MiB."""
    measured = []
    for _ in range(runs):
        command = [sys.executable, "-W", "ignore", "-c", _PROBE, target, source]
        printed = subprocess.run(
            command, cwd=REPOSITORY, check=True, capture_output=True, text=True
        ).stdout
        seconds, mib, tensorflow = json.loads(printed.splitlines()[-1])
        if tensorflow:
            raise click.ClickException(f"{target} imports TensorFlow")
        measured.append((seconds, mib))
    return statistics.median(s for s, _ in measured), statistics.median(m for _, m in measured)


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
    table = Table("function", "import, s", "MiB", "x hello", "limits", title="Cold start, median")
    base = costs["hello"][0]
    for name, (seconds, mib) in costs.items():
        ratio = seconds / base
        held = "held" if ratio <= MAX_RATIO and mib <= MAX_MIB else "missed"
        limits = "-" if name == "hello" else f"<= {MAX_RATIO:g}x, <= {MAX_MIB:g} MiB: {held}"
        table.add_row(name, f"{seconds:.2f}", f"{mib:.0f}", f"{ratio:.1f}", limits)
    return table
