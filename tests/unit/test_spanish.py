"""What the check reads in Spanish, and what it lets through (policy 1 to policy 10)."""

from __future__ import annotations

from importlib.resources import files

import pytest
from fluent.syntax import FluentParser, ast
from fluent.syntax.visitor import Visitor

from clarity.domain.words.quantities import plain, quantities
from tests.unit import spanish_faults, spanish_sentences, spanish_wrongs
from tests.unit.spanish_weeks import SPANISH, WEEKS, of_sentence, problems

NUMBERS = SPANISH.numbers


def lines(text):
    return [line for line in text.split("\n") if line]


GOOD = [(week, line) for week in WEEKS for line in lines(getattr(spanish_sentences, week))]
BAD = [
    (kind.lower(), *line.split(" ", 1))
    for module in (spanish_faults, spanish_wrongs)
    for kind in module.KINDS
    for line in lines(getattr(module, kind))
]


@pytest.mark.parametrize(("week", "line"), GOOD)
def test_a_sentence_that_its_facts_carry_passes(week, line):
    assert problems(week, line) == {}


@pytest.mark.parametrize(("kind", "week", "line"), BAD)
def test_a_sentence_that_they_do_not_carry_is_a_problem(kind, week, line):
    assert kind in problems(week, line)


def test_there_are_as_many_as_were_asked_for():
    assert len(set(GOOD)) >= 120
    assert len(set(BAD)) >= 200


@pytest.mark.parametrize("week", ["WEEK", "CHANGED", "MONTH"])
def test_what_is_written_without_accents_is_read_the_same(week):
    bare = str.maketrans("áéíóúüñ", "aeiouun")
    for line in lines(getattr(spanish_sentences, week)):
        assert problems(week, line.translate(bare)) == {}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "Tu sueño\nduró 6 h 50 min.",
        "Tu in\u200bsomnio no te deja dormir.",
        "Tu ins\u043emnio no te deja dormir.",
        "Dormiste \u0668 horas por noche.",
        "Dormiste 6 h 50 min\u202e por noche.",
        "Tu sueño " + "duró y " * 50,
    ],
)
def test_what_hides_in_the_form_is_a_problem(text):
    assert "form" in of_sentence("WEEK", text)


# -- numbers --------------------------------------------------------------------------------------


