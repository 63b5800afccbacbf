from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from clarity.domain.errors import UnusableUploadError
from clarity.domain.intake.columns import identities
from clarity.domain.intake.samples import (
    KINDS,
    Rejection,
    Source,
    parse_upload,
)
from clarity.domain.intake.units import CANONICAL, LIMITS
from tests.healthkit import (
    MONDAY,
    PHONE,
    RECEIVED,
    at,
    document,
    ordinary_day,
    parsed,
    pulse,
    read,
    sample,
    slept,
    steps,
)

NOON = at(MONDAY, 720)


def test_the_order_of_the_kinds_is_the_storage_format():
    assert KINDS == (
        "stepCount", "heartRate", "restingHeartRate", "heartRateVariabilitySDNN",
        "oxygenSaturation", "respiratoryRate", "activeEnergyBurned", "appleExerciseTime",
        "distanceWalkingRunning", "bodyTemperature", "sleepAnalysis", "workout",
    )  # fmt: skip
    assert set(KINDS) == set(CANONICAL) == set(LIMITS)


def test_a_sample_keeps_its_time_value_offset_and_source():
    samples = read([steps(NOON, 90, 42)])

    assert samples.start[0] == NOON.timestamp()
    assert samples.end[0] - samples.start[0] == 90
    assert samples.value[0] == 42
    assert samples.offset[0] == -4 * 3600
    assert samples.sources == (Source("Ann's Apple Watch", "com.apple.health.1", "Watch7,1"),)
    assert samples.local_day()[0] == np.datetime64("2025-06-02")


@pytest.mark.parametrize(
    ("kind", "value", "unit", "canonical"),
    [
        ("stepCount", 7, "count", 7.0),
        ("HKQuantityTypeIdentifierStepCount", 7, "count", 7.0),
        ("heartRate", 60, "bpm", 60.0),
        ("heartRate", 1.0, "count/s", 60.0),
        ("heartRateVariabilitySDNN", 0.05, "s", 50.0),
        ("oxygenSaturation", 0.97, "%", 97.0),
        ("oxygenSaturation", 97, "%", 97.0),
        ("oxygenSaturation", 1.0, "%", 100.0),
        ("activeEnergyBurned", 4.184, "kJ", 1.0),
        ("activeEnergyBurned", 1, "Cal", 1.0),
        ("activeEnergyBurned", 1000, "cal", 1.0),
        ("distanceWalkingRunning", 0.5, "km", 500.0),
        ("distanceWalkingRunning", 0.25, "mi", 402.336),
        ("bodyTemperature", 98.6, "degF", 37.0),
        ("appleExerciseTime", 60, "s", 1.0),
    ],
)
def test_units_become_canonical(kind: str, value: float, unit: str, canonical: float):
    samples = read([sample(kind, NOON, 600, value=value, unit=unit)])

    assert samples.value[0] == pytest.approx(canonical)


def test_a_sleep_stage_is_read_from_either_field():
    null = slept(NOON, 30, 4) | {"category_value": None, "value": 4.0}

    samples = read([slept(NOON, 30, 4), null])

    assert samples.value.tolist() == [4, 4]
    assert samples.identity[0] == samples.identity[1]


@pytest.mark.parametrize(
    ("value", "unit", "minutes"),
    [(1800, "s", 30), (25.5, "min", 25.5), (310, "kcal", 40), (None, None, 40)],
)
def test_a_workout_is_its_duration_or_else_its_interval(value: Any, unit: Any, minutes: float):
    samples = read([sample("workout", NOON, 2400, value=value, unit=unit)])

    assert samples.value[0] == pytest.approx(minutes)


GOOD = steps(NOON, 600, 100)
NAN, HUGE = float("nan"), 10**5000


