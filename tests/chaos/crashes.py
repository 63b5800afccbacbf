"""Deaths: of a function at each point that it passes, and of any process at any moment."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from infra.local.supervisor import PROCESSES
from tests.chaos.points import commits

if TYPE_CHECKING:
    from pathlib import Path

    from tests.chaos.weather import Weather

When = Literal["before", "after"]
# From its first call on, a function works for so long before it dies again.
LIFE_S = 1.5


@dataclass
class Crashes:
    """Kills a function around each of its calls, once before and once after.

    Attributes:
        state: of the embedded cloud, which names its processes.
        weather: whether it is time to.
        cover: whether points are covered at all.
        seen: every point, with how often it was passed.
        died: where a function died.
    """

    state: Path
    weather: Weather
    cover: bool = True
    seen: dict[tuple[str, str], int] = field(default_factory=dict)
    died: set[tuple[str, str, When]] = field(default_factory=set)
    _dead: dict[str, int] = field(default_factory=dict)
    _born: dict[str, float] = field(default_factory=dict)

    def passing(self, step: str, point: str) -> When | None:
        """Whether the function shall die at this call."""
        self.seen[step, point] = self.seen.get((step, point), 0) + 1
        if not (self.cover and self.weather.on) or self._young(step):
            return None
        for when in self.wanted(point):
            if (step, point, when) not in self.died:
                return when
        return None

    def kill_at(self, step: str, point: str, when: When) -> None:
        """Let the function die here."""
        if self.kill(step):
            self.died.add((step, point, when))
            self.weather.count("kill -9 at a call", f"{step}, {when}")

    @staticmethod
    def wanted(point: str) -> tuple[When, ...]:
        """Where around the point: what only reads dies the same before and after."""
        return ("before", "after") if commits(point) else ("after",)

    def missing(self) -> list[tuple[str, str, When]]:
        """Where no function has died yet."""
        wanted = {(*each, when) for each in self.seen for when in self.wanted(each[1])}
        return sorted(wanted - self.died)

    def kill(self, name: str) -> bool:
        """End a process and its children at once; False if it does not run."""
        pid = self.pid(name)
        if pid is None or pid == self._dead.get(name):
            return False
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
            self._dead[name] = pid
            self._born.pop(name, None)
            return True
        return False

    def pid(self, name: str) -> int | None:
        """The process's id, as its supervisor says."""
        try:
            found: int | None = json.loads((self.state / PROCESSES).read_text()).get(name)
        except (FileNotFoundError, ValueError):
            return None
        return found

    def _young(self, step: str) -> bool:
        """Whether the function died, and has not worked for a while since."""
        if step not in self._dead:
            return False
        if self.pid(step) == self._dead[step]:
            return True
        born = self._born.setdefault(step, time.monotonic())
        return time.monotonic() - born < LIFE_S
