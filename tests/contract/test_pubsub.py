"""The Pub/Sub contract, through the unmodified client, on our server and on Google's emulator."""

from __future__ import annotations

import threading
import time

import pytest
from google.api_core import exceptions
from google.protobuf.field_mask_pb2 import FieldMask

from tests.contract.pubsub_servers import datas, embedded_only
from tests.contract.servers import PROJECT


def test_a_message_arrives_with_its_data_attributes_and_id(pubsub):
    topic = pubsub.topic()
    subscription = pubsub.subscription(topic)

    identity = pubsub.publish(topic, b"\x00binary", user_id="u1", empty="")

    (received,) = pubsub.pull(subscription)
    assert received.message.data == b"\x00binary"
    assert dict(received.message.attributes) == {"user_id": "u1", "empty": ""}
    assert received.message.message_id == identity
    assert abs(received.message.publish_time.timestamp() - time.time()) < 60
    assert received.delivery_attempt == 0


def test_a_name_is_given_once(pubsub):
    topic = pubsub.topic()
    subscription = pubsub.subscription(topic)

    with pytest.raises(exceptions.AlreadyExists):
        pubsub.publisher.create_topic(name=topic)
    with pytest.raises(exceptions.AlreadyExists):
        pubsub.subscriber.create_subscription(name=subscription, topic=topic)


def test_what_is_not_there_is_not_found(pubsub):
    topic = f"projects/{PROJECT}/topics/nobody-made-this"
    subscription = f"projects/{PROJECT}/subscriptions/nobody-made-this"

    with pytest.raises(exceptions.NotFound):
        pubsub.publisher.get_topic(topic=topic)
    with pytest.raises(exceptions.NotFound):
        pubsub.publish(topic)
    with pytest.raises(exceptions.NotFound):
        pubsub.subscription(topic)
    with pytest.raises(exceptions.NotFound):
        pubsub.pull(subscription)
    with pytest.raises(exceptions.NotFound):
        pubsub.subscriber.delete_subscription(subscription=subscription)


def test_a_name_has_the_services_form(pubsub):
    with pytest.raises(exceptions.InvalidArgument):
        pubsub.publisher.create_topic(name="topics/without-a-project")


def test_a_message_without_data_and_attributes_is_refused(pubsub):
    topic = pubsub.topic()

    with pytest.raises(exceptions.InvalidArgument):
        pubsub.publish(topic, b"")


def test_listings_are_paged_without_loss(pubsub):
    made = {pubsub.topic() for _ in range(5)}
    subscriptions = {pubsub.subscription(sorted(made)[0]) for _ in range(3)}

    pages = list(
        pubsub.publisher.list_topics(
            request={"project": f"projects/{PROJECT}", "page_size": 2}
        ).pages
    )
    listed = pubsub.subscriber.list_subscriptions(
        request={"project": f"projects/{PROJECT}", "page_size": 1}
    )
    of_topic = pubsub.publisher.list_topic_subscriptions(
        request={"topic": sorted(made)[0], "page_size": 2}
    )

    assert made <= {topic.name for page in pages for topic in page.topics}
    assert all(len(page.topics) <= 2 for page in pages)
    assert subscriptions <= {each.name for each in listed}
    assert subscriptions == set(of_topic)


