"""What must hold for any week: nothing is lost, invented, or moved by how the data came."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clarity.domain.analysis import analyse, best_week
from clarity.domain.intake.samples import Samples, parse_upload
from clarity.domain.minutes.grid import Grid, build_grid, grid_digest
from clarity.domain.minutes.imputation import model_input
from clarity.domain.minutes.outliers import flag
from clarity.domain.minutes.quality import assess
from tests.healthkit import (
    MONDAY,
    PHONE,
    RECEIVED,
    WATCH,
    at,
    document,
    ordinary_week,
    parsed,
    pulse,
    read,
    slept,
    steps,
)

WEEK = read(ordinary_week())
minutes = st.floats(0, 7 * 1440 - 300, allow_nan=False).map(lambda minute: round(minute, 2))
walks = st.tuples(minutes, st.integers(0, 14_000), st.floats(0, 290)).map(
    lambda drawn: steps(
        at(MONDAY, drawn[0]), drawn[1], round(drawn[2] * max(drawn[1] / 60, 1) * 0.99, 3)
    )
)
FITBIT = ("Fitbit", "com.fitbit.FitbitMobile", "iPhone16,1")
COPIER = ("Steps", "com.example.steps", "iPhone16,1")
SOURCES = [WATCH, FITBIT, PHONE]
rows = st.one_of(
    walks,
    walks.map(lambda row: row | {"source_revision": steps(at(MONDAY, 0), 1, 1, source=FITBIT)[
        "source_revision"]}),
    walks.map(lambda row: row | {"source_revision": steps(at(MONDAY, 0), 1, 1, source=COPIER)[
        "source_revision"]}),
    walks.map(lambda row: row | {"source_revision": steps(at(MONDAY, 0), 1, 1, source=PHONE)[
        "source_revision"]}),
    st.builds(lambda m, v: pulse(at(MONDAY, m), v), minutes, st.integers(40, 180)),
    st.builds(lambda m, n, s: slept(at(MONDAY, m), n, s), minutes, st.integers(1, 240),
              st.integers(0, 5)),
)  # fmt: skip
junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=8,
)  # fmt: skip
FIELDS = list(steps(at(MONDAY, 0), 60, 1))


@settings(deadline=None, max_examples=40)
@given(
    st.lists(walks, min_size=1, max_size=30),
    st.sampled_from([
        ("steps", "stepCount", "count", 1.0),
        ("energy", "activeEnergyBurned", "kcal", 0.1),
        ("distance", "distanceWalkingRunning", "m", 0.7),
    ]),
)  # fmt: skip
def test_spreading_conserves_what_one_device_counted(
    walked: list[dict[str, Any]], amount: tuple[str, str, str, float]
):
    channel, kind, unit, size = amount
    samples = read([
        row | {"sample_type": kind, "unit": unit, "value": row["value"] * size} for row in walked
    ])  # fmt: skip

    grid = build_grid(samples, MONDAY, 8)

    expected = float(samples.unique().value.sum())
    assert np.nansum(getattr(grid, channel)) == pytest.approx(expected, rel=1e-9, abs=1e-9)


@settings(deadline=None, max_examples=60)
@given(st.lists(walks, max_size=20), st.lists(walks, max_size=20))
def test_two_devices_are_at_most_their_sum_and_at_least_the_watch(
    watched: list[dict[str, Any]], phoned: list[dict[str, Any]]
):
    other = steps(at(MONDAY, 0), 1, 1, source=PHONE)["source_revision"]
    watch = read(watched)
    phone = read([row | {"source_revision": other} for row in phoned])

    total = np.nansum(build_grid(Samples.concat([watch, phone]), MONDAY, 8).steps)

    alone = [float(part.unique().value.sum()) for part in (watch, phone)]
    assert alone[0] - 1e-6 <= total <= sum(alone) + 1e-6


@settings(deadline=None, max_examples=60)
@given(st.lists(walks, min_size=1, max_size=20), st.floats(0.0, 1.0), st.sampled_from(SOURCES))
def test_an_app_that_copies_a_device_by_the_hour_changes_nothing(
    walked: list[dict[str, Any]], share: float, source: tuple[str, str, str]
):
    """Whatever part of each hour it copied, from the Watch, another tracker or the phone."""
    writer = steps(at(MONDAY, 0), 1, 1, source=source)["source_revision"]
    watch = read([fine(row) | {"source_revision": writer} for row in walked])
    alone = build_grid(watch, MONDAY, 8)
    hours = np.minimum(np.nansum(alone.steps.reshape(-1, 60), axis=1) * share, 17_000)
    copies = [
        steps(at(MONDAY, 60 * hour), 3600, float(count), source=COPIER)
        for hour, count in enumerate(hours.tolist())
        if count > 0
    ]

    both = build_grid(Samples.concat([watch, read(copies)]), MONDAY, 8)

    assert np.nansum(both.steps) == pytest.approx(np.nansum(alone.steps), rel=1e-6, abs=1e-3)


@settings(deadline=None, max_examples=60)
@given(st.lists(rows, min_size=1, max_size=40), st.randoms(use_true_random=False), st.data())
def test_order_duplicates_and_batches_change_nothing(
    sent: list[dict[str, Any]], random: Any, data: st.DataObject
):
    again = sent + data.draw(st.lists(st.sampled_from(sent), max_size=20))
    random.shuffle(again)
    cut = data.draw(st.integers(0, len(again)))

    once = read(sent)
    batched = Samples.concat([read(again[cut:]), read(again[:cut])])

    one, other = best_week(once), best_week(batched)
    assert grid_digest(other) == grid_digest(one)
    assert (other.findings, other.devices, other.notes) == (one.findings, one.devices, one.notes)
    assert assess(other) == assess(one)
    assert set(batched.identity.tolist()) == set(once.identity.tolist())


@settings(deadline=None, max_examples=40)
@given(st.lists(rows, min_size=1, max_size=30), st.integers(0, 5))
def test_a_window_is_the_same_however_long_the_grid_it_is_cut_from(
    sent: list[dict[str, Any]], first: int
):
    samples = read(sent)
    long = build_grid(samples, MONDAY - timedelta(days=2), 12)

    short = build_grid(samples, long.day(first), 7)

    assert grid_digest(long.window(first, 7)) == grid_digest(short)
    for name in ("steps", "energy", "distance", "heart_rate"):
        of_long = getattr(long.window(first, 7), name)
        assert np.array_equal(of_long, getattr(short, name), equal_nan=True), name
    assert long.window(first, 7).findings == short.findings


@settings(deadline=None, max_examples=40)
@given(
    st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Adelaide", "Africa/Cairo"]),
    st.integers(2010, 2024),
    st.sampled_from([3, 5, 20]),
)
def test_daylight_saving_days_have_1380_or_1500_minutes(zone: str, year: int, every: int):
    """Every day of the year on which this zone changes its clock, with sparse or dense data."""
    for day, real in changes_of(zone, year):
        first = at(day, -600, zone)
        rows = [pulse(first + timedelta(minutes=m), 60) for m in range(0, 2640, every)]

        grid = build_grid(read(rows, zone), day - timedelta(days=1), 3)

        assert grid.repeats.reshape(3, 1440).sum(axis=1).tolist() == [1440, real, 1440]
        assert [note[:10] for note in grid.notes] == [day.isoformat()]


def fine(row: dict[str, Any]) -> dict[str, Any]:
    """The same walk, in at most ten minutes."""
    start, end = (datetime.fromisoformat(row[name]) for name in ("start_date", "end_date"))
    seconds = min((end - start).total_seconds(), 600.0)
    return steps(start, seconds, min(row["value"], 2900.0 if seconds > 60 else 290.0))


def changes_of(zone: str, year: int) -> list[tuple[date, int]]:
    """The days of a year that are longer or shorter in a zone, with their minutes."""
    info = ZoneInfo(zone)
    found = []
    for number in range(365):
        day = date(year, 1, 1) + timedelta(days=number)
        ends = (datetime.combine(day + timedelta(days=k), time(), info) for k in (0, 1))
        begin, end = (moment.astimezone(UTC) for moment in ends)
        real = round((end - begin).total_seconds() / 60)
        if real != 1440:
            found.append((day, real))
    return found


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 6), st.integers(0, 1379), st.integers(61, 600), st.integers(1, 9))
def test_what_lies_under_the_mask_never_influences_a_metric(
    day: int, minute: int, length: int, factor: int
):
    """Two weeks that differ in a stretch only, which then is hidden, are the same week."""
    begin = 1440 * day + minute
    hidden = np.zeros(10_080, np.bool_)
    hidden[begin : begin + length] = True
    week = build_grid(WEEK, MONDAY)
    other = replace(
        week,
        steps=np.where(hidden, week.steps * factor + factor, week.steps),
        heart_rate=np.where(hidden, 40.0 + factor, week.heart_rate),
        stage=np.where(hidden, 3, week.stage).astype(np.int8),
    )

    one, two = (_masked(grid, hidden) for grid in (week, other))

    assert assess(one) == assess(two)
    assert all(np.array_equal(flag(one)[name], found) for name, found in flag(two).items())
    assert analyse(one, assess(one)).to_document() == analyse(two, assess(two)).to_document()
    assert np.array_equal(model_input(one)[0], model_input(two)[0], equal_nan=True)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 6), st.integers(0, 1000), st.integers(120, 400))
def test_samples_that_are_gone_leave_no_trace_in_observed_steps(day: int, minute: int, length: int):
    """Without its samples a stretch is unknown, and the rest of the week is what it was."""
    low = at(MONDAY, 1440 * day + minute).timestamp()
    high = low + 60.0 * length
    gone = (high > WEEK.start) & (low < WEEK.end)

    whole, holed = build_grid(WEEK, MONDAY), build_grid(WEEK.select(~gone), MONDAY)

    both = holed.worn & (holed.steps > 0)
    assert np.allclose(holed.steps[both], whole.steps[both])
    assert not (holed.worn & ~whole.worn).any()


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10_000), st.integers(1, 700))
def test_the_model_gets_observed_minutes_unchanged(begin: int, length: int):
    hidden = np.zeros(10_080, np.bool_)
    hidden[begin : begin + length] = True
    grid = _masked(build_grid(WEEK, MONDAY), hidden)

    values, share = model_input(grid)

    seen = ~np.isnan(grid.steps)
    assert np.array_equal(values[seen], grid.steps[seen].astype(np.float32))
    assert share == pytest.approx((~np.isnan(values) & ~seen).sum() / 10_080)


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 23))
def test_another_clock_moves_the_sleep_and_not_the_rhythm(hours: int):
    """The same life in another zone is the same life at other hours."""
    here = build_grid(WEEK, MONDAY)
    moved = replace(
        here,
        steps=np.roll(here.steps, 60 * hours),
        worn=np.roll(here.worn, 60 * hours),
        heart_rate=np.roll(here.heart_rate, 60 * hours),
        stage=np.roll(here.stage, 60 * hours),
    )

    one, other = (analyse(grid, assess(grid)) for grid in (here, moved))
    values, others = ({each.name: each.value for each in week.metrics} for week in (one, other))

    for name in ("circadian_rhythm_strength", "rest_activity_ratio", "m10", "l5"):
        assert others[name] == pytest.approx(values[name], rel=0.05)
    assert (other.sleep.nights[1].onset - one.sleep.nights[1].onset - 60 * hours) % 1440 == 0


@settings(deadline=None, max_examples=150)
@given(st.lists(st.one_of(junk, st.dictionaries(st.sampled_from(FIELDS), junk), rows), max_size=12))
def test_no_sample_can_break_an_upload(sent: list[Any]):
    upload = parsed(sent)

    assert len(upload.samples) + len(upload.rejected) == len(sent)
    indices = [rejection.index for rejection in upload.rejected]
    assert indices == sorted(set(indices))
    assert all(len(rejection.found) <= 80 for rejection in upload.rejected)


@settings(deadline=None, max_examples=150)
@given(rows, st.sampled_from(FIELDS), junk)
def test_a_broken_field_is_survived_or_named(row: dict[str, Any], field: str, value: Any):
    upload = parsed([row | {field: value}, row])

    assert len(upload.samples) + len(upload.rejected) == 2
    assert {rejection.index for rejection in upload.rejected} <= {0}
    if len(upload.samples) == 2:
        best_week(upload.samples)


@settings(deadline=None, max_examples=60)
@given(st.lists(rows, max_size=20))
def test_columns_are_a_faithful_copy(sent: list[dict[str, Any]]):
    samples = read(sent)

    again = Samples.from_columns(samples.to_columns())

    for name in ("kind", "start", "end", "value", "offset", "identity"):
        assert np.array_equal(getattr(again, name), getattr(samples, name))
    assert again.local_day().tolist() == samples.local_day().tolist()


@settings(deadline=None, max_examples=60)
@given(rows, st.sampled_from(["UTC", "Asia/Tokyo", "America/New_York", "Pacific/Chatham"]))
def test_the_zone_of_an_upload_is_no_part_of_an_identity(row: dict[str, Any], zone: str):
    here = parse_upload(document([row], zone), received_at=RECEIVED).samples

    assert here.identity.tolist() == read([row]).identity.tolist()


def _masked(grid: Grid, hidden: np.ndarray) -> Grid:
    """The grid as if nothing had been observed in the hidden minutes."""
    return replace(
        grid,
        steps=np.where(hidden, np.nan, grid.steps),
        heart_rate=np.where(hidden, np.nan, grid.heart_rate),
        worn=grid.worn & ~hidden,
        stage=np.where(hidden, -1, grid.stage).astype(np.int8),
    )
