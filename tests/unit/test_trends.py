from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from clarity.domain.metrics.trends import (
    baseline,
    baseline_metric,
    drifts,
    segments,
    trend,
    trend_metric,
)

if TYPE_CHECKING:
    from collections.abc import Callable


def cuts(weeks: np.ndarray) -> list[int]:
    return [part.first for part in segments(weeks)][1:]


def test_one_odd_week_moves_no_baseline():
    usual = np.array([7.0, 7.2, 6.8, 7.1, 6.9, 7.0])

    assert baseline(np.append(usual, 0.5)).median == pytest.approx(baseline(usual).median)


def test_a_spread_of_normal_weeks_is_their_standard_deviation():
    weeks = np.random.default_rng(0).normal(10, 2, 5000)

    assert baseline(weeks).spread == pytest.approx(2, rel=0.05)


@pytest.mark.parametrize("n", [4, 6, 9, 26])
def test_nineteen_of_twenty_usual_weeks_lie_within_reach(n: int):
    rng = np.random.default_rng(6)
    within = []
    for _ in range(3000):
        usual = baseline(rng.normal(size=n))
        within.append(abs(rng.normal() - usual.median) <= usual.reach * usual.spread)

    assert 0.94 < np.mean(within) < 0.98


def test_no_week_has_no_baseline():
    assert np.isnan(baseline(np.array([np.nan])).median)


def test_the_slope_counts_missing_weeks_as_time():
    weeks = np.arange(12.0) * 3
    weeks[[2, 3, 7]] = np.nan

    found = trend(weeks)

    assert found is not None
    assert (found.slope, found.low, found.high) == (3, 3, 3)
    assert found.direction == 1


def test_five_weeks_have_no_trend():
    assert trend(np.arange(5.0)) is None


@pytest.mark.parametrize("n", [8, 26])
def test_nineteen_of_twenty_intervals_hold_the_slope(n: int):
    rng = np.random.default_rng(1)
    found = [trend(0.3 * np.arange(n) + rng.standard_t(3, n)) for _ in range(600)]
    held = np.mean([each is not None and each.low <= 0.3 <= each.high for each in found])

    assert 0.92 < held < 0.99


def test_a_falling_value_falls():
    found = trend(-np.arange(10.0) + np.tile([0.1, -0.1], 5))

    assert found is not None
    assert found.direction == -1


def test_a_step_is_one_change_where_it_is():
    rng = np.random.default_rng(2)
    weeks = np.repeat([7.0, 5.0], [14, 12]) + rng.normal(0, 0.3, 26)

    found = segments(weeks)

    assert [(part.first, part.last) for part in found] == [(0, 14), (14, 26)]
    assert found[1].level == pytest.approx(5, abs=0.3)


def test_one_odd_week_is_no_change():
    weeks = 7 + np.random.default_rng(3).normal(0, 0.3, 20)
    weeks[9] = 30.0

    assert cuts(weeks) == []


def test_missing_weeks_belong_to_the_stretch_around_them():
    weeks = np.repeat([7.0, 5.0], [10, 10]) + np.tile([0.1, -0.1], 10)
    weeks[[0, 4, 15, 19]] = np.nan

    assert [(part.first, part.last) for part in segments(weeks)] == [(0, 10), (10, 20)]


@pytest.mark.parametrize(
    ("weeks", "expected"),
    [(np.full(5, np.nan), 0), (np.array([3.0]), 1), (np.full(30, 3.0), 1), (np.arange(7.0), 1)],
)
def test_what_cannot_change_does_not(weeks: np.ndarray, expected: int):
    assert len(segments(weeks)) == expected


def test_most_weeks_equal_and_a_step_is_a_change():
    assert cuts(np.repeat([8.0, 6.0], 10)) == [10]


@pytest.mark.parametrize("n", [8, 12, 26])
def test_weeks_without_a_change_seldom_show_one(n: int):
    rng = np.random.default_rng(4)
    noise = (rng.normal(size=n) if i % 2 else rng.standard_t(3, n) for i in range(300))

    assert np.mean([len(segments(weeks)) > 1 for weeks in noise]) < 0.08


def test_a_change_of_three_spreads_seldom_hides():
    rng = np.random.default_rng(5)
    shown = [len(segments(rng.normal(size=26) + 3 * (np.arange(26) >= 13))) > 1 for _ in range(100)]

    assert np.mean(shown) > 0.95


def test_a_week_beside_the_usual_is_so_many_spreads_away():
    weeks = np.array([8.0, 8.2, 7.8, 8.1, 7.9, 6.0])

    found = baseline_metric("total_sleep_time", "h", weeks)

    assert found.value == pytest.approx(-2 / (1.4826 * 0.1))
    assert found.name == "total_sleep_time_from_usual"
    assert "within 5.2" in found.method


@pytest.mark.parametrize(
    ("weeks", "reason"),
    [
        (np.array([1.0, 2.0, 3.0, 4.0, np.nan]), "the week has no value"),
        (np.array([1.0, 2.0, np.nan, 4.0, 4.0]), "4 weeks before it are needed, 3 found"),
        (np.array([1.0, 1.0, 1.0, 1.0, 4.0]), "the weeks before do not differ"),
        (np.zeros(0), "the week has no value"),
    ],
)
def test_without_a_usual_there_is_no_distance_from_it(weeks: np.ndarray, reason: str):
    assert baseline_metric("l5", "steps/min", weeks).reason == reason


def test_a_trend_says_its_interval():
    found = trend_metric("daily_steps", "steps/day", np.arange(8.0) * 100)

    assert found.value == 100
    assert found.unit == "steps/day/week"
    assert "100 to 100" in found.method
    assert trend_metric("is", "", np.arange(3.0)).reason == "6 weeks are needed, 3 found"


def called(n: int, shape: Callable[[np.ndarray], np.ndarray]) -> dict[str, float]:
    """How often n weeks of this shape, in unit noise, are called a trend, a shift, or neither."""
    rng, counts = np.random.default_rng(7), dict.fromkeys(("trend", "shift", "neither"), 0)
    for _ in range(300):
        weeks = rng.normal(size=n) + shape(np.arange(n) / (n // 2))
        kind = "trend" if drifts(weeks) else "shift" if len(segments(weeks)) > 1 else "neither"
        counts[kind] += 1
    return {kind: count / 300 for kind, count in counts.items()}


@pytest.mark.parametrize("n", [8, 10, 13, 14])
def test_a_jump_is_a_shift_and_a_drift_is_a_trend(n: int):
    assert called(n, np.zeros_like)["neither"] > 0.88
    assert called(n, lambda at: 5.0 * (at >= 1))["shift"] > 0.93
    assert called(n, lambda at: 6.0 * at)["trend"] > 0.97


@pytest.mark.parametrize(
    "weeks",
    [
        [10, 15, 13, 18, 15, 12, 37, 38, 41, 39, 46, 38, 55],
        [5.9, 5.2, 6.0, 6.0, 5.1, 5.6, 11.1, 8.4, 8.9, 9.8, 10.0, 9.0, 9.5],
        [0, 0, 0, 0, 0, 0, 31, 31, 32, 38, 36, 33, 38],
    ],
)
def test_a_jump_that_slopes_is_no_drift(weeks: list[float]):
    found = np.array(weeks, float)

    slope = trend(found)
    assert slope is not None
    assert slope.direction == 1
    assert not drifts(found)
    assert [part.first for part in segments(found)] == [0, 6]


def test_few_or_equal_weeks_do_not_drift():
    assert not drifts(np.arange(5.0))
    assert not drifts(np.full(10, 7.0))
    assert not drifts(np.full(10, np.nan))
