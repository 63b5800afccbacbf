"""The Pub/Sub servers that the contract is held against, ours and Google's, and a client."""

from __future__ import annotations

import contextlib
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from google.api_core import exceptions
from google.cloud import pubsub_v1
from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport

from tests.contract.servers import OFFICIAL, PROJECT, EmbeddedProcess, embedded_process, emulator

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

_JARS = "platform/pubsub-emulator/lib/cloud-pubsub-emulator-*.jar"


def embedded(folder: Path) -> AbstractContextManager[EmbeddedProcess]:
    """Our server on a file in this folder."""
    return embedded_process("pubsub_process.py", folder / "pubsub.db")


def official() -> AbstractContextManager[str]:
    """Google's emulator's address; skips where there is none."""
    return emulator("Pub/Sub", _JARS, lambda jar: ["-jar", jar])


@contextlib.contextmanager
def server(kind: str, folder: Path) -> Iterator[str]:
    """The address of a fresh server of either kind."""
    if kind == OFFICIAL:
        with official() as address:
            yield address
    else:
        with embedded(folder) as process:
            yield process.address


class Client:
    """The unmodified clients on one server, and names that nobody else uses."""

    def __init__(self, kind: str, address: str) -> None:
        self.kind = kind
        self.address = address
        # One channel for each: the clients close their own.
        self.publisher = pubsub_v1.PublisherClient(
            publisher_options=pubsub_v1.types.PublisherOptions(enable_message_ordering=True),
            transport=PublisherGrpcTransport(channel=grpc.insecure_channel(address)),
        )
        self.subscriber = pubsub_v1.SubscriberClient(
            transport=SubscriberGrpcTransport(channel=grpc.insecure_channel(address))
        )

    def close(self) -> None:
        self.publisher.stop()
        self.publisher.transport.close()
        self.subscriber.close()

    def topic(self) -> str:
        name: str = self.publisher.topic_path(PROJECT, f"t-{uuid.uuid4().hex[:12]}")
        self.publisher.create_topic(name=name)
        return name

    def subscription(self, topic: str, **config: Any) -> str:
        name: str = self.subscriber.subscription_path(PROJECT, f"s-{uuid.uuid4().hex[:12]}")
        self.subscriber.create_subscription(
            request={"name": name, "topic": topic, "ack_deadline_seconds": 10, **config}
        )
        return name

    def publish(self, topic: str, data: bytes = b"x", key: str = "", **attributes: str) -> str:
        future = self.publisher.publish(topic, data, ordering_key=key, **attributes)
        return str(future.result(timeout=10))

    def pull(self, subscription: str, count: int = 100, wait_s: float = 2.0) -> list[Any]:
        """One pull; nothing within the wait is an empty list, whichever way the server says so."""
        try:
            response = self.subscriber.pull(
                subscription=subscription, max_messages=count, timeout=wait_s, retry=None
            )
        except exceptions.DeadlineExceeded:
            return []
        return list(response.received_messages)

    def collect(self, subscription: str, count: int, within_s: float = 10.0) -> list[Any]:
        """Pull and acknowledge until `count` messages came."""
        deadline = time.monotonic() + within_s
        found: list[Any] = []
        while len(found) < count and time.monotonic() < deadline:
            pulled = self.pull(subscription)
            self.ack(subscription, pulled)
            found += pulled
        return found

    def ack(self, subscription: str, received: list[Any]) -> None:
        if received:
            self.subscriber.acknowledge(
                subscription=subscription, ack_ids=[each.ack_id for each in received]
            )

    def deadline(self, subscription: str, received: list[Any], seconds: int) -> None:
        self.subscriber.modify_ack_deadline(
            subscription=subscription,
            ack_ids=[each.ack_id for each in received],
            ack_deadline_seconds=seconds,
        )


@contextlib.contextmanager
def connected(kind: str, folder: Path) -> Iterator[Client]:
    """A client on a fresh server of either kind."""
    with server(kind, folder) as address:
        client = Client(kind, address)
        try:
            yield client
        finally:
            client.close()


def embedded_only(client: Client, reason: str) -> None:
    """Skip on Google's emulator, with the gap that it has."""
    if client.kind == OFFICIAL:
        pytest.skip(f"Google's emulator {reason}")


def datas(received: list[Any]) -> list[bytes]:
    """What the messages carry."""
    return [each.message.data for each in received]
