"""`clarity health`: how the model is, and whether people's weeks drift."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from clarity.adapters.reviews_cli import project_option
from clarity.domain.errors import ClarityError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.table import Table


@click.command()
@project_option
@click.option("--json", "as_json", is_flag=True, help="The health document, for programs.")
def health(project: str, *, as_json: bool) -> None:
    """Say how the model is: one line, and a table.

    \b
    The function `monitor` writes it every hour: weeks read and calls failed in 24 hours, how long a
    reading takes, how people rated their insights in 28 days, and drift: whether the weeks of this
    week's people differ from a reference, in what and in which device, OS or app version.
      no drift           nothing differs, or not in several weeks in a row
      one may differ     a suspicion: three weeks in a row make drift, three without end it
      DRIFT              there is a request for a new training: clarity pat requests list
      not enough people  fewer than 25 had a week that could be compared: nobody can tell, and the
                         window goes on; an analysis whose created_at is no time is seen by no look
      no reference       it is compared with the people that the model was trained on, who differ
                         from anybody with a watch or phone; choose weeks in which all was well:
                         clarity pat reference --help

    Exit status: 0 no drift, 1 drift, or nobody can tell, or nothing was heard for a day; 2 wrong
    usage. Works on the embedded cloud where FIRESTORE_EMULATOR_HOST is set.
    """  # noqa: D301  click's own mark for a paragraph that keeps its lines
    # Here, since they import Google's clients and SciPy, which --help does without.
    from google.auth.exceptions import GoogleAuthError  # noqa: PLC0415  see above

    from clarity.adapters.firestore_monitor import health_in  # noqa: PLC0415  see above
    from clarity.adapters.firestore_open import opened  # noqa: PLC0415  see above
    from clarity.domain.health import is_known_well, line  # noqa: PLC0415  see above

    now = datetime.now(UTC)
    try:
        found = health_in(opened(project))
    except (ClarityError, GoogleAuthError) as error:
        raise click.ClickException(str(error)) from error
    if found is None:
        why = "the monitor has not run here yet, or this is not its project"
        raise click.ClickException(f"nothing is known of {project}: {why}")
    if as_json:
        click.echo(json.dumps(found, indent=2, default=_plain))
    else:
        from rich.console import Console  # noqa: PLC0415  only this one draws

        click.echo(line(found, now))
        Console().print(_table(found))
    if not is_known_well(found, now):
        raise click.exceptions.Exit(1)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _table(found: Mapping[str, Any]) -> Table:
    from rich.table import Table  # noqa: PLC0415  see above

    table = Table("what", "value")
    for name, value in _rows(found).items():
        table.add_row(name, value)
    return table


def _rows(found: Mapping[str, Any]) -> dict[str, str]:
    day, drift, ratings = found["day"], found["drift"], found["ratings"]
    looked: Mapping[str, Any] = drift["looked"] or {}
    rows = {
        "model": found["model_id"],
        "weights, SHA-256": found["weights_sha256"],
        "last update": found["updated_at"],
        "last week read": found["last_prediction_at"],
        "weeks read in 24 h": day["predictions"],
        "of them, of the latest, by other models": _each(day.get("other_models", [])),
        "calls failed in 24 h": day["failed"],
        "latency p50, s": day["latency_p50_seconds"],
        "latency p95, s": day["latency_p95_seconds"],
        "ratings in 28 days": ratings["count"],
        "their mean, 1 to 5": ratings["mean"],
        "drift": drift["state"],
        "since": drift["since"],
        "request for a new training": drift["request"],
        "closed": drift.get("request_closed_at"),
        "reference of our own": drift["reference"],
        "window that is open, from": drift["window_since"],
        "to": drift["window_until"],
        "last look at a window": looked.get("at"),
        "people compared": looked.get("people"),
        "weeks left out, as unreadable or of another width": looked.get("unlike"),
        "not all were taken": looked.get("sampled"),
        "what differs": ", ".join(looked.get("what", ())),
        "where": ", ".join(looked.get("slices", ())),
        "too few to tell of": ", ".join(looked.get("slices_too_small", ())),
    }
    return {name: _cell(value) for name, value in rows.items()}


def _each(others: Sequence[Mapping[str, Any]]) -> str:
    return ", ".join(f"{each['weeks']} by {each['model_id'] or 'nobody named'}" for each in others)


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M} UTC"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.3g}"
    return "-" if value in (None, "") else str(value)
