from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from clarity.domain.minutes.grid import Grid, build_grid, grid_of_minutes
from clarity.domain.sleep.nights import SleepPeriod, find_sleep, onset_variability, sleep_efficiency
from clarity.domain.sleep.nights import sleep_metrics as metrics_of
from clarity.domain.sleep.stillness import detect_rest
from tests.healthkit import MONDAY, PHONE, at, ordinary_week, pulse, read, slept, steps

if TYPE_CHECKING:
    from clarity.domain.metric import Metric


def week(rows: list[dict[str, Any]], first: date = MONDAY) -> Grid:
    return build_grid(read(rows), first)


def nights(*pieces: tuple[float, float, int], days: int = 7) -> list[dict[str, Any]]:
    """The same (minute of the day, minutes, stage) on every day, and on the evening before."""
    return [
        slept(at(MONDAY + timedelta(days=day), minute), length, stage)
        for day in range(-1, days)
        for minute, length, stage in pieces
    ]


def metrics(grid: Grid) -> dict[str, Metric]:
    return {metric.name: metric for metric in metrics_of(find_sleep(grid))}


def test_a_week_of_recorded_nights_has_the_textbook_numbers():
    # Half an hour in bed, 210 min asleep, 20 awake, 200 asleep: 410 of 460 minutes.
    grid = week(nights((1350, 30, 0), (1380, 210, 3), (1590, 20, 2), (1610, 200, 5)))

    found = metrics(grid)

    assert found["sleep_efficiency"].value == pytest.approx(410 / 460)
    assert found["total_sleep_time"].value == 410
    assert found["wake_after_sleep_onset"].value == 20
    assert found["sleep_onset_variability"].value == pytest.approx(0, abs=1e-4)
    assert {metric.status for metric in found.values()} == {"ok"}
    assert "recorded sleep stages" in found["sleep_efficiency"].method


def test_the_night_that_the_week_cuts_is_no_night():
    sleep = find_sleep(week(nights((1380, 480, 3))))

    assert [period.truncated for period in sleep.periods] == [True, *[False] * 6, True]
    assert len(sleep.nights) == 6


def test_day_sleep_is_main_sleep():
    sleep = find_sleep(week(nights((540, 420, 3))))

    assert len(sleep.nights) == 7
    assert {night.onset % 1440 for night in sleep.nights} == {540}


@pytest.mark.parametrize("minutes", [90, 130, 200])
def test_a_nap_on_the_last_day_stands_for_no_night_that_the_week_cuts(minutes: int):
    nap = slept(at(MONDAY + timedelta(days=6), 840), minutes, 3)
    grid = week([*nights((1380, 480, 3)), nap])

    assert {night.onset % 1440 for night in find_sleep(grid).nights} == {1380}
    assert metrics(grid)["sleep_onset_variability"].value == pytest.approx(0, abs=1e-4)


def worn_week(*, off: list[tuple[int, int]]) -> Grid:
    """Core sleep from 23 to 7 on each night of a week in which the watch was off now and then."""
    minute = np.arange(7 * 1440)
    worn = np.ones(len(minute), np.bool_)
    for low, high in off:
        worn[low:high] = False
    asleep = (minute % 1440 >= 1380) | (minute % 1440 < 420)
    stage = np.where(asleep & worn, 3, -1).astype(np.int8)
    channels = {
        "steps": np.where(minute % 1440 == 720, 100.0, 0.0),
        "heart_rate": np.where(worn, 60.0, np.nan),
    }
    return grid_of_minutes(MONDAY, 7, channels, worn=worn, stage=stage)


def test_a_night_in_which_the_watch_went_off_was_not_seen_to_its_end():
    whole, broken = worn_week(off=[]), worn_week(off=[(3 * 1440 + 150, 3 * 1440 + 420)])

    sleep = find_sleep(broken)

    assert len(find_sleep(whole).nights) == 6
    assert len(sleep.nights) == 5
    assert metrics(broken)["total_sleep_time"].value == 480
    assert metrics(broken)["wake_after_sleep_onset"].value == 0


def test_a_watch_that_is_worn_for_the_night_only_sees_whole_nights():
    by_day = [(day * 1440 + 420, day * 1440 + 1380) for day in range(7)]

    assert len(find_sleep(worn_week(off=by_day)).nights) == 6


def test_of_split_sleep_the_longer_part_is_main_and_both_count_in_the_total():
    grid = week(nights((60, 300, 3), (840, 120, 3)))
    sleep = find_sleep(grid)

    assert sum(period.main for period in sleep.periods) == 7
    assert len(sleep.periods) == 14
    assert metrics(grid)["total_sleep_time"].value == 420


def test_sleep_in_short_pieces_still_has_a_total():
    grid = week(nights((60, 90, 3), (240, 80, 4), (420, 70, 5)))

    assert {night.onset % 1440 for night in find_sleep(grid).nights} == {60}
    assert metrics(grid)["total_sleep_time"].value == 240


def test_a_nap_after_a_night_that_was_not_recorded_is_no_main_sleep():
    assert not find_sleep(week(nights((840, 90, 3)))).nights


