"""The Subscriber RPCs."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from google.protobuf.empty_pb2 import Empty
from google.protobuf.field_mask_pb2 import FieldMask
from google.rpc import code_pb2, error_details_pb2, status_pb2

from infra.local.pubsub import seek as seeking
from infra.local.pubsub.consumers import PullConsumer, StreamConsumer
from infra.local.pubsub.errors import RefusedError, invalid, precondition
from infra.local.pubsub.feed import AckId
from infra.local.pubsub.pages import check_project, page
from infra.local.pubsub.rules import MAX_ACK_DEADLINE_S
from infra.local.pubsub.wire import (
    AcknowledgeRequest,
    CreateSnapshotRequest,
    DeleteSnapshotRequest,
    DeleteSubscriptionRequest,
    GetSnapshotRequest,
    GetSubscriptionRequest,
    ListSnapshotsRequest,
    ListSnapshotsResponse,
    ListSubscriptionsRequest,
    ListSubscriptionsResponse,
    ModifyAckDeadlineRequest,
    ModifyPushConfigRequest,
    PullRequest,
    PullResponse,
    SeekRequest,
    SeekResponse,
    Snapshot,
    StreamingPullRequest,
    StreamingPullResponse,
    Subscription,
    UpdateSnapshotRequest,
    UpdateSubscriptionRequest,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    import grpc
    from google.protobuf.message import Message

    from infra.local.pubsub.broker import PubSub
    from infra.local.pubsub.feed import Feed

    Context = grpc.aio.ServicerContext[Message, Message]


PULL_WAIT_S = 20.0  # an empty answer comes sooner than the caller's own deadline
DEADLINE_MARGIN = 0.8  # ... or after this share of it
INVALID_ACK_ID = "PERMANENT_FAILURE_INVALID_ACK_ID"  # the clients look for this word


async def create(pubsub: PubSub, request: Subscription, _: Context) -> Subscription:
    """CreateSubscription."""
    return pubsub.create_subscription(request)


async def get(pubsub: PubSub, request: GetSubscriptionRequest, _: Context) -> Subscription:
    """GetSubscription."""
    return pubsub.feed(request.subscription).config


async def update(pubsub: PubSub, request: UpdateSubscriptionRequest, _: Context) -> Subscription:
    """UpdateSubscription."""
    return pubsub.update_subscription(request.subscription, request.update_mask)


async def delete(pubsub: PubSub, request: DeleteSubscriptionRequest, _: Context) -> Empty:
    """DeleteSubscription."""
    pubsub.delete_subscription(request.subscription)
    return Empty()


async def list_all(
    pubsub: PubSub, request: ListSubscriptionsRequest, _: Context
) -> ListSubscriptionsResponse:
    """ListSubscriptions."""
    prefix = check_project(request.project)
    feeds = [each for each in pubsub.feeds() if each.name.startswith(prefix)]
    shown, token = page([each.name for each in feeds], request.page_size, request.page_token)
    return ListSubscriptionsResponse(
        subscriptions=[feeds[i].config for i in shown], next_page_token=token
    )


async def modify_push_config(pubsub: PubSub, request: ModifyPushConfigRequest, _: Context) -> Empty:
    """ModifyPushConfig: another endpoint, or none (pull)."""
    change = Subscription(name=request.subscription, push_config=request.push_config)
    pubsub.update_subscription(change, FieldMask(paths=["push_config"]))
    return Empty()


async def pull(pubsub: PubSub, request: PullRequest, context: Context) -> PullResponse:
    """Pull: waits for the first message, though not as long as the caller would."""
    if request.max_messages <= 0:
        raise invalid(f"expected max_messages above 0, found {request.max_messages}")
    feed = _pullable(pubsub, request.subscription)
    remaining = context.time_remaining()
    wait_s = PULL_WAIT_S if remaining is None else min(PULL_WAIT_S, remaining * DEADLINE_MARGIN)
    consumer = PullConsumer(feed, request.max_messages)
    # Even "immediately" gives the dispatcher, which runs on the next turn, its chance.
    messages = await consumer.messages(0.01 if request.return_immediately else wait_s)
    return PullResponse(received_messages=messages)


async def streaming_pull(
    pubsub: PubSub, requests: AsyncIterator[StreamingPullRequest], _: Context
) -> AsyncIterator[StreamingPullResponse]:
    """StreamingPull, until the client hangs up or the subscription goes."""
    first = await anext(requests, None)
    if first is None:
        return
    feed = _pullable(pubsub, first.subscription)
    consumer = StreamConsumer(feed, first)
    reader = asyncio.create_task(_read(requests, first, consumer))
    try:
        async for response in consumer.responses():
            yield response
    finally:
        reader.cancel()


async def acknowledge(pubsub: PubSub, request: AcknowledgeRequest, _: Context) -> Empty:
    """Acknowledge; the answer goes out after the commit."""
    feed = pubsub.feed(request.subscription)
    _report_late(feed, feed.acknowledge(_ack_ids(request.ack_ids)))
    return Empty()


async def modify_ack_deadline(
    pubsub: PubSub, request: ModifyAckDeadlineRequest, _: Context
) -> Empty:
    """ModifyAckDeadline: more time, or none (a nack)."""
    feed = pubsub.feed(request.subscription)
    seconds = request.ack_deadline_seconds
    if not 0 <= seconds <= MAX_ACK_DEADLINE_S:
        raise invalid(
            f"expected ack_deadline_seconds between 0 and {MAX_ACK_DEADLINE_S}, found {seconds}"
        )
    _report_late(feed, feed.extend(_ack_ids(request.ack_ids), seconds))
    return Empty()


async def seek(pubsub: PubSub, request: SeekRequest, _: Context) -> SeekResponse:
    """Seek to a time or to a snapshot."""
    feed = pubsub.feed(request.subscription)
    if request.snapshot:
        seeking.seek_to_snapshot(pubsub, feed, request.snapshot)
    elif request.HasField("time"):
        seeking.seek_to_time(pubsub, feed, request.time.ToNanoseconds() / 1e9)
    else:
        raise invalid("expected a time or a snapshot to seek to, found neither")
    return SeekResponse()


async def create_snapshot(pubsub: PubSub, request: CreateSnapshotRequest, _: Context) -> Snapshot:
    """CreateSnapshot."""
    return seeking.create_snapshot(pubsub, request.name, request.subscription, dict(request.labels))


async def get_snapshot(pubsub: PubSub, request: GetSnapshotRequest, _: Context) -> Snapshot:
    """GetSnapshot."""
    return seeking.read(seeking.find_snapshot(pubsub, request.snapshot))


async def update_snapshot(pubsub: PubSub, request: UpdateSnapshotRequest, _: Context) -> Snapshot:
    """UpdateSnapshot."""
    return seeking.update_snapshot(pubsub, request.snapshot, request.update_mask)


async def delete_snapshot(pubsub: PubSub, request: DeleteSnapshotRequest, _: Context) -> Empty:
    """DeleteSnapshot."""
    seeking.find_snapshot(pubsub, request.snapshot)
    seeking.drop_snapshot(pubsub, request.snapshot)
    return Empty()


async def list_snapshots(
    pubsub: PubSub, request: ListSnapshotsRequest, _: Context
) -> ListSnapshotsResponse:
    """ListSnapshots."""
    prefix = check_project(request.project)
    found = [each for each in seeking.snapshots(pubsub) if each.name.startswith(prefix)]
    shown, token = page([each.name for each in found], request.page_size, request.page_token)
    return ListSnapshotsResponse(
        snapshots=[seeking.read(found[i]) for i in shown], next_page_token=token
    )


async def _read(
    requests: AsyncIterator[StreamingPullRequest],
    first: StreamingPullRequest,
    consumer: StreamConsumer,
) -> None:
    try:
        consumer.update(first)
        async for request in requests:
            consumer.update(request)
    except RefusedError as error:
        consumer.closed(error)
    else:
        consumer.finish()


def _pullable(pubsub: PubSub, name: str) -> Feed:
    feed = pubsub.feed(name)
    if feed.config.detached:
        raise precondition("The subscription has been detached from its topic.")
    if feed.config.push_config.push_endpoint:
        raise precondition(f"{name} delivers by push; pull is for subscriptions without one")
    return feed


def _ack_ids(texts: Sequence[str]) -> list[AckId]:
    if not texts:
        raise invalid("No ack ids specified")
    return [AckId.parse(each) for each in texts]


def _report_late(feed: Feed, late: list[AckId]) -> None:
    """Exactly-once subscribers are told which ids no longer count; others need not know."""
    if not late or not feed.config.enable_exactly_once_delivery:
        return
    info = error_details_pb2.ErrorInfo(
        reason="EXACTLY_ONCE_ACKID_FAILURE",
        domain="pubsub.googleapis.com",
        metadata={str(each): INVALID_ACK_ID for each in late},
    )
    message = "Some acknowledgement ids are invalid or have expired."
    status = status_pb2.Status(code=code_pb2.FAILED_PRECONDITION, message=message)
    status.details.add().Pack(info)
    error = precondition(message)
    raise RefusedError(
        error.code, message, (("grpc-status-details-bin", status.SerializeToString()),)
    )
