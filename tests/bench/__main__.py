"""`make bench`: ours beside the peers and the goals, as ratios of one run on this machine.

Times are the processor's, the fastest of some turns on one core, taken in turn with the peers'
after each peer's result was compared with ours (1e-9). Machines differ; read the ratios.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import pandas as pd
import pydantic
from rich.console import Console
from rich.progress import track

from tests.bench import cold, metrics, pyactigraphy, week
from tests.bench.contest import machine, measure, one_core, table

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bench.contest import Contest

COLD = "cold"
GROUPS: dict[str, tuple[str, Callable[[], list[Contest]]]] = {
    "decode": ("Decoding a week of samples", week.decoding),
    "grid": ("Samples to minutes", week.preparing),
    "metrics": ("Metrics of 7 complete days of minutes", metrics.contests),
    "week": ("A week without PAT, from stored columns", week.whole),
}


def compare(console: Console, group: str, runs: int) -> None:
    """Measure a group on one core, and print its table."""
    title, contests = GROUPS[group]
    with one_core():
        rows = contests()
        results = [
            measure(row, runs)
            for row in track(rows, title.lower(), console=console, transient=True)
        ]
    console.print(table(f"{title}, one core", results))
    if group == "metrics" and not pyactigraphy.installed():
        console.print(pyactigraphy.MISSING)


@click.command(help=__doc__)
@click.option(
    "--only",
    type=click.Choice([COLD, *GROUPS]),
    multiple=True,
    help="Measure this group only; may be given more than once.",
)
@click.option(
    "--runs", default=15, show_default=True, type=click.IntRange(3), help="Turns of each worker."
)
def main(only: tuple[str, ...], runs: int) -> None:
    """Measure and print."""
    console = Console()
    console.print(machine(), f"pandas {pd.__version__}, pydantic {pydantic.VERSION}", sep="\n")
    wanted = only or (COLD, *GROUPS)
    if COLD in wanted:
        console.print(cold.cold_starts(console, min(runs, 5)))
    for group in GROUPS:
        if group in wanted:
            compare(console, group, runs)


if __name__ == "__main__":
    main()