def test_waking_for_an_hour_out_of_bed_ends_a_period_and_in_bed_does_not():
    away = find_sleep(week(nights((60, 200, 3), (320, 200, 3))))
    in_bed = find_sleep(week(nights((60, 200, 3), (260, 60, 2), (320, 200, 3))))
    shortly = find_sleep(week(nights((60, 200, 3), (319, 200, 3))))

    assert len(away.periods) == 14
    assert len(in_bed.periods) == 7
    assert in_bed.nights[0].awake_minutes == 60
    assert len(shortly.periods) == 7
    assert shortly.nights[0].awake_minutes == 0  # an unrecorded gap is not known to be awake


def test_ten_minutes_of_sleep_are_no_period():
    assert not find_sleep(week(nights((600, 10, 3)))).periods


def test_in_bed_alone_is_no_sleep():
    found = metrics(week(nights((1380, 480, 0))))

    assert {metric.status for metric in found.values()} == {"not_applicable"}
    assert all(metric.value is None and metric.reason for metric in found.values())


def test_two_nights_are_too_few():
    rows = [slept(at(MONDAY, minute), 400, 3) for minute in (1380, 2820)]

    found = metrics(week(rows))

    assert found["total_sleep_time"].status == "insufficient"
    assert "2 found" in found["total_sleep_time"].reason


def test_the_night_of_daylight_saving_has_its_real_length():
    sunday = date(2025, 3, 9)
    rows = [
        entry
        for day in range(-3, 4)
        for entry in (
            slept(at(sunday + timedelta(days=day), 30), 360, 3),
            *(pulse(at(sunday + timedelta(days=day), m), 55) for m in range(0, 420, 5)),
        )
    ]

    sleep = find_sleep(build_grid(read(rows), sunday - timedelta(days=3)))

    assert {period.asleep_minutes for period in sleep.nights} == {360}


def test_without_stages_sleep_is_detected_from_stillness_and_pulse():
    grid = week(ordinary_week(stages=False))
    sleep = find_sleep(grid)
    found = metrics_of(sleep)

    assert sleep.method == "movement_and_heart_rate"
    assert len(sleep.nights) == 6
    for night in sleep.nights:
        assert abs(night.onset % 1440 - 1380) <= 30
        assert abs(night.offset % 1440 - 480) <= 30
    assert [metric.status for metric in found] == [
        "not_applicable",
        "ok",
        "not_applicable",
        "ok",
        "not_applicable",
        "not_applicable",
    ]
    assert "stillness" in found[1].method


def test_a_walk_to_the_bathroom_does_not_end_a_detected_night():
    walks = [steps(at(MONDAY + timedelta(days=day), 180), 120, 60) for day in range(7)]
    sleep = find_sleep(week([*ordinary_week(stages=False), *walks]))

    assert len(sleep.nights) == 6
    assert all(0 < night.awake_minutes < 30 for night in sleep.nights)


def test_detected_day_sleep_is_main_sleep():
    sleep = find_sleep(week(ordinary_week(stages=False)))
    shifted = find_sleep(build_grid(read(_moved(ordinary_week(stages=False), hours=11)), MONDAY))

    assert {round(night.onset % 1440 / 60) for night in sleep.nights} == {23}
    assert {round(night.onset % 1440 / 60) for night in shifted.nights} == {10}


def test_a_night_that_begins_before_its_evidence_has_no_known_onset():
    rows = [
        row
        for row in ordinary_week(stages=False)
        if not 20 <= (int(row["start_date"][11:13]) - 4) % 24 < 24
    ]

    sleep = find_sleep(week(rows))

    assert sleep.periods
    assert not sleep.nights


def test_sleep_is_not_detected_without_a_pulse():
    walks = [row for row in ordinary_week(stages=False) if row["sample_type"] == "stepCount"]

    assert detect_rest(week(walks)) is None
    assert find_sleep(week(walks)).method == "none"


def test_efficiency_is_undefined_without_time_in_bed():
    assert np.isnan(
        sleep_efficiency(
            SleepPeriod(0, 0, 0, 0, 0, 0, 0, main=True, truncated=False, method="stages")
        )
    )


@pytest.mark.parametrize("onsets", [[], [1380.0], [0.0, 720.0]])
def test_the_variability_of_one_onset_or_of_opposite_ones_is_undefined(onsets: list[float]):
    assert np.isnan(onset_variability(np.array(onsets)))


def test_midnight_does_not_make_onsets_irregular():
    around = onset_variability(np.array([1430.0, 1450.0]))

    assert around == pytest.approx(onset_variability(np.array([700.0, 720.0])))
    assert around == pytest.approx(10, abs=0.01)


def test_a_bed_time_schedule_of_the_phone_is_time_in_bed():
    rows = [
        *nights((1380, 400, 3)),
        *(
            slept(at(MONDAY + timedelta(days=day), 1340), 500, 0, source=PHONE)
            for day in range(-1, 7)
        ),
    ]

    assert metrics(week(rows))["sleep_efficiency"].value == pytest.approx(400 / 500)


def _moved(rows: list[dict[str, Any]], hours: int) -> list[dict[str, Any]]:
    return [
        row
        | {
            name: (datetime.fromisoformat(row[name]) + timedelta(hours=hours)).isoformat()
            for name in ("start_date", "end_date")
        }
        for row in rows
    ]
