"""Dead letters: what could not be handled is kept with its reason, once for each failure.

A letter waits until it is replayed (see replay.py) or dropped. Another letter about the same event,
step and code is the same failure again: it is counted, and waits anew if it is from after that.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, Protocol

from clarity.domain.errors import PermanentError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime, timedelta

    from clarity.domain.job import Origin

State = Literal["waiting", "replayed", "dropped"]

BATCH = 100
# What a letter keeps of a message: a document takes 1 MiB.
MAX_DATA_BYTES = 700_000
# Deliveries of the same message are told apart from new ones as long as it is among these.
_MESSAGES_KNOWN = 20

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Letter:
    """One failure of one event at one step.

    Attributes:
        step: where it failed; `unknown` where the message does not say.
        code: what kind of failure: an error's code, `undelivered` where Pub/Sub gave up since the
            function did not answer, `unreadable` for a message that is none of ours.
        reason: in words.
        event_id: of the last event that failed so.
        reference: what the event was about, by ids.
        origin: the person's document that it started from, where it is known.
        data: the message to publish again; None where it is not kept.
        data_bytes: how long it was.
        messages: the last letters that told of it, by the ids of their messages.
        letters: how many told of it.
        attempts: how often it was tried, as far as anybody counted.
        deliveries: the same by Pub/Sub's own count, where Pub/Sub gave up.
        content: tells the message from others, kept or not; empty where it has no body.
        first_at: when it was tried first, as far as is known.
        last_at: when the last letter was published.
        state: whether somebody has to look at it.
        replays: how often it was replayed.
        replayed_at: when that began the last time.
        dropped_at: when it was dropped.
        attempt: names a replay that has begun and not ended.
        by: who replayed or dropped it.
    """

    step: str
    code: str
    reason: str
    event_id: str
    reference: Mapping[str, str]
    origin: Origin | None
    data: bytes | None
    data_bytes: int
    messages: tuple[str, ...]
    first_at: datetime
    last_at: datetime
    letters: int = 1
    attempts: int = 0
    deliveries: int = 0
    content: str = ""
    state: State = "waiting"
    replays: int = 0
    replayed_at: datetime | None = None
    dropped_at: datetime | None = None
    attempt: str = ""
    by: str = ""

    @property
    def id(self) -> str:
        """The same for each letter about this failure.

        By the event's id only where nothing else is known: one that is replayed has another.
        """
        about = self.origin.path if self.origin else self.content or self.event_id
        return hashlib.sha256(f"{self.step}|{self.code}|{about}".encode()).hexdigest()[:32]

    @property
    def user_id(self) -> str:
        """Whose event it was; empty where nobody knows."""
        return self.reference.get("user_id", "")


@dataclass(frozen=True, slots=True)
class Tried:
    """What a claim knows of an event: how often it was tried, and since when."""

    attempts: int
    since: datetime


def merged(before: Letter | None, new: Letter, tried: Tried | None) -> Letter | None:
    """The letter to keep; None where this very message was filed before."""
    if tried:
        first_at = min(new.first_at, tried.since)
        new = replace(new, attempts=max(new.attempts, tried.attempts), first_at=first_at)
    if before is None:
        return new
    if new.messages[0] in before.messages:
        return None
    newest = new if new.last_at >= before.last_at else before
    settled = [at for at in (before.replayed_at, before.dropped_at) if at is not None]
    again = all(new.last_at > at for at in settled)
    return replace(
        newest,
        messages=(*before.messages, *new.messages)[-_MESSAGES_KNOWN:],
        letters=before.letters + 1,
        # Each letter tells of one, even where the claim knows only of the last.
        attempts=max(before.attempts, new.attempts, before.letters + 1 if new.attempts else 0),
        deliveries=max(before.deliveries, new.deliveries),
        first_at=min(before.first_at, new.first_at),
        state="waiting" if again else before.state,
        replays=before.replays,
        replayed_at=before.replayed_at,
        dropped_at=before.dropped_at,
        # A replay that is under way has not helped if this came after its beginning.
        attempt="" if again else before.attempt,
        by=before.by,
    )


@dataclass(frozen=True, slots=True)
class Filter:
    """Which letters somebody means; None admits all."""

    steps: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    user_id: str | None = None
    since: datetime | None = None
    before: datetime | None = None
    state: State | None = "waiting"

    def admits(self, letter: Letter) -> bool:
        """Whether the letter is meant; of its times, the last counts."""
        return (
            (not self.steps or letter.step in self.steps)
            and (not self.codes or letter.code in self.codes)
            and self.user_id in (None, letter.user_id)
            and (self.since is None or letter.last_at >= self.since)
            and (self.before is None or letter.last_at < self.before)
            and self.state in (None, letter.state)
        )


@dataclass(frozen=True, slots=True)
class Received:
    """A letter, and what acknowledges the message that brought it."""

    ack_id: str
    letter: Letter


class Mail(Protocol):
    """The subscription that dead letters are pulled from."""

    def pull(self, most: int) -> Sequence[Received]:
        """Letters that nobody has taken; none if none come within a moment."""

    def acknowledge(self, received: Sequence[Received]) -> None:
        """Have them not brought again."""


class Files(Protocol):
    """Where letters are kept."""

    def file(self, letter: Letter) -> bool:
        """Keep the letter; False, and nothing kept, if it is about somebody who was erased."""


@dataclass(frozen=True, slots=True)
class Filing:
    """What became of the letters that were pulled."""

    filed: int = 0
    forgotten: int = 0
    left: int = 0

    @property
    def pulled(self) -> int:
        """How many there were."""
        return self.filed + self.forgotten + self.left


def file_letters(
    mail: Mail,
    files: Files,
    *,
    clock: Callable[[], datetime],
    within: timedelta,
    most: int,
) -> Filing:
    """Pull letters, keep them, and only then acknowledge them.

    Args:
        mail: where they come from.
        files: where they are kept.
        clock: tells the time.
        within: no further batch is pulled after this.
        most: no more are pulled than these.

    Raises:
        TransientError: they cannot be had or kept now; those that were not kept come again.
    """
    filing, until = Filing(), clock() + within
    while filing.pulled < most and clock() < until:
        batch = mail.pull(min(BATCH, most - filing.pulled))
        if not batch:
            break
        filing = _filed(mail, files, batch, filing)
    return filing


def _filed(mail: Mail, files: Files, batch: Sequence[Received], filing: Filing) -> Filing:
    done = []
    try:
        for received in batch:
            letter = received.letter
            try:
                kept = files.file(letter)
            # It stays in the subscription, and the others are kept.
            except (PermanentError, TypeError, ValueError) as error:
                code = error.code if isinstance(error, PermanentError) else type(error).__name__
                fields = {"code": code, "event_id": letter.event_id, "letter_id": letter.id}
                _log.error("a dead letter cannot be kept", extra={"fields": fields})
                filing = replace(filing, left=filing.left + 1)
                continue
            done.append(received)
            if kept:
                filing = replace(filing, filed=filing.filed + 1)
            else:
                filing = replace(filing, forgotten=filing.forgotten + 1)
    finally:
        if done:
            mail.acknowledge(done)
    return filing
