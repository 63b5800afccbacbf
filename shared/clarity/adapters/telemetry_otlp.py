"""OpenTelemetry as the functions need it: a delivery's spans leave with it, and hold nothing up.

The SDK's own batch processor flushes without a time limit, and its periodic reader runs when a
function has no CPU. Here a delivery hands its spans to one thread, and the last at work waits for
it WAIT_S at most; while the collector is slow, refuses or is gone, nobody waits at all.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_ON, ParentBased
from opentelemetry.trace import SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

import clarity
from clarity.adapters.log import hidden
from clarity.adapters.telemetry import OUTCOME, PEER, STEP
from clarity.adapters.telemetry_post import Parcel, Post, open_post

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opentelemetry.metrics import Counter, Histogram
    from opentelemetry.sdk.metrics.export import MetricsData
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.trace import Span

    from clarity.adapters.telemetry import Arrival, Attributes

# A delivery takes some twenty calls; a person's erasure or a sweep may take thousands.
MAX_SPANS = 256
# Cloud Monitoring takes a point of a series no more often than some seconds apart.
METRICS_EVERY_S = 30.0
_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_UNTIL_READ = (0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900, 3600, 21_600)
_SHARES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
_STEPS = (1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 50)
_TOKENS = (64, 256, 1024, 4096, 16_384, 65_536)
# Unit and bounds; a histogram that is not named here is of seconds.
_HISTOGRAMS = {
    "clarity.job.duration": ("s", _UNTIL_READ),
    "clarity.prediction.confidence": ("1", _SHARES),
    "clarity.prediction.input_mean": ("{step}/min", _STEPS),
    "clarity.prediction.input_sd": ("{step}/min", _STEPS),
    "gen_ai.client.token.usage": ("{token}", _TOKENS),
}
_clock = time.perf_counter
_log = logging.getLogger(__name__)
_PROPAGATOR = TraceContextTextMapPropagator()


@dataclass(slots=True)
class _Delivery:
    """What the current delivery has come to so far."""

    span: Span
    spans: list[ReadableSpan] = field(default_factory=list)
    left_out: int = 0
    outcome: str = ""


_current: ContextVar[_Delivery | None] = ContextVar("delivery", default=None)

# The id of a trace that starts now.
_starting: ContextVar[int] = ContextVar("starting")


class _Ids(RandomIdGenerator):
    """A trace that an event starts has an id of the event's: all its deliveries are in it."""

    def generate_trace_id(self) -> int:
        return _starting.get()

    def is_trace_id_random(self) -> bool:
        return False


class _Collect(SpanProcessor):
    """Keeps a delivery's spans together; a span outside any is not kept."""

    def on_end(self, span: ReadableSpan) -> None:
        now = _current.get()
        if now is None or span.context is None or not span.context.trace_flags.sampled:
            return
        # The delivery's own span ends last, and is never the one left out.
        if len(now.spans) < MAX_SPANS or span.context == now.span.get_span_context():
            now.spans.append(span)
        else:
            now.left_out += 1


