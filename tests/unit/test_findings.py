"""Device changes and wrong clocks are said, with their day and how many samples they concern."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from clarity.domain.intake.samples import Samples
from clarity.domain.minutes.grid import build_grid
from clarity.domain.minutes.quality import assess
from tests.healthkit import MONDAY, PHONE, WATCH, at, pulse, read, steps

if TYPE_CHECKING:
    from clarity.domain.minutes.findings import Finding

SERIES_4 = ("Ann's Apple Watch", "com.apple.health.1", "Watch4,1")
FITBIT = ("Fitbit", "com.fitbit.FitbitMobile", "iPhone16,1")
GARMIN = ("Connect", "com.garmin.connect.mobile", "iPhone16,1")


def odd(*parts: Samples, days: int = 7) -> tuple[Finding, ...]:
    return build_grid(Samples.concat(list(parts)), MONDAY, days).findings


def restless(shift: float = 0.0, day: int = 0, **more: Any) -> list[dict[str, Any]]:
    """A day of heart rates at uneven moments with uneven values, and walks; hours later if said."""
    rng = np.random.default_rng(day + 10)
    minutes = 480 + np.cumsum(rng.uniform(3.1, 6.2, 90))
    begin = at(MONDAY + timedelta(days=day), 60 * shift)
    rows = [
        pulse(begin + timedelta(seconds=int(60 * minute)), int(rng.integers(55, 110)), **more)
        for minute in minutes
    ]
    for minute in rng.choice(minutes[::4], 8, replace=False):
        moment = begin + timedelta(seconds=int(60 * minute))
        rows.append(steps(moment, 120, int(rng.integers(90, 240)), **more))
    return rows


def week(**more: Any) -> list[dict[str, Any]]:
    return [row for day in range(7) for row in restless(day=day, **more)]


def test_an_ordinary_week_has_nothing_odd():
    assert odd(read(week())) == ()


def test_a_new_watch_is_dated():
    rows = [
        row for day in range(7) for row in restless(day=day, source=SERIES_4 if day < 3 else WATCH)
    ]

    (found,) = odd(read(rows))

    assert found.note == "2025-06-05: the watch changed from Watch4,1 to Watch7,1"
    assert found.kind == "device_change"


def test_a_new_tracker_is_told_by_its_app():
    rows = [
        row for day in range(7) for row in restless(day=day, source=FITBIT if day < 3 else GARMIN)
    ]

    assert [found.note for found in odd(read(rows))] == [
        "2025-06-05: the tracker changed from Fitbit to Connect"
    ]


def test_a_change_on_the_first_day_is_seen_by_the_day_before():
    samples = read([*restless(day=-1, source=SERIES_4), *week()])

    assert [found.day for found in odd(samples)] == [MONDAY]
    assert build_grid(samples, MONDAY, 7).window(1, 3).findings == ()


def test_a_watch_and_a_phone_are_no_change():
    rows = [
        row for day in range(7) for row in restless(day=day, source=PHONE if day % 2 else WATCH)
    ]

    assert odd(read(rows)) == ()


def test_each_day_says_which_device_carried_it():
    walk = [steps(at(MONDAY, 600), 600, 500, source=PHONE)]
    grid = build_grid(read([*walk, *restless(day=1), pulse(at(MONDAY, 610), 70)]), MONDAY, 3)

    monday, tuesday, wednesday = assess(grid).days

    assert monday.steps_device == "Ann's iPhone (iPhone16,1)"
    assert monday.heart_rate_device == "Ann's Apple Watch (Watch7,1)"
    assert tuesday.steps_device == "Ann's Apple Watch (Watch7,1)"
    assert (wednesday.steps_device, wednesday.heart_rate_device) == ("", "")


@pytest.mark.parametrize("shift", [-9, 1, 5.5, 13])
def test_a_day_that_came_again_hours_later_is_noted(shift: float):
    whole, again = read(week()), read(restless(shift=shift, day=3))

    copies = [found for found in odd(whole, again) if found.kind == "shifted_copy"]

    assert sum(found.count for found in copies) > 60
    assert all(f"came again, {abs(shift):g} h later" in found.text for found in copies)
    assert {(found.day - MONDAY).days for found in copies} <= {2, 3, 4}


def test_the_same_samples_sent_again_are_nothing_odd():
    samples = read(week())

    assert odd(samples, samples) == ()


@pytest.mark.parametrize("every", [1, 5])
def test_a_device_that_writes_by_the_clock_repeats_itself_without_a_fault(every: int):
    rows = [pulse(at(MONDAY, minute), 60 + minute % 7) for minute in range(0, 3 * 1440, every)]

    assert odd(read(rows), days=3) == ()


def test_samples_under_another_zone_are_counted_on_their_day():
    home = read(week())
    astray = read([pulse(at(MONDAY, 1440 + 600 + 7 * k), 61) for k in range(5)], "Asia/Tokyo")

    (found,) = odd(home, astray)

    assert found.note == (
        "2025-06-03: 5 samples came under another time zone than the rest of their hour"
        " (+09:00 instead of -04:00)"
    )


def test_a_journey_is_nothing_odd():
    home = read([row for day in range(3) for row in restless(day=day)])
    abroad = read([row for day in range(3, 7) for row in restless(day=day)], "Asia/Tokyo")

    assert odd(home, abroad) == ()


def test_two_heart_rates_of_one_watch_at_once_are_a_fault():
    rows = [*week(), *(pulse(at(MONDAY, 100 + k), 60) for k in range(3))]
    rows += [pulse(at(MONDAY, 100 + k), value) for k, value in enumerate((95, 68, 120))]

    (found,) = odd(read(rows))

    assert (found.kind, found.count) == ("two_pulses", 2)  # 60 and 68 may be one second apart


def test_two_watches_may_differ():
    rows = [pulse(at(MONDAY, 100), 60), pulse(at(MONDAY, 100), 95, source=FITBIT)]

    assert odd(read(rows)) == ()


def test_step_intervals_of_one_device_cannot_overlap():
    rows = [steps(at(MONDAY, 600 + 5 * k), 360, 300) for k in range(4)]

    (found,) = odd(read(rows))

    assert found.note == (
        "2025-06-02: 3 step intervals of Ann's Apple Watch (Watch7,1) overlap its earlier ones"
    )


def test_steps_of_watch_and_phone_may_overlap():
    rows = [steps(at(MONDAY, 600), 600, 300), steps(at(MONDAY, 605), 600, 300, source=PHONE)]

    assert odd(read(rows)) == ()


def test_how_the_samples_came_does_not_matter():
    new = read([row for day in range(3, 7) for row in restless(day=day)])
    old = read([row for day in range(3) for row in restless(day=day, source=SERIES_4)])
    faulty = read([*restless(shift=2, day=4), pulse(at(MONDAY, 2000), 99)])
    order = np.random.default_rng(1).permutation(len(new))

    one = odd(old, new, faulty)
    other = odd(faulty, new.select(order), new, old)

    assert one == other
    assert len(one) >= 2


def test_quality_hands_the_notes_on_with_their_day():
    rows = [*week(), *(steps(at(MONDAY, 100 + k), 120, 90) for k in range(3))]

    quality = assess(build_grid(read(rows), MONDAY, 7))

    (note,) = quality.notes
    assert note.startswith("2025-06-02: 2 step intervals")
    assert quality.to_document()["notes"] == [note]