@pytest.mark.parametrize(
    ("bad", "code", "field"),
    [
        (None, "not_an_object", ""),
        ([GOOD], "not_an_object", ""),
        ({}, "missing_field", "sample_type"),
        ({1: 2}, "missing_field", "sample_type"),
        (GOOD | {"sample_type": "bloodGlucose"}, "unknown_type", "sample_type"),
        (GOOD | {"sample_type": ["stepCount"]}, "unknown_type", "sample_type"),
        (GOOD | {"value": None}, "missing_field", "value"),
        (GOOD | {"value": True}, "bad_value", "value"),
        (GOOD | {"value": "42"}, "bad_value", "value"),
        (GOOD | {"value": {"a": [1] * 100_000}}, "bad_value", "value"),
        (GOOD | {"value": NAN}, "not_finite", "value"),
        (GOOD | {"value": HUGE}, "not_finite", "value"),
        (GOOD | {"value": 1e9}, "out_of_bounds", "value"),
        (GOOD | {"value": -1}, "out_of_bounds", "value"),
        (GOOD | {"value": 9000}, "implausible_rate", "value"),
        (GOOD | {"unit": None}, "missing_field", "unit"),
        (GOOD | {"unit": "kcal"}, "bad_unit", "unit"),
        (GOOD | {"unit": 7}, "bad_unit", "unit"),
        (GOOD | {"start_date": None}, "missing_field", "start_date"),
        (GOOD | {"start_date": "yesterday"}, "bad_date", "start_date"),
        (GOOD | {"start_date": "2025-06-02T12:00:00"}, "bad_date", "start_date"),
        (GOOD | {"start_date": 770_000_000}, "bad_date", "start_date"),
        (GOOD | {"start_date": "1999-12-31T23:00:00Z"}, "too_old", "start_date"),
        (GOOD | {"start_date": "0001-01-01T00:00:00+14:00"}, "too_old", "start_date"),
        (GOOD | {"end_date": "2025-06-02T00:00:00Z"}, "end_before_start", "end_date"),
        (GOOD | {"end_date": "2099-01-01T00:00:00Z"}, "in_future", "end_date"),
        (GOOD | {"end_date": "2025-06-03T00:00:00Z"}, "interval_too_long", "end_date"),
        (slept(NOON, 30, 6), "out_of_bounds", "category_value"),
        (GOOD | slept(NOON, 30, 3) | {"category_value": 2.5}, "out_of_bounds", "category_value"),
        (slept(NOON, 30, 3) | {"category_value": None}, "missing_field", "value"),
        (pulse(NOON, 20), "out_of_bounds", "value"),
        (pulse(NOON, 1e308) | {"unit": "count/s"}, "not_finite", "value"),
    ],
)
def test_a_bad_sample_is_rejected_with_its_reason_and_the_rest_survives(
    bad: Any, code: str, field: str
):
    upload = parsed([GOOD, bad, pulse(NOON, 60)])

    assert len(upload.samples) == 2
    (rejection,) = upload.rejected
    assert (rejection.index, rejection.code, rejection.field) == (1, code, field)
    assert code in (Rejection.__doc__ or "")
    assert rejection.expected
    assert len(rejection.found) <= 80


def test_every_sample_is_taken_or_rejected_once():
    bad = [GOOD | {"value": value} for value in (NAN, -1, 10**9, "x", None)] * 2000

    upload = parsed([*bad, GOOD])

    assert [rejection.index for rejection in upload.rejected] == list(range(10_000))
    assert len(upload.samples) == 1


def test_the_clock_may_be_a_day_ahead_but_no_more():
    ahead = [pulse(RECEIVED + timedelta(hours=hours), 60) for hours in (23, 25)]

    upload = parsed(ahead)

    assert [rejection.index for rejection in upload.rejected] == [1]


@pytest.mark.parametrize(
    "change",
    [
        {"source_revision": None},
        {"source_revision": {"source": "Watch", "product_type": 7}},
        {"metadata": ["junk"]},
        {"metadata": {"HKTimeZone": "Middle/Earth", "deep": {"a": {"b": list(range(1000))}}}},
        {"surprise": object()},
    ],
)
def test_junk_beside_the_measurement_does_not_matter(change: dict[str, Any]):
    assert len(read([GOOD | change])) == 1


def test_a_name_with_half_a_surrogate_pair_can_be_stored():
    broken = GOOD | {"source_revision": {"source": {"name": "Ann\ud83d" + "x" * 500}}}

    (source,) = read([broken]).sources

    assert source.name.encode()
    assert len(source.name) == 200


def test_sources_are_numbered_as_they_come():
    written = [steps(NOON, 600, 1), steps(NOON, 600, 2, source=PHONE), steps(NOON, 600, 3)]

    assert [source.product_type for source in read(written).sources] == ["Watch7,1", "iPhone16,1"]


def test_more_sources_than_a_person_has_are_rejected():
    many = [steps(NOON, 600, 1, source=(f"s{i}", "b", "p")) for i in range(300)]

    upload = parsed(many)

    assert len(upload.samples) == 256
    assert {rejection.code for rejection in upload.rejected} == {"too_many_sources"}


@pytest.mark.parametrize(
    "bad",
    [
        {"samples": []},
        {"time_zone": "Middle/Earth", "samples": []},
        {"time_zone": "../etc/passwd", "samples": []},
        {"time_zone": "America", "samples": []},
        {"time_zone": "GMT+9900", "samples": []},
        {"time_zone": 7, "samples": []},
        {"time_zone": "UTC"},
        {"time_zone": "UTC", "samples": {"0": GOOD}},
        {"time_zone": "UTC", "samples": [], "deleted": "all"},
        {"device_info": "phone", "samples": []},
    ],
)
def test_a_document_without_samples_or_zone_is_unusable(bad: dict[str, Any]):
    with pytest.raises(UnusableUploadError, match="expected"):
        parse_upload(bad, received_at=RECEIVED)


