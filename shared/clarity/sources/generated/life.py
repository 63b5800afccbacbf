"""What really happens to a person, minute by minute: sleep stages, steps, heart rate, wear.

This is the truth that the devices record in part and that measurements are compared with.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from clarity.sources.generated.timeline import MINUTES_PER_DAY
from clarity.sources.healthkit import AWAKE, CORE, DEEP, REM

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clarity.sources.generated.routines import Plan, Span
    from clarity.sources.generated.timeline import Timeline

OUT_OF_BED = -1
EPOCHS_PER_MINUTE = 2  # 30 s, as in polysomnography
STIRRING_AWAKE = 1.5  # short walks an hour where the routine says nothing
STOPS = 0.05  # share of the minutes of a walk spent at red lights and doors
UP_AT_NIGHT = 0.06  # share of the longer times awake in bed that are walked away
UPRIGHT = 9.0  # beats a minute that sitting and standing add to lying


@dataclass(frozen=True, slots=True)
class Body:
    """How a person's heart and body clock work.

    Attributes:
        resting: Heart rate in quiet waking, lying down, beats a minute.
        clock_low: Local hour at which the body clock holds heart rate lowest.
        clock_amplitude: Half of the body clock's daily wave in heart rate, beats a minute.
        gain: Share of the usual answer of the heart to posture and effort.
        age: In years.
        unrest: How far the heart rate wanders by itself, times the usual.
    """

    resting: float = 58.0
    clock_low: float = 4.5
    clock_amplitude: float = 4.0
    gain: float = 1.0
    age: float = 40.0
    unrest: float = 1.0

    @property
    def reserve(self) -> float:
        """Beats a minute from rest to the most: Tanaka 2001, doi:10.1016/S0735-1097(00)01054-8."""
        return 208 - 0.7 * self.age - (self.resting + UPRIGHT)

    def later(self, hours: float) -> Body:
        """The same with its clock so much later."""
        return replace(self, clock_low=self.clock_low + hours)


@dataclass(frozen=True, slots=True)
class Life:
    """(minutes,) arrays on the timeline's absolute minutes; `stages` is (2 * minutes,).

    `acrophase` is the local minute of the day at which the body clock, as it stands in this
    minute, is highest.
    """

    timeline: Timeline
    body: Body
    stages: NDArray[np.int8]
    beds: tuple[Span, ...]
    workouts: tuple[Span, ...]
    steps: NDArray[np.float64]
    heart_rate: NDArray[np.float64]
    acrophase: NDArray[np.float64]
    worn: NDArray[np.bool_]
    carried: NDArray[np.bool_]

    @property
    def asleep(self) -> NDArray[np.bool_]:
        """(minutes,) both 30 s epochs of the minute asleep."""
        return np.asarray((self.stages >= CORE).reshape(-1, EPOCHS_PER_MINUTE).all(axis=1))

    @property
    def in_bed(self) -> NDArray[np.bool_]:
        """(minutes,) in bed, awake or not."""
        return np.asarray(self.stages[::EPOCHS_PER_MINUTE] != OUT_OF_BED)


def live(plan: Plan, body: Body) -> Life:
    """Turn a plan, what the person does and when, into minutes."""
    minutes = len(plan.timeline)
    stages = np.full(minutes * EPOCHS_PER_MINUTE, OUT_OF_BED, dtype=np.int8)
    for bed in plan.sleeps:
        _put(stages, bed, hypnogram(bed, plan.rng))
    steps = _steps(plan, stages)
    clock = _clock_hours(plan.timeline)
    ahead = 60 * (body.clock_low + 12 - clock)
    return Life(
        timeline=plan.timeline,
        body=body,
        stages=stages,
        beds=_inside(plan.sleeps, minutes),
        workouts=_inside(plan.workouts, minutes),
        steps=steps,
        heart_rate=_heart_rate(plan, stages, steps, body, clock),
        acrophase=(plan.timeline.minute + ahead) % MINUTES_PER_DAY,
        worn=~_mask(plan.watch_off, minutes),
        carried=~_mask(plan.phone_away, minutes) & (stages[::EPOCHS_PER_MINUTE] == OUT_OF_BED),
    )


def hypnogram(bed: Span, rng: np.random.Generator) -> NDArray[np.int8]:
    """Stages of one stay in bed in 30 s epochs: latency, cycles of about 90 min, waking.

    Deep sleep belongs to the first cycles and REM to the last, as in healthy adults;
    `bed.level` is the minutes awake in an hour of sleep.
    """
    total = (bed.stop - bed.start) * EPOCHS_PER_MINUTE
    epochs = [AWAKE] * round(rng.uniform(5, 16) * EPOCHS_PER_MINUTE)
    cycle = 0
    while len(epochs) < total:
        for stage, minutes in _cycle(cycle, bed.level, rng):
            epochs += [stage] * round(minutes * EPOCHS_PER_MINUTE)
        cycle += 1
    stages = np.array(epochs[:total], dtype=np.int8)
    waking = EPOCHS_PER_MINUTE * int(rng.integers(1, 6))
    stages[-waking:] = AWAKE
    return stages


def _cycle(number: int, wakefulness: float, rng: np.random.Generator) -> list[tuple[int, float]]:
    """(stage, minutes) of one cycle of about 90 minutes."""
    deep = max(0.0, 38 - 15 * number) * rng.uniform(0.7, 1.2)
    rem = min(32.0, 8 + 7 * number) * rng.uniform(0.7, 1.3)
    awake = rng.exponential(1, 3) * wakefulness * 1.5 / 3
    return [
        (CORE, rng.uniform(10, 24)),
        (AWAKE, awake[0]),
        (CORE, rng.uniform(3, 8)),
        (DEEP, deep),
        (CORE, rng.uniform(8, 20)),
        (AWAKE, awake[1]),
        (CORE, rng.uniform(4, 12)),
        (REM, rem),
        (AWAKE, awake[2]),
    ]


def _inside(spans: list[Span], minutes: int) -> tuple[Span, ...]:
    return tuple(span for span in spans if span.stop > 0 and span.start < minutes)


def _mask(spans: list[Span], minutes: int) -> NDArray[np.bool_]:
    mask = np.zeros(minutes, dtype=bool)
    for span in spans:
        mask[span.within(minutes)] = True
    return mask


def _put(stages: NDArray[np.int8], bed: Span, epochs: NDArray[np.int8]) -> None:
    """Lay one night on the timeline, cut where the timeline begins and ends."""
    start, stop = bed.start * EPOCHS_PER_MINUTE, bed.stop * EPOCHS_PER_MINUTE
    low, high = max(0, start), min(len(stages), stop)
    if low < high:
        stages[low:high] = epochs[low - start : high - start]


def _steps(plan: Plan, stages: NDArray[np.int8]) -> NDArray[np.float64]:
    """Whole steps in each minute."""
    rng, minutes = plan.rng, len(plan.timeline)
    rate = np.full(minutes, STIRRING_AWAKE)
    cadence = np.zeros(minutes)
    for span in plan.stirring:
        rate[span.within(minutes)] = span.level
    for start in np.flatnonzero(rng.random(minutes) < rate / 60):
        length = min(14, 1 + int(rng.exponential(2.2)))
        cadence[start : start + length] = rng.uniform(14, 80)
    cadence *= rng.uniform(0.5, 1.1, minutes)
    for span in plan.walks:
        part = cadence[span.within(minutes)]
        part[:] = span.level * rng.normal(1, 0.05, len(part)).clip(0.7, 1.2)
        part[rng.random(len(part)) < STOPS] *= 0.3
    bed = (stages != OUT_OF_BED).reshape(-1, EPOCHS_PER_MINUTE).any(axis=1)
    cadence[bed] = 0
    up = _bathroom(stages, rng)
    cadence[up] = rng.uniform(8, 30, len(up))
    return np.round(cadence)


def _bathroom(stages: NDArray[np.int8], rng: np.random.Generator) -> NDArray[np.int64]:
    """Minutes of a few steps in some of the longer times awake at night."""
    awake = (stages == AWAKE).reshape(-1, EPOCHS_PER_MINUTE).all(axis=1)
    long = awake & np.roll(awake, 1) & np.roll(awake, -1) & (rng.random(len(awake)) < UP_AT_NIGHT)
    return np.flatnonzero(long)


def _heart_rate(
    plan: Plan,
    stages: NDArray[np.int8],
    steps: NDArray[np.float64],
    body: Body,
    clock: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Beats a minute: body clock, posture, sleep stage, effort with a lag, slow noise."""
    rng, minutes = plan.rng, len(steps)
    by_minute = stages[::EPOCHS_PER_MINUTE]
    effort = 0.36 * steps
    for span in plan.workouts:
        part = effort[span.within(minutes)]
        part[:] = span.level * rng.normal(1, 0.03, len(part))
    noise = rng.normal(0, 1.6 * body.unrest, minutes)
    wander = np.empty(minutes)
    lagged = np.empty(minutes)
    slow = fast = 0.0
    for i in range(minutes):
        slow = 0.93 * slow + noise[i]
        fast += (0.45 if effort[i] > fast else 0.28) * (effort[i] - fast)
        wander[i], lagged[i] = slow, fast
    posture = np.select(
        [by_minute == OUT_OF_BED, by_minute == AWAKE, by_minute == REM, by_minute == DEEP],
        [UPRIGHT, 1.0, -3.0, -7.0],
        -5.0,
    )
    answer = body.resting + body.gain * posture + body.gain * lagged
    wave = -body.clock_amplitude * np.cos(2 * np.pi * (clock - body.clock_low) / 24)
    fever = np.zeros(minutes)
    for span in plan.fevers:
        fever[span.within(minutes)] = span.level
    return (answer + wander + wave + fever).clip(38, 195)


def _clock_hours(timeline: Timeline) -> NDArray[np.float64]:
    """What the body takes for the hour; after a journey it follows by an hour a day."""
    hours = np.arange(len(timeline)) / 60
    if timeline.trip:
        jump = (timeline.offset[-1] - timeline.offset[0]) / 3600
        days_since = (hours - (timeline.landing - timeline.start) / 3600).clip(0) / 24
        hours = hours + np.sign(jump) * np.minimum(days_since, abs(jump))
    return np.asarray(hours)
