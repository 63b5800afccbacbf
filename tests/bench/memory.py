"""What each function holds at most: its bundle alone, at work for N people at once.

    python -m tests.bench.memory --people 1 --people 4

Each person writes the densest of the generated lives in documents just below Eventarc's limit of
512 KB, asks for the longest insight (three months), and its words come from Gemini's stand-in.
Linux: the memory is what /proc says that the server and its worker have held.
"""

from __future__ import annotations

import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

from clarity.sources.generated import people
from infra import bundle
from infra.local.phone import Phone
from tests.bundled import Bundled, Chain, chain, install

if TYPE_CHECKING:
    from clarity.sources.generated.people import Person

PERSON = "athlete"  # a sample of heart rate every minute
BATCH = 1200  # samples a document: 0.5 MB of protobuf
TIMEOUT_S = 900.0


def live(phone: Phone, person: Person) -> None:
    """One person's months, and the insight on them.

    Raises:
        click.ClickException: it did not come.
    """
    phone.settings(**people.CONSENT)
    for upload_id, document in people.uploads(person, attempt="a", batch=BATCH):
        phone.create(upload_id, document)
    origin = phone.request("r1", insight_type="general", timeframe="3months", explanation=True)
    job = list(phone.follow(origin, TIMEOUT_S))[-1]
    if job["status"] != "completed":
        raise click.ClickException(f"{phone.user_id}: {job['status']}, {job.get('reason')}")


def work(running: Chain, person: Person, count: int) -> None:
    """As many people at once."""
    phones = [Phone(running.cloud.firestore(), f"person-{i}") for i in range(count)]
    with ThreadPoolExecutor(count) as pool:
        list(pool.map(lambda phone: live(phone, person), phones))


def measured(bundles: dict[str, Bundled], person: Person, count: int) -> dict[str, float]:
    """Function -> MiB at most, in a chain that was started for this."""
    with ExitStack() as stack:
        state = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        running = stack.enter_context(chain(bundles, state, THREADS=str(count)))
        with running.ticking():
            work(running, person, count)
        return {name: each.peak_mib() for name, each in running.functions.items()}


@click.command(help=__doc__)
@click.option("--people", "counts", type=int, multiple=True, default=(1, 4), show_default=True)
@click.option("--days", default=91, show_default=True, help="Of each person's life.")
def main(counts: tuple[int, ...], days: int) -> None:
    """Measure and print."""
    console = Console()
    last_day = people.last_full_day(PERSON, datetime.now(UTC))
    person = people.generate(PERSON, days=days, last_day=last_day)
    with tempfile.TemporaryDirectory() as folder:
        bundles = {name: install(name, Path(folder)) for name in bundle.functions()}
        for count in counts:
            peaks = measured(bundles, person, count)
            title = f"{count} at once, {len(person.samples):,} samples each"
            table = Table("function", "peak, MiB", title=title)
            for name, mib in peaks.items():
                table.add_row(name, f"{mib:.0f}")
            console.print(table)


if __name__ == "__main__":
    main()
