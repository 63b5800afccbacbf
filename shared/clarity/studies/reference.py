"""`clarity pat reference`: the weeks that the monitor compares others with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import Progress

from clarity.adapters.model_options import operator_option
from clarity.adapters.reviews_cli import an_id
from clarity.domain import drift
from clarity.domain.errors import ClarityError

if TYPE_CHECKING:
    import numpy as np
    from google.cloud.firestore import Client
    from numpy.typing import NDArray

MANY = 100  # people; with fewer, a reference tells little
DOCUMENTS = 10_000


@click.command()
@click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of the NHANES 2005-2006 data set: the people that the shipped models know.",
)
@click.option("--size", default="small", show_default=True, help="small, medium or a folder.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for MODEL_ID.npz.  [default: where the monitor's bundle takes it from]",
)
@click.option("--project", help="Google Cloud project whose own people shall be the reference.")
@click.option("--adopt", is_flag=True, help="With --project: keep it, from now on.")
@click.option(
    "--model",
    "model_id",
    callback=lambda context, option, value: value and an_id(context, option, value),
    help="With --project: the model's id.  [default: health's]",
)
@click.option(
    "--days",
    type=click.IntRange(1, 3660),
    default=28,
    show_default=True,
    help="With --project: of so many days,",
)
@operator_option
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    help="from then on.  [default: the first analysis that is kept]",
)
def reference(
    *,
    data: Path | None,
    size: str,
    out: Path | None,
    project: str | None,
    adopt: bool,
    model_id: str | None,
    days: int,
    since: datetime | None,
    by: str,
) -> None:
    """Make the reference of a model: the weeks of some people, which later weeks are compared with.

    \b
    The one that is shipped, of people that the model was trained on:
      clarity pat reference --data DIR
    A deployment's own, of its first weeks; without --adopt it only says what they would be:
      clarity pat reference --project P
      clarity pat reference --project P --adopt

    The shipped one is of a survey of 2005: people of the United States with a device on the hip.
    Watches and phones differ from it, always. So the monitor says how far they do, and raises no
    alarm, until a deployment has a reference of its own: choose weeks in which all was well. It
    holds numbers of at most 400 people, each until the analysis that they are from expires, and
    forgets who is erased. A new one, and a new model, begin the watch anew.

    Works on the embedded cloud where FIRESTORE_EMULATOR_HOST is set.
    """  # noqa: D301  click's own mark for a paragraph that keeps its lines
    if (data is None) == (project is None):
        raise click.UsageError("expected either --data or --project")
    if data is not None:
        _of_survey(data, size, out)
    elif project is not None:
        _of_deployment(project, model_id, since, days, by if adopt else None)


def _of_survey(data: Path, size: str, out: Path | None) -> None:
    # Here, since `--help` and --project do without a model.
    from clarity.adapters import references  # noqa: PLC0415  see above
    from clarity.pat import runtime  # noqa: PLC0415  see above
    from clarity.studies.drift_cohorts import people_of, row_of, survey  # noqa: PLC0415  see above

    pat = runtime.load(size)
    model_id = pat.source.manifest.model_id
    folder = out or Path(references.__file__).parent
    rows: list[NDArray[np.float64] | None] = []
    try:
        with Progress(console=Console(stderr=True)) as progress:
            bar = progress.add_task("measuring NHANES", total=drift.MOST_PEOPLE)
            for grid in survey(data, 2 * drift.MOST_PEOPLE):  # some weeks do not pass the gate
                if (row := row_of(grid, pat)) is not None:
                    rows.append(row)
                    progress.advance(bar)
                if len(rows) == drift.MOST_PEOPLE:
                    break
        folder.mkdir(parents=True, exist_ok=True)
        size_b = references.save(people_of(rows), folder / f"{model_id}.npz")
    except (OSError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    found = references.trained(model_id, folder)
    version = "" if found is None else found.version
    click.echo(f"{model_id}: {len(rows)} people, version {version}, {size_b / 1000:.0f} kB")


def _of_deployment(
    project: str, model_id: str | None, since: datetime | None, days: int, by: str | None
) -> None:
    # Here, since they import Google's clients.
    from google.auth.exceptions import GoogleAuthError  # noqa: PLC0415  see above

    from clarity.adapters.firestore_open import opened  # noqa: PLC0415  see above

    try:
        _adopt(opened(project), model_id, since, timedelta(days=days), by)
    except (ClarityError, GoogleAuthError) as error:
        raise click.ClickException(str(error)) from error


def _adopt(
    client: Client, model_id: str | None, since: datetime | None, lasting: timedelta, by: str | None
) -> None:
    from clarity.adapters.firestore_monitor import FirestoreMonitor, health_in  # noqa: PLC0415
    from clarity.adapters.firestore_references import adopt  # noqa: PLC0415  see above
    from clarity.steps.weeks import gather  # noqa: PLC0415

    health = health_in(client) or {}
    model_id = model_id or health.get("model_id")
    if model_id is None:
        raise click.ClickException("no monitor has run here yet: say which model with --model")
    source = FirestoreMonitor(client, retention=timedelta())
    now = datetime.now(UTC)
    first = source.first() if since is None else since.replace(tzinfo=UTC)
    if first is None:
        raise click.ClickException(f"expected analyses of {model_id}, found none")
    until = min(first + lasting, now)
    weeks = gather(source, first, until, model_id, documents=DOCUMENTS, in_time=lambda: True)
    if undated := source.undated():
        click.echo(f"left out: {undated} analyses whose created_at is no time", err=True)
    if weeks.unlike:
        click.echo(f"left out: {weeks.unlike} unreadable weeks, or of another width", err=True)
    number = len(weeks.people)
    told = (
        f"{number} people's weeks of {first:%Y-%m-%d} to {until:%Y-%m-%d} as {model_id} reads them"
    )
    if number < drift.LEAST_PEOPLE:
        raise click.ClickException(f"{told}: expected {drift.LEAST_PEOPLE} or more")
    click.echo(
        told + ("; with fewer than 100 only large changes are seen" if number < MANY else "")
    )
    if by is None:
        click.echo("nothing was kept: --adopt keeps them")
        return
    version = adopt(client, model_id, weeks, now, by)
    click.echo(f"they are the reference {version} from the next tick of the monitor on")
