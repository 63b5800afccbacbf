"""Wear from evidence: what a silence means depends on how the device usually speaks."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from clarity.domain.intake.samples import Samples, parse_upload
from clarity.domain.minutes.grid import Grid, build_grid
from clarity.domain.minutes.quality import assess
from clarity.sources.generated.people import generate, uploads
from tests.healthkit import MONDAY, PHONE, RECEIVED, at, pulse, read, slept, steps

COPIER = ("Pedometer++", "", "")  # as in an export, without a device
ON_PHONE = ("StepsApp", "com.example.stepsapp", "iPhone16,1")
BAND = ("Band", "com.example.band", "Band 5")
FITBIT = ("Fitbit", "com.fitbit.FitbitMobile", "iPhone16,1")
NOON = 720


def day_with_silence(every: int, silence: int) -> np.ndarray:
    """(1440,) wear of a day of heart rate every so many minutes, with a silence from noon on."""
    minutes = [m for m in range(0, 1440, every) if not NOON < m < NOON + silence]
    rows = [pulse(at(MONDAY, m), 60) for m in [*minutes, NOON, NOON + silence]]
    return build_grid(read(rows), MONDAY, 1).worn


@pytest.mark.parametrize(
    ("every", "silence", "worn"),
    [
        (5, 12, True),
        (5, 25, False),  # on the charger: it never is silent so long on the wrist
        (5, 50, False),
        (1, 14, True),
        (1, 30, False),
        (10, 18, True),
        (10, 40, False),
        (20, 38, True),
        (20, 55, False),
        (40, 59, True),  # sparse: nothing below an hour is drawn
        (40, 61, False),
    ],
)
def test_a_silence_is_judged_by_the_devices_own_pace(every: int, silence: int, worn: bool):
    assert bool(day_with_silence(every, silence)[NOON : NOON + silence].all()) is worn


def test_a_pace_that_varies_as_a_watch_does_is_worn_throughout():
    """Mostly 5 minutes, and up to 20 in the daytime, as on real wrists."""
    gaps = np.tile([5, 6, 4, 7, 5, 12, 5, 9, 20, 5, 6, 16], 30)
    minutes = np.cumsum(gaps)
    rows = [pulse(at(MONDAY, int(m)), 60) for m in minutes[minutes < 1440]]

    worn = build_grid(read(rows), MONDAY, 1).worn

    assert worn[int(minutes[0]) : 1400].all()


def test_a_strap_in_a_workout_is_no_pace_to_judge_the_day_by():
    rows = [pulse(at(MONDAY, 600 + k / 12), 150) for k in range(720)]
    rows += [pulse(at(MONDAY, 661 + 50 * k), 60) for k in range(8)]

    assert build_grid(read(rows), MONDAY, 1).worn[600:1011].all()


def test_a_silence_after_steps_alone_is_bridged_as_before():
    """A ring that takes the heart rate at night only says nothing of the day by its silence."""
    rows = [pulse(at(MONDAY, m), 55, source=FITBIT) for m in range(0, 480, 5)]
    rows += [steps(at(MONDAY, m), 60, 80, source=FITBIT) for m in (600, 650, 700)]

    assert build_grid(read(rows), MONDAY, 1).worn[600:701].all()


def test_steps_in_the_silence_are_wear():
    rows = [pulse(at(MONDAY, m), 60) for m in range(0, 1440, 5) if not NOON < m < NOON + 40]
    rows += [steps(at(MONDAY, NOON + k), 60, 90) for k in range(1, 40)]

    assert build_grid(read(rows), MONDAY, 1).worn.sum() >= 1435


def test_a_carried_phone_is_evidence_while_the_watch_charges():
    rows = [pulse(at(MONDAY, m), 60) for m in range(0, 1440, 5) if not NOON < m < NOON + 60]
    rows.append(steps(at(MONDAY, NOON + 20), 300, 400, source=PHONE))

    worn = build_grid(read(rows), MONDAY, 1).worn

    assert worn[NOON + 20 : NOON + 25].all()
    assert not worn[NOON + 30 : NOON + 55].any()


def test_the_pace_of_a_day_is_the_same_in_any_window():
    rows = [
        pulse(at(MONDAY + timedelta(days=day), m), 60)
        for day, every in enumerate((5, 20, 5, 10, 20))
        for m in range(0, 1400, every)
        if not NOON < m < NOON + 35
    ]
    samples = read(rows)
    whole = build_grid(samples, MONDAY, 5)

    for day in range(5):
        alone = build_grid(samples, MONDAY + timedelta(days=day), 1)
        assert np.array_equal(alone.worn, whole.window(day, 1).worn)


@pytest.mark.parametrize("name", ["office-worker", "night-shift", "newborn-parent", "non-wear"])
def test_the_watchs_wear_agrees_with_the_truth_of_generated_people(name: str):
    """Minute by minute; the phone's own steps are evidence of their own and left out here."""
    truth, samples = lived(name, seed=51)
    phone = np.array(["iPhone" in source.product_type for source in samples.sources])

    grid = build_grid(samples.select(~phone[samples.source]), truth.first_day, truth.days)

    took_place = grid.repeats > 0
    worn, said = truth.worn.ravel()[took_place], grid.worn[took_place]
    assert said[worn].mean() > 0.99  # sensitivity
    assert (~said)[~worn].mean() > 0.95  # specificity


