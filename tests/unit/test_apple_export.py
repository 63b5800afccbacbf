"""Apple Health exports, real-shaped ones: what is read from them and what is left out."""

from __future__ import annotations

import tracemalloc
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest

from clarity.domain.intake.rows import zone_named
from clarity.domain.intake.samples import KINDS, Samples, Source, parse_upload
from clarity.sources.apple_export import read_export
from clarity.sources.as_person import fixed_zone, person_of
from clarity.sources.generated.people import generate, uploads
from clarity.sources.health_records import QUANTITIES
from tests.apple_export import days, export, lines, only, record, workout, write_export

if TYPE_CHECKING:
    from pathlib import Path

    from clarity.sources.generated.people import Person

LAST_DAY = date(2026, 3, 21)


NOW = datetime(2026, 3, 23, tzinfo=UTC)


def parsed(person: Person) -> Samples:
    results = [parse_upload(document, received_at=NOW) for _, document in uploads(person)]
    assert not any(result.rejected for result in results)
    return Samples.concat([result.samples for result in results])


def same(one: Samples, other: Samples) -> bool:
    """Whether the same measurements are in both, whatever their devices are called."""
    first, second = (
        np.array(sorted(zip(s.kind, s.start, s.end, np.round(s.value, 6), s.offset, strict=True)))
        for s in (one.unique(), other.unique())
    )
    return np.array_equal(first, second)


@pytest.mark.parametrize("name", ["two-devices", "traveller", "newborn-parent"])
def test_a_written_export_reads_back_as_the_same_samples(tmp_path, name):
    person = generate(name, days=3, last_day=LAST_DAY)
    write_export(person, tmp_path / "export.zip")

    read = read_export(tmp_path / "export.zip", now=NOW)

    assert (read.skipped.total(), read.older, read.rejected, read.broken_at) == (0, 0, (), None)
    assert same(read.samples, parsed(person))


def test_the_person_made_of_an_export_uploads_its_very_samples(tmp_path):
    write_export(generate("traveller", last_day=LAST_DAY), tmp_path / "export.zip")
    read = read_export(tmp_path / "export.zip", now=NOW).samples

    again = parsed(person_of(read, "export.zip", "an export"))

    assert np.array_equal(np.sort(again.identity), np.sort(read.identity))
    assert same(again, read)


def test_every_sample_of_an_export_lies_on_its_local_day(tmp_path):
    write_export(generate("traveller", last_day=LAST_DAY), tmp_path / "export.zip")

    samples = read_export(tmp_path / "export.zip", now=NOW).samples

    days = sorted({str(day) for day in samples.local_day()})
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
    (source,) = only(export(tmp_path, record())).sources

    assert source == Source("Zoë\u2019s Apple\u00a0Watch", "com.apple.health", "Watch6,1")


def test_a_record_of_another_app_has_no_device(tmp_path):
    (source,) = only(export(tmp_path, record(device="", sourceVersion=""))).sources

    assert (source.product_type, source.bundle_id) == ("", "")


@pytest.mark.parametrize(
    ("name", "value", "unit", "canonical"),
    [
        ("HeartRate", "61", "count/min", 61),
        ("HeartRateVariabilitySDNN", "40", "ms", 40),
        ("OxygenSaturation", "0.97", "%", 97),
        ("ActiveEnergyBurned", "40", "Cal", 40),
        ("ActiveEnergyBurned", "41.84", "kJ", 10),
        ("DistanceWalkingRunning", "0.4", "km", 400),
        ("DistanceWalkingRunning", "0.2", "mi", 321.8688),
        ("BodyTemperature", "36.6", "degC", 36.6),
        ("BodyTemperature", "98.6", "degF", 37),
        ("AppleExerciseTime", "5", "min", 5),
    ],
)
def test_quantities_come_in_the_unit_of_their_kind(tmp_path, name, value, unit, canonical):
    sample = only(
        export(tmp_path, record(f"HKQuantityTypeIdentifier{name}", unit=unit, value=value))
    )

    assert KINDS[sample.kind[0]] == name[0].lower() + name[1:]
    assert sample.value[0] == pytest.approx(canonical)


def test_every_kind_but_workouts_has_its_type_in_the_export():
    assert {*QUANTITIES.values(), "sleepAnalysis", "workout"} == set(KINDS)


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

    assert only(export(tmp_path, sleep)).value[0] == code


