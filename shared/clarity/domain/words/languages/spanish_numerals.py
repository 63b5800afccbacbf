"""Spanish number words, read without accents: "veintidos", "siete horas y media"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from clarity.domain.words.languages.language import Numeral

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_ONES = "uno dos tres cuatro cinco seis siete ocho nueve"
_TEENS = "diez once doce trece catorce quince dieciseis diecisiete dieciocho diecinueve"
_TENS = "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa"
_HUNDREDS = "doscient trescient cuatrocient quinient seiscient setecient ochocient novecient"
_SCALES = ((("millon", "millones"), 1_000_000), (("mil",), 1000))


def _ones(prefix: str, base: int) -> dict[str, int]:
    """1 to 9 after what they are written together with: "veintiun", "veintiuna", "treintaiuno"."""
    words = {f"{prefix}{word}": base + value for value, word in enumerate(_ONES.split(), 1)}
    return words | {f"{prefix}un": base + 1, f"{prefix}una": base + 1}


_DIGITS: Mapping[str, int] = _ones("", 0)
_BY_TEN: Mapping[str, int] = {word: 10 * value for value, word in enumerate(_TENS.split(), 2)}
_BELOW_HUNDRED: Mapping[str, int] = {
    "cero": 0,
    **_DIGITS,
    **{word: value for value, word in enumerate(_TEENS.split(), 10)},
    **_ones("veinti", 20),
    **{
        word: value
        for tens, base in _BY_TEN.items()
        for word, value in _ones(f"{tens}i", base).items()
    },
}
_BY_HUNDRED: Mapping[str, int] = {
    "cien": 100,
    "ciento": 100,
    **{
        f"{stem}{gender}s": 100 * value
        for value, stem in enumerate(_HUNDREDS.split(), 2)
        for gender in "oa"
    },
}
NUMBER_WORDS = frozenset((*_BELOW_HUNDRED, *_BY_TEN, *_BY_HUNDRED, "mil", "millon", "millones"))


def number_words(words: Sequence[str]) -> tuple[int, int]:
    """The whole number that the words, without accents, begin with, and how many write it.

    >>> number_words("nueve mil ochocientos cincuenta pasos".split())
    (9850, 4)
    >>> number_words("treinta y cinco".split()), number_words(["y"])
    ((35, 3), (0, 0))
    """
    total, taken = 0, 0
    for names, size in _SCALES:
        value, length = _below_thousand(words[taken:])
        if words[taken + length : taken + length + 1] and words[taken + length] in names:
            total += max(value, 1) * size
            taken += length + 1
    value, length = _below_thousand(words[taken:])
    # "Mil cero" is two numbers.
    return total + value, taken + (length if value or not taken else 0)


def _below_thousand(words: Sequence[str]) -> tuple[int, int]:
    hundreds = _BY_HUNDRED.get(words[0], 0) if words else 0
    value, length = _below_hundred(words[1:] if hundreds else words)
    return hundreds + value, (length if value or not hundreds else 0) + bool(hundreds)


def _below_hundred(words: Sequence[str]) -> tuple[int, int]:
    first, *rest = words[:3] or [""]
    if first in _BY_TEN:
        joined = rest[:1] == ["y"] and rest[-1] in _DIGITS
        return _BY_TEN[first] + (_DIGITS[rest[-1]] if joined else 0), 3 if joined else 1
    return _BELOW_HUNDRED.get(first, 0), int(first in _BELOW_HUNDRED)


_HOURS = frozenset(("hora", "horas", "h"))
_MINUTES = frozenset(("minuto", "minutos", "min"))
_ONE = frozenset(("un", "una", "uno"))
# What "un" counts as a number and is no article before.
_COUNTED_ONE = _HOURS | _MINUTES | {"segundo", "paso", "punto", "latido", "pulsacion"}
_SPANS = {"dia", "noche", "solo", "sola", "unico", "unica"}
_COUNTED_SPAN = re.compile(r"de (?:l[oa]s |cada )?(?:\d|dos|tres|cuatro|cinco|seis|siete)|por|y|$")


def numeral(tokens: Sequence[str]) -> Numeral | None:
    """A number in words, or one in digits that words go on with.

    >>> numeral("siete horas y media".split())
    Numeral(length=4, value=7.5, unit='horas', step=0.5)
    >>> numeral("un dia a otro".split()), numeral("84 por ciento".split())
    (None, Numeral(length=3, value=84.0, unit='%', step=1.0))
    """
    words = list(tokens)
    if part := _part_of_an_hour(words):
        return part
    if words[0][0].isdigit():
        value, length = float(words[0]), 1
        step = 10.0 ** -len(words[0].partition(".")[2])
    else:
        whole, length = number_words(words)
        value, step = float(whole), 1.0
    if not length or _is_article(words):
        return None
    found = _continued(words[length:], value, step)
    if found:
        return Numeral(length + found.length, found.value, found.unit, found.step)
    return None if words[0][0].isdigit() else Numeral(length, value)


def _part_of_an_hour(words: Sequence[str]) -> Numeral | None:
    """The hour's own: "media hora", "un cuarto de hora", "tres cuartos de hora"."""
    text = " ".join(words[:4])
    for phrase, value in (
        ("media hora", 0.5),
        ("un cuarto de hora", 0.25),
        ("cuarto de hora", 0.25),
        ("tres cuartos de hora", 0.75),
    ):
        if f"{text} ".startswith(f"{phrase} "):
            return Numeral(len(phrase.split()), value, "hora", 0.25)
    return None


