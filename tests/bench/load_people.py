"""People with stored weeks, or years, for the load; and the small uploads that they add."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from google.cloud.firestore_v1 import types

from clarity.domain.job import Origin
from clarity.sources.generated import people

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from google.cloud.firestore import Client

PERSON = "office-worker"
ROWS = 60  # of an upload: what a watch and a phone count in some minutes
LAST_DAY = people.last_full_day(PERSON, datetime.now(UTC))
_BATCH = 200
_MODEL = "p-model"


def upload(rows: int = ROWS) -> dict[str, Any]:
    """A small upload: counts of steps of the newest day."""
    noon = datetime.combine(LAST_DAY, datetime.min.time(), UTC) + timedelta(hours=12)
    source = {"source": {"name": "Apple Watch", "bundle_identifier": "com.apple.health"}}
    starts = [noon + timedelta(minutes=5 * n) for n in range(rows)]
    return {
        "device_info": {"time_zone": "Europe/Berlin"},
        "deleted": [],
        "samples": [
            {
                "sample_type": "stepCount",
                "value": 40.0 + number,
                "unit": "count",
                "start_date": start.isoformat(),
                "end_date": (start + timedelta(minutes=5)).isoformat(),
                "source_revision": source,
            }
            for number, start in enumerate(starts)
        ],
    }


def row_of(document: Any, number: int) -> None:
    """Make an encoded upload's samples new: each value tells its number."""
    for row in document.fields["samples"].array_value.values:
        row.map_value.fields["value"].double_value += (number + 1) / 1024


def encoded(fields: Mapping[str, Any]) -> Any:
    """The fields as a protobuf document; Python's own client takes ten times as long."""
    document = types.Document.pb()()
    for name, value in fields.items():
        _encode(document.fields[name], value)
    return document


def _encode(into: Any, value: Any) -> None:
    if isinstance(value, dict):
        into.map_value.SetInParent()
        for name, item in value.items():
            _encode(into.map_value.fields[name], item)
    elif isinstance(value, list):
        into.array_value.SetInParent()
        for item in value:
            _encode(into.array_value.values.add(), item)
    elif isinstance(value, str):
        into.string_value = value
    else:
        into.double_value = float(value)


def model_person(client: Client, timeout_s: float = 120.0) -> str:
    """Somebody whose week went through the chain, to make others after."""
    person = people.generate(PERSON, last_day=LAST_DAY)
    client.document(f"users/{_MODEL}").set(dict(people.CONSENT))
    ids = []
    for upload_id, document in people.uploads(person, batch=400):
        client.document(f"users/{_MODEL}/uploads/{upload_id}").create(document)
        ids.append(upload_id)
    deadline = time.monotonic() + timeout_s
    uploads = [client.document(f"users/{_MODEL}/uploads/{each}") for each in ids]
    while time.monotonic() < deadline:
        found = [each.to_dict() or {} for each in client.get_all(uploads, ["status"])]
        if all(each.get("status") == "ingested" for each in found):
            return _MODEL
        time.sleep(0.2)
    raise TimeoutError(f"the week of {_MODEL} was not ingested within {timeout_s:g} s")


def settle(client: Client, user_id: str) -> list[tuple[str, dict[str, Any]]]:
    """A person's stored days and chunks, by path below the person."""
    days = client.collection(f"users/{user_id}/days")
    found = []
    for day in days.stream():
        found.append((f"days/{day.id}", day.to_dict() or {}))
        chunks = day.reference.collection("chunks")
        found += [
            (f"days/{day.id}/chunks/{each.id}", each.to_dict() or {}) for each in chunks.stream()
        ]
    return found


def copy(
    client: Client, stored: Iterable[tuple[str, dict[str, Any]]], users: Iterable[str]
) -> None:
    """Give others the same stored days, and the same consent."""
    stored = [("", dict(people.CONSENT)), *((f"/{path}", fields) for path, fields in stored)]
    writes = ((f"users/{user}{path}", fields) for user in users for path, fields in stored)
    _write(client, writes)


def years(
    client: Client, stored: Iterable[tuple[str, dict[str, Any]]], user_id: str, days: int
) -> None:
    """Give a person a past of so many days before the week: a chunk, a job and an insight each.

    Their uploads have expired.
    """
    model = next(fields for path, fields in stored if "/chunks/" in path)
    ends = model["expires_at"]

    def past() -> Iterable[tuple[str, dict[str, Any]]]:
        for back in range(20, 20 + days):
            day = (LAST_DAY - timedelta(days=back)).isoformat()
            at = datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC)
            base, origin = f"users/{user_id}", Origin(user_id, "uploads", f"old-{day}")
            yield f"{base}/days/{day}", {"date": day, "expires_at": ends}
            yield f"{base}/days/{day}/chunks/old-{day}", model
            job = {"status": "completed", "created_at": at, "updated_at": at, "expires_at": ends}
            yield f"{base}/jobs/{origin.processing_id}", job
            yield f"{base}/insights/old-{day}", {"generated_at": at, "expires_at": ends}

    _write(client, past())


def _write(client: Client, writes: Iterable[tuple[str, dict[str, Any]]]) -> None:
    batch = client.batch()
    for number, (path, fields) in enumerate(writes, 1):
        batch.set(client.document(path), fields)
        if number % _BATCH == 0:
            batch.commit()
            batch = client.batch()
    batch.commit()
