"""A job's trace in the terminal: what followed what, what each call took, where the time went."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from clarity.adapters.telemetry import JOINED
from infra.local.traced import OWN, PAUSES, PEERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from infra.local.traced import Job, Node

JOINED_SHOWN = 8
WAITING = "waiting"
_COLORS = {
    "Firestore": "cyan",
    "Pub/Sub": "magenta",
    "PAT": "yellow",
    "Gemini": "green",
    "FCM": "blue",
    OWN: "white",
    PAUSES: "bright_black",
    WAITING: "bright_black",
}
# What is left of the width, after names, two times and the outcome, is for the bars.
_NAME, _OUTCOME, _TIMES, _LEAST_BAR = 24, 19, 21, 12
_LEAST_NAME = 16  # with less beside it, the outcome is below the name
_WIDE = 120  # from here on there is room for longer names and outcomes


@dataclass(frozen=True, slots=True)
class _Row:
    """A line: a span, or the time in which nobody worked."""

    name: str
    start: float
    end: float
    kind: str
    outcome: str
    strong: bool
    marks: tuple[float, ...] = ()


def show(job: Job, console: Console, *, everything: bool) -> None:
    """Print the job's waterfall, as wide as the terminal is."""
    seconds = job.end - job.start
    at = datetime.fromtimestamp(job.start, UTC).strftime("%Y-%m-%d %H:%M:%S")
    console.print(f"[bold]{job.processing_id}[/]  {at} UTC  {_time(seconds)}", highlight=False)
    console.print(f"trace {job.trace_id}\n", style="bright_black", highlight=False)
    console.print(_waterfall(job, console.width, everything=everything))
    console.print()
    console.print(_totals(job))
    for line in _remarks(job, everything=everything):
        console.print(line, style="bright_black", highlight=False)


def _waterfall(job: Job, width: int, *, everything: bool) -> Table:
    wide = width >= _WIDE
    name, outcome = (_NAME + 14, _OUTCOME + 7) if wide else (_NAME, _OUTCOME)
    bar = width - name - outcome - _TIMES
    below = bar + name < _LEAST_NAME
    name = max(1, width - _TIMES) if below else min(name, bar + name)
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="bright_black")
    table.add_column("", width=name, no_wrap=not below, overflow="fold" if below else "ellipsis")
    table.add_column("at, s", width=8, justify="right", no_wrap=True)
    table.add_column("took", width=8, justify="right", no_wrap=True)
    if bar >= _LEAST_BAR:
        table.add_column("", width=bar, no_wrap=True)
    if not below:
        table.add_column("", width=outcome, overflow="fold")
    for row in _rows(job, everything=everything):
        color = _COLORS[row.kind]
        style = "bold" if row.strong else ("bright_black" if row.kind == WAITING else "")
        came_out = Text(row.outcome, _outcome_style(row.outcome))
        cells = [
            Text(row.name, style),
            Text(f"{row.start - job.start:.3f}", "bright_black"),
            Text(_time(row.end - row.start), style),
        ]
        if bar >= _LEAST_BAR:
            cells.append(_bar(row, job, bar, color))
        if not below:
            cells.append(came_out)
        elif row.outcome:
            cells[0] = Text("\n").join((cells[0], came_out))
        table.add_row(*cells)
    return table


def _outcome_style(outcome: str) -> str:
    word = outcome.partition(" ")[0]
    return {"done": "green", "retried": "yellow", "dropped": "yellow"}.get(word, "red")


def _bar(row: _Row, job: Job, width: int, color: str) -> Text:
    """A bar from start to end; a diamond where something happened."""
    per_s = width / max(job.end - job.start, 1e-9)
    first = min(width - 1, max(0, int((row.start - job.start) * per_s)))
    last = min(width, max(first + 1, round((row.end - job.start) * per_s)))
    body = "·" if row.kind == WAITING else ("━" if row.strong else "█")
    cells = [" "] * first + [body] * (last - first)
    for mark in row.marks:
        cells[min(last - 1, max(first, int((mark - job.start) * per_s)))] = "◆"
    return Text("".join(cells), color)


