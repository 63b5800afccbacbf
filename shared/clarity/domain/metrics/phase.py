"""When the rhythm of rest and activity takes place, and how surely that is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from clarity.domain.metric import CLOCK, Measure, Metric
from clarity.domain.metrics.circadian import (
    ACTIVE_HOURS,
    REST_HOURS,
    autocorrelation,
    average_day,
    extreme_hours,
    hourly,
    too_few_hours,
    too_little_profile,
)
from clarity.domain.metrics.cosinor import NO_WAVE, cosinor

if TYPE_CHECKING:
    from clarity.domain.minutes.grid import Grid
    from clarity.domain.minutes.quality import Quality

L5_ONSET: Final = Measure("l5_onset", CLOCK, "beginning of the least active 5 h, as in L5")
M10_ONSET: Final = Measure("m10_onset", CLOCK, "beginning of the most active 10 h, as in M10")
_WAVE: Final = "24 h cosinor of log hourly steps, Cornelissen 2014"
WAVE_PEAK: Final = Measure("cosinor_acrophase", CLOCK, f"highest point of the {_WAVE}")
WAVE_PEAK_ERROR: Final = Measure(
    "cosinor_acrophase_error", "min", f"half the 95 % confidence interval; {_WAVE}"
)
WAVE_HEIGHT: Final = Measure("cosinor_amplitude", "", f"half the height of the {_WAVE}")
WAVE_ERROR: Final = Measure(
    "cosinor_amplitude_error", "", f"half the 95 % confidence interval; {_WAVE}"
)
REPEATED: Final = Measure(
    "autocorrelation_24_h", "", "correlation of hourly steps 24 h apart, Levine 2002"
)


def phase_metrics(grid: Grid, quality: Quality) -> tuple[Metric, ...]:
    """When the rhythm of the grid's movement takes place, each with its status.

    Onsets of L5 and M10, the daily wave of log hourly movement with its confidence interval, and
    the correlation of a day with the next.
    """
    written = (L5_ONSET, M10_ONSET, WAVE_PEAK, WAVE_PEAK_ERROR, WAVE_HEIGHT, WAVE_ERROR, REPEATED)
    measures = tuple(measure.of(grid.signal) for measure in written)
    hours, profile = hourly(grid.movement), average_day(grid.movement)
    reason = too_few_hours(hours, quality) or too_little_profile(profile, quality)
    if reason:
        return tuple(measure.insufficient(reason) for measure in measures)
    if np.nanmin(profile) == np.nanmax(profile):
        reason = f"the {grid.signal} do not vary"
        return tuple(measure.insufficient(reason) for measure in measures)
    wave = cosinor(np.log1p(60.0 * hours))
    known, unknown = wave.p_value < NO_WAVE, f"no daily wave stands out (p = {wave.p_value:.2f})"
    still = f"the {grid.signal} do not vary"
    values = (
        (extreme_hours(profile, REST_HOURS, most=False)[1], ""),
        (extreme_hours(profile, ACTIVE_HOURS, most=True)[1], ""),
        (wave.acrophase if known else float("nan"), unknown),
        (wave.acrophase_error if known else float("nan"), unknown),
        (wave.amplitude, still),
        (wave.amplitude_error, still),
        (autocorrelation(hours), "too few hours were seen on following days"),
    )
    return tuple(
        measure.value(value, undefined)
        for measure, (value, undefined) in zip(measures, values, strict=True)
    )
