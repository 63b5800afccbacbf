"""What a sentence is before it has words: its message, what fills it, and the facts it rests on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from clarity.domain.person import Level
    from clarity.domain.words.facts import Fact
    from clarity.domain.words.narrative import SentenceKind
    from clarity.domain.words.wording import Wording

# How much a text loses without the sentence: where it would be too long, the last go first.
MUST: Final = 1
SHOULD: Final = 2
MAY: Final = 3
Weight = Literal[1, 2, 3]
MOST_CITED: Final = 4


@dataclass(frozen=True, slots=True)
class Plan:
    """A sentence to be.

    Attributes:
        kind: where it stands in the narrative.
        weight: `MUST`, `SHOULD` or `MAY`.
        message: of the language's Fluent file.
        facts: what it rests on, one to four.
        arguments: what the message is filled with.
    """

    kind: SentenceKind
    weight: Weight
    message: str
    facts: tuple[Fact, ...]
    arguments: Mapping[str, str | int] = field(default_factory=dict)


class Told:
    """The facts that a narrative may use, by metric, and how they are to be put."""

    def __init__(self, facts: Sequence[Fact], words: Wording, insight_type: str) -> None:
        """Of each metric the first fact, in the order of the facts."""
        self.words = words
        self.insight_type = insight_type
        self._facts = {fact.metric: fact for fact in reversed(facts)}
        self.facts = tuple(fact for fact in facts if self._facts[fact.metric] is fact)

    @property
    def level(self) -> Level:
        """How the person likes to read."""
        return self.words.level

    @property
    def several_weeks(self) -> bool:
        """Whether this is about more than the newest week."""
        return self.known("weeks_counted") is not None

    def fact(self, metric: str) -> Fact:
        """The fact of this metric, known or not."""
        return self._facts[metric]

    def known(self, metric: str) -> Fact | None:
        """The fact of this metric, if it has a value."""
        fact = self._facts.get(metric)
        if fact is None or fact.value is None or fact.status not in {"ok", "reference"}:
            return None
        return fact

    def unknown(self, metric: str) -> Fact | None:
        """The fact of this metric, if it says that there is no value."""
        fact = self._facts.get(metric)
        return fact if fact and fact.status in {"insufficient", "not_applicable"} else None

    def value(self, metric: str) -> float | None:
        """The value of this metric, rounded as it is rendered: words and numbers must agree."""
        fact = self.known(metric)
        if fact is None or fact.value is None:
            return None
        return fact.value if fact.unit == "" else float(round(fact.value))

    def direction(self, metric: str) -> int:
        """Where the newest week lies from the usual: -1, 0 or 1; 0 too where that is not known."""
        change = self.known(f"{metric}.change")
        return change.direction if change else 0

    def subject(self, metric: str) -> str:
        """The metric as the subject of a sentence; empty where it has no such words."""
        message = f"subject-{hyphened(metric)}"
        return self.words.say(message) if self.words.has(message) else ""


def hyphened(metric: str) -> str:
    """A metric's name as message ids have it.

    >>> hyphened("daily_steps")
    'daily-steps'
    """
    return metric.replace("_", "-")
