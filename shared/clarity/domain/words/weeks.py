"""What a person's weeks say together: what is usual, and what has changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from statistics import fmean
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from clarity.domain.words.readings import QUALITY, READINGS, Fact, mapping, number, sequence

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from clarity.domain.words.readings import FactKind, Reading
    from clarity.domain.words.wording import Wording

# The weeks that a timeframe asks about, the last ones of the history; the others come before it.
TIMEFRAME_WEEKS: Final[Mapping[str, int]] = MappingProxyType(
    {"1week": 1, "1month": 4, "3months": 13}
)
LEAST_OF_AVERAGE: Final = 3  # weeks with a value


@dataclass(frozen=True, slots=True)
class Past:
    """One metric in the history document.

    Attributes:
        factor: From the document's unit to the one it is told in.
        weeks: Its value of each week, oldest first; None for a week without one.
        usual: Median, spread and reach of the weeks before; empty if they are too few.
        trend: Slope and direction; empty without a trend.
        changes: The day and the level before and after each change, oldest first.
    """

    factor: float
    weeks: tuple[float | None, ...]
    usual: Mapping[str, object]
    trend: Mapping[str, object]
    changes: tuple[tuple[date, float, float], ...]


@dataclass(frozen=True, slots=True)
class Weeks:
    """A history document, as far as it can be read.

    Attributes:
        first_days: First day of each week, oldest first, the last one that of the week in question.
        counted: Whether each of them had enough data.
        timeframe: How many weeks are asked about.
        past: The metrics by name.
    """

    first_days: tuple[date, ...]
    counted: tuple[bool, ...]
    timeframe: int
    past: Mapping[str, Past]

    @property
    def share(self) -> float:
        """The part of the weeks asked about that had enough data, 0 to 1."""
        return sum(self.counted[-self.timeframe :]) / self.timeframe


def weeks_of(history: Mapping[str, object] | None, newest: date | None) -> Weeks | None:
    """The weeks up to the one in question; None where the document is not about that week.

    Args:
        history: The document.
        newest: First day of the week in question; None where it is not known.
    """
    document = mapping(history)
    days = tuple(day_of(each) for each in sequence(document.get("first_days")))
    counted = tuple(each is True for each in sequence(document.get("sufficient")))
    known = tuple(day for day in days if day is not None)
    if not known or len(known) != len(days) or len(counted) != len(days) or known[-1] != newest:
        return None
    timeframe = TIMEFRAME_WEEKS.get(str(document.get("data_timeframe")), 1)
    rows = [mapping(row) for row in sequence(document.get("metrics"))]
    past = {str(row.get("name")): _past(row, len(days)) for row in rows}
    return Weeks(
        known, counted, timeframe, {name: each for name, each in past.items() if each is not None}
    )


def day_of(value: object) -> date | None:
    """A day written as in ISO 8601; None for anything else."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _past(row: Mapping[str, object], weeks: int) -> Past | None:
    reading = READINGS.get(str(row.get("name")))
    factor = None if reading is None else reading.factor(str(row.get("unit", "")))
    values = tuple(number(each) for each in sequence(row.get("weeks")))
    if reading is None or not reading.followed or factor is None or len(values) != weeks:
        return None
    changes = (_change_of(mapping(each)) for each in sequence(row.get("changes")))
    return Past(
        factor,
        tuple(None if value is None else value * factor for value in values),
        mapping(row.get("usual")),
        mapping(row.get("trend")),
        tuple(each for each in changes if each is not None),
    )


def _change_of(row: Mapping[str, object]) -> tuple[date, float, float] | None:
    day = day_of(row.get("first_day"))
    before, after = number(row.get("before")), number(row.get("after"))
    return None if day is None or before is None or after is None else (day, before, after)


def counted_fact(weeks: Weeks, wording: Wording) -> Iterator[Fact]:
    """How many of the weeks asked about had enough data; nothing for a single week."""
    if weeks.timeframe > 1:
        count = sum(weeks.counted[-weeks.timeframe :])
        yield Fact(
            id="",
            metric="weeks_counted",
            kind="quality",
            label=wording.label("weeks_counted", "quality"),
            topic="quality",
            value=float(count),
            unit=QUALITY["weeks_counted"].unit,
            text=wording.say("fact-weeks", count=count, of=weeks.timeframe),
            status="ok",
            method="weeks with at least 4 valid days",
            note="",
        )


