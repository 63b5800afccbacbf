"""A sentence taken apart once: numbers, dates, clauses, and which words belong to which number."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from clarity.domain.words.moments import Day, days
from clarity.domain.words.quantities import Quantity, plain, quantities
from clarity.domain.words.readings import QUALITY, READINGS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from re import Pattern

    from clarity.domain.words.facts import Fact
    from clarity.domain.words.languages.language import Language
    from clarity.domain.words.narrative import Sentence

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*'?")
# What a number of each unit counts; "" is a bare number.
DIMENSIONS: Mapping[str, str] = {
    "min": "duration",
    "%": "percent",
    "points": "points",
    "steps/day": "steps",
    "steps/min": "steps",
    "beats/min": "pulse",
    "clock": "clock",
    "days": "days",
    "weeks": "weeks",
    "date": "days",
    "": "",
}
# Measured by the night: being awake in it is no sleep, but is named beside it.
GENERAL = "total_sleep_time"
# Their words must not stand beside a number of it that cites only sleep.
RIVALS = frozenset({"wake_after_sleep_onset", "sleep_midpoint", "sleep_onset_latency"})


_OVER_WEEKS = frozenset({"usual", "change", "average", "trend"})
_COUNT = re.compile(r"\b\d{1,3}\b")


def base(fact: Fact) -> str:
    """The metric that a fact is about: "total_sleep_time" of "total_sleep_time.usual"."""
    return fact.metric.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Stated:
    """A fact with the numbers and dates that it states itself."""

    fact: Fact
    numbers: tuple[Quantity, ...]
    days: tuple[Day, ...]
    weeks: frozenset[int]
    carried: str

    @classmethod
    def of(cls, fact: Fact, language: Language) -> Stated:
        """Read the fact's text and label."""
        text, label = (language.respell(plain(each)) for each in (fact.text, fact.label))
        known = (*quantities(text, language.numbers), *quantities(label, language.numbers))
        dates = (text, label, plain(fact.note))
        written = tuple(day for each in dates for day in days(each, language.numbers))
        # "the 7 weeks before", "4 of 4 weeks": how many weeks it rests on stands in the note.
        over = _COUNT.findall(fact.note) if fact.kind in _OVER_WEEKS else ()
        return cls(fact, known, written, frozenset(map(int, over)), f"{label} {text}")


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of the sentence between two breaks.

    Attributes:
        start: in the plain text.
        end: where the break after it starts.
        against: whether it is what something is compared with ("than ...").
        leads: whether a comma ends it and another clause follows at once: "Before, ...".
    """

    start: int
    end: int
    against: bool
    leads: bool


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence as the rules read it."""

    sentence: Sentence
    language: Language
    cited: tuple[Stated, ...]
    implied: tuple[Fact, ...]
    text: str
    words: tuple[str, ...]
    quantities: tuple[Quantity, ...]
    days: tuple[Day, ...]
    clauses: tuple[Clause, ...]
    unmarked: tuple[tuple[int, int], ...]

    @classmethod
    def of(
        cls,
        sentence: Sentence,
        language: Language,
        cited: Sequence[Stated],
        facts: Sequence[Fact] = (),
    ) -> Said:
        """Take the sentence apart.

        Args:
            sentence: as it is written.
            language: that it is written in.
            cited: the facts that it cites.
            facts: all that there are: a measure and its usual value imply their change.
        """
        text = language.respell(plain(sentence.text))
        counted = quantities(text, language.numbers)
        dated = days(text, language.numbers)
        spans = [(each.start, each.end) for each in counted]
        spans += [(each.start, each.end) for each in dated]
        return cls(
            sentence,
            language,
            tuple(cited),
            tuple(fact for fact in facts if _implied(fact, cited)),
            text,
            tuple(
                match.group()
                for match in _WORD.finditer(text)
                if not any(day.start <= match.start() < day.end for day in dated)
            ),
            counted,
            dated,
            _clauses(text, language.relations.breaks, spans),
            # Where it says that something is as usual: no number there is the usual one.
            tuple(
                (
                    match.start(),
                    min(
                        (each.start for each in counted if each.start >= match.end()),
                        default=len(text),
                    ),
                )
                for match in language.relations.same.finditer(text)
            ),
        )

    @property
    def advice(self) -> bool:
        """Whether the sentence says what to try, not what was."""
        return self.sentence.kind == "recommendation"

    @property
    def facts(self) -> list[Fact]:
        """The facts that the sentence cites."""
        return [each.fact for each in self.cited]

    def clause(self, start: int) -> int:
        """The index of the clause that a place is in; a break belongs to the clause after it."""
        after = [index for index, each in enumerate(self.clauses) if start < each.end]
        return after[0] if after else len(self.clauses) - 1

    def inside(self, clause: Clause) -> list[Quantity]:
        """The numbers that start in a clause."""
        return [each for each in self.quantities if clause.start <= each.start < clause.end]

    def marked(
        self,
        pattern: Pattern[str],
        *quantities: Quantity,
        within: Sequence[tuple[int, int]] | None = None,
    ) -> bool:
        """Whether a word of the pattern belongs to one of these numbers, and no other is nearer.

        Args:
            pattern: of the words.
            quantities: the number, with the other end of its range where that counts too.
            within: where such words do not count; None for where it says "as usual".
        """
        unmarked = self.unmarked if within is None else within
        return any(
            self._nearest(match.start(), match.end()) in quantities
            for match in pattern.finditer(self.text)
            if not any(start <= match.start() < end for start, end in unmarked)
        )

    def together(self, quantity: Quantity) -> list[Quantity]:
        """The number with the other end of its range: "7 h to 8 h" share what is said of them."""
        at = next(at for at, each in enumerate(self.quantities) if each.start == quantity.start)
        found = [self.quantities[at]]
        for first, second in pairwise(self.quantities[max(at - 1, 0) : at + 2]):
            between = self.text[first.end : second.start].strip()
            if between in self.language.numbers.joins and first.dimension == second.dimension:
                found = [first, second]
        return found

    def loose(self, pattern: Pattern[str]) -> bool:
        """Whether a word of the pattern stands where no number claims it."""
        return any(
            self._nearest(match.start(), match.end()) is None
            and not self.clauses[self.clause(match.start())].against
            for match in pattern.finditer(self.text)
        )

    def _nearest(self, start: int, end: int) -> Quantity | None:
        index = self.clause(start)
        clause = self.clauses[index]
        # "over the past four weeks" is no word of the four.
        inside = self.inside(clause)
        here = [each for each in inside if each.end <= start or end <= each.start]
        told = self.language.tells.search(self.text, clause.start, clause.end)
        if not here and clause.leads and not clause.against and not told:
            # "In the weeks before, you slept 7 h": the next clause is meant.
            here = self.inside(self.clauses[index + 1])[:1]
        return min(here, key=lambda each: _gap(each, start, end), default=None)

    def named(self, start: int, end: int, metrics: Collection[str]) -> list[str]:
        """Which of the metrics the words around a place name, the nearest first.

        The clause itself is asked first, then those before it, then those after it.
        """
        # "Little was different" is no word of what differs; "later" alone is one of a time.
        places = [
            place
            for place in self._mentions(metrics)
            if not start < place[1] <= end or place[:2] == (start, end)
        ]
        index = self.clause(start)
        order = [index, *range(index - 1, -1, -1), *range(index + 1, len(self.clauses))]
        for each in order:
            clause = self.clauses[each]
            inside = [place for place in places if clause.start <= place[0] < clause.end]
            if inside:
                near = sorted(inside, key=lambda place: _distance(place, start, end))
                return list(dict.fromkeys(metric for _, _, metric in near))
        return []

    def beside(self, quantity: Quantity, metrics: Collection[str]) -> set[str]:
        """Which of the metrics the number's own clause names."""
        clause = self.clauses[self.clause(quantity.start)]
        return {
            metric
            for start, _, metric in self._mentions(metrics)
            if clause.start <= start < clause.end
        }

    @property
    def mentioned(self) -> set[str]:
        """Every metric that the sentence names."""
        return {metric for _, _, metric in self._mentions(self.language.names)}

    def _mentions(self, metrics: Collection[str]) -> list[tuple[int, int, str]]:
        names = self.language.names
        return [
            (match.start(), match.end(), metric)
            for metric in metrics
            if metric in names
            for match in names[metric].finditer(self.text)
        ]


