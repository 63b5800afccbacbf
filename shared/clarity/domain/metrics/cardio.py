"""The heart's daily wave apart from movement and sleep, and the week's other vital signs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from clarity.domain.metric import CLOCK, Measure, Metric
from clarity.domain.metrics.activity import BEATS, MIN_VITAL_DAYS
from clarity.domain.metrics.circadian import HOURS_PER_DAY, MIN_CLOCK_HOURS, MIN_SIGHTINGS, binned
from clarity.domain.metrics.cosinor import NO_WAVE, Cosinor, cosinor
from clarity.domain.minutes.quality import too_few_days
from clarity.domain.minutes.rolling import any_within, median, rolling_mean
from clarity.domain.sleep.nights import stages_asleep

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from clarity.domain.minutes.grid import Grid
    from clarity.domain.minutes.quality import Quality

MIN_PULSES: Final = 3  # minutes of an hour; at rest a watch looks every few minutes
EFFORT_MINUTES: Final = 3  # of effort that a pulse answers
# From a recorded stage, in which it is known whether the person sleeps; a night apart is not.
SLEEP_KNOWN_MINUTES: Final = 720

_FIT: Final = "24 h cosinor of hourly heart rate, after Bowman 2021"
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


def heart_rate_rhythm(heart_rate: NDArray[np.float64], *causes: NDArray[np.float64]) -> Cosinor:
    r"""The heart's daily wave, with the part that movement and sleep explain taken out.

    .. math:: H_i = M + A \cos(2\pi(t_i - \varphi)/1440) + \sum_k b_k C_{ki} + e_i

    H are hourly means of the heart rate (three minutes with a pulse at least) and C the means of
    each cause over the very minutes that have a pulse: in a workout a watch takes one each second,
    at rest every few minutes, so the hour's mean cause is not what the hour's mean pulse saw.
    Without steps the amplitude would be that of the walks (after Bowman et al. 2021,
    doi:10.1016/j.crmeth.2021.100058); without energy that of cycling; and without sleep that of
    lying asleep, which slows the heart at whatever hour it takes place (Burgess et al. 1997,
    doi:10.1152/ajpheart.1997.273.4.H1761). What is left is the wave that does not need them. Unit:
    beats/min. Range of the amplitude: 0 upwards. Undefined (all NaN) where `cosinor` is.

    Args:
        heart_rate: (days * 1440,) beats per minute, NaN where there is none.
        causes: (days * 1440,) each, steps, energy or sleep per minute, NaN where not known.

    >>> clock = 2 * np.pi * (np.arange(4320) - 960) / 1440
    >>> walks = np.where(np.arange(4320) % 300 < 60, 80.0, 0.0)
    >>> round(heart_rate_rhythm(60 + 6 * np.cos(clock) + 0.3 * walks, walks).amplitude, 1)
    6.0
    """
    hours, others = _hours(heart_rate, causes)
    return cosinor(hours, covariate=others)


def _hours(
    heart_rate: NDArray[np.float64], causes: Sequence[NDArray[np.float64]]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Hourly means of the heart rate, and (hours, causes) those of the causes as it saw them."""
    pulse = ~np.isnan(heart_rate)
    others = [binned(np.where(pulse, cause, np.nan), 60, least=MIN_PULSES) for cause in causes]
    hours = binned(heart_rate, 60, least=MIN_PULSES)
    return hours, np.array(others).reshape(len(causes), len(hours)).T


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
    return (median(seen) if len(seen) else float("nan")), spread


def cardio_metrics(grid: Grid, quality: Quality) -> tuple[Metric, ...]:
    """The heart's wave, heart-rate variability, breathing and oxygen, each with its status."""
    vitals = [
        metric
        for kind, measures in VITALS.items()
        for metric in _vital(grid.vitals[kind], *measures)
    ]
    return (*_rhythm(grid, quality), *vitals)


def _rhythm(grid: Grid, quality: Quality) -> tuple[Metric, ...]:
    taken_out, hours, others = _causes(grid)
    said = f"taken out: {', '.join(taken_out)}"
    amplitude, error, acrophase = (
        replace(measure, method=f"{measure.method}; {said}")
        for measure in (AMPLITUDE, AMPLITUDE_ERROR, ACROPHASE)
    )
    measures = (amplitude, error, acrophase)
    if np.isnan(grid.heart_rate).all():
        reason = "there is no heart rate in the data"
        return tuple(measure.not_applicable(reason) for measure in measures)
    reason = too_few_days(quality)
    seen = _clock_hours(hours, others)
    if not reason and seen < MIN_CLOCK_HOURS:
        reason = f"{MIN_CLOCK_HOURS} clock hours with a pulse on two days are needed, {seen} found"
    if reason:
        return tuple(measure.insufficient(reason) for measure in measures)
    fit = cosinor(hours, covariate=others)
    no_wave = f"no daily wave stands out (p = {fit.p_value:.2f})"
    return (
        amplitude.value(fit.amplitude, "the heart rate does not vary"),
        error.value(fit.amplitude_error, "the heart rate does not vary"),
        acrophase.value(fit.acrophase if fit.p_value < NO_WAVE else float("nan"), no_wave),
    )


def _causes(
    grid: Grid,
) -> tuple[tuple[str, ...], NDArray[np.float64], NDArray[np.float64]]:
    """What else moves the heart, as far as the grid has it, and `_hours` of it."""
    before = EFFORT_MINUTES - 1
    names: list[str] = [grid.signal]
    causes = [rolling_mean(grid.movement, before, 0)]
    if not np.isnan(grid.energy).all():
        names.append("energy")
        causes.append(rolling_mean(grid.energy, before, 0))
    hours, others = _hours(grid.heart_rate, [*causes, _recorded_sleep(grid)])
    # Sleep found in the heart rate would explain the heart rate by itself.
    if _clock_hours(hours, others) >= MIN_CLOCK_HOURS:
        return (*names, "recorded sleep"), hours, others
    return tuple(names), hours, others[:, :-1]


def _recorded_sleep(grid: Grid) -> NDArray[np.float64]:
    """(n,) 1 asleep and 0 awake, NaN far from any recorded stage: that night was not recorded."""
    near = any_within(grid.stage >= 0, SLEEP_KNOWN_MINUTES, SLEEP_KNOWN_MINUTES)
    return np.where(near, stages_asleep(grid), np.nan)


def _clock_hours(hours: NDArray[np.float64], others: NDArray[np.float64]) -> int:
    """How many hours of the clock have a pulse, and all causes with it, on two days."""
    seen = ~np.isnan(hours + others.sum(axis=1))
    return int((seen.reshape(-1, HOURS_PER_DAY).sum(axis=0) >= MIN_SIGHTINGS).sum())


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
