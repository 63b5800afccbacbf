"""How German writes numbers with words, which it mostly writes as one."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from clarity.domain.words.languages.german_spelling import unaccented
from clarity.domain.words.languages.language import Numeral

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_ONES = "null ein zwei drei vier fünf sechs sieben acht neun"
_TEENS = "zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn"
_TENS = "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig"
_HUNDRED, _THOUSAND = 100, 1000


def _below_hundred() -> Mapping[str, int]:
    ones = {word: value for value, word in enumerate(unaccented(_ONES).split())}
    tens = {word: 10 * value for value, word in enumerate(unaccented(_TENS).split(), 2)}
    joined = {
        f"{one}und{ten}": value + base
        for one, value in ones.items()
        for ten, base in tens.items()
        if value
    }
    teens = {word: value for value, word in enumerate(unaccented(_TEENS).split(), 10)}
    return {**ones, **teens, **tens, **joined, "eins": 1, "zwo": 2}


_SMALL = _below_hundred()
_ARTICLES = frozenset(("ein", "eine", "einen", "einem", "einer", "eines"))
# What the end of a word adds to the number before it: "siebeneinhalb".
_PARTS: Mapping[str, float] = {"einhalb": 0.5, "dreiviertel": 0.75, "einviertel": 0.25}
_HALVES = frozenset(("halb", "halbe", "halben", "halber", "halbes"))
_UNIT_OF: Mapping[str, str] = {
    "stund": "stunden",
    "stuend": "stunden",
    "minut": "minuten",
    "minuet": "minuten",
    "taeg": "tage",
    "naecht": "naechte",
    "woech": "wochen",
    "monat": "monate",
    "prozent": "prozent",
    "mal": "mal",
}
_WITH_UNIT = re.compile(
    rf"^(?P<number>[a-z]+?)s?(?P<unit>{'|'.join(_UNIT_OF)})(?:e|en|ig\w{{0,2}}|s\w*)?$"
)
_DIGITS = re.compile(r"-?\d+(?:\.\d+)?")
_ORDINAL = re.compile(r"(?:s?te[mnrs]?)$")
_ORDINALS: Mapping[str, int] = {"drit": 3, "sieb": 7}
_MOST_TOKENS = 8
_COUNTED = frozenset(
    [
        "stunde",
        "stunden",
        "h",
        "std",
        "minute",
        "minuten",
        "min",
        "sekunde",
        "sekunden",
        "prozent",
        "prozentpunkt",
        "prozentpunkte",
        "prozentpunkten",
        "volle",
        "vollen",
        "ganze",
        "ganzen",
    ]
)


@cache
def number_word(word: str) -> float | None:
    """The number that one lower-case word writes; None for any other word.

    >>> number_word("neuntausendachthundertfünfzig"), number_word("siebeneinhalb")
    (9850.0, 7.5)
    """
    word = unaccented(word)
    if word == "anderthalb":
        return 1.5
    for part, value in _PARTS.items():
        if word.endswith(part):
            before = word.removesuffix(part).removesuffix("und")
            whole = _whole(before) if before else 0
            return None if whole is None else whole + value
    number = _whole(word)
    return None if number is None else float(number)


def _whole(word: str) -> int | None:
    """A whole number below a million."""
    head, scale, tail = word.partition("tausend")
    if not scale:
        return _hundreds(word)
    thousands = _hundreds(head) if head else 1
    rest = _hundreds(tail.removeprefix("und")) if tail else 0
    return None if thousands is None or rest is None else _THOUSAND * thousands + rest


def _hundreds(word: str) -> int | None:
    """A number of at most four digits without "tausend": "zwölfhundert" is 1,200."""
    head, scale, tail = word.partition("hundert")
    if not scale:
        return _SMALL.get(word)
    hundreds = _SMALL.get(head) if head else 1
    rest = _SMALL.get(tail.removeprefix("und")) if tail else 0
    return None if hundreds is None or rest is None else _HUNDRED * hundreds + rest


def numeral(tokens: Sequence[str]) -> Numeral | None:
    """A number in words, or one in digits that words go on with.

    >>> numeral("siebeneinhalb stunden".split())
    Numeral(length=1, value=7.5, unit='', step=0.5)
    >>> numeral("einer halben stunde".split())
    Numeral(length=2, value=0.5, unit='', step=0.25)
    """
    return (
        _time_of_day(tokens)
        or _part_of_an_hour(tokens)
        or _mixed(tokens)
        or _with_unit(tokens)
        or _in_words(tokens)
    )


def _time_of_day(tokens: Sequence[str]) -> Numeral | None:
    """Such as "halb vier", "viertel nach elf" and "zehn vor sechs"."""
    words = list(tokens[:4])
    if words[:1] == ["kurz"] and words[1:2] in (["vor"], ["nach"]):
        words = words[2:]
    first = words[0] if words else ""
    hour = number_word(words[1]) if len(words) > 1 else None
    if first == "halb" and hour is not None:
        return Numeral(2, hour - 0.5, "uhr", 1 / 60)
    minutes = 15.0 if first == "viertel" else number_word(first)
    if minutes is not None and len(words) > 2 and words[1] in {"vor", "nach"}:  # noqa: PLR2004  "viertel nach elf"
        later = number_word(words[2])
        if later is not None:
            sign = 1 if words[1] == "nach" else -1
            return Numeral(3, later + sign * minutes / 60, "uhr", 1 / 60)
    return None


def _part_of_an_hour(tokens: Sequence[str]) -> Numeral | None:
    article = 1 if tokens[0] in _ARTICLES else 0
    word = tokens[article] if len(tokens) > article else ""
    if word in _HALVES:
        return Numeral(article + 1, 0.5, step=0.25)
    for beginning, value in (("dreiviertel", 0.75), ("viertel", 0.25), ("halb", 0.5)):
        if word.startswith((f"{beginning}stund", f"{beginning}stuend")):
            return Numeral(article + 1, value, "stunden", 0.25)
        following = tokens[article + 1 : article + 2]
        if word == beginning and following and following[0].startswith("stund"):
            return Numeral(article + 2, value, following[0], 0.25)
    return None


def _mixed(tokens: Sequence[str]) -> Numeral | None:
    """Such as "7 einhalb", "sieben und eine halbe", "9,8 tausend" and "sechs komma acht"."""
    digits = _DIGITS.fullmatch(tokens[0])
    first = float(tokens[0]) if digits else number_word(tokens[0])
    if first is None or len(tokens) == 1:
        return None
    if tokens[1] == "einhalb":
        return Numeral(2, first + 0.5, step=0.5)
    if tokens[1] == "und" and tokens[3:4] and tokens[3] in _HALVES and tokens[2] in _ARTICLES:
        return Numeral(4, first + 0.5, step=0.5)
    if digits and tokens[1] in {"tausend", "tsd"}:
        step = _THOUSAND * 10.0 ** -len(tokens[0].partition(".")[2])
        return Numeral(2, first * _THOUSAND, step=step)
    return _decimals(first, tokens) if tokens[1] == "komma" else None


def _decimals(whole: float, tokens: Sequence[str]) -> Numeral | None:
    digits = []
    for word in tokens[2:]:
        digit = _SMALL.get(word, 10)
        if digit > 9:  # noqa: PLR2004  a digit
            break
        digits.append(digit)
    value = whole + sum(digit * 10.0**-place for place, digit in enumerate(digits, 1))
    step = 10.0 ** -len(digits)
    return Numeral(2 + len(digits), round(value, 6), step=step) if digits else None


def _with_unit(tokens: Sequence[str]) -> Numeral | None:
    """One word with its unit: "siebenstündig", "dreimal", "achtstundenschlaf"."""
    found = _WITH_UNIT.match(tokens[0])
    value = number_word(found["number"]) if found else None
    if found is None or value is None or tokens[0] in {"einmal", "einmalig"}:
        return None
    return Numeral(1, value, _UNIT_OF[found["unit"]], 0.5 if value % 1 else 1.0)


def _in_words(tokens: Sequence[str]) -> Numeral | None:
    if tokens[0] in _ARTICLES:
        counts = tokens[1:2] and tokens[1] in _COUNTED
        part = tokens[1:2] == ["von"] and tokens[2:3] and is_number(tokens[2])
        hundreds = tokens[1:2] and tokens[1] in {"hundert", "tausend"}
        if not hundreds:
            return Numeral(1, 1.0) if counts or part else None
    for length in range(min(len(tokens), _MOST_TOKENS), 0, -1):
        value = number_word("".join(tokens[:length]))
        if value is not None:
            return Numeral(length, value, step=0.5 if value % 1 else 1.0)
    return _ordinal(tokens[0])


def _ordinal(word: str) -> Numeral | None:
    stem = _ORDINAL.sub("", word)
    value = _ORDINALS.get(stem) or (number_word(stem) if stem != word else None)
    known = value is not None and value > 1 and stem != word
    return Numeral(1, float(value)) if known and value is not None else None


def is_number(token: str) -> bool:
    """Whether a token is a number, in digits or in words."""
    return bool(_DIGITS.fullmatch(token)) or number_word(token) is not None