def _rows(job: Job, *, everything: bool) -> Iterator[_Row]:
    joined = job.joined if everything else job.joined[:JOINED_SHOWN]
    reached, waits = job.start, "  waits"
    for node in sorted([*job.deliveries, *joined], key=lambda each: each.start):
        if node in joined:
            yield from _delivery(node, f"{node.name} (joined)", deep=everything)
            continue
        if node.start > reached:
            yield _Row(waits, reached, node.start, WAITING, "", strong=False)
        yield from _delivery(node, node.name, deep=everything or not _again(node))
        reached = max(reached, node.end)
        waits = "  backs off" if node.outcome.startswith("retried") else "  waits"


def _again(node: Node) -> bool:
    """Whether it only found out that it has to wait: its calls are of no interest."""
    return node.outcome in {"retried not_settled", "retried in_progress"}


def _delivery(node: Node, name: str, *, deep: bool) -> Iterator[_Row]:
    marks = tuple(at for _, at, _ in node.events)
    yield _Row(name, node.start, node.end, OWN, node.outcome, strong=True, marks=marks)
    if deep:
        yield from _calls(node, 1)


def _calls(node: Node, depth: int) -> Iterator[_Row]:
    indent = "  " * depth
    for child in node.children:
        name, marks = f"{indent}{_short(child)}", tuple(at for _, at, _ in child.events)
        outcome = child.outcome or _events(child)
        yield _Row(name, child.start, child.end, child.kind, outcome, strong=False, marks=marks)
        yield from _calls(child, depth + 1)


def _short(node: Node) -> str:
    """Who was asked comes first, for the eye runs down the left."""
    operation, _, rest = node.name.partition(" ")
    if node.kind == OWN:
        return node.name
    return f"{node.kind} {rest if node.kind == 'Pub/Sub' else operation}"


def _events(node: Node) -> str:
    names = Counter(name for name, _, _ in node.events)
    return ", ".join(f"{number} x {name}" for name, number in names.items())


def _totals(job: Job) -> Table:
    spent = job.spent()
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bright_black")
    table.add_column("where the time went", overflow="fold")
    for heading in ("spans", "s"):
        table.add_column(heading, justify="right", no_wrap=True)
    for kind in (*PEERS.values(), OWN, PAUSES):
        if kind in spent:
            count, seconds = spent[kind]
            table.add_row(Text(kind, _COLORS[kind]), str(count), f"{seconds:.3f}")
    table.add_row(Text("waiting between functions", _COLORS[WAITING]), "", f"{job.waited:.3f}")
    return table


def _remarks(job: Job, *, everything: bool) -> Iterator[str]:
    hidden = len(job.joined) - JOINED_SHOWN
    if hidden > 0 and not everything:
        yield f"\n{hidden} more uploads joined this job: --all shows them"
    for joined in sorted({str(node.attributes.get(JOINED, "")) for node in job.deliveries} - {""}):
        yield f"\nthis upload joined the job {joined}: its trace goes on there"
    if job.elsewhere:
        yield f"\n{job.elsewhere} earlier traces have this id too, of other people's jobs maybe"


def to_json(job: Job) -> dict[str, Any]:
    """The same for a program; times in seconds from the first event."""
    return {
        "processing_id": job.processing_id,
        "trace_id": job.trace_id,
        "started_at": datetime.fromtimestamp(job.start, UTC).isoformat(),
        "seconds": round(job.end - job.start, 6),
        "waited_s": round(job.waited, 6),
        "spent": {
            kind: {"spans": count, "seconds": round(seconds, 6)}
            for kind, (count, seconds) in job.spent().items()
        },
        "deliveries": [_node_json(node, job.start) for node in job.deliveries],
        "joined": [_node_json(node, job.start) for node in job.joined],
    }


def _node_json(node: Node, zero: float) -> dict[str, Any]:
    return {
        "span_id": node.span_id,
        "name": node.name,
        "kind": node.kind,
        "at_s": round(node.start - zero, 6),
        "seconds": round(node.seconds, 6),
        "failed": node.failed,
        "attributes": dict(node.attributes),
        "events": [
            {"name": name, "at_s": round(at - zero, 6), "attributes": dict(attributes)}
            for name, at, attributes in node.events
        ],
        "calls": [_node_json(child, zero) for child in node.children],
    }


def _time(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"
