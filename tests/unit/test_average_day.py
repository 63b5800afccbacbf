"""The average day's figure: what was fitted, where it peaks, and gaps where nothing is known."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from clarity.domain.analysis import analyse
from clarity.domain.minutes.quality import assess
from clarity.domain.report.average_day import average_day_figure
from clarity.domain.report.drawing import beside, within_day
from tests.unit.report_page import at, found, fragment, moving, number_in, texts, waves, week

if TYPE_CHECKING:
    from xml.etree import ElementTree as ET

    from clarity.domain.minutes.grid import Grid


def figure(grid: Grid) -> ET.Element:
    quality = assess(grid)
    return fragment(average_day_figure(grid, quality, analyse(grid, quality)))


def path(root: ET.Element, kind: str) -> str:
    return next(at(each, "d") for each in found(root, kind) if each.tag == "path")


def lanes(root: ET.Element) -> list[str]:
    return [texts(lane) for lane in found(root, "lane")]


def test_the_lanes_tell_the_hours_of_a_known_wave():
    active, quiet, peak = lanes(figure(waves(peak=900)))

    assert re.search(r"M10\) ?(09:5\d|10:0\d) to (19:5\d|20:0\d), 5\d\.\d steps/min", active)
    assert re.search(r"L5\) ?00:[23]\d to 05:[23]\d, \d\.\d+ steps/min", quiet)
    hours, minutes = (
        number_in(pattern, peak) for pattern in (r"wave ?(\d\d):", r":(\d\d) \(95 % CI")
    )
    assert 60 * hours + minutes == pytest.approx(900, abs=15)


def test_the_peak_is_marked_where_it_is_said_to_be():
    root = figure(waves(peak=720))

    left = number_in(r"left:([\d.]+)%", at(found(root, "peak")[0], "style"))
    line = number_in(r"^M(\d+) 0", path(root, "acrophase"))

    assert left == pytest.approx(50, abs=1)
    assert line / 14.4 == pytest.approx(left, abs=0.1)
    assert "known within" in texts(root)


def test_the_fitted_curve_is_highest_at_the_peak():
    points = re.findall(r"([\d.]+) (-?[\d.]+)", path(figure(waves(peak=600)), "fitted"))

    highest = min(points, key=lambda point: float(point[1]))
    assert float(highest[0]) == pytest.approx(600, abs=20)


def test_hours_that_nobody_observed_are_a_gap_and_no_zero():
    steps = waves().steps.copy()
    steps.reshape(7, 1440)[:, 180:240] = np.nan

    root = figure(moving(steps))

    assert path(root, "mean").count("M") == 2
    assert "4 of 96 parts of the day are not known" in texts(root)
    assert path(root, "dots").count("M") == 23


def test_minutes_that_were_filled_in_are_not_drawn():
    grid = waves()
    steps, filled = grid.steps.copy(), np.zeros(len(grid.steps), np.bool_)
    filled.reshape(7, 1440)[:, 180:240] = True
    steps[filled] = 5000.0

    root = figure(replace(grid, steps=steps, imputed=filled))

    assert "4 of 96 parts of the day are not known" in texts(root)
    assert texts(found(root, "tick")[0]) == "80"


def test_a_quartile_needs_more_days_than_a_mean():
    days = np.full((7, 1440), np.nan)
    days[:4] = waves().steps.reshape(7, 1440)[:4]
    days[:2, 600:660] = np.nan

    root = figure(moving(days.ravel()))

    assert path(root, "mean").count("M") == 1
    assert path(root, "half").count("M") == 2


def test_noise_has_no_peak_and_says_so():
    rng = np.random.default_rng(3)
    root = figure(moving(rng.permuted(np.repeat(rng.exponential(20, 168), 60))))

    assert "not known: no daily wave stands out" in lanes(root)[2]
    assert not found(root, "acrophase")
    assert not found(root, "peak")
    assert "No daily wave stands out (p = " in texts(root)


def test_movement_that_never_varies_has_no_wave_to_draw():
    root = figure(moving(np.full(7 * 1440, 10.0)))

    assert not found(root, "fitted")
    assert [lane.split("not known: ")[1] for lane in lanes(root)] == ["the steps do not vary"] * 3


def test_too_few_days_are_no_average():
    days = np.full((7, 1440), np.nan)
    days[:3] = 10.0

    assert texts(figure(moving(days.ravel()))) == "Not drawn: 4 valid days are needed, 3 found."


def test_wear_without_any_movement_record_is_no_average():
    grid = replace(waves(), steps=np.full(7 * 1440, np.nan))

    assert texts(figure(grid)) == "Not drawn: no movement is known on two days."


def test_counts_are_called_counts():
    words = texts(figure(waves(signal="counts")))

    assert "counts a minute, mean of 7 days" in words
    assert "log (1 + counts an hour)" in words
    assert "steps" not in words


def test_heart_rate_is_drawn_where_there_is_one():
    assert found(figure(week("office-worker")), "beat")
    assert not found(figure(waves()), "beat")


def test_a_stretch_over_midnight_is_drawn_in_two_pieces():
    root = figure(waves(peak=1400))

    m10 = [bar for bar in found(root, "bar") if "m10" in at(bar, "class")]
    widths = [number_in(r"width:([\d.]+)%", at(bar, "style")) for bar in m10]

    assert len(m10) == 2
    assert sum(widths) == pytest.approx(1000 / 24, abs=0.1)


def test_a_whole_day_is_no_more_than_a_day():
    assert within_day(600, 2000) == [(600, 1440), (0, 600)]


@pytest.mark.parametrize(
    ("start", "end", "side", "left"),
    [(0.0, 0.1, "start", 0), (0.4, 0.5, "middle", 45), (0.9, 1.0, "end", 100)],
)
def test_words_near_the_end_of_a_row_stay_inside(start, end, side, left):
    words = fragment([beside(start, end, "a < b")])[0]

    assert words.get("class") == f"at {side}"
    assert words.get("style") == f"left:{left:.2f}%"
    assert words.text == "a < b"
