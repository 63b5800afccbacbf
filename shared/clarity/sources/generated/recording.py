"""What watch and phone write to HealthKit of a person's life: incomplete, noisy, in intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from clarity.sources import healthkit
from clarity.sources.generated.life import EPOCHS_PER_MINUTE, OUT_OF_BED
from clarity.sources.healthkit import AWAKE, CORE, IN_BED, PHONE, REM, WATCH, Json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from clarity.sources.generated.life import Life
    from clarity.sources.generated.timeline import Timeline

PULSE_MINUTES = (2.8, 5.8)  # between two heart rates at rest
LONGEST_INTERVAL = 10  # minutes; HealthKit closes a step sample after about this long


def step_samples(
    life: Life, rng: np.random.Generator, device: healthkit.Device, error: float
) -> tuple[list[Json], NDArray[np.float64]]:
    """One device's step samples, and its (minutes,) count as spread over the minutes it covers.

    A device writes nothing while nobody moves: HealthKit has no samples of zero steps.
    """
    there = life.worn if device is WATCH else life.carried
    counted = np.zeros(len(life.steps))
    samples = []
    for start, stop in _intervals((life.steps > 0) & there, rng):
        truth = float(life.steps[start:stop][there[start:stop]].sum())
        count = max(1.0, np.round(truth * rng.normal(1, error)))
        counted[start:stop] = life.steps[start:stop] * there[start:stop] * count / truth
        begin = life.timeline.epoch(start) + int(rng.integers(0, 12))
        end = life.timeline.epoch(stop) - int(rng.integers(0, 12))
        samples.append(healthkit.quantity("stepCount", count, begin, end, device))
    return samples, counted


def _intervals(
    active: NDArray[np.bool_], rng: np.random.Generator, longest: int = LONGEST_INTERVAL
) -> Iterator[tuple[int, int]]:
    """Runs of movement, joined over one still minute and cut after at most `longest` minutes."""
    start = previous = -1
    limit = longest
    for minute in np.flatnonzero(active).tolist():
        if start >= 0 and (minute - previous > 2 or minute - start >= limit):  # noqa: PLR2004 - one still minute
            yield start, previous + 1
            start = -1
        if start < 0:
            start, limit = minute, int(rng.integers(longest // 2, longest + 1))
        previous = minute
    if start >= 0:
        yield start, previous + 1


def misread(stages: NDArray[np.int8], share: float, rng: np.random.Generator) -> NDArray[np.int8]:
    """The stages with this share of the times awake in bed taken for sleep, as wearables do."""
    out = stages.copy()
    for code, start, stop in _runs(stages):
        if code == AWAKE and rng.random() < share:
            out[start:stop] = CORE
    return out


def watch_samples(
    life: Life,
    rng: np.random.Generator,
    stages: NDArray[np.int8],
    pulse: tuple[float, float],
) -> list[Json]:
    """Everything that the watch records but steps.

    Args:
        life: What takes place.
        rng: Of what the watch adds.
        stages: (2 * minutes,) the sleep that it believes.
        pulse: From how many minutes on, and to how many, between two heart rates at rest.
    """
    return [
        *_heart_rate(life, rng, pulse),
        *_workouts(life),
        *_sleep(life, stages),
        *_energy(life, rng),
        *_variability(life, rng),
        *_oxygen(life, rng),
        *_respiration(life, rng),
        *_resting(life),
    ]


def _heart_rate(life: Life, rng: np.random.Generator, pulse: tuple[float, float]) -> Iterator[Json]:
    """Every few minutes, and every five seconds in a workout."""
    training = np.zeros(len(life.steps), dtype=bool)
    for span in life.workouts:
        training[span.within(len(training))] = True
    seconds, end = 60.0 * rng.uniform(0, 5), 60.0 * len(life.steps)
    while seconds < end:
        minute = int(seconds // 60)
        if life.worn[minute]:
            beats = round(life.heart_rate[minute] + rng.normal(0, 1.2))
            moving = 2 if life.steps[minute] else 1
            at = life.timeline.start + seconds
            context = {"HKMetadataKeyHeartRateMotionContext": moving}
            yield healthkit.quantity("heartRate", beats, at, at, metadata=context)
        seconds += rng.integers(4, 7) if training[minute] else 60 * rng.uniform(*pulse)


def _workouts(life: Life) -> Iterator[Json]:
    for span in life.workouts:
        part = span.within(len(life.steps))
        if life.worn[part].all():
            first, last = life.timeline.epoch(part.start), life.timeline.epoch(part.stop)
            activity = {"HKWorkoutActivityType": span.label}
            minutes = part.stop - part.start
            yield healthkit.quantity("workout", minutes, first, last, metadata=activity)


def _sleep(life: Life, believed: NDArray[np.int8]) -> Iterator[Json]:
    """In-bed spans and stage runs, where the watch was on."""
    epochs_worn = np.repeat(life.worn, EPOCHS_PER_MINUTE)
    stages = np.where(epochs_worn, believed, OUT_OF_BED)
    for code, start, stop in _runs(np.where(stages == OUT_OF_BED, OUT_OF_BED, IN_BED)):
        yield _stage_sample(life.timeline, code, start, stop)
    for code, start, stop in _runs(stages):
        yield _stage_sample(life.timeline, code, start, stop)


def _stage_sample(timeline: Timeline, code: int, start: int, stop: int) -> Json:
    first = timeline.epoch(start / EPOCHS_PER_MINUTE)
    sample = healthkit.sleep(code, first, timeline.epoch(stop / EPOCHS_PER_MINUTE))
    sample["metadata"] = {"HKTimeZone": timeline.zone_at(first)}  # the watch notes it on sleep
    return sample


def _runs(codes: NDArray[np.int8]) -> Iterator[tuple[int, int, int]]:
    """(code, start, stop) of each run of one code, but for the time out of bed."""
    borders = np.flatnonzero(np.diff(codes)) + 1
    starts = np.concatenate([[0], borders])
    stops = np.concatenate([borders, [len(codes)]])
    for start, stop in zip(starts.tolist(), stops.tolist(), strict=True):
        if codes[start] != OUT_OF_BED:
            yield int(codes[start]), start, stop


def _energy(life: Life, rng: np.random.Generator) -> Iterator[Json]:
    """Active kilocalories: with each movement, and by the minute of effort in workouts."""
    effort = 0.04 * life.steps
    for span in life.workouts:
        effort[span.within(len(effort))] = 0.11 * span.level
    effort *= life.worn
    for start, stop in _intervals(effort > 0, rng, longest=3):
        total = round(float(effort[start:stop].sum()), 3)
        first, last = life.timeline.epoch(start), life.timeline.epoch(stop)
        yield healthkit.quantity("activeEnergyBurned", total, first, last)


def _still(life: Life) -> NDArray[np.bool_]:
    """Minutes in which the watch can measure at rest: worn, no step in this minute or the last."""
    return np.asarray(life.worn & (life.steps == 0) & (np.roll(life.steps, 1) == 0))


def _moments(
    allowed: NDArray[np.bool_], rng: np.random.Generator, low: float, high: float
) -> Iterator[int]:
    """Allowed minutes, `low` to `high` minutes apart."""
    minute = rng.uniform(0, high)
    while minute < len(allowed):
        if allowed[int(minute)]:
            yield int(minute)
        minute += rng.uniform(low, high)


def _variability(life: Life, rng: np.random.Generator) -> Iterator[Json]:
    for minute in _moments(_still(life), rng, 150, 300):
        rest = 18 if life.stages[minute * EPOCHS_PER_MINUTE] > AWAKE else 0
        value = round(float(rng.lognormal(np.log(38 + rest), 0.22)), 1)
        at = life.timeline.epoch(minute)
        yield healthkit.quantity("heartRateVariabilitySDNN", value, at, at + 60)


def _oxygen(life: Life, rng: np.random.Generator) -> Iterator[Json]:
    for minute in _moments(_still(life), rng, 25, 95):
        value = round(float(np.clip(rng.normal(0.968, 0.011), 0.91, 1.0)), 2)
        at = life.timeline.epoch(minute)
        yield healthkit.quantity("oxygenSaturation", value, at, at + 15)


def _respiration(life: Life, rng: np.random.Generator) -> Iterator[Json]:
    for minute in _moments(life.worn & life.asleep, rng, 8, 16):
        faster = 1.2 if life.stages[minute * EPOCHS_PER_MINUTE] == REM else 0.0
        value = round(2 * float(rng.normal(14.2 + faster, 0.8))) / 2  # the watch writes halves
        at = life.timeline.epoch(minute)
        yield healthkit.quantity("respiratoryRate", value, at, at)


def _resting(life: Life) -> Iterator[Json]:
    """One value a day, once the watch was on for half of it: the sample covers the worn time."""
    quiet = _still(life) & ~life.in_bed
    for day in range(life.timeline.days):
        today = life.timeline.day == day
        worn = np.flatnonzero(today & life.worn)
        if len(worn) < 720 or not (today & quiet).any():  # noqa: PLR2004 - half a day
            continue
        value = round(float(np.percentile(life.heart_rate[today & quiet], 10)))
        first, last = life.timeline.epoch(worn[0]), life.timeline.epoch(worn[-1])
        yield healthkit.quantity("restingHeartRate", value, first, last)


def record(
    life: Life,
    rng: np.random.Generator,
    stages: NDArray[np.int8],
    pulse: tuple[float, float],
) -> tuple[list[Json], NDArray[np.float64]]:
    """All samples in time order, and (minutes,) the steps as the phone's Health app merges them.

    Health shows one device for each moment: the watch where it is worn, else the phone.
    """
    watch, watch_count = step_samples(life, rng, WATCH, 0.012)
    phone, phone_count = step_samples(life, rng, PHONE, 0.03)
    samples = [*watch, *phone, *watch_samples(life, rng, stages, pulse)]
    samples.sort(key=lambda sample: (sample["start_date"], sample["end_date"]))
    return samples, np.where(life.worn, watch_count, phone_count)
