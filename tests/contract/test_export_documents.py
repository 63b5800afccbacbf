"""What an export reads of Firestore, and what an import writes: every type as it was."""

from __future__ import annotations

import datetime as dt
import json
import math
import zipfile

import pytest
from click.testing import CliRunner
from google.cloud.firestore import Client, GeoPoint
from google.cloud.firestore_v1.types import Document, Precondition, Value, Write
from google.cloud.firestore_v1.vector import Vector
from google.protobuf.json_format import ParseDict

from clarity.adapters.firestore_export import PAGE, FirestoreDocuments
from clarity.adapters.firestore_restore import FirestoreRestores
from clarity.adapters.firestore_tombstone import tombstone_of
from clarity.cli import main
from clarity.domain.errors import ForgottenError, RefusedError
from infra.local.topology import PROJECT
from tests.cloud import environment

ANYWAY = "--without-consent"
ODD_IDS = ["a%2Fb", "ü 漢字", "x" * 700, "a.b", "~`[]*", " ", "2026-06-14", "0", "-", "a\tb"]


@pytest.fixture(params=["embedded cloud", "google's emulator"])
def client(request, cloud) -> Client:
    if request.param == "embedded cloud":
        return cloud.firestore()
    return request.getfixturevalue("google_s_emulator")


@pytest.fixture
def person(request) -> str:
    return f"who {abs(hash(request.node.nodeid))}"


def every_type(client: Client) -> dict:
    zone = dt.timezone(dt.timedelta(hours=5, minutes=30))
    return {
        "null": None,
        "yes": True,
        "whole": 2**63 - 1,
        "least": -(2**63),
        "float": 0.1,
        "one": 1.0,
        "minus zero": -0.0,
        "nan": math.nan,
        "inf": math.inf,
        "minus inf": -math.inf,
        "time": dt.datetime(2026, 6, 1, 12, 30, 15, 123456, tzinfo=zone),
        "oldest": dt.datetime(1, 1, 1, tzinfo=dt.UTC),
        "latest": dt.datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=dt.UTC),
        "text": "7\n\x00ü漢🏃\u2028",
        "empty": "",
        "bytes": bytes(range(256)),
        "reference": client.document("users/somebody/else/1"),
        "place": GeoPoint(-89.999, 179.5),
        "vector": Vector([1.0, 0.1, -0.0]),
        "list": [1, "a", {"deep": [{"deeper": [b"x"]}]}, {}],
        "map": {"a.b": {"`c`": {}}, "ü": {"type": "odd"}},
    }


def raw(client: Client, path: str) -> Document:
    name = f"{client._database_string}/documents/{path}"
    return client._firestore_api.get_document({"name": name}, metadata=client._rpc_metadata)._pb


def test_every_type_comes_out_as_the_wire_has_it_and_goes_in_again(client, person) -> None:
    client.document(f"users/{person}/odd/1").set(every_type(client))
    other = Value(reference_value="projects/other/databases/d/documents/a/b")
    write = Write(
        update=Document(
            name=f"{client._database_string}/documents/users/{person}/odd/2",
            fields={"elsewhere": other},
        ),
        current_document=Precondition(exists=False),
    )
    client._firestore_api.commit({"database": client._database_string, "writes": [write]})

    found = list(FirestoreDocuments(client).of(person, "odd"))

    lines = [json.loads(json.dumps(each.to_json(), allow_nan=False)) for each in found]
    for line in lines:
        before = raw(client, line["path"])
        read = ParseDict({"fields": line["fields"]}, Document()._pb, max_recursion_depth=200)
        assert read.fields == before.fields or str(read.fields) == str(before.fields)
    copies = {f"copies/{n}": each["fields"] for n, each in enumerate(lines)}
    FirestoreRestores(client).add(f"{person} again", copies)
    for number, line in enumerate(lines):
        copy = raw(client, f"users/{person} again/copies/{number}")
        assert str(sorted(copy.fields.items())) == str(
            sorted(raw(client, line["path"]).fields.items())
        )


