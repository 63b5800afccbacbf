"""The embedded cloud's collector, and the waterfall that is drawn of what it keeps."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
import sqlite3
import time
import uuid
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from click.testing import CliRunner, Result
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanContext, TraceFlags
from starlette.applications import Starlette

from clarity.adapters import telemetry
from clarity.adapters.telemetry_post import Parcel, open_post
from infra.local import traces
from infra.local.__main__ import cli
from infra.local.database import Database
from infra.local.topology import HOST
from infra.local.traced import read_job
from tests.cloud import Cloud, until
from tests.contract.test_telemetry import opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROTOBUF = {"content-type": "application/x-protobuf"}


@pytest.fixture
def traced(cloud: Cloud) -> Iterator[Cloud]:
    """The embedded cloud, with this process's telemetry on its way there."""
    opened(f"http://{HOST}:{cloud.ports.http}")
    yield cloud
    opened(None)


def work(step: str, job: str, traceparent: str, *, joined: str = "", waited: float = 0.0) -> str:
    """One delivery with two calls; gives the trace context that its message would carry."""
    attributes = {telemetry.WAITED: waited}
    arrival = telemetry.Arrival(step, f"event of {job}", traceparent, attributes)
    with telemetry.delivery(arrival) as context:
        telemetry.mark({telemetry.PROCESSING_ID: job})
        if joined:
            telemetry.mark({telemetry.JOINED: joined})
        with telemetry.firestore("claim"):
            time.sleep(0.01)
        with telemetry.call("pat", "predict", {}):
            telemetry.note("retry", {"wait_s": 0.01})
            time.sleep(0.02)
        time.sleep(0.005)
    return context


def job_of(traced: Cloud, deliveries: int) -> str:
    """A job whose upload was joined by another, once all of it is kept."""
    job = f"upload-{uuid.uuid4().hex[:8]}"
    context = work("ingest", job, "", waited=0.05)
    work("ingest", f"{job}-b", "", joined=job)
    for step in ("preprocess", "insights"):
        time.sleep(0.03)
        context = work(step, job, context)
    until(lambda: kept(traced, job) >= deliveries, 10, "the trace")
    return job


def kept(traced: Cloud, job: str) -> int:
    with sqlite3.connect(traced.state / "cloud.db") as database:
        query = "SELECT count(*) FROM traces JOIN traced_jobs USING (trace_id) "
        found = database.execute(f"{query} WHERE processing_id = ?", (job,)).fetchone()[0]
    return int(found)


def run(state: Path, *arguments: str, width: int = 80) -> Result:
    runner = CliRunner(env={"COLUMNS": str(width), "TERM": "dumb"})
    return runner.invoke(cli, ["trace", *arguments, "--state", str(state)])


def test_a_job_s_trace_has_its_deliveries_in_order_and_the_upload_that_joined(traced) -> None:
    job = job_of(traced, 4)

    found = read_job(traced.state, job)

    assert [node.name for node in found.deliveries] == [
        "process ingest",
        "process preprocess",
        "process insights",
    ]
    assert [node.attributes[telemetry.PROCESSING_ID] for node in found.joined] == [f"{job}-b"]
    assert [child.name for child in found.deliveries[1].children] == [
        "claim firestore",
        "predict pat",
    ]
    spent = found.spent()
    assert {kind: count for kind, (count, _) in spent.items()} == {
        "own work": 3,
        "Firestore": 3,
        "PAT": 3,
        "pauses before another try": 3,
    }
    assert spent["pauses before another try"][1] == pytest.approx(3 * 0.01)
    # Each moment is somebody's: the parts add up to the whole.
    whole = sum(seconds for _, seconds in spent.values()) + found.waited
    assert whole == pytest.approx(found.end - found.start, abs=0.01)
    assert found.waited >= 0.05 + 2 * 0.03


@pytest.mark.parametrize("width", [80, 160])
def test_the_waterfall_fits_the_terminal(traced, width) -> None:
    job = job_of(traced, 4)

    printed = run(traced.state, job, width=width).output

    lines = printed.splitlines()
    assert max(map(len, lines)) <= width
    names = [line.split("  ")[0] for line in lines if line.startswith("process ")]
    assert [re.sub(r" \(jo\S*", " (joined)", name) for name in names] == [
        "process ingest",
        "process ingest (joined)",
        "process preprocess",
        "process insights",
    ]
    bars = {
        line.split()[1]: re.search("[━█◆]+", line).span()  # type: ignore[union-attr]  # it has one
        for line in lines
        if line.startswith("process ") and "(jo" not in line
    }
    starts = [bars[step][0] for step in ("ingest", "preprocess", "insights")]
    assert starts == sorted(starts)
    assert starts[0] < starts[2]
    assert sum(line.startswith("  waits") for line in lines) == 3
    assert sum("1 x retry" in line and "◆" in line for line in lines) == 3
    assert any(line.startswith("waiting between functions") for line in lines)


