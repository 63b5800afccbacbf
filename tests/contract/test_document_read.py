"""A document that ingest reads itself is the one that its event would have brought."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest
from cloudevents.http import from_http
from google.cloud.firestore import GeoPoint

from clarity.adapters.cloudevent import document_created
from clarity.adapters.firestore import FirestoreRecords
from clarity.domain.job import Origin
from tests import events

BOTH = pytest.mark.parametrize("firestore", ["embedded cloud", "google's emulator"], indirect=True)


@BOTH
def test_fields_time_and_revision_are_those_of_the_event(firestore) -> None:
    origin = Origin(f"user-{uuid.uuid4().hex}", "uploads", "u1")
    plain = {
        "samples": [{"value": 1.5, "unit": "count", "note": None, "of": []}, 7, "x"],
        "start_date": datetime(2026, 6, 14, 10, 0, 0, 123456, tzinfo=UTC),
        "data": {"a.b": {"c d": True}},
        "raw": b"\x00\xff",
    }
    firestore.document(origin.path).create(plain | {"at": GeoPoint(1, 2)})
    firestore.document(origin.path).update({"status": "rejected"})

    found = FirestoreRecords(firestore).document(origin)

    from_event = document_created(from_http(*events.created(origin.path, plain)))
    written = firestore.document(origin.path).get()
    assert found is not None
    assert found.fields == from_event.fields | {
        "at": {"latitude": 1.0, "longitude": 2.0},
        "status": "rejected",
    }
    assert found.origin == from_event.origin == origin
    assert found.time == written.create_time < written.update_time
    assert found.revision == written.create_time.timestamp_pb().ToJsonString()


@BOTH
def test_a_reference_to_elsewhere_is_no_reason_to_fail(firestore) -> None:
    origin = Origin(f"user-{uuid.uuid4().hex}", "uploads", "u1")
    target = firestore.document("users/somebody")
    firestore.document(origin.path).create({"samples": [], "see": target})

    found = FirestoreRecords(firestore).document(origin)

    assert found is not None
    assert str(found.fields["see"]).endswith("/documents/users/somebody")


@BOTH
def test_what_is_not_there_is_none(firestore) -> None:
    assert FirestoreRecords(firestore).document(Origin("nobody", "uploads", "u1")) is None
