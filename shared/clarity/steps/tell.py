"""tell: facts become sentences; what the check does not carry is replaced by our own text.

budget ─▶ breaker ─▶ language model ─▶ check ─▶ told
                          ▲               │ problems, the first time
                          └─── repair ────┘

Whatever does not end there ends in the deterministic text, with the reason in a constant phrase.

Money: a call that the model did not take is given back to the day's budget. One that it took and
did not answer may be billed, so it stays spent: calls that hang forever end with the day's budget
at the latest. An answer that cannot be used is paid for, and not asked for again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from clarity.domain.errors import CutOffError, OpenError, PermanentError, TransientError
from clarity.domain.words.grounding import check
from clarity.domain.words.narrator import narrate
from clarity.steps.audit import Entry
from clarity.steps.ports_words import Task, Usage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from clarity.domain.events import JobMessage
    from clarity.domain.job import InsightType, Timeframe
    from clarity.domain.person import Person
    from clarity.domain.words.facts import Fact
    from clarity.domain.words.grounding import Problem
    from clarity.domain.words.narrative import Narrative, Sentence
    from clarity.steps.breaker import Breaker
    from clarity.steps.ports import Records
    from clarity.steps.ports_words import Answer, Budgets, Call, Narrator, Remark

# The deterministic narrator's own version: another text is another insight.
TEMPLATE_VERSION = "template-2"
# The first answer and one repair.
ATTEMPTS = 2
# An answer takes seconds: with less than this left, no call is paid for.
LEAST_TIME = timedelta(seconds=2)

NOT_CONFIGURED = "no language model is configured"
NOT_CONSENTED = "the person has not consented to a language model"
BUDGET_SPENT = "the day's budget of calls is spent"
NO_ANSWER = "the language model did not answer in time"
REFUSED = "the language model refused the call"
UNUSABLE = "the language model gave no usable answer: "  # and the answer's fault
HELD_BACK = "the check held the text back: "  # and the kinds of its problems
# Another day, or the operator, may bring another text on the same facts.
PASSING = (BUDGET_SPENT, NO_ANSWER, REFUSED)


@dataclass(frozen=True, slots=True)
class Held:
    """A text that breaks a rule of safety, and its problems: for a human, not for a log."""

    sentences: tuple[Sentence, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """A narrative, who wrote it, what it cost, and why it is the template if it is.

    Attributes:
        narrative: passes the check, or is the deterministic one.
        source: who wrote it.
        version: of who wrote it.
        usage: of all calls.
        fallback_reason: None if the language model wrote it.
        provisional: it stands in for a language model that was down or whose budget was spent:
            the next request on the same facts asks it again.
        held: what the language model wrote instead, if that must be looked at.
    """

    narrative: Narrative
    source: str
    version: str
    usage: Usage
    fallback_reason: str | None
    provisional: bool = False
    held: Held | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be told, to whom, since when."""

    message: JobMessage
    facts: Sequence[Fact]
    insight_type: InsightType
    data_timeframe: Timeframe
    person: Person
    feedback: tuple[Remark, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Tell:
    """The language model where there is one, consented to and paid for, else the template.

    Attributes:
        narrator: the language model; None for the template alone.
        records: where each paid call leaves its record.
        budgets: of paid calls.
        breaker: between us and a language model that keeps failing.
        clock: the time.
        patience: how long a job waits for a language model that is down.
        time: what one telling may take; less than the lease, so that no other worker starts.
        retention: how long the records of paid calls are kept.
    """

    narrator: Narrator | None
    records: Records
    budgets: Budgets
    breaker: Breaker
    clock: Callable[[], datetime]
    patience: timedelta
    time: timedelta
    retention: timedelta

    def narrator_for(self, person: Person) -> Narrator | None:
        """The language model, if there is one and the person consents to it."""
        return self.narrator if person.consent.language_model else None

    def version_for(self, person: Person) -> str:
        """Who would write: model and prompt, or the template."""
        narrator = self.narrator_for(person)
        return narrator.version if narrator else TEMPLATE_VERSION

    def __call__(self, asked: Asked) -> Told:
        """The facts in words, every sentence of which has passed the check.

        Raises:
            TransientError: the language model is down, and the job can wait.
        """
        narrator = self.narrator_for(asked.person)
        if narrator is None:
            why = NOT_CONSENTED if self.narrator else NOT_CONFIGURED
            return _template(asked, Usage(0, 0), why)
        ends = self.clock() + self.time
        spent = Usage(0, 0)
        held = Held((), ())
        for _ in range(ATTEMPTS):
            answer = self._answer(narrator, asked, ends - self.clock(), held.problems)
            if isinstance(answer, str):
                return _template(asked, spent, answer)
            spent += answer.usage
            if answer.narrative is None:
                return _template(asked, spent, UNUSABLE + answer.fault)
            held = Held(answer.narrative.sentences, check(answer.narrative, asked.facts))
            if not held.problems:
                return Told(answer.narrative, "gemini", narrator.version, spent, None)
        kinds = sorted({problem.kind for problem in held.problems})
        why = HELD_BACK + ", ".join(kinds)
        return _template(asked, spent, why, held if "safety" in kinds else None)

    def _answer(
        self, narrator: Narrator, asked: Asked, within: timedelta, problems: Sequence[Problem]
    ) -> Answer | str:
        """The language model's answer, or why there is none."""
        if within < LEAST_TIME or not self.breaker.ready:
            return self._without(asked, problems, OpenError("the language model is not asked now"))
        message, now = asked.message, self.clock()
        low = message.priority == "low"
        call = self.budgets.take(message.origin.user_id, now, low=low)
        if call is None:
            return BUDGET_SPENT
        self._leave_record(message, call, narrator.version, now)
        task = _task(asked, within, problems)
        try:
            answer = self.breaker.call(lambda: narrator.narrate(task), PermanentError)
        except CutOffError as error:
            return self._without(asked, problems, error)
        except TransientError as error:
            self.budgets.give_back(call)
            return self._without(asked, problems, error)
        except PermanentError:
            self.budgets.give_back(call)
            return REFUSED
        self.budgets.record(call, answer.usage)
        return answer

    def _without(self, asked: Asked, problems: Sequence[Problem], error: TransientError) -> str:
        """Why there is no answer; raises the error where another delivery may bring one."""
        # A repair is not waited for: the answer before it would be paid for again.
        if problems or self.clock() - asked.at >= self.patience:
            return NO_ANSWER
        raise error

    def _leave_record(self, message: JobMessage, call: Call, model: str, now: datetime) -> None:
        record = {
            "action": "generate",
            "step": "insights",
            "processing_id": message.processing_id,
            "model": model,
            "at": now,
            "expires_at": now + self.retention,
        }
        self.records.audit(message.origin.user_id, Entry(f"generate-{call.id}", record))


def _task(asked: Asked, within: timedelta, problems: Sequence[Problem]) -> Task:
    return Task(
        facts=asked.facts,
        insight_type=asked.insight_type,
        data_timeframe=asked.data_timeframe,
        language=asked.person.language,
        level=asked.person.level,
        minor=asked.person.minor,
        feedback=asked.feedback,
        within=within,
        problems=problems,
    )


def _template(asked: Asked, spent: Usage, why: str, held: Held | None = None) -> Told:
    narrative = narrate(
        asked.facts,
        language=asked.person.language,
        level=asked.person.level,
        insight_type=asked.insight_type,
    )
    return Told(narrative, "template", TEMPLATE_VERSION, spent, why, why in PASSING, held)
