"""Queries, through the unmodified Python client, on our server and on Google's emulator."""

from __future__ import annotations

import datetime as dt
import math
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from google.api_core import exceptions
from google.cloud import firestore
from google.cloud.firestore_v1.base_query import And, Or
from google.cloud.firestore_v1.base_vector_query import DistanceMeasure
from google.cloud.firestore_v1.field_path import FieldPath
from google.cloud.firestore_v1.vector import Vector

from tests.contract.firestore_servers import connected, server
from tests.contract.servers import EMBEDDED, OFFICIAL

if TYPE_CHECKING:
    from collections.abc import Iterator

Where = firestore.FieldFilter
NAME = FieldPath.document_id()
ASCENDING, DESCENDING = firestore.Query.ASCENDING, firestore.Query.DESCENDING

PEOPLE: dict[str, dict[str, Any]] = {
    "ann": {"age": 30, "city": "Oslo", "tags": ["a", "b"], "at": {"home": True}},
    "bob": {"age": 40.5, "city": "Rome", "tags": ["b"], "at": {"home": False}},
    "cid": {"age": 50, "city": "Oslo", "tags": []},
    "dan": {"age": 60, "city": "Bonn", "tags": ["c", 1]},
    "eve": {"age": None, "city": "Oslo"},
    "fay": {"age": math.nan, "city": "Lyon", "tags": ["a"]},
    "gus": {"city": "Bonn", "age": "old"},
    "hal": {},
}


@pytest.fixture(scope="module", params=[EMBEDDED, OFFICIAL])
def client(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[firestore.Client]:
    with (
        server(request.param, tmp_path_factory.mktemp("firestore")) as address,
        connected(address) as client,
    ):
        batch = client.batch()
        for name, data in PEOPLE.items():
            batch.set(client.document(f"people/{name}"), data)
        batch.commit()
        yield client


@pytest.fixture
def people(client: firestore.Client) -> firestore.CollectionReference:
    return client.collection("people")


@pytest.fixture
def fresh(client: firestore.Client) -> firestore.CollectionReference:
    return client.collection(f"c-{uuid.uuid4()}")


def ids(query: firestore.Query) -> list[str]:
    return [document.id for document in query.stream()]


@pytest.mark.parametrize(
    ("field", "operator", "value", "expected"),
    [
        ("city", "==", "Oslo", ["ann", "cid", "eve"]),
        ("city", "!=", "Oslo", ["dan", "gus", "fay", "bob"]),
        ("age", "==", 30.0, ["ann"]),
        ("age", "<", 50, ["ann", "bob"]),
        ("age", "<=", 50, ["ann", "bob", "cid"]),
        ("age", ">", 40.5, ["cid", "dan"]),
        ("age", ">=", 40.5, ["bob", "cid", "dan"]),
        ("age", ">", "a", ["gus"]),
        ("age", "==", None, ["eve"]),
        ("age", "!=", None, ["fay", "ann", "bob", "cid", "dan", "gus"]),
        ("age", "==", math.nan, ["fay"]),
        ("age", "!=", math.nan, ["ann", "bob", "cid", "dan", "gus"]),
        ("age", "!=", 30, ["fay", "bob", "cid", "dan", "gus"]),
        ("city", "in", ["Bonn", "Rome"], ["bob", "dan", "gus"]),
        ("city", "not-in", ["Oslo", "Rome"], ["dan", "gus", "fay"]),
        ("tags", "array_contains", "a", ["ann", "fay"]),
        ("tags", "array_contains_any", ["c", "b"], ["ann", "bob", "dan"]),
        ("tags", "==", [], ["cid"]),
        ("at.home", "==", True, ["ann"]),
        ("at", "==", {"home": False}, ["bob"]),
    ],
)
def test_a_filter_finds_the_documents_that_pass(people, field, operator, value, expected):
    assert ids(people.where(filter=Where(field, operator, value))) == expected


def test_a_filter_on_the_name_finds_documents(people):
    named = people.document("cid")

    assert ids(people.where(filter=Where(NAME, "==", named))) == ["cid"]
    assert ids(people.where(filter=Where(NAME, ">", named)).limit(2)) == ["dan", "eve"]
    assert ids(people.where(filter=Where(NAME, "in", [named, people.document("zoe")]))) == ["cid"]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (And([Where("city", "==", "Oslo"), Where("age", ">", 30)]), ["cid"]),
        (Or([Where("city", "==", "Rome"), Where("age", "==", 30)]), ["ann", "bob"]),
        (
            And(
                [
                    Where("city", "in", ["Oslo", "Rome"]),
                    Or([Where("age", "<", 40), Where("age", ">", 45)]),
                ]
            ),
            ["ann", "cid"],
        ),
        (
            Or([Where("age", "==", None), Where("tags", "array_contains", "b")]),
            ["ann", "bob", "eve"],
        ),
    ],
)
def test_filters_combine(people, condition, expected):
    assert ids(people.where(filter=condition)) == expected


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (["age"], ["eve", "fay", "ann", "bob", "cid", "dan", "gus"]),
        (["-age"], ["gus", "dan", "cid", "bob", "ann", "fay", "eve"]),
        (["city", "-age"], ["gus", "dan", "fay", "cid", "ann", "eve", "bob"]),
        (["-city", "age"], ["bob", "eve", "ann", "cid", "fay", "dan", "gus"]),
        (["at.home"], ["bob", "ann"]),
        ([], ["ann", "bob", "cid", "dan", "eve", "fay", "gus", "hal"]),
    ],
)
def test_results_are_ordered_and_lack_documents_without_the_field(people, order, expected):
    query = people
    for field in order:
        query = query.order_by(
            field.lstrip("-"), direction=DESCENDING if "-" in field else ASCENDING
        )

    assert ids(query) == expected


