"""What adds up (steps, energy, distance) per minute, from several devices and never their sum.

Two devices that saw the same walk wrote it twice, with other borders: the Watch by the minute, the
phone in pieces of ten minutes, an app by the hour, often as a copy of what the others counted. So
fine records are merged minute by minute, each minute from one source; and a coarse one adds only
what it counted beyond the others in its interval.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from clarity.domain.intake.units import KIND_INDEX
from clarity.domain.minutes.channels import (
    DEVICES,
    IN_BED,
    MINUTE_MS,
    UNITS,
    Intervals,
    Stretch,
    covered,
    device_of,
    milliseconds,
    once,
    places,
    spread,
)
from clarity.domain.minutes.runs import bridged, runs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from clarity.domain.intake.columns import Samples
    from clarity.domain.minutes.channels import Device

AMOUNTS: Final = ("stepCount", "activeEnergyBurned", "distanceWalkingRunning")
# HealthKit closes a sample of steps after about ten minutes; apps write hours and days.
COARSE_S: Final = 15 * 60.0
# A source that pauses for less is still counting: the phone's pieces reach that far beyond a walk.
NEAR_MINUTES: Final = 10
# Where one of two like sources begins so little before the other, or ends so little after it, that
# is the same walk by another clock, or written to other borders.
OVERHANG_MINUTES: Final = 3
# A tracker takes the heart rate unasked, in so many hours of one day. An app on the phone has at
# most that of a workout, or of a finger on the camera.
PULSE_HOURS: Final = 4
_STEPS, _PULSE = KIND_INDEX["stepCount"], KIND_INDEX["heartRate"]
_SLEEP: Final = KIND_INDEX["sleepAnalysis"]
_PHONES: Final = ("iphone", "ipod", "ipad")
_EXACT: Final = 2.0**6  # so many parts are one in running sums, which hold whole years then


@dataclass(frozen=True, slots=True, eq=False)
class SourceAmount:
    """One source's share: (m,) fine amount, where it has a fine record, and its coarse samples.

    `copies` is set for an app that counts by a phone which writes too: then the hours of the app
    say nothing of their minutes.
    """

    device: Device
    copies: bool
    fine: NDArray[np.float64]
    covered: NDArray[np.bool_]
    coarse: Intervals


@dataclass(frozen=True, slots=True, eq=False)
class AmountChannel:
    """All sources of one amount, those that count first in front."""

    stretch: Stretch
    sources: tuple[SourceAmount, ...]

    def of(self, device: Device) -> list[SourceAmount]:
        """The sources of one kind of device, in order."""
        return [source for source in self.sources if source.device == device]

    def covered(self, device: Device, *, coarse: bool) -> NDArray[np.bool_]:
        """(m,) where a device of this kind has a record, also of zero; coarse ones if asked."""
        out = np.zeros(self.stretch.length, np.bool_)
        for source in self.of(device):
            out |= source.covered
            if coarse:
                out |= covered(source.coarse, self.stretch)
        return out

    def moved(self, device: Device) -> NDArray[np.bool_]:
        """(m,) where a device of this kind has a record of more than zero, and no copy of hours."""
        out = np.zeros(self.stretch.length, np.bool_)
        for source in self.of(device):
            out |= source.fine > 0
            if not source.copies:
                more = source.coarse.select(source.coarse.value > 0)
                out |= covered(more, self.stretch)
        return out


def amount_channel(
    samples: Samples, kind: str, stretch: Stretch, order: Mapping[int, Device]
) -> AmountChannel:
    """The samples of one kind laid out by source.

    Args:
        samples: Each once.
        kind: A name in `AMOUNTS`.
        stretch: The real minutes.
        order: The sources as indices in `samples.sources`, and what each is, see `source_order`.
    """
    at = places(samples, kind)
    mine, writer = Intervals.of(samples, at), samples.source[at]
    coarse = (mine.end - mine.start > COARSE_S) & (len(order) > 1)
    named = {number: device_of(samples.sources[number]) for number in order}
    sources = []
    for number, device in order.items():
        copies, of_source = device != named[number], writer == number
        copies &= "phone" in named.values()
        fine = mine if of_source.all() and not coarse.any() else mine.select(of_source & ~coarse)
        rest = mine.select(of_source & coarse)
        recorded = covered(fine, stretch)
        sources.append(SourceAmount(device, copies, spread(fine, stretch), recorded, rest))
    return AmountChannel(stretch, tuple(sources))


def source_order(samples: Samples, kind: str) -> dict[int, Device]:
    """The sources of a kind in order: Watch, other trackers, phone; of equals the larger total.

    An app that does not show itself to be a tracker's counts by the phone it is on: it keeps its
    place, and is a phone. Taken from all samples, so that it is the same in any stretch of them.
    """
    of_kind = samples.kind == KIND_INDEX[kind]
    numbers = np.flatnonzero(np.bincount(samples.source[of_kind])).tolist()
    kinds = {number: DEVICES.index(device_of(samples.sources[number])) for number in numbers}
    total = np.zeros(len(samples.sources), np.float64)
    if len(set(kinds.values())) < len(numbers):
        mine = once(samples.select(of_kind))
        whole = np.rint(mine.value * 1e3)  # in any order the same sum
        total = np.bincount(mine.source, whole, minlength=len(total)).astype(np.float64)

    def place(number: int) -> tuple[int, float, str, str, str]:
        source = samples.sources[number]
        names = (source.name, source.bundle_id, source.product_type)
        return (kinds[number], -float(total[number]), *names)

    return {number: _counts_as(samples, number) for number in sorted(numbers, key=place)}


def _counts_as(samples: Samples, number: int) -> Device:
    """What kind of device a source counts by: an app by the phone, unless it shows another.

    A product other than a phone shows it, and so does what only a tracker writes: sleep, heart
    rate in many hours of a day, and records of a few minutes without a step.
    """
    source = samples.sources[number]
    device, product = device_of(source), source.product_type.lower()
    if device != "other" or (product and not product.startswith(_PHONES)):
        return device
    mine = samples.select(samples.source == number)
    slept = (mine.kind == _SLEEP) & (mine.value != IN_BED)
    still = (mine.kind == _STEPS) & (mine.value == 0) & (mine.end - mine.start <= COARSE_S)
    hours = np.unique(mine.start[mine.kind == _PULSE] // 3600.0)
    most = np.unique(hours // 24.0, return_counts=True)[1].max(initial=0)
    return device if slept.any() or still.any() or most >= PULSE_HOURS else "phone"


def merged(channel: AmountChannel, worn: Mapping[Device, NDArray[np.bool_]]) -> NDArray[np.float64]:
    """(m,) the amount per minute, each from one source, and what coarse records add to it.

    Of like sources the lesser one counts where the other is silent, but for an overhang.

    Args:
        channel: The sources.
        worn: (m,) by kind of device, where it is known to be counting, with a record or without:
            there no lesser device counts.
    """
    counted = np.zeros(channel.stretch.length)
    taken = np.zeros(channel.stretch.length, np.bool_)
    own = []
    for device in DEVICES:
        recorded = np.zeros_like(taken)
        for source in channel.of(device):
            taken |= _overhang(source.covered & ~taken, recorded)
            own.append(np.where(taken, 0.0, source.fine))
            counted += own[-1]
            recorded |= bridged(source.covered, NEAR_MINUTES)
            taken |= recorded
        if device in worn:
            taken |= worn[device]
    for source, fine in zip(channel.sources, own, strict=True):
        if len(source.coarse):
            higher = [worn[device] for device in DEVICES[: DEVICES.index(source.device)]]
            blocked = np.logical_or.reduce([np.zeros_like(taken), *higher])
            _add_beyond(counted, fine, source.coarse, blocked, channel.stretch)
    return counted


def _overhang(fresh: NDArray[np.bool_], recorded: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(m,) short stretches of what a source alone has that adjoin what one like it recorded."""
    out = np.zeros_like(fresh)
    if recorded.any():
        for low, high in runs(fresh):
            beside = recorded[max(low - 1, 0) : high + 1].any()
            out[low:high] = beside and high - low <= OVERHANG_MINUTES
    return out


