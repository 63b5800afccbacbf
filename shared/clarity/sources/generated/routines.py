"""How each person spends a day: sleep, walks, workouts, and where watch and phone lie.

A routine writes into a `Plan` on the local clock; `life` turns the plan into minutes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from clarity.sources.generated.timeline import Timeline

SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Span:
    """From one absolute minute to before another, with a number whose meaning the list gives."""

    start: int
    stop: int
    level: float = 0.0
    label: str = ""

    def within(self, minutes: int) -> slice:
        """The part of the span on a timeline of this many minutes; may be empty."""
        start = min(max(0, self.start), minutes)
        return slice(start, max(start, min(self.stop, minutes)))


@dataclass(slots=True)
class Plan:
    """What a person does, on absolute minutes. Later entries win where two overlap.

    `shift` is how many minutes later than their routine this person lives.
    """

    timeline: Timeline
    rng: np.random.Generator
    shift: float = 0.0
    sleeps: list[Span] = field(default_factory=list)  # level: minutes awake an hour of sleep
    walks: list[Span] = field(default_factory=list)  # level: steps a minute
    stirring: list[Span] = field(default_factory=list)  # level: short walks an hour
    workouts: list[Span] = field(default_factory=list)  # level: heart rate above rest
    watch_off: list[Span] = field(default_factory=list)
    phone_away: list[Span] = field(default_factory=list)
    fevers: list[Span] = field(default_factory=list)  # level: beats a minute more

    def _span(
        self,
        day: int,
        at: float,
        minutes: float,
        *,
        level: float = 0,
        label: str = "",
        spread: float = 8,
    ) -> Span:
        start = self.timeline.index(day, round(at + self.shift + self.rng.normal(0, spread)))
        length = max(1, round(minutes * self.rng.normal(1, 0.08)))
        return Span(start, start + length, level, label)

    def sleep(
        self, day: int, bed: float, minutes: float, wakefulness: float = 3, spread: float = 18
    ) -> None:
        """In bed from `bed` for about `minutes`."""
        self.sleeps.append(self._span(day, bed, minutes, level=wakefulness, spread=spread))

    def walk(self, day: int, at: float, minutes: float, cadence: float = 102) -> None:
        """Walking without long stops."""
        self.walks.append(self._span(day, at, minutes, level=cadence))

    def stir(self, day: int, start: float, stop: float, walks_an_hour: float) -> None:
        """Hours with short walks now and then: a desk, a kitchen, a ward."""
        first = self.timeline.index(day, start + self.shift)
        last = self.timeline.index(day, stop + self.shift)
        self.stirring.append(Span(first, last, walks_an_hour))

    def work_out(
        self, day: int, at: float, minutes: float, label: str, *, cadence: float, beats: float
    ) -> None:
        """A recorded workout; a cadence of 0 is one without steps."""
        span = self._span(day, at, minutes, level=beats, label=label)
        self.workouts.append(span)
        self.walks.append(Span(span.start, span.stop, cadence))

    def charge(self, day: int, at: float, minutes: float) -> None:
        """The watch is on its charger."""
        self.watch_off.append(self._span(day, at, minutes, spread=6))

    def leave_phone(self, day: int, start: float, stop: float) -> None:
        """The phone lies somewhere else."""
        self.phone_away.append(self._span(day, start, stop - start, spread=6))

    def fever(self, day: int, start: float, stop: float, beats: float) -> None:
        """The heart beats faster, whatever the person does."""
        first, last = self.timeline.index(day, start), self.timeline.index(day, stop)
        self.fevers.append(Span(first, last, beats))


def hours(hour: float) -> float:
    """Minutes after midnight of an hour of the day."""
    return 60 * hour


def office_worker(plan: Plan, day: int, weekday: int) -> None:
    """Commutes on foot, sits, walks at lunch, runs twice a week, sleeps in at the weekend."""
    late = weekday in (SATURDAY - 1, SATURDAY)  # the evenings before a day off
    plan.sleep(day, hours(24.1 if late else 23), 500 if late else 445, 3)
    if weekday >= SATURDAY:
        plan.stir(day, hours(8), hours(24), 3.5)
        plan.walk(day, hours(12), 35, 96)
        plan.leave_phone(day, hours(17.5), hours(20.5))
    else:
        plan.stir(day, hours(9), hours(17.5), 1.6)
        plan.stir(day, hours(18), hours(21), 3.5)
        plan.walk(day, hours(8), 19, 110)
        plan.walk(day, hours(12.5), 13, 100)
        plan.walk(day, hours(17.5), 20, 108)
        plan.leave_phone(day, hours(10), hours(12))
        plan.leave_phone(day, hours(19), hours(22))
    if weekday in (1, SATURDAY):
        plan.work_out(
            day, hours(18.6 if weekday == 1 else 10.2), 34, "running", cadence=162, beats=85
        )
    plan.charge(day, hours(21.8), 45)


def night_shift(plan: Plan, day: int, weekday: int) -> None:
    """Four nights on a ward from Monday, sleeps in the daytime; three days off."""
    if weekday < 4:  # noqa: PLR2004 - Monday to Thursday
        plan.stir(day, hours(16), hours(22), 4)
        plan.walk(day, hours(17.5), 20, 100)
        plan.walk(day, hours(21.4), 14, 108)
        plan.stir(day, hours(22), hours(30.3), 9)
        plan.walk(day, hours(30.5), 14, 102)
        plan.stir(day, hours(30.5), hours(32), 4)
        plan.sleep(day, hours(32.2), 415, 5)
        plan.leave_phone(day, hours(22.2), hours(30))
    else:
        plan.stir(day, hours(13), hours(26), 4)
        plan.walk(day, hours(15.5), 40, 97)
        plan.walk(day, hours(20), 18, 99)
        plan.sleep(day, hours(27), 470, 4, spread=30)
    if weekday == SATURDAY:
        plan.work_out(day, hours(17.2), 50, "cycling", cadence=0, beats=70)
    plan.charge(day, hours(20.6), 40)


def traveller(plan: Plan, day: int, weekday: int) -> None:
    """Flies east overnight in mid-week; short and late sleep after the landing."""
    trip = plan.timeline.trip
    nights = day - trip.day if trip else -1
    plan.charge(day, hours(21.3), 40)
    if nights == -1:
        plan.stir(day, hours(7), hours(17), 3)
        plan.walk(day, hours(17), 30, 88)
        plan.walk(day, hours(18.6), 12, 80)
        plan.stir(day, hours(19), hours(25.4), 0.6)
        plan.sleep(day, hours(21.9), 170, 9, spread=5)
        return
    late = max(0.0, 2.2 - 0.6 * nights) if nights >= 0 else 0.0
    plan.sleep(day, hours(23 + late), 430 - 45 * late, 3 + 2 * late)
    plan.stir(day, hours(7.8), hours(24), 4)
    if nights >= 0:
        plan.walk(day, hours(9.2), 25, 104)
        plan.walk(day, hours(13), 35, 94)
        plan.walk(day, hours(18), 55, 92)
    else:
        plan.walk(day, hours(8.2), 18, 108)
        plan.walk(day, hours(12.4), 12, 100)
        if weekday == 1:
            plan.work_out(day, hours(18.4), 32, "running", cadence=160, beats=80)


def two_devices(plan: Plan, day: int, weekday: int) -> None:
    """Walks with watch and phone, with the watch alone, and with the phone alone."""
    weekend = weekday >= SATURDAY
    plan.sleep(day, hours(23.6 if weekend else 22.7), 475 if weekend else 450, 3)
    plan.stir(day, hours(7), hours(22.5), 4)
    plan.walk(day, hours(7.9), 28, 108)  # both devices
    plan.walk(day, hours(12.6), 24, 104)  # the phone stays on the desk
    plan.leave_phone(day, hours(9), hours(13.8))
    plan.walk(day, hours(18.4), 35, 100)  # the watch charges
    plan.charge(day, hours(18), 85)
    plan.leave_phone(day, hours(20), hours(22.4))
    plan.charge(day, hours(7), 25)
    if weekday in (2, SATURDAY + 1):
        plan.leave_phone(day, hours(15.8), hours(17))
        plan.work_out(day, hours(16), 40, "running", cadence=166, beats=88)


def non_wear(plan: Plan, day: int, weekday: int) -> None:
    """Wears the watch for a day and a half, then leaves it in a drawer until the last evening."""
    plan.sleep(day, hours(23), 450, 3)
    plan.stir(day, hours(7), hours(23), 3.5)
    plan.walk(day, hours(12.5), 18, 100)
    if weekday >= SATURDAY:
        plan.walk(day, hours(16), 30, 96)
    for start, stop in ((0, 19), (19.3, 24)):  # else in a room with its owner, in the evening
        away = plan.timeline.index(day, hours(start)), plan.timeline.index(day, hours(stop))
        plan.phone_away.append(Span(*away))
    if day == 1:
        first = plan.timeline.index(day, hours(14))
        last = plan.timeline.index(plan.timeline.days - 1, hours(19))
        plan.watch_off.append(Span(first, last))


def newborn_parent(plan: Plan, day: int, weekday: int) -> None:
    """Sleeps in three or four short pieces, carries a child about at night, naps at noon."""
    bed = hours(21.9)
    for _ in range(4):
        minutes = float(plan.rng.uniform(70, 120))
        plan.sleep(day, bed, minutes, 5, spread=6)
        plan.stir(day, bed + minutes, bed + minutes + 55, 7)
        bed += minutes * 1.1 + float(plan.rng.uniform(35, 65))
    plan.stir(day, hours(7.5), hours(21.7), 5.5)
    if plan.rng.random() < 0.7:  # noqa: PLR2004 - naps on most days
        plan.sleep(day, hours(13.2), 50, 4)
    plan.walk(day, hours(10.3), 40, 88)
    plan.walk(day, hours(16.5), 45 if weekday >= SATURDAY else 28, 90)
    plan.leave_phone(day, hours(19), hours(21.5))
    plan.leave_phone(day, hours(21.9), hours(31))
    plan.charge(day, hours(18.7), 45)
