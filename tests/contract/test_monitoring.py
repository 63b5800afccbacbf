"""The Load port over Cloud Monitoring's REST path: what is asked, and what each answer means."""

from __future__ import annotations

import json
import threading
import uuid
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from clarity.adapters.monitoring import MonitoredLoad, open_load
from clarity.domain.errors import RefusedError, UnavailableError
from clarity.steps.park import Backlog
from infra.local.topology import HOST, PAT_ENDPOINT, PROJECT
from tests.cloud import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cloud import Cloud

NOW = datetime(2026, 6, 15, 9, tzinfo=UTC)
SUBSCRIPTION = "projects/p/subscriptions/preprocess"
ENDPOINT = "projects/p/locations/us-central1/endpoints/77"
HALF_HOUR = timedelta(minutes=30)


@contextmanager
def answering(*answers: tuple[int, bytes]) -> Iterator[tuple[MonitoredLoad, list]]:
    """A load whose Monitoring gives these answers in turn, and the queries that it got."""
    asked: list[tuple[str, dict[str, str]]] = []
    left = list(answers)

    class Monitoring(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            asked.append((parts.path, {k: v for k, [v] in parse_qs(parts.query).items()}))
            status, body = left.pop(0)
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    server = ThreadingHTTPServer((HOST, 0), Monitoring)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    host = f"{HOST}:{server.server_address[1]}"
    load = open_load(SUBSCRIPTION, ENDPOINT, lambda: NOW, emulator_host=host)
    try:
        yield load, asked
    finally:
        load.session.close()
        server.shutdown()
        thread.join()
        server.server_close()


def page(*series: list[tuple[int, int]], token: str = "") -> tuple[int, bytes]:
    """An answer with these series of (minutes ago, value), newest first as Google sends them."""
    body: dict[str, Any] = {"unit": "1", "executionErrors": []}
    if series:
        body["timeSeries"] = [{"points": [point(*each) for each in one]} for one in series]
    if token:
        body["nextPageToken"] = token
    return 200, json.dumps(body).encode()


def point(ago: int, value: int) -> dict[str, Any]:
    at = (NOW - timedelta(minutes=ago)).isoformat().replace("+00:00", "Z")
    return {"interval": {"startTime": at, "endTime": at}, "value": {"int64Value": str(value)}}


def test_the_backlog_is_the_latest_and_the_largest_that_was_measured() -> None:
    with answering(page([(2, 3), (3, 9), (4, 0)])) as (load, asked):
        assert load.backlog(HALF_HOUR) == Backlog(latest=3, largest=9)

    ((path, query),) = asked
    assert path == "/v3/projects/p/timeSeries"
    assert query == {
        "filter": (
            'metric.type = "pubsub.googleapis.com/subscription/num_undelivered_messages"'
            ' AND resource.type = "pubsub_subscription"'
            ' AND resource.labels.subscription_id = "preprocess"'
        ),
        "interval.startTime": "2026-06-15T08:30:00+00:00",
        "interval.endTime": "2026-06-15T09:00:00+00:00",
        "view": "FULL",
    }


def test_predictions_are_those_of_all_deployed_models() -> None:
    with answering(page([(2, 3), (3, 9)], [(2, 1)])) as (load, asked):
        assert load.predictions(HALF_HOUR) == 13

    ((_, query),) = asked
    assert query["filter"] == (
        'metric.type = "aiplatform.googleapis.com/prediction/online/prediction_count"'
        ' AND resource.type = "aiplatform.googleapis.com/Endpoint"'
        ' AND resource.labels.endpoint_id = "77" AND resource.labels.location = "us-central1"'
    )


def test_every_page_is_read() -> None:
    with answering(page([(2, 3)], token="more"), page([(9, 8)])) as (load, asked):
        assert load.backlog(HALF_HOUR) == Backlog(latest=3, largest=8)

    assert [query.get("pageToken") for _, query in asked] == [None, "more"]


def test_no_measurement_is_no_backlog_of_zero_but_no_prediction_is_none() -> None:
    with answering(page(), page()) as (load, _):
        assert load.backlog(HALF_HOUR) is None
        assert load.predictions(HALF_HOUR) == 0


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_monitoring_that_asks_to_wait_is_unavailable(status) -> None:
    with answering((status, b"")) as (load, _), pytest.raises(UnavailableError, match=str(status)):
        load.backlog(HALF_HOUR)


@pytest.mark.parametrize(
    "answer",
    [
        (400, b"a bad filter"),
        (403, b"monitoring.timeSeries.list denied"),
        (200, b"no JSON"),
        (200, b'{"timeSeries": [{"points": [{"value": {"doubleValue": 1}}]}]}'),
        (200, b'{"timeSeries": 1}'),
    ],
)
def test_what_will_never_work_is_refused(answer) -> None:
    with answering(answer) as (load, _), pytest.raises(RefusedError, match="Cloud Monitoring"):
        load.backlog(HALF_HOUR)


def test_nobody_there_is_unavailable() -> None:
    load = open_load(SUBSCRIPTION, ENDPOINT, lambda: NOW, emulator_host="127.0.0.1:9")

    with pytest.raises(UnavailableError):
        load.predictions(HALF_HOUR)
    load.session.close()


@pytest.fixture
def measured(cloud: Cloud) -> Iterator[MonitoredLoad]:
    """The embedded cloud's load of a subscription of its own."""
    name = f"unread-{uuid.uuid4().hex}"
    publisher, subscriber = cloud.publisher(), cloud.subscriber()
    topic = publisher.create_topic(name=f"projects/{PROJECT}/topics/{name}").name
    subscription = f"projects/{PROJECT}/subscriptions/{name}"
    subscriber.create_subscription(name=subscription, topic=topic)
    host = f"{HOST}:{cloud.ports.http}"
    load = open_load(subscription, PAT_ENDPOINT, lambda: datetime.now(UTC), emulator_host=host)
    yield load
    load.session.close()
    subscriber.delete_subscription(subscription=subscription)
    publisher.delete_topic(topic=topic)
    subscriber.close()
    publisher.stop()


def test_the_embedded_cloud_measures_what_waits_and_waited(cloud: Cloud, measured) -> None:
    def measures(expected: Backlog) -> None:
        until(lambda: measured.backlog(HALF_HOUR) == expected, 10, str(expected))

    measures(Backlog(0, 0))
    publisher, subscriber = cloud.publisher(), cloud.subscriber()
    topic = measured.subscription.replace("subscriptions", "topics")
    for _ in range(3):
        publisher.publish(topic, b"work").result()
    measures(Backlog(3, 3))

    got = subscriber.pull(subscription=measured.subscription, max_messages=2, timeout=10)
    ids = [each.ack_id for each in got.received_messages]
    subscriber.acknowledge(subscription=measured.subscription, ack_ids=ids)
    measures(Backlog(3 - len(ids), 3))
    subscriber.close()
    publisher.stop()


def test_the_embedded_cloud_counts_predictions_and_fails_on_command(cloud: Cloud, measured) -> None:
    assert measured.predictions(HALF_HOUR) == 0
    knob = f"http://{HOST}:{cloud.ports.http}/_local/monitoring"

    httpx.put(knob, json={"status": 503}, trust_env=False).raise_for_status()
    with pytest.raises(UnavailableError, match="503"):
        measured.predictions(HALF_HOUR)

    httpx.put(knob, json={"status": 200}, trust_env=False).raise_for_status()
    assert measured.predictions(timedelta(seconds=1)) == 0


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"filter": 'metric.type = "x"'},
        {"filter": 'metric.type = "x" AND resource.type = "y"'},
        {"filter": "metric.type = starts_with(x)"},
    ],
)
def test_the_embedded_cloud_takes_no_other_question(cloud: Cloud, query) -> None:
    path = f"http://{HOST}:{cloud.ports.http}/v3/projects/{PROJECT}/timeSeries"

    assert httpx.get(path, params=query, trust_env=False).status_code == 400


