"""What a killed worker left lying, with the real processes: a tick of the sweeper brings it on."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import httpx

from clarity.adapters.firestore import FirestoreRecords
from clarity.adapters.firestore_claims import FirestoreClaims
from clarity.domain.events import JobMessage
from clarity.domain.job import AUTOMATIC, Origin
from clarity.sources.generated import people
from clarity.steps.once import claim_key
from clarity.steps.ports import Claimed, Done, Outgoing
from infra.local.topology import HOST
from tests.cloud import until

if TYPE_CHECKING:
    from tests.cloud import Cloud

RETENTION = timedelta(days=30)


def test_a_job_whose_worker_was_killed_before_its_message_went_out_ends(running: Cloud) -> None:
    client = running.firestore()
    # Longer ago than a worker sends its messages by itself.
    before = datetime.now(UTC) - timedelta(seconds=30)
    origin = Origin(f"user-{uuid.uuid4().hex}", "insight_requests", "r1")
    client.document(f"users/{origin.user_id}").set(dict(people.CONSENT))
    FirestoreRecords(client).open_job(origin, AUTOMATIC, before, before + RETENTION)
    claims = FirestoreClaims(client, lambda: before, RETENTION)
    key = claim_key("ingest", origin.path)
    claim = claims.claim(key, user_id=origin.user_id, lease=timedelta(seconds=15))
    assert isinstance(claim, Claimed)
    owed = Outgoing.of("ingested", JobMessage(origin, "high"))
    claims.complete(claim, Done("", owes=(owed,)))
    job = client.document(f"users/{origin.user_id}/jobs/{origin.processing_id}")

    address = f"http://{HOST}:{running.ports.http}/_local/scheduler/sweep"
    httpx.post(address, trust_env=False).raise_for_status()

    def ended() -> bool:
        return (job.get().to_dict() or {})["status"] == "insufficient_data"

    until(ended, 30, "the job's end")
    left = client.document(f"claims/{key}").get().to_dict() or {}
    assert "unpublished" not in left
    lines = (running.state / "logs" / "sweep.log").read_text().splitlines()
    said = [each for each in map(json.loads, lines) if each["message"] == "swept up"]
    assert {"action": "republished", "claim": key}.items() <= said[-1].items()
    client.close()
