from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clarity.domain.words.languages import language
from clarity.domain.words.quantities import plain
from clarity.domain.words.quantities import quantities as counted

ENGLISH = language("en")


def quantities(text):
    return counted(ENGLISH.respell(plain(text)), ENGLISH.numbers)


def read(text):
    return [(quantity.value, quantity.dimension) for quantity in quantities(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("7 h 12 min", [(432.0, "duration")]),
        ("7 hours and 12 minutes", [(432.0, "duration")]),
        ("7h12", [(432.0, "duration")]),
        ("7h 12m", [(432.0, "duration")]),
        ("7:12 h", [(432.0, "duration")]),
        ("1.5 hours", [(90.0, "duration")]),
        ("a seven-hour night", [(420.0, "duration")]),
        ("one hour", [(60.0, "duration")]),
        ("84%", [(84.0, "percent")]),
        ("84 per cent", [(84.0, "percent")]),
        ("eighty-four percent", [(84.0, "percent")]),
        ("9,850 steps", [(9850.0, "steps")]),
        ("9\u202f850 steps", [(9850.0, "steps")]),
        ("9\u2019850 steps", [(9850.0, "steps")]),
        ("ten thousand steps", [(10000.0, "steps")]),
        ("two thousand three hundred and five steps", [(2305.0, "steps")]),
        ("at 23:40", [(1420.0, "clock")]),
        ("at 11:40 pm", [(1420.0, "clock")]),
        ("at 12 am", [(0.0, "clock")]),
        ("6 to 7 h", [(360.0, "duration"), (420.0, "duration")]),
        ("6\u20137 hours", [(360.0, "duration"), (420.0, "duration")]),
        ("5 nights and 12 minutes", [(5.0, "nights"), (12.0, "duration")]),
        ("7 h, 84 %", [(420.0, "duration"), (84.0, "percent")]),
        ("0.62", [(0.62, "")]),
        ("-12 %", [(-12.0, "percent")]),
        ("12 floors", [(12.0, "floors")]),
        ("\uff15 days", [(5.0, "days")]),
        ("58 heart beats", [(58.0, "pulse")]),
        ("half an hour", [(30.0, "duration")]),
        ("an hour and a half", [(90.0, "duration")]),
        ("three quarters of an hour", [(45.0, "duration")]),
        ("seven and a half hours", [(450.0, "duration")]),
        ("seven hours and a half", [(450.0, "duration")]),
        ("7\u00bd h", [(450.0, "duration")]),
        ("10k steps", [(10000.0, "steps")]),
        ("9.8 thousand steps", [(9800.0, "steps")]),
        ("a hundred steps", [(100.0, "steps")]),
        ("6,8 hours", [(408.0, "duration")]),
        ("9.850 steps", [(9.85, "steps")]),
        ("1.2e4 steps", [(1.2, ""), (4.0, "steps")]),
        ("zero point six two", [(0.62, "")]),
        ("zero point six two of a kind", [(0.62, "")]),
        ("4 percentage points", [(4.0, "points")]),
        ("7 h, 12 min less", [(420.0, "duration"), (12.0, "duration")]),
        ("at 3:40 in the morning", [(220.0, "clock")]),
        ("at 7 at night", [(1140.0, "clock")]),
        ("at 3 at night", [(180.0, "clock")]),
        ("8 to 14 June 2026", []),
        ("in June", []),
        ("8 June 14 July", []),
        ("no one, this one, one way", []),
        ("nothing to count", []),
    ],
)
def test_a_number_is_read_with_what_it_counts(text, found):
    assert read(text) == found


@pytest.mark.parametrize(
    "text", ["six of the 7 days", "6 days out of 7", "of the 7 days, 6", "6 out of seven days"]
)
def test_a_part_of_a_whole_is_one_quantity(text):
    (quantity,) = quantities(text)

    assert (quantity.value, quantity.whole, quantity.dimension) == (6.0, 7.0, "days")


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("more than 7 h", "above"),
        ("above the recommended 7 h", "above"),
        ("below 7 h", "below"),
        ("no more than 7 h", "at_most"),
        ("at least 7 h", "at_least"),
        ("7 h or more", "at_least"),
        ("20 min or less", "at_most"),
        ("at or above 7 h", "at_least"),
        ("not below 7 h", "at_least"),
        ("over 5 nights", None),
        ("over 5 hours", "above"),
        ("7 h", None),
    ],
)
def test_a_comparison_is_read_with_the_number(text, bound):
    assert quantities(text)[0].bound == bound


@pytest.mark.parametrize(
    ("text", "step"),
    [("9,800 steps", 1.0), ("about 9,800 steps", 100.0), ("0.62", 0.01), ("about 7 h", 60.0)],
)
def test_the_last_written_digit_says_how_exact_the_number_is(text, step):
    assert quantities(text)[0].step == step


@settings(deadline=None, derandomize=True)
@given(st.integers(0, 10_000_000))
def test_any_count_of_steps_is_read_back(steps):
    assert read(f"You took {steps:,} steps.") == [(float(steps), "steps")]


@settings(deadline=None, derandomize=True)
@given(st.text())
def test_any_text_is_read_without_an_exception(text):
    quantities(text)
