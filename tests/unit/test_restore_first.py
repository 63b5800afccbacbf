"""What is looked at, how much of it, and what is noted before an export is read in."""

from __future__ import annotations

import struct
from datetime import UTC, date, datetime
from typing import Any

import pytest

from clarity.domain.errors import RefusedError
from clarity.sources.generated import people
from clarity.steps import archive_reader
from clarity.steps import restore as restoring
from clarity.steps.archive import DAYS, PERSON, write_archive
from clarity.steps.archive_reader import UnusableArchiveError
from clarity.steps.restore import HeldError, UnconsentedError
from tests.exports import MemoryDocuments, MemoryRestores, chunk_document, document
from tests.unit.test_export import chunks_of
from tests.unit.test_restore import SETTINGS, changed, days_of, restore, written

NOW = datetime(2027, 1, 1, tzinfo=UTC)


@pytest.fixture
def file(tmp_path):
    documents = MemoryDocuments()
    documents.add(document("users/ada", **SETTINGS))
    person = people.generate("office-worker", days=2, last_day=date(2026, 6, 14))
    for upload_id, chunk in chunks_of(person):
        documents.add(chunk_document("ada", upload_id, chunk))
    path = tmp_path / "export.zip"
    with path.open("wb") as out:
        write_archive(out, documents, "ada", NOW)
    return path


NO_ANALYSIS = {"mapValue": {"fields": {"analysis": {"booleanValue": False}}}}


def settings(**fields: Any) -> bytes:
    at = "2026-06-01T00:00:00Z"
    return written([{"path": "users/ada", "createTime": at, "updateTime": at, "fields": fields}])


@pytest.mark.parametrize(
    "person",
    [
        b"",
        settings(),
        settings(consent={"mapValue": {"fields": {"analysis": {"nullValue": None}}}}),
    ],
    ids=["no settings", "no consent", "not the analysis"],
)
def test_who_has_not_consented_is_read_in_only_where_the_operator_says_so(file, person) -> None:
    changed(file, {PERSON: person})
    restores = MemoryRestores()

    with pytest.raises(UnconsentedError, match="consent to the analysis"):
        restore(file, "bob", restores, NOW)

    assert (restores.order, restores.noted) == ([], [])
    assert restore(file, "bob", restores, NOW, unconsented=True).chunks > 0


def test_it_is_noted_before_the_first_write_and_not_where_nothing_is_written(file) -> None:
    first, held = MemoryRestores(), MemoryRestores({"jobs/j": {}})

    restore(file, "bob", first, NOW)
    with pytest.raises(HeldError):
        restore(file, "bob", held, NOW)

    assert (first.noted, held.noted) == ([0], [])


@pytest.mark.parametrize("part", ["settings", "day", "chunk"])
def test_what_the_database_does_not_take_is_found_before_anything_is_written(file, part) -> None:
    whole = MemoryRestores()
    restore(file, "bob", whole, NOW)
    chunk = max(path for path in whole.documents if "/chunks/" in path)
    wrong = {"settings": "", "day": "/".join(chunk.split("/")[:2]), "chunk": chunk}[part]
    restores = MemoryRestores(refuses={wrong})

    with pytest.raises(RefusedError):
        restore(file, "bob", restores, NOW)

    assert (restores.order, restores.noted) == ([], [])


def test_what_an_import_noted_with_the_person_does_not_stand_in_its_way(file) -> None:
    noted: dict[str, Any] = {"audit/import_person-20270101T000000-0": {}, "audit_heads/chain": {}}

    assert restore(file, "bob", MemoryRestores(dict(noted)), NOW).before == 0


def nested(depth: int) -> dict[str, Any]:
    found: dict[str, Any] = {"nullValue": None}
    for _ in range(depth):
        found = {"arrayValue": {"values": [found]}}
    return found


def test_values_a_thousand_lists_deep_are_no_document_s() -> None:
    with pytest.raises(ValueError, match="nested so deep"):
        document("users/ada", a=nested(1000)).plain()


def test_more_chunks_than_a_life_has_are_refused(file, monkeypatch) -> None:
    monkeypatch.setattr(restoring, "MOST_CHUNKS", len(days_of(file)) - 1)
    restores = MemoryRestores()

    with pytest.raises(UnusableArchiveError, match="chunks, found more"):
        restore(file, "bob", restores, NOW)

    assert restores.documents == {}


def test_a_bomb_is_put_down(file, monkeypatch) -> None:
    monkeypatch.setattr(archive_reader, "_ANYWAY", 1 << 20)
    monkeypatch.setattr(archive_reader, "MOST_TIMES", 20)
    line = written([days_of(file)[0] | {"padding": "0" * 1_000_000}])

    changed(file, {DAYS: line * 60})

    with pytest.raises(UnusableArchiveError, match="unpacks to more"):
        restore(file, "bob", MemoryRestores(), NOW)


def test_a_line_without_an_end_is_put_down(file, monkeypatch) -> None:
    monkeypatch.setattr(archive_reader, "LONGEST_LINE", 1 << 20)

    changed(file, {DAYS: b" " * (2 << 20)})

    with pytest.raises(UnusableArchiveError, match="unpacks to more"):
        restore(file, "bob", MemoryRestores(), NOW)


MEMBER = struct.Struct("<4s6H3I5H2I")
END, END_64, WHERE_64 = (struct.Struct(each) for each in ("<4s4H2IH", "<4sQ2H2I4Q", "<4sIQI"))


def listing(members: int) -> bytes:
    """A zip that is nothing but the list of its members."""
    one = MEMBER.pack(b"PK\1\2", 20, 20, 0, 0, 0, 33, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"x"
    size = len(one) * members
    more = END_64.pack(b"PK\6\6", 44, 45, 45, 0, 0, members, members, size, 0)
    where = WHERE_64.pack(b"PK\6\7", 0, size, 1)
    return (
        one * members + more + where + END.pack(b"PK\5\6", 0, 0, *[0xFFFF] * 2, *[2**32 - 1] * 2, 0)
    )


@pytest.mark.parametrize(("members", "found"), [(9, "no manifest"), (200_000, "too large")])
def test_a_list_of_members_without_an_end_is_put_down(tmp_path, members, found) -> None:
    file = tmp_path / "export.zip"
    file.write_bytes(listing(members))

    with pytest.raises(UnusableArchiveError, match=found):
        restore(file, "bob", MemoryRestores(), NOW)