def test_nothing_is_left_out_however_deep_and_under_what_id(client, person) -> None:
    paths = [f"users/{person}/days/{each}" for each in ODD_IDS]
    paths += [f"users/{person}/days/gone/chunks/{each}" for each in ODD_IDS]  # no parent
    paths += [f"users/{person}/ünter %2F/a/b/c/d/e" for _ in range(1)]
    paths += [f"users/{person}/many/{number:04}" for number in range(2 * PAGE + 3)]
    for path in paths:
        client.document(path).set({"n": 1})
    client.document(f"users/{person}x/days/1").set({"n": 1})
    client.document(f"users/{person}/daysx/1").set({"n": 1})

    documents = FirestoreDocuments(client)
    found = [
        each.path for name in documents.collections(person) for each in documents.of(person, name)
    ]

    assert sorted(found) == sorted([*paths, f"users/{person}/daysx/1"])
    assert documents.person(person) is None


def test_a_collection_of_full_pages_ends(client, person) -> None:
    for number in range(2 * PAGE):
        client.document(f"users/{person}/full/{number:04}").set({"n": number})

    found = list(FirestoreDocuments(client).of(person, "full"))

    assert [each.plain()["n"] for each in found] == list(range(2 * PAGE))


def test_what_names_the_person_elsewhere_is_found(client, person) -> None:
    for number in range(PAGE + 1):
        client.document(f"claims/{person}-{number}").set({"user_id": person})
    client.document(f"claims/{person}-other").set({"user_id": f"{person}x"})

    found = list(FirestoreDocuments(client).naming(person, "claims"))

    assert len(found) == PAGE + 1


def test_when_it_was_written_is_told_to_the_nanosecond_the_server_knows(client, person) -> None:
    client.document(f"users/{person}/odd/1").set({})

    (found,) = FirestoreDocuments(client).of(person, "odd")

    stored = raw(client, found.path)
    assert found.created[-10:-1] == f"{stored.create_time.nanos:09}"


def test_an_erased_person_is_not_restored(client, person) -> None:
    tombstone_of(client, person).set({"state": "erased"})

    with pytest.raises(ForgottenError):
        FirestoreRestores(client).add(person, {"": {"a": {"integerValue": "1"}}})

    assert not client.document(f"users/{person}").get().exists


def test_what_is_held_is_seen_wherever_it_is(client, person) -> None:
    restores = FirestoreRestores(client)
    assert set(restores.held(person)) == set()

    client.document(f"users/{person}/a/b/c/d").set({})
    client.document(f"users/{person}").set({})

    assert set(restores.held(person)) == {"", "a/b/c/d"}


def run(cloud, *arguments: str):
    with environment(cloud.variables):
        return CliRunner().invoke(main, ["person", *arguments, "--project", PROJECT])


def test_the_command_writes_a_file_for_its_owner_alone_and_replaces_none(
    cloud, person, tmp_path
) -> None:
    cloud.firestore().document(f"users/{person}").set({"language": "es"})
    out = tmp_path / "who.zip"

    first = run(cloud, "export", person, "--out", str(out), "--by", "an operator")
    again = run(cloud, "export", person, "--out", str(out))

    assert (first.exit_code, again.exit_code) == (0, 1), first.output
    assert out.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(out) as archive:
        assert "documents/person.jsonl" in archive.namelist()
    assert [each.name for each in tmp_path.iterdir()] == ["who.zip"]
    assert "expected no such file" in again.output


def test_the_command_reads_it_in_and_says_why_not_twice(cloud, person, tmp_path) -> None:
    client = cloud.firestore()
    client.document(f"users/{person}").set({"language": "es"})
    out = tmp_path / "who.zip"
    run(cloud, "export", person, "--out", str(out))

    first = run(cloud, "import", str(out), "--user", f"{person} two", "--by", "x", ANYWAY)
    again = run(cloud, "import", str(out), "--user", f"{person} two", ANYWAY)

    assert (first.exit_code, again.exit_code) == (0, 1), first.output
    assert client.document(f"users/{person} two").get().to_dict() == {"language": "es"}
    assert "expected nothing to be stored" in again.output
    actions = [each.get("action") for each in client.collection("ledger").stream()]
    assert {"export_person", "import_person"} <= set(actions)


