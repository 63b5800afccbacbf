"""Generated people: a week of HealthKit samples as the iOS client sends it, and its truth.

The same name, days, last day and seed give the same samples, byte for byte.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from clarity.sources import healthkit
from clarity.sources.generated import routines, strangers, unusual
from clarity.sources.generated.life import OUT_OF_BED, Body, live
from clarity.sources.generated.recording import PULSE_MINUTES, misread, record
from clarity.sources.generated.timeline import Timeline, Trip
from clarity.sources.generated.truth import truth_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from clarity.sources.generated.truth import Truth
    from clarity.sources.healthkit import Json

# How much people's hours differ, and their body clocks from their hours: Roenneberg et al. 2007,
# doi:10.1016/j.smrv.2007.07.005; Burgess & Fogg 2008, doi:10.1371/journal.pone.0003055.
LATE_MINUTES = 60.0
APART_MINUTES = 45.0
# Wearables see 18 to 54 % of the waking in bed: Chinoy et al. 2021, doi:10.1093/sleep/zsaa291.
MISREAD = 0.5
# What each of them writes into `users/{uid}`: without it nothing of theirs is analysed.
CONSENT = MappingProxyType(
    {"consent": {"analysis": True, "language_model": True, "research": True}}
)


@dataclass(frozen=True, slots=True)
class Persona:
    """Who a generated person is.

    Attributes:
        description: In a few words.
        time_zone: Home.
        routine: How a day is spent.
        body: How heart and body clock work.
        destination: Where a journey in mid-week leads, if there is one.
        varies: Whether each seed lives, and has its body clock, at hours of its own.
        stages: Whether the watch records sleep.
        misread: Share of the times awake in bed that the watch takes for sleep.
        pulse: From how many minutes on, and to how many, between two heart rates at rest.
    """

    description: str
    time_zone: str
    routine: Callable[[routines.Plan, int, int], None]
    body: Body = field(default_factory=Body)
    destination: str = ""
    varies: bool = False
    stages: bool = True
    misread: float = 0.0
    pulse: tuple[float, float] = PULSE_MINUTES


def _varied(
    description: str,
    time_zone: str,
    routine: Callable[[routines.Plan, int, int], None],
    *,
    stages: bool = True,
    pulse: tuple[float, float] = PULSE_MINUTES,
    **body: float,
) -> Persona:
    """Somebody whose hours are the seed's own, and whose watch sees half of the waking at night."""
    return Persona(
        description,
        time_zone,
        routine,
        Body(**body),
        varies=True,
        stages=stages,
        misread=MISREAD,
        pulse=pulse,
    )


