"""Sleep found without stages, against people whose sleep is known to the minute."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from clarity.domain.intake.samples import Samples
from clarity.domain.minutes.grid import Grid, build_grid, grid_of_minutes
from clarity.domain.sleep.nights import Sleep, find_sleep, sleep_metrics
from clarity.domain.sleep.regularity import known_sleep, timing_metrics
from clarity.domain.sleep.stillness import detect_rest, likeliest, two_levels
from clarity.sources.fitbit import read_fitbit
from clarity.sources.generated import people
from tests.healthkit import RECEIVED, parsed

FITBIT = Path(__file__).parents[3] / "shared" / "data" / "fitbit-2016"
MONDAY = date(2025, 6, 2)
LENGTH = 7 * 1440
Spans = list[tuple[int, int]]


def every_day(low: int, high: int, days: range = range(-1, 7)) -> Spans:
    """The same minutes of each day, and of the evening before."""
    return [(1440 * day + low, 1440 * day + high) for day in days]


def lived(spans: Spans, *, asleep: float = 54, awake: float = 72) -> tuple[Grid, np.ndarray]:
    """A week in a wearable that shows each minute, and the minutes that were slept."""
    chance = np.random.default_rng(7)
    truth = np.zeros(LENGTH, np.bool_)
    for low, high in spans:
        truth[max(low, 0) : max(high, 0)] = True
    wander = np.convolve(chance.normal(0, 0.6, LENGTH + 60), 0.94 ** np.arange(60), "same")[:LENGTH]
    walk = np.repeat(chance.random(LENGTH // 5) < 0.22, 5) & ~truth
    beats = np.where(truth, asleep, awake) + wander + 18 * walk
    steps = np.where(walk, chance.integers(10, 90, LENGTH), 0)
    turning = truth & (chance.random(LENGTH) < 0.01)
    channels = {"steps": np.where(turning, 6.0, steps), "heart_rate": beats}
    return grid_of_minutes(MONDAY, 7, channels, worn=np.ones(LENGTH, np.bool_)), truth


def errors(sleep: Sleep, spans: Spans) -> list[tuple[int, int]]:
    """Of each span of truth inside the week: minutes of its onset and offset to what was found."""
    out = []
    for low, high in spans:
        if low > 0 and high < LENGTH:
            near = min(sleep.periods, key=lambda period: abs(period.onset - low))
            out.append((near.onset - low, near.offset - high))
    return out


def agreement(grid: Grid, truth: np.ndarray) -> float:
    known = ~np.isnan(grid.steps)
    return float((find_sleep(grid).asleep == truth)[known].mean())


NIGHTS = every_day(1390, 1880)


@pytest.mark.parametrize(
    ("name", "spans"),
    [
        ("nights", NIGHTS),
        ("day sleep", every_day(540, 960)),
        ("twelve hours", every_day(1320, 2040)),
        ("split", [*every_day(60, 300), *every_day(840, 1000)]),
        (
            "an hour later each day",
            [(1510 * day + 1200, 1510 * day + 1650) for day in range(-1, 6)],
        ),
        ("shifts", [*every_day(540, 960, range(4)), *every_day(1500, 1980, range(4, 6))]),
    ],
)
def test_sleep_is_found_wherever_in_the_day_it_lies(name: str, spans: Spans):
    grid, truth = lived(spans)
    sleep = find_sleep(grid)

    assert sleep.method == "movement_and_heart_rate"
    assert agreement(grid, truth) > 0.96, name
    assert np.abs(errors(sleep, spans)).max() <= 20, name
    inside = [span for span in spans if span[0] < LENGTH and span[1] > 0]
    assert len(sleep.periods) == len(inside), name


def test_the_longer_part_of_split_sleep_is_main_wherever_it_lies():
    for longer, shorter in (((60, 300), (840, 1000)), ((840, 1080), (60, 220))):
        sleep = find_sleep(lived([*every_day(*longer), *every_day(*shorter)])[0])

        assert {round(night.onset % 1440, -2) for night in sleep.nights} == {round(longer[0], -2)}


def test_a_nap_is_found_and_is_not_main_and_counts_in_the_total():
    naps = every_day(840, 915)
    sleep = find_sleep(lived([*NIGHTS, *naps])[0])

    found = [each for each in sleep.periods if not each.main and not each.truncated]
    assert len(found) == 7
    assert np.abs(errors(sleep, naps)).max() <= 20
    assert np.mean(sleep.day_totals) == pytest.approx(565, abs=25)
    total = sleep_metrics(sleep)[1]
    assert total.value == np.mean(sleep.day_totals)
    assert "where the heart rate parts sleep from sitting still" in total.method


@pytest.mark.parametrize(
    "pieces",
    [
        [(60, 240), (420, 510), (840, 930), (1200, 1260)],
        [(1380, 1740), (780, 870)],
        [(60, 300), (840, 1000)],
    ],
)
def test_sleep_in_several_parts_has_the_total_of_all_of_them(pieces: Spans):
    sleep = find_sleep(lived([span for piece in pieces for span in every_day(*piece)])[0])

    truth = sum(high - low for low, high in pieces)
    # A day that sticks out of the week, so that a part of its sleep may be missing, has no total.
    assert len(sleep.day_totals) >= 6
    assert np.abs(np.subtract(sleep.day_totals, truth)).max() <= 35
    assert sleep_metrics(sleep)[1].value == pytest.approx(truth, rel=0.06)


def test_a_night_in_pieces_counts_with_all_its_pieces():
    pieces = [(0, 100), (165, 270), (340, 450)]  # 65 and 70 minutes up with a child
    sleep = find_sleep(lived([span for piece in pieces for span in every_day(*piece)])[0])

    assert len(sleep.periods) == 21
    assert np.mean(sleep.day_totals) == pytest.approx(315, abs=30)


def test_a_night_without_sleep_is_no_night():
    spans = [span for span in NIGHTS if span[0] // 1440 != 2]
    sleep = find_sleep(lived(spans)[0])

    assert not [each for each in sleep.periods if 3 * 1440 <= each.offset < 3 * 1440 + 720]
    assert len(sleep.nights) == 5
    assert min(sleep.day_totals) > 440


def test_sleep_at_the_edges_of_the_week_is_cut():
    sleep = find_sleep(lived(NIGHTS)[0])

    assert [period.truncated for period in sleep.periods] == [True, *[False] * 6, True]


def test_the_hour_that_the_clock_leaves_out_is_not_slept():
    grid, _ = lived(NIGHTS)
    gone = slice(3 * 1440 + 120, 3 * 1440 + 180)
    repeats, steps = grid.repeats.copy(), grid.steps.copy()
    repeats[gone], steps[gone] = 0, np.nan

    sleep = find_sleep(replace(grid, repeats=repeats, steps=steps))

    night = next(each for each in sleep.nights if each.onset < gone.start < each.offset)
    usual = sorted(each.asleep_minutes for each in sleep.nights)[3]
    assert usual - night.asleep_minutes == pytest.approx(60, abs=15)


def test_two_days_of_fever_do_not_hide_their_nights():
    grid, truth = lived(NIGHTS)
    beats = grid.heart_rate.copy()
    beats[2 * 1440 + 600 : 4 * 1440 + 600] += 14

    assert agreement(replace(grid, heart_rate=beats), truth) > 0.95


def test_a_heart_that_hardly_slows_at_night_is_enough():
    grid, truth = lived(NIGHTS, asleep=54, awake=59)

    assert agreement(grid, truth) > 0.94


def test_an_hour_a_day_on_a_bicycle_does_not_hide_the_nights():
    grid, truth = lived(NIGHTS)
    beats, steps = grid.heart_rate.copy(), grid.steps.copy()
    ride = (np.arange(LENGTH) % 1440) // 60 == 18
    beats[ride], steps[ride] = 150, 0

    assert agreement(replace(grid, heart_rate=beats, steps=steps), truth) > 0.97


@pytest.mark.parametrize("every", [5, 10, 15])
def test_a_watch_that_writes_few_heart_rates_is_enough(every: int):
    grid, truth = lived(NIGHTS)
    sparse = np.full(LENGTH, np.nan)
    at = np.cumsum(np.random.default_rng(5).integers(every - 2, every + 3, LENGTH))
    sparse[at[at < LENGTH]] = grid.heart_rate[at[at < LENGTH]]

    assert agreement(replace(grid, heart_rate=sparse), truth) > 0.97


def test_a_film_on_the_sofa_is_no_sleep():
    grid, _ = lived(NIGHTS)
    steps = grid.steps.reshape(7, 1440).copy()
    steps[:, 1200:1320] = 0
    sleep = find_sleep(replace(grid, steps=steps.ravel()))

    assert not [each for each in sleep.periods if each.onset % 1440 in range(1190, 1330)]


def test_short_rest_is_no_sleep_where_the_heart_rate_does_not_tell():
    grid, _ = lived([*NIGHTS, *every_day(840, 915)], asleep=60, awake=60)
    sleep = find_sleep(grid)

    assert not [each for each in sleep.periods if each.onset % 1440 in range(800, 900)]
    assert len(sleep.nights) == 6


def test_a_night_whose_heart_rate_stays_high_is_no_sleep():
    grid, _ = lived(NIGHTS)
    beats = grid.heart_rate.copy()
    beats[1390:1880] += 40  # still, but at work

    assert not find_sleep(replace(grid, heart_rate=beats)).asleep[1400:1870].any()


def test_a_watch_that_is_worn_by_day_only_says_nothing_of_sleep():
    grid, _ = lived(NIGHTS)
    minute = np.arange(LENGTH) % 1440
    off = (minute > 1260) | (minute < 540)

    bare = replace(
        grid,
        steps=np.where(off, np.nan, grid.steps),
        heart_rate=np.where(off, np.nan, grid.heart_rate),
    )
    assert detect_rest(bare) is None
    assert find_sleep(bare).method == "none"


def sedentary() -> Grid:
    """A week with a still afternoon on each day, as long and as slow as a short night."""
    grid, _ = lived([*NIGHTS, *every_day(800, 1040)])
    return grid


def off(grid: Grid, spans: Spans) -> Grid:
    """The same with the wearable off."""
    worn = np.ones(LENGTH, np.bool_)
    for low, high in spans:
        worn[max(low, 0) : max(high, 0)] = False
    steps, beats = (np.where(worn, each, np.nan) for each in (grid.steps, grid.heart_rate))
    return replace(grid, steps=steps, heart_rate=beats, worn=worn)


@pytest.mark.parametrize("on", [{-1}, {-1, 2}])
def test_an_afternoon_beside_a_night_that_was_not_worn_is_no_main_sleep(on: set[int]):
    nights = [span for day, span in enumerate(every_day(1320, 1900), -1) if day not in on]
    grid = off(sedentary(), nights)
    sleep = find_sleep(grid)

    assert not [each for each in sleep.periods if each.main and 700 < each.onset % 1440 < 1200]
    assert len(sleep.nights) == len(on) - 1  # the first is cut by the week
    assert len(sleep.day_totals) <= len(on)
    assert sleep.unworn >= 4
    for metric in (*sleep_metrics(sleep), *timing_metrics(grid, sleep)[:3]):
        assert metric.status == "insufficient"
        assert f"the device was off for hours beside them: {sleep.unworn}" in metric.reason
    known = ~np.isnan(known_sleep(grid, sleep))
    assert not known[[low + 60 for low, _ in nights if low > 0]].any()


@pytest.mark.parametrize("charging", [(1260, 1320), (420, 660), (0, 20)])
def test_hours_on_the_charger_cost_no_night(charging: tuple[int, int]):
    grid, _ = lived(NIGHTS)

    sleep = find_sleep(off(grid, every_day(*charging)))

    assert len([each for each in sleep.periods if each.main]) >= 6
    assert sleep.unworn == 0


def test_a_nap_is_no_main_sleep_where_the_week_ends_before_the_night():
    nap = (6 * 1440 + 840, 6 * 1440 + 1060)
    sleep = find_sleep(lived([*every_day(1380, 1860), nap])[0])

    assert [round(night.onset % 1440, -2) for night in sleep.nights] == [1400] * 6
    assert sleep_metrics(sleep)[3].value == pytest.approx(0, abs=15)
    assert sleep.unworn == 0


def test_steps_alone_are_no_sleep_however_still():
    grid, _ = lived(NIGHTS)
    phone = replace(grid, heart_rate=np.full(LENGTH, np.nan))

    assert find_sleep(phone).periods == ()
    reasons = {metric.reason for metric in sleep_metrics(find_sleep(phone))}
    assert "no day and night with both heart rate and movement" in reasons.pop()


def test_a_night_without_heart_rate_is_left_open_and_the_others_are_found():
    grid, _ = lived(NIGHTS)
    beats = grid.heart_rate.copy()
    beats[1380:1900] = np.nan
    sleep = find_sleep(replace(grid, heart_rate=beats))

    assert not sleep.asleep[1400:1880].any()
    assert len(sleep.nights) == 5


@pytest.mark.parametrize(
    ("name", "least"),
    [("night-shift", 0.93), ("traveller", 0.94), ("newborn-parent", 0.88), ("two-devices", 0.94)],
)
def test_generated_people_without_stages_are_told_minute_by_minute(name: str, least: float):
    person = people.generate(name, last_day=MONDAY + timedelta(days=6), seed=3)
    bare = replace(
        person,
        samples=[each for each in person.samples if each["sample_type"] != "sleepAnalysis"],
    )
    parts = [
        parsed(document["samples"], document["device_info"]["time_zone"]).samples
        for _, document in people.uploads(bare)
    ]
    truth = person.truth
    assert truth is not None
    grid = build_grid(Samples.concat(parts), truth.first_day, truth.days)

    assert max(part.end.max() for part in parts if len(part)) < RECEIVED.timestamp()
    assert agreement(grid, truth.asleep.ravel()) > least


def test_a_real_person_s_nights_are_nearer_to_fitbit_s_totals_than_the_usual_night_is():
    # The heart rate of its files ends at 21:43 each day, so that much of an evening is not known.
    if not FITBIT.is_dir():
        pytest.skip("needs ../shared/data/fitbit-2016, which is not here")
    known = read_fitbit(FITBIT)
    parts = [parsed(each["samples"]).samples for _, each in people.uploads(known.person)]
    samples = Samples.concat(parts)
    first = samples.local_day().min().astype(object)
    found, fitbit = [], []
    for week in range(6):
        grid = build_grid(samples, first + timedelta(days=7 * week))
        for night in find_sleep(grid).periods:
            day = grid.day((night.offset - 1) // 1440)
            if night.main and night.onset > 0 and day in known.nights:
                found.append(night.asleep_minutes)
                fitbit.append(known.nights[day].asleep_minutes)

    usual = np.median([night.asleep_minutes for night in known.nights.values()])
    assert len(found) >= 17
    assert np.abs(np.subtract(found, fitbit)).mean() < 70
    assert np.abs(usual - np.array(fitbit)).mean() > 80


def test_the_likeliest_course_is_the_best_of_all_courses():
    chance = np.random.default_rng(1)
    for _ in range(40):
        evidence, switch = chance.normal(0, 1, 9), chance.uniform(0.2, 2)

        def worth(course, evidence=evidence, switch=switch):
            states = np.array(course)
            return evidence[states].sum() - switch * np.abs(np.diff(states.astype(int))).sum()

        best = max(itertools.product([False, True], repeat=9), key=worth)

        # The first and the last state cost nothing to be in.
        assert worth(likeliest(evidence, switch)) == pytest.approx(worth(best))


def test_two_heaps_of_heart_rates_are_found_however_unequal():
    chance = np.random.default_rng(2)
    pulse = np.concatenate([chance.normal(-12, 3, 3000), chance.normal(4, 3, 500)])

    levels = two_levels(chance.permutation(pulse), 1.5)

    assert levels.low == pytest.approx(-12, abs=1)
    assert levels.high == pytest.approx(4, abs=1)
    assert levels.sureness == 1
    assert levels.evidence(np.array([-12.0, np.nan, 4.0])).tolist() == pytest.approx(
        [0.15, 0.0, -0.15]
    )


def test_one_heap_of_heart_rates_has_no_say():
    heap = np.random.default_rng(3).normal(0, 4, 8000)

    assert two_levels(heap, 1.5).sureness < 0.4
    assert two_levels(heap[:100], 1.5).sureness == 0  # too few to tell
