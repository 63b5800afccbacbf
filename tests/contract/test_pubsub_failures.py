"""What Pub/Sub does with failure and with the past: back-off, dead letters, seek, snapshots."""

from __future__ import annotations

import datetime as dt
import time
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from google.api_core import exceptions
from google.cloud.pubsub_v1 import SchemaServiceClient
from google.protobuf.duration_pb2 import Duration
from google.pubsub_v1.services.schema_service.transports import SchemaServiceGrpcTransport

from tests.contract.pubsub_servers import Client, connected, datas, embedded_only
from tests.contract.servers import EMBEDDED, OFFICIAL, PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module", params=[EMBEDDED, OFFICIAL])
def client(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Client]:
    with connected(request.param, tmp_path_factory.mktemp("pubsub")) as found:
        yield found


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def fail(client: Client, subscription: str) -> list[Any]:
    """Nack whatever is there; returns it."""
    received = client.pull(subscription)
    client.deadline(subscription, received, 0)
    return received


def test_failures_are_spaced_by_the_retry_policy(client):
    embedded_only(client, "ignores the retry policy")
    topic = client.topic()
    policy = {"minimum_backoff": Duration(seconds=1), "maximum_backoff": Duration(seconds=600)}
    subscription = client.subscription(topic, retry_policy=policy)
    client.publish(topic)
    fail(client, subscription)
    started = time.monotonic()

    assert client.pull(subscription, wait_s=0.6) == []
    assert len(client.pull(subscription, wait_s=5)) == 1
    assert time.monotonic() - started > 0.9


def test_each_failure_doubles_the_pause(client):
    embedded_only(client, "ignores the retry policy")
    topic = client.topic()
    policy = {
        "minimum_backoff": Duration(nanos=200_000_000),
        "maximum_backoff": Duration(nanos=500_000_000),
    }
    subscription = client.subscription(topic, retry_policy=policy)
    client.publish(topic)
    pauses = []
    for _ in range(4):
        fail(client, subscription)
        started = time.monotonic()
        received = client.pull(subscription, wait_s=5)
        pauses.append(time.monotonic() - started)
        client.deadline(subscription, received, 0)
        time.sleep(0.55)  # the pause of the nack just above, at its longest

    assert 0.15 < pauses[0] < 0.35
    assert all(0.45 < pause < 0.8 for pause in pauses[1:])


def test_a_message_that_always_fails_ends_in_the_dead_letter_topic(client):
    topic, graveyard = client.topic(), client.topic()
    dead = client.subscription(graveyard)
    subscription = client.subscription(
        topic,
        dead_letter_policy={"dead_letter_topic": graveyard, "max_delivery_attempts": 5},
    )
    client.publish(topic, b"poison", user_id="u1")

    attempts = [
        received.delivery_attempt for _ in range(5) for received in fail(client, subscription)
    ]
    # Google's emulator buries a message when it would be delivered once more.
    assert client.pull(subscription, wait_s=0.7) == []
    (received,) = client.collect(dead, 1)

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


def test_a_healthy_message_does_not_die_with_a_poisoned_one(client):
    embedded_only(client, "loses the order after a nack")
    topic, graveyard = client.topic(), client.topic()
    dead = client.subscription(graveyard)
    subscription = client.subscription(
        topic,
        enable_message_ordering=True,
        dead_letter_policy={"dead_letter_topic": graveyard, "max_delivery_attempts": 5},
    )
    client.publish(topic, b"poison", key="k")
    client.publish(topic, b"healthy", key="k")
    for _ in range(5):
        received = client.pull(subscription)
        client.deadline(subscription, received[:1], 0)

    assert datas(client.collect(dead, 1)) == [b"poison"]
    assert datas(client.collect(subscription, 1)) == [b"healthy"]


@pytest.mark.parametrize("attempts", [4, 101])
def test_the_attempts_have_limits(client, attempts):
    topic = client.topic()

    with pytest.raises(exceptions.BadRequest):
        client.subscription(
            topic,
            dead_letter_policy={"dead_letter_topic": topic, "max_delivery_attempts": attempts},
        )


def test_seeking_back_brings_acknowledged_messages_again(client):
    topic = client.topic()
    subscription = client.subscription(topic, retain_acked_messages=True)
    client.publish(topic, b"1")
    time.sleep(0.2)
    moment = now()
    time.sleep(0.2)
    client.publish(topic, b"2")
    client.publish(topic, b"3")
    assert len(client.collect(subscription, 3)) == 3

    client.subscriber.seek(request={"subscription": subscription, "time": moment})

    assert sorted(datas(client.collect(subscription, 2))) == [b"2", b"3"]
    assert client.pull(subscription, wait_s=0.7) == []


