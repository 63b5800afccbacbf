"""Is there enough of a week to say anything? Wear, gaps, oddities, and the gate before any model.

A valid day has at least 10 hours of wear and a week needs at least 4 valid days: the usual rule
for NHANES accelerometry (Troiano et al. 2008, doi:10.1249/mss.0b013e31815a51b3; Matthews et al.
2012, doi:10.1249/MSS.0b013e3182399e5b). A valid hour has at least 30 observed minutes, as in the
data yield of RAPIDS (Vega et al. 2021, doi:10.3389/fdgth.2021.769823).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from clarity.domain.minutes.findings import DayDevices
from clarity.domain.minutes.grid import MINUTES_PER_DAY
from clarity.domain.minutes.imputation import (
    IMPUTE_DAYS,
    IMPUTE_MINUTES,
    INTERPOLATE_MINUTES,
    fillable,
)
from clarity.domain.minutes.outliers import flag
from clarity.domain.minutes.runs import joined, longest_run

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from numpy.typing import NDArray

    from clarity.domain.minutes.grid import Grid

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
        missing_hours: The clock hours (0 to 23) that took place with less than 30 observed minutes.
        steps_device: The device that brought most of the day's steps; empty where none did.
        heart_rate_device: The same of its heart rate.
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
    missing_hours: tuple[int, ...]
    steps_device: str
    heart_rate_device: str


@dataclass(frozen=True, slots=True)
class Imputation:
    """What a model is given for minutes that nobody observed, within stated limits.

    Metrics never use it. Shares are of all minutes of the grid, 0 to 1.

    Attributes:
        interpolated_share: In gaps short enough for a line between their neighbours.
        filled_share: In longer ones, from the person's median of that minute on other days.
        unknown_share: Left unknown.
        interpolated_up_to_minutes: The longest gap that is interpolated.
        filled_up_to_minutes: The longest gap that is filled.
        days_needed: The other days that must have a minute to fill it.
    """

    interpolated_share: float
    filled_share: float
    unknown_share: float
    interpolated_up_to_minutes: int = INTERPOLATE_MINUTES
    filled_up_to_minutes: int = IMPUTE_MINUTES
    days_needed: int = IMPUTE_DAYS


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
        imputation: What would be filled in for a model.
        outliers: By channel and vital sign that was observed, how many values stand out
            (`clarity.domain.minutes.outliers`); they are counted, never cut.
        notes: Device changes and signs of a wrong clock, each beginning with its day.
    """

    coverage: float
    valid_days: int
    days: tuple[DayQuality, ...]
    longest_gap_minutes: int
    sufficient: bool
    missing: tuple[str, ...]
    imputation: Imputation
    outliers: Mapping[str, int]
    notes: tuple[str, ...]

    def to_document(self) -> dict[str, object]:
        """Plain values for a document store; days as ISO dates."""
        days = [
            {
                **_fields(day),
                "date": day.date.isoformat(),
                "missing_hours": list(day.missing_hours),
            }
            for day in self.days
        ]
        return {
            **_fields(self),
            "days": days,
            "missing": list(self.missing),
            "imputation": _fields(self.imputation),
            "outliers": dict(self.outliers),
            "notes": list(self.notes),
            "method": METHOD,
        }


def _fields(of: DayQuality | Imputation | Quality) -> dict[str, object]:
    """The fields by name; `asdict` would copy what is in them, one by one."""
    return {name: getattr(of, name) for name in of.__slots__}


def assess(grid: Grid) -> Quality:
    """Judge a grid by its evidence of wear, and say what is odd about it."""
    took_place = grid.repeats > 0
    gap = ~grid.worn & took_place
    days = _days(grid, took_place, gap)
    sufficient, coverage = gate(grid)
    valid = sum(day.valid for day in days)
    return Quality(
        coverage=coverage,
        valid_days=valid,
        days=days,
        longest_gap_minutes=longest_run(gap[took_place]),
        sufficient=sufficient,
        missing=() if sufficient else _missing(days, valid),
        imputation=_imputation(grid),
        outliers={name: int(flags.sum()) for name, flags in flag(grid).items()},
        notes=tuple(found.note for found in grid.findings),
    )


