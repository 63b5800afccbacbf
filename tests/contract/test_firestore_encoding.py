"""What our Firestore client writes by itself is what Google's would write."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from google.api_core.datetime_helpers import DatetimeWithNanoseconds
from google.auth.credentials import AnonymousCredentials
from google.cloud.firestore import (
    DELETE_FIELD,
    SERVER_TIMESTAMP,
    ArrayRemove,
    ArrayUnion,
    Client,
    ExistsOption,
    GeoPoint,
    Increment,
    LastUpdateOption,
    Maximum,
    Minimum,
)
from google.cloud.firestore_v1.vector import Vector
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import example, given, settings
from hypothesis import strategies as st

from clarity.adapters.firestore_client import FirestoreClient
from infra.local.topology import PROJECT

if TYPE_CHECKING:
    from collections.abc import Callable

    from google.cloud.firestore import WriteBatch


class Word(enum.StrEnum):
    QUEUED = "queued"


@dataclass(frozen=True)
class Told:
    """What came of writing: the bytes, or the error."""

    writes: tuple[bytes, ...] = ()
    error: str = ""


def _told(kind: type[Client], work: Callable[[WriteBatch, Any], None]) -> Told:
    client = kind(project=PROJECT, credentials=AnonymousCredentials())
    batch = client.batch()
    try:
        work(batch, client.document("users/ada/analyses/ü a"))
    except (TypeError, ValueError) as error:
        assert not batch._write_pbs
        assert not len(batch)
        return Told(error=f"{type(error).__name__}: {error}")
    assert len(batch) == 1
    return Told(tuple(w._pb.SerializeToString(deterministic=True) for w in batch._write_pbs))


def _check(work: Callable[[WriteBatch, Any], None]) -> Told:
    told = _told(FirestoreClient, work)
    assert told == _told(Client, work)
    return told


_WHEN = st.one_of(
    st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=-9.5)), None])),
    st.just(datetime(1970, 1, 1, tzinfo=UTC)),
    st.integers(0, 10**9 - 1).map(
        lambda each: DatetimeWithNanoseconds(2026, 6, 14, nanosecond=each, tzinfo=UTC)
    ),
)
_NUMBERS = st.one_of(st.integers(-(2**63), 2**63 - 1), st.floats(), st.booleans())
_SCALARS = st.one_of(
    st.none(),
    _NUMBERS,
    st.text(max_size=8),
    st.binary(max_size=8),
    st.sampled_from([Word.QUEUED, np.float64(0.5)]),
    _WHEN,
    st.lists(st.floats(allow_nan=False), min_size=1, max_size=3).map(Vector),
)
# Simple names; such as must be quoted; paths, and such as are none.
_NAMES = st.one_of(
    st.sampled_from(
        ["a", "b", "a_1", "_", "a.b", "b.c", "`a.b`", "`a", "a`b", "1", "ü", "a/b", ""]
    ),
    st.text(max_size=4),
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.tuples(inner),
        st.dictionaries(_NAMES, inner, max_size=3),
    ),
    max_leaves=8,
)
_LISTS = st.lists(_VALUES, min_size=1, max_size=3)
_SPECIAL = st.one_of(
    st.sampled_from([DELETE_FIELD, SERVER_TIMESTAMP, GeoPoint(1, 2), {1}]),
    _NUMBERS.map(Increment),
    _NUMBERS.map(Maximum),
    _NUMBERS.map(Minimum),
    _LISTS.map(ArrayUnion),
    _LISTS.map(ArrayRemove),
)
_ANY = st.one_of(_VALUES, _SPECIAL, st.dictionaries(_NAMES, _SPECIAL, max_size=2))
_DOCUMENTS = st.one_of(
    st.dictionaries(_NAMES, _ANY, max_size=4),
    st.dictionaries(st.sampled_from("abcd"), st.one_of(_VALUES, _SPECIAL), max_size=4),
)
_OPTIONS = st.one_of(
    st.none(),
    st.booleans().map(ExistsOption),
    st.one_of(_WHEN, st.just(Timestamp(seconds=5, nanos=6))).map(LastUpdateOption),
)


@given(fields=_DOCUMENTS)
@settings(max_examples=200)
def test_a_new_document_is_the_same_on_the_wire(fields):
    _check(lambda batch, place: batch.create(place, fields))


@given(fields=_DOCUMENTS, merge=st.one_of(st.booleans(), st.lists(_NAMES, max_size=2)))
@example(fields={"a": {"b": 1}}, merge=True)
@example(fields={"a": {}}, merge=True)
@example(fields={"n": Increment(1)}, merge=True)
@example(fields={}, merge=True)
@settings(max_examples=200)
def test_a_document_that_is_set_or_merged_is_the_same_on_the_wire(fields, merge):
    _check(lambda batch, place: batch.set(place, fields, merge=merge))


@given(fields=_DOCUMENTS, option=_OPTIONS)
@example(fields={"n": Increment(1)}, option=None)
@example(fields={"a": {"b": 1}}, option=None)
@settings(max_examples=400)
def test_an_update_is_the_same_on_the_wire(fields, option):
    _check(lambda batch, place: batch.update(place, fields, option))


@given(option=_OPTIONS)
def test_a_deletion_is_the_same_on_the_wire(option):
    _check(lambda batch, place: batch.delete(place, option))


@pytest.mark.parametrize(
    "fields",
    [
        {"a": 1, "samples": DELETE_FIELD, "b": {"c": [1, {"d": None}]}},
        {"n": Increment(1), "until": Maximum(5), "history": ArrayUnion([{"at": "now"}])},
        {"n": Increment(1)},
    ],
)
def test_what_the_functions_write_is_not_left_to_the_client(fields, monkeypatch):
    for name in ("pbs_for_update", "pbs_for_set_with_merge", "pbs_for_create"):
        monkeypatch.setattr(f"google.cloud.firestore_v1._helpers.{name}", None)

    kept = {name: each for name, each in fields.items() if each is not DELETE_FIELD}
    flat = {name: each for name, each in fields.items() if name != "b"}

    assert _told(FirestoreClient, lambda batch, place: batch.create(place, kept)).writes
    assert _told(FirestoreClient, lambda batch, place: batch.update(place, fields)).writes
    assert _told(FirestoreClient, lambda batch, place: batch.set(place, flat, merge=True)).writes
