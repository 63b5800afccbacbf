from __future__ import annotations

import json
from datetime import timedelta

from clarity.domain.grid import build_grid
from clarity.domain.quality import Quality, assess
from clarity.domain.samples import Samples
from tests.healthkit import MONDAY, at, ordinary_week, pulse, read


def worn(hours: list[float]) -> Quality:
    """The quality of a week that begins on Monday with so many hours of wear from 08:00 on."""
    rows = [
        pulse(at(MONDAY + timedelta(days=day), 480 + minute), 60)
        for day, length in enumerate(hours)
        for minute in range(round(length * 60))
    ]
    return assess(build_grid(read(rows), MONDAY))


def test_four_days_of_ten_hours_pass_the_gate():
    quality = worn([10, 10, 0, 10, 10])

    assert quality.sufficient
    assert quality.valid_days == 4
    assert quality.missing == ()


def test_a_minute_less_does_not_and_says_which_day_lacks_what():
    quality = worn([10, 10, 0, 10, 10 - 1 / 60])

    assert not quality.sufficient
    assert quality.missing[:2] == (
        "4 days with at least 10 h of wear are needed, 3 found",
        "2025-06-04: 0.0 h of wear, 10.0 h missing",
    )
    assert [day.missing_minutes for day in quality.days] == [0, 0, 600, 0, 1, 600, 600]


def test_a_week_without_wear_is_not_sufficient():
    quality = assess(build_grid(Samples.empty(), MONDAY))

    assert not quality.sufficient
    assert quality.coverage == 0
    assert quality.longest_gap_minutes == 10_080
    assert len(quality.missing) == 8


def test_coverage_gaps_and_hours_are_counted():
    quality = worn([10])
    (day, *_) = quality.days

    assert quality.coverage == 600 / 10_080
    assert (day.worn_minutes, day.heart_rate_minutes, day.sleep_minutes) == (600, 600, 0)
    assert (day.valid_hours, day.longest_gap_minutes, day.real_minutes) == (10, 480, 1440)
    assert quality.longest_gap_minutes == 10_080 - 480 - 600


def test_an_ordinary_week_is_covered():
    quality = assess(build_grid(read(ordinary_week()), MONDAY))

    assert quality.coverage > 0.99
    assert quality.valid_days == 7


def test_the_document_is_plain():
    document = worn([10, 3]).to_document()

    assert json.loads(json.dumps(document)) == document
    assert document["days"][1]["missing_minutes"] == 420  # type: ignore[index]  # a list of maps