def test_a_narrow_terminal_gets_the_waterfall_without_bars(traced) -> None:
    job = job_of(traced, 4)

    lines = run(traced.state, job, width=60).output.splitlines()

    assert max(map(len, lines)) <= 60
    assert not any(sign in line for line in lines for sign in "━█◆")
    assert any(line.split()[-1] == "done" for line in lines if line.startswith("process insights"))


@pytest.mark.parametrize("width", [40, 60, 80, 160])
def test_no_width_costs_a_figure_or_a_word_of_why(traced, width) -> None:
    job = f"upload-{uuid.uuid4().hex[:8]}"
    with telemetry.delivery(telemetry.Arrival("ingest", f"event of {job}", "", {})):
        telemetry.mark({telemetry.PROCESSING_ID: job})
        telemetry.came_out("dead_lettered", "unknown_reference")
    until(lambda: kept(traced, job), 10, "the trace")

    lines = run(traced.state, job, width=width).output.splitlines()

    assert max(map(len, lines)) <= width
    words = " ".join(lines).split()
    assert {"dead_lettered", "unknown_reference", "ingest", "ms"} <= set(words)
    assert not any("…" in line for line in lines)
    assert words[words.index("ingest") + 1] == "0.000"


def test_uploads_that_joined_are_told_of_and_shown_on_demand(traced) -> None:
    job = f"upload-{uuid.uuid4().hex[:8]}"
    context = work("ingest", job, "")
    for number in range(12):
        work("ingest", f"{job}-{number}", "", joined=job)
    work("preprocess", job, context)
    until(lambda: kept(traced, job) >= 14, 10, "the traces")

    short, whole = (run(traced.state, job, *more).output for more in ((), ("--all",)))

    assert short.count("process ingest (jo") == 8
    assert "4 more uploads joined this job: --all shows them" in short
    assert whole.count("process ingest (jo") == 12
    assert whole.count("Firestore claim") == 14
    assert f"joined the job {job}:" in run(traced.state, f"{job}-3").output


def test_the_same_comes_as_json(traced) -> None:
    job = job_of(traced, 4)

    found = json.loads(run(traced.state, job, "--json").output)

    assert found["processing_id"] == job
    assert [each["name"] for each in found["deliveries"]][-1] == "process insights"
    assert [each["name"] for each in found["deliveries"][0]["calls"]] == [
        "claim firestore",
        "predict pat",
    ]
    assert found["deliveries"][0]["at_s"] == pytest.approx(0.05, abs=0.02)


def test_an_unknown_job_is_answered_with_the_latest_ones(traced) -> None:
    job = job_of(traced, 4)

    failed = run(traced.state, "upload-nobody-wrote")

    assert failed.exit_code == 1
    assert "no trace of upload-nobody-wrote; the latest are" in failed.output
    assert job in failed.output


def test_a_state_without_traces_says_how_to_have_them(tmp_path) -> None:
    nothing = run(tmp_path, "upload-u1")
    database = Database(tmp_path / "cloud.db")
    traces.LocalTraces(database)
    database.close()
    untraced = run(tmp_path, "upload-u1")

    assert nothing.exit_code == untraced.exit_code == 1
    assert f"no cloud has run on {tmp_path}" in nothing.output
    assert "--no-traces" in untraced.output


def test_what_the_collector_leaves_out_is_logged(traced, caplog) -> None:
    post = open_post(f"http://{HOST}:{traced.ports.http}")
    no_trace = SpanContext(0, 1, is_remote=False, trace_flags=TraceFlags(1))

    post.send(Parcel((ReadableSpan("process ingest", no_trace),), None), awaited=True)

    until(lambda: caplog.records, 5, "the line")
    post.close(Parcel((), None))
    assert [record.fields for record in caplog.records] == [{"code": "traces partly refused"}]


@dataclass
class Own:
    """A collector with a database of its own."""

    app: Starlette
    database: Database

    def ask(self, method: str, path: str, **request: Any) -> httpx.Response:
        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://own") as client:
                return await client.request(method, path, **request)

        return asyncio.run(asked())

    def post(self, path: str, content: bytes, headers: dict[str, str]) -> httpx.Response:
        return self.ask("POST", path, content=content, headers=headers)

    def ids(self) -> list[str]:
        rows = self.database.execute("SELECT trace_id FROM traces ORDER BY seq")
        return [row[0] for row in rows]


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Own]:
    database = Database(tmp_path / "cloud.db")
    yield Own(Starlette(routes=traces.LocalTraces(database).routes()), database)
    database.close()


