"""The nights as rows: where the sleep lies, what it was, and what was not seen."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from clarity.domain.analysis import analyse
from clarity.domain.minutes.grid import Grid, grid_of_minutes
from clarity.domain.minutes.quality import assess
from clarity.domain.report.sleep_timeline import sleep_timeline
from tests.unit.report_page import FIRST_DAY, at, found, fragment, number_in, texts, waves, week

if TYPE_CHECKING:
    from xml.etree import ElementTree as ET

CORE, AWAKE, DEEP = 3, 2, 4


def slept(*spans: tuple[int, int, int], days: int = 7, unworn: tuple[int, int] = (0, 0)) -> Grid:
    """A grid whose recorded stages are these: first minute, one past the last, stage."""
    stage = np.full(days * 1440, -1, np.int8)
    for start, end, code in spans:
        stage[start:end] = code
    worn = np.ones(days * 1440, np.bool_)
    worn[slice(*unworn)] = False
    return grid_of_minutes(
        FIRST_DAY, days, {"steps": np.full(days * 1440, 3.0)}, worn=worn, stage=stage
    )


def nights(onset: int = 1380, offset: int = 1860, count: int = 6) -> list[tuple[int, int, int]]:
    return [(day * 1440 + onset, day * 1440 + offset, CORE) for day in range(count)]


def timeline(grid: Grid) -> ET.Element:
    return fragment(sleep_timeline(grid, analyse(grid, assess(grid))))


def rows(grid: Grid) -> list[str]:
    return [texts(row.find("p")) for row in found(timeline(grid), "night")]


def test_a_row_is_a_night_with_its_times():
    found_rows = rows(slept(*nights()))

    assert found_rows[0] == "Sun to Mon 2 Mar no main sleep found"
    assert found_rows[1] == "Mon to Tue 3 Mar 23:00 to 07:00 8 h 00 min asleep 0 min awake"
    assert len(found_rows) == 7


def test_the_times_stand_beside_the_sleep_and_the_midpoint_over_it():
    root = timeline(slept(*nights()))

    row = found(root, "night")[1]
    edges = [(texts(edge), edge.get("style")) for edge in found(row, "edge")]

    assert edges == [("23:00", "left:33.33%"), ("07:00", "left:66.67%")]
    assert "mean middle of sleep 03:00" in texts(root)
    assert found(row, "middle")[0].get("d") == "M720 0V60"


def test_waking_inside_the_night_is_told_and_drawn():
    awake = [(1500, 1506, AWAKE), (1600, 1603, AWAKE)]
    grid = slept(*nights(), *awake)

    row = found(timeline(grid), "night")[1]

    assert "7 h 51 min asleep 9 min awake 1 awakening" in texts(row.find("p"))
    assert at(found(row, "awake")[0], "d").count("M") == 2
    # Rows begin at 15:00, and minute 1500 is 01:00.
    assert at(found(row, "awake")[0], "d").startswith("M600 4H606")


def test_stages_stand_at_heights_of_their_own():
    root = timeline(slept(*nights(), (1400, 1460, DEEP)))
    row = found(root, "night")[1]

    tops = {number_in(r"^M\d+ (\d+)", at(found(row, kind)[0], "d")) for kind in ("deep", "core")}

    assert tops == {44, 30}
    assert "deep sleep" in texts(found(root, "legend")[0])


def test_a_night_that_was_not_worn_is_said_to_be_missing():
    kept = [span for span in nights() if span[0] != 2 * 1440 + 1380]

    missing = rows(slept(*kept, unworn=(2 * 1440 + 1200, 3 * 1440 + 600)))[3]

    assert missing == "Wed to Thu 5 Mar no main sleep found, 14 h 00 min not worn"


def test_a_nap_is_no_night_and_adds_to_the_day():
    grid = slept(*nights(), (1440 + 13 * 60, 1440 + 14 * 60, CORE))

    row = rows(grid)[1]

    assert "other sleep 13:00 to 14:00" in row
    assert "9 h 00 min asleep in all" in row


def test_sleep_cut_by_the_first_midnight_says_that_its_beginning_was_not_seen():
    grid = slept((0, 400, CORE), *nights())

    assert "its beginning or end was not seen" in rows(grid)[0]


@pytest.mark.parametrize("onset", [420, 540])
def test_a_night_worker_has_the_sleep_in_the_middle_and_one_date_a_row(onset):
    grid = slept(*[(day * 1440 + onset, day * 1440 + onset + 420, CORE) for day in range(7)])

    found_rows = rows(grid)

    assert [row[:9] for row in found_rows[:2]] == ["Mon 2 Mar", "Tue 3 Mar"]
    assert len(found_rows) == 7
    edges = found(found(timeline(grid), "night")[0], "edge")
    share = [number_in(r"([\d.]+)%", at(edge, "style")) for edge in edges]
    assert np.mean(share) == pytest.approx(50, abs=7)


def test_split_sleep_keeps_its_labels_off_the_other_sleeps():
    near = [(day * 1440 + 1250, day * 1440 + 1320, CORE) for day in range(6)]
    row = found(timeline(slept(*nights(), *near)), "night")[1]

    assert [texts(edge) for edge in found(row, "edge")] == ["07:00"]


def test_the_description_names_every_sleep_of_the_row():
    root = timeline(week("newborn-parent"))
    row = found(root, "night")[1]

    assert "other sleeps" in texts(row.find("p"))
    assert len(re.findall(r"\d\d:\d\d to \d\d:\d\d", texts(next(row.iter("desc"))))) >= 4


def test_minutes_that_the_clock_skipped_are_marked():
    assert found(timeline(week("traveller")), "skipped")


def test_without_any_sleep_nothing_is_drawn():
    assert texts(timeline(waves())).startswith("Not drawn: no sleep is recorded")


def test_sleep_spread_evenly_over_the_clock_is_drawn_from_noon():
    spans = [
        (day * 1440 + 480 * (day % 3), day * 1440 + 480 * (day % 3) + 480, CORE) for day in range(6)
    ]
    grid = slept(*spans)

    assert texts(found(timeline(grid), "axis")[0]).startswith("12 15 18")


def test_one_detected_night_among_recorded_ones_says_so():
    grid = week("office-worker")
    stage = grid.stage.copy()
    stage[2 * 1440 + 720 : 3 * 1440 + 720] = -1

    told = [row for row in rows(replace(grid, stage=stage)) if "detected, not recorded" in row]

    assert len(told) == 1
