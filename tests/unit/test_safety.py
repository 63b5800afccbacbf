"""A person's own words: a crisis is seen, an idiom is none, and help has a number that exists."""

from __future__ import annotations

import csv
import dataclasses
import json
import re
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clarity.domain.words.helplines import DIRECTORY, EMERGENCY, LISTENING, SPECIAL
from clarity.domain.words.safety import Concern, Support, concern, support

# Sentences as people write them, by concern and language; without a concern the harmless ones.
with Path(__file__).with_name("crisis.csv").open(encoding="utf-8", newline="") as _file:
    SENTENCES = [(row["concern"], row["language"], row["words"]) for row in csv.DictReader(_file)]
CRISIS = [each for each in SENTENCES if each[0]]
HARMLESS = [each for each in SENTENCES if not each[0]]
# Known to pass unseen: what they mean is said by no phrase of theirs.
UNSEEN = {
    "I've got a rope and I don't know what else to do",
    "honestly death sounds peaceful, I want it",
    "there's nothing left for me here, I want out of life",
    "I weigh myself ten times a day and starve",
    "Ich will springen",
    "tengo pastillas y me las voy a tomar todas",
}
LANGUAGES = ("en", "de", "es")
CONCERNS = get_args(Concern)


def test_a_crisis_is_seen_in_each_language():
    """policy 12: of the sentences that name one, all but the few that only hint at it."""
    missed = {words for _, _, words in CRISIS if concern(words) is None}

    assert missed == UNSEEN
    assert len(missed) / len(CRISIS) < 0.02


def test_what_is_no_crisis_is_not_taken_for_one():
    """policy 12."""
    assert {words for _, _, words in HARMLESS if concern(words)} == set()


@pytest.mark.parametrize(("expected", "language", "words"), CRISIS)
def test_a_crisis_is_known_for_what_it_is(expected, language, words):
    """policy 12."""
    assert concern(words) in {expected, None} if words in UNSEEN else {expected}


def test_the_lists_hold_each_concern_in_each_language():
    cells = {(kind, language) for kind, language, _ in SENTENCES}

    assert cells == {(kind, language) for kind in ("", *CONCERNS) for language in LANGUAGES}
    assert len(CRISIS) > 400
    assert len(HARMLESS) > 400


SURE = [
    ("self_harm", "I want to kill myself"),
    ("self_harm", "ich möchte nicht mehr leben"),
    ("self_harm", "quiero suicidarme"),
    ("eating", "I make myself throw up"),
    ("abuse", "mein Mann schlägt mich"),
]
SPELLINGS = [
    str.upper,
    str.title,
    lambda words: words.replace(" ", "   "),
    lambda words: words.replace(" ", "\u00a0"),
    lambda words: f"...{words}!!!",
    lambda words: f"Great app.\n{words}\nThanks, see you",
    lambda words: words.replace("l", "lll").replace("h", "hh"),
    lambda words: words.replace("ö", "oe").replace("ä", "ae"),
    lambda words: words.replace("ö", "o").replace("ä", "a"),
    lambda words: words.replace("ö", "o\u0308").replace("ä", "a\u0308"),
    lambda words: words.replace("e", "3").replace("o", "0"),
    lambda words: words.replace("a", "\u200ba"),
    lambda words: words.translate({ord(c): ord(c) + 0xFEE0 for c in "abcdefghijklmnopqrstuvwxyz"}),
]


@pytest.mark.parametrize(("expected", "words"), SURE)
@pytest.mark.parametrize("spelled", SPELLINGS)
def test_a_crisis_is_seen_however_it_is_spelled(expected, words, spelled):
    """policy 12."""
    assert concern(spelled(words)) == expected


@pytest.mark.parametrize(
    "words",
    [
        "sucide",
        "suicde thoughts",
        "suizd",
        "selbstmort",
        "s u i c i d e",
        "s*icide",
        "k*ll myself",
        "kill my self",
        "umbirngen will ich mich, ich will mich umbrigen",
    ],
)
def test_a_slip_of_the_pen_hides_no_crisis(words):
    """policy 12."""
    assert concern(words) == "self_harm"


