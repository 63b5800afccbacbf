"""Whatever the facts are: the Spanish text holds what a person may be shown (policy 15)."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from clarity.domain.words.grounding import LONGEST_SENTENCE, check
from clarity.domain.words.narrative import Narrative, Sentence
from clarity.domain.words.narrator import narrate
from tests.property.any_facts import any_facts
from tests.unit.spanish_weeks import WEEKS

# A machine that is busy elsewhere is no failure of the code.
CALM = settings(
    deadline=None,
    derandomize=True,
    # Many a week that is drawn has no number or no change to spoil.
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)
FACTS = any_facts("es")
NUMERAL = re.compile(r"\d[\d.\u202f]*(?:,\d+)?")
# Read as one word: "3 h 4 min", "84 %".
QUANTITY = re.compile(rf"{NUMERAL.pattern}(?:\s(?:h|min|%))?(?:\s\d+\smin)?")


def told(case):
    facts, person, insight_type = case
    return narrate(facts, language="es", level=person.level, insight_type=insight_type)


def with_text(narrative, index, text):
    sentences = list(narrative.sentences)
    sentences[index] = replace(sentences[index], text=text)
    return replace(narrative, sentences=tuple(sentences))


@CALM
@given(FACTS)
def test_the_text_passes_the_check(case):
    assert check(told(case), case[0]) == ()


@CALM
@given(FACTS)
def test_each_sentence_is_whole_and_short_enough(case):
    for sentence in told(case).sentences:
        assert re.fullmatch(r"[A-Z¿](?:[^{}$\[\]*\s]|\u202f| (?! ))*[.?]", sentence.text)
        assert len(sentence.text) <= LONGEST_SENTENCE


@CALM
@given(FACTS)
def test_plain_sentences_have_few_words(case):
    facts, _, insight_type = case
    narrative = narrate(facts, language="es", level="plain", insight_type=insight_type)
    counts = [len(QUANTITY.sub("1", each.text).split()) for each in narrative.sentences]

    assert sum(counts) <= 16 * len(counts)


@CALM
@given(FACTS, st.data())
def test_a_changed_number_never_passes(case, data):
    narrative = told(case)
    places = [
        (index, match)
        for index, sentence in enumerate(narrative.sentences)
        for match in NUMERAL.finditer(sentence.text)
    ]
    assume(places)
    index, match = data.draw(st.sampled_from(places))
    text = narrative.sentences[index].text
    written = float(re.sub("[.\u202f]", "", match.group()).replace(",", "."))
    # Further off than any rounding.
    changed = data.draw(st.sampled_from([13 + written + written / 10, 10 * written + 7]))
    wrong = f"{text[: match.start()]}{changed:.0f}{text[match.end() :]}"

    found = check(with_text(narrative, index, wrong), case[0])

    assert {problem.kind for problem in found}


FLIPS = (
    ("más que", "menos que"),
    ("menos que", "más que"),
    ("más tarde", "antes"),
    ("por encima", "por debajo"),
    ("por debajo", "por encima"),
)


@CALM
@given(FACTS)
def test_a_flipped_direction_never_passes(case):
    narrative = told(case)
    flipped = [
        (index, sentence.text.replace(one, other))
        for index, sentence in enumerate(narrative.sentences)
        for one, other in FLIPS
        if one in sentence.text and sentence.kind != "recommendation"
    ]

    assert all(check(with_text(narrative, *each), case[0]) for each in flipped)


INVENTED = (
    "Caminaste 99.456 pasos al día.",
    "Dormiste bien diecisiete noches.",
    "Tu sueño fue 3,7 veces más profundo, noche tras noche.",
    "Tu sueño apunta a insomnio.",
    "Tu pulso en reposo muestra una enfermedad.",
    "Las pastillas te quitan el sueño.",
    "Tu sueño es sano, dicen los datos.",
    "Dormiste mejor que la semana pasada.",
    "Dormiste poco porque caminaste mucho.",
    "Consulta a tu médico por tu sueño.",
)


@CALM
@given(FACTS, st.sampled_from(INVENTED), st.data())
def test_an_invented_sentence_never_passes(case, text, data):
    facts, narrative = case[0], told(case)
    cited = data.draw(st.lists(st.sampled_from([fact.id for fact in facts]), min_size=1))
    added = Sentence(text, tuple(cited), "insight")

    found = check(replace(narrative, sentences=(*narrative.sentences, added)), facts)

    assert len(narrative.sentences) in {problem.sentence for problem in found}


WORDS = st.sampled_from(
    [
        *("siete", "horas", "y", "media", "noche", "las", "9.850", "pasos", "a", "11", "menos"),
        *("cuarto", "de", "un", "mil", "ciento", "por", "%", "más", "6,8", "coma", "tarde", "que"),
        *("cien", "día", "23:40", "veintiún", "treinta", "uno", "8", "junio", "al", "14"),
    ]
)


@CALM
@given(st.text() | st.lists(WORDS).map(" ".join))
def test_any_text_is_checked_without_an_exception(text):
    sentence = Sentence(text, ("F4",), "summary")

    check(Narrative((sentence,), "gemini", "es"), WEEKS["CHANGED"])
