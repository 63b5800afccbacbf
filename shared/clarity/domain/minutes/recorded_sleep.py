"""Recorded sleep laid out on real minutes, each night from the one source that knows it best.

A Watch, another tracker and an app may all write of one night, and do not agree. As with steps
they are never summed: what a better source has recorded, no other lengthens, unless the device of
the better one was off by then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from clarity.domain.intake.units import KIND_INDEX
from clarity.domain.minutes.amounts import AMOUNTS
from clarity.domain.minutes.channels import (
    ASLEEP,
    CORE,
    DEVICES,
    IN_BED,
    UNKNOWN_STAGE,
    SleepChannel,
    device_of,
)
from clarity.domain.minutes.wear import BRIDGE_MINUTES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clarity.domain.intake.columns import Samples
    from clarity.domain.minutes.channels import Stretch

    Spans = tuple[NDArray[np.float64], NDArray[np.float64]]  # first and last seconds, in order

# A source's records less than an hour and a half apart are of one night, perhaps in pieces.
SAME_NIGHT_S: Final = 90 * 60.0
# A better source knows a night of which it has three hours, which is the least for a main sleep,
# or half of what the other one has. With less its record broke off, and the other one counts too.
LEAST_NIGHT_S: Final = 180 * 60.0
# A device that for so long left no sign of being worn was off.
OFF_S: Final = 60.0 * BRIDGE_MINUTES
# Signs of wear further away than a day say nothing of a minute.
REACH_S: Final = 86_400.0
# What shows that a device is worn. Steps of an app may be the phone's.
_PULSE: Final = [KIND_INDEX["heartRate"]]
_SIGNS: Final = [KIND_INDEX[kind] for kind in ("heartRate", *AMOUNTS)]
# Of one source a finer record paints over a coarser one: asleep < awake, core, deep, REM.
_FINENESS: Final = np.array([0, 1, 2, 2, 2, 2])


def sleep_channel(samples: Samples, stretch: Stretch) -> SleepChannel:
    """The stage at the middle of each minute, each night from the source that decides it.

    Where its device was off, the next source's record of the night counts. Where two have a minute,
    the better source wins, then its finer record, then the later one. Time in bed is the coarsest
    of all and yields to any; an app that writes nothing else adds it around the others' sleep.

    Args:
        samples: All there are: a night belongs to a source as a whole, however much of it lies in
            the stretch, and which of two like sources is better is told by all their nights.
        stretch: The real minutes.
    """
    mine = samples.of("sleepAnalysis")
    order = _order(mine)
    near = (mine.end >= stretch.start_s) & (mine.start < stretch.stop_s)
    ruled = _ruled(mine, order)[near]
    mine = mine.select(near)
    off = {
        number: _off(samples, number, stretch) for number in np.flatnonzero(ruled.any(0)).tolist()
    }
    code = mine.value.astype(np.int8)
    last = np.zeros(len(mine.sources), np.int64)
    last[order] = -np.arange(len(order))
    keys = (mine.identity, mine.start, _FINENESS[code], last[mine.source], code != IN_BED)
    edges = np.ceil((np.stack([mine.start, mine.end]) - stretch.start_s) / 60.0 - 0.5)
    low, high = np.clip(edges, 0, stretch.length).astype(np.int64).tolist()
    table = [device_of(source) for source in mine.sources]
    codes, writers = code.tolist(), mine.source.tolist()
    limited = set(np.flatnonzero(ruled.any(axis=1)).tolist())
    stage = np.full(stretch.length, UNKNOWN_STAGE, np.int8)
    seen = {device: np.zeros(stretch.length, np.bool_) for device in DEVICES}
    for at in np.lexsort(keys).tolist():
        where: slice | NDArray[np.intp] = slice(low[at], high[at])
        if at in limited:
            better = np.flatnonzero(ruled[at]).tolist()
            where = low[at] + np.flatnonzero(np.all([off[each][where] for each in better], axis=0))
        stage[where] = codes[at]
        if codes[at] != IN_BED:
            seen[table[writers[at]]][where] = True
    return SleepChannel(stage, seen)


def _order(mine: Samples) -> list[int]:
    """The sources from the best on: by device; of like ones stages first, then the longer sleep.

    Of equals the one whose name comes first, so that it does not matter how the samples came.
    """
    numbers = np.flatnonzero(np.bincount(mine.source)).tolist()
    if len(numbers) <= 1:
        return numbers
    keys = {}
    for number in numbers:
        source, of_source = mine.sources[number], mine.select(mine.source == number)
        slept = of_source.select(_is_sleep(of_source.value))
        first, last = _union(slept.start, slept.end)
        names = (source.name, source.bundle_id, source.product_type)
        device = DEVICES.index(device_of(source))
        staged = bool((of_source.value >= CORE).any())
        keys[number] = (device, not staged, -float((last - first).sum()), names)
    return sorted(keys, key=lambda number: keys[number])


def _ruled(mine: Samples, order: list[int]) -> NDArray[np.bool_]:
    """(n, sources) which better sources rule the night of a sample: it counts where they are off.

    None where no better source knows the night, or the night is without any sleep.
    """
    ruled = np.zeros((len(mine), len(mine.sources)), np.bool_)
    known: Spans = (np.zeros(0), np.zeros(0))
    told_of: dict[int, Spans] = {}
    for number in order if len(order) > 1 else ():  # one alone has no better one
        at = np.flatnonzero(mine.source == number)
        part = mine.select(at)
        night = _night(part.start, part.end)
        told = _is_sleep(part.value)
        first, last = np.full(night.max() + 1, np.inf), np.full(night.max() + 1, -np.inf)
        np.minimum.at(first, night[told], part.start[told])
        np.maximum.at(last, night[told], part.end[told])
        slept = np.flatnonzero(first < last)
        first, last = first[slept], last[slept]
        half = np.minimum((last - first) / 2, LEAST_NIGHT_S)
        decided = _held(known, last) - _held(known, first) >= half
        for better, spans in told_of.items():
            shared = _held(spans, last) > _held(spans, first)
            ruled[at, better] = np.isin(night, slept[decided & shared])
        told_of[number] = first, last
        known = _union(
            np.concatenate([known[0], first[~decided]]), np.concatenate([known[1], last[~decided]])
        )
    return ruled


def _off(samples: Samples, number: int, stretch: Stretch) -> NDArray[np.bool_]:
    """(m,) True where the device of a source of sleep was off: no sign of wear for `OFF_S`.

    A silence shows that only if the device gave other signs than sleep at its edges: a source that
    writes of nothing but sleep is silent all day.
    """
    margin = REACH_S + 2 * OFF_S
    near = (samples.end >= stretch.start_s - margin) & (samples.start < stretch.stop_s + margin)
    mine = samples.select(np.flatnonzero(near & (samples.source == number)))
    watch = device_of(samples.sources[number]) == "watch"
    sign = np.isin(mine.kind, _SIGNS if watch else _PULSE)
    told = (mine.kind == KIND_INDEX["sleepAnalysis"]) & (mine.value != IN_BED)
    middle = stretch.start_s + 60.0 * np.arange(stretch.length) + 30.0
    begins, ends = _union(mine.start[sign | told], mine.end[sign | told])
    at = np.searchsorted(begins, middle, "right")
    before = np.concatenate([[-np.inf], ends])[at]
    after = np.concatenate([begins, [np.inf]])[at]
    left, right = middle - before <= REACH_S, after - middle <= REACH_S
    signs = _union(mine.start[sign] - OFF_S, mine.end[sign] + OFF_S)
    silent = (before <= middle) & (after - before >= OFF_S) & (left | right)
    vouched = (~left | _inside(signs, before)) & (~right | _inside(signs, after))
    return np.asarray(silent & vouched)


def _is_sleep(code: NDArray[np.float64]) -> NDArray[np.bool_]:
    return np.asarray((code == ASLEEP) | (code >= CORE))


def _night(start: NDArray[np.float64], end: NDArray[np.float64]) -> NDArray[np.int64]:
    """(k,) number of the night of each record, in order of time; one record at least."""
    order = np.argsort(start, kind="stable")
    reach = np.maximum.accumulate(end[order])
    fresh = start[order][1:] - reach[:-1] >= SAME_NIGHT_S
    night = np.empty(len(order), np.int64)
    night[order] = np.concatenate([[0], np.cumsum(fresh)])
    return night


def _union(start: NDArray[np.float64], end: NDArray[np.float64]) -> Spans:
    """The time that lies in any of the spans, as spans that do not touch."""
    order = np.argsort(start, kind="stable")
    begin, reach = start[order], np.maximum.accumulate(end[order])
    fresh = np.flatnonzero(begin[1:] > reach[:-1]) + 1
    ends = np.concatenate([fresh, [len(order)]])[: len(order)] - 1
    return begin[np.concatenate([[0], fresh])[: len(order)]], reach[ends]


def _held(spans: Spans, moment: NDArray[np.float64]) -> NDArray[np.float64]:
    """(k,) seconds of the spans that lie before each moment."""
    first, last = spans
    through = np.concatenate([[0.0], np.cumsum(last - first)])
    at = np.searchsorted(first, moment, "right")
    ends = np.concatenate([[-np.inf], last])
    return np.asarray(through[at] - np.maximum(ends[at] - moment, 0.0))


def _inside(spans: Spans, moment: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(k,) whether each moment lies in one of the spans."""
    reach = np.concatenate([[-np.inf], spans[1]])
    return np.asarray(moment <= reach[np.searchsorted(spans[0], moment, "right")])