def test_all_types_have_one_order(client, fresh):
    ordered = [
        None,
        False,
        True,
        math.nan,
        -math.inf,
        -1,
        0.5,
        1,
        2**53,
        2**53 + 1,
        dt.datetime(1970, 1, 1, tzinfo=dt.UTC),
        dt.datetime(2024, 1, 1, tzinfo=dt.UTC),
        "",
        "a",
        "ab",
        "b",
        "\uffee",
        "\U0001f600",
        b"",
        b"\x00",
        client.document("a/b"),
        client.document("a/b/c/d"),
        client.document("a/c"),
        firestore.GeoPoint(-1, 5),
        firestore.GeoPoint(0, 1),
        [],
        [1],
        [1, 1],
        [2],
        Vector([9.0]),
        Vector([1.0, 2.0]),
        {},
        {"a": 1},
        {"a": 1, "b": 1},
        {"a": 2},
        {"b": 0},
    ]
    batch = client.batch()
    for rank, value in enumerate(ordered):
        batch.set(fresh.document(f"d{(rank * 29) % 37:02}"), {"value": value, "rank": rank})
    batch.commit()

    ranks = [found.get("rank") for found in fresh.order_by("value").stream()]

    assert ranks == list(range(len(ordered)))


@pytest.mark.parametrize(
    ("bounded", "expected"),
    [
        (lambda query: query.start_at({"age": 40.5}), ["bob", "cid", "dan", "gus"]),
        (lambda query: query.start_after({"age": 40.5}), ["cid", "dan", "gus"]),
        (lambda query: query.end_at({"age": 40.5}), ["eve", "fay", "ann", "bob"]),
        (lambda query: query.end_before({"age": 40.5}), ["eve", "fay", "ann"]),
        (lambda query: query.start_at({"age": 30}).end_before({"age": 60}), ["ann", "bob", "cid"]),
        (lambda query: query.limit(2), ["eve", "fay"]),
        (lambda query: query.offset(5), ["dan", "gus"]),
        (lambda query: query.offset(2).limit(2), ["ann", "bob"]),
        (lambda query: query.offset(50), []),
    ],
)
def test_cursors_offset_and_limit_cut_a_piece(people, bounded, expected):
    assert ids(bounded(people.order_by("age"))) == expected


def test_a_limit_to_the_last_results_keeps_their_order(people):
    found = people.order_by("age").limit_to_last(2).get()

    assert [document.id for document in found] == ["dan", "gus"]


def test_a_cursor_may_name_only_the_first_orders(people):
    query = people.order_by("city").order_by("age").start_after({"city": "Lyon"})

    assert ids(query) == ["eve", "ann", "cid", "bob"]


def test_pages_follow_each_other_by_the_last_document(people):
    pages = []
    query = people.order_by("city").limit(3)
    page = query.get()
    while page:
        pages.append([document.id for document in page])
        page = query.start_after(page[-1]).get()

    assert pages == [["dan", "gus", "fay"], ["ann", "cid", "eve"], ["bob"]]


def test_a_projection_shows_only_the_fields_asked_for(people):
    found = people.where(filter=Where(NAME, "==", people.document("ann")))

    assert [row.to_dict() for row in found.select(["at.home", "age", "none"]).stream()] == [
        {"age": 30, "at": {"home": True}}
    ]
    assert [row.to_dict() for row in found.select([]).stream()] == [{}]


def test_a_collection_does_not_hold_its_documents_collections(fresh):
    fresh.document("a").collection(fresh.id).document("deep").set({"n": 1})
    fresh.document("b").set({"n": 1})

    assert ids(fresh) == ["b"]


