"""The numbers in a sentence, with what they count: digits, words, durations, per cent, clock times.

The engine knows no language: words, units and forms come from `Language.numbers`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Literal

from clarity.domain.words.moments import days, moments

if TYPE_CHECKING:
    from collections.abc import Iterator
    from re import Pattern

    from clarity.domain.words.languages.language import Bound, Numbers


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number and what it counts.

    Attributes:
        value: in the dimension's own unit: minutes, or minutes of the day for clock times.
        dimension: duration, percent, steps, pulse, days, nights, clock, ...; empty for a bare
            number.
        step: one unit of the last written digit, in the dimension's unit; trailing zeros do not
            count as written after "about".
        bound: "more than 7 h" is above, "7 h or more" at_least; None where the number stands alone.
        start: where it starts in the plain text.
        end: where it ends, with its unit and its rate.
        opens: where the words of its bound start, or it starts.
        closes: where the words of its bound end, or it ends.
        whole: 7 in "6 of 7 days", which is one quantity; None where no whole is named.
        after: the bound that follows it, even where another one stands before it.
        rate: minute, hour, day, night, week, month: "a day", "per week"; empty where none follows.
    """

    value: float
    dimension: str
    step: float
    bound: Bound | None
    start: int
    end: int
    opens: int
    closes: int
    whole: float | None = None
    rate: str = ""
    after: Bound | None = None


_WIDE_SPACES = re.compile("(?<=\\d)[\u00a0\u2009\u202f'\u2019](?=\\d{3}(?!\\d))")
_HALVES = {"\u00bd": "5", "\u00bc": "25", "\u00be": "75"}
_VULGAR = re.compile("(\\d?)\\s?([\u00bd\u00bc\u00be])")
_FOLD = str.maketrans(
    {"\u2013": "-", "\u2014": "-", "\u2212": "-", "\u2011": "-", "\u2010": "-", "\u2019": "'"}
)
_SPAN = frozenset({"days", "nights", "weeks", "months"})
_MINUTES_PER_HOUR = 60
_LONGEST_NUMERAL = 12


def plain(text: str) -> str:
    r"""The text with one way to write each character: compatibility forms folded, lower case.

    >>> plain("7½ h \u2013 9\u202f850 Steps")
    '7.5 h - 9850 steps'
    """
    halves = _VULGAR.sub(lambda match: f"{match[1] or 0}.{_HALVES[match[2]]}", text)
    folded = unicodedata.normalize("NFKC", _WIDE_SPACES.sub("", halves)).lower()
    # Lower case may come apart again ("İ"): once more, so that every form is one.
    return unicodedata.normalize("NFKC", folded).translate(_FOLD)


def quantities(source: str, numbers: Numbers) -> tuple[Quantity, ...]:
    """Every number in a plain text, in order; one with unknown meaning has an empty dimension.

    >>> from clarity.domain.words.languages import language
    >>> found = quantities("7 h 12 min, 84 % on six of 7 nights", language("en").numbers)
    >>> [(quantity.value, quantity.dimension) for quantity in found]
    [(432.0, 'duration'), (84.0, 'percent'), (6.0, 'nights')]
    """
    clocks = moments(source, numbers)
    spans = [(each.start, each.end) for each in clocks]
    spans += [(each.start, each.end) for each in days(source, numbers)]
    spans += [match.span() for match in numbers.uncounted.finditer(source)]
    tokens = _numerals(list(_tokens(_blanked(source, spans), numbers)), source, numbers)
    counted = [
        _bounded(each.quantity, each.end, source, numbers)
        for each in _joined(_measured(tokens, source, numbers), source, numbers)
    ]
    times = [
        _bounded(_clock(each.minute, each.step, each.start, each.end), each.end, source, numbers)
        for each in clocks
    ]
    return tuple(sorted(counted + times, key=lambda quantity: quantity.start))


def _clock(minute: float, step: float, start: int, end: int) -> Quantity:
    return Quantity(float(minute), "clock", float(step), None, start, end, start, end)


def _blanked(source: str, spans: list[tuple[int, int]]) -> str:
    for start, end in spans:
        source = source[:start] + "|" * (end - start) + source[end:]
    return source


@dataclass(frozen=True, slots=True)
class _Token:
    kind: Literal["number", "word"]
    text: str
    start: int
    end: int
    value: float = 0.0
    step: float = 1.0
    unit: str = ""


