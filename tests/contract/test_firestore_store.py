"""How the embedded Firestore keeps documents: in SQLite, with few of them in memory."""

from __future__ import annotations

import itertools
import math
import os
import random
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from google.cloud.firestore_v1 import types

from infra.local.database import Database
from infra.local.firestore import Firestore, cache, history
from infra.local.firestore.encoding import split
from infra.local.firestore.names import Scope, key_of, stored_key, stored_key_of
from infra.local.firestore.store import Store
from infra.local.firestore.wire import DocumentChange, StatusError, new_document, to_timestamp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

ROOT = "projects/p/databases/(default)/documents"
BIG = "a value of many bytes " * 60


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[[], tuple[Database, Firestore]]]:
    databases: list[Database] = []

    def open_one() -> tuple[Database, Firestore]:
        databases.append(Database(tmp_path / "cloud.db"))
        return databases[-1], Firestore(databases[-1], lambda _: None)

    yield open_one
    for database in databases:
        database.close()


def commit(firestore: Firestore, documents: Mapping[str, Mapping[str, str | float] | None]) -> int:
    """Set each document, or delete it; the commit's time."""
    request = types.CommitRequest.pb()()
    for name, fields in documents.items():
        if fields is None:
            request.writes.add(delete=f"{ROOT}/{name}")
            continue
        write = request.writes.add()
        write.update.name = f"{ROOT}/{name}"
        for field, value in fields.items():
            kind = "string_value" if isinstance(value, str) else "double_value"
            setattr(write.update.fields[field], kind, value)
    micros: int = firestore.Commit(request).commit_time.ToMicroseconds()
    return micros


def merge(firestore: Firestore, name: str, field: str, value: str) -> None:
    request = types.CommitRequest.pb()()
    write = request.writes.add()
    write.update.name = f"{ROOT}/{name}"
    write.update.fields[field].string_value = value
    write.update_mask.field_paths.append(field)
    firestore.Commit(request)


def fields(document: Any) -> dict[str, Any]:
    kinds = {name: value.WhichOneof("value_type") for name, value in document.fields.items()}
    return {name: getattr(document.fields[name], kind) for name, kind in kinds.items()}


def read(firestore: Firestore, name: str, micros: int | None = None) -> dict[str, Any]:
    request = types.GetDocumentRequest.pb()(name=f"{ROOT}/{name}")
    if micros is not None:
        request.read_time.FromMicroseconds(micros)
    return fields(firestore.GetDocument(request))


def query(firestore: Firestore, collection: str, **wanted: Any) -> list[Any]:
    request = types.RunQueryRequest.pb()(parent=ROOT)
    request.structured_query.from_.add(collection_id=collection, **wanted)
    return [each.document for each in firestore.RunQuery(request) if each.document.name]


