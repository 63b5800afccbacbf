"""Nights that several sources have recorded: one of them decides."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clarity.domain.intake.samples import Samples
from clarity.domain.minutes.grid import build_grid
from clarity.domain.sleep.nights import find_sleep
from clarity.domain.sleep.nights import sleep_metrics as metrics_of
from tests.healthkit import MONDAY, PHONE, WATCH, at, read, slept

if TYPE_CHECKING:
    from clarity.domain.metric import Metric
    from clarity.domain.sleep.periods import Sleep

RING = ("Ring", "com.example.ring", "iPhone16,1")
APP = ("Sleep Sounds", "com.example.sounds", "")
OTHER_APP = ("Another", "com.example.another", "")
# (minute of the day, minutes, stage): in bed, 230 min asleep, 15 awake, 215 asleep
STAGED = ((1370, 10, 2), (1380, 230, 3), (1610, 15, 2), (1625, 215, 5))
ALL = range(-1, 7)
Rows = list[dict[str, Any]]


def wrote(
    source: tuple[str, str, str], *pieces: tuple[float, float, int], days: range = ALL
) -> Rows:
    return [
        slept(at(MONDAY + timedelta(days=day), minute), length, stage, source=source)
        for day in days
        for minute, length, stage in pieces
    ]


def sleep_of(*parts: Rows) -> Sleep:
    return find_sleep(build_grid(read([row for part in parts for row in part]), MONDAY))


def metrics(*parts: Rows) -> dict[str, Metric]:
    return {metric.name: metric for metric in metrics_of(sleep_of(*parts))}


@pytest.mark.parametrize(
    "pieces",
    [
        [(1320, 580, 1)],  # an hour too much at both ends
        [(1365, 485, 1)],
        [(1260, 300, 1), (1600, 400, 1)],  # in two, each of which sticks out
        [(1300, 620, 0), (1320, 580, 1)],  # with its own idea of the time in bed
        [(1320, 100, 3), (1430, 30, 2), (1500, 390, 4)],  # with stages
        [(1612, 12, 1)],  # asleep while the Watch says awake
        [(1000, 1430, 1)],  # hardly ends
    ],
)
@pytest.mark.parametrize("source", [APP, RING])
def test_what_the_watch_recorded_no_app_changes(
    source: tuple[str, str, str], pieces: list[tuple[float, float, int]]
):
    watch = wrote(WATCH, *STAGED)

    both, alone = metrics(wrote(source, *pieces), watch), metrics(watch)

    assert both == alone
    assert alone["total_sleep_time"].value == 445


def test_an_app_counts_on_the_nights_that_the_watch_did_not_record():
    nights = sleep_of(wrote(WATCH, *STAGED, days=range(-1, 3)), wrote(APP, (1320, 580, 1))).nights

    assert [night.asleep_minutes for night in nights] == [445, 445, 445, 580, 580, 580]


def test_two_wearables_that_take_turns_both_count():
    ring = [wrote(RING, (1400, 400, 3), days=range(day, day + 1)) for day in (0, 2, 4)]
    watch = [wrote(WATCH, *STAGED, days=range(day, day + 1)) for day in (1, 3, 5)]

    nights = sleep_of(*ring, *watch).nights

    assert [night.asleep_minutes for night in nights] == [400, 445] * 3


def test_a_nap_that_only_an_app_recorded_counts():
    found = metrics(wrote(WATCH, *STAGED), wrote(APP, (1320, 580, 1), (840, 60, 1)))

    assert found["total_sleep_time"].value == 445 + 60


def test_a_watch_whose_battery_gave_out_does_not_hide_the_night_of_the_ring():
    night = sleep_of(
        wrote(WATCH, (1380, 90, 4)), wrote(RING, (1385, 445, 3), (1500, 20, 2))
    ).nights[0]

    assert night.onset % 1440 == 1380
    assert night.offset % 1440 == 390
    assert night.asleep_minutes == 450 - 20


def test_an_app_that_only_knows_the_bed_time_adds_it():
    watch = wrote(WATCH, *STAGED[1:])

    found = metrics(watch, wrote(APP, (1350, 520, 0)), wrote(PHONE, (1360, 20, 0)))

    assert found["sleep_onset_latency"].value == 30
    assert found["sleep_efficiency"].value == pytest.approx(445 / 520)
    assert found["total_sleep_time"].value == 445


def test_a_bed_time_of_the_watch_does_not_silence_an_app_that_saw_the_sleep():
    found = metrics(wrote(WATCH, (1350, 540, 0)), wrote(APP, (1380, 450, 1)))

    assert found["total_sleep_time"].value == 450
    assert found["sleep_onset_latency"].value == 30


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ([(1380, 300, 3)], [(1370, 500, 1)], 300),  # stages are finer
        ([(1380, 400, 1)], [(1385, 450, 1)], 450),  # the longer sleep on the whole
        ([(1380, 400, 1), (1380, 400, 1)], [(1385, 450, 1)], 450),  # told twice is not longer
        ([(1390, 400, 1)], [(1380, 400, 1)], 400),  # Another, Sleep Sounds
    ],
)
def test_of_like_sources_the_finer_then_the_longer_one_decides(
    one: list[tuple[float, float, int]], other: list[tuple[float, float, int]], expected: int
):
    rows, more = wrote(APP, *one), wrote(OTHER_APP, *other)

    first, second = sleep_of(rows, more), sleep_of(more, rows)

    assert {night.asleep_minutes for night in first.nights} == {expected}
    assert first.periods == second.periods
    if one == [(1390, 400, 1)]:
        assert {night.onset % 1440 for night in first.nights} == {1380}


pieces = st.builds(
    lambda minute, length, stage, source: slept(at(MONDAY, minute), length, stage, source=source),
    st.integers(-600, 7 * 1440),
    st.integers(1, 700),
    st.integers(0, 5),
    st.sampled_from([WATCH, RING, APP, OTHER_APP, PHONE]),
)


@settings(deadline=None, max_examples=80)
@given(st.lists(pieces, min_size=1, max_size=25), st.integers(0, 6), st.data())
def test_neither_order_nor_repetition_nor_the_window_changes_a_stage(
    sent: Rows, first: int, data: st.DataObject
):
    again = data.draw(st.permutations(sent)) + data.draw(st.lists(st.sampled_from(sent)))
    cut = data.draw(st.integers(0, len(again)))
    batched = Samples.concat([read(again[cut:]), read(again[:cut])])

    whole = build_grid(read(sent), MONDAY, 7)
    day = build_grid(batched, MONDAY + timedelta(days=first), 1)

    assert np.array_equal(build_grid(batched, MONDAY, 7).stage, whole.stage)
    assert np.array_equal(day.stage, whole.window(first, 1).stage)
    assert np.array_equal(day.worn, whole.window(first, 1).worn)


@settings(deadline=None, max_examples=60)
@given(st.lists(pieces, min_size=1, max_size=15))
def test_beside_whole_nights_of_the_watch_the_others_add_nothing_inside_them(sent: Rows):
    watch = wrote(WATCH, *STAGED)
    rows = [row for row in sent if row["source_revision"]["source"]["name"] != WATCH[0]]

    alone, both = (build_grid(read(each), MONDAY).stage for each in (watch, watch + rows))

    known = alone >= 0
    assert np.array_equal(both[known], alone[known])
