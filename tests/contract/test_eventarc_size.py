"""An event that the real Eventarc would not carry."""

from __future__ import annotations

from infra.local.eventarc import CREATED, MAX_BYTES, Eventarc, event_data
from infra.local.pubsub import PubSub
from tests.contract.test_eventarc import UPLOAD, change, created, database, document, text

__all__ = ["database"]  # the fixture


def test_an_event_that_is_too_large_is_dropped_with_a_line(database, caplog) -> None:
    pubsub = PubSub(database)
    eventarc = Eventarc(pubsub, "clarity-local", "us-central1")
    eventarc.ensure_trigger("t", CREATED, "users/{uid}/uploads/{id}", "http://127.0.0.1:9/")
    room = MAX_BYTES - event_data(created(), CREATED).ByteSize() - 100
    fits, larger = (
        change(None, document(UPLOAD, status=text("x" * size)), UPLOAD)
        for size in (room, room + 200)
    )

    with database.transaction():
        eventarc.on_commit([larger])
    assert sum(each["unacked"] for each in pubsub.backlog().values()) == 0
    assert "dropped the event of x1" in caplog.text

    with database.transaction():
        eventarc.on_commit([fits])
    assert sum(each["unacked"] for each in pubsub.backlog().values()) == 1
