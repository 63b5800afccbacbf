"""A teller over ports in memory, and a language model that does what it is given."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from clarity.domain.consent import Consent
from clarity.domain.events import JobMessage
from clarity.domain.job import Origin
from clarity.domain.person import Person
from clarity.domain.words.facts import facts_from
from clarity.domain.words.narrator import narrate
from clarity.steps.breaker import Breaker
from clarity.steps.ports_words import Answer, Usage
from clarity.steps.tell import Asked, Tell
from tests.chain import LEASE, PATIENCE, RETENTION, Clock
from tests.memory import MemoryRecords
from tests.memory_services import MemoryBudgets

if TYPE_CHECKING:
    from clarity.domain.words.narrative import Narrative

ADA = Person(consent=Consent(analysis=True, language_model=True))
MESSAGE = JobMessage(Origin("ada", "insight_requests", "r1"), "normal", "analysis-1")
ANALYSIS = {
    "metrics": [
        {"name": "total_sleep_time", "value": 432.4, "unit": "min", "status": "ok"},
        {"name": "sleep_efficiency", "value": 84.1, "unit": "%", "status": "ok"},
        {"name": "daily_steps", "value": 9847.3, "unit": "steps/day", "status": "ok"},
    ],
    "quality": {"coverage": 0.91, "valid_days": 6},
    "window": {"first_day": "2026-06-08", "days": 7},
}
FACTS = facts_from(ANALYSIS, insight_type="general", person=ADA)
COST = Usage(100, 50)
PAUSE = timedelta(seconds=20)


def honest(task) -> Narrative:
    written = narrate(task.facts, language=task.language, level=task.level, insight_type="general")
    return replace(written, source="gemini")


def with_first(narrative: Narrative, text: str) -> Narrative:
    first, *rest = narrative.sentences
    return replace(narrative, sentences=(replace(first, text=text), *rest))


def dishonest(task) -> Narrative:
    return with_first(honest(task), "You walked 99,999 steps a day.")


def unsafe(task) -> Narrative:
    return with_first(honest(task), "Your data shows that you suffer from insomnia.")


@dataclass
class Scripted:
    """A narrator that does what it is given, in turn; the last of it for ever."""

    script: list[Any]
    clock: Clock
    takes_s: float = 3
    version: str = "model-test/prompt-test"
    tasks: list[Any] = field(default_factory=list)

    def narrate(self, task) -> Answer:
        self.tasks.append(task)
        self.clock.wait(self.takes_s)
        does = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(does, Exception):
            raise does
        return Answer(None, COST, does) if isinstance(does, str) else Answer(does(task), COST)


@dataclass
class World:
    """A teller, and all that it touches."""

    script: list[Any]
    person_calls: int = 10
    project_calls: int = 100
    failures: int = 100
    takes_s: float = 3

    def __post_init__(self) -> None:
        self.clock, self.records = Clock(), MemoryRecords()
        self.narrator = Scripted(self.script, self.clock, self.takes_s)
        self.budgets = MemoryBudgets(self.person_calls, self.project_calls)
        self.tell = Tell(
            self.narrator,
            self.records,
            self.budgets,
            Breaker(self.failures, PAUSE, self.clock),
            self.clock,
            patience=PATIENCE,
            time=LEASE * 0.8,
            retention=RETENTION,
        )
        self.asked_at = self.clock()

    def __call__(self, person=ADA, priority="normal", feedback=()):
        message = replace(MESSAGE, priority=priority)
        facts = facts_from(ANALYSIS, insight_type="general", person=person)
        return self.tell(Asked(message, facts, "general", "1week", person, feedback, self.asked_at))

    def used(self) -> dict[str, int]:
        return self.budgets.spent("ada", self.clock().date())

    @property
    def calls(self) -> int:
        return self.used().get("calls", 0)
