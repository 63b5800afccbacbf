"""Apple Health exports, real-shaped ones: what is read from them and what is left out."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from clarity.domain.samples import parse_upload
from clarity.sources.apple_export import fixed_zone, read_export
from clarity.sources.people import generate, uploads
from tests.apple_export import days, export, lines, only, record, workout, write_export

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clarity.sources.healthkit import Json

LAST_DAY = date(2026, 3, 21)


@pytest.mark.parametrize("name", ["two-devices", "traveller", "newborn-parent"])
def test_a_written_export_reads_back_as_the_same_samples(tmp_path, name):
    person = generate(name, days=3, last_day=LAST_DAY)
    write_export(person, tmp_path / "export.zip")

    read = read_export(tmp_path / "export.zip")

    assert (read.skipped.total(), read.older, read.broken_at) == (0, 0, None)
    assert content(read.person.samples) == content(person.samples)


def content(samples: Sequence[Json]) -> list[tuple[str, ...]]:
    keys = ("start_date", "end_date", "sample_type", "value", "category_value", "unit")
    return sorted(tuple(str(sample.get(key)) for key in keys) for sample in samples)


def test_the_backend_takes_every_sample_of_an_export_under_its_local_day(tmp_path):
    person = generate("traveller", last_day=LAST_DAY)
    write_export(person, tmp_path / "export.zip")
    now = datetime(2026, 3, 23, tzinfo=UTC)

    for source in (person, read_export(tmp_path / "export.zip").person):
        results = [parse_upload(document, received_at=now) for _, document in uploads(source)]
        assert not any(result.rejected for result in results)
        days = sorted({str(day) for result in results for day in result.samples.local_day()})
        assert days == [f"2026-03-{day}" for day in range(15, 22)]


def test_the_writer_gives_the_same_bytes_again(tmp_path):
    person = generate("non-wear", days=2, last_day=LAST_DAY)
    for name in ("one.zip", "two.zip"):
        write_export(person, tmp_path / name)

    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_the_writer_has_what_a_real_export_has():
    text = "".join(lines(generate("office-worker", days=3, last_day=date(2026, 3, 18))))

    for part in (
        "<!DOCTYPE HealthData [",
        "<ExportDate ",
        "<Me ",
        "<Workout ",
        "<ActivitySummary ",
    ):
        assert part in text
    starts = [line.split('startDate="')[1][:25] for line in text.splitlines() if "<Record" in line]
    assert starts != sorted(starts)


def test_a_record_names_its_device_and_keeps_a_name_in_any_script(tmp_path):
    revision = only(export(tmp_path, record()))["source_revision"]

    assert revision["product_type"] == "Watch6,1"
    assert revision["version"] == "9.1"
    assert revision["source"] == {
        "name": "Zoë\u2019s Apple\u00a0Watch",
        "bundle_identifier": "com.apple.health",
    }


def test_a_record_of_another_app_has_no_device(tmp_path):
    revision = only(export(tmp_path, record(device="", sourceVersion="")))["source_revision"]

    assert revision["product_type"] == ""
    assert revision["source"]["bundle_identifier"] == ""


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("HeartRate", "count/min"),
        ("HeartRateVariabilitySDNN", "ms"),
        ("OxygenSaturation", "%"),
        ("ActiveEnergyBurned", "Cal"),
        ("ActiveEnergyBurned", "kcal"),
        ("DistanceWalkingRunning", "km"),
        ("DistanceWalkingRunning", "mi"),
        ("BodyTemperature", "degC"),
        ("BodyTemperature", "degF"),
        ("AppleExerciseTime", "min"),
    ],
)
def test_quantities_keep_the_unit_of_the_export(tmp_path, name, unit):
    value = {"degC": "36.6", "degF": "98.1", "%": "0.97", "km": "0.4", "mi": "0.2"}.get(unit, "40")

    sample = only(
        export(tmp_path, record(f"HKQuantityTypeIdentifier{name}", unit=unit, value=value))
    )

    assert sample["sample_type"] == name[0].lower() + name[1:]
    assert (sample["unit"], sample["value"]) == (unit, float(value))
    document = {"device_info": {"time_zone": "UTC"}, "samples": [sample]}
    assert parse_upload(document, received_at=datetime(2026, 3, 23, tzinfo=UTC)).rejected == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("InBed", 0),
        ("Asleep", 1),
        ("AsleepUnspecified", 1),
        ("Awake", 2),
        ("AsleepCore", 3),
        ("AsleepDeep", 4),
        ("AsleepREM", 5),
    ],
)
def test_sleep_values_become_stage_codes(tmp_path, text, code):
    sleep = record(
        "HKCategoryTypeIdentifierSleepAnalysis",
        unit="",
        value=f"HKCategoryValueSleepAnalysis{text}",
    )

    assert only(export(tmp_path, sleep))["category_value"] == code


@pytest.mark.parametrize(
    ("duration", "unit", "minutes"), [("30.5", "min", 30.5), ("1.5", "hr", 90)]
)
def test_a_workout_becomes_its_minutes(tmp_path, duration, unit, minutes):
    sample = only(export(tmp_path, workout(duration=duration, durationUnit=unit)))

    assert (sample["sample_type"], sample["value"], sample["unit"]) == ("workout", minutes, "min")


def test_the_zone_that_the_watch_noted_stays_with_its_record_only(tmp_path):
    entry = '<MetadataEntry key="HKTimeZone" value="Asia/Tokyo"/>'
    noted = record().replace("/>", f">{entry}</Record>")
    unwanted = record("HKQuantityTypeIdentifierDietaryWater").replace("/>", f">{entry}</Record>")
    later = record(startDate="2026-03-20 23:20:00 +0100", endDate="2026-03-20 23:21:00 +0100")

    samples = read_export(export(tmp_path, noted, unwanted, later)).person.samples

    assert [sample["metadata"] for sample in samples] == [{"HKTimeZone": "Asia/Tokyo"}, {}]


def test_what_cannot_be_used_is_skipped_and_counted(tmp_path):
    path = export(
        tmp_path,
        record(),
        record("HKQuantityTypeIdentifierDietaryWater"),
        record("HKQuantityTypeIdentifierDietaryWater"),
        record(""),
        record(value="many"),
        record("HKCategoryTypeIdentifierSleepAnalysis", value="HKCategoryValueNotApplicable"),
        record(startDate="2026-03-20 noon"),
        record(endDate="2026-03-20 23:15:00"),
        record(startDate="2031-01-01 00:00:00 +0100", endDate="2031-01-01 00:01:00 +0100"),
        workout(duration="long", durationUnit="min"),
        workout(duration="2", durationUnit="fortnight"),
        '<ActivitySummary dateComponents="2026-03-20"/>',
    )

    read = read_export(path)

    assert len(read.person.samples) == 1
    assert read.skipped == {
        "HKQuantityTypeIdentifierDietaryWater": 2,
        "record without a type": 1,
        "unreadable value": 4,
        "unreadable or future date": 3,
    }


def test_only_the_last_days_are_kept_in_whatever_order_they_come(tmp_path):
    read = read_export(export(tmp_path, *days(3, 20, 14, 15, 9)), last_days=7)

    assert [sample["start_date"][:10] for sample in read.person.samples] == [
        "2026-03-14",
        "2026-03-15",
        "2026-03-20",
    ]
    assert read.older == 2


def test_all_days_are_kept_when_asked_for(tmp_path):
    assert len(read_export(export(tmp_path, *days(1, 20)), last_days=None).person.samples) == 2


def test_the_offsets_in_the_file_become_zones_as_they_change(tmp_path):
    summer = record(startDate="2026-03-21 08:00:00 +0200", endDate="2026-03-21 08:01:00 +0200")

    person = read_export(export(tmp_path, record(), summer)).person

    assert [zone for _, zone in person.zones] == ["Etc/GMT-1", "Etc/GMT-2"]
    assert [document["device_info"]["time_zone"] for _, document in uploads(person)] == [
        "Etc/GMT-1",
        "Etc/GMT-2",
    ]


def test_a_named_zone_wins_over_the_offsets(tmp_path):
    person = read_export(export(tmp_path, record()), time_zone="Europe/Berlin").person

    assert (person.time_zone, person.zones) == ("Europe/Berlin", ((0, "Europe/Berlin"),))


@pytest.mark.parametrize(
    ("offset", "zone"),
    [("+0100", "Etc/GMT-1"), ("-0800", "Etc/GMT+8"), ("+0000", "Etc/UTC"), ("+0530", "GMT+0530")],
)
def test_an_offset_has_a_zone(offset, zone):
    assert fixed_zone(offset) == zone


def test_progress_reaches_the_whole_length_of_the_file(tmp_path):
    path = export(tmp_path, *[record() for _ in range(4000)])
    seen: list[tuple[int, int]] = []

    read_export(path, progress=lambda done, total: seen.append((done, total)))

    size = path.stat().st_size
    assert seen == [(1 << 20, size), (size, size)]
