"""An export that is read in again, and files that only look like one."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from clarity.domain.analysis import best_week
from clarity.domain.errors import ForgottenError, UnavailableError
from clarity.domain.intake.samples import Samples
from clarity.domain.minutes.grid import grid_digest
from clarity.sources.generated import people
from clarity.steps import restore as restoring
from clarity.steps.archive import DAYS, PERSON, write_archive
from clarity.steps.archive_reader import UnusableArchiveError
from clarity.steps.ports import Chunk
from clarity.steps.preprocess import combine
from clarity.steps.restore import HeldError, Restored
from clarity.steps.stored import StoredDocument, chunk_of
from tests.exports import KEPT, START, MemoryDocuments, MemoryRestores, chunk_document, document
from tests.unit.test_export import chunks_of

NOW = datetime(2027, 1, 1, tzinfo=UTC)
LAST = date(2026, 6, 14)
CONSENT: Any = {"mapValue": {"fields": {"analysis": {"booleanValue": True}}}}
SETTINGS: dict[str, Any] = {
    "consent": CONSENT,
    "language": {"stringValue": "de"},
    "born": {"geoPointValue": {"latitude": 1.5}},
}


def restore(file, user_id, restores, now, **options: Any) -> Restored:
    return restoring.restore(file, user_id, restores, now, note=restores.note, **options)


@pytest.fixture(scope="module")
def traveller() -> MemoryDocuments:
    """Somebody who flew: the newest uploads repeat samples under another zone."""
    person = people.generate("traveller", days=4, last_day=LAST)
    documents = MemoryDocuments()
    documents.add(document("users/ada", **SETTINGS))
    documents.add(document("users/ada/jobs/j", status={"stringValue": "completed"}))
    latest_first = chunks_of(person)[::-1]
    for arrived, (upload_id, chunk) in enumerate(latest_first):
        documents.add(chunk_document("ada", upload_id, chunk, arrived=arrived))
    return documents


@pytest.fixture(scope="module")
def content(traveller) -> bytes:
    out = io.BytesIO()
    write_archive(out, traveller, "ada", NOW)
    return out.getvalue()


@pytest.fixture
def file(content, tmp_path):
    path = tmp_path / "export.zip"
    path.write_bytes(content)
    return path


def chunks_in(documents) -> list[Chunk]:
    """The chunks as `recent` gives them: by arrival, then by name."""
    found = [each for each in documents if "/chunks/" in each.path]
    found.sort(key=lambda each: each.path.split("/"))
    return [chunk_of(each) for each in sorted(found, key=lambda each: each.created)]


def restored(restores: MemoryRestores) -> list[StoredDocument]:
    """What was written, with the moment of its commit as its arrival."""
    return [
        document(f"users/bob/{path}", arrived=number, **restores.documents[path])
        for number, paths in enumerate(restores.order)
        for path in paths
        if path
    ]


def changed(file, names: dict[str, bytes | None]):
    """The same zip with some members replaced, or left out."""
    out = io.BytesIO()
    with zipfile.ZipFile(file) as before, zipfile.ZipFile(out, "w", 8) as after:
        for name in {**dict.fromkeys(before.namelist()), **names}:
            content = names[name] if name in names else before.read(name)
            if content is not None:
                after.writestr(name, content)
    file.write_bytes(out.getvalue())
    return file


def days_of(file) -> list[dict]:
    with zipfile.ZipFile(file) as archive:
        return [json.loads(line) for line in archive.read("documents/days.jsonl").splitlines()]


def written(lines: list[dict]) -> bytes:
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


def test_the_same_samples_in_the_same_order_make_the_same_week(file, traveller) -> None:
    restores = MemoryRestores()

    found = restore(file, "bob", restores, NOW)

    before, after = chunks_in(traveller.documents.values()), chunks_in(restored(restores))
    assert [len(each.samples) for each in before] == [len(each.samples) for each in after]
    weeks = [grid_digest(best_week(combine(each))) for each in (before, after)]
    assert weeks[0] == weeks[1]
    assert restores.documents[""] == SETTINGS
    assert (found.chunks, found.settings, found.left_out) == (len(before), True, 0)
    assert "jobs/j" not in restores.documents


def test_what_is_restored_is_kept_as_long_again(file) -> None:
    restores = MemoryRestores()

    restore(file, "bob", restores, NOW)

    until = {
        path: each["expires_at"]["timestampValue"]
        for path, each in restores.documents.items()
        if path
    }
    assert set(until.values()) == {f"{NOW + KEPT:%FT%T}.000000000Z"}
    assert START + KEPT < NOW + KEPT


def test_an_import_that_was_cut_short_goes_on(file) -> None:
    whole, broken = MemoryRestores(), MemoryRestores(fails_at=3)
    restore(file, "bob", whole, NOW)
    with pytest.raises(UnavailableError):
        restore(file, "bob", broken, NOW)
    broken.fails_at = None

    found = restore(file, "bob", broken, NOW)

    assert found.before > 0
    assert broken.documents == whole.documents
    assert broken.order == whole.order


def test_a_person_with_data_is_left_alone(file) -> None:
    for path, kind in (("", "settings"), ("jobs/j", "jobs"), ("days/2020-01-01/chunks/o", "days")):
        restores = MemoryRestores({path: {}})

        with pytest.raises(HeldError, match=f"found 1 more, of {kind}"):
            restore(file, "bob", restores, NOW)

        assert restores.order == []


def test_a_second_import_of_the_same_file_is_refused(file) -> None:
    restores = MemoryRestores()
    restore(file, "bob", restores, NOW)

    with pytest.raises(HeldError):
        restore(file, "bob", restores, NOW)


def test_nobody_who_was_erased_comes_back(file) -> None:
    with pytest.raises(ForgottenError):
        restore(file, "bob", MemoryRestores(erased=True), NOW)


def test_a_chunk_that_cannot_be_decoded_stays_out(file) -> None:
    lines = days_of(file)
    lines[0]["fields"]["value"] = {"stringValue": "broken"}
    lines[1]["fields"].pop("expires_at")
    restores = MemoryRestores()

    found = restore(changed(file, {DAYS: written(lines)}), "bob", restores, NOW)

    assert found.left_out == 2
    assert found.chunks == len(lines) - 2


def test_a_zip_cut_anywhere_writes_nothing(file) -> None:
    whole = file.read_bytes()
    for part in (0, 1, 100, len(whole) // 2, len(whole) - 1):
        file.write_bytes(whole[:part])
        restores = MemoryRestores()

        with pytest.raises(UnusableArchiveError, match=r"cut short|damaged"):
            restore(file, "bob", restores, NOW)

        assert restores.documents == {}


def test_a_flipped_bit_in_the_samples_writes_nothing(file) -> None:
    with zipfile.ZipFile(file) as archive:
        info = archive.getinfo("documents/days.jsonl")
    data = bytearray(file.read_bytes())
    for at in np.linspace(info.header_offset + 100, info.header_offset + info.compress_size, 9):
        data[int(at)] ^= 0x10
        file.write_bytes(data)
        restores = MemoryRestores()

        with pytest.raises(UnusableArchiveError):
            restore(file, "bob", restores, NOW)

        assert restores.documents == {}
        data[int(at)] ^= 0x10


MANIFESTS = {
    "of a newer format": ({"format": 2}, "newer version"),
    "of an older format": ({"format": 0}, "expected format 1"),
    "of no format": ({"format": None}, "expected format 1"),
    "of a format that is true": ({"format": True}, "expected format 1"),
    "of another program": ({"name": "somebody's"}, "another zip"),
    "of nobody": ({"user_id": ""}, "expected an id"),
    "of a list": ({"user_id": ["ada"]}, "expected an id"),
}


@pytest.mark.parametrize(("change", "said"), MANIFESTS.values(), ids=MANIFESTS)
def test_a_manifest(file, change, said) -> None:
    with zipfile.ZipFile(file) as archive:
        manifest = json.loads(archive.read("manifest.json"))

    changed(file, {"manifest.json": json.dumps(manifest | change).encode()})

    with pytest.raises(UnusableArchiveError, match=said):
        restore(file, "bob", MemoryRestores(), NOW)


@pytest.mark.parametrize("text", [None, b"", b"[]", b"{", b"[" * 100_000, b"\xff"])
def test_a_manifest_that_cannot_be_read(file, text) -> None:
    with pytest.raises(UnusableArchiveError):
        restore(changed(file, {"manifest.json": text}), "bob", MemoryRestores(), NOW)


LINES = {
    "of another person": lambda line: line | {"path": line["path"].replace("ada", "eve")},
    "that leads upwards": lambda line: line | {"path": "users/ada/../eve/days/2026-06-14"},
    "of another collection": lambda line: line | {"path": "users/ada/jobs/j"},
    "without fields": lambda line: line | {"fields": None},
    "without a path": lambda line: line | {"path": 7},
    "without a time": lambda line: line | {"createTime": "yesterday"},
    "with a time of no day": lambda line: line | {"createTime": "2026-02-31T00:00:00Z"},
    "with a reserved id": lambda line: line | {"path": line["path"].rsplit("/", 1)[0] + "/__x__"},
    "with an id that is too long": lambda line: line | {"path": line["path"] + "x" * 1500},
    "with dots for an id": lambda line: line | {"path": line["path"].rsplit("/", 1)[0] + "/.."},
    "with half a character": lambda line: line | {"path": line["path"] + "\ud800"},
    "that is a list": lambda line: [line],
    "that is there twice": lambda line: line | {"twice": True},
}


@pytest.mark.parametrize("change", LINES.values(), ids=LINES)
def test_a_line(file, change) -> None:
    lines = days_of(file)
    bad = change(lines[-1])
    lines = [*lines, bad]
    restores = MemoryRestores()

    with pytest.raises(UnusableArchiveError):
        restore(changed(file, {DAYS: written(lines)}), "bob", restores, NOW)

    assert restores.documents == {}


def test_settings_of_somebody_else_are_refused(file) -> None:
    line: dict[str, Any] = {"path": "users/eve", "createTime": "2026-06-01T00:00:00Z"}
    line |= {"updateTime": line["createTime"], "fields": {}}

    changed(file, {PERSON: written([line])})

    with pytest.raises(UnusableArchiveError, match="settings"):
        restore(file, "bob", MemoryRestores(), NOW)


def test_members_whose_names_lead_elsewhere_are_never_unpacked(file, tmp_path) -> None:
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("../../escaped.txt", b"x")
        archive.writestr("/escaped.txt", b"x")
        archive.writestr("documents/../../escaped.jsonl", b"x")

    restore(file, "bob", MemoryRestores(), NOW)

    assert [each.name for each in tmp_path.iterdir()] == ["export.zip"]


def test_a_name_that_is_there_twice_is_refused(file) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(file, "a") as archive:
        archive.writestr("documents/days.jsonl", b"")

    with pytest.raises(UnusableArchiveError, match="expected one"):
        restore(file, "bob", MemoryRestores(), NOW)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_method_that_unpacks_without_a_bound_is_refused(file, method) -> None:
    with zipfile.ZipFile(file) as before:
        members = {name: before.read(name) for name in before.namelist()}
    with zipfile.ZipFile(file, "w", method) as after:
        for name, content in members.items():
            after.writestr(name, content)

    with pytest.raises(UnusableArchiveError, match="stored or deflated"):
        restore(file, "bob", MemoryRestores(), NOW)


def test_a_file_that_is_no_zip_is_refused(tmp_path) -> None:
    path = tmp_path / "export.zip"
    path.write_text("not at all")

    with pytest.raises(UnusableArchiveError, match="expected the zip of an export"):
        restore(path, "bob", MemoryRestores(), NOW)


def test_an_empty_export_restores_nothing(tmp_path) -> None:
    path = tmp_path / "export.zip"
    with path.open("wb") as out:
        write_archive(out, MemoryDocuments(), "ada", NOW)
    restores = MemoryRestores()

    found = restore(path, "bob", restores, NOW, unconsented=True)

    assert (found.chunks, found.settings, restores.order) == (0, False, [])


def test_chunks_of_one_moment_and_of_many_are_read_in_one_order(tmp_path) -> None:
    """Copies of a sample in different zones: the first to arrive decides which day it is of."""
    documents = MemoryDocuments()
    person = people.generate("office-worker", days=3, last_day=LAST)
    for number, (upload_id, chunk) in enumerate(chunks_of(person)):
        moved = np.full_like(chunk.samples.offset, 9 * 3600)
        columns = {name: getattr(chunk.samples, name) for name in Samples.__slots__}
        other = Samples(**{**columns, "offset": moved})
        days = other.local_day()
        for day in np.unique(days):
            part = Chunk(day.astype(object), other.select(days == day), chunk.deleted)
            documents.add(chunk_document("ada", f"a-{upload_id}", part, arrived=500 - number))
        documents.add(chunk_document("ada", f"z-{upload_id}", chunk, arrived=100 - number))
    path = tmp_path / "export.zip"
    with path.open("wb") as out:
        write_archive(out, documents, "ada", NOW + timedelta(0))
    restores = MemoryRestores()

    restore(path, "bob", restores, NOW, unconsented=True)

    before, after = (
        combine(chunks_in(each)) for each in (documents.documents.values(), restored(restores))
    )
    assert np.array_equal(before.identity, after.identity)
    assert np.array_equal(before.offset, after.offset)