def test_the_command_names_what_is_wrong_with_a_file(cloud, person, tmp_path) -> None:
    (tmp_path / "who.zip").write_bytes(b"PK\x03\x04 and no more")

    found = run(cloud, "import", str(tmp_path / "who.zip"), "--user", person)

    assert found.exit_code == 1
    assert "expected the zip of an export" in found.output


@pytest.mark.parametrize("user", ["", "a/b", "..", "__x__"])
def test_an_id_that_no_person_can_have_is_refused(cloud, tmp_path, user) -> None:
    (tmp_path / "who.zip").write_bytes(b"")

    assert run(cloud, "import", str(tmp_path / "who.zip"), "--user", user).exit_code == 2


def deep(levels: int) -> dict:
    value: dict = {"integerValue": "1"}
    for _ in range(levels):
        value = {"mapValue": {"fields": {"a": value}}}
    return {"a": value}


NOT_TAKEN = {
    "a field without a name": {"": {"stringValue": "x"}},
    "a reserved name": {"__x__": {"stringValue": "x"}},
    "a reserved name within": {"a": {"mapValue": {"fields": {"__x__": {"nullValue": None}}}}},
    "a list in a list": {"a": {"arrayValue": {"values": [{"arrayValue": {}}]}}},
    "too much": {"a": {"stringValue": "x" * 1_200_000}},
    "too deep": deep(21),
    "half a character": {"a": {"stringValue": "\ud800"}},
    "half a character for nothing": {"a": {"nullValue": "\ud800"}},
    "half a character for a map": {"a": {"mapValue": "\ud800"}},
    "an infinity for nothing": {"a": {"nullValue": math.inf}},
    "a text for a truth": {"a": {"booleanValue": "true"}},
    "a place beside the Earth": {"a": {"geoPointValue": {"latitude": 999}}},
    "a long name": {"n" * 1501: {"nullValue": None}},
    "no value": {"a": {}},
}


@pytest.mark.parametrize("fields", NOT_TAKEN.values(), ids=NOT_TAKEN)
def test_what_firestore_does_not_take_is_refused_before_it_is_asked(client, person, fields) -> None:
    with pytest.raises(RefusedError):
        FirestoreRestores(client).check(person, {"": fields})


def test_what_is_only_just_taken_is_let_through(client, person) -> None:
    restores = FirestoreRestores(client)
    for number, fields in enumerate(
        (
            deep(19),
            {"a": {"stringValue": "x" * 1_000_000}},
            {
                "a": {
                    "arrayValue": {
                        "values": [{"mapValue": {"fields": {"a.b": {"arrayValue": {}}}}}]
                    }
                }
            },
        )
    ):
        documents = {f"odd/{number}": fields}
        restores.check(person, documents)
        restores.add(person, documents)


def test_an_operator_s_export_and_import_are_in_the_person_s_own_audit(
    cloud, person, tmp_path
) -> None:
    client, out = cloud.firestore(), tmp_path / "who.zip"
    client.document(f"users/{person}").set({"language": "es"})

    run(cloud, "export", person, "--out", str(out), "--by", "mallory")
    read = run(cloud, "import", str(out), "--user", f"{person} two", "--by", "grace", ANYWAY)

    assert read.exit_code == 0, read.output
    with zipfile.ZipFile(out) as archive:
        assert b"mallory" in archive.read("documents/audit.jsonl")
    for user, action, by in (
        (person, "export_person", "mallory"),
        (f"{person} two", "import_person", "grace"),
    ):
        (record,) = client.collection(f"users/{user}/audit").stream()
        assert {"action": action, "by": by}.items() <= (record.to_dict() or {}).items()


def test_who_gave_no_consent_is_read_in_only_where_the_operator_says_so(
    cloud, person, tmp_path
) -> None:
    client, out = cloud.firestore(), tmp_path / "who.zip"
    client.document(f"users/{person}").set({"consent": {"analysis": False}})
    run(cloud, "export", person, "--out", str(out))

    refused = run(cloud, "import", str(out), "--user", f"{person} two")

    assert refused.exit_code == 1
    assert "expected settings with consent to the analysis" in refused.output
    assert "--without-consent" in refused.output
    assert set(FirestoreRestores(client).held(f"{person} two")) == set()