def phone_week() -> list[dict[str, Any]]:
    """Walks of five minutes every forty, from 7 to 22 o'clock, as the phone counted them."""
    return [walk(day, minute, PHONE) for day in range(7) for minute in range(420, 1320, 40)]


def walk(day: int, minute: float, source: tuple[str, str, str]) -> dict[str, Any]:
    return steps(at(MONDAY + timedelta(days=day), minute), 300, 400, source=source)


def beats(
    source: tuple[str, str, str], first: int, last: int, every: int = 10
) -> list[dict[str, Any]]:
    return [
        pulse(at(MONDAY + timedelta(days=day), minute), 60, source=source)
        for day in range(7)
        for minute in range(first, last, every)
    ]


def week(*rows: list[dict[str, Any]]) -> Grid:
    return build_grid(read([row for part in rows for row in part]), MONDAY)


@pytest.mark.parametrize("source", [COPIER, ON_PHONE])
@pytest.mark.parametrize("late", [0.0, 0.3])
def test_an_app_that_copies_the_phones_steps_is_carried_as_the_phone_is(
    source: tuple[str, str, str], late: float
):
    copies = [
        walk(day, minute + late, source) for day in range(7) for minute in range(420, 1320, 40)
    ]

    alone, both, app = week(phone_week()), week(phone_week(), copies), week(copies)

    assert not assess(both).sufficient
    assert both.worn.sum() <= alone.worn.sum() * 1.25  # a copy may reach into one more minute
    assert np.nansum(both.steps) == pytest.approx(np.nansum(alone.steps))
    assert not assess(app).sufficient
    assert np.nansum(app.steps) == pytest.approx(np.nansum(alone.steps))


def test_an_app_that_copies_the_phones_hours_shows_no_wear():
    hours = [
        steps(at(MONDAY + timedelta(days=day), 60 * hour), 3600, 620, source=COPIER)
        for day in range(7)
        for hour in range(7, 22)
    ]

    alone, both = week(phone_week()), week(phone_week(), hours)

    assert np.array_equal(both.worn, alone.worn)
    assert not assess(both).sufficient


@pytest.mark.parametrize(("first", "last"), [(600, 640), (600, 601)])
def test_a_heart_rate_that_was_asked_for_makes_no_tracker_of_an_app(first: int, last: int):
    """That of a workout, or of a finger on the camera."""
    copies = [walk(day, minute, COPIER) for day in range(7) for minute in range(420, 1320, 40)]

    assert not assess(week(phone_week(), copies, beats(COPIER, first, last))).sufficient


def still_minutes(source: tuple[str, str, str]) -> list[dict[str, Any]]:
    return [
        steps(at(MONDAY + timedelta(days=day), minute), 60, 0, source=source)
        for day in range(7)
        for minute in range(425, 1320)
        if (minute - 420) % 40 >= 5
    ]


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        (FITBIT, beats(FITBIT, 0, 420)),  # a ring, which takes it at night
        (FITBIT, beats(FITBIT, 420, 1320)),
        (FITBIT, still_minutes(FITBIT)),
        (COPIER, still_minutes(COPIER)),
        (FITBIT, [slept(at(MONDAY, 60), 240, 3, source=FITBIT)]),
        (BAND, []),
    ],
)
def test_a_tracker_that_shows_itself_is_worn_between_its_walks(
    source: tuple[str, str, str], shown: list[dict[str, Any]]
):
    counted = [walk(day, minute, source) for day in range(7) for minute in range(420, 1320, 40)]

    for grid in (week(counted, shown), week(counted, shown, phone_week())):
        assert assess(grid).sufficient
        assert grid.worn.reshape(7, 1440)[:, 460:1300].all()


def test_what_an_app_is_does_not_depend_on_the_window():
    """It took the heart rate on the first day only; it is a tracker on the last one too."""
    rows = [walk(day, minute, FITBIT) for day in range(7) for minute in range(420, 1320, 40)]
    samples = read([*rows, *beats(FITBIT, 420, 900)[:48]])

    last = build_grid(samples, MONDAY + timedelta(days=6), 1)

    assert np.array_equal(last.worn, build_grid(samples, MONDAY).window(6, 1).worn)
    assert last.worn[420:1300].all()


def lived(name: str, seed: int) -> tuple[Any, Samples]:
    person = generate(name, days=7, last_day=date(2025, 2, 9), seed=seed)
    parts = [
        parse_upload(upload, received_at=RECEIVED).samples
        for _, upload in uploads(person, batch=100_000)
    ]
    return person.truth, Samples.concat(parts)
