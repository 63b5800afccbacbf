"""Uploads in the shape that the mobile SDKs of open-wearables send."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest

from clarity.domain.errors import UnusableUploadError
from clarity.domain.intake.samples import (
    KINDS,
    ParsedUpload,
    Rejection,
    Samples,
    Source,
    parse_upload,
)
from tests.healthkit import (
    MONDAY,
    NEW_YORK,
    RECEIVED,
    WATCH,
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
COLLECTIONS = ("records", "sleep", "workouts")
STAGES = ("in_bed", "sleeping", "awake", "light", "deep", "rem")
SOURCE = {
    "name": WATCH[0],
    "bundleIdentifier": WATCH[1],
    "productType": WATCH[2],
    "deviceType": "watch",
    "deviceModel": "Watch",
    "operatingSystemVersion": {"majorVersion": 11, "minorVersion": 0, "patchVersion": 0},
}
NEWER_SOURCE = {"appId": WATCH[1], "deviceName": WATCH[0], "deviceModel": WATCH[2],
                "deviceId": None, "deviceType": "watch", "recordingMethod": None}  # fmt: skip


def translated(row: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A sample of the iOS client as an open-wearables client would send it."""
    kind, start, end = row["sample_type"], row["start_date"], row["end_date"]
    record = {"id": "8B1C", "parentId": None, "startDate": start, "endDate": end,
              "zoneOffset": None, "source": SOURCE, "metadata": None}  # fmt: skip
    if kind == "sleepAnalysis":
        record |= {"stage": STAGES[row["category_value"]], "values": None}
    elif kind == "workout":
        energy = {"type": "activeEnergyBurned", "value": 310.0, "unit": "kcal"}
        duration = {"type": "duration", "value": row["value"], "unit": row["unit"]}
        record |= {"type": "running", "values": [energy, duration], "laps": None}
    else:
        name = f"HKQuantityTypeIdentifier{kind[0].upper()}{kind[1:]}"
        record |= {"type": name, "value": row["value"], "unit": row["unit"]}
    return record | more


RECORD = translated(steps(NOON, 600, 100))
ABROAD = RECORD | {"zoneOffset": "+09:00"}
SLEEP = translated(slept(NOON, 30, 4))
WORKOUT = translated(sample("workout", NOON, 2400, value=1800, unit="s"))


def sent(
    records: Any = None,
    sleep: Any = None,
    workouts: Any = None,
    zone: str | None = NEW_YORK,
    **more: Any,
) -> ParsedUpload:
    upload = {"provider": "apple", "sdkVersion": "0.6.0", "syncTimestamp": "2025-06-03T04:00:00Z"}
    data = {"records": records, "sleep": sleep, "workouts": workouts}
    whole: dict[str, Any] = upload | {"data": data} | more
    if zone is not None:
        whole["device_info"] = {"time_zone": zone}
    return parse_upload(whole, received_at=RECEIVED)


def taken(*collections: Any, zone: str | None = NEW_YORK) -> Samples:
    upload = sent(**dict(zip(COLLECTIONS, collections, strict=False)), zone=zone)
    assert upload.rejected == ()
    return upload.samples


def test_each_collection_is_read():
    samples = taken([RECORD], [SLEEP], [WORKOUT])

    assert [KINDS[kind] for kind in samples.kind] == ["stepCount", "sleepAnalysis", "workout"]
    assert samples.value.tolist() == [100, 4, 30]
    assert samples.sources == (Source(*WATCH),)
    assert samples.offset.tolist() == [-14_400] * 3


def test_a_measurement_has_the_same_identity_in_both_payloads():
    ours = [*ordinary_day(MONDAY), sample("workout", NOON, 2400, value=1800, unit="s"),
            sample("oxygenSaturation", NOON, value=97.0, unit="%")]  # fmt: skip
    theirs: dict[str, list[Any]] = {"sleepAnalysis": [], "workout": [], "": []}
    for row in ours:
        theirs.get(row["sample_type"], theirs[""]).append(translated(row))

    samples = taken(theirs[""], theirs["sleepAnalysis"], theirs["workout"])

    assert set(samples.identity.tolist()) == set(read(ours).identity.tolist())
    assert len(samples) == len(ours)


@pytest.mark.parametrize("source", [SOURCE, NEWER_SOURCE])
def test_a_source_is_read_in_the_older_and_the_newer_form(source: dict[str, Any]):
    assert taken([RECORD | {"source": source}]).sources == (Source(*WATCH),)


