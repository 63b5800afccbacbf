"""The person's own clock where it is hard: odd zones, long flights, and phones that err."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from clarity.domain.intake.samples import Samples, parse_upload
from clarity.domain.minutes.grid import Grid, build_grid
from tests.healthkit import MONDAY, document, pulse

LATE = datetime(2027, 1, 1, tzinfo=UTC)
Journey = list[tuple[str, str]]  # (from this moment in UTC, zone)


def lived(journey: Journey, hours: float, every: int = 5) -> Samples:
    """A pulse every few minutes from the first moment on, each under the zone of its time."""
    begin = datetime.fromisoformat(journey[0][0]).replace(tzinfo=UTC)
    moments = [begin + timedelta(minutes=m) for m in range(0, int(60 * hours), every)]
    starts = [datetime.fromisoformat(moment).replace(tzinfo=UTC) for moment, _ in journey]
    parts = []
    for at, (_, zone) in enumerate(journey):
        mine = [m for m in moments if m >= starts[at] and not any(m >= s for s in starts[at + 1 :])]
        rows = [pulse(moment, 60) for moment in mine]
        parts.append(parse_upload(document(rows, zone), received_at=LATE).samples)
    return Samples.concat(parts)


def shown(samples: Samples, first: date, days: int) -> Grid:
    return build_grid(samples, first, days)


def missed(grid: Grid, day: int = 0) -> list[int]:
    """First and last minute of a day that did not take place."""
    gone = np.flatnonzero(grid.repeats[1440 * day : 1440 * (day + 1)] == 0)
    return [int(gone[0]), int(gone[-1])] if len(gone) else []


def doubled(grid: Grid) -> list[int]:
    twice = np.flatnonzero(grid.repeats == 2)
    return [int(twice[0]), int(twice[-1])] if len(twice) else []


@pytest.mark.parametrize(
    ("zone", "day", "gone"),
    [
        ("Australia/Adelaide", date(2025, 10, 5), [120, 179]),  # UTC+9:30, in mid-hour of UTC
        ("America/St_Johns", date(2025, 3, 9), [120, 179]),  # UTC-3:30
        ("Australia/Lord_Howe", date(2025, 10, 5), [120, 149]),  # half an hour only
        ("Pacific/Chatham", date(2025, 9, 28), [165, 224]),  # UTC+12:45
        ("Africa/Cairo", date(2025, 4, 25), [0, 59]),  # at midnight
    ],
)
def test_spring_leaves_out_its_own_minutes_in_every_zone(zone: str, day: date, gone: list[int]):
    begin = datetime.combine(day - timedelta(days=1), datetime.min.time(), ZoneInfo(zone))
    samples = lived([(begin.astimezone(UTC).replace(tzinfo=None).isoformat(), zone)], 72)

    grid = shown(samples, day, 1)

    assert missed(grid) == gone
    assert grid.repeats.sum() == 1440 - (gone[1] - gone[0] + 1)
    assert grid.worn.sum() == grid.repeats.sum()


@pytest.mark.parametrize(
    ("zone", "day", "twice"),
    [
        ("Australia/Adelaide", date(2025, 4, 6), [120, 179]),
        ("Australia/Lord_Howe", date(2025, 4, 6), [90, 119]),
        ("America/St_Johns", date(2025, 11, 2), [60, 119]),
    ],
)
def test_autumn_repeats_its_own_minutes_in_every_zone(zone: str, day: date, twice: list[int]):
    begin = datetime.combine(day - timedelta(days=1), datetime.min.time(), ZoneInfo(zone))
    samples = lived([(begin.astimezone(UTC).replace(tzinfo=None).isoformat(), zone)], 72)

    grid = shown(samples, day, 1)

    assert doubled(grid) == twice
    assert grid.repeats.sum() == 1440 + twice[1] - twice[0] + 1


def test_a_flight_over_the_date_line_lives_a_day_twice():
    """Auckland to Honolulu: leaves on Tuesday evening and lands on Tuesday morning."""
    samples = lived(
        [("2025-06-02T00:00:00", "Pacific/Auckland"), ("2025-06-03T17:00:00", "Pacific/Honolulu")],
        112,
    )

    grid = shown(samples, date(2025, 6, 3), 3)

    assert (grid.repeats == 2).sum() == 22 * 60
    assert grid.notes[0].endswith("(travel); these took place twice")
    assert grid.worn.all()


def test_a_flight_the_other_way_misses_most_of_a_day():
    samples = lived(
        [("2025-06-02T00:00:00", "Pacific/Honolulu"), ("2025-06-03T17:00:00", "Pacific/Auckland")],
        112,
    )

    grid = shown(samples, date(2025, 6, 3), 3)

    assert (grid.repeats == 0).sum() == 22 * 60
    assert grid.worn.sum() == grid.repeats.sum()


def test_a_day_that_a_country_left_out_did_not_take_place():
    """Samoa went from 29 to 31 December 2011."""
    samples = lived([("2011-12-28T00:00:00", "Pacific/Apia")], 120)

    grid = shown(samples, date(2011, 12, 29), 3)

    assert not grid.repeats[1440:2880].any()
    assert grid.repeats[:1440].all()


def test_there_and_back_in_one_week_are_two_changes():
    samples = lived(
        [
            ("2025-06-01T04:00:00", "America/New_York"),
            ("2025-06-03T12:00:00", "Europe/Paris"),
            ("2025-06-06T12:00:00", "America/New_York"),
        ],
        200,
    )

    grid = shown(samples, MONDAY, 7)

    assert [note[:10] for note in grid.notes] == ["2025-06-03", "2025-06-06"]
    assert (grid.repeats == 0).sum() == (grid.repeats == 2).sum() == 360
    assert grid.worn.sum() == (grid.repeats > 0).sum()


def test_the_clock_of_before_the_trip_holds_where_nothing_came_after_it():
    samples = lived([("2025-06-01T04:00:00", "America/New_York")], 30)

    grid = shown(samples, MONDAY, 7)

    assert grid.notes == ()
    assert (grid.repeats == 1).all()


def test_a_week_sent_again_from_another_zone_stays_where_it_was_lived():
    journey = [("2025-06-01T04:00:00", "America/New_York"), ("2025-06-08T12:00:00", "Asia/Tokyo")]
    once = lived(journey, 200)
    again = lived([("2025-06-01T04:00:00", "Asia/Tokyo")], 200)

    grid, both = (shown(s, MONDAY, 6) for s in (once, Samples.concat([once, again])))

    assert both.notes == grid.notes == ()
    assert np.array_equal(both.heart_rate, grid.heart_rate, equal_nan=True)


def test_an_hour_under_a_far_zone_is_no_journey():
    """All samples of one hour came under Tokyo's clock: nobody flies there and back in an hour."""
    journey = [
        ("2025-06-01T04:00:00", "America/New_York"),
        ("2025-06-03T15:00:00", "Asia/Tokyo"),
        ("2025-06-03T16:00:00", "America/New_York"),
    ]

    grid = shown(lived(journey, 200), MONDAY, 7)

    assert grid.notes == ()
    assert grid.worn.all()
    assert grid.findings[0].kind == "other_offset"


@pytest.mark.parametrize("days", [1, 40, 400])
def test_any_length_has_all_its_minutes(days: int):
    grid = shown(lived([("2025-06-01T04:00:00", "America/New_York")], 60), MONDAY, days)

    assert len(grid.steps) == 1440 * days
    assert len(grid.devices) == days
