from __future__ import annotations

import numpy as np
import pytest

from clarity.domain.metrics.activity_class import (
    CLASSES,
    IN_BED,
    LIGHT,
    LIGHT_ENERGY,
    MODERATE,
    SEDENTARY,
    UNKNOWN,
    VIGOROUS,
    activity_class,
    class_by_cadence,
    class_metrics,
    class_minutes,
)
from clarity.domain.minutes.grid import Grid, build_grid, grid_of_minutes
from clarity.domain.minutes.quality import assess
from clarity.domain.sleep.nights import Sleep, SleepPeriod, find_sleep
from tests.healthkit import MONDAY, ordinary_week, read

DAY = 1440


def day_of(**channels: np.ndarray | float) -> Grid:
    """A day of one value for each channel, worn throughout."""
    whole = {name: np.zeros(DAY) + values for name, values in channels.items()}
    return grid_of_minutes(MONDAY, 1, whole, worn=np.ones(DAY, bool))


def sleep_of(asleep: np.ndarray, *periods: SleepPeriod) -> Sleep:
    method = periods[0].method if periods else "none"
    return Sleep(method, asleep, np.zeros(len(asleep), bool), periods, ())


def awake(minutes: int = DAY) -> Sleep:
    return sleep_of(np.zeros(minutes, bool))


def classes(grid: Grid, **more: float) -> list[int]:
    return np.unique(activity_class(grid, awake(), resting=60.0, **more)).tolist()


@pytest.mark.parametrize(
    ("steps", "expected"),
    [(0, SEDENTARY), (19, SEDENTARY), (20, LIGHT), (99, LIGHT), (100, MODERATE), (130, VIGOROUS)],
)
def test_steps_make_the_class(steps: float, expected: int):
    assert classes(day_of(steps=steps)) == [expected]


@pytest.mark.parametrize(
    ("beats", "expected"),
    [(95, SEDENTARY), (96, LIGHT), (108, MODERATE), (131, MODERATE), (132, VIGOROUS)],
)
def test_an_effort_without_steps_goes_by_the_heart_rate_reserve(beats: float, expected: int):
    # From 60 to 180: 30 % of it is 96, 40 % is 108 and 60 % is 132.
    assert classes(day_of(steps=0, heart_rate=beats, energy=8)) == [expected]


def test_a_higher_highest_heart_rate_makes_the_same_pulse_less_of_an_effort():
    grid = day_of(steps=0, heart_rate=132, energy=8)

    assert classes(grid) == [VIGOROUS]
    assert classes(grid, highest=200) == [MODERATE]


def test_a_heart_rate_seen_above_the_usual_highest_is_the_highest():
    beats = np.full(DAY, 132.0)
    beats[:10] = 200
    found = activity_class(day_of(steps=0, heart_rate=beats, energy=8), awake(), resting=60)

    assert found[100] == MODERATE


def test_a_fast_heart_without_energy_is_no_effort():
    assert classes(day_of(steps=0, heart_rate=140, energy=0)) == [SEDENTARY]
    assert classes(day_of(steps=0, heart_rate=140)) == [SEDENTARY]


@pytest.mark.parametrize(
    ("energy", "expected"),
    [(0.5, SEDENTARY), (LIGHT_ENERGY, LIGHT), (2.4, MODERATE), (5.9, VIGOROUS)],
)
def test_without_a_heart_rate_an_effort_goes_by_its_energy(energy: float, expected: int):
    assert classes(day_of(steps=0, energy=energy)) == [expected]


def test_without_a_resting_heart_rate_an_effort_goes_by_its_energy():
    grid = day_of(steps=0, heart_rate=140, energy=2.4)

    assert set(activity_class(grid, awake(), resting=float("nan"))) == {MODERATE}


def test_a_quick_walk_is_one_whatever_the_heart_does():
    assert classes(day_of(steps=110, heart_rate=70, energy=4)) == [MODERATE]