@pytest.mark.parametrize("source", [None, "Watch", [], {"name": 7}])
def test_a_broken_source_is_the_unnamed_one(source: Any):
    assert taken([RECORD | {"source": source}]).sources == (Source(),)


@pytest.mark.parametrize(
    ("stage", "code"),
    [*zip(STAGES, range(6), strict=True), ("inBed", 0), ("asleepUnspecified", 1), ("core", 3),
     ("asleepREM", 5), (3, 3)],
)  # fmt: skip
def test_every_sleep_stage_has_its_code(stage: Any, code: int):
    assert taken([], [SLEEP | {"stage": stage}]).value.tolist() == [code]


def test_a_stage_among_the_records_is_a_stage():
    row = RECORD | {"type": "HKCategoryTypeIdentifierSleepAnalysis", "value": 5, "unit": None}

    assert KINDS[taken([row]).kind[0]] == "sleepAnalysis"


@pytest.mark.parametrize(
    ("values", "minutes"),
    [
        ([{"type": "duration", "value": 1800.5, "unit": "s"}], 30 + 0.5 / 60),
        ([{"type": "totalDuration", "value": 1_800_000, "unit": "ms"}], 30),
        ([{"type": "calories", "value": 310, "unit": "kcal"}], 40),
        ([None, {"type": ["duration"]}, {"type": "duration", "unit": "s"}], 40),
        ([], 40),
        (None, 40),
        ("junk", 40),
    ],
)
def test_a_workout_is_its_duration_or_else_its_interval(values: Any, minutes: float):
    assert taken([], [], [WORKOUT | {"values": values}]).value[0] == pytest.approx(minutes)


@pytest.mark.parametrize(
    ("name", "unit", "value", "kind"),
    [("STEP_COUNT", "count", 9, "stepCount"), ("HEART_RATE", "bpm", 60, "heartRate"),
     ("OXYGEN_SATURATION", "%", 97, "oxygenSaturation"),
     ("BODY_TEMPERATURE", "°C", 37, "bodyTemperature"),
     ("ACTIVE_CALORIES_BURNED", "kcal", 3, "activeEnergyBurned")],
)  # fmt: skip
def test_the_quantities_of_health_connect_are_known(name: str, unit: str, value: float, kind: str):
    samples = taken([RECORD | {"type": name, "unit": unit, "value": value}])

    assert [KINDS[each] for each in samples.kind] == [kind]


@pytest.mark.parametrize("name", ["HEART_RATE_VARIABILITY", "DISTANCE", "BLOOD_GLUCOSE"])
def test_what_health_connect_measures_otherwise_is_refused(name: str):
    upload = sent([RECORD | {"type": name}])

    assert [(each.code, each.field) for each in upload.rejected] == [
        ("unknown_type", "data.records.type")
    ]


@pytest.mark.parametrize(
    ("zone_offset", "seconds"),
    [("+01:00", 3600), ("-03:30", -12_600), ("Z", 0), ("+00:00", 0), ("+0545", 20_700),
     ("Asia/Tokyo", 32_400)],
)  # fmt: skip
def test_a_record_tells_its_own_zone_where_the_upload_tells_none(zone_offset: str, seconds: int):
    row = RECORD | {"zoneOffset": zone_offset}

    assert taken([row], zone=None).offset.tolist() == [seconds]


def test_what_a_record_says_of_its_zone_comes_before_the_upload():
    noted = ABROAD | {"metadata": {"HKTimeZone": "Europe/Berlin"}}

    assert taken([RECORD, ABROAD, noted]).offset.tolist() == [-14_400, 32_400, 7200]


def test_a_traveller_keeps_one_identity_in_every_zone():
    assert len(taken([RECORD, ABROAD]).unique()) == 1


@pytest.mark.parametrize(
    ("zone_offset", "code"),
    [(None, "missing_field"), ("+99:00", "bad_zone"), ("soon", "bad_zone"), (60, "bad_zone"),
     ([1], "bad_zone")],
)  # fmt: skip
def test_a_record_without_any_zone_is_rejected(zone_offset: Any, code: str):
    bad = RECORD | {"zoneOffset": zone_offset}

    upload = sent([ABROAD, bad, ABROAD], zone=None)

    (rejection,) = upload.rejected
    assert (rejection.index, rejection.code) == (1, code)
    assert code in (Rejection.__doc__ or "")
    assert rejection.field == "data.records.zoneOffset"
    assert "+01:00" in rejection.expected
    assert len(upload.samples) == 2


