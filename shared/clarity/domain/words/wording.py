"""Words, numbers and dates in one language at one reading level, from the Fluent files in `texts`.

A message has a value where both levels say the same, else an attribute for each level. A message,
level or argument that is not there is an error, never a blank.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final, Literal, get_args

from clarity.domain.person import Language, Level

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from fluent.runtime import FluentBundle
    from fluent.runtime.types import FluentType

    from clarity.domain.words.facts import FactKind

_MINUTES_PER_HOUR: Final = 60
_MINUTES_PER_DAY: Final = 1440
_MESSAGES: Final[Mapping[str, str]] = {
    "": "number",
    "%": "percent",
    "points": "points",
    "steps": "steps-alone",
    "steps/day": "steps-a-day",
    "steps/min": "steps-a-minute",
    "beats": "beats-alone",
    "beats/min": "beats-a-minute",
}
# Spanish writes 9850 (CLDR's minimumGroupingDigits, which Babel leaves out), and from five digits
# on a narrow space that does not break, as the RAE recommends: with the point, which marks decimals
# in Mexico and the United States, 12.120 would be read as twelve.
_GROUPED_FROM: Final[Mapping[Language, int]] = {"en": 1_000, "de": 1_000, "es": 10_000}
_GROUP_MARK: Final = re.compile(r"(?<=\d)\.(?=\d{3}(?!\d))")
_NARROW_SPACE: Final = "\u202f"


class Wording:
    """What can be said in one language at one level."""

    def __init__(self, language: Language, level: Level, bundle: FluentBundle) -> None:
        """The words of a bundle; `wording` makes one for a language."""
        self.language = language
        self.level = level
        self._bundle = bundle

    def say(self, message: str, **arguments: str | float | FluentType) -> str:
        """The message with its arguments in place.

        Raises:
            LookupError: no such message, or not at this level.
            ValueError: an argument is missing.
        """
        if not self._bundle.has_message(message):
            raise LookupError(f"expected a message of {self.language}.ftl, found {message!r}")
        found = self._bundle.get_message(message)
        pattern = found.attributes.get(self.level, found.value)
        if pattern is None:
            raise LookupError(f"{self.language}.ftl has no {self.level} words for {message!r}")
        text, errors = self._bundle.format_pattern(pattern, arguments)
        if errors:
            raise ValueError(f"{message!r} of {self.language}.ftl: {errors[0]}")
        return str(text)

    def label(self, metric: str, kind: FactKind = "measure") -> str:
        """What a fact of this metric and kind is, for a list of facts.

        The metric may name whose reference it is: "total_sleep_time-young".

        >>> wording("en", "plain").label("daily_steps", "usual")
        'average daily steps: usual for you'
        """
        name, _, whose = metric.partition("-")
        label = self.say(f"label-{name.replace('_', '-')}")
        if kind in {"measure", "quality"}:
            return label
        return self.say("-".join(filter(None, ("kind", kind, whose))), label=label)

    def has(self, message: str) -> bool:
        """Whether there are words for this message at this level."""
        if not self._bundle.has_message(message):
            return False
        found = self._bundle.get_message(message)
        return found.value is not None or self.level in found.attributes

    def quantity(self, value: float, unit: str, digits: int = 0) -> str:
        """A value with its unit, rounded to so many digits after the point.

        >>> words = wording("en", "detailed")
        >>> words.quantity(432.4, "min"), words.quantity(9850, "steps/day")
        ('7 h 12 min', '9,850 steps a day')

        Raises:
            LookupError: a unit without words.
        """
        if unit == "min":
            return self._duration(round(value))
        if unit == "clock":
            return self.clock(value)
        if unit not in _MESSAGES:
            raise LookupError(f"expected one of {', '.join(_MESSAGES)}, found {unit!r}")
        text = self.say(_MESSAGES[unit], value=self._number(value, digits))
        return _GROUP_MARK.sub(_NARROW_SPACE, text) if self.language == "es" else text

    def clock(self, minutes: float) -> str:
        """A time of the day, of minutes since midnight.

        >>> wording("en", "plain").clock(-45.0)
        '23:15'
        """
        hour, minute = divmod(round(minutes) % _MINUTES_PER_DAY, _MINUTES_PER_HOUR)
        return self.say("clock", hour=f"{hour:02}", minute=f"{minute:02}")

    def date(self, day: dt.date) -> str:
        """A day of this year: 8 June."""
        return self.say("date", day=str(day.day), month=self._month(day))

    def dates(self, first: dt.date, last: dt.date) -> str:
        """A stretch of days.

        >>> from datetime import date
        >>> wording("en", "plain").dates(date(2026, 6, 8), date(2026, 6, 14))
        '8 to 14 June 2026'
        """
        if first == last:
            parts = {"day": str(first.day), "month": self._month(first), "year": str(first.year)}
            return self.say("dates-one-day", **parts)
        two_years, two_months = first.year != last.year, first.month != last.month
        message = "two-years" if two_years else "one-year" if two_months else "one-month"
        return self.say(
            f"dates-{message}",
            first_day=str(first.day),
            first_month=self._month(first),
            first_year=str(first.year),
            last_day=str(last.day),
            last_month=self._month(last),
            last_year=str(last.year),
        )

    def listed(self, names: Sequence[str], joined: Literal["and", "or"]) -> str:
        """Names in a list.

        >>> wording("en", "plain").listed(["sleep", "steps", "pulse"], "and")
        'sleep, steps and pulse'
        """
        if len(names) == 1:
            return names[0]
        return self.say(f"list-{joined}", head=", ".join(names[:-1]), last=names[-1])

    def _duration(self, minutes: int) -> str:
        hours, rest = divmod(abs(minutes), _MINUTES_PER_HOUR)
        message = "hours-minutes" if hours and rest else "hours" if hours else "minutes"
        text = self.say(message, hours=self._number(hours, 0), minutes=self._number(rest, 0))
        return f"-{text}" if minutes < 0 else text

    def _number(self, value: float, digits: int) -> FluentType:
        from fluent.runtime.types import fluent_number  # noqa: PLC0415  most functions say nothing

        rounded = round(value, digits) + 0.0  # no minus before a zero
        number: FluentType = fluent_number(
            rounded if digits else int(rounded),
            minimumFractionDigits=digits,
            maximumFractionDigits=digits,
            useGrouping=abs(rounded) >= _GROUPED_FROM[self.language],
        )
        return number

    def _month(self, day: dt.date) -> str:
        from babel.dates import get_month_names  # noqa: PLC0415  as above

        names: Mapping[int, str] = get_month_names("wide", "format", self.language)
        return names[day.month]


@cache
def wording(language: Language, level: Level) -> Wording:
    """The words of a language at a level.

    Raises:
        LookupError: no such language or level.
    """
    if language not in get_args(Language) or level not in get_args(Level):
        raise LookupError(f"expected {Language} and {Level}, found {language!r} and {level!r}")
    return Wording(language, level, _bundle(language))


@cache
def _bundle(language: Language) -> FluentBundle:
    from fluent.runtime import FluentBundle, FluentResource  # noqa: PLC0415  as above

    bundle = FluentBundle([language], use_isolating=False)
    source = files("clarity.domain.words").joinpath("texts", f"{language}.ftl")
    bundle.add_resource(FluentResource(source.read_text(encoding="utf-8")))
    return bundle
