"""A narrative: sentences, each with the facts it rests on; and the deterministic one.

The template is a text in its own right: no number that is not a fact, no diagnosis, no verdict on
health, and what is not known is said. It is used without a language model and whenever the
model's text is held back.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Literal

from clarity.domain.words.facts import SLEEP_ESTIMATED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from clarity.domain.words.facts import Fact

SentenceKind = Literal["summary", "insight", "recommendation"]

# Topics and metrics that a kind of insight does not speak of; indices nobody asked for are jargon.
_LEFT_OUT: Mapping[str, frozenset[str]] = {
    "sleep": frozenset({"activity", "heart", "rest_activity_ratio"}),
    "activity": frozenset({"sleep"}),
    "general": frozenset({"rest_activity_ratio", "activity_fragmentation"}),
}
_MOST_RECOMMENDATIONS = 3
_MOST_UNKNOWNS = 4  # facts that one sentence may cite
# Where the words change. They choose a tone; they are no clinical limits.
_FIRST_IMPRESSION_DAYS = 5
_FULL_COVERAGE = 80.0
_STEADY_ONSET_MINUTES = 30.0
_WANDERING_ONSET_MINUTES = 60.0
_LONG_AWAKE_MINUTES = 60.0
_FEW_STEPS = 5000.0


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence and the ids of the facts that it rests on."""

    text: str
    fact_ids: tuple[str, ...]
    kind: SentenceKind


@dataclass(frozen=True, slots=True)
class Narrative:
    """What the person reads.

    Attributes:
        sentences: in reading order.
        source: who wrote it.
        language: of the sentences, as an ISO 639-1 code.
    """

    sentences: tuple[Sentence, ...]
    source: Literal["template", "gemini"]
    language: str

    @property
    def narrative(self) -> str:
        """The summary as one paragraph."""
        return " ".join(self._texts("summary"))

    @property
    def key_insights(self) -> tuple[str, ...]:
        """What stands out, a sentence each."""
        return self._texts("insight")

    @property
    def recommendations(self) -> tuple[str, ...]:
        """What the person might try, a sentence each."""
        return self._texts("recommendation")

    def _texts(self, kind: SentenceKind) -> tuple[str, ...]:
        return tuple(sentence.text for sentence in self.sentences if sentence.kind == kind)


@dataclass(frozen=True, slots=True)
class _Plan:
    """A sentence before it has words: the phrase, and the metrics that fill and carry it."""

    kind: SentenceKind
    phrase: str
    metrics: tuple[str, ...]


def narrate(
    facts: Sequence[Fact], *, language: str = "en", insight_type: str = "general"
) -> Narrative:
    """The facts in words, the same words for the same facts.

    Args:
        facts: what may be said.
        language: of the text; the narrative says English where there are no phrases for it yet.
        insight_type: sleep and activity leave the other out, whatever the facts hold; general
            leaves out the finer indices.
    """
    spoken = language if language in _PHRASES else "en"
    phrases = _PHRASES[spoken]
    by_metric = {fact.metric: fact for fact in facts if _belongs(fact, insight_type)}
    plans = (
        *_summary(by_metric),
        *_unknowns(by_metric),
        *_insights(by_metric),
        *islice(_recommendations(by_metric), _MOST_RECOMMENDATIONS),
    )
    sentences = tuple(_written(plan, by_metric, phrases) for plan in plans)
    return Narrative(sentences, source="template", language=spoken)


def _belongs(fact: Fact, insight_type: str) -> bool:
    left_out = _LEFT_OUT.get(insight_type, frozenset())
    return fact.topic not in left_out and fact.metric not in left_out


def _written(plan: _Plan, facts: Mapping[str, Fact], phrases: Mapping[str, str]) -> Sentence:
    if plan.phrase == "unknown":
        names = [phrases[f"unknown.{metric}"] for metric in plan.metrics]
        text = phrases["unknown"].format(names=_enumerated(names, phrases["or"]))
    else:
        values = {metric.replace(".", "_"): facts[metric].text for metric in plan.metrics}
        text = phrases[plan.phrase].format(**values)
    return Sentence(text, tuple(facts[metric].id for metric in plan.metrics), plan.kind)


def _enumerated(names: list[str], last: str) -> str:
    """A list in words.

    >>> _enumerated(["a", "b", "c"], "or")
    'a, b or c'
    """
    return f" {last} ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else names[0]