@pytest.mark.parametrize(
    ("collection", "bad", "code", "field"),
    [
        ("records", None, "not_an_object", "data.records."),
        ("records", RECORD | {"type": "bloodGlucose"}, "unknown_type", "data.records.type"),
        ("records", RECORD | {"value": None}, "missing_field", "data.records.value"),
        ("records", RECORD | {"value": True}, "bad_value", "data.records.value"),
        ("records", RECORD | {"unit": "kcal"}, "bad_unit", "data.records.unit"),
        ("records", RECORD | {"startDate": "soon"}, "bad_date", "data.records.startDate"),
        ("records", RECORD | {"endDate": None}, "missing_field", "data.records.endDate"),
        ("records", RECORD | {"endDate": "2099-01-01T00:00:00Z"}, "in_future",
         "data.records.endDate"),
        ("records", RECORD | {"value": 1e9}, "out_of_bounds", "data.records.value"),
        ("sleep", SLEEP | {"stage": "unknown"}, "bad_value", "data.sleep.stage"),
        ("sleep", SLEEP | {"stage": None}, "missing_field", "data.sleep.stage"),
        ("sleep", SLEEP | {"stage": 6}, "out_of_bounds", "data.sleep.stage"),
        ("sleep", [SLEEP], "not_an_object", "data.sleep."),
        ("workouts", WORKOUT | {"values": [{"type": "duration", "value": "x", "unit": "s"}]},
         "bad_value", "data.workouts.values"),
        ("workouts", WORKOUT | {"startDate": {}}, "bad_date", "data.workouts.startDate"),
    ],
)  # fmt: skip
def test_a_bad_record_is_named_by_its_collection_and_place(
    collection: str, bad: Any, code: str, field: str
):
    good = {"records": RECORD, "sleep": SLEEP, "workouts": WORKOUT}[collection]

    lists: dict[str, Any] = {"records": [RECORD], collection: [good, good, bad, good]}
    upload = sent(**lists)

    (rejection,) = upload.rejected
    assert (rejection.index, rejection.code, rejection.field) == (2, code, field)
    assert rejection.expected
    assert len(upload.samples) == (3 if collection == "records" else 4)


def test_a_deletion_in_the_clients_own_shape_or_in_theirs_is_honoured():
    in_ours = sent([RECORD], deleted=[steps(NOON, 600, 100)])
    in_theirs = sent([RECORD], deleted={"records": [RECORD, None]})

    for upload in (in_ours, in_theirs):
        assert len(upload.samples.without(upload.deleted.identity)) == 0
    assert [each.field for each in in_theirs.rejected] == ["deleted.records."]


def test_both_shapes_may_come_in_one_document():
    whole = document([pulse(NOON, 60)]) | {"data": {"records": [RECORD]}}

    assert len(parse_upload(whole, received_at=RECEIVED).samples) == 2


def test_the_clients_shape_still_needs_a_zone():
    with pytest.raises(UnusableUploadError, match="time_zone"):
        parse_upload({"samples": [pulse(NOON, 60)], "data": []}, received_at=RECEIVED)


@pytest.mark.parametrize(
    "change",
    [
        {"data": {}},
        {"data": {"meals": []}},
        {"data": {"records": {"0": RECORD}}},
        {"data": {"records": [], "sleep": "none"}},
        {"data": {"records": []}, "deleted": {}},
        {"data": {"records": []}, "deleted": "all"},
        {"data": {"records": []}, "time_zone": "Middle/Earth"},
        {"data": [RECORD]},
        {"data": None},
    ],
)
def test_a_document_without_collections_is_unusable(change: dict[str, Any]):
    with pytest.raises(UnusableUploadError, match="expected"):
        sent(**change)


def test_an_empty_sync_holds_nothing():
    upload = sent([], [], [])

    assert (len(upload.samples), upload.rejected) == (0, ())


def test_a_week_is_the_same_week_in_either_payload():
    rows = [pulse(NOON + timedelta(seconds=5 * index), 60 + index % 40) for index in range(5000)]
    began = time.perf_counter()

    samples = taken([translated(row, source=NEWER_SOURCE, zoneOffset="-04:00") for row in rows])

    assert time.perf_counter() - began < 2.0
    ours = parsed(rows).samples
    assert samples.identity.tolist() == ours.identity.tolist()
    assert samples.offset.tolist() == ours.offset.tolist()
