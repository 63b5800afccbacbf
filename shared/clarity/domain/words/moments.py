"""Dates and times of day in a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from re import Match

    from clarity.domain.words.languages.language import Numbers

_MINUTES_PER_HOUR = 60
_HOURS_PER_DAY = 24
_NOON = 12
_EVENING = 6  # "at 7 at night" is in the evening, "at 3 at night" is not


@dataclass(frozen=True, slots=True)
class Day:
    """A date as it is written; a part that is not written is 0.

    Attributes:
        day: of the month.
        month: 1 to 12.
        year: with four digits.
        start: where the date starts in the plain text.
        end: where it ends.
    """

    day: int
    month: int
    year: int
    start: int
    end: int

    def agrees(self, other: Day) -> bool:
        """Whether the other date may be this one: what only one of them says counts for both."""
        pairs = ((self.day, other.day), (self.month, other.month), (self.year, other.year))
        return all(mine == theirs or 0 in {mine, theirs} for mine, theirs in pairs)


@dataclass(frozen=True, slots=True)
class Moment:
    """A time of day.

    Attributes:
        minute: after midnight.
        step: 1 where minutes are written, else 60.
        start: where it starts in the plain text.
        end: where it ends.
    """

    minute: int
    step: int
    start: int
    end: int


def days(source: str, numbers: Numbers) -> tuple[Day, ...]:
    """Every date in a plain text, and every month that is named without a day."""
    found: list[Day] = []
    for pattern in numbers.dates:
        for match in pattern.finditer(source):
            if _apart(match, found):
                found += _of(match, numbers)
    for match in numbers.month.finditer(source):
        start, end = match.span("month")
        if all(end <= day.start or day.end <= start for day in found):
            found.append(Day(0, numbers.months[match["month"]], 0, start, end))
    return tuple(sorted(found, key=lambda day: day.start))


def _of(match: Match[str], numbers: Numbers) -> Iterator[Day]:
    parts = match.groupdict()
    month = parts["month"] or ""
    number = numbers.months.get(month) or (int(month) if month.isdigit() else 0)
    year = int(parts.get("year") or 0)
    for part in (parts["day"], parts.get("until")):
        if part:
            # A month that does not exist agrees with no date.
            yield Day(int(part), number or -1, year, match.start(), match.end())


def moments(source: str, numbers: Numbers) -> tuple[Moment, ...]:
    """Every time of day in a plain text."""
    found: list[Moment] = []
    for pattern in numbers.clocks:
        found += [
            _moment(match, numbers) for match in pattern.finditer(source) if _apart(match, found)
        ]
    return tuple(sorted(found, key=lambda moment: moment.start))


def _moment(match: Match[str], numbers: Numbers) -> Moment:
    parts = match.groupdict()
    hour, minute = int(parts["hour"]), parts.get("minute")
    half = parts.get("half") or ""
    late = half in numbers.afternoon or (half in numbers.night and hour >= _EVENING)
    if half and hour == _NOON:
        hour = _NOON if half in numbers.afternoon else 0
    elif late and hour < _NOON:
        hour += _NOON
    hour %= _HOURS_PER_DAY
    start, end = match.span()
    return Moment(
        hour * _MINUTES_PER_HOUR + int(minute or 0), 1 if minute else _MINUTES_PER_HOUR, start, end
    )


def _apart(match: Match[str], found: list[Day] | list[Moment]) -> bool:
    """Whether the match overlaps nothing that was found before it."""
    return all(match.end() <= each.start or each.end <= match.start() for each in found)
