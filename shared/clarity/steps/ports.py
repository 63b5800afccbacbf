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
    from clarity.domain.job import InsightType, Origin, Status, Wanted
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

    def insight(self, user_id: str, insight_id: str) -> Mapping[str, object] | None:
        """The insight document."""

    def add_insight(self, user_id: str, insight_id: str, document: Mapping[str, object]) -> None:
        """Create the insight; no effect if it is there."""

    def spend(self, user_id: str, day: date, limit: int, expires_at: datetime) -> bool:
        """Take one paid call from the person's budget of the day; False if it is spent."""

    def refund(self, user_id: str, day: date) -> None:
        """Give one call back to the budget of the day: it was not answered."""

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
    """What a call to the language model cost."""

    prompt_tokens: int
    output_tokens: int

    def __add__(self, other: Usage) -> Usage:
        """The cost of both."""
        return Usage(
            self.prompt_tokens + other.prompt_tokens, self.output_tokens + other.output_tokens
        )


class Narrator(Protocol):
    """The language model."""

    @property
    def version(self) -> str:
        """Model and prompt version."""

    def narrate(
        self,
        facts: Sequence[Fact],
        *,
        insight_type: InsightType,
        language: str,
        problems: Sequence[Problem] = (),
    ) -> tuple[Narrative, Usage]:
        """Put the facts into words; `problems` are those of the try before."""
