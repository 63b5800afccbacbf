"""The gate in front of every model, and what is said of a week that does not pass it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from clarity.domain.intake.samples import Samples
from clarity.domain.minutes.grid import build_grid
from clarity.domain.minutes.imputation import fill_gaps
from clarity.domain.minutes.quality import Quality, assess, gate
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
    assert quality.missing[2].startswith("2025-06-06: 10.0 h of wear, 0.0 h missing (not worn 00-")
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


def test_a_day_that_is_partly_worn_says_which_hours_were_not():
    quality = worn([6])

    assert quality.missing[1] == (
        "2025-06-02: 6.0 h of wear, 4.0 h missing (not worn 00-08 h, 14-24 h)"
    )
    assert quality.days[0].missing_hours == (*range(8), *range(14, 24))


def test_the_hour_that_spring_left_out_is_not_asked_for():
    spring = date(2025, 3, 9)
    rows = [pulse(at(spring, 480) + timedelta(minutes=m), 60) for m in range(0, 300, 5)]
    rows += [pulse(at(spring, minute), 60) for minute in (-60, 30, 200)]

    quality = assess(build_grid(read(rows), spring, 1))

    assert quality.days[0].real_minutes == 1380
    assert quality.missing[1].endswith("(not worn 00-02 h, 03-08 h, 13-24 h)")


def test_a_day_that_did_not_take_place_is_told_apart_from_one_without_wear():
    grid = build_grid(read(ordinary_week()[:50]), MONDAY, 2)
    skipped = replace(
        grid, repeats=np.where(np.arange(2880) < 1440, 0, 1).astype(np.uint8), devices=()
    )

    quality = assess(skipped)

    assert quality.missing[1] == "2025-06-02: the day did not take place, the clock went past it"
    assert quality.days[0].missing_hours == ()


@pytest.mark.parametrize("hours", [[], [10, 10, 0, 10, 10], [10, 10, 0, 10, 9.9]])
def test_the_gate_alone_says_what_the_whole_judgement_says(hours: list[float]):
    grid = build_grid(
        read([
            pulse(at(MONDAY + timedelta(days=day), 480 + minute), 60)
            for day, length in enumerate(hours)
            for minute in range(round(length * 60))
        ]),
        MONDAY,
    )  # fmt: skip
    quality = assess(grid)

    assert gate(grid) == (quality.sufficient, quality.coverage)


def test_what_a_model_is_given_for_unknown_minutes_is_told_by_kind():
    grid = build_grid(read(ordinary_week()), MONDAY)
    steps = grid.steps.copy()
    steps[600:608] = np.nan
    steps[1440 * 2 + 600 : 1440 * 2 + 700] = np.nan
    steps[1440 * 4 + 600 : 1440 * 4 + 900] = np.nan
    grid = replace(grid, steps=steps)

    imputation = assess(grid).imputation

    assert imputation.interpolated_share == pytest.approx(8 / 10_080)
    assert imputation.filled_share == pytest.approx(100 / 10_080)
    filled = fill_gaps(grid)
    assert imputation.unknown_share == pytest.approx(np.isnan(filled.steps).mean())
    assert (imputation.interpolated_up_to_minutes, imputation.filled_up_to_minutes) == (10, 180)


def test_outliers_are_counted_by_what_was_observed():
    rows = [*ordinary_week(), pulse(at(MONDAY, 1400.5), 190)]

    quality = assess(build_grid(read(rows), MONDAY))

    assert quality.outliers == {"heart_rate": 1, "steps": 0, "energy": 0, "distance": 0}


def test_a_grid_without_days_is_not_sufficient():
    quality = assess(build_grid(Samples.empty(), MONDAY, 0))

    assert not quality.sufficient
    assert quality.coverage == 0
    assert quality.outliers == {}
