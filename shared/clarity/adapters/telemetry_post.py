"""Spans and metrics to a collector, OTLP over HTTP in protobuf, by one thread of its own.

Parcels that come close together are posted as one. Who is the last at work here waits for theirs,
since an instance without a request has no CPU: WAIT_S at most, and not at all once the collector
has been slow, refused or gone. Then a bounded number of parcels waits for it, and the others are
left out. Each is posted once.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import google.auth
import requests
from google.auth.transport.requests import AuthorizedSession
from opentelemetry.exporter.otlp.proto.common.metrics_encoder import encode_metrics
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from clarity.adapters.bounded_http import Bounded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from opentelemetry.sdk.metrics.export import MetricsData
    from opentelemetry.sdk.trace import ReadableSpan

# What a delivery may lose to a collector that does not answer, until that is known.
WAIT_S = 0.25
# Parcels are gathered for so long while nobody waits for one.
_GATHERED_S = 1.0
# For one post, in the background.
_TIMEOUT_S = 5.0
# Spans of some KiB: above it, a collector that is gone would fill the memory. Twenty deliveries a
# second bring some 400.
_WAITING = 2048
_PAUSES_S = (1.0, 30.0)  # after a failure, doubled with each in a row
_SAY_AGAIN_S = 600.0
_LONGEST_ANSWER = 65_536
# Google's: https://cloud.google.com/stackdriver/docs/reference/telemetry
_SCOPES = (
    "https://www.googleapis.com/auth/trace.append",
    "https://www.googleapis.com/auth/monitoring.write",
)
_PROTOBUF = "application/x-protobuf"
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Parcel:
    """What one delivery has to say, and when that is off our hands."""

    spans: tuple[ReadableSpan, ...]
    metrics: MetricsData | None
    gone: threading.Event = field(default_factory=threading.Event)


class Post:
    """One thread that posts what deliveries hand to it."""

    def __init__(self, endpoint: str, connect: Callable[[], requests.Session]) -> None:
        """Start the thread; it fetches credentials and connects while the first event is worked on.

        Nobody waits for a collector that has not been heard of.
        """
        self._endpoint, self._connect = endpoint, connect
        self._session: requests.Session | None = None
        self._waiting: list[Parcel] = []
        self._spans_waiting, self._awaited = 0, False
        self._changed = threading.Condition()
        self._well, self._pause_s, self._said_at = False, _PAUSES_S[0], float("-inf")
        self._saying = threading.Lock()
        self._closed = threading.Event()
        threading.Thread(target=self._run, name="telemetry", daemon=True).start()

    def send(self, parcel: Parcel, *, awaited: bool) -> None:
        """Hand it over; it goes now if awaited, or within a moment, with those that come after."""
        with self._changed:
            if self._spans_waiting + len(parcel.spans) < _WAITING:
                self._waiting.append(parcel)
                self._spans_waiting += len(parcel.spans) + 1  # an empty one takes room, too
            else:
                parcel.gone.set()  # left out
            self._awaited = self._awaited or awaited
            # Who gathers is not woken by each.
            if awaited or len(self._waiting) == 1:
                self._changed.notify()

    def flush(self, parcel: Parcel) -> None:
        """Wait until this one is posted, if that can be expected."""
        if self._well and not parcel.gone.wait(WAIT_S):
            self._fail("slow")

    def close(self, last: Parcel) -> None:
        """Send a last parcel, with which the thread ends; a process that ends complains no more."""
        self._closed.set()
        self.send(last, awaited=True)
        self.flush(last)

    def _run(self) -> None:
        # A request without telemetry is to be answered with success, says OTLP.
        self._judge(self._try([("traces", b"")]), 0)
        while not (self._closed.is_set() and not self._waiting):
            parcels = self._gathered()
            began = time.monotonic()
            problem = self._try(_bodies(parcels))
            for parcel in parcels:
                parcel.gone.set()
            self._judge(problem, time.monotonic() - began)

    def _gathered(self) -> list[Parcel]:
        """What is to be posted next, once there is something."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting)
            self._changed.wait_for(lambda: self._awaited, _GATHERED_S)
            parcels, self._waiting = self._waiting, []
            self._spans_waiting, self._awaited = 0, False
            return parcels

    def _judge(self, problem: str, took_s: float) -> None:
        if not problem and took_s <= WAIT_S:
            self._well, self._pause_s = True, _PAUSES_S[0]
            return
        self._fail(problem or "slow")
        self._closed.wait(self._pause_s)
        self._pause_s = min(2 * self._pause_s, _PAUSES_S[1])

    def _try(self, bodies: Iterable[tuple[str, bytes]]) -> str:
        """Post them; what went wrong, in a word that quotes nobody, or nothing."""
        try:
            self._session = self._session or self._connect()
            for signal, body in bodies:
                answer = self._put(self._session, signal, body)
                if answer.status_code >= requests.codes.multiple_choices:
                    return str(answer.status_code)
                if _left_out(signal, answer):  # it is well all the same
                    self._say(f"{signal} partly refused")
        except Exception as error:  # noqa: BLE001  telemetry ends no thread, and no delivery
            return type(error).__name__
        return ""

    def _put(self, session: requests.Session, signal: str, body: bytes) -> requests.Response:
        return session.post(
            f"{self._endpoint}/v1/{signal}",
            data=body,
            headers={"content-type": _PROTOBUF},
            timeout=_TIMEOUT_S,
            allow_redirects=False,  # it would take the credentials elsewhere
        )

    def _fail(self, problem: str) -> None:
        """Let nobody wait from now on."""
        self._well = False
        self._say(problem)

    def _say(self, problem: str) -> None:
        """Log it, but not with every failure."""
        with self._saying:
            now = time.monotonic()
            if self._closed.is_set() or now - self._said_at < _SAY_AGAIN_S:
                return
            self._said_at = now
        _log.warning("telemetry not taken", extra={"fields": {"code": problem}})


