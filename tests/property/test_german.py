"""The German narrator always passes the check, and its corruptions never do."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from clarity.domain.words.grounding import check
from clarity.domain.words.languages.german_numbers import number_word, numeral
from clarity.domain.words.languages.german_order import respell
from clarity.domain.words.languages.german_words import knows
from clarity.domain.words.narrative import Narrative, Sentence
from clarity.domain.words.narrator import narrate
from tests.german_weeks import WEEKS
from tests.property.any_facts import any_facts

# A machine that is busy elsewhere is no failure of the code.
CALM = settings(
    deadline=None,
    derandomize=True,
    max_examples=40,
    # Many a week that is drawn has no number or no change to spoil.
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)


@st.composite
def told(draw):
    """Facts of a drawn person, and what the narrator makes of them."""
    facts, person, insight_type = draw(any_facts("de"))
    language, level = person.language, person.level
    return facts, narrate(facts, language=language, level=level, insight_type=insight_type)


def with_text(narrative, index, text):
    sentences = list(narrative.sentences)
    sentences[index] = replace(sentences[index], text=text)
    return replace(narrative, sentences=tuple(sentences))


@CALM
@given(told())
def test_the_narrator_always_passes(drawn):
    """policy 15."""
    facts, narrative = drawn

    assert check(narrative, facts) == ()


NUMERAL = re.compile(r"(?<![\d.:])\d{1,3}(?:\.\d{3})*(?:,\d+)?(?![\d:]|\. ?[A-Zb])")


@CALM
@given(told(), st.data())
def test_a_changed_number_never_passes(drawn, data):
    """policy 2."""
    facts, narrative = drawn
    places = [
        (index, match)
        for index, sentence in enumerate(narrative.sentences)
        for match in NUMERAL.finditer(sentence.text)
    ]
    assume(places)
    index, match = data.draw(st.sampled_from(places))
    text = narrative.sentences[index].text
    written = float(match.group().replace(".", "").replace(",", "."))
    # Further off than any rounding.
    changed = round(
        data.draw(st.sampled_from([13 + written, 13 + 1.4 * written, 10 * written + 7]))
    )
    shown = f"{changed:,}".replace(",", ".")
    wrong = text[: match.start()] + shown + text[match.end() :]

    assert check(with_text(narrative, index, wrong), facts)


FLIPS = [
    ("mehr als sonst", "weniger als sonst"),
    ("länger", "kürzer"),
    ("später als sonst", "früher als sonst"),
    ("höher als sonst", "niedriger als sonst"),
    ("mehr geschlafen als sonst", "weniger geschlafen als sonst"),
    ("liegt im Schnitt unter dem", "liegt im Schnitt über dem"),
    ("Minuten mehr,", "Minuten weniger,"),
    ("blieben", "stiegen"),
]


@CALM
@given(told(), st.data())
def test_a_flipped_direction_never_passes(drawn, data):
    """policy 4."""
    facts, narrative = drawn
    flips = [(a, b) for pair in FLIPS for a, b in (pair, pair[::-1])]
    flipped = [
        (index, sentence.text.replace(said, other))
        for index, sentence in enumerate(narrative.sentences)
        for said, other in flips
        # What a higher value of an index means is no statement about the person.
        if said in sentence.text
        and sentence.kind != "recommendation"
        and "desto" not in sentence.text
    ]
    assume(flipped)
    index, wrong = data.draw(st.sampled_from(flipped))

    assert check(with_text(narrative, index, wrong), facts)


@CALM
@given(st.text())
def test_any_text_is_checked_without_an_exception(text):
    facts = WEEKS["H"]

    check(Narrative((Sentence(text, ("F4",), "summary"),), "gemini", "de"), facts)


@CALM
@given(st.text())
def test_any_word_is_read_without_an_exception(text):
    knows(respell(text.lower()))
    number_word(text.lower())


@CALM
@given(
    st.lists(
        st.sampled_from(
            [
                "7",
                "7.5",
                "-",
                "/",
                "eine",
                "halbe",
                "und",
                "von",
                "sieben",
                "viertel",
                "nach",
                "mal",
            ]
        ),
        min_size=1,
    )
)
def test_any_tokens_are_read_without_an_exception(tokens):
    found = numeral(tokens)

    assert found is None or 0 < found.length <= len(tokens)
