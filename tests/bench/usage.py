"""`python -m tests.bench.usage`: what each delivery of the chain uses of the cloud, and how long.

The functions stand behind their doors over the embedded cloud, as in
tests/contract/test_cost_usage.py; the median of some runs. Over loopback, through the counting
proxy: of the functions' own time it is an upper bound, and nothing of the cloud's round trips.
"""

from __future__ import annotations

import logging
import statistics
import tempfile
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from tests.bench.contest import machine
from tests.cloud import cloud_process
from tests.usage import Tally, counted
from tests.usage_life import Life

COUNTS = ("lookups", "found", "writes", "calls", "published")


def one_life() -> dict[str, Tally]:
    """What each step of a person's first days used."""
    with tempfile.TemporaryDirectory() as folder, cloud_process(Path(folder)) as cloud:
        settings = {"QUIET_SECONDS": "0", "PATIENCE_SECONDS": "600"}
        with counted(cloud, **settings) as chain:
            logging.disable(logging.ERROR)  # the functions' own lines
            life = Life(chain)
            life.live()
            logging.disable(logging.NOTSET)
            return life.used


@click.command(help=__doc__)
@click.option("--runs", default=3, show_default=True, type=click.IntRange(1))
def main(runs: int) -> None:
    """Measure and print."""
    console = Console(width=120)
    console.print(machine())
    lives = [one_life() for _ in range(runs)]
    table = Table("step", "ms a delivery", *COUNTS, "new, expiring", "event, bytes")
    for name, used in lives[0].items():
        times = [life[name].seconds / life[name].deliveries * 1000 for life in lives]
        counts = [str(getattr(used, each) // used.deliveries) for each in COUNTS]
        size = f"{used.pushed_bytes // used.deliveries:,}"
        table.add_row(
            name, f"{statistics.median(times):.0f}", *counts, str(len(used.expiring)), size
        )
    console.print(table)


if __name__ == "__main__":
    main()