@cache
def _token_pattern(decimal: str, thousands: str) -> Pattern[str]:
    mark, group = re.escape(decimal), re.escape(thousands)
    return re.compile(
        rf"(?P<hours>\d{{1,2}}:\d{{2}}(?=\s?h))"
        rf"|(?P<number>(?:(?<![\w.,])-)?(?:\d{{1,3}}(?:{group}\d{{3}})+(?!\d)(?:{mark}\d+)?"
        # The other mark with one or two digits after it can only be a decimal one.
        rf"|\d+(?:{mark}\d+|{group}\d{{1,2}}(?![\d.,]*\d))?))"
        r"|(?P<word>[^\W\d_]+(?:'[^\W\d_]+)*|[%/-])"
    )


def _tokens(source: str, numbers: Numbers) -> Iterator[_Token]:
    for match in _token_pattern(numbers.decimal, numbers.thousands).finditer(source):
        text, start, end = match.group(), match.start(), match.end()
        if match.lastgroup == "word":
            yield _Token("word", text, start, end)
            continue
        if match.lastgroup == "hours":  # "7:12 h"
            whole, _, minutes = text.partition(":")
            value = int(whole) + int(minutes) / 60
            yield _Token("number", str(value), start, end, value, 1 / 60)
            continue
        grouped = re.fullmatch(rf"-?\d{{1,3}}(?:{re.escape(numbers.thousands)}\d{{3}})+.*", text)
        digits = text.replace(numbers.thousands, "" if grouped else ".")
        digits = digits.replace(numbers.decimal, ".")
        step = 10.0 ** -len(digits.partition(".")[2])
        yield _Token("number", digits, start, end, float(digits), step)


def _numerals(tokens: list[_Token], source: str, numbers: Numbers) -> list[_Token]:
    """The tokens with runs of number words ("twenty-five", "ten thousand") made numbers."""
    found: list[_Token] = []
    at = 0
    while at < len(tokens):
        numeral = numbers.numeral([token.text for token in _contiguous(tokens, at, source)])
        if numeral is None:
            found.append(tokens[at])
            at += 1
            continue
        run = tokens[at : at + numeral.length]
        written = source[run[0].start : run[-1].end]
        found.append(
            _Token(
                "number",
                written,
                run[0].start,
                run[-1].end,
                numeral.value,
                numeral.step,
                numeral.unit,
            )
        )
        at += numeral.length
    return found


def _contiguous(tokens: list[_Token], at: int, source: str) -> list[_Token]:
    run = [tokens[at]]
    for token in tokens[at + 1 : at + _LONGEST_NUMERAL]:
        if source[run[-1].end : token.start] not in {"", " "}:
            break
        run.append(token)
    return run


@dataclass(frozen=True, slots=True)
class _Measured:
    """A number with its unit, where its unit ends, and the words up to the next number."""

    quantity: Quantity
    end: int
    words: tuple[str, ...]


def _measured(tokens: list[_Token], source: str, numbers: Numbers) -> list[_Measured]:
    found = []
    for at, token in enumerate(tokens):
        if token.kind == "word":
            continue
        unit = None if token.unit else _unit_after(tokens, at, source, numbers)
        end = unit.end if unit else token.end
        quantity = _quantity(token, token.unit or (unit.text if unit else ""), end, numbers)
        words = []
        for later in tokens[at + 1 :]:
            if later.kind != "word":
                break
            words.append(later.text)
        found.append(_Measured(quantity, end, tuple(words)))
    return found


def _unit_after(tokens: list[_Token], at: int, source: str, numbers: Numbers) -> _Token | None:
    before = tokens[at]
    for token in tokens[at + 1 : at + 4]:
        if token.kind != "word" or source[before.end : token.start].strip(" "):
            return None
        if token.text in numbers.units:
            return token
        if token.text not in numbers.between:
            return None
        before = token
    return None


def _quantity(token: _Token, unit: str, end: int, numbers: Numbers) -> Quantity:
    dimension, factor = numbers.units.get(unit, ("", 1.0))
    start = token.start
    return Quantity(
        token.value * factor, dimension, token.step * factor, None, start, end, start, end
    )


