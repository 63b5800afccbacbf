"""The embedded cloud's state once somebody was erased: not a byte of them is in it."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
import sqlite3
from typing import TYPE_CHECKING

import pytest

from clarity.steps.audit import subject_of
from infra.local.cloud import serve
from infra.local.database import Database
from infra.local.monitoring import LocalMonitoring
from infra.local.scrub import Scrubber, page_of
from infra.local.topology import PROJECT, Ports
from tests.cloud import cloud_process, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROOT = f"projects/{PROJECT}/databases/(default)/documents"
MARK = b"ADA-WAS-HERE"
KEEP = "INSERT OR REPLACE INTO firestore_documents VALUES (?, ?)"
FORGET = "DELETE FROM firestore_documents WHERE name LIKE '%/users/ada/%'"


@pytest.fixture
def database(tmp_path) -> Iterator[Database]:
    opened = Database(tmp_path / "cloud.db")
    opened.execute("CREATE TABLE firestore_documents (name TEXT PRIMARY KEY, document BLOB)")
    yield opened
    opened.close()


def lived_in(database: Database) -> None:
    """Pages that were split and joined while two people's documents grew and shrank."""
    chance = random.Random(7)
    for turn in range(3000):
        user, mark = chance.choice([("ada", MARK), ("eve", b"EVE-IS-HERE")])
        name = f"{ROOT}/users/{user}/uploads/{chance.randrange(700)}"
        database.execute(KEEP, (name, mark * chance.choice([3, 20, 100, 800])))
        if turn % 7 == 0:
            database.execute("DELETE FROM firestore_documents WHERE name = ?", (name,))


def nothing() -> None:
    return


def left(folder: Path) -> int:
    return sum(file.read_bytes().count(MARK) for file in folder.iterdir())


def test_what_was_deleted_is_not_in_the_file_nor_in_its_log(database, tmp_path) -> None:
    lived_in(database)
    database.execute(FORGET)
    assert left(tmp_path) > 0  # SQLite leaves it there
    database.execute(KEEP, (f"{ROOT}/erasures/0f", b""))

    Scrubber(tmp_path, database, nothing).scrub()

    assert left(tmp_path) == 0
    kept = "SELECT count(*) FROM firestore_documents WHERE name LIKE '%/users/eve/%'"
    assert database.execute(kept).fetchone()[0] > 100


def test_what_comes_and_goes_later_goes_from_the_file_as_well(database, tmp_path) -> None:
    database.execute(KEEP, (f"{ROOT}/erasures/0f", b""))
    scrubber = Scrubber(tmp_path, database, nothing)
    scrubber.scrub()
    lived_in(database)
    database.execute(FORGET)

    scrubber.scrub()

    assert left(tmp_path) == 0


def test_where_nobody_was_erased_or_nothing_has_changed_nothing_is_rewritten(
    database, tmp_path
) -> None:
    scrubber, statements = Scrubber(tmp_path, database, nothing), list[str]()
    database._connection.set_trace_callback(statements.append)
    for name in ("erasures0", "erasure/0f", "users/erasures"):
        database.execute(KEEP, (f"{ROOT}/{name}", b""))
    scrubber.scrub()
    assert "VACUUM" not in statements

    database.execute(KEEP, (f"{ROOT}/erasures/0f", b""))
    for _ in itertools.repeat(None, 3):
        scrubber.scrub()

    assert statements.count("VACUUM") == 1


def test_a_reader_of_the_file_delays_it_and_nothing_breaks(database, tmp_path) -> None:
    lived_in(database)
    database.execute(KEEP, (f"{ROOT}/erasures/0f", b""))
    reader = Database(tmp_path / "cloud.db")
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM firestore_documents").fetchone()
    database.execute(FORGET)
    scrubber = Scrubber(tmp_path, database, nothing)

    scrubber.scrub()
    assert left(tmp_path) > 0
    reader.execute("COMMIT")
    reader.close()
    scrubber.scrub()

    assert left(tmp_path) == 0


def test_messages_that_were_taken_are_collected_before(database, tmp_path) -> None:
    database.execute(KEEP, (f"{ROOT}/erasures/0f", b""))
    lived_in(database)

    Scrubber(tmp_path, database, lambda: database.execute(FORGET)).scrub()

    assert left(tmp_path) == 0


def test_the_page_that_the_demo_drew_goes_with_its_person_and_another_s_stays(tmp_path) -> None:
    pages = {user: page_of(tmp_path, user) for user in ("ada", "eve")}
    pages["ada"].parent.mkdir()
    for page in pages.values():
        page.write_text("a week")

    with cloud_process(tmp_path) as cloud:
        cloud.firestore().document(f"erasures/{subject_of('ada')}").set({})
        until(lambda: not pages["ada"].exists(), what="the page's end")

    assert pages["eve"].read_text() == "a week"


def test_a_part_of_the_cloud_that_fails_ends_it_and_it_is_scrubbed_before(
    monkeypatch, tmp_path
) -> None:
    async def run(_: LocalMonitoring) -> None:
        other = sqlite3.connect(tmp_path / "cloud.db", isolation_level=None)
        with contextlib.closing(other):
            keep = "INSERT INTO firestore_rows VALUES (?, '', x'', 0, ?)"
            other.execute(keep, (f"{ROOT}/users/ada/uploads/1", MARK * 800))
            other.execute(keep, (f"{ROOT}/erasures/0f", b""))
            other.execute(FORGET.replace("firestore_documents", "firestore_rows"))
        assert left(tmp_path) > 0
        raise OSError("no space left")

    monkeypatch.setattr(LocalMonitoring, "run", run)

    with pytest.raises(ExceptionGroup) as raised:
        asyncio.run(serve(tmp_path, Ports.allocate(tmp_path), {}))

    assert raised.group_contains(OSError, match="no space left")
    assert left(tmp_path) == 0
