"""Deliveries as an OTLP collector sees them, and what a bad collector costs them."""

from __future__ import annotations

import logging
import re
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from opentelemetry.sdk.resources import Resource

from clarity.adapters import telemetry, telemetry_post
from clarity.adapters.log import bound
from clarity.adapters.telemetry_otlp import MAX_SPANS, Otlp
from clarity.adapters.telemetry_post import WAIT_S, Parcel, Post
from clarity.domain.errors import ForgottenError, RefusedError, UnavailableError
from tests import events
from tests.cloud import REPOSITORY, until
from tests.contract.http_sink import Sink, sink
from tests.unit.test_cloudevent import MESSAGE, Door

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


def opened(url: str | None) -> None:
    endpoint = url and url.rstrip("/")
    telemetry.open_telemetry(endpoint, project="p", location="us-central1", service="ingest")


@pytest.fixture
def collector() -> Iterator[Callable[..., Sink]]:
    """A collector that answers as it is told; the process has telemetry as long as it is there."""
    with ExitStack() as sinks:

        def start(answer: Callable[[int], int] = lambda _: 200) -> Sink:
            found = sinks.enter_context(sink(answer))
            opened(found.url)
            found.wait_for(1)  # the empty request that connects
            return found

        yield start
        opened(None)


def arrival(traceparent: str = "", event: str = "e1", **attributes: str) -> telemetry.Arrival:
    return telemetry.Arrival("ingest", event, traceparent, attributes)


def spans_of(body: bytes) -> list[Span]:
    """What a request holds, if it is not of metrics."""
    if b"clarity.deliveries" in body:
        return []
    return [
        span
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]


def spans(found: Sink, count: int) -> dict[str, Span]:
    """What the collector has been sent, by name, once there is as much as that."""

    def received() -> list[Span]:
        return [span for request in list(found.requests) for span in spans_of(request.body)]

    until(lambda: len(received()) >= count, 10, f"{count} spans")
    return {span.name: span for span in received()}


def attributes(span: Span) -> dict[str, str]:
    return {pair.key: pair.value.string_value for pair in span.attributes}


def test_a_delivery_and_its_calls_are_one_tree_in_the_trace_it_came_with(collector) -> None:
    found = collector()

    with telemetry.delivery(arrival(f"00-{TRACE}-{PARENT}-01")) as traceparent:
        telemetry.mark({telemetry.PROCESSING_ID: "upload-u1"})
        with telemetry.firestore("claim"):
            telemetry.note("retry", {"attempt": 2})
        with telemetry.publish("projects/p/topics/health-data-ingested"):
            pass

    tree = spans(found, 3)
    own = tree["process ingest"]
    assert own.trace_id.hex() == TRACE
    assert own.parent_span_id.hex() == PARENT
    assert own.kind == Span.SPAN_KIND_CONSUMER
    assert attributes(own)[telemetry.PROCESSING_ID] == "upload-u1"
    assert attributes(own)[telemetry.OUTCOME] == "done"
    assert traceparent == f"00-{TRACE}-{own.span_id.hex()}-01"
    claim, publish = tree["claim firestore"], tree["publish health-data-ingested"]
    assert {claim.parent_span_id, publish.parent_span_id} == {own.span_id}
    assert (claim.kind, publish.kind) == (Span.SPAN_KIND_CLIENT, Span.SPAN_KIND_PRODUCER)
    assert [event.name for event in claim.events] == ["retry"]


def test_an_id_that_holds_the_person_s_is_told_without_it(collector) -> None:
    found = collector()

    with telemetry.delivery(arrival()), bound(user_id="ada"):
        telemetry.mark({telemetry.PROCESSING_ID: "upload-ada-1"})
        with telemetry.firestore("claim"):
            telemetry.describe({"of": "users/ada/jobs/j1"})

    tree = spans(found, 2)
    assert attributes(tree["process ingest"])[telemetry.PROCESSING_ID] == "upload---1"
    assert attributes(tree["claim firestore"])["of"] == "users/-/jobs/j1"


