"""What the steps need from outside. The adapters fill these; tests fill them in memory.

Every method may raise `TransientError` (try again later) or `PermanentError` (it will never work).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime, timedelta

    import numpy as np
    from numpy.typing import NDArray

    from clarity.domain.events import JobMessage
    from clarity.domain.explanation import Explanation
    from clarity.domain.intake.samples import Samples
    from clarity.domain.job import InsightType, Origin, Status, Timeframe, Wanted
    from clarity.domain.person import Language, Level
    from clarity.domain.words.facts import Fact
    from clarity.domain.words.grounding import Problem
    from clarity.domain.words.narrative import Narrative


@dataclass(frozen=True, slots=True)
class Claimed:
    """The work is ours until the lease ends; `token` proves it."""

    key: str
    token: str


@dataclass(frozen=True, slots=True)
class Completed:
    """The work was done before, with this result."""

    result: str


@dataclass(frozen=True, slots=True)
class Held:
    """Another worker holds the lease, until then."""

    until: datetime


class Claims(Protocol):
    """Who works on what: one holder of a key at a time, and a result once it is done."""

    def claim(self, key: str, *, user_id: str, lease: timedelta) -> Claimed | Completed | Held:
        """Take the key if it is free or its lease has expired."""

    def complete(self, claim: Claimed, result: str) -> None:
        """Keep the result. Raises InProgressError if the lease was lost to another worker."""

    def release(self, claim: Claimed) -> None:
        """Give the key back, so that the next delivery can take it. No effect if it was lost."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """One upload's samples of one local day, and the identities that it deletes."""

    day: date
    samples: Samples
    deleted: NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Queue:
    """A person's uploads on their way into one analysis."""

    processing_id: str
    opened_at: datetime
    last_upload_at: datetime


class Records(Protocol):
    """The person's documents (design: all under `users/{uid}`)."""

    def person(self, user_id: str) -> Mapping[str, object]:
        """The person's own settings; empty if they wrote none."""

    def erased_at(self, user_id: str) -> datetime | None:
        """When the person was erased, if that was lately."""

    def known(self, origin: Origin, day: date) -> NDArray[np.uint64]:
        """Identities of the day's samples that other uploads have brought or deleted."""

    def add_chunks(self, origin: Origin, chunks: Sequence[Chunk], expires_at: datetime) -> int:
        """Store an upload's chunks; those of an earlier delivery stay as they are.

        Returns:
            How many samples and deletions the stored chunks hold.
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

    def join_queue(
        self, origin: Origin, wanted: Wanted, now: datetime, stale: timedelta, expires_at: datetime
    ) -> Queue:
        """Join the person's open job, or open one for this upload."""

    def queue(self, user_id: str) -> Queue | None:
        """The person's latest open job, if there ever was one."""

    def open_job(self, origin: Origin, wanted: Wanted, now: datetime, expires_at: datetime) -> None:
        """Create the job as queued; no effect if it is there."""

    def job(self, origin: Origin) -> Mapping[str, object] | None:
        """The job document."""

    def move(
        self,
        origin: Origin,
        status: Status,
        message: str,
        details: Mapping[str, object],
        now: datetime,
    ) -> bool:
        """Move the job forward; False if it stands there or further on already, or is gone."""

    def note(self, origin: Origin, status: Status, stage: str, message: str, now: datetime) -> bool:
        """Say at which stage of its status the job stands; False if it says so or has moved on."""

    def analysis(self, user_id: str, analysis_id: str) -> Mapping[str, object] | None:
        """The analysis document."""

    def add_analysis(self, user_id: str, analysis_id: str, document: Mapping[str, object]) -> None:
        """Create the analysis; no effect if it is there."""

    def explanation(self, user_id: str, analysis_id: str) -> Mapping[str, object] | None:
        """The explanation of an analysis, which has that one's id."""

    def add_explanation(
        self, user_id: str, analysis_id: str, document: Mapping[str, object]
    ) -> None:
        """Create the explanation; no effect if it is there."""

    def history(self, user_id: str, history_id: str) -> Mapping[str, object] | None:
        """The document on a person's weeks."""

    def add_history(self, user_id: str, history_id: str, document: Mapping[str, object]) -> None:
        """Create the document on a person's weeks; no effect if it is there."""

    def insight(self, user_id: str, insight_id: str) -> Mapping[str, object] | None:
        """The insight document."""

    def mark_insight(self, user_id: str, insight_id: str, marks: Mapping[str, object]) -> None:
        """Note on the insight that it was read or rated; no effect if it is gone."""

    def feedback(self, user_id: str, limit: int) -> Sequence[Mapping[str, object]]:
        """The person's latest feedback that says something, newest first; receipts are left out."""

    def add_insight(self, user_id: str, insight_id: str, document: Mapping[str, object]) -> None:
        """Create the insight; no effect if it is there."""

    def audit(self, user_id: str, event_id: str, record: Mapping[str, object]) -> None:
        """Leave an audit record (no health values); no effect if it is there."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An event that cannot be handled, and why."""

    step: str
    code: str
    reason: str
    event_id: str
    reference: Mapping[str, str]
    data: bytes


