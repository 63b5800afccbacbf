"""What a killed Cloud Storage still holds, and what a deleted object leaves behind: nothing."""

from __future__ import annotations

import datetime as dt
import random
import sqlite3
from typing import TYPE_CHECKING

import pytest
import requests
from google.api_core import exceptions
from google.auth.credentials import AnonymousCredentials
from google.cloud.storage import Client

from clarity.adapters.exports_bucket import open_exports
from clarity.domain.errors import MisconfiguredError, UnavailableError
from clarity.steps.export import object_name
from infra.local.database import Database
from infra.local.storage_store import StorageStore, Stored, Upload
from infra.local.topology import PROJECT
from tests.cloud import environment
from tests.contract.servers import EmbeddedProcess, embedded_process

if TYPE_CHECKING:
    from collections.abc import Iterator

KIB = 1 << 10
SIGNER = f"privacy@{PROJECT}.iam.gserviceaccount.com"


@pytest.fixture
def server(tmp_path) -> Iterator[EmbeddedProcess]:
    with embedded_process("storage_process.py", tmp_path / "storage.db") as running:
        yield running


@pytest.fixture
def client(server) -> Iterator[Client]:
    with environment({"STORAGE_EMULATOR_HOST": f"http://{server.address}"}):
        made = Client(project=PROJECT, credentials=AnonymousCredentials())
    yield made
    made.close()


def revived(server: EmbeddedProcess) -> None:
    server.kill()
    server.start()


def test_a_killed_server_has_every_object_that_it_acknowledged(server, client) -> None:
    data = random.Random(1).randbytes(1_500_000)
    bucket = client.bucket("exports")
    bucket.blob("a").upload_from_string(data)
    bucket.blob("b").upload_from_string("b")
    bucket.delete_blob("b")

    revived(server)

    assert bucket.blob("a").download_as_bytes() == data
    assert [each.name for each in bucket.list_blobs()] == ["a"]


def test_an_upload_goes_on_after_the_server_was_killed(server, client) -> None:
    data = random.Random(2).randbytes(1_000_000)
    url = client.bucket("exports").blob("o").create_resumable_upload_session()

    def put(content: str, body: bytes = b"") -> requests.Response:
        return requests.put(url, data=body, headers={"content-range": content}, timeout=5)

    assert put("bytes 0-524287/*", data[: 512 * KIB]).status_code == 308
    revived(server)
    assert put("bytes */*").headers["range"] == "bytes=0-524287"
    assert put("bytes 524288-999999/1000000", data[512 * KIB :]).status_code == 200

    revived(server)
    assert client.bucket("exports").blob("o").download_as_bytes() == data


def test_a_link_outlives_the_server_s_death(server, client) -> None:
    with environment({"STORAGE_EMULATOR_HOST": f"http://{server.address}"}):
        exports = open_exports("exports", project=PROJECT, signer=SIGNER, iam_host=server.address)
    with exports.open("o") as out:
        out.write(b"content")
    url = exports.link("o", dt.timedelta(hours=1))

    revived(server)

    assert requests.get(url, timeout=5).content == b"content"
    exports.bucket.client.close()


def test_an_export_that_fails_half_way_leaves_no_object_and_no_bytes(server, client) -> None:
    with environment({"STORAGE_EMULATOR_HOST": f"http://{server.address}"}):
        exports = open_exports("exports", project=PROJECT, signer=SIGNER, iam_host=server.address)

    def fails() -> None:
        with exports.open("exports/x/o") as out:
            out.write(bytes(5 << 20))
            raise UnavailableError("the database does not answer")

    with pytest.raises(UnavailableError, match="the database"):
        fails()

    assert list(client.list_blobs("exports")) == []
    assert _rows(server, "storage_parts") == _rows(server, "storage_uploads") == 0
    exports.bucket.client.close()


def _rows(server: EmbeddedProcess, table: str) -> int:
    with sqlite3.connect(server.database) as connection:
        (count,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    connection.close()
    return count


def test_a_bucket_that_is_not_there_is_the_operator_s_to_mend(server) -> None:
    with environment({"STORAGE_EMULATOR_HOST": f"http://{server.address}"}):
        missing = open_exports("nowhere", project=PROJECT, signer=SIGNER, iam_host=server.address)

    with pytest.raises(MisconfiguredError), missing.open("o") as out:
        out.write(b"x")
    with pytest.raises(MisconfiguredError):
        missing.delete_all("ada")
    missing.bucket.client.close()


def test_all_exports_of_a_person_go_and_nobody_else_s(server, client) -> None:
    with environment({"STORAGE_EMULATOR_HOST": f"http://{server.address}"}):
        exports = open_exports("exports", project=PROJECT, signer=SIGNER, iam_host=server.address)
    for who, request in [("ada", "r1"), ("ada", "ü/%"), ("bob", "r1")]:
        with exports.open(object_name(who, request)) as out:
            out.write(b"x")

    assert exports.delete_all("ada") == 2
    assert exports.delete_all("ada") == 0

    assert [each.name for each in client.list_blobs("exports")] == [object_name("bob", "r1")]
    exports.bucket.client.close()


def test_what_the_rule_keeps_no_longer_is_deleted_with_its_bytes(tmp_path) -> None:
    store = StorageStore(Database(tmp_path / "s.db"))
    rule = {"action": {"type": "Delete"}, "condition": {"age": 7}}
    store.put_bucket("b", {"name": "b", "lifecycle": {"rule": [rule]}})
    for name, created in (("old", 1.0), ("new", 4e9)):
        store.append(name, 0, b"bytes")
        store.put(Stored("b", name, 1, 1, name, 5, "", "", created, created, {}))

    store.expire()

    assert [each.name for each in store.objects("b")] == ["new"]
    assert list(store.read("new", 0, 5)) == [b"bytes"]
    with pytest.raises(KeyError):
        list(store.read("old", 0, 5))


def test_an_upload_that_nobody_finished_is_forgotten_after_a_week(tmp_path) -> None:
    database = Database(tmp_path / "s.db")
    store = StorageStore(database)
    store.append("blob", 0, b"bytes")
    store.put_upload(Upload("old", "b", "blob", 5))
    database.execute("UPDATE storage_uploads SET created = 1.0")

    store.put_upload(Upload("new", "b", "other", 0))

    assert store.upload("old") is None
    assert database.execute("SELECT count(*) FROM storage_parts").fetchone() == (0,)


def test_an_object_that_was_replaced_leaves_no_bytes(server, client) -> None:
    bucket = client.bucket("exports")
    bucket.blob("o").upload_from_string("first and longer")
    bucket.blob("o").upload_from_string("second")

    assert _rows(server, "storage_parts") == 1
    with pytest.raises(exceptions.PreconditionFailed):
        bucket.blob("o").upload_from_string("third", if_generation_match=1)
    assert _rows(server, "storage_parts") == 1
