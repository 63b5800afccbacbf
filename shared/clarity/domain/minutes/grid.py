"""Samples become a minute grid of the person's own days: values, and a mask of what was observed.

Everything is laid out on real (UTC) minutes first, where time has no gaps, and moved to the
person's wall clock last. So a daylight saving night loses or repeats exactly its hour, and a
traveller's day is as long as it was.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from clarity.domain.intake.units import KINDS
from clarity.domain.minutes.amounts import (
    AMOUNTS,
    amount_channel,
    coarse_span,
    merged,
    source_order,
)
from clarity.domain.minutes.channels import UNITS, Stretch, heart_rate_channel, once
from clarity.domain.minutes.clock import wall_clock
from clarity.domain.minutes.findings import DayDevices, Finding, day_devices, look
from clarity.domain.minutes.recorded_sleep import sleep_channel
from clarity.domain.minutes.wear import (
    Channels,
    bridge_limits,
    counting,
    signs_of_wear,
    worn_minutes,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from clarity.domain.intake.columns import Samples

Signal = Literal["steps", "counts"]

MINUTES_PER_DAY: Final = 1440
MINUTES_PER_WEEK: Final = 10_080  # PAT's input length, Ruan et al. 2024
# Wear is judged from 60 min of absence and 90 min of zeros, one after the other: this much before
# and after the window decides its edges, so that a window cut from a longer grid is the same.
CONTEXT_MINUTES: Final = 180
VITALS: Final = (
    "restingHeartRate",
    "heartRateVariabilitySDNN",
    "oxygenSaturation",
    "respiratoryRate",
    "bodyTemperature",
)
CHANNELS: Final = ("steps", "counts", "heart_rate", "energy", "distance")
# Of each kind, its place among the vital signs; -1 of the others.
_VITAL: Final = np.array([VITALS.index(kind) if kind in VITALS else -1 for kind in KINDS])
_ON_GRID: Final = np.isin(np.array(KINDS), ("stepCount", "heartRate", "sleepAnalysis"))


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Whole days of one person, minute by minute on the wall clock; n = days * 1440.

    Attributes:
        first_day: The local calendar day that minute 0 begins.
        days: Number of days.
        steps: (n,) steps per minute; 0 where worn without a step record, NaN where not observed.
        counts: (n,) activity counts per minute of a device that counts, NaN where not observed;
            HealthKit has none.
        heart_rate: (n,) beats per minute, mean of the minute's samples, NaN where there is none.
        energy: (n,) active kilocalories per minute, as steps.
        distance: (n,) metres on foot per minute, as steps.
        worn: (n,) True where there is evidence that the person wore (or carried) a device.
        stage: (n,) int8 HealthKit sleep stage, -1 unknown.
        repeats: (n,) uint8 how often the wall-clock minute took place: 0 where clocks jumped over
            it, 2 where they went back. A day's sum is its real length (1380, 1440, 1500).
        imputed: (n,) True where `fill_gaps` put the steps; all False as built.
        vitals: By kind name, (days,) the day's mean of those samples, NaN where there is none.
        notes: What happened to the clock, each beginning with its day.
        findings: What is odd about the samples: device changes and signs of a wrong clock.
        devices: For each day, which device brought its steps and its heart rate.
        sources: Names of the devices and apps whose samples went into the grid, sorted.
        signal: Which channel tells of movement: counts where a device counts, else steps.
    """

    first_day: date
    days: int
    steps: NDArray[np.float64]
    counts: NDArray[np.float64]
    heart_rate: NDArray[np.float64]
    energy: NDArray[np.float64]
    distance: NDArray[np.float64]
    worn: NDArray[np.bool_]
    stage: NDArray[np.int8]
    repeats: NDArray[np.uint8]
    imputed: NDArray[np.bool_]
    vitals: Mapping[str, NDArray[np.float64]]
    notes: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    devices: tuple[DayDevices, ...] = ()
    sources: tuple[str, ...] = ()
    signal: Signal = field(init=False)

    def __post_init__(self) -> None:
        # Asked for dozens of times a week: looked for once.
        signal: Signal = "steps" if np.isnan(self.counts).all() else "counts"
        object.__setattr__(self, "signal", signal)

    @property
    def values(self) -> NDArray[np.float64]:
        """(n, channels) the minutes' values in the order of `CHANNELS`, NaN where not observed."""
        return np.column_stack([getattr(self, name) for name in CHANNELS])

    @property
    def mask(self) -> NDArray[np.bool_]:
        """(n, channels) True where a channel was observed in a minute."""
        return ~np.isnan(self.values)

    @property
    def movement(self) -> NDArray[np.float64]:
        """(n,) the channel that `signal` names."""
        return self.steps if self.signal == "steps" else self.counts

    def day(self, index: int) -> date:
        """The calendar day of day number `index`."""
        return self.first_day + timedelta(days=index)

    def window(self, first: int, days: int) -> Grid:
        """The part from day number `first` on, `days` long."""
        minutes = slice(first * MINUTES_PER_DAY, (first + days) * MINUTES_PER_DAY)
        arrays: dict[str, Any] = {
            entry.name: getattr(self, entry.name)[minutes]
            for entry in fields(self)
            if isinstance(getattr(self, entry.name), np.ndarray)
        }
        inside = [self.day(first + day) for day in range(days)]
        dates = {day.isoformat() for day in inside}
        return Grid(
            first_day=self.day(first),
            days=days,
            vitals={name: values[first : first + days] for name, values in self.vitals.items()},
            notes=tuple(note for note in self.notes if note[:10] in dates),
            findings=tuple(found for found in self.findings if found.day in inside),
            devices=self.devices[first : first + days],
            sources=self.sources,
            **arrays,
        )