@cache
def alike(dimension: str) -> tuple[str, ...]:
    """The metrics that a number of this dimension, or a difference in it, may be of."""
    every = {**READINGS, **QUALITY}
    return tuple(
        metric
        for metric, reading in every.items()
        if dimension in {DIMENSIONS.get(reading.unit), DIMENSIONS.get(reading.difference)}
    )


FOLLOWED = tuple(metric for metric, reading in READINGS.items() if reading.followed)


def _implied(fact: Fact, cited: Sequence[Stated]) -> bool:
    kinds = {each.fact.kind for each in cited if base(each.fact) == base(fact)}
    return fact.kind == "change" and {"measure", "usual"} <= kinds


def _distance(place: tuple[int, int, str], start: int, end: int) -> tuple[int, int]:
    """How far a name is from a place; of two as near, the longer one is the more exact."""
    return max(start - place[1], place[0] - end), place[0] - place[1]


def _gap(quantity: Quantity, start: int, end: int) -> int:
    return max(quantity.start - end, start - quantity.end)


def _clauses(
    text: str, breaks: Pattern[str], spans: Sequence[tuple[int, int]]
) -> tuple[Clause, ...]:
    found: list[Clause] = []
    start, against = 0, False
    for match in breaks.finditer(text):
        if any(opens < match.end() and match.start() < closes for opens, closes in spans):
            continue  # "7 hours and 12 minutes"
        found.append(Clause(start, match.start(), against, match.group() == ","))
        start, against = match.end(), bool(match.groupdict().get("against"))
    found.append(Clause(start, len(text), against, leads=False))
    return tuple(found)
