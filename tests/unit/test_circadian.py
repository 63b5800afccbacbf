from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from clarity.domain.metrics.circadian import (
    autocorrelation,
    average_day,
    binned,
    extreme_hours,
    hourly,
    interdaily_stability,
    intradaily_variability,
    relative_amplitude,
    rest_activity_ratio,
    rhythm_metrics,
    rhythm_strength,
)
from clarity.domain.minutes.grid import Grid, build_grid
from clarity.domain.minutes.quality import assess
from tests.healthkit import MONDAY, at, ordinary_week, pulse, read

if TYPE_CHECKING:
    from clarity.domain.metric import Metric

NOISE = np.random.default_rng(7).gamma(1.0, 5.0, 168)
DAYS = np.tile(np.maximum(np.sin(np.arange(24) * np.pi / 12), 0) * 30, 7)


def metrics(grid: Grid) -> dict[str, Metric]:
    return {metric.name: metric for metric in rhythm_metrics(grid, assess(grid))}


def test_complete_hours_have_the_textbook_stability():
    x = NOISE + DAYS
    profile = x.reshape(7, 24).mean(axis=0)
    textbook = 168 * ((profile - x.mean()) ** 2).sum() / (24 * ((x - x.mean()) ** 2).sum())

    assert interdaily_stability(x) == pytest.approx(textbook, rel=1e-12)


def test_complete_hours_have_the_textbook_variability():
    x = NOISE + DAYS
    textbook = 168 * (np.diff(x) ** 2).sum() / (167 * ((x - x.mean()) ** 2).sum())

    assert intradaily_variability(x) == pytest.approx(textbook, rel=1e-12)


def test_equal_days_are_stable_and_noise_is_not():
    assert interdaily_stability(DAYS) == pytest.approx(1.0)
    assert interdaily_stability(NOISE) < 0.3
    assert intradaily_variability(DAYS) < 0.2
    assert 1.5 < intradaily_variability(NOISE) < 2.5


def test_a_daily_wave_is_all_strength_and_noise_has_little():
    wave = 3 + np.cos((np.arange(168) - 5) * np.pi / 12) + np.cos(np.arange(168) * np.pi / 6)

    assert rhythm_strength(wave) == pytest.approx(1.0)
    assert rhythm_strength(DAYS) > 0.9
    assert rhythm_strength(NOISE) < 0.15
    assert rhythm_strength(np.cos(np.arange(168) * 2 * np.pi / 7)) < 0.05


def test_the_hour_of_activity_does_not_matter():
    late = np.roll(DAYS, 11)

    assert rhythm_strength(late) == pytest.approx(rhythm_strength(DAYS))
    assert interdaily_stability(late) == pytest.approx(interdaily_stability(DAYS))


def test_hidden_hours_do_not_count():
    hidden = np.where(np.arange(168) % 11 == 3, np.nan, DAYS)

    assert interdaily_stability(hidden) == pytest.approx(1.0)
    assert rhythm_strength(np.where(np.isnan(hidden), np.nan, 1 + DAYS)) > 0.9


@pytest.mark.parametrize("formula", [interdaily_stability, intradaily_variability, rhythm_strength])
@pytest.mark.parametrize("hours", [np.full(168, np.nan), np.full(168, 0.1), np.zeros(0)])
def test_hours_that_do_not_vary_have_no_rhythm_to_measure(formula, hours):
    assert np.isnan(formula(hours))


def test_hours_without_neighbours_have_no_variability():
    alternate = np.where(np.arange(48) % 2 == 0, np.arange(48.0), np.nan)

    assert np.isnan(intradaily_variability(alternate))


def test_an_hour_needs_thirty_observed_minutes():
    minutes = np.full(120, np.nan)
    minutes[:30] = 4.0
    minutes[60:89] = 4.0

    hours = hourly(minutes)

    assert hours[0] == 4
    assert np.isnan(hours[1])


def test_a_bin_may_ask_for_fewer_minutes():
    minutes = np.full(120, np.nan)
    minutes[[3, 40, 70]] = [6.0, 8.0, 9.0]

    assert binned(minutes, 60, least=2)[0] == 7
    assert np.isnan(binned(minutes, 60, least=2)[1])


def test_sample_variances_are_larger_by_their_own_factors():
    x = NOISE + DAYS

    assert interdaily_stability(x, ddof=1) == pytest.approx(
        interdaily_stability(x) * (24 / 23) * (167 / 168), rel=1e-12
    )
    assert intradaily_variability(x, ddof=1) == pytest.approx(
        intradaily_variability(x) * (167 / 168), rel=1e-12
    )


