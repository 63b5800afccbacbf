"""`clarity`: what a person at a terminal does with the package."""

from __future__ import annotations

import click

from clarity.adapters.dead_letters_cli import dead_letters
from clarity.adapters.model_cli import model
from clarity.adapters.reviews_cli import project_option, reviews, user_argument
from clarity.analyze import analyze
from clarity.cost.cli import cost
from clarity.domain.errors import ClarityError
from clarity.pat.cli import pat
from clarity.studies.cli import evaluate

# A function that is at work while its person is erased ends within this, and is looked after.
SETTLE_S = 3.0


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="clarity-loop")
def main() -> None:
    """Wearable data in, honest health insights out.

    The chain itself runs in the cloud; these commands work beside it.
    """


main.add_command(analyze)
main.add_command(pat)  # its commands are imported when one is run
main.add_command(evaluate)  # the same
main.add_command(reviews)
main.add_command(dead_letters)
main.add_command(model)
main.add_command(cost)


@main.command()
@user_argument
@project_option
@click.confirmation_option(prompt="Delete all that is stored about this person?")
def erase(user_id: str, project: str) -> None:
    """Delete everything stored about USER_ID, from samples to insights, audit, claims and letters.

    Works on the embedded cloud where FIRESTORE_EMULATOR_HOST is set. Messages hold references
    only; a dead letter that comes later is not kept.
    """
    # Here, since it imports Google's clients, which `analyze` does without.
    from google.cloud.firestore import Client  # noqa: PLC0415  see above

    from clarity.adapters.firestore_erase import erase as forget  # noqa: PLC0415  see above

    try:
        deleted = forget(Client(project=project), user_id, settle_s=SETTLE_S)
    except ClarityError as error:
        raise click.ClickException(str(error)) from error
    found = (
        f"{deleted.documents} documents, {deleted.claims} claims, {deleted.letters} dead letters"
    )
    click.echo(f"deleted {found}")


if __name__ == "__main__":
    main(prog_name="clarity")