def test_a_mask_changes_what_it_names_and_nothing_else(pubsub):
    topic = pubsub.topic()
    subscription = pubsub.subscription(topic, labels={"old": "1"})

    updated = pubsub.subscriber.update_subscription(
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


def test_each_subscription_gets_its_own_copy(pubsub):
    topic = pubsub.topic()
    first, second = pubsub.subscription(topic), pubsub.subscription(topic)

    pubsub.publish(topic, b"both")

    assert datas(pubsub.collect(first, 1)) == [b"both"]
    assert datas(pubsub.collect(second, 1)) == [b"both"]


def test_a_subscription_gets_what_is_published_after_it(pubsub):
    topic = pubsub.topic()
    pubsub.publish(topic, b"before")
    subscription = pubsub.subscription(topic)
    pubsub.publish(topic, b"after")

    assert datas(pubsub.collect(subscription, 1)) == [b"after"]


def test_an_acknowledged_message_does_not_return(pubsub):
    topic = pubsub.topic()
    subscription = pubsub.subscription(topic)
    pubsub.publish(topic)
    received = pubsub.pull(subscription)
    pubsub.ack(subscription, received)
    pubsub.deadline(subscription, received, 0)

    assert pubsub.pull(subscription, wait_s=1) == []


def test_a_message_returns_after_its_deadline(pubsub):
    topic = pubsub.topic()
    subscription = pubsub.subscription(topic)
    pubsub.publish(topic, b"again")
    pubsub.deadline(subscription, pubsub.pull(subscription), 1)

    assert pubsub.pull(subscription, wait_s=0.5) == []
    assert datas(pubsub.collect(subscription, 1, within_s=5)) == [b"again"]


def test_a_nacked_message_returns_at_once(pubsub):
    topic = pubsub.topic()
    subscription = pubsub.subscription(topic)
    identity = pubsub.publish(topic)
    pubsub.deadline(subscription, pubsub.pull(subscription), 0)

    started = time.monotonic()
    (received,) = pubsub.pull(subscription)

    assert received.message.message_id == identity
    assert time.monotonic() - started < 1.5


def test_a_pull_waits_for_the_first_message(pubsub):
    topic = pubsub.topic()
    subscription = pubsub.subscription(topic)
    timer = threading.Timer(0.7, pubsub.publish, [topic, b"late"])
    timer.start()

    assert datas(pubsub.pull(subscription, wait_s=10)) == [b"late"]
    timer.join()


def test_a_bad_ack_id_or_count_is_refused(pubsub):
    topic = pubsub.topic()
    subscription = pubsub.subscription(topic)

    with pytest.raises(exceptions.InvalidArgument):
        pubsub.subscriber.acknowledge(subscription=subscription, ack_ids=["nonsense"])
    with pytest.raises(exceptions.InvalidArgument):
        pubsub.subscriber.acknowledge(subscription=subscription, ack_ids=[])
    with pytest.raises(exceptions.InvalidArgument):
        pubsub.pull(subscription, count=0)


def test_a_deleted_topic_leaves_its_subscription_what_it_is_owed(pubsub):
    topic = pubsub.topic()
    subscription = pubsub.subscription(topic)
    pubsub.publish(topic, b"owed")
    pubsub.publisher.delete_topic(topic=topic)

    with pytest.raises(exceptions.NotFound):
        pubsub.publish(topic)
    assert pubsub.subscriber.get_subscription(subscription=subscription).topic == "_deleted-topic_"
    assert datas(pubsub.collect(subscription, 1)) == [b"owed"]


def test_a_topic_made_again_starts_empty(pubsub):
    topic = pubsub.topic()
    pubsub.subscription(topic)
    pubsub.publish(topic, b"old")
    pubsub.publisher.delete_topic(topic=topic)
    pubsub.publisher.create_topic(name=topic)
    subscription = pubsub.subscription(topic)

    pubsub.publish(topic, b"new")

    assert datas(pubsub.collect(subscription, 1)) == [b"new"]


def test_a_key_pauses_while_an_earlier_message_is_out(pubsub):
    topic = pubsub.topic()
    subscription = pubsub.subscription(topic, enable_message_ordering=True)
    for data in (b"1", b"2"):
        pubsub.publish(topic, data, key="k")
    first = pubsub.pull(subscription, count=1)

    assert datas(first) == [b"1"]
    assert pubsub.pull(subscription, wait_s=0.7) == []
    pubsub.ack(subscription, first)
    assert datas(pubsub.collect(subscription, 1)) == [b"2"]


def test_a_nack_brings_back_the_tail_of_its_key_in_order(pubsub):
    embedded_only(pubsub, "loses the order after a nack")
    topic = pubsub.topic()
    subscription = pubsub.subscription(topic, enable_message_ordering=True)
    for data in (b"1", b"2", b"3"):
        pubsub.publish(topic, data, key="k")
    pubsub.publish(topic, b"other", key="l")
    received = pubsub.pull(subscription)
    assert datas(received) == [b"1", b"2", b"3", b"other"]

    pubsub.ack(subscription, received[1:2])  # overtakes the first: void once the first fails
    pubsub.deadline(subscription, received[:1], 0)
    pubsub.ack(subscription, received[2:])

    assert datas(pubsub.collect(subscription, 3)) == [b"1", b"2", b"3"]


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
def test_a_filter_lets_through_what_it_says(pubsub, text, wanted):
    embedded_only(pubsub, "ignores filters")
    topic = pubsub.topic()
    subscription = pubsub.subscription(topic, filter=text)
    pubsub.publish(topic, b"upload", upload_id="1")
    pubsub.publish(topic, b"high", priority="high")
    pubsub.publish(topic, b"low", priority="low")
    pubsub.publish(topic, b"both", upload_id="1", priority="high")

    assert {each.decode() for each in datas(pubsub.pull(subscription))} == wanted


def test_a_filter_that_does_not_parse_is_refused(pubsub):
    embedded_only(pubsub, "ignores filters")
    topic = pubsub.topic()

    with pytest.raises(exceptions.InvalidArgument, match="expected"):
        pubsub.subscription(topic, filter='attributes.priority = high"')
