from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from clarity.domain.intake.samples import Samples, Source
from clarity.domain.minutes.channels import device_of
from clarity.domain.minutes.grid import (
    CHANNELS,
    MINUTES_PER_DAY,
    Grid,
    build_grid,
    grid_digest,
    grid_of_minutes,
)
from tests.healthkit import (
    MONDAY,
    NEW_YORK,
    PHONE,
    WATCH,
    at,
    ordinary_day,
    ordinary_week,
    pulse,
    read,
    sample,
    slept,
    steps,
)

FITBIT = ("Fitbit", "com.fitbit.FitbitMobile", "iPhone16,1")
SPRING = date(2025, 3, 9)  # New York: 02:00 becomes 03:00
AUTUMN = date(2024, 11, 3)  # New York: 02:00 becomes 01:00


def one_day(rows: list[dict[str, object]], day: date = MONDAY, zone: str = NEW_YORK) -> Grid:
    return build_grid(read(rows, zone), day, 1)


def test_steps_are_spread_over_the_interval_in_proportion_to_overlap():
    grid = one_day([steps(at(MONDAY, 600.5), 120, 100)])

    assert grid.steps[600:603] == pytest.approx([25.0, 50.0, 25.0])
    assert np.nansum(grid.steps) == pytest.approx(100.0)


def test_an_instant_counts_in_its_minute():
    grid = one_day([steps(at(MONDAY, 600.5), 0, 30)])

    assert grid.steps[600] == 30


def test_a_walk_over_midnight_belongs_to_both_days():
    grid = build_grid(read([steps(at(MONDAY, 1435), 600, 100)]), MONDAY, 2)

    assert np.nansum(grid.steps[:1440]) == pytest.approx(50)
    assert np.nansum(grid.steps[1440:]) == pytest.approx(50)


def test_phone_and_watch_are_not_summed():
    walk = at(MONDAY, 600)

    grid = one_day([steps(walk, 600, 1000), steps(walk, 600, 900, source=PHONE)])

    assert np.nansum(grid.steps) == pytest.approx(1000)


def test_the_phone_counts_where_the_watch_is_not_worn():
    rows = [steps(at(MONDAY, 600), 600, 1000), steps(at(MONDAY, 900), 600, 900, source=PHONE)]

    assert np.nansum(one_day(rows).steps) == pytest.approx(1900)


def test_the_watch_counts_where_its_pulse_says_that_it_is_worn():
    rows = [pulse(at(MONDAY, m), 70) for m in range(600, 620, 5)]
    rows.append(steps(at(MONDAY, 600), 600, 900, source=PHONE))

    assert np.nansum(one_day(rows).steps) == 0


def test_another_tracker_counts_before_the_phone_and_after_the_watch():
    walk = at(MONDAY, 600)
    tracker = steps(walk, 600, 800, source=FITBIT)
    phone, watch = steps(walk, 600, 900, source=PHONE), steps(walk, 600, 1000)

    assert np.nansum(one_day([tracker, phone]).steps) == pytest.approx(800)
    assert np.nansum(one_day([tracker, phone, watch]).steps) == pytest.approx(1000)


def test_of_two_watches_the_larger_count_is_taken_minute_by_minute():
    old = ("Old Watch", "com.apple.health.3", "Watch4,1")
    rows = [steps(at(MONDAY, 600), 60, 50), steps(at(MONDAY, 600), 120, 140, source=old)]

    assert one_day(rows).steps[600:602] == pytest.approx([70.0, 70.0])


@pytest.mark.parametrize(
    ("source", "device"),
    [
        (WATCH, "watch"),
        (PHONE, "phone"),
        (FITBIT, "other"),
        (("Oura", "com.ouraring.oura", ""), "other"),
        (("Anns Watch", "", ""), "watch"),
        (("iPhone von Ann", "", ""), "phone"),
        (("", "", ""), "other"),
    ],
)
def test_a_source_is_a_watch_a_phone_or_another_tracker(source: tuple[str, str, str], device: str):
    assert device_of(Source(*source)) == device


def test_heart_rate_is_the_mean_of_the_minutes_samples():
    rows = [pulse(at(MONDAY, 600 + k / 10), 60 + k) for k in range(3)]
    rows.append(sample("heartRate", at(MONDAY, 700), 180, value=80.0, unit="count/min"))

    grid = one_day(rows)

    assert grid.heart_rate[600] == 61
    assert grid.heart_rate[700:703].tolist() == [80, 80, 80]
    assert np.isnan(grid.heart_rate[703])


def test_a_finer_stage_wins_over_in_bed_and_a_later_one_over_an_earlier():
    rows = [
        slept(at(MONDAY, 60), 30, 4),
        slept(at(MONDAY, 30), 120, 0, source=PHONE),
        slept(at(MONDAY, 80), 20, 2),
        slept(at(MONDAY, 60), 60, 1),
    ]

    stage = one_day(rows).stage

    assert [int(stage[m]) for m in (29, 30, 60, 80, 100, 120, 150)] == [-1, 0, 4, 2, 1, 0, -1]


