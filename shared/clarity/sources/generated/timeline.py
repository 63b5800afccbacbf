"""The absolute minutes of some local days: what a wall clock shows when zones and clocks change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

MINUTES_PER_DAY = 1440


@dataclass(frozen=True, slots=True)
class Trip:
    """A journey: from this local time at the destination, the phone is set to its zone."""

    day: int
    minute: int
    zone: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """Every minute from the first local midnight to the last, once, whatever the clocks do.

    `offset` is (minutes,) seconds east of UTC; `day` and `minute` are the wall clock's.
    """

    first_day: date
    days: int
    start: int
    home: str
    trip: Trip | None
    landing: int
    offset: NDArray[np.int32]
    day: NDArray[np.int64]
    minute: NDArray[np.int64]

    @classmethod
    def of(cls, first_day: date, days: int, home: str, trip: Trip | None = None) -> Timeline:
        """The minutes of `days` local days; a trip shortens or lengthens the day it falls on."""
        start = _epoch(first_day, 0, home)
        end = _epoch(first_day + timedelta(days), 0, trip.zone if trip else home)
        landing = _epoch(first_day + timedelta(trip.day), trip.minute, trip.zone) if trip else end
        epochs = np.arange(start, end, 60, dtype=np.int64)
        offset = np.where(
            epochs < landing, _offsets(epochs, home), _offsets(epochs, trip.zone if trip else home)
        ).astype(np.int32)
        wall = (epochs + offset - _midnight(first_day)) // 60
        return cls(
            first_day, days, start, home, trip, landing, offset, *np.divmod(wall, MINUTES_PER_DAY)
        )

    def __len__(self) -> int:
        """How many minutes passed: 1440 a day only where no clock changed."""
        return len(self.offset)

    def index(self, day: int, minute: float) -> int:
        """The absolute minute at which a clock showed this; may lie outside the timeline.

        A minute past 1440 belongs to the evening before it: it is read on that day's clock.
        """
        zone = self.trip.zone if self.trip and day >= self.trip.day else self.home
        return (_epoch(self.first_day + timedelta(day), minute, zone) - self.start) // 60

    def epoch(self, index: float) -> float:
        """Seconds since 1970 at an absolute minute."""
        return self.start + 60 * index

    def moment(self, index: float) -> datetime:
        """The instant of an absolute minute, in UTC."""
        return datetime.fromtimestamp(self.epoch(index), UTC)

    def zone_at(self, epoch_s: float) -> str:
        """The IANA zone that the phone is set to at this moment."""
        return self.trip.zone if self.trip and epoch_s >= self.landing else self.home

    def by_local_minute(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """(days, 1440): a minute that came twice holds the sum, one that never came NaN."""
        total = np.zeros((self.days, MINUTES_PER_DAY))
        seen = np.zeros((self.days, MINUTES_PER_DAY), dtype=bool)
        inside = (self.day >= 0) & (self.day < self.days)
        at = (self.day[inside], self.minute[inside])
        np.add.at(total, at, values[inside])
        seen[at] = True
        total[~seen] = np.nan
        return total

    def last_by_local_minute(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """(days, 1440): a minute that came twice holds the later value, one that never came NaN."""
        out = np.full((self.days, MINUTES_PER_DAY), np.nan)
        inside = (self.day >= 0) & (self.day < self.days)
        out[self.day[inside], self.minute[inside]] = values[inside]
        return out


def _midnight(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def _epoch(day: date, minute: float, zone: str) -> int:
    wall = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)) + timedelta(minutes=minute)
    return int(wall.timestamp())


def _offsets(epochs: NDArray[np.int64], zone: str) -> NDArray[np.int32]:
    """Seconds east of UTC at each minute: one look-up a half hour, on which all clocks change."""
    info = ZoneInfo(zone)
    known: Mapping[int, int] = {
        int(half): _offset(int(half) * 1800, info) for half in np.unique(epochs // 1800)
    }
    return np.array([known[int(half)] for half in epochs // 1800], dtype=np.int32)


def _offset(epoch_s: int, zone: ZoneInfo) -> int:
    offset = datetime.fromtimestamp(epoch_s, zone).utcoffset() or timedelta()
    return int(offset.total_seconds())
