from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from clarity.domain.minutes.grid import build_grid
from clarity.domain.minutes.quality import assess
from clarity.domain.sleep.nights import find_sleep
from clarity.domain.sleep.regularity import (
    circular_mean,
    known_sleep,
    sleep_regularity_index,
    social_jet_lag,
    timing_metrics,
)
from tests.healthkit import MONDAY, at, ordinary_day, ordinary_week, pulse, read

WEEK = np.tile(np.repeat([1.0, 0.0], [480, 960]), 7)


def metrics(rows):
    grid = build_grid(read(rows), MONDAY)
    return {metric.name: metric for metric in timing_metrics(grid, find_sleep(grid))}


def test_the_mean_of_times_around_midnight_is_midnight():
    assert circular_mean(np.array([1430.0, 10.0])) == 0.0
    assert circular_mean(np.array([1430.0, 10.0]) + 77) == pytest.approx(77)


@pytest.mark.parametrize("times", [np.zeros(0), np.array([0.0, 720.0])])
def test_times_that_cancel_have_no_mean(times: np.ndarray):
    assert np.isnan(circular_mean(times))


def test_jet_lag_goes_the_shorter_way_round():
    assert social_jet_lag(np.array([30.0]), np.array([1410.0])) == pytest.approx(60)
    assert np.isnan(social_jet_lag(np.array([30.0]), np.zeros(0)))


def test_the_same_every_day_is_regular_and_the_opposite_is_not():
    flipped = np.concatenate([WEEK[:1440], 1 - WEEK[:1440]])

    assert sleep_regularity_index(WEEK) == 100
    assert sleep_regularity_index(flipped) == -100


def test_chance_is_near_zero():
    coin = (np.random.default_rng(0).random(14 * 1440) < 0.5).astype(float)

    assert sleep_regularity_index(coin) == pytest.approx(0, abs=3)


def test_an_hour_later_each_day_is_two_changes_a_day():
    moved = np.concatenate([np.roll(WEEK[:1440], 60 * day) for day in range(4)])

    assert sleep_regularity_index(moved) == pytest.approx(100 - 200 * 120 / 1440)


def test_minutes_that_are_not_known_take_no_part():
    rng = np.random.default_rng(1)
    holed = np.where(rng.random(len(WEEK)) < 0.3, np.nan, WEEK)

    assert sleep_regularity_index(holed) == 100
    assert np.isnan(sleep_regularity_index(np.full(4000, np.nan)))
    assert np.isnan(sleep_regularity_index(WEEK[:1440]))


def test_every_minute_of_the_day_weighs_the_same_however_often_it_was_seen():
    """The first half of the day is seen six times and irregular, the second once and regular."""
    days = np.tile(WEEK[:1440], (8, 1))
    days[1::2, :720] = 1 - days[1::2, :720]
    days[2:, 720:] = np.nan

    assert sleep_regularity_index(days.ravel()) == pytest.approx(0)


def test_an_ordinary_week_is_regular_and_its_sleep_lies_in_the_night():
    found = metrics(ordinary_week())

    assert found["sleep_midpoint"].value == pytest.approx(180)
    assert found["sleep_midpoint"].unit == "min after midnight"
    assert found["social_jet_lag"].value == pytest.approx(0)
    assert found["sleep_offset_variability"].value == pytest.approx(0)
    assert found["sleep_regularity_index"].value == pytest.approx(100)


def test_late_nights_before_saturday_and_sunday_are_social_jet_lag():
    rows = []
    for day in range(-1, 7):
        late = 90 if day in (4, 5) else 0  # Friday's and Saturday's evening
        rows += ordinary_day(MONDAY + timedelta(days=day), bedtime=1380 + late)

    found = metrics(rows)["social_jet_lag"]

    assert found.value == pytest.approx(90)
    assert "Saturday" in found.method


def test_who_sleeps_by_day_has_no_free_days_in_the_calendar():
    nights = [
        row
        for day in range(-1, 7)
        # Four nights on a ward: sleep from nine in the morning; else from midnight.
        for row in ordinary_day(MONDAY + timedelta(days=day), bedtime=1980 if day < 3 else 1440)
    ]
    found = metrics([row for row in nights if row["sample_type"] != "heartRate"])

    assert found["social_jet_lag"].status == "not_applicable"
    assert found["social_jet_lag"].reason.startswith("4 main sleeps lie in the day")
    assert found["sleep_midpoint"].status == "ok"
    assert found["sleep_offset_variability"].value > 120


def test_recorded_and_detected_nights_are_as_regular_as_recorded_ones():
    mixed = [row for row in ordinary_week() if not _night_of(row, 2) and not _night_of(row, 3)]

    grid = build_grid(read(mixed), MONDAY)
    found = metrics(mixed)

    assert {night.method for night in find_sleep(grid).nights} == {
        "stages",
        "movement_and_heart_rate",
    }
    assert found["sleep_midpoint"].value == pytest.approx(180, abs=10)
    assert found["sleep_offset_variability"].value < 40
    assert found["sleep_regularity_index"].value > 90
    assert "which raises it" in found["sleep_regularity_index"].method
    assert "which raises it" not in metrics(ordinary_week())["sleep_regularity_index"].method


def test_a_week_without_a_weekend_has_no_jet_lag():
    found = metrics(ordinary_week(days=4))["social_jet_lag"]

    assert found.status == "insufficient"
    assert "0 and" in found.reason


def test_two_nights_have_no_midpoint():
    found = metrics(ordinary_week(days=2))

    assert found["sleep_midpoint"].reason.startswith("3 main sleeps")
    assert "minutes of the day" in found["sleep_regularity_index"].reason


def test_without_sleep_nothing_applies():
    found = metrics([pulse(at(MONDAY, 600), 60)])

    assert {metric.status for metric in found.values()} == {"not_applicable"}


def test_two_nights_that_nobody_recorded_are_not_two_nights_awake():
    slept = [row for row in ordinary_week() if not _night_of(row, 3) and not _night_of(row, 4)]
    whole = build_grid(read(slept), MONDAY)
    grid = replace(whole, heart_rate=np.full_like(whole.heart_rate, np.nan))  # none is detected
    state = known_sleep(grid, find_sleep(grid))

    gap = np.isnan(state).sum()

    assert gap > 1440
    assert sleep_regularity_index(state) == pytest.approx(100)
    assert assess(grid).coverage == pytest.approx(1.0, abs=0.1)


def _night_of(row, day: int) -> bool:
    """Whether it is a sleep stage of the night that begins on day number `day`."""
    begin = at(MONDAY + timedelta(days=day), 1200).strftime("%Y-%m-%dT%H:%M")
    end = at(MONDAY + timedelta(days=day + 1), 600).strftime("%Y-%m-%dT%H:%M")
    return row["sample_type"] == "sleepAnalysis" and begin <= str(row["start_date"])[:16] < end
