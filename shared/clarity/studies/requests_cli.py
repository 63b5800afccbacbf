"""`clarity pat requests`: what the monitor asked for, and what became of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from clarity.adapters.model_options import operator_option
from clarity.adapters.reviews_cli import an_id, project_option, words
from clarity.domain.errors import ClarityError
from clarity.steps.audit import LONGEST

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from clarity.adapters.firestore_candidates import FirestoreCandidates

_request = click.argument("request_id", callback=an_id)


@click.group()
def requests() -> None:
    """Requests for retraining: the monitor opens one where people's weeks have changed for good.

    \b
      clarity pat requests list --project P           what is open (--all: and what was)
      clarity pat requests show ID --project P        what changed, since when, in which slice
      clarity pat candidate --request ID ...          a model that answers it, tried
      clarity pat requests close ID --why promoted --project P

    A request stays open until somebody closes it: because a better model was promoted, or since
    the weeks changed for a reason that no model mends, such as a new device that counts wrongly.
    """  # noqa: D301 - \b is click's mark of lines that are not to be wrapped


@requests.command("list")
@project_option
@click.option("--all", "everything", is_flag=True, help="The closed ones, too.")
def list_requests(project: str, *, everything: bool) -> None:
    """List requests, oldest first: id, state, since when, model, people and what changed."""
    found = _call(project, lambda store: store.requests())
    shown = [each for each in found if everything or each[1].get("state") == "open"]
    for request_id, fields in shown:
        what = ", ".join(map(str, fields.get("what") or ["unnamed"]))
        ended = f", ended {_day(fields['recovered_at'])}" if fields.get("recovered_at") else ""
        click.echo(
            f"{request_id}  {fields.get('state')}  since {_day(fields.get('since'))}{ended}  "
            f"{fields.get('model')}  {fields.get('people')} people  {what}"
        )
    of_what = "request" if len(shown) == 1 else "requests"
    click.echo(f"{len(shown)} {of_what if everything else 'open'}", err=True)


@requests.command()
@_request
@project_option
def show(request_id: str, project: str) -> None:
    """Show one request as JSON, with the candidates that were tried for it."""
    found = _call(project, lambda store: store.request(request_id))
    if found is None:
        raise click.ClickException(f"expected a request {request_id}, found none")
    click.echo(json.dumps(found, indent=2, default=_plain))


@requests.command()
@_request
@project_option
@click.option(
    "--why", required=True, callback=words(LONGEST), help="What became of it: the record says so."
)
@operator_option
def close(request_id: str, project: str, why: str, by: str) -> None:
    """Close an open request; who did it, and why, is recorded in the ledger."""
    now = datetime.now(UTC)
    _call(project, lambda store: store.close(request_id, why, by, now))
    click.echo("closed")


def _call(project: str, work: Callable[[FirestoreCandidates], Any]) -> Any:
    # Here, since they import Google's clients, which --help does without.
    from clarity.adapters.firestore_candidates import FirestoreCandidates  # noqa: PLC0415  see above
    from clarity.adapters.firestore_open import opened  # noqa: PLC0415  see above

    try:
        return work(FirestoreCandidates(opened(project)))
    except ClarityError as error:
        raise click.ClickException(str(error)) from error


def _day(at: Any) -> str:
    return f"{at:%Y-%m-%d}" if isinstance(at, datetime) else "unknown"


def _plain(value: object) -> str | Mapping[str, object]:
    return value.isoformat() if isinstance(value, datetime) else str(value)
