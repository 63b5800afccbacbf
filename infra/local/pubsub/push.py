"""Push: each message as an HTTP request to the subscription's endpoint; its status answers."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
from typing import TYPE_CHECKING

import aiohttp

from infra.local.pubsub.backlog import Room
from infra.local.pubsub.feed import AckId

if TYPE_CHECKING:
    from collections.abc import Sequence

    from infra.local.pubsub.feed import Feed
    from infra.local.pubsub.tokens import TokenIssuer
    from infra.local.pubsub.wire import PubsubMessage, ReceivedMessage

logger = logging.getLogger(__name__)

CONCURRENCY = 16  # requests in flight for one subscription
MAX_BATCH_BYTES = 64 * 1024 * 1024
LEASE_MARGIN_S = 5  # the request's own timeout decides, not the lease behind it
# Servers close idle connections after a second or two: reuse none that may be closing.
KEEPALIVE_S = 0.9
# The statuses that acknowledge, after https://cloud.google.com/pubsub/docs/push
ACKNOWLEDGED = frozenset({102, 200, 201, 202, 204})
USER_AGENT = "CloudPubSub-Google"


def http_client() -> aiohttp.ClientSession:
    """The client that pushes go through; never by way of a proxy, and without a memory of its own.

    Of an answer only its status counts: what it is packed in stays packed.
    """
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEPALIVE_S),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"user-agent": USER_AGENT},
        skip_auto_headers=("content-type",),  # a message without one is sent without one
        auto_decompress=False,
        trust_env=False,
    )


class PushConsumer:
    """Takes a subscription's messages and posts them, a bounded number at a time."""

    def __init__(self, feed: Feed, client: aiohttp.ClientSession, tokens: TokenIssuer) -> None:
        self._feed = feed
        self._client = client
        self._tokens = tokens
        self._out = 0
        self._tasks: set[asyncio.Task[None]] = set()

    def room(self) -> Room:
        """One message of an ordering key at a time; the next after its answer."""
        lease_s = self._feed.config.ack_deadline_seconds + LEASE_MARGIN_S
        return Room(CONCURRENCY - self._out, MAX_BATCH_BYTES, lease_s, one_per_key=True)

    def deliver(self, messages: Sequence[ReceivedMessage]) -> None:
        """Send each on its own."""
        for each in messages:
            self._out += 1
            task = asyncio.get_running_loop().create_task(self._send(each))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def settled(self, size: int) -> None:
        """Make room for another."""
        self._out -= 1

    def closed(self, reason: Exception) -> None:
        """Stop; what was under way is delivered again by whoever comes next."""
        for task in self._tasks:
            task.cancel()

    async def stop(self) -> None:
        """Take nothing more, end the requests, and wait until they are gone."""
        self._feed.leave(self)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _send(self, received: ReceivedMessage) -> None:
        ack_id = AckId.parse(received.ack_id)
        answer = "cancelled"
        try:
            answer = await self._post(received)
        except asyncio.CancelledError:
            self._feed.release([ack_id])
            raise
        if answer.isdecimal() and int(answer) in ACKNOWLEDGED:
            self._feed.acknowledge([ack_id])
            return
        logger.warning(
            "push not acknowledged",
            extra={
                "fields": {
                    "subscription": self._feed.name,
                    "endpoint": self._feed.config.push_config.push_endpoint,
                    "message_id": received.message.message_id,
                    "answer": answer,
                }
            },
        )
        self._feed.extend([ack_id], 0)

    async def _post(self, received: ReceivedMessage) -> str:
        """The status, or the name of what went wrong."""
        timeout_s = self._feed.config.ack_deadline_seconds
        push = self._feed.config.push_config
        body, headers = _request(received, self._feed)
        if push.oidc_token.service_account_email:
            audience = push.oidc_token.audience or push.push_endpoint
            token = self._tokens.bearer(push.oidc_token.service_account_email, audience)
            headers["authorization"] = f"Bearer {token}"
        patience = aiohttp.ClientTimeout(timeout_s)
        try:
            async with self._client.post(
                push.push_endpoint,
                data=body,
                headers=headers,
                timeout=patience,
                allow_redirects=False,
            ) as response:
                await response.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            return type(error).__name__
        return str(response.status)


def _request(received: ReceivedMessage, feed: Feed) -> tuple[bytes, dict[str, str]]:
    if feed.config.push_config.HasField("no_wrapper"):
        return _unwrapped(received, feed)
    return _wrapped(received, feed), {"content-type": "application/json"}


def _wrapped(received: ReceivedMessage, feed: Feed) -> bytes:
    """The service's JSON envelope, with both spellings of its names as it sends them."""
    message = received.message
    published = _timestamp(message)
    inner: dict[str, object] = {
        "data": base64.b64encode(message.data).decode(),
        "messageId": message.message_id,
        "message_id": message.message_id,
        "publishTime": published,
        "publish_time": published,
    }
    if message.attributes:
        inner["attributes"] = dict(message.attributes)
    if message.ordering_key:
        inner["orderingKey"] = message.ordering_key
    envelope: dict[str, object] = {"message": inner, "subscription": feed.name}
    if received.delivery_attempt:
        envelope["deliveryAttempt"] = received.delivery_attempt
    return json.dumps(envelope).encode()


def _unwrapped(received: ReceivedMessage, feed: Feed) -> tuple[bytes, dict[str, str]]:
    """The data as it is; with `write_metadata`, the attributes and the metadata as headers."""
    message = received.message
    headers: dict[str, str] = {}
    if feed.config.push_config.no_wrapper.write_metadata:
        headers.update(
            {key: value for key, value in message.attributes.items() if _is_header(key, value)}
        )
        headers["x-goog-pubsub-subscription-name"] = feed.name
        headers["x-goog-pubsub-message-id"] = message.message_id
        headers["x-goog-pubsub-publish-time"] = _timestamp(message)
        if received.delivery_attempt:
            headers["x-goog-pubsub-delivery-attempt"] = str(received.delivery_attempt)
        if message.ordering_key and _is_header("x", message.ordering_key):
            headers["x-goog-pubsub-ordering-key"] = message.ordering_key
    return message.data, headers


def _is_header(key: str, value: str) -> bool:
    """Only printable ASCII travels in a header; anything else would break the request."""
    return (key + value).isascii() and (key + value).isprintable() and " " not in key


def _timestamp(message: PubsubMessage) -> str:
    """RFC 3339 with milliseconds, as the service writes it."""
    time = message.publish_time.ToDatetime()
    return f"{time.isoformat(timespec='milliseconds')}Z"