def _add_beyond(
    counted: NDArray[np.float64],
    own: NDArray[np.float64],
    coarse: Intervals,
    blocked: NDArray[np.bool_],
    stretch: Stretch,
) -> None:
    """Add what one source's coarse samples hold beyond what other sources counted meanwhile.

    It is spread over the minutes that are not blocked, at no more than its even rate. Samples that
    overlap are taken together. Running sums are of whole parts: the same in any stretch.
    """
    group, low, high = _groups(coarse)
    groups = len(low)
    whole = np.rint((counted - own) * UNITS / _EXACT).astype(np.int64)
    through = np.concatenate([[0], np.cumsum(whole)])
    inside = np.stack([np.ceil(low / 60.0), np.floor(high / 60.0)]).astype(np.int64)
    edges = np.clip(inside - stretch.first, 0, stretch.length)
    others = (through[edges[1]] - through[edges[0]]) * (_EXACT / UNITS)
    total = np.bincount(group, np.rint(coarse.value * UNITS), groups) / UNITS
    room = np.bincount(group, np.rint(_room(coarse, blocked, stretch) * UNITS), groups) / UNITS
    beyond = np.maximum(total - others, 0.0)
    rate = np.minimum(np.divide(beyond, room, out=np.zeros(groups), where=room > 0), 1.0)
    added = Intervals(coarse.start, coarse.end, coarse.value * rate[group])
    counted += np.where(blocked, 0.0, spread(added, stretch))


