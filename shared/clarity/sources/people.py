"""Generated people: a week of HealthKit samples as the iOS client sends it, and its truth.

The same name, days, last day and seed give the same samples, byte for byte.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from clarity.sources import healthkit, routines
from clarity.sources.healthkit import AWAKE, CORE, Json
from clarity.sources.life import EPOCHS_PER_MINUTE, Life, live
from clarity.sources.recording import record
from clarity.sources.timeline import Timeline, Trip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Persona:
    """Who a generated person is."""

    description: str
    time_zone: str
    routine: Callable[[routines.Plan, int, int], None]
    resting_heart_rate: float = 58.0
    clock_low: float = 4.5  # local hour of the body clock's lowest heart rate
    destination: str = ""


PEOPLE: Mapping[str, Persona] = MappingProxyType(
    {
        "office-worker": Persona(
            "commutes on foot, sits, runs twice a week", "Europe/Berlin", routines.office_worker
        ),
        "night-shift": Persona(
            "works four nights on a ward and sleeps in the daytime",
            "America/Chicago",
            routines.night_shift,
            clock_low=10.5,
        ),
        "traveller": Persona(
            "flies from New York to Paris overnight in mid-week",
            "America/New_York",
            routines.traveller,
            resting_heart_rate=62.0,
            destination="Europe/Paris",
        ),
        "two-devices": Persona(
            "walks with watch and phone, or with only one of them",
            "Europe/London",
            routines.two_devices,
            resting_heart_rate=54.0,
        ),
        "non-wear": Persona(
            "leaves the watch in a drawer for most of the week",
            "America/Los_Angeles",
            routines.non_wear,
            resting_heart_rate=64.0,
        ),
        "newborn-parent": Persona(
            "sleeps in short pieces and walks a child at night",
            "Asia/Kolkata",
            routines.newborn_parent,
            resting_heart_rate=66.0,
        ),
    }
)


@dataclass(frozen=True, slots=True)
class SleepPeriod:
    """From falling asleep to the last waking, of one stay in bed."""

    onset: datetime
    offset: datetime
    asleep_minutes: float
    awake_minutes: float


@dataclass(frozen=True, slots=True)
class Truth:
    """What really happened, on the minutes of each local day.

    `steps` is (days, 1440), NaN where a clock change left the minute out; `worn` (the watch) and
    `asleep` are (days, 1440) bool; `shown_steps` is (days,): the totals as the Health app shows
    them from what the devices counted.
    """

    first_day: date
    days: int
    steps: NDArray[np.float64]
    worn: NDArray[np.bool_]
    asleep: NDArray[np.bool_]
    sleep_periods: tuple[SleepPeriod, ...]
    shown_steps: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody's samples in the client's JSON, in time order.

    `zones` holds (from epoch second, IANA zone): what the phone was set to, ascending.
    """

    name: str
    description: str
    time_zone: str
    samples: Sequence[Json]
    zones: tuple[tuple[int, str], ...]
    truth: Truth | None = None

    def zone_at(self, epoch_s: int) -> str:
        """The zone that the phone was set to at this moment."""
        passed = [zone for since, zone in self.zones if since <= epoch_s]
        return passed[-1] if passed else self.zones[0][1]


def last_full_day(name: str, now: datetime) -> date:
    """The last day that is over wherever this person is: the latest that may be generated."""
    persona = PEOPLE[name]
    zones = [zone for zone in (persona.time_zone, persona.destination) if zone]
    return min(now.astimezone(ZoneInfo(zone)).date() for zone in zones) - timedelta(days=1)


def generate(name: str, *, days: int = 7, last_day: date, seed: int = 1) -> Person:
    """One person's days up to and including `last_day`.

    Raises:
        ValueError: no such person, or fewer than one day.
    """
    if name not in PEOPLE:
        raise ValueError(f"unknown person {name!r}: expected one of {', '.join(PEOPLE)}")
    if days < 1:
        raise ValueError(f"expected at least 1 day, found {days}")
    persona = PEOPLE[name]
    rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
    timeline = _timeline(persona, last_day - timedelta(days - 1), days)
    plan = routines.Plan(timeline, rng)
    for day in range(-1, days):  # the evening before belongs to the first night
        persona.routine(plan, day, (timeline.first_day + timedelta(day)).weekday())
    life = live(plan, resting=persona.resting_heart_rate, clock_low=persona.clock_low)
    samples, shown = record(life, rng)
    return Person(
        name=name,
        description=persona.description,
        time_zone=persona.time_zone,
        samples=samples,
        zones=_zones(timeline),
        truth=_truth(life, shown),
    )


