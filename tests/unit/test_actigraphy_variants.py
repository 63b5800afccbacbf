from __future__ import annotations

import numpy as np
import pytest

from clarity.domain.metrics.actigraphy_variants import (
    activity_turns,
    best_period,
    oakley,
    oakley_threshold,
)


def test_oakley_weighs_two_minutes_on_each_side():
    counts = np.array([10.0, 20, 30, 40, 50])

    assert oakley(counts)[2] == pytest.approx(0.4 + 4 + 30 + 8 + 2)
    assert np.isnan(np.delete(oakley(counts), 2)).all()


def test_a_minute_that_was_not_observed_leaves_its_neighbours_open():
    counts = np.zeros(20)
    counts[9] = np.nan

    assert np.flatnonzero(np.isnan(oakley(counts)[2:-2])).tolist() == [5, 6, 7, 8, 9]


@pytest.mark.parametrize("counts", [np.zeros(10), np.full(10, 3.0), np.full(10, np.nan)])
def test_a_record_without_a_mobile_minute_has_no_threshold_of_its_own(counts):
    assert np.isnan(oakley_threshold(counts))


def test_turns_are_found_over_midnight_and_not_within_an_hour_of_it_otherwise():
    up = np.arange(288) * 5
    profile = np.where((up >= 7 * 60) & (up < 23 * 60 + 30), 9.0, 1.0)

    assert activity_turns(profile) == (84, 282)
    assert activity_turns(profile, over_midnight=False)[1] < 277


def test_rest_on_both_sides_of_a_bin_is_no_turn():
    profile = np.zeros(288)
    profile[100:200] = 3.0

    onset, offset = activity_turns(profile)

    # Any bin with nothing but rest on one side, and any activity on the other, is as sharp.
    assert 88 < onset <= 100
    assert 200 <= offset < 212


@pytest.mark.parametrize(
    "profile", [np.zeros(288), np.full(288, np.nan), np.array([]), np.r_[np.nan, np.ones(287)]]
)
def test_a_day_without_activity_or_with_an_unknown_bin_has_no_turn(profile):
    assert activity_turns(profile) == (-1, -1)


def test_the_period_of_a_free_running_person_is_not_a_day():
    hours = np.arange(14 * 24)
    values = 5 + np.cos(2 * np.pi * hours / 25.2) + np.random.default_rng(1).normal(0, 0.5, 336)
    values[40:60] = np.nan

    assert best_period(values) / 60 == pytest.approx(25.2, abs=0.15)


@pytest.mark.parametrize("values", [np.ones(336), np.full(336, np.nan), np.arange(47.0)])
def test_what_does_not_vary_or_is_shorter_than_two_days_has_no_period(values):
    assert np.isnan(best_period(values))
