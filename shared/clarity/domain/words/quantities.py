"""The numbers in a sentence, with what they count: digits, words, durations, per cent, clock times.

English only so far: another language brings its own unit and number words.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Bound = Literal["above", "below", "at_least", "at_most"]


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
        end: where it ends, without its unit.
        whole: 7 in "6 of 7 days", which is one quantity; None where no whole is named.
    """

    value: float
    dimension: str
    step: float
    bound: Bound | None
    start: int
    end: int
    whole: float | None = None


_UNITS: Mapping[str, tuple[str, float]] = {
    word: (dimension, factor)
    for words, dimension, factor in (
        ("h hr hrs hour hours", "duration", 60.0),
        ("min mins minute minutes", "duration", 1.0),
        ("s sec secs second seconds", "duration", 1 / 60),
        ("% percent", "percent", 1.0),
        ("step steps", "steps", 1.0),
        ("beat beats bpm", "pulse", 1.0),
        ("day days", "days", 1.0),
        ("night nights", "nights", 1.0),
        ("week weeks", "weeks", 1.0),
        ("month months", "months", 1.0),
        ("year years", "years", 1.0),
        ("time times", "times", 1.0),
        ("ms millisecond milliseconds", "milliseconds", 1.0),
        ("breath breaths", "breaths", 1.0),
        ("kcal calorie calories", "energy", 1.0),
        ("km kilometre kilometres kilometer kilometers", "distance", 1.0),
        ("mile miles", "miles", 1.0),
        ("m metre metres meter meters", "metres", 1.0),
        ("degree degrees °c °f", "temperature", 1.0),
        ("am pm", "clock", 1.0),
    )
    for word in words.split()
}
# They may stand between a number and its unit.
_BETWEEN = frozenset(("full", "whole", "daily", "valid", "of", "the", "heart", "-", "per"))
_JOINS = frozenset(("of", "to", "-", "/", "or", "and", "out", "the"))

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty"
)
_TENS = "thirty forty fifty sixty seventy eighty ninety"
_WORDS: Mapping[str, int] = {
    **{word: value for value, word in enumerate(_ONES.split())},
    **{word: 10 * value for value, word in enumerate(_TENS.split(), 3)},
}
_SCALES: Mapping[str, int] = {"hundred": 100, "thousand": 1000, "million": 1_000_000}
# Amounts without a value of their own: none of them can be held against a fact.
VAGUE_AMOUNTS = re.compile(
    r"\b(half|halves|halved|twice|thrice|doubled?|doubling|tripled?|tripling|quadrupled?|dozens?|"
    r"quarters?|[ivx]{2,}|(?:two|three|one|a)[ -](?:thirds?|fifths?|tenths?)|"
    r"thirds|hundreds|thousands)\b"
)

_TOKEN = re.compile(
    r"(?P<clock>\d{1,2}:\d{2})"
    r"|(?P<number>(?:(?<![\w.,])-)?(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?)"
    r"|(?P<word>[a-z°%]+|[/-])"
)
_BOUND_WORDS: tuple[tuple[Bound, str], ...] = (
    ("at_most", r"no more than|not more than|at most|up to"),
    ("at_least", r"no less than|not less than|no fewer than|at least|a minimum of"),
    ("above", r"(?:more|higher|longer|greater|later) than|above|over|beyond|exceed(?:s|ed|ing)?"),
    ("below", r"(?:less|fewer|lower|shorter|earlier) than|below|under|short of"),
)
_BEFORE: tuple[tuple[Bound, re.Pattern[str]], ...] = tuple(
    (bound, re.compile(rf"\b(?:{words})\s+(?:(?:the|a|an|your|recommended|suggested|about)\s+)*$"))
    for bound, words in _BOUND_WORDS
)
_AFTER: tuple[tuple[Bound, re.Pattern[str]], ...] = (
    ("at_least", re.compile(r"^\s*or (?:more|longer|over|above|higher|better)\b")),
    ("at_most", re.compile(r"^\s*or (?:less|fewer|under|below|lower|shorter)\b")),
)
_ABOUT = re.compile(
    r"(?:\b(?:about|around|roughly|nearly|almost|approximately|close to|some)|~)\s*$"
)
_WIDE_SPACES = re.compile("(?<=\\d)[\u00a0\u2009\u202f'\u2019](?=\\d{3}(?!\\d))")
_SPAN = frozenset({"days", "nights", "weeks", "months"})
_MINUTES_PER_HOUR = 60
_NOON = 12


