"""`clarity audit`: whether the records of what was done with people's data are all there."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from clarity.adapters.dead_letters_page import plain
from clarity.adapters.reviews_cli import an_id, project_option, reader_option
from clarity.domain.errors import ClarityError
from clarity.steps.audit import by_operator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from google.cloud.firestore import Client

    from clarity.steps.upkeep import Checked

_NOTED = re.compile(r"(\d{1,12}):([0-9a-f]{64})")


def _noted(
    _: click.Context, parameter: click.Parameter, value: str | None
) -> tuple[int, str] | None:
    if value is None:
        return None
    if match := _NOTED.fullmatch(value):
        return int(match[1]), match[2]
    expected = "a number and a hash, as 57:9f2c..., of 64 of 0-9 and a-f"
    raise click.BadParameter(f"expected {expected}, found {value!r}", param=parameter)


def _somebody(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    return None if value is None else an_id(context, parameter, value)


@click.group()
def audit() -> None:
    """Look after the records of what was done with people's data.

    \b
    Each prediction, explanation, text, notice, export and look of one of us leaves a record in
    the person's audit; what operators do, erasures and the model's changes are in the ledger.
    Each record holds the hash of the one before:
      clarity audit verify --project P
      clarity audit verify ada --project P
    """  # noqa: D301  click's own mark for a paragraph that keeps its lines


@audit.command()
@click.argument("user_id", required=False, callback=_somebody)
@click.option(
    "--expect",
    "noted",
    callback=_noted,
    metavar="NUMBER:HASH",
    help="A record of this chain, or else of the ledger, as it was noted or logged before.",
)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@project_option
@reader_option
def verify(
    user_id: str | None,
    *,
    noted: tuple[int, str] | None,
    as_json: bool,
    project: str,
    by: str,
) -> None:
    """Check the audit of USER_ID, or the ledger and everybody's: changed, missing, added records.

    \b
    Seen: records that are gone, changed, put in or moved, a head that does not fit, results of
    which no record tells. Records that have expired are no gap. The sweeper looks, too: at each
    chain's ends in each of its rounds, at all of it once in 30 days; the alert `audit` tells.
    Not seen from within: a chain that was built anew as a whole, or whose last records were taken
    with their results and the head set back. The sweeper sees that for a day while its process
    lives. Beyond that, a number and hash do, from where who writes the database cannot: the log
    has the ledger's (`head` of the lines `ledger checked`) and each person's when all of it is
    read (`chain checked`), and the last line here is the end of what was asked for. Nor is it
    seen that all that there was of a person is gone, settings and all: an erasure is in the
    ledger, and what somebody else deleted is not.
    Exit status: 0 all is as it was written, 1 something is not.
    """  # noqa: D301  as above
    try:
        found = list(_verified(_open(project), user_id, noted, by))
    except ClarityError as error:
        raise click.ClickException(str(error)) from error
    wrong = sum(len(each.findings) for each in found)
    if as_json:
        click.echo(json.dumps([asdict(each) for each in found], indent=2))
    else:
        _tell(found, wrong)
    if wrong:
        raise click.exceptions.Exit(1)


def _verified(
    client: Client, user_id: str | None, noted: tuple[int, str] | None, by: str
) -> Iterator[Checked]:
    # Here, since they import Google's clients, which --help and `analyze` do without.
    from clarity.adapters.firestore_audit import LEDGER, append  # noqa: PLC0415  see above
    from clarity.adapters.firestore_audit_check import checked, everybody  # noqa: PLC0415

    # Before it is looked at: what is noted of the ledger's end has this look in it.
    append(client, {LEDGER: by_operator("verify_audit", by, datetime.now(UTC), user_id)})
    yield checked(client, user_id, noted)
    if user_id is None:
        for each in everybody(client):
            yield checked(client, each)


def _tell(found: list[Checked], wrong: int) -> None:
    for chain in found:
        for each in chain.findings:
            where = f"{chain.place}/{each.record}" if each.record else chain.place
            click.echo(plain(f"{where}  {each.kind}: {each.why}"))
    records = sum(each.records for each in found)
    verdict = f"{wrong} findings" if wrong else "all as it was written"
    click.echo(f"{len(found)} chains, {records} records: {verdict}", err=True)
    click.echo(f"{found[0].place} ends at {found[0].head or 'nothing'}", err=True)


def _open(project: str) -> Any:
    from clarity.adapters.firestore_open import opened  # noqa: PLC0415  as above

    return opened(project)
