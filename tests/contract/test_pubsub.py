"""The Pub/Sub contract, through the unmodified client, on our server and on Google's emulator."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest
from google.api_core import exceptions
from google.protobuf.field_mask_pb2 import FieldMask

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


def test_a_message_arrives_with_its_data_attributes_and_id(client):
    topic = client.topic()
    subscription = client.subscription(topic)

    identity = client.publish(topic, b"\x00binary", user_id="u1", empty="")

    (received,) = client.pull(subscription)
    assert received.message.data == b"\x00binary"
    assert dict(received.message.attributes) == {"user_id": "u1", "empty": ""}
    assert received.message.message_id == identity
    assert abs(received.message.publish_time.timestamp() - time.time()) < 60
    assert received.delivery_attempt == 0


def test_a_name_is_given_once(client):
    topic = client.topic()
    subscription = client.subscription(topic)

    with pytest.raises(exceptions.AlreadyExists):
        client.publisher.create_topic(name=topic)
    with pytest.raises(exceptions.AlreadyExists):
        client.subscriber.create_subscription(name=subscription, topic=topic)


def test_what_is_not_there_is_not_found(client):
    topic = f"projects/{PROJECT}/topics/nobody-made-this"
    subscription = f"projects/{PROJECT}/subscriptions/nobody-made-this"

    with pytest.raises(exceptions.NotFound):
        client.publisher.get_topic(topic=topic)
    with pytest.raises(exceptions.NotFound):
        client.publish(topic)
    with pytest.raises(exceptions.NotFound):
        client.subscription(topic)
    with pytest.raises(exceptions.NotFound):
        client.pull(subscription)
    with pytest.raises(exceptions.NotFound):
        client.subscriber.delete_subscription(subscription=subscription)


def test_a_name_has_the_services_form(client):
    with pytest.raises(exceptions.InvalidArgument):
        client.publisher.create_topic(name="topics/without-a-project")


def test_a_message_without_data_and_attributes_is_refused(client):
    topic = client.topic()

    with pytest.raises(exceptions.InvalidArgument):
        client.publish(topic, b"")


def test_listings_are_paged_without_loss(client):
    made = {client.topic() for _ in range(5)}
    subscriptions = {client.subscription(sorted(made)[0]) for _ in range(3)}

    pages = list(
        client.publisher.list_topics(
            request={"project": f"projects/{PROJECT}", "page_size": 2}
        ).pages
    )
    listed = client.subscriber.list_subscriptions(
        request={"project": f"projects/{PROJECT}", "page_size": 1}
    )
    of_topic = client.publisher.list_topic_subscriptions(
        request={"topic": sorted(made)[0], "page_size": 2}
    )

    assert made <= {topic.name for page in pages for topic in page.topics}
    assert all(len(page.topics) <= 2 for page in pages)
    assert subscriptions <= {each.name for each in listed}
    assert subscriptions == set(of_topic)


def test_a_mask_changes_what_it_names_and_nothing_else(client):
    topic = client.topic()
    subscription = client.subscription(topic, labels={"old": "1"})

    updated = client.subscriber.update_subscription(
        subscription={
            "name": subscription,
            "topic": topic,
            "ack_deadline_seconds": 42,
            "labels": {"new": "2"},
        },
        update_mask=FieldMask(paths=["ack_deadline_seconds"]),
    )

    assert updated.ack_deadline_seconds == 42
    assert dict(updated.labels) == {"old": "1"}


def test_each_subscription_gets_its_own_copy(client):
    topic = client.topic()
    first, second = client.subscription(topic), client.subscription(topic)

    client.publish(topic, b"both")

    assert datas(client.collect(first, 1)) == [b"both"]
    assert datas(client.collect(second, 1)) == [b"both"]


def test_a_subscription_gets_what_is_published_after_it(client):
    topic = client.topic()
    client.publish(topic, b"before")
    subscription = client.subscription(topic)
    client.publish(topic, b"after")

    assert datas(client.collect(subscription, 1)) == [b"after"]


def test_an_acknowledged_message_does_not_return(client):
    topic = client.topic()
    subscription = client.subscription(topic)
    client.publish(topic)
    received = client.pull(subscription)
    client.ack(subscription, received)
    client.deadline(subscription, received, 0)

    assert client.pull(subscription, wait_s=1) == []


def test_a_message_returns_after_its_deadline(client):
    topic = client.topic()
    subscription = client.subscription(topic)
    client.publish(topic, b"again")
    client.deadline(subscription, client.pull(subscription), 1)

    assert client.pull(subscription, wait_s=0.5) == []
    assert datas(client.collect(subscription, 1, within_s=5)) == [b"again"]


def test_a_nacked_message_returns_at_once(client):
    topic = client.topic()
    subscription = client.subscription(topic)
    identity = client.publish(topic)
    client.deadline(subscription, client.pull(subscription), 0)

    started = time.monotonic()
    (received,) = client.pull(subscription)

    assert received.message.message_id == identity
    assert time.monotonic() - started < 1.5


def test_a_pull_waits_for_the_first_message(client):
    topic = client.topic()
    subscription = client.subscription(topic)
    timer = threading.Timer(0.7, client.publish, [topic, b"late"])
    timer.start()

    assert datas(client.pull(subscription, wait_s=10)) == [b"late"]
    timer.join()


def test_a_bad_ack_id_or_count_is_refused(client):
    topic = client.topic()
    subscription = client.subscription(topic)

    with pytest.raises(exceptions.InvalidArgument):
        client.subscriber.acknowledge(subscription=subscription, ack_ids=["nonsense"])
    with pytest.raises(exceptions.InvalidArgument):
        client.subscriber.acknowledge(subscription=subscription, ack_ids=[])
    with pytest.raises(exceptions.InvalidArgument):
        client.pull(subscription, count=0)


def test_a_deleted_topic_leaves_its_subscription_what_it_is_owed(client):
    topic = client.topic()
    subscription = client.subscription(topic)
    client.publish(topic, b"owed")
    client.publisher.delete_topic(topic=topic)

    with pytest.raises(exceptions.NotFound):
        client.publish(topic)
    assert client.subscriber.get_subscription(subscription=subscription).topic == "_deleted-topic_"
    assert datas(client.collect(subscription, 1)) == [b"owed"]


def test_a_topic_made_again_starts_empty(client):
    topic = client.topic()
    client.subscription(topic)
    client.publish(topic, b"old")
    client.publisher.delete_topic(topic=topic)
    client.publisher.create_topic(name=topic)
    subscription = client.subscription(topic)

    client.publish(topic, b"new")

    assert datas(client.collect(subscription, 1)) == [b"new"]


def test_a_key_pauses_while_an_earlier_message_is_out(client):
    topic = client.topic()
    subscription = client.subscription(topic, enable_message_ordering=True)
    for data in (b"1", b"2"):
        client.publish(topic, data, key="k")
    first = client.pull(subscription, count=1)

    assert datas(first) == [b"1"]
    assert client.pull(subscription, wait_s=0.7) == []
    client.ack(subscription, first)
    assert datas(client.collect(subscription, 1)) == [b"2"]


def test_a_nack_brings_back_the_tail_of_its_key_in_order(client):
    embedded_only(client, "loses the order after a nack")
    topic = client.topic()
    subscription = client.subscription(topic, enable_message_ordering=True)
    for data in (b"1", b"2", b"3"):
        client.publish(topic, data, key="k")
    client.publish(topic, b"other", key="l")
    received = client.pull(subscription)
    assert datas(received) == [b"1", b"2", b"3", b"other"]

    client.ack(subscription, received[1:2])  # overtakes the first: void once the first fails
    client.deadline(subscription, received[:1], 0)
    client.ack(subscription, received[2:])

    assert datas(client.collect(subscription, 3)) == [b"1", b"2", b"3"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("attributes:upload_id", {"upload", "both"}),
        ('attributes.priority = "high"', {"high", "both"}),
        ('attributes.priority != "high"', {"upload", "low"}),
        ('hasPrefix(attributes.priority, "h")', {"high", "both"}),
        ('attributes:upload_id AND attributes.priority = "high"', {"both"}),
        ('attributes:upload_id OR attributes.priority = "low"', {"upload", "low", "both"}),
        ("NOT attributes:upload_id", {"high", "low"}),
        (
            'attributes:priority AND -(attributes:upload_id OR attributes."priority"="low")',
            {"high"},
        ),
    ],
)
def test_a_filter_lets_through_what_it_says(client, text, wanted):
    embedded_only(client, "ignores filters")
    topic = client.topic()
    subscription = client.subscription(topic, filter=text)
    client.publish(topic, b"upload", upload_id="1")
    client.publish(topic, b"high", priority="high")
    client.publish(topic, b"low", priority="low")
    client.publish(topic, b"both", upload_id="1", priority="high")

    assert {each.decode() for each in datas(client.pull(subscription))} == wanted


def test_a_filter_that_does_not_parse_is_refused(client):
    embedded_only(client, "ignores filters")
    topic = client.topic()

    with pytest.raises(exceptions.InvalidArgument, match="expected"):
        client.subscription(topic, filter='attributes.priority = high"')
