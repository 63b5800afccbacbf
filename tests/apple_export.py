"""Apple Health exports for tests: a generated person's `export.zip`, or a few elements of one.

The shape is a real export's: declaration, export date, the person, records apart by type and
oldest first, sleep and metadata as children, workouts and activity summaries at the end.
"""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr  # writes only
from zoneinfo import ZoneInfo

from clarity.sources import healthkit
from clarity.sources.apple_export import read_export
from clarity.sources.health_records import QUANTITIES, SLEEP_TYPE, SLEEP_VALUES
from clarity.sources.opened import FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from clarity.domain.intake.samples import Samples
    from clarity.sources.generated.people import Person
    from clarity.sources.healthkit import Json

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE HealthData [
<!-- HealthKit Export Version: 12 -->
<!ELEMENT HealthData (ExportDate,Me,(Record|Correlation|Workout|ActivitySummary)*)>
<!ATTLIST HealthData
  locale CDATA #REQUIRED
>
<!ELEMENT ExportDate EMPTY>
<!ATTLIST ExportDate
  value CDATA #REQUIRED
>
<!ELEMENT Record ((MetadataEntry|HeartRateVariabilityMetadataList)*)>
<!ATTLIST Record
  type          CDATA #REQUIRED
  unit          CDATA #IMPLIED
  value         CDATA #IMPLIED
  sourceName    CDATA #REQUIRED
  sourceVersion CDATA #IMPLIED
  device        CDATA #IMPLIED
  creationDate  CDATA #IMPLIED
  startDate     CDATA #REQUIRED
  endDate       CDATA #REQUIRED
>
]>
"""
ME = (
    ' <Me HKCharacteristicTypeIdentifierDateOfBirth=""'
    ' HKCharacteristicTypeIdentifierBiologicalSex="HKBiologicalSexNotSet"'
    ' HKCharacteristicTypeIdentifierBloodType="HKBloodTypeNotSet"/>\n'
)
TYPES = {name: identifier for identifier, name in QUANTITIES.items()}
STAGES = {code: text for text, code in SLEEP_VALUES.items()}
SOURCE_NAMES = {"Apple Watch": "Zoë’s Apple\u00a0Watch", "iPhone": "Zoë’s iPhone"}  # noqa: RUF001 - as iOS writes it
WATCH = (
    "&lt;&lt;HKDevice: 0x28&gt;, name:Apple Watch, manufacturer:Apple Inc., model:Watch, "
    "hardware:Watch6,1, software:9.1&gt;"
)


def write_export(person: Person, path: Path) -> None:
    """Write `person` as an export archive; the same person gives the same bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        cda = zipfile.ZipInfo(f"{FOLDER}export_cda.xml")
        archive.writestr(cda, '<?xml version="1.0"?>\n<ClinicalDocument/>\n')
        info = zipfile.ZipInfo(f"{FOLDER}export.xml")
        info.compress_type = zipfile.ZIP_DEFLATED
        with (
            archive.open(info, "w", force_zip64=True) as member,
            io.TextIOWrapper(member, encoding="utf-8", write_through=True) as text,
        ):
            text.writelines(lines(person))


def lines(person: Person) -> Iterator[str]:
    """The text of `export.xml`, an element at a time."""
    yield HEAD
    yield '<HealthData locale="en_GB">\n'
    yield f' <ExportDate value="{_local(person, healthkit.latest_end(person.samples))}"/>\n'
    yield ME
    order = {name: at for at, name in enumerate(("stepCount", "heartRate", "sleepAnalysis"))}
    records = [sample for sample in person.samples if sample["sample_type"] != "workout"]
    records.sort(key=lambda sample: order.get(sample["sample_type"], len(order)))
    for sample in records:
        yield from _record(person, sample)
    for sample in person.samples:
        if sample["sample_type"] == "workout":
            yield from _workout(person, sample)
    yield from _summaries(person)
    yield "</HealthData>\n"


def _record(person: Person, sample: Json) -> Iterator[str]:
    kind = sample["sample_type"]
    what: dict[str, object] = {"type": TYPES.get(kind, SLEEP_TYPE)}
    source = _source(sample)
    if kind == "sleepAnalysis":
        value: dict[str, object] = {"value": STAGES[sample["category_value"]]}
        child = _entry("HKTimeZone", person.zone_at(healthkit.epoch(sample["start_date"])))
    else:
        value = {"unit": sample["unit"], "value": f"{sample['value']:.10g}"}
        child = _child(sample)
    opening = f" <Record{_attributes({**what, **source, **value, **_dates(person, sample)})}"
    yield f"{opening}>\n{child} </Record>\n" if child else f"{opening}/>\n"