def build_grid(samples: Samples, first_day: date, days: int = 7) -> Grid:
    """The minute grid of `days` local calendar days from `first_day` on.

    Steps are spread over the interval that they cover, in proportion to the overlap with each
    minute. iPhone and Watch are merged per minute and never summed: the Watch counts while it is
    worn, the phone elsewhere. Samples of other days are ignored but for three hours of context on
    each side, which decide whether the edges were worn, and for what they say of the sources.
    Order, duplicates and batches of the samples do not matter.
    """
    minutes = days * MINUTES_PER_DAY
    clock = wall_clock(samples, _epoch_minute(first_day), minutes, CONTEXT_MINUTES)
    wide = coarse_span(samples, clock.stretch)
    if wide != clock.stretch:
        wide = Stretch(wide.first - CONTEXT_MINUTES, wide.length + 2 * CONTEXT_MINUTES)
    near = once(samples.select((samples.end >= wide.start_s) & (samples.start < wide.stop_s)))
    channels = _channels(samples, near, wide)
    wearable = counting(channels)
    steps = merged(channels.steps, wearable)
    worn = worn_minutes(channels, signs_of_wear(channels), steps, bridge_limits(samples, wide))
    mine = slice(clock.stretch.first - wide.first, clock.stretch.last - wide.first)

    def observed(amount: NDArray[np.float64]) -> NDArray[np.float64]:
        return clock.shared(np.where(worn, amount, np.nan)[mine])

    return Grid(
        first_day=first_day,
        days=days,
        steps=observed(steps),
        counts=np.full(minutes, np.nan),
        heart_rate=clock.mean(channels.heart_rate.value[mine]),
        energy=observed(merged(channels.energy, wearable)),
        distance=observed(merged(channels.distance, wearable)),
        worn=clock.any(worn[mine]),
        stage=clock.last(channels.sleep.stage[mine], -1),
        repeats=clock.repeats(),
        imputed=np.zeros(minutes, np.bool_),
        vitals=_vitals(samples, first_day, days),
        notes=clock.notes(),
        findings=look(samples, first_day, days),
        devices=day_devices(samples, first_day, days),
        sources=_source_names(near),
    )


