"""One suite for each port, over its adapter on the embedded cloud and over its fake in memory."""

from __future__ import annotations

import itertools
import uuid
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import orjson
import pytest

from clarity.adapters.firestore import FirestoreRecords
from clarity.adapters.firestore_claims import FirestoreClaims
from clarity.adapters.pubsub import PubSubTopics
from clarity.domain.events import JobMessage
from clarity.domain.job import AUTOMATIC, Origin, Status
from clarity.steps.ports import Chunk, Claimed, Done, Held, Joining, Outgoing, Topic
from infra.local.topology import DEAD_LETTERS, topic
from tests.creating import DAY, create, samples, store
from tests.erasing import erase
from tests.memory import MemoryClaims, MemoryRecords, MemoryTopics

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = datetime(2026, 6, 15, 9, tzinfo=UTC)
LATER = NOW + timedelta(days=30)
LEASE = timedelta(seconds=30)
NOTHING = np.empty(0, dtype=np.uint64)


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def records(firestore):
    return MemoryRecords() if firestore is None else FirestoreRecords(firestore)


@pytest.fixture
def user() -> str:
    return f"user-{uuid.uuid4().hex}"


@pytest.fixture
def join(records, firestore, clock) -> Callable[..., str]:
    """Complete the claim on an upload as ingest does; the job that it is read with."""
    claims = (
        MemoryClaims(clock, records)
        if firestore is None
        else FirestoreClaims(firestore, clock, timedelta(days=30))
    )

    def joined(upload: Origin, at: datetime = NOW) -> str:
        clock.now = at
        claim = claims.claim(f"test:{uuid.uuid4().hex}", user_id=upload.user_id, lease=LEASE)
        assert isinstance(claim, Claimed)
        _, queue = records.person_and_queue(upload.user_id)
        joining = Joining(upload, AUTOMATIC, at - LEASE, LATER, queue)
        owed = Outgoing("ingested", b"", {})
        completed = claims.complete(claim, Done("done", (owed,), joins=joining))
        queue = records.person_and_queue(upload.user_id)[1]
        assert queue is not None
        return upload.processing_id if completed.owes else queue.processing_id

    return joined


def test_a_person_without_settings_has_none(records, user) -> None:
    assert records.person(user) == {}


def test_chunks_come_back_as_they_were_stored(records, user) -> None:
    origin, software = Origin(user, "uploads", "u1"), {"app": "1.2"}
    deleted = samples(70).identity

    store(records, origin, [Chunk(DAY, samples(60, 61), deleted, software)], LATER)

    (chunk,) = records.recent(user, 14)
    assert (chunk.day, chunk.software) == (DAY, software)
    np.testing.assert_array_equal(chunk.deleted, deleted)
    np.testing.assert_array_equal(chunk.samples.value, [60, 61])
    np.testing.assert_array_equal(chunk.samples.identity, samples(60, 61).identity)


def test_an_upload_has_one_chunk_a_day(records, user) -> None:
    first, second = Origin(user, "uploads", "u1"), Origin(user, "uploads", "u2")
    store(records, first, [Chunk(DAY, samples(60, 61), NOTHING)], LATER)
    store(records, second, [Chunk(DAY, samples(62), NOTHING)], LATER)

    store(records, first, [Chunk(DAY, samples(60, 61, 63), NOTHING)], LATER)

    # As they came: the first one is still the first.
    found = [chunk.samples.value.tolist() for chunk in records.recent(user, 14)]
    assert found == [[60, 61, 63], [62]]


def test_what_other_uploads_brought_or_deleted_is_known(records, user) -> None:
    first, second = Origin(user, "uploads", "u1"), Origin(user, "uploads", "u2")
    deleted = samples(70).identity
    store(records, first, [Chunk(DAY, samples(60), deleted)], LATER)

    assert set(records.known(second, [DAY])) == {*samples(60).identity, *deleted}
    assert len(records.known(first, [DAY])) == 0