def _child(sample: Json) -> str:
    if sample["sample_type"] == "heartRateVariabilitySDNN":
        return (
            "  <HeartRateVariabilityMetadataList>\n"
            '   <InstantaneousBeatsPerMinute bpm="61" time="11:04:12,53 AM"/>\n'
            "  </HeartRateVariabilityMetadataList>\n"
        )
    return "".join(_entry(key, value) for key, value in sample["metadata"].items())


def _workout(person: Person, sample: Json) -> Iterator[str]:
    label = sample["metadata"].get("HKWorkoutActivityType", "other").capitalize()
    values = {
        "workoutActivityType": f"HKWorkoutActivityType{label}",
        "duration": f"{sample['value']:.10g}",
        "durationUnit": "min",
        **_source(sample),
        **_dates(person, sample),
    }
    zone = person.zone_at(healthkit.epoch(sample["start_date"]))
    yield f" <Workout{_attributes(values)}>\n{_entry('HKTimeZone', zone)}"
    begun = _local(person, sample["start_date"])
    yield f'  <WorkoutEvent type="HKWorkoutEventTypeSegment" date="{begun}"/>\n </Workout>\n'


def _summaries(person: Person) -> Iterator[str]:
    """One ActivitySummary a day, with the energy of its samples."""
    energy: Counter[str] = Counter()
    for sample in person.samples:
        if sample["sample_type"] == "activeEnergyBurned":
            day = _local(person, sample["start_date"])[:10]
            energy[day] += round(sample["value"])
    for day, total in sorted(energy.items()):
        yield (
            f' <ActivitySummary dateComponents="{day}" activeEnergyBurned="{total}"'
            ' activeEnergyBurnedGoal="500" activeEnergyBurnedUnit="kcal"/>\n'
        )


def _source(sample: Json) -> dict[str, object]:
    revision = sample["source_revision"]
    name, product, version = (
        revision["source"]["name"],
        revision["product_type"],
        revision["version"],
    )
    device = (
        f"<<HKDevice: 0x28a3c1d60>, name:{name}, manufacturer:Apple Inc., "
        f"model:{product.rstrip('0123456789,')}, hardware:{product}, software:{version}>"
    )
    return {
        "sourceName": SOURCE_NAMES.get(name, name),
        "sourceVersion": version,
        "device": device,
    }


def _dates(person: Person, sample: Json) -> dict[str, object]:
    end = _local(person, sample["end_date"])
    start = _local(person, sample["start_date"])
    return {"creationDate": end, "startDate": start, "endDate": end}


def _local(person: Person, text: str) -> str:
    """`2024-01-05 23:10:00 +0100`, in the zone that the phone had then."""
    seconds = healthkit.epoch(text)
    moment = datetime.fromtimestamp(seconds, ZoneInfo(person.zone_at(seconds)))
    return moment.strftime("%Y-%m-%d %H:%M:%S %z")


def _entry(key: str, value: object) -> str:
    return f"  <MetadataEntry{_attributes({'key': key, 'value': value})}/>\n"


def _attributes(values: dict[str, object]) -> str:
    return "".join(f" {name}={quoteattr(str(value))}" for name, value in values.items())


def record(kind="HKQuantityTypeIdentifierStepCount", **changes: str) -> str:
    attributes = {
        "type": kind,
        "sourceName": "Zoë\u2019s Apple\u00a0Watch",
        "sourceVersion": "9.1",
        "device": WATCH,
        "unit": "count",
        "value": "42",
        "startDate": "2026-03-20 23:10:00 +0100",
        "endDate": "2026-03-20 23:15:00 +0100",
    } | changes
    text = "".join(f' {name}="{value}"' for name, value in attributes.items() if value)
    return f"<Record{text}/>\n"


def workout(**changes: str) -> str:
    return record(
        "", workoutActivityType="HKWorkoutActivityTypeRunning", value="", **changes
    ).replace("<Record", "<Workout")


def export(tmp_path: Path, *elements: str, head: str = HEAD, tail: str = "</HealthData>\n") -> Path:
    path = tmp_path / "export.xml"
    path.write_text(
        f'{head}<HealthData locale="en_GB">\n'
        f'<ExportDate value="2026-03-22 09:00:00 +0100"/>\n{"".join(elements)}{tail}',
        encoding="utf-8",
    )
    return path


def only(path: Path) -> Samples:
    samples = read_export(path).samples
    assert len(samples) == 1
    return samples


def days(*numbers: int) -> list[str]:
    return [
        record(
            startDate=f"2026-03-{day:02d} 08:00:00 +0100",
            endDate=f"2026-03-{day:02d} 08:01:00 +0100",
        )
        for day in numbers
    ]
