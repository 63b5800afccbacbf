"""Whatever the facts are: the deterministic text holds what a person may be shown."""

from __future__ import annotations

import re

from hypothesis import given, settings

from clarity.domain.words.grounding import LONGEST_SENTENCE, check
from clarity.domain.words.narrator import narrate
from tests.property.any_facts import any_facts

# A machine that is busy elsewhere is no failure of the code.
CALM = settings(deadline=None, derandomize=True)
MOST = {"plain": 8, "detailed": 13}


def told(case):
    facts, person, insight_type = case
    return narrate(facts, language=person.language, level=person.level, insight_type=insight_type)


@settings(CALM, max_examples=200)
@given(any_facts())
def test_the_text_passes_the_check(case):
    """Policy 15."""
    assert check(told(case), case[0]) == ()


@CALM
@given(any_facts())
def test_each_sentence_cites_facts_that_are_there(case):
    """Policy 1."""
    ids = {fact.id for fact in case[0]}

    for sentence in told(case).sentences:
        assert 1 <= len(sentence.fact_ids) <= 4
        assert set(sentence.fact_ids) <= ids


@CALM
@given(any_facts())
def test_no_placeholder_and_no_blank_is_left(case):
    for sentence in told(case).sentences:
        assert re.fullmatch(r"[A-Z](?:[^{}$\[\]*?\s]| (?! ))*[.]", sentence.text)
        assert len(sentence.text) <= LONGEST_SENTENCE


@CALM
@given(any_facts())
def test_the_text_is_short_enough_to_be_read(case):
    narrative, person = told(case), case[1]

    assert 1 <= len(narrative.sentences) <= MOST[person.level]
    assert len(narrative.recommendations) <= 4
    assert narrative.narrative


@CALM
@given(any_facts())
def test_no_sentence_is_there_twice(case):
    texts = [sentence.text for sentence in told(case).sentences]

    assert len(set(texts)) == len(texts)


@CALM
@given(any_facts())
def test_the_same_facts_have_the_same_words(case):
    assert told(case) == told(case)


@CALM
@given(any_facts())
def test_plain_words_hold_no_index(case):
    facts, person, _ = case
    indices = {fact.id for fact in facts if fact.unit == "" and fact.kind == "measure"}
    for sentence in told(case).sentences:
        if person.level == "plain" and set(sentence.fact_ids) & indices:
            assert not re.search(r"\d", sentence.text)