@pytest.mark.parametrize(
    ("duration", "unit", "minutes"), [("30.5", "min", 30.5), ("1.5", "hr", 90)]
)
def test_a_workout_becomes_its_minutes(tmp_path, duration, unit, minutes):
    sample = only(export(tmp_path, workout(duration=duration, durationUnit=unit)))

    assert (KINDS[sample.kind[0]], sample.value[0]) == ("workout", minutes)


def test_a_workout_of_newer_phones_is_one_sample_whatever_is_inside_it(tmp_path):
    inside = (
        '><MetadataEntry key="HKTimeZone" value="Asia/Tokyo"/>'
        '<WorkoutEvent type="HKWorkoutEventTypeSegment" date="2026-03-20 23:10:00 +0100"/>'
        '<WorkoutActivity uuid="1" startDate="2026-03-20 23:10:00 +0100" duration="2.5"'
        ' endDate="2026-03-20 23:15:00 +0100" durationUnit="min">'
        '<WorkoutStatistics type="HKQuantityTypeIdentifierStepCount" sum="99" unit="count"'
        ' startDate="2026-03-20 23:10:00 +0100" endDate="2026-03-20 23:15:00 +0100"/>'
        '</WorkoutActivity><WorkoutRoute><FileReference path="/workout-routes/route.gpx"/>'
        "</WorkoutRoute></Workout>"
    )

    sample = only(export(tmp_path, workout().replace("/>", inside)))

    assert (KINDS[sample.kind[0]], sample.value[0], sample.offset[0]) == ("workout", 5, 9 * 3600)


def test_a_record_that_a_correlation_repeats_counts_once(tmp_path):
    twice = f'<Correlation type="HKCorrelationTypeIdentifierFood">{record()}</Correlation>'

    assert len(only(export(tmp_path, twice, record()))) == 1


def test_a_noted_zone_holds_for_the_records_around_it(tmp_path):
    tokyo, berlin = (
        f'<MetadataEntry key="HKTimeZone" value="{zone}"/>'
        for zone in ("Asia/Tokyo", "Europe/Berlin")
    )
    written = {
        "2026-03-15 08:00": "",  # too far from any note: what the file has
        "2026-03-17 08:00": "",
        "2026-03-17 23:00": tokyo,
        "2026-03-18 12:00": "",
        "2026-03-18 23:00": tokyo,
        "2026-03-19 20:00": "",
        "2026-03-20 23:00": berlin,
        "2026-03-21 08:00": "",
    }
    records = [
        record(startDate=f"{at}:00 +0100", endDate=f"{at}:30 +0100").replace(
            "/>", f">{entry}</Record>"
        )
        for at, entry in written.items()
    ]

    samples = read_export(export(tmp_path, *records)).samples

    assert [offset // 3600 for offset in samples.offset] == [1, 9, 9, 9, 9, 9, 1, 1]


def test_a_note_on_a_record_that_is_not_taken_says_nothing(tmp_path):
    entry = '<MetadataEntry key="HKTimeZone" value="Asia/Tokyo"/>'
    unwanted = record("HKQuantityTypeIdentifierDietaryWater").replace("/>", f">{entry}</Record>")

    assert only(export(tmp_path, unwanted, record())).offset[0] == 3600


def test_a_noted_zone_that_nobody_knows_is_passed_over(tmp_path):
    entry = '<MetadataEntry key="HKTimeZone" value="Mars/Base"/>'

    sample = only(export(tmp_path, record().replace("/>", f">{entry}</Record>")))

    assert sample.offset[0] == 3600


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
        '<ActivitySummary dateComponents="2026-03-20"/>',
    )

    read = read_export(path)

    assert len(read.samples) == 1
    assert read.skipped == {
        "HKQuantityTypeIdentifierDietaryWater": 2,
        "record without a type": 1,
        "unreadable value": 3,
        "unreadable date": 2,
    }
    assert [(each.index, each.code, each.field, each.found) for each in read.rejected] == [
        (8, "in_future", "startDate", "'2031-01-01 00:00:00 +0100'")
    ]


@pytest.mark.parametrize("value", ["1_000", "\u0661\u0662", "\uff11\uff12", "0x10", "1,5"])
def test_only_plain_digits_are_a_number(tmp_path, value):
    read = read_export(export(tmp_path, record(), record(value=value)))

    assert len(read.samples) == 1
    assert read.skipped == {"unreadable value": 1}


