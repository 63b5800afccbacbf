"""Is there enough of a week to say anything? Wear, gaps, and the gate in front of every model.

A valid day has at least 10 hours of wear and a week needs at least 4 valid days: the usual rule
for NHANES accelerometry (Troiano et al. 2008, doi:10.1249/mss.0b013e31815a51b3; Matthews et al.
2012, doi:10.1249/MSS.0b013e3182399e5b). A valid hour has at least 30 observed minutes, as in the
data yield of RAPIDS (Vega et al. 2021, doi:10.3389/fdgth.2021.769823).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from clarity.domain.grid import MINUTES_PER_DAY
from clarity.domain.runs import longest_run

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from clarity.domain.grid import Grid

VALID_DAY_MINUTES: Final = 600
VALID_DAYS_NEEDED: Final = 4
VALID_HOUR_MINUTES: Final = 30
METHOD: Final = "wear per minute from heart rate, step records and sleep stages; valid day >= 10 h"


@dataclass(frozen=True, slots=True)
class DayQuality:
    """One calendar day.

    Attributes:
        date: The local day.
        real_minutes: How long the day was: 1440, or 1380 and 1500 when daylight saving changes.
        worn_minutes: Minutes with evidence of wear.
        heart_rate_minutes: Minutes with a heart rate.
        sleep_minutes: Minutes with a recorded sleep stage (in bed included).
        valid_hours: Clock hours with at least 30 observed minutes.
        longest_gap_minutes: The longest stretch without evidence of wear.
        valid: At least 10 hours of wear.
        missing_minutes: Wear that the day lacks to be valid; 0 on a valid day.
    """

    date: date
    real_minutes: int
    worn_minutes: int
    heart_rate_minutes: int
    sleep_minutes: int
    valid_hours: int
    longest_gap_minutes: int
    valid: bool
    missing_minutes: int


@dataclass(frozen=True, slots=True)
class Quality:
    """How much of the grid was observed, and whether that is enough.

    Attributes:
        coverage: Observed share of all minutes that took place, 0 to 1.
        valid_days: Days with at least 10 hours of wear.
        days: One entry per day.
        longest_gap_minutes: The longest stretch without evidence of wear, over midnight too.
        sufficient: At least 4 valid days: the gate in front of every model.
        missing: What lacks, a sentence for the gate and one for each day that is not valid; empty
            when sufficient. `days` has the same as numbers.
    """

    coverage: float
    valid_days: int
    days: tuple[DayQuality, ...]
    longest_gap_minutes: int
    sufficient: bool
    missing: tuple[str, ...]

    def to_document(self) -> dict[str, object]:
        """Plain values for a document store; days as ISO dates."""
        document = asdict(self)
        document["days"] = [{**asdict(day), "date": day.date.isoformat()} for day in self.days]
        return document | {"missing": list(self.missing), "method": METHOD}


def assess(grid: Grid) -> Quality:
    """Judge a grid by its evidence of wear."""
    took_place = grid.repeats > 0
    observed = grid.worn & took_place
    gap = ~observed & took_place
    days = tuple(_day(grid, observed, gap, index) for index in range(grid.days))
    valid = sum(day.valid for day in days)
    sufficient = valid >= VALID_DAYS_NEEDED
    return Quality(
        coverage=float(observed.sum() / max(int(took_place.sum()), 1)),
        valid_days=valid,
        days=days,
        longest_gap_minutes=longest_run(gap[took_place]),
        sufficient=sufficient,
        missing=() if sufficient else _missing(days, valid),
    )


def too_few_days(quality: Quality) -> str:
    """Why a metric of the week has no value, where the valid days are too few; else empty."""
    if quality.valid_days >= VALID_DAYS_NEEDED:
        return ""
    return f"{VALID_DAYS_NEEDED} valid days are needed, {quality.valid_days} found"


def _day(grid: Grid, observed: NDArray[np.bool_], gap: NDArray[np.bool_], index: int) -> DayQuality:
    minutes = slice(index * MINUTES_PER_DAY, (index + 1) * MINUTES_PER_DAY)
    worn = int(observed[minutes].sum())
    return DayQuality(
        date=grid.day(index),
        real_minutes=int(grid.repeats[minutes].sum()),
        worn_minutes=worn,
        heart_rate_minutes=int((~np.isnan(grid.heart_rate[minutes])).sum()),
        sleep_minutes=int((grid.stage[minutes] >= 0).sum()),
        valid_hours=int(
            (observed[minutes].reshape(24, 60).sum(axis=1) >= VALID_HOUR_MINUTES).sum()
        ),
        longest_gap_minutes=longest_run(gap[minutes]),
        valid=worn >= VALID_DAY_MINUTES,
        missing_minutes=max(VALID_DAY_MINUTES - worn, 0),
    )


def _missing(days: tuple[DayQuality, ...], valid: int) -> tuple[str, ...]:
    needed = VALID_DAY_MINUTES // 60
    gate = f"{VALID_DAYS_NEEDED} days with at least {needed} h of wear are needed, {valid} found"
    return (
        gate,
        *(
            f"{day.date.isoformat()}: {day.worn_minutes / 60:.1f} h of wear,"
            f" {day.missing_minutes / 60:.1f} h missing"
            for day in days
            if not day.valid
        ),
    )
