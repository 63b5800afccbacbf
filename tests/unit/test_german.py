"""German as the check reads it and as the narrator writes it."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest
from fluent.syntax import FluentParser, ast
from fluent.syntax.serializer import serialize_pattern

from clarity.domain.words.languages import language
from clarity.domain.words.languages.german_numbers import number_word, numeral
from clarity.domain.words.languages.german_order import respell
from clarity.domain.words.languages.german_words import knows
from clarity.domain.words.moments import days
from clarity.domain.words.quantities import plain, quantities
from clarity.domain.words.wording import wording
from tests.german_weeks import lines, problems
from tests.unit.german_faults import BAD
from tests.unit.german_sentences import GOOD

NUMBERS = language("de").numbers


@pytest.mark.parametrize("line", lines(GOOD))
def test_a_true_sentence_passes(line):
    """policy 15: the same check for whoever wrote it."""
    assert problems(line) == set()


@pytest.mark.parametrize(
    ("rule", "line"), [(rule, line) for rule, bank in BAD.items() for line in lines(bank)]
)
def test_a_false_or_unfit_sentence_is_a_problem_of_its_rule(rule, line):
    """policy 1, policy 2, policy 3, policy 4, policy 5, policy 6, policy 8, policy 10."""
    assert rule in problems(line)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "You slept 6 h 50 min a night.",
        "Dein Schlaf: siehe https://example.org",
        "Dein **Schlaf** war lang.",
        "Dein Schlaf\nwar lang.",
        "Dein Schl\u200baf dauerte 6 h 50 min.",
        "Dein Schl\u0430f dauerte 6 h 50 min.",
        "Du hast 6 h 50 min geschlafen, " + "und noch etwas, " * 20,
    ],
)
def test_markup_hidden_letters_and_other_languages_are_problems(text):
    """policy 7."""
    assert {"form", "word"} & problems(f"S tst | {text}")


@pytest.mark.parametrize(
    "text",
    [
        "Du bist 9\u202f850 Schritte am Tag gegangen.",
        "Du bist 9'850 Schritte am Tag gegangen.",
        "Du bist 9850 Schritte am Tag gegangen.",
        "Du bist neuntausendachthundertfuenfzig Schritte am Tag gegangen.",
        "Du bist taeglich ungefaehr 9.800 Schritte gegangen.",
    ],
)
def test_a_number_may_be_written_in_each_of_the_ways_people_write_it(text):
    assert problems(f"A steps | {text}") == set()


ONES = ["", "ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"]
TEENS = {11: "elf", 12: "zwölf", 16: "sechzehn", 17: "siebzehn"}
TENS = ["", "zehn", "zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig"]
TENS += ["achtzig", "neunzig"]


def spelled(number):
    """A number below ten thousand as a German book writes it."""
    if number == 0:
        return "null"
    thousands, rest = divmod(number, 1000)
    text = f"{ONES[thousands]}tausend" if thousands else ""
    hundreds, rest = divmod(rest, 100)
    text += f"{ONES[hundreds]}hundert" if hundreds else ""
    if rest in TEENS:
        return text + TEENS[rest]
    tens, ones = divmod(rest, 10)
    if tens == 1:
        return text + ONES[ones] + TENS[1]
    last = "eins" if ones == 1 and not tens else ONES[ones]
    return text + last + ("und" if ones and tens else "") + TENS[tens]


def test_each_number_word_below_ten_thousand_is_read_with_and_without_umlauts():
    for number in range(10_000):
        word = spelled(number)
        assert number_word(word) == number, word
        assert number_word(respell(word)) == number, word
        assert knows(respell(word)), word


def test_words_that_only_hold_a_number_are_none():
    words = "beachten dreist verzweifelt einander keiner vielleicht elfe zehren wachten reinhundert"

    assert [word for word in words.split() if number_word(word) is not None] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("7 h 12 min", [(432.0, "duration")]),
        ("7 Std. 12 Min.", [(432.0, "duration")]),
        ("7 Stunden und 12 Minuten", [(432.0, "duration")]),
        ("7:12 h", [(432.0, "duration")]),
        ("7,5 Stunden", [(450.0, "duration")]),
        ("7.5 Stunden", [(450.0, "duration")]),
        ("siebeneinhalb Stunden", [(450.0, "duration")]),
        ("sieben und eine halbe Stunde", [(450.0, "duration")]),
        ("anderthalb Stunden", [(90.0, "duration")]),
        ("eineinhalb Stunden", [(90.0, "duration")]),
        ("eine Stunde", [(60.0, "duration")]),
        ("eine halbe Stunde", [(30.0, "duration")]),
        ("eine Dreiviertelstunde", [(45.0, "duration")]),
        ("eine Viertelstunde", [(15.0, "duration")]),
        ("eine siebenstündige Nacht", [(420.0, "duration")]),
        ("eine 8-stündige Nacht", [(480.0, "duration")]),
        ("sechs Komma acht Stunden", [(408.0, "duration")]),
        ("84%", [(84.0, "percent")]),
        ("vierundachtzig Prozent", [(84.0, "percent")]),
        ("3 Prozentpunkte", [(3.0, "points")]),
        ("9.850 Schritten", [(9850.0, "steps")]),
        ("9,8 Tausend Schritte", [(9800.0, "steps")]),
        ("58 Schläge", [(58.0, "pulse")]),
        ("dreimal", [(3.0, "times")]),
        ("2,3-mal", [(2.3, "times")]),
        ("um 23:40 Uhr", [(1420.0, "clock")]),
        ("um 23.40 Uhr", [(1420.0, "clock")]),
        ("14 Uhr 30", [(870.0, "clock")]),
        ("11 Uhr abends", [(1380.0, "clock")]),
        ("um halb acht", [(450.0, "clock")]),
        ("Viertel nach elf", [(675.0, "clock")]),
        ("zehn vor sechs", [(350.0, "clock")]),
        ("6 bis 7 Stunden", [(360.0, "duration"), (420.0, "duration")]),
        ("0,62", [(0.62, "")]),
        ("am 8. Juni 2026", []),
        ("vom 8.6. bis 14.6.2026", []),
        ("noch einmal, eine Woche, achte auf dich", []),
    ],
)
def test_a_number_is_read_with_what_it_counts(text, found):
    read = quantities(respell(plain(text)), NUMBERS)

    assert [(quantity.value, quantity.dimension) for quantity in read] == found


@pytest.mark.parametrize(
    "text", ["6 von 7 Tagen", "sechs der sieben Tage", "von 7 Tagen hatten 6 genug Daten"]
)
def test_a_part_of_a_whole_is_one_quantity(text):
    (quantity,) = quantities(respell(plain(text)), NUMBERS)

    assert (quantity.value, quantity.whole, quantity.dimension) == (6.0, 7.0, "days")


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("mehr als 7 Stunden", "above"),
        ("über 7 Stunden", "above"),
        ("unter den empfohlenen 7 Stunden", "below"),
        ("weniger als 7 Stunden", "below"),
        ("mindestens 7 Stunden", "at_least"),
        ("nicht weniger als 7 Stunden", "at_least"),
        ("7 Stunden oder mehr", "at_least"),
        ("höchstens 7 Stunden", "at_most"),
        ("bis zu 7 Stunden", "at_most"),
        ("7 Stunden oder weniger", "at_most"),
        ("über 7 Nächte", None),
        ("7 Stunden", None),
    ],
)
def test_a_comparison_is_read_with_the_number(text, bound):
    assert quantities(respell(plain(text)), NUMBERS)[0].bound == bound


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("am 8. Juni", [(8, 6, 0)]),
        ("8. bis 14. Juni 2026", [(8, 6, 2026), (14, 6, 2026)]),
        ("vom 8.6. bis 14.6.", [(8, 6, 0), (14, 6, 0)]),
        ("am 3. März 2026", [(3, 3, 2026)]),
    ],
)
def test_a_date_is_read(text, found):
    read = days(respell(plain(text)), NUMBERS)

    assert [(day.day, day.month, day.year) for day in read] == found


@pytest.mark.parametrize(
    "word",
    [
        "schlafdauer",
        "tagesrhythmus",
        "einschlafzeiten",
        "aufgewacht",
        "zurückgelegt",
        "durchschnittlich",
        "regelmaessiger",
        "spaziergangs",
        "weiterlaufen",
        "tageslicht",
    ],
)
def test_forms_and_compounds_of_everyday_words_are_known(word):
    assert knows(respell(word))


@pytest.mark.parametrize(
    "word",
    [
        "schlafstörung",
        "herzrhythmusstörung",
        "schlafmittel",
        "nahrungsergänzungsmittel",
        "übergewicht",
        "schlafapnoe",
        "zopiclon",
        "metoprolol",
        "leberwert",
        "blutdruck",
        "lungenentzündung",
        "quetiapin",
        "notarzt",
        "angststörung",
        "gehirn",
        "vorhofflimmern",
        "magnesiumtablette",
        "bitcoin",
        "ozempic",
    ],
)
def test_illness_and_drugs_are_not_known_wherever_they_hide(word):
    """policy 6."""
    german, ours = language("de"), respell(word)

    assert not knows(ours) or german.unsafe.holds(ours)


def messages(code):
    """Each message and level of a Fluent file with the arguments it takes."""
    text = files("clarity.domain.words").joinpath("texts", f"{code}.ftl").read_text("utf-8")
    found = {}
    for entry in FluentParser().parse(text).body:
        assert not isinstance(entry, ast.Junk), entry.content
        if isinstance(entry, ast.Message):
            patterns = [("", entry.value)] if entry.value else []
            for level, pattern in patterns + [(a.id.name, a.value) for a in entry.attributes]:
                # Each language may have its own number of variants.
                names = set(re.findall(r"\{ *\$([a-z_]+)", serialize_pattern(pattern)))
                found[entry.id.name, level] = names - {"variant"}
    return found


def test_german_has_the_messages_the_levels_and_the_arguments_of_english():
    """policy 15."""
    english, german = messages("en"), messages("de")

    assert german.keys() == english.keys()
    assert {key for key in german if german[key] - english[key]} == set()


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (410, "min", "6 Stunden und 50 Minuten"),
        (61, "min", "1 Stunde und 1 Minute"),
        (60, "min", "1 Stunde"),
        (9850, "steps/day", "9.850 Schritte am Tag"),
        (1, "steps/day", "1 Schritt am Tag"),
        (58.4, "beats/min", "58 Schläge pro Minute"),
        (83.6, "%", "84 %"),
        (220, "clock", "03:40 Uhr"),
    ],
)
def test_a_quantity_is_written_in_german(value, unit, text):
    assert wording("de", "detailed").quantity(value, unit) == text


def test_a_number_is_none_in_words_that_only_begin_like_one():
    assert numeral(["achte", "auf"]) is None
    assert numeral(["eine", "woche"]) is None
