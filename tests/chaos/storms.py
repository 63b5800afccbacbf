"""What befalls whole processes in the course of a run, at moments drawn from the seed."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from infra.local.topology import FUNCTIONS

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from tests.chaos.world import World

_SKEWS_S = (0.0, 0.0, -9.0, -3.0, 3.0, 9.0, 20.0)
_MODES = ("429", "500", "503", "hang", "broken_json")
_DISK_S, _PARKED_S = 3.0, 8.0
SHORT_S = 15.0  # a shorter run has no time for what takes long to start again


@dataclass
class Storms:
    """A thread that carries out what was drawn, while the weather is on.

    Attributes:
        world: that it befalls.
        seconds: of the load; what is drawn lies within.
        errors: what went wrong with the chaos itself.
    """

    world: World
    seconds: float
    errors: list[BaseException] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def join(self) -> None:
        """Wait for the one that is under way."""
        self._thread.join(timeout=300)

    def _run(self) -> None:
        began = time.monotonic()
        draw = self.world.weather.random("storms")
        plan = sorted(self.plan(draw), key=lambda each: each[0])
        try:
            for at, strike in plan:
                while time.monotonic() < began + at:
                    if not self.world.weather.on:
                        return
                    time.sleep(0.1)
                strike()
        except BaseException as error:  # noqa: BLE001  told in the end by who joins
            self.errors.append(error)

    def plan(self, draw: random.Random) -> list[tuple[float, Callable[[], None]]]:
        """When, and what."""
        world = self.world

        def often(every: float, least: int = 1) -> list[float]:
            count = max(least, int(self.seconds / every))
            return [draw.uniform(0.05, 0.95) * self.seconds for _ in range(count)]

        plan: list[tuple[float, Callable[[], None]]] = []
        plan += [(at, self._killing(draw.choice(FUNCTIONS))) for at in often(15)]
        plan += [(at, self._killing("cloud")) for at in often(40)]
        plan += [(at, self._killing("pat")) for at in often(90, least=self.seconds >= SHORT_S)]
        plan += [(at, world.kill_supervisor) for at in often(200, least=self.seconds >= SHORT_S)]
        plan += [(at, self._skewing(draw)) for at in often(15)]
        plan += [(at, self._full_disk) for at in often(90)]
        plan += [(at, self._park) for at in often(120, least=self.seconds >= SHORT_S)]
        plan += [(at, self._gemini(draw.choice(_MODES))) for at in often(8)]
        return plan

    def _killing(self, name: str) -> Callable[[], None]:
        return lambda: self.world.kill(name)

    def _skewing(self, draw: random.Random) -> Callable[[], None]:
        seconds = {name: draw.choice(_SKEWS_S) for name in FUNCTIONS}

        def skew() -> None:
            self.world.skew(seconds)
            wrong = [name for name in FUNCTIONS if seconds[name]]
            for name in wrong[:1]:  # the others at their next start
                self.world.kill(name)
                self.world.weather.count("clock", f"{seconds[name]:+g} s")

        return skew

    def _full_disk(self) -> None:
        """What was acknowledged must be there when the cloud is started again."""
        self.world.fill_disk()
        time.sleep(_DISK_S)
        self.world.free_disk()
        self.world.kill("cloud")

    def _park(self) -> None:
        self.world.parked(wanted=True)
        time.sleep(_PARKED_S)
        self.world.parked(wanted=False)

    def _gemini(self, mode: str) -> Callable[[], None]:
        def misbehave() -> None:
            self.world.tell("gemini", {"mode": mode, "every": 2, "times": 8})
            self.world.weather.count("Gemini told", mode)

        return misbehave

    def clear(self) -> None:
        """Take back what outlasts a run: of the disk, the endpoint, the stand-ins."""
        self.world.free_disk()
        self.world.parked(wanted=False)
        self.world.tell("gemini", {"mode": "ok"})
