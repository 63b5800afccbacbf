"""Consent at the real doors, over Firestore: what is refused is taken off the person's document."""

from __future__ import annotations

import logging
import uuid
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from functions_framework import create_app

from clarity import wiring
from clarity.adapters.firestore import FirestoreRecords
from clarity.domain.errors import UnavailableError
from clarity.domain.job import AUTOMATIC, Origin
from clarity.sources.generated import people
from infra.local.topology import function_environment
from tests import events
from tests.cloud import REPOSITORY, environment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

    from tests.cloud import Cloud


@pytest.fixture(scope="module")
def door(cloud: Cloud) -> Iterator[FlaskClient]:
    """The ingest function over the embedded cloud."""
    variables = function_environment(cloud.ports, pat_model_id="pat-test", gemini={})
    handlers = logging.root.handlers[:]
    wiring.ingest.cache_clear()
    with environment(variables):
        yield create_app("ingest", str(REPOSITORY / "functions/ingest/main.py")).test_client()
        wiring.ingest.cache_clear()
    logging.root.handlers[:] = handlers


@pytest.fixture
def user() -> str:
    return f"user-{uuid.uuid4().hex}"


def sent(door: FlaskClient, cloud: Cloud, user: str, upload_id: str) -> dict[str, Any]:
    """A day's upload, and the document after its event."""
    worker = people.generate("office-worker", days=1, last_day=date(2026, 6, 14))
    document, path = next(people.uploads(worker))[1], f"users/{user}/uploads/{upload_id}"
    cloud.firestore().document(path).create(document)
    headers, body = events.created(path, document, event_id=upload_id)
    assert door.post("/", headers=headers, data=body).status_code == 200
    return cloud.firestore().document(path).get().to_dict() or {}


def test_what_was_sent_without_consent_is_nowhere_and_is_taken_once_there_is_one(
    door, cloud, user
) -> None:
    own = cloud.firestore().document(f"users/{user}")
    own.set({"consent": {"analysis": "true"}})

    refused = sent(door, cloud, user, "u1")

    assert (refused["status"], refused["reason"]["code"]) == ("rejected", "no_consent")
    assert "found consent.analysis: 'true' (text)" in refused["reason"]["message"]
    assert refused.keys().isdisjoint({"samples", "data", "deleted"})
    assert {each.id for each in own.collections()} == {"uploads", "limits"}

    own.set({"consent": {"analysis": {"given": True, "at": datetime.now(UTC)}}})
    assert sent(door, cloud, user, "u2")["status"] == "ingested"


def test_chunks_expire_as_the_person_says_and_their_days_no_sooner(door, cloud, user) -> None:
    own = cloud.firestore().document(f"users/{user}")
    own.set({**people.CONSENT, "retention_days": 28})

    sent(door, cloud, user, "u1")

    soon = datetime.now(UTC) + timedelta(days=28)
    days = list(own.collection("days").list_documents())
    chunks = [chunk for day in days for chunk in _of(day)]
    assert chunks
    for chunk in chunks:
        assert soon - timedelta(minutes=5) < _expiry(chunk) <= soon
    # Or what was stored before the person chose would be kept, and not found.
    for day in days:
        assert _expiry(day) > soon


def _expiry(document: Any) -> datetime:
    found: datetime = (document.get().to_dict() or {})["expires_at"]
    return found


def _of(day: Any) -> list[Any]:
    return list(day.collection("chunks").list_documents())


class CutOff:
    """Google's client for the protocol; of each batch it hears the first document alone."""

    def __init__(self, api: Any) -> None:
        self._api = api

    def __getattr__(self, name: str) -> Any:
        return getattr(self._api, name)

    def batch_get_documents(self, **call: Any) -> list[Any]:
        """The first of what is there."""
        return list(self._api.batch_get_documents(**call))[:1]


def test_half_an_answer_is_not_taken_for_somebody_without_consent(cloud, user) -> None:
    client = cloud.firestore()
    origin, now = Origin(user, "uploads", "u1"), datetime.now(UTC)
    records = FirestoreRecords(client)
    records.open_job(origin, AUTOMATIC, now, now + timedelta(days=1))
    client.document(f"users/{user}").set(dict(people.CONSENT))

    job, settings, _ = records.job_person_and_queue(origin)
    client._firestore_api_internal = CutOff(client._firestore_api)

    assert job
    assert settings == people.CONSENT
    with pytest.raises(UnavailableError):
        records.job_person_and_queue(origin)
