"""Documents, through the unmodified Python client, on our server and on Google's emulator."""

from __future__ import annotations

import datetime as dt
import math
import uuid
from typing import Any

import pytest
from google.api_core import exceptions
from google.cloud import firestore
from google.cloud.firestore_v1 import types
from google.cloud.firestore_v1.vector import Vector

Data = dict[str, Any]
INT64_MAX = 2**63 - 1
STALE = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


@pytest.fixture
def people(client: firestore.Client) -> firestore.CollectionReference:
    return client.collection(f"c-{uuid.uuid4()}")


def read(document: firestore.DocumentReference) -> Data:
    data: Data = document.get().to_dict() or {}
    return data


# -- writes -------------------------------------------------------------------------------------


def test_set_replaces_the_document(people):
    people.document("x").set({"a": 1, "b": {"c": 2}})

    people.document("x").set({"b": {"d": 3}})

    assert read(people.document("x")) == {"b": {"d": 3}}


def test_a_merge_keeps_what_it_does_not_name(people):
    people.document("x").set({"a": 1, "b": {"c": 2, "e": 4}, "odd.name": 5})

    people.document("x").set({"b": {"c": 3}, "odd.name": 6}, merge=True)

    assert read(people.document("x")) == {"a": 1, "b": {"c": 3, "e": 4}, "odd.name": 6}


def test_a_merge_of_named_fields_replaces_those(people):
    people.document("x").set({"a": 1, "b": {"c": 2, "e": 4}})

    people.document("x").set({"b": {"c": 3}}, merge=["b"])

    assert read(people.document("x")) == {"a": 1, "b": {"c": 3}}


def test_a_merge_creates_a_missing_document(people):
    people.document("x").set({"a": {"b": 1}}, merge=True)

    assert read(people.document("x")) == {"a": {"b": 1}}


def test_an_empty_merge_creates_an_empty_document(people):
    people.document("x").set({}, merge=True)

    assert people.document("x").get().exists


def test_an_update_writes_paths_and_deletes_fields(people):
    people.document("x").set({"a": {"b": 1, "c": 2}, "d": 3, "odd.name": 4})

    people.document("x").update(
        {"a.b": 9, "a.n.m": 8, "d": firestore.DELETE_FIELD, "`odd.name`": 7, "a.gone": None}
    )

    assert read(people.document("x")) == {
        "a": {"b": 9, "c": 2, "n": {"m": 8}, "gone": None},
        "odd.name": 7,
    }


def test_an_update_makes_a_map_of_what_stands_in_its_way(people):
    people.document("x").set({"a": 1})

    people.document("x").update({"a.b": 2})

    assert read(people.document("x")) == {"a": {"b": 2}}


def test_creating_an_existing_document_is_refused(people):
    people.document("x").create({"a": 1})

    with pytest.raises(exceptions.AlreadyExists):
        people.document("x").create({"a": 2})


def test_updating_a_missing_document_is_refused(people):
    with pytest.raises(exceptions.NotFound):
        people.document("x").update({"a": 2})


@pytest.mark.parametrize("exists", [True, False])
def test_a_write_on_a_stale_update_time_is_refused(client, people, exists):
    if exists:
        people.document("x").set({"a": 1})
    option = client.write_option(last_update_time=STALE)

    with pytest.raises(exceptions.FailedPrecondition):
        people.document("x").update({"a": 2}, option=option)
    with pytest.raises(exceptions.FailedPrecondition):
        people.document("x").delete(option=option)


def test_a_write_on_the_current_update_time_is_accepted(client, people):
    result = people.document("x").set({"a": 1})
    option = client.write_option(last_update_time=result.update_time)

    assert people.document("x").update({"a": 2}, option=option).update_time > result.update_time


def test_a_write_that_changes_nothing_keeps_the_update_time(people):
    first = people.document("x").set({"a": [1, math.nan]})

    second = people.document("x").set({"a": [1, math.nan]})

    assert second.update_time == first.update_time


def test_each_change_has_a_later_update_time(people):
    times = [people.document("x").set({"a": n}).update_time for n in range(20)]

    assert times == sorted(set(times))
    assert people.document("x").get().create_time == times[0]


