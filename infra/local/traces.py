"""An OTLP collector on loopback: what the functions trace and measure, kept with the state.

    POST /v1/traces, /v1/metrics    OTLP over HTTP in protobuf, also packed
    GET  /_local/metrics            the latest point of each series of each process
    GET  /_local/traces             how much is kept

`python -m infra.local trace PROCESSING_ID` reads what is kept, also when no cloud runs.
"""

from __future__ import annotations

import time
import zlib
from typing import TYPE_CHECKING, Any, TypeVar

from google.protobuf.message import DecodeError, Message
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.metrics.v1.metrics_pb2 import ResourceMetrics
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from clarity.adapters.telemetry import JOINED, PROCESSING_ID

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from opentelemetry.proto.common.v1.common_pb2 import KeyValue
    from opentelemetry.proto.trace.v1.trace_pb2 import Span
    from starlette.requests import Request

    from infra.local.database import Database

MAX_REQUEST_BYTES = 4_194_304  # unpacked
MAX_BYTES = 67_108_864  # of all that is kept
KEPT_S = 2 * 86_400.0
_LOOK_S = 60.0  # between two looks for what is too old
_PROTOBUF = "application/x-protobuf"
M = TypeVar("M", bound=Message)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS traces (
    seq INTEGER PRIMARY KEY, trace_id TEXT NOT NULL, at REAL NOT NULL, body BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS traces_by_id ON traces (trace_id);
CREATE TABLE IF NOT EXISTS traced_jobs (
    processing_id TEXT, trace_id TEXT, joined INTEGER, at REAL NOT NULL,
    PRIMARY KEY (processing_id, trace_id, joined)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS measured (instance TEXT PRIMARY KEY, at REAL, body BLOB) WITHOUT ROWID;
"""
_FORGET_EIGHTH = """
DELETE FROM traces WHERE seq IN (
    SELECT seq FROM traces ORDER BY seq LIMIT (SELECT count(*) / 8 + 1 FROM traces))
RETURNING length(body)
"""
# They were kept in the order of `seq`, and one was kept just now: the rest need not be looked at.
_FORGET_OLD = """
DELETE FROM traces WHERE seq < (SELECT seq FROM traces WHERE at >= ? ORDER BY seq LIMIT 1)
RETURNING length(body)
"""
_FORGET_JOBS = """
DELETE FROM traced_jobs WHERE at < ? OR trace_id NOT IN (SELECT trace_id FROM traces)
"""
_FORGET_MEASURED = "DELETE FROM measured WHERE at < ?"


class LocalTraces:
    """The collector, as routes for an HTTP front."""

    def __init__(self, database: Database) -> None:
        database.executescript(_SCHEMA)
        self._database = database
        self._bytes = int(self._sum("SELECT sum(length(body)) FROM traces"))
        self._look_at = 0.0

    def routes(self) -> list[Route]:
        """The protocol's paths and ours."""
        return [
            Route("/v1/traces", self._traces, methods=["POST"]),
            Route("/v1/metrics", self._metrics, methods=["POST"]),
            Route("/_local/metrics", self._points, methods=["GET"]),
            Route("/_local/traces", self._status, methods=["GET"]),
        ]

    async def _traces(self, request: Request) -> Response:
        message = await _read(request, ExportTraceServiceRequest())
        answer = ExportTraceServiceResponse()
        with self._database.transaction():
            for trace_id, spans in _by_trace(message.resource_spans):
                if any(trace_id):
                    self._keep(trace_id.hex(), spans)
                else:
                    answer.partial_success.rejected_spans += _count(spans)
            self._forget()
        return _answer(answer)

    def _keep(self, trace_id: str, spans: ResourceSpans) -> None:
        now, body = time.time(), spans.SerializeToString()
        self._bytes += len(body)
        self._database.execute(
            "INSERT INTO traces (trace_id, at, body) VALUES (?, ?, ?)", (trace_id, now, body)
        )
        self._database.executemany(
            "INSERT OR IGNORE INTO traced_jobs VALUES (?, ?, ?, ?)",
            {
                (pair.value.string_value, trace_id, int(pair.key == JOINED), now)
                for scope in spans.scope_spans
                for span in scope.spans
                for pair in span.attributes
                if pair.key in {PROCESSING_ID, JOINED}
            },
        )

    def _forget(self) -> None:
        """The oldest, where there is too much, and what is too old."""
        while self._bytes > MAX_BYTES:
            self._delete(_FORGET_EIGHTH)
            self._look_at = 0.0
        now = time.monotonic()
        if now < self._look_at:
            return
        self._look_at = now + _LOOK_S
        oldest = time.time() - KEPT_S
        self._delete(_FORGET_OLD, oldest)
        for statement in (_FORGET_JOBS, _FORGET_MEASURED):
            self._database.execute(statement, (oldest,))

    def _delete(self, statement: str, *arguments: float) -> None:
        """Run a statement that tells the bytes of each row that it deletes."""
        self._bytes -= sum(size for (size,) in self._database.execute(statement, arguments))

    async def _metrics(self, request: Request) -> Response:
        message = await _read(request, ExportMetricsServiceRequest())
        for each in message.resource_metrics:
            who = attributes_of(each.resource.attributes)
            instance = f"{who.get('service.name', '')}/{who.get('service.instance.id', '')}"
            row = (instance, time.time(), each.SerializeToString())
            self._database.execute("INSERT OR REPLACE INTO measured VALUES (?, ?, ?)", row)
        return _answer(ExportMetricsServiceResponse())

    async def _points(self, _: Request) -> Response:
        rows = self._database.execute("SELECT instance, body FROM measured ORDER BY instance")
        return JSONResponse([point for instance, body in rows for point in _points(instance, body)])

    async def _status(self, _: Request) -> Response:
        deliveries = int(self._sum("SELECT count(*) FROM traces"))
        return JSONResponse({"deliveries": deliveries, "bytes": self._bytes})

    def _sum(self, query: str) -> float:
        return self._database.execute(query).fetchone()[0] or 0


async def _read(request: Request, message: M) -> M:
    """The request's message.

    Raises:
        HTTPException: it is none, or too long.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _PROTOBUF:
        raise HTTPException(415, f"expected {_PROTOBUF}, found {kind[:80]!r}")
    body = await _body(request)
    if len(body) > MAX_REQUEST_BYTES:
        raise HTTPException(413, f"expected at most {MAX_REQUEST_BYTES} bytes")
    try:
        message.ParseFromString(body)
    except DecodeError as error:
        raise HTTPException(400, "expected an OTLP request, found something else") from error
    return message


async def _body(request: Request) -> bytes:
    """The unpacked body, or somewhat more of it than is taken."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_REQUEST_BYTES:
            return body
    packing = request.headers.get("content-encoding", "identity").lower()
    if packing == "identity":
        return body
    if packing not in {"gzip", "deflate"}:
        raise HTTPException(415, "expected gzip, deflate or identity")
    unpacked = _unpacked(body)
    if unpacked is None:
        raise HTTPException(400, f"expected {packing}, found something else")
    return unpacked


def _unpacked(body: bytes) -> bytes | None:
    """What was packed, or of a bomb a byte more than is taken; None if it is not whole."""
    unpacker = zlib.decompressobj(32 + zlib.MAX_WBITS)  # tells gzip from deflate by itself
    try:
        found = unpacker.decompress(body, MAX_REQUEST_BYTES + 1)
    except zlib.error:
        return None
    return found if unpacker.eof or len(found) > MAX_REQUEST_BYTES else None


def _answer(message: Message) -> Response:
    return Response(message.SerializeToString(), media_type=_PROTOBUF)


def _by_trace(groups: Iterable[ResourceSpans]) -> Iterator[tuple[bytes, ResourceSpans]]:
    """Each trace's spans apart, with where they come from."""
    for group in groups:
        ids = {span.trace_id for scope in group.scope_spans for span in scope.spans}
        if len(ids) == 1:
            yield ids.pop(), group
            continue
        apart: dict[bytes, ResourceSpans] = {}
        for scope in group.scope_spans:
            spans: dict[bytes, list[Span]] = {}
            for span in scope.spans:
                spans.setdefault(span.trace_id, []).append(span)
            for trace_id, found in spans.items():
                own = apart.setdefault(trace_id, ResourceSpans(resource=group.resource))
                own.scope_spans.add(scope=scope.scope, spans=found)
        yield from apart.items()


def _count(group: ResourceSpans) -> int:
    return sum(len(scope.spans) for scope in group.scope_spans)


def attributes_of(pairs: Iterable[KeyValue]) -> dict[str, Any]:
    """Attributes as plain Python."""
    kinds = ((pair, pair.value.WhichOneof("value")) for pair in pairs)
    return {pair.key: getattr(pair.value, kind) for pair, kind in kinds if kind}


def _points(instance: str, body: bytes) -> Iterator[dict[str, Any]]:
    """Each series of a process: its name, labels, and what it stands at."""
    measured = ResourceMetrics.FromString(body)
    for metric in (metric for scope in measured.scope_metrics for metric in scope.metrics):
        data = getattr(metric, metric.WhichOneof("data"))
        for point in data.data_points:
            labels = attributes_of(point.attributes)
            found: dict[str, Any] = {"instance": instance, "name": metric.name, "labels": labels}
            if metric.HasField("histogram"):
                found |= {"count": point.count, "sum": point.sum}
            else:
                found["value"] = getattr(point, point.WhichOneof("value"))
            yield found
