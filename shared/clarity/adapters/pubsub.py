"""Pub/Sub: the messages that join the functions, and the dead letters."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from google.api_core.exceptions import (
    Aborted,
    Cancelled,
    ClientError,
    Forbidden,
    GoogleAPICallError,
    NotFound,
    ResourceExhausted,
    RetryError,
    ServerError,
    Unauthorized,
)
from google.api_core.retry import Retry, if_exception_type
from google.pubsub_v1 import PublisherClient as BaseClient
from google.pubsub_v1.types import PublishRequest

from clarity.adapters import telemetry
from clarity.adapters.log import traceparent
from clarity.domain.errors import MisconfiguredError, RefusedError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from google.cloud.pubsub_v1 import PublisherClient

    from clarity.steps.ports import Outgoing, Topic

# A function lives 60 s or more; a publish takes milliseconds. Beyond this, redelivery is better.
TIMEOUT_S = 20.0
_PASSING = if_exception_type(Aborted, Cancelled, ResourceExhausted, ServerError)
_ATTRIBUTE_BYTES = 1024  # a longer value would be refused


@dataclass(frozen=True, slots=True)
class PubSubTopics:
    """The project's topics (`projects/P/topics/T`): those that a function has a use for."""

    client: PublisherClient
    topics: Mapping[Topic, str]
    timeout_s: float = TIMEOUT_S

    def publish(self, outgoing: Outgoing) -> None:
        """Hand the message over, in the trace that it names or else in that of the event."""
        topic = self.topics.get(outgoing.topic)
        if topic is None:
            raise RefusedError("expected a topic for this message, found none in the settings")
        context = {"traceparent": traceparent()} if traceparent() else {}
        attributes = {**context, **outgoing.attributes}
        # A reason is cut; an id would be another one then, and is left to the body.
        texts = {
            name: value.encode()[:_ATTRIBUTE_BYTES].decode(errors="ignore")
            for name, value in attributes.items()
            if name == "reason" or len(value.encode()) <= _ATTRIBUTE_BYTES
        }
        # Pub/Sub refuses a message with neither data nor attributes; ours have both or the latter.
        message = {"data": outgoing.data, "attributes": texts, "ordering_key": _lane(outgoing)}
        # As the protobuf itself, of which the client's own wrappers would make copies.
        request = PublishRequest.wrap(PublishRequest.pb()(topic=topic, messages=[message]))
        try:
            with telemetry.publish(topic):
                # The base's: the client's own waits, in a thread, for what might join a batch.
                BaseClient.publish(
                    self.client,
                    request,
                    retry=_again(self.timeout_s),
                    timeout=self.timeout_s,
                )
        except (Forbidden, NotFound, Unauthorized) as error:  # no right, or no such topic, yet
            raise MisconfiguredError(f"Pub/Sub: {type(error).__name__}") from error
        except ClientError as error:
            raise RefusedError(f"Pub/Sub refused a message for {topic}: {error.message}") from error
        except (GoogleAPICallError, RetryError) as error:
            raise UnavailableError(f"Pub/Sub did not take a message: {error}") from error


@cache
def _again(timeout_s: float) -> Retry:
    return Retry(predicate=_PASSING, initial=0.1, maximum=5.0, timeout=timeout_s)


def _lane(outgoing: Outgoing) -> str:
    """The ordering key: of a person's documents one is out at a time; of all else, what comes."""
    user_id = outgoing.attributes.get("user_id")
    if outgoing.topic != "documents" or user_id is None:
        return ""
    # Hashed, since an id may be longer than a key.
    return hashlib.blake2b(user_id.encode(), digest_size=16).hexdigest()
