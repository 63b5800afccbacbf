"""What was left lying: documents that wait longer than they should, and what is to become of them.

Found by queries over everybody's documents; decided here, without any.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from clarity.domain.events import DocumentNamed, JobMessage
from clarity.steps.ports import Outgoing
from clarity.steps.upkeep import People

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

    from clarity.domain.job import Collection, Origin
    from clarity.steps.ports import Completed

T = TypeVar("T")

# The steps of a job; each claims the document that the job began with.
STEPS = ("ingest", "preprocess", "insights")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some documents of a query, in the order of their paths.

    Attributes:
        found: those that matter, each with its path.
        read: how many were looked at.
        last: the path of the last one; empty where none follows.
        unlike: the paths of those that are not as they should be.
    """

    found: Sequence[tuple[str, T]]
    read: int
    last: str
    unlike: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Unpublished:
    """A completed claim whose messages may not have gone out."""

    key: str
    completed: Completed
    completed_at: datetime


@dataclass(frozen=True, slots=True)
class OpenJob:
    """A job that has not ended."""

    origin: Origin
    priority: str
    moved_at: datetime


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A person's document that ingest has not answered, or that a job did not wait for."""

    origin: Origin
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Work:
    """What the claim of a step says.

    Attributes:
        completed: what came of it.
        completed_at: when.
        until: else, until when its last holder has or had it: it died, or gave it back.
    """

    completed: Completed | None = None
    completed_at: datetime | None = None
    until: datetime | None = None


class Sweeps(People, Protocol):
    """What was left lying. A query goes on behind `after`, a path or nothing."""

    def unpublished(self, after: str, most: int) -> Page[Unpublished]:
        """Completed claims whose messages are not marked as sent."""

    def open_jobs(self, after: str, most: int) -> Page[OpenJob]:
        """Everybody's jobs that have not ended."""

    def overdue(self, after: str, most: int) -> Page[Unanswered]:
        """Everybody's uploads that a job did not wait for."""

    def unanswered(self, collection: Collection, after: str, most: int) -> Page[Unanswered]:
        """Of all documents of such collections those without an answer: it reads each one."""

    def work(self, keys: Sequence[str]) -> Sequence[Work]:
        """What these claims say."""

    def place(self, scan: str) -> str:
        """Where the last tick stopped; empty where it came to the end."""

    def keep_place(self, scan: str, place: str) -> None:
        """Remember where this tick stopped."""


@dataclass(frozen=True, slots=True)
class Limits:
    """When something is left lying, and how much a tick does.

    Attributes:
        grace: a worker that has just completed its claim sends its messages itself.
        stuck: a job moves, a document is answered, what is put off comes again within this time.
        give_up: a job that has not moved for so long ends.
        pause: for the same thing nothing is done again sooner.
        lasting: how long a tick may take.
        documents: how many documents each of its queries may read.
    """

    grace: timedelta
    stuck: timedelta
    give_up: timedelta
    pause: timedelta
    lasting: timedelta
    documents: int


class Verdict(Enum):
    """What becomes of a job."""

    LEAVE = auto()
    RESUME = auto()
    GIVE_UP = auto()


def judge(job: OpenJob, work: Work, now: datetime, limits: Limits) -> Verdict:
    """Whether a job waits as it may, is stuck, or has been so for too long.

    Args:
        job: which.
        work: of the step at which it stands.
        now: the time.
        limits: how long what may take.
    """
    idle = now - job.moved_at
    if idle < limits.stuck or is_tried(work, now, limits):
        return Verdict.LEAVE
    return Verdict.RESUME if idle < limits.give_up else Verdict.GIVE_UP


def is_tried(work: Work, now: datetime, limits: Limits) -> bool:
    """Whether somebody is at it or was lately: an outage or a parked model, but no lost message."""
    return work.until is not None and now - work.until < limits.stuck


def standing(work: Sequence[Work]) -> int:
    """At which of STEPS a job stands: the first whose claim is not completed, else the last.

    >>> done = Work(Completed("a1"))
    >>> standing((done, Work(), Work())), standing((done, done, done))
    (1, 2)
    """
    completed = [each.completed is not None for each in work]
    return completed.index(False) if False in completed else len(work) - 1


def resuming(job: OpenJob, work: Sequence[Work]) -> tuple[Outgoing, ...]:
    """The messages that move a job on: those of the step before, or to the first step."""
    at = standing(work)
    if at == 0:
        return (named(job.origin),)
    before = work[at - 1].completed
    if before is not None and before.owes:
        return before.owes
    # It was completed by a version that kept no messages.
    message = JobMessage(job.origin, job.priority)
    return (Outgoing.of("ingested", message),) if at == 1 else ()


def named(origin: Origin) -> Outgoing:
    """The message that tells ingest of a document."""
    return Outgoing.of("documents", DocumentNamed(origin))
