from __future__ import annotations

from math import isnan

import numpy as np
import pytest

from clarity.domain.metrics.cosinor import NO_WAVE, Cosinor, cosinor

CLOCK = 2 * np.pi * (np.arange(168) + 0.5) / 24


def wave(peak_hour: float = 15.0, height: float = 2.0) -> np.ndarray:
    return 5.0 + height * np.cos(CLOCK - 2 * np.pi * peak_hour / 24)


def noise(rng: np.random.Generator, rho: float) -> np.ndarray:
    """168 hours of a first-order process of standard deviation 1."""
    out = rng.normal(size=168)
    for hour in range(1, 168):
        out[hour] = rho * out[hour - 1] + np.sqrt(1 - rho**2) * out[hour]
    return out


def covered(fit: Cosinor) -> tuple[bool, bool, bool]:
    """Whether the intervals hold mesor 5, amplitude 1 and an acrophase of 15:00."""
    return (
        abs(fit.mesor - 5) <= fit.mesor_error,
        abs(fit.amplitude - 1) <= fit.amplitude_error,
        abs(fit.acrophase - 900) <= fit.acrophase_error,
    )


def test_a_wave_is_found_as_it_was_made():
    fit = cosinor(wave(22.5, 3.0))

    assert fit.mesor == pytest.approx(5)
    assert fit.amplitude == pytest.approx(3)
    assert fit.acrophase == pytest.approx(22.5 * 60)
    assert fit.share == pytest.approx(1)
    assert fit.p_value < 1e-9


def test_hidden_hours_do_not_count():
    hidden = np.where(np.arange(168) % 7 < 3, np.nan, wave())

    fit = cosinor(hidden)

    assert fit.amplitude == pytest.approx(2)
    assert fit.acrophase == pytest.approx(900)


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.7])
def test_nineteen_of_twenty_intervals_hold_the_truth(rho: float):
    rng = np.random.default_rng(11)
    fits = [cosinor(wave(height=1.0) + noise(rng, rho)) for _ in range(400)]

    share = np.mean([covered(fit) for fit in fits], axis=0)

    assert (share > 0.90).all()
    assert (share < 0.99).all()


def test_the_textbooks_interval_is_too_narrow_for_hours_that_resemble_one_another():
    rng = np.random.default_rng(11)
    fits = [cosinor(wave(height=1.0) + noise(rng, 0.7), autocorrelated=False) for _ in range(400)]

    assert np.mean([covered(fit) for fit in fits], axis=0)[0] < 0.75


def test_noise_makes_a_wave_as_rarely_as_it_says():
    rng = np.random.default_rng(3)
    values = np.array([cosinor(noise(rng, 0.5)).p_value for _ in range(400)])

    assert 0.02 < (values < NO_WAVE).mean() < 0.10


def test_days_with_their_wave_at_another_hour_each_have_no_daily_wave():
    rng = np.random.default_rng(4)
    turned = [np.roll(wave()[:24], rng.integers(0, 24)) for _ in range(7 * 300)]
    values = [
        cosinor(np.concatenate(turned[week : week + 7]) + rng.normal(0, 0.3, 168)).p_value
        for week in range(0, len(turned), 7)
    ]

    assert np.mean(np.array(values) < NO_WAVE) < 0.08


def test_a_wave_on_days_that_lack_their_nights_is_found():
    rng = np.random.default_rng(8)
    by_day = np.where(np.arange(168) % 24 < 7, np.nan, wave() + rng.normal(0, 0.5, 168))

    assert cosinor(by_day).p_value < 0.001


def test_two_days_do_not_tell_a_wave_from_chance():
    assert isnan(cosinor(wave()[:48]).p_value)
    assert cosinor(wave()[:48]).amplitude == pytest.approx(2)


def test_causes_that_say_the_same_count_once():
    walks = np.random.default_rng(5).gamma(0.3, 30, 168)
    causes = np.column_stack([walks, 0.04 * walks, np.ones(168)])

    fit = cosinor(wave() + 0.4 * walks, covariate=causes)

    assert fit.amplitude == pytest.approx(2)
    assert fit == cosinor(wave() + 0.4 * walks, covariate=walks)


def test_another_cause_is_taken_out():
    rng = np.random.default_rng(5)
    walks = rng.gamma(0.3, 30, 168) * (np.cos(CLOCK - np.pi) > 0)

    fit = cosinor(wave() + 0.4 * walks, covariate=walks)

    assert fit.amplitude == pytest.approx(2)
    assert cosinor(wave() + 0.4 * walks).amplitude > 2.5


def test_hours_without_neighbours_have_the_textbooks_interval():
    rng = np.random.default_rng(7)
    sparse = np.where(np.arange(168) % 2 == 0, wave() + noise(rng, 0.0), np.nan)

    assert cosinor(sparse) == cosinor(sparse, autocorrelated=False)


def test_a_cause_that_explains_all_leaves_no_wave():
    walks = np.tile([1.0, -1.0], 84)

    fit = cosinor(3.0 * walks, covariate=walks)

    assert fit.amplitude == pytest.approx(0, abs=1e-12)
    assert fit.share == pytest.approx(1)


def test_hours_without_the_cause_do_not_count():
    walks = np.where(np.arange(168) < 96, np.arange(168) % 5, np.nan)
    odd = np.where(np.isnan(walks), 1000.0, wave())

    assert cosinor(odd, covariate=walks).amplitude == pytest.approx(2)


@pytest.mark.parametrize(
    "values",
    [
        np.full(168, np.nan),
        np.ones(168),
        np.zeros(0),
        wave()[:12],
        np.where(np.arange(480) % 24 == 3, np.arange(480.0), np.nan),
    ],
    ids=["unseen", "level", "empty", "half a day", "one hour of the day"],
)
def test_what_leaves_a_wave_undetermined_has_none(values: np.ndarray):
    assert isnan(cosinor(values).amplitude)
