"""Streaming pull through the unmodified client, on our server and on Google's emulator."""

from __future__ import annotations

import contextlib
import threading
import time
from typing import TYPE_CHECKING, Any

from google.cloud.pubsub_v1.types import FlowControl

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.contract.pubsub_servers import Client


@contextlib.contextmanager
def streaming(
    pubsub: Client, subscription: str, callback: Callable[..., None], **options: Any
) -> Iterator[None]:
    """A subscriber that is cancelled, and awaited, at the end."""
    stream = pubsub.subscriber.subscribe(subscription, callback, **options)
    try:
        yield
    finally:
        stream.cancel()
        stream.result(timeout=10)


def test_a_stream_delivers_everything_once_to_its_callback(pubsub):
    topic = pubsub.topic()
    subscription = pubsub.subscription(topic)
    lock = threading.Lock()
    seen: list[bytes] = []
    done = threading.Event()

    def callback(message) -> None:
        with lock:
            seen.append(message.data)
            if len(seen) == 500:
                done.set()
        message.ack()

    with streaming(pubsub, subscription, callback):
        futures = [pubsub.publisher.publish(topic, str(n).encode()) for n in range(500)]
        for future in futures:
            future.result(timeout=30)
        assert done.wait(30)
        time.sleep(0.3)  # a second copy would come about now

    assert sorted(seen) == sorted(str(n).encode() for n in range(500))


def test_a_stream_of_nacks_loses_nothing(pubsub):
    topic = pubsub.topic()
    subscription = pubsub.subscription(topic)
    lock = threading.Lock()
    tries: dict[str, int] = {}
    acked: set[str] = set()
    done = threading.Event()

    def callback(message) -> None:
        with lock:
            tries[message.message_id] = tries.get(message.message_id, 0) + 1
            refuse = tries[message.message_id] < 4
            if not refuse:
                acked.add(message.message_id)
            if len(acked) == 100:
                done.set()
        message.nack() if refuse else message.ack()

    with streaming(pubsub, subscription, callback):
        for future in [pubsub.publisher.publish(topic, b"x") for _ in range(100)]:
            future.result(timeout=30)
        assert done.wait(60)

    assert set(tries.values()) <= {4, 5}


def test_flow_control_bounds_what_is_out(pubsub):
    topic = pubsub.topic()
    subscription = pubsub.subscription(topic)
    held: list[Any] = []
    enough = threading.Event()

    def callback(message) -> None:
        held.append(message)
        if len(held) == 3:
            enough.set()

    for _ in range(20):
        pubsub.publish(topic)
    flow = FlowControl(max_messages=3)
    with streaming(pubsub, subscription, callback, flow_control=flow):
        assert enough.wait(10)
        time.sleep(0.5)
        assert len(held) == 3
        for message in held:
            message.ack()
        deadline = time.monotonic() + 10
        while len(held) < 6 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert len(held) == 6


def test_messages_of_a_key_arrive_in_order(pubsub):
    topic = pubsub.topic()
    subscription = pubsub.subscription(topic, enable_message_ordering=True)
    order: dict[str, list[int]] = {"a": [], "b": [], "c": []}
    done = threading.Event()

    def callback(message) -> None:
        order[message.ordering_key].append(int(message.data))
        message.ack()
        if sum(map(len, order.values())) == 300:
            done.set()

    with streaming(pubsub, subscription, callback):
        for n in range(100):
            for key in order:
                pubsub.publisher.publish(topic, str(n).encode(), ordering_key=key)
        assert done.wait(60)

    assert all(numbers == list(range(100)) for numbers in order.values())