def _is_article(words: Sequence[str]) -> bool:
    """Whether "un" or "una" is no number: "una semana con datos", "de un dia a otro"."""
    following = words[1] if len(words) > 1 else ""
    if words[0] not in _ONE or following in _COUNTED_ONE | {"por", "de", "mil", "millon"}:
        return False
    counted = following in _SPANS and bool(_COUNTED_SPAN.match(" ".join(words[2:5])))
    return not (counted or following in {"coma", "punto"})


def _continued(words: Sequence[str], value: float, step: float) -> Numeral | None:
    """What goes on with a number: its fraction of an hour, "por ciento", "veces por minuto"."""
    first, text = (words[0] if words else ""), " ".join(words[:5])
    if first in _HOURS:
        return _after_hours(words, value)
    for phrase, unit in (("por ciento", "%"), ("por cien", "%"), ("veces por minuto", "latidos")):
        if f"{text} ".startswith(f"{phrase} "):
            return Numeral(len(phrase.split()), value, unit, step)
    if text.startswith("y media hora"):
        return Numeral(3, value + 0.5, "horas", 0.5)
    if first == "y" and words[1:2] == ["media"]:
        return Numeral(2, value + 0.5, "", 0.5)
    if first == "mil":
        return Numeral(1, value * 1000, "", step * 1000)
    return _decimals(words, value) if first in {"coma", "punto"} else None


def _after_hours(words: Sequence[str], hours: float) -> Numeral | None:
    """After a number: "horas y media", "horas y cuarto", "horas menos diez"."""
    unit, text = words[0], " ".join(words[1:4])
    for phrase, part, step in (
        ("y media", 0.5, 0.5),
        ("y cuarto", 0.25, 0.25),
        ("y tres cuartos", 0.75, 0.25),
        ("menos cuarto", -0.25, 0.25),
    ):
        if f"{text} ".startswith(f"{phrase} "):
            return Numeral(1 + len(phrase.split()), hours + part, unit, step)
    if words[1:2] not in (["menos"], ["y"]):
        return None
    minutes, length = _minutes(words[2:])
    explicit = words[2 + length : 3 + length] and words[2 + length] in _MINUTES
    if not length or (words[1] == "y" and explicit):
        return None  # "siete horas y diez minutos" is two numbers, which the reader joins
    sign = 1 if words[1] == "y" else -1
    return Numeral(2 + length + bool(explicit), hours + sign * minutes / 60, unit, 1 / 60)


def _minutes(words: Sequence[str]) -> tuple[float, int]:
    if words and words[0].isdigit():
        return float(words[0]), 1
    value, length = number_words(words)
    return (float(value), length) if value < 60 else (0.0, 0)  # noqa: PLR2004  minutes of an hour


def _decimals(words: Sequence[str], value: float) -> Numeral | None:
    """After a number: "coma ocho", "punto sesenta y dos"."""
    zeros = 0
    while words[1 + zeros : 2 + zeros] == ["cero"]:
        zeros += 1
    fraction, length = number_words(words[1 + zeros :])
    if not length:
        return None
    step = 10.0 ** -(zeros + len(str(fraction)))
    return Numeral(1 + zeros + length, round(value + fraction * step, 6), step=step)
