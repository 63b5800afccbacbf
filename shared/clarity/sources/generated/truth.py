"""What really happened to a generated person, laid out as measurements of it are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from clarity.domain.metrics.activity_class import (
    IN_BED,
    UNKNOWN,
    class_by_cadence,
    class_by_reserve,
)
from clarity.sources.generated.life import EPOCHS_PER_MINUTE, Life
from clarity.sources.generated.timeline import MINUTES_PER_DAY
from clarity.sources.healthkit import AWAKE, CORE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class SleepPeriod:
    """From falling asleep to the last waking, of one stay in bed."""

    onset: datetime
    offset: datetime
    asleep_minutes: float
    awake_minutes: float


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """What really happened, on the minutes of each local day.

    Attributes:
        first_day: The local calendar day of the first row.
        days: How many rows.
        steps: (days, 1440) steps, NaN where a clock change left the minute out.
        worn: (days, 1440) bool, the watch on the wrist.
        carried: (days, 1440) bool, the phone with its owner.
        asleep: (days, 1440) bool.
        activity: (days, 1440) int8, an index of `activity_class.CLASSES`, -1 where the minute did
            not take place: in bed, else by true cadence, and in workouts by true effort as a share
            of the heart-rate reserve where that is more.
        phase: (days,) the local minute of the day at which the body clock is highest, opposite to
            the lowest heart rate that it brings about. After a journey it follows by an hour a day.
        sleep_periods: In order of time.
        shown_steps: (days,) the totals as the Health app shows them from what the devices counted.
    """

    first_day: date
    days: int
    steps: NDArray[np.float64]
    worn: NDArray[np.bool_]
    carried: NDArray[np.bool_]
    asleep: NDArray[np.bool_]
    activity: NDArray[np.int8]
    phase: NDArray[np.float64]
    sleep_periods: tuple[SleepPeriod, ...]
    shown_steps: NDArray[np.float64]


def truth_of(life: Life, shown: NDArray[np.float64]) -> Truth:
    """The truth of a life; `shown` is (minutes,) the steps as the Health app has them."""
    timeline = life.timeline
    activity = timeline.last_by_local_minute(_activity(life).astype(float))
    return Truth(
        first_day=timeline.first_day,
        days=timeline.days,
        steps=timeline.by_local_minute(life.steps),
        worn=timeline.by_local_minute(life.worn.astype(float)) > 0,
        carried=timeline.by_local_minute(life.carried.astype(float)) > 0,
        asleep=timeline.by_local_minute(life.asleep.astype(float)) > 0,
        activity=np.where(np.isnan(activity), UNKNOWN, activity).astype(np.int8),
        phase=_phase(life),
        sleep_periods=tuple(_sleep_periods(life)),
        shown_steps=np.round(np.nansum(timeline.by_local_minute(shown), axis=1)),
    )


def _activity(life: Life) -> NDArray[np.int8]:
    """(minutes,) the class of each absolute minute."""
    out = class_by_cadence(life.steps)
    for span in life.workouts:
        part = span.within(len(out))
        effort = np.array([span.level / life.body.reserve])
        out[part] = np.maximum(out[part], class_by_reserve(effort))
    out[life.in_bed] = IN_BED
    return out


def _phase(life: Life) -> NDArray[np.float64]:
    """Per local day the circular mean of the acrophase over its minutes."""
    angle = life.acrophase * (2 * np.pi / MINUTES_PER_DAY)
    day, days = life.timeline.day, life.timeline.days
    inside = (day >= 0) & (day < days)
    x, y = (
        np.bincount(day[inside], part[inside], minlength=days)
        for part in (np.cos(angle), np.sin(angle))
    )
    return np.asarray(np.arctan2(y, x) * MINUTES_PER_DAY / (2 * np.pi) % MINUTES_PER_DAY)


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
