"""What the deterministic text tells of several weeks."""

from __future__ import annotations

import pytest

from clarity.domain.words.narrator import narrate
from tests.unit.narrated import facts_of, text, told


def drifting(start, step, noise=(0.0, 2.0, -2.0, 1.0)):
    return [start + step * at + noise[at % len(noise)] for at in range(13)]


def test_several_weeks_are_told_before_the_newest():
    past = {"total_sleep_time": drifting(460.0, -6.0)}

    lines = [
        sentence.text
        for sentence in told(
            {"total_sleep_time": 380.0}, past=past, timeframe="3months", level="plain"
        ).sentences
    ]

    first = next(at for at, line in enumerate(lines) if "on average" in line)
    trend = next(at for at, line in enumerate(lines) if "less each week" in line)
    newest = next(at for at, line in enumerate(lines) if "newest week" in line)
    assert "13 of 13 weeks" in lines[0]
    assert first < trend < newest
    assert "8 to 14 June 2026" in lines[newest]


def test_a_change_of_level_names_both_levels_and_the_week():
    steps = [(8000.0 if at < 7 else 11000.0) + 40 * (at % 3) for at in range(13)]

    narrative = told({"daily_steps": 11000.0}, past={"daily_steps": steps}, timeframe="3months")

    shift = next(line for line in narrative.narrative.split(". ") if "since the week of" in line)
    assert "8,040 steps a day" in shift
    assert "11,0" in shift


def test_a_trend_of_next_to_nothing_is_not_told():
    past = {"total_sleep_time": drifting(440.0, 0.6, noise=(0.0, 0.1))}

    facts = facts_of({"total_sleep_time": 448.0}, past=past, timeframe="3months")
    narrative = narrate(facts, language="en", level="detailed")

    assert any(fact.kind == "trend" for fact in facts)
    assert "each week" not in text(narrative)


def test_plain_words_leave_an_index_out_even_where_it_has_a_trend():
    past = {"circadian_rhythm_strength": [0.3 + 0.03 * at + 0.002 * (at % 3) for at in range(13)]}
    values = {"circadian_rhythm_strength": 0.69}

    detailed, plain = (
        text(told(values, past=past, timeframe="3months", level=level))
        for level in ("detailed", "plain")
    )

    assert "0.03 more each week" in detailed
    assert "0.0" not in plain


def test_few_weeks_are_a_first_impression():
    facts = facts_of(
        {"daily_steps": 9000.0}, past={"daily_steps": [9000.0]}, timeframe="1month", level="plain"
    )

    assert "first impression" in narrate(facts, language="en", level="plain").narrative


@pytest.mark.parametrize("level", ["plain", "detailed"])
def test_few_weeks_are_counted_once(level):
    narrative = told(
        {"daily_steps": 9000.0}, past={"daily_steps": [9000.0]}, timeframe="1month", level=level
    )

    assert text(narrative).count("2 of 4 weeks") == 1


def test_two_sentences_of_a_kind_do_not_begin_alike():
    def step(low, high):
        return [(low if at < 7 else high) * (1 + 0.002 * (at % 3)) for at in range(13)]

    past = {
        "total_sleep_time": step(380.0, 470.0),
        "daily_steps": step(6000.0, 11000.0),
        "resting_heart_rate": step(52.0, 66.0),
    }
    values = {name: weeks[-1] for name, weeks in past.items()}

    sentences = told(values, past=past, timeframe="3months").sentences

    shifts = [line.text.split("your")[0] for line in sentences if "since the week" in line.text]
    assert len(shifts) == 3
    assert len(set(shifts)) == 3


def test_what_moved_over_the_weeks_is_not_called_the_same():
    steps = [(8000.0 if at < 7 else 11000.0) + 600 * (at % 3) for at in range(13)]
    past = {"daily_steps": steps, "resting_heart_rate": [60.0 + at % 3 for at in range(13)]}
    values = {"daily_steps": 10500.0, "resting_heart_rate": 61.0}

    facts = facts_of(values, past=past, timeframe="3months")
    sentences = narrate(facts, language="en", level="detailed").sentences

    moved = {fact.metric for fact in facts if fact.kind in {"trend", "shift"}}
    same = next(sentence.text for sentence in sentences if "the same" in sentence.text)
    assert "daily_steps.shift" in moved
    assert "resting heart rate" in same
    assert "step" not in same