def test_all_deliveries_of_an_event_that_starts_a_trace_are_in_it(collector) -> None:
    collector()

    with telemetry.delivery(arrival(event="e7")) as first:
        pass
    with telemetry.delivery(arrival(event="e7")) as again:
        pass
    with telemetry.delivery(arrival(event="e8")) as other:
        pass
    opened(None)
    with telemetry.delivery(arrival(event="e7")) as untraced:
        pass

    ids = [each.split("-")[1] for each in (first, again, other, untraced)]
    assert ids[0] == ids[1] == ids[3] != ids[2]
    assert len({first, again, untraced}) == 3


def test_an_error_is_told_by_its_kind_and_never_by_its_words(collector) -> None:
    found = collector()

    with (
        pytest.raises(ValueError, match="resting heart rate 63"),
        telemetry.delivery(arrival()),
        telemetry.firestore("recent"),
    ):
        raise ValueError("resting heart rate 63")

    tree = spans(found, 2)
    for span in tree.values():
        assert span.status.code == Status.STATUS_CODE_ERROR
        assert attributes(span)["error.type"] == "ValueError"
    assert attributes(tree["process ingest"])[telemetry.OUTCOME] == "retried"
    assert not any(b"heart" in request.body for request in found.requests)


def test_a_trace_that_is_not_sampled_is_passed_on_and_not_sent(collector) -> None:
    found = collector()
    with telemetry.delivery(arrival()):  # the metrics are not due again soon after it
        pass
    sent = len(found.wait_for(3))

    unsampled = arrival(f"00-{TRACE}-{PARENT}-00")
    with telemetry.delivery(unsampled) as traceparent, telemetry.firestore("claim"):
        pass

    assert traceparent.startswith(f"00-{TRACE}-")
    assert traceparent.endswith("-00")
    assert len(found.requests) == sent


@pytest.mark.parametrize(
    ("error", "outcome", "code"),
    [
        (None, "done", ""),
        (ForgottenError("erased"), "dropped", "forgotten"),
        (RefusedError("never"), "dead_lettered", "refused"),
        (UnavailableError("not now"), "retried", "unavailable"),
        (KeyError("resting heart rate 63"), "retried", "KeyError"),
    ],
)
def test_each_end_of_a_delivery_is_told_with_the_job_and_the_wait(
    collector, error, outcome, code
) -> None:
    found = collector()
    door = Door(error)
    at = (datetime.now(UTC) - timedelta(seconds=7)).isoformat().replace("+00:00", "Z")
    headers, body = events.published(MESSAGE.body(), traceparent=f"00-{TRACE}-{PARENT}-01")

    with suppress(UnavailableError, KeyError):
        door.deliver((headers | {"ce-time": at}, body))

    own = spans(found, 1)["process test"]
    told = attributes(own)
    assert (own.trace_id.hex(), own.parent_span_id.hex()) == (TRACE, PARENT)
    assert told[telemetry.PROCESSING_ID] == MESSAGE.processing_id
    assert (told[telemetry.OUTCOME], told.get("error.type", "")) == (outcome, code)
    failed = own.status.code == Status.STATUS_CODE_ERROR
    assert failed == (outcome in {"retried", "dead_lettered"})
    waited = next(pair for pair in own.attributes if pair.key == telemetry.WAITED)
    assert 7 <= waited.value.double_value < 60


def test_a_delivery_of_thousands_of_calls_is_cut_and_says_so(collector) -> None:
    found = collector()

    with telemetry.delivery(arrival()):
        for _ in range(MAX_SPANS + 10):
            with telemetry.firestore("erase"):
                pass

    own = spans(found, MAX_SPANS + 1)["process ingest"]
    left_out = next(pair for pair in own.attributes if pair.key == "clarity.spans_left_out")
    assert left_out.value.int_value == 10


def test_metrics_name_step_and_outcome_and_where_they_are_of(collector) -> None:
    found = collector()

    with telemetry.delivery(arrival()):
        with telemetry.firestore("claim"):
            pass
        telemetry.measure("clarity.job.duration", 2.0, {"status": "completed"})

    body = found.wait_for(3)[2].body
    (measured,) = ExportMetricsServiceRequest.FromString(body).resource_metrics
    names = {metric.name: metric for scope in measured.scope_metrics for metric in scope.metrics}
    assert names.keys() == {
        "clarity.call.duration",
        "clarity.deliveries",
        "clarity.delivery.duration",
        "clarity.job.duration",
    }
    (point,) = names["clarity.deliveries"].sum.data_points
    assert attributes(point) == {"step": "ingest", "outcome": "done"}
    place = attributes(measured.resource)
    # Cloud Monitoring refuses a point without location or instance.
    assert place["cloud.region"] == "us-central1"
    assert place["service.instance.id"]