def test_deleting_is_idempotent(people):
    people.document("x").set({"a": 1})

    people.document("x").delete()
    people.document("x").delete()

    assert not people.document("x").get().exists


# -- transforms ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stored", "transform", "expected"),
    [
        (1, firestore.Increment(2), 3),
        (1, firestore.Increment(0.5), 1.5),
        (1.5, firestore.Increment(1), 2.5),
        (INT64_MAX, firestore.Increment(1), INT64_MAX),
        (-INT64_MAX, firestore.Increment(-INT64_MAX), -INT64_MAX - 1),
        ("text", firestore.Increment(2), 2),
        (3, firestore.Maximum(5), 5),
        (3, firestore.Maximum(2), 3),
        (None, firestore.Maximum(2), 2),
        (3, firestore.Minimum(2.5), 2.5),
        (3, firestore.Minimum(3.0), 3),
        ([1, 2], firestore.ArrayUnion([2.0, 3, 3]), [1, 2, 3]),
        ("text", firestore.ArrayUnion([1]), [1]),
        ([1, 2, 1.0, {"a": 1}], firestore.ArrayRemove([1, {"a": 1}]), [2]),
        (5, firestore.ArrayRemove([1]), []),
    ],
)
def test_a_transform_starts_from_the_stored_value(people, stored, transform, expected):
    people.document("x").set({"deep": {"value": stored}})

    people.document("x").update({"deep.value": transform})

    found = read(people.document("x"))["deep"]["value"]
    assert found == expected
    assert type(found) is type(expected)


def test_transforms_combine_with_values_in_one_write(people):
    people.document("x").set({"n": 1, "list": [1]})

    people.document("x").set(
        {
            "n": firestore.Increment(1),
            "list": firestore.ArrayUnion([2]),
            "deep": {"at": firestore.SERVER_TIMESTAMP, "kept": True},
            "at": firestore.SERVER_TIMESTAMP,
        },
        merge=True,
    )

    found = read(people.document("x"))
    assert (found["n"], found["list"], found["deep"]["kept"]) == (2, [1, 2], True)
    assert found["at"] == found["deep"]["at"]
    assert abs(found["at"].timestamp() - dt.datetime.now(dt.UTC).timestamp()) < 60


def test_a_set_with_a_transform_starts_from_nothing(people):
    people.document("x").set({"n": 5})

    people.document("x").set({"n": firestore.Increment(1)})

    assert read(people.document("x")) == {"n": 1}


# -- batches ------------------------------------------------------------------------------------


def test_a_batch_is_applied_whole_or_not_at_all(client, people):
    batch = client.batch()
    batch.set(people.document("a"), {"n": 1})
    batch.update(people.document("missing"), {"n": 1})

    with pytest.raises(exceptions.NotFound):
        batch.commit()

    assert not people.document("a").get().exists


def test_a_batch_sees_its_own_earlier_writes(client, people):
    batch = client.batch()
    batch.set(people.document("a"), {"n": 1})
    batch.update(people.document("a"), {"n": firestore.Increment(1)})
    batch.commit()

    assert read(people.document("a")) == {"n": 2}


def test_more_than_500_writes_fit_in_one_batch(client, people):
    batch = client.batch()
    for n in range(600):
        batch.set(people.document(f"d{n}"), {"n": n})

    assert len(batch.commit()) == 600


def test_bulk_writes_fail_one_by_one(client, people):
    people.document("taken").set({"n": 0})
    failed = []

    def give_up(failure, _writer):
        failed.append(failure.operation.reference.id)
        return False

    writer = client.bulk_writer()
    writer.on_write_error(give_up)

    for name in ("a", "taken", "b"):
        writer.create(people.document(name), {"n": 1})
    writer.close()

    assert failed == ["taken"]
    assert sorted(document.id for document in people.stream()) == ["a", "b", "taken"]


# -- values and names ---------------------------------------------------------------------------


