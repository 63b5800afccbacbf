"""The narrator's texts as people get them, word for word, at both levels.

Each file in `narratives` holds what one person reads; whoever changes the words reads it again.
"""

from __future__ import annotations

from pathlib import Path
from statistics import mean
from typing import Any

import pytest

from clarity.domain.words.grounding import check
from clarity.domain.words.narrator import narrate
from tests.unit.narrated import USUAL, facts_of

TEXTS = Path(__file__).parent / "narratives"
LEVELS = ("plain", "detailed")
ORDINARY = {
    "total_sleep_time": 438.0,
    "sleep_efficiency": 91.0,
    "wake_after_sleep_onset": 24.0,
    "sleep_onset_variability": 34.0,
    "circadian_rhythm_strength": 0.61,
    "daily_steps": 9010.0,
    "moderate_minutes": 26.0,
    "resting_heart_rate": 60.0,
}
LATER = {"sleep_midpoint": [190.0, 200.0, 195.0, 188.0]}
THIRTEEN = range(13)
PEOPLE: dict[str, dict[str, Any]] = {
    "an ordinary week": {"values": ORDINARY, "past": USUAL},
    "a first week": {
        "values": ORDINARY | {"sleep_efficiency": None, "wake_after_sleep_onset": None},
        "statuses": {"sleep_efficiency": "not_applicable"},
        "method": "movement_and_heart_rate",
        "valid_days": 4,
        "coverage": 0.58,
    },
    "the first night shifts": {
        "values": ORDINARY
        | {"total_sleep_time": 372.0, "sleep_midpoint": 590.0, "sleep_onset_variability": 175.0},
        "past": USUAL | LATER,
    },
    "a newborn in the house": {
        "values": ORDINARY
        | {
            "total_sleep_time": 305.0,
            "sleep_efficiency": 74.0,
            "wake_after_sleep_onset": 96.0,
            "sleep_onset_variability": 88.0,
            "circadian_rhythm_strength": 0.22,
        },
        "past": USUAL,
    },
    "a week in bed": {
        "values": ORDINARY
        | {
            "total_sleep_time": 640.0,
            "daily_steps": 1460.0,
            "moderate_minutes": 3.0,
            "resting_heart_rate": 79.0,
        },
        "past": USUAL,
    },
    "a child with a phone": {
        "values": {
            "total_sleep_time": None,
            "sleep_efficiency": None,
            "daily_steps": 11240.0,
            "resting_heart_rate": None,
        },
        "statuses": dict.fromkeys(
            ("total_sleep_time", "sleep_efficiency", "resting_heart_rate"), "not_applicable"
        ),
        "age": 10,
    },
    "three months of sleeping less": {
        "values": ORDINARY | {"total_sleep_time": 366.0, "daily_steps": 6100.0},
        "past": {
            "total_sleep_time": [447.0 - 6.0 * at + (at * 5) % 3 for at in THIRTEEN],
            "daily_steps": [(9100.0 if at < 7 else 6200.0) + 60.0 * (at % 2) for at in THIRTEEN],
            "resting_heart_rate": [59.0 + at % 3 for at in THIRTEEN],
        },
        "timeframe": "3months",
        "age": 71,
    },
    "only sleep": {
        "values": ORDINARY
        | {
            "sleep_onset_latency": 17.0,
            "sleep_midpoint": 204.0,
            "sleep_regularity_index": 78.0,
            "social_jet_lag": 62.0,
            "interdaily_stability": 0.58,
        },
        "insight_type": "sleep",
    },
    "only activity": {
        "values": ORDINARY
        | {
            "interdaily_stability": 0.58,
            "relative_amplitude": 0.91,
            "activity_fragmentation": 0.24,
        },
        "past": {"daily_steps": [6100.0, 6160.0, 6090.0, 6130.0]},
        "insight_type": "activity",
    },
}


def told(name, level):
    case = PEOPLE[name]
    insight_type = case.get("insight_type", "general")
    facts = facts_of(**case, level=level)
    return facts, narrate(facts, language="en", level=level, insight_type=insight_type)


def written(name):
    """What the person reads: the paragraph, what stands out, and what to try."""
    lines = []
    for level in LEVELS:
        _, narrative = told(name, level)
        lines += [f"[{level}]", narrative.narrative]
        lines += [f"* {line}" for line in narrative.key_insights]
        lines += [f"> {line}" for line in narrative.recommendations]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("name", PEOPLE)
def test_the_text_is_the_one_that_was_read(name):
    """Policy 15."""
    assert written(name) == TEXTS.joinpath(f"{name}.txt").read_text("utf-8")


def test_every_text_that_was_read_is_still_told():
    assert {path.stem for path in TEXTS.iterdir()} == set(PEOPLE)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", PEOPLE)
def test_each_of_them_passes_the_check(name, level):
    facts, narrative = told(name, level)

    assert check(narrative, facts) == ()


def test_plain_sentences_have_few_words():
    texts = [sentence.text for name in PEOPLE for sentence in told(name, "plain")[1].sentences]
    sentences = [len(text.split()) for text in texts]

    assert mean(sentences) < 12
    assert max(sentences) <= 24


def test_plain_words_are_short():
    texts = [sentence.text for name in PEOPLE for sentence in told(name, "plain")[1].sentences]
    words = [len(word) for text in texts for word in text.split() if word.isalpha()]

    assert mean(words) < 5
