"""What must hold for every metric: the mask is not a value, and the clock is only a clock."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clarity.domain.activity import transition_probability
from clarity.domain.analysis import analyse
from clarity.domain.cardio import heart_rate_rhythm
from clarity.domain.circadian import (
    autocorrelation,
    average_day,
    extreme_hours,
    hourly,
    interdaily_stability,
    intradaily_variability,
    relative_amplitude,
    rest_activity_ratio,
    rhythm_strength,
)
from clarity.domain.cosinor import cosinor
from clarity.domain.fragmentation import leaving_rate
from clarity.domain.grid import build_grid
from clarity.domain.intensity import bouts, cadence_minutes, peak_cadence
from clarity.domain.quality import assess
from clarity.domain.regularity import sleep_regularity_index
from tests.healthkit import MONDAY, ordinary_week, read

if TYPE_CHECKING:
    from collections.abc import Callable

Minutes = np.ndarray
GRID = build_grid(read(ordinary_week()), MONDAY)


def life(seed: int, days: int = 7) -> Minutes:
    """Steps of a person who walks at uneven times by day, and now and then at night."""
    rng = np.random.default_rng(seed)
    clock = np.arange(days * 1440) % 1440
    awake = (clock > 420) & (clock < 1380)
    walking = np.repeat(rng.random(days * 288) < 0.35, 5) & (awake | (rng.random(len(clock)) < 0.1))
    return np.where(walking, rng.integers(1, 140, len(clock)), 0).astype(float)


def extremes(minutes: Minutes) -> tuple[tuple[float, int], tuple[float, int]]:
    day = average_day(minutes)
    return extreme_hours(day, 5, most=False), extreme_hours(day, 10, most=True)


def contrast(minutes: Minutes, formula: Callable[[float, float], float]) -> float:
    return formula(*(level for level, _ in extremes(minutes)))


def asleep(minutes: Minutes) -> Minutes:
    return np.where(np.isnan(minutes), np.nan, minutes < 1)


# Every metric of a series of minutes, by name; NaN in and one number out.
METRICS: dict[str, Callable[[Minutes], float]] = {
    "interdaily_stability": lambda m: interdaily_stability(hourly(m)),
    "interdaily_stability_ddof": lambda m: interdaily_stability(hourly(m), ddof=1),
    "intradaily_variability": lambda m: intradaily_variability(hourly(m)),
    "rhythm_strength": lambda m: rhythm_strength(np.log1p(60 * hourly(m))),
    "autocorrelation": lambda m: autocorrelation(hourly(m)),
    "l5": lambda m: extremes(m)[0][0],
    "m10": lambda m: extremes(m)[1][0],
    "relative_amplitude": lambda m: contrast(m, relative_amplitude),
    "rest_activity_ratio": lambda m: contrast(m, rest_activity_ratio),
    "cosinor_amplitude": lambda m: cosinor(hourly(m)).amplitude,
    "cosinor_amplitude_error": lambda m: cosinor(hourly(m)).amplitude_error,
    "cosinor_mesor": lambda m: cosinor(hourly(m)).mesor,
    "heart_rate_amplitude": lambda m: heart_rate_rhythm(50 + m, m % 7).amplitude,
    "transition_probability": transition_probability,
    "activity_to_rest": lambda m: leaving_rate(1 - asleep(m)),
    "rest_to_activity": lambda m: leaving_rate(asleep(m)),
    "sleep_regularity_index": lambda m: sleep_regularity_index(asleep(m)),
    "moderate_minutes": lambda m: float(np.nanmean(cadence_minutes(m, 100.0))),
    "bout_minutes": lambda m: float(sum(high - low for low, high in bouts(m, 1.0, 4, 1))),
    "peak_cadence": lambda m: float(np.nanmean(peak_cadence(m))),
}
# The ones in which the first and the last minute of a series are neighbours of nothing.
EDGED = {
    "intradaily_variability",
    "cosinor_amplitude_error",
    "transition_probability",
    "activity_to_rest",
    "rest_to_activity",
    "bout_minutes",
}
seeds = st.integers(0, 2**32 - 1)
names = st.sampled_from(sorted(METRICS))
holes = st.lists(st.tuples(st.integers(0, 10_000), st.integers(1, 300)), max_size=8)


def masked(minutes: Minutes, at: list[tuple[int, int]]) -> Minutes:
    out = minutes.copy()
    for begin, length in at:
        out[begin : begin + length] = np.nan
    return out


def same(one: float, other: float) -> bool:
    return bool(one == pytest.approx(other, rel=1e-9, abs=1e-9, nan_ok=True))


@settings(deadline=None, max_examples=120)
@given(names, seeds, holes, st.sampled_from(["before", "after"]), st.integers(1, 3))
def test_days_that_were_not_observed_change_nothing(
    name: str, seed: int, at: list[tuple[int, int]], where: str, days: int
):
    minutes = masked(life(seed), at)
    blank = np.full(1440 * days, np.nan)

    longer = np.concatenate([minutes, blank] if where == "after" else [blank, minutes])

    assert same(METRICS[name](longer), METRICS[name](minutes))


@settings(deadline=None, max_examples=120)
@given(names, seeds, holes, st.floats(0, 500, allow_nan=False))
def test_what_happened_in_a_masked_minute_is_not_known(
    name: str, seed: int, at: list[tuple[int, int]], lie: float
):
    """Two lives that differ only where nobody looked have the same metrics."""
    minutes = life(seed)
    hidden = np.isnan(masked(minutes, at))
    other = np.where(hidden, lie, minutes)

    one, two = (METRICS[name](np.where(hidden, np.nan, each)) for each in (minutes, other))

    assert same(one, two)


@settings(deadline=None, max_examples=60)
@given(seeds, holes)
def test_hiding_minutes_of_equal_days_leaves_their_rhythm(seed: int, at: list[tuple[int, int]]):
    """A masked minute is not a zero: days that are equal where they are seen stay equal."""
    minutes = np.tile(life(seed, 1), 7)
    holed = masked(minutes, [(begin, min(length, 120)) for begin, length in at])
    whole, part = extremes(minutes), extremes(holed)

    seen = ~np.isnan(average_day(holed)).any()

    hours = hourly(holed)
    full = np.where(np.isnan(holed).reshape(-1, 60).any(axis=1), np.nan, hours)
    assert interdaily_stability(full) == pytest.approx(1.0)
    assert autocorrelation(full) == pytest.approx(1.0)
    assert sleep_regularity_index(asleep(holed)) == pytest.approx(100)
    if seen:
        assert part[0][0] == pytest.approx(whole[0][0], abs=1e-9)
        assert part[1][0] == pytest.approx(whole[1][0], abs=1e-9)


@settings(deadline=None, max_examples=80)
@given(seeds, st.integers(1, 23), st.sampled_from(sorted(set(METRICS) - EDGED)))
def test_a_clock_wrong_by_hours_changes_no_level(seed: int, hours: int, name: str):
    """Over equal days, so that what the turn moves from one end to the other fits there."""
    minutes = np.tile(life(seed, 1), 7)

    value, moved = (METRICS[name](np.roll(minutes, shift)) for shift in (0, 60 * hours))

    assert moved == pytest.approx(value, rel=1e-6, abs=1e-6, nan_ok=True)


@settings(deadline=None, max_examples=80)
@given(seeds, st.integers(1, 1439), holes)
def test_shifting_the_clock_shifts_the_onsets(seed: int, shift: int, at: list[tuple[int, int]]):
    minutes = masked(life(seed) + np.random.default_rng(seed).random(10_080), at)

    here, there = extremes(minutes), extremes(np.roll(minutes, shift))

    for one, other in zip(here, there, strict=True):
        assert other[0] == pytest.approx(one[0], nan_ok=True)
        if one[1] >= 0:
            assert (other[1] - one[1] - shift) % 1440 == 0


@settings(deadline=None, max_examples=60)
@given(seeds, st.integers(1, 1439))
def test_shifting_the_clock_shifts_the_wave(seed: int, shift: int):
    minutes = life(seed)

    here, there = (cosinor(each, width=1) for each in (minutes, np.roll(minutes, shift)))

    assert there.amplitude == pytest.approx(here.amplitude)
    assert (there.acrophase - here.acrophase - shift + 720) % 1440 - 720 == pytest.approx(
        0, abs=1e-6
    )


@settings(deadline=None, max_examples=25)
@given(st.integers(1, 23))
def test_shifting_the_clock_shifts_every_time_of_a_week(hours: int):
    def values(grid: Any) -> dict[str, tuple[float | None, str]]:
        found = analyse(grid, assess(grid)).details
        return {metric.name: (metric.value, metric.unit) for metric in found}

    moved = replace(
        GRID,
        steps=np.roll(GRID.steps, 60 * hours),
        worn=np.roll(GRID.worn, 60 * hours),
        heart_rate=np.roll(GRID.heart_rate, 60 * hours),
        stage=np.roll(GRID.stage, 60 * hours),
    )

    here, there = values(GRID), values(moved)

    times = {name for name, (_, unit) in here.items() if unit == "min after midnight"}
    assert {"l5_onset", "m10_onset", "sleep_midpoint", "cosinor_acrophase"} <= times
    for name in times:
        one, other = here[name][0], there[name][0]
        assert one is not None
        assert other is not None
        assert (other - one - 60 * hours + 720) % 1440 - 720 == pytest.approx(0, abs=30), name
