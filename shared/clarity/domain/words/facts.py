"""An analysis as a short, numbered list of facts: the only thing that words may rest on.

A fact carries no sample, no identifier, no date and no word that a person wrote. The PAT embedding
is no fact: its numbers mean nothing in words, so nothing is claimed from it.
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from clarity.domain.metrics.references import REFERENCES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

FactStatus = Literal["ok", "insufficient", "not_applicable", "reference"]
Topic = Literal["quality", "sleep", "rhythm", "activity", "heart", "other"]

_MINUTES_PER_HOUR = 60
_LONGEST_REASON = 200
# The note on sleep that the device did not record itself.
SLEEP_ESTIMATED = "estimated from movement and heart rate, for the device recorded no sleep"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that the data shows, does not show, or is compared with.

    Attributes:
        id: "F1", "F2", ... in the order of the list; sentences cite it.
        metric: the analysis's name of it; a reference is named "<metric>.reference".
        label: what it is, in plain words.
        topic: what a sentence that rests on it must be about.
        value: in `unit`, unrounded; None where it is not known.
        unit: min, %, steps/day, steps/min, beats/min, days, ms, or empty for a plain number.
        text: the value as a person reads it, rounded and with its unit.
        status: ok; insufficient or not_applicable, where `text` says why; or reference, a published
            value for comparison whose source `note` names.
        method: how it was computed.
        note: what a reader should know about it.
    """

    id: str
    metric: str
    label: str
    topic: Topic
    value: float | None
    unit: str
    text: str
    status: FactStatus
    method: str
    note: str


@dataclass(frozen=True, slots=True)
class _Reading:
    """How one metric is named and written: its unit here, and what follows the value."""

    label: str
    topic: Topic
    unit: str
    per: str = ""
    digits: int = 0


# In the order in which they are told.
_READINGS: Mapping[str, _Reading] = {
    "total_sleep_time": _Reading("average sleep", "sleep", "min", " a day"),
    "sleep_efficiency": _Reading("share of the time in bed spent asleep", "sleep", "%"),
    "wake_after_sleep_onset": _Reading(
        "time awake between falling asleep and waking up", "sleep", "min"
    ),
    "sleep_onset_latency": _Reading("time in bed before falling asleep", "sleep", "min"),
    "awakenings": _Reading("times awake in a night", "sleep", "", digits=1),
    "sleep_onset_variability": _Reading(
        "variation of the time of falling asleep from day to day", "sleep", "min"
    ),
    "circadian_rhythm_strength": _Reading(
        "strength of the daily rhythm of activity", "rhythm", "", digits=2
    ),
    "interdaily_stability": _Reading(
        "similarity of the daily rhythm from day to day", "rhythm", "", digits=2
    ),
    "intradaily_variability": _Reading(
        "fragmentation of the daily rhythm of activity", "rhythm", "", digits=2
    ),
    "relative_amplitude": _Reading(
        "contrast between active and restful hours in the daily rhythm", "rhythm", "", digits=2
    ),
    "daily_steps": _Reading("average daily steps", "activity", "steps/day", " a day"),
    "activity_fragmentation": _Reading(
        "fragmentation of activity by pauses", "activity", "", digits=2
    ),
    "rest_activity_ratio": _Reading(
        "ratio of the restful to the active hours in the daily rhythm", "rhythm", "", digits=2
    ),
    "m10": _Reading("activity in the most active hours", "activity", "steps/min", " a minute", 1),
    "l5": _Reading("activity in the most restful hours", "activity", "steps/min", " a minute", 1),
    "resting_heart_rate": _Reading("resting heart rate", "heart", "beats/min", " a minute"),
}

# Published values that a metric is compared with, as a sentence puts them.
_COMPARED: Mapping[str, str] = {
    "total_sleep_time": "7 h or more",
    "sleep_efficiency": "85 % or more",
}

_TOPICS: Mapping[str, frozenset[Topic]] = {
    "sleep": frozenset({"quality", "sleep", "rhythm"}),
    "activity": frozenset({"quality", "activity", "rhythm", "heart"}),
    "general": frozenset({"quality", "sleep", "rhythm", "activity", "heart", "other"}),
}

# Other spellings of the same unit, and the factor to ours.
_UNITS: Mapping[str, Mapping[str, float]] = {
    "min": {"min": 1.0, "minutes": 1.0, "h": 60.0, "hours": 60.0, "s": 1 / 60},
    "%": {"%": 1.0, "percent": 1.0, "": 100.0, "1": 100.0, "fraction": 100.0, "ratio": 100.0},
}


def facts_from(
    analysis: Mapping[str, object], *, insight_type: str = "general"
) -> tuple[Fact, ...]:
    """The facts of an analysis document, numbered, in the order in which they are told.

    Args:
        analysis: the document with `metrics`, `quality` and `window`.
        insight_type: sleep, activity or general; selects by topic.

    Raises:
        ValueError: another insight type.
    """
    if insight_type not in _TOPICS:
        raise ValueError(f"expected one of {', '.join(_TOPICS)}, found {insight_type!r:.40}")
    topics = _TOPICS[insight_type]
    estimated = _map(analysis.get("sleep")).get("method") == "movement_and_heart_rate"
    note = SLEEP_ESTIMATED if estimated else ""
    drafts = (*_quality_facts(analysis), *_metric_facts(_rows(analysis.get("metrics")), note))
    wanted = (draft for draft in drafts if draft.topic in topics)
    return tuple(replace(draft, id=f"F{number}") for number, draft in enumerate(wanted, start=1))