def test_missing_is_not_zero():
    grid = one_day([steps(at(MONDAY, 600), 60, 80)])

    assert grid.worn.sum() == 1
    assert np.isnan(grid.steps).sum() == MINUTES_PER_DAY - 1


def test_steps_are_zero_where_a_pulse_shows_that_the_watch_is_worn():
    grid = one_day([pulse(at(MONDAY, m), 60) for m in range(600, 660, 5)])

    assert grid.worn[600:656].all()
    assert not grid.steps[600:656].any()
    assert np.isnan(grid.steps[656])


@pytest.mark.parametrize(("minutes", "worn"), [(60, True), (61, False)])
def test_under_an_hour_between_two_signs_is_wear(minutes: int, worn: bool):
    grid = one_day([pulse(at(MONDAY, 600), 60), pulse(at(MONDAY, 600 + minutes), 60)])

    assert bool(grid.worn[600:600 + minutes].all()) is worn  # fmt: skip


def test_a_phone_is_evidence_for_its_walks_and_hardly_longer():
    walks = [steps(at(MONDAY, m), 60, 80, source=PHONE) for m in (600, 608, 640)]

    grid = one_day(walks)

    assert grid.worn.sum() == 10


@pytest.mark.parametrize(("minutes", "worn"), [(89, 89), (90, 0)])
def test_ninety_recorded_minutes_of_nothing_are_not_wear(minutes: int, worn: int):
    zeros = [steps(at(MONDAY, 600 + m), 60, 0, source=FITBIT) for m in range(minutes)]

    assert one_day(zeros).worn.sum() == worn


@pytest.mark.parametrize("proof", ["pulse", "sleep"])
def test_recorded_zeros_with_a_pulse_or_sleep_are_wear(proof: str):
    rows = [steps(at(MONDAY, 600 + m), 60, 0, source=FITBIT) for m in range(300)]
    if proof == "pulse":
        rows += [pulse(at(MONDAY, m), 60) for m in range(600, 900, 30)]
    else:
        rows.append(slept(at(MONDAY, 600), 300, 1, source=FITBIT))

    assert one_day(rows).worn.sum() == 300


def test_a_bed_time_schedule_of_the_phone_is_no_wear():
    assert not one_day([slept(at(MONDAY, 0), 480, 0, source=PHONE)]).worn.any()


@pytest.mark.parametrize(("day", "real"), [(SPRING, 1380), (AUTUMN, 1500), (MONDAY, 1440)])
def test_a_daylight_saving_day_has_its_real_minutes(day: date, real: int):
    first = at(day, 0)
    rows = [pulse(first + timedelta(minutes=m), 60) for m in range(0, real, 5)]
    rows += [pulse(first - timedelta(minutes=5), 60), pulse(first + timedelta(minutes=real), 60)]

    grid = one_day(rows, day)

    assert grid.repeats.sum() == real
    assert grid.worn.sum() == min(real, 1440)


def test_the_hour_that_did_not_take_place_is_unknown_and_noted():
    rows = ordinary_day(SPRING - timedelta(days=1)) + ordinary_day(SPRING)

    grid = one_day(rows, SPRING)

    assert not grid.worn[120:180].any()
    assert (grid.repeats == 0).nonzero()[0].tolist() == list(range(120, 180))
    (note,) = grid.notes
    assert note.startswith("2025-03-09: the clock went forward 60 minutes")


def test_the_hour_that_came_twice_is_averaged_and_noted():
    first = at(AUTUMN, 0)
    rows = [pulse(first + timedelta(minutes=m), 60 if m < 120 else 80) for m in range(300)]

    grid = one_day(rows, AUTUMN)

    assert grid.heart_rate[30] == 60
    assert set(grid.heart_rate[60:120].tolist()) == {70.0}
    assert (grid.repeats == 2).nonzero()[0].tolist() == list(range(60, 120))
    assert "went back 60 minutes" in grid.notes[0]


def test_a_change_of_the_clock_at_midnight_belongs_to_one_day():
    autumn = date(2025, 4, 6)  # Santiago: 00:00 becomes 23:00 of the day before
    first = at(autumn, 0, "America/Santiago") - timedelta(days=1)
    samples = read(
        [pulse(first + timedelta(minutes=m), 60) for m in range(0, 3000, 5)], "America/Santiago"
    )

    before, after = (build_grid(samples, autumn - timedelta(days=k), 1) for k in (1, 0))

    assert before.repeats.sum() == 1500
    assert before.notes[0].startswith("2025-04-05: the clock went back 60 minutes")
    assert after.repeats.sum() == 1440
    assert after.notes == ()


