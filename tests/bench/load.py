"""`python -m tests.bench.load`: phones against the whole chain on this machine, without Gemini.

Each person has a week stored; each upload brings 60 new samples. A wait is from the moment at which
the upload should have been written to the moment at which its phone hears that the insight is
there. Limits are the brief's: 120 requests a minute, 50 people at once. The phones are a process of
their own, whose CPU is told beside; it runs on the same cores.

\b
steady    all phones together write so many uploads a minute, whether answers come or not
closed    each phone writes its next upload as soon as it has the last one's insight
together  each phone writes one upload, all at the same moment
flood     steady, and from a third of the time on one more person writes far more than all others
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np
from rich.console import Console
from rich.table import Table

from infra.local.topology import HOST
from tests.bench import load_people
from tests.bench.contest import machine
from tests.bench.load_cost import costs
from tests.bench.load_measure import Watch, cpu, families, slope, spark
from tests.bench.load_phones import Plan, Report
from tests.cloud import REPOSITORY, whole_cloud

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cloud import Cloud

BRIEF = 120 / 60  # uploads a second, of 50 people
TARGET = 10 * BRIEF
FLOOD = 500  # uploads of one person
GOAL_S = 1.0  # p95 at the brief's rate
FUNCTIONS = ("ingest", "preprocess", "insights")


@dataclass(frozen=True)
class Result:
    """One case: what the phones report, and what the processes used."""

    plan: Plan
    report: Report
    cpu: dict[str, float]
    handled: int

    @property
    def waits(self) -> list[float]:
        return [wait for _, wait in self.report.waits]

    @property
    def throughput(self) -> float:
        """Insights a second, to the last one."""
        return len(self.waits) / self.report.seconds if self.report.seconds > 0 else 0.0

    def quantile(self, share: float) -> float:
        return float(np.quantile(self.waits, share)) if self.waits else float("nan")

    def ms(self, process: str) -> float:
        """CPU milliseconds an upload, those of a flood among them."""
        return self.cpu[process] / max(self.handled, 1) * 1000

    def parts(self) -> tuple[Result, Result]:
        """What the others waited whose insight came before the flood, and who wrote beside it."""
        began, ended = self.report.flood
        before = [each for each in self.report.waits if sum(each) < began]
        beside = [each for each in self.report.waits if began <= each[0] < ended]
        until = min(ended, self.plan.seconds)
        return self._part(before, began, 0), self._part(beside, until - began, self.unfinished)

    def _part(self, waits: list[tuple[float, float]], seconds: float, lost: int) -> Result:
        ends, written = {"completed": len(waits)}, len(waits) + lost
        part = replace(self.report, waits=waits, seconds=seconds, ends=ends, written=written)
        plan = replace(self.plan, kind=f"beside {self.plan.flood} of one")
        return replace(self, plan=plan, report=part)

    @property
    def unfinished(self) -> int:
        """How many uploads have no insight."""
        return self.report.written - self.report.ends.get("completed", 0)


class Load:
    """A running cloud with people in it, and how many uploads there have been."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.client = cloud.firestore()
        self._people = 0
        self._uploads = 0
        self._week = load_people.settle(self.client, load_people.model_person(self.client))

    def run(self, plan: Plan) -> Result:
        """One case, in a process of phones."""
        with self.started(plan) as phones:
            return self.finished(plan, phones)

    @contextmanager
    def started(self, plan: Plan) -> Iterator[tuple[subprocess.Popen[str], dict[str, float]]]:
        """The case's process."""
        fresh = [f"p{n}" for n in range(self._people, plan.phones)]
        self._people += len(fresh)
        address = f"{HOST}:{self.cloud.ports.firestore}"
        plan = replace(plan, address=address, first=self._uploads)
        flooder = [plan.flooder] if plan.flood else []
        load_people.copy(self.client, self._week, [*fresh, *flooder])
        self._uploads += 10_000
        before = cpu(self.cloud.state)
        with subprocess.Popen(
            [
                sys.executable,
                "-W",
                "ignore",
                "-m",
                "tests.bench.load_phones",
                json.dumps(asdict(plan)),
            ],
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                yield process, before
            finally:
                process.kill()

    def finished(
        self, plan: Plan, phones: tuple[subprocess.Popen[str], dict[str, float]]
    ) -> Result:
        """What came of a case, once it is over."""
        process, before = phones
        told = process.communicate()[0]
        if process.returncode:
            raise click.ClickException("the phones broke, see above")
        report = Report(**json.loads(told))
        after = cpu(self.cloud.state)
        used = {name: after[name] - before.get(name, 0.0) for name in after}
        handled = len(report.waits) + sum(report.answers.values())
        return Result(plan, report, used | {"phones": report.cpu}, handled)

    def drained(self, seconds: float) -> tuple[Result, float]:
        """The brief's load while the functions stand still; how fast what waits is worked off."""
        plan = Plan("", "drain", 50, "steady", seconds, BRIEF)
        pids = [
            pid
            for name, family in families(self.cloud.state).items()
            if name in FUNCTIONS
            for pid in family
        ]
        with self.started(plan) as phones:
            _signal(pids, signal.SIGSTOP)
            try:
                time.sleep(seconds)
            finally:
                _signal(pids, signal.SIGCONT)
            began = time.monotonic()
            result = self.finished(plan, phones)
            return result, time.monotonic() - began


def _signal(pids: list[int], sign: signal.Signals) -> None:
    for pid in pids:
        os.kill(pid, sign)


@contextmanager
def loaded() -> Iterator[Load]:
    """A whole cloud for load."""
    with (
        tempfile.TemporaryDirectory() as folder,
        whole_cloud(Path(folder) / "state", "--gemini", "template") as cloud,
    ):
        yield Load(cloud)


def cases(phones: tuple[int, ...], seconds: float) -> list[Plan]:
    """What is asked of how many phones."""
    plans = []
    for count in phones:
        if count == 1:
            plans.append(Plan("", "one", 1, "closed", seconds))
            continue
        plans.append(Plan("", f"brief-{count}", count, "steady", seconds, BRIEF))
        plans.append(Plan("", f"ten-{count}", count, "steady", seconds, TARGET))
        plans.append(Plan("", f"closed-{count}", count, "closed", seconds))
        plans.append(Plan("", f"together-{count}", count, "together"))
    return plans


def flooded(seconds: float) -> Plan:
    """Some people at the brief's rate, and one who floods."""
    return Plan("", "flood", 10, "flood", seconds, BRIEF, flood=FLOOD)


def flood_line(result: Result) -> str:
    """How much longer the others wait beside a flood, and what came of the flood itself."""
    before, beside = result.parts()
    waits = [(part.quantile(0.5), part.quantile(0.95)) for part in (before, beside)]
    told = " / ".join(
        f"{name} {less:.2f} -> {more:.2f} s ({more / less:.1f}x)"
        for name, less, more in zip(("p50", "p95"), *waits, strict=True)
    )
    began, ended = result.report.flood
    answers = ", ".join(f"{n} {kind}" for kind, n in sorted(result.report.answers.items()))
    return (
        f"others, before and beside {result.plan.flood} {result.plan.flooded} of one: {told};"
        f" its answers, within {ended - began:.1f} s: {answers}"
    )


def row(result: Result) -> list[str]:
    """A line of the table."""
    plan = result.plan
    kind = f"{plan.kind}, {plan.rate * 60:,.0f}/min" if plan.rate else plan.kind
    per_minute = result.throughput * 60
    quantiles = [f"{result.quantile(share):.2f}" for share in (0.5, 0.95, 0.99)]
    lost = result.unfinished
    chain = sum(result.ms(name) for name in result.cpu if name != "phones")
    return [
        f"{plan.phones}",
        kind,
        f"{result.report.written}",
        f"{per_minute:,.0f}",
        f"{result.throughput / BRIEF:.1f}x",
        *quantiles,
        f"{chain:.0f}",
        f"{result.ms('phones'):.0f}",
        f"{lost or '-'}",
        spark([wait for _, wait in sorted(result.report.waits)], 24),
    ]


def cpu_table(results: list[Result]) -> Table:
    """CPU by process."""
    names = sorted(set.intersection(*(set(each.cpu) for each in results)))
    table = Table("case", *names, title="CPU ms an upload, by process")
    for result in results:
        table.add_row(result.plan.name, *(f"{result.ms(name):.1f}" for name in names))
    return table


def memory_lines(watch: Watch) -> Table:
    """Memory by process over the cases, which differ too much for a slope."""
    table = Table("process", "MiB, at most", "over time", title="Memory (its slope: --soak 20)")
    for name in watch.seen[0]:
        values = watch.of(name)
        table.add_row(name, f"{values.max():.0f}", spark(values, 60))
    return table


def memory_table(watch: Watch) -> Table:
    """Memory by process, with its slope."""
    table = Table("process", "MiB", "an hour", "95 %", "verdict", "over time", title="Memory")
    for name in watch.seen[0]:
        values = watch.of(name)
        found = slope(watch.times, values)
        bounds = f"{found.low:+.1f} to {found.high:+.1f}"
        verdict = found.verdict
        if name == "cloud":
            grown = watch.stored[-1] - watch.stored[len(watch.stored) // 4]
            verdict += f"; its file grew by {grown:.0f} MiB"
        rate = f"{found.per_hour:+.1f}"
        table.add_row(name, f"{found.level:.0f}", rate, bounds, verdict, spark(values, 30))
    return table


@click.command(help=__doc__)
@click.option("--phones", multiple=True, type=click.IntRange(1), default=(1, 50, 500))
@click.option("--seconds", default=30.0, show_default=True, help="Of each case.")
@click.option("--soak", type=click.FloatRange(0.1), help="Only this: minutes at the brief's rate.")
@click.option("--cost/--no-cost", default=True, help="What an upload costs in documents.")
def main(phones: tuple[int, ...], seconds: float, soak: float | None, cost: bool) -> None:
    """Measure and print."""
    console = Console(width=150)
    console.print(machine())
    if soak:
        _soak(console, soak)
        return
    with loaded() as load:
        results = []
        table = Table(
            *("phones", "case", "uploads", "insights/min", "of the brief"),
            *("p50 s", "p95 s", "p99 s", "chain CPU ms", "phones CPU ms", "not completed", "waits"),
        )
        with Watch(load.cloud.state) as watch:
            for plan in cases(phones, seconds):
                results.append(load.run(plan))
                table.add_row(*row(results[-1]))
            results.append(load.run(flooded(seconds)))
            table.add_row(*row(results[-1].parts()[1]))
            stopped, drain = load.drained(20.0)
        console.print(table)
        console.print(_goals(results))
        console.print(flood_line(results[-1]))
        rate = len(stopped.waits) / drain
        console.print(
            f"functions stopped for 20 s at {BRIEF * 60:.0f}/min: {len(stopped.waits)} insights"
            f" {drain:.1f} s after they go on ({rate:.1f}/s, {rate / BRIEF:.1f}x the brief),"
            f" {stopped.report.unanswered} unanswered"
        )
        console.print(cpu_table(results), memory_lines(watch))
    if cost:
        console.print(costs())


def _goals(results: list[Result]) -> str:
    most = max(results, key=lambda each: each.throughput)
    lines = [
        f"most insights: {most.throughput * 60:,.0f}/min, {most.throughput / BRIEF:.1f}x the brief"
        f" ({most.plan.name}); goal 10x: {'held' if most.throughput >= TARGET else 'missed'}"
    ]
    for each in results:
        if each.plan.kind == "steady" and each.plan.rate == BRIEF:
            held = "held" if each.quantile(0.95) < GOAL_S else "missed"
            lines.append(
                f"{each.plan.phones} people at the brief's rate: p95 {each.quantile(0.95):.2f} s,"
                f" {each.quantile(0.95) / GOAL_S:.2f} of a second: {held}"
            )
    return "\n".join(lines)


def _soak(console: Console, minutes: float) -> None:
    plan = Plan("", "soak", 50, "steady", minutes * 60, BRIEF)
    with loaded() as load, Watch(load.cloud.state) as watch:
        result = load.run(plan)
    table = Table(
        "phones",
        "case",
        "uploads",
        "insights/min",
        "of the brief",
        "p50 s",
        "p95 s",
        "p99 s",
        "chain CPU ms",
        "phones CPU ms",
        "not completed",
        "waits",
    )
    table.add_row(*row(result))
    console.print(table, memory_table(watch))


if __name__ == "__main__":
    main()