def test_what_was_not_observed_is_unknown():
    steps = np.where(np.arange(DAY) < 700, 50.0, np.nan)

    found = activity_class(day_of(steps=steps, heart_rate=140), awake(), resting=60)

    assert found[:700].tolist() == [LIGHT] * 700
    assert found[700:].tolist() == [UNKNOWN] * 740


def test_recorded_time_in_bed_is_in_bed_awake_too_and_with_a_walk_to_the_bathroom():
    stage = np.full(DAY, -1, np.int8)
    stage[:480], stage[200:220] = 3, 2
    grid = grid_of_minutes(
        MONDAY,
        1,
        {"steps": np.where(np.arange(DAY) == 210, 30.0, 0.0)},
        worn=np.ones(DAY, bool),
        stage=stage,
    )

    found = activity_class(grid, find_sleep(grid), resting=60)

    assert (found[:480] == IN_BED).all()
    assert (found[480:] == SEDENTARY).all()


def test_a_detected_sleep_is_in_bed_but_for_walks_in_it():
    asleep = np.zeros(DAY, bool)
    asleep[:200] = asleep[230:400] = True
    period = SleepPeriod(
        onset=0,
        offset=400,
        bed_start=0,
        bed_end=400,
        asleep_minutes=370,
        awake_minutes=30,
        in_bed_minutes=400,
        main=True,
        truncated=False,
        method="movement_and_heart_rate",
    )
    steps = np.zeros(DAY)
    steps[210:220] = 40

    found = activity_class(day_of(steps=steps), sleep_of(asleep, period), resting=60)

    assert (found[:210] == IN_BED).all()
    assert (found[210:220] == LIGHT).all()
    assert (found[220:400] == IN_BED).all()
    assert (found[400:] == SEDENTARY).all()


def test_hidden_minutes_do_not_change_the_others():
    rng = np.random.default_rng(3)
    steps, energy = rng.gamma(0.3, 60, DAY), rng.gamma(0.5, 2, DAY)
    hidden = rng.random(DAY) < 0.3

    whole = activity_class(day_of(steps=steps, energy=energy), awake(), resting=60)
    part = activity_class(
        day_of(steps=np.where(hidden, np.nan, steps), energy=energy), awake(), resting=60
    )

    assert (part[~hidden] == whole[~hidden]).all()
    assert (part[hidden] == UNKNOWN).all()


def test_minutes_of_a_day_are_counted_by_class():
    day = np.repeat(np.array([IN_BED, SEDENTARY, LIGHT, UNKNOWN], np.int8), 360)

    assert [class_minutes(day, code)[0] for code in range(len(CLASSES))] == [360, 360, 360, 0, 0]


def test_an_ordinary_week_has_a_time_for_each_class():
    grid = build_grid(read(ordinary_week()), MONDAY)
    quality, sleep = assess(grid), find_sleep(grid)

    found = class_metrics(grid, quality, sleep, resting=60)
    total = sum(metric.value or 0 for metric in found)

    assert [metric.name for metric in found] == [
        "sedentary_time",
        "light_activity_time",
        "moderate_activity_time",
        "vigorous_activity_time",
    ]
    assert {metric.status for metric in found} == {"ok"}
    assert 0 < total < DAY
    light = (class_by_cadence(grid.steps) == LIGHT).sum() / 7
    assert found[1].value == pytest.approx(light, abs=30)


def test_without_sleep_sitting_is_not_told_from_lying():
    grid = build_grid(read(ordinary_week()), MONDAY)

    sedentary, light, *_ = class_metrics(grid, assess(grid), awake(len(grid.steps)), resting=60)

    assert sedentary.status == "insufficient"
    assert "lying in bed" in sedentary.reason
    assert light.status == "ok"


def test_three_days_are_too_few():
    grid = build_grid(read(ordinary_week(days=2)), MONDAY)

    found = class_metrics(grid, assess(grid), find_sleep(grid), resting=60)

    assert {metric.status for metric in found} == {"insufficient"}