def grid_of_minutes(
    first_day: date,
    days: int,
    channels: Mapping[str, NDArray[np.float64]],
    *,
    worn: NDArray[np.bool_],
    stage: NDArray[np.int8] | None = None,
    sources: tuple[str, ...] = (),
) -> Grid:
    """A grid of values that are minutes already, as research devices and their files have them.

    Args:
        first_day: The local calendar day that minute 0 begins.
        days: Number of days.
        channels: By name, (days * 1440,) values, NaN where not observed; others are not observed.
        worn: (days * 1440,) minutes in which the device was worn: movement elsewhere is unknown.
        stage: (days * 1440,) sleep stages; all unknown unless said.
        sources: Names of the devices.

    Raises:
        ValueError: A column has another length, or no such channel is known.
    """
    minutes = days * MINUTES_PER_DAY
    if unknown_names := set(channels) - set(CHANNELS):
        raise ValueError(f"expected channels of {', '.join(CHANNELS)}, found {unknown_names}")
    wrong = {name: len(values) for name, values in channels.items() if len(values) != minutes}
    if wrong or len(worn) != minutes:
        raise ValueError(f"expected {minutes} minutes, found {wrong | {'worn': len(worn)}}")

    def observed(name: str) -> NDArray[np.float64]:
        values = channels.get(name)
        return np.full(minutes, np.nan) if values is None else np.where(worn, values, np.nan)

    def carried(*names: str) -> str:
        return ", ".join(sorted(sources)) if any(name in channels for name in names) else ""

    return Grid(
        first_day=first_day,
        days=days,
        steps=observed("steps"),
        counts=observed("counts"),
        heart_rate=channels.get("heart_rate", np.full(minutes, np.nan)),
        energy=observed("energy"),
        distance=observed("distance"),
        worn=worn,
        stage=np.full(minutes, -1, np.int8) if stage is None else stage,
        repeats=np.ones(minutes, np.uint8),
        imputed=np.zeros(minutes, np.bool_),
        vitals={name: np.full(days, np.nan) for name in VITALS},
        devices=(DayDevices(carried("steps", "counts"), carried("heart_rate")),) * days,
        sources=tuple(sorted(sources)),
    )


def grid_digest(grid: Grid) -> str:
    """SHA-256 in hex of what the grid holds: the same data, however it came, has the same digest.

    Sums of the same numbers in another order differ in the last bits, so values count to 1e-6.
    """
    sha = hashlib.sha256(f"clarity-grid-2 {grid.first_day.isoformat()} {grid.days}".encode())
    channels = (getattr(grid, name) for name in CHANNELS)
    for values in (*channels, *(grid.vitals[name] for name in VITALS)):
        micro = values * 1e6
        np.rint(micro, out=micro)
        np.copyto(micro, -1.0, where=np.isnan(values))
        sha.update(micro.astype("<i8").data)
    for flags in (grid.worn, grid.stage, grid.repeats, grid.imputed):
        sha.update(flags.astype("<i1").data)
    return sha.hexdigest()


def _epoch_minute(day: date) -> int:
    return (day - date(1970, 1, 1)).days * MINUTES_PER_DAY


def _channels(samples: Samples, near: Samples, stretch: Stretch) -> Channels:
    steps, energy, distance = (
        amount_channel(near, kind, stretch, source_order(samples, kind)) for kind in AMOUNTS
    )
    return Channels(
        steps=steps,
        energy=energy,
        distance=distance,
        heart_rate=heart_rate_channel(near, stretch),
        sleep=sleep_channel(samples, stretch),
    )


def _vitals(samples: Samples, first_day: date, days: int) -> dict[str, NDArray[np.float64]]:
    """By kind, the day's mean; NaN on days without."""
    vital = once(samples.select(np.flatnonzero(_VITAL[samples.kind] >= 0)))
    day = np.floor((vital.start + vital.offset) / 86_400.0).astype(np.int64)
    day -= (first_day - date(1970, 1, 1)).days
    inside = (day >= 0) & (day < days)
    cell = (_VITAL[vital.kind] * days + day)[inside]
    cells = len(VITALS) * days
    count = np.bincount(cell, minlength=cells)
    total = np.bincount(cell, np.rint(vital.value[inside] * UNITS), minlength=cells)
    mean = np.where(count > 0, total / (UNITS * np.maximum(count, 1)), np.nan)
    return dict(zip(VITALS, mean.reshape(len(VITALS), days), strict=True))


def _source_names(samples: Samples) -> tuple[str, ...]:
    shown = np.flatnonzero(np.bincount(samples.source[_ON_GRID[samples.kind]]))
    return tuple(sorted({samples.sources[i].name or "unnamed" for i in shown.tolist()}))
