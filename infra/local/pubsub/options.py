"""A subscription from keywords, for callers inside the process."""

from __future__ import annotations

from typing import TypedDict, Unpack

from infra.local.pubsub.wire import Subscription


class SubscriptionOptions(TypedDict, total=False):
    """What may be said about a subscription; the rest is as the service has it by default."""

    ack_deadline_s: int
    retention_s: int
    min_backoff_s: float
    max_backoff_s: float
    dead_letter_topic: str
    max_delivery_attempts: int
    filter: str
    ordered: bool  # by the messages' ordering keys
    push_endpoint: str
    unwrapped: bool  # push the data as it is, the attributes as headers
    oidc_audience: str


def subscription(name: str, topic: str, **options: Unpack[SubscriptionOptions]) -> Subscription:
    """The message that CreateSubscription would carry."""
    config = Subscription(
        name=name,
        topic=topic,
        ack_deadline_seconds=options.get("ack_deadline_s", 0),
        filter=options.get("filter", ""),
        enable_message_ordering=options.get("ordered", False),
    )
    if "retention_s" in options:
        config.message_retention_duration.seconds = options["retention_s"]
    for option, backoff in (
        (options.get("min_backoff_s"), "minimum_backoff"),
        (options.get("max_backoff_s"), "maximum_backoff"),
    ):
        if option is not None:
            getattr(config.retry_policy, backoff).FromNanoseconds(int(option * 1e9))
    if options.get("dead_letter_topic"):
        config.dead_letter_policy.dead_letter_topic = options["dead_letter_topic"]
        config.dead_letter_policy.max_delivery_attempts = options.get("max_delivery_attempts", 0)
    if options.get("push_endpoint"):
        _set_push(config, options)
    return config


def _set_push(config: Subscription, options: SubscriptionOptions) -> None:
    push = config.push_config
    push.push_endpoint = options["push_endpoint"]
    if options.get("unwrapped"):
        push.no_wrapper.write_metadata = True
    if options.get("oidc_audience"):
        project = config.name.split("/")[1]
        push.oidc_token.audience = options["oidc_audience"]
        push.oidc_token.service_account_email = f"pubsub-push@{project}.iam.gserviceaccount.com"
