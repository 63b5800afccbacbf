"""What must hold for every metric: the mask is not a value, and the clock is only a clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clarity.domain.metrics.activity import transition_probability
from clarity.domain.metrics.cardio import heart_rate_rhythm
from clarity.domain.metrics.circadian import (
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
from clarity.domain.metrics.cosinor import cosinor
from clarity.domain.metrics.fragmentation import leaving_rate
from clarity.domain.metrics.intensity import bouts, cadence_minutes, peak_cadence
from clarity.domain.sleep.nights import onset_variability
from clarity.domain.sleep.regularity import circular_mean, sleep_regularity_index, social_jet_lag

if TYPE_CHECKING:
    from collections.abc import Callable

Minutes = np.ndarray


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


def mean_known(values: Minutes) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")


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
    "moderate_minutes": lambda m: mean_known(cadence_minutes(m, 100.0)),
    "bout_minutes": lambda m: float(sum(high - low for low, high in bouts(m, 1.0, 4, 1))),
    "peak_cadence": lambda m: mean_known(peak_cadence(m)),
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


@settings(deadline=None, max_examples=15)
@given(seeds, holes)
def test_metrics_are_those_of_a_list_that_never_held_the_masked_minutes(
    seed: int, at: list[tuple[int, int]]
):
    minutes = masked(life(seed), at)
    values = enumerate(minutes.tolist())
    seen = {index: value for index, value in values if not np.isnan(value)}

    for name, expected in by_hand(seen).items():
        assert METRICS[name](minutes) == pytest.approx(expected, rel=1e-9, abs=1e-9), name


def by_hand(seen: dict[int, float]) -> dict[str, float]:
    """Metrics of what was seen, by minute: loops over a dictionary, in which nothing is masked."""
    hours = by_hour(seen)
    clock: dict[int, list[float]] = {}
    for hour, value in hours.items():
        clock.setdefault(hour % 24, []).append(value)
    mean = sum(hours.values()) / len(hours)
    total = sum((value - mean) ** 2 for value in hours.values())
    between = sum(len(v) * (sum(v) / len(v) - mean) ** 2 for v in clock.values())
    steps = [(hours[h + 1] - x) ** 2 for h, x in hours.items() if h + 1 in hours]
    moves = [(x >= 1, seen[i + 1] >= 1) for i, x in seen.items() if i + 1 in seen]
    pairs: dict[int, list[bool]] = {}
    for index, value in seen.items():
        if index + 1440 in seen:
            alike = (value < 1) == (seen[index + 1440] < 1)
            pairs.setdefault(index % 1440, []).append(alike)
    regular = sum(sum(each) / len(each) for each in pairs.values()) / len(pairs)
    following = [(x, hours[h + 24]) for h, x in hours.items() if h + 24 in hours]
    brisk, days = sum(value >= 100 for value in seen.values()), {i // 1440 for i in seen}
    stops, active = sum(on and not then for on, then in moves), sum(on for on, _ in moves)
    return {
        "interdaily_stability": between / total,
        "intradaily_variability": len(hours) * sum(steps) / len(steps) / total,
        "autocorrelation": float(np.corrcoef(np.array(following).T)[0, 1]),
        "transition_probability": stops / active,
        "sleep_regularity_index": 200 * regular - 100,
        "moderate_minutes": brisk / len(days),
        **levels(seen),
    }


def by_hour(seen: dict[int, float]) -> dict[int, float]:
    parts: dict[int, list[float]] = {}
    for index, value in seen.items():
        parts.setdefault(index // 60, []).append(value)
    return {hour: sum(part) / len(part) for hour, part in sorted(parts.items()) if len(part) >= 30}


def levels(seen: dict[int, float]) -> dict[str, float]:
    """L5 and M10 of the minutes of the day that two days have."""
    found: dict[int, list[float]] = {}
    for index, value in seen.items():
        found.setdefault(index % 1440, []).append(value)
    day = {minute: sum(v) / len(v) for minute, v in found.items() if len(v) >= 2}

    def mean(begin: int, length: int) -> float:
        part = [day[m % 1440] for m in range(begin, begin + length) if m % 1440 in day]
        return sum(part) / len(part) if len(part) >= 0.8 * length else float("nan")

    least = [mean(begin, 300) for begin in range(1440)]
    most = [mean(begin, 600) for begin in range(1440)]
    return {"l5": float(np.nanmin(least)), "m10": float(np.nanmax(most))}


SCALED = {"l5", "m10", "cosinor_mesor", "cosinor_amplitude", "peak_cadence"}
UNSCALED = {
    "interdaily_stability",
    "interdaily_stability_ddof",
    "intradaily_variability",
    "autocorrelation",
    "relative_amplitude",
    "rest_activity_ratio",
}


@settings(deadline=None, max_examples=100)
@given(st.sampled_from(sorted(SCALED | UNSCALED)), seeds, holes, st.floats(1e-3, 1e6))
def test_another_unit_scales_levels_and_leaves_the_shape(
    name: str, seed: int, at: list[tuple[int, int]], factor: float
):
    """A device that counts in other units; rhythm strength and thresholds are not free of it."""
    minutes = masked(life(seed), at)

    value, scaled = METRICS[name](minutes), METRICS[name](minutes * factor)

    expected = value * (factor if name in SCALED else 1.0)
    assert scaled == pytest.approx(expected, rel=1e-8, abs=1e-9 * factor, nan_ok=True)


BOUNDS = dict.fromkeys(
    (
        "interdaily_stability", "rhythm_strength", "relative_amplitude", "rest_activity_ratio",
        "transition_probability", "activity_to_rest", "rest_to_activity",
    ),
    (0.0, 1.0),
) | {"autocorrelation": (-1.0, 1.0), "sleep_regularity_index": (-100.0, 100.0)}  # fmt: skip
odd = st.sampled_from(["nothing", "one", "zeros", "constant", "sparse", "huge", "tiny", "spike"])


@settings(deadline=None, max_examples=150)
@given(names, seeds, odd, st.integers(1, 8))
def test_whatever_comes_in_a_number_in_range_or_nan_comes_out(
    name: str, seed: int, kind: str, days: int
):
    """Never an exception, and never a warning: in tests those are errors."""
    rng, n = np.random.default_rng(seed), 1440 * days
    noise = rng.gamma(1.0, 30.0, n)
    minutes = {
        "nothing": np.full(n, np.nan),
        "one": np.where(np.arange(n) == seed % n, 5.0, np.nan),
        "zeros": np.zeros(n),
        "constant": np.full(n, 0.1),
        "sparse": np.where(rng.random(n) < 0.02, noise, np.nan),
        "huge": noise * 1e12,
        "tiny": noise * 1e-12,
        "spike": np.where(np.arange(n) == seed % n, 1e6, 0.0),
    }[kind]

    value = METRICS[name](minutes)

    low, high = BOUNDS.get(name, (0.0, np.inf))
    assert np.isnan(value) or low - 1e-9 <= value <= high + 1e-9
    if kind == "nothing" and name != "bout_minutes":
        assert np.isnan(value)


@settings(deadline=None, max_examples=100)
@given(st.lists(st.floats(-5000, 20_000), max_size=8), st.integers(-5, 5))
def test_times_of_sleep_lie_on_the_clock_whatever_the_day(times: list[float], days: int):
    clock = np.array(times, np.float64)

    for moved in (clock, clock + 1440.0 * days):
        mean, spread, apart = circular_mean(moved), onset_variability(moved), jet_lag(moved)
        assert np.isnan(mean) or 0 <= mean < 1440
        assert np.isnan(spread) or spread >= 0
        assert np.isnan(apart) or 0 <= apart <= 720


def jet_lag(times: Minutes) -> float:
    return social_jet_lag(times[: len(times) // 2], times[len(times) // 2 :])


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
