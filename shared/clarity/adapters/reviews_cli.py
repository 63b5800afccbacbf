"""`clarity reviews`: look at texts that the safety rules held back."""

from __future__ import annotations

import getpass
import re
import unicodedata
from typing import TYPE_CHECKING, Any

import click

from clarity.domain.errors import ClarityError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from clarity.adapters.firestore_reviews import FirestoreReviews

NAME = 200  # characters of an operator's; records cut off more
_WHOLE_TEXT = -1
# Half a surrogate pair is what a shell's bytes become that are no UTF-8.
_ID = re.compile(r"(?!\.\.?\Z|__.*__\Z)[^/\ud800-\udfff]+", re.DOTALL)


def login() -> str:
    """The name that this is run under."""
    try:
        return getpass.getuser()
    except (KeyError, OSError) as error:  # a container's user may have no name
        raise click.UsageError("--by: expected who looks, found no login") from error


def words(most: int) -> Callable[[object, click.Parameter, str | None], str]:
    """What takes an option's words for the ledger: not blank, and so many characters at most."""

    def taken(_: object, option: click.Parameter, value: str | None) -> str:
        found = 0 if value is None or not value.strip() else len(value)
        if value is not None and not 0 < found <= most:
            raise click.BadParameter(
                f"expected 1 to {most} characters, found {found}", param=option
            )
        return value or ""

    return taken


project_option = click.option("--project", required=True, help="Google Cloud project.")
reader_option = click.option(
    "--by",
    default=login,
    show_default="your login",
    callback=words(NAME),
    help="Who looks: it goes into the audit.",
)


def an_id(_: object, argument: click.Parameter, value: str) -> str:
    """What a document may be called: Firestore's quotas name what it may not."""
    if not _ID.fullmatch(value):
        expected = "an id without a slash, and not empty, '.', '..' or '__x__'"
        raise click.BadParameter(f"expected {expected}, found {value!r}", param=argument)
    return value


user_argument = click.argument("user_id", callback=an_id)
_review = click.argument("processing_id", callback=an_id)


@click.group()
def reviews() -> None:
    """Look at texts that the safety rules held back.

    \b
    A language model's text that breaks a rule of safety even after its repair (a diagnosis, a
    medicine, a crisis) is not shown to the person: their job ends `requires_review`, they read
    the deterministic text instead, and the held one waits here until it expires.

    \b
      clarity reviews list --project P
      clarity reviews show ada request-r1 --project P
      clarity reviews dismiss ada request-r1 --project P

    \b
    A held text is health data, and it is wrong: do not pass it on. Look for what the facts were,
    which rule fired, and whether the rule or the prompt should change. Works on the embedded
    cloud where FIRESTORE_EMULATOR_HOST is set.
    """  # noqa: D301  click's own mark for a paragraph that keeps its lines


@reviews.command("list")
@project_option
@reader_option
def list_reviews(project: str, by: str) -> None:
    """List what waits, oldest first: user, job, broken rules, model and dates; no text."""
    found = _call(project, lambda held: held.listed(by))
    for user_id, review_id, fields in found:
        kinds = ", ".join(fields["kinds"])
        until = f"held {_day(fields['created_at'])}, expires {_day(fields['expires_at'])}"
        click.echo(_plain(f"{user_id}  {review_id}  {kinds}  {fields['model_version']}  {until}"))
    click.echo(f"{len(found)} held", err=True)


@reviews.command()
@user_argument
@_review
@project_option
@reader_option
def show(user_id: str, processing_id: str, project: str, by: str) -> None:
    """Show one held text with the rules that it breaks; the person's audit notes that you did."""
    found = _call(project, lambda held: held.read(user_id, processing_id, by))
    if found is None:
        raise click.ClickException(_absent(user_id, processing_id))
    click.echo(
        f"{found['model_version']}, {found['language']}, held {_day(found['created_at'])}; "
        f"the person reads {found['insight_id']}\n"
    )
    for fact in found["facts"]:
        click.echo(_plain(f"{fact['id']:>4} {fact['label']}: {fact['text']}"))
    click.echo()
    for index, sentence in enumerate(found["sentences"]):
        click.echo(_plain(f"{index + 1}. {sentence['text']}  [{', '.join(sentence['facts'])}]"))
        _show_problems(found, index)
    _show_problems(found, _WHOLE_TEXT)


@reviews.command()
@user_argument
@_review
@project_option
@reader_option
@click.confirmation_option(prompt="Delete this held text?")
def dismiss(user_id: str, processing_id: str, project: str, by: str) -> None:
    """Delete one held text after it was looked at; insight, job and audit stay."""
    if not _call(project, lambda held: held.dismiss(user_id, processing_id, by)):
        raise click.ClickException(_absent(user_id, processing_id))
    click.echo("dismissed")


def _call(project: str, work: Any) -> Any:
    try:
        return work(_open(project))
    except ClarityError as error:
        raise click.ClickException(str(error)) from error


def _open(project: str) -> FirestoreReviews:
    # Here, since they import Google's clients, which --help and `analyze` do without.
    from clarity.adapters.firestore_open import opened  # noqa: PLC0415  see above
    from clarity.adapters.firestore_reviews import FirestoreReviews  # noqa: PLC0415  see above

    return FirestoreReviews(opened(project))


def _show_problems(review: Mapping[str, Any], sentence: int) -> None:
    for problem in review["problems"]:
        if problem["sentence"] == sentence:
            click.echo(_plain(f"   {problem['kind']}: {problem['reason']}"))


def _absent(user_id: str, processing_id: str) -> str:
    return f"expected a held text {processing_id} of {user_id}, found none: it may have expired"


def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%d}"


def _plain(text: str) -> str:
    """Without the characters that steer a terminal: a model wrote some of it."""
    return "".join("?" if unicodedata.category(each)[0] == "C" else each for each in text)
