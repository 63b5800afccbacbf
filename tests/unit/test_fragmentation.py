from __future__ import annotations

import numpy as np
import pytest

from clarity.domain.metrics.fragmentation import fragmentation_metrics, leaving_rate
from clarity.domain.minutes.grid import build_grid
from clarity.domain.minutes.quality import assess
from tests.healthkit import MONDAY, at, ordinary_week, read, steps


def alternating(rate: float, minutes: int = 10_080, seed: int = 4) -> np.ndarray:
    """1 in a state that ends with this chance every minute, 0 in pauses of about five minutes."""
    rng = np.random.default_rng(seed)
    parts = [np.repeat([1.0, 0.0], [rng.geometric(rate), rng.geometric(0.2)]) for _ in range(3000)]
    return np.concatenate(parts)[:minutes]


@pytest.mark.parametrize("rate", [0.05, 0.1, 0.3])
def test_a_constant_chance_is_found(rate: float):
    assert leaving_rate(alternating(rate)) == pytest.approx(rate, rel=0.12)


def test_minutes_that_are_not_known_leave_the_chance_as_it_is():
    """A run that is cut is not one that ended: counted as ended it makes the chance higher."""
    state = alternating(0.05, 40_000)
    holes = np.random.default_rng(8).random(len(state)) < 0.05
    holed = np.where(holes, np.nan, state)

    assert leaving_rate(holed) == pytest.approx(0.05, rel=0.15)
    assert leaving_rate(holed, cut_runs_end=True) > 0.08


def test_a_recording_cut_anywhere_is_a_run_that_did_not_end():
    state = alternating(0.1)
    state[-200:] = 1.0

    assert leaving_rate(state) == pytest.approx(leaving_rate(state[:-199]), rel=0.05)


@pytest.mark.parametrize(
    "state",
    [
        np.zeros(0),
        np.zeros(100),
        np.ones(100),
        np.full(100, np.nan),
        np.tile(np.repeat([1.0, 0.0], 10), 50),
    ],
)
def test_too_few_durations_have_no_rate(state: np.ndarray):
    assert np.isnan(leaving_rate(state))


def test_a_week_of_uneven_walks_has_both_rates():
    rng = np.random.default_rng(1)
    walks = [
        steps(at(MONDAY, 1440 * day + minute), 60 * length, 60 * length)
        for day in range(7)
        for minute, length in zip(
            range(480, 1320, 60), rng.geometric(0.2, 14).tolist(), strict=True
        )
    ]
    rows = [row for row in ordinary_week() if row["sample_type"] != "stepCount"]
    grid = build_grid(read([*rows, *walks]), MONDAY)

    rest, active = fragmentation_metrics(grid, assess(grid))

    assert (rest.status, active.status) == ("ok", "ok")
    assert 0.1 < (active.value or 0) < 0.35
    assert (rest.value or 0) < 0.05


def test_a_week_on_the_sofa_has_none():
    rows = [row for row in ordinary_week() if row["sample_type"] != "stepCount"]
    grid = build_grid(read(rows), MONDAY)

    found = fragmentation_metrics(grid, assess(grid))

    assert {metric.reason for metric in found} == {"60 active minutes are needed, 0 found"}


def test_three_days_are_too_few():
    grid = build_grid(read(ordinary_week(days=2)), MONDAY)

    assert {m.status for m in fragmentation_metrics(grid, assess(grid))} == {"insufficient"}