def test_what_an_upload_has_stored_itself_is_new_whoever_has_it_too(records, user) -> None:
    first, second = Origin(user, "uploads", "u1"), Origin(user, "uploads", "u2")
    store(records, first, [Chunk(DAY, samples(60, 61), NOTHING)], LATER)
    store(records, second, [Chunk(DAY, samples(60, 62), NOTHING)], LATER)

    (other,) = set(samples(60, 61).identity) - set(samples(60, 62).identity)
    assert set(records.known(second, [DAY])) == {other}


def test_only_the_latest_days_are_read(records, user) -> None:
    for number in range(1, 6):
        origin = Origin(user, "uploads", f"u{number}")
        store(records, origin, [Chunk(date(2026, 6, number), samples(60), NOTHING)], LATER)

    assert {chunk.day.day for chunk in records.recent(user, 3)} == {3, 4, 5}


def test_the_first_upload_opens_a_job_and_the_next_joins_it(records, user, join) -> None:
    first, second = Origin(user, "uploads", "u1"), Origin(user, "uploads", "u2")

    assert join(first) == join(second, NOW + LEASE / 2) == first.processing_id

    assert records.job_person_and_queue(first)[2].last_upload_at == NOW + LEASE / 2
    assert records.job_person_and_queue(second)[0] is None


def test_a_job_on_its_way_takes_no_more_uploads(records, user, join) -> None:
    first, second = Origin(user, "uploads", "u1"), Origin(user, "uploads", "u2")
    join(first)
    records.move(first, Status.PREPROCESSING, "", {}, NOW)

    assert join(second) == second.processing_id
    assert records.job_person_and_queue(second)[0]["status"] == "queued"


def test_a_job_that_is_queued_for_too_long_takes_no_more_uploads(records, user, join) -> None:
    first, second = Origin(user, "uploads", "u1"), Origin(user, "uploads", "u2")
    join(first)

    assert join(second, NOW + 2 * LEASE) == second.processing_id


def test_a_redelivered_upload_finds_its_own_job(records, user, join) -> None:
    first = Origin(user, "uploads", "u1")
    join(first)
    records.move(first, Status.COMPLETED, "", {}, NOW)

    assert join(first) == first.processing_id
    assert records.job_person_and_queue(first)[0]["status"] == "completed"


@pytest.mark.parametrize(("before", "after"), list(itertools.product(Status, Status)))
def test_a_job_moves_forward_only(records, user, before, after) -> None:
    origin = Origin(user, "insight_requests", "r1")
    records.open_job(origin, AUTOMATIC, NOW, LATER)
    records.move(origin, before, "", {}, NOW)

    moved = records.move(origin, after, "", {"note": 1}, NOW)

    expected = after.may_follow(before)
    assert moved == expected
    assert records.job_person_and_queue(origin)[0]["status"] == (after if expected else before)
    assert ("note" in records.job_person_and_queue(origin)[0]) == expected


def test_a_job_that_is_gone_does_not_move(records, user) -> None:
    origin = Origin(user, "insight_requests", "gone")

    assert not records.move(origin, Status.FAILED, "", {}, NOW)
    assert records.job_person_and_queue(origin)[0] is None


def test_every_status_is_kept_in_the_history(records, user) -> None:
    origin = Origin(user, "insight_requests", "r1")
    records.open_job(origin, AUTOMATIC, NOW, LATER)
    records.move(origin, Status.PREPROCESSING, "", {}, NOW)
    records.move(origin, Status.COMPLETED, "", {}, NOW)

    history = [step["status"] for step in records.job_person_and_queue(origin)[0]["history"]]
    assert history == ["queued", "preprocessing", "completed"]


def test_an_analysis_is_created_once(records, user) -> None:
    create(records, user, "analyses/a1", {"embedding": [0.5] * 96, "confidence": 1.0})
    create(records, user, "analyses/a1", {"embedding": [0.0] * 96, "confidence": 0.0})

    analysis = records.analysis(user, "a1")
    assert analysis["confidence"] == 1.0
    assert list(analysis["embedding"]) == [0.5] * 96
    assert records.analysis(user, "a2") is None


