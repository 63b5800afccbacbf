"""What the endpoint counts for Prometheus: how much, how long, how often refused; nobody's data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Seconds; from a window of the smallest size to the deadline.
SECONDS = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
WINDOWS = (1, 2, 4, 8, 16, 32, 64)


class Metrics:
    """One server's counters. Labels are fixed words and status codes, never what a request says."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.requests = self._counter(
            "pat_requests", "Requests to the predict route by their answer's status.", ["status"]
        )
        self.rejected = self._counter(
            "pat_rejected_requests", "Requests without a prediction by the reason.", ["reason"]
        )
        self.windows = self._counter("pat_windows", "Windows that were answered.")
        self.latency = self._histogram(
            "pat_request_seconds", "From a request's first byte to its answer."
        )
        self.wait = self._histogram(
            "pat_queue_wait_seconds", "From a window's arrival until it runs.", ["work"]
        )
        self.compute = self._histogram(
            "pat_compute_seconds", "How long a batch of windows runs.", ["work"]
        )
        self.batch = self._histogram(
            "pat_batch_windows", "Windows that ran together.", ["work"], WINDOWS
        )
        self.depth = Gauge(
            "pat_queue_depth", "Windows that wait to run.", ["work"], registry=self.registry
        )
        self.model = Info("pat_model", "What is served.", registry=self.registry)

    def page(self) -> Response:
        """Everything in Prometheus' text format."""
        return Response(
            generate_latest(self.registry), headers={"Content-Type": CONTENT_TYPE_LATEST}
        )

    def _counter(self, name: str, about: str, labels: Sequence[str] = ()) -> Counter:
        return Counter(name, about, labels, registry=self.registry)

    def _histogram(
        self,
        name: str,
        about: str,
        labels: Sequence[str] = (),
        buckets: Sequence[float] = SECONDS,
    ) -> Histogram:
        return Histogram(name, about, labels, buckets=buckets, registry=self.registry)


class Counted:
    """An application whose answers on one route are counted, whoever in it makes them."""

    def __init__(self, app: ASGIApp, metrics: Metrics, route: str) -> None:
        self._app, self._metrics, self._route = app, metrics, route

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["path"] != self._route:
            return await self._app(scope, receive, send)
        status = 500  # what the server answers for an application that fails

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with self._metrics.latency.time():
            try:
                await self._app(scope, receive, sending)
            finally:
                self._metrics.requests.labels(str(status)).inc()
