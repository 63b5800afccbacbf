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
@click.option("--exports-bucket", help="Where exports are: PROJECT-exports, by our Terraform.")
@click.option(
    "--keep-exports",
    is_flag=True,
    help="Look for no exports: they go after 7 days, and until then their links work on.",
)
@click.option("--dry-run", is_flag=True, help="Delete nothing: list what would go, by collection.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(
    user_id: str,
    project: str,
    by: str,
    exports_bucket: str | None,
    *,
    keep_exports: bool,
    dry_run: bool,
    yes: bool,
) -> None:
    """Delete everything stored about USER_ID: documents, claims, dead letters, exports.

    Whoever is at work for them meanwhile leaves nothing. For two days nothing of them is taken
    again, and what their phone still writes is deleted. It may be stopped and run again.
    """
    # Here, since it imports Google's clients, which `analyze` does without.
    from clarity.adapters.firestore_open import opened  # noqa: PLC0415  see above

    if keep_exports == bool(exports_bucket):
        raise click.UsageError("expected one of --exports-bucket NAME and --keep-exports")
    try:
        client = opened(project)
        exports = _exports(exports_bucket, project)
        held = _held(exports, exports_bucket, user_id)  # first: where it fails, nothing is deleted
        _list(client, user_id, held)
        if dry_run:
            return
        if not yes:
            click.confirm("Delete all that is stored about this person?", abort=True)
        _tell(_erase(client, user_id, by, exports))
    except ClarityError as error:
        raise click.ClickException(str(error)) from error


def _held(exports: Exports | None, bucket: str | None, user_id: str) -> int | None:
    try:
        return exports.count(user_id) if exports else None
    except ClarityError as error:
        raise click.ClickException(f"exports bucket {bucket}: {error}") from error


def _list(client: Client, user_id: str, exports: int | None) -> None:
    from clarity.adapters.firestore_erase import FirestoreErasures  # noqa: PLC0415  as above

    found = FirestoreErasures(client, _now).survey(user_id)
    for collection, number in found.items():
        click.echo(f"{number:>7} {collection}")
    if exports is None:
        click.echo("exports are not looked for: those that there are stay, and their links work on")
    else:
        click.echo(f"{exports:>7} exports")
    click.echo(f"{sum(found.values()) + (exports or 0):>7} in all")


def _erase(client: Client, user_id: str, by: str, exports: Exports | None) -> Mapping[str, Any]:
    from clarity.adapters.firestore_erase import FirestoreErasures  # noqa: PLC0415  as above
    from clarity.steps.erase import Erase  # noqa: PLC0415  as above

    return Erase(FirestoreErasures(client, _now), exports, _now, lasting=None)(user_id, by=by)


def _exports(bucket: str | None, project: str) -> Exports | None:
    if not bucket:
        return None
    from clarity.adapters.exports_bucket import open_exports  # noqa: PLC0415  as above

    exports: Exports = open_exports(bucket, project=project, signer="", iam_host=None)
    return exports


def _tell(receipt: Mapping[str, Any]) -> None:
    from clarity.steps.erase import deleted_now  # noqa: PLC0415  as above

    deleted = deleted_now(receipt)
    names = ("documents", "claims", "letters", "exports")
    found = ", ".join(f"{deleted.get(name, 'not looked for:')} {name}" for name in names)
    click.echo(f"erased: {found}; nothing of them is taken until {receipt['expires_at']:%F %R} UTC")


def _now() -> datetime:
    return datetime.now(UTC)
