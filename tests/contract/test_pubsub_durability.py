"""What survives kill -9: a real process, killed and started again on the same file and port."""

from __future__ import annotations

import sqlite3
import threading
import time
from typing import TYPE_CHECKING

import pytest
from google.api_core import exceptions
from google.pubsub_v1 import PublisherClient as PlainPublisherClient
from google.pubsub_v1 import PubsubMessage

from tests.contract.pubsub_servers import Client, datas, embedded
from tests.contract.servers import EMBEDDED, EmbeddedProcess

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def process(tmp_path: Path) -> Iterator[EmbeddedProcess]:
    with embedded(tmp_path) as found:
        yield found


@pytest.fixture
def client(process: EmbeddedProcess) -> Iterator[Client]:
    found = Client(EMBEDDED, process.address)
    yield found
    found.close()


def restart(process: EmbeddedProcess) -> None:
    process.kill()
    process.start()


def drain(client: Client, subscription: str) -> set[str]:
    """The ids of everything that is there, acknowledged."""
    found: set[str] = set()
    while pulled := client.pull(subscription, count=1000, wait_s=1):
        client.ack(subscription, pulled)
        found |= {each.message.message_id for each in pulled}
    return found


def test_what_was_published_is_delivered_after_a_kill_and_what_was_acknowledged_is_not(
    process, client
):
    topic = client.topic()
    subscription = client.subscription(topic)
    for data in (b"done", b"leased", b"waiting"):
        client.publish(topic, data)
    done, _ = client.pull(subscription, count=2)
    client.ack(subscription, [done])

    restart(process)

    assert sorted(datas(client.collect(subscription, 2))) == [b"leased", b"waiting"]
    assert client.pull(subscription, wait_s=0.5) == []


def test_no_acknowledged_publish_is_lost_by_kills_in_the_middle_of_a_burst(process, client):
    topic = client.topic()
    subscription = client.subscription(topic)
    confirmed: set[str] = set()
    stop = threading.Event()

    # The generated client: no retries of its own, so that every answer is seen.
    publisher = PlainPublisherClient(transport=client.publisher.transport)
    batch = [PubsubMessage(data=b"x" * 200)] * 50

    def burst() -> None:
        while not stop.is_set():
            try:
                answer = publisher.publish(topic=topic, messages=batch, retry=None, timeout=5)
                confirmed.update(answer.message_ids)
            except exceptions.GoogleAPICallError:
                time.sleep(0.05)

    thread = threading.Thread(target=burst)
    thread.start()
    for _ in range(3):
        time.sleep(0.4)
        restart(process)
        before = len(confirmed)
        while len(confirmed) == before:
            time.sleep(0.05)
    stop.set()
    thread.join()

    assert len(confirmed) > 200
    assert confirmed <= drain(client, subscription)


def test_no_acknowledged_message_returns_after_kills_in_the_middle_of_pulling(process, client):
    topic = client.topic()
    subscription = client.subscription(topic)
    for future in [client.publisher.publish(topic, b"x") for _ in range(600)]:
        future.result(timeout=20)
    acked: set[str] = set()
    for _ in range(3):
        for _ in range(3):
            pulled = client.pull(subscription, count=40)
            client.ack(subscription, pulled)
            acked |= {each.message.message_id for each in pulled}
        client.pull(subscription, count=40)  # leased, and lost with the process
        restart(process)

    rest = drain(client, subscription)

    assert len(acked) >= 9
    assert not acked & rest
    assert len(acked | rest) == 600


def test_attempts_are_counted_across_restarts(process, client):
    topic, graveyard = client.topic(), client.topic()
    dead = client.subscription(graveyard)
    subscription = client.subscription(
        topic, dead_letter_policy={"dead_letter_topic": graveyard, "max_delivery_attempts": 5}
    )
    client.publish(topic, b"poison")
    attempts = []
    for _ in range(5):
        (received,) = client.pull(subscription)
        attempts.append(received.delivery_attempt)
        client.deadline(subscription, [received], 0)
        restart(process)

    assert attempts == [1, 2, 3, 4, 5]
    assert datas(client.collect(dead, 1)) == [b"poison"]


def test_a_late_acknowledgement_counts_after_a_restart(process, client):
    topic = client.topic()
    subscription = client.subscription(topic)
    client.publish(topic)
    received = client.pull(subscription)

    restart(process)
    client.ack(subscription, received)

    assert client.pull(subscription, wait_s=0.7) == []


def test_ids_are_never_given_twice(process, client):
    topic = client.topic()
    subscription = client.subscription(topic)
    first = client.publish(topic)
    client.collect(subscription, 1)
    restart(process)

    second = client.publish(topic)

    assert int(second) > int(first)


def test_what_nobody_can_ask_for_again_leaves_the_file(process, client):
    topic = client.topic()
    subscription = client.subscription(topic)
    client.publish(topic, b"gone")
    client.collect(subscription, 1)
    client.publish(topic, b"stays")

    restart(process)  # a start sweeps
    client.pull(subscription)

    rows = sqlite3.connect(process.database)
    try:
        assert rows.execute("SELECT count(*) FROM pubsub_messages").fetchone() == (1,)
    finally:
        rows.close()