PEOPLE: Mapping[str, Persona] = MappingProxyType(
    {
        "office-worker": Persona(
            "commutes on foot, sits, runs twice a week", "Europe/Berlin", routines.office_worker
        ),
        "night-shift": Persona(
            "works four nights on a ward and sleeps in the daytime",
            "America/Chicago",
            routines.night_shift,
            Body(clock_low=10.5),
        ),
        "traveller": Persona(
            "flies from New York to Paris overnight in mid-week",
            "America/New_York",
            routines.traveller,
            Body(resting=62.0),
            destination="Europe/Paris",
        ),
        "two-devices": Persona(
            "walks with watch and phone, or with only one of them",
            "Europe/London",
            routines.two_devices,
            Body(resting=54.0),
        ),
        "non-wear": Persona(
            "leaves the watch in a drawer for most of the week",
            "America/Los_Angeles",
            routines.non_wear,
            Body(resting=64.0),
        ),
        "newborn-parent": Persona(
            "sleeps in short pieces and walks a child at night",
            "Asia/Kolkata",
            routines.newborn_parent,
            Body(resting=66.0),
        ),
        "napper": _varied(
            "goes to bed late and sleeps again after lunch, every day",
            "Europe/Madrid",
            unusual.napper,
            resting=60.0,
            clock_low=5.2,
        ),
        "split-sleeper": _varied(
            "sleeps twice a night, with two hours awake between",
            "America/Sao_Paulo",
            unusual.split_sleeper,
            clock_low=3.8,
        ),
        "phone-only": _varied(
            "has a phone and no watch", "Asia/Tokyo", unusual.phone_only, resting=63.0
        ),
        "no-stages": _varied(
            "wears a watch that records no sleep",
            "Europe/Lisbon",
            unusual.no_stages,
            stages=False,
            resting=61.0,
        ),
        "older-adult": _varied(
            "walks little, naps, wakes often and early; a body clock early and flat",
            "Europe/Stockholm",
            unusual.older_adult,
            resting=66.0,
            clock_low=2.8,
            clock_amplitude=2.4,
            age=76,
        ),
        "athlete": _varied(
            "trains twice a day, cycles and swims without steps",
            "America/Denver",
            unusual.athlete,
            resting=48.0,
            age=26,
        ),
        "irregular": _varied(
            "has no fixed hours", "America/Toronto", unusual.irregular, clock_low=5.5
        ),
        "ill-week": _varied(
            "lies in bed for days with a fever", "Australia/Sydney", unusual.ill_week, resting=62.0
        ),
        "beta-blocker": _varied(
            "takes a medicine that slows the heart and flattens what it answers",
            "Europe/Rome",
            unusual.beta_blocker,
            resting=54.0,
            clock_amplitude=1.8,
            gain=0.55,
            age=62,
        ),
        "rotating-shifts": _varied(
            "works early, late and at night in one week; the body clock stays behind",
            "Asia/Seoul",
            unusual.rotating_shifts,
            clock_low=5.0,
        ),
    }
)
# To be measured, and not to be looked at while the domain is worked on.
STRANGERS: Mapping[str, Persona] = MappingProxyType(
    {
        "sofa": _varied("sits still all evening", "Europe/Paris", strangers.sofa),
        "desk": _varied("sits still all day", "Asia/Singapore", strangers.desk, resting=72.0),
        "insomniac": _varied(
            "lies awake for two hours a night", "Europe/Oslo", strangers.insomniac, resting=64.0
        ),
        "gardener": _varied("is on their feet all day", "Europe/Dublin", strangers.gardener),
        "four-sleeps": _varied(
            "sleeps four times a day", "Atlantic/Azores", strangers.four_sleeps, clock_low=4.0
        ),
        "night-charger": _varied(
            "takes the watch off at night", "America/Bogota", strangers.night_charger
        ),
        "student": _varied(
            "lives four hours late", "Europe/Warsaw", strangers.student, clock_low=8.3, age=21
        ),
        "flat-heart": _varied(
            "a heart that hardly slows asleep",
            "America/Halifax",
            strangers.sofa,
            gain=0.5,
            clock_amplitude=2.5,
            age=68,
        ),
        "restless-heart": _varied(
            "a heart rate that wanders twice as far", "Asia/Dubai", unusual.no_stages, unrest=2.0
        ),
        "old-watch": _varied(
            "a watch that takes a heart rate every ten minutes",
            "Pacific/Auckland",
            strangers.gardener,
            pulse=(6.0, 14.0),
        ),
    }
)
_EVERYBODY = {**PEOPLE, **STRANGERS}


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
    persona = _EVERYBODY[name]
    zones = [zone for zone in (persona.time_zone, persona.destination) if zone]
    return min(now.astimezone(ZoneInfo(zone)).date() for zone in zones) - timedelta(days=1)


def generate(name: str, *, days: int = 7, last_day: date, seed: int = 1) -> Person:
    """One person's days up to and including `last_day`.

    Raises:
        ValueError: no such person, or fewer than one day.
    """
    if name not in _EVERYBODY:
        raise ValueError(f"unknown person {name!r}: expected one of {', '.join(_EVERYBODY)}")
    if days < 1:
        raise ValueError(f"expected at least 1 day, found {days}")
    persona = _EVERYBODY[name]
    who = zlib.crc32(name.encode())
    rng = np.random.default_rng([seed, who])
    own = np.random.default_rng([seed, who, 1])  # what came later takes nothing from the first
    timeline = _timeline(persona, last_day - timedelta(days - 1), days)
    late, apart = own.normal(0, [LATE_MINUTES, APART_MINUTES]) * persona.varies
    plan = routines.Plan(timeline, rng, shift=float(late))
    for day in range(-1, days):  # the evening before belongs to the first night
        persona.routine(plan, day, (timeline.first_day + timedelta(day)).weekday())
    life = live(plan, persona.body.later((late + apart) / 60))
    believed = misread(life.stages, persona.misread, own)
    if not persona.stages:
        believed = np.full_like(believed, OUT_OF_BED)
    samples, shown = record(life, rng, believed, persona.pulse)
    return Person(
        name=name,
        description=persona.description,
        time_zone=persona.time_zone,
        samples=samples,
        zones=_zones(timeline),
        truth=truth_of(life, shown),
    )


def _timeline(persona: Persona, first_day: date, days: int) -> Timeline:
    trip = None
    if persona.destination and days > 1:
        trip = Trip(day=min(days - 1, days // 2 + 1), minute=460, zone=persona.destination)
    return Timeline.of(first_day, days, persona.time_zone, trip)


def _zones(timeline: Timeline) -> tuple[tuple[int, str], ...]:
    here = (timeline.start, timeline.home)
    return (here, (timeline.landing, timeline.trip.zone)) if timeline.trip else (here,)


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