def test_a_day_repeats_itself_and_noise_does_not():
    assert autocorrelation(DAYS) == pytest.approx(1.0)
    assert abs(autocorrelation(NOISE)) < 0.3
    assert autocorrelation(DAYS, lag=12) < -0.5


def test_an_unseen_hour_takes_its_two_pairs_out():
    x = NOISE + DAYS
    holed = x.copy()
    holed[50] = np.nan
    keep = ~np.isin(np.arange(144), [50, 26])

    expected = np.corrcoef(x[:-24][keep], x[24:][keep])[0, 1]

    assert autocorrelation(holed) == pytest.approx(expected)
    assert np.isnan(autocorrelation(x[:40]))
    assert np.isnan(autocorrelation(np.ones(168)))


def test_the_least_and_most_active_hours_may_lie_over_midnight():
    day = np.full(1440, 10.0)
    day[np.arange(1380, 1680) % 1440] = 1.0  # 23:00 to 04:00
    day[600:1200] = 20.0

    assert extreme_hours(day, 5, most=False) == (1.0, 1380)
    assert extreme_hours(day, 10, most=True) == (20.0, 600)


def test_unseen_minutes_of_the_average_day_do_not_count():
    day = np.full(1440, 10.0)
    day[600:1200] = 20.0
    day[120:420] = 1.0
    day[200:240] = np.nan
    day[700:760] = np.nan

    assert extreme_hours(day, 5, most=False) == (1.0, 120)
    assert extreme_hours(day, 10, most=True) == (20.0, 600)


def test_a_stretch_that_lacks_a_fifth_of_its_minutes_does_not_count():
    day = np.full(1440, 10.0)
    day[120:420] = np.where(np.arange(300) < 61, np.nan, 1.0)

    level, onset = extreme_hours(day, 5, most=False)

    assert onset > 120
    assert level > 1


def test_a_flat_day_has_its_extremes_anywhere():
    level, onset = extreme_hours(np.full(1440, 2.0), 5, most=False)

    assert level == pytest.approx(2.0)
    assert onset == 0


def test_an_unseen_day_has_no_extremes():
    level, onset = extreme_hours(np.full(1440, np.nan), 5, most=False)

    assert np.isnan(level)
    assert onset == -1


def test_ratio_and_amplitude_say_the_same_in_two_ways():
    ratio, amplitude = rest_activity_ratio(2.0, 10.0), relative_amplitude(2.0, 10.0)

    assert ratio == pytest.approx((1 - amplitude) / (1 + amplitude))
    assert np.isnan(rest_activity_ratio(0.0, 0.0))
    assert np.isnan(relative_amplitude(0.0, 0.0))


def test_a_minute_of_the_average_day_needs_two_days():
    minutes = np.concatenate([np.full(1440, 2.0), np.full(720, 4.0), np.full(720, np.nan)])

    profile = average_day(minutes)

    assert set(profile[:720]) == {3.0}
    assert np.isnan(profile[720:]).all()


def test_an_ordinary_week_has_all_rhythm_metrics():
    found = metrics(build_grid(read(ordinary_week()), MONDAY))

    assert {metric.status for metric in found.values()} == {"ok"}
    assert found["relative_amplitude"].value == pytest.approx(1.0)
    assert (found["circadian_rhythm_strength"].value or 0) > 0.4


def test_nights_off_the_wrist_leave_the_rhythm_unknown():
    days = [
        row for row in ordinary_week(stages=False) if (int(row["start_date"][11:13]) - 4) % 24 >= 8
    ]
    found = metrics(build_grid(read(days), MONDAY))

    assert {metric.status for metric in found.values()} == {"insufficient"}
    assert "clock hours" in found["interdaily_stability"].reason
    assert "average day" in found["l5"].reason


def test_three_days_are_too_few_for_a_rhythm():
    found = metrics(build_grid(read(ordinary_week(days=2)), MONDAY))

    assert all("4 valid days are needed" in metric.reason for metric in found.values())


def test_a_week_without_a_step_has_no_rhythm_of_steps():
    rows = [pulse(at(MONDAY, minute), 60) for minute in range(0, 10_080, 20)]

    found = metrics(build_grid(read(rows), MONDAY))

    assert found["circadian_rhythm_strength"].reason == "the steps do not vary"
    assert found["rest_activity_ratio"].reason == "there is no activity"
