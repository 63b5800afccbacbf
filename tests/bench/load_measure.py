"""What the processes of an embedded cloud take: CPU, and memory over time with its slope."""

from __future__ import annotations

import json
import os
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np

from infra.local.supervisor import PROCESSES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

_TICKS = os.sysconf("SC_CLK_TCK")
_BLOCKS = 20  # of a soak: each mean is nearly free of the one before
_T = 2.10  # Student's, for 95 % with _BLOCKS - 2 degrees of freedom
# Memory that grows less than this share of itself in an hour is flat: a day adds a quarter.
_FLAT = 0.01
_BARS = "▁▂▃▄▅▆▇█"


def families(state: Path) -> dict[str, list[int]]:
    """Each process of the cloud, with those that it started itself."""
    parents: dict[int, list[int]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(status.read_text().rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
        parents.setdefault(parent, []).append(int(status.parent.name))
    started: dict[str, int] = json.loads((state / PROCESSES).read_text())
    return {name: [pid, *parents.get(pid, [])] for name, pid in started.items()}


def cpu(state: Path) -> dict[str, float]:
    """Seconds of CPU that each has used so far."""
    return {name: sum(map(_cpu, pids)) for name, pids in families(state).items()}


def _cpu(pid: int) -> float:
    used = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, used)) / _TICKS


def memory(pids: Mapping[str, Sequence[int]]) -> dict[str, float]:
    """MiB that each holds for itself: what forked processes share is counted by halves (PSS).

    Pages of files are left out: how many of a library's are counted to one process depends on who
    else has it open.
    """
    return {name: sum(map(_mib, each)) for name, each in pids.items()}


def _mib(pid: int) -> float:
    rows = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(row.split()[1]) for row in rows if row.startswith("Pss_Anon:")) / 1024


@dataclass
class Watch:
    """Memory of all processes, and the size of the cloud's file, looked at every `every` s."""

    state: Path
    every: float = 1.0
    times: list[float] = field(default_factory=list)
    seen: list[dict[str, float]] = field(default_factory=list)
    stored: list[float] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._began = time.monotonic()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        pids = families(self.state)
        while not self._stop.wait(self.every):
            self.times.append(time.monotonic() - self._began)
            self.seen.append(memory(pids))
            self.stored.append((self.state / "cloud.db").stat().st_size / 2**20)

    def of(self, name: str) -> NDArray[np.float64]:
        """One process's memory over time."""
        return np.array([each[name] for each in self.seen])


@dataclass(frozen=True)
class Slope:
    """How a series goes on: a change an hour, and between which bounds it lies (95 %)."""

    level: float
    per_hour: float
    low: float
    high: float

    @property
    def flat(self) -> bool:
        """Whether it surely does not grow by more than a hundredth of itself an hour."""
        return self.high < _FLAT * self.level

    @property
    def verdict(self) -> str:
        if self.flat:
            return "flat"
        return "grows" if self.low > 0 else "cannot be told apart from growth"


def slope(times: Sequence[float] | NDArray[np.float64], values: NDArray[np.float64]) -> Slope:
    """The slope of the means of blocks; the first quarter, in which caches fill, is left out.

    Of fewer values than blocks no slope can be told: it is not a number, without bounds.
    """
    begin = len(times) // 4
    if len(values) - begin < _BLOCKS:
        return Slope(float(np.mean(values)), np.nan, -np.inf, np.inf)
    blocks = [
        (np.mean(block_times) / 3600, np.mean(block))
        for block_times, block in zip(
            np.array_split(np.asarray(times)[begin:], _BLOCKS),
            np.array_split(values[begin:], _BLOCKS),
            strict=True,
        )
    ]
    x, y = (np.array(each) for each in zip(*blocks, strict=True))
    x = x - x.mean()
    gain = float((x * y).sum() / (x**2).sum())
    rest = y - y.mean() - gain * x
    error = float(np.sqrt((rest**2).sum() / (_BLOCKS - 2) / (x**2).sum()))
    return Slope(float(y.mean()), gain, gain - _T * error, gain + _T * error)


def spark(values: Sequence[float] | NDArray[np.float64], width: int = 40) -> str:
    """The series as a line of bars from 0 to its highest."""
    if not len(values):
        return ""
    means = [float(each.mean()) for each in np.array_split(np.asarray(values), width) if each.size]
    most = max(means) or 1.0
    return "".join(_BARS[min(int(each / most * len(_BARS)), len(_BARS) - 1)] for each in means)
