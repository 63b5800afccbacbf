"""Real minutes and wall-clock minutes: the person's own time, with daylight saving and travel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from clarity.domain.minutes.channels import Stretch, once

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clarity.domain.intake.columns import Samples

_DAYLIGHT_SAVING_MINUTES: Final = 60
_MINUTES_OF_OFFSETS: Final = 1 << 12  # offsets lie within a day of UTC on either side
_QUARTER: Final = 15  # minutes: every change of a zone's offset falls on one, in UTC
_QUARTERS: Final = 4  # of an hour
_JOURNEY_HOURS: Final = 3


@dataclass(frozen=True, slots=True, eq=False)
class WallClock:
    """Where each real minute stands on the wall clock of the window.

    Attributes:
        first_minute: Local minutes since 1970-01-01T00:00 of the window's minute 0.
        length: Minutes of the window.
        stretch: The m real minutes considered, some before and after the window.
        offset: (m,) int64 minutes east of UTC in each real minute.
        spans: Stretches of one offset: the real minutes, and the minutes of the window they show.
    """

    first_minute: int
    length: int
    stretch: Stretch
    offset: NDArray[np.int64]
    spans: tuple[tuple[slice, slice], ...]

    @staticmethod
    def of(first_minute: int, length: int, first: int, offset: NDArray[np.int64]) -> WallClock:
        """The clock with an offset in each real minute from `first` on."""
        edges = [0, *(np.flatnonzero(np.diff(offset)) + 1).tolist(), len(offset)]
        spans = []
        for low, high in pairwise(edges):
            shift = first + int(offset[low]) - first_minute
            begin, end = max(low + shift, 0), min(high + shift, length)
            if begin < end:
                spans.append((slice(begin - shift, end - shift), slice(begin, end)))
        stretch = Stretch(first, len(offset))
        return WallClock(first_minute, length, stretch, offset, tuple(spans))

    def repeats(self) -> NDArray[np.uint8]:
        """(length,) how often each wall-clock minute took place."""
        return self._sum(np.ones(self.stretch.length)).astype(np.uint8)

    def mean(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Levels on the wall clock; the mean of the observed ones where a minute came twice."""
        return self._over(values, self._sum(~np.isnan(values)))

    def shared(self, amounts: NDArray[np.float64]) -> NDArray[np.float64]:
        """Amounts on the wall clock: over all times that a minute came, so that none is lost.

        A minute that came twice holds half of what was observed in both, also where one of them
        was not: its amount times its `repeats` is what was observed.
        """
        return self._over(amounts, self.repeats())

    def any(self, flags: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Flags on the wall clock: set where any occurrence of the minute is."""
        out = np.zeros(self.length, np.bool_)
        for real, shown in self.spans:
            out[shown] |= flags[real]
        return out

    def last(self, codes: NDArray[np.int8], unknown: int) -> NDArray[np.int8]:
        """Codes on the wall clock: the last known one where a minute came twice."""
        out = np.full(self.length, unknown, np.int8)
        for real, shown in self.spans:
            out[shown] = np.where(codes[real] == unknown, out[shown], codes[real])
        return out

    def notes(self) -> tuple[str, ...]:
        """A sentence for each change of the clock inside the window, beginning with its day."""
        found = []
        for at in (np.flatnonzero(np.diff(self.offset)) + 1).tolist():
            before, after = int(self.offset[at - 1]), int(self.offset[at])
            # the first minute that was left out, or that came again
            first = self.stretch.first + at + min(before, after) - self.first_minute
            if 0 <= first < self.length:
                found.append(_note(first + self.first_minute, after - before))
        return tuple(found)

    def _over(
        self, values: NDArray[np.float64], times: NDArray[np.float64] | NDArray[np.uint8]
    ) -> NDArray[np.float64]:
        """(length,) the sum of what was observed, over so many times; NaN where nothing was."""
        real, shown = self.spans[0] if self.spans else (slice(0), slice(0))
        if shown == slice(0, self.length):  # no minute came twice, and none was left out
            return np.array(values[real])
        seen = self.any(~np.isnan(values))
        return np.where(seen, self._sum(np.nan_to_num(values)) / np.maximum(times, 1), np.nan)

    def _sum(self, values: NDArray[np.float64] | NDArray[np.bool_]) -> NDArray[np.float64]:
        """(length,) the sum over all times that a minute came."""
        out = np.zeros(self.length)
        for real, shown in self.spans:
            out[shown] += values[real]
        return out


def wall_clock(samples: Samples, first_minute: int, length: int, context: int) -> WallClock:
    """The clock that the samples tell: the commonest offset of each hour, kept until it changes.

    A phone that re-sends its week from another zone contradicts a few samples only: the commonest
    offset of an hour (the smaller of equals) is robust to that. Inside an hour the clock changes
    at a quarter, where the samples before it show one offset and those after it another.
    """
    offset = _offset(samples)
    if not len(samples) or (offset == offset[0]).all():
        constant = int(offset[0]) if len(samples) else 0
        offsets = np.full(length + 2 * context, constant)
        return WallClock.of(first_minute, length, first_minute - constant - context, offsets)
    since, shown = _changes(samples)
    low = first_minute - int(offset.max()) - context
    minutes = length + int(np.ptp(offset)) + 2 * context
    at = np.searchsorted(since, (low + np.arange(minutes)) // _QUARTER, side="right") - 1
    return WallClock.of(first_minute, length, low, shown[np.maximum(at, 0)])


def commonest_offsets(
    samples: Samples,
) -> tuple[NDArray[np.int64], NDArray[np.int64], Samples]:
    """Sorted UTC hours that have samples, and the offset (minutes) that each shows.

    That is the commonest, but for hours under a zone so far away that nobody was there. And the
    samples of the hours that show more than one, each once: few, but for a phone that has sent its
    week again under another zone.
    """
    hour = np.floor(samples.start / 3600.0).astype(np.int64)
    key = hour * _MINUTES_OF_OFFSETS + _offset(samples)
    pairs = np.unique(key)
    disputed = np.zeros(len(pairs), np.bool_)
    disputed[1:] = np.diff(_hour_of(pairs)) == 0
    disputed[:-1] |= disputed[1:]
    few = once(samples.select(np.flatnonzero(disputed[np.searchsorted(pairs, key)])))
    key = np.floor(few.start / 3600.0).astype(np.int64) * _MINUTES_OF_OFFSETS + _offset(few)
    counts = np.bincount(np.searchsorted(pairs, key), minlength=len(pairs))
    hours = _hour_of(pairs)
    offsets = pairs - hours * _MINUTES_OF_OFFSETS
    order = np.lexsort((offsets, -counts, hours))
    hours, first = np.unique(hours[order], return_index=True)
    return hours, _without_excursions(hours, offsets[order][first]), few


def _hour_of(pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    return (pairs + _MINUTES_OF_OFFSETS // 2) // _MINUTES_OF_OFFSETS


def _offset(samples: Samples) -> NDArray[np.int64]:
    """(n,) minutes east of UTC."""
    return (samples.offset // 60).astype(np.int64)


def _changes(samples: Samples) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Sorted UTC quarters from which the clock shows an offset, and that offset.

    Between two hours that show different offsets, the change is at the quarter of either from
    which the later offset is the commoner one, or at the border of the two.
    """
    hours, shown, disputed = commonest_offsets(samples)
    order = np.argsort(disputed.start, kind="stable")
    start, offset = disputed.start[order], _offset(disputed)[order]
    entries = [(_QUARTERS * int(hours[0]), int(shown[0]))]
    for at in np.flatnonzero(np.diff(shown)).tolist():
        before, after = int(shown[at]), int(shown[at + 1])
        for hour in hours[at : at + 2].tolist():
            low, high = np.searchsorted(start, [3600.0 * hour, 3600.0 * (hour + 1)])
            turn = _turn(start[low:high], offset[low:high], before, after)
            if turn:
                break
        entries.append((_QUARTERS * hour + turn, after))
    return np.array(entries, np.int64).T[0], np.array(entries, np.int64).T[1]


def _turn(start: NDArray[np.float64], offset: NDArray[np.int64], before: int, after: int) -> int:
    """The quarter (0 to 3) of an hour from which the later offset is the commoner one; else 0."""
    quarter = (start % 3600.0 // 900.0).astype(np.int64)
    early = np.bincount(quarter[offset == before], minlength=_QUARTERS)
    late = np.bincount(quarter[offset == after], minlength=_QUARTERS)
    if before == after or not early.any() or not late.any():
        return 0
    earlier = np.flatnonzero(early > late)
    begin = int(earlier[-1]) + 1 if len(earlier) else 0
    return begin % _QUARTERS


def _without_excursions(hours: NDArray[np.int64], shown: NDArray[np.int64]) -> NDArray[np.int64]:
    """Offsets without those that are far away and back within `_JOURNEY_HOURS`: nobody flies so.

    Such hours hold samples that came under a wrong zone and few others.
    """
    shown = shown.copy()
    first = np.concatenate([[0], np.flatnonzero(np.diff(shown)) + 1])
    for at, begin, stop in zip(first[:-1], first[1:-1], first[2:], strict=False):
        short = hours[stop] - hours[begin] <= _JOURNEY_HOURS
        far = abs(int(shown[begin] - shown[at])) > _DAYLIGHT_SAVING_MINUTES
        if short and far and shown[at] == shown[stop]:
            shown[begin:stop] = shown[at]
    return shown


def _note(minute: int, shift: int) -> str:
    day = datetime.fromtimestamp(minute * 60, UTC).date().isoformat()
    why = (
        "daylight saving or a neighbouring zone"
        if abs(shift) <= _DAYLIGHT_SAVING_MINUTES
        else "travel"
    )
    if shift > 0:
        return f"{day}: the clock went forward {shift} minutes ({why}); these did not take place"
    return f"{day}: the clock went back {-shift} minutes ({why}); these took place twice"