def test_the_documents_own_zone_comes_before_the_devices():
    upload = parse_upload(
        document([GOOD], "America/New_York", time_zone="Asia/Tokyo"), received_at=RECEIVED
    )

    assert upload.samples.offset.tolist() == [9 * 3600]


@pytest.mark.parametrize(("zone", "offset"), [("GMT+0530", 19_800), ("GMT-3", -10_800)])
def test_a_fixed_zone_of_ios_is_known(zone: str, offset: int):
    assert read([GOOD], zone).offset.tolist() == [offset]


def test_healthkits_own_zone_of_a_sample_comes_first():
    abroad = GOOD | {"metadata": {"HKTimeZone": "Europe/Berlin"}}

    assert read([GOOD, abroad, GOOD, abroad]).offset.tolist() == [-14_400, 7200, -14_400, 7200]
    assert read([abroad]).offset.tolist() == [7200]


def test_the_offset_follows_daylight_saving():
    before, after = datetime(2025, 3, 9, 6, 59, tzinfo=UTC), datetime(2025, 3, 9, 7, tzinfo=UTC)

    assert read([pulse(before, 60), pulse(after, 60)]).offset.tolist() == [-18_000, -14_400]


@pytest.mark.parametrize(
    "written",
    ["2025-06-02T16:00:00Z", "2025-06-02T12:00:00.000-04:00", "2025-06-02 12:00:00 -0400", NOON,
     NOON.replace(microsecond=300)],
)  # fmt: skip
def test_the_same_moment_has_the_same_identity_however_it_is_written(written: Any):
    again = GOOD | {"start_date": written}

    samples = read([GOOD, again])

    assert len(samples.unique()) == 1


def test_the_same_measurement_has_the_same_identity_in_any_unit_and_zone():
    mile = sample("distanceWalkingRunning", NOON, 600, value=0.3, unit="mi")
    metres = mile | {"unit": "m", "value": 0.3 * 1609.344}

    one, other = read([mile], "Asia/Tokyo"), read([metres], "UTC")

    assert one.identity[0] == other.identity[0]


@pytest.mark.parametrize(
    "change",
    [
        {"value": 101.0},
        {"start_date": "2025-06-02T15:59:59.999Z"},
        {"end_date": "2025-06-02T16:20:00Z"},
        {"source_revision": GOOD["source_revision"] | {"product_type": "Watch7,2"}},
        {"sample_type": "distanceWalkingRunning", "unit": "m"},
    ],
)
def test_another_measurement_has_another_identity(change: dict[str, Any]):
    samples = read([GOOD, GOOD | change])

    assert samples.identity[0] != samples.identity[1]


def test_identity_is_the_same_on_every_machine():
    assert read([GOOD]).identity.tolist() == [16_740_556_432_362_006_430]


def test_a_million_measurements_that_hardly_differ_have_a_million_identities():
    n = 1_000_000
    at = np.arange(n, dtype=np.float64)
    start = 1_780_000_000.0 + (at // 100) * 0.001
    value = 60.0 + at % 10
    end = start + at // 10 % 10
    same = np.zeros(n, np.int8)

    found = identities(same, start, end, value, same.astype(np.uint64))

    assert len(np.unique(found)) == n
    bits = np.unpackbits(found.astype("<u8").view(np.uint8)).reshape(n, 64)
    assert np.abs(bits.mean(axis=0) - 0.5).max() < 0.005
    assert 31 < (bits[1:] != bits[:-1]).sum(axis=1).mean() < 33


def test_deleted_samples_are_told_by_identity():
    upload = parsed([GOOD, pulse(NOON, 60)], deleted=[GOOD, None])

    assert len(upload.samples.without(upload.deleted.identity)) == 1
    assert [rejection.field for rejection in upload.rejected] == ["deleted."]


def test_an_upload_may_only_delete():
    upload = parse_upload({"time_zone": "UTC", "deleted": [GOOD]}, received_at=RECEIVED)

    assert len(upload.samples) == 0
    assert len(upload.deleted) == 1


def test_an_upload_of_a_hundred_samples_is_decoded_in_milliseconds():
    rows = json.loads(json.dumps((ordinary_day(MONDAY) * 2)[:100]))
    taken = []
    for _ in range(20):
        began = time.perf_counter()
        parsed(rows)
        taken.append(time.perf_counter() - began)

    assert min(taken) < 0.005  # about 0.4 ms; the margin is for a busy machine
