"""tell: facts become sentences; what the check does not carry is replaced by the template."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from clarity.domain.errors import PermanentError, TransientError
from clarity.domain.words.grounding import check
from clarity.domain.words.narrative import narrate
from clarity.steps.ports import Usage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime, timedelta

    from clarity.domain.events import JobMessage
    from clarity.domain.job import InsightType
    from clarity.domain.words.facts import Fact
    from clarity.domain.words.grounding import Problem
    from clarity.domain.words.narrative import Narrative
    from clarity.steps.ports import Narrator, Records

# The deterministic narrator's own version: another text is another insight.
TEMPLATE_VERSION = "template-1"
# The first answer and one repair.
ATTEMPTS = 2
BUDGET_SPENT = "the day's budget of calls is spent"
NO_ANSWER = "the language model did not answer in time"
PASSING = (BUDGET_SPENT, NO_ANSWER)


@dataclass(frozen=True, slots=True)
class Told:
    """A narrative, who wrote it, what it cost, and why it is the template if it is.

    A provisional one stands in for a language model that was down or whose budget was spent: the
    next request on the same facts asks it again.
    """

    narrative: Narrative
    source: str
    version: str
    usage: Usage
    fallback_reason: str | None
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be told, to whom, since when."""

    message: JobMessage
    facts: Sequence[Fact]
    insight_type: InsightType
    language: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Tell:
    """The language model where one is configured and may be paid for, else the template."""

    records: Records
    narrator: Narrator | None
    clock: Callable[[], datetime]
    retention: timedelta
    daily_calls: int
    patience: timedelta

    @property
    def version(self) -> str:
        """Who would write: model and prompt, or the template."""
        return self.narrator.version if self.narrator else TEMPLATE_VERSION

    def __call__(self, asked: Asked) -> Told:
        """The facts in words, every sentence of which has passed the check.

        Raises:
            TransientError: the language model is down, and the job can wait.
        """
        spent, why = Usage(0, 0), ""
        problems: Sequence[Problem] = ()
        for attempt in range(ATTEMPTS):
            answer = self._answer(asked, attempt, problems)
            if isinstance(answer, str):
                why = answer
                break
            narrative, usage = answer
            spent = spent + usage
            problems = check(narrative, asked.facts)
            if not problems:
                return Told(narrative, "gemini", self.version, spent, None)
            why = "the check held the text back: " + ", ".join(sorted({p.kind for p in problems}))
        narrative = narrate(asked.facts, language=asked.language, insight_type=asked.insight_type)
        return Told(narrative, "template", TEMPLATE_VERSION, spent, why, why in PASSING)

    def _answer(
        self, asked: Asked, attempt: int, problems: Sequence[Problem]
    ) -> tuple[Narrative, Usage] | str:
        """The language model's narrative and its cost, or why there is none."""
        if self.narrator is None:
            return "no language model is configured"
        if not self._may_spend(asked.message):
            return BUDGET_SPENT
        self._leave_record(asked.message, attempt)
        try:
            return self.narrator.narrate(
                asked.facts,
                insight_type=asked.insight_type,
                language=asked.language,
                problems=problems,
            )
        except PermanentError as error:
            return f"the language model gave no usable answer: {error.code}"
        except TransientError:
            # An outage may not eat the budget: the deliveries that meet it are many.
            self.records.refund(asked.message.origin.user_id, self.clock().date())
            if self.clock() - asked.at < self.patience:
                raise
            return NO_ANSWER

    def _may_spend(self, message: JobMessage) -> bool:
        now = self.clock()
        return self.records.spend(
            message.origin.user_id, now.date(), self.daily_calls, now + self.retention
        )

    def _leave_record(self, message: JobMessage, attempt: int) -> None:
        record = {
            "action": "generate",
            "step": "insights",
            "processing_id": message.processing_id,
            "model": self.version,
            "at": self.clock(),
        }
        event_id = f"generate-{message.processing_id}-{attempt}"
        self.records.audit(message.origin.user_id, event_id, record)
