"""A day is as long as it was, in every zone whose clock changes."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
import pytest

from clarity.domain.intake.columns import Samples, Source
from clarity.domain.intake.samples import KIND_INDEX
from clarity.domain.minutes.grid import build_grid
from clarity.domain.minutes.quality import assess
from tests.healthkit import WATCH


def changes(year: int) -> dict[tuple[date, int, int], str]:
    """By day, minutes gained and offset before: a zone whose clock changes so."""
    found: dict[tuple[date, int, int], str] = {}
    for name in sorted(available_timezones() - {"localtime", "Factory"}):
        zone, moment = ZoneInfo(name), datetime(year, 1, 1, tzinfo=UTC)
        before = moment.astimezone(zone).utcoffset()
        while moment.year == year:
            moment += timedelta(days=1)
            after = moment.astimezone(zone).utcoffset()
            assert before is not None
            assert after is not None
            if after != before:
                key = (moment.date(), after - before, before)
                gained = (key[0], int(key[1].total_seconds()), int(key[2].total_seconds()))
                found.setdefault(gained, name)
            before = after
    return found


def ticking(name: str, first: datetime, hours: int) -> Samples:
    """A pulse every quarter of an hour, with the offset that the zone has then."""
    zone, count = ZoneInfo(name), 4 * hours
    start = np.asarray(first.timestamp() + 900.0 * np.arange(count), np.float64)
    shifts = [datetime.fromtimestamp(second, zone).utcoffset() for second in start]
    offset = [int(shift.total_seconds()) for shift in shifts if shift is not None]
    return Samples(
        kind=np.full(count, KIND_INDEX["heartRate"], np.int8),
        start=start,
        end=start,
        value=np.full(count, 60.0),
        offset=np.array(offset, np.int32),
        source=np.zeros(count, np.int16),
        identity=np.arange(count, dtype=np.uint64),
        sources=(Source(*WATCH),),
    )


@pytest.mark.parametrize("year", [2011, 2019, 2024])
def test_a_day_on_which_the_clock_changes_is_as_long_as_it_was(year: int):
    """In every zone: 1380 or 1500 minutes in most, and half an hour or two hours in some."""
    lengths = Counter[int]()
    for (day, _, _), name in changes(year).items():
        first = datetime.combine(day - timedelta(days=3), datetime.min.time(), UTC)
        samples = ticking(name, first, 7 * 24)
        zone = ZoneInfo(name)
        quarters = first.timestamp() + 900.0 * np.arange(4 * 7 * 24)
        real = Counter(datetime.fromtimestamp(second, zone).date() for second in quarters)

        grid = build_grid(samples, day - timedelta(days=2), 4)

        found = {each.date: each.real_minutes for each in assess(grid).days}
        assert found == {each: 15 * real[each] for each in found}, name
        lengths.update(found.values())

    assert {1380, 1440, 1500} <= lengths.keys()


@pytest.mark.parametrize("name", ["Europe/Berlin", "Australia/Lord_Howe", "America/Santiago"])
def test_the_minutes_of_a_year_are_those_that_took_place(name: str):
    zone = ZoneInfo(name)
    begin, end = (datetime(year, 1, 1, tzinfo=zone).timestamp() for year in (2024, 2025))
    samples = ticking(name, datetime.fromtimestamp(begin - 7200, UTC), 366 * 24 + 4)

    grid = build_grid(samples, date(2024, 1, 1), 366)

    assert int(grid.repeats.astype(int).sum()) == round((end - begin) / 60)