def _value(facts: Mapping[str, Fact], metric: str) -> float | None:
    """The rounded value of a fact that is known: words and rendered numbers must agree."""
    fact = facts.get(metric)
    known = fact is not None and fact.status in {"ok", "reference"}
    return None if fact is None or not known or fact.value is None else float(round(fact.value))


def _summary(facts: Mapping[str, Fact]) -> Iterator[_Plan]:
    if (days := _value(facts, "valid_days")) is not None:
        phrase = "days.few" if days < _FIRST_IMPRESSION_DAYS else "days"
        yield _Plan("summary", phrase, ("valid_days",))
    sleep = tuple(
        name for name in ("total_sleep_time", "sleep_efficiency") if _value(facts, name) is not None
    )
    if sleep:
        yield _Plan("summary", ".".join(("sleep", *sleep)), sleep)
        if facts[sleep[0]].note == SLEEP_ESTIMATED:
            yield _Plan("summary", "sleep.estimated", sleep[:1])
    if _value(facts, "daily_steps") is not None:
        yield _Plan("summary", "daily_steps", ("daily_steps",))


def _unknowns(facts: Mapping[str, Fact]) -> Iterator[_Plan]:
    lacking = [name for name in _TOLD if name in facts and facts[name].value is None]
    for start in range(0, len(lacking), _MOST_UNKNOWNS):
        yield _Plan("summary", "unknown", tuple(lacking[start : start + _MOST_UNKNOWNS]))


def _insights(facts: Mapping[str, Fact]) -> Iterator[_Plan]:
    yield from _against_reference(facts, "total_sleep_time")
    if _value(facts, "wake_after_sleep_onset") is not None:
        yield _Plan("insight", "wake_after_sleep_onset", ("wake_after_sleep_onset",))
    if (varies := _value(facts, "sleep_onset_variability")) is not None:
        yield _Plan("insight", f"onset.{_onset_tone(varies)}", ("sleep_onset_variability",))
    for metric in _PLAIN:
        if _value(facts, metric) is not None:
            yield _Plan("insight", metric, (metric,))
    coverage = _value(facts, "coverage")
    if coverage is not None and coverage < _FULL_COVERAGE:
        yield _Plan("insight", "coverage", ("coverage",))


def _against_reference(facts: Mapping[str, Fact], metric: str) -> Iterator[_Plan]:
    value, reference = _value(facts, metric), _value(facts, f"{metric}.reference")
    if value is not None and reference is not None:
        phrase = f"{metric}.below" if value < reference else f"{metric}.met"
        yield _Plan("insight", phrase, (metric, f"{metric}.reference"))


def _onset_tone(minutes: float) -> str:
    if minutes <= _STEADY_ONSET_MINUTES:
        return "steady"
    return "varied" if minutes <= _WANDERING_ONSET_MINUTES else "wandering"


def _recommendations(facts: Mapping[str, Fact]) -> Iterator[_Plan]:
    """What the facts give reason to try, the most telling first."""
    sleep, reference = (
        _value(facts, name) for name in ("total_sleep_time", "total_sleep_time.reference")
    )
    onset, awake = (
        _value(facts, name) for name in ("sleep_onset_variability", "wake_after_sleep_onset")
    )
    steps, coverage = _value(facts, "daily_steps"), _value(facts, "coverage")
    little = coverage is not None and coverage < _FULL_COVERAGE
    # Sleep may also be unknown because it came in pieces: wearing the device would not help then.
    unworn = "total_sleep_time" in facts and sleep is None and (little or _never_recorded(facts))
    reasons = (
        ("try.night_wear", "total_sleep_time", unworn),
        ("try.wear", "coverage", little),
        ("try.earlier", "total_sleep_time", sleep is not None and sleep < (reference or 0.0)),
        ("try.regular", "sleep_onset_variability", (onset or 0.0) > _WANDERING_ONSET_MINUTES),
        ("try.bedroom", "wake_after_sleep_onset", (awake or 0.0) > _LONG_AWAKE_MINUTES),
        ("try.walk", "daily_steps", steps is not None and steps < _FEW_STEPS),
    )
    given = [(phrase, metric) for phrase, metric, holds in reasons if holds]
    if not given and "valid_days" in facts:
        given = [("try.continue", "valid_days")]
    yield from (_Plan("recommendation", phrase, (metric,)) for phrase, metric in given)


