"""Cloud Monitoring's `timeSeries.list` over what this cloud does, for the two metrics of `park`.

    PUT /_local/monitoring {"status": 503}    answers so until it is told {"status": 200}

Samples are taken each half second, not each minute, and seen at once; they go with the process.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import deque
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infra.local.asked import asked

if TYPE_CHECKING:
    from starlette.requests import Request

    from infra.local.pubsub import PubSub

# JSON of any shape: this side of the wire is Google's.
Json = dict[str, Any]

SAMPLE_S = 0.5
KEPT = 7200  # samples of each metric
BACKLOG = "pubsub.googleapis.com/subscription/num_undelivered_messages"
PREDICTIONS = "aiplatform.googleapis.com/prediction/online/prediction_count"
ENDPOINT = "aiplatform.googleapis.com/Endpoint"
_TERM = re.compile(r'([a-z_.]+) = "([^"]*)"')


class LocalMonitoring:
    """The one method that the project calls, as routes for an HTTP front."""

    def __init__(self, pubsub: PubSub) -> None:
        self._pubsub = pubsub
        self._backlogs: dict[str, deque[tuple[float, int]]] = {}
        self._predictions: dict[str, deque[tuple[float, int]]] = {}
        self._status = 200

    def routes(self) -> list[Route]:
        """The API's method and the control path."""
        return [
            Route("/v3/projects/{project}/timeSeries", self._list, methods=["GET"]),
            Route("/_local/monitoring", self._command, methods=["PUT"]),
        ]

    async def run(self) -> None:
        """Take samples, for ever."""
        while True:
            self._sample()
            await asyncio.sleep(SAMPLE_S)

    def predicted(self, endpoint: str) -> None:
        """Count a prediction of `projects/P/locations/L/endpoints/E`."""
        counted = self._predictions.setdefault(endpoint, deque(maxlen=KEPT))
        counted.append((time.time(), 1))

    def _sample(self) -> None:
        for name, row in self._pubsub.backlog().items():
            samples = self._backlogs.setdefault(name, deque(maxlen=KEPT))
            samples.append((time.time(), row["unacked"]))

    async def _command(self, request: Request) -> Response:
        try:
            self._status = HTTPStatus((await asked(request)).get("status", 0)).value
        except ValueError as error:
            return _error(400, f"expected a status of HTTP: {error}")
        return JSONResponse({"status": self._status})

    async def _list(self, request: Request) -> Response:
        if self._status != HTTPStatus.OK:
            return _error(self._status, "as commanded")
        try:
            kind, samples, series = self._asked(request)
            start, end = (
                _seconds(request.query_params[f"interval.{name}Time"]) for name in ("start", "end")
            )
        except (KeyError, ValueError) as error:
            return _error(400, f"expected a known filter and an interval, found {error}")
        points = [_point(kind, at, value) for at, value in samples if start <= at <= end]
        series |= {"metricKind": kind, "valueType": "INT64", "points": points[::-1]}
        return JSONResponse({"timeSeries": [series]} if points else {})

    def _asked(self, request: Request) -> tuple[str, list[tuple[float, int]], Json]:
        """The metric's kind, its samples, and how its series is named.

        Raises:
            KeyError: something is missing in the filter.
            ValueError: it is another filter.
        """
        terms, project = _terms(request.query_params["filter"]), request.path_params["project"]
        metric, resource = terms.pop("metric.type"), terms.pop("resource.type")
        labels = {name.removeprefix("resource.labels."): value for name, value in terms.items()}
        if (metric, resource) == (BACKLOG, "pubsub_subscription"):
            name = f"projects/{project}/subscriptions/{labels['subscription_id']}"
            kind, samples = "GAUGE", self._backlogs.get(name, ())
        elif (metric, resource) == (PREDICTIONS, ENDPOINT):
            within = f"projects/{project}/locations/{labels['location']}"
            name = f"{within}/endpoints/{labels['endpoint_id']}"
            kind, samples = "DELTA", self._predictions.get(name, ())
        else:
            raise ValueError(f"{metric} of {resource}")
        series = {"metric": {"type": metric}, "resource": {"type": resource, "labels": labels}}
        return kind, list(samples), series


def _point(kind: str, at: float, value: int) -> Json:
    """A gauge is of a moment, a difference is of the time before it."""
    begin = at if kind == "GAUGE" else at - SAMPLE_S
    interval = {"startTime": _time(begin), "endTime": _time(at)}
    return {"interval": interval, "value": {"int64Value": str(value)}}


def _terms(text: str) -> dict[str, str]:
    """The filter's terms; only `name = "value"` joined by AND.

    Raises:
        ValueError: it is another filter.
    """
    terms = {}
    for term in text.split(" AND "):
        match = _TERM.fullmatch(term)
        if match is None:
            raise ValueError(term)
        terms[match[1]] = match[2]
    return terms


def _seconds(text: str) -> float:
    """Seconds since 1970 of a time in RFC 3339.

    Raises:
        ValueError: it is none, or names no zone.
    """
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(f"{text!r:.40} without a zone")
    return found.timestamp()


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


def _error(code: int, message: str) -> Response:
    return JSONResponse({"error": {"code": code, "message": message}}, code)