@pytest.mark.parametrize(
    "words",
    [
        "I would never kill myself",
        "I'm not suicidal.",
        "No thoughts of suicide here",
        "Ich habe nie an Selbstmord gedacht",
        "No quiero matarme, quiero dormir",
        "He never hits me with reminders",
    ],
)
def test_what_is_denied_is_no_crisis(words):
    assert concern(words) is None


@pytest.mark.parametrize(
    "words",
    [
        "I can't stop thinking about suicide",
        "I don't know if I want to kill myself",
        "I don't sleep. I want to die",
        "I don't feel well and I want to die",
        "Ich schlafe nicht, ich will sterben",
        "No duermo y quiero morir",
        "No, seriously, I want to die",
    ],
)
def test_a_denial_of_something_else_hides_no_crisis(words):
    """policy 12."""
    assert concern(words) == "self_harm"


def test_a_danger_to_life_comes_first():
    words = "My husband hits me, I make myself throw up and I want to die"

    assert concern(words) == "self_harm"


@settings(deadline=None, derandomize=True)
@given(st.text(max_size=2000))
def test_any_words_can_be_read(words):
    assert concern(words) in {None, *CONCERNS}


@pytest.mark.parametrize("words", ["", " ", "*" * 5000, "a " * 20000, "!" * 30000, "want " * 4000])
def test_long_and_empty_words_can_be_read(words):
    assert concern(words) is None


# -- help -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", CONCERNS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("region", [*LISTENING, "", "ZZ", "UK", "de"])
def test_help_is_whole_in_each_language_and_region(what, language, region):
    """policy 12: the text alone is enough, and the contacts are those it names."""
    help_text = support(what, language, region)

    assert help_text.contacts
    for contact in help_text.contacts:
        assert contact.name in help_text.text
        assert contact.reach in help_text.text
    assert "{" not in help_text.text
    assert json.loads(json.dumps(dataclasses.asdict(help_text)))["text"] == help_text.text


@pytest.mark.parametrize(
    ("region", "line", "emergency"),
    [
        ("US", "988", "911"),
        ("CA", "988", "911"),
        ("GB", "116 123", "999"),
        ("UK", "116 123", "999"),
        ("IE", "116 123", "112"),
        ("AU", "13 11 14", "000"),
        ("NZ", "1737", "111"),
        ("DE", "0800 1110111", "112"),
        ("AT", "142", "112"),
        ("CH", "143", "112"),
        ("LI", "143", "112"),
        ("ES", "024", "112"),
        ("MX", "800 911 2000", "911"),
        ("CL", "*4141", "131"),
    ],
)
def test_the_line_is_that_of_the_region_whatever_the_language(region, line, emergency):
    for language in LANGUAGES:
        found = support("self_harm", language, region)

        assert [contact.reach for contact in found.contacts] == [line]
        assert emergency in found.text


@pytest.mark.parametrize("region", ["", "ZZ", "JP"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("what", CONCERNS)
def test_without_a_known_region_no_number_is_made_up(what, language, region):
    """policy 12."""
    found = support(what, language, region)

    assert found.contacts == (DIRECTORY,)
    assert not re.search(r"\d", found.text)


def test_a_line_for_one_concern_stands_before_the_one_for_everybody():
    found = support("abuse", "es", "ES")

    assert [contact.reach for contact in found.contacts] == ["016", "024"]


def test_every_region_with_a_line_has_its_emergency_number():
    assert set(LISTENING) == set(EMERGENCY)
    assert {region for _, region in SPECIAL} <= set(LISTENING)


def test_an_unknown_language_is_answered_in_english():
    assert support("self_harm", "fr", "CA") == support("self_harm", "en", "CA")


def test_help_judges_nobody():
    """policy 6, policy 12: no diagnosis, no promise, no blame."""
    texts = {
        support(what, language, "").text.lower() for what in CONCERNS for language in LANGUAGES
    }

    said = " ".join(texts)
    assert not re.search(
        r"suicid|suizid|disorder|störung|trastorno|diagn|should|musst du|debes", said
    )
    assert isinstance(support("eating", "en", ""), Support)