def resident() -> int:
    """Bytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


# -- memory -------------------------------------------------------------------------------------


def test_documents_beyond_the_cache_are_not_in_memory(opened, monkeypatch) -> None:
    monkeypatch.setattr(cache, "CACHE_BYTES", 1024 * 1024)
    _, firestore = opened()
    batch = 100
    grown = []
    for turn in range(6):
        before = resident()
        for first in range(0, 2000, batch):
            # Distinct texts of 10 kB: 20 MB a turn.
            documents = {
                f"c/{turn}-{first + n}": {"t": f"{n}" + "x" * 10_000} for n in range(batch)
            }
            commit(firestore, documents)
        grown.append(resident() - before)

    assert max(grown[2:]) < 4 * 1024 * 1024
    assert read(firestore, "c/0-1999")["t"].endswith("x" * 10_000)


def test_the_cache_holds_what_was_used_last_up_to_its_size(monkeypatch) -> None:
    monkeypatch.setattr(cache, "CACHE_BYTES", 100)
    held = cache.Cache()
    for name in "abc":
        held.put(name, f"document {name}", 30)
    assert held.get("a") == "document a"

    held.put("d", "document d", 30)
    held.put("a", "another a", 35)
    held.drop("c")

    assert {name: held.get(name) for name in "abcd"} == {
        "a": "another a",
        "b": None,
        "c": None,
        "d": "document d",
    }
    held.put("e", "larger than all", 101)
    assert [held.get(name) for name in "ade"] == [None, None, None]


def test_what_was_evicted_is_read_again_and_changed_whole(opened, monkeypatch) -> None:
    monkeypatch.setattr(cache, "CACHE_BYTES", 0)
    _, firestore = opened()
    commit(firestore, {"c/a": {"big": BIG, "status": "new"}})

    merge(firestore, "c/a", "status", "done")
    assert read(firestore, "c/a") == {"big": BIG, "status": "done"}
    merge(firestore, "c/a", "big", "small")
    assert read(firestore, "c/a") == {"big": "small", "status": "done"}
    merge(firestore, "c/a", "big", BIG * 2)
    assert [fields(each) for each in query(firestore, "c")] == [{"big": BIG * 2, "status": "done"}]
    commit(firestore, {"c/a": None})
    commit(firestore, {"c/a": {"status": "again"}})
    assert read(firestore, "c/a") == {"status": "again"}


# -- history ------------------------------------------------------------------------------------


def test_the_past_is_read_as_it_stood_through_changes_deletes_and_creations(opened) -> None:
    _, firestore = opened()
    first = commit(firestore, {"c/a": {"big": BIG, "n": 1.0}, "c/b": {"n": 1.0}})
    second = commit(firestore, {"c/a": {"n": 2.0}, "c/b": None, "c/c": {"n": 2.0}})
    commit(firestore, {"c/a": None, "c/b": {"n": 3.0}})

    assert read(firestore, "c/a", first) == {"big": BIG, "n": 1.0}
    assert read(firestore, "c/a", second) == {"n": 2.0}
    request = types.RunQueryRequest.pb()(parent=ROOT)
    request.structured_query.from_.add(collection_id="c")
    seen = []
    for micros in (first, second):
        request.read_time.FromMicroseconds(micros)
        found = [each.document for each in firestore.RunQuery(request)]
        seen.append([(each.name[-1], each.fields["n"].double_value) for each in found])
    assert seen == [[("a", 1.0), ("b", 1.0)], [("a", 2.0), ("c", 2.0)]]


@pytest.mark.parametrize(
    ("limit", "value"), [("KEPT_CHANGES", 20), ("KEPT_BYTES", 20_000), ("KEPT_MICROS", 30)]
)
def test_the_history_is_bounded_and_says_where_it_ends(
    opened, monkeypatch, limit: str, value: int
) -> None:
    monkeypatch.setattr(history, limit, value)
    monkeypatch.setattr(history, "_LOOK_MICROS", 0)
    database, firestore = opened()
    times = [commit(firestore, {"c/a": {"t": f"{n}" + "x" * 1000}}) for n in range(100)]

    assert database.execute("SELECT count(*) FROM firestore_past").fetchone()[0] <= 20
    assert read(firestore, "c/a", times[-2])["t"].startswith("98")
    with pytest.raises(StatusError, match="too old"):
        read(firestore, "c/a", times[0])


def test_a_commit_that_is_rolled_back_leaves_no_history(tmp_path) -> None:
    def refuse(_: object) -> None:
        raise LookupError

    database = Database(tmp_path / "cloud.db")
    store = Store(database, refuse)
    name, micros = f"{ROOT}/c/a", store.commit_micros()
    document = new_document(name=name)
    change = DocumentChange(
        name, None, document, to_timestamp(micros), document.SerializeToString()
    )

    with pytest.raises(LookupError):
        store.apply([change], micros)

    assert store.get(name) is None
    assert store.changed_since(micros - 1) == set()
    database.close()


def test_what_stood_before_is_in_no_file_of_the_folder(opened, tmp_path) -> None:
    database, firestore = opened()
    commit(firestore, {"c/a": {"t": "SAID-BEFORE " * 300}})
    commit(firestore, {"c/a": {"t": "said after"}})
    database.execute("VACUUM")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    assert not [each for each in tmp_path.iterdir() if b"SAID-BEFORE" in each.read_bytes()]


# -- order and scope ----------------------------------------------------------------------------

SEGMENTS = ["a", "a-b", "a0", "a/b", "b", "A", "\0", "a\0", "a\0b", "\1", "é", "\U0001f600", "~"]


def test_stored_keys_sort_as_names_do() -> None:
    names = ["/".join(parts) for n in (1, 2, 3) for parts in itertools.product(SEGMENTS, repeat=n)]
    random.Random(1).shuffle(names)

    assert sorted(names, key=lambda name: stored_key(key_of(name))) == sorted(names, key=key_of)
    assert len({stored_key(key_of(name)) for name in names}) == len(set(names))
    assert all(stored_key_of(name) == stored_key(key_of(name)) for name in names)


def test_a_numeric_bound_is_before_every_stored_name() -> None:
    lowest = stored_key(key_of("c/__id-9223372036854775808__"))

    assert stored_key(key_of("b/z")) < lowest < stored_key(key_of("c/\0"))


def test_scans_find_what_a_scope_holds_in_the_order_of_names(opened) -> None:
    _, firestore = opened()
    ids = ["a", "a-b", "a0", "A", "a\1b", "é", "\U0001f600"]
    names = [f"{c}/{i}" for c in ("c", "c-d", "e") for i in ids]
    names += [f"c/{i}/{c}/{j}" for i in ids for c in ("c", "e") for j in ids]
    for start in range(0, len(names), 400):
        commit(firestore, {name: {"n": 1.0} for name in names[start : start + 400]})
    store = firestore._store
    full = [f"{ROOT}/{name}" for name in names]
    for parent in (ROOT, f"{ROOT}/c/a", f"{ROOT}/c/a-b"):
        for collection_id, below in itertools.product(("c", "e", ""), (True, False)):
            scope = Scope(parent, collection_id, below)
            found = [each.document.name for each in store.documents(scope)]
            assert found == sorted(filter(scope.holds, full), key=key_of)


def test_a_scan_is_read_in_pages_and_goes_on_behind_the_last(opened) -> None:
    _, firestore = opened()
    for first in range(0, 1000, 250):
        commit(firestore, {f"c/{n:04}": {"n": float(n)} for n in range(first, first + 250)})

    assert [each.name[-4:] for each in query(firestore, "c")] == [f"{n:04}" for n in range(1000)]


def test_the_collections_and_the_gaps_are_told_past_names_that_sort_between(opened) -> None:
    _, firestore = opened()
    names = ["c/a", "c/a-b", "c/a0", "c/a/e/x", "c/a-b/e-f/x", "c/gap/e/x", "c/gap-/e0/x", "d/x"]
    commit(firestore, {name: {} for name in names})

    def collections(parent: str) -> list[str]:
        request = types.ListCollectionIdsRequest.pb()(parent=parent)
        return list(firestore.ListCollectionIds(request).collection_ids)

    assert collections(ROOT) == ["c", "d"]
    assert collections(f"{ROOT}/c/a") == ["e"]
    assert collections(f"{ROOT}/c/a-b") == ["e-f"]
    listed = types.ListDocumentsRequest.pb()(parent=ROOT, collection_id="c", show_missing=True)
    found = [each.name.rpartition("/")[2] for each in firestore.ListDocuments(listed).documents]
    assert found == ["a", "a-b", "a0", "gap", "gap-"]


# -- large fields -------------------------------------------------------------------------------


def test_the_two_parts_of_a_document_are_the_document() -> None:
    chance = random.Random(3)
    for _ in range(300):
        document = new_document(name=f"{ROOT}/c/{'n' * chance.randrange(900)}")
        for n in range(chance.randrange(12)):
            value = document.fields[f"f{n}" * chance.randrange(1, 40)]
            value.string_value = "x" * chance.choice([0, 1, 90, 128, 500, 513, 20_000])
        document.create_time.FromMicroseconds(1)
        document.update_time.FromMicroseconds(chance.randrange(2**50))
        small, large = split(document.SerializeToString(deterministic=True))

        assert new_document.FromString(small + large) == document
        head = new_document.FromString(small)
        assert (head.name, head.update_time) == (document.name, document.update_time)
        assert all(len(value.string_value) <= 512 for value in head.fields.values()) or not large


def test_a_field_that_is_not_known_is_kept() -> None:
    document = new_document(name=f"{ROOT}/c/a")
    document.fields["big"].string_value = BIG
    unknown = document.SerializeToString() + b"\x98\x06\x2a"  # field 99, a varint

    small, large = split(unknown)

    assert sorted(small + large) == sorted(unknown)
    assert small.endswith(b"\x98\x06\x2a")


def test_a_query_of_small_fields_reads_no_large_one(opened, monkeypatch) -> None:
    database, firestore = opened()
    for n in range(5):
        commit(firestore, {f"c/{n}": {"big": BIG, "status": "new" if n % 2 else "done"}})
    commit(firestore, {"c/none": {"big": BIG}})
    monkeypatch.setattr(cache, "CACHE_BYTES", 0)
    firestore._store._cache.put("none", None, 0)  # what is there goes
    statements: list[str] = []
    database._connection.set_trace_callback(statements.append)
    request = types.RunQueryRequest.pb()(parent=ROOT)
    request.structured_query.from_.add(collection_id="c")
    condition = request.structured_query.where.field_filter
    condition.field.field_path, condition.op = "status", 5
    condition.value.string_value = "new"
    request.structured_query.select.fields.add(field_path="status")

    found = [fields(each.document) for each in firestore.RunQuery(request)]

    assert found == [{"status": "new"}] * 2
    # One that has not the field among the small ones may have it among the large.
    assert sum("FROM firestore_large" in each for each in statements) == 1


def test_a_change_of_a_small_field_does_not_write_the_large_ones(opened) -> None:
    database, firestore = opened()
    commit(firestore, {"c/a": {"big": BIG * 100, "status": "new"}})
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    merge(firestore, "c/a", "status", "done")

    _, pages, _ = database.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    assert pages * 4096 < len(BIG * 100) / 2


@pytest.mark.parametrize("value", [math.nan, -0.0, 0.0, 1.5])
def test_a_write_of_what_stands_already_changes_nothing(opened, value: float) -> None:
    _, firestore = opened()
    commit(firestore, {"c/a": {"big": BIG, "n": value}})
    (before,) = query(firestore, "c")

    commit(firestore, {"c/a": {"big": BIG, "n": value}})

    assert query(firestore, "c")[0].update_time == before.update_time
    commit(firestore, {"c/a": {"big": BIG, "n": math.copysign(value, -1)}})
    changed = query(firestore, "c")[0].update_time != before.update_time
    assert changed == (math.copysign(1, value) > 0)


# -- files --------------------------------------------------------------------------------------


def test_a_file_without_indexes_is_taken_over(tmp_path, opened) -> None:
    documents = {}
    for name, text in (("c/a", "x"), ("c/b", BIG), ("c/a/d/e", "y")):
        document = new_document(name=f"{ROOT}/{name}")
        document.fields["t"].string_value = text
        documents[name] = document
    with sqlite3.connect(tmp_path / "cloud.db") as database:
        table = "CREATE TABLE firestore_documents (name TEXT PRIMARY KEY, document BLOB NOT NULL)"
        database.execute(table)
        rows = [(each.name, each.SerializeToString()) for each in documents.values()]
        database.executemany("INSERT INTO firestore_documents VALUES (?, ?)", rows)
    database.close()

    for _ in range(2):  # and again, once it is
        _, firestore = opened()
        assert [fields(each)["t"] for each in query(firestore, "c")] == ["x", BIG]
        assert read(firestore, "c/a/d/e") == {"t": "y"}


def test_the_documents_are_one_view_of_the_file_for_other_readers(tmp_path, opened) -> None:
    _, firestore = opened()
    commit(firestore, {"c/a": {"big": BIG, "n": 1.0}, "c/b": {"n": 2.0}})

    with sqlite3.connect(f"file:{tmp_path / 'cloud.db'}?mode=ro", uri=True) as database:
        rows = database.execute("SELECT name, document FROM firestore_documents ORDER BY name")
        found = {name: fields(new_document.FromString(encoded)) for name, encoded in rows}
    database.close()

    assert found == {f"{ROOT}/c/a": {"big": BIG, "n": 1.0}, f"{ROOT}/c/b": {"n": 2.0}}
