from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from clarity.domain.metrics.phase import phase_metrics
from clarity.domain.minutes.grid import build_grid
from clarity.domain.minutes.quality import assess
from tests.healthkit import MONDAY, at, ordinary_week, pulse, read

WEEK = build_grid(read(ordinary_week()), MONDAY)


def metrics(grid):
    return {metric.name: metric for metric in phase_metrics(grid, assess(grid))}


def test_an_ordinary_week_has_its_hours():
    found = metrics(WEEK)

    assert {metric.status for metric in found.values()} == {"ok"}
    assert 1320 <= (found["l5_onset"].value or 0) < 1440
    assert found["autocorrelation_24_h"].value == pytest.approx(1.0)
    assert 0 < (found["cosinor_acrophase_error"].value or 0) < 60


def test_steps_at_any_hour_have_no_hour():
    rng = np.random.default_rng(9)
    found = metrics(replace(WEEK, steps=rng.gamma(1.0, 20.0, 10_080)))

    assert found["cosinor_acrophase"].status == "insufficient"
    assert "no daily wave" in found["cosinor_acrophase"].reason
    assert found["cosinor_amplitude"].status == "ok"


def test_a_week_without_a_step_has_no_phase():
    found = metrics(
        build_grid(read([pulse(at(MONDAY, m), 60) for m in range(0, 10_080, 20)]), MONDAY)
    )

    assert {metric.reason for metric in found.values()} == {"the steps do not vary"}


def test_three_days_are_too_few():
    found = metrics(build_grid(read(ordinary_week(days=2)), MONDAY))

    assert {metric.status for metric in found.values()} == {"insufficient"}
