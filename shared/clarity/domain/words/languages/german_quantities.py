"""What German numbers count, what bounds them, and how times of day and dates are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clarity.domain.words.languages.german_numbers import numeral
from clarity.domain.words.languages.german_spelling import pattern, unaccented
from clarity.domain.words.languages.language import Numbers, units

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from clarity.domain.words.languages.language import Bound

_MONTHS = [
    "januar",
    "februar",
    "maerz",
    "april",
    "mai",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "dezember",
]
MONTHS: Mapping[str, int] = {
    **{month: number for number, month in enumerate(_MONTHS, 1)},
    **{month[:3]: number for number, month in enumerate(_MONTHS, 1)},
    "sept": 9,
    "mrz": 3,
    "jaenner": 1,
    "feber": 2,
}
_NAMES = "|".join(sorted(MONTHS, key=len, reverse=True))
_MONTH = rf"(?P<month>{_NAMES})\b\.?"
_DAY = r"(?<!\d\.)\b(?P<day>\d{1,2})\."
_UNTIL = r"(?:\s*(?:-|bis(?: zum)?|und)\s*(?P<until>\d{1,2})\.)?"
_YEAR = r"(?:\s+(?P<year>\d{4})\b(?!\.\d|,\d))?"
_NUMBER_MONTH = r"(?P<month>0?[1-9]|1[0-2])\."
_HALF = (
    r"(?:\s*(?P<half>morgens|am morgen|vormittags|am vormittag|mittags|am mittag|nachmittags|"
    r"am nachmittag|abends|am abend|nachts|in der nacht|früh)\b)?"
)
_HOUR = r"\b(?P<hour>\d{1,2})"
_FILLED = (
    r"(?:(?:de[mnrs]|die|das|deine[mnrs]?|dein|für|dich|sie|erwachsene|etwa|rund|ca|circa|ungefähr|"
    r"üblichen?|gewohnten?|gewöhnlichen?|empfohlenen?|veröffentlichten?|durchschnittlichen?|"
    r"typischen?|mittleren?|wert|schnitt|dauer|empfehlung|empfehlungen|richtwert|grenze|marke|von|"
    r"bei|täglichen?|eine[mnrs]?)\s+)*$"
)

_MARK = r"(?:de[mnr]|die|das|deine[mnr]?) (?:\w+ ){0,5}?(?:mindestens|wenigstens|höchstens|maximal)"
_BOUNDS: Sequence[tuple[Bound, str]] = (
    ("below", rf"(?:unter|(?:kürzer|weniger|niedriger) als) {_MARK}"),
    ("above", rf"(?:über|(?:länger|mehr|höher) als) {_MARK}"),
    (
        "at_most",
        r"höchstens|maximal|bis zu|nicht (?:mehr|länger|höher|später) als|nicht (?:über|oberhalb)|"
        r"allenfalls|kein\w* mehr als",
    ),
    (
        "at_least",
        r"mindestens|wenigstens|zumindest|minimal|nicht (?:weniger|kürzer|niedriger) als|"
        r"nicht (?:unter|unterhalb)|keine weniger als",
    ),
    (
        "above",
        r"(?:mehr|höher|länger|größer|später|häufiger|öfter) als|über|oberhalb(?: von)?|"
        r"jenseits(?: von)?|überschr(?:eite[nt]|itten|itt)",
    ),
    (
        "below",
        r"(?:weniger|kürzer|niedriger|geringer|kleiner|früher|seltener) als|unter|"
        r"unterhalb(?: von)?|unterschr(?:eite[nt]|itten|itt)",
    ),
)

NUMBERS = Numbers(
    decimal=",",
    thousands=".",
    numeral=numeral,
    units=units(
        *(
            (unaccented(words), dimension, factor)
            for words, dimension, factor in (
                ("h std stunde stunden stündig stündige stündigen stündiger", "duration", 60.0),
                ("min minute minuten minütig minütige minütigen minütiger", "duration", 1.0),
                ("s sek sekunde sekunden", "duration", 1 / 60),
                ("% prozent prozentig prozentige prozentigen", "percent", 1.0),
                ("prozentpunkt prozentpunkte prozentpunkten punkt punkte punkten", "points", 1.0),
                ("schritt schritte schritten schritts", "steps", 1.0),
                ("schlag schläge schlägen bpm", "pulse", 1.0),
                ("tag tage tagen tages tägig tägige tägigen", "days", 1.0),
                ("nacht nächte nächten", "nights", 1.0),
                ("woche wochen wöchig wöchige wöchigen", "weeks", 1.0),
                ("monat monate monaten monats monatig monatige monatigen", "months", 1.0),
                ("jahr jahre jahren", "years", 1.0),
                ("mal male malen", "times", 1.0),
                ("uhr", "clock", 60.0),
                ("ms millisekunde millisekunden", "milliseconds", 1.0),
                ("atemzug atemzüge atemzügen", "breaths", 1.0),
                ("kcal kalorie kalorien", "energy", 1.0),
                ("km kilometer kilometern m meter metern cm meilen", "distance", 1.0),
                ("mg g kg gramm kilo milligramm ml", "weight", 1.0),
                ("grad", "temperature", 1.0),
                ("stockwerk stockwerke stockwerken etage etagen treppen", "floors", 1.0),
            )
        )
    ),
    between=frozenset(
        [
            "volle",
            "vollen",
            "ganze",
            "ganzen",
            "der",
            "den",
            "die",
            "deiner",
            "dieser",
            "letzten",
            "-",
            "pro",
            "gute",
            "guten",
            "gut",
            "zusätzliche",
            "zusätzlichen",
            "weitere",
            "weiteren",
            "mehr",
            "täglich",
            "tägliche",
            "täglichen",
            "einzelne",
            "einzelnen",
            ".",
        ]
    ),
    joins=frozenset(["von", "bis", "-", "/", "oder", "und", "der", "den", "deinen", "zu", "vom"]),
    of=frozenset(("von", "der", "vom")),
    links=frozenset(("und", ",")),
    before=tuple((bound, pattern(rf"\b(?:{words})\s+{_FILLED}")) for bound, words in _BOUNDS),
    after=(
        (
            "at_least",
            pattern(
                r"^(?:\s+(?:am|pro) tag)?\s*(?:(?:oder|und) (?:mehr|länger|darüber|höher)|"
                r"aufwärts)\b"
            ),
        ),
        (
            "at_most",
            pattern(
                r"^(?:\s+(?:am|pro) tag)?\s*(?:oder|und) (?:weniger|kürzer|darunter|niedriger)\b"
            ),
        ),
    ),
    during=pattern(r"\b(?:über|unter)\s+(?:(?:die|deine|diese|letzten|vergangenen|alle|all)\s+)*$"),
    about=pattern(
        r"(?:\b(?:etwa|rund|ungefähr|circa|ca\.?|fast|knapp|nahezu|annähernd|beinahe|gut|gute|"
        r"guten|schätzungsweise|in etwa|um die|an die|gegen|so um|etwas (?:über|unter|mehr als|"
        r"weniger als)|kurz (?:vor|nach)|nicht ganz)|~)\s*(?:(?:den|die|der|deine[mnrs]?)\s+)?$"
    ),
    vague=pattern(
        r"\b(?:hälfte\w*|haelfte|halb so|halbier\w*|doppel\w*|verdoppel\w*|verdreifach\w*|"
        r"vervielfach\w*|zweifach\w*|dreifach\w*|mehrfach\w*|vielfach\w*|\w*drittel\w*|"
        r"viertel[ns]?|dreiviertel|\w+fünftel\w*|fünftel\w*|sechstel|achtel|\w*zehntel\w*|"
        r"hundertstel|dutzend\w*|ein paar(?:mal)?|paarmal|mehrere[nr]?|einige[nr]? (?:stunden|"
        r"minuten|tage|nächte|schritte\w*|male?|prozent)|etliche\w*|zig|hunderte\w*|tausende\w*|"
        r"million\w*|milliard\w*|mehrmals|beide[nr]? (?:tage|nächte|wochen)\w*|bruchteil\w*|"
        r"mehrheit|großteil|(?:den|der|dem|am) größte\w* teil|größtenteils|die ganze (?:nacht|"
        r"zeit)|den ganzen tag|(?:pro|am|in der) (?:zweiten|dritten) (?:tag|nacht|woche|hälfte)|ii|"
        r"iii|iv|vi{1,3}|ix|xi{0,3}|xiv|xvi{0,3}|xix|xx|xxx)\b"
    ),
    uncounted=pattern(
        r"\b(?:zwei|drei|vier) (?:dinge|punkte|zahlen|werte|ideen|kleine\w* (?:ideen|schritte)|"
        r"vorschläge|anregungen|sachen)\b|\bein(?:e[rsn]?)? (?:von ihnen|davon)\b|\b(?:noch|erst|"
        r"auf|schon|nicht|wieder|doch|zunächst|auch) einmal\b|\beins (?:ist|bleibt)\b|\bzu zweit\b|"
        r"\bin acht nehmen\b"
    ),
    rates=(
        *(
            (
                rate,
                pattern(
                    rf"^\s*(?:(?:am|pro|je|jede[nrs]?|in der|in einer|an einem|die|/)\s*){word}\b"
                ),
            )
            for rate, word in (
                ("minute", "min(?:ute)?"),
                ("hour", "(?:stunde|h)"),
                ("day", "(?:tag|kalendertag)"),
                ("night", "nacht"),
                ("week", "woche"),
                ("month", "monat"),
                ("year", "jahr"),
            )
        ),
        ("day", pattern(r"^\s*täglich\b")),
        ("week", pattern(r"^\s*wöchentlich\b")),
        ("month", pattern(r"^\s*monatlich\b")),
    ),
    total=pattern(
        r"\b(?:insgesamt|zusammen(?:gerechnet|genommen)?|in summe|summe|alles in allem|gesamt|"
        r"aufaddiert|die ganze woche|in der ganzen woche|im ganzen)\b"
    ),
    averaged=pattern(
        r"\b(?:im (?:schnitt|mittel|durchschnitt)|durchschnitt\w*|\w*durchschnitt|mittelwert|"
        r"mittlere\w*|(?:pro|am|je|jede[nr]?|in jeder|einer) (?:tag|nacht)|täglich\w*|üblich\w*|"
        r"sonst|gewöhnlich|nacht|nachts|nächtlich\w*|typisch\w*|in der woche)\b"
    ),
    clocks=(
        pattern(rf"{_HOUR}[:.](?P<minute>\d{{2}})\s*uhr\b{_HALF}"),
        pattern(rf"{_HOUR}\s*uhr\s+(?P<minute>\d{{2}})\b{_HALF}"),
        pattern(rf"{_HOUR}\s*uhr\b{_HALF}"),
        pattern(rf"{_HOUR}:(?P<minute>\d{{2}})(?![\d:])(?!\s*(?:h|std|stunden?)\b){_HALF}"),
    ),
    afternoon=frozenset(
        ("mittags", "am mittag", "nachmittags", "am nachmittag", "abends", "am abend")
    ),
    night=frozenset(("nachts", "in der nacht")),
    dates=(
        pattern(rf"{_DAY}{_UNTIL}\s*{_MONTH}{_YEAR}"),
        pattern(rf"{_DAY}(?:\s*(?:-|bis(?: zum)?)\s*(?P<until>\d{{1,2}})\.){_NUMBER_MONTH}"),
        pattern(rf"{_DAY}{_NUMBER_MONTH}(?P<year>\d{{4}})?(?!\d)"),
        pattern(r"\b(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})\b"),
    ),
    months=MONTHS,
    month=pattern(
        rf"\b(?:im|seit|bis|ab|anfang|mitte|ende|monat|vom|zum|des|de[mr])\s+(?:\w+ )?{_MONTH}"
    ),
)
