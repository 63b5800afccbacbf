"""What a topic, a subscription and a message may look like, and what is filled in."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from google.protobuf.field_mask_pb2 import FieldMask
from google.pubsub_v1 import types

from infra.local.pubsub.errors import invalid
from infra.local.pubsub.filters import compile_filter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from google.protobuf.duration_pb2 import Duration

    from infra.local.pubsub.wire import PubsubMessage, PushConfig, Subscription, Topic


# The service's limits: cloud.google.com/pubsub/quotas.
NAME = re.compile(r"projects/[^/]+/(topics|subscriptions|snapshots)/([A-Za-z][\w.~+%-]{2,254})")
MIN_ACK_DEADLINE_S, MAX_ACK_DEADLINE_S, DEFAULT_ACK_DEADLINE_S = 10, 600, 10
MIN_RETENTION_S, MAX_RETENTION_S = 600, 31 * 86_400
DEFAULT_RETENTION_S = 7 * 86_400
DEFAULT_EXPIRATION_S = 31 * 86_400
MAX_BACKOFF_S = 600
MIN_ATTEMPTS, MAX_ATTEMPTS, DEFAULT_ATTEMPTS = 5, 100, 5
MAX_MESSAGES, MAX_BYTES = 1000, 10_000_000
MAX_ATTRIBUTES, MAX_KEY_BYTES, MAX_VALUE_BYTES, MAX_ORDERING_KEY_BYTES = 100, 256, 1024, 1024

TOPIC_FIELDS = frozenset({"labels", "message_retention_duration"})
SUBSCRIPTION_FIELDS = frozenset(
    {
        "ack_deadline_seconds",
        "dead_letter_policy",
        "enable_exactly_once_delivery",
        "expiration_policy",
        "labels",
        "message_retention_duration",
        "push_config",
        "retain_acked_messages",
        "retry_policy",
    }
)
UNSUPPORTED_SUBSCRIPTION_FIELDS = (
    "bigquery_config",
    "cloud_storage_config",
    "bigtable_config",
    "message_transforms",
)
UNSUPPORTED_TOPIC_FIELDS = (
    "schema_settings",
    "ingestion_data_source_settings",
    "message_transforms",
)


def check_name(name: str, collection: str) -> None:
    """Names as the service has them: projects/P/topics/T, T three characters or more."""
    match = NAME.fullmatch(name)
    if match is None or match.group(1) != collection or match.group(2).startswith("goog"):
        raise invalid(f"expected a name like projects/P/{collection}/NAME, found {name!r}")


def seconds(duration: Duration) -> float:
    """A protobuf duration in seconds."""
    return float(duration.ToNanoseconds()) / 1e9


def check_topic(topic: Topic) -> None:
    """Refuse what the real service refuses, and what this one cannot do."""
    check_name(topic.name, "topics")
    _check_supported(topic, UNSUPPORTED_TOPIC_FIELDS)
    if topic.HasField("message_retention_duration"):
        _check_range(
            "message_retention_duration",
            seconds(topic.message_retention_duration),
            MIN_RETENTION_S,
            MAX_RETENTION_S,
        )


def complete_subscription(config: Subscription) -> None:
    """Fill in the defaults the service reports, then check."""
    config.ack_deadline_seconds = config.ack_deadline_seconds or DEFAULT_ACK_DEADLINE_S
    if not config.HasField("message_retention_duration"):
        config.message_retention_duration.seconds = DEFAULT_RETENTION_S
    if not config.HasField("expiration_policy"):
        config.expiration_policy.ttl.seconds = DEFAULT_EXPIRATION_S
    if config.HasField("dead_letter_policy"):
        policy = config.dead_letter_policy
        policy.max_delivery_attempts = policy.max_delivery_attempts or DEFAULT_ATTEMPTS
    config.state = types.Subscription.State.ACTIVE
    check_subscription(config)


def check_subscription(config: Subscription) -> None:
    """Refuse what the real service refuses, and what this one cannot do."""
    check_name(config.name, "subscriptions")
    _check_supported(config, UNSUPPORTED_SUBSCRIPTION_FIELDS)
    compile_filter(config.filter)
    check_push(config.push_config)
    _check_range(
        "ack_deadline_seconds",
        config.ack_deadline_seconds,
        MIN_ACK_DEADLINE_S,
        MAX_ACK_DEADLINE_S,
    )
    _check_range(
        "message_retention_duration",
        seconds(config.message_retention_duration),
        MIN_RETENTION_S,
        MAX_RETENTION_S,
    )
    if config.HasField("dead_letter_policy"):
        policy = config.dead_letter_policy
        check_name(policy.dead_letter_topic, "topics")
        _check_range(
            "max_delivery_attempts", policy.max_delivery_attempts, MIN_ATTEMPTS, MAX_ATTEMPTS
        )
    for field in ("minimum_backoff", "maximum_backoff"):
        _check_range(field, seconds(getattr(config.retry_policy, field)), 0, MAX_BACKOFF_S)


def check_push(push: PushConfig) -> None:
    """Push stays on this machine: health data must not leave a laptop by a typing error."""
    if not push.push_endpoint:
        return
    url = urlsplit(push.push_endpoint)
    if url.scheme != "http" or not _is_loopback(url.hostname or ""):
        raise invalid(
            "the embedded Pub/Sub pushes to http on a loopback address only, "
            f"found {push.push_endpoint!r}"
        )


def check_messages(messages: Sequence[PubsubMessage]) -> None:
    """The service's limits on one publish request."""
    if not 1 <= len(messages) <= MAX_MESSAGES:
        raise invalid(f"expected 1 to {MAX_MESSAGES} messages, found {len(messages)}")
    size = sum(len(each.data) for each in messages)
    if size > MAX_BYTES:
        raise invalid(f"expected at most {MAX_BYTES} bytes, found {size}")
    for message in messages:
        _check_message(message)


