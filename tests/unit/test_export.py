"""A person's export: what is in the zip, whatever is stored about them."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
import zipfile
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from fhir.resources.R4B.bundle import Bundle

from clarity.domain.analysis import analyse, best_week
from clarity.domain.errors import UnavailableError
from clarity.domain.intake.samples import Samples, parse_upload
from clarity.domain.minutes.quality import assess
from clarity.sources.generated import people
from clarity.steps.archive import PERSON, file_name, write_archive
from clarity.steps.export import Export, object_name
from clarity.steps.ports import Chunk
from clarity.steps.preprocess import combine
from tests.exports import MemoryDocuments, MemoryExports, chunk_document, document

NOW = datetime(2026, 6, 20, 12, tzinfo=UTC)
LAST = date(2026, 6, 14)


def chunks_of(person: people.Person, attempt: str = "first") -> list[tuple[str, Chunk]]:
    """The chunks that ingest makes of a person's uploads, with their ids."""
    found = []
    for upload_id, upload in people.uploads(person, attempt=attempt, batch=1000):
        samples = parse_upload(upload, received_at=NOW).samples.unique()
        days = samples.local_day()
        found += [
            (upload_id, Chunk(day.astype(object), samples.select(days == day), np.empty(0, "<u8")))
            for day in np.unique(days)
        ]
    return found


def stored(chunks: list[tuple[str, Chunk]]) -> MemoryDocuments:
    documents = MemoryDocuments()
    for number, (upload_id, chunk) in enumerate(chunks):
        documents.add(chunk_document("ada", upload_id, chunk, arrived=number))
    return documents


def exported(documents: MemoryDocuments) -> zipfile.ZipFile:
    out = io.BytesIO()
    write_archive(out, documents, "ada", NOW)
    archive = zipfile.ZipFile(out)
    assert archive.testzip() is None
    return archive


def lines(archive: zipfile.ZipFile, member: str) -> list[dict]:
    return [json.loads(line) for line in archive.read(member).splitlines()]


def rows(archive: zipfile.ZipFile, member: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(archive.read(member).decode())))


def observations(archive: zipfile.ZipFile) -> list[Any]:
    """The Bundle's observations, after a look at all of it by the models of the standard."""
    bundle: Any = Bundle.model_validate_json(archive.read("fhir/bundle.json"))
    resources = [entry.resource for entry in bundle.entry]
    (patient,) = [each for each in resources if each.get_resource_type() == "Patient"]
    subjects = {each.subject.reference for each in resources if each is not patient}
    assert subjects <= {f"urn:uuid:{patient.id}"}
    assert len({each.id for each in resources}) == len(resources)
    return [each for each in resources if each is not patient]


@pytest.fixture(scope="module")
def fortnight() -> list[tuple[str, Chunk]]:
    return chunks_of(people.generate("office-worker", days=14, last_day=LAST))


@pytest.fixture(scope="module")
def archive(fortnight) -> zipfile.ZipFile:
    documents = stored([*fortnight, *((f"again-{i}", chunk) for i, chunk in fortnight[:5])])
    documents.add(document("users/ada", language={"stringValue": "de"}))
    week = best_week(combine([chunk for _, chunk in fortnight]))
    analysis = analyse(week, assess(week)).to_document()
    documents.add(document("users/ada/analyses/a1", **as_typed(analysis)))
    return exported(documents)


def as_typed(value: dict) -> dict:
    def typed(each):
        if isinstance(each, dict):
            return {"mapValue": {"fields": {name: typed(inner) for name, inner in each.items()}}}
        if isinstance(each, list | tuple):
            return {"arrayValue": {"values": [typed(inner) for inner in each]}}
        names = {str: "stringValue", bool: "booleanValue", int: "integerValue"}
        if each is None:
            return {"nullValue": None}
        return {names.get(type(each), "doubleValue"): each}

    return {name: typed(each) for name, each in value.items()}


def test_each_sample_is_in_one_row_of_its_month(archive, fortnight) -> None:
    whole = combine([chunk for _, chunk in fortnight])

    found = [row for month in ("05", "06") for row in rows_of(archive, month)]

    assert len(found) == len(whole) == json.loads(archive.read("manifest.json"))["samples"]
    steps = sum(float(row["value"]) for row in found if row["kind"] == "stepCount")
    assert steps == pytest.approx(whole.of("stepCount").value.sum())
    first = found[0]
    assert datetime.fromisoformat(first["end_utc"]) >= datetime.fromisoformat(first["start_utc"])


def rows_of(archive: zipfile.ZipFile, month: str) -> list[dict[str, str]]:
    name = f"series/samples/2026-{month}.csv"
    return rows(archive, name) if name in archive.namelist() else []