def _never_recorded(facts: Mapping[str, Fact]) -> bool:
    return facts["total_sleep_time"].status == "not_applicable"


_ENGLISH: Mapping[str, str] = {
    "days": "Here is your week: {valid_days} had enough data to count.",
    "days.few": (
        "Here is your week: {valid_days} had enough data to count, so please read this as a first "
        "impression."
    ),
    "sleep.total_sleep_time.sleep_efficiency": (
        "You slept {total_sleep_time} on average, and {sleep_efficiency} of your time in bed was "
        "sleep."
    ),
    "sleep.total_sleep_time": "You slept {total_sleep_time} on average.",
    "sleep.sleep_efficiency": "Of your time in bed, {sleep_efficiency} was sleep.",
    "sleep.estimated": (
        "Your device recorded no sleep of its own, so your sleep is estimated from movement and "
        "heart rate."
    ),
    "daily_steps": "You took {daily_steps} on average.",
    "unknown": "There was not enough data this time to tell {names}.",
    "or": "or",
    "unknown.total_sleep_time": "how long you slept",
    "unknown.sleep_efficiency": "how much of your time in bed was sleep",
    "unknown.wake_after_sleep_onset": "how long you were awake in between",
    "unknown.sleep_onset_variability": "how regular your bedtime was",
    "unknown.circadian_rhythm_strength": "how strong your daily rhythm was",
    "unknown.rest_activity_ratio": "how clear the contrast in your daily rhythm was",
    "unknown.daily_steps": "how many steps you took",
    "unknown.activity_fragmentation": "how your activity was broken up by rest",
    "unknown.resting_heart_rate": "your resting heart rate",
    "total_sleep_time.below": (
        "Your average sleep is below the {total_sleep_time_reference} recommended for adults."
    ),
    "total_sleep_time.met": (
        "Your average sleep meets the {total_sleep_time_reference} recommended for adults."
    ),
    "wake_after_sleep_onset": (
        "Once asleep, you were awake again for {wake_after_sleep_onset} in all, on average."
    ),
    "onset.steady": (
        "You fell asleep at a steady time, give or take {sleep_onset_variability} from day to day."
    ),
    "onset.varied": (
        "The time you fell asleep varied by about {sleep_onset_variability} from day to day."
    ),
    "onset.wandering": (
        "The time you fell asleep moved around quite a bit, by about {sleep_onset_variability} "
        "from day to day."
    ),
    "circadian_rhythm_strength": (
        "The strength of your daily rhythm came out at {circadian_rhythm_strength}; the higher "
        "the value, the more of your activity follows the same pattern day after day."
    ),
    "activity_fragmentation": (
        "The fragmentation of your activity was {activity_fragmentation}; the lower the value, "
        "the longer you keep moving before you pause."
    ),
    "rest_activity_ratio": (
        "In your daily rhythm, the ratio of restful to active hours was {rest_activity_ratio}; the "
        "lower the value, the clearer the contrast between them."
    ),
    "resting_heart_rate": "Your resting heart rate was {resting_heart_rate}.",
    "coverage": "There is data for {coverage} of the time; the rest is left open, not guessed.",
    "try.night_wear": (
        "Wearing your device while you sleep would let the next summary say more about your sleep."
    ),
    "try.wear": (
        "A fixed moment for charging, and wearing your device the rest of the day, would make the "
        "next picture fuller."
    ),
    "try.earlier": (
        "If you would like more sleep, going to bed a little earlier where your days allow it is a "
        "gentle way to start."
    ),
    "try.regular": ("A similar bedtime, on days off as well where you can, helps sleep to settle."),
    "try.bedroom": ("A cool, dark and quiet bedroom can make it easier to sleep on."),
    "try.walk": ("If it suits you, a short walk in daylight is an easy way to move a little more."),
    "try.continue": (
        "If you keep wearing your device, the weeks to come can be compared with this one."
    ),
}
# Told one by one, where they are known.
_PLAIN = (
    "circadian_rhythm_strength",
    "rest_activity_ratio",
    "activity_fragmentation",
    "resting_heart_rate",
)
# A language is a table with these keys.
_PHRASES: Mapping[str, Mapping[str, str]] = {"en": _ENGLISH}
# Metrics that the template speaks of, and therefore misses when they are not known.
_TOLD = tuple(key.removeprefix("unknown.") for key in _ENGLISH if key.startswith("unknown."))
