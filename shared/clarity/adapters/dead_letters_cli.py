"""`clarity dead-letters`: what could not be handled: look at it, replay it, drop it."""

from __future__ import annotations

import json
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import click

from clarity.adapters.dead_letters_page import found_line, outcome, page, plain, table
from clarity.adapters.reviews_cli import project_option, reader_option
from clarity.domain.errors import ClarityError, PermanentError
from clarity.steps.audit import by_operator
from clarity.steps.dead_letters import Filter, file_letters
from clarity.steps.replay import Decision, Replay

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from clarity.adapters.firestore_dead_letters import FirestoreDeadLetters
    from clarity.adapters.pubsub_letters import PubSubMail
    from clarity.steps.dead_letters import Letter
    from clarity.steps.ports import Topic

T = TypeVar("T")

SUBSCRIPTION = "clarity-dead-letters"
# Where the steps' events come from.
TOPICS: dict[Topic, str] = {
    "documents": "documents-to-ingest",
    "ingested": "health-data-ingested",
    "analysed": "health-insights-processing",
}
# Before each command the letters in the subscription are filed: so many, for so long.
_FILED_MOST, _FILED_WITHIN, WAIT_S = 5000, timedelta(seconds=60), 1.0
_BAR_FROM = 10
_AT_ONCE = 8
_INTERRUPTED = 130
_AGE = re.compile(r"(\d{1,6})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class _Moment(click.ParamType[datetime]):
    """A date, a time, or an age such as 90m, 6h or 3d."""

    name = "when"

    def convert(
        self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            if age := _AGE.fullmatch(value):
                return _now() - timedelta(**{_UNITS[age[2]]: int(age[1])})
            found = datetime.fromisoformat(value)
        except (ValueError, OverflowError):
            self.fail(f"expected 2026-06-14, 2026-06-14T10:00Z, 90m, 6h or 3d, found {value!r}")
        return found if found.tzinfo else found.replace(tzinfo=UTC)


class _Id(click.ParamType[str]):
    """A letter's id, or its beginning."""

    name = "id"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not re.fullmatch(r"[0-9a-f]{4,32}", value):
            self.fail(f"expected 4 to 32 of 0-9 and a-f, as `list` shows them, found {value!r}")
        return value


@dataclass(frozen=True, slots=True)
class _Office:
    """The letters, where they come from, and where their events go."""

    store: FirestoreDeadLetters
    mail: PubSubMail
    replay: Replay


def _now() -> datetime:
    return datetime.now(UTC)


def _filters(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say which letters are meant."""
    options = (
        click.option("--step", "steps", multiple=True, help="ingest, preprocess, ...; repeatable."),
        click.option("--code", "codes", multiple=True, help="exhausted, ...; repeatable."),
        click.option("--user", "user_id", help="Whose they are."),
        click.option("--since", type=_Moment(), help="Last failed then or later: a date, or 6h."),
        click.option("--before", type=_Moment(), help="Last failed before then."),
    )
    for option in reversed(options):
        command = option(command)
    return command


_state = click.option(
    "--state",
    type=click.Choice(["waiting", "replayed", "dropped", "all"]),
    default="waiting",
    show_default=True,
)
_json = click.option("--json", "as_json", is_flag=True, help="For programs.")
_ids = click.argument("ids", nargs=-1, type=_Id())
_dry_run = click.option("--dry-run", is_flag=True, help="Say what it would do, and do nothing.")
_yes = click.option("--yes", is_flag=True, help="Do not ask.")


@click.group("dead-letters")
def dead_letters() -> None:
    """Look at events that could not be handled, and have them handled again.

    \b
    An event that can never work, or did not for as long as is allowed, is put aside with its
    reason; its job ends `failed`. Find out why, put that right, deploy it, then replay:
      clarity dead-letters list --project P
      clarity dead-letters show 3f2a --project P
      clarity dead-letters replay --step preprocess --code exhausted --dry-run --project P
      clarity dead-letters replay --step preprocess --code exhausted --project P

    \b
    A replay reopens the failed job, gives the event's claim back and publishes the event again.
    What was completed meanwhile stays as it is; a letter whose person was erased is deleted. It may
    be repeated, and be stopped anywhere: the next one does what is missing. If the event fails
    again, its letter waits again. What no replay helps:
      clarity dead-letters drop 3f2a --project P

    \b
    Letters hold references, no health data. They are kept for 31 days after the last failure. Each
    command first files what lies in the subscription clarity-dead-letters, as the sweeper does.
    Exit status: 0 all done, 1 something was left or failed, 2 wrong usage, 130 interrupted.
    Works on the embedded cloud where FIRESTORE_EMULATOR_HOST and PUBSUB_EMULATOR_HOST are set.
    """  # noqa: D301  click's own mark for a paragraph that keeps its lines


@dead_letters.command("list")
@_filters
@_state
@_json
@project_option
@reader_option
def list_letters(*, as_json: bool, project: str, by: str, **wanted: Any) -> None:
    """List letters, the latest last: age, step, code, person, job, how often tried, times, reason.

    An id may be shortened to what tells it from others.
    """
    with _opened(project, "list_dead_letters", by) as office:
        found = office.store.find(_filter(wanted))
    if as_json:
        click.echo(json.dumps([page(each) for each in found], indent=2))
        return
    table(found, _now())
    click.echo(f"{len(found)} {wanted['state']}" if found else "no such letters", err=True)


@dead_letters.command()
@click.argument("letter_id", metavar="ID", type=_Id())
@_json
@project_option
@reader_option
def show(*, letter_id: str, as_json: bool, project: str, by: str) -> None:
    """Show one letter whole, and what a replay would do."""
    with _opened(project, "show_dead_letter", by) as office:
        letter = _read(office, letter_id)
        decision = office.store.look(letter)
    would = outcome(decision, TOPICS, dry_run=True)
    fields = {**page(letter), "message": _text(letter), "replay": would}
    if as_json:
        click.echo(json.dumps(fields, indent=2))
        return
    for name, value in fields.items():
        if value not in ("", None):
            click.echo(plain(f"{name:>14}  {value}"))


@dead_letters.command()
@_ids
@_filters
@_dry_run
@_yes
@project_option
@reader_option
def replay(
    *, ids: tuple[str, ...], dry_run: bool, yes: bool, project: str, by: str, **wanted: Any
) -> None:
    """Handle the events of letters again: those with these IDs, or all that wait and are meant.

    For several letters it asks first. Each line says what was done, or with --dry-run would be.
    """
    with _opened(project, "replay_dead_letters", by) as office:
        letters = _meant(office, ids, wanted)
        if len(letters) > 1 and not (yes or dry_run):
            click.confirm(f"Replay {len(letters)} letters?", abort=True, err=True)
        left = 0
        for letter, decision in _replayed(office, letters, None if dry_run else by):
            left += decision.kind in ("refused", "later")
            click.echo(found_line(letter, outcome(decision, TOPICS, dry_run=dry_run)))
    _tell(len(letters), left)


@dead_letters.command()
@_ids
@_filters
@_dry_run
@_yes
@project_option
@reader_option
def drop(
    *, ids: tuple[str, ...], dry_run: bool, yes: bool, project: str, by: str, **wanted: Any
) -> None:
    """Have letters wait no longer: those with these IDs, or those that a filter admits.

    Jobs stay as they are. A dropped letter can be listed until it expires, and not replayed.
    """
    if not ids and not any(wanted.values()):
        raise click.UsageError("expected IDs or a filter: all letters are not dropped by accident")
    with _opened(project, "drop_dead_letters", by) as office:
        letters = [each for each in _meant(office, ids, wanted) if each.state == "waiting"]
        if letters and not (yes or dry_run):
            click.confirm(f"Drop {len(letters)} letters for good?", abort=True, err=True)
        for letter in _through(letters, len(letters)):
            done = dry_run or office.store.drop(letter, by)
            words = "dropped" if done else "left: it does not wait"
            click.echo(found_line(letter, "would be dropped" if dry_run else words))
    _tell(len(letters), 0)


@contextmanager
def _opened(project: str, action: str, by: str) -> Iterator[_Office]:
    """The letters, after those in the subscription were filed; who looks is written down first."""
    # Here, since they import Google's clients, which --help and `analyze` do without.
    from google.auth.exceptions import GoogleAuthError  # noqa: PLC0415  see above
    from google.cloud.pubsub_v1 import PublisherClient, SubscriberClient  # noqa: PLC0415

    from clarity.adapters.firestore_audit import LEDGER, append  # noqa: PLC0415
    from clarity.adapters.firestore_dead_letters import FirestoreDeadLetters  # noqa: PLC0415
    from clarity.adapters.firestore_open import opened  # noqa: PLC0415
    from clarity.adapters.pubsub import PubSubTopics  # noqa: PLC0415
    from clarity.adapters.pubsub_letters import AnySize, PubSubMail  # noqa: PLC0415

    topics: dict[Topic, str] = {
        name: f"projects/{project}/topics/{each}" for name, each in TOPICS.items()
    }
    try:
        client = opened(project)
        store = FirestoreDeadLetters(client, _now)
        again = Replay(store, PubSubTopics(PublisherClient(), topics))
        with SubscriberClient(transport=AnySize) as subscriber:
            name = f"projects/{project}/subscriptions/{SUBSCRIPTION}"
            office = _Office(store, PubSubMail(subscriber, name, WAIT_S), again)
            _take_in(office)
            append(client, {LEDGER: by_operator(action, by, _now())})
            yield office
    except (ClarityError, GoogleAuthError) as error:
        raise click.ClickException(str(error)) from error
    except KeyboardInterrupt:
        click.echo("left; what was begun is finished by doing it again", err=True)
        raise click.exceptions.Exit(_INTERRUPTED) from None


def _take_in(office: _Office) -> None:
    """File what lies in the subscription; who may not pull sees what the sweeper has filed."""
    try:
        file_letters(office.mail, office.store, clock=_now, within=_FILED_WITHIN, most=_FILED_MOST)
    except ClarityError as error:
        click.echo(f"not filed, only what was before is seen: {error}", err=True)


def _filter(wanted: dict[str, Any]) -> Filter:
    state = wanted.get("state", "waiting")
    return Filter(**{**wanted, "state": None if state == "all" else state})


def _meant(office: _Office, ids: Iterable[str], wanted: dict[str, Any]) -> Sequence[Letter]:
    if not ids:
        return office.store.find(_filter(wanted))
    if any(wanted.values()):
        raise click.UsageError("expected IDs or a filter, found both")
    found = {letter.id: letter for letter in (_read(office, each) for each in ids)}
    return list(found.values())


def _read(office: _Office, letter_id: str) -> Letter:
    found = office.store.read(letter_id)
    if len(found) == 1:
        return found[0]
    what = "none: it may have expired" if not found else "several that begin so"
    raise click.ClickException(f"expected a letter {letter_id}, found {what}")


def _replayed(
    office: _Office, letters: Sequence[Letter], by: str | None
) -> Iterator[tuple[Letter, Decision]]:
    """Replay letters, some at once, in their order; without `by` only look what would be done."""

    def one(letter: Letter) -> Decision:
        try:
            return office.store.look(letter) if by is None else office.replay(letter, by)
        except PermanentError as error:
            return Decision("refused", error.unquoted)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        yield from _through(zip(letters, pool.map(one, letters), strict=True), len(letters))


def _text(letter: Letter) -> str:
    if letter.data is None:
        return f"({letter.data_bytes} bytes, not kept)" if letter.data_bytes else ""
    return letter.data.decode(errors="replace")[:2000]


def _through(each: Iterable[T], total: int) -> Iterator[T]:
    """Each one, with a bar where there are many and somebody looks on."""
    # Here, since only these commands draw.
    from rich.console import Console  # noqa: PLC0415  see above
    from rich.progress import Progress  # noqa: PLC0415  the same

    console = Console(stderr=True)
    drawn = console.is_terminal and total >= _BAR_FROM
    # Lines go above the bar where both are on a terminal, and stay in the pipe where they are not.
    on_screen = sys.stdout.isatty()
    with Progress(
        console=console, transient=True, disable=not drawn, redirect_stdout=on_screen
    ) as bar:
        yield from bar.track(each, total=total, description="letters")


def _tell(letters: int, left: int) -> None:
    if not letters:
        click.echo("nothing to do: no such letter waits", err=True)
    if left:
        raise click.ClickException(f"{left} of {letters} letters were left: see their lines")
