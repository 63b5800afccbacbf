"""What is told of the newest week itself: values, what they are held against, what is unknown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from clarity.domain.words.facts import SLEEP_ESTIMATED
from clarity.domain.words.over_time import nothing_to_tell, valued
from clarity.domain.words.plans import MAY, MOST_CITED, MUST, SHOULD, Plan, hyphened
from clarity.domain.words.suggestions import LITTLE_COVERAGE, NEARLY_ENOUGH_MINUTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from clarity.domain.words.facts import Fact
    from clarity.domain.words.narrative import SentenceKind
    from clarity.domain.words.plans import Told, Weight

_EVERY: Final = frozenset({"general", "sleep", "activity"})
_NOT_ACTIVITY: Final = frozenset({"general", "sleep"})
_SLEEP: Final = frozenset({"sleep"})
_ACTIVITY: Final = frozenset({"activity"})
_NEVER: Final[frozenset[str]] = frozenset()
# Where the words change. They choose a tone; they are no clinical limits.
_STEADY_ONSET_MINUTES: Final = 30.0
_WANDERING_ONSET_MINUTES: Final = 60.0
_STRONG_RHYTHM: Final = 0.6
_WEAK_RHYTHM: Final = 0.3
_FAR_ABOVE_MINUTES: Final = 120.0


@dataclass(frozen=True, slots=True)
class _Measured:
    """How one metric is told, and in which kinds of insight at which level.

    Attributes:
        metric: whose value it is.
        argument: of the message, which the value fills.
        plain: the kinds of insight that tell it in plain words.
        detailed: those that tell it in detail.
        message: whose words, or how the value chooses them; empty where it chooses none.
        weight: of the sentence.
        unless: another metric is known, which says much the same.
    """

    metric: str
    argument: str
    plain: frozenset[str]
    detailed: frozenset[str]
    message: str | Callable[[float], str]
    weight: Weight = SHOULD
    unless: str = ""


def _onset_tone(minutes: float) -> str:
    if minutes <= _STEADY_ONSET_MINUTES:
        return "onset-steady"
    return "onset-varied" if minutes <= _WANDERING_ONSET_MINUTES else "onset-wandering"


def _rhythm_tone(strength: float) -> str:
    if strength >= _STRONG_RHYTHM:
        return "rhythm-alike"
    return "rhythm-differing" if strength < _WEAK_RHYTHM else ""


# In the order in which they are told.
_TOLD: Final[Mapping[SentenceKind, Sequence[_Measured]]] = {
    "summary": (
        _Measured("total_sleep_time", "sleep", _EVERY, _EVERY, "sleep-time", MUST),
        _Measured("sleep_efficiency", "share", _SLEEP, _EVERY, "sleep-efficiency"),
        _Measured("daily_steps", "steps", _EVERY, _EVERY, "steps", MUST),
    ),
    "insight": (
        _Measured("wake_after_sleep_onset", "awake", _SLEEP, _EVERY, "wake"),
        _Measured("sleep_onset_latency", "time", _SLEEP, _SLEEP, "latency"),
        _Measured("sleep_onset_variability", "spread", _NOT_ACTIVITY, _EVERY, _onset_tone),
        _Measured("resting_heart_rate", "beats", _EVERY, _EVERY, "heart"),
        _Measured("moderate_minutes", "time", _ACTIVITY, _EVERY, "moderate"),
        _Measured("circadian_rhythm_strength", "index", _EVERY, _NEVER, _rhythm_tone, MAY),
        _Measured("circadian_rhythm_strength", "index", _NEVER, _EVERY, "rhythm", MAY),
        _Measured("sleep_midpoint", "time", _NEVER, _SLEEP, "midpoint", MAY),
        _Measured("sleep_regularity_index", "index", _NEVER, _SLEEP, "regularity", MAY),
        _Measured("social_jet_lag", "time", _NEVER, _SLEEP, "weekend", MAY),
        _Measured("interdaily_stability", "index", _NEVER, _EVERY, "stability", MAY),
        _Measured("relative_amplitude", "index", _NEVER, _ACTIVITY, "amplitude", MAY),
        _Measured(
            "rest_activity_ratio",
            "index",
            _NEVER,
            _ACTIVITY,
            "ratio",
            MAY,
            unless="relative_amplitude",
        ),
        _Measured("activity_fragmentation", "index", _NEVER, _ACTIVITY, "fragmentation", MAY),
        _Measured(
            "intradaily_variability",
            "index",
            _NEVER,
            _ACTIVITY,
            "variability",
            MAY,
            unless="activity_fragmentation",
        ),
    ),
}
# With what is published. The share of sleep in bed is for who asks for sleep.
_COMPARED: Final[Mapping[str, Sequence[str]]] = {
    "general": ("total_sleep_time", "moderate_minutes"),
    "sleep": ("total_sleep_time", "sleep_efficiency"),
    "activity": ("moderate_minutes",),
}
# What a reader misses where it is not known; without the first, the others are not asked for.
_MISSED: Final = (
    "total_sleep_time",
    "sleep_efficiency",
    "wake_after_sleep_onset",
    "sleep_onset_variability",
    "circadian_rhythm_strength",
    "daily_steps",
    "resting_heart_rate",
)
_OF_SLEEP: Final = frozenset(_MISSED[1:4])
_MISSED_IN_PLAIN: Final = frozenset({"total_sleep_time", "daily_steps", "resting_heart_rate"})


def measured(told: Told, kind: SentenceKind) -> Iterator[Plan]:
    """The newest week's values, but for those that a sentence on their change has told."""
    if kind == "insight":
        yield from _beside_what_is_published(told, "total_sleep_time")
        yield from _beside_what_is_published(told, "sleep_efficiency")
    for row in _TOLD[kind]:
        yield from _measure(told, kind, row)
        if row.metric == "moderate_minutes":
            yield from _beside_what_is_published(told, row.metric)
    if kind == "insight":
        yield from _coverage(told)


