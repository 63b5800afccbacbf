"""Steps, energy and distance of several devices: each walk counted once, whoever wrote it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from clarity.domain.intake.samples import Samples, parse_upload
from clarity.domain.minutes.grid import Grid, build_grid
from clarity.sources.generated.people import PEOPLE, generate, uploads
from tests.healthkit import (
    MONDAY,
    PHONE,
    RECEIVED,
    WATCH,
    at,
    pulse,
    read,
    sample,
    slept,
    steps,
)

FITBIT = ("Fitbit", "com.fitbit.FitbitMobile", "iPhone16,1")
GARMIN = ("Connect", "com.garmin.connect.mobile", "iPhone16,1")
TABLET = ("Ann's iPad", "com.apple.health.9", "iPad13,1")
OLD_WATCH = ("Old Watch", "com.apple.health.3", "Watch4,1")
# a winter week, summer weeks, and the weeks in which clocks change in Europe and America
WEEKS = (date(2025, 1, 19), date(2025, 4, 1), date(2025, 11, 4), date(2025, 3, 11))


def total(rows: list[dict[str, Any]]) -> float:
    return float(np.nansum(build_grid(read(rows), MONDAY, 1).steps))


def worn(first: int, last: int) -> list[dict[str, Any]]:
    """A pulse of the Watch every five minutes."""
    return [pulse(at(MONDAY, minute), 60) for minute in range(first, last + 1, 5)]


def night(source: tuple[str, str, str]) -> dict[str, Any]:
    """Sleep shows that a source is worn, and not an app that counts by the phone."""
    return slept(at(MONDAY, 60), 240, 3, source=source)


@pytest.mark.parametrize(("at", "name"), list(enumerate(PEOPLE)))
def test_a_days_steps_are_those_that_the_phone_shows(at: int, name: str):
    """Within 2 %, which is the goal; generated people know what Health would have shown."""
    person = generate(name, days=7, last_day=WEEKS[at % len(WEEKS)], seed=40 + at)
    truth = person.truth
    assert truth is not None
    parts = [
        parse_upload(upload, received_at=RECEIVED.replace(year=2027)).samples
        for _, upload in uploads(person, batch=100_000)
    ]

    grid = build_grid(Samples.concat(parts), truth.first_day, truth.days)

    counted = np.nansum((grid.steps * grid.repeats).reshape(truth.days, 1440), axis=1)
    assert counted == pytest.approx(truth.shown_steps, rel=0.02, abs=2)


def test_a_phones_piece_that_reaches_beyond_the_watchs_is_the_same_walk():
    watch = [steps(at(MONDAY, 600), 180, 300)]
    phone = [steps(at(MONDAY, 600), 600, 300, source=PHONE)]

    assert total([*worn(590, 625), *watch, *phone]) == pytest.approx(300)


def test_a_walk_with_the_phone_counts_while_the_watch_charges():
    phone = [steps(at(MONDAY, 615), 300, 500, source=PHONE)]

    assert total([*worn(540, 600), *phone, *worn(640, 700)]) == pytest.approx(500)


def test_a_walk_with_the_phone_counts_as_soon_as_the_watch_is_off():
    """No minute of it is lost at the edge of the Watch's records."""
    phone = [steps(at(MONDAY, minute), 60, 100, source=PHONE) for minute in range(601, 640)]

    assert total([*worn(540, 600), *phone, *worn(640, 700)]) == pytest.approx(3900)


def test_two_phones_that_saw_one_walk_count_it_once():
    one = [steps(at(MONDAY, 600), 600, 600, source=PHONE)]
    other = [steps(at(MONDAY, 600), 120, 560, source=TABLET)]

    assert total([*one, *other]) == pytest.approx(600)


def test_two_phones_that_saw_different_walks_count_both():
    one = [steps(at(MONDAY, 600), 600, 600, source=PHONE)]
    other = [steps(at(MONDAY, 700), 600, 500, source=TABLET)]

    assert total([*one, *other]) == pytest.approx(1100)