def facts_over_weeks(name: str, newest: float, weeks: Weeks, wording: Wording) -> Iterator[Fact]:
    """What the weeks say about one metric, in the order in which it is told.

    Args:
        name: Of the metric.
        newest: Its value of the week in question, in the unit in which it is told.
        weeks: All of them.
        wording: The person's.
    """
    past = weeks.past.get(name)
    if past is not None:
        told = _Told(name, READINGS[name], wording)
        yield from _usual(told, newest, past)
        yield from _average(told, past, weeks.timeframe)
        yield from _trend(told, past)
        yield from _shift(told, past)


@dataclass(frozen=True, slots=True)
class _Told:
    """A metric and the words for it."""

    name: str
    reading: Reading
    wording: Wording

    def fact(
        self, kind: FactKind, value: float, text: str, *, note: str, method: str, direction: int = 0
    ) -> Fact:
        level = kind in {"usual", "average"}
        return Fact(
            id="",
            metric=f"{self.name}.{kind}",
            kind=kind,
            label=self.wording.label(self.name, kind),
            topic=self.reading.topic,
            value=value,
            unit=self.reading.unit if level else self.reading.difference,
            text=text,
            status="ok",
            method=method,
            note=note,
            direction=direction,
        )

    def level(self, value: float) -> str:
        reading = self.reading
        return self.wording.quantity(reading.rounded(value), reading.unit, reading.digits)

    def amount(self, value: float) -> str:
        reading = self.reading
        return self.wording.quantity(abs(value), reading.difference, reading.digits)

    def word(self, direction: int) -> str:
        words = ("earlier", "later") if self.reading.unit == "clock" else ("less", "more")
        return words[direction > 0]


def _usual(told: _Told, newest: float, past: Past) -> Iterator[Fact]:
    """What is usual, and how the newest week compares."""
    median, spread, reach, count = (
        number(past.usual.get(name)) for name in ("median", "spread", "reach", "weeks")
    )
    if median is None or spread is None or reach is None or count is None:
        return
    usual, width = median * past.factor, spread * reach * past.factor
    note, method = f"the {count:.0f} weeks before", "median of the weeks before"
    value = told.reading.rounded(usual)
    yield told.fact("usual", value, told.level(usual), note=note, method=method)
    apart = told.reading.apart(newest, usual)
    wide, least = abs(told.reading.between(newest, usual)), told.reading.least
    if width <= 0 and wide > least:
        return  # weeks that do not differ tell nothing about how much is usual
    direction = _sign(apart) if wide > max(width, least) else 0
    word = told.word(direction) if direction else "same"
    text = told.wording.say("fact-change", amount=told.amount(apart), direction=word)
    method = f"week - {method}; a change where 19 of 20 usual weeks differ less"
    yield told.fact("change", apart, text, note=note, method=method, direction=direction)


def _average(told: _Told, past: Past, timeframe: int) -> Iterator[Fact]:
    values = [value for value in past.weeks[-timeframe:] if value is not None]
    if timeframe > 1 and len(values) >= LEAST_OF_AVERAGE:
        mean = fmean(values)
        value, text = told.reading.rounded(mean), told.level(mean)
        note = f"{len(values)} of {timeframe} weeks"
        yield told.fact("average", value, text, note=note, method="mean of the weeks")


def _trend(told: _Told, past: Past) -> Iterator[Fact]:
    slope, direction = number(past.trend.get("slope")), past.trend.get("direction")
    amount = 0.0 if slope is None else told.reading.rounded_step(slope * past.factor)
    over = abs(amount) * (len(past.weeks) - 1)
    if not amount or direction != _sign(amount) or over < told.reading.least:
        return
    weeks, word = len(past.weeks), told.word(_sign(amount))
    yield told.fact(
        "trend",
        amount,
        told.wording.say("fact-trend", amount=told.amount(amount), direction=word, weeks=weeks),
        note=f"a week, over {weeks} weeks",
        method="Theil-Sen slope, Sen 1968",
        direction=_sign(amount),
    )


def _shift(told: _Told, past: Past) -> Iterator[Fact]:
    """The latest change of level."""
    for day, *levels in past.changes[-1:]:
        before, after = (level * past.factor for level in levels)
        apart = told.reading.apart(after, before)
        if not apart or abs(apart) < told.reading.least:
            continue
        yield told.fact(
            "shift",
            apart,
            told.wording.say(
                "fact-shift",
                before=told.level(before),
                after=told.level(after),
                day=told.wording.date(day),
            ),
            note=f"since {day.isoformat()}",
            method="optimal partitioning, Killick et al. 2012",
            direction=_sign(apart),
        )


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)