def facts_digest(facts: Iterable[Fact]) -> str:
    """SHA-256 of what a reader would see: a change below the rounding is no change."""
    seen = [(fact.metric, fact.status, fact.text) for fact in facts]
    return hashlib.sha256(json.dumps(seen, ensure_ascii=True).encode()).hexdigest()


def duration(minutes: float) -> str:
    """Minutes as a person reads them.

    >>> duration(432.4), duration(38.2), duration(420)
    ('7 h 12 min', '38 min', '7 h')
    """
    hours, rest = divmod(round(minutes), _MINUTES_PER_HOUR)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def _steps(value: float, digits: int) -> str:
    # Averages over a week are not known to a single step: tens, unless there are very few.
    rounded = round(value, digits) if digits or value < 100 else round(value, -1)  # noqa: PLR2004  a count of steps
    return f"{rounded:,.{digits}f} steps"


_RENDER: Mapping[str, Callable[[float, int], str]] = {
    "min": lambda value, _: duration(value),
    "%": lambda value, digits: f"{value:.{digits}f} %",
    "steps/day": _steps,
    "steps/min": _steps,
    "beats/min": lambda value, digits: f"{value:.{digits}f} beats",
    "": lambda value, digits: f"{value:.{digits}f}",
}


def _quality_facts(analysis: Mapping[str, object]) -> Iterator[Fact]:
    quality, window = _map(analysis.get("quality")), _map(analysis.get("window"))
    days, valid = _number(window.get("days")), _number(quality.get("valid_days"))
    coverage = _number(quality.get("coverage"))
    method = str(quality.get("method", "wear detection per minute"))
    if valid is not None:
        of_days = f" of {days:.0f}" if days is not None else ""
        yield _draft(
            "valid_days",
            _Reading("days with enough wear to count", "quality", "days"),
            valid,
            f"{valid:.0f}{of_days} days",
            method=method,
        )
    if coverage is not None:
        yield _draft(
            "coverage",
            _Reading("share of the time with data", "quality", "%"),
            coverage * 100,
            f"{coverage * 100:.0f} %",
            method=method,
        )


def _metric_facts(rows: Iterable[Mapping[str, object]], sleep_note: str) -> Iterator[Fact]:
    by_name = {str(row["name"]): row for row in rows if isinstance(row.get("name"), str)}
    # A metric without words of its own is still a fact, told last.
    unnamed = sorted(name for name in by_name if name not in _READINGS)
    for name in (*_READINGS, *unnamed):
        if name in by_name:
            yield from _metric(name, by_name[name], sleep_note)


def _metric(name: str, row: Mapping[str, object], sleep_note: str) -> Iterator[Fact]:
    unit = str(row.get("unit", ""))
    reading = _READINGS.get(name) or _Reading(name.replace("_", " "), "other", unit, digits=2)
    value, status = _number(row.get("value")), row.get("status")
    method = str(row.get("method", ""))
    note = sleep_note if reading.topic == "sleep" else ""
    if status == "ok" and value is not None:
        value *= _UNITS.get(reading.unit, {}).get(unit, 1.0)
        yield _draft(name, reading, value, _render(value, reading), method=method, note=note)
        if name in _COMPARED:
            yield _reference(name, reading)
        return
    kept: FactStatus = "not_applicable" if status == "not_applicable" else "insufficient"
    reason = str(row.get("reason") or "there is not enough data")[:_LONGEST_REASON]
    yield _draft(name, reading, None, f"not known: {reason}", status=kept, method=method, note=note)


def _reference(name: str, reading: _Reading) -> Fact:
    published = REFERENCES[name]
    ours = _UNITS[reading.unit].get(published.unit, 1.0)
    return _draft(
        f"{name}.reference",
        _Reading(f"recommended {reading.label}, adults", reading.topic, reading.unit),
        None if published.low is None else published.low * ours,
        _COMPARED[name],
        status="reference",
        note=f"{published.population}; {published.source}",
    )


def _draft(
    metric: str,
    reading: _Reading,
    value: float | None,
    text: str,
    *,
    status: FactStatus = "ok",
    method: str = "",
    note: str = "",
) -> Fact:
    """A fact that is still to be numbered."""
    return Fact(
        id="",
        metric=metric,
        label=reading.label,
        topic=reading.topic,
        value=value,
        unit=reading.unit,
        text=text,
        status=status,
        method=method,
        note=note,
    )


def _render(value: float, reading: _Reading) -> str:
    render = _RENDER.get(reading.unit)
    if render is None:
        return f"{value:,.{reading.digits}f} {reading.unit}"
    return render(value, reading.digits) + reading.per


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def _map(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _rows(value: object) -> list[Mapping[str, object]]:
    return [_map(row) for row in value] if isinstance(value, list | tuple) else []
