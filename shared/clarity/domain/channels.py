"""Samples laid out on real minutes: steps by device, heart rate, sleep stages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from clarity.domain.columns import Samples, Source

Device = Literal["watch", "other", "phone"]
DEVICES: Final[tuple[Device, ...]] = ("watch", "other", "phone")  # the first that is worn counts
UNKNOWN_STAGE: Final = -1
IN_BED, ASLEEP, AWAKE, CORE, DEEP, REM = range(6)
# A finer record paints over a coarser one: in bed < asleep < awake, core, deep, REM.
_FINENESS: Final = np.array([0, 1, 2, 2, 2, 2])
_BLOCK: Final = 1 << 20  # pieces laid out at once, so that no upload decides our memory


@dataclass(frozen=True, slots=True, eq=False)
class AmountChannel:
    """(m,) amount per minute of one kind of device, and where it has a record (also of zero)."""

    amount: NDArray[np.float64]
    covered: NDArray[np.bool_]


ByDevice = Mapping[Device, AmountChannel]


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


@dataclass(frozen=True, slots=True, eq=False)
class Channels:
    """All channels on the same real minutes."""

    steps: ByDevice
    energy: ByDevice
    distance: ByDevice
    heart_rate: HeartRateChannel
    sleep: SleepChannel


def device_of(source: Source) -> Device:
    """What kind of device wrote the samples.

    An app on the iPhone that is not Apple's own brings the data of another tracker.

    >>> from clarity.domain.columns import Source
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


def amounts_by_device(samples: Samples, kind: str, start_s: float, minutes: int) -> ByDevice:
    """What adds up (steps, energy, distance) per minute, spread over the interval it covers.

    By kind of device; of several devices of one kind the larger counts.
    """
    mine = samples.of(kind)
    out = {
        device: AmountChannel(np.zeros(minutes), np.zeros(minutes, np.bool_)) for device in DEVICES
    }
    for number in np.unique(mine.source).tolist():
        of_source = mine.select(mine.source == number)
        channel = out[device_of(mine.sources[number])]
        one = np.zeros(minutes)
        for sample, minute, share in _pieces(of_source, start_s, minutes):
            channel.covered[minute] = True
            one += np.bincount(minute, of_source.value[sample] * share, minlength=minutes)
        np.maximum(channel.amount, one, out=channel.amount)
    return out


def heart_rate_channel(samples: Samples, start_s: float, minutes: int) -> HeartRateChannel:
    """Mean of each minute's samples; one over an interval counts in each of its minutes."""
    mine = samples.of("heartRate")
    total, count = np.zeros(minutes), np.zeros(minutes)
    seen = {device: np.zeros(minutes, np.bool_) for device in DEVICES}
    device = _device_index(mine)
    for sample, minute, _ in _pieces(mine, start_s, minutes):
        total += np.bincount(minute, mine.value[sample], minlength=minutes)
        count += np.bincount(minute, minlength=minutes)
        for index, name in enumerate(DEVICES):
            seen[name][minute[device[sample] == index]] = True
    value = np.where(count > 0, total / np.maximum(count, 1.0), np.nan)
    return HeartRateChannel(value, seen)


def sleep_channel(samples: Samples, start_s: float, minutes: int) -> SleepChannel:
    """The stage at the middle of each minute; finer records win, then the later ones."""
    mine = samples.of("sleepAnalysis")
    code = mine.value.astype(np.int8)
    order = np.lexsort((mine.identity, mine.start, _FINENESS[code]))
    edges = np.ceil((np.stack([mine.start, mine.end]) - start_s) / 60.0 - 0.5)
    low, high = np.clip(edges, 0, minutes).astype(np.int64)
    stage = np.full(minutes, UNKNOWN_STAGE, np.int8)
    seen = {device: np.zeros(minutes, np.bool_) for device in DEVICES}
    device = _device_index(mine)
    for at in order.tolist():
        stage[low[at] : high[at]] = code[at]
        if code[at] != IN_BED:
            seen[DEVICES[device[at]]][low[at] : high[at]] = True
    return SleepChannel(stage, seen)


def _device_index(samples: Samples) -> NDArray[np.int64]:
    """(n,) index in `DEVICES` of what wrote each sample."""
    table = [DEVICES.index(device_of(source)) for source in samples.sources]
    return np.array(table or [0], np.int64)[samples.source]


def _pieces(
    samples: Samples, start_s: float, minutes: int
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]]:
    """Each sample cut at the minutes: (sample, minute, share of the sample), in blocks.

    The shares of a sample inside the minutes add up to 1; an instant is one piece.
    """
    begin, end = (samples.start - start_s) / 60.0, (samples.end - start_s) / 60.0
    low = np.floor(begin).astype(np.int64)
    high = np.maximum(np.ceil(end).astype(np.int64) - 1, low)
    first = np.maximum(low, 0)
    count = np.maximum(np.minimum(high, minutes - 1) - first + 1, 0)
    through = np.cumsum(count)
    cuts = np.searchsorted(through, np.arange(_BLOCK, int(through[-1:].sum()), _BLOCK))
    for block in np.split(np.arange(len(samples)), cuts):
        sample = np.repeat(block, count[block])
        if not len(sample):
            continue
        minute = (
            first[sample]
            + np.arange(len(sample))
            - np.repeat(
                through[block] - count[block] - (through[block[0]] - count[block[0]]), count[block]
            )
        )
        length = end[sample] - begin[sample]
        overlap = np.minimum(end[sample], minute + 1.0) - np.maximum(begin[sample], minute)
        instant = length <= 0
        yield sample, minute, np.where(instant, 1.0, overlap / np.where(instant, 1.0, length))
