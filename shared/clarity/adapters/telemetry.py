"""Traces and metrics: what a delivery did, how long others took to answer, how it came out.

A process without TELEMETRY_ENDPOINT pays for none of it: OpenTelemetry is not imported, and the
functions below do nothing. Attributes are ids, names and numbers, never what a person wrote, and
names are those of OpenTelemetry's semantic conventions where they have one (1.45).
"""

from __future__ import annotations

import atexit
import hashlib
import secrets
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from contextlib import AbstractContextManager

Value: TypeAlias = str | int | float | bool
Attributes: TypeAlias = "Mapping[str, Value]"
Outcome: TypeAlias = Literal["done", "dropped", "dead_lettered", "retried"]

# The service that was asked: what the time of a trace is summed up by.
PEER = "service.peer.name"
# The job that a delivery is about: by it, `python -m infra.local trace` finds a job's trace.
PROCESSING_ID = "clarity.processing_id"
# The open job that an upload joined, where that is not the upload's own.
JOINED = "clarity.joined_processing_id"
OUTCOME = "clarity.outcome"
# Seconds from the event, as the document's or message's own time has it, to this delivery.
WAITED = "clarity.waited_s"
STEP = "clarity.step"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A delivery of an event.

    Attributes:
        step: whose it is.
        event: the event's identity, which all its deliveries share.
        traceparent: the W3C trace context that it brings; empty where it starts a trace.
        attributes: of the delivery's span.
    """

    step: str
    event: str
    traceparent: str
    attributes: Attributes

    @property
    def trace_id(self) -> str:
        """Of a trace that starts here: the same for each delivery of the event."""
        return hashlib.blake2b(self.event.encode(), digest_size=16).hexdigest()

    @property
    def fallback(self) -> str:
        """The trace context within, where no span is recorded."""
        return self.traceparent or f"00-{self.trace_id}-{secrets.token_hex(8)}-01"


class Telemetry(Protocol):
    """What a process records. Nothing here raises, and nothing waits but the end of a delivery."""

    def delivery(self, arrival: Arrival) -> AbstractContextManager[str]:
        """A delivery, as part of the trace that it came with; gives the trace context within."""

    def call(
        self, name: str, attributes: Attributes, *, producer: bool
    ) -> AbstractContextManager[None]:
        """A call of another service, within a delivery."""

    def describe(self, attributes: Attributes) -> None:
        """Say more of the innermost call, or of the delivery where there is none."""

    def mark(self, attributes: Attributes) -> None:
        """Say more of the delivery."""

    def note(self, name: str, attributes: Attributes) -> None:
        """Something happened now, such as another try."""

    def add(self, counter: str, amount: int, labels: Attributes) -> None:
        """Count."""

    def measure(self, histogram: str, value: float, labels: Attributes) -> None:
        """Take one value of a distribution."""

    def close(self) -> None:
        """Send what was measured since the last time; nothing is recorded any more."""


_NOTHING = nullcontext()


class _Off:
    """Nobody wants to know. The trace context is passed on all the same: logs have its id."""

    @contextmanager
    def delivery(self, arrival: Arrival) -> Iterator[str]:
        yield arrival.fallback

    def call(
        self, name: str, attributes: Attributes, *, producer: bool
    ) -> AbstractContextManager[None]:
        return _NOTHING

    def describe(self, attributes: Attributes) -> None: ...

    def mark(self, attributes: Attributes) -> None: ...

    def note(self, name: str, attributes: Attributes) -> None: ...

    def add(self, counter: str, amount: int, labels: Attributes) -> None: ...

    def measure(self, histogram: str, value: float, labels: Attributes) -> None: ...

    def close(self) -> None: ...


@dataclass
class _Process:
    telemetry: Telemetry
    wish: tuple[str | None, ...] = ()


_OFF = _Off()
_process = _Process(_OFF)


def open_telemetry(
    endpoint: str | None, *, project: str, location: str | None, service: str
) -> None:
    """Record from now on, if there is where to.

    Args:
        endpoint: an OTLP collector, with its scheme; None: nothing is recorded.
        project: whose telemetry it is.
        location: the region; Cloud Monitoring takes no metric without one.
        service: the function's name: what the spans and metrics are of.

    Raises:
        ValueError: the endpoint is neither https nor on loopback.
    """
    wish = (endpoint, project, location, service)
    if wish == _process.wish:  # a function that cannot be composed tries again at each event
        return
    _close()
    if endpoint:
        # Here, since only who records pays for OpenTelemetry's import.
        from clarity.adapters.telemetry_otlp import open_otlp  # noqa: PLC0415  see above

        _process.telemetry = open_otlp(
            endpoint, project=project, location=location, service=service
        )
    _process.wish = wish


@atexit.register
def _close() -> None:
    last, _process.telemetry, _process.wish = _process.telemetry, _OFF, ()
    last.close()


def delivery(arrival: Arrival) -> AbstractContextManager[str]:
    """A delivery, as part of the trace that it came with; gives the trace context within."""
    return _process.telemetry.delivery(arrival)


def firestore(operation: str) -> AbstractContextManager[None]:
    """A call of the database."""
    attributes = {
        PEER: "firestore",
        "db.system.name": "gcp.firestore",
        "db.operation.name": operation,
    }
    return _process.telemetry.call(f"{operation} firestore", attributes, producer=False)


def publish(topic: str) -> AbstractContextManager[None]:
    """A message on its way to `projects/P/topics/T`."""
    name = topic.rpartition("/")[2]
    attributes = {
        PEER: "pubsub",
        "messaging.system": "gcp_pubsub",
        "messaging.operation.type": "send",
        "messaging.destination.name": name,
    }
    return _process.telemetry.call(f"publish {name}", attributes, producer=True)


def call(peer: str, operation: str, attributes: Attributes) -> AbstractContextManager[None]:
    """A call of any other service."""
    return _process.telemetry.call(
        f"{operation} {peer}", {PEER: peer, **attributes}, producer=False
    )


def describe(attributes: Attributes) -> None:
    """Say more of the innermost call, or of the delivery where there is none."""
    _process.telemetry.describe(attributes)


def mark(attributes: Attributes) -> None:
    """Say more of the delivery."""
    _process.telemetry.mark(attributes)


def came_out(outcome: Outcome, code: str = "") -> None:
    """How the delivery ends, and the code of the error that it ends with."""
    mark({OUTCOME: outcome} | ({"error.type": code} if code else {}))


def note(name: str, attributes: Attributes) -> None:
    """Something happened now, such as another try."""
    _process.telemetry.note(name, attributes)


def add(counter: str, amount: int, labels: Attributes) -> None:
    """Count. Few labels with few values each: every combination is a series that costs."""
    _process.telemetry.add(counter, amount, labels)


def measure(histogram: str, value: float, labels: Attributes) -> None:
    """Take one value of a distribution."""
    _process.telemetry.measure(histogram, value, labels)
