"""Uploads whose events never came, over the real client: settled once, and never over ingest."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from clarity.adapters.firestore import FirestoreRecords
from clarity.domain.job import Origin

DAY = timedelta(days=1)
EXPIRES = datetime(2026, 6, 15, tzinfo=UTC)


def test_only_unanswered_uploads_from_before_are_overdue(cloud) -> None:
    client, user = cloud.firestore(), f"user-{uuid.uuid4().hex}"
    records = FirestoreRecords(client)
    for name in ("taken", "lost"):
        client.document(f"users/{user}/uploads/{name}").create({"samples": [{"value": 1}]})
    records.answer(Origin(user, "uploads", "taken"), {"status": "ingested"})

    records.mark_overdue(user, datetime.now(UTC) - DAY, EXPIRES)
    assert records.unsettled(user) == 1

    records.mark_overdue(user, datetime.now(UTC) + DAY, EXPIRES)
    assert records.unsettled(user) == 0
    found = {each.id: each.to_dict() for each in client.collection(f"users/{user}/uploads").get()}
    assert found["taken"]["status"] == "ingested"
    assert found["lost"] == {"samples": [{"value": 1}], "status": "overdue", "expires_at": EXPIRES}


def test_ingest_that_comes_after_all_has_the_last_word(cloud, monkeypatch) -> None:
    client, user = cloud.firestore(), f"user-{uuid.uuid4().hex}"
    records, origin = FirestoreRecords(client), Origin(user, "uploads", "late")
    client.document(origin.path).create({"samples": []})
    option = client.write_option

    def after_ingest(**conditions: Any) -> Any:
        records.answer(origin, {"status": "ingested"})
        return option(**conditions)

    monkeypatch.setattr(client, "write_option", after_ingest)
    records.mark_overdue(user, datetime.now(UTC) + DAY, EXPIRES)

    assert client.document(origin.path).get().to_dict() == {"samples": [], "status": "ingested"}


def test_an_upload_too_full_for_an_answer_fails_nobody(cloud) -> None:
    client, user = cloud.firestore(), f"user-{uuid.uuid4().hex}"
    client.document(f"users/{user}/uploads/full").create({"note": "x" * 1_048_440})

    FirestoreRecords(client).mark_overdue(user, datetime.now(UTC) + DAY, EXPIRES)

    assert FirestoreRecords(client).unsettled(user) == 1
