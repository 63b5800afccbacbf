"""The heart's daily wave apart from movement, and the week's other vital signs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from clarity.domain.activity import BEATS, MIN_VITAL_DAYS
from clarity.domain.circadian import HOURS_PER_DAY, MIN_CLOCK_HOURS, MIN_SIGHTINGS, binned, hourly
from clarity.domain.cosinor import NO_WAVE, Cosinor, cosinor
from clarity.domain.metric import CLOCK, Measure, Metric
from clarity.domain.quality import too_few_days

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clarity.domain.grid import Grid
    from clarity.domain.quality import Quality

MIN_PULSES: Final = 3  # minutes of an hour; at rest a watch looks every few minutes

_FIT: Final = "24 h cosinor of hourly heart rate, at no steps, after Bowman 2021"
AMPLITUDE: Final = Measure("heart_rate_amplitude", BEATS, f"half the height of the {_FIT}")
AMPLITUDE_ERROR: Final = Measure(
    "heart_rate_amplitude_error", BEATS, f"half the 95 % confidence interval; {_FIT}"
)
ACROPHASE: Final = Measure("heart_rate_acrophase", CLOCK, f"highest point of the {_FIT}")
# By kind of sample: the measures of its median and of its change from day to day.
VITALS: Final = {
    "heartRateVariabilitySDNN": (
        Measure("heart_rate_variability", "ms", "median of the daily means of the device's SDNN"),
        Measure("heart_rate_variability_spread", "ms", "SD of the daily means of SDNN"),
    ),
    "respiratoryRate": (
        Measure("respiratory_rate", "breaths/min", "median of the device's daily means"),
        Measure("respiratory_rate_spread", "breaths/min", "SD of the device's daily means"),
    ),
    "oxygenSaturation": (
        Measure("oxygen_saturation", "%", "median of the device's daily means"),
        Measure("oxygen_saturation_spread", "%", "SD of the device's daily means"),
    ),
}


def heart_rate_rhythm(heart_rate: NDArray[np.float64], steps: NDArray[np.float64]) -> Cosinor:
    r"""The heart's daily wave, with the part that movement explains taken out.

    .. math:: H_i = M + A \cos(2\pi(t_i - \varphi)/1440) + b S_i + e_i

    H are hourly means of the heart rate (three minutes with a pulse at least) and S the mean steps
    per minute of the hour. Without S the amplitude would be that of the walks. Unit: beats/min.
    Range of the amplitude: 0 upwards. Undefined (all NaN) where `cosinor` is. After Bowman et al.
    2021, doi:10.1016/j.crmeth.2021.100058.

    Args:
        heart_rate: (days * 1440,) beats per minute, NaN where there is none.
        steps: (days * 1440,) steps per minute, NaN where not observed.

    >>> clock = 2 * np.pi * (np.arange(4320) - 960) / 1440
    >>> walks = np.where(np.arange(4320) % 300 < 60, 80.0, 0.0)
    >>> round(heart_rate_rhythm(60 + 6 * np.cos(clock) + 0.3 * walks, walks).amplitude, 1)
    6.0
    """
    return cosinor(binned(heart_rate, 60, least=MIN_PULSES), covariate=hourly(steps))


def summary(daily: NDArray[np.float64]) -> tuple[float, float]:
    """Median of the days, and how much they differ: their sample standard deviation.

    Of SDNN as the device takes it, a few minutes at odd times (Task Force 1996,
    doi:10.1161/01.CIR.93.5.1043, asks for equal lengths: compare only with the same device), and
    of breaths per minute (Natarajan et al. 2021, doi:10.1038/s41746-021-00493-6). Unit: that of
    the days. Range: that of the samples; the deviation 0 upwards. Undefined (NaN) without days,
    the deviation below two.

    Args:
        daily: (days,) mean of each day, NaN where there is none.

    >>> summary(np.array([40.0, np.nan, 50.0, 60.0]))
    (50.0, 10.0)
    """
    seen = daily[~np.isnan(daily)]
    spread = float(seen.std(ddof=1)) if len(seen) > 1 else float("nan")
    return (float(np.median(seen)) if len(seen) else float("nan")), spread


def cardio_metrics(grid: Grid, quality: Quality) -> tuple[Metric, ...]:
    """The heart's wave, heart-rate variability, breathing and oxygen, each with its status."""
    vitals = [
        metric
        for kind, measures in VITALS.items()
        for metric in _vital(grid.vitals[kind], *measures)
    ]
    return (*_rhythm(grid, quality), *vitals)


def _rhythm(grid: Grid, quality: Quality) -> tuple[Metric, ...]:
    measures = (AMPLITUDE, AMPLITUDE_ERROR, ACROPHASE)
    if np.isnan(grid.heart_rate).all():
        reason = "there is no heart rate in the data"
        return tuple(measure.not_applicable(reason) for measure in measures)
    hours = binned(grid.heart_rate, 60, least=MIN_PULSES) + hourly(grid.steps)
    seen = (~np.isnan(hours)).reshape(-1, HOURS_PER_DAY).sum(axis=0) >= MIN_SIGHTINGS
    reason = too_few_days(quality)
    if not reason and seen.sum() < MIN_CLOCK_HOURS:
        reason = (
            f"{MIN_CLOCK_HOURS} clock hours with a pulse on two days are needed,"
            f" {int(seen.sum())} found"
        )
    if reason:
        return tuple(measure.insufficient(reason) for measure in measures)
    fit = heart_rate_rhythm(grid.heart_rate, grid.steps)
    no_wave = f"no daily wave stands out (p = {fit.p_value:.2f})"
    return (
        AMPLITUDE.value(fit.amplitude, "the heart rate does not vary"),
        AMPLITUDE_ERROR.value(fit.amplitude_error, "the heart rate does not vary"),
        ACROPHASE.value(fit.acrophase if fit.p_value < NO_WAVE else float("nan"), no_wave),
    )


def _vital(daily: NDArray[np.float64], median: Measure, spread: Measure) -> tuple[Metric, Metric]:
    days = int((~np.isnan(daily)).sum())
    if not days:
        reason = "there are no such samples in the data"
        return median.not_applicable(reason), spread.not_applicable(reason)
    if days < MIN_VITAL_DAYS:
        reason = f"{MIN_VITAL_DAYS} days with such samples are needed, {days} found"
        return median.insufficient(reason), spread.insufficient(reason)
    middle, deviation = summary(daily)
    return median.value(middle), spread.value(deviation)
