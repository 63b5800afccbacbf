"""An analysis as a short, numbered list of facts: the only thing that words may rest on.

A fact carries no sample, no identifier and no word that a person wrote: of a document only numbers,
days and the names of its methods are read, and what is not in the tables of `readings` is no fact.
The PAT embedding is none: its numbers mean nothing in words, so nothing is claimed from it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import MAXYEAR, timedelta
from typing import TYPE_CHECKING, Final

from clarity.domain.metrics.references import reference_for
from clarity.domain.words.readings import (
    QUALITY,
    READINGS,
    Fact,
    FactKind,
    FactStatus,
    Topic,
    mapping,
    number,
    sequence,
)
from clarity.domain.words.weeks import counted_fact, day_of, facts_over_weeks, weeks_of
from clarity.domain.words.wording import wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from clarity.domain.person import Person
    from clarity.domain.words.readings import Reading
    from clarity.domain.words.weeks import Weeks
    from clarity.domain.words.wording import Wording

__all__ = [
    "MOST_FACTS",
    "SLEEP_ESTIMATED",
    "Fact",
    "FactKind",
    "FactStatus",
    "Topic",
    "confidence_of",
    "facts_digest",
    "facts_from",
]

MOST_FACTS: Final = 30
INSIGHT_TYPES: Final = ("sleep", "activity", "general")
# The note on sleep that the device did not record itself.
SLEEP_ESTIMATED: Final = "estimated from movement and heart rate, for the device recorded no sleep"
_LONGEST_METHOD: Final = 300
_LONGEST_WINDOW: Final = 366.0  # days

# Of what a reference is told; the others are of populations, and would read as a verdict.
_COMPARED: Final = (
    "total_sleep_time",
    "sleep_efficiency",
    "wake_after_sleep_onset",
    "sleep_onset_latency",
    "moderate_minutes",
)
# A device sees part of these only: below the reference, nothing can be said.
_AT_LEAST: Final = frozenset({"moderate_minutes"})
# What is told first of what is as usual.
_FOREMOST: Final = frozenset(
    {"total_sleep_time", "sleep_efficiency", "daily_steps", "resting_heart_rate"}
)
# A resting heart rate above 100 a minute is called tachycardia, a finding for a professional.
_FAST_PULSE: Final = 100.0
_FAST_PULSE_DAYS: Final = 5
_FAST_PULSE_SOURCE: Final = (
    "adults, above 100 a minute at rest; Brugada et al. 2020, guidelines of the European Society of"
    " Cardiology, Eur Heart J 41:655-720, doi:10.1093/eurheartj/ehz467"
)


def facts_from(
    analysis: Mapping[str, object],
    *,
    insight_type: str = "general",
    person: Person,
    history: Mapping[str, object] | None = None,
) -> tuple[Fact, ...]:
    """The facts of an analysis document, numbered, in the order in which they are told.

    Args:
        analysis: The document with `metrics`, `details`, `quality` and `window`.
        insight_type: sleep, activity or general; selects by metric.
        person: Whom they are for: language, level, age and what they do not want to hear of.
        history: The document on the weeks up to this one; None where there are no others.

    Raises:
        ValueError: another insight type.
    """
    if insight_type not in INSIGHT_TYPES:
        raise ValueError(f"expected one of {', '.join(INSIGHT_TYPES)}, found {insight_type!r:.40}")
    teller = _Teller(analysis, person, history)
    drafts = [*teller.quality()]
    for name, reading in READINGS.items():
        if insight_type in reading.insights and reading.topic not in person.avoid:
            drafts += teller.metric(name, reading)
    return tuple(
        replace(fact, id=f"F{place}") for place, fact in enumerate(_most_telling(drafts), start=1)
    )


def facts_digest(facts: Iterable[Fact]) -> str:
    """SHA-256 of what the facts say, in any language: a change below the rounding is no change."""
    said = [(fact.metric, fact.status, fact.direction, _told(fact), fact.note) for fact in facts]
    return hashlib.sha256(json.dumps(said, ensure_ascii=True).encode()).hexdigest()


def confidence_of(
    analysis: Mapping[str, object], history: Mapping[str, object] | None = None
) -> float:
    """How far the facts can be relied on, 0 to 1: from coverage and agreement alone.

    The confidence of the analysis, times the share of the weeks asked about that had enough data.
    """
    confidence = number(analysis.get("confidence")) or 0.0
    weeks = weeks_of(history, day_of(mapping(analysis.get("window")).get("first_day")))
    return round(min(max(confidence, 0.0), 1.0) * (1.0 if weeks is None else weeks.share), 4)


class _Teller:
    """Makes the facts of one analysis for one person."""

    def __init__(
        self,
        analysis: Mapping[str, object],
        person: Person,
        history: Mapping[str, object] | None,
    ) -> None:
        self._quality = mapping(analysis.get("quality"))
        self._window = mapping(analysis.get("window"))
        self._metrics = _by_name(analysis.get("metrics"))
        self._details = _by_name(analysis.get("details"))
        self._person = person
        self._wording: Wording = wording(person.language, person.level)
        first = day_of(self._window.get("first_day"))
        self._weeks: Weeks | None = weeks_of(history, first)
        estimated = mapping(analysis.get("sleep")).get("method") == "movement_and_heart_rate"
        self._sleep_note = SLEEP_ESTIMATED if estimated else ""

    def quality(self) -> Iterator[Fact]:
        """Which days, and how much there is of them."""
        words, days = self._wording, _between(self._window.get("days"), 1, _LONGEST_WINDOW)
        span = _span(self._window, days)
        if span is not None and days is not None:
            iso = "/".join(day.isoformat() for day in span)
            yield self._of_quality("window", days, words.dates(*span), note=iso)
        valid = _between(self._quality.get("valid_days"), 0, _LONGEST_WINDOW)
        if valid is not None:
            count = round(valid)
            text = (
                words.say("fact-days-alone", count=count)
                if days is None
                else words.say("fact-days", count=count, of=round(days))
            )
            yield self._of_quality("valid_days", valid, text)
        coverage = _between(self._quality.get("coverage"), 0, 1)
        if coverage is not None:
            yield self._of_quality("coverage", coverage * 100, words.quantity(coverage * 100, "%"))
        if self._weeks is not None:
            yield from counted_fact(self._weeks, words)

    def metric(self, name: str, reading: Reading) -> Iterator[Fact]:
        """What is known about a metric, or that it is not known."""
        row = self._metrics.get(name) or self._details.get(name) or {}
        factor = reading.factor(str(row.get("unit", "")))
        if not row or factor is None:
            return
        value, status = number(row.get("value")), row.get("status")
        if status == "ok" and value is not None:
            yield self._measure(name, reading, value * factor, row)
            yield from self._reference(name, reading, value * factor)
            if self._weeks is not None:
                yield from facts_over_weeks(name, value * factor, self._weeks, self._wording)
        elif name in self._metrics:  # who reads numbers only misses the others
            yield self._unknown(name, reading, row)

    def _measure(
        self, name: str, reading: Reading, value: float, row: Mapping[str, object]
    ) -> Fact:
        told = reading.rounded(value)
        fast = name == "resting_heart_rate" and told > _FAST_PULSE and self._over_enough_days()
        note = self._sleep_note if reading.topic == "sleep" else ""
        return self._fact(
            name,
            reading,
            value,
            self._wording.quantity(told, reading.unit, reading.digits),
            method=_method(row),
            note=_FAST_PULSE_SOURCE if fast else note,
            professional=fast,
        )

    def _over_enough_days(self) -> bool:
        """Whether enough days speak of somebody who is not known to be a minor."""
        days = _between(self._quality.get("valid_days"), _FAST_PULSE_DAYS, _LONGEST_WINDOW)
        return days is not None and not self._person.minor

    def _unknown(self, name: str, reading: Reading, row: Mapping[str, object]) -> Fact:
        cannot = row.get("status") == "not_applicable"
        return self._fact(
            name,
            reading,
            None,
            self._wording.say("fact-device-cannot-tell" if cannot else "fact-too-little"),
            status="not_applicable" if cannot else "insufficient",
            method=_method(row),
        )

    def _reference(self, name: str, reading: Reading, value: float) -> Iterator[Fact]:
        published = reference_for(name, self._person.age) if name in _COMPARED else None
        factor = None if published is None else reading.factor(published.unit)
        if published is None or factor is None:
            return
        low, high = (
            None if end is None else reading.rounded(end * factor)
            for end in (published.low, published.high)
        )
        if name in _AT_LEAST and low is not None and reading.rounded(value) < low:
            return
        label = f"{name}-young" if self._person.minor else name
        yield replace(
            self._fact(
                name,
                reading,
                high if low is None else low,
                self._range(low, high, reading),
                status="reference",
                note=f"{published.population}; {published.source}",
            ),
            metric=f"{name}.reference",
            kind="reference",
            label=self._wording.label(label, "reference"),
            low=low,
            high=high,
        )

    def _range(self, low: float | None, high: float | None, reading: Reading) -> str:
        low_text, high_text = (
            "" if end is None else self._wording.quantity(end, reading.unit, reading.digits)
            for end in (low, high)
        )
        if low is not None and high is not None:
            return self._wording.say("fact-between", low=low_text, high=high_text)
        message = "fact-at-most" if low is None else "fact-at-least"
        return self._wording.say(message, value=low_text or high_text)

    def _of_quality(self, metric: str, value: float, text: str, note: str = "") -> Fact:
        fact = self._fact(metric, QUALITY[metric], value, text, note=note)
        return replace(fact, kind="quality")

    def _fact(
        self,
        metric: str,
        reading: Reading,
        value: float | None,
        text: str,
        *,
        status: FactStatus = "ok",
        method: str = "",
        note: str = "",
        professional: bool = False,
    ) -> Fact:
        """A measure that is still to be numbered."""
        return Fact(
            id="",
            metric=metric,
            kind="measure",
            label=self._wording.label(metric, "measure"),
            topic=reading.topic,
            value=value,
            unit=reading.unit,
            text=text,
            status=status,
            method=method,
            note=note,
            professional=professional,
        )


def _most_telling(facts: Sequence[Fact]) -> list[Fact]:
    """At most so many as a text can use, in their order: what is as usual is left out first."""
    places = sorted(range(len(facts)), key=lambda place: (_rank(facts, place), place))
    return [facts[place] for place in sorted(places[:MOST_FACTS])]


def _rank(facts: Sequence[Fact], place: int) -> int:
    """How soon a fact is left out; the usual goes with the change that is told against it."""
    fact = facts[place]
    if fact.kind == "usual" and place + 1 < len(facts) and facts[place + 1].kind == "change":
        fact = facts[place + 1]
    if fact.kind in {"quality", "measure"}:
        return 0
    if fact.direction:
        return 1
    if fact.kind == "reference":
        return 2
    if fact.metric.partition(".")[0] in _FOREMOST:
        return 3
    return 4 if fact.kind == "average" else 5


def _told(fact: Fact) -> float | None:
    """The value as it is rounded for a reader."""
    reading = READINGS.get(fact.metric)
    if fact.value is None or reading is None:
        return None if fact.value is None else round(fact.value, 2)
    return reading.rounded(fact.value)


def _method(row: Mapping[str, object]) -> str:
    return str(row.get("method") or "")[:_LONGEST_METHOD]


def _by_name(rows: object) -> dict[str, Mapping[str, object]]:
    return {str(row.get("name")): row for row in map(mapping, sequence(rows))}


def _between(value: object, least: float, most: float) -> float | None:
    found = number(value)
    return found if found is not None and least <= found <= most else None


def _span(window: Mapping[str, object], days: float | None) -> tuple[date, date] | None:
    """The first and the last day of the window."""
    first = day_of(window.get("first_day"))
    if first is None or days is None or first.year >= MAXYEAR:
        return None
    return first, first + timedelta(days=round(days) - 1)
