"""How the report writes: escaped text, clock times, durations, numbers."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Final

from clarity.domain.metric import CLOCK

if TYPE_CHECKING:
    from datetime import date


MINUTES_PER_HOUR: Final = 60
NO_VALUE: Final = "\u2013"
FRACTIONS: Final = frozenset({"sleep_efficiency"})  # read as per cent
# Characters that XML cannot hold, even escaped.
UNPRINTABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def text(value: object) -> str:
    """Anything as text that can stand in a page or an attribute.

    >>> text('<b> & "c"')
    '&lt;b&gt; &amp; &quot;c&quot;'
    """
    return escape(UNPRINTABLE.sub("\ufffd", str(value)), quote=True)


def clock(minute: float) -> str:
    """A minute since any midnight as the time that a clock shows.

    >>> clock(1439.6), clock(-30), clock(2000)
    ('00:00', '23:30', '09:20')
    """
    hours, minutes = divmod(round(minute), MINUTES_PER_HOUR)
    return f"{hours % 24:02d}:{minutes:02d}"


def duration(minutes: float) -> str:
    """Minutes as a person reads them, in hours from one hour on.

    >>> duration(421.6), duration(38.2), duration(60)
    ('7 h 02 min', '38 min', '1 h 00 min')
    """
    hours, rest = divmod(round(minutes), MINUTES_PER_HOUR)
    return f"{hours} h {rest:02d} min" if hours else f"{rest} min"


def number(value: float) -> str:
    """About three digits.

    >>> number(9812.4), number(84.2), number(0.5274), number(0)
    ('9,812', '84.2', '0.527', '0')
    """
    if value == 0:
        return "0"
    size = abs(value)
    decimals = next((n for limit, n in ((100, 0), (10, 1), (1, 2)) if size >= limit), 3)
    return f"{value:,.{decimals}f}"


def amount(value: float | None, unit: str, name: str = "") -> str:
    """A metric's value as a person reads it: clock times, hours, per cent, or number and unit.

    >>> amount(205.0, "min after midnight"), amount(0.914, "", "sleep_efficiency")
    ('03:25', '91.4 %')
    >>> amount(None, "min") == NO_VALUE
    True
    """
    if value is None:
        return NO_VALUE
    if unit == CLOCK:
        return clock(value)
    if name in FRACTIONS:
        return f"{100 * value:.1f} %"
    if unit == "min" and value >= MINUTES_PER_HOUR:
        return duration(value)
    return f"{number(value)} {unit}".strip()


def day_name(day: date) -> str:
    """A day with its weekday.

    >>> from datetime import date
    >>> day_name(date(2026, 3, 1))
    'Sun 1 Mar'
    """
    return f"{day:%a} {day.day} {day:%b}"
