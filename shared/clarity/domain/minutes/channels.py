"""Samples laid out on real minutes: heart rate, sleep stages, and what intervals hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from clarity.domain.intake.units import KIND_INDEX

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from clarity.domain.intake.columns import Samples, Source

Device = Literal["watch", "other", "phone"]
DEVICES: Final[tuple[Device, ...]] = ("watch", "other", "phone")  # the first that is worn counts
UNKNOWN_STAGE: Final = -1
IN_BED, ASLEEP, AWAKE, CORE, DEEP, REM = range(6)
MINUTE_MS: Final = 60_000
UNITS: Final = 2.0**32  # amounts are laid out in whole parts of one over this
_MOMENT_S: Final = 1e-3


@dataclass(frozen=True, slots=True)
class Stretch:
    """Real minutes that values are laid out on: `length` of them from `first`, since 1970, UTC."""

    first: int
    length: int

    @property
    def last(self) -> int:
        """One past its last minute."""
        return self.first + self.length

    @property
    def start_s(self) -> float:
        """Epoch seconds at which it begins."""
        return 60.0 * self.first

    @property
    def stop_s(self) -> float:
        """Epoch seconds at which it ends."""
        return 60.0 * self.last


@dataclass(frozen=True, slots=True, eq=False)
class Intervals:
    """Samples of one kind as (k,) epoch seconds of start and end, to the ms, and value."""

    start: NDArray[np.float64]
    end: NDArray[np.float64]
    value: NDArray[np.float64]

    @staticmethod
    def of(samples: Samples, at: NDArray[np.int64]) -> Intervals:
        """The samples at these places."""
        if len(at) == len(samples):
            return Intervals(samples.start, samples.end, samples.value)
        return Intervals(samples.start[at], samples.end[at], samples.value[at])

    def __len__(self) -> int:
        return len(self.value)

    def select(self, chosen: NDArray[np.bool_]) -> Intervals:
        """Those under a mask."""
        return Intervals(self.start[chosen], self.end[chosen], self.value[chosen])

    def minutes(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """(k,) first and last minute since 1970 that each touches; an instant touches one.

        Exact in floating point: a time is a whole minute or a millisecond away from it.
        """
        low = (self.start / 60.0).astype(np.int64)
        return low, np.maximum(np.ceil(self.end / 60.0).astype(np.int64) - 1, low)


@dataclass(frozen=True, slots=True, eq=False)
class HeartRateChannel:
    """(m,) mean beats per minute, NaN without a sample; `from_device` where each kind has one."""

    value: NDArray[np.float64]
    from_device: Mapping[Device, NDArray[np.bool_]]


@dataclass(frozen=True, slots=True, eq=False)
class SleepChannel:
    """(m,) stage, -1 unknown; `from_device` where each kind has a stage finer than in bed."""

    stage: NDArray[np.int8]
    from_device: Mapping[Device, NDArray[np.bool_]]


def device_of(source: Source) -> Device:
    """What kind of device wrote the samples.

    An app on the iPhone that is not Apple's own brings the data of another tracker.

    >>> from clarity.domain.intake.columns import Source
    >>> device_of(Source("Apple Watch", "com.apple.health.1", "Watch7,1"))
    'watch'
    >>> device_of(Source("Fitbit", "com.fitbit.app", "iPhone16,1"))
    'other'
    """
    product, name = source.product_type.lower(), source.name.lower()
    if product.startswith("watch"):
        return "watch"
    if product.startswith(("iphone", "ipod", "ipad")):
        apple = not source.bundle_id or source.bundle_id.startswith("com.apple.")
        return "phone" if apple else "other"
    if "watch" in name:
        return "watch"
    return "phone" if "iphone" in name else "other"


def heart_rate_channel(samples: Samples, stretch: Stretch) -> HeartRateChannel:
    """Mean of each minute's samples; one over an interval counts in each of its minutes.

    Args:
        samples: Those that touch the stretch.
        stretch: The real minutes.
    """
    at = places(samples, "heartRate")
    mine = Intervals.of(samples, at)
    table = [device_of(source) for source in samples.sources]
    total, count = _levels(mine, stretch)
    seen = {device: np.zeros(stretch.length, np.bool_) for device in DEVICES}
    for device in set(table):
        if len(set(table)) == 1:
            seen[device] = count > 0
        else:
            of_device = np.array([each == device for each in table])[samples.source[at]]
            seen[device] = covered(mine.select(of_device), stretch)
    with np.errstate(invalid="ignore"):  # nothing over nothing is unknown
        return HeartRateChannel(total / (count * UNITS), seen)


def places(samples: Samples, kind: str) -> NDArray[np.int64]:
    """Where the samples of a kind are."""
    of_kind = samples.kind == KIND_INDEX[kind]
    return np.arange(len(of_kind)) if of_kind.all() else np.flatnonzero(of_kind)


def _levels(
    intervals: Intervals, stretch: Stretch
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """(m,) sum, in parts of `UNITS`, and number of the values that touch each minute."""
    if (intervals.start == intervals.end).all():  # as most heart rate is
        low = (intervals.start / 60.0).astype(np.int64) - stretch.first
        total = np.asarray(np.bincount(low, np.rint(intervals.value * UNITS), stretch.length))
        return total.astype(np.float64, copy=False), np.bincount(low, minlength=stretch.length)
    low, high = intervals.minutes()
    whole = np.rint(intervals.value * UNITS)
    held = _steps_of(stretch, [low, high + 1], [whole, -whole])
    return held, touched(intervals, stretch)


def once(samples: Samples) -> Samples:
    """Each sample once, the first of equal identities."""
    ordered = np.sort(samples.identity)
    if not (ordered[1:] == ordered[:-1]).any():
        return samples
    return samples.select(np.unique(samples.identity, return_index=True)[1])


def milliseconds(seconds: NDArray[np.float64]) -> NDArray[np.int64]:
    """Times of samples as whole milliseconds, which is how exact they are."""
    return np.rint(seconds * 1000.0).astype(np.int64)


def spread(intervals: Intervals, stretch: Stretch) -> NDArray[np.float64]:
    """(m,) what the intervals hold, shared over their minutes in proportion to the overlap.

    Amounts are whole parts of 2**-32, of which floating point adds up millions without an error:
    so nothing is lost, and a minute has the same bits in any order and any stretch.
    """
    low, high = intervals.minutes()
    total = np.rint(intervals.value * UNITS)
    length = np.maximum(intervals.end - intervals.start, _MOMENT_S)
    single = low == high
    first = np.where(single, total, np.rint(total * (60.0 * (low + 1) - intervals.start) / length))
    middle = np.where(single, 0.0, np.rint(total * 60.0 / length))
    last = np.where(single, 0.0, np.maximum(total - first - middle * (high - low - 1), 0.0))
    changes = [first, middle - first, last - middle, -last]
    return _steps_of(stretch, [low, low + 1, high, high + 1], changes) / UNITS


def touched(intervals: Intervals, stretch: Stretch) -> NDArray[np.int64]:
    """(m,) how many of the intervals have a part in each minute."""
    low, high = intervals.minutes()
    ones = np.ones(len(low))
    return _steps_of(stretch, [low, high + 1], [ones, -ones]).astype(np.int64)


def covered(intervals: Intervals, stretch: Stretch) -> NDArray[np.bool_]:
    """(m,) whether any of the intervals has a part in a minute."""
    if not len(intervals):
        return np.zeros(stretch.length, np.bool_)
    first, last = intervals.minutes()
    borders = (first, last + 1)
    low, high = (np.clip(each - stretch.first, 0, stretch.length) for each in borders)
    if (high - low <= 1).all():
        out = np.zeros(stretch.length, np.bool_)
        out[low[low < high]] = True
        return out
    change = np.bincount(low, minlength=stretch.length + 1)
    change -= np.bincount(high, minlength=stretch.length + 1)
    return np.asarray(np.cumsum(change[:-1]) > 0)


def _steps_of(
    stretch: Stretch, minutes: list[NDArray[np.int64]], changes: list[NDArray[np.float64]]
) -> NDArray[np.float64]:
    """(m,) the running sum of changes at minutes since 1970; earlier ones hold from the start."""
    at = np.clip(np.concatenate(minutes) - stretch.first, 0, stretch.length)
    change = np.bincount(at, np.concatenate(changes), stretch.length + 1)
    return np.cumsum(change[:-1])