@pytest.mark.parametrize("start", ["2026-06-15T08:30:00", "2026-06-15", "yesterday"])
def test_the_embedded_cloud_takes_no_time_without_its_zone(cloud: Cloud, start) -> None:
    path = f"http://{HOST}:{cloud.ports.http}/v3/projects/{PROJECT}/timeSeries"
    backlog = "pubsub.googleapis.com/subscription/num_undelivered_messages"
    terms = {
        "metric.type": backlog,
        "resource.type": "pubsub_subscription",
        "resource.labels.subscription_id": "preprocess",
    }
    query = {
        "filter": " AND ".join(f'{name} = "{value}"' for name, value in terms.items()),
        "interval.startTime": start,
        "interval.endTime": "2026-06-15T09:00:00Z",
    }

    assert httpx.get(path, params=query, trust_env=False).status_code == 400
    query["interval.startTime"] = "2026-06-15T08:30:00Z"
    assert httpx.get(path, params=query, trust_env=False).status_code == 200


@pytest.mark.parametrize("status", [None, "503", 0, 1000, [], 10**30])
def test_the_embedded_cloud_answers_with_no_status_that_there_is_not(cloud: Cloud, status) -> None:
    knob = f"http://{HOST}:{cloud.ports.http}/_local/monitoring"

    answer = httpx.put(knob, json={"status": status}, trust_env=False)

    assert answer.status_code == 400
    assert "expected a status of HTTP" in answer.json()["error"]["message"]
