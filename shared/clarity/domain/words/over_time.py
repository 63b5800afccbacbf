"""What is told of a person's weeks: where they headed, and the newest against what is usual."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final, Literal

from clarity.domain.words.plans import MAY, MUST, SHOULD, Plan, hyphened

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from clarity.domain.person import Level
    from clarity.domain.words.facts import Fact
    from clarity.domain.words.narrative import SentenceKind
    from clarity.domain.words.plans import Told, Weight

_AVERAGED: Final[Mapping[str, Weight]] = {
    "total_sleep_time": MUST,
    "daily_steps": SHOULD,
    "resting_heart_rate": MAY,
}
# A change of this size, in the facts' units, is as notable as another's; they choose what leads,
# and what is too little to tell. They are no clinical limits.
_NOTABLE: Final[Mapping[str, float]] = {
    "total_sleep_time": 30.0,
    "daily_steps": 1500.0,
    "resting_heart_rate": 4.0,
    "sleep_midpoint": 45.0,
    "wake_after_sleep_onset": 20.0,
    "sleep_efficiency": 5.0,
    "sleep_onset_variability": 40.0,
    "circadian_rhythm_strength": 0.15,
    "moderate_minutes": 15.0,
}
# "9,850 steps a day on average, 400 steps more": the day is named once.
_OF_A_DIFFERENCE: Final[Mapping[str, str]] = {"steps/day": "steps", "beats/min": "beats"}
_ENOUGH: Final = 0.5  # of that size to lead a text; for a trend within so many weeks
_TREND_WEEKS: Final = 5
# What plain words name; the others take too many, or are indices.
_EVERYDAY: Final = frozenset(
    {"total_sleep_time", "daily_steps", "resting_heart_rate", "moderate_minutes"}
)
_VALUED_IN_PLAIN: Final = frozenset({"sleep_efficiency", "sleep_onset_variability"})
_INDICES: Final = frozenset({"circadian_rhythm_strength"})
_MOST_ALIKE: Final = 1  # subject that stayed the same makes no week as usual
_MOST_CHANGES: Final[Mapping[Level, int]] = {"plain": 2, "detailed": 4}
_MOST_SAME: Final[Mapping[Level, int]] = {"plain": 2, "detailed": 3}
_MOST_TRENDS: Final[Mapping[Level, int]] = {"plain": 2, "detailed": 3}


@dataclass(frozen=True, slots=True)
class _Change:
    """The newest week of one metric, what is usual, and the distance."""

    metric: str
    week: Fact
    usual: Fact
    change: Fact

    @property
    def size(self) -> float:
        """How much of a notable change it is."""
        return _notable(self.metric, self.change)


def weeks(told: Told) -> Iterator[Plan]:
    """Averages, trends and changes of level over the weeks; then, that the newest week follows."""
    if not told.several_weeks:
        return
    for metric, weight in _AVERAGED.items():
        if (fact := told.known(f"{metric}.average")) is not None:
            message, said = f"average-{hyphened(metric)}", {"value": fact.text}
            yield Plan("summary", weight, message, (fact,), said)
    for fact in _heading(told):
        said = {"subject": told.subject(_plain_name(fact)), "change": fact.text}
        yield Plan("summary", MUST, str(fact.kind), (fact,), said)
    yield from _newest_week(told)


def _newest_week(told: Told) -> Iterator[Plan]:
    days, window = told.known("valid_days"), told.known("window")
    if days is not None and window is not None:
        cited = (window,) if told.level == "plain" else (window, days)
        said = {"days": days.text, "dates": window.text}
        yield Plan("summary", MUST, "newest-week", cited, said)


def _heading(told: Told) -> list[Fact]:
    """The trends and changes of level that amount to something: of each metric the clearest."""
    size = {
        fact: _notable(_plain_name(fact), fact) * (_TREND_WEEKS if fact.kind == "trend" else 1)
        for fact in told.facts
        if fact.kind in {"trend", "shift"} and told.known(fact.metric)
        if told.level == "detailed" or _plain_name(fact) not in _INDICES
    }
    found = sorted((fact for fact in size if size[fact] >= _ENOUGH), key=lambda fact: -size[fact])
    clearest = {_plain_name(fact): fact for fact in reversed(found)}
    told_once = (fact for fact in found if clearest[_plain_name(fact)] is fact)
    return list(islice(told_once, _MOST_TRENDS[told.level]))


def headline(told: Told) -> Iterator[Plan]:
    """The clearest change of the newest week; where there is none, that it was as usual."""
    clear, slight, same = _clear(told), _slight(told), _same(told)
    if clear:
        yield _told_change(told, clear[0], "summary", MUST)
    elif same:
        calm = not slight and len(same) > _MOST_ALIKE
        yield _unchanged(told, same, "calm" if calm else "same", "summary")


def changes(told: Told) -> Iterator[Plan]:
    """The other changes, and what stayed the same beside them."""
    clear, same = _clear(told), _same(told)
    for change in _telling(told)[1 if clear else 0 :]:
        yield _told_change(told, change, "insight", SHOULD)
    if clear and same and told.level == "detailed":
        yield _unchanged(told, same, "same", "insight")


def valued(told: Told) -> frozenset[str]:
    """Metrics of which a sentence on their change says enough, in detail with the value."""
    changed = frozenset(change.metric for change in _telling(told))
    return changed & _VALUED_IN_PLAIN if told.level == "plain" else changed


def _telling(told: Told) -> list[_Change]:
    """The changes that have a sentence: in plain words the clear ones only."""
    slight = _slight(told) if told.level == "detailed" else []
    return [*_clear(told), *slight][: _MOST_CHANGES[told.level]]


def _clear(told: Told) -> list[_Change]:
    """What changed by enough to be led with, the most notable first."""
    found = [change for change in _changed(told) if change.size >= _ENOUGH]
    return sorted(found, key=lambda change: -change.size)


def _slight(told: Told) -> list[_Change]:
    """What changed by less than that."""
    return [change for change in _changed(told) if change.size < _ENOUGH]


def _changed(told: Told) -> list[_Change]:
    return [change for change in _changes(told) if change.change.direction and change.size]


def nothing_to_tell(told: Told, metric: str) -> bool:
    """Whether the value is a nothing that adds nothing: no minute of brisk walking."""
    return metric == "moderate_minutes" and not told.value(metric)


def _same(told: Told) -> list[_Change]:
    """What did not change, in the order of the table; not what the same text says has moved."""
    moved = {_plain_name(fact) for fact in _heading(told)} if told.several_weeks else set()
    return [
        each
        for each in _changes(told)
        if not each.change.direction and each.metric not in moved
        if told.level == "detailed" or each.metric in _EVERYDAY
    ]


def _changes(told: Told) -> Iterator[_Change]:
    for metric in _NOTABLE:
        if nothing_to_tell(told, metric):
            continue
        parts = tuple(told.known(name) for name in (metric, f"{metric}.usual", f"{metric}.change"))
        week, usual, change = parts
        if week is not None and usual is not None and change is not None:
            yield _Change(metric, week, usual, change)


def _notable(metric: str, fact: Fact) -> float:
    """How much the fact's value, as it is rendered, is of what is notable in this metric."""
    value = abs(fact.value or 0.0)
    return (value if fact.unit == "" else round(value)) / _NOTABLE.get(metric, math.inf)


def _plain_name(fact: Fact) -> str:
    return fact.metric.partition(".")[0]


def _told_change(told: Told, change: _Change, kind: SentenceKind, weight: Weight) -> Plan:
    way = "more" if change.change.direction > 0 else "less"
    unit = _OF_A_DIFFERENCE.get(change.change.unit, change.change.unit)
    said = {
        "value": change.week.text,
        "usual": change.usual.text,
        "amount": told.words.quantity(abs(change.change.value or 0.0), unit),
    }
    cited = (change.week, change.usual, change.change)
    return Plan(kind, weight, f"change-{hyphened(change.metric)}-{way}", cited, said)


def _unchanged(
    told: Told, same: list[_Change], message: Literal["calm", "same"], kind: SentenceKind
) -> Plan:
    named = same[: _MOST_SAME[told.level]]
    names = told.words.listed([told.subject(change.metric) for change in named], "and")
    cited = tuple(change.change for change in named)
    alone = len(named) == 1 and told.several_weeks  # beside what the weeks tell, that is little
    weight: Weight = MUST if kind == "summary" and not alone else MAY
    return Plan(kind, weight, message, cited, {"names": names, "count": len(named)})