def masked(
    current: Topic | Subscription,
    change: Topic | Subscription,
    mask: FieldMask,
    allowed: frozenset[str],
) -> Topic | Subscription:
    """A copy of `current` with the masked fields taken from `change`."""
    if not mask.paths:
        raise invalid("The update_mask in the request must be specified and non-empty.")
    for path in mask.paths:
        if path.split(".")[0] not in allowed:
            raise invalid(f"expected a mask of {sorted(allowed)}, found {path!r}")
    updated = type(current)()
    updated.CopyFrom(current)
    try:
        FieldMask(paths=mask.paths).MergeMessage(
            change, updated, replace_message_field=True, replace_repeated_field=True
        )
    except ValueError as error:
        raise invalid(f"bad update_mask {list(mask.paths)}: {error}") from error
    return updated


def _check_message(message: PubsubMessage) -> None:
    if not message.data and not message.attributes:
        raise invalid("Some messages in the publish request are empty.")
    if len(message.attributes) > MAX_ATTRIBUTES:
        raise invalid(f"expected at most {MAX_ATTRIBUTES} attributes")
    if len(message.ordering_key.encode()) > MAX_ORDERING_KEY_BYTES:
        raise invalid(f"expected an ordering key of at most {MAX_ORDERING_KEY_BYTES} bytes")
    for key, value in message.attributes.items():
        if not 0 < len(key.encode()) <= MAX_KEY_BYTES or key.startswith("goog"):
            raise invalid(
                f"expected an attribute key of 1 to {MAX_KEY_BYTES} bytes that does not start "
                f"with 'goog', found {key[:80]!r}"
            )
        if len(value.encode()) > MAX_VALUE_BYTES:
            raise invalid(f"the value of attribute {key[:80]!r} exceeds {MAX_VALUE_BYTES} bytes")


def _check_range(field: str, found: float, low: float, high: float) -> None:
    if not low <= found <= high:
        raise invalid(f"expected {field} between {low} and {high}, found {found:g}")


def _check_supported(config: Topic | Subscription, fields: Sequence[str]) -> None:
    present = {descriptor.name for descriptor, _ in config.ListFields()}
    for field in fields:
        if field in present:
            raise invalid(f"the embedded Pub/Sub does not support {field}")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
