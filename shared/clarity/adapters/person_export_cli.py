"""`clarity person export` and `clarity person import`: a person's data as a file, out and in."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clarity.adapters.reviews_cli import an_id, project_option, reader_option, user_argument
from clarity.domain.errors import ClarityError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

    from google.cloud.firestore import Client

# A record with the person: RETENTION_DAYS, where nobody has chosen another.
_KEPT = timedelta(days=400)


@click.command()
@user_argument
@project_option
@reader_option
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="The zip to write. It must not be there yet.",
)
def export(user_id: str, project: str, by: str, out: Path) -> None:
    """Write all that is stored about USER_ID into a zip, for the person to have.

    Every document with its types, the series as CSV, a FHIR R4 Bundle, and a readme. It is health
    data: the file is readable by you alone; hand it to nobody but the person. Their audit and the
    ledger note that you did.
    """
    # Here, since they import Google's clients, which `analyze` does without.
    from clarity.adapters.firestore_export import FirestoreDocuments  # noqa: PLC0415  see above
    from clarity.adapters.firestore_open import opened  # noqa: PLC0415  see above
    from clarity.steps.archive import write_archive  # noqa: PLC0415  see above

    if out.exists():
        raise click.ClickException(f"{out}: expected no such file, found one")
    try:
        client = opened(project)
        _note(client, "export_person", by, user_id)
        with _whole_or_none(out) as file:
            written = write_archive(file, FirestoreDocuments(client), user_id, datetime.now(UTC))
    except ClarityError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written: {error.strerror}") from error
    size = out.stat().st_size / 1e6
    click.echo(
        f"exported: {written.documents:,} documents, {written.samples:,} samples on"
        f" {written.days:,} days, {written.observations:,} observations; {size:,.1f} MB in {out}"
    )
    if written.undecoded:
        click.echo(
            f"{written.undecoded:,} chunks cannot be decoded: the readme names them", err=True
        )


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--user", "user_id", required=True, callback=an_id, help="Whose data it becomes.")
@project_option
@reader_option
@click.option(
    "--without-consent",
    is_flag=True,
    help="Also where the settings in FILE give no consent to the analysis: you have it elsewhere.",
)
def import_person(
    file: Path, user_id: str, project: str, by: str, *, without_consent: bool
) -> None:
    """Read the zip FILE of an export in: settings and samples.

    Only where nothing is stored about that person, and only where the settings in FILE give consent
    to the analysis. The samples are kept from now on for as long as they were to be kept. Analyses
    and insights are made anew when the person asks, or sends more. An import that was cut short
    goes on when it is run again. Their audit and the ledger note it first.
    """
    from clarity.adapters.firestore_open import opened  # noqa: PLC0415  as above
    from clarity.adapters.firestore_restore import FirestoreRestores  # noqa: PLC0415  as above
    from clarity.steps.restore import (  # noqa: PLC0415  as above
        IMPORTED,
        UnconsentedError,
        restore,
    )

    try:
        client = opened(project)
        found = restore(
            file,
            user_id,
            FirestoreRestores(client),
            datetime.now(UTC),
            note=lambda: _note(client, IMPORTED, by, user_id),
            unconsented=without_consent,
        )
    except UnconsentedError as error:
        raise click.ClickException(f"{error}; see --without-consent") from error
    except ClarityError as error:
        raise click.ClickException(str(error)) from error
    settings = "settings and " if found.settings else ""
    click.echo(f"imported: {settings}{found.samples:,} samples in {found.chunks:,} chunks")
    for number, what in (
        (found.before, "were there from an earlier try"),
        (found.left_out, "are left out: they cannot be decoded"),
    ):
        if number:
            click.echo(f"{number:,} chunks {what}", err=True)


def _note(client: Client, action: str, by: str, user_id: str) -> None:
    """For the person, who gets it with their export, and for the project."""
    from clarity.adapters.firestore_audit import LEDGER, append, of_person  # noqa: PLC0415  as above
    from clarity.steps.audit import by_operator  # noqa: PLC0415  as above

    now = datetime.now(UTC)
    entry = by_operator(action, by, now, user_id)
    own = {name: value for name, value in entry.fields.items() if name != "subject"}
    own["expires_at"] = now + _KEPT
    append(client, {of_person(user_id): replace(entry, fields=own), LEDGER: entry})


@contextmanager
def _whole_or_none(out: Path) -> Iterator[IO[bytes]]:
    """A file that is there under its name once all of it is written, readable by its owner."""
    part = out.with_name(f"{out.name}.part")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    file: Any = os.fdopen(os.open(part, flags, 0o600), "wb")
    try:
        with file:
            yield file
        os.link(part, out)  # unlike a rename, it replaces nothing
    finally:
        with suppress(OSError):
            part.unlink()