def read(text):
    found = quantities(SPANISH.respell(plain(text)), NUMBERS)
    return [(round(each.value, 6), each.dimension) for each in found]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("6 h 50 min", [(410.0, "duration")]),
        ("6 horas y 50 minutos", [(410.0, "duration")]),
        ("seis horas y cincuenta minutos", [(410.0, "duration")]),
        ("seis horas y cincuenta", [(410.0, "duration")]),
        ("siete horas y media", [(450.0, "duration")]),
        ("7 horas y media", [(450.0, "duration")]),
        ("siete y media horas", [(450.0, "duration")]),
        ("siete horas y cuarto", [(435.0, "duration")]),
        ("siete horas y tres cuartos", [(465.0, "duration")]),
        ("siete horas menos cuarto", [(405.0, "duration")]),
        ("siete horas menos diez minutos", [(410.0, "duration")]),
        ("media hora", [(30.0, "duration")]),
        ("un cuarto de hora", [(15.0, "duration")]),
        ("tres cuartos de hora", [(45.0, "duration")]),
        ("una hora y media", [(90.0, "duration")]),
        ("una hora", [(60.0, "duration")]),
        ("un minuto", [(1.0, "duration")]),
        ("6,8 horas", [(408.0, "duration")]),
        ("6.8 horas", [(408.0, "duration")]),
        ("seis coma ocho horas", [(408.0, "duration")]),
        ("7:12 h", [(432.0, "duration")]),
        ("84 %", [(84.0, "percent")]),
        ("84% ", [(84.0, "percent")]),
        ("84 por ciento", [(84.0, "percent")]),
        ("ochenta y cuatro por ciento", [(84.0, "percent")]),
        ("cien por cien", [(100.0, "percent")]),
        ("4 puntos porcentuales", [(4.0, "points")]),
        ("9850 pasos", [(9850.0, "steps")]),
        ("9.850 pasos", [(9850.0, "steps")]),
        ("9,850 pasos", [(9850.0, "steps")]),
        ("9 850 pasos", [(9850.0, "steps")]),
        ("12\u202f850 pasos", [(12850.0, "steps")]),
        ("10 mil pasos", [(10000.0, "steps")]),
        ("dos mil trescientos cinco pasos", [(2305.0, "steps")]),
        ("58 latidos por minuto", [(58.0, "pulse")]),
        ("58 veces por minuto", [(58.0, "pulse")]),
        ("58 pulsaciones", [(58.0, "pulse")]),
        ("58 lpm", [(58.0, "pulse")]),
        ("0,62", [(0.62, "")]),
        ("0.62", [(0.62, "")]),
        ("seis días", [(6.0, "days")]),
        ("treintaicinco días", [(35.0, "days")]),
        ("entre 6 y 7 horas", [(360.0, "duration"), (420.0, "duration")]),
        ("de 6 a 7 h", [(360.0, "duration"), (420.0, "duration")]),
        ("a las 23:40", [(1420.0, "clock")]),
        ("a las 11:40 de la noche", [(1420.0, "clock")]),
        ("a las once y media de la noche", [(1410.0, "clock")]),
        ("a las doce menos cuarto de la noche", [(1425.0, "clock")]),
        ("a las 3 de la madrugada", [(180.0, "clock")]),
        ("a las tres y cuarenta", [(220.0, "clock")]),
        ("a la una y diez", [(70.0, "clock")]),
        ("a las 4 p. m.", [(960.0, "clock")]),
        ("una semana con datos, de un día a otro, una noche tranquila", []),
        ("una vez en la cama, uno descansa de media", []),
        ("del 8 al 14 de junio de 2026", []),
    ],
)
def test_a_number_is_read_with_what_it_counts(text, found):
    assert read(text) == found


@pytest.mark.parametrize("text", ["6 de 7 días", "seis de los siete días", "6 de cada 7 días"])
def test_a_part_of_a_whole_is_one_quantity(text):
    (quantity,) = quantities(SPANISH.respell(plain(text)), NUMBERS)

    assert (quantity.value, quantity.whole, quantity.dimension) == (6.0, 7.0, "days")


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("más de 7 h", "above"),
        ("más del 84 %", "above"),
        ("por encima de las 7 h", "above"),
        ("supera las 7 h", "above"),
        ("menos de siete horas", "below"),
        ("por debajo de 7 h", "below"),
        ("no llega a 7 h", "below"),
        ("al menos 7 h", "at_least"),
        ("como mínimo 7 h", "at_least"),
        ("7 h o más", "at_least"),
        ("7 h al día o más", "at_least"),
        ("7 h como mínimo", "at_least"),
        ("no menos de 7 h", "at_least"),
        ("no más de 7 h", "at_most"),
        ("hasta 7 h", "at_most"),
        ("20 min o menos", "at_most"),
        ("unas 7 h", None),
        ("7 h más que de costumbre", None),
    ],
)
def test_a_comparison_is_read_with_the_number(text, bound):
    assert quantities(SPANISH.respell(plain(text)), NUMBERS)[0].bound == bound


UNITS = "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince"
TWENTIES = "veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete"
TEENS = "dieciséis diecisiete dieciocho diecinueve"
FIRST = f"{UNITS} {TEENS} {TWENTIES} veintiocho veintinueve".split()
TENS = ["treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa"]
SMALLER = "ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos"
HUNDREDS = f"{SMALLER} ochocientos novecientos".split()


