"""German sentences in one order, so that a number stands beside what it counts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from clarity.domain.words.languages.german_numbers import is_number
from clarity.domain.words.languages.german_spelling import unaccented

if TYPE_CHECKING:
    from re import Match

# "Von 7 Tagen konnten 5 ..." for "5 von 7 Tagen konnten ...".
_TURNED = re.compile(
    r"\bvon (?:den |deinen |diesen )?(?:letzten )?(\w+) (tagen|wochen) "
    r"(?!und |oder |sowie |mit )(\w+) (?:nur |alle )?(\w+)\b(?! tage)"
)
_RESPELLED = (
    # "Um" is "at" before a time of day, and "by" before anything else.
    (re.compile(r"\bum (?=\d{1,2}(?:[:.]\d{2})? ?uhr|\d{1,2}:\d{2}|halb |viertel )"), "bei "),
    # A number without a unit: an index, or steps a day.
    (re.compile(r"\bunterschied von (?=[01](?:,\d+)?(?!,?\d| ?[%a-z]))"), "kontrast von "),
    (
        re.compile(r"(?<![\d.,])(\d{1,3}\.\d{3}|\d{3,5}) (?=(?:pro|am) tag|taeglich)"),
        r"\1 schritte ",
    ),
    # "Mit 6 h 50 min unter deinem ..." tells a level, "30 min unter deinem ..." a difference.
    (
        re.compile(
            r"\b(mit \d(?:[^.,;]|[.,](?=\d)){0,40}?) (?=(?:unter|ueber|auf|in) (?:de[mnr]|dein))"
        ),
        r"\1, ",
    ),
)


def respell(text: str) -> str:
    """Lower-case German without umlauts, as people also write it, and in one order.

    >>> respell("von sieben tagen hatten fünf daten")
    'fuenf von sieben tagen hatten daten'
    """
    text = _TURNED.sub(_turn, unaccented(text))
    for written, ours in _RESPELLED:
        text = written.sub(ours, text)
    return text


def _turn(match: Match[str]) -> str:
    whole, unit, verb, part = match.groups()
    if not (is_number(whole) and is_number(part)):
        return match.group()
    return f"{part} von {whole} {unit} {verb}"