def test_seeking_forward_acknowledges_everything(client):
    topic = client.topic()
    subscription = client.subscription(topic)
    client.publish(topic, b"skipped")
    time.sleep(0.2)

    client.subscriber.seek(request={"subscription": subscription, "time": now()})

    assert client.pull(subscription, wait_s=0.7) == []
    client.publish(topic, b"next")
    assert datas(client.collect(subscription, 1)) == [b"next"]


def test_without_retention_seeking_back_brings_only_what_was_not_acknowledged(client):
    topic = client.topic()
    subscription = client.subscription(topic)
    moment = now()
    client.publish(topic, b"done")
    client.collect(subscription, 1)
    client.publish(topic, b"open")

    client.subscriber.seek(request={"subscription": subscription, "time": moment})

    assert datas(client.collect(subscription, 1)) == [b"open"]
    assert client.pull(subscription, wait_s=0.5) == []


def test_a_topic_that_retains_gives_its_past_to_a_new_subscription(client):
    topic = client.publisher.topic_path(PROJECT, f"retains-{time.time_ns()}")
    client.publisher.create_topic(
        request={"name": topic, "message_retention_duration": Duration(seconds=3600)}
    )
    moment = now()
    client.publish(topic, b"before")
    subscription = client.subscription(topic)

    client.subscriber.seek(request={"subscription": subscription, "time": moment})

    assert datas(client.collect(subscription, 1)) == [b"before"]


def test_a_snapshot_restores_what_was_open_and_all_that_came_after(client):
    topic = client.topic()
    subscription = client.subscription(topic)
    snapshot = client.subscriber.snapshot_path(PROJECT, f"snap-{time.time_ns()}")
    client.publish(topic, b"done")
    client.collect(subscription, 1)
    client.publish(topic, b"open")
    made = client.subscriber.create_snapshot(
        request={"name": snapshot, "subscription": subscription}
    )
    client.publish(topic, b"after")
    assert len(client.collect(subscription, 2)) == 2

    client.subscriber.seek(request={"subscription": subscription, "snapshot": snapshot})

    assert sorted(datas(client.collect(subscription, 2))) == [b"after", b"open"]
    assert made.topic == topic
    client.subscriber.delete_snapshot(snapshot=snapshot)
    with pytest.raises(exceptions.NotFound):
        client.subscriber.seek(request={"subscription": subscription, "snapshot": snapshot})


def test_snapshots_are_listed_and_read(client):
    topic = client.topic()
    subscription = client.subscription(topic)
    name = client.subscriber.snapshot_path(PROJECT, f"snap-{time.time_ns()}")
    client.subscriber.create_snapshot(request={"name": name, "subscription": subscription})

    listed = client.subscriber.list_snapshots(project=f"projects/{PROJECT}")

    assert name in {each.name for each in listed}
    assert client.subscriber.get_snapshot(snapshot=name).topic == topic
    assert list(client.publisher.list_topic_snapshots(topic=topic)) == [name]


def test_a_detached_subscription_delivers_nothing_more(client):
    embedded_only(client, "has no DetachSubscription")
    topic = client.topic()
    subscription = client.subscription(topic)
    client.publish(topic)

    client.publisher.detach_subscription(request={"subscription": subscription})

    with pytest.raises(exceptions.FailedPrecondition):
        client.pull(subscription)
    assert client.subscriber.get_subscription(subscription=subscription).detached
    assert list(client.publisher.list_topic_subscriptions(topic=topic)) == []


def test_an_exactly_once_subscriber_is_told_that_its_lease_is_over(client):
    topic = client.topic()
    subscription = client.subscription(topic, enable_exactly_once_delivery=True)
    client.publish(topic)
    stale = fail(client, subscription)

    with pytest.raises(exceptions.BadRequest) as caught:
        client.ack(subscription, stale)

    (info,) = caught.value.details
    assert info.metadata == {stale[0].ack_id: "PERMANENT_FAILURE_INVALID_ACK_ID"}
    assert len(client.collect(subscription, 1)) == 1


def test_schemas_and_iam_are_not_there(client):
    embedded_only(client, "has schemas")
    channel = grpc.insecure_channel(client.address)
    schemas = SchemaServiceClient(transport=SchemaServiceGrpcTransport(channel=channel))

    with pytest.raises(exceptions.MethodNotImplemented, match="the embedded Pub/Sub has no"):
        schemas.get_schema(name=f"projects/{PROJECT}/schemas/s")
    with pytest.raises(exceptions.MethodNotImplemented, match="the embedded Pub/Sub has no"):
        client.publisher.get_iam_policy(request={"resource": client.topic()})
    schemas.transport.close()
