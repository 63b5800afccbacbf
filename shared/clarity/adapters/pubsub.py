"""Pub/Sub: the messages that join the functions, and the dead letters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson
from google.api_core.exceptions import (
    ClientError,
    Forbidden,
    GoogleAPICallError,
    NotFound,
    RetryError,
    TooManyRequests,
    Unauthorized,
)

from clarity.adapters.log import traceparent
from clarity.domain.errors import MisconfiguredError, RefusedError, UnavailableError

if TYPE_CHECKING:
    from google.cloud.pubsub_v1 import PublisherClient

    from clarity.domain.events import JobMessage
    from clarity.steps.ports import DeadLetter

# A function lives 60 s or more; a publish takes milliseconds. Beyond this, redelivery is better.
TIMEOUT_S = 20.0
_ATTRIBUTE_BYTES = 1024  # a longer value would be refused; only a reason is ever that long


@dataclass(frozen=True, slots=True)
class PubSubTopics:
    """The project's topics. A name is `projects/P/topics/T`; None where a function has no use."""

    client: PublisherClient
    dead_letter_topic: str
    ingested_topic: str | None = None
    analysed_topic: str | None = None

    def ingested(self, message: JobMessage) -> None:
        """Hand the job to preprocess."""
        self._job(self.ingested_topic, message)

    def analysed(self, message: JobMessage) -> None:
        """Hand the job to insights."""
        self._job(self.analysed_topic, message)

    def dead_letter(self, letter: DeadLetter) -> None:
        """Keep an event that cannot be handled, with its reason."""
        attributes = {
            "step": letter.step,
            "code": letter.code,
            "reason": letter.reason,
            "event_id": letter.event_id,
            **letter.reference,
        }
        self._publish(self.dead_letter_topic, letter.data, attributes)

    def _job(self, topic: str | None, message: JobMessage) -> None:
        if topic is None:
            raise RefusedError("expected a topic for this message, found none in the settings")
        self._publish(topic, orjson.dumps(message.body()), message.attributes())

    def _publish(self, topic: str, data: bytes, attributes: dict[str, str]) -> None:
        # Pub/Sub refuses a message with neither data nor attributes; ours have both or the latter.
        context = {"traceparent": traceparent()} if traceparent() else {}
        texts = {
            name: value.encode()[:_ATTRIBUTE_BYTES].decode(errors="ignore")
            for name, value in attributes.items()
        }
        try:
            future = self.client.publish(topic, data, **texts, **context)
            future.result(timeout=TIMEOUT_S)
        except TooManyRequests as error:
            raise UnavailableError(f"Pub/Sub asked us to wait: {error.message}") from error
        except (Forbidden, NotFound, Unauthorized) as error:  # no right, or no such topic, yet
            raise MisconfiguredError(f"Pub/Sub: {type(error).__name__}") from error
        except ClientError as error:
            raise RefusedError(f"Pub/Sub refused a message for {topic}: {error.message}") from error
        except (GoogleAPICallError, RetryError, TimeoutError) as error:
            raise UnavailableError(f"Pub/Sub did not take a message: {error}") from error
