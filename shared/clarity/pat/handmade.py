"""What a week of steps says without a model: the published metrics, as features of a baseline."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from clarity.domain.metrics import circadian
from clarity.domain.metrics.activity import ACTIVE, transition_probability
from clarity.pat.scaler import STEP_CAP

if TYPE_CHECKING:
    from numpy.typing import NDArray

MINUTES_PER_DAY = 1440
BRISK_STEPS = 100  # a minute, moderate walking: Tudor-Locke 2018, doi:10.1136/bjsports-2017-097628

FEATURES = (
    "log_daily_steps",
    "active_share",
    "brisk_share",
    "fragmentation",
    "rhythm_strength",
    "interdaily_stability",
    "intradaily_variability",
    "log_l5",
    "log_m10",
    "relative_amplitude",
    "l5_phase_cos",
    "l5_phase_sin",
    "m10_phase_cos",
    "m10_phase_sin",
)


def metrics(steps: NDArray[np.floating]) -> NDArray[np.float64]:
    """(n, days * 1440) steps a minute, NaN where missing -> (n, 14) `FEATURES`; NaN if undefined.

    Minutes are cut at the cap that the model's scaler has, so that no sensor error counts.
    """
    capped = np.minimum(steps, STEP_CAP).astype(np.float64)
    return np.array([_of_person(person) for person in capped]).reshape(-1, len(FEATURES))


def _of_person(minutes: NDArray[np.float64]) -> list[float]:
    seen = minutes[~np.isnan(minutes)]
    if not len(seen):
        return [float("nan")] * len(FEATURES)
    hours, profile = circadian.hourly(minutes), circadian.average_day(minutes)
    l5, rest = circadian.extreme_hours(profile, circadian.REST_HOURS, most=False)
    m10, busy = circadian.extreme_hours(profile, circadian.ACTIVE_HOURS, most=True)
    return [
        float(np.log1p(seen.mean() * MINUTES_PER_DAY)),
        float((seen >= ACTIVE).mean()),
        float((seen >= BRISK_STEPS).mean()),
        transition_probability(minutes),
        circadian.rhythm_strength(np.log1p(60.0 * hours)),
        circadian.interdaily_stability(hours),
        circadian.intradaily_variability(hours),
        float(np.log1p(l5)),
        float(np.log1p(m10)),
        circadian.relative_amplitude(l5, m10),
        *_clock(rest),
        *_clock(busy),
    ]


def _clock(minute: int) -> tuple[float, float]:
    """A time of day on the circle, where 23:59 and 00:00 are neighbours; -1 is no time."""
    if minute < 0:
        return float("nan"), float("nan")
    angle = 2 * np.pi * minute / MINUTES_PER_DAY
    return float(np.cos(angle)), float(np.sin(angle))
