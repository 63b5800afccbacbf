"""`clarity person`: what a person may ask of us, done by an operator."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from clarity.adapters.person_export_cli import export, import_person
from clarity.adapters.reviews_cli import project_option, reader_option, user_argument
from clarity.domain.errors import ClarityError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from google.cloud.firestore import Client

    from clarity.steps.erase import Exports


@click.group()
def person() -> None:
    """Do what a person may ask for: hand out their data, or erase it.

    \b
    The app asks with a document users/U/privacy_requests/R, and the privacy function does the
    same. Works on the embedded cloud where FIRESTORE_EMULATOR_HOST is set.
    """  # noqa: D301  click's own mark for a paragraph that keeps its lines


person.add_command(export)
person.add_command(import_person)


@person.command()
@user_argument
@project_option
@reader_option
@click.option("--exports-bucket", help="Where exports are; without it they go after 7 days.")
@click.option("--dry-run", is_flag=True, help="Delete nothing: list what would go, by collection.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(
    user_id: str, project: str, by: str, exports_bucket: str | None, *, dry_run: bool, yes: bool
) -> None:
    """Delete everything stored about USER_ID: documents, claims, dead letters, exports.

    Whoever is at work for them meanwhile leaves nothing. For two days nothing of them is taken
    again, and what their phone still writes is deleted. It may be stopped and run again.
    """
    # Here, since it imports Google's clients, which `analyze` does without.
    from google.cloud.firestore import Client  # noqa: PLC0415  see above

    client = Client(project=project)
    try:
        _list(client, user_id)
        if dry_run:
            return
        if not yes:
            click.confirm("Delete all that is stored about this person?", abort=True)
        _tell(_erase(client, user_id, by, _exports(exports_bucket, project)))
    except ClarityError as error:
        raise click.ClickException(str(error)) from error


def _list(client: Client, user_id: str) -> None:
    from clarity.adapters.firestore_erase import FirestoreErasures  # noqa: PLC0415  as above

    found = FirestoreErasures(client, _now).survey(user_id)
    for collection, number in found.items():
        click.echo(f"{number:>7} {collection}")
    click.echo(f"{sum(found.values()):>7} in all")


def _erase(client: Client, user_id: str, by: str, exports: Exports | None) -> Mapping[str, Any]:
    from clarity.adapters.firestore_erase import FirestoreErasures  # noqa: PLC0415  as above
    from clarity.steps.erase import Erase  # noqa: PLC0415  as above

    return Erase(FirestoreErasures(client, _now), exports, _now, lasting=None)(user_id, by=by)


def _exports(bucket: str | None, project: str) -> Exports | None:
    if bucket is None:
        return None
    from clarity.adapters.exports_bucket import open_exports  # noqa: PLC0415  as above

    exports: Exports = open_exports(bucket, project=project, signer="", iam_host=None)
    return exports


def _tell(receipt: Mapping[str, Any]) -> None:
    names = ("documents", "claims", "letters", "exports")
    found = ", ".join(f"{receipt[name]} {name}" for name in names)
    click.echo(f"erased: {found}; nothing of them is taken until {receipt['expires_at']:%F %R} UTC")


def _now() -> datetime:
    return datetime.now(UTC)