def _bodies(parcels: list[Parcel]) -> Iterator[tuple[str, bytes]]:
    if spans := [span for parcel in parcels for span in parcel.spans]:
        yield "traces", encode_spans(spans).SerializeToString()
    for parcel in parcels:
        if parcel.metrics:
            yield "metrics", encode_metrics(parcel.metrics).SerializeToString()


def _left_out(signal: str, answer: requests.Response) -> bool:
    """Whether the collector took only a part; its reason may quote what it was sent."""
    if answer.headers.get("content-type", "") != _PROTOBUF:
        return False
    if signal == "traces":
        spans = ExportTraceServiceResponse.FromString(answer.content)
        return bool(spans.partial_success.rejected_spans)
    points = ExportMetricsServiceResponse.FromString(answer.content)
    return bool(points.partial_success.rejected_data_points)


def open_post(endpoint: str) -> Post:
    """The post to `https://host`, authorised, or to `http://host:port` on loopback.

    Raises:
        ValueError: it is neither.
    """
    parts = urlsplit(endpoint)
    if parts.scheme == "http" and parts.hostname in _LOOPBACK:
        return Post(endpoint.rstrip("/"), _plain)
    if parts.scheme != "https":
        raise ValueError(f"expected https, or http on loopback, found {endpoint!r}")
    return Post(endpoint.rstrip("/"), _authorized)


def _plain() -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # loopback knows no proxy
    session.mount("http://", Bounded(_LONGEST_ANSWER, raise_errors=False))
    return session


def _authorized() -> requests.Session:
    credentials, _ = google.auth.default(scopes=_SCOPES)
    session: requests.Session = AuthorizedSession(credentials)  # type: ignore[no-untyped-call]
    session.mount("https://", Bounded(_LONGEST_ANSWER, raise_errors=False))
    return session
