"""A person's weeks: counted back from the last day, missing ones in their place, changes found."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from clarity.domain.metric import CLOCK
from clarity.domain.metrics.history import FOLLOWED, History, Series, history_of
from clarity.domain.minutes.grid import grid_of_minutes
from clarity.domain.report.weeks import history_section
from tests.unit.report_page import FIRST_DAY, at, found, fragment, moving, texts, waves

WEEK_MINUTES = 7 * 1440


def steps_of(weeks: int, level: float = 1.0) -> np.ndarray:
    """Weeks of walking by day that differ a little, so many times as much as usual."""
    rng = np.random.default_rng(1)
    day = np.where((np.arange(1440) >= 480) & (np.arange(1440) < 1320), 12.0, 0.0)
    wiggle = np.repeat(rng.uniform(0.97, 1.03, weeks), 7)[:, None]
    return (level * wiggle * day * rng.uniform(0.5, 1.5, (7 * weeks, 1440))).ravel()


def series(history: History, name: str) -> Series:
    return next(each for each in history.series if each.name == name)


def metrics_of(history: History) -> list[dict[str, Any]]:
    metrics = history.to_document()["metrics"]
    assert isinstance(metrics, list)
    return metrics


def told(history: History) -> str:
    return texts(fragment(history_section(history)))


def test_weeks_are_counted_back_from_the_last_day():
    history = history_of(waves(days=17))

    assert history.first_days == (FIRST_DAY + timedelta(3), FIRST_DAY + timedelta(10))
    assert history.sufficient == (True, True)
    assert [each.name for each in history.series] == [
        name for name in FOLLOWED if name in {each.name for each in history.series}
    ]


def test_a_week_that_the_gate_refuses_keeps_its_place_without_values():
    steps = steps_of(5)
    steps[WEEK_MINUTES + 1440 * 2 : 2 * WEEK_MINUTES] = np.nan

    history = history_of(moving(steps))

    assert history.sufficient == (True, False, True, True, True)
    assert np.isnan(series(history, "daily_steps").weeks).tolist() == [
        False,
        True,
        False,
        False,
        False,
    ]
    assert "1 of them had too little data" in told(history)


def test_weeks_before_the_first_data_are_no_weeks():
    steps = steps_of(5)
    steps[: 2 * WEEK_MINUTES] = np.nan

    assert history_of(moving(steps)).first_days[0] == FIRST_DAY + timedelta(14)


@pytest.mark.parametrize("steps", [np.zeros(0), np.full(1440 * 14, np.nan), np.ones(1440 * 5)])
def test_without_a_whole_week_there_is_no_history(steps: np.ndarray):
    history = history_of(moving(steps))

    assert (history.first_days, history.sufficient, history.series) == ((), (), ())
    assert list(history_section(history)) == []
    assert list(history_section(None)) == []


def test_a_change_of_level_has_its_date_in_the_document_and_on_the_page():
    history = history_of(moving(np.concatenate((steps_of(7), steps_of(7, 0.5)))))
    day = FIRST_DAY + timedelta(49)

    ((when, before, after),) = history.changes(series(history, "daily_steps"))

    assert when == day
    assert after / before == pytest.approx(0.5, rel=0.05)
    document = next(m for m in metrics_of(history) if m["name"] == "daily_steps")
    assert [change["first_day"] for change in document["changes"]] == [day.isoformat()]
    assert "Changed in the week of Mon 20 Apr: 10," in told(history)
    assert found(fragment(history_section(history)), "change")


def test_after_a_change_the_new_level_is_the_usual_one_and_nothing_is_a_trend():
    steps = series(
        history_of(moving(np.concatenate((steps_of(7), steps_of(7, 0.5))))), "daily_steps"
    )

    assert steps.baseline.weeks == 6
    assert steps.baseline.median == pytest.approx(5_040, rel=0.05)
    assert steps.trend is not None
    assert steps.trend.direction == 0
    assert abs(steps.metrics[0].value or 0) < steps.baseline.reach


def test_what_drifts_has_no_usual_in_the_document():
    ramp = np.repeat(8 + 0.5 * np.arange(12), WEEK_MINUTES) * (steps_of(12) / 12)

    document = next(m for m in metrics_of(history_of(moving(ramp))) if m["name"] == "m10")

    assert document["usual"] is None
    assert document["trend"]["direction"] == 1
    assert document["changes"] == []


def direction(history: History) -> int:
    found_trend = series(history, "daily_steps").trend
    assert found_trend is not None
    return found_trend.direction


def test_a_steady_drift_is_a_trend_and_no_change():
    ramp = np.repeat(8 + 0.5 * np.arange(12), WEEK_MINUTES) * (steps_of(12) / 12)

    m10 = series(history_of(moving(ramp)), "m10")

    assert m10.trend is not None
    assert m10.trend.direction == 1
    assert len(m10.segments) == 1


def test_a_trend_is_told_only_where_its_interval_leaves_zero_out():
    level = np.repeat(np.linspace(1, 2, 10), WEEK_MINUTES)

    rising, steady = (history_of(moving(steps_of(10) * by)) for by in (level, 1.0))

    assert direction(rising) == 1
    assert "Rises by" in told(rising)
    assert "95 % interval" in told(rising)
    assert direction(steady) == 0
    card = next(
        c for c in found(fragment(history_section(steady)), "card") if "Steps a day" in texts(c)
    )
    assert "interval" not in texts(card)


def test_the_last_week_is_set_beside_the_weeks_before_it():
    history = history_of(moving(np.concatenate((steps_of(8), steps_of(1, 3.0)))))
    steps = series(history, "daily_steps")

    assert steps.baseline.weeks == 8
    assert steps.baseline.median == pytest.approx(10_080, rel=0.03)
    assert (steps.metrics[0].value or 0) > steps.baseline.reach
    assert "outside the band; usual 10," in told(history)


def test_few_weeks_have_no_usual():
    words = told(history_of(moving(steps_of(3))))

    assert "usual" not in words
    assert re.search(r"Steps a day by week This week (9|10),", words)


def test_a_last_week_without_a_value_says_so():
    steps = steps_of(6)
    steps[5 * WEEK_MINUTES + 1440 :] = np.nan

    words = told(history_of(moving(steps)))

    assert "This week no value; usual" in words


def test_sleep_around_midnight_is_no_jump_of_a_day():
    days = 8 * 7
    stage = np.full(days * 1440, -1, np.int8)
    for day in range(days - 1):
        onset = day * 1440 + 1200 + 30 * (day // 7 % 2)  # the middle is 23:50 or 00:20
        stage[onset : onset + 460] = 3
    worn = np.ones(days * 1440, np.bool_)
    grid = grid_of_minutes(
        FIRST_DAY, days, {"steps": np.full(days * 1440, 2.0)}, worn=worn, stage=stage
    )

    middle = series(history_of(grid), "sleep_midpoint")

    assert middle.unit == CLOCK
    assert np.ptp(middle.weeks) < 60
    usual = middle.baseline.median % 1440
    assert min(usual, 1440 - usual) < 30
    assert re.search(
        r"Middle of sleep by week This week (00:[012]|23:[345])", told(history_of(grid))
    )


def test_counts_have_a_history_of_counts():
    history = history_of(waves(days=35, signal="counts"))

    names = {each.name: each.unit for each in history.series}
    assert names["m10"] == "counts/min"
    assert names["daily_counts"] == "counts/day"
    assert "daily_steps" not in names
    assert "counts/min" in told(history)


def test_the_document_is_plain_and_has_no_nan():
    steps = steps_of(6)
    steps[:WEEK_MINUTES][1440:] = np.nan

    history = history_of(moving(steps))
    document = history.to_document()

    assert json.loads(json.dumps(document, allow_nan=False)) == document
    first = metrics_of(history)[0]
    assert first["weeks"][0] is None
    assert {"usual", "trend", "changes", "unit", "name", "weeks"} == set(first)


def test_the_document_says_what_is_usual_and_where_it_is_heading():
    steady = np.array([410.0, 425, 430, 415, 420, 418, 424, 431])
    rising = np.array([50.0, 61, 72, 83, 94, 105, 116, 127])

    history = of("total_sleep_time", "min", steady)
    (document,) = metrics_of(history)
    (drifting,) = metrics_of(of("total_sleep_time", "min", rising))

    usual = history.series[0].baseline
    assert document["usual"] == {
        "weeks": 7,
        "median": 420.0,
        "spread": usual.spread,
        "reach": usual.reach,
    }
    assert drifting["trend"] == {"slope": 11.0, "low": 11.0, "high": 11.0, "direction": 1}


def test_too_few_weeks_have_neither_usual_nor_trend_in_the_document():
    (document,) = metrics_of(of("total_sleep_time", "min", np.array([420.0, 430.0, 410.0, 425.0])))

    assert (document["usual"], document["trend"]) == (None, None)


def test_a_week_is_the_same_within_a_long_grid_and_alone():
    long = waves(days=28)

    alone = history_of(long.window(21, 7))
    within = history_of(long)

    for each in alone.series:
        assert each.weeks[-1] == pytest.approx(series(within, each.name).weeks[-1])


def test_the_figures_stand_in_the_page_with_a_dot_for_each_week():
    history = history_of(moving(steps_of(9)))
    card = next(
        c for c in found(fragment(history_section(history)), "card") if "Steps a day" in texts(c)
    )

    dots = [at(path, "d") for path in found(card, "dots")]

    assert dots[0].count("M") == 8
    assert dots[1] == dots[2]
    assert date(2026, 3, 2) == history.first_days[0]


def of(name: str, unit: str, weeks: np.ndarray) -> History:
    days = tuple(FIRST_DAY + timedelta(7 * week) for week in range(len(weeks)))
    return History(days, (True,) * len(weeks), (Series(name, unit, weeks),))


@pytest.mark.parametrize(
    ("name", "unit", "step", "words"),
    [
        ("sleep_midpoint", CLOCK, 10.0, "Later by 10 min a week (95 % interval 10 min to 10 min)"),
        ("sleep_midpoint", CLOCK, -2.5, "Earlier by 2.5 min a week"),
        ("sleep_efficiency", "", -0.01, "Falls by 1 % a week"),
        ("daily_steps", "steps/day", 120.0, "Rises by 120 steps/day a week"),
    ],
)
def test_a_trend_is_told_in_the_units_of_its_change(name, unit, step, words):
    assert words in told(of(name, unit, 0.9 + step * np.arange(10)))


def test_clock_times_without_a_direction_stay_as_they_are():
    days = 4 * 7
    stage = np.full(days * 1440, -1, np.int8)
    for day in range(days - 1):
        onset = day * 1440 + (300 if day // 7 % 2 else 1020)  # half a day apart, week by week
        stage[onset : onset + 360] = 3
    worn = np.ones(days * 1440, np.bool_)
    steps = {"steps": np.full(days * 1440, 2.0)}

    history = history_of(grid_of_minutes(FIRST_DAY, days, steps, worn=worn, stage=stage))

    assert series(history, "sleep_midpoint").weeks.tolist() == [1200, 480, 1200, 480]
