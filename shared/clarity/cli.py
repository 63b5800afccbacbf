"""`clarity`: what a person at a terminal does with the package."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from clarity.domain.analysis import analyse, best_week, fill_gaps
from clarity.domain.quality import assess
from clarity.domain.report import render_report
from clarity.domain.rows import zone_named
from clarity.domain.samples import Samples, parse_upload
from clarity.pat.cli import pat
from clarity.sources.apple_export import read_export
from clarity.sources.errors import UnreadableSourceError
from clarity.sources.people import uploads
from clarity.studies.cli import evaluate

if TYPE_CHECKING:
    from clarity.domain.analysis import Analysis
    from clarity.sources.apple_export import Export
    from clarity.sources.people import Person


# A function that is at work while its person is erased ends within this, and is looked after.
SETTLE_S = 3.0


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="clarity-loop")
def main() -> None:
    """Wearable data in, honest health insights out.

    The chain itself runs in the cloud; these commands work beside it.
    """


main.add_command(pat)  # its commands are imported when one is run
main.add_command(evaluate)  # the same


def _known_zone(_: object, option: click.Parameter, name: str | None) -> str | None:
    if name is not None and zone_named(name) is None:
        raise click.BadParameter(f"expected an IANA name, found {name!r}", param=option)
    return name


@main.command()
@click.argument("export", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--time-zone",
    callback=_known_zone,
    help="IANA name; default: the offsets that the file has.",
)
@click.option(
    "--days",
    type=click.IntRange(min=1),
    default=14,
    show_default=True,
    help="Latest days to look for the week in.",
)
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("clarity-report.html"),
    show_default=True,
    help="Where the week's picture is written.",
)
def analyze(export: Path, time_zone: str | None, days: int, report: Path) -> None:
    """Measure the latest good week of an Apple Health EXPORT (export.zip or export.xml).

    Nothing leaves this machine. PAT and the language model are part of the chain, not of this.
    """
    console = Console()
    try:
        found = _read(export, time_zone, days, console)
    except UnreadableSourceError as error:
        raise click.ClickException(str(error)) from error
    _say_what_was_left_out(found, console)
    grid = best_week(_samples(found.person))
    quality = assess(grid)
    analysis = analyse(grid, quality)
    console.print(_table(analysis))
    for line in quality.missing:
        console.print(line)
    title = f"The week from {grid.first_day:%d %B %Y}"
    page = render_report(fill_gaps(grid), quality, analysis, title=title)
    try:
        report.write_text(page, encoding="utf-8")
    except OSError as error:
        raise click.FileError(str(report), error.strerror) from error
    console.print(f"The week's picture: {report}")


def _read(path: Path, time_zone: str | None, days: int, console: Console) -> Export:
    with Progress(console=console) as progress:
        bar = progress.add_task(f"reading {path.name}", total=None)
        return read_export(
            path,
            last_days=days,
            time_zone=time_zone,
            progress=lambda done, total: progress.update(bar, completed=done, total=total),
        )


def _say_what_was_left_out(found: Export, console: Console) -> None:
    if found.broken_at:
        console.print(
            f"[yellow]The file ends early: {found.broken_at}. What stood before is used.[/]"
        )
    for reason, count in found.skipped.most_common(5):
        console.print(f"skipped {count:,}: {reason}")


def _samples(person: Person) -> Samples:
    now = datetime.now(UTC)
    parsed = [
        parse_upload(document, received_at=now) for _, document in uploads(person, batch=5000)
    ]
    return Samples.concat([each.samples for each in parsed]).unique()


def _table(analysis: Analysis) -> Table:
    table = Table("metric", "value", "unit", "status or reason")
    for metric in analysis.metrics:
        value = "-" if metric.value is None else f"{metric.value:.3g}"
        table.add_row(metric.name, value, metric.unit, metric.reason or metric.status)
    return table


@main.command()
@click.argument("user_id")
@click.option("--project", required=True, help="Google Cloud project.")
@click.confirmation_option(prompt="Delete all that is stored about this person?")
def erase(user_id: str, project: str) -> None:
    """Delete everything stored about USER_ID, from samples to insights, audit and claims.

    Works on the embedded cloud where FIRESTORE_EMULATOR_HOST is set. Messages hold references
    only; those in the dead-letter topic expire with its retention.
    """
    # Here, since it imports Google's clients, which `analyze` does without.
    from google.cloud.firestore import Client  # noqa: PLC0415  see above

    from clarity.adapters.firestore_erase import erase as forget  # noqa: PLC0415  see above

    documents, claims = forget(Client(project=project), user_id, settle_s=SETTLE_S)
    click.echo(f"deleted {documents} documents and {claims} claims")


if __name__ == "__main__":
    main(prog_name="clarity")