def test_an_explanation_is_created_once_under_its_analysis_s_id(records, user) -> None:
    create(records, user, "explanations/a1", {"attention": [0.25] * 4, "trusted": True})
    create(records, user, "explanations/a1", {"attention": [0.5] * 2, "trusted": False})

    assert records.explanation(user, "a1") == {"attention": [0.25] * 4, "trusted": True}
    assert records.explanation(user, "a2") is None


def test_a_job_keeps_whether_an_explanation_was_asked_for(records, user) -> None:
    for asked in (False, True):
        origin = Origin(user, "insight_requests", f"r{asked}")
        records.open_job(origin, replace(AUTOMATIC, explanation=asked), NOW, LATER)
        assert records.job_person_and_queue(origin)[0]["explanation"] is asked


def test_an_insight_is_created_once(records, user) -> None:
    create(records, user, "insights/i1", {"narrative": "first"})
    create(records, user, "insights/i1", {"narrative": "second"})

    assert records.insight(user, "i1") == {"narrative": "first"}


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_an_insight_says_when_it_was_first_read_and_last_rated(records, user, order) -> None:
    create(records, user, "insights/i1", {"narrative": "first", "read_at": None})
    said = [(4, NOW), (None, NOW + timedelta(hours=2)), (2, NOW + timedelta(hours=1))]

    for rating, at in (said[each] for each in order):
        assert records.mark_insight(user, "i1", rating, at)

    found = records.insight(user, "i1")
    assert (found["narrative"], found["read_at"], found["rating"]) == ("first", NOW, 2)
    assert found["rated_at"] == NOW + timedelta(hours=1)


def test_an_insight_that_is_gone_is_not_marked(records, user) -> None:
    assert not records.mark_insight(user, "gone", 1, NOW)
    assert records.insight(user, "gone") is None


def test_the_weeks_of_a_person_are_stored_once(records, user) -> None:
    records.add_history(user, "h1", {"first_days": ["2026-06-01"], "metrics": []})
    records.add_history(user, "h1", {"first_days": [], "metrics": []})

    assert records.history(user, "h1") == {"first_days": ["2026-06-01"], "metrics": []}
    assert records.history(user, "h2") is None


@pytest.mark.parametrize("where", ["embedded cloud", "memory"])
def test_feedback_is_read_newest_first_without_receipts(cloud, user, where) -> None:
    client, memory = cloud.firestore(), MemoryRecords()
    records = FirestoreRecords(client) if where == "embedded cloud" else memory
    for minute, (name, words) in enumerate([("old", "one"), ("seen", ""), ("new", "two")]):
        origin = Origin(user, "feedback", name)
        written = {"insight_id": "i1", "words": words}
        client.document(origin.path).create(written)
        memory.uploads[origin.path] = dict(written)
        at = {"received_at": NOW + timedelta(minutes=minute)} if words else {}
        records.answer(origin, {"status": "received", "concern": None, **at})
    client.document(f"users/{user}/feedback/unanswered").create({"words": "three"})

    assert [each["words"] for each in records.feedback(user, 5)] == ["two", "one"]
    assert [each["words"] for each in records.feedback(user, 1)] == ["two"]


def test_uploads_without_an_answer_are_counted(cloud, user) -> None:
    client = cloud.firestore()
    records = FirestoreRecords(client)
    for number in range(3):
        client.document(f"users/{user}/uploads/u{number}").create({"samples": []})

    records.answer(Origin(user, "uploads", "u0"), {"status": "ingested"})

    assert records.unsettled(user) == 2


def test_an_answer_to_a_deleted_document_is_dropped(cloud, user) -> None:
    FirestoreRecords(cloud.firestore()).answer(Origin(user, "uploads", "gone"), {"status": "x"})


