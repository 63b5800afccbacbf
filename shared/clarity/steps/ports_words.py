"""What the words need from outside: their job, a language model, its budgets, a place for reviews.

As in `ports`, every method may raise `TransientError` or `PermanentError`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime, timedelta

    from clarity.domain.job import InsightType, Timeframe
    from clarity.domain.person import Language, Level
    from clarity.domain.words.facts import Fact
    from clarity.domain.words.grounding import Problem
    from clarity.domain.words.narrative import Narrative


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
class Analysed:
    """An analysed job, and what it is told from; None is what is not there.

    Attributes:
        job: its document.
        settings: the person's own; empty if they wrote none.
        analysis: that the job's message names.
        history: on the weeks, likewise.
    """

    job: Mapping[str, Any] | None
    settings: Mapping[str, object]
    analysis: Mapping[str, Any] | None
    history: Mapping[str, Any] | None


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