def _timeline(persona: Persona, first_day: date, days: int) -> Timeline:
    trip = None
    if persona.destination and days > 1:
        trip = Trip(day=min(days - 1, days // 2 + 1), minute=460, zone=persona.destination)
    return Timeline.of(first_day, days, persona.time_zone, trip)


def _zones(timeline: Timeline) -> tuple[tuple[int, str], ...]:
    here = (timeline.start, timeline.home)
    return (here, (timeline.landing, timeline.trip.zone)) if timeline.trip else (here,)


def _truth(life: Life, shown: NDArray[np.float64]) -> Truth:
    timeline = life.timeline
    return Truth(
        first_day=timeline.first_day,
        days=timeline.days,
        steps=timeline.by_local_minute(life.steps),
        worn=timeline.by_local_minute(life.worn.astype(float)) > 0,
        asleep=timeline.by_local_minute(life.asleep.astype(float)) > 0,
        sleep_periods=tuple(_sleep_periods(life)),
        shown_steps=np.round(np.nansum(timeline.by_local_minute(shown), axis=1)),
    )


def _sleep_periods(life: Life) -> Iterator[SleepPeriod]:
    for bed in life.beds:
        low = max(0, bed.start) * EPOCHS_PER_MINUTE
        stages = life.stages[low : bed.stop * EPOCHS_PER_MINUTE]
        asleep = np.flatnonzero(stages >= CORE)
        if not len(asleep):
            continue
        inner = stages[asleep[0] : asleep[-1] + 1]
        yield SleepPeriod(
            onset=life.timeline.moment((low + asleep[0]) / EPOCHS_PER_MINUTE),
            offset=life.timeline.moment((low + asleep[-1] + 1) / EPOCHS_PER_MINUTE),
            asleep_minutes=len(asleep) / EPOCHS_PER_MINUTE,
            awake_minutes=int((inner == AWAKE).sum()) / EPOCHS_PER_MINUTE,
        )


def uploads(
    person: Person, *, batch: int = healthkit.BATCH_SIZE, attempt: str = "first"
) -> Iterator[tuple[str, Json]]:
    """(upload id, document) in the order in which the phone creates them.

    The phone sends what it holds before its clock is set to another zone, so a batch is of one.
    """
    for zone, samples in _by_zone(person):
        for part in healthkit.batches(samples, batch):
            yield _upload(part, zone, attempt)


def resend(
    person: Person,
    *,
    days: int = 7,
    batch: int = healthkit.BATCH_SIZE,
    attempt: str = "resend",
    first_batch: int = 37,
) -> Iterator[tuple[str, Json]]:
    """The last days once more, as the real client does on every callback.

    New upload ids, other batch borders, and all of it under the zone that the phone has now.
    """
    latest = healthkit.epoch(healthkit.latest_end(person.samples))
    since = healthkit.instant(latest - days * 86_400)
    recent = [sample for sample in person.samples if sample["start_date"] >= since]
    for part in healthkit.batches(recent, batch, first_batch):
        yield _upload(part, person.zone_at(latest), attempt)


def _by_zone(person: Person) -> Iterator[tuple[str, Sequence[Json]]]:
    borders = [healthkit.instant(since) for since, _ in person.zones[1:]]
    starts = [sample["start_date"] for sample in person.samples]
    cuts = [0, *(sum(start < border for start in starts) for border in borders), len(starts)]
    for (_, zone), low, high in zip(person.zones, cuts[:-1], cuts[1:], strict=True):
        yield zone, person.samples[low:high]


def _upload(samples: Sequence[Json], zone: str, attempt: str) -> tuple[str, Json]:
    sent_at = healthkit.latest_end(samples)
    document = healthkit.upload_document(samples, time_zone=zone, sent_at=sent_at)
    return healthkit.upload_id(document, attempt), document
