"""How Spanish writes numbers, durations, times of day and dates; read without accents."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from clarity.domain.words.languages.language import Numbers, units
from clarity.domain.words.languages.spanish_numerals import number_words, numeral
from clarity.domain.words.languages.spanish_words import bare, spelt

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from clarity.domain.words.languages.language import Bound

_HALF_OF_DAY = r"de la (?:manana|tarde|noche|madrugada)"
_HOUR_WORD = r"una|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|\d{1,2}"
_PART_WORD = r"media|cuarto|cinco|diez|quince|veinte|veinticinco|treinta y cinco|cuarenta|\d{1,2}"
_PARTS = {"media": 30, "cuarto": 15}
_SPOKEN_CLOCK = re.compile(
    rf"\b(?P<at>a )?las? (?P<hour>{_HOUR_WORD})\b(?! ?[:.,]\d)"
    rf"(?: (?P<sign>y|menos) (?P<part>{_PART_WORD})\b)?(?P<end> {_HALF_OF_DAY})?"
    r"(?= ?[.,;:!?)]|$| (?:en|de|o|y|con|como|cada|que|mas tarde)\b)"
)
# "9 850" and, of steps, "9,850" are read as "9.850".
_SPACED = re.compile(r"(?<![\d.,])(\d{1,3}) (?=\d{3}(?![\d.,]*\d))")
_COMMA_STEPS = re.compile(r"(?<![\d.,])(\d{1,3}),(?=\d{3} pasos\b)")


# "6 días con datos de un total de 7": the part and its whole stand apart.
_COUNT = r"\d{1,2}|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|trece"
_PARTED = re.compile(
    rf"\b(?P<part>un|una|{_COUNT}) (?P<unit>dias?|noches?|semanas?)(?P<words>(?: (?:con|datos|que|"
    rf"suficientes|bastantes|validos|completos|cuentan|tienen|utiles|registrados|medidos))*)"
    rf",? (?:sobre|de)(?: un total de)?(?: l[oa]s)? (?P<whole>{_COUNT})\b(?: posibles)?(?! ?[a-z%])"
)
# "De los 7 días, en 6 hubo datos."
_WHOLE_FIRST = re.compile(
    rf"(?P<before>\b(?:{_COUNT})(?: dias?)?,? )?"
    rf"\bde (?:l[oa]s |un total de |est[oa]s |es[oa]s |tus )?(?P<whole>{_COUNT}) "
    rf"(?P<unit>dias|noches|semanas)(?P<words>(?:,? (?!(?:{_COUNT}|y)\b)[a-z]+){{0,7}}),? "
    rf"(?P<part>{_COUNT})\b"
    r"(?![.,:]\d| ?(?:%|(?:h|horas?|min|minutos|pasos|por|y|de|dias|noches|semanas|veces)\b))"
)


_MORE_OR_LESS = re.compile(r"\bmas o menos(?= \d)")


def respelled(text: str) -> str:
    """The text as it is read: without accents, and with one way to write a number or a time.

    >>> respelled("más de 9 850 pasos, a las once y media de la noche")
    'mas de 9.850 pasos, a las 11:30 de la noche'
    """
    text = _COMMA_STEPS.sub(r"\1.", _SPACED.sub(r"\1.", bare(text)))
    text = _MORE_OR_LESS.sub("aproximadamente", text)  # neither more nor less
    text = _PARTED.sub(r"\g<part> de \g<whole> \g<unit>\g<words>", text)
    text = _WHOLE_FIRST.sub(_part_first, text)
    return _SPOKEN_CLOCK.sub(_clock_in_digits, text)


def _part_first(match: re.Match[str]) -> str:
    if match["before"] or _small(match["part"]) > _small(match["whole"]):
        return match.group()  # "6 de 7 días" has its part
    return f"{match['part']} de {match['whole']} {match['unit']}{match['words']}"


def _clock_in_digits(match: re.Match[str]) -> str:
    part = match["part"] or "cero"
    if not (match["at"] or match["end"]) or (part == "cero" and match["hour"].isdigit()):
        return match.group()  # "las siete" may be anything, "las 7" is read anyway
    minute = _PARTS.get(part) or _small(part)
    of_day = _small(match["hour"]) * 60 + (-minute if match["sign"] == "menos" else minute)
    hour, minute = divmod(of_day, 60)
    return f"{match['at'] or ''}las {hour}:{minute:02}{match['end'] or ''}"


def _small(words: str) -> int:
    return int(words) if words.isdigit() else number_words(words.split())[0]


_MONTHS = "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"
MONTHS: Mapping[str, int] = {
    **{month: number for number, month in enumerate(_MONTHS.split(), 1)},
    **{month[:3]: number for number, month in enumerate(_MONTHS.split(), 1)},
    "setiembre": 9,
    "sept": 9,
}
_BETWEEN = """
de del los las - mas menos otros otras enteros enteras completos completas largos largas
primeros primeras ultimos ultimas
"""
_JOINS = """
de a al - / y o hasta los las tus del cada entre un total sobre esos esas estos
estas ultimos ultimas primeros primeras la posibles
"""
_MONTH = rf"(?P<month>{'|'.join(sorted(MONTHS, key=len, reverse=True))})\b\.?"
_DAY = r"\b(?P<day>\d{1,2})(?:\.?o|er)?"
_UNTIL = r"(?:\s*(?:al?|-|y|hasta)\s*(?:el\s+)?(?P<until>\d{1,2}))?"
_YEAR = r"(?:,?\s+(?:del?\s+)?(?P<year>(?:19|20)\d{2})\b)?"
_HALF = r"(?P<half>de la (?:mañana|tarde|noche|madrugada)|del mediodía|[ap]\.? ?m\b\.?)"
_NO_UNIT = r"(?!\d|\s*(?:[hs]\b|hora|min|seg|%|por c|paso|lat|puls|día|noche|semana|mes|[.,:]\d))"
_THE = r"""
(?:(?:el|la|lo|los|las|un|una|unos|unas|del?|tus?|propi[oa]s?|alrededor del?|cerca de|casi|tiempo|
rango|valor|cifra|umbral|mínimo|máximo|media|promedio|habitual(?:es)?|recomendad[oa]s?|
aconsejad[oa]s?)\s+)*
"""

_BOUNDS: Sequence[tuple[Bound, str]] = (
    (
        "at_most",
        r"no (?:\w+ )?más de|como (?:máximo|mucho)|a lo sumo|hasta|(?:un )?máximo de|"
        r"no (?:super|rebas|sobrepas|exced)\w+",
    ),
    (
        "at_least",
        r"no (?:\w+ )?menos de|al menos|por lo menos|cuando menos|como (?:mínimo|poco)|"
        r"(?:un )?mínimo de|a partir de",
    ),
    (
        "above",
        r"más (?:del?|que)|por encima del?|(?:superior|mayor)(?:es)? (?:al?|que|del?)|"
        r"(?:super|rebas|sobrepas|exced)\w+|más allá del?|arriba del?",
    ),
    (
        "below",
        r"menos del?|por debajo del?|(?:inferior|menor)(?:es)? (?:al?|que|del?)|"
        r"(?:no|sin) (?:(?:se|lo) )?(?:alcanz\w+|lleg\w+ al?)|debajo del?",
    ),
)

NUMBERS = Numbers(
    decimal=",",
    thousands=".",
    numeral=numeral,
    units=units(
        ("h hs hora horas", "duration", 60.0),
        ("min mins minuto minutos", "duration", 1.0),
        ("s seg segundo segundos", "duration", 1 / 60),
        ("% ciento cien", "percent", 1.0),
        ("punto puntos", "points", 1.0),
        ("paso pasos", "steps", 1.0),
        ("latido latidos pulsacion pulsaciones lpm ppm", "pulse", 1.0),
        ("dia dias", "days", 1.0),
        ("noche noches", "nights", 1.0),
        ("semana semanas", "weeks", 1.0),
        ("mes meses", "months", 1.0),
        ("ano anos", "years", 1.0),
        ("vez veces despertar despertares", "times", 1.0),
        ("ms milisegundo milisegundos", "milliseconds", 1.0),
        ("respiracion respiraciones", "breaths", 1.0),
        ("kcal caloria calorias", "energy", 1.0),
        ("km kilometro kilometros", "distance", 1.0),
        ("m metro metros", "metres", 1.0),
        ("mg miligramo miligramos g gramo gramos kg kilo kilos", "weight", 1.0),
        ("grado grados", "temperature", 1.0),
        ("piso pisos planta plantas", "floors", 1.0),
    ),
    between=frozenset(_BETWEEN.split()),
    joins=frozenset(_JOINS.split()),
    of=frozenset(("de", "del", "sobre", "/")),
    links=frozenset(("y", "con", ",")),
    before=tuple((bound, spelt(rf"\b(?:{words})\s+{_THE}$")) for bound, words in _BOUNDS),
    after=(
        (
            "at_least",
            spelt(
                r"""
                ^(?:\s+(?:al|por|cada) (?:día|noche))?,?\s*(?:o más|o superior|en adelante|
                como (?:mínimo|poco)|al menos|por lo menos)\b
                """
            ),
        ),
        (
            "at_most",
            spelt(
                r"""
                ^(?:\s+(?:al|por|cada) (?:día|noche))?,?\s*(?:o menos|o inferior|a lo sumo|
                como (?:máximo|mucho))\b
                """
            ),
        ),
    ),
    during=spelt(
        r"""
        \b(?:durante|a lo largo de|sobre|hasta)\s+(?:(?:los|las|estos|estas|tus|últim[oa]s)\s+)*$
        """
    ),
    about=spelt(
        r"""
        (?:\b(?:unos|unas|alrededor del?|cerca del?|aproximadamente|aprox\.?|más o menos|casi|
        en torno al?|rond\w+|prácticamente|poco (?:más|menos) del?|hacia|sobre|como)(?:\s+(?:los|
        las|un|el))?|~)\s*$
        """
    ),
    vague=spelt(
        r"""
        \b(?:(?:la |una )?mitad|dobl(?:e|es|ó|aste)|duplic\w+|tripl\w+|cuádruple|cuadruplic\w+|
        terci[oa]s?|(?<!y )(?<!menos )(?<!tres )cuart[oa]s?(?! de hora)|tres cuart[oa]s
        (?! de hora)|quint[oa]s?|sext[oa]s?|séptim[oa]s?|octav[oa]s?|noven[oa]s?|décim[oa]s?|
        centésimas?|docenas?|(?:solo|únicamente|apenas) (?:un|una) (?:día|noche)|(?<!si )(?:un|
        una) (?:día|noche) (?:te|no|sin|faltó|tuvo|tiene|cuenta)|una sola vez|(?:durante|
        por) horas|(?:días|noches) en (?:l[oa]s )?que|decenas?|veintenas?|quincenas?|centenar\w*|
        cient[oa]s de|miles|millones|millar\w*|un par|puñado|un[oa] de cada|(?:vari|algun|poc|
        much|tant)[oa]s (?:horas|minutos|pasos|despertares|veces)|(?:vari|algun|much|
        tant)[oa]s (?:noches|días|semanas)|un[oa]s (?:cuant|poc)[oa]s|mayoría|mayor parte|minoría|
        fracción|media (?:noche|semana|jornada|docena)|medio (?:día|mes|año)|tod[oa]s? (?:la|el|
        las|los) (?:noche|día|noches|días|tiempo)|segund[oa] (?:día|noche|semana|mes|mitad)|
        (?:primer[oa]?|tercer[oa]?|últim[oa]) (?:día|noche)|(?=[mdclxvi]{2,}\b)(?!mi\b|di\b|vi\b|
        mil\b|dividi|civil\b)m{0,3}(?:c[md]|d?c{0,3})(?:x[cl]|l?x{0,3})(?:i[xv]|v?i{0,3}))\b
        """
    ),
    uncounted=spelt(
        r"""
        \b(?:dos|tres|cuatro) (?:cosas|ideas|datos|cifras|apuntes|detalles|pasos (?:sencillos|
        pequeños))\b|\bun[oa] (?:a|por|tras) un[oa]\b|\bun[oa] (?:de|a) (?:ellos|ellas|otr[oa])\b|
        \buna hora (?:parecida|similar|fija|regular|concreta|determinada|tranquila|temprana|
        razonable|para|a la que|en la que|de (?:dormir|acostarte|levantarte))\b
        """
    ),
    rates=tuple(
        (
            rate,
            spelt(
                rf"""
                ^\s*(?:(?:al?|por|cada|de cada|en(?= la semana\b(?! del)))(?: la| el|
                cada)? {word}|/ ?{word}){also}\b
                """
            ),
        )
        for rate, word, also in (
            ("minute", "min(?:uto)?", ""),
            ("hour", "(?:hora|h)", ""),
            ("day", "día", r"|^\s*diari[oa]s?"),
            ("night", "noche", ""),
            ("week", "semana", r"|^\s*semanal(?:es)?"),
            ("month", "mes", r"|^\s*mensual(?:es)?"),
            ("year", "año", ""),
        )
    ),
    total=spelt(
        r"""
        \b(?:(?<!despierto )(?<!despierta )(?<!en vela )(?<!sin dormir )en total|totaliz\w+|
        sumad[oa]s|en suma|(?:toda la|la) semana entera|toda la semana|combinad[oa]s)\b
        """
    ),
    averaged=spelt(
        r"""
        \b(?:(?:en|de) promedio|promedi\w+|(?:de|tu|la|una) media|medi[oa]s?|mediana|habitual\w*|
        (?:al|por|cada|de cada) (?:día|noche|jornada)|diari[oa]s?|diariamente|costumbre)\b
        """
    ),
    clocks=(
        spelt(rf"\b(?P<hour>\d{{1,2}})[:.](?P<minute>\d{{2}})\s*(?:h(?:oras)? )?{_HALF}"),
        spelt(rf"\b(?P<hour>\d{{1,2}})\s*(?:h(?:oras)? )?{_HALF}"),
        spelt(r"\blas? (?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?![\d:])(?:\s*h(?:oras?)?\b)?"),
        spelt(r"\b(?P<hour>\d{1,2}):(?P<minute>\d{2})(?![\d:])(?!\s*h(?:oras?)?\b)"),
        spelt(rf"(?<!llega )(?<!llegas )(?<!llegó )\ba las? (?P<hour>\d{{1,2}}){_NO_UNIT}"),
    ),
    afternoon=frozenset(
        ("pm", "p.m", "p.m.", "p m", "p. m", "p. m.", "de la tarde", "del mediodia")
    ),
    night=frozenset(("de la noche",)),
    dates=(
        spelt(rf"{_DAY}{_UNTIL}\s+de\s+{_MONTH}{_YEAR}"),
        re.compile(r"\b(?P<day>\d{1,2})[/.](?P<month>\d{1,2})[/.](?P<year>\d{4})\b"),
        re.compile(r"\b(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})\b"),
    ),
    months=MONTHS,
    month=re.compile(
        rf"\b(?:en|de|del|desde|hasta|durante|todo|este|a|para)\s+(?:el mes de |mediados de |"
        rf"principios de |finales de |fines de |comienzos de )?{_MONTH}"
    ),
)
