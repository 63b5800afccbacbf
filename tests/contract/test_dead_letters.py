"""Dead letters over Google's clients: pulled, kept, found, replayed and dropped."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from cloudevents.http import from_http
from google.cloud.pubsub_v1 import SubscriberClient

from clarity.adapters.cloudevent import Consumer, deliver, document_of
from clarity.adapters.firestore_claims import FirestoreClaims
from clarity.adapters.firestore_dead_letters import FirestoreDeadLetters
from clarity.adapters.firestore_tombstone import tombstone_of
from clarity.adapters.pubsub import PubSubTopics
from clarity.adapters.pubsub_letters import AnySize, PubSubMail, letter_of
from clarity.domain.errors import MisconfiguredError, RefusedError
from clarity.domain.job import Origin
from clarity.steps.dead_letters import Filter, file_letters
from clarity.steps.ports import Claimed
from clarity.steps.replay import Replay
from infra.local.topology import DEAD_LETTERS, DEAD_LETTERS_PULL, PROJECT
from tests import events
from tests.cloud import environment
from tests.contract import pubsub_servers
from tests.contract.servers import EMBEDDED, OFFICIAL
from tests.erasing import erase
from tests.given_up import LEASE, Failed, Sent, now
from tests.letters import body, letter, message, minutes, ours

if TYPE_CHECKING:
    from google.cloud.firestore import Client


@pytest.fixture(params=["embedded cloud", "google's emulator"])
def client(request, cloud) -> Client:
    if request.param == "google's emulator":
        return request.getfixturevalue("google_s_emulator")
    return cloud.firestore()


@pytest.fixture
def store(client) -> FirestoreDeadLetters:
    return FirestoreDeadLetters(client, now)


@pytest.fixture
def origin() -> Origin:
    return Origin(f"user-{uuid.uuid4().hex}", "uploads", "u1")


def given_up(pubsub: pubsub_servers.Client, topic: str, data: bytes) -> None:
    """Publish a message that nobody takes, until Pub/Sub moves it to the topic."""
    source = pubsub.topic()
    policy = {"dead_letter_topic": topic, "max_delivery_attempts": 5}
    subscription = pubsub.subscription(source, dead_letter_policy=policy)
    pubsub.publish(source, data)
    while received := pubsub.pull(subscription, wait_s=0.7):
        pubsub.deadline(subscription, received, 0)


@pytest.mark.parametrize("kind", [EMBEDDED, OFFICIAL])
def test_letters_are_pulled_kept_and_not_brought_again(kind, cloud, origin, tmp_path) -> None:
    store = FirestoreDeadLetters(cloud.firestore(), now)
    with pubsub_servers.connected(kind, tmp_path) as pubsub:
        topic = pubsub.topic()
        mail = PubSubMail(pubsub.subscriber, pubsub.subscription(topic), wait_s=1.0)
        pubsub.publish(topic, b"", **ours(origin))
        given_up(pubsub, topic, body(origin))
        pubsub.publish(topic, origin.user_id.encode())

        filing = file_letters(mail, store, clock=now, within=minutes(1), most=1000)

        again = file_letters(mail, store, clock=now, within=minutes(1), most=1000)
    assert (filing.filed, again.pulled) == (3, 0)
    own, moved = sorted(store.find(Filter(user_id=origin.user_id)), key=lambda each: each.code)
    assert (own.step, own.code) == ("ingest", "exhausted")
    assert (moved.code, moved.deliveries) == ("undelivered", 5)
    assert moved.first_at < moved.last_at
    assert own.origin == moved.origin == origin
    found = [store.read(each.id)[0] for each in store.find(Filter(codes=("unreadable",)))]
    (unread,) = (each for each in found if each.data == origin.user_id.encode())
    # The next server counts its messages from the same number.
    store.client.document(f"dead_letters/{unread.id}").delete()


@pytest.mark.parametrize("kind", [EMBEDDED, OFFICIAL])
def test_letters_beyond_what_a_plain_channel_takes_are_filed(kind, cloud, origin, tmp_path) -> None:
    store = FirestoreDeadLetters(cloud.firestore(), now)
    with pubsub_servers.connected(kind, tmp_path) as pubsub:
        topic = pubsub.topic()
        subscription = pubsub.subscription(topic)
        pubsub.publish(topic, b"x" * 5_000_000, **ours(origin))
        with environment({"PUBSUB_EMULATOR_HOST": pubsub.address}):
            subscriber = SubscriberClient(transport=AnySize)
        with subscriber:
            mail = PubSubMail(subscriber, subscription, wait_s=5.0)
            file_letters(mail, store, clock=now, within=minutes(1), most=1)

    (kept,) = store.find(Filter(user_id=origin.user_id))
    assert (kept.data_bytes, kept.data) == (5_000_000, None)


def test_a_letter_whose_ids_no_store_takes_is_kept(store) -> None:
    user_id, about = "ü" * 1400, uuid.uuid4().hex
    named = {"schema_version": 1, "user_id": user_id, "upload_id": about, "priority": "low"}
    one = letter_of(message({}, orjson.dumps(named), message_id=about, at=now()))

    assert store.file(one)

    (kept,) = store.read(one.id)
    assert (kept.event_id, kept.origin) == (about, None)


def refuse(_: object) -> None:
    raise RefusedError("never")


def test_a_letter_about_ids_too_long_for_attributes_names_its_document(cloud, origin) -> None:
    origin = replace(origin, user_id=origin.user_id + "Ü" * 700, document_id="M" * 1490)
    topics = PubSubTopics(cloud.publisher(), {"dead_letter": DEAD_LETTERS})
    consumer = Consumer(
        "ingest",
        document_of,
        refuse,
        lambda _, __, letter: topics.publish(letter),
        topics,
        timedelta(minutes=5),
    )
    store = FirestoreDeadLetters(cloud.firestore(), now)
    store.client.document(origin.path).set({"samples": 3})

    deliver(from_http(*events.created(origin.path, {"samples": 3})), consumer)

    with cloud.subscriber() as subscriber:
        mail = PubSubMail(subscriber, DEAD_LETTERS_PULL, wait_s=1.0)
        file_letters(mail, store, clock=now, within=minutes(1), most=1000)
    (kept,) = store.find(Filter(user_id=origin.user_id))
    assert kept.origin == origin
    assert store.look(kept).kind == "replay"


def test_a_subscription_that_is_not_there_is_a_misconfiguration(cloud) -> None:
    with cloud.subscriber() as subscriber:
        mail = PubSubMail(subscriber, f"projects/{PROJECT}/subscriptions/none", wait_s=2.0)
        with pytest.raises(MisconfiguredError):
            mail.pull(10)


def test_a_letter_comes_back_as_it_was_kept_with_what_its_claim_knows(
    client, store, origin
) -> None:
    failed = Failed(client, origin)

    kept = failed.filed(store)

    claim = client.document(f"claims/{failed.key}").get()
    assert kept.attempts == 1
    assert abs(kept.first_at - claim.create_time) < timedelta(milliseconds=1)
    assert (
        replace(failed.letter(), attempts=1, first_at=kept.first_at, last_at=kept.last_at) == kept
    )
    fields = client.document(f"dead_letters/{kept.id}").get().to_dict()
    assert fields["expires_at"] == kept.last_at + timedelta(days=31)
    assert fields["upload_id"] == "u1"


def test_a_letter_that_comes_twice_is_one(client, store, origin) -> None:
    failed = Failed(client, origin)

    for message_id in ("m1", "m2", "m1"):
        assert store.file(failed.letter(message_id=message_id))

    assert failed.kept(store).letters == 2


def test_letters_are_found_by_what_they_are_about(store) -> None:
    ada, ben = (Origin(f"{name}-{uuid.uuid4().hex}", "uploads", "u1") for name in ("ada", "ben"))
    early = now() - timedelta(days=2)
    for one in (
        letter(ada, step="ingest", at=now()),
        letter(ada, step="insights", code="refused", at=early),
        letter(ben, step="insights", at=now()),
    ):
        store.file(one)

    def found(**wanted: Any) -> list[tuple[str, str]]:
        filtered = Filter(user_id=ada.user_id, **wanted)
        return [(each.step, each.code) for each in store.find(filtered)]

    assert found() == [("insights", "refused"), ("ingest", "exhausted")]
    assert found(steps=("ingest",)) == [("ingest", "exhausted")]
    assert found(codes=("refused",)) == [("insights", "refused")]
    assert found(since=now() - timedelta(days=1)) == [("ingest", "exhausted")]
    assert found(before=now() - timedelta(days=1)) == [("insights", "refused")]
    assert found(state="dropped") == []
    mine = {each.user_id for each in store.find(Filter())} & {ada.user_id, ben.user_id}
    assert mine == {ada.user_id, ben.user_id}
    assert store.waiting() >= 3
    assert all(each.data is None for each in store.find(Filter(user_id=ben.user_id)))


def test_a_document_that_is_no_letter_keeps_no_other_from_being_read(store, origin) -> None:
    one = letter(origin, at=now())
    place = store.client.document(f"dead_letters/{one.id}")
    for odd in ({"step": "ingest", "state": "waiting"}, {**ours(origin), "last_at": "yesterday"}):
        place.set({**odd, "user_id": origin.user_id})
        other = letter(replace(origin, document_id="u2"), at=now())
        store.file(other)

        assert [each.id for each in store.find(Filter(user_id=origin.user_id))] == [other.id]

    assert store.file(one)
    assert [each.id for each in store.read(one.id)] == [one.id]


def test_a_letter_is_found_by_the_beginning_of_its_id(store, origin) -> None:
    one = letter(origin, at=now())
    store.file(one)

    assert [each.id for each in store.read(one.id[:12])] == [one.id]
    assert store.read("0" * 32) == []


# Step to the topic of its events, and the status before it.
PLACES = {
    "ingest": ("documents", "queued"),
    "preprocess": ("ingested", "queued"),
    "insights": ("analysed", "processing"),
}


@pytest.mark.parametrize("step", PLACES)
def test_a_replay_reopens_the_job_gives_the_claim_back_and_publishes(
    client, store, origin, step
) -> None:
    topic, status = PLACES[step]
    failed, sent = Failed(client, origin, step), Sent()
    kept = failed.filed(store)
    would = store.look(kept)
    assert (failed.job()["status"], failed.kept(store)) == ("failed", kept)

    did = Replay(store, sent)(kept, "eve")

    assert would == did
    assert failed.job()["status"] == status
    assert "reason" not in failed.job()
    (message,) = sent.messages
    assert message.topic == topic
    assert message.attributes["user_id"] == origin.user_id
    claims = FirestoreClaims(client, now, LEASE)
    assert isinstance(claims.claim(failed.key, user_id="ada", lease=LEASE), Claimed)
    (record,) = failed.audit()
    assert (record["action"], record["by"]) == ("replay_dead_letter", "eve")
    after = failed.kept(store)
    assert (after.state, after.replays, after.by, after.attempt) == ("replayed", 1, "eve", "")
    assert Replay(store, sent)(after, "eve").kind == "settled"
    assert len(sent.messages) == 1
    answer = client.document(origin.path).get().to_dict()
    assert ("status" in answer, "reason" in answer) == (False, False)


def test_an_event_that_fails_again_while_it_is_replayed_waits_again(client, store, origin) -> None:
    failed = Failed(client, origin)
    kept = failed.filed(store)
    sent = Sent(then=lambda: store.file(failed.letter(message_id="m2")))

    Replay(store, sent)(kept, "eve")

    after = failed.kept(store)
    assert (after.state, after.letters, after.replays) == ("waiting", 2, 1)


def test_a_replay_leaves_alone_what_was_done_is_done_or_failed_otherwise(
    client, store, origin
) -> None:
    failed, sent = Failed(client, origin), Sent()
    replay, kept = Replay(store, sent), failed.filed(store)
    job, claim = client.document(failed.job_path), client.document(f"claims/{failed.key}")

    job.update({"reason": {"code": "refused", "message": "by another letter"}})
    assert replay(kept, "eve").kind == "refused"
    job.update({"reason": {"code": "exhausted", "message": "given up"}})
    claim.set({"user_id": "ada", "token": "t", "lease_until": now() + LEASE, "attempts": 2})
    assert replay(kept, "eve").kind == "later"
    assert failed.kept(store).state == "waiting"
    claim.update({"result": "analysis-1"})
    job.update({"status": "completed"})
    assert replay(kept, "eve").kind == "done"

    assert sent.messages == []
    assert failed.job()["status"] == "completed"
    assert failed.claim()["result"] == "analysis-1"
    assert failed.kept(store).state == "replayed"


def test_what_is_gone_is_dropped_and_what_no_replay_helps_is_refused(client, store, origin) -> None:
    sent = Sent()
    replay, failed = Replay(store, sent), Failed(client, origin)
    kept = failed.filed(store)
    reused = letter(origin, step="ingest", code="reused_id", at=now())
    tick = letter(origin, step="park", at=now())
    for one in (reused, tick):
        store.file(one)

    assert replay(reused, "eve").kind == "refused"
    assert replay(tick, "eve").kind == "refused"
    client.document(failed.job_path).delete()
    assert replay(kept, "eve").kind == "gone"

    assert failed.kept(store).state == "dropped"
    assert failed.audit() == []
    assert sent.messages == []


def test_letters_of_the_erased_are_deleted_not_kept_and_not_replayed(client, store, origin) -> None:
    failed, sent = Failed(client, origin), Sent()
    kept, late = failed.filed(store), failed.letter(message_id="m2")

    assert erase(client, origin.user_id)["letters"] == 1

    assert not store.file(late)
    assert not store.file(replace(late, last_at=now() + LEASE))  # from a function at work meanwhile
    assert Replay(store, sent)(kept, "eve").kind == "settled"
    assert sent.messages == []
    assert list(client.document(f"users/{origin.user_id}").collections()) == []


def test_a_letter_that_an_erasure_left_is_deleted_by_its_replay(client, store, origin) -> None:
    failed, sent = Failed(client, origin), Sent()
    kept = failed.filed(store)
    fields = client.document(f"dead_letters/{kept.id}").get().to_dict()
    erase(client, origin.user_id)
    client.document(f"dead_letters/{kept.id}").set(fields)

    assert Replay(store, sent)(kept, "eve").kind == "erased"

    assert store.read(kept.id) == []
    assert sent.messages == []
    assert list(client.document(f"users/{origin.user_id}").collections()) == []


def test_who_comes_back_once_the_tombstone_is_gone_has_letters_again(client, store, origin) -> None:
    erase(client, origin.user_id)
    tombstone_of(client, origin.user_id).delete()
    failed = Failed(client, origin)

    assert failed.filed(store).state == "waiting"


def test_a_dropped_letter_waits_no_longer_and_says_who_dropped_it(client, store, origin) -> None:
    failed, sent = Failed(client, origin), Sent()
    kept = failed.filed(store)

    assert store.drop(kept, "eve")
    assert not store.drop(kept, "eve")

    assert (failed.kept(store).state, failed.kept(store).by) == ("dropped", "eve")
    assert [record["action"] for record in failed.audit()] == ["drop_dead_letter"]
    assert Replay(store, sent)(kept, "eve").kind == "settled"
    assert (sent.messages, failed.job()["status"]) == ([], "failed")
