"""What each minute of a grid says of sleep: a record of stages, or movement and heart rate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from clarity.domain.minutes.channels import IN_BED
from clarity.domain.sleep.actigraphy import WAKE, scripps
from clarity.domain.sleep.sleepwake import detect
from clarity.domain.sleep.stillness import (
    detect_rest,
    has_whole_day,
    pulse_known,
    rest_in_counts,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clarity.domain.minutes.grid import Grid

SleepMethod = Literal["stages", "movement_and_heart_rate", "movement", "none"]

MOST: Final = 0.5  # of the minutes of rest that must have a heart rate, to name it in the method


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What one way of knowing says of each minute.

    Attributes:
        method: The way.
        asleep: (n,) minutes asleep.
        awake: (n,) minutes known to be awake, in bed or up.
        bed: (n,) minutes in bed.
        seen: (n,) minutes in which sleep would have been seen.
        observed: (n,) minutes with all that tells sleep from waking.
        holding: (n,) minutes that make one period of the sleep on both sides, however many.
        agreement: Share of the observed minutes of rest in which a published rule says the same;
            None where there is none to compare with.
    """

    method: SleepMethod
    asleep: NDArray[np.bool_]
    awake: NDArray[np.bool_]
    bed: NDArray[np.bool_]
    seen: NDArray[np.bool_]
    observed: NDArray[np.bool_]
    holding: NDArray[np.bool_]
    agreement: float | None = None


def recorded(grid: Grid, asleep: NDArray[np.bool_]) -> Evidence:
    """From the minutes whose recorded stage is sleep."""
    known = grid.stage >= IN_BED
    # A recorded night begins where its record does; a detected one may begin before its evidence.
    seen = np.ones(len(known), np.bool_)
    observed = grid.stage > IN_BED
    return Evidence("stages", asleep, known & ~asleep, known, seen, observed, known)


def detected(grid: Grid) -> Evidence | None:
    """From movement and heart rate; None where they cannot tell.

    Activity counts count turning over: rest is found in them alone, and sleep in the rest by our
    network, with the heart rate where there is one; but not where the device was never worn for a
    day and night, for sitting is then the longest rest there is. Steps do with a heart rate only,
    since a watch on a table takes no steps either. Time in bed is what was recorded of it; without
    a record, from the first to the last minute asleep.
    """
    return _from_counts(grid) if grid.signal == "counts" else _from_steps(grid)


def _from_counts(grid: Grid) -> Evidence | None:
    known = ~np.isnan(grid.counts)
    if not has_whole_day(known):
        return None
    rest = rest_in_counts(grid.counts)
    scored = detect(grid.counts, grid.heart_rate)
    asleep = rest & scored.asleep
    compared = rest & known
    pulse = scored.with_heart_rate[compared]
    by_rule = scripps(grid.counts)[compared] < WAKE
    agreement = float((by_rule == asleep[compared]).mean()) if compared.any() else None
    with_pulse = pulse.size > 0 and float(pulse.mean()) >= MOST
    return Evidence(
        "movement_and_heart_rate" if with_pulse else "movement",
        asleep,
        known & ~asleep,
        asleep | (grid.stage >= IN_BED),
        known,
        known,
        np.zeros(len(known), np.bool_),
        agreement,
    )


def _from_steps(grid: Grid) -> Evidence | None:
    rest = detect_rest(grid)
    if rest is None:
        return None
    known = ~np.isnan(grid.steps)
    holding = np.zeros(len(known), np.bool_)
    bed = rest | (grid.stage >= IN_BED)
    observed = known & pulse_known(grid.heart_rate)
    return Evidence("movement_and_heart_rate", rest, known & ~rest, bed, known, observed, holding)