def plain(text: str) -> str:
    """The text with one way to write each character: compatibility forms folded, lower case."""
    folded = unicodedata.normalize("NFKC", _WIDE_SPACES.sub(",", text)).lower()
    return folded.translate(_FOLD)


_FOLD = str.maketrans(
    {"\u2013": "-", "\u2014": "-", "\u2212": "-", "\u2011": "-", "\u2010": "-", "\u2019": "'"}
)


def quantities(text: str) -> tuple[Quantity, ...]:
    """Every number in the text, in order; a number with unknown meaning has an empty dimension.

    >>> [(q.value, q.dimension) for q in quantities("7 h 12 min, 84 % on six of 7 nights")]
    [(432.0, 'duration'), (84.0, 'percent'), (6.0, 'nights')]
    """
    source = plain(text)
    tokens = list(_numerals(list(_tokens(source))))
    found = list(_joined(_measured(tokens)))
    return tuple(_with_bound(quantity, after, source) for quantity, after in found)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: Literal["clock", "number", "word"]
    text: str
    start: int
    end: int
    value: float = 0.0
    step: float = 1.0


def _tokens(source: str) -> Iterator[_Token]:
    for match in _TOKEN.finditer(source.replace("per cent", "percent ")):
        text, start, end = match.group(), match.start(), match.end()
        if match.lastgroup == "number":
            digits = text.replace(",", "")
            step = 10.0 ** -len(digits.partition(".")[2])
            yield _Token("number", text, start, end, float(digits), step)
        elif match.lastgroup == "clock":
            hours, _, minutes = text.partition(":")
            yield _Token("clock", text, start, end, int(hours) * 60.0 + int(minutes))
        else:
            yield _Token("word", text, start, end)


def _numerals(tokens: list[_Token]) -> Iterator[_Token]:
    """The tokens with runs of number words ("twenty-five", "ten thousand") made numbers."""
    at = 0
    while at < len(tokens):
        run = _run(tokens, at)
        if run and not _is_pronoun(tokens, at, run):
            yield _numeral(tokens[at : at + run])
            at += run
        else:
            yield tokens[at]
            at += 1


def _run(tokens: list[_Token], at: int) -> int:
    """How many tokens from here write one number in words."""
    if tokens[at].text not in _WORDS:
        return 0
    length = 1
    while more := _continued(tokens[at + length - 1 : at + length + 2]):
        length += more
    return length


def _continued(tokens: list[_Token]) -> int:
    """How many tokens after the first go on with its number: "twenty-five", "hundred and five"."""
    if len(tokens) < 2 or tokens[1].start - tokens[0].end > 1:  # noqa: PLR2004  a pair of words
        return 0
    last, following = tokens[0].text, [token.text for token in tokens[1:]]
    if following[0] in _SCALES:
        return 1
    joined = following[0] in {"-", "and"}
    word = following[-1] if joined else following[0]
    tens = _WORDS.get(last, 0) >= 20 and _WORDS.get(word, 10) < 10 and following[0] != "and"  # noqa: PLR2004  tens and ones
    hundreds = last in _SCALES and word in _WORDS and following[0] != "-"
    return (2 if joined else 1) if tens or hundreds else 0


def _is_pronoun(tokens: list[_Token], at: int, run: int) -> bool:
    """Whether "one" is no number: "no one", "this one", "one way"."""
    after = [token.text for token in tokens[at + 1 : at + 3]]
    counts = any(text in _UNITS for text in after) or (after[:1] == ["in"] and len(after) > 1)
    return run == 1 and tokens[at].text == "one" and not counts


def _numeral(run: list[_Token]) -> _Token:
    total, group = 0, 0
    for token in run:
        if token.text in _SCALES:
            group = max(group, 1) * _SCALES[token.text]
            if _SCALES[token.text] > 100:  # noqa: PLR2004  "two thousand three hundred"
                total, group = total + group, 0
        else:
            group += _WORDS.get(token.text, 0)
    text = " ".join(token.text for token in run)
    return _Token("number", text, run[0].start, run[-1].end, float(total + group))