def took(deliveries: int) -> float:
    began = time.monotonic()
    for _ in range(deliveries):
        with telemetry.delivery(arrival()):
            pass
    return time.monotonic() - began


def test_deliveries_beside_each_other_go_in_one_post_as_soon_as_all_are_through(
    collector, monkeypatch
) -> None:
    monkeypatch.setattr(telemetry_post, "_GATHERED_S", 60.0)
    found = collector()
    with telemetry.delivery(arrival(event="e1")):
        for number in range(2, 12):
            with telemetry.delivery(arrival(event=f"e{number}")):
                pass
        between = len(found.requests)

    until(lambda: len(found.requests) >= 3, 10, "spans and metrics")
    assert between == 1
    assert [len(spans_of(request.body)) for request in found.requests[1:]] == [11, 0]


def test_a_collector_that_hangs_costs_one_short_wait(collector, caplog) -> None:
    def answer(number: int) -> int:
        if number > 3:
            time.sleep(1.5)
        return 200

    found = collector(answer)
    took(1)
    found.wait_for(3)
    time.sleep(0.2)

    seconds = took(20)

    assert WAIT_S <= seconds < WAIT_S + 0.5
    assert [record.fields for record in caplog.records] == [{"code": "slow"}]


@pytest.mark.parametrize("status", [403, 429, 503, 302])
def test_a_collector_that_refuses_costs_nothing_and_is_logged_once(
    collector, caplog, status
) -> None:
    collector(lambda _: status)
    until(lambda: caplog.records, 5, "the line")

    seconds = took(200)

    assert seconds < 4 * WAIT_S
    assert [record.fields for record in caplog.records] == [{"code": str(status)}]
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


def test_a_collector_that_is_gone_costs_nothing_and_is_used_when_it_is_back(caplog) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    opened(f"http://127.0.0.1:{port}")
    until(lambda: caplog.records, 5, "the line")

    seconds = took(5)
    with sink(port=port) as found:
        spans(found, 1)
    opened(None)

    assert seconds < WAIT_S
    assert len(caplog.records) == 1


class Broken(Post):
    """A post that fails in a way nobody thought of."""

    def __init__(self) -> None:
        """Start no thread."""

    def send(self, parcel: Parcel, *, awaited: bool) -> None:
        raise RuntimeError(parcel, awaited)


def test_a_fault_of_telemetry_s_own_fails_no_delivery(caplog) -> None:
    recorder = Otlp(Broken(), Resource({"service.name": "ingest"}))

    with recorder.delivery(arrival()) as traceparent:
        pass

    assert traceparent
    assert [record.fields for record in caplog.records] == [{"code": "RuntimeError"}]


def test_an_sdk_that_is_switched_off_passes_the_trace_on(collector, monkeypatch) -> None:
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    collector()

    with telemetry.delivery(arrival(f"00-{TRACE}-{PARENT}-01")) as continued:
        pass
    with telemetry.delivery(arrival()) as started, telemetry.firestore("claim"):
        telemetry.note("retry", {"attempt": 2})

    assert continued == f"00-{TRACE}-{PARENT}-01"
    assert re.fullmatch("00-[0-9a-f]{32}-[0-9a-f]{16}-01", started)


@pytest.mark.parametrize("url", ["http://collector.example", "ftp://127.0.0.1", "collector"])
def test_telemetry_goes_nowhere_in_the_clear(url) -> None:
    with pytest.raises(ValueError, match="expected https, or http on loopback"):
        opened(url)


def test_a_process_without_an_endpoint_imports_no_sdk() -> None:
    program = """
import sys
from clarity import wiring
from clarity.adapters import telemetry
with telemetry.delivery(telemetry.Arrival("ingest", "e", "", {})), telemetry.firestore("claim"):
    pass
print([name for name in sys.modules if name.startswith(("opentelemetry.sdk", "opentelemetry.exp"))])
"""
    command = [sys.executable, "-W", "ignore", "-c", program]
    ran = subprocess.run(
        command, cwd=REPOSITORY, env={"PYTHONPATH": "shared"}, capture_output=True, check=True
    )

    assert ran.stdout.strip() == b"[]"
