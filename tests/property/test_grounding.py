"""The narrator's English always passes the check, and its corruptions never do."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
from hypothesis import HealthCheck, assume, given, note, settings
from hypothesis import strategies as st

from clarity.domain.person import Person
from clarity.domain.words.facts import facts_from
from clarity.domain.words.grounding import check
from clarity.domain.words.narrative import Narrative, Sentence
from clarity.domain.words.narrator import narrate
from tests.analyses import UNITS, WEEK, document, history

# A machine that is busy elsewhere is no failure of the code.
CALM = settings(
    deadline=None,
    derandomize=True,
    # Many a week that is drawn has no number or no change to spoil.
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)
# About what a week may hold of what is followed over the weeks.
ORDINARY = {
    "total_sleep_time": 420.0,
    "sleep_efficiency": 84.0,
    "wake_after_sleep_onset": 40.0,
    "sleep_midpoint": 220.0,
    "sleep_onset_variability": 50.0,
    "circadian_rhythm_strength": 0.6,
    "daily_steps": 8000.0,
    "moderate_minutes": 25.0,
    "resting_heart_rate": 60.0,
}


@st.composite
def lives(draw):
    """An analysis of any values, with or without ordinary weeks before it."""
    values = {
        name: draw(st.none() | st.floats(0.0, most))
        for name, (_, most) in UNITS.items()
        if draw(st.booleans())
    }
    weeks, past = draw(st.sampled_from([0, 6, 9, 14])), None
    if weeks:
        chance = np.random.default_rng(draw(st.integers(0, 1000)))
        series = {name: _series(level, weeks, chance) for name, level in ORDINARY.items()}
        values |= {name: each[-1] for name, each in series.items()}
        past = history(series, draw(st.sampled_from(["1week", "1month", "3months"])))
    days = draw(st.integers(0, 7))
    method = draw(st.sampled_from(["stages", "movement_and_heart_rate", "none"]))
    return document(values, draw(st.floats(0.0, 1.0)), days, method), past


def _series(level, weeks, chance):
    """A metric's weeks: steady, sloping or with a step, and the newest one off or not."""
    slope, step, last = chance.choice([0.0, 0.0, 0.03, -0.03], 3)
    noise = chance.normal(0.0, chance.choice([0.01, 0.05]), weeks)
    along = 1 + slope * np.arange(weeks) + 5 * step * (np.arange(weeks) >= weeks // 2) + noise
    along[-1] += 5 * last
    return [float(each) for each in level * np.clip(along, 0.05, None)]


TYPES = st.sampled_from(["sleep", "activity", "general"])
LEVELS = st.sampled_from(["plain", "detailed"])


def told(life, insight_type, level):
    analysis, past = life
    facts = facts_from(analysis, insight_type=insight_type, person=Person(), history=past)
    return facts, narrate(facts, language="en", level=level, insight_type=insight_type)


def with_sentence(narrative, index, **changes):
    sentences = list(narrative.sentences)
    sentences[index] = replace(sentences[index], **changes)
    return replace(narrative, sentences=tuple(sentences))


def held_back(narrative, facts, index):
    """The kinds of problem of one sentence."""
    return {problem.kind for problem in check(narrative, facts) if problem.sentence == index}


@CALM
@given(lives(), TYPES, LEVELS)
def test_the_narrator_always_passes(life, insight_type, level):
    facts, narrative = told(life, insight_type, level)

    assert check(narrative, facts) == ()


NUMERAL = re.compile(r"\d[\d,]*(?:\.\d+)?")


@CALM
@given(lives(), TYPES, LEVELS, st.data())
def test_a_changed_number_never_passes(life, insight_type, level, data):
    """policy 2"""
    facts, narrative = told(life, insight_type, level)
    places = [
        (index, match)
        for index, sentence in enumerate(narrative.sentences)
        for match in NUMERAL.finditer(sentence.text)
    ]
    assume(places)
    index, match = data.draw(st.sampled_from(places))
    text = narrative.sentences[index].text
    written = float(match.group().replace(",", ""))
    # Further off than any rounding; with two decimals, or as a person would write it.
    changed = written + data.draw(st.sampled_from([13 + written / 10, 13, 10 * written + 7]))
    digits = data.draw(st.sampled_from([0, 2]))
    assume(digits or changed.is_integer())
    wrong = text[: match.start()] + f"{changed:,.{digits}f}" + text[match.end() :]
    note(wrong)

    kinds = held_back(with_sentence(narrative, index, text=wrong), facts, index)

    assert {"number", "direction", "time"} & kinds


SWAPS = [
    (re.compile(r"(\d) %"), r"\1 min"),
    (re.compile(r"\d+ h( \d+ min)?|\d+ min"), "37 %"),
    (re.compile(r"(\d) steps"), r"\1 km"),
    (re.compile(r"(\d) beats"), r"\1 breaths"),
    (re.compile(r"(\d) days"), r"\1 nights"),
    (re.compile(r"(\d) weeks"), r"\1 days"),
    (re.compile(r"(0\.\d+)"), r"\1 %"),
    (re.compile(r"steps a day"), "steps a minute"),
    (re.compile(r"percentage points?"), "%"),
]


@CALM
@given(lives(), TYPES, LEVELS, st.data())
def test_a_swapped_unit_never_passes(life, insight_type, level, data):
    """policy 2"""
    facts, narrative = told(life, insight_type, level)
    swapped = [
        (index, unit.sub(other, sentence.text, count=1))
        for index, sentence in enumerate(narrative.sentences)
        for unit, other in SWAPS
        if unit.search(sentence.text)
    ]
    assume(swapped)
    index, wrong = data.draw(st.sampled_from(swapped))

    assert "number" in held_back(with_sentence(narrative, index, text=wrong), facts, index)


TURNED = [
    ("more", "less"),
    ("less", "more"),
    ("fewer", "more"),
    ("later", "earlier"),
    ("earlier", "later"),
    ("higher", "lower"),
    ("lower", "higher"),
    ("longer", "shorter"),
    ("shorter", "longer"),
    ("stronger", "weaker"),
    ("about the same", "more"),
    ("is below", "is above"),
    ("is above", "is below"),
    ("meets", "does not meet"),
]


@CALM
@given(lives(), TYPES, LEVELS, st.data())
def test_a_turned_direction_never_passes(life, insight_type, level, data):
    """policy 4"""
    facts, narrative = told(life, insight_type, level)
    kinds = {fact.id: fact.kind for fact in facts}
    turned = [
        (index, re.sub(rf"\b{word}\b", other, sentence.text, count=1))
        for index, sentence in enumerate(narrative.sentences)
        for word, other in TURNED
        if re.search(rf"\b{word}\b", sentence.text) and sentence.kind != "recommendation"
        if {kinds[name] for name in sentence.fact_ids} - {"measure", "quality", "average"}
    ]
    assume(turned)
    index, wrong = data.draw(st.sampled_from(turned))
    note(wrong)

    kinds_found = held_back(with_sentence(narrative, index, text=wrong), facts, index)

    assert {"direction", "number", "subject"} & kinds_found


@CALM
@given(lives(), TYPES, LEVELS, st.data())
def test_two_numbers_that_change_places_never_pass(life, insight_type, level, data):
    """policy 2"""
    facts, narrative = told(life, insight_type, level)
    amount = re.compile(r"\d+ h(?: \d+ min)?|\d+ min|\d+ %|\d\d:\d\d|[\d,]+ steps a day|0\.\d\d")
    pairs = []
    for index, sentence in enumerate(narrative.sentences):
        found = list(amount.finditer(sentence.text))
        if len(found) == 2 and found[0].group() != found[1].group():
            pairs.append((index, *found))
    assume(pairs)
    index, first, second = data.draw(st.sampled_from(pairs))
    text = narrative.sentences[index].text
    wrong = (
        text[: first.start()]
        + second.group()
        + text[first.end() : second.start()]
        + first.group()
        + text[second.end() :]
    )

    assert held_back(with_sentence(narrative, index, text=wrong), facts, index)


@CALM
@given(lives(), TYPES, LEVELS, st.data())
def test_a_wrong_fact_id_never_passes(life, insight_type, level, data):
    """policy 1"""
    facts, narrative = told(life, insight_type, level)
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
@given(lives(), TYPES, LEVELS, st.sampled_from(INVENTED), st.data())
def test_an_invented_sentence_never_passes(life, insight_type, level, text, data):
    """policy 6"""
    facts, narrative = told(life, insight_type, level)
    cited = data.draw(st.lists(st.sampled_from([fact.id for fact in facts]), min_size=1))
    added = Sentence(text, tuple(cited), "insight")

    found = check(replace(narrative, sentences=(*narrative.sentences, added)), facts)

    assert len(narrative.sentences) in {problem.sentence for problem in found}


@CALM
@given(st.text(), st.sampled_from(["en", "de", "es"]))
def test_any_text_is_checked_without_an_exception(text, language):
    sentence = Sentence(text, ("F1",), "summary")

    check(Narrative((sentence,), "gemini", language), WEEK)
