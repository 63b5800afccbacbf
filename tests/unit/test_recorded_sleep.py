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
from tests.healthkit import MONDAY, PHONE, WATCH, at, pulse, read, slept, steps

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


def beats(
    source: tuple[str, str, str], *worn: tuple[int, int], every: int = 10, days: range = ALL
) -> Rows:
    """Its heart rate between minutes of each day."""
    return [
        pulse(at(MONDAY + timedelta(days=day), minute), 60, source=source)
        for day in days
        for first, last in worn
        for minute in range(first, last, every)
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


@pytest.mark.parametrize("source", [WATCH, RING])
@pytest.mark.parametrize(
    ("worn", "expected"),
    [
        ((500, 1611), 1380 + 480),  # its battery ends at 2:51, as the record does
        ((500, 1640), 1380 + 480),  # it is taken off awake
        ((500, 1940), 1610),  # the person is up and wears it
    ],
)
def test_where_the_better_device_is_off_the_next_record_completes_the_night(
    source: tuple[str, str, str], worn: tuple[int, int], expected: int
):
    half, app = wrote(source, (1380, 230, 3)), wrote(APP, (1320, 540, 1))

    nights = sleep_of(app, half, beats(source, worn)).nights

    assert {night.onset % 1440 for night in nights} == {1380}
    assert {night.offset % 1440 for night in nights} == {expected % 1440}


def test_a_silence_in_the_middle_and_before_a_night_is_completed_too():
    parts = wrote(WATCH, (1450, 120, 3), (1640, 180, 5)), wrote(APP, (1380, 480, 1))
    worn = beats(WATCH, (500, 1300), (1450, 1571), (1640, 1930))

    nights = sleep_of(*parts, worn).nights

    assert [(night.onset % 1440, night.asleep_minutes) for night in nights] == [(1380, 440)] * 6


@pytest.mark.parametrize(("pause", "expected"), [(50, 230), (70, 300)])
def test_a_silence_of_less_than_an_hour_is_wear(pause: int, expected: int):
    watch = wrote(WATCH, (1380, 230, 3)), beats(WATCH, (500, 1610), (1610 + pause, 1940))

    night = sleep_of(*watch, wrote(APP, (1380, 480, 1))).nights[0]

    assert night.asleep_minutes == expected


def test_steps_are_a_sign_that_a_watch_is_worn_and_not_that_a_ring_is():
    walks = {
        source: [
            steps(at(MONDAY + timedelta(days=day), minute), 300, 90, source=source)
            for day in ALL
            for minute in range(1620, 1920, 30)
        ]
        for source in (WATCH, RING)
    }
    app = wrote(APP, (1320, 540, 1))

    offset = {
        source: sleep_of(
            app, wrote(source, (1380, 230, 3)), beats(source, (500, 1611)), walks[source]
        )
        .nights[0]
        .offset
        % 1440
        for source in walks
    }

    assert offset == {WATCH: 170, RING: 420}


def test_a_bed_time_is_no_sign_that_a_watch_is_worn():
    watch = wrote(WATCH, (1350, 540, 0), (1380, 230, 3)), beats(WATCH, (500, 1611))

    night = sleep_of(*watch, wrote(APP, (1380, 480, 1))).nights[0]

    assert night.asleep_minutes == 480


def test_a_ring_that_told_nothing_of_a_night_does_not_rule_it():
    ring = wrote(RING, (1380, 480, 3), days=range(-1, 0)), beats(RING, (500, 1940))
    watch = wrote(WATCH, (1380, 230, 3), days=range(7)), beats(WATCH, (500, 1611))

    nights = sleep_of(*ring, *watch, wrote(APP, (1380, 480, 1))).nights

    assert [night.asleep_minutes for night in nights] == [480] * 6


def test_far_from_all_that_a_watch_told_a_record_that_hardly_ends_is_no_sleep():
    day = range(1, 2)
    watch = wrote(WATCH, *STAGED, days=day)

    both = sleep_of(watch, wrote(APP, (1320, 1440, 1), (2760, 1440, 1), (4200, 900, 1), days=day))

    assert both.periods == sleep_of(watch).periods


def test_what_does_not_count_as_sleep_is_no_sign_of_wear():
    watch = wrote(WATCH, *STAGED)

    both, alone = (
        build_grid(read(rows), MONDAY) for rows in (watch + wrote(APP, (1320, 780, 1)), watch)
    )

    assert np.array_equal(both.worn, alone.worn)


def test_a_silence_is_judged_by_its_edges_outside_the_window_too():
    nap_without_pulse = wrote(WATCH, (1020, 60, 3), (1500, 360, 3)), beats(WATCH, (1500, 1870))
    rows = [*wrote(APP, (1380, 480, 1)), *(row for part in nap_without_pulse for row in part)]

    week, day = (
        build_grid(read(rows), MONDAY),
        build_grid(read(rows), MONDAY + timedelta(days=2), 1),
    )

    assert (week.stage[2 * 1440 : 2 * 1440 + 60] == -1).all()
    assert np.array_equal(day.stage, week.window(2, 1).stage)


def test_of_two_apps_that_complete_a_night_the_better_one_rules():
    watch = wrote(WATCH, (1380, 230, 3)), beats(WATCH, (500, 1611))
    better, lesser = wrote(APP, (1380, 480, 3)), wrote(OTHER_APP, (1350, 560, 1))

    nights = sleep_of(lesser, better, *watch).nights

    assert {(night.onset % 1440, night.offset % 1440) for night in nights} == {(1380, 420)}


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

worn = st.builds(
    lambda minute, length, every, source: [
        pulse(at(MONDAY, k), 60, source=source) for k in range(minute, minute + length, every)
    ],
    st.integers(-2000, 8 * 1440),
    st.integers(1, 900),
    st.integers(5, 90),
    st.sampled_from([WATCH, RING, APP]),
)
weeks = st.builds(
    lambda told, beaten: told + [row for rows in beaten for row in rows],
    st.lists(pieces, min_size=1, max_size=25),
    st.lists(worn, max_size=6),
)


@settings(deadline=None, max_examples=80)
@given(weeks, st.integers(0, 6), st.data())
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
