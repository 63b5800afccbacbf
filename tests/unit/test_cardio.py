from __future__ import annotations

import numpy as np
import pytest

from clarity.domain.cardio import cardio_metrics, heart_rate_rhythm, summary
from clarity.domain.grid import build_grid
from clarity.domain.quality import assess
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