def _joined(found: list[_Measured], source: str, numbers: Numbers) -> Iterator[_Measured]:
    """Hours and minutes made one duration; "6 of 7 days" too; "6 to 7 h" with the unit on both."""
    # From the right, so that a unit reaches every number that shares it.
    whole: list[_Measured] = []
    for each in reversed(found):
        quantity, after = each.quantity, whole[-1] if whole else None
        if after and _is_compound(each, after.quantity, source, numbers):
            value = quantity.value + after.quantity.value
            one = replace(
                after.quantity,
                value=value,
                start=quantity.start,
                opens=quantity.start,
                dimension="duration",
            )
            whole[-1] = replace(after, quantity=one)
        elif after and not quantity.dimension and _shares(each.words, numbers):
            whole += _shared(each, whole.pop(), numbers)
        elif after and quantity.dimension in _SPAN and not after.quantity.dimension:
            whole += _parted(each, whole.pop(), source, numbers)
        else:
            whole.append(each)
    return reversed(whole)


def _shares(words: tuple[str, ...], numbers: Numbers) -> bool:
    return bool(words) and set(words) <= numbers.joins


def _shared(each: _Measured, after: _Measured, numbers: Numbers) -> list[_Measured]:
    """Both numbers in the unit of the second, or the first as a part of it."""
    factor = _MINUTES_PER_HOUR if after.quantity.step >= _MINUTES_PER_HOUR else 1
    quantity = replace(
        each.quantity,
        value=each.quantity.value * factor,
        step=each.quantity.step * factor,
        dimension=after.quantity.dimension,
    )
    if numbers.of & set(each.words):
        end = after.quantity.end
        part = replace(quantity, whole=after.quantity.value, end=end, closes=end)
        return [replace(after, quantity=part)]
    return [after, replace(each, quantity=quantity)]


def _parted(each: _Measured, after: _Measured, source: str, numbers: Numbers) -> list[_Measured]:
    """Both numbers, or one: "6 days out of 7" and "of the 7 days, 6", as a part of a whole."""
    first, second = each.quantity, after.quantity
    words = set(each.words) - numbers.units.keys()
    if words & numbers.of and words <= numbers.joins:
        part = replace(first, whole=second.value, end=second.end, closes=second.end)
    elif not words and numbers.of & set(source[: first.start].split()[-2:]):
        part = replace(second, whole=first.value, dimension=first.dimension, start=first.start)
    else:
        return [after, each]
    return [_Measured(part, after.end, after.words)]


def _is_compound(hours: _Measured, minutes: Quantity, source: str, numbers: Numbers) -> bool:
    """Whether two numbers write one duration: "7 h 12 min", "7h12", "7 hours and 12 minutes"."""
    first, words = hours.quantity, hours.words
    in_hours = first.dimension == "duration" and first.step >= _MINUTES_PER_HOUR
    if not in_hours or not 0 <= minutes.value < _MINUTES_PER_HOUR or not words:
        return False
    between = source[hours.end : minutes.start]
    if minutes.dimension in {"duration", "metres"}:  # "7 h 12 m"
        return (
            minutes.step == 1 and set(words[1:]) <= numbers.links and not set(between) & set(",;")
        )
    return not minutes.dimension and minutes.start - first.end <= 1 and len(words) == 1


def _bounded(quantity: Quantity, end: int, source: str, numbers: Numbers) -> Quantity:
    """The quantity with the words around it: its bound, its rate, and how round it is."""
    for rate, pattern in numbers.rates:
        if match := pattern.match(source[end:]):
            end += match.end()
            quantity = replace(quantity, rate=rate)
            break
    head, tail = source[: quantity.start], source[end:]
    bound, opens, closes = None, quantity.start, end
    is_span = quantity.dimension in _SPAN and numbers.during.search(head)
    for name, before in () if is_span else numbers.before:
        if found := before.search(head):
            bound, opens = name, found.start()
            break
    following = None
    for name, after in numbers.after:
        if found := after.match(tail):
            following, closes = name, end + found.end()
            break
    bound = bound or following
    step = _rounded_step(quantity) if numbers.about.search(head) else quantity.step
    return replace(
        quantity, bound=bound, step=step, end=end, opens=opens, closes=closes, after=following
    )


def _rounded_step(quantity: Quantity) -> float:
    """The place of the last digit that is not zero: 9,800 is written in hundreds."""
    step = quantity.step
    while quantity.value and quantity.value % (step * 10) == 0:
        step *= 10
    return step