def test_a_traveller_lives_by_the_clock_of_the_place():
    before = read([pulse(at(MONDAY, m), 60) for m in range(0, 720, 5)])
    abroad = at(MONDAY, 720).astimezone()
    after = read([pulse(abroad + timedelta(minutes=m), 60) for m in range(0, 900, 5)], "Asia/Tokyo")

    grid = build_grid(Samples.concat([before, after]), MONDAY, 3)

    assert grid.heart_rate[0] == 60
    assert grid.repeats[720:].tolist()[:780] == [0] * 780  # thirteen hours ahead
    assert grid.heart_rate[1500] == 60
    assert grid.notes == (
        "2025-06-02: the clock went forward 780 minutes (travel); these did not take place",
    )


def test_a_few_samples_sent_again_from_another_zone_do_not_move_the_day():
    home = read([pulse(at(MONDAY, m), 60) for m in range(0, 1440, 5)])
    astray = read([pulse(at(MONDAY, 602), 61)], "Asia/Tokyo")

    grid = build_grid(Samples.concat([home, astray]), MONDAY, 1)

    assert grid.notes == ()
    assert grid.heart_rate[602] == 61


def test_a_window_of_a_longer_grid_is_the_grid_of_that_window():
    samples = read(ordinary_week(days=9))
    long = build_grid(samples, MONDAY - timedelta(days=1), 9)

    for first in (0, 1, 2):
        short = build_grid(samples, long.day(first), 7)
        assert grid_digest(long.window(first, 7)) == grid_digest(short)


def test_notes_follow_their_day_into_a_window():
    rows = [row for k in range(-2, 4) for row in ordinary_day(SPRING + timedelta(days=k))]
    grid = build_grid(read(rows), SPRING - timedelta(days=1), 4)

    assert len(grid.notes) == 1
    assert grid.window(1, 2).notes == grid.notes
    assert grid.window(2, 2).notes == ()


def test_vitals_are_daily_means():
    rows = [
        sample("restingHeartRate", at(MONDAY, 1440 * day), 3600, value=value, unit="count/min")
        for day, value in ((0, 50.0), (0, 52.0), (2, 60.0), (3, 99.0))
    ]

    vitals = build_grid(read(rows), MONDAY, 3).vitals["restingHeartRate"]

    assert vitals[[0, 2]].tolist() == [51, 60]
    assert np.isnan(vitals[1])


def test_the_sources_are_named():
    grid = one_day([pulse(at(MONDAY, 1), 60), steps(at(MONDAY, 5), 60, 5, source=("", "", ""))])

    assert grid.sources == ("Ann's Apple Watch", "unnamed")


def test_the_digest_tells_different_data_apart():
    rows = ordinary_day(MONDAY)
    digests = {
        grid_digest(build_grid(read(rows), MONDAY, 1)),
        grid_digest(build_grid(read(rows[1:]), MONDAY, 1)),
        grid_digest(build_grid(read(rows), MONDAY, 2)),
        grid_digest(build_grid(read(rows), MONDAY + timedelta(days=1), 1)),
    }

    assert len(digests) == 4


def test_no_samples_are_a_grid_of_unknown_minutes():
    grid = build_grid(Samples.empty(), MONDAY)

    assert np.isnan(grid.steps).all()
    assert not grid.worn.any()
    assert grid.repeats.sum() == 10_080


def test_values_and_mask_are_minutes_by_channels():
    grid = one_day([steps(at(MONDAY, 600), 60, 80), pulse(at(MONDAY, 601), 70)])

    seen = dict(zip(CHANNELS, grid.mask[601], strict=True))

    assert grid.values.shape == grid.mask.shape == (MINUTES_PER_DAY, len(CHANNELS))
    assert grid.values[600, CHANNELS.index("steps")] == 80
    assert seen == dict.fromkeys(CHANNELS, True) | {"counts": False}
    assert not grid.mask[700].any()


def test_minutes_of_a_file_are_known_where_the_device_was_worn():
    worn = np.arange(MINUTES_PER_DAY) < 700
    grid = grid_of_minutes(
        MONDAY, 1, {"counts": np.full(MINUTES_PER_DAY, 5.0)}, worn=worn, sources=("ActiGraph",)
    )

    assert grid.signal == "counts"
    assert np.array_equal(~np.isnan(grid.movement), worn)
    assert (grid.devices[0].steps, grid.devices[0].heart_rate) == ("ActiGraph", "")


def test_minutes_of_another_length_or_channel_are_refused():
    worn = np.ones(MINUTES_PER_DAY, np.bool_)
    with pytest.raises(ValueError, match="expected 1440 minutes, found"):
        grid_of_minutes(MONDAY, 1, {"steps": np.zeros(10)}, worn=worn)
    with pytest.raises(ValueError, match="expected channels of steps, counts"):
        grid_of_minutes(MONDAY, 1, {"pulse": np.zeros(MINUTES_PER_DAY)}, worn=worn)
