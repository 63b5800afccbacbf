"""The same work done by us and by peers: agreement first, then times in turn, then a table."""

from __future__ import annotations

import os
import platform
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np
from rich.table import Table
from threadpoolctl import threadpool_limits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    Work = Callable[[], object]

TOLERANCE = 1e-9  # relative, and absolute below 1
SHORTEST_S = 0.002  # one timing: shorter work is repeated to fill it
BUDGET_S = 0.35  # of one worker's timings, beyond which it has had its turns
LEAST_TURNS = 3
OURS = "ours"


def _itself(found: object) -> object:
    return found


class DisagreementError(click.ClickException):
    """A peer computes something else, so its time says nothing about ours."""


@dataclass(frozen=True, slots=True)
class Goal:
    """How many times longer than ours a peer must take."""

    least: float
    peer: str

    def verdict(self, ms: Mapping[str, float]) -> str:
        """The goal, and whether these times hold it."""
        text = f">= {self.least:g}x {self.peer}"
        if self.peer not in ms:
            return f"{text}: not measured"
        return f"{text}: {'held' if ms[self.peer] / ms[OURS] >= self.least else 'missed'}"


@dataclass(frozen=True, slots=True)
class Limit:
    """How many milliseconds the work may take."""

    most: float

    def verdict(self, ms: Mapping[str, float]) -> str:
        """The limit, and whether these times hold it."""
        return f"<= {self.most:g} ms: {'held' if ms[OURS] <= self.most else 'missed'}"


@dataclass(frozen=True, slots=True)
class Contest:
    """One row: our work, the peers' for the same result, and what must be reached.

    Attributes:
        name: What is done.
        ours: Does it.
        peers: By name; they return numbers, which must be ours.
        goal: None where there is none.
        seen: The numbers in what ours returns, where that is more than numbers.
        oracles: By peer, our work under that peer's own definitions, where they differ.
    """

    name: str
    ours: Work
    peers: Mapping[str, Work] = field(default_factory=dict)
    goal: Goal | Limit | None = None
    seen: Callable[[Any], object] = field(default=_itself)
    oracles: Mapping[str, Work] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """Milliseconds of the processor in the fastest turn of each worker, ours among them."""

    contest: Contest
    ms: Mapping[str, float]

    def times(self, peer: str) -> float:
        """How many times longer the peer takes than we do."""
        return self.ms[peer] / self.ms[OURS]

    @property
    def verdict(self) -> str:
        """The goal, and whether it was held."""
        goal = self.contest.goal
        return goal.verdict(self.ms) if goal else "-"


def check(contest: Contest) -> None:
    """Compare what each peer computes with ours.

    Raises:
        DisagreementError: They differ by more than `TOLERANCE`.
    """
    for peer, work in contest.peers.items():
        oracle = contest.oracles.get(peer)
        ours = np.asarray(oracle() if oracle else contest.seen(contest.ours()), np.float64)
        theirs = np.asarray(work(), np.float64)
        if ours.shape != theirs.shape or not np.allclose(
            ours, theirs, rtol=TOLERANCE, atol=TOLERANCE, equal_nan=True
        ):
            raise DisagreementError(f"{contest.name}: {peer} and ours differ")


def measure(contest: Contest, runs: int) -> Result:
    """The fastest of some turns of each worker; they take turns, so that all share luck."""
    check(contest)
    workers = {OURS: contest.ours, **contest.peers}
    repeats = {name: _repeats(work) for name, work in workers.items()}
    spent: dict[str, list[float]] = {name: [] for name in workers}
    for _ in range(runs):
        for name, work in workers.items():
            if len(spent[name]) < LEAST_TURNS or sum(spent[name]) * repeats[name] < BUDGET_S:
                spent[name].append(_seconds(work, repeats[name]))
    return Result(contest, {name: 1000 * min(times) for name, times in spent.items()})


def table(title: str, results: Sequence[Result]) -> Table:
    """One row a contest: our time, each peer's with its ratio to ours, and the goal."""
    peers = list(dict.fromkeys(peer for each in results for peer in each.contest.peers))
    goals = any(each.contest.goal for each in results)
    out = Table(title=title)
    out.add_column("work")
    for name in ("ours, ms", *peers):
        out.add_column(name, justify="right")
    if goals:
        out.add_column("goal")
    for each in results:
        cells = [
            f"{each.ms[peer]:.3g} ({each.times(peer):.3g}x)" if peer in each.ms else "-"
            for peer in peers
        ]
        row = (each.contest.name, f"{each.ms[OURS]:.3g}", *cells)
        out.add_row(*row, each.verdict) if goals else out.add_row(*row)
    return out


@contextmanager
def one_core() -> Iterator[None]:
    """Hold this process to one core, where the system can, and its libraries to one thread."""
    before = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
    with threadpool_limits(1):
        try:
            if before:
                os.sched_setaffinity(0, {max(before)})
            yield
        finally:
            if before:
                os.sched_setaffinity(0, before)


def machine() -> str:
    """What the figures were taken on."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return (
        f"{_processor()}, {cores} cores, {platform.system()}, Python {platform.python_version()},"
        f" numpy {np.__version__}"
    )


def _processor() -> str:
    names = Path("/proc/cpuinfo")
    if names.is_file():
        for line in names.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _repeats(work: Work) -> int:
    """How often the work is done in one timing; the first run warms it up."""
    work()
    return max(1, int(SHORTEST_S / max(_seconds(work, 1), 1e-7)))


def _seconds(work: Work, repeats: int) -> float:
    """Seconds of the processor for one run: what else the machine does is not counted."""
    start = time.process_time()
    for _ in range(repeats):
        work()
    return (time.process_time() - start) / repeats