@pytest.mark.parametrize(
    ("field", "total", "mean"),
    # Where there is nothing to average the server says null; the client makes 0.0 of it.
    [("age", math.nan, math.nan), ("city", 0, 0), ("none", 0, 0)],
)
def test_sums_and_averages_take_only_numbers(people, field, total, mean):
    found = {row.alias: row.value for row in people.sum(field, alias="total").get()[0]}
    found |= {row.alias: row.value for row in people.avg(field, alias="mean").get()[0]}

    assert found == pytest.approx({"total": total, "mean": mean}, nan_ok=True)


def test_aggregates_run_over_the_querys_results(people):
    query = people.where(filter=Where("age", ">", 30))
    aggregates = query.count(alias="n").sum("age", alias="total").avg("age", alias="mean")

    found = {row.alias: row.value for row in aggregates.get()[0]}

    assert found == {"n": 3, "total": 150.5, "mean": pytest.approx(50.1666, abs=1e-3)}


def test_a_sum_beyond_64_bits_becomes_a_double(fresh):
    for name in ("a", "b"):
        fresh.document(name).set({"n": 2**63 - 1})

    (row,) = fresh.sum("n").get()[0]

    assert isinstance(row.value, float)
    assert row.value == 2.0**64


@pytest.mark.parametrize(
    "build",
    [
        lambda q: q.where(filter=Where("a", "not-in", [1])).where(filter=Where("b", "in", [1])),
        lambda q: q.where(filter=Where("a", "!=", 1)).where(filter=Where("b", "!=", 1)),
        lambda q: q.where(filter=Where("a", "array_contains", 1)).where(
            filter=Where("b", "array_contains", 1)
        ),
        lambda q: q.where(filter=Or([Where("a", "not-in", [1]), Where("b", "==", 1)])),
        lambda q: q.where(filter=Where("a", "in", [])),
        lambda q: q.where(filter=Where("a", "in", list(range(31)))),
        lambda q: q.where(filter=Where("a", "in", list(range(6)))).where(
            filter=Where("b", "in", list(range(6)))
        ),
        lambda q: q.where(filter=Where(NAME, "==", "text")),
        lambda q: q.order_by(NAME).order_by("a"),
        lambda q: q.where(filter=Where("a", "not-in", list(range(11)))),
        lambda q: q.order_by("a").order_by("a", direction=DESCENDING),
        lambda q: q.order_by("__reserved__"),
        lambda q: q.limit(-1),
        lambda q: q.offset(-1),
    ],
    ids=[
        "not-in with in",
        "two not-equal",
        "two array-contains",
        "not-in within or",
        "in nothing",
        "in more than 30",
        "in of more than 30 combinations",
        "name compared with text",
        "order after the name",
        "not-in of more than 10",
        "order by a field twice",
        "order by a reserved field",
        "negative limit",
        "negative offset",
    ],
)
def test_a_query_that_firestore_does_not_answer_is_refused(people, build):
    with pytest.raises((exceptions.InvalidArgument, ValueError)):
        ids(build(people))


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        (DistanceMeasure.EUCLIDEAN, {"b": 0.5, "a": 1.0, "c": math.hypot(1, 3)}),
        (DistanceMeasure.COSINE, {"a": 0.0, "b": 1 - 1 / math.hypot(1, 0.5), "c": 1.0}),
        (DistanceMeasure.DOT_PRODUCT, {"a": 2.0, "b": 1.0, "c": 0.0}),
    ],
)
def test_the_nearest_vectors_are_found(fresh, measure, expected):
    vectors = {"a": [2.0, 0.0], "b": [1.0, 0.5], "c": [0.0, 3.0], "other": [1.0]}
    for name, vector in vectors.items():
        fresh.document(name).set({"v": Vector(vector)})
    fresh.document("none").set({"v": [1.0, 0.0]})

    found = fresh.find_nearest(
        "v",
        Vector([1.0, 0.0]),
        limit=3,
        distance_measure=measure,
        distance_result_field="distance",
    ).get()

    assert {row.id: row.get("distance") for row in found} == pytest.approx(expected)
    assert [row.id for row in found] == list(expected)


def test_vectors_beyond_a_threshold_are_left_out(fresh):
    for name, vector in {"a": [1.0], "b": [2.0], "c": [9.0]}.items():
        fresh.document(name).set({"v": Vector(vector)})

    found = fresh.find_nearest(
        "v",
        Vector([1.0]),
        limit=5,
        distance_measure=DistanceMeasure.EUCLIDEAN,
        distance_threshold=1.0,
    ).get()

    assert [row.id for row in found] == ["a", "b"]
