from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from clarity.domain.metrics.cardio import cardio_metrics, heart_rate_rhythm, summary
from clarity.domain.minutes.grid import build_grid
from clarity.domain.minutes.quality import assess
from tests.healthkit import MONDAY, at, ordinary_week, pulse, read, sample

MINUTE = np.arange(7 * 1440)
WALKS = np.where((MINUTE % 1440 > 600) & (MINUTE % 97 < 20), 90.0, 0.0)
WAVE = 60 + 7 * np.cos(2 * np.pi * (MINUTE - 980) / 1440)


def metrics(rows):
    grid = build_grid(read(rows), MONDAY)
    return {metric.name: metric for metric in cardio_metrics(grid, assess(grid))}


def test_the_wave_of_the_heart_is_not_that_of_the_walks():
    fit = heart_rate_rhythm(WAVE + 0.4 * WALKS, WALKS)
    alone = heart_rate_rhythm(WAVE + 0.4 * WALKS, np.where(MINUTE % 2 == 0, 0.0, 1e-3 * MINUTE))

    assert fit.amplitude == pytest.approx(7, rel=0.01)
    assert fit.acrophase == pytest.approx(980, abs=2)
    assert alone.amplitude > 8


def test_the_wave_of_the_heart_is_not_that_of_sleep_at_another_hour():
    asleep = np.where((MINUTE % 1440 >= 300) & (MINUTE % 1440 < 780), 1.0, 0.0)
    heart_rate = WAVE - 12 * asleep

    assert heart_rate_rhythm(heart_rate, WALKS, asleep).acrophase == pytest.approx(980, abs=2)
    assert abs(heart_rate_rhythm(heart_rate, WALKS).acrophase - 980) > 15


def test_a_workout_with_a_pulse_every_minute_does_not_outweigh_its_hour():
    effort = np.where((MINUTE % 1440 >= 1000) & (MINUTE % 1440 < 1030), 8.0, 0.0)
    seen = (MINUTE % 6 == 0) | (effort > 0)
    heart_rate = np.where(seen, WAVE + 9 * effort, np.nan)

    assert heart_rate_rhythm(heart_rate, WALKS, effort).amplitude == pytest.approx(7, rel=0.02)


def test_recorded_sleep_is_taken_out_and_said_and_where_there_is_none_it_is_not():
    grid = build_grid(read(ordinary_week()), MONDAY)
    asleep = np.where(MINUTE % 1440 < 420, 3, -1).astype(np.int8)
    slept = replace(grid, stage=asleep, heart_rate=WAVE - 12 * (asleep > 0))
    none = replace(slept, stage=np.full(len(MINUTE), -1, np.int8))

    found, without = (
        {metric.name: metric for metric in cardio_metrics(each, assess(each))}[
            "heart_rate_acrophase"
        ]
        for each in (slept, none)
    )

    assert "recorded sleep" in found.method
    assert "recorded sleep" not in without.method
    assert abs((found.value or 0) - 980) < 5 < abs((without.value or 0) - 980)


def test_nights_that_were_not_recorded_are_not_taken_for_waking():
    grid = build_grid(read(ordinary_week()), MONDAY)
    asleep = MINUTE % 1440 < 420
    recorded = asleep & (MINUTE // 1440 != 3)
    slept = replace(
        grid,
        stage=np.where(recorded, 3, -1).astype(np.int8),
        heart_rate=WAVE - 12 * asleep,
        steps=np.where(asleep, 0.0, WALKS),
    )

    found = {metric.name: metric for metric in cardio_metrics(slept, assess(slept))}

    assert abs((found["heart_rate_acrophase"].value or 0) - 980) < 5


def test_without_energy_the_wave_is_still_there():
    grid = build_grid(read(ordinary_week()), MONDAY)
    bare = replace(grid, energy=np.full(len(MINUTE), np.nan))

    found = {metric.name: metric for metric in cardio_metrics(bare, assess(bare))}

    assert found["heart_rate_amplitude"].status == "ok"
    assert "energy" not in found["heart_rate_amplitude"].method


def test_a_pulse_every_ten_minutes_is_enough():
    sparse = np.where(MINUTE % 10 == 0, WAVE, np.nan)

    assert heart_rate_rhythm(sparse, WALKS).amplitude == pytest.approx(7, rel=0.02)


def test_a_day_without_a_value_takes_no_part():
    assert summary(np.array([np.nan, 10.0, 30.0])) == pytest.approx((20.0, 200**0.5))
    assert all(np.isnan(summary(np.array([np.nan]))))


def test_an_ordinary_week_has_a_wave_with_its_hour():
    found = metrics(ordinary_week())

    assert found["heart_rate_amplitude"].status == "ok"
    assert found["heart_rate_amplitude_error"].status == "ok"
    assert 600 < (found["heart_rate_acrophase"].value or 0) < 1200


def test_a_level_pulse_has_no_hour():
    rng = np.random.default_rng(6)
    rows = [row for row in ordinary_week() if row["sample_type"] != "heartRate"]
    rows += [pulse(at(MONDAY, m), round(60 + rng.normal(), 2)) for m in range(0, 10_080, 5)]

    found = metrics(rows)

    assert found["heart_rate_amplitude"].value == pytest.approx(0, abs=0.3)
    assert found["heart_rate_acrophase"].reason.startswith("no daily wave stands out (p = 0.")


def test_without_a_pulse_the_heart_is_not_judged():
    rows = [row for row in ordinary_week() if row["sample_type"] != "heartRate"]

    assert metrics(rows)["heart_rate_amplitude"].status == "not_applicable"


def test_a_pulse_by_day_only_is_too_little():
    rows = [row for row in ordinary_week() if row["sample_type"] != "heartRate"]
    rows += [pulse(at(MONDAY, m), 60) for m in range(10_080) if 600 < m % 1440 < 1200 and m % 5 < 1]

    found = metrics(rows)["heart_rate_amplitude"]

    assert found.status == "insufficient"
    assert "clock hours" in found.reason


def test_three_days_are_too_few():
    assert metrics(ordinary_week(days=2))["heart_rate_amplitude"].status == "insufficient"


def test_variability_and_breathing_are_medians_of_days():
    rows = [
        sample("heartRateVariabilitySDNN", at(MONDAY, 1440 * d + 100), 60, value=v, unit="ms")
        for d, v in enumerate([40.0, 50.0, 90.0])
    ]
    rows += [
        sample("respiratoryRate", at(MONDAY, 1440 * d + 100), 60, value=15.0, unit="count/min")
        for d in range(2)
    ]

    found = metrics([*ordinary_week(), *rows])

    assert found["heart_rate_variability"].value == 50
    assert found["heart_rate_variability_spread"].value == pytest.approx(
        np.std([40, 50, 90], ddof=1)
    )
    assert found["respiratory_rate"].reason == "3 days with such samples are needed, 2 found"
    assert found["oxygen_saturation"].status == "not_applicable"
