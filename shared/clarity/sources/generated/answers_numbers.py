"""Numbers as people write them, in three languages: the same value in other words, and wrong ones.

Values come out of the text of a fact alone, read here by rules of this module's own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

HOUR: Final = 60
_NEAR: Final = 10  # minutes to a full hour that "about", "almost" and "just over" speak of
_ROUNDED: Final = 0.05  # of a value is the most that rounding may move it
_WORDS_END: Final = 100
_PERCENT: Final = 100
_SPANISH_GROUPS: Final = 10_000  # from here on
_DURATION: Final = re.compile(
    r"(?P<hours>\d+)\s*(?:h\b|hours?|hrs?|Std|Stunden?|horas?)\.?"
    r"(?:\s*(?:,|and|und|y)?\s*(?P<rest>\d+)\s*min\w*)?"
    r"|(?P<minutes>\d+)\s*min",
    re.IGNORECASE,
)
_NUMBER: Final = re.compile(r"\d+(?:[.,\u00a0\u202f ]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?")
_THOUSAND: Final[Mapping[str, str]] = {"en": ",", "de": ".", "es": "."}


@dataclass(frozen=True, slots=True)
class _Tongue:
    """How a language counts and measures.

    Attributes:
        ones: 0 to 19 (Spanish: to 29) in words.
        tens: 20, 30, ... 90.
        hour: One hour, several.
        minute: One minute, several.
        percent: After a number.
        joint: Between hours and minutes.
        about: Before a rounded number of hours or minutes.
        over: Before a full hour that is a little exceeded.
        under: Before a full hour that is not quite reached.
        units: By unit one and several.
    """

    ones: tuple[str, ...]
    tens: tuple[str, ...]
    hour: tuple[str, str]
    minute: tuple[str, str]
    percent: str
    joint: str
    about: tuple[str, ...]
    over: tuple[str, ...]
    under: tuple[str, ...]
    units: Mapping[str, tuple[str, str]]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_ENGLISH = _Tongue(
    _words(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
        " fifteen sixteen seventeen eighteen nineteen"
    ),
    _words("twenty thirty forty fifty sixty seventy eighty ninety"),
    ("hour", "hours"),
    ("minute", "minutes"),
    "percent",
    "and",
    ("about", "around", "roughly", "approximately"),
    ("just over", "a little over", "slightly more than"),
    ("almost", "nearly", "just under", "close to"),
    {
        "steps": ("step", "steps"),
        "beats": ("beat", "beats"),
        "days": ("day", "days"),
        "weeks": ("week", "weeks"),
        "points": ("percentage point", "percentage points"),
    },
)
_GERMAN = _Tongue(
    _words(
        "null ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn"
        " fünfzehn sechzehn siebzehn achtzehn neunzehn"
    ),
    _words("zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig"),
    ("Stunde", "Stunden"),
    ("Minute", "Minuten"),
    "Prozent",
    "und",
    ("etwa", "rund", "ungefähr", "circa"),
    ("etwas mehr als", "ein wenig mehr als", "etwas über"),
    ("fast", "knapp", "beinahe", "nicht ganz"),
    {
        "steps": ("Schritt", "Schritte"),
        "beats": ("Schlag", "Schläge"),
        "days": ("Tag", "Tage"),
        "weeks": ("Woche", "Wochen"),
        "points": ("Prozentpunkt", "Prozentpunkte"),
    },
)
_SPANISH = _Tongue(
    _words(
        "cero un dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince"
        " dieciséis diecisiete dieciocho diecinueve veinte veintiún veintidós veintitrés"
        " veinticuatro veinticinco veintiséis veintisiete veintiocho veintinueve"
    ),
    _words("veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa"),
    ("hora", "horas"),
    ("minuto", "minutos"),
    "por ciento",
    "y",
    ("alrededor de", "aproximadamente", "más o menos", "cerca de"),
    ("poco más de", "algo más de", "un poco más de"),
    ("casi", "poco menos de", "algo menos de"),
    {
        "steps": ("paso", "pasos"),
        "beats": ("latido", "latidos"),
        "days": ("día", "días"),
        "weeks": ("semana", "semanas"),
        "points": ("punto porcentual", "puntos porcentuales"),
    },
)
_TONGUES: Final[Mapping[str, _Tongue]] = {"en": _ENGLISH, "de": _GERMAN, "es": _SPANISH}


def read(text: str, unit: str, language: str) -> tuple[float, ...]:
    """The numbers of a fact's text in its unit, in the order in which they stand there.

    >>> read("7 h 12 min a day", "min", "en"), read("9.850 Schritte am Tag", "steps/day", "de")
    ((432.0,), (9850.0,))
    """
    if unit == "min" and (found := list(_DURATION.finditer(text))):
        return tuple(_minutes(match) for match in found)
    return tuple(_value(match[0], language) for match in _NUMBER.finditer(text))


def _minutes(match: re.Match[str]) -> float:
    if match["minutes"]:
        return float(match["minutes"])
    return float(match["hours"]) * HOUR + float(match["rest"] or 0)


def _value(text: str, language: str) -> float:
    thousand = "\u00a0\u202f " + _THOUSAND[language]
    bare = "".join(character for character in text if character not in thousand)
    return float(bare.replace(",", "."))


def digits(value: float, language: str, decimals: int = 0) -> str:
    """A number in digits, as the language groups and points them.

    >>> digits(9850, "de"), digits(0.62, "es", 2), digits(9850, "en"), digits(9850, "es")
    ('9.850', '0,62', '9,850', '9850')
    """
    grouped = language != "es" or value >= _SPANISH_GROUPS
    text = f"{value:{',' * grouped}.{decimals}f}"
    return text if language == "en" else text.translate(str.maketrans(",.", ".,"))


def spelled(value: int, language: str, *, feminine: bool = False) -> str:
    """A whole number below 100 in words.

    >>> spelled(72, "en"), spelled(38, "de"), spelled(41, "es")
    ('seventy-two', 'achtunddreißig', 'cuarenta y un')
    """
    tongue = _TONGUES[language]
    if value < len(tongue.ones):
        text = tongue.ones[value]
    else:
        ten, one = tongue.tens[value // 10 - 2], tongue.ones[value % 10]
        if not value % 10:
            return ten
        joined = {"en": f"{ten}-{one}", "de": f"{one}und{ten}", "es": f"{ten} y {one}"}
        text = joined[language]
    if (
        language == "en"
        or not feminine
        or value % 10 != 1
        or text.endswith(("zehn", "elf", "once"))
    ):
        return text
    return text.replace("ún", "un") + "a" if language == "es" else text + "e" * (value == 1)


def same(value: float, unit: str, language: str) -> tuple[str, ...]:
    """The value in true words: exact ones first, then those that say that they are rounded."""
    tongue = _TONGUES[language]
    value = abs(value)
    if unit == "min":
        return tuple(_duration(round(value), language, tongue))
    if unit == "%":
        return tuple(_percent(value, language, tongue))
    name = unit.partition("/")[0]
    if name == "steps":
        return tuple(_steps(value, language, tongue))
    decimals = _decimals(value)
    number = digits(value, language, decimals)
    if name in tongue.units:
        noun = _noun(value, tongue.units[name])
        words = [f"{number} {noun}"]
        if not decimals and value < _WORDS_END:
            words.append(f"{spelled(int(value), language, feminine=name == 'weeks')} {noun}")
        return tuple(words)
    return (number,)


def dative(text: str) -> str:
    """A German amount after "bei" or "von".

    >>> dative("etwa 9.800 Schritte"), dative("7 Stunden"), dative("1 Schritt")
    ('etwa 9.800 Schritten', '7 Stunden', '1 Schritt')
    """
    return re.sub(r"(Schritte|Schläge|Tage|Prozentpunkte)$", r"\1n", text)


def bare(value: float, language: str) -> str:
    """The number alone."""
    return digits(abs(value), language, _decimals(value))


def _decimals(value: float) -> int:
    """As many as the value has, two at most."""
    return next((count for count in (0, 1) if abs(value - round(value, count)) < 1e-6), 2)  # noqa: PLR2004  parts of a shown digit


def _noun(value: float, forms: tuple[str, str]) -> str:
    return forms[0] if value == 1 else forms[1]


def _duration(total: int, language: str, tongue: _Tongue) -> Iterator[str]:
    hours, rest = divmod(total, HOUR)
    hour, minute = _noun(hours, tongue.hour), _noun(rest, tongue.minute)
    minutes = f"{digits(total, language)} {_noun(total, tongue.minute)}"
    if not hours:
        yield from (f"{rest} min", minutes)
        words = spelled(rest, language, feminine=language == "de")
        yield f"{words} {minute}"
        if 0 < abs(total - round(total, -1)) <= _ROUNDED * total:
            yield f"{tongue.about[0]} {round(total, -1)} {tongue.minute[1]}"
        return
    word = spelled(hours, language, feminine=language != "en")
    if not rest:
        yield from (f"{hours} h", f"{hours} {hour}", f"{word} {hour}", minutes)
        return
    words = spelled(rest, language, feminine=language == "de")
    yield f"{hours} h {rest} min"
    yield f"{hours} {hour} {rest} {minute}"
    yield f"{hours} {hour} {tongue.joint} {rest} {minute}"
    yield f"{word} {hour} {tongue.joint} {words} {minute}"
    yield minutes
    if not total * 10 % HOUR:
        yield f"{digits(total / HOUR, language, 1)} {tongue.hour[1]}"
    yield from _rounded(hours, rest, tongue)


def _rounded(hours: int, rest: int, tongue: _Tongue) -> Iterator[str]:
    near = min(_NEAR, _ROUNDED * (hours * HOUR + rest))
    if rest <= near:
        yield from (f"{each} {hours} {_noun(hours, tongue.hour)}" for each in tongue.over)
        yield from (f"{each} {hours} {_noun(hours, tongue.hour)}" for each in tongue.about)
    if rest >= HOUR - near:
        yield from (f"{each} {hours + 1} {tongue.hour[1]}" for each in tongue.under)
        yield from (f"{each} {hours + 1} {tongue.hour[1]}" for each in tongue.about)


def _percent(value: float, language: str, tongue: _Tongue) -> Iterator[str]:
    number = digits(value, language, _decimals(value))
    yield from (f"{number} %", f"{number} {tongue.percent}")
    if language == "en":
        yield from (f"{number}%", f"{tongue.about[0]} {number} %")
    if value == int(value) < _PERCENT:
        yield f"{spelled(int(value), language)} {tongue.percent}"


def _steps(value: float, language: str, tongue: _Tongue) -> Iterator[str]:
    noun = _noun(value, tongue.units["steps"])
    yield f"{bare(value, language)} {noun}"
    if value >= 1000 and value == int(value):  # noqa: PLR2004  where digits are grouped
        point = _THOUSAND[language]
        yield f"{int(value):,} {noun}".replace(",", point)
        yield f"{int(value)} {noun}"
        thousand = round(value, -3)
        near = abs(value - thousand) / value
        if 0 < near <= 0.02:  # noqa: PLR2004  of the value
            words = tongue.under if value < thousand else tongue.over
            yield from (f"{each} {digits(thousand, language)} {noun}" for each in words)
        hundred = round(value, -2)
        if 0 < abs(value - hundred) < 50:  # noqa: PLR2004  a half would round either way
            yield from (f"{each} {digits(hundred, language)} {noun}" for each in tongue.about)


def other(value: float, unit: str, pick: Callable[[int], int]) -> float:
    """A number that is far from this one: no rounding leads there."""
    scale = {"min": 90.0, "%": 20.0, "points": 20.0, "steps/day": 4000.0}
    far = (0.6 + 0.1 * pick(9)) * scale.get(unit, max(abs(value), 1.0))
    moved = value - far if pick(2) else value + far
    if moved <= 0 or (unit == "%" and moved > _PERCENT):
        moved = 2 * value - moved
    return abs(round(moved, -1 if unit == "steps/day" else _decimals(value)))


def misrounded(value: float, unit: str) -> float:
    """The same number rounded to where no rule leads: to the farther hour, ten or thousand."""
    steps = {"min": HOUR if value >= HOUR else 10, "%": 10, "steps/day": 1000}
    if unit not in steps:
        return _other_digit(value)
    step = steps[unit]
    below = value // step * step
    over = value - below
    wrong = below if over > step / 2 else below + step * (1 + (over == step / 2))
    if unit == "%" and wrong > _PERCENT:
        wrong = below - step
    return round(wrong, 2)


def _other_digit(value: float) -> float:
    """With another last digit, which is no zero: no shorter way to write it leads there."""
    last = 10.0 ** -_decimals(value)
    wrong = value + 3 * last
    return round(wrong if round(wrong / last) % 10 else wrong + last, 2)