class Otlp:
    """The `Telemetry` of a process that has a collector."""

    def __init__(self, post: Post, resource: Resource) -> None:
        self._post = post
        spans = TracerProvider(
            ParentBased(ALWAYS_ON), resource, shutdown_on_exit=False, id_generator=_Ids()
        )
        spans.add_span_processor(_Collect())
        self._tracer = spans.get_tracer("clarity", clarity.__version__)
        self._reader = InMemoryMetricReader()
        metrics = MeterProvider([self._reader], resource, shutdown_on_exit=False)
        self._meter = metrics.get_meter("clarity", clarity.__version__)
        self._counters: dict[str, Counter] = {}
        self._histograms: dict[str, Histogram] = {}
        self._metrics_due = 0.0
        self._at_work, self._counting = 0, threading.Lock()

    @contextmanager
    def delivery(self, arrival: Arrival) -> Iterator[str]:
        """A delivery, as part of the trace that it came with; sent off at its end."""
        began, step = _clock(), arrival.step
        span = self._start(arrival)
        now = _Delivery(span)
        token = _current.set(now)
        with self._counting:
            self._at_work += 1
        try:
            with _within(span):
                yield _traceparent(span) or arrival.fallback
        except BaseException:
            now.outcome = "retried"  # also where giving up has failed
            raise
        finally:
            try:
                self._send_off(now, step, _clock() - began)
            except Exception as error:  # noqa: BLE001  it is no delivery's fault
                _log.warning("telemetry failed", extra={"fields": {"code": type(error).__name__}})
            _current.reset(token)

    def _start(self, arrival: Arrival) -> Span:
        parent = _PROPAGATOR.extract({"traceparent": arrival.traceparent}, Context())
        attributes = {STEP: arrival.step, **arrival.attributes}
        token = _starting.set(int(arrival.trace_id, 16))
        try:
            return self._tracer.start_span(
                f"process {arrival.step}", parent, SpanKind.CONSUMER, attributes
            )
        finally:
            _starting.reset(token)

    def _send_off(self, now: _Delivery, step: str, seconds: float) -> None:
        """While others are at work the process has a CPU; the last one sees to what is posted."""
        parcel = Parcel((), None)
        try:
            parcel = self._end(now, step, seconds)
        finally:
            # At once: who were the last would leave behind what comes after it.
            with self._counting:
                self._at_work -= 1
                last = self._at_work == 0
                self._post.send(parcel, awaited=last)
        if last:
            self._post.flush(parcel)

    def _end(self, now: _Delivery, step: str, seconds: float) -> Parcel:
        labels = {"step": step, "outcome": now.outcome or "done"}
        now.span.set_attribute(OUTCOME, labels["outcome"])
        if now.outcome == "dead_lettered":
            now.span.set_status(Status(StatusCode.ERROR))
        if now.left_out:
            now.span.set_attribute("clarity.spans_left_out", now.left_out)
        now.span.end()
        self.add("clarity.deliveries", 1, labels)
        self.measure("clarity.delivery.duration", seconds, labels)
        return Parcel(tuple(now.spans), self._metrics())

    def _metrics(self) -> MetricsData | None:
        """What was measured, if it is time to say so."""
        now = time.monotonic()
        if now < self._metrics_due:
            return None
        self._metrics_due = now + METRICS_EVERY_S
        return self._reader.get_metrics_data()

    def close(self) -> None:
        """Send what was measured since the last time; nothing is recorded any more."""
        self._post.close(Parcel((), self._reader.get_metrics_data()))

    @contextmanager
    def call(self, name: str, attributes: Attributes, *, producer: bool) -> Iterator[None]:
        """A call of another service; outside a delivery it is not recorded."""
        if _current.get() is None:
            yield
            return
        kind = SpanKind.PRODUCER if producer else SpanKind.CLIENT
        span, began, outcome = self._tracer.start_span(name, None, kind, attributes), _clock(), "ok"
        try:
            with _within(span):
                yield
        except BaseException:
            outcome = "failed"
            raise
        finally:
            span.end()
            labels = {"peer": attributes[PEER], "outcome": outcome}
            self.measure("clarity.call.duration", _clock() - began, labels)

    def describe(self, attributes: Attributes) -> None:
        """Say more of the innermost call, or of the delivery where there is none."""
        span = trace.get_current_span()
        span.set_attributes(_nameless(attributes))
        if "error.type" in attributes:
            span.set_status(Status(StatusCode.ERROR))

    def mark(self, attributes: Attributes) -> None:
        """Say more of the delivery."""
        if now := _current.get():
            now.outcome = str(attributes.get(OUTCOME, now.outcome))
            now.span.set_attributes(_nameless(attributes))

    def note(self, name: str, attributes: Attributes) -> None:
        """Something happened now."""
        trace.get_current_span().add_event(name, attributes)

    def add(self, counter: str, amount: int, labels: Attributes) -> None:
        """Count."""
        if counter not in self._counters:
            self._counters[counter] = self._meter.create_counter(counter)
        self._counters[counter].add(amount, labels)

    def measure(self, histogram: str, value: float, labels: Attributes) -> None:
        """Take one value of a distribution."""
        if histogram not in self._histograms:
            unit, bounds = _HISTOGRAMS.get(histogram, ("s", _SECONDS))
            self._histograms[histogram] = self._meter.create_histogram(
                histogram, unit, explicit_bucket_boundaries_advisory=bounds
            )
        self._histograms[histogram].record(value, labels)


def _nameless(attributes: Attributes) -> Attributes:
    """A phone may have put the person's id into another one."""
    return {k: hidden(v) if isinstance(v, str) else v for k, v in attributes.items()}


@contextmanager
def _within(span: Span) -> Iterator[None]:
    """The span is current; an error's kind is kept, and not its words: they may quote a person."""
    try:
        with trace.use_span(span, record_exception=False, set_status_on_exception=False):
            yield
    except BaseException as error:
        span.set_attribute("error.type", getattr(error, "code", None) or type(error).__name__)
        span.set_status(Status(StatusCode.ERROR))
        raise


def _traceparent(span: Span) -> str:
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier, trace.set_span_in_context(span, Context()))
    return carrier.get("traceparent", "")  # nothing where OTEL_SDK_DISABLED is set


def open_otlp(endpoint: str, *, project: str, location: str | None, service: str) -> Otlp:
    """Telemetry that goes to an OTLP collector, or to Google's own.

    Args:
        endpoint: with its scheme, without a path: https://telemetry.googleapis.com.
        project: whose telemetry it is.
        location: the region; Cloud Monitoring takes no metric without one.
        service: the function.

    Raises:
        ValueError: the endpoint is neither https nor on loopback.
    """
    attributes = {
        "service.name": service,
        "service.namespace": "clarity",
        "service.version": clarity.__version__,
        "service.instance.id": uuid.uuid4().hex,
        "gcp.project_id": project,
    }
    place = {"cloud.region": location} if location else {}
    return Otlp(open_post(endpoint), Resource(attributes | place))
