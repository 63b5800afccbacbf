"""The gRPC surface: every RPC of the published clients, served or answered UNIMPLEMENTED.

The clients ship no servicers, so the table below names each RPC with its wire types; a contract
test holds it against the clients' own transports.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import grpc
from google.iam.v1 import iam_policy_pb2, policy_pb2
from google.protobuf import empty_pb2

from infra.local.pubsub import publisher, subscriber, wire
from infra.local.pubsub.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from google.protobuf.message import Message

    from infra.local.pubsub.broker import PubSub

    Context = grpc.aio.ServicerContext[Message, Message]
    # Each answers with its own pair of message types; the table keeps the pairs together.
    Unary = Callable[[PubSub, Any, Context], Awaitable[Any]]
    Stream = Callable[[PubSub, AsyncIterator[Any], Context], AsyncIterator[Any]]

PUBLISHER = "google.pubsub.v1.Publisher"
SUBSCRIBER = "google.pubsub.v1.Subscriber"
SCHEMAS = "google.pubsub.v1.SchemaService"
IAM = "google.iam.v1.IAMPolicy"
Empty = empty_pb2.Empty


@dataclass(frozen=True, slots=True)
class Rpc:
    """One remote procedure: where it is called, what goes in and out, who answers."""

    service: str
    name: str
    request: type[Message]
    response: type[Message]
    answer: Unary | None = None

    @property
    def path(self) -> str:
        """The HTTP/2 path."""
        return f"/{self.service}/{self.name}"


def _pubsub(name: str) -> type[Message]:
    message: type[Message] = getattr(wire, name)
    return message


UNARY = (
    *(
        Rpc(PUBLISHER, name, _pubsub(request), _pubsub(response), answer)
        for name, request, response, answer in (
            ("CreateTopic", "Topic", "Topic", publisher.create_topic),
            ("UpdateTopic", "UpdateTopicRequest", "Topic", publisher.update_topic),
            ("Publish", "PublishRequest", "PublishResponse", publisher.publish),
            ("GetTopic", "GetTopicRequest", "Topic", publisher.get_topic),
            ("ListTopics", "ListTopicsRequest", "ListTopicsResponse", publisher.list_topics),
            (
                "ListTopicSubscriptions",
                "ListTopicSubscriptionsRequest",
                "ListTopicSubscriptionsResponse",
                publisher.list_topic_subscriptions,
            ),
            (
                "ListTopicSnapshots",
                "ListTopicSnapshotsRequest",
                "ListTopicSnapshotsResponse",
                publisher.list_topic_snapshots,
            ),
            (
                "DetachSubscription",
                "DetachSubscriptionRequest",
                "DetachSubscriptionResponse",
                publisher.detach_subscription,
            ),
        )
    ),
    Rpc(PUBLISHER, "DeleteTopic", _pubsub("DeleteTopicRequest"), Empty, publisher.delete_topic),
    *(
        Rpc(SUBSCRIBER, name, _pubsub(request), _pubsub(response), answer)
        for name, request, response, answer in (
            ("CreateSubscription", "Subscription", "Subscription", subscriber.create),
            ("GetSubscription", "GetSubscriptionRequest", "Subscription", subscriber.get),
            ("UpdateSubscription", "UpdateSubscriptionRequest", "Subscription", subscriber.update),
            (
                "ListSubscriptions",
                "ListSubscriptionsRequest",
                "ListSubscriptionsResponse",
                subscriber.list_all,
            ),
            ("Pull", "PullRequest", "PullResponse", subscriber.pull),
            ("GetSnapshot", "GetSnapshotRequest", "Snapshot", subscriber.get_snapshot),
            (
                "ListSnapshots",
                "ListSnapshotsRequest",
                "ListSnapshotsResponse",
                subscriber.list_snapshots,
            ),
            ("CreateSnapshot", "CreateSnapshotRequest", "Snapshot", subscriber.create_snapshot),
            ("UpdateSnapshot", "UpdateSnapshotRequest", "Snapshot", subscriber.update_snapshot),
            ("Seek", "SeekRequest", "SeekResponse", subscriber.seek),
        )
    ),
    *(
        Rpc(SUBSCRIBER, name, _pubsub(request), Empty, answer)
        for name, request, answer in (
            ("DeleteSubscription", "DeleteSubscriptionRequest", subscriber.delete),
            ("ModifyAckDeadline", "ModifyAckDeadlineRequest", subscriber.modify_ack_deadline),
            ("Acknowledge", "AcknowledgeRequest", subscriber.acknowledge),
            ("ModifyPushConfig", "ModifyPushConfigRequest", subscriber.modify_push_config),
            ("DeleteSnapshot", "DeleteSnapshotRequest", subscriber.delete_snapshot),
        )
    ),
    *(
        Rpc(SCHEMAS, name, _pubsub(request), _pubsub(response))
        for name, request, response in (
            ("CreateSchema", "CreateSchemaRequest", "Schema"),
            ("GetSchema", "GetSchemaRequest", "Schema"),
            ("ListSchemas", "ListSchemasRequest", "ListSchemasResponse"),
            ("ListSchemaRevisions", "ListSchemaRevisionsRequest", "ListSchemaRevisionsResponse"),
            ("CommitSchema", "CommitSchemaRequest", "Schema"),
            ("RollbackSchema", "RollbackSchemaRequest", "Schema"),
            ("DeleteSchemaRevision", "DeleteSchemaRevisionRequest", "Schema"),
            ("ValidateSchema", "ValidateSchemaRequest", "ValidateSchemaResponse"),
            ("ValidateMessage", "ValidateMessageRequest", "ValidateMessageResponse"),
        )
    ),
    Rpc(SCHEMAS, "DeleteSchema", _pubsub("DeleteSchemaRequest"), Empty),
    Rpc(IAM, "SetIamPolicy", iam_policy_pb2.SetIamPolicyRequest, policy_pb2.Policy),
    Rpc(IAM, "GetIamPolicy", iam_policy_pb2.GetIamPolicyRequest, policy_pb2.Policy),
    Rpc(
        IAM,
        "TestIamPermissions",
        iam_policy_pb2.TestIamPermissionsRequest,
        iam_policy_pb2.TestIamPermissionsResponse,
    ),
)
STREAMING_PULL = Rpc(
    SUBSCRIBER, "StreamingPull", _pubsub("StreamingPullRequest"), _pubsub("StreamingPullResponse")
)


def handlers(pubsub: PubSub) -> tuple[grpc.GenericRpcHandler, ...]:
    """The generic handlers to add to a grpc.aio server."""
    methods: dict[str, dict[str, grpc.RpcMethodHandler[Message, Message]]] = {}
    for each in UNARY:
        methods.setdefault(each.service, {})[each.name] = grpc.unary_unary_rpc_method_handler(
            _unary(pubsub, each),
            request_deserializer=each.request.FromString,
            response_serializer=each.response.SerializeToString,
        )
    stream = STREAMING_PULL
    methods[stream.service][stream.name] = grpc.stream_stream_rpc_method_handler(
        _stream(pubsub, subscriber.streaming_pull),
        request_deserializer=stream.request.FromString,
        response_serializer=stream.response.SerializeToString,
    )
    return tuple(
        grpc.method_handlers_generic_handler(service, by_name)
        for service, by_name in methods.items()
    )


def _unary(pubsub: PubSub, call: Rpc) -> Callable[[Message, Context], Awaitable[Message]]:
    async def serve(request: Message, context: Context) -> Message:
        if call.answer is None:
            await context.abort(
                grpc.StatusCode.UNIMPLEMENTED, f"the embedded Pub/Sub has no {call.name}"
            )
        try:
            return await call.answer(pubsub, request, context)
        except RefusedError as error:
            await context.abort(error.code, str(error), error.details)

    return serve


def _stream(
    pubsub: PubSub, answer: Stream
) -> Callable[[AsyncIterator[Message], Context], AsyncIterator[Message]]:
    async def serve(requests: AsyncIterator[Message], context: Context) -> AsyncIterator[Message]:
        try:
            async for response in answer(pubsub, requests, context):
                yield response
        except RefusedError as error:
            await context.abort(error.code, str(error), error.details)

    return serve
