"""What each channel served as, and which a movement model may read."""

from __future__ import annotations

from datetime import date

import numpy as np

from clarity.domain.analysis import analyse
from clarity.domain.minutes.grid import grid_of_minutes
from clarity.domain.minutes.modality import inputs_of
from clarity.domain.minutes.quality import assess

DAYS = 7
MINUTES = DAYS * 1440
MONDAY = date(2026, 6, 8)


def movement(level: float) -> np.ndarray:
    minute = np.arange(MINUTES) % 1440
    noise = np.random.default_rng(3).poisson(level, MINUTES).astype(float)
    return np.where((minute >= 420) & (minute < 1380), noise, 0.0)


def grid_of(**channels: np.ndarray):
    return grid_of_minutes(MONDAY, DAYS, channels, worn=np.ones(MINUTES, bool))


def test_steps_are_a_proxy_and_all_else_is_refused_with_a_reason():
    stage = np.full(MINUTES, 3, np.int8)
    channels = {"steps": movement(4), "heart_rate": np.full(MINUTES, 60.0)}
    grid = grid_of_minutes(MONDAY, DAYS, channels, worn=np.ones(MINUTES, bool), stage=stage)

    found = {each.channel: each for each in inputs_of(grid)}

    assert {name: each.role for name, each in found.items()} == {
        "steps": "proxy",
        "heart_rate": "refused",
        "stage": "refused",
    }
    assert all(each.reason and each.serves for each in found.values())
    assert found["heart_rate"].minutes == MINUTES


def test_a_model_of_steps_is_given_no_counts():
    found = inputs_of(grid_of(counts=movement(200)))

    assert [(each.channel, each.role) for each in found] == [("counts", "refused")]
    assert [each.role for each in inputs_of(grid_of(counts=movement(200)), "counts")] == ["proxy"]


def test_the_analysis_says_so():
    grid = grid_of(steps=movement(4))

    document = analyse(grid, assess(grid)).to_document()

    assert document["inputs"] == [inputs_of(grid)[0].to_document()]


def test_a_grid_of_counts_is_measured_in_counts_and_never_called_steps():
    grid = grid_of(counts=movement(200))

    found = analyse(grid, assess(grid))

    by_name = {metric.name: metric for metric in (*found.metrics, *found.details)}
    assert by_name["m10"].unit == by_name["l5"].unit == "counts/min"
    assert 195 < (by_name["m10"].value or 0) < 205
    assert by_name["interdaily_stability"].status == "ok"
    assert by_name["daily_steps"].status == by_name["moderate_minutes"].status == "not_applicable"
    assert abs((by_name["daily_counts"].value or 0) - 960 * 200) < 2000
    about_movement = [name for name in by_name if name not in ("daily_steps", "moderate_minutes")]
    for name in about_movement:
        metric = by_name[name]
        assert metric.status != "ok" or "steps" not in f"{metric.unit} {metric.method}", name
