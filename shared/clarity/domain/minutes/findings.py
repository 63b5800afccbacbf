"""What is odd about the samples themselves: a device that changed, a clock that was wrong.

Nothing of it is cut out of the grid. Each finding is counted and dated, so that a person can judge
what the numbers of that day are worth.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from clarity.domain.intake.units import KIND_INDEX
from clarity.domain.minutes.channels import DEVICES, device_of, milliseconds, once
from clarity.domain.minutes.clock import commonest_offsets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from clarity.domain.intake.columns import Samples, Source

FindingKind = Literal["device_change", "other_offset", "shifted_copy", "two_pulses", "overlap"]

# Two heart rates of one device at once are a fault where they differ by more than this; a strap
# that writes twice in a second, to whole seconds, is none.
PULSE_DIFFERENCE: Final = 10.0
OVERLAP_MS: Final = 1000  # dates may be whole seconds
# The same measurement again, whole or half hours later: so many in a day are no chance.
COPY_SAMPLES: Final = 10
COPY_STEP_MS: Final = 1_800_000
COPY_STEPS: Final = 28  # zones are up to 14 hours from UTC, and hardly anybody errs by more
_DAY_S: Final = 86_400.0
_MINUTE_MS: Final = 60_000
_SOURCE_BITS: Final = 15
_TIME_BITS: Final = 43  # of milliseconds: until the year 2248
_STEPS, _PULSE = KIND_INDEX["stepCount"], KIND_INDEX["heartRate"]
_EPOCH: Final = date(1970, 1, 1)
_NOUN: Final = {"watch": "watch", "other": "tracker", "phone": "phone"}


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One oddity of one local day: what it is, how many samples it concerns, and a sentence."""

    day: date
    kind: FindingKind
    count: int
    text: str

    @property
    def note(self) -> str:
        """The sentence, beginning with its day."""
        return f"{self.day.isoformat()}: {self.text}"


@dataclass(frozen=True, slots=True)
class DayDevices:
    """Which device brought most of a day's steps and heart rate; empty where none did."""

    steps: str
    heart_rate: str


def look(samples: Samples, first_day: date, days: int) -> tuple[Finding, ...]:
    """What is odd in these days, in order of time.

    Device changes, and four signs of a wrong clock: samples whose offset contradicts their hour;
    the same measurements again, shifted by whole or half hours; two heart rates of one device at
    once; and step intervals of one device that overlap. Order, duplicates and batches of the
    samples do not matter.
    """
    local = samples.start + samples.offset
    low = (first_day - _EPOCH).days * _DAY_S
    inside = np.flatnonzero(
        (local >= low - 2 * _DAY_S)
        & (local < low + (days + 2) * _DAY_S)
        & ((samples.kind == _STEPS) | (samples.kind == _PULSE))
    )
    near = _in_order(once(samples.select(inside)))
    found = [*_device_changes(samples)]
    if len(near):
        found += [*_other_offsets(near), *_overlaps(near), *_two_pulses(near), *_copies(near)]
    last_day = first_day + timedelta(days=days)
    return tuple(sorted(each for each in found if first_day <= each.day < last_day))


def day_devices(samples: Samples, first_day: date, days: int) -> tuple[DayDevices, ...]:
    """For each day, the device that brought most of its steps, and most heart rates."""
    best = []
    today = np.floor((samples.start + samples.offset) / _DAY_S) - (first_day - _EPOCH).days
    inside = (today >= 0) & (today < days)
    for kind in (_STEPS, _PULSE):
        mine = once(samples.select(np.flatnonzero(inside & (samples.kind == kind))))
        weight = mine.value if kind == _STEPS else np.ones(len(mine))
        best.append(_leading(mine, _days(mine) - (first_day - _EPOCH).days, weight, days))
    return tuple(
        DayDevices(*("" if source is None else _label(source) for source in pair))
        for pair in zip(*best, strict=True)
    )


