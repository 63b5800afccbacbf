"""Documents of a person as a step's work creates them: as its claim is completed."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from clarity.adapters.firestore import FirestoreRecords
from clarity.adapters.firestore_claims import FirestoreClaims
from clarity.domain.intake.samples import parse_upload
from clarity.steps.ports import Chunk, Claimed, Creation, Done, Storing
from tests.audits import entry
from tests.memory import MemoryRecords

if TYPE_CHECKING:
    from collections.abc import Sequence

    from google.cloud.firestore import Client

    from clarity.domain.intake.samples import Samples
    from clarity.domain.job import Origin
    from clarity.steps.ports import Records


YEAR = timedelta(days=365)
DAY = date(2026, 6, 14)


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
    _complete(records, user_id, done, through)


def samples(*values: float) -> Samples:
    """Heart rates of DAY, one a minute."""
    rows = [
        {
            "sample_type": "heartRate",
            "value": value,
            "unit": "count/min",
            "start_date": f"{DAY}T10:{minute:02}:00Z",
            "end_date": f"{DAY}T10:{minute:02}:00Z",
            "source_revision": {"source": {"name": "Watch", "bundle_identifier": "w"}},
        }
        for minute, value in enumerate(values)
    ]
    received_at = datetime(2026, 6, 15, 9, tzinfo=UTC)
    return parse_upload({"samples": rows, "time_zone": "UTC"}, received_at=received_at).samples


def storing(upload: Origin, *values: float) -> Storing:
    """These heart rates as an upload stores them."""
    until = _now() + YEAR
    chunk = Chunk(DAY, samples(*values), np.empty(0, dtype=np.uint64))
    return Storing(upload, [chunk], until, until)


def store(records: Records, origin: Origin, chunks: Sequence[Chunk], until: datetime) -> None:
    """Store an upload's chunks; of its claim nothing is left."""
    stores = Storing(origin, chunks, until, until)
    if isinstance(records, MemoryRecords):
        records.store(stores)
        return
    _complete(records, origin.user_id, Done("", stores=stores))


def _complete(records: Records, user_id: str, done: Done, through: Client | None = None) -> None:
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
