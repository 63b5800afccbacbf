"""`python -m tests.chaos`: thousands of uploads under every fault, and what holds in the end."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

if TYPE_CHECKING:
    from tests.chaos.run import Run

# Google's packages speak of Python 3.11's end as they are imported; the functions' runtime is it.
warnings.filterwarnings("ignore", "You are using a Python version", FutureWarning)

_SHOWN = 12  # broken documents of one invariant


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--seed", default=1, show_default=True, help="Of people and faults.")
@click.option("--uploads", default=2000, show_default=True, help="Of all people together.")
@click.option("--people", default=200, show_default=True, help="How many write them.")
@click.option(
    "--seconds",
    type=float,
    help="In which they are written.  [default: 15 plus one for 10 uploads]",
)
@click.option(
    "--cover/--no-cover",
    default=True,
    show_default=True,
    help="Let each function die before and after each call that commits something.",
)
@click.option(
    "--state",
    type=click.Path(file_okay=False, path_type=Path),
    help="An empty directory for documents, messages, logs.  [default: a temporary one]",
)
@click.option("--keep", is_flag=True, help="Keep the state of a run that holds, too.")
def main(
    *,
    seed: int,
    uploads: int,
    people: int,
    seconds: float | None,
    cover: bool,
    state: Path | None,
    keep: bool,
) -> None:
    """Try the whole system under faults, and count what is lost, twice, or stuck.

    Phones write uploads, requests, feedback and poison to the embedded cloud with the real
    functions. Proxies between its parts fail, delay, double, reorder and lose calls; processes are
    killed, clocks are wrong, the disk is full, the endpoint is parked. Then all faults end, and a
    reader that knows only what the phones sent looks at every document.

    Exit status 1: something does not hold. Its documents are named, and the state is kept.

    \b
    python -m tests.chaos --seed 7
    python -m tests.chaos --uploads 100 --people 10
    python -m infra.local status --state DIR        # of a run that goes on
    """
    # Here, since --help does without Google's clients.
    from tests.chaos.run import Chaos  # noqa: PLC0415  see above

    console, given = Console(), state is not None
    state = (state or Path(tempfile.mkdtemp(prefix="chaos-"))).resolve()
    if state.exists() and any(state.iterdir()):
        raise click.UsageError(f"--state: expected an empty directory, found files in {state}")
    lasts = seconds or 15 + uploads / 10
    columns = (TextColumn("{task.description:>12}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        tasks: dict[str, TaskID] = {}

        def tell(phase: str, share: float) -> None:
            if phase not in tasks:
                tasks[phase] = progress.add_task(phase, total=1.0)
            progress.update(tasks[phase], completed=share)
            if share >= 1:
                progress.stop_task(tasks[phase])
                if not console.is_terminal:
                    console.print(phase)

        run = Chaos(state, seed, uploads, people, lasts, cover=cover, tell=tell)()
    report(console, run)
    if run.good and not keep and not given:
        shutil.rmtree(state)
    elif not run.good:
        console.print(f"The state is in {state}; its logs are in {state / 'logs'}.")
    raise SystemExit(0 if run.good else 1)


def report(console: Console, run: Run) -> None:
    """Faults, deaths, and what holds."""
    faults = Table("where", "fault", "times", title="Faults injected")
    for (where, fault), times in sorted(run.weather.counts.items()):
        faults.add_row(where, fault, str(times))
    console.print(faults)
    coverage(console, run)
    console.print(", ".join(f"{phase} {took:.0f} s" for phase, took in run.took.items()))
    end = run.end
    jobs = (each for key, each in end.tables.items() if key[1] == "jobs")
    statuses = Counter(str(job["status"]) for table in jobs for job in table.values())
    held = sum(len(end.held(person)) for person in end.people)
    console.print(f"Written: {dict(run.sent)}; samples in effect {held}; jobs {dict(statuses)}")
    console.print(f"Dead letters: {len(end.found.letters)}; messages {len(end.found.messages)}")
    table = Table("invariant", "broken", title="What holds in the end")
    for name, broken in run.broken.items():
        table.add_row(name, str(len(broken)), style="red" if broken else "green")
    console.print(table)
    for name, broken in run.broken.items():
        for each in broken[:_SHOWN]:
            console.print(f"{name}: {each.where}: {each.what}", highlight=False, soft_wrap=True)
        if len(broken) > _SHOWN:
            console.print(f"{name}: and {len(broken) - _SHOWN} more")


def coverage(console: Console, run: Run) -> None:
    """At which calls a function died, and at which it did not."""
    from tests.chaos.points import commits  # noqa: PLC0415  as in main

    died, missing = run.crashes.died, run.crashes.missing()
    for kind, wanted in (("commits", True), ("reads", False)):
        done = sum(commits(point) == wanted for _, point, _ in died)
        left = sum(commits(point) == wanted for _, point, _ in missing)
        console.print(f"Deaths around calls that are {kind}: {done} of {done + left}")
    for step, point, when in missing:
        if commits(point) and run.crashes.cover:
            console.print(f"  not {when}: {step} {point}", highlight=False, soft_wrap=True)


if __name__ == "__main__":
    main(prog_name="python -m tests.chaos")