def test_a_copy_from_another_zone_at_the_border_of_a_week_is_no_second_sample() -> None:
    def sent(zone: str, *starts: str) -> Samples:
        sample = {"sample_type": "stepCount", "value": 7, "unit": "count"}
        samples = [{**sample, "start_date": each, "end_date": each} for each in starts]
        return parse_upload({"time_zone": zone, "samples": samples}, received_at=NOW).samples

    first = sent("Asia/Tokyo", "2026-06-01T10:00:00Z")
    tokyo, utc = (sent(zone, "2026-06-07T20:00:00Z") for zone in ("Asia/Tokyo", "UTC"))
    none = np.empty(0, "<u8")
    found = exported(
        stored(
            [
                ("a", Chunk(date(2026, 6, 1), first, none)),
                ("b", Chunk(date(2026, 6, 8), tokyo, none)),  # the first to arrive decides
                ("c", Chunk(date(2026, 6, 7), utc, none)),
            ]
        )
    )

    starts = [row["start_local"] for row in rows(found, "series/samples/2026-06.csv")]
    assert starts == ["2026-06-01T19:00:00.000", "2026-06-08T05:00:00.000"]


def test_the_minutes_are_those_of_the_analysis(archive, fortnight) -> None:
    week = best_week(combine([chunk for _, chunk in fortnight]))

    found = {row["minute_local"]: row for row in rows(archive, "series/minutes/2026-06.csv")}

    for index, steps in enumerate(week.steps.tolist()):
        minute = datetime.combine(week.first_day, datetime.min.time()) + timedelta(minutes=index)
        cell = found[minute.isoformat(timespec="minutes")]["steps"]
        assert cell == "" if np.isnan(steps) else float(cell) == pytest.approx(steps, rel=1e-5)


def test_the_bundle_is_what_the_standard_says(archive) -> None:
    found = observations(archive)

    steps = [each for each in found if each.code.coding[0].code == "41950-7"]
    assert len(steps) == 14
    assert {each.valueQuantity.code for each in steps} == {"{steps}"}
    pulse = next(each for each in found if each.code.coding[0].code == "8867-4")
    assert (pulse.valueQuantity.system, pulse.valueQuantity.code) == (
        "http://unitsofmeasure.org",
        "/min",
    )
    metrics = [each for each in found if each.code.coding[0].system == "urn:clarity-loop:metric"]
    assert {"sleep_efficiency"} <= {each.code.text for each in metrics}
    assert all(each.effectivePeriod is not None for each in metrics)


def test_what_a_person_deleted_is_in_no_series(fortnight) -> None:
    (_, chunk), *_ = fortnight
    gone = chunk.samples.identity[:3].copy()
    later = Chunk(chunk.day, Samples.empty(), gone)

    found = exported(stored([*fortnight, ("deletes", later)]))

    before = exported(stored(fortnight))
    counts = [json.loads(each.read("manifest.json"))["samples"] for each in (before, found)]
    assert counts[0] - counts[1] == 3