class Topics(Protocol):
    """Where messages go."""

    def ingested(self, message: JobMessage) -> None:
        """Hand the job to preprocess."""

    def analysed(self, message: JobMessage) -> None:
        """Hand the job to insights."""

    def dead_letter(self, letter: DeadLetter) -> None:
        """Keep an event that cannot be handled."""


@dataclass(frozen=True, slots=True)
class Embedding:
    """What PAT read in a week, and which PAT."""

    vector: tuple[float, ...]
    model_id: str
    weights_sha256: str
    scaler_id: str


class Encoder(Protocol):
    """The PAT endpoint."""

    @property
    def model_id(self) -> str:
        """The model that answers."""

    def encode(self, steps: NDArray[np.float32]) -> Embedding:
        """Read one week: (10080,) steps per minute, NaN where not observed."""

    def explain(self, steps: NDArray[np.float32]) -> tuple[Embedding, Explanation]:
        """Read one week, and say where the model looked and what moved its reading."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What calls to the language model cost; what it spends on thinking is output."""

    prompt_tokens: int
    output_tokens: int

    def __add__(self, other: Usage) -> Usage:
        """The cost of both."""
        return Usage(
            self.prompt_tokens + other.prompt_tokens, self.output_tokens + other.output_tokens
        )


@dataclass(frozen=True, slots=True)
class Remark:
    """What the person said about an earlier insight: 1 to 5 if they rated it, and their words."""

    rating: int | None
    words: str


@dataclass(frozen=True, slots=True)
class Task:
    """What the language model is asked for.

    Attributes:
        facts: what may be said.
        insight_type: what the words are about.
        data_timeframe: the stretch of time that the facts are about.
        language: to write in.
        level: how hard the text may be to read.
        minor: whether the reader is known to be under 18.
        feedback: what the person said lately, newest first. They are their words: data, no wishes
            to follow.
        within: how long the answer may take, with every repetition and wait.
        problems: why the try before was held back.
    """

    facts: Sequence[Fact]
    insight_type: InsightType
    data_timeframe: Timeframe
    language: Language
    level: Level
    minor: bool
    feedback: tuple[Remark, ...]
    within: timedelta
    problems: Sequence[Problem] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, and what it cost.

    Attributes:
        narrative: unchecked; None if the answer cannot be used.
        usage: also of an answer that cannot be used.
        fault: why it cannot be used, in words that quote nothing of it.
    """

    narrative: Narrative | None
    usage: Usage
    fault: str = ""


class Narrator(Protocol):
    """The language model."""

    @property
    def version(self) -> str:
        """Model and prompt version."""

    def narrate(self, task: Task) -> Answer:
        """Put the facts into words.

        Raises:
            UnavailableError: it did not take the call, which costs nothing.
            CutOffError: it took the call and did not answer, which may cost all the same.
            RefusedError: the call will never work; it costs nothing.
        """


@dataclass(frozen=True, slots=True)
class Call:
    """One paid call, taken from the budgets of a day."""

    id: str
    user_id: str
    day: date
    shard: int


class Budgets(Protocol):
    """How many paid calls a person has in a day, and the project: never more, whoever asks."""

    def take(self, user_id: str, now: datetime, *, low: bool) -> Call | None:
        """Take one call from both budgets; None, and nothing taken, if one of them is spent.

        `low` leaves half of the person's day to others.
        """

    def give_back(self, call: Call) -> None:
        """Give the call back to the day that it was taken from: it cost nothing."""

    def record(self, call: Call, usage: Usage) -> None:
        """Add what the call cost to the day's tokens."""


class Reviews(Protocol):
    """Texts that were held back, for a person of ours to look at."""

    def add(self, user_id: str, review_id: str, document: Mapping[str, object]) -> None:
        """Keep a held text; no effect if it is there."""


@dataclass(frozen=True, slots=True)
class Device:
    """One of a person's devices, and the address that its push service gave it."""

    device_id: str
    push_token: str


class Devices(Protocol):
    """Where a person may be told that something is there to read."""

    def devices(self, user_id: str) -> Sequence[Device]:
        """The person's devices that have a token, each token once."""

    def forget(self, user_id: str, device: Device) -> None:
        """Delete the device's token if it is still this one."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What a lock screen may show, and what the app needs to open the right page."""

    title: str
    body: str
    data: Mapping[str, str]


class Push(Protocol):
    """The push service."""

    def send(self, push_token: str, notice: Notice) -> bool:
        """Hand the notice over, once; False if no device has this token any more."""
