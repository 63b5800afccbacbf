"""How briskly a person walks: minutes, bouts and peaks of cadence, in steps per minute."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from clarity.domain.metric import Measure, Metric
from clarity.domain.minutes.grid import MINUTES_PER_DAY
from clarity.domain.minutes.quality import too_few_days
from clarity.domain.minutes.runs import Run, joined, runs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clarity.domain.minutes.grid import Grid
    from clarity.domain.minutes.quality import Quality

# Tudor-Locke et al. 2018, doi:10.1136/bjsports-2017-097628: for adults.
MODERATE_CADENCE: Final = 100.0  # steps/min, 3 metabolic equivalents
VIGOROUS_CADENCE: Final = 130.0  # steps/min, 6 metabolic equivalents
BOUT_MINUTES: Final = 10
# 8 of 10 minutes make a bout: Troiano et al. 2008, doi:10.1249/mss.0b013e31815a51b3.
BOUT_PAUSE_MINUTES: Final = 2
PEAK_MINUTES: Final = 30

_BLURRED: Final = "less than the truth where one sample spans many minutes"
MODERATE: Final = Measure(
    "moderate_minutes",
    "min/day",
    f"observed minutes of >= 100 steps, mean of valid days, Tudor-Locke 2018; {_BLURRED}",
)
VIGOROUS: Final = Measure(
    "vigorous_minutes",
    "min/day",
    f"observed minutes of >= 130 steps, mean of valid days, Tudor-Locke 2018; {_BLURRED}",
)
BOUTS: Final = Measure(
    "moderate_bout_minutes",
    "min/day",
    "minutes in bouts of 10 min or more at >= 100 steps/min with pauses of at most 2 min, mean of"
    " valid days",
)
PEAK: Final = Measure(
    "peak_30_min_cadence",
    "steps/min",
    "mean of the 30 highest minutes of a day, mean of valid days, Tudor-Locke 2012",
)


def cadence_minutes(
    steps: NDArray[np.float64], least: float, below: float = np.inf
) -> NDArray[np.float64]:
    """(days,) observed minutes a day with a cadence of `least` to under `below`.

    At least 100 steps/min is moderate and at least 130 vigorous in adults (Tudor-Locke et al.
    2018, doi:10.1136/bjsports-2017-097628). Unit: min/day. Range: 0 to 1440; higher is more.
    Undefined (NaN) on a day without any observed minute; unobserved minutes add nothing, so a
    day's number is a lower bound.

    Args:
        steps: (days * 1440,) steps per minute, NaN where not observed.
        least: Lowest cadence that counts.
        below: First cadence that does not.

    >>> cadence_minutes(np.repeat([110.0, 20.0, np.nan], [30, 1410, 1440]), 100.0).tolist()
    [30.0, nan]
    """
    days = steps.reshape(-1, MINUTES_PER_DAY)
    with np.errstate(invalid="ignore"):
        count = ((days >= least) & (days < below)).sum(axis=1).astype(np.float64)
    return np.where(np.isnan(days).all(axis=1), np.nan, count)


def bouts(
    steps: NDArray[np.float64],
    least: float = MODERATE_CADENCE,
    minutes: int = BOUT_MINUTES,
    pause: int = BOUT_PAUSE_MINUTES,
) -> list[Run]:
    """The stretches of at least `minutes` at a cadence of `least`, as (first, one past the last).

    Pauses of at most `pause` minutes below it count as part, as 8 of 10 minutes make a bout in
    Troiano et al. 2008, doi:10.1249/mss.0b013e31815a51b3. An unobserved minute ends a bout. Unit
    of both numbers: minutes of the grid. Empty without bouts or observed minutes.

    Args:
        steps: (n,) steps per minute, NaN where not observed.
        least: Cadence in steps/min.
        minutes: Shortest bout.
        pause: Longest pause.

    >>> bouts(np.repeat([110.0, 0.0, 110.0, 0.0], [6, 2, 6, 60]))
    [(0, 14)]
    """
    unknown = np.isnan(steps)
    with np.errstate(invalid="ignore"):
        brisk = runs(steps >= least)
    out: list[Run] = []
    for low, high in joined(brisk, pause + 1):
        # Joined over an unknown minute it is two.
        gaps = runs(unknown[low:high]) if unknown[low:high].any() else []
        edges = [low, *(low + edge for gap in gaps for edge in gap), high]
        out += zip(edges[::2], edges[1::2], strict=True)
    return [(low, high) for low, high in out if high - low >= minutes]


def peak_cadence(steps: NDArray[np.float64], minutes: int = PEAK_MINUTES) -> NDArray[np.float64]:
    """(days,) mean cadence of the day's `minutes` highest minutes, wherever they lie.

    Unit: steps/min. Range: 0 upwards; higher is brisker. Undefined (NaN) on a day with fewer
    observed minutes. Tudor-Locke et al. 2012, doi:10.1123/jpah.9.8.1125.

    Args:
        steps: (days * 1440,) steps per minute, NaN where not observed.
        minutes: How many.

    >>> peak_cadence(np.repeat([120.0, 60.0, 0.0], [15, 15, 1410]))
    array([90.])
    """
    days = steps.reshape(-1, MINUTES_PER_DAY)
    known = np.where(np.isnan(days), -1.0, days)
    top = np.partition(known, MINUTES_PER_DAY - minutes, axis=1)[:, -minutes:]
    return np.where((top >= 0).all(axis=1), top.mean(axis=1), np.nan)


def intensity_metrics(grid: Grid, quality: Quality) -> tuple[Metric, ...]:
    """Moderate and vigorous minutes, bouts and peak cadence, each with its status."""
    measures = (MODERATE, VIGOROUS, BOUTS, PEAK)
    if np.isnan(grid.steps).all() and grid.signal == "counts":
        reason = "a cadence is steps a minute, and the device counts no steps"
        return tuple(measure.not_applicable(reason) for measure in measures)
    if reason := too_few_days(quality):
        return tuple(measure.insufficient(reason) for measure in measures)
    in_bouts = np.zeros(len(grid.steps), np.float64)
    for low, high in bouts(grid.steps):
        in_bouts[low:high] = 1.0
    valid = np.array([day.valid for day in quality.days], np.bool_)
    by_day = (
        cadence_minutes(grid.steps, MODERATE_CADENCE),
        cadence_minutes(grid.steps, VIGOROUS_CADENCE),
        in_bouts.reshape(-1, MINUTES_PER_DAY).sum(axis=1),
        peak_cadence(grid.steps),
    )
    return tuple(
        measure.value(float(values[valid].mean()))
        for measure, values in zip(measures, by_day, strict=True)
    )
