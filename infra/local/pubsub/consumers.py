"""Pull and streaming pull: the two ways a subscriber takes messages itself."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from infra.local.pubsub.backlog import Room
from infra.local.pubsub.errors import invalid
from infra.local.pubsub.feed import MAX_TAKE, AckId
from infra.local.pubsub.rules import MAX_ACK_DEADLINE_S, MIN_ACK_DEADLINE_S
from infra.local.pubsub.wire import ReceivedMessage, StreamingPullRequest, StreamingPullResponse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from infra.local.pubsub.feed import Feed


MAX_RESPONSE_BYTES = 4_000_000  # below gRPC's default limit on a message, for other clients
UNLIMITED = 2**62


class PullConsumer:
    """One pull request: takes one batch and is done."""

    def __init__(self, feed: Feed, limit: int) -> None:
        self._feed = feed
        self._limit = min(limit, MAX_TAKE)
        self._taken: asyncio.Future[Sequence[ReceivedMessage]]
        self._taken = asyncio.get_running_loop().create_future()

    async def messages(self, wait_s: float) -> Sequence[ReceivedMessage]:
        """What is there, or what comes within `wait_s`; nothing is an answer too."""
        self._feed.join(self)
        try:
            return await asyncio.wait_for(self._taken, wait_s)
        except TimeoutError:
            return []
        except asyncio.CancelledError:
            # The caller hung up: what was leased for it goes back uncounted.
            if self._taken.done() and not self._taken.cancelled():
                self._feed.release([AckId.parse(each.ack_id) for each in self._taken.result()])
            raise
        finally:
            self._feed.leave(self)

    def room(self) -> Room:
        """Room for one batch."""
        limit = 0 if self._taken.done() else self._limit
        return Room(limit, MAX_RESPONSE_BYTES, self._feed.config.ack_deadline_seconds)

    def deliver(self, messages: Sequence[ReceivedMessage]) -> None:
        """Answer the request."""
        self._taken.set_result(messages)

    def settled(self, size: int) -> None:
        """A pull has no flow control."""

    def closed(self, reason: Exception) -> None:
        """Answer with the reason."""
        if not self._taken.done():
            self._taken.set_exception(reason)


class StreamConsumer:
    """One streaming pull, inside the flow control that its first request asks for."""

    def __init__(self, feed: Feed, first: StreamingPullRequest) -> None:
        self._feed = feed
        self._max_messages = first.max_outstanding_messages
        self._max_bytes = first.max_outstanding_bytes
        self._deadline_s = _stream_deadline(first.stream_ack_deadline_seconds)
        self._messages = 0
        self._bytes = 0
        self._unsent: deque[StreamingPullResponse] = deque()
        self._changed = asyncio.Event()
        self._reason: Exception | None = None
        self._finished = False

    def room(self) -> Room:
        """What flow control leaves, and nothing while the last batch is not on its way."""
        if self._unsent or self._finished:
            return Room(0, 0, 0)
        messages = self._max_messages - self._messages if self._max_messages > 0 else UNLIMITED
        size = self._max_bytes - self._bytes if self._max_bytes > 0 else UNLIMITED
        return Room(min(messages, MAX_TAKE), min(size, MAX_RESPONSE_BYTES), self._deadline_s)

    def deliver(self, messages: Sequence[ReceivedMessage]) -> None:
        """Queue one response."""
        self._messages += len(messages)
        for each in messages:
            self._bytes += each.message.ByteSize()
        self._respond(StreamingPullResponse(received_messages=messages))

    def settled(self, size: int) -> None:
        """Flow control has room again."""
        self._messages -= 1
        self._bytes -= size
        self._feed.schedule()

    def closed(self, reason: Exception) -> None:
        """End the stream with the reason."""
        self._reason = reason
        self._changed.set()

    def finish(self) -> None:
        """The client has no more to say; end the stream."""
        self._finished = True
        self._changed.set()

    def update(self, request: StreamingPullRequest) -> None:
        """Acks and deadlines that come on the stream."""
        if request.stream_ack_deadline_seconds:
            self._deadline_s = _stream_deadline(request.stream_ack_deadline_seconds)
        late = self._feed.acknowledge(map(AckId.parse, request.ack_ids))
        over: list[AckId] = []
        pairs = zip(request.modify_deadline_ack_ids, request.modify_deadline_seconds, strict=False)
        for ack_id, seconds in pairs:
            over += self._feed.extend([AckId.parse(ack_id)], seconds)
        if self._feed.config.enable_exactly_once_delivery and (
            request.ack_ids or request.modify_deadline_ack_ids
        ):
            self._confirm(request, set(map(str, late)), set(map(str, over)))

    async def responses(self) -> AsyncIterator[StreamingPullResponse]:
        """What goes to the client, until either side ends it."""
        self._respond(StreamingPullResponse())  # the subscription's properties come first
        self._feed.join(self)
        try:
            while not self._finished:
                while self._unsent and self._reason is None:
                    yield self._described(self._unsent[0])
                    self._unsent.popleft()
                if self._reason is not None:
                    raise self._reason
                self._feed.schedule()
                await self._changed.wait()
                self._changed.clear()
        finally:
            self._feed.leave(self)
            self._finished = True
            for response in self._unsent:
                self._feed.release(AckId.parse(each.ack_id) for each in response.received_messages)

    def _respond(self, response: StreamingPullResponse) -> None:
        self._unsent.append(response)
        self._changed.set()

    def _described(self, response: StreamingPullResponse) -> StreamingPullResponse:
        config = self._feed.config
        properties = response.subscription_properties
        properties.exactly_once_delivery_enabled = config.enable_exactly_once_delivery
        properties.message_ordering_enabled = config.enable_message_ordering
        return response

    def _confirm(self, request: StreamingPullRequest, late: set[str], over: set[str]) -> None:
        response = StreamingPullResponse()
        acks = response.acknowledge_confirmation
        modacks = response.modify_ack_deadline_confirmation
        for ack_id in request.ack_ids:
            (acks.invalid_ack_ids if ack_id in late else acks.ack_ids).append(ack_id)
        for ack_id in request.modify_deadline_ack_ids:
            (modacks.invalid_ack_ids if ack_id in over else modacks.ack_ids).append(ack_id)
        self._respond(response)


def _stream_deadline(seconds: int) -> float:
    if not MIN_ACK_DEADLINE_S <= seconds <= MAX_ACK_DEADLINE_S:
        raise invalid(
            f"expected stream_ack_deadline_seconds between {MIN_ACK_DEADLINE_S} and "
            f"{MAX_ACK_DEADLINE_S}, found {seconds}"
        )
    return float(seconds)