def _device_changes(samples: Samples) -> Iterator[Finding]:
    """Where another watch, tracker or phone than before brings most samples of a day."""
    of_interest = (samples.kind == _STEPS) | (samples.kind == _PULSE)
    present = np.bincount(samples.source[of_interest], minlength=len(samples.sources)) > 0
    device = [device_of(source) for source in samples.sources]
    for each in DEVICES:
        writers = present & np.array([found == each for found in device], np.bool_)
        if writers.sum() <= 1:
            continue
        of_kind = once(samples.select(of_interest & writers[samples.source]))
        day = _days(of_kind)
        first, span = int(day.min()), int(np.ptp(day)) + 1
        lead = _leading(of_kind, day - first, np.ones(len(of_kind)), span)
        known = [(at, source) for at, source in enumerate(lead) if source is not None]
        for (_, old), (at, new) in pairwise(known):
            if _model(old) != _model(new):
                yield Finding(
                    _EPOCH + timedelta(days=first + at),
                    "device_change",
                    1,
                    f"the {_NOUN[device_of(new)]} changed from {_model(old)} to {_model(new)}",
                )


def _other_offsets(near: Samples) -> Iterator[Finding]:
    """Samples whose offset is neither their hour's commonest nor that of the hours beside it."""
    offset = np.floor_divide(near.offset, 60).astype(np.int64)
    if (offset == offset[0]).all():
        return
    hours, shown, _ = commonest_offsets(near)
    at = np.searchsorted(hours, np.floor(near.start / 3600.0).astype(np.int64))
    beside = [shown[np.clip(at + step, 0, len(shown) - 1)] for step in (-1, 0, 1)]
    odd = np.flatnonzero(np.logical_and.reduce([offset != each for each in beside]))
    day = np.floor((near.start[odd] + 60.0 * shown[at[odd]]) / _DAY_S).astype(np.int64)
    for number, count in zip(*np.unique(day, return_counts=True), strict=True):
        mine = odd[day == number]
        other, usual = _commonest(offset[mine]), _commonest(shown[at[mine]])
        text = (
            f"{count} samples came under another time zone than the rest of their hour"
            f" ({_zone(other)} instead of {_zone(usual)})"
        )
        yield Finding(_EPOCH + timedelta(days=int(number)), "other_offset", int(count), text)


def _overlaps(near: Samples) -> Iterator[Finding]:
    """Step intervals that begin before an earlier one of the same source has ended."""
    steps = np.flatnonzero((near.kind == _STEPS) & (near.value > 0))
    begin, end = milliseconds(near.start[steps]), milliseconds(near.end[steps])
    source = near.source[steps].astype(np.int64)
    # one running maximum serves all sources: each begins above whatever the last one reached
    lift = source * (int(np.ptp(end)) + _MINUTE_MS if len(end) else 0)
    reach = np.maximum.accumulate(end + lift)
    late = np.concatenate([[False], (begin + lift)[1:] < reach[:-1] - OVERLAP_MS])
    late &= np.concatenate([[False], source[1:] == source[:-1]])
    yield from _by_day(
        near, steps[late[: len(steps)]], "overlap", "step intervals of {} overlap its earlier ones"
    )


def _two_pulses(near: Samples) -> Iterator[Finding]:
    """Heart rates of one source at the same time that differ."""
    pulse = np.flatnonzero(near.kind == _PULSE)
    begin, end, value = near.start[pulse], near.end[pulse], near.value[pulse]
    source = near.source[pulse]
    at_once = (begin[1:] < end[:-1]) | (begin[1:] == begin[:-1])
    differ = np.abs(np.diff(value)) > PULSE_DIFFERENCE
    twice = pulse[1:][at_once & differ & (source[1:] == source[:-1])]
    yield from _by_day(
        near, twice, "two_pulses", "heart rates of {} contradict another one at the same time"
    )


