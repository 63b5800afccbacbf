"""Documents of a person as a step's work creates them: with a record, as its claim is completed."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from clarity.adapters.firestore import FirestoreRecords
from clarity.adapters.firestore_claims import FirestoreClaims
from clarity.steps.ports import Claimed, Creation, Done
from tests.audits import entry
from tests.memory import MemoryRecords

if TYPE_CHECKING:
    from google.cloud.firestore import Client

    from clarity.steps.ports import Records


YEAR = timedelta(days=365)


def creation(path: str, fields: dict[str, Any], event_id: str) -> Done:
    """The end of a work that creates `collection/id` below its person."""
    collection, document_id = path.split("/")
    return Done("", creates=Creation(collection, document_id, fields, entry(event_id)))  # type: ignore[arg-type]


def create(
    records: Records,
    user_id: str,
    path: str,
    fields: dict[str, Any],
    event_id: str = "x1",
    *,
    through: Client | None = None,
) -> None:
    """Create the document; of its claim nothing is left. `through` is a client for the commit."""
    done = creation(path, fields, event_id)
    if isinstance(records, MemoryRecords):
        assert done.creates
        records.create(user_id, done.creates)
        return
    assert isinstance(records, FirestoreRecords)
    claim = claimed(records.client, user_id)
    client = through or records.client
    FirestoreClaims(client, _now, YEAR, records.heads).complete(claim, done)
    records.client.document(f"claims/{claim.key}").delete()


def claimed(client: Client, user_id: str) -> Claimed:
    """A claim of some work."""
    claims = FirestoreClaims(client, _now, YEAR)
    claim = claims.claim(f"test:{uuid.uuid4().hex}", user_id=user_id, lease=YEAR)
    assert isinstance(claim, Claimed)
    return claim


def _now() -> datetime:
    return datetime.now(UTC)
