"""How English writes numbers, durations, times of day and dates."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from clarity.domain.words.languages.language import Numbers, Numeral, units

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from clarity.domain.words.languages.language import Bound

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen "
    "sixteen seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_WORDS: Mapping[str, int] = {
    **{word: value for value, word in enumerate(_ONES.split())},
    **{word: 10 * value for value, word in enumerate(_TENS.split(), 2)},
}
_SCALES: Mapping[str, int] = {"hundred": 100, "thousand": 1000, "million": 1_000_000}
NUMBER_WORDS = frozenset((*_WORDS, *_SCALES))
_UNITS = units(
    ("h hr hrs hour hours", "duration", 60.0),
    ("min mins minute minutes", "duration", 1.0),
    ("s sec secs second seconds", "duration", 1 / 60),
    ("% percent cent", "percent", 1.0),
    ("point points", "points", 1.0),
    ("step steps", "steps", 1.0),
    ("beat beats bpm", "pulse", 1.0),
    ("day days", "days", 1.0),
    ("night nights", "nights", 1.0),
    ("week weeks", "weeks", 1.0),
    ("month months", "months", 1.0),
    ("year years", "years", 1.0),
    ("time times awakening awakenings", "times", 1.0),
    ("ms millisecond milliseconds", "milliseconds", 1.0),
    ("breath breaths", "breaths", 1.0),
    ("kcal calorie calories", "energy", 1.0),
    ("km kilometre kilometres kilometer kilometers", "distance", 1.0),
    ("mile miles", "miles", 1.0),
    ("m metre metres meter meters", "metres", 1.0),
    ("mg milligram milligrams g gram grams kg", "weight", 1.0),
    ("degree degrees", "temperature", 1.0),
    ("floor floors", "floors", 1.0),
)
_BEGINS = frozenset(("a", "an", "half", "quarter", *_WORDS))
_HOURS = frozenset(("hour", "hours", "h"))
_AN_HOUR_AND_A_HALF = (["an", "hour", "and", "a", "half"], ["one", "hour", "and", "a", "half"])
# How many of the words write the number; the others have its unit.
_FRACTIONS = tuple(
    (words.split(), length, value)
    for words, length, value in (
        ("half an hour", 2, 0.5),
        ("half hour", 1, 0.5),
        ("half - hour", 2, 0.5),
        ("a quarter of an hour", 4, 0.25),
        ("quarter of an hour", 3, 0.25),
        ("three quarters of an hour", 4, 0.75),
        ("an hour", 1, 1.0),
    )
)
_COUNTS_ONE = frozenset(("in", "out"))


def numeral(tokens: Sequence[str]) -> Numeral | None:
    """A number in words, or one in digits that words go on with.

    >>> numeral("twenty - five minutes".split())
    Numeral(length=3, value=25.0, unit='', step=1.0)
    >>> numeral("an hour and a half".split())
    Numeral(length=5, value=1.5, unit='hour', step=0.5)
    """
    if tokens[0] not in _BEGINS and not tokens[0][0].isdigit():
        return None
    return _fraction_of_an_hour(tokens) or _mixed(tokens) or _whole(tokens)


def _fraction_of_an_hour(tokens: Sequence[str]) -> Numeral | None:
    if list(tokens[:5]) in _AN_HOUR_AND_A_HALF:
        return Numeral(5, 1.5, "hour", 0.5)
    for words, length, value in _FRACTIONS:
        if tokens[: len(words)] == words:
            return Numeral(length, value, step=0.25)
    return None


def _mixed(tokens: Sequence[str]) -> Numeral | None:
    """Digits or words that go on: "7 and a half", "seven hours and a half", "10 k"."""
    first = _number(tokens)
    if first is None:
        return None
    value, length = first
    rest = list(tokens[length : length + 4])
    if rest[:3] == ["and", "a", "half"]:
        return Numeral(length + 3, value + 0.5, step=0.5)
    if rest[:1] and rest[0] in _HOURS and rest[1:] == ["and", "a", "half"]:
        return Numeral(length + 4, value + 0.5, rest[0], 0.5)
    if tokens[0][0].isdigit() and rest[:1] and rest[0] in {"k", *_SCALES}:
        scale = _SCALES.get(rest[0], 1000)
        digits = len(tokens[0].partition(".")[2])
        return Numeral(length + 1, value * scale, step=scale * 10.0**-digits)
    return None


def _whole(tokens: Sequence[str]) -> Numeral | None:
    if tokens[0][0].isdigit() or _is_pronoun(tokens):
        return None
    number = _number(tokens)
    if number is None:
        return None
    value, length = number
    decimals = [_WORDS.get(word, 10) for word in tokens[length + 1 :]]
    if tokens[length : length + 1] == ["point"] and decimals and decimals[0] < 10:  # noqa: PLR2004  a digit
        digits = []
        for digit in decimals:
            if digit > 9:  # noqa: PLR2004  a digit
                break
            digits.append(digit)
        value += sum(digit * 10.0**-(place) for place, digit in enumerate(digits, 1))
        return Numeral(length + 1 + len(digits), round(value, 6), step=10.0 ** -len(digits))
    return Numeral(length, value)


def _number(tokens: Sequence[str]) -> tuple[float, int] | None:
    """The value of the number that begins here, and how many tokens write it."""
    if tokens[0][0].isdigit():
        return float(tokens[0]), 1
    if tokens[0] == "a" and len(tokens) > 1 and tokens[1] in _SCALES:
        return _number(["one", *tokens[1:]])
    if tokens[0] not in _WORDS:
        return None
    length = 1
    while more := _continued(tokens[length - 1 : length + 2]):
        length += more
    return _value([word for word in tokens[:length] if word not in {"-", "and"}]), length


def _continued(tokens: Sequence[str]) -> int:
    """How many tokens after the first go on with its number: "twenty-five", "hundred and five"."""
    if len(tokens) < 2:  # noqa: PLR2004  a pair of words
        return 0
    last, following = tokens[0], tokens[1:]
    if following[0] in _SCALES:
        return 1
    joined = following[0] in {"-", "and"}
    word = following[-1] if joined else following[0]
    tens = _WORDS.get(last, 0) >= 20 and 0 < _WORDS.get(word, 10) < 10 and following[0] != "and"  # noqa: PLR2004  tens and ones
    hundreds = last in _SCALES and word in _WORDS and following[0] != "-"
    return (2 if joined else 1) if tens or hundreds else 0


def _value(words: Sequence[str]) -> float:
    total, group = 0, 0
    for word in words:
        if word in _SCALES:
            group = max(group, 1) * _SCALES[word]
            if _SCALES[word] > 100:  # noqa: PLR2004  "two thousand three hundred"
                total, group = total + group, 0
        else:
            group += _WORDS[word]
    return float(total + group)


def _is_pronoun(tokens: Sequence[str]) -> bool:
    """Whether "one" is no number: "no one", "this one", "one way"."""
    if tokens[0] != "one":
        return False
    after = tokens[1:3]
    continues = bool(_continued(tokens[:3])) or "point" in after[:1]
    counts = any(text in _UNITS for text in after) or bool(_COUNTS_ONE & set(after[:1]))
    return not counts and not continues


_YEAR_ROUND = (
    "january february march april may june july august september october november december"
)
_MONTHS = _YEAR_ROUND.split()
_SHORT = {month[:3]: number for number, month in enumerate(_MONTHS, 1)} | {"sept": 9}
MONTHS: Mapping[str, int] = {month: number for number, month in enumerate(_MONTHS, 1)} | _SHORT
_MONTH = rf"(?P<month>{'|'.join(sorted(MONTHS, key=len, reverse=True))})\b\.?"
_DAY = r"\b(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_UNTIL = (
    r"(?:\s*(?:-|to|until|till|through|and)\s*(?:the\s+)?(?P<until>\d{1,2})(?:st|nd|rd|th)?)?\b"
)
_YEAR = r"(?:,?\s+(?P<year>\d{4})\b)?"
_HOUR = r"(?P<hour>\d{1,2})"
_HALF = (
    r"(?P<half>a\.?m\b\.?|p\.?m\b\.?|in the morning|in the afternoon|in the evening|at night|"
    r"o'? ?clock)"
)

_BETWEEN = (
    "full whole daily valid good of the heart - per percentage more extra fewer additional complete"
)
_BOUNDS: Sequence[tuple[Bound, str]] = (
    (
        "at_most",
        r"no (?:more|longer|higher) than|not (?:more than|longer than|above|over)|at "
        r"most|(?<!added )(?<!adds )(?<!add )up to|"
        r"at or below|a maximum of",
    ),
    (
        "at_least",
        r"no (?:less|fewer|lower|shorter) than|not (?:less than|below|under)|at least|"
        r"at or above|a minimum of",
    ),
    (
        "above",
        r"(?:more|higher|longer|greater|later) than|above|over|beyond|exceed(?:s|ed|ing)?|"
        r"upwards of",
    ),
    (
        "below",
        r"(?:less|fewer|lower|shorter|earlier) than|below|under|short of|shy of",
    ),
)

NUMBERS = Numbers(
    decimal=".",
    thousands=",",
    numeral=numeral,
    units=_UNITS,
    between=frozenset(_BETWEEN.split()),
    joins=frozenset(("of", "to", "-", "/", "or", "and", "out", "the", "your")),
    of=frozenset(("of",)),
    links=frozenset(("and", ",")),
    before=tuple(
        (
            bound,
            re.compile(
                rf"\b(?:{words}),?\s+(?:(?:the|a|an|your|own|usual|recommended|suggested|advised|"
                r"published|about|around|roughly|typical|median|average)\s+)*$"
            ),
        )
        for bound, words in _BOUNDS
    ),
    after=(
        (
            "at_least",
            re.compile(
                r"^(?:\s+a (?:day|night))?\s*(?:or|and) (?:more|longer|over|above|higher)\b"
            ),
        ),
        (
            "at_most",
            re.compile(
                r"^(?:\s+a (?:day|night))?\s*(?:or|and) (?:less|fewer|under|below|lower|shorter)\b"
            ),
        ),
    ),
    during=re.compile(r"\bover\s+(?:(?:the|your|these|last|past|all)\s+)*$"),
    about=re.compile(
        r"(?:\b(?:about|around|roughly|nearly|almost|approximately|close to|near|some|circa|"
        r"just (?:over|under))|~)\s*$"
    ),
    vague=re.compile(
        r"\b(?:half|halves|halved|twice|thrice|doubl(?:e|ed|es|ing)|tripl(?:e|ed|ing)|dozens?|"
        r"quadrupl\w+|quarters?|thirds|fourths?|fifths?|sixths?|sevenths?|eighths?|ninths?|"
        r"tenths?|"
        r"(?:two|three|one|a)[ -]third|second (?:day|night|week|month|half)|scores?(?= (?:of|"
        r"and))|"
        r"hundreds|thousands|millions?|fortnights?|(?:few|several|couple of) (?:thousand|"
        r"hundred)|couple|few(?: of)?(?= (?:hours?|minutes?|steps|"
        r"nights|days|weeks))|several|handful|a score|digits?|fraction|majority|minority|"
        r"(?:for|to|in|of) hours|(?<!how )(?:many|countless|long) (?:hours|minutes|steps)|most "
        r"of the (?:night|day|time)|all (?:night|day)|both nights|"
        r"(?=[mdclxvi]{2,}\b)(?!mi[lx]\b|di[dm]\b|mix\b|civil\b|vivid\b|mild\b|livid\b)"
        r"m{0,3}(?:c[md]|d?c{0,3})(?:x[cl]|l?x{0,3})(?:i[xv]|v?i{0,3}))\b"
    ),
    uncounted=re.compile(
        r"\b(?:one|two|three|four) (?:things|points|numbers|values|figures|findings|facts|ideas|"
        r"small ideas|small steps)\b|\bone point\b|"
        r"\b(?:from|between|of) 0 (?:to|and) 1(?:00)?\b|\bout of 100\b|\b(?:closer|nearer) to "
        r"(?:0|1|100)\b|\bone (?:day|night|week) "
        r"to (?:the (?:next|other)|another)\b|\bone (?:of|thing|by one)\b"
    ),
    rates=tuple(
        (rate, re.compile(rf"^\s*(?:(?:a|an|per|each)[ -]|/ ?){word}\b"))
        for rate, word in (
            ("minute", r"min(?:ute)?"),
            ("hour", "(?:hour|h)"),
            ("day", r"(?:single )?(?:calendar )?day"),
            ("night", "(?:single )?night"),
            ("week", "week"),
            ("month", "month"),
            ("year", "year"),
        )
    ),
    total=re.compile(
        r"\b(?:in total|total(?:led|ling)?(?! sleep)|altogether|all told|combined|in sum|"
        r"all week|(?:the )?(?:whole|entire|full) week|summed)\b"
    ),
    averaged=re.compile(
        r"\b(?:on average|averag\w+|(?:a|per|each|every|most|of) (?:day|night)s?|daily|nightly|"
        r"typical\w*|mean|median|usual\w*)\b"
    ),
    clocks=(
        re.compile(rf"\b{_HOUR}[:.](?P<minute>\d{{2}})\s*{_HALF}"),
        re.compile(rf"\b{_HOUR}\s*{_HALF}"),
        re.compile(rf"\b{_HOUR}:(?P<minute>\d{{2}})(?![\d:])(?!\s*h(?:ours?)?\b)"),
    ),
    afternoon=frozenset(("pm", "p.m", "p.m.", "pm.", "in the afternoon", "in the evening")),
    night=frozenset(("at night",)),
    dates=(
        re.compile(rf"{_DAY}{_UNTIL}\s+(?:of\s+)?{_MONTH}{_YEAR}"),
        re.compile(rf"\b{_MONTH}\s+(?:the\s+)?{_DAY}(?!\d|:|,\d){_UNTIL}{_YEAR}"),
        re.compile(r"\b(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})\b"),
    ),
    months=MONTHS,
    month=re.compile(
        rf"\b(?:in|of|since|until|till|during|from|early|late|mid)[ -](?:\w+ )?{_MONTH}"
    ),
)