def export(trace: bytes, name: str = "process ingest", size: int = 0) -> bytes:
    request = ExportTraceServiceRequest()
    span = request.resource_spans.add().scope_spans.add().spans.add()
    span.trace_id, span.span_id, span.name = trace, b"12345678", name
    span.attributes.add(key="filler").value.string_value = "x" * size
    return request.SerializeToString()


def test_requests_are_taken_packed_and_plain(own) -> None:
    for body, headers in (
        (export(b"a" * 16), PROTOBUF),
        (gzip.compress(export(b"b" * 16)), PROTOBUF | {"content-encoding": "gzip"}),
        (zlib.compress(export(b"c" * 16)), PROTOBUF | {"content-encoding": "deflate"}),
        (b"", PROTOBUF),
    ):
        answer = own.post("/v1/traces", content=body, headers=headers)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/x-protobuf"

    assert own.ids() == [(bytes([each]) * 16).hex() for each in b"abc"]


def test_a_span_without_a_trace_is_refused_and_the_others_are_kept(own) -> None:
    body = export(b"\0" * 16) + export(b"a" * 16)  # protobuf: repeated fields add up

    answer = own.post("/v1/traces", content=body, headers=PROTOBUF)

    told = ExportTraceServiceResponse.FromString(answer.content)
    assert told.partial_success.rejected_spans == 1
    assert own.ids() == [(b"a" * 16).hex()]


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{}", {"content-type": "application/json"}, 415),
        (b"", PROTOBUF | {"content-encoding": "br"}, 415),
        (b"\xff\xff\xff", PROTOBUF, 400),
        (b"no gzip", PROTOBUF | {"content-encoding": "gzip"}, 400),
        (gzip.compress(b"\0" * 100)[:-9], PROTOBUF | {"content-encoding": "gzip"}, 400),
        (gzip.compress(b"\0" * 50_000_000), PROTOBUF | {"content-encoding": "gzip"}, 413),
        (b"\0" * (traces.MAX_REQUEST_BYTES + 1), PROTOBUF, 413),
    ],
    ids=["json", "unknown packing", "no protobuf", "no gzip", "half a gzip", "a bomb", "too long"],
)
@pytest.mark.parametrize("signal", ["traces", "metrics"])
def test_what_is_no_otlp_request_is_refused(own, body, headers, status, signal) -> None:
    answer = own.post(f"/v1/{signal}", content=body, headers=headers)

    assert answer.status_code == status
    assert own.ids() == []


def test_the_oldest_traces_go_where_there_is_too_much(own, monkeypatch) -> None:
    monkeypatch.setattr(traces, "MAX_BYTES", 100_000)
    for number in range(1, 41):
        body = export(bytes([number]) * 16, size=10_000)
        assert own.post("/v1/traces", content=body, headers=PROTOBUF).status_code == 200

    assert own.ids()[-1] == (bytes([40]) * 16).hex()
    assert 4 <= len(own.ids()) <= 10
    told = own.ask("GET", "/_local/traces").json()["bytes"]
    assert 0 < told <= 100_000
    assert own.database.execute("SELECT sum(length(body)) FROM traces").fetchone() == (told,)


def test_traces_go_after_two_days(own, monkeypatch) -> None:
    monkeypatch.setattr(traces, "_LOOK_S", 0.0)
    own.post("/v1/traces", content=export(b"a" * 16), headers=PROTOBUF)
    own.database.execute("UPDATE traces SET at = at - ?", (traces.KEPT_S,))

    own.post("/v1/traces", content=export(b"b" * 16), headers=PROTOBUF)
    own.post("/v1/traces", content=export(b"c" * 16), headers=PROTOBUF)

    assert own.ids() == [(bytes([each]) * 16).hex() for each in b"bc"]
    kept = own.database.execute("SELECT sum(length(body)) FROM traces").fetchone()[0]
    assert own.ask("GET", "/_local/traces").json()["bytes"] == kept


def test_metrics_are_kept_as_each_process_last_told_them(traced) -> None:
    labels = {"step": "ingest", "outcome": "done"}

    def done() -> int:
        answer = httpx.get(f"http://{HOST}:{traced.ports.http}/_local/metrics")
        points = (point for point in answer.json() if point["name"] == "clarity.deliveries")
        return sum(point["value"] for point in points if point["labels"] == labels)

    before = done()
    for _ in range(3):
        work("ingest", f"upload-{uuid.uuid4().hex}", "")
    opened(None)  # what was measured since the last time is sent as a process ends

    until(lambda: done() == before + 3, 10, "the metrics")