def test_every_type_of_value_survives(client, people):
    values: Data = {
        "null": None,
        "true": True,
        "integer": INT64_MAX,
        "double": 1.5,
        "infinite": -math.inf,
        "time": dt.datetime(2024, 2, 29, 1, 2, 3, 456789, tzinfo=dt.UTC),
        "text": "é\U0001f600\0",
        "bytes": b"\x00\xff",
        "reference": client.document("users/u"),
        "place": firestore.GeoPoint(59.9, -10.7),
        "array": [1, "a", None, {"b": [2]}],
        "map": {"a": {"b": {}}},
        "vector": Vector([1.0, -2.5]),
        "empty": [],
    }
    people.document("x").set(values)

    assert read(people.document("x")) == values


def test_odd_numbers_survive(people):
    people.document("x").set({"nan": math.nan, "negative zero": -0.0})

    found = read(people.document("x"))
    assert math.isnan(found["nan"])
    assert math.copysign(1, found["negative zero"]) == -1


def test_a_document_above_one_mebibyte_is_refused(people):
    people.document("x").set({f"part {n}": "x" * 100_000 for n in range(10)})

    with pytest.raises(exceptions.InvalidArgument, match="maximum entity size is 1048576 bytes"):
        people.document("x").set({f"part {n}": "x" * 100_000 for n in range(11)})
    with pytest.raises(exceptions.InvalidArgument, match="longer than 1048487 bytes"):
        people.document("x").set({"all": "x" * 2_000_000})


@pytest.mark.parametrize("name", ["__x__", ".", "..", "x" * 1501])
def test_a_reserved_or_overlong_id_is_refused(people, name):
    with pytest.raises(exceptions.InvalidArgument):
        people.document(name).set({})


def test_an_id_of_1500_bytes_is_accepted(people):
    people.document("é" * 750).set({"n": 1})

    assert read(people.document("é" * 750)) == {"n": 1}


@pytest.mark.parametrize(
    "data",
    [
        {"__x__": 1},
        {"a": {"__y__": 1}},
        {"a": [[1]]},
        {"a": {"b": [1, [2]]}},
        {"x" * 1501: 1},
    ],
)
def test_fields_that_firestore_does_not_store_are_refused(people, data):
    with pytest.raises(exceptions.InvalidArgument):
        people.document("x").set(data)


# -- reads --------------------------------------------------------------------------------------


def test_several_documents_are_read_at_once(client, people):
    people.document("a").set({"n": 1, "m": 2})

    found = client.get_all([people.document("a"), people.document("b")], field_paths=["n"])

    assert {document.id: document.to_dict() for document in found} == {"a": {"n": 1}, "b": None}


def test_collections_are_listed_even_below_missing_documents(client, people):
    people.document("gap").collection("sub").document("x").set({"n": 1})

    assert people.id in [collection.id for collection in client.collections()]
    assert [collection.id for collection in people.document("gap").collections()] == ["sub"]


def test_documents_are_listed_in_pages_with_the_gaps(people):
    for name in ("a", "b", "c"):
        people.document(name).set({"n": 1})
    people.document("bb").collection("sub").document("x").set({"n": 1})

    assert [document.id for document in people.list_documents(page_size=2)] == ["a", "b", "bb", "c"]


def test_a_recursive_delete_leaves_nothing(client, people):
    for n in range(5):
        people.document(f"d{n}").set({"n": n})
        people.document(f"d{n}").collection("sub").document("x").set({"n": n})

    client.recursive_delete(people)

    assert list(people.list_documents()) == []
    assert list(people.document("d0").collection("sub").stream()) == []


def test_a_read_at_a_past_time_sees_the_past(client, people):
    before = people.document("x").set({"n": 1}).update_time
    people.document("x").set({"n": 2})
    people.document("y").set({"n": 1})

    assert people.document("x").get(read_time=before).to_dict() == {"n": 1}
    assert [found.to_dict() for found in people.stream(read_time=before)] == [{"n": 1}]


# -- refusals ----------------------------------------------------------------------------------


def test_what_the_chain_does_not_use_is_unimplemented(client, people):
    with pytest.raises(exceptions.MethodNotImplemented):
        list(client.collection_group(people.id).get_partitions(2))


def test_a_document_name_that_names_a_collection_is_refused(client):
    request = types.GetDocumentRequest(name=f"{client._database_string}/documents/only")

    with pytest.raises(exceptions.InvalidArgument):
        client._firestore_api.get_document(request=request)
