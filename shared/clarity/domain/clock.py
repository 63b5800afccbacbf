"""Real minutes and wall-clock minutes: the person's own time, with daylight saving and travel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clarity.domain.columns import Samples

_DAYLIGHT_SAVING_MINUTES: Final = 60
_MINUTES_OF_OFFSETS: Final = 1 << 12  # offsets lie within a day of UTC on either side


@dataclass(frozen=True, slots=True, eq=False)
class WallClock:
    """Where each real minute stands on the wall clock of the window.

    Attributes:
        first_minute: Local minutes since 1970-01-01T00:00 of the window's minute 0.
        length: Minutes of the window.
        start_s: Epoch seconds of the first real minute considered, before the window.
        offset: (m,) int64 minutes east of UTC in each real minute.
    """

    first_minute: int
    length: int
    start_s: float
    offset: NDArray[np.int64]

    @property
    def minutes(self) -> int:
        """Number of real minutes considered."""
        return len(self.offset)

    @property
    def stop_s(self) -> float:
        """Epoch seconds after the last real minute considered."""
        return self.start_s + 60.0 * self.minutes

    def _local(self) -> NDArray[np.int64]:
        """(m,) the window's minute that each real minute shows, also outside of the window."""
        utc = int(self.start_s) // 60 + np.arange(self.minutes)
        return np.asarray(utc + self.offset - self.first_minute, np.int64)

    def _inside(self) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        local = self._local()
        inside = (local >= 0) & (local < self.length)
        return local[inside], inside

    def repeats(self) -> NDArray[np.uint8]:
        """(length,) how often each wall-clock minute took place."""
        counts = np.bincount(self._inside()[0], minlength=self.length)
        return np.minimum(counts, 255).astype(np.uint8)

    def mean(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Values on the wall clock; the mean of the observed ones where a minute came twice."""
        local, inside = self._inside()
        mine = values[inside]
        seen = ~np.isnan(mine)
        count = np.bincount(local[seen], minlength=self.length)
        total = np.bincount(local[seen], mine[seen], minlength=self.length)
        return np.where(count > 0, total / np.maximum(count, 1), np.nan)

    def any(self, flags: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Flags on the wall clock: set where any occurrence of the minute is."""
        local, inside = self._inside()
        return np.bincount(local[flags[inside]], minlength=self.length) > 0

    def last(self, codes: NDArray[np.int8], unknown: int) -> NDArray[np.int8]:
        """Codes on the wall clock: the last known one where a minute came twice."""
        local, inside = self._inside()
        mine = codes[inside]
        out = np.full(self.length, unknown, np.int8)
        known = mine != unknown
        out[local[known]] = mine[known]
        return out

    def notes(self) -> tuple[str, ...]:
        """A sentence for each change of the clock inside the window, beginning with its day."""
        local = self._local()
        found = []
        for at in np.flatnonzero(np.diff(self.offset)) + 1:
            shift = int(self.offset[at] - self.offset[at - 1])
            first = int(local[at - 1] + 1 if shift > 0 else local[at])  # left out, or come again
            if 0 <= first < self.length:
                found.append(_note(first + self.first_minute, shift))
        return tuple(found)


def wall_clock(samples: Samples, first_minute: int, length: int, context: int) -> WallClock:
    """The clock that the samples tell: the commonest offset of each hour, kept until it changes.

    Zones change on the hour, and a phone that re-sends its week from another zone contradicts a
    few samples only: the commonest offset of an hour (the smaller of equals) is robust to both.
    """
    hour = np.floor_divide(samples.start, 3600.0).astype(np.int64)
    offset = np.floor_divide(samples.offset, 60).astype(np.int64)
    if not len(samples) or (offset == offset[0]).all():
        constant = int(offset[0]) if len(samples) else 0
        start = first_minute - constant - context
        return WallClock(
            first_minute, length, 60.0 * start, np.full(length + 2 * context, constant)
        )
    start = first_minute - int(offset.max()) - context
    minutes = length + int(np.ptp(offset)) + 2 * context
    hours, commonest = _commonest(hour, offset)
    at = np.searchsorted(hours, (start + np.arange(minutes)) // 60, side="right") - 1
    return WallClock(first_minute, length, 60.0 * start, commonest[np.maximum(at, 0)])


def _commonest(
    hour: NDArray[np.int64], offset: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Sorted hours that have samples, and the commonest offset of each."""
    pairs, counts = np.unique(hour * _MINUTES_OF_OFFSETS + offset, return_counts=True)
    offsets = (pairs + _MINUTES_OF_OFFSETS // 2) % _MINUTES_OF_OFFSETS - _MINUTES_OF_OFFSETS // 2
    in_hour = (pairs - offsets) // _MINUTES_OF_OFFSETS
    order = np.lexsort((offsets, -counts, in_hour))
    hours, first = np.unique(in_hour[order], return_index=True)
    return hours, offsets[order][first]


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
