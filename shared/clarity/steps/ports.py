"""What the steps need from outside. The adapters fill these; tests fill them in memory.

Every method may raise `TransientError` (try again later) or `PermanentError` (it will never work).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date, datetime, timedelta

    import numpy as np
    from numpy.typing import NDArray

    from clarity.domain.events import DocumentCreated, DocumentNamed, JobMessage
    from clarity.domain.intake.samples import Samples
    from clarity.domain.job import Origin, Status, Wanted
    from clarity.steps.audit import Entry
    from clarity.steps.ports_words import Analysed

Topic = Literal["ingested", "analysed", "documents", "dead_letter"]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message that a step owes to a topic: references only."""

    topic: Topic
    data: bytes
    attributes: Mapping[str, str]

    @staticmethod
    def of(topic: Topic, message: JobMessage | DocumentNamed) -> Outgoing:
        """The message with this body."""
        return Outgoing(topic, json.dumps(message.body()).encode(), message.attributes())


@dataclass(frozen=True, slots=True)
class End:
    """How a job ends: the status that follows nothing final, its words and details.

    Where there is no such job, one is created with this end if `opens` says what it wanted, and
    until when it is kept.
    """

    origin: Origin
    status: Status
    message: str
    details: Mapping[str, object]
    opens: tuple[Wanted, datetime] | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """Where a job stands from now on, unless it stands there or further on already."""

    origin: Origin
    status: Status
    message: str
    details: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Creation:
    """A document of the claim's person, and the audit record about it; what is there stays.

    Attributes:
        collection: where it is created, below the person.
        document_id: the same for the same work.
        fields: what it says.
        entry: the record.
        first: whether nothing is completed where one of both is there: the work looks once more.
    """

    collection: Literal["analyses", "explanations", "insights"]
    document_id: str
    fields: Mapping[str, object]
    entry: Entry
    first: bool = False


@dataclass(frozen=True, slots=True)
class Queue:
    """A person's uploads on their way into one analysis; `version` is of what says so."""

    processing_id: str
    opened_at: datetime
    last_upload_at: datetime
    version: object = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Joining:
    """An upload joins its person's open job, or opens one of its own.

    A job is open while it is queued, and still is when the upload's chunks are written with this:
    so the week that preprocess reads once it has moved the job on has them, too.

    Attributes:
        origin: the upload.
        wanted: of the job that it opens.
        since: a job that was opened before then takes no more uploads.
        expires_at: of the job that it opens, and of the queue.
        queue: the person's queue as it was seen last.
    """

    origin: Origin
    wanted: Wanted
    since: datetime
    expires_at: datetime
    queue: Queue | None

    @property
    def own_id(self) -> str:
        """Of the job that would be the upload's own."""
        return self.origin.processing_id


@dataclass(frozen=True, slots=True)
class Chunk:
    """One upload's samples of one local day, the identities that it deletes, what sent it."""

    day: date
    samples: Samples
    deleted: NDArray[np.uint64]
    software: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Storing:
    """An upload's chunks on their way in, at most one a day.

    Attributes:
        origin: the upload.
        chunks: with something in each.
        expires_at: of the chunks.
        day_expires_at: of their days; each is there at least as long as any of its chunks.
    """

    origin: Origin
    chunks: Sequence[Chunk]
    expires_at: datetime
    day_expires_at: datetime

    def __len__(self) -> int:
        """How many samples and deletions these are."""
        return sum(len(chunk.samples) + len(chunk.deleted) for chunk in self.chunks)


@dataclass(frozen=True, slots=True)
class Done:
    """What a piece of work comes to; all of it is written at once, or nothing.

    Attributes:
        result: what later deliveries are told.
        owes: messages that must go out now.
        answer: fields for the person's own document; they fall away where it is gone.
        end: how the job ends, if it does.
        sheds: fields that the answered document loses.
        creates: what comes into being with it.
        stores: the upload's chunks; they take the place of those that it has.
        joins: the job that the upload joins; the answer names it, and messages are owed only where
            it is the upload's own.
    """

    result: str
    owes: tuple[Outgoing, ...] = ()
    answer: tuple[Origin, Mapping[str, object]] | None = None
    end: End | None = None
    sheds: tuple[str, ...] = ()
    creates: Creation | None = None
    stores: Storing | None = None
    joins: Joining | None = None

    def within(self, processing_id: str) -> Done:
        """The same once it is known which job the upload joins."""
        own = self.joins is not None and processing_id == self.joins.own_id
        named = {"processing_id": processing_id}
        answer = (self.answer[0], {**self.answer[1], **named}) if self.answer else None
        return replace(self, answer=answer, owes=self.owes if own else ())


@dataclass(frozen=True, slots=True)
class Toll:
    """A person's token bucket: `burst` tokens, a new one `every` so often; a claim takes one.

    Attributes:
        kind: what is counted; each kind has its bucket.
        every: the time in which one token comes back.
        burst: how many the bucket holds.
    """

    kind: str
    every: timedelta
    burst: int


@dataclass(frozen=True, slots=True)
class Claimed:
    """The work is ours until the lease ends.

    Attributes:
        key: what was claimed.
        token: proves that it is ours.
        user_id: whose data it is about.
        version: of the claim as we know it: whoever changes it makes another.
        retry_at: the person's bucket was empty; there will be a token then.
        over: the toll that was more than the bucket held; `complete` gives it back.
        attempts: how often it was claimed, with this time.
    """

    key: str
    token: str
    user_id: str
    version: object = None
    retry_at: datetime | None = None
    over: Toll | None = None
    attempts: int = 1