def test_a_watch_that_is_changed_in_mid_day_loses_nothing():
    old = [steps(at(MONDAY, minute), 60, 90, source=OLD_WATCH) for minute in range(500, 520)]
    new = [steps(at(MONDAY, minute), 60, 100) for minute in range(530, 540)]

    assert total([*old, *new]) == pytest.approx(1800 + 1000)


def test_an_app_that_copies_the_hour_adds_nothing():
    walks = [steps(at(MONDAY, 605 + 10 * k), 300, 400) for k in range(5)]
    copy = [steps(at(MONDAY, 600), 3600, 2000, source=GARMIN)]

    assert total([*walks, *copy]) == pytest.approx(2000)
    assert total([*worn(590, 670), *walks, *copy]) == pytest.approx(2000)


def test_an_apps_copy_adds_nothing_while_the_watch_charges_either():
    watch = [steps(at(MONDAY, 600), 600, 900)]
    phone = [steps(at(MONDAY, 630), 600, 700, source=PHONE)]
    copy = [steps(at(MONDAY, 600), 3600, 1600, source=GARMIN)]

    assert total([*worn(540, 612), *watch, *phone, *copy, *worn(655, 700)]) == pytest.approx(1600)


def test_a_tracker_that_writes_by_the_hour_adds_what_the_phone_did_not_see():
    phone = [steps(at(MONDAY, 600), 600, 700, source=PHONE)]
    tracker = [night(FITBIT), steps(at(MONDAY, 600), 3600, 1000, source=FITBIT)]

    assert total([*phone, *tracker]) == pytest.approx(1000)
    assert total(tracker) == pytest.approx(1000)


def test_an_app_that_copies_a_part_of_the_phones_hour_takes_nothing_away():
    phone = [steps(at(MONDAY, 605 + 10 * k), 300, 400, source=PHONE) for k in range(5)]
    copy = [steps(at(MONDAY, 600), 3600, 900, source=GARMIN)]

    assert total([*phone, *copy]) == pytest.approx(2000)


@pytest.mark.parametrize("late", [1, 2, -2])
@pytest.mark.parametrize(("one", "other"), [(PHONE, GARMIN), (PHONE, TABLET), (WATCH, OLD_WATCH)])
@pytest.mark.parametrize("length", [1, 5, 12])
def test_a_copy_by_another_clock_adds_nothing(
    one: tuple[str, str, str], other: tuple[str, str, str], late: int, length: int
):
    """Walks of twelve minutes, in records of so many, and again some minutes late or early."""
    minutes = [m + k for m in range(500, 900, 40) for k in range(0, 12, length)]
    rows = [
        steps(at(MONDAY, m + shift), 60 * min(length, 12 - (m - 500) % 40), 100, source=source)
        for m in minutes
        for source, shift in ((one, 0), (other, late))
    ]

    assert total(rows) == pytest.approx(100 * len(minutes), rel=0.02)


def test_like_sources_that_walk_on_where_the_other_ends_both_count():
    first = [steps(at(MONDAY, 600 + k), 60, 100, source=PHONE) for k in range(10)]
    then = [steps(at(MONDAY, 608 + k), 60, 100, source=TABLET) for k in range(10)]

    assert total([*first, *then]) == pytest.approx(1800)


def test_an_apps_hours_are_kept_where_no_phone_writes():
    """Two apps, neither of them shown to be worn: what was counted is not lost for that."""
    rows = [steps(at(MONDAY, 600), 3600, 900, source=source) for source in (FITBIT, GARMIN)]

    assert total(rows) == pytest.approx(900)


def test_hours_of_two_trackers_are_the_larger_of_the_two():
    rows = [
        steps(at(MONDAY, 600 + 60 * hour), 3600, count, source=source)
        for hour in range(3)
        for count, source in ((1000, FITBIT), (900, GARMIN))
    ]

    assert total(rows) == pytest.approx(3000)


