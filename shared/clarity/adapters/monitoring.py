"""Cloud Monitoring, by its REST path `timeSeries`: what waits for the endpoint and what it does.

From Google's lists of metrics and monitored resources (generated 2026-01 and 2026-02):
`num_undelivered_messages` is sampled every 60 s and seen up to 120 s later; for the endpoint's
`prediction_count` no delay is given, for its neighbours it is 360 s.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import google.auth
import requests
from google.auth.exceptions import GoogleAuthError
from google.auth.transport.requests import AuthorizedSession
from pydantic import AwareDatetime, BaseModel, Field, ValidationError

from clarity.domain.errors import RefusedError, UnavailableError
from clarity.steps.park import Backlog

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, timedelta

HOST = "monitoring.googleapis.com"
BACKLOG = "pubsub.googleapis.com/subscription/num_undelivered_messages"
PREDICTIONS = "aiplatform.googleapis.com/prediction/online/prediction_count"
ENDPOINT = "aiplatform.googleapis.com/Endpoint"
_SCOPE = "https://www.googleapis.com/auth/monitoring.read"
_TIMEOUT_S = 20.0
_WAIT = frozenset({408, 429, 500, 502, 503, 504})


class _Value(BaseModel):
    int64: int = Field(alias="int64Value")  # in JSON a string of digits


class _Interval(BaseModel):
    end: AwareDatetime = Field(alias="endTime")


class _Point(BaseModel):
    interval: _Interval
    value: _Value


class _Series(BaseModel):
    points: list[_Point] = []


class _Page(BaseModel):
    series: list[_Series] = Field(default=[], alias="timeSeries")
    next_page: str = Field(default="", alias="nextPageToken")


@dataclass(frozen=True, slots=True)
class MonitoredLoad:
    """The `Load` port: a subscription's backlog and an endpoint's predictions.

    Attributes:
        session: authorised.
        base: scheme and host.
        subscription: `projects/P/subscriptions/S`.
        endpoint: `projects/P/locations/L/endpoints/E`.
        clock: the time.
    """

    session: requests.Session
    base: str
    subscription: str
    endpoint: str
    clock: Callable[[], datetime]

    def backlog(self, within: timedelta) -> Backlog | None:
        """The messages that waited; None if nothing was measured.

        Raises:
            UnavailableError: no answer, or we are asked to wait.
            RefusedError: the call will never work as it is.
        """
        subscription = self.subscription.rpartition("/")[2]
        points = self._points(
            f'metric.type = "{BACKLOG}" AND resource.type = "pubsub_subscription"'
            f' AND resource.labels.subscription_id = "{subscription}"',
            within,
        )
        if not points:
            return None
        latest = max(points, key=lambda point: point.interval.end).value.int64
        return Backlog(latest, max(point.value.int64 for point in points))

    def predictions(self, within: timedelta) -> int:
        """How many predictions were made; without any, nothing is measured.

        Raises:
            UnavailableError: no answer, or we are asked to wait.
            RefusedError: the call will never work as it is.
        """
        _, _, _, location, _, endpoint = self.endpoint.split("/")
        points = self._points(
            f'metric.type = "{PREDICTIONS}" AND resource.type = "{ENDPOINT}"'
            f' AND resource.labels.endpoint_id = "{endpoint}"'
            f' AND resource.labels.location = "{location}"',
            within,
        )
        return sum(point.value.int64 for point in points)

    def _points(self, chosen: str, within: timedelta) -> list[_Point]:
        """Those of all series within this time, as far as they can be seen yet."""
        project, now = self.subscription.split("/")[1], self.clock()
        query = {
            "filter": chosen,
            "interval.startTime": (now - within).isoformat(),
            "interval.endTime": now.isoformat(),
            "view": "FULL",
        }
        points: list[_Point] = []
        while True:
            page = self._page(f"{self.base}/v3/projects/{project}/timeSeries", query)
            points += [point for series in page.series for point in series.points]
            if not page.next_page:
                return points
            query["pageToken"] = page.next_page

    def _page(self, url: str, query: dict[str, str]) -> _Page:
        try:
            answer = self.session.get(url, params=query, timeout=_TIMEOUT_S)
        except (requests.RequestException, GoogleAuthError) as error:
            name = type(error).__name__
            raise UnavailableError(f"Cloud Monitoring did not answer: {name}") from error
        if not answer.ok:
            kind = UnavailableError if answer.status_code in _WAIT else RefusedError
            raise kind(f"Cloud Monitoring answered {answer.status_code} {answer.text[:200]}")
        try:
            return _Page.model_validate_json(answer.content)
        except ValidationError as error:
            raise RefusedError(
                "expected time series from Cloud Monitoring, found others"
            ) from error


def open_load(
    subscription: str,
    endpoint: str,
    clock: Callable[[], datetime],
    *,
    emulator_host: str | None,
) -> MonitoredLoad:
    """The load of the endpoint.

    Args:
        subscription: `projects/P/subscriptions/S`, whose messages need the endpoint.
        endpoint: `projects/P/locations/L/endpoints/E`.
        clock: the time.
        emulator_host: host:port of a local stand-in (plain HTTP, no credentials), or None.
    """
    if emulator_host:
        session, base = requests.Session(), f"http://{emulator_host}"
    else:
        credentials, _ = google.auth.default(scopes=[_SCOPE])
        session, base = AuthorizedSession(credentials), f"https://{HOST}"  # type: ignore[no-untyped-call]
    return MonitoredLoad(session, base, subscription, endpoint, clock)