def gate(grid: Grid) -> tuple[bool, float]:
    """Whether a grid may go to a model, and its coverage: what `assess` says, without the rest."""
    took_place = grid.repeats > 0
    observed = grid.worn & took_place
    worn = observed.reshape(grid.days, MINUTES_PER_DAY).sum(axis=1)
    sufficient = int((worn >= VALID_DAY_MINUTES).sum()) >= VALID_DAYS_NEEDED
    return sufficient, float(observed.sum() / max(int(took_place.sum()), 1))


def too_few_days(quality: Quality) -> str:
    """Why a metric of the week has no value, where the valid days are too few; else empty."""
    if quality.valid_days >= VALID_DAYS_NEEDED:
        return ""
    return f"{VALID_DAYS_NEEDED} valid days are needed, {quality.valid_days} found"


def _days(
    grid: Grid, took_place: NDArray[np.bool_], gap: NDArray[np.bool_]
) -> tuple[DayQuality, ...]:
    shape = (grid.days, MINUTES_PER_DAY)
    hours = (grid.worn & took_place).reshape(grid.days, 24, 60).sum(axis=2)
    short = (hours < VALID_HOUR_MINUTES) & took_place.reshape(grid.days, 24, 60).any(axis=2)
    worn = hours.sum(axis=1).tolist()
    real = grid.repeats.reshape(shape).sum(axis=1).tolist()
    pulse = (~np.isnan(grid.heart_rate)).reshape(shape).sum(axis=1).tolist()
    sleep = (grid.stage >= 0).reshape(shape).sum(axis=1).tolist()
    valid_hours = (hours >= VALID_HOUR_MINUTES).sum(axis=1).tolist()
    devices = grid.devices or (DayDevices("", ""),) * grid.days
    return tuple(
        DayQuality(
            date=grid.day(at),
            real_minutes=real[at],
            worn_minutes=worn[at],
            heart_rate_minutes=pulse[at],
            sleep_minutes=sleep[at],
            valid_hours=valid_hours[at],
            longest_gap_minutes=longest_run(gap[at * MINUTES_PER_DAY : (at + 1) * MINUTES_PER_DAY]),
            valid=worn[at] >= VALID_DAY_MINUTES,
            missing_minutes=max(VALID_DAY_MINUTES - worn[at], 0),
            missing_hours=tuple(np.flatnonzero(short[at]).tolist()),
            steps_device=devices[at].steps,
            heart_rate_device=devices[at].heart_rate,
        )
        for at in range(grid.days)
    )


def _imputation(grid: Grid) -> Imputation:
    interpolated, filled = fillable(grid)
    left = np.isnan(grid.movement) & ~interpolated & ~filled
    total = max(len(left), 1)
    return Imputation(
        interpolated_share=float(interpolated.sum() / total),
        filled_share=float(filled.sum() / total),
        unknown_share=float(left.sum() / total),
    )


def _missing(days: tuple[DayQuality, ...], valid: int) -> tuple[str, ...]:
    needed = VALID_DAY_MINUTES // 60
    gate_text = (
        f"{VALID_DAYS_NEEDED} days with at least {needed} h of wear are needed, {valid} found"
    )
    return (gate_text, *(_missing_day(day) for day in days if not day.valid))


def _missing_day(day: DayQuality) -> str:
    """What one day lacks, and when: a sentence that begins with the day."""
    name = day.date.isoformat()
    if not day.real_minutes:
        return f"{name}: the day did not take place, the clock went past it"
    lacks = f"{day.worn_minutes / 60:.1f} h of wear, {day.missing_minutes / 60:.1f} h missing"
    if not day.worn_minutes:
        return f"{name}: {lacks}"
    spans = joined([(hour, hour + 1) for hour in day.missing_hours], 1)
    when = ", ".join(f"{low:02d}-{high:02d} h" for low, high in spans)
    return f"{name}: {lacks} (not worn {when})" if when else f"{name}: {lacks}"