def _measure(told: Told, kind: SentenceKind, row: _Measured) -> Iterator[Plan]:
    fact, value = told.known(row.metric), told.value(row.metric)
    if fact is None or value is None or nothing_to_tell(told, row.metric):
        return
    message = row.message if isinstance(row.message, str) else row.message(value)
    if message and _wanted(told, row):
        weight = SHOULD if told.several_weeks and row.weight == MUST else row.weight
        yield Plan(kind, weight, message, (fact,), {row.argument: fact.text})
    if row.metric == "total_sleep_time" and fact.note == SLEEP_ESTIMATED:
        yield Plan(kind, MUST, "sleep-estimated", (fact,))


def _wanted(told: Told, row: _Measured) -> bool:
    types = row.plain if told.level == "plain" else row.detailed
    alike = told.known(row.unless) is not None
    return told.insight_type in types and not alike and row.metric not in valued(told)


def _beside_what_is_published(told: Told, metric: str) -> Iterator[Plan]:
    fact, reference = told.known(metric), told.known(f"{metric}.reference")
    if fact is None or reference is None or metric not in _COMPARED[told.insight_type]:
        return
    message = f"reference-{hyphened(metric)}-{_beside(told, metric, reference)}"
    if told.words.has(message):
        said = {"reference": reference.text, "whose": _whose(told, reference)}
        yield Plan("insight", SHOULD, message, (fact, reference), said)


def _beside(told: Told, metric: str, reference: Fact) -> str:
    """Where the value lies beside the published one, as both are rendered."""
    value, low, high = told.value(metric) or 0.0, reference.low, reference.high
    of_sleep = metric == "total_sleep_time"
    if low is not None and value < low:
        return "near" if of_sleep and value >= low - NEARLY_ENOUGH_MINUTES else "below"
    if high is not None:
        return "above" if value > high else "met"
    # Of somebody who sleeps half the day, that seven hours are met is nothing to say.
    return "far-above" if of_sleep and value > (low or 0.0) + _FAR_ABOVE_MINUTES else "met"


def _whose(told: Told, reference: Fact) -> str:
    young = told.words.label("total_sleep_time-young", "reference")
    return "young" if reference.label == young else "adult"


def _coverage(told: Told) -> Iterator[Plan]:
    fact, value = told.known("coverage"), told.value("coverage")
    if fact is not None and value is not None and value < LITTLE_COVERAGE:
        yield Plan("insight", SHOULD, "coverage", (fact,), {"share": fact.text})


def unknowns(told: Told) -> Iterator[Plan]:
    """What there was too little data for, and what nothing recorded could tell."""
    for status, message in (("insufficient", "lacking"), ("not_applicable", "untold")):
        missed = [fact for fact in _missed(told) if fact.status == status]
        for start in range(0, len(missed), MOST_CITED):
            part = tuple(missed[start : start + MOST_CITED])
            names = [told.words.say(f"unknown-{hyphened(fact.metric)}") for fact in part]
            said = {"names": told.words.listed(names, "or")}
            yield Plan("summary", SHOULD if start else MUST, message, part, said)


def _missed(told: Told) -> Iterator[Fact]:
    no_sleep = told.unknown("total_sleep_time") is not None
    for metric in _MISSED:
        fact = told.unknown(metric)
        wanted = metric in _MISSED_IN_PLAIN or told.level == "detailed"
        if fact is not None and wanted and not (no_sleep and metric in _OF_SLEEP):
            yield fact
