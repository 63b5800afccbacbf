"""Whatever minutes a grid holds, each metric is a number in its range or has a reason."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from clarity.domain.analysis import analyse
from clarity.domain.metric import CLOCK
from clarity.domain.minutes.grid import grid_of_minutes
from clarity.domain.minutes.quality import assess
from tests.healthkit import MONDAY

RANGES = {
    "sleep_efficiency": (0.0, 1.0),
    "total_sleep_time": (0.0, 1440.0),
    "circadian_rhythm_strength": (0.0, 1.0),
    "interdaily_stability": (0.0, 1.0),
    "relative_amplitude": (0.0, 1.0),
    "rest_activity_ratio": (0.0, 1.0),
    "activity_fragmentation": (0.0, 1.0),
    "rest_to_activity": (0.0, 1.0),
    "activity_to_rest": (0.0, 1.0),
    "autocorrelation_24_h": (-1.0, 1.0),
    "sleep_regularity_index": (-100.0, 100.0),
    "social_jet_lag": (0.0, 720.0),
    "moderate_minutes": (0.0, 1440.0),
    "vigorous_minutes": (0.0, 1440.0),
    "moderate_bout_minutes": (0.0, 1440.0),
    "cosinor_acrophase_error": (0.0, 720.0),
    "sedentary_time": (0.0, 1440.0),
    "light_activity_time": (0.0, 1440.0),
    "moderate_activity_time": (0.0, 1440.0),
    "vigorous_activity_time": (0.0, 1440.0),
}


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from(["steps", "counts"]),
    st.integers(0, 2**32 - 1),
    st.sampled_from(["nothing", "zeros", "constant", "sparse", "huge", "tiny", "noise"]),
    st.sampled_from(["none", "constant", "noise"]),
    st.integers(1, 9),
)
def test_any_grid_has_numbers_in_range_or_reasons(
    channel: str, seed: int, kind: str, heart: str, days: int
):
    rng, n = np.random.default_rng(seed), 1440 * days
    noise = rng.gamma(1.0, 30.0, n)
    movement = {
        "nothing": np.full(n, np.nan),
        "zeros": np.zeros(n),
        "constant": np.full(n, 7.0),
        "sparse": np.where(rng.random(n) < 0.01, noise, np.nan),
        "huge": noise * 1e9,
        "tiny": noise * 1e-9,
        "noise": np.where(rng.random(n) < 0.1, np.nan, noise),
    }[kind]
    beats = {"none": np.full(n, np.nan), "constant": np.full(n, 60.0), "noise": 50 + noise}[heart]
    grid = grid_of_minutes(
        MONDAY, days, {channel: movement, "heart_rate": beats}, worn=~np.isnan(movement)
    )

    found = analyse(grid, assess(grid))

    for metric in (*found.metrics, *found.details):
        name = metric.name
        assert (metric.status == "ok") == (metric.value is not None) == (not metric.reason), name
        if metric.value is not None:
            assert np.isfinite(metric.value), name
            low, high = RANGES.get(name, (0.0, np.inf))
            assert low - 1e-9 <= metric.value <= high + 1e-9, name
            assert metric.unit != CLOCK or metric.value < 1440, name
    assert 0 <= found.confidence <= 1
