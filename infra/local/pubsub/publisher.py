"""The Publisher RPCs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from google.protobuf.empty_pb2 import Empty

from infra.local.pubsub import rules, seek
from infra.local.pubsub.pages import check_project, page
from infra.local.pubsub.wire import (
    DeleteTopicRequest,
    DetachSubscriptionRequest,
    DetachSubscriptionResponse,
    GetTopicRequest,
    ListTopicSnapshotsRequest,
    ListTopicSnapshotsResponse,
    ListTopicsRequest,
    ListTopicsResponse,
    ListTopicSubscriptionsRequest,
    ListTopicSubscriptionsResponse,
    PublishRequest,
    PublishResponse,
    Topic,
    UpdateTopicRequest,
)

if TYPE_CHECKING:
    import grpc
    from google.protobuf.message import Message

    from infra.local.pubsub.broker import PubSub

    Context = grpc.aio.ServicerContext[Message, Message]


async def create_topic(pubsub: PubSub, request: Topic, _: Context) -> Topic:
    """CreateTopic."""
    return pubsub.create_topic(request)


async def update_topic(pubsub: PubSub, request: UpdateTopicRequest, _: Context) -> Topic:
    """UpdateTopic."""
    return pubsub.update_topic(request.topic, request.update_mask)


async def publish(pubsub: PubSub, request: PublishRequest, _: Context) -> PublishResponse:
    """Publish; the answer goes out after the commit."""
    pubsub.topic(request.topic)
    rules.check_messages(request.messages)
    return PublishResponse(message_ids=pubsub.publish(request.topic, request.messages))


async def get_topic(pubsub: PubSub, request: GetTopicRequest, _: Context) -> Topic:
    """GetTopic."""
    return pubsub.topic(request.topic).config


async def list_topics(pubsub: PubSub, request: ListTopicsRequest, _: Context) -> ListTopicsResponse:
    """ListTopics."""
    prefix = check_project(request.project)
    topics = [each for each in pubsub.topics() if each.name.startswith(prefix)]
    shown, token = page([each.name for each in topics], request.page_size, request.page_token)
    return ListTopicsResponse(topics=[topics[i] for i in shown], next_page_token=token)


async def list_topic_subscriptions(
    pubsub: PubSub, request: ListTopicSubscriptionsRequest, _: Context
) -> ListTopicSubscriptionsResponse:
    """ListTopicSubscriptions; a detached one is no longer the topic's."""
    entry = pubsub.topic(request.topic)
    names = [each.name for each in pubsub.feeds(entry) if not each.config.detached]
    shown, token = page(names, request.page_size, request.page_token)
    return ListTopicSubscriptionsResponse(
        subscriptions=[names[i] for i in shown], next_page_token=token
    )


async def list_topic_snapshots(
    pubsub: PubSub, request: ListTopicSnapshotsRequest, _: Context
) -> ListTopicSnapshotsResponse:
    """ListTopicSnapshots."""
    entry = pubsub.topic(request.topic)
    names = [each.name for each in seek.snapshots(pubsub) if each.topic == entry.id]
    shown, token = page(names, request.page_size, request.page_token)
    return ListTopicSnapshotsResponse(snapshots=[names[i] for i in shown], next_page_token=token)


async def delete_topic(pubsub: PubSub, request: DeleteTopicRequest, _: Context) -> Empty:
    """DeleteTopic."""
    pubsub.delete_topic(request.topic)
    return Empty()


async def detach_subscription(
    pubsub: PubSub, request: DetachSubscriptionRequest, _: Context
) -> DetachSubscriptionResponse:
    """DetachSubscription."""
    pubsub.detach_subscription(request.subscription)
    return DetachSubscriptionResponse()