def _copies(near: Samples) -> Iterator[Finding]:
    """The same values again at the same moments of a later or earlier hour, by the dozen.

    Only values that come just twice: a device that writes by the minute repeats itself.
    """
    start = milliseconds(near.start)
    gap = np.concatenate([[_MINUTE_MS], np.diff(start)])
    one = np.concatenate([[True], near.source[1:] == near.source[:-1]])
    dense = one & (near.kind == _PULSE) & (gap < _MINUTE_MS) & (gap >= 0)
    mine = np.flatnonzero(~dense & (near.value > 0))
    begin = start[mine]
    key = _mixed(
        near.kind[mine], near.source[mine], begin % COPY_STEP_MS,
        milliseconds(near.end[mine]) - begin, milliseconds(near.value[mine]),
    )  # fmt: skip
    ordered = np.sort(key)
    repeated = ordered[1:][ordered[1:] == ordered[:-1]]
    if not len(repeated):
        return
    few = np.flatnonzero(repeated[np.searchsorted(repeated[:-1], key)] == key)
    few = few[np.argsort(key[few], kind="stable")]  # one key is one source, in order of time
    key, mine, begin = key[few], mine[few], begin[few]
    shift = np.diff(begin) // COPY_STEP_MS
    again = np.concatenate([[False], (key[1:] == key[:-1]) & (shift <= COPY_STEPS), [False]])
    two = np.flatnonzero(again[1:-1] & ~again[:-2] & ~again[2:])
    first, shift, day = mine[two], shift[two], _days(near)
    for number in np.unique(shift).tolist():
        pairs = first[shift == number]
        if len(pairs) < COPY_SAMPLES:
            continue
        others = first[shift != number]
        hours = f"{number / 2:g} h"
        for finding in _by_day(
            near, pairs, "shifted_copy", "samples of {} came again, " + hours + " later"
        ):
            chance = int((day[others] == (finding.day - _EPOCH).days).sum())
            if finding.count >= max(COPY_SAMPLES, chance):
                yield finding


def _in_order(samples: Samples) -> Samples:
    """By kind, source and time, and by value where those agree."""
    place = (samples.kind.astype(np.int64) << _SOURCE_BITS) + samples.source
    moment = (place << _TIME_BITS) + milliseconds(samples.start)
    order = np.argsort(moment)
    same = np.diff(moment[order]) == 0
    if same.any():  # few as a rule: only these are put in order by value, too
        tied = np.flatnonzero(np.concatenate([[False], same]) | np.concatenate([same, [False]]))
        few = order[tied]
        order[tied] = few[np.lexsort((few, samples.value[few], moment[few]))]
    return samples.select(order)


def _mixed(*columns: NDArray[np.signedinteger]) -> NDArray[np.uint64]:
    """(n,) one number for each row of the columns; other rows have others but by great chance."""
    key = np.zeros(len(columns[0]), np.uint64)
    for column in columns:
        key = (key ^ column.astype(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
        key ^= key >> np.uint64(29)
    return key


def _by_day(samples: Samples, at: NDArray[np.int64], kind: FindingKind, text: str) -> list[Finding]:
    """A finding for each day and source of the samples at these places."""
    found: list[Finding] = []
    if not len(at):
        return found
    shown = Counter(zip(_days(samples)[at].tolist(), samples.source[at].tolist(), strict=True))
    for (number, source), count in sorted(shown.items()):
        sentence = f"{count} {text.format(_label(samples.sources[source]))}"
        found.append(Finding(_EPOCH + timedelta(days=number), kind, count, sentence))
    return found


def _leading(
    samples: Samples, day: NDArray[np.int64], weight: NDArray[np.float64], days: int
) -> list[Source | None]:
    """The source of the samples with the largest weight of each day."""
    table = sorted(
        samples.sources, key=lambda source: (source.name, source.bundle_id, source.product_type)
    )
    rank = np.array([table.index(source) for source in samples.sources], np.int64)
    if not len(samples):
        return [None] * days
    cell = day * len(table) + rank[samples.source]
    total = np.bincount(cell, weight, days * len(table)).reshape(days, len(table))
    best = np.argmax(np.rint(total * 1e3), axis=1).tolist()
    return [table[number] if total[row].any() else None for row, number in enumerate(best)]


def _days(samples: Samples) -> NDArray[np.int64]:
    """Local days since 1970."""
    return np.floor((samples.start + samples.offset) / _DAY_S).astype(np.int64)


def _commonest(numbers: NDArray[np.int64]) -> int:
    found, counts = np.unique(numbers, return_counts=True)
    return int(found[np.argmax(counts)])


def _zone(minutes: int) -> str:
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def _model(source: Source) -> str:
    """What tells one device from the next: the product, or the app where that is all we know."""
    if device_of(source) == "other" or not source.product_type:
        return source.name or source.bundle_id or "unnamed"
    return source.product_type


def _label(source: Source) -> str:
    product = f" ({source.product_type})" if source.product_type else ""
    return f"{source.name or 'unnamed'}{product}"
