from __future__ import annotations

import numpy as np
import pytest

from clarity.domain.metrics.intensity import bouts, cadence_minutes, intensity_metrics, peak_cadence
from clarity.domain.minutes.grid import build_grid
from clarity.domain.minutes.quality import assess
from tests.healthkit import MONDAY, at, ordinary_week, read, steps

DAY = np.zeros(1440)


def day(**cadences: int) -> np.ndarray:
    """A day whose first minutes have these cadences: day(c100=30) is 30 minutes of 100."""
    parts = [np.full(minutes, float(name[1:])) for name, minutes in cadences.items()]
    return np.concatenate([*parts, DAY])[:1440]


def test_the_bounds_of_a_cadence_are_from_and_below():
    steps_ = day(c99=5, c100=7, c129=3, c130=2)

    assert cadence_minutes(steps_, 100.0)[0] == 12
    assert cadence_minutes(steps_, 130.0)[0] == 2
    assert cadence_minutes(steps_, 100.0, 130.0)[0] == 10


def test_a_day_that_was_not_observed_has_no_minutes():
    two = np.concatenate([np.full(1440, np.nan), day(c110=4)])

    assert np.isnan(cadence_minutes(two, 100.0)[0])
    assert cadence_minutes(two, 100.0)[1] == 4


def test_two_minutes_at_the_kerb_do_not_end_a_bout_and_three_do():
    assert bouts(day(c110=6, c0=2, c120=4)) == [(0, 12)]
    assert bouts(day(c110=6, c0=3, c120=8)) == []


def test_nobody_knows_what_an_unobserved_minute_was():
    walk = day(c110=22)
    walk[10] = np.nan

    assert bouts(walk) == [(0, 10), (11, 22)]
    walk[[5, 16]] = np.nan
    assert bouts(walk) == []


def test_a_bout_may_last_over_midnight():
    week = np.concatenate([day(), day(c110=10)])
    week[1430:1440] = 110.0

    assert bouts(week) == [(1430, 1450)]


def test_the_peak_lies_wherever_the_highest_minutes_lie():
    scattered = np.random.default_rng(2).permutation(day(c120=20, c90=10, c50=300))

    assert peak_cadence(scattered)[0] == pytest.approx(110)


def test_a_day_of_a_few_minutes_has_no_peak():
    short = np.where(np.arange(1440) < 29, 100.0, np.nan)

    assert np.isnan(peak_cadence(short)[0])
    assert peak_cadence(short, 29)[0] == 100


def test_a_week_with_a_daily_run_has_its_minutes():
    runs = [steps(at(MONDAY, 1440 * d + 700), 1200, 20 * 140) for d in range(7)]
    rows = [row for row in ordinary_week() if row["sample_type"] != "stepCount"]
    grid = build_grid(read([*rows, *runs]), MONDAY)

    found = {metric.name: metric for metric in intensity_metrics(grid, assess(grid))}

    assert found["moderate_minutes"].value == pytest.approx(20)
    assert found["vigorous_minutes"].value == pytest.approx(20)
    assert found["moderate_bout_minutes"].value == pytest.approx(20)
    assert found["peak_30_min_cadence"].value == pytest.approx(140 * 20 / 30)
    assert "many minutes" in found["moderate_minutes"].method


def test_three_days_are_too_few():
    grid = build_grid(read(ordinary_week(days=2)), MONDAY)

    assert {m.status for m in intensity_metrics(grid, assess(grid))} == {"insufficient"}
