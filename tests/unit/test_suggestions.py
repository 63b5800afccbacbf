"""What the deterministic text offers to try, and when it offers nothing."""

from __future__ import annotations

import pytest

from tests.unit.narrated import USUAL, told

SHORT = {"total_sleep_time": 350.0}


@pytest.mark.parametrize(
    ("values", "settings", "words"),
    [
        ({"total_sleep_time": None}, {"coverage": 0.5}, "wear"),
        ({"daily_steps": 9000.0}, {"coverage": 0.5}, "your device"),
        (SHORT, {}, "a little more time"),
        (SHORT | {"sleep_efficiency": 92.0}, {}, "a little more time"),
        (SHORT | {"sleep_efficiency": 70.0}, {}, "chance"),
        ({"sleep_onset_variability": 90.0}, {}, "similar"),
        ({"wake_after_sleep_onset": 75.0}, {}, "dark and quiet"),
        ({"daily_steps": 2400.0}, {}, "short walk"),
        ({"daily_steps": 9000.0}, {}, "with this one"),
    ],
)
@pytest.mark.parametrize("level", ["plain", "detailed"])
def test_a_suggestion_has_a_fact_that_gives_reason(values, settings, words, level):
    suggestions = told(values, level=level, **settings).recommendations

    assert words in suggestions[0]


@pytest.mark.parametrize(
    ("values", "settings", "absent"),
    [
        ({"total_sleep_time": None}, {}, "while you sleep"),
        ({"total_sleep_time": 413.0}, {}, "more time"),
        (SHORT | {"sleep_efficiency": 70.0}, {}, "a little more time"),
        (SHORT | {"sleep_efficiency": 70.0, "sleep_onset_variability": 90.0}, {}, "similar"),
        ({"daily_steps": 2400.0}, {"coverage": 0.6}, "short walk"),
        ({"daily_steps": 2400.0, "total_sleep_time": 640.0}, {}, "short walk"),
        (
            {"daily_steps": 2400.0},
            {"past": {"daily_steps": USUAL["daily_steps"]}},
            "short walk",
        ),
    ],
)
def test_what_would_not_help_or_hurt_is_not_suggested(values, settings, absent):
    assert absent not in " ".join(told(values, **settings).recommendations)


def test_sleep_that_no_device_records_is_a_reason_to_wear_one_in_bed():
    narrative = told({"total_sleep_time": None}, statuses={"total_sleep_time": "not_applicable"})

    assert "while you sleep" in narrative.recommendations[0]


def test_an_ordinary_week_with_a_past_needs_no_suggestion():
    values = {name: weeks[-1] for name, weeks in USUAL.items()}

    assert told(values, past=USUAL).recommendations == ()


@pytest.mark.parametrize(("level", "most"), [("plain", 2), ("detailed", 3)])
def test_there_are_never_many_suggestions(level, most):
    values = SHORT | {
        "sleep_onset_variability": 90.0,
        "wake_after_sleep_onset": 75.0,
        "daily_steps": 2400.0,
    }

    assert len(told(values, level=level, coverage=0.7).recommendations) == most


@pytest.mark.parametrize("level", ["plain", "detailed"])
def test_a_professional_is_named_once_and_only_where_a_fact_gives_reason(level):
    """Policy 9."""
    fast, slow = (
        told({"resting_heart_rate": beats}, level=level).recommendations for beats in (104.0, 62.0)
    )

    named = [line for line in fast if "health professional" in line]
    assert len(named) == 1
    assert "your resting heart rate" in named[0]
    assert not any("professional" in line for line in slow)
