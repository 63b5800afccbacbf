"""`clarity`: what a person at a terminal does with the package."""

from __future__ import annotations

import warnings

import click

from clarity.adapters.audit_cli import audit
from clarity.adapters.dead_letters_cli import dead_letters
from clarity.adapters.health_cli import health
from clarity.adapters.model_cli import model
from clarity.adapters.notice_cli import privacy_notice
from clarity.adapters.person_cli import person
from clarity.adapters.reviews_cli import reviews
from clarity.analyze import analyze
from clarity.cost.cli import cost
from clarity.pat.cli import pat
from clarity.studies.cli import evaluate


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="clarity-loop")
def main() -> None:
    """Wearable data in, honest health insights out.

    The chain itself runs in the cloud; these commands work beside it.
    """
    # Google's packages speak of Python 3.11's end; it is the functions' runtime.
    warnings.filterwarnings("ignore", "You are using a Python version", FutureWarning)


main.add_command(analyze)
main.add_command(pat)  # its commands are imported when one is run
main.add_command(evaluate)  # the same
main.add_command(reviews)
main.add_command(audit)
main.add_command(person)
main.add_command(dead_letters)
main.add_command(model)
main.add_command(health)
main.add_command(cost)
main.add_command(privacy_notice)


if __name__ == "__main__":
    main(prog_name="clarity")
