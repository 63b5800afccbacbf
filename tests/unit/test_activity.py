from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from clarity.domain.metrics.activity import activity_metrics, daily_totals, transition_probability
from clarity.domain.minutes.grid import Grid, build_grid
from clarity.domain.minutes.quality import assess
from clarity.domain.sleep.nights import find_sleep
from tests.healthkit import MONDAY, at, ordinary_week, pulse, read, sample, steps

if TYPE_CHECKING:
    from clarity.domain.metric import Metric


def metrics(rows: list[dict[str, Any]]) -> dict[str, Metric]:
    grid = build_grid(read(rows), MONDAY)
    found = activity_metrics(grid, assess(grid), find_sleep(grid).asleep)
    return {metric.name: metric for metric in found}


def without(rows: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [row for row in rows if row["sample_type"] != kind]


def test_a_bout_of_ten_minutes_stops_once_in_ten_minutes():
    minutes = np.tile(np.repeat([60.0, 0.0], 10), 5)

    assert transition_probability(minutes) == pytest.approx(1 / 10, rel=0.01)


def test_minutes_beside_unknown_ones_do_not_count_as_stops():
    assert transition_probability(np.array([60.0, 60.0, np.nan, 60.0, 0.0])) == 0.5


@pytest.mark.parametrize("minutes", [np.zeros(10), np.full(10, np.nan), np.zeros(0)])
def test_without_activity_fragmentation_is_undefined(minutes: np.ndarray):
    assert np.isnan(transition_probability(minutes))


def test_daily_steps_are_the_mean_of_valid_days():
    rows = [*ordinary_week(days=5), steps(at(MONDAY, 7 * 1440 - 60), 600, 900)]

    found = metrics(rows)["daily_steps"]

    assert found.value == pytest.approx(7900)
    assert found.unit == "steps/day"


def test_steps_of_an_hour_that_came_twice_are_all_counted():
    sunday = date(2024, 11, 3)
    first = at(sunday, 0)
    rows = [pulse(first + timedelta(minutes=m), 60) for m in range(0, 300, 5)]
    rows += [steps(first + timedelta(minutes=m), 60, 60) for m in (70, 130)]

    assert daily_totals(build_grid(read(rows), sunday, 1))[0] == pytest.approx(120)


def test_a_day_without_observation_has_no_total():
    grid: Grid = build_grid(read([steps(at(MONDAY, 600), 60, 60)]), MONDAY, 2)

    totals = daily_totals(grid)

    assert totals[0] == 60
    assert np.isnan(totals[1])


def test_resting_heart_rate_comes_from_the_device_where_it_gives_one():
    daily = [
        sample("restingHeartRate", at(MONDAY, 1440 * d), 3600, value=50 + d, unit="count/min")
        for d in range(3)
    ]

    found = metrics([*ordinary_week(), *daily])["resting_heart_rate"]

    assert found.value == 51
    assert "device" in found.method


def test_resting_heart_rate_is_else_the_low_end_of_the_pulse_asleep():
    found = metrics(ordinary_week())["resting_heart_rate"]

    assert found.value == 52
    assert "asleep" in found.method


def test_resting_heart_rate_is_else_the_low_end_of_all_pulses():
    days = [
        row for row in ordinary_week(stages=False) if (int(row["start_date"][11:13]) - 4) % 24 >= 8
    ]
    found = metrics([row for row in days if row["value"] != 52.0])["resting_heart_rate"]

    assert found.value is not None
    assert "all minutes" in found.method


def test_a_week_without_pulse_has_no_resting_heart_rate():
    rows = without(ordinary_week(), "heartRate")

    assert metrics(rows)["resting_heart_rate"].status == "not_applicable"


def test_a_few_pulses_are_too_few():
    found = metrics([pulse(at(MONDAY, 600), 60)])["resting_heart_rate"]

    assert found.status == "insufficient"
    assert "1 minutes" in found.reason


def test_a_week_on_the_sofa_has_no_fragmentation():
    found = metrics(without(ordinary_week(), "stepCount"))

    assert found["activity_fragmentation"].reason == "60 active minutes are needed, 0 found"
    assert found["daily_steps"].value == 0


def test_three_days_are_too_few():
    found = metrics(ordinary_week(days=2))

    assert found["daily_steps"].status == "insufficient"
    assert found["activity_fragmentation"].status == "insufficient"
