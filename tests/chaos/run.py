"""One run: people write under faults, then all comes to rest, and the reader looks."""

from __future__ import annotations

import time
from concurrent.futures import FIRST_COMPLETED, wait
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from infra.local.topology import DEAD_LETTERS_PULL, TICKS, subscription
from tests.chaos import chains, invariants, order, reader
from tests.chaos.crashes import Crashes
from tests.chaos.invariants import REFILLED, Broken, End
from tests.chaos.people import crowd, flood
from tests.chaos.phones import Phones, poison
from tests.chaos.storms import Storms
from tests.chaos.weather import Weather
from tests.chaos.world import SWEEP_EVERY_S, World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from tests.chaos.people import Person
    from tests.chaos.phones import Poison


INVARIANTS: Mapping[str, Callable[[End], Iterator[Broken]]] = {
    "samples lost, or not deleted": invariants.lost,
    "samples twice": invariants.twice,
    "steps of the last analysis wrong": invariants.measured,
    "uploads answered wrongly": invariants.answers,
    "requests and feedback answered wrongly": invariants.replies,
    "stuck": invariants.stuck,
    "failed without poison": invariants.failures,
    "told twice": invariants.insights,
    "announced twice": order.notices,
    "orphans": order.orphans,
    "another person's": order.mixed,
    "health data in messages or logs": order.references,
    "paid calls above the caps": order.paid,
    "audits with gaps": chains.audits,
    "dead letters that are no poison, or poison without": order.dead,
}
# Calls a day, of one person and of all: the topology's.
PERSON_CALLS, PROJECT_CALLS = 10, 1000
REST_S, POLL_S = 240.0, 1.5
ENCORE = 0.5  # of the time that the people have, for others who come after them
FLOODED = 5  # from so many people on, somebody floods


@dataclass
class Run:
    """What a run came to.

    Attributes:
        weather: the faults that struck.
        crashes: the points that were passed, and where a function died.
        end: what was sent and found.
        broken: by invariant, what does not hold.
        took: seconds by phase.
        sent: how much was acknowledged to the phones, by kind.
    """

    weather: Weather
    crashes: Crashes
    end: End
    broken: dict[str, list[Broken]]
    took: dict[str, float]
    sent: Mapping[str, int]

    @property
    def good(self) -> bool:
        """Whether everything holds."""
        return not any(self.broken.values())


