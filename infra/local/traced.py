"""One job's deliveries, out of what the collector has kept: what `trace` shows."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, Status

from clarity.adapters.telemetry import JOINED, OUTCOME, PEER, STEP, WAITED
from infra.local.traces import attributes_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from opentelemetry.proto.trace.v1.trace_pb2 import Span

# The kinds of time that are summed up, by whom it was spent on; what is left is a function's own.
PEERS = {
    "firestore": "Firestore",
    "pubsub": "Pub/Sub",
    "pat": "PAT",
    "gemini": "Gemini",
    "fcm": "FCM",
}
OWN = "own work"
PAUSES = "pauses before another try"
_NANO = 1e9
_IDS_SHOWN = 5
_CLOCKS_S = 1.0  # by which two processes' clocks, and a write and its event, may be apart


class NotTracedError(Exception):
    """There is nothing to show, and why."""


@dataclass(slots=True)
class Node:
    """A span with those below it. Times are seconds since 1970."""

    span_id: str
    name: str
    start: float
    end: float
    failed: bool
    attributes: Mapping[str, Any]
    events: list[tuple[str, float, Mapping[str, Any]]]
    children: list[Node] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self.end - self.start

    @property
    def kind(self) -> str:
        """Whom the time was spent on."""
        return PEERS.get(str(self.attributes.get(PEER)), OWN)

    @property
    def outcome(self) -> str:
        """How a delivery came out, or that a call failed; and of what."""
        word = str(self.attributes.get(OUTCOME, "failed" if self.failed else ""))
        return f"{word} {self.attributes.get('error.type', '')}".strip()

    @property
    def happened(self) -> float:
        """When what a delivery is about happened: it waited from then on."""
        return self.start - max(0.0, float(self.attributes.get(WAITED, 0.0)))

    def all(self) -> Iterator[Node]:
        """This one and all below it."""
        yield self
        for child in self.children:
            yield from child.all()

    def spent(self) -> dict[str, tuple[int, float]]:
        """How often and how long by kind, each moment counted once."""
        found: dict[str, tuple[int, float]] = {}
        for node in self.all():
            left = node.seconds - _union((child.start, child.end) for child in node.children)
            pauses = [float(each.get("wait_s", 0.0)) for _, _, each in node.events]
            paused = min(left, sum(pauses))
            _add(found, node.kind, 1, max(0.0, left - paused))
            if pauses:
                _add(found, PAUSES, len(pauses), paused)
        return found


@dataclass(frozen=True, slots=True)
class Job:
    """A job's deliveries in the order of their start; those of uploads that joined it apart."""

    processing_id: str
    trace_id: str
    deliveries: list[Node]
    joined: list[Node]
    elsewhere: int

    @property
    def start(self) -> float:
        """When the first event happened."""
        return min(node.happened for node in self.deliveries)

    @property
    def end(self) -> float:
        """When the last delivery ended."""
        return max(node.end for node in self.deliveries)

    @property
    def waited(self) -> float:
        """How long no function worked for the job."""
        spans = ((node.start, node.end) for node in self.deliveries)
        return max(0.0, self.end - self.start - _union(spans))

    def spent(self) -> dict[str, tuple[int, float]]:
        """How often and how long by kind, over the job's own deliveries."""
        totals: dict[str, tuple[int, float]] = {}
        for node in self.deliveries:
            for kind, (count, seconds) in node.spent().items():
                _add(totals, kind, count, seconds)
        return totals


def _add(totals: dict[str, tuple[int, float]], kind: str, count: int, seconds: float) -> None:
    before = totals.get(kind, (0, 0.0))
    totals[kind] = before[0] + count, before[1] + seconds


def _union(spans: Iterable[tuple[float, float]]) -> float:
    """The time that at least one of them covers."""
    total, reached = 0.0, float("-inf")
    for start, end in sorted(spans):
        total += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return total


def read_job(state: Path, processing_id: str) -> Job:
    """The job's latest trace, with the uploads that joined it.

    Raises:
        NotTracedError: there is none.
    """
    with closing(_open(state)) as database:
        query = (
            "SELECT trace_id, joined FROM traced_jobs WHERE processing_id = ? ORDER BY at, trace_id"
        )
        found = database.execute(query, (processing_id,)).fetchall()
        roots = {trace_id: _deliveries(database, trace_id) for trace_id, _ in found}
        own = [roots[trace_id] for trace_id, joined in found if not joined and roots[trace_id]]
        if not own:
            raise NotTracedError(_unknown(database, processing_id))
        joining = [node for trace_id, joined in found if joined for node in roots[trace_id]]
    # An id is the phone's word, and two people's phones may choose the same one.
    starts = [number for number, nodes in enumerate(own) if nodes[0].attributes[STEP] == "ingest"]
    first = starts[-1] if starts else 0
    deliveries = sorted((node for nodes in own[first:] for node in nodes), key=_start)
    trace_id = next(trace_id for trace_id, nodes in roots.items() if nodes is own[first])
    job = Job(processing_id, trace_id, deliveries, [], elsewhere=first)
    job.joined.extend(
        node
        for node in sorted(joining, key=_start)
        if node.attributes.get(JOINED) == processing_id
        and job.start - _CLOCKS_S <= node.start <= job.end
    )
    return job


def _open(state: Path) -> sqlite3.Connection:
    file = state / "cloud.db"
    if not file.exists():
        raise NotTracedError(f"no cloud has run on {state}")
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)


def _unknown(database: sqlite3.Connection, processing_id: str) -> str:
    query = "SELECT processing_id FROM traced_jobs GROUP BY 1 ORDER BY max(at) DESC LIMIT ?"
    latest = [row[0] for row in database.execute(query, (_IDS_SHOWN,))]
    if not latest:
        return "nothing is traced on this state: its cloud was started with --no-traces, or is new"
    return f"no trace of {processing_id}; the latest are {', '.join(latest)}"


def _deliveries(database: sqlite3.Connection, trace_id: str) -> list[Node]:
    """A trace's deliveries in order, each with its calls."""
    query = "SELECT body FROM traces WHERE trace_id = ? ORDER BY seq"
    nodes: dict[bytes, Node] = {}
    parents: dict[bytes, bytes] = {}
    for (body,) in database.execute(query, (trace_id,)):
        for scope in ResourceSpans.FromString(body).scope_spans:
            for span in scope.spans:
                nodes[span.span_id] = _node(span)
                parents[span.span_id] = span.parent_span_id
    for span_id, node in sorted(nodes.items(), key=lambda item: _start(item[1])):
        parent = nodes.get(parents[span_id])
        # A delivery is not shown below the one that sent its message: it came after it.
        if parent is not None and STEP not in node.attributes:
            parent.children.append(node)
    return sorted((node for node in nodes.values() if STEP in node.attributes), key=_start)


def _start(node: Node) -> float:
    return node.start


def _node(span: Span) -> Node:
    return Node(
        span_id=span.span_id.hex(),
        name=span.name,
        start=span.start_time_unix_nano / _NANO,
        end=span.end_time_unix_nano / _NANO,
        failed=span.status.code == Status.STATUS_CODE_ERROR,
        attributes=attributes_of(span.attributes),
        events=[
            (event.name, event.time_unix_nano / _NANO, attributes_of(event.attributes))
            for event in span.events
        ],
    )