def test_what_cannot_be_true_is_rejected_with_its_number_and_reason(tmp_path):
    path = export(
        tmp_path,
        record("HKQuantityTypeIdentifierDietaryWater"),
        record(),
        record("HKQuantityTypeIdentifierHeartRate", unit="count/min", value="900"),
        record(unit="fortnight"),
        record(endDate="2026-03-20 23:00:00 +0100"),
        record(value="nan"),
        workout(duration="2", durationUnit="fortnight"),
    )

    read = read_export(path)

    assert len(read.samples) == 1
    assert [(each.index, each.code) for each in read.rejected] == [
        (4, "end_before_start"),
        (2, "out_of_bounds"),
        (3, "bad_unit"),
        (5, "not_finite"),
        (6, "bad_unit"),
    ]


def test_tables_of_types_do_not_grow_with_a_hostile_file(tmp_path):
    types = [record(f"HKQuantityTypeIdentifierX{number}") for number in range(700)]

    skipped = read_export(export(tmp_path, *types, record())).skipped

    assert len(skipped) == 501
    assert skipped["other types"] == 200


def test_only_the_last_days_are_kept_in_whatever_order_they_come(tmp_path):
    read = read_export(export(tmp_path, *days(3, 20, 14, 15, 9)), last_days=7)

    assert [str(day) for day in read.samples.local_day()] == [
        "2026-03-14",
        "2026-03-15",
        "2026-03-20",
    ]
    assert read.older == 2


def test_all_days_are_kept_when_asked_for(tmp_path):
    assert len(read_export(export(tmp_path, *days(1, 20)), last_days=None).samples) == 2


def test_the_offsets_in_the_file_become_zones_as_they_change(tmp_path):
    summer = record(startDate="2026-03-21 08:00:00 +0200", endDate="2026-03-21 08:01:00 +0200")

    person = person_of(read_export(export(tmp_path, record(), summer)).samples, "export", "")

    assert [zone for _, zone in person.zones] == ["Etc/GMT-1", "Etc/GMT-2"]
    assert [document["device_info"]["time_zone"] for _, document in uploads(person)] == [
        "Etc/GMT-1",
        "Etc/GMT-2",
    ]


@pytest.mark.parametrize(
    ("offset", "zone"),
    [(3600, "Etc/GMT-1"), (-28_800, "Etc/GMT+8"), (0, "Etc/UTC"), (19_800, "GMT+0530"),
     (-12_600, "GMT-0330")],
)  # fmt: skip
def test_an_offset_has_a_zone(offset, zone):
    found = zone_named(fixed_zone(offset))

    assert fixed_zone(offset) == zone
    assert found is not None
    assert found.utcoffset(NOW) == timedelta(seconds=offset)


def test_a_named_zone_wins_over_the_offsets(tmp_path):
    samples = read_export(export(tmp_path, record()), time_zone="Asia/Kolkata").samples

    assert samples.offset.tolist() == [19_800]


def memory_of_reading(path: Path) -> int:
    tracemalloc.start()
    read_export(path, last_days=3, now=NOW)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def of_the_day(day: date, count: int) -> list[str]:
    return [
        record(startDate=f"{day} 08:{at // 60:02d}:{at % 60:02d} +0100",
               endDate=f"{day} 08:{at // 60:02d}:{at % 60:02d} +0100")
        for at in range(count)
    ]  # fmt: skip


def test_memory_is_that_of_the_days_kept_and_not_of_the_file(tmp_path):
    """Ten times the file, with the same last days: an eighth more memory at most."""
    kept = "".join("".join(of_the_day(date(2026, 3, day), 250)) for day in (19, 20, 21))
    old = ["".join(of_the_day(date(2025, 1, 1) + timedelta(day), 100)) for day in range(120)]
    small = export(tmp_path, *old[:4], kept).rename(tmp_path / "small.xml")
    large = export(tmp_path, *old, kept)

    assert large.stat().st_size > 10 * small.stat().st_size
    assert memory_of_reading(large) < 1.125 * memory_of_reading(small)


def test_progress_reaches_the_whole_length_of_the_file(tmp_path):
    path = export(tmp_path, *[record() for _ in range(4000)])
    seen: list[tuple[int, int]] = []

    read_export(path, progress=lambda done, total: seen.append((done, total)))

    size = path.stat().st_size
    assert (seen[0][1], seen[-1]) == (size, (size, size))
    assert seen == sorted(seen)