def _measured(tokens: list[_Token]) -> list[tuple[Quantity, int, list[str]]]:
    """Each number with its unit, where its unit ends, and the words up to the next number."""
    found: list[tuple[Quantity, int, list[str]]] = []
    for at, token in enumerate(tokens):
        if token.kind == "word":
            continue
        unit = _unit_after(tokens, at)
        quantity = _quantity(token, unit.text if unit else "")
        words = []
        for later in tokens[at + 1 :]:
            if later.kind != "word":
                break
            words.append(later.text)
        found.append((quantity, unit.end if unit else token.end, words))
    return found


def _unit_after(tokens: list[_Token], at: int) -> _Token | None:
    for token in tokens[at + 1 : at + 3]:
        if token.kind == "word" and token.text in _UNITS:
            return token
        if token.kind != "word" or token.text not in _BETWEEN:
            return None
    return None


def _quantity(token: _Token, unit: str) -> Quantity:
    value, step = token.value, token.step
    if unit in {"am", "pm"}:
        hour = value if token.kind == "clock" else value * _MINUTES_PER_HOUR
        step = 1.0 if token.kind == "clock" else float(_MINUTES_PER_HOUR)
        hour = hour % (_NOON * _MINUTES_PER_HOUR)
        value = hour + (_NOON * _MINUTES_PER_HOUR if unit == "pm" else 0)
        return Quantity(value, "clock", step, None, token.start, token.end)
    if token.kind == "clock":
        dimension = "duration" if unit in {"h", "hours", "hour"} else "clock"
        return Quantity(value, dimension, 1.0, None, token.start, token.end)
    dimension, factor = _UNITS.get(unit, ("", 1.0))
    return Quantity(value * factor, dimension, step * factor, None, token.start, token.end)


def _joined(
    found: list[tuple[Quantity, int, list[str]]],
) -> Iterator[tuple[Quantity, int]]:
    """Hours and minutes made one duration; "6 of 7 days" too; "6 to 7 h" with the unit on both."""
    # From the right, so that a unit reaches every number that shares it.
    whole: list[tuple[Quantity, int]] = []
    for quantity, end, words in reversed(found):
        after = whole[-1] if whole else None
        if after and _is_compound(quantity, after[0], words):
            value = quantity.value + after[0].value
            one = replace(after[0], value=value, start=quantity.start, dimension="duration")
            whole[-1] = (one, after[1])
        elif after and not quantity.dimension and words and set(words) <= _JOINS:
            factor = _MINUTES_PER_HOUR if after[0].step >= _MINUTES_PER_HOUR else 1
            shared = replace(
                quantity,
                value=quantity.value * factor,
                step=quantity.step * factor,
                dimension=after[0].dimension,
            )
            if "of" in words:
                whole[-1] = (replace(shared, whole=after[0].value), after[1])
            else:
                whole.append((shared, end))
        else:
            whole.append((quantity, end))
    return reversed(whole)


def _is_compound(hours: Quantity, minutes: Quantity, words: list[str]) -> bool:
    """Whether two numbers write one duration: "7 h 12 min", "7h12", "7 hours and 12 minutes"."""
    in_hours = hours.dimension == "duration" and hours.step >= _MINUTES_PER_HOUR
    if not in_hours or not 0 <= minutes.value < _MINUTES_PER_HOUR:
        return False
    if minutes.dimension in {"duration", "metres"}:  # "7 h 12 m"
        return minutes.step == 1 and set(words[1:]) <= {"and"}
    return not minutes.dimension and minutes.start - hours.end <= 1 and words[0] == "h"


def _with_bound(quantity: Quantity, end: int, source: str) -> Quantity:
    head, tail = source[: quantity.start], source[end:]
    bound = next((name for name, words in _BEFORE if words.search(head)), None)
    if bound == "above" and quantity.dimension in _SPAN and re.search(r"\bover\s+\S*\s*$", head):
        bound = None  # "over 7 nights" is a span of time
    bound = bound or next((name for name, words in _AFTER if words.search(tail)), None)
    step = _rounded_step(quantity) if _ABOUT.search(head) else quantity.step
    return replace(quantity, bound=bound, step=step)


def _rounded_step(quantity: Quantity) -> float:
    """The place of the last digit that is not zero: 9,800 is written in hundreds."""
    step = quantity.step
    while quantity.value and quantity.value % (step * 10) == 0:
        step *= 10
    return step