def _room(coarse: Intervals, blocked: NDArray[np.bool_], stretch: Stretch) -> NDArray[np.float64]:
    """(k,) what of each interval would lie in minutes that are not blocked, evenly spread."""
    free = np.concatenate([[0], np.cumsum(~blocked)]) * MINUTE_MS
    flags = np.concatenate([~blocked, [False]])
    edges = []
    for moment in (coarse.start, coarse.end):
        ms = milliseconds(moment) - stretch.first * MINUTE_MS
        ms = np.clip(ms, 0, stretch.length * MINUTE_MS)
        minute = ms // MINUTE_MS
        edges.append(free[minute] + np.where(flags[minute], ms % MINUTE_MS, 0))
    return np.asarray(coarse.value * (edges[1] - edges[0]) / (1000.0 * (coarse.end - coarse.start)))


def coarse_span(samples: Samples, stretch: Stretch) -> Stretch:
    """The minutes on which the coarse samples that touch a stretch depend, and the stretch.

    What a coarse sample adds depends on all that other sources counted in its interval.
    """
    low, high = stretch.first, stretch.last
    long = np.flatnonzero(samples.end - samples.start > COARSE_S)
    for kind in AMOUNTS:
        of_kind = long[samples.kind[long] == KIND_INDEX[kind]]
        if not len(of_kind):
            continue
        _, first, last = _groups(Intervals.of(samples, of_kind))
        touching = (last > stretch.start_s) & (first < stretch.stop_s)
        if touching.any():
            low = min(low, int(first[touching].min() // 60.0))
            high = max(high, int(-(-last[touching].max() // 60.0)))
    return Stretch(low, high - low)


def _groups(
    intervals: Intervals,
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Intervals that overlap, as groups: (k,) number of the group; its first and last second."""
    order = np.argsort(intervals.start, kind="stable")
    begin, reach = intervals.start[order], np.maximum.accumulate(intervals.end[order])
    fresh = np.concatenate([[True], begin[1:] >= reach[:-1]])
    group = np.empty(len(order), np.int64)
    group[order] = np.cumsum(fresh) - 1
    ends = np.concatenate([np.flatnonzero(fresh)[1:] - 1, [len(order) - 1]])
    return group, begin[fresh], reach[ends]
