"""Recorded sleep laid out on real minutes, each night from the one source that knows it best.

A Watch, another tracker and an app may all write of one night, and do not agree. As with steps
they are never summed: what a better source has recorded, no other lengthens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from clarity.domain.minutes.channels import (
    ASLEEP,
    CORE,
    DEVICES,
    IN_BED,
    UNKNOWN_STAGE,
    SleepChannel,
    device_of,
)

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
# Of one source a finer record paints over a coarser one: asleep < awake, core, deep, REM.
_FINENESS: Final = np.array([0, 1, 2, 2, 2, 2])


def sleep_channel(samples: Samples, stretch: Stretch) -> SleepChannel:
    """The stage at the middle of each minute, each night from the source that decides it.

    Where two have a minute, the better source wins, then its finer record, then the later one.
    Time in bed is the coarsest of all and yields to any; an app that writes nothing else adds it
    around the sleep of the others.

    Args:
        samples: All there are: a night belongs to a source as a whole, however much of it lies in
            the stretch, and which of two like sources is better is told by all their nights.
        stretch: The real minutes.
    """
    mine = samples.of("sleepAnalysis")
    order = _order(mine)
    near = (mine.end >= stretch.start_s) & (mine.start < stretch.stop_s)
    mine = mine.select(_deciding(mine, order) & near)
    code = mine.value.astype(np.int8)
    last = np.zeros(len(mine.sources), np.int64)
    last[order] = -np.arange(len(order))
    keys = (mine.identity, mine.start, _FINENESS[code], last[mine.source], code != IN_BED)
    edges = np.ceil((np.stack([mine.start, mine.end]) - stretch.start_s) / 60.0 - 0.5)
    low, high = np.clip(edges, 0, stretch.length).astype(np.int64).tolist()
    table = [device_of(source) for source in mine.sources]
    codes, writers = code.tolist(), mine.source.tolist()
    stage = np.full(stretch.length, UNKNOWN_STAGE, np.int8)
    seen = {device: np.zeros(stretch.length, np.bool_) for device in DEVICES}
    for at in np.lexsort(keys).tolist():
        stage[low[at] : high[at]] = codes[at]
        if codes[at] != IN_BED:
            seen[table[writers[at]]][low[at] : high[at]] = True
    return SleepChannel(stage, seen)


def _order(mine: Samples) -> list[int]:
    """The sources from the best on: by device; of like ones stages first, then the longer sleep.

    Of equals the one whose name comes first, so that it does not matter how the samples came.
    """
    keys = {}
    for number in np.unique(mine.source).tolist():
        source, of_source = mine.sources[number], mine.select(mine.source == number)
        slept = of_source.select(_is_sleep(of_source.value))
        first, last = _union(slept.start, slept.end)
        names = (source.name, source.bundle_id, source.product_type)
        device = DEVICES.index(device_of(source))
        staged = bool((of_source.value >= CORE).any())
        keys[number] = (device, not staged, -float((last - first).sum()), names)
    return sorted(keys, key=lambda number: keys[number])


def _deciding(mine: Samples, order: list[int]) -> NDArray[np.bool_]:
    """(n,) samples of the nights that no better source knows, and of nights without any sleep."""
    kept = np.zeros(len(mine), np.bool_)
    known: Spans = (np.zeros(0), np.zeros(0))
    for number in order:
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
        kept[at] = ~np.isin(night, slept[decided])
        known = _union(
            np.concatenate([known[0], first[~decided]]), np.concatenate([known[1], last[~decided]])
        )
    return kept


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
