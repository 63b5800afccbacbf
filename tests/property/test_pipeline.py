"""What must hold from the samples to the analysis, for any person, device, zone and order."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clarity.domain.analysis import analyse, best_week
from clarity.domain.intake.columns import Samples
from clarity.domain.intake.samples import parse_upload
from clarity.domain.metric import CLOCK
from clarity.domain.minutes.grid import build_grid
from clarity.domain.minutes.quality import assess
from clarity.domain.sleep.nights import sleep_metrics
from clarity.sources.generated import people
from tests.healthkit import (
    MONDAY,
    PHONE,
    RECEIVED,
    WATCH,
    at,
    ordinary_week,
    pulse,
    read,
    sample,
    slept,
)
from tests.healthkit import steps as walked

if TYPE_CHECKING:
    from clarity.domain.analysis import Analysis
    from clarity.domain.minutes.grid import Grid

RING = ("Ring", "com.oura.ring", "iPhone16,1")
UTC_ZONE = "UTC"
DAYS = 11  # a week with two days on either side
# Each unit that a sample may come in, and what one of it is in the grid's.
UNITS = {
    "stepCount": {"count": 1.0},
    "activeEnergyBurned": {"kcal": 1.0, "kJ": 1 / 4.184},
    "distanceWalkingRunning": {"m": 1.0, "km": 1000.0, "mi": 1609.344, "ft": 0.3048},
}
CHANNEL = {
    "stepCount": "steps",
    "activeEnergyBurned": "energy",
    "distanceWalkingRunning": "distance",
}
# The heart's wave takes sleep out, which at the window's end is not known for half a day.
HALF_KNOWN = {"heart_rate_amplitude", "heart_rate_acrophase", "heart_rate_amplitude_error"}
# What else rests on the sleep that was found.
ON_SLEEP = {
    "sleep_midpoint",
    "sleep_offset_variability",
    "sleep_regularity_index",
    "social_jet_lag",
    "resting_heart_rate",
    "sedentary_time",
    "light_activity_time",
    "moderate_activity_time",
    "vigorous_activity_time",
}
# In these, minutes at the window's edges take part as neighbours.
EDGED = {
    "intradaily_variability",
    "cosinor_amplitude_error",
    "cosinor_acrophase_error",
    "activity_fragmentation",
    "rest_to_activity",
    "activity_to_rest",
    "moderate_bout_minutes",
}


def document(samples: Samples, first: date = MONDAY) -> dict[str, Any]:
    """Everything that is said of a week."""
    return analysis(build_grid(samples, first)).to_document()


def analysis(grid: Grid) -> Analysis:
    return analyse(grid, assess(grid))


def metrics(found: Analysis) -> dict[str, Any]:
    return {metric.name: metric for metric in (*found.metrics, *found.details)}


# --- totals -------------------------------------------------------------------------------------

movements = st.tuples(
    st.sampled_from([WATCH, PHONE, RING]),
    st.integers(0, 2),  # the first, second or third of the device's own days
    st.floats(300, 1200),  # minute of the day
    st.floats(0, 600),  # seconds
    st.floats(0.05, 1),  # of what a body can do
    st.integers(0, 5),  # which units
)
MOST = {"stepCount": 150.0, "activeEnergyBurned": 15.0, "distanceWalkingRunning": 300.0}


@settings(deadline=None, max_examples=60)
@given(st.lists(movements, min_size=1, max_size=12))
def test_totals_survive_any_interval_unit_and_device(moved: list[Any]):
    """Each device has days of its own: where two see the same walk, one of them counts."""
    own = {WATCH: 0, PHONE: 3, RING: 6}
    sent, expected = [], dict[str, float]()
    for source, day, minute, seconds, share, which in moved:
        begin = at(MONDAY + timedelta(days=own[source] + day), round(minute, 3))
        for kind, units in UNITS.items():
            unit = sorted(units)[which % len(units)]
            value = round(share * MOST[kind] * max(seconds / 60, 1) / units[unit], 4)
            sent.append(
                sample(kind, begin, round(seconds, 3), value=value, unit=unit, source=source)
            )
    samples = read(sent).unique()
    for kind in UNITS:
        expected[kind] = float(samples.of(kind).value.sum())

    grid = build_grid(samples, MONDAY, 9)

    for kind, channel in CHANNEL.items():
        total = np.nansum(getattr(grid, channel) * grid.repeats)
        assert total == pytest.approx(expected[kind], rel=1e-9, abs=1e-9), kind


# --- the clock ----------------------------------------------------------------------------------


@st.composite
def lives(draw: st.DrawFn, zone: str = UTC_ZONE) -> Samples:
    """A day that a person repeats: walks, a pulse, and perhaps a night of stages, at any hours.

    From two days before Monday on, so that a window around any of its hours holds the same life.
    """
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    bed, night = draw(st.integers(0, 1439)), draw(st.integers(300, 600))
    stages = draw(st.booleans())
    walks = [
        ((bed + night + 10 + int(minute)) % 1440 + 0.5, int(seconds), int(seconds * rate))
        for minute, seconds, rate in zip(
            rng.choice(1440 - night - 20, 12, replace=False),
            rng.integers(60, 600, 12),
            rng.uniform(0.3, 2.4, 12),
            strict=True,
        )
    ]
    minutes = np.arange(0, 1440, 5)
    wave = np.cos(2 * np.pi * (minutes - bed) / 1440)
    level = np.where((minutes - bed) % 1440 < night, 52, 74) + 4 * wave
    beats = (level + rng.normal(0, 3, len(minutes))).round(1).tolist()
    return lived(bed, night if stages else 0, walks, beats, zone)


def lived(
    bed: int, staged: int, walks: list[tuple[float, int, int]], beats: list[float], zone: str
) -> Samples:
    out = []
    for day in range(DAYS):
        midnight = at(MONDAY + timedelta(days=day - 2), 0, UTC_ZONE)
        out += [walked(midnight + timedelta(minutes=m), s, count) for m, s, count in walks]
        out += [pulse(midnight + timedelta(minutes=5 * n), beat) for n, beat in enumerate(beats)]
        for part, stage in enumerate((3, 4, 2, 5, 3) if staged else ()):
            begin = midnight + timedelta(minutes=bed + part * (staged // 5))
            out.append(slept(begin, staged // 5, stage))
    return read(out, zone)


def moved(samples: Samples, minutes: int) -> Samples:
    """The same life so many minutes later."""
    return replace(samples, start=samples.start + 60.0 * minutes, end=samples.end + 60.0 * minutes)


def assert_moved(here: Analysis, there: Analysis, minutes: int) -> None:
    """Times lie so many minutes later, and everything else is as it was."""
    one, other = metrics(here), metrics(there)
    assert one.keys() == other.keys()
    sleep = {metric.name for metric in sleep_metrics(here.sleep)} | ON_SLEEP
    for name, metric in one.items():
        # Nights at the window's edge: how many are seen, and where stillness is smoothed.
        if name in sleep and (here.sleep.method != "stages" or name == "social_jet_lag"):
            continue
        found = other[name]
        assert (found.unit, found.status) == (metric.unit, metric.status), name
        if metric.value is None or name in HALF_KNOWN:
            continue
        if metric.unit == CLOCK:
            late = (found.value - metric.value - minutes + 720) % 1440 - 720
            assert late == pytest.approx(0, abs=1e-6), name
        elif name in EDGED:
            assert found.value == pytest.approx(metric.value, rel=0.1, abs=0.02), name
        else:
            assert found.value == pytest.approx(metric.value, rel=1e-6, abs=1e-4), name


@settings(deadline=None, max_examples=12)
@given(lives(), st.integers(1, 23))
def test_a_recording_moved_by_hours_moves_its_times_and_nothing_else(life: Samples, hours: int):
    here = analysis(build_grid(life, MONDAY))
    there = analysis(build_grid(moved(life, 60 * hours), MONDAY))

    assert_moved(here, there, 60 * hours)


@settings(deadline=None, max_examples=8)
@given(st.data(), st.sampled_from([-11, -5, 3, 9, 13]))
def test_another_zone_moves_the_times_and_nothing_else(data: st.DataObject, hours: int):
    life = data.draw(lives(f"GMT{hours:+03d}00"))
    at_home = replace(life, offset=np.zeros_like(life.offset))

    here, there = (analysis(build_grid(samples, MONDAY)) for samples in (at_home, life))

    assert_moved(here, there, 60 * hours)


@settings(deadline=None, max_examples=12)
@given(lives(), st.integers(1, 1439))
def test_a_recording_moved_by_minutes_moves_its_onsets(life: Samples, minutes: int):
    """What rests on clock hours has other minutes in each hour then, and is another number."""
    here = analysis(build_grid(life, MONDAY))
    there = analysis(build_grid(moved(life, minutes), MONDAY))

    one, other = metrics(here), metrics(there)
    nearly = {"sleep_midpoint": 0 if here.sleep.method == "stages" else 5}
    for name in ("l5_onset", "m10_onset", "sleep_midpoint"):
        assert one[name].status == other[name].status, name
        if one[name].value is not None:
            late = (other[name].value - one[name].value - minutes + 720) % 1440 - 720
            assert late == pytest.approx(0, abs=nearly.get(name, 0) + 1e-6), name
    for name in ("l5", "m10", "relative_amplitude", "daily_steps"):
        assert other[name].value == pytest.approx(one[name].value, rel=1e-6, abs=1e-6), name


@settings(deadline=None, max_examples=10)
@given(st.integers(1, 40).map(lambda weeks: 7 * weeks), st.booleans())
def test_a_recording_moved_by_weeks_is_the_same(days: int, stages: bool):
    """Weekdays stay what they are, so nothing but dates may change."""
    week = read(ordinary_week(stages=stages), UTC_ZONE)
    later = replace(week, start=week.start + 86_400.0 * days, end=week.end + 86_400.0 * days)

    one, other = analysis(build_grid(week, MONDAY)), analysis(
        build_grid(later, MONDAY + timedelta(days=days))
    )  # fmt: skip

    assert other.metrics == one.metrics
    assert other.details == one.details
    assert other.confidence == one.confidence


@settings(deadline=None, max_examples=6)
@given(st.integers(1, 6))
def test_other_weekdays_change_social_jet_lag_alone(days: int):
    week = read(ordinary_week(), UTC_ZONE)
    later = replace(week, start=week.start + 86_400.0 * days, end=week.end + 86_400.0 * days)

    one, other = (
        metrics(analysis(build_grid(samples, MONDAY + timedelta(days=moved))))
        for samples, moved in ((week, 0), (later, days))
    )

    assert {name for name in one if one[name] != other[name]} <= {"social_jet_lag"}


# --- order and batches --------------------------------------------------------------------------


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 2**32 - 1), st.integers(1, 6), st.integers(0, 500))
def test_order_duplicates_and_batches_change_nothing_that_is_said(
    seed: int, batches: int, again: int
):
    sent, random = two_devices(), Random(seed)
    shuffled = sent + random.sample(sent, min(again, len(sent)))
    random.shuffle(shuffled)
    cuts = sorted(random.sample(range(len(shuffled)), batches))
    parts = [
        read(shuffled[low:high])
        for low, high in zip([0, *cuts], [*cuts, len(shuffled)], strict=True)
        if high > low
    ]
    stored = [Samples.from_columns(part.to_columns()) for part in parts]

    found = analysis(best_week(Samples.concat(stored)))

    assert found.to_document() == once().to_document()


@cache
def two_devices() -> list[dict[str, Any]]:
    """A week on the wrist and in the pocket, with an hour here and there in both."""
    phone = [
        walked(at(MONDAY + timedelta(days=day), 497.3 + 61.7 * k), 533.0, 610 + 7 * k, source=PHONE)
        for day in range(7)
        for k in range(10)
    ]
    return ordinary_week() + phone


@cache
def once() -> Analysis:
    return analysis(best_week(read(two_devices())))


@pytest.mark.parametrize("name", ["traveller", "two-devices", "non-wear", "rotating-shifts"])
def test_no_order_of_samples_or_sources_changes_what_is_said_of_a_person(name: str):
    person = people.generate(name, days=8, last_day=MONDAY + timedelta(days=6))
    documents = [document for _, document in people.uploads(person)]
    whole = Samples.concat([parse_upload(each, received_at=RECEIVED).samples for each in documents])
    rng = np.random.default_rng(7)
    order = rng.permutation(np.concatenate([np.arange(len(whole)), np.arange(300)]))
    new = rng.permutation(len(whole.sources))
    sources = tuple(whole.sources[at] for at in np.argsort(new))
    mixed = replace(whole, source=new[whole.source].astype(np.int16), sources=sources).select(order)

    one, other = (analysis(best_week(samples)).to_document() for samples in (whole, mixed))

    assert other == one


# --- the mask -----------------------------------------------------------------------------------


@settings(deadline=None, max_examples=25)
@given(st.integers(2, 20), st.integers(0, 20_000), st.booleans())
def test_samples_of_other_days_change_nothing(days: int, count: int, before: bool):
    week = read(two_devices())
    day = MONDAY + timedelta(days=-days - 1 if before else days + 7)
    other = read([walked(at(day, 600), 600, min(count, 2900)), pulse(at(day, 660), 199)])

    assert document(Samples.concat([other, week])) == document(week)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 6), st.integers(480, 900), st.lists(st.integers(20, 280), max_size=6))
def test_a_record_of_no_steps_where_nothing_was_worn_changes_no_metric(
    day: int, minute: int, zeros: list[int]
):
    """A phone on the table writes zeros; that is no evidence of rest."""
    low = at(MONDAY, 1440 * day + minute).timestamp()
    week = read(two_devices())
    taken_off = week.select((week.end <= low) | (week.start >= low + 300 * 60.0))
    table = read(
        [walked(at(MONDAY, 1440 * day + minute + m), 600, 0, source=PHONE) for m in zeros]
        or [walked(at(MONDAY, 1440 * day + minute + 60), 600, 0, source=PHONE)]
    )

    one, other = (
        analysis(build_grid(Samples.concat(parts), MONDAY))
        for parts in ([taken_off], [taken_off, table])
    )

    assert other.metrics == one.metrics
    assert other.details == one.details