def spelled(number):
    """A number below ten thousand, as the grammars have it."""
    if number < 30:
        return FIRST[number]
    if number < 100:
        ten, one = divmod(number, 10)
        return TENS[ten - 3] + (f" y {FIRST[one]}" if one else "")
    if number == 100:
        return "cien"
    if number < 1000:
        hundred, rest = divmod(number, 100)
        return HUNDREDS[hundred - 1] + (f" {spelled(rest)}" if rest else "")
    thousand, rest = divmod(number, 1000)
    head = "mil" if thousand == 1 else f"{spelled(thousand)} mil"
    return head + (f" {spelled(rest)}" if rest else "")


def before_a_noun(words, one):
    """ "Uno" as it stands before a noun: "veintiún pasos", "treinta y una horas"."""
    if words.endswith("veintiuno"):
        return words.removesuffix("uno") + {"un": "ún", "una": "una"}[one]
    return words.removesuffix("uno") + one if words.endswith("uno") else words


def test_every_number_below_ten_thousand_is_read_from_its_words():
    for number in range(10_000):
        words = spelled(number)
        for written in (f"{words} por ciento", words.capitalize() + " por ciento"):
            assert read(written) == [(number, "percent")], written


def test_every_number_below_ten_thousand_is_read_before_a_noun():
    for number in range(2, 10_000):
        steps = before_a_noun(spelled(number), "un")
        hours = before_a_noun(spelled(number), "una")
        hours = hours.replace("cientos", "cientas").replace("quinientos", "quinientas")
        assert read(f"{steps} pasos") == [(number, "steps")]
        assert read(f"{hours} horas") == [(60.0 * number, "duration")]


# -- words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "word",
    [
        *("durmieras", "despiertas", "llevarlo", "acuestate", "quedate", "tranquilamente"),
        *("caminatas", "luces", "empiece", "llegues", "podremos", "hayas", "pruebalo"),
        *("moviendote", "estaciones", "veintidos", "novecientas", "redujeron", "mantenla"),
    ],
)
def test_forms_of_everyday_words_are_known(word):
    assert SPANISH.knows(word)


@pytest.mark.parametrize(
    "word",
    [
        *("insomnio", "lorazepam", "rinon", "higado", "cerebro", "pastilla", "sangre", "oxigeno"),
        *("colesterol", "adelgazar", "medico", "ansiedad", "hospital", "doctor", "cancer", "dolor"),
        *("pulmon", "vitamina", "cerveza", "bitcoin", "gpt", "the", "und", "você"),
    ],
)
def test_words_of_illness_and_other_worlds_are_not_known(word):
    assert not SPANISH.knows(word)


# -- the texts ------------------------------------------------------------------------------------


# "The data gives a first impression" does without the count that stands before it.
LEFT_OUT: set[tuple[str, str]] = set()


class _Variables(Visitor):
    def __init__(self):
        self.names = set()

    def visit_VariableReference(self, node):  # noqa: N802  the parser's name
        self.names.add(node.id.name)


def messages(code):
    """By message and attribute the variables that the texts of a language use."""
    source = files("clarity.domain.words").joinpath("texts", f"{code}.ftl").read_text("utf-8")
    found = {}
    for entry in FluentParser().parse(source).body:
        assert not isinstance(entry, ast.Junk), entry.content
        if isinstance(entry, ast.Message):
            parts = {"": entry.value} | {each.id.name: each.value for each in entry.attributes}
            for name, pattern in parts.items():
                visitor = _Variables()
                if pattern is not None:
                    visitor.visit(pattern)
                    found[entry.id.name, name] = visitor.names
    return found


def test_the_texts_have_the_messages_and_levels_of_the_english_ones():
    assert set(messages("es")) == set(messages("en"))


def test_the_texts_use_no_variable_that_the_english_ones_lack():
    given = {"variant", "count"}  # always there
    spanish, english = messages("es"), messages("en")

    assert {name for name in spanish if spanish[name] - english[name] - given} == set()
    assert {name for name in spanish if english[name] - spanish[name] - given} <= LEFT_OUT
