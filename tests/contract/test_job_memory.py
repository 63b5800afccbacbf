"""What a worker saw of its job saves a read; where others came between, it reads after all."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from google.cloud.firestore import DocumentReference

from clarity.adapters.firestore import FirestoreRecords
from clarity.adapters.firestore_claims import FirestoreClaims
from clarity.domain.job import AUTOMATIC, Origin, Status
from clarity.steps.ports import Claimed, Completed, Done, End, Move
from tests.cloud import cloud_process

if TYPE_CHECKING:
    from collections.abc import Iterator

    from google.cloud.firestore import Client

NOW = datetime(2026, 6, 15, 9, tzinfo=UTC)
LATER = NOW + timedelta(days=30)
LEASE = timedelta(seconds=30)


@pytest.fixture(scope="module", name="client")
def _client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    with cloud_process(tmp_path_factory.mktemp("cloud")) as cloud:
        yield cloud.firestore()


@pytest.fixture(name="records")
def _records(client: Client) -> FirestoreRecords:
    return FirestoreRecords(client)


@pytest.fixture(name="origin")
def _origin(records: FirestoreRecords) -> Origin:
    origin = Origin(f"user-{uuid.uuid4().hex}", "insight_requests", "r1")
    records.open_job(origin, AUTOMATIC, NOW, LATER)
    return origin


@pytest.fixture(name="reads")
def _reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The documents that are read one by one from now on."""
    read: list[str] = []
    get = DocumentReference.get

    def noted(document: DocumentReference, *args: Any, **given: Any) -> Any:
        read.append(document.path)
        return get(document, *args, **given)

    monkeypatch.setattr(DocumentReference, "get", noted)
    return read


def _complete(client: Client, origin: Origin, status: Status) -> None:
    claims = FirestoreClaims(client, lambda: NOW, timedelta(days=1))
    claim = claims.claim(f"step:{uuid.uuid4().hex}", user_id=origin.user_id, lease=LEASE)
    assert isinstance(claim, Claimed)
    claims.complete(claim, Done("done", end=End(origin, status, "", {})))


def _status(client: Client, origin: Origin) -> str:
    path = f"users/{origin.user_id}/jobs/{origin.processing_id}"
    return str(client.document(path).get().get("status"))


def test_a_job_that_was_read_is_moved_and_ended_without_another_read(
    client, records, origin, reads
) -> None:
    records.job_person_and_queue(origin)

    assert records.move(origin, Status.PREPROCESSING, "", {}, NOW)
    assert records.move(origin, Status.PROCESSING, "", {}, NOW)
    _complete(client, origin, Status.COMPLETED)

    assert reads == []
    assert _status(client, origin) == "completed"


def test_a_move_that_another_worker_has_overtaken_does_not_turn_the_job_back(
    client, records, origin, reads
) -> None:
    records.job_person_and_queue(origin)
    job = client.document(f"users/{origin.user_id}/jobs/{origin.processing_id}")
    job.update({"status": "analyzing"})

    assert not records.move(origin, Status.PREPROCESSING, "", {}, NOW)

    assert len(reads) == 1
    assert _status(client, origin) == "analyzing"


def test_an_end_that_another_worker_has_overtaken_leaves_theirs(
    client, records, origin, reads
) -> None:
    records.job_person_and_queue(origin)
    job = client.document(f"users/{origin.user_id}/jobs/{origin.processing_id}")
    job.update({"status": "failed"})

    _complete(client, origin, Status.COMPLETED)

    assert _status(client, origin) == "failed"


def test_a_job_that_has_gone_meanwhile_is_not_made_anew(client, records, origin) -> None:
    records.job_person_and_queue(origin)
    job = client.document(f"users/{origin.user_id}/jobs/{origin.processing_id}")
    job.delete()

    assert not records.move(origin, Status.PREPROCESSING, "", {}, NOW)
    records.job_person_and_queue(origin)
    _complete(client, origin, Status.COMPLETED)

    assert not job.get().exists


def test_what_was_seen_of_one_job_is_not_taken_for_another(client, records, origin, reads) -> None:
    other = Origin(origin.user_id, "insight_requests", "r2")
    records.open_job(other, AUTOMATIC, NOW, LATER)
    records.job_person_and_queue(origin)

    assert records.move(other, Status.PREPROCESSING, "", {}, NOW)

    assert [path.rpartition("/")[2] for path in reads] == [other.processing_id]


def test_a_claim_that_moves_the_job_reads_nothing_and_is_one_commit(
    client, records, origin, reads
) -> None:
    records.job_person_and_queue(origin)
    claims = FirestoreClaims(client, lambda: NOW, timedelta(days=1))

    for number, status in enumerate((Status.PREPROCESSING, Status.PROCESSING)):
        move = Move(origin, status, "on")
        key, user_id = f"{number}:{uuid.uuid4().hex}", origin.user_id
        assert isinstance(claims.claim(key, user_id=user_id, lease=LEASE, move=move), Claimed)
    _complete(client, origin, Status.COMPLETED)

    assert reads == []
    job = client.document(origin.job_path).get().to_dict() or {}
    assert [each["status"] for each in job["history"]] == [
        "queued",
        "preprocessing",
        "processing",
        "completed",
    ]


def test_a_job_that_another_has_changed_is_moved_all_the_same(client, records, origin) -> None:
    records.job_person_and_queue(origin)
    job = client.document(origin.job_path)
    job.update({"message": "another's"})
    claims = FirestoreClaims(client, lambda: NOW, timedelta(days=1))
    key, move = f"step:{uuid.uuid4().hex}", Move(origin, Status.PREPROCESSING, "on")

    claim = claims.claim(key, user_id=origin.user_id, lease=LEASE, move=move)

    assert isinstance(claim, Claimed)
    assert _status(client, origin) == "preprocessing"
    assert claims.complete(claim, Done("done")) == Completed("done")