@dataclass
class Chaos:
    """A run to be made.

    Attributes:
        state: where everything lies.
        seed: of people and faults.
        uploads: of all people together.
        people: how many.
        seconds: in which they are written.
        cover: whether a function dies at each call that it makes.
        tell: told the phase and how far it is, 0 to 1.
        took: seconds by phase.
        left: what was waited for in vain.
    """

    state: Path
    seed: int
    uploads: int
    people: int
    seconds: float
    cover: bool = True
    tell: Callable[[str, float], None] = lambda _, __: None
    took: dict[str, float] = field(default_factory=dict)
    left: list[Broken] = field(default_factory=list)

    def __call__(self) -> Run:
        """Make it."""
        weather = Weather(self.seed)
        # Nobody but the flood comes near it, however often the redelivery of theirs is counted.
        burst = 2 * (self.uploads // self.people + 2)
        world = World(self.state, weather, Crashes(self.state, weather, self.cover), burst)
        people = crowd(self.seed, self.people, self.uploads, self.seconds)
        if self.people >= FLOODED:
            people.append(flood(self.seed, self.people, burst + 2 * REFILLED, self.seconds))
        self._began = time.monotonic()
        self.tell("start", 0.0)
        letters = list(poison(people))
        with world.running():
            phones = Phones(world.cloud.firestore(), world.cloud.publisher(), people)
            phones.introduce(people)
            world.tell("scheduler/sweep", {"every_s": SWEEP_EVERY_S})
            self._lap("start")
            storms = Storms(world, self.seconds)
            self._under_faults(phones, letters, storms)
            phones.close()
            self._until("rest", lambda: resting(world))
            found = read(world)
            self._lap("read")
        end = End(people, letters, found, PERSON_CALLS, PROJECT_CALLS, burst)
        broken = {name: list(check(end)) for name, check in INVARIANTS.items()}
        broken["the chaos itself"] = [
            *(Broken("storms", repr(error)) for error in storms.errors),
            *(Broken(path, "never acknowledged") for path in phones.lost),
            *self.left,
        ]
        self._lap("check")
        return Run(weather, world.crashes, end, broken, self.took, phones.written)

    def _under_faults(self, phones: Phones, letters: Sequence[Poison], storms: Storms) -> None:
        """Everything that is written, and as much of what follows from it as comes meanwhile."""
        weather = storms.world.weather
        weather.on = True
        storms.start()
        self._all("write", phones.run(letters, self.seconds))
        self._answered("answers", phones)
        self._all("last words", phones.conclude(phones.people))
        if self.cover:
            self._encore(phones, storms.world.crashes)
        storms.join()
        weather.on = False
        storms.clear()

    def _encore(self, phones: Phones, crashes: Crashes) -> None:
        """More people, until a function has died at each of its calls or the time is over."""
        joined: list[Person] = []
        ends = time.monotonic() + ENCORE * self.seconds
        while crashes.missing() and time.monotonic() < ends:
            more = crowd(self.seed, 2, 10, 2.0, first=self.people + 1 + len(joined))
            joined += more
            for each in phones.join(more):
                each.result()
            self.tell("encore", 1 - (ends - time.monotonic()) / (ENCORE * self.seconds))
        self._answered("encore", phones)
        self._all("their last words", phones.conclude(joined))

    def _lap(self, phase: str) -> None:
        now = time.monotonic()
        self.took[phase], self._began = now - self._began, now
        self.tell(phase, 1.0)

    def _all(self, phase: str, futures: list[Future[None]]) -> None:
        """Wait for all of them; what one raises is raised."""
        left = set(futures)
        while left:
            done, left = wait(left, timeout=1.0, return_when=FIRST_COMPLETED)
            for each in done:
                each.result()
            self.tell(phase, 1 - len(left) / len(futures))
        self._lap(phase)

    def _answered(self, phase: str, phones: Phones) -> None:
        """Wait until all uploads are answered: who asks before is told of what has come so far."""

        def tell(left: int) -> None:
            self.tell(phase, 1 - left / sum(len(each.uploads) for each in phones.people))

        if left := dwindled(phones.unanswered, tell):
            self.left.append(Broken(phase, f"{left} uploads without answer, and no fewer for long"))
        self._lap(phase)

    def _until(self, phase: str, holds: Callable[[], bool]) -> None:
        """Wait for it, but not for ever: what is not there then is found by the reader."""
        while not holds() and time.monotonic() - self._began < REST_S:
            self.tell(phase, (time.monotonic() - self._began) / REST_S)
            time.sleep(POLL_S)
        self._lap(phase)


def dwindled(
    count: Callable[[], int],
    tell: Callable[[int], None],
    *,
    patience_s: float = REST_S,
    poll_s: float = POLL_S,
) -> int:
    """Wait while it becomes less, however long that takes; what is left, or 0."""
    least, since = count(), time.monotonic()
    while least > 0 and time.monotonic() - since < patience_s:
        tell(least)
        time.sleep(poll_s)
        found = count()
        if found < least:
            least, since = found, time.monotonic()
    return max(least, 0)


def resting(world: World) -> bool:
    """Whether nothing waits, twice in a row: what is done may send more."""
    if not _idle(world):
        return False
    time.sleep(POLL_S)
    return _idle(world)


def _idle(world: World) -> bool:
    backlog = world.backlog()
    return backlog is not None and not any(_waiting(backlog).values())


def _waiting(backlog: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """Without what an operator pulls, and the ticks, which go on."""
    left = (DEAD_LETTERS_PULL, *(subscription(name) for name in TICKS))
    return {name: row["unacked"] for name, row in backlog.items() if name not in left}


def read(world: World) -> reader.Found:
    """The end state."""
    stored = reader.documents(world.cloud.firestore())
    return reader.Found(
        documents=stored,
        letters=reader.letters(world.cloud.subscriber(), stored),
        messages=world.messages,
        notices=world.notices,
        answers=world.gemini.answered[200],
        logs=reader.telling_lines(world.state / "logs"),
        waiting=_waiting(world.backlog() or {}),
    )
