"""Weeks of which only some nights are recorded, and devices that count activity."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from clarity.domain.minutes.grid import Grid, build_grid, grid_of_minutes
from clarity.domain.sleep.nights import (
    awakenings,
    find_sleep,
    onset_variability,
    sleep_onset_latency,
)
from clarity.domain.sleep.nights import sleep_metrics as metrics_of
from tests.healthkit import MONDAY, PHONE, at, ordinary_day, read, slept

if TYPE_CHECKING:
    from clarity.domain.metric import Metric

LENGTH = 7 * 1440


def week(recorded: set[int], *more: dict[str, Any]) -> Grid:
    """An ordinary week in which only the nights that begin on these days have stages."""
    rows = [
        row
        for day in range(-1, 7)
        for row in ordinary_day(MONDAY + timedelta(days=day), stages=day in recorded)
    ]
    return build_grid(read([*rows, *more]), MONDAY)


def metrics(grid: Grid) -> dict[str, Metric]:
    return {metric.name: metric for metric in metrics_of(find_sleep(grid))}


@pytest.mark.parametrize("recorded", [{0, 2, 4}, {-1, 0, 1, 2}, {3}, {-1, 0, 1, 2, 3, 5, 6}])
def test_each_night_is_used_once_from_the_record_where_there_is_one(recorded: set[int]):
    sleep = find_sleep(week(recorded))

    by_night = {(night.onset - 720) // 1440: night.method for night in sleep.nights}
    assert by_night == {
        day: "stages" if day in recorded else "movement_and_heart_rate" for day in range(6)
    }
    starts = [period.onset for period in sleep.periods]
    ends = [period.offset for period in sleep.periods]
    assert all(end <= start for end, start in zip(ends, starts[1:], strict=False))
    assert sleep.asleep.sum() == sum(period.asleep_minutes for period in sleep.periods)


def test_the_method_says_how_many_nights_rest_on_what():
    found = metrics(week({0, 1, 2, 3}))

    total = found["total_sleep_time"]
    assert "recorded sleep stages (4 nights)" in total.method
    assert "stillness and low heart rate (2 nights)" in total.method
    assert found["sleep_efficiency"].status == "ok"
    assert found["sleep_efficiency"].method.endswith("recorded sleep stages")
    assert find_sleep(week({0, 1, 2, 3})).method == "stages"
    assert find_sleep(week({0, 1})).method == "movement_and_heart_rate"


def test_two_recorded_nights_are_too_few_for_what_only_a_record_tells():
    found = metrics(week({0, 1}))

    assert found["total_sleep_time"].status == "ok"
    assert found["wake_after_sleep_onset"].status == "insufficient"
    assert "2 found" in found["wake_after_sleep_onset"].reason


def test_a_record_that_broke_off_early_gives_way_to_what_was_detected():
    broken = slept(at(MONDAY + timedelta(days=2), 1380), 90, 3)

    night = next(each for each in find_sleep(week({0, 1}, broken)).nights if each.onset > 2 * 1440)

    assert night.method == "movement_and_heart_rate"
    assert night.asleep_minutes > 400


def test_a_bed_time_of_the_phone_is_no_record_of_a_night():
    beds = [
        slept(at(MONDAY + timedelta(days=day), 1350), 540, 0, source=PHONE) for day in range(-1, 7)
    ]
    sleep = find_sleep(week(set(), *beds))

    assert {night.method for night in sleep.nights} == {"movement_and_heart_rate"}
    found = metrics(week(set(), *beds))
    for name in ("sleep_onset_latency", "sleep_efficiency"):
        assert found[name].status == "not_applicable"
        assert found[name].reason == "lying awake looks like sleep without recorded sleep stages"


def test_a_bed_time_of_the_phone_does_not_hide_that_the_evidence_broke_off():
    beds = [
        slept(at(MONDAY + timedelta(days=day), 1350), 560, 0, source=PHONE) for day in range(-1, 7)
    ]
    grid = week(set(), *beds)
    gone = slice(3 * 1440 + 180, 3 * 1440 + 440)  # the Watch lay on its charger
    steps, beats = grid.steps.copy(), grid.heart_rate.copy()
    steps[gone], beats[gone] = np.nan, np.nan

    sleep = find_sleep(replace(grid, steps=steps, heart_rate=beats))

    assert [each.truncated for each in sleep.periods if each.offset == gone.start] == [True]
    assert len(sleep.nights) == len(find_sleep(grid).nights) - 1


def test_with_counts_a_recorded_bed_time_tells_latency_and_efficiency():
    grid, truth = actigraph((1390, 1870))
    minute = np.arange(LENGTH) % 1440
    bed, restless = (minute >= 1380) | (minute < 440), (minute >= 1380) & (minute < 1410)
    stage = np.where(bed, 0, -1).astype(np.int8)
    counts = np.where(restless, 20.0 + minute % 90, grid.counts)
    found = metrics(replace(grid, stage=stage, counts=counts))

    assert found["sleep_onset_latency"].value == pytest.approx(30, abs=12)
    assert found["sleep_efficiency"].value == pytest.approx(
        (truth & bed).sum() / bed.sum(), abs=0.05
    )


def test_latency_begins_in_bed_and_awakenings_are_longer_than_five_minutes():
    rows = [
        slept(at(MONDAY + timedelta(days=day), minute), length, stage)
        for day in range(-1, 7)
        for minute, length, stage in [
            (1350, 10, 0),
            (1360, 15, 2),
            (1375, 100, 3),
            (1475, 6, 2),
            (1481, 60, 5),
            (1541, 5, 2),
            (1546, 200, 4),
            (1746, 30, 2),
        ]
    ]
    found = metrics(build_grid(read(rows), MONDAY))

    assert found["sleep_onset_latency"].value == 25
    assert found["sleep_onset_latency"].unit == "min"
    assert found["awakenings"].value == 1
    assert [*found][-2:] == ["sleep_onset_latency", "awakenings"]


def test_without_a_record_before_sleep_there_is_no_latency():
    grid = week(set(range(-1, 7)))
    night = find_sleep(grid).nights[0]

    assert np.isnan(sleep_onset_latency(night))
    assert "before the first sleep" in metrics(grid)["sleep_onset_latency"].reason
    assert metrics(grid)["awakenings"].value == 1


def test_awakenings_end_where_nothing_is_known_and_are_undefined_without_sleep():
    asleep = np.repeat([True, False, True], [50, 9, 50])
    awake = ~asleep
    awake[54] = False  # not observed

    assert awakenings(asleep, ~asleep) == 1
    assert awakenings(asleep, awake) == 0
    assert np.isnan(awakenings(np.zeros(9, bool), np.ones(9, bool)))


def test_equal_onsets_do_not_vary():
    assert str(onset_variability(np.array([30.0, 1470.0, 30.0]))) == "0.0"


def actigraph(*spans: tuple[int, int], pulse: bool = False) -> tuple[Grid, np.ndarray]:
    """A week of counts of a watch that is worn day and night, and the minutes that were slept."""
    chance = np.random.default_rng(11)
    bed = np.zeros(LENGTH, np.bool_)
    for day in range(-1, 7):
        for low, high in spans:
            bed[max(1440 * day + low, 0) : max(1440 * day + high, 0)] = True
    counts = np.where(bed, 0.0, np.exp(chance.normal(4.6, 1.0, LENGTH)))
    counts[bed & (chance.random(LENGTH) < 0.04)] = 12  # twitches
    truth = bed.copy()
    for minute in np.flatnonzero(np.diff(bed.astype(np.int8)) == 1) + 1:
        truth[minute : minute + 20] = False  # falls asleep after a while
    for day in range(7):  # lies awake for half an hour at three, and moves
        at_three = slice(1440 * day + 180, 1440 * day + 210)
        if bed[at_three].all():
            truth[at_three], counts[at_three] = False, chance.uniform(20, 120, 30)
    channels = {"counts": counts}
    if pulse:
        channels["heart_rate"] = np.where(truth, 55, 70) + chance.normal(0, 2, LENGTH)
    return grid_of_minutes(date(2025, 6, 2), 7, channels, worn=np.ones(LENGTH, np.bool_)), truth


@pytest.mark.parametrize("pulse", [False, True])
@pytest.mark.parametrize("night", [(1390, 1870), (560, 990), (1440, 2160)])
def test_a_research_watch_tells_sleep_wherever_it_lies(night: tuple[int, int], pulse: bool):
    grid, truth = actigraph(night, pulse=pulse)
    sleep = find_sleep(grid)

    assert sleep.method == ("movement_and_heart_rate" if pulse else "movement")
    assert (sleep.asleep == truth).mean() > 0.96
    for each in sleep.nights:
        assert abs((each.onset - night[0] - 20 + 720) % 1440 - 720) <= 15
        assert abs((each.offset - night[1] + 720) % 1440 - 720) <= 15
    assert len(sleep.nights) >= 6


def test_counts_tell_lying_awake_and_a_published_rule_is_asked_too():
    grid, _ = actigraph((1390, 1870))
    found = metrics(grid)

    assert found["wake_after_sleep_onset"].value == pytest.approx(30, abs=12)
    assert found["sleep_efficiency"].value == pytest.approx(430 / 480, abs=0.04)
    assert found["awakenings"].value == pytest.approx(1, abs=0.5)
    assert found["sleep_onset_latency"].status == "not_applicable"
    assert "Kripke 2010 agrees in 9" in found["wake_after_sleep_onset"].method


def test_a_nap_in_the_counts_is_found_and_counts_in_the_total():
    grid = actigraph((1390, 1870), (840, 920))[0]
    sleep = find_sleep(grid)

    naps = [each for each in sleep.periods if 800 < each.onset % 1440 < 960]
    assert len(naps) == 7
    assert not any(each.main for each in naps)
    assert np.mean(sleep.day_totals) == pytest.approx(490, abs=20)
    assert "a day, naps included, mean" in metrics(grid)["total_sleep_time"].method


@pytest.mark.parametrize("days", [0, 1, 3])
@pytest.mark.parametrize("channel", ["steps", "counts"])
def test_a_device_that_never_moves_has_no_night(days: int, channel: str):
    still = np.zeros(1440 * days)
    grid = grid_of_minutes(MONDAY, days, {channel: still}, worn=np.ones(len(still), np.bool_))

    assert find_sleep(grid).periods == ()
    assert {metric.status for metric in metrics_of(find_sleep(grid))} <= {
        "not_applicable",
        "insufficient",
    }


def worn_by_day(*, nights: set[int]) -> Grid:
    """Counts of a device that is off from ten to half past seven but on these nights.

    Each afternoon holds four and a half hours of sitting still.
    """
    grid, _ = actigraph((1390, 1870), (780, 1050))
    minute = np.arange(LENGTH)
    off = (minute % 1440 < 450) | (minute % 1440 >= 1320)
    off &= ~np.isin((minute - 720) // 1440, list(nights))
    return replace(grid, counts=np.where(off, np.nan, grid.counts), worn=~off)


def test_sitting_is_no_sleep_of_a_device_that_is_off_at_night():
    sleep = find_sleep(worn_by_day(nights=set()))

    assert sleep.method == "none"
    assert sleep.periods == ()
    for metric in metrics_of(sleep):
        assert metric.status == "not_applicable"
        assert "worn day and night" in metric.reason


@pytest.mark.parametrize("nights", [{1}, {1, 3}, {0, 2, 4}])
def test_only_the_nights_that_a_counting_device_was_worn_are_nights(nights: set[int]):
    sleep = find_sleep(worn_by_day(nights=nights))

    assert {(each.onset - 720) // 1440 for each in sleep.nights} == nights
    assert all(abs(each.onset % 1440 - 1410) <= 15 for each in sleep.nights)
    assert len(sleep.day_totals) == len(nights)
    assert sleep.unworn > 0
    expected = "ok" if len(nights) == 3 else "insufficient"
    total = next(each for each in metrics_of(sleep) if each.name == "total_sleep_time")
    assert total.status == expected


def test_a_watch_that_lies_on_the_table_does_not_sleep():
    grid, truth = actigraph((1390, 1870))
    worn = np.ones(LENGTH, np.bool_)
    worn[2 * 1440 : 4 * 1440] = False
    counts = np.where(worn, grid.counts, np.nan)

    sleep = find_sleep(replace(grid, counts=counts, worn=worn))

    assert not sleep.asleep[~worn].any()
    assert (sleep.asleep == truth)[worn].mean() > 0.95
    assert all(each.truncated for each in sleep.periods if 2 * 1440 in (each.offset, each.bed_end))