def test_a_record_that_reaches_into_the_next_day_is_the_same_in_either_window():
    rows = [
        night(FITBIT),
        steps(at(MONDAY, 1320), 4 * 3600, 5000, source=FITBIT),
        steps(at(MONDAY, 1330), 600, 700, source=PHONE),
        steps(at(MONDAY, 1500), 600, 900, source=PHONE),
    ]
    samples = read(rows)
    both = build_grid(samples, MONDAY, 2)

    for day in (0, 1):
        alone = build_grid(samples, MONDAY + timedelta(days=day), 1)
        assert np.array_equal(alone.steps, both.window(day, 1).steps, equal_nan=True)
    assert np.nansum(both.steps) == pytest.approx(5000)


def test_records_that_reach_beyond_the_context_are_the_same_in_either_window():
    """Two trackers overlap over midnight: what the second adds depends on the first's evening."""
    rows = [
        night(FITBIT),
        night(GARMIN),
        steps(at(MONDAY, 1080), 4 * 3600 - 600, 9000, source=FITBIT),
        steps(at(MONDAY, 1290), 4 * 3600, 8000, source=GARMIN),
        steps(at(MONDAY, 1100), 600, 700, source=PHONE),
        steps(at(MONDAY, 1500), 600, 900, source=PHONE),
    ]
    samples = read(rows)
    both = build_grid(samples, MONDAY, 2)

    for day in (0, 1):
        alone = build_grid(samples, MONDAY + timedelta(days=day), 1)
        assert np.array_equal(alone.steps, both.window(day, 1).steps, equal_nan=True)
    assert 9000 <= np.nansum(both.steps) < 17_000


def test_energy_and_distance_are_merged_as_steps_are():
    def rows(source: tuple[str, str, str]) -> list[dict[str, Any]]:
        walk = at(MONDAY, 600)
        return [
            sample("activeEnergyBurned", walk, 600, value=50.0, unit="kcal", source=source),
            sample("distanceWalkingRunning", walk, 600, value=800.0, unit="m", source=source),
        ]

    grid = build_grid(read([*worn(590, 620), *rows(WATCH), *rows(PHONE)]), MONDAY, 1)

    assert np.nansum(grid.energy) == pytest.approx(50)
    assert np.nansum(grid.distance) == pytest.approx(800)


def test_the_watchs_energy_alone_shows_that_it_is_worn():
    rows = [sample("activeEnergyBurned", at(MONDAY, 600), 600, value=30.0, unit="kcal")]

    grid = build_grid(read(rows), MONDAY, 1)

    assert grid.worn.sum() == 10
    assert np.nansum(grid.energy) == pytest.approx(30)


def test_an_hour_that_came_twice_keeps_what_was_counted_in_one_of_them():
    """New York, 2 November 2025: 01:00 to 02:00 came twice, and the phone walked in the first."""
    autumn = date(2025, 11, 2)
    first = at(autumn, 0)
    rows = [steps(first + timedelta(minutes=minute), 60, 100, source=PHONE) for minute in (30, 90)]
    rows.append(steps(first + timedelta(minutes=600), 60, 100, source=PHONE))

    grid = build_grid(read_late(rows), autumn, 1)

    assert float(np.nansum(grid.steps * grid.repeats)) == pytest.approx(300)


def read_late(rows: list[dict[str, Any]]) -> Samples:
    document = {"time_zone": "America/New_York", "samples": rows}
    return parse_upload(document, received_at=RECEIVED.replace(year=2027)).samples


def test_a_grid_of_no_amounts_is_unknown():
    grid: Grid = build_grid(read(worn(600, 660)), MONDAY, 1)

    assert not np.nansum(grid.energy)
    assert np.isnan(grid.energy[:600]).all()
