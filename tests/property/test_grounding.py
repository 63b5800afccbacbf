"""The template always passes the check, and its corruptions never do."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from clarity.domain.words.facts import facts_from
from clarity.domain.words.grounding import check
from clarity.domain.words.narrative import Narrative, Sentence, narrate
from tests.analyses import UNITS, WEEK, document

# A machine that is busy elsewhere is no failure of the code.
CALM = settings(deadline=None, derandomize=True)


@st.composite
def analyses(draw):
    values = {
        name: draw(st.none() | st.floats(0.0, most))
        for name, (_, most) in UNITS.items()
        if draw(st.booleans())
    }
    days = draw(st.integers(0, 7))
    method = draw(st.sampled_from(["stages", "movement_and_heart_rate", "none"]))
    return document(values, draw(st.floats(0.0, 1.0)), days, method)


TYPES = st.sampled_from(["sleep", "activity", "general"])


def told(analysis, insight_type):
    facts = facts_from(analysis, insight_type=insight_type)
    return facts, narrate(facts, insight_type=insight_type)


def with_sentence(narrative, index, **changes):
    sentences = list(narrative.sentences)
    sentences[index] = replace(sentences[index], **changes)
    return replace(narrative, sentences=tuple(sentences))


@CALM
@given(analyses(), TYPES)
def test_the_template_always_passes(analysis, insight_type):
    facts, narrative = told(analysis, insight_type)

    assert check(narrative, facts) == ()


NUMERAL = re.compile(r"\d[\d,]*(?:\.\d+)?")


@CALM
@given(analyses(), TYPES, st.data())
def test_a_changed_number_never_passes(analysis, insight_type, data):
    facts, narrative = told(analysis, insight_type)
    places = [
        (index, match)
        for index, sentence in enumerate(narrative.sentences)
        for match in NUMERAL.finditer(sentence.text)
    ]
    index, match = data.draw(st.sampled_from(places))
    text = narrative.sentences[index].text
    written = float(match.group().replace(",", ""))
    # Further off than any rounding; with two decimals, or as a person would write it.
    changed = written + data.draw(st.sampled_from([13 + written / 10, 13, 10 * written + 7]))
    digits = data.draw(st.sampled_from([0, 2]))
    assume(digits or changed.is_integer())
    wrong = text[: match.start()] + f"{changed:,.{digits}f}" + text[match.end() :]

    found = check(with_sentence(narrative, index, text=wrong), facts)

    assert {"number", "direction"} & {problem.kind for problem in found}


SWAPS = [
    (re.compile(r"(\d) %"), r"\1 min"),
    (re.compile(r"\d+ h( \d+ min)?|\d+ min"), "37 %"),
    (re.compile(r"(\d) steps"), r"\1 km"),
    (re.compile(r"(\d) beats"), r"\1 breaths"),
    (re.compile(r"(\d) days"), r"\1 nights"),
    (re.compile(r"(0\.\d+)"), r"\1 %"),
]


@CALM
@given(analyses(), TYPES, st.data())
def test_a_swapped_unit_never_passes(analysis, insight_type, data):
    facts, narrative = told(analysis, insight_type)
    swapped = [
        (index, unit.sub(other, sentence.text, count=1))
        for index, sentence in enumerate(narrative.sentences)
        for unit, other in SWAPS
        if unit.search(sentence.text)
    ]
    index, wrong = data.draw(st.sampled_from(swapped))

    found = check(with_sentence(narrative, index, text=wrong), facts)

    assert "number" in {problem.kind for problem in found}


@CALM
@given(analyses(), TYPES, st.data())
def test_a_wrong_fact_id_never_passes(analysis, insight_type, data):
    facts, narrative = told(analysis, insight_type)
    topics = {fact.id: fact.topic for fact in facts}
    index = data.draw(st.integers(0, len(narrative.sentences) - 1))
    own = {topics[name] for name in narrative.sentences[index].fact_ids}
    # Advice names what to do, not what was measured: one fact may give reason for it as another.
    advice = narrative.sentences[index].kind == "recommendation"
    others = [fact.id for fact in facts if fact.topic not in own and not advice]
    wrong = data.draw(st.sampled_from([*others, "F99", "f1", ""]))

    assert check(with_sentence(narrative, index, fact_ids=(wrong,)), facts)


INVENTED = [
    "You walked 99,456 steps a day.",
    "You slept well on 17 nights.",
    "Your sleep was 3.7 times deeper, night after night.",
    "Your data puts you in the top 250 %.",
    "Your sleep points to insomnia.",
    "Your heart rate shows a disease.",
    "The pills keep you awake at night.",
    "You are healthy, says your data.",
    "You slept better than last week.",
]


@CALM
@given(analyses(), TYPES, st.sampled_from(INVENTED), st.data())
def test_an_invented_sentence_never_passes(analysis, insight_type, text, data):
    facts, narrative = told(analysis, insight_type)
    cited = data.draw(st.lists(st.sampled_from([fact.id for fact in facts]), min_size=1))
    added = Sentence(text, tuple(cited), "insight")

    found = check(replace(narrative, sentences=(*narrative.sentences, added)), facts)

    assert len(narrative.sentences) in {problem.sentence for problem in found}


@CALM
@given(st.text())
def test_any_text_is_checked_without_an_exception(text):
    sentence = Sentence(text, ("F1",), "summary")

    check(Narrative((sentence,), "gemini", "en"), WEEK)
