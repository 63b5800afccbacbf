"""Minutes of a research device's file become a grid: whole days, bounds, wear.

A minute is a number: minutes since 1970-01-01T00:00 on the wall clock of the person.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from clarity.domain.intake.units import LIMITS
from clarity.domain.minutes.grid import MINUTES_PER_DAY, Grid, grid_of_minutes
from clarity.domain.minutes.nonwear import not_worn
from clarity.domain.minutes.runs import runs
from clarity.domain.minutes.wear import BRIDGE_MINUTES
from clarity.sources.errors import UnreadableSourceError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

    from numpy.typing import NDArray

    from clarity.domain.intake.samples import Rejection

WEEK: Final = 7
MINUTE_S: Final = 60
QUARTER_S: Final = 900
# Research files are dated back to hide when they were made, but no further than this.
EARLIEST: Final = date(1900, 1, 1)
DATED_S: Final = (-6.2e10, 2.5e11)  # the years that a date can have
# What a minute can hold: steps and heart rate as everywhere, counts of any device from 0 up.
BOUNDS: Final[Mapping[str, tuple[float, float]]] = {
    "steps": (0.0, LIMITS["stepCount"].per_minute),
    "counts": (0.0, float("inf")),
    "heart_rate": (LIMITS["heartRate"].low, LIMITS["heartRate"].high),
}
WEAR_COLUMN: Final = "as the file says"
WEAR_CHOI: Final = (
    "all minutes but 90 and more of zeros on end without heart rate or sleep stage"
    " (Choi et al. 2011)"
)


@dataclass(slots=True)
class Minutes:
    """What a file says of each minute.

    Attributes:
        first: The wall-clock minute of position 0.
        channels: By name, (m,) values, NaN where the file has none.
        worn: (m,) as the file says it, if it does.
        stage: (m,) sleep stages, -1 unknown, if it has them.
        source: Name of the device, as far as it is known.
        zone: The zone of its clock, if it is known: then days have their real length.
        remarks: What a reader should know about the reading.
        rejected: What in the file cannot be read.
    """

    first: int
    channels: dict[str, NDArray[np.float64]]
    worn: NDArray[np.bool_] | None = None
    stage: NDArray[np.int8] | None = None
    source: str = ""
    zone: tzinfo | None = None
    remarks: list[str] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)

    def grid(self, last_days: int) -> Grid:
        """The last days, whole and at least a week of them: what the file lacks is not observed."""
        self._leave_out_the_impossible()
        length = len(next(iter(self.channels.values())))
        last = (self.first + length - 1) // MINUTES_PER_DAY
        begin = max(self.first // MINUTES_PER_DAY, last - last_days + 1)
        begin = min(begin, last - WEEK + 1)
        days = last - begin + 1
        at = self.first - begin * MINUTES_PER_DAY
        stage = np.full(length, -1, np.int8) if self.stage is None else self.stage
        grid = grid_of_minutes(
            date(1970, 1, 1) + timedelta(days=begin),
            days,
            {name: _placed(values, at, days, np.nan) for name, values in self.channels.items()},
            worn=_placed(self._worn(), at, days, False),
            stage=_placed(stage, at, days, -1),
            sources=(self.source,) if self.source else (),
        )
        if self.zone is None:
            return grid
        return replace(grid, repeats=_repeats(self.zone, begin, days))

    def _leave_out_the_impossible(self) -> None:
        for name, values in self.channels.items():
            low, high = BOUNDS[name]
            wrong = (values < low) | (values > high) | np.isinf(values)
            if wrong.any():
                self.remarks.append(
                    f"{wrong.sum():,} minutes of {name} left out: expected {low:g} to {high:g},"
                    f" found {values[wrong][0]:g}"
                )
                values[wrong] = np.nan

    def _worn(self) -> NDArray[np.bool_]:
        """Wear: the file's own, else all that was observed but long stretches of zeros.

        A minute with a heart rate or a sleep stage was worn whatever it counts.
        """
        unknown = np.full(len(next(iter(self.channels.values()))), np.nan)
        observed = ~np.isnan([*self.channels.values()]).all(axis=0)
        if self.worn is not None:
            self.remarks.append(f"wear: {WEAR_COLUMN}")
            return np.asarray(observed & self.worn)
        self.remarks.append(f"wear: {WEAR_CHOI}")
        alive = ~np.isnan(self.channels.get("heart_rate", unknown))
        if self.stage is not None:
            alive |= self.stage >= 0
        moved = self.channels.get("counts", self.channels.get("steps", unknown))
        return np.asarray(_bridged(alive) | (observed & ~not_worn(moved)))


def epoch_seconds(times: NDArray[np.float64], name: str) -> int:
    """The commonest distance of sorted times: what a file's epoch is.

    Raises:
        UnreadableSourceError: It is longer than a minute, or no part of one.
    """
    if len(times) < 2:  # noqa: PLR2004 - two times have a distance
        raise UnreadableSourceError(f"expected minutes in {name}, found one time only")
    epoch = commonest_distance(times)
    if epoch > MINUTE_S:
        raise UnreadableSourceError(
            f"expected epochs of at most 60 s in {name}, found {epoch:g} s: what is measured here"
            " needs to know each minute"
        )
    if epoch < 1 or MINUTE_S % epoch:
        raise UnreadableSourceError(
            f"expected epochs that make up a minute in {name}, found {epoch:g} s"
        )
    return int(epoch)


def commonest_distance(times: NDArray[np.float64] | NDArray[np.int64]) -> float:
    """The commonest distance of two or more sorted times, the shortest of equally common ones."""
    distances, counts = np.unique(np.round(np.diff(times), 3), return_counts=True)
    return float(distances[counts.argmax()])


def offsets_in(zone: tzinfo, seconds: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) seconds east of UTC at each instant; all clocks change on a quarter of an hour."""
    dated = np.clip(seconds, *DATED_S)
    quarters, back = np.unique(np.floor_divide(dated, QUARTER_S), return_inverse=True)
    offsets = [
        (datetime.fromtimestamp(quarter * QUARTER_S, zone).utcoffset() or timedelta())
        for quarter in quarters.tolist()
    ]
    return np.array([offset.total_seconds() for offset in offsets])[back]


def _repeats(zone: tzinfo, first_day: int, days: int) -> NDArray[np.uint8]:
    """(days * 1440,) how often each minute of the clock took place in this zone."""
    minutes = np.arange((first_day - 1) * MINUTES_PER_DAY, (first_day + days + 1) * MINUTES_PER_DAY)
    wall = minutes + offsets_in(zone, np.multiply(minutes, 60.0)).astype(np.int64) // 60
    wall -= first_day * MINUTES_PER_DAY
    inside = (wall >= 0) & (wall < days * MINUTES_PER_DAY)
    return np.bincount(wall[inside], minlength=days * MINUTES_PER_DAY).astype(np.uint8)


def _bridged(seen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(m,) with the gaps between two signs filled that are shorter than an hour."""
    filled = seen.copy()
    for low, high in runs(~seen):
        if low and high < len(seen) and high - low < BRIDGE_MINUTES:
            filled[low:high] = True
    return filled


def _placed(values: NDArray[Any], at: int, days: int, empty: object) -> NDArray[Any]:
    """Values on whole days, the first of them at minute `at`; what lies outside is cut."""
    placed = np.full(days * MINUTES_PER_DAY, empty, values.dtype)
    low, high = max(at, 0), min(at + len(values), len(placed))
    placed[low:high] = values[low - at : high - at]
    return placed
