"""What Pub/Sub does with failure and with the past: back-off, dead letters, seek, snapshots."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

import grpc
import pytest
from google.api_core import exceptions
from google.cloud.pubsub_v1 import SchemaServiceClient
from google.protobuf.duration_pb2 import Duration
from google.pubsub_v1.services.schema_service.transports import SchemaServiceGrpcTransport

from tests.contract.pubsub_servers import Client, datas, embedded_only
from tests.contract.servers import PROJECT


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def fail(pubsub: Client, subscription: str) -> list[Any]:
    """Nack whatever is there; returns it."""
    received = pubsub.pull(subscription)
    pubsub.deadline(subscription, received, 0)
    return received


def test_failures_are_spaced_by_the_retry_policy(pubsub):
    embedded_only(pubsub, "ignores the retry policy")
    topic = pubsub.topic()
    policy = {"minimum_backoff": Duration(seconds=1), "maximum_backoff": Duration(seconds=600)}
    subscription = pubsub.subscription(topic, retry_policy=policy)
    pubsub.publish(topic)
    fail(pubsub, subscription)
    started = time.monotonic()

    assert pubsub.pull(subscription, wait_s=0.6) == []
    assert len(pubsub.pull(subscription, wait_s=5)) == 1
    assert time.monotonic() - started > 0.9


def test_each_failure_doubles_the_pause(pubsub):
    embedded_only(pubsub, "ignores the retry policy")
    topic = pubsub.topic()
    policy = {
        "minimum_backoff": Duration(nanos=200_000_000),
        "maximum_backoff": Duration(nanos=500_000_000),
    }
    subscription = pubsub.subscription(topic, retry_policy=policy)
    pubsub.publish(topic)
    pauses = []
    for _ in range(4):
        fail(pubsub, subscription)
        started = time.monotonic()
        received = pubsub.pull(subscription, wait_s=5)
        pauses.append(time.monotonic() - started)
        pubsub.deadline(subscription, received, 0)
        time.sleep(0.55)  # the pause of the nack just above, at its longest

    assert 0.15 < pauses[0] < 0.35
    assert all(0.45 < pause < 0.8 for pause in pauses[1:])


def test_a_message_that_always_fails_ends_in_the_dead_letter_topic(pubsub):
    topic, graveyard = pubsub.topic(), pubsub.topic()
    dead = pubsub.subscription(graveyard)
    subscription = pubsub.subscription(
        topic,
        dead_letter_policy={"dead_letter_topic": graveyard, "max_delivery_attempts": 5},
    )
    pubsub.publish(topic, b"poison", user_id="u1")

    attempts = [
        received.delivery_attempt for _ in range(5) for received in fail(pubsub, subscription)
    ]
    # Google's emulator buries a message when it would be delivered once more.
    assert pubsub.pull(subscription, wait_s=0.7) == []
    (received,) = pubsub.collect(dead, 1)

    assert attempts == [1, 2, 3, 4, 5]
    assert received.message.data == b"poison"
    attributes = dict(received.message.attributes)
    published = attributes.pop("CloudPubSubDeadLetterSourceTopicPublishTime")
    assert dt.datetime.fromisoformat(published).tzinfo is not None
    assert attributes == {
        "user_id": "u1",
        "CloudPubSubDeadLetterSourceDeliveryCount": "5",
        "CloudPubSubDeadLetterSourceSubscription": subscription.rsplit("/", 1)[-1],
        "CloudPubSubDeadLetterSourceSubscriptionProject": PROJECT,
    }


def test_a_healthy_message_does_not_die_with_a_poisoned_one(pubsub):
    embedded_only(pubsub, "loses the order after a nack")
    topic, graveyard = pubsub.topic(), pubsub.topic()
    dead = pubsub.subscription(graveyard)
    subscription = pubsub.subscription(
        topic,
        enable_message_ordering=True,
        dead_letter_policy={"dead_letter_topic": graveyard, "max_delivery_attempts": 5},
    )
    pubsub.publish(topic, b"poison", key="k")
    pubsub.publish(topic, b"healthy", key="k")
    for _ in range(5):
        received = pubsub.pull(subscription)
        pubsub.deadline(subscription, received[:1], 0)

    assert datas(pubsub.collect(dead, 1)) == [b"poison"]
    assert datas(pubsub.collect(subscription, 1)) == [b"healthy"]


@pytest.mark.parametrize("attempts", [4, 101])
def test_the_attempts_have_limits(pubsub, attempts):
    topic = pubsub.topic()

    with pytest.raises(exceptions.BadRequest):
        pubsub.subscription(
            topic,
            dead_letter_policy={"dead_letter_topic": topic, "max_delivery_attempts": attempts},
        )


def test_seeking_back_brings_acknowledged_messages_again(pubsub):
    topic = pubsub.topic()
    subscription = pubsub.subscription(topic, retain_acked_messages=True)
    pubsub.publish(topic, b"1")
    time.sleep(0.2)
    moment = now()
    time.sleep(0.2)
    pubsub.publish(topic, b"2")
    pubsub.publish(topic, b"3")
    assert len(pubsub.collect(subscription, 3)) == 3

    pubsub.subscriber.seek(request={"subscription": subscription, "time": moment})

    assert sorted(datas(pubsub.collect(subscription, 2))) == [b"2", b"3"]
    assert pubsub.pull(subscription, wait_s=0.7) == []


def test_seeking_forward_acknowledges_everything(pubsub):
    topic = pubsub.topic()
    subscription = pubsub.subscription(topic)
    pubsub.publish(topic, b"skipped")
    time.sleep(0.2)

    pubsub.subscriber.seek(request={"subscription": subscription, "time": now()})

    assert pubsub.pull(subscription, wait_s=0.7) == []
    pubsub.publish(topic, b"next")
    assert datas(pubsub.collect(subscription, 1)) == [b"next"]


def test_without_retention_seeking_back_brings_only_what_was_not_acknowledged(pubsub):
    topic = pubsub.topic()
    subscription = pubsub.subscription(topic)
    moment = now()
    pubsub.publish(topic, b"done")
    pubsub.collect(subscription, 1)
    pubsub.publish(topic, b"open")

    pubsub.subscriber.seek(request={"subscription": subscription, "time": moment})

    assert datas(pubsub.collect(subscription, 1)) == [b"open"]
    assert pubsub.pull(subscription, wait_s=0.5) == []


def test_a_topic_that_retains_gives_its_past_to_a_new_subscription(pubsub):
    topic = pubsub.publisher.topic_path(PROJECT, f"retains-{time.time_ns()}")
    pubsub.publisher.create_topic(
        request={"name": topic, "message_retention_duration": Duration(seconds=3600)}
    )
    moment = now()
    pubsub.publish(topic, b"before")
    subscription = pubsub.subscription(topic)

    pubsub.subscriber.seek(request={"subscription": subscription, "time": moment})

    assert datas(pubsub.collect(subscription, 1)) == [b"before"]


def test_a_snapshot_restores_what_was_open_and_all_that_came_after(pubsub):
    topic = pubsub.topic()
    subscription = pubsub.subscription(topic)
    snapshot = pubsub.subscriber.snapshot_path(PROJECT, f"snap-{time.time_ns()}")
    pubsub.publish(topic, b"done")
    pubsub.collect(subscription, 1)
    pubsub.publish(topic, b"open")
    made = pubsub.subscriber.create_snapshot(
        request={"name": snapshot, "subscription": subscription}
    )
    pubsub.publish(topic, b"after")
    assert len(pubsub.collect(subscription, 2)) == 2

    pubsub.subscriber.seek(request={"subscription": subscription, "snapshot": snapshot})

    assert sorted(datas(pubsub.collect(subscription, 2))) == [b"after", b"open"]
    assert made.topic == topic
    pubsub.subscriber.delete_snapshot(snapshot=snapshot)
    with pytest.raises(exceptions.NotFound):
        pubsub.subscriber.seek(request={"subscription": subscription, "snapshot": snapshot})


def test_snapshots_are_listed_and_read(pubsub):
    topic = pubsub.topic()
    subscription = pubsub.subscription(topic)
    name = pubsub.subscriber.snapshot_path(PROJECT, f"snap-{time.time_ns()}")
    pubsub.subscriber.create_snapshot(request={"name": name, "subscription": subscription})

    listed = pubsub.subscriber.list_snapshots(project=f"projects/{PROJECT}")

    assert name in {each.name for each in listed}
    assert pubsub.subscriber.get_snapshot(snapshot=name).topic == topic
    assert list(pubsub.publisher.list_topic_snapshots(topic=topic)) == [name]


def test_a_detached_subscription_delivers_nothing_more(pubsub):
    embedded_only(pubsub, "has no DetachSubscription")
    topic = pubsub.topic()
    subscription = pubsub.subscription(topic)
    pubsub.publish(topic)

    pubsub.publisher.detach_subscription(request={"subscription": subscription})

    with pytest.raises(exceptions.FailedPrecondition):
        pubsub.pull(subscription)
    assert pubsub.subscriber.get_subscription(subscription=subscription).detached
    assert list(pubsub.publisher.list_topic_subscriptions(topic=topic)) == []


def test_an_exactly_once_subscriber_is_told_that_its_lease_is_over(pubsub):
    topic = pubsub.topic()
    subscription = pubsub.subscription(topic, enable_exactly_once_delivery=True)
    pubsub.publish(topic)
    stale = fail(pubsub, subscription)

    with pytest.raises(exceptions.BadRequest) as caught:
        pubsub.ack(subscription, stale)

    (info,) = caught.value.details
    assert info.metadata == {stale[0].ack_id: "PERMANENT_FAILURE_INVALID_ACK_ID"}
    assert len(pubsub.collect(subscription, 1)) == 1


def test_schemas_and_iam_are_not_there(pubsub):
    embedded_only(pubsub, "has schemas")
    channel = grpc.insecure_channel(pubsub.address)
    schemas = SchemaServiceClient(transport=SchemaServiceGrpcTransport(channel=channel))

    with pytest.raises(exceptions.MethodNotImplemented, match="the embedded Pub/Sub has no"):
        schemas.get_schema(name=f"projects/{PROJECT}/schemas/s")
    with pytest.raises(exceptions.MethodNotImplemented, match="the embedded Pub/Sub has no"):
        pubsub.publisher.get_iam_policy(request={"resource": pubsub.topic()})
    schemas.transport.close()