def test_an_answer_that_does_not_fit_leaves_its_list_to_the_pages(cloud, user) -> None:
    client, origin = cloud.firestore(), Origin(user, "uploads", "big")
    client.document(origin.path).create({"samples": ["x" * 1_040_000]})
    rejected = [{"index": n, "found": "y" * 80} for n in range(100)]

    FirestoreRecords(client).answer(origin, {"status": "ingested", "rejected": rejected})

    fields = client.document(origin.path).get().to_dict()
    assert fields["status"] == "ingested"
    assert "rejected" not in fields


def test_rejections_are_stored_in_pages(cloud, user) -> None:
    client, origin = cloud.firestore(), Origin(user, "uploads", "bad")
    rejections = [{"index": n, "code": "x"} for n in range(1201)]

    FirestoreRecords(client).reject(origin, rejections, LATER)

    pages = list(client.document(origin.path).collection("rejections").stream())
    assert [len(page.get("rejected")) for page in pages] == [500, 500, 201]


def test_erasure_leaves_nothing_of_a_person_and_all_of_another(cloud, clock, user) -> None:
    client = cloud.firestore()
    records, claims = FirestoreRecords(client), FirestoreClaims(client, clock, LEASE)
    other = f"{user}-other"
    for each in (user, other):
        origin = Origin(each, "uploads", "u1")
        assert isinstance(claims.claim(f"test:{each}", user_id=each, lease=LEASE), Claimed)
        records.open_job(origin, AUTOMATIC, NOW, LATER)
        client.document(f"users/{each}/queues/uploads").set({"processing_id": "upload-u1"})
        store(records, origin, [Chunk(DAY, samples(60), NOTHING)], LATER)
        create(records, each, "explanations/a1", {"attention": [0.25] * 4})
        records.add_history(each, "h1", {"metrics": []})

    erased = erase(client, user)

    assert erased["documents"] >= 5
    assert erased["claims"] == 1
    assert records.erased_at(user) is not None
    assert records.erased_at(other) is None
    assert list(client.document(f"users/{user}").collections()) == []
    assert records.analysed(JobMessage(Origin(other, "uploads", "u1"), "normal")).job
    assert records.explanation(other, "a1")
    assert isinstance(claims.claim(f"test:{other}", user_id=other, lease=LEASE), Held)


MESSAGE = JobMessage(Origin("ada", "uploads", "u1"), "normal")


def test_a_message_comes_out_as_it_went_in() -> None:
    topics = MemoryTopics()
    topics.publish(Outgoing.of("ingested", MESSAGE))

    assert JobMessage.parse(MESSAGE.body()) == topics.ingested_messages[0] == MESSAGE


def test_messages_and_dead_letters_reach_their_topics(cloud) -> None:
    publisher, subscriber = cloud.publisher(), cloud.subscriber()
    names = [topic(f"test-{uuid.uuid4().hex}") for _ in range(2)]
    pulls = []
    for name in (*names, DEAD_LETTERS):
        pull = f"projects/clarity-local/subscriptions/test-{uuid.uuid4().hex}"
        if name != DEAD_LETTERS:
            publisher.create_topic(name=name)
        subscriber.create_subscription(name=pull, topic=name)
        pulls.append(pull)
    kinds: tuple[Topic, ...] = ("ingested", "analysed", "dead_letter")
    topics = PubSubTopics(publisher, dict(zip(kinds, (*names, DEAD_LETTERS), strict=True)))

    topics.publish(Outgoing.of("ingested", MESSAGE))
    topics.publish(Outgoing.of("analysed", MESSAGE.with_analysis("a1")))
    topics.publish(Outgoing("dead_letter", b"", {"reason": "why " * 1000, "event_id": "e1"}))

    bodies = []
    for pull in pulls:
        response = subscriber.pull(subscription=pull, max_messages=1, timeout=10)
        bodies.append(response.received_messages[0].message)
    assert JobMessage.parse(orjson.loads(bodies[0].data)) == MESSAGE
    assert bodies[0].attributes["upload_id"] == "u1"
    assert JobMessage.parse(orjson.loads(bodies[1].data)).analysis_id == "a1"
    assert bodies[2].attributes["reason"].startswith("why")
    assert bodies[2].attributes["event_id"] == "e1"
    subscriber.close()
