"""Evidence of wear, minute by minute.

HealthKit sends no zeros: a minute without a record is a minute without steps only when the person
wears something. So wear is a conclusion from evidence (heart rate, step records, sleep stages),
and what is neither recorded nor worn stays unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from clarity.domain.intake.units import KIND_INDEX
from clarity.domain.minutes.channels import DEVICES, MINUTE_MS, milliseconds
from clarity.domain.minutes.runs import bridged, runs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from clarity.domain.intake.columns import Samples
    from clarity.domain.minutes.amounts import AmountChannel
    from clarity.domain.minutes.channels import Device, HeartRateChannel, SleepChannel, Stretch

# Between two signs of a wearable less than an hour apart it was worn: Troiano et al. 2008,
# doi:10.1249/mss.0b013e31815a51b3, call 60 minutes without a count non-wear.
BRIDGE_MINUTES: Final = 60
# Where a device takes the heart rate all the time, a silence of twice the interval that nine tenths
# of that time keep to is none of its habits: it lies on the charger. For the Watches of 22 people
# (Walch et al. 2019, doi:10.1093/sleep/zsz180) that is 17 to 60 minutes, half of their days below
# 32, and half an hour a day is silent for longer. Less than a quarter of an hour is never drawn.
SHORTEST_BRIDGE: Final = 15
HABIT_SHARE: Final = 0.9
HABIT_FACTOR: Final = 2
# With less than six hours of heart rate in three days there is no habit to speak of: a chest strap
# in a workout is regular too.
HABIT_MS: Final = 6 * 3_600_000
# A phone is carried, not worn: a walk shows that it was with the person then, and hardly longer.
# So is an app that counts by it, or copies what it counted.
PHONE_BRIDGE_MINUTES: Final = 10
# 90 minutes of zeros are non-wear: Choi et al. 2011, doi:10.1249/MSS.0b013e3181ed61a3.
IDLE_MINUTES: Final = 90
# In a silence of the Watch shorter than this, the phone's steps are steps that the Watch wrote
# before or after it: a worn Watch counts them itself, and the phone's pieces reach that far.
NEAR_MINUTES: Final = 10
WEARABLES: Final[tuple[Device, ...]] = ("watch", "other")
_DAY_MINUTES: Final = 1440
_DAY_MS: Final = 86_400_000


@dataclass(frozen=True, slots=True, eq=False)
class Channels:
    """All channels on the same real minutes."""

    steps: AmountChannel
    energy: AmountChannel
    distance: AmountChannel
    heart_rate: HeartRateChannel
    sleep: SleepChannel


def signs_of_wear(channels: Channels, *, coarse: bool = True) -> dict[Device, NDArray[np.bool_]]:
    """(m,) by kind of wearable, where one left a sign of being worn.

    Energy and distance are signs of a Watch only: apps write them of workouts told by hand. Steps
    of an app on the phone are the phone's (`clarity.domain.minutes.amounts.source_order`).

    Args:
        channels: The evidence.
        coarse: Whether records of an hour and the like are signs in each of their minutes.
    """
    out = {}
    for device in WEARABLES:
        signs = channels.heart_rate.from_device[device] | channels.sleep.from_device[device]
        for amount in (channels.steps, channels.energy, channels.distance):
            if amount is channels.steps or device == "watch":
                signs |= amount.covered(device, coarse=coarse)
        out[device] = signs
    return out


def counting(channels: Channels) -> dict[Device, NDArray[np.bool_]]:
    """(m,) by kind of wearable, where it counts minute by minute, so that no lesser device does."""
    signs = signs_of_wear(channels, coarse=False)
    return {device: bridged(flags, NEAR_MINUTES) for device, flags in signs.items()}


def worn_minutes(
    channels: Channels,
    signs: Mapping[Device, NDArray[np.bool_]],
    steps: NDArray[np.float64],
    limits: NDArray[np.int64],
) -> NDArray[np.bool_]:
    """(m,) True where there is evidence that a device was worn, or a phone carried.

    Signs of a wearable are heart rate of any source, its step records (of zero too) and its sleep
    stages; gaps between them that are shorter than the limit are wear. A phone's steps are evidence
    for their own minutes and gaps under `PHONE_BRIDGE_MINUTES`. `IDLE_MINUTES` on end with neither
    movement, heart rate nor sleep are not wear, whatever was recorded.

    Args:
        channels: The evidence.
        signs: Of each kind of wearable, as `signs_of_wear` has them.
        steps: (m,) steps per minute, merged.
        limits: (m,) of `bridge_limits`; they hold in silences that begin while heart rate was
            being taken, and `BRIDGE_MINUTES` in all others.
    """
    pulse = ~np.isnan(channels.heart_rate.value)
    wearable = pulse | signs["watch"] | signs["other"]
    at = np.arange(len(pulse))
    since_pulse = at - np.maximum.accumulate(np.where(pulse, at, -len(pulse)))
    allowed = np.where(since_pulse < limits, limits, BRIDGE_MINUTES)
    carried = wearable | channels.steps.moved("phone")
    worn = bridged(wearable, allowed) | bridged(carried, PHONE_BRIDGE_MINUTES)
    asleep = np.logical_or.reduce([channels.sleep.from_device[device] for device in DEVICES])
    moving = channels.energy.moved("watch") | channels.distance.moved("watch") | (steps > 0)
    idle = worn & ~moving & ~pulse & ~asleep
    for low, high in runs(idle, IDLE_MINUTES):
        worn[low:high] = False
    return worn


def bridge_limits(samples: Samples, stretch: Stretch) -> NDArray[np.int64]:
    """(m,) minutes of silence that are still wear, from the person's own habit of heart rate.

    Judged for each UTC day from that day and its neighbours, so that it is the same in any stretch:
    twice the interval between two heart rates that `HABIT_SHARE` of the time keeps to, within
    `SHORTEST_BRIDGE` and `BRIDGE_MINUTES`.
    """
    first = stretch.first // _DAY_MINUTES
    last = (stretch.first + stretch.length - 1) // _DAY_MINUTES
    pulse = samples.start[samples.kind == KIND_INDEX["heartRate"]]
    near = (pulse >= (first - 2) * 86_400.0) & (pulse < (last + 3) * 86_400.0)
    start = np.sort(milliseconds(pulse[near]))
    gap = np.diff(start)
    usual = gap < BRIDGE_MINUTES * MINUTE_MS
    day, gap = start[:-1][usual] // _DAY_MS - first, gap[usual]
    # those of a workout, seconds apart, need no order among themselves
    brief = gap < MINUTE_MS
    days = last - first + 5
    time = np.bincount(day[brief] + 2, gap[brief], days)
    day, gap = day[~brief], gap[~brief]
    edges = np.searchsorted(day, np.arange(-1, last - first + 4)).tolist()
    limits = [
        _limit(np.sort(gap[edges[at] : edges[at + 3]]), int(time[at + 1 : at + 4].sum()))
        for at in range(last - first + 1)
    ]
    begin = stretch.first - first * _DAY_MINUTES
    return np.repeat(np.array(limits, np.int64), _DAY_MINUTES)[begin : begin + stretch.length]


def _limit(gaps: NDArray[np.int64], brief: int) -> int:
    """The silence in minutes that fits these intervals (ms, ascending) and a time of brief ones."""
    through = brief + np.cumsum(gaps)
    total = int(through[-1]) if len(gaps) else brief
    if total < HABIT_MS:
        return BRIDGE_MINUTES
    at = int(np.searchsorted(through, HABIT_SHARE * total))
    habit = int(gaps[at]) if brief < HABIT_SHARE * total else 0
    return min(max(-(-HABIT_FACTOR * habit // MINUTE_MS), SHORTEST_BRIDGE), BRIDGE_MINUTES)