BROKEN = {
    "a column that is cut": {"value": {"bytesValue": "AAAA"}},
    "text in a column's place": {"value": {"stringValue": "no bytes"}},
    "NaN among the values": {"value": {"bytesValue": "AAAAAAAA+H8="}},
    "a time without an era": {"start": {"bytesValue": "AAAAAAAA8H8="}},
    "a time of another day": {"start": {"bytesValue": "AAAAAAAAAAA="}},
    "an unknown kind": {"kind": {"bytesValue": "fw=="}},
    "a version to come": {"schema_version": {"integerValue": "99"}},
    "an odd type": {"value": {"pipelineValue": {}}},
    "a count that is no number": {"count": {"stringValue": "1"}},
    "no sources": {"sources": {"nullValue": None}},
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_chunk_that_cannot_be_decoded_is_given_as_it_is_and_named(fortnight, broken) -> None:
    one = fortnight[0][1]
    single = Chunk(one.day, one.samples.select(np.array([0])), one.deleted)
    bad = chunk_document("ada", "bad-one", single, arrived=99)
    documents = stored(fortnight)
    documents.add(document(bad.path, **{**bad.fields, **broken}))

    found = exported(documents)

    manifest = json.loads(found.read("manifest.json"))
    assert (manifest["undecodable_chunks"], manifest["undecodable"]) == (1, [bad.path])
    assert bad.path in found.read("README.txt").decode()
    raw = [each for each in lines(found, "documents/days.jsonl") if each["path"] == bad.path]
    assert raw[0]["fields"] == {**bad.fields, **broken}
    assert (
        manifest["samples"]
        == json.loads(exported(stored(fortnight)).read("manifest.json"))["samples"]
    )


def test_a_day_that_is_none_harms_nothing(fortnight) -> None:
    documents = stored(fortnight[:3])
    for day in ("2026-13-45", "20260614", "no day", "9999-12-31"):
        documents.add(document(f"users/ada/days/{day}/chunks/x", count={"integerValue": "0"}))

    found = json.loads(exported(documents).read("manifest.json"))

    assert found["undecodable_chunks"] == 4


COLLECTIONS = ["notes", "../../etc", "CON", "a.b", "é 漢", "%2F", "x" * 300, "sp ace", "."]


def test_no_member_s_name_leads_anywhere_whatever_collections_are_called() -> None:
    documents = MemoryDocuments()
    for name in COLLECTIONS:
        documents.add(document(f"users/ada/{name.replace('/', '%2F')}/1", a={"nullValue": None}))
    for name in COLLECTIONS:
        assert len(file_name(name)) <= 130

    found = exported(documents)

    for name in found.namelist():
        assert not name.startswith("/")
        assert ".." not in name
        assert name.isascii()
    assert json.loads(found.read("manifest.json"))["documents"]


def test_a_collection_that_is_called_like_the_settings_takes_nobody_s_place() -> None:
    documents = MemoryDocuments()
    documents.add(document("users/ada", language={"stringValue": "de"}))
    documents.add(document("users/ada/person/1", a={"nullValue": None}))

    found = exported(documents)

    assert [each["path"] for each in lines(found, PERSON)] == ["users/ada"]
    counts = json.loads(found.read("manifest.json"))["documents"]
    assert (len(counts), sum(counts.values())) == (2, 2)


def test_a_cell_that_a_spreadsheet_would_run_is_a_text(fortnight) -> None:
    sample = {
        "sample_type": "stepCount",
        "value": 7,
        "unit": "count",
        "start_date": "2026-06-14T10:00:00Z",
        "end_date": "2026-06-14T10:01:00Z",
        "source_revision": {"source": {"name": '=cmd|" /C calc"!A0'}, "product_type": "@x"},
    }
    upload = {"time_zone": "UTC", "samples": [sample]}
    samples = parse_upload(upload, received_at=NOW).samples
    documents = stored([("u", Chunk(LAST, samples, np.empty(0, "<u8")))])

    (found,) = rows(exported(documents), "series/samples/2026-06.csv")

    assert (found["source"], found["product_type"]) == ("'" + '=cmd|" /C calc"!A0', "'@x")


def test_somebody_of_whom_nothing_is_stored_gets_a_zip_that_says_so() -> None:
    found = exported(MemoryDocuments())

    assert observations(found) == []
    assert "0 measurements on 0 days" in found.read("README.txt").decode()


def test_memory_does_not_grow_with_the_years(fortnight) -> None:
    day = [(upload_id, chunk) for upload_id, chunk in fortnight if chunk.day == LAST]

    def peak(months: int) -> int:
        documents, nowhere = Repeated(day, months), Nowhere()
        out: Any = nowhere
        tracemalloc.start()
        write_archive(out, documents, "ada", NOW)
        _, found = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return found

    few, many = peak(3), peak(12)

    # A day's sums are kept until the end, some kilobytes a day; its minutes alone have 40.
    assert many - few < 9 * 10_000


class Nowhere(io.RawIOBase):
    def writable(self) -> bool:
        return True

    def write(self, data) -> int:
        return len(data)


class Repeated(MemoryDocuments):
    """A day of each month, moved back in time and made as it is read."""

    def __init__(self, day: list[tuple[str, Chunk]], months: int) -> None:
        super().__init__()
        self._day, self._months = day, months

    def collections(self, user_id: str) -> list[str]:
        return ["days"]

    def of(self, user_id: str, collection: str):
        for back in range(self._months - 1, -1, -1) if collection == "days" else ():
            for upload_id, chunk in self._day:
                yield chunk_document("ada", upload_id, moved(chunk, -30 * back), arrived=0)


def moved(chunk: Chunk, days: int) -> Chunk:
    samples, seconds = chunk.samples, 86_400.0 * days
    columns = {name: getattr(samples, name) for name in Samples.__slots__}
    columns |= {"start": samples.start + seconds, "end": samples.end + seconds}
    columns["identity"] = samples.identity + np.uint64(days % 2**32)
    return Chunk(chunk.day + timedelta(days), Samples(**columns), chunk.deleted)


def test_the_step_writes_signs_and_tells_until_when(fortnight) -> None:
    documents, exports = stored(fortnight[:2]), MemoryExports()
    export = Export(documents, exports, lambda: NOW, timedelta(hours=24))

    found = export("ada", "r1")

    assert found.object == object_name("ada", "r1")
    assert found.url_expires_at == NOW + timedelta(hours=24)
    assert (found.documents, found.bytes) == (2, len(exports.objects[found.object]))
    assert "ada" not in found.object


def test_a_database_that_goes_silent_half_way_leaves_no_export(fortnight) -> None:
    class Silent(MemoryDocuments):
        def of(self, user_id: str, collection: str):
            yield from list(super().of(user_id, collection))[:3]
            raise UnavailableError("the database does not answer")

    exports = MemoryExports()
    export = Export(Silent(stored(fortnight).documents), exports, lambda: NOW, timedelta(hours=24))

    with pytest.raises(UnavailableError):
        export("ada", "r1")

    assert exports.objects == {}


@pytest.mark.parametrize("request_id", ["a/b", "ü", "x" * 1500, "..", "r 1", "%2F", "plain"])
def test_a_request_s_odd_id_makes_a_plain_object_name(request_id) -> None:
    name = object_name("ada", request_id)

    assert name.isascii()
    assert len(name) < 200
    assert ".." not in name
    assert name != object_name("ada", request_id + "x")


def test_a_request_that_is_called_like_its_person_makes_a_name_that_names_nobody() -> None:
    assert "hK3f9QzLmTb7" not in object_name("hK3f9QzLmTb7", "of-hK3f9QzLmTb7")
