"""What stands out is flagged; what a body does, and what nobody knows, is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from clarity.domain.intake.samples import Samples
from clarity.domain.minutes.grid import Grid, build_grid, grid_of_minutes
from clarity.domain.minutes.outliers import flag, heart_rate_outliers
from tests.healthkit import MONDAY, at, ordinary_week, pulse, read, sample

STILL = np.zeros(300)


def beats(**special: float) -> np.ndarray:
    """(300,) a resting heart every minute, 58 to 62, with other values at the minutes named mN."""
    values = 60.0 + np.tile([0, 1, 2, 1, 0, -1, -2, -1], 40)[:300]
    for name, value in special.items():
        values[int(name[1:])] = value
    return values


def counts_grid(counts: np.ndarray) -> Grid:
    return grid_of_minutes(MONDAY, 1, {"counts": counts}, worn=np.ones(1440, np.bool_))


@pytest.mark.parametrize("artefact", [30.0, 120.0, 200.0])
def test_a_reading_that_its_neighbours_contradict_is_flagged(artefact: float):
    found = heart_rate_outliers(beats(m100=artefact), STILL)

    assert np.flatnonzero(found).tolist() == [100]


def test_a_rise_with_a_walk_is_none_and_a_fall_is_one():
    walk = STILL.copy()
    walk[95:99] = 110

    assert not heart_rate_outliers(beats(m100=125), walk).any()
    assert heart_rate_outliers(beats(m100=30), walk)[100]
    assert heart_rate_outliers(beats(m120=125), walk)[120]


def test_effort_without_steps_that_lasts_is_none():
    ride = beats()
    ride[100:140] = 140.0

    assert not heart_rate_outliers(ride, STILL).any()


@pytest.mark.parametrize(("pulse", "flagged"), [(220.0, 30), (175.0, 0)])
def test_a_heart_that_races_at_rest_is_flagged_beyond_what_a_ride_can_do(
    pulse: float, flagged: int
):
    """Thirty readings on end have no neighbour that contradicts them."""
    values = beats()
    values[100:130] = pulse

    found = heart_rate_outliers(values, STILL)

    assert np.flatnonzero(found).tolist() == list(range(100, 100 + flagged))


def test_a_race_that_is_walked_or_run_is_none():
    values, moved = beats(), STILL.copy()
    values[100:130], moved[99:130] = 200.0, 160.0

    assert not heart_rate_outliers(values, moved).any()


@pytest.mark.parametrize("seed", range(20))
def test_the_flags_are_those_of_every_median_taken_by_itself(seed: int):
    random = np.random.default_rng(seed)
    values = np.round(60 + random.normal(0, random.choice([3.0, 12.0]), 400), 1)
    values[random.random(400) < 0.1] += random.choice([-35.0, 14.0, 40.0])
    values[random.random(400) < random.choice([0.1, 0.8])] = np.nan

    expected = [contradicted(values, minute) for minute in range(400)]

    assert any(expected)
    assert heart_rate_outliers(values, np.zeros(400)).tolist() == expected


def contradicted(values: np.ndarray, minute: int) -> bool:
    """The Hampel filter of one minute, as it is written down."""
    seen = np.flatnonzero(~np.isnan(values))
    if minute not in seen:
        return False
    place = int(np.searchsorted(seen, minute))
    near = [at for at in seen[max(place - 5, 0) : place + 6] if abs(at - minute) <= 60]
    middle = np.median(values[near])
    spread = 1.4826 * np.median(np.abs(values[near] - middle))
    return bool(len(near) > 6 and abs(values[minute] - middle) > 3 * max(spread, 5.0))


def test_a_constant_heart_has_no_outliers_within_fifteen_beats():
    values = np.full(300, 60.0)
    values[[50, 100]] = (74.0, 76.0)

    assert np.flatnonzero(heart_rate_outliers(values, STILL)).tolist() == [100]


def test_too_few_neighbours_judge_nothing():
    values = np.full(300, np.nan)
    values[[10, 20, 30, 40, 50, 60]] = (60, 61, 190, 60, 59, 60)
    alone = np.full(300, np.nan)
    alone[::70] = (60, 190, 60, 61, 60)

    assert not heart_rate_outliers(values, STILL).any()
    assert not heart_rate_outliers(alone, STILL).any()
    assert not heart_rate_outliers(np.full(300, np.nan), STILL).any()
    assert len(heart_rate_outliers(np.zeros(0), np.zeros(0))) == 0


def test_a_pulse_every_five_minutes_is_judged_too():
    values = np.full(300, np.nan)
    values[::5] = beats()[::5]
    values[150] = 150.0

    assert np.flatnonzero(heart_rate_outliers(values, STILL)).tolist() == [150]


def test_the_walks_of_a_week_at_a_desk_are_no_outliers():
    steps = np.tile([0.0, 0, 0, 6, 9, 0, 0, 0, 12, 0], 1008)
    steps[5000:5030] = 115
    steps[7000:7030] = 175
    grid = grid_of_minutes(MONDAY, 7, {"steps": steps}, worn=np.ones(10_080, np.bool_))

    assert not flag(grid)["steps"].any()
    impossible = np.where(np.arange(10_080) == 5010, 320.0, steps)
    assert flag(replace(grid, steps=impossible))["steps"].sum() == 1


def test_counts_stand_out_beyond_the_outer_fence_of_their_logarithms():
    rng = np.random.default_rng(3)
    counts = np.round(rng.lognormal(5.5, 0.6, 1440))
    counts[::2] = 0
    counts[701] = 32_767

    found = flag(counts_grid(counts))

    assert set(found) == {"counts"}
    assert np.flatnonzero(found["counts"]).tolist() == [701]


@pytest.mark.parametrize("counts", [np.zeros(1440), np.full(1440, 7.0), np.arange(1440) < 20])
def test_still_constant_and_short_records_have_no_outliers(counts: np.ndarray):
    assert not flag(counts_grid(counts.astype(np.float64)))["counts"].any()


def test_what_was_not_observed_has_no_entry():
    assert flag(build_grid(Samples.empty(), MONDAY)) == {}
    assert flag(build_grid(Samples.empty(), MONDAY, 0)) == {}


def test_a_vital_sign_of_one_day_stands_out_from_the_others():
    def resting(values: list[float]) -> list[int]:
        rows = [
            sample("restingHeartRate", at(MONDAY + timedelta(days=day), 600), 60, value=value,
                   unit="count/min")
            for day, value in enumerate(values)
        ]  # fmt: skip
        return np.flatnonzero(flag(build_grid(read(rows), MONDAY))["restingHeartRate"]).tolist()

    assert resting([52, 53, 52, 54, 53, 71, 52]) == [5]
    assert resting([52, 53, 52, 54, 53, 33, 52]) == [5]
    assert resting([52, 52, 52, 52, 52, 53, 54]) == []  # as alike as they are, a beat is no event
    assert resting([52, 53, 52, 90]) == []  # too few days to know


def test_flags_change_no_value():
    rows = [*ordinary_week(), pulse(at(MONDAY, 1400.5), 190)]
    grid = build_grid(read(rows), MONDAY)
    before = grid.heart_rate.copy()

    found = flag(grid)["heart_rate"]

    assert np.flatnonzero(found).tolist() == [1400]
    assert np.array_equal(grid.heart_rate, before, equal_nan=True)
