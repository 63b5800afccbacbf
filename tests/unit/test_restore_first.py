"""What is looked at, and noted, before an export is read in."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from clarity.domain.errors import RefusedError
from clarity.sources.generated import people
from clarity.steps.archive import PERSON, write_archive
from clarity.steps.restore import HeldError, UnconsentedError
from tests.exports import MemoryDocuments, MemoryRestores, chunk_document, document
from tests.unit.test_export import chunks_of
from tests.unit.test_restore import SETTINGS, changed, restore, written

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
