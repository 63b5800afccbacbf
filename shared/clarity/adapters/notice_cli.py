"""`clarity privacy-notice`: what happens with a person's data, as a page."""

from __future__ import annotations

from pathlib import Path

import click

from clarity.adapters.notice_page import Deployment, page


@click.command("privacy-notice")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The page to write: one HTML file that needs nothing else.",
)
@click.option("--operator", default="", help="Who runs the service: the page's first sentence.")
@click.option("--contact", default="", help="Where they can be reached.")
@click.option(
    "--retention-days",
    type=click.IntRange(min=28),
    required=True,
    help="RETENTION_DAYS of your functions (retention_days in prod.tfvars).",
)
@click.option(
    "--backup-days",
    type=click.IntRange(min=1),
    required=True,
    help="The longest of your firestore_backup_days in Terraform, which has 28.",
)
def privacy_notice(
    out: Path, operator: str, contact: str, retention_days: int, backup_days: int
) -> None:
    """Write the privacy notice, and the data map below it, as one page.

    The map is made from the definitions in the code (clarity.domain.documents): each kind of
    document with its path, purpose, writers, readers, retention and fields, and which of them are
    health data. A test fails when the chain writes something that is not in it. The notice says
    what the program does; whether your law asks for more, such as who your data protection officer
    is, it does not know.

    \b
    Example:
      clarity privacy-notice --out notice.html --retention-days 400 --backup-days 28
          --operator "Example Ltd" --contact dpo@example.org
    """  # noqa: D301 - \b is click's mark of lines that are not to be wrapped
    place = Deployment(operator, contact, retention_days, backup_days)
    try:
        out.write_text(page(place), "utf-8")
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written: {error.strerror}") from error
    click.echo(f"written to {out}")