@dataclass(frozen=True, slots=True)
class Completed:
    """The work was done, with this result; what it owes may not have gone out yet."""

    result: str
    owes: tuple[Outgoing, ...] = ()
    version: object = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Held:
    """Another worker holds the lease, until then."""

    until: datetime


class Claims(Protocol):
    """Who works on what: one holder of a key at a time, and a result once it is done."""

    def claim(
        self,
        key: str,
        *,
        user_id: str,
        lease: timedelta,
        toll: Toll | None = None,
        move: Move | None = None,
    ) -> Claimed | Completed | Held:
        """Take the key if it is free or its lease has expired.

        Who takes it moves the job, and who takes it first pays the toll.
        """

    def renew(self, claim: Claimed, lease: timedelta) -> Claimed:
        """Hold it longer. Raises InProgressError if the lease was lost to another worker."""

    def complete(self, claim: Claimed, done: Done) -> Completed:
        """Write what was done, all at once.

        Raises InProgressError if the lease was lost, OvertakenError if it came too late to be
        `first`; then the claim is still held.
        """

    def published(self, key: str, completed: Completed) -> None:
        """Say that its messages have gone out. No effect if the claim is another one now."""

    def release(self, claim: Claimed) -> None:
        """Give the key back, so that the next delivery can take it. No effect if it was lost."""


class Records(Protocol):
    """The person's documents (design: all under `users/{uid}`)."""

    def person(self, user_id: str) -> Mapping[str, object]:
        """The person's own settings; empty if they wrote none."""

    def person_and_queue(self, user_id: str) -> tuple[Mapping[str, object], Queue | None]:
        """Both, and the person's latest open job if there ever was one, read at once."""

    def erased_at(self, user_id: str) -> datetime | None:
        """When the person was erased, if that was lately."""

    def document(self, origin: Origin) -> DocumentCreated | None:
        """What the person created, as the event of its creation would bring it; None: it is gone.

        Its time and its revision are those of that event; its fields are those of now.
        """

    def known(self, origin: Origin, days: Collection[date]) -> NDArray[np.uint64]:
        """The identities of samples of the days that other uploads have brought or deleted.

        Without those of samples that are stored for this upload already: it has brought them, too.
        """

    def recent(self, user_id: str, days: int) -> Sequence[Chunk]:
        """All chunks of the person's latest days that have any, in the order of their arrival."""

    def unsettled(self, user_id: str) -> int:
        """How many uploads of the person ingest has not answered yet."""

    def mark_overdue(self, user_id: str, written_before: datetime, expires_at: datetime) -> None:
        """Settle the uploads from before then that ingest has not answered: `overdue`.

        What ingest says later takes its place. It reads all uploads of the person.
        """

    def answer(self, origin: Origin, fields: Mapping[str, object]) -> None:
        """Write ingest's answer onto the person's own document."""

    def reject(
        self, origin: Origin, rejections: Sequence[Mapping[str, object]], expires_at: datetime
    ) -> None:
        """Store an upload's rejected samples, in pages below it."""

    def discard(self, origin: Origin) -> None:
        """Delete what somebody who was erased has written since."""

    def open_job(self, origin: Origin, wanted: Wanted, now: datetime, expires_at: datetime) -> None:
        """Create the job as queued; no effect if it is there."""

    def job_person_and_queue(
        self, origin: Origin
    ) -> tuple[Mapping[str, object] | None, Mapping[str, object], Queue | None]:
        """The job, the person's settings, their latest open job if there ever was one; at once."""

    def analysed(self, message: JobMessage) -> Analysed:
        """The message's job, and all that it is told from, read at once."""

    def note(
        self,
        origin: Origin,
        status: Status,
        stage: str,
        message: str,
        now: datetime,
        *,
        fence: Claimed,
    ) -> bool:
        """Say at which stage of its status the job stands; False if it says so or has moved on.

        Raises InProgressError if the claim was lost to another worker.
        """

    def analysis(self, user_id: str, analysis_id: str) -> Mapping[str, object] | None:
        """The analysis document."""

    def explanation(self, user_id: str, analysis_id: str) -> Mapping[str, object] | None:
        """The explanation of an analysis, which has that one's id."""

    def history(self, user_id: str, history_id: str) -> Mapping[str, object] | None:
        """The document on a person's weeks."""

    def add_history(self, user_id: str, history_id: str, document: Mapping[str, object]) -> None:
        """Create the document on a person's weeks; no effect if it is there."""

    def insight(self, user_id: str, insight_id: str) -> Mapping[str, object] | None:
        """The insight document."""

    def told(self, user_id: str, insight_id: str) -> tuple[Mapping[str, object] | None, bool]:
        """The insight document, and whether the audit knows of it, for it may be gone since."""

    def mark_insight(self, user_id: str, insight_id: str, rating: int | None, at: datetime) -> bool:
        """Note on the insight that it was read then, and rated; False if it is not there.

        The first reading and the last rating count, in whatever order they come.
        """

    def feedback(self, user_id: str, limit: int) -> Sequence[Mapping[str, object]]:
        """The person's latest feedback that says something, newest first; receipts are left out."""

    def audit(self, user_id: str, entry: Entry, ledger: Entry | None = None) -> None:
        """Put a record onto the person's audit, and one onto the project's ledger; both, once.

        What is there already stays as it is.
        """


class Topics(Protocol):
    """Where messages go."""

    def publish(self, outgoing: Outgoing) -> None:
        """Hand the message over."""
