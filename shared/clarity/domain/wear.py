"""Evidence of wear, and which device counts in a minute.

HealthKit sends no zeros: a minute without a record is a minute without steps only when the person
wears something. So wear is a conclusion from evidence (heart rate, step records, sleep stages),
and what is neither recorded nor worn stays unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from clarity.domain.channels import DEVICES
from clarity.domain.runs import runs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clarity.domain.channels import ByDevice, Channels, Device

# Between two signs of a wearable less than an hour apart it was worn: Troiano et al. 2008,
# doi:10.1249/mss.0b013e31815a51b3, call 60 minutes without a count non-wear.
BRIDGE_MINUTES: Final = 60
# A phone is carried, not worn: a walk shows that it was with the person then, and hardly longer.
PHONE_BRIDGE_MINUTES: Final = 10
# 90 minutes of zeros are non-wear: Choi et al. 2011, doi:10.1249/MSS.0b013e3181ed61a3.
IDLE_MINUTES: Final = 90
# The Watch takes a background heart rate about every five minutes, so that records of its own at
# most twice this apart are one wear, in which the phone's steps are the same steps seen twice.
# More would drop steps of a phone that is carried while the Watch is being charged.
NEAR_MINUTES: Final = 3


def merge(amounts: ByDevice, channels: Channels) -> NDArray[np.float64]:
    """(m,) steps or another amount per minute, each from one kind of device and never the sum.

    The Watch counts in minutes near its own records (steps, heart rate or sleep stages), another
    wearable near its own where there is no Watch, and the phone everywhere else.
    """
    merged = amounts["phone"].amount.copy()
    for device in ("other", "watch"):
        near = _near(_signs(channels, device), NEAR_MINUTES)
        merged[near] = amounts[device].amount[near]
    return merged


def worn_minutes(channels: Channels, merged: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(m,) True where there is evidence that a device was worn, or a phone carried.

    Signs of a wearable are heart rate of any source, its step records (of zero too) and its sleep
    stages; gaps under `BRIDGE_MINUTES` between them are wear. A phone's steps are evidence for
    their own minutes and gaps under `PHONE_BRIDGE_MINUTES`. `IDLE_MINUTES` on end with neither
    steps, heart rate nor sleep are not wear, whatever was recorded.
    """
    pulse = ~np.isnan(channels.heart_rate.value)
    wearable = pulse | _signs(channels, "watch") | _signs(channels, "other")
    carried = wearable | (channels.steps["phone"].amount > 0)
    worn = _bridged(wearable, BRIDGE_MINUTES) | _bridged(carried, PHONE_BRIDGE_MINUTES)
    asleep = np.logical_or.reduce([channels.sleep.from_device[device] for device in DEVICES])
    idle = worn & (merged <= 0) & ~pulse & ~asleep
    for low, high in runs(idle):
        if high - low >= IDLE_MINUTES:
            worn[low:high] = False
    return worn


def _signs(channels: Channels, device: Device) -> NDArray[np.bool_]:
    """(m,) where a device of this kind left a record."""
    return (
        channels.steps[device].covered
        | channels.heart_rate.from_device[device]
        | channels.sleep.from_device[device]
    )


def _near(flags: NDArray[np.bool_], minutes: int) -> NDArray[np.bool_]:
    """(m,) True within so many minutes of a True."""
    through = np.concatenate([np.zeros(minutes + 1), np.cumsum(flags)])
    through = np.concatenate([through, np.full(minutes, through[-1])])
    return np.asarray(through[2 * minutes + 1 :] > through[: -2 * minutes - 1])


def _bridged(flags: NDArray[np.bool_], limit: int) -> NDArray[np.bool_]:
    """(m,) with the gaps between two Trues filled that are shorter than the limit."""
    before = np.maximum.accumulate(np.where(flags, np.arange(len(flags)), -len(flags) - limit))
    after = np.minimum.accumulate(
        np.where(flags, np.arange(len(flags)), 2 * len(flags) + limit)[::-1]
    )[::-1]
    return np.asarray(flags | (after - before - 1 < limit))
