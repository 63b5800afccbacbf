"""The rest-activity rhythm: how strong, how regular, how deep is the contrast of day and night.

All functions take values with NaN where nothing was observed, and NaN never counts as zero. They
return NaN where the number is undefined.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from clarity.domain.metric import Measure, Metric
from clarity.domain.minutes.grid import MINUTES_PER_DAY
from clarity.domain.minutes.quality import too_few_days
from clarity.domain.minutes.runs import runs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clarity.domain.minutes.grid import Grid, Signal
    from clarity.domain.minutes.quality import Quality

HOURS_PER_DAY: Final = 24
REST_HOURS: Final = 5
ACTIVE_HOURS: Final = 10
MIN_SIGHTINGS: Final = 2  # days on which an hour or minute of the day must have been seen
MIN_CLOCK_HOURS: Final = 20  # clock hours that must have been seen so often
MIN_PROFILE_SHARE: Final = 0.9  # of the average day, for L5 and M10
MIN_WINDOW_SHARE: Final = 0.8  # of the minutes in one window of L5 or M10
ROUNDING: Final = 1e-9
_ZERO: Final = np.zeros(1)

STRENGTH: Final = Measure(
    "circadian_rhythm_strength",
    "",
    "share of the variance of log hourly steps at periods of 24 h and 12 h, masked least squares",
)
STABILITY: Final = Measure(
    "interdaily_stability", "", "IS of hourly steps, Witting 1990, missing hours left out"
)
VARIABILITY: Final = Measure(
    "intradaily_variability", "", "IV of hourly steps, Witting 1990, missing hours left out"
)
L5: Final = Measure("l5", "steps/min", "lowest mean of 5 h in the average day, Van Someren 1999")
M10: Final = Measure(
    "m10", "steps/min", "highest mean of 10 h in the average day, Van Someren 1999"
)
AMPLITUDE: Final = Measure("relative_amplitude", "", "(M10 - L5) / (M10 + L5), Van Someren 1999")
RATIO: Final = Measure(
    "rest_activity_ratio", "", "L5 / M10 of the average day, at whatever hours the person rests"
)


def binned(
    minutes: NDArray[np.float64], width: int, least: int | None = None
) -> NDArray[np.float64]:
    """(n / width,) mean per minute of each bin; NaN where too few of its minutes were observed.

    Args:
        minutes: (n,) values per minute, NaN where not observed.
        width: Minutes a bin.
        least: Minutes that must be observed; half of them, unless said.

    >>> binned(np.array([1.0, 3.0, np.nan, 5.0, np.nan, np.nan]), 2).tolist()
    [2.0, 5.0, nan]
    """
    bins = minutes.reshape(-1, width)
    total = bins.sum(axis=1)
    if not np.isnan(total).any():
        return np.asarray(total / width)
    seen = ~np.isnan(bins)
    count = seen.sum(axis=1)
    total = np.where(seen, bins, 0.0).sum(axis=1)
    return np.where(
        count >= (width / 2 if least is None else least), total / np.maximum(count, 1), np.nan
    )


def hourly(minutes: NDArray[np.float64]) -> NDArray[np.float64]:
    """(days * 24,) mean per minute of each clock hour; NaN with under 30 observed minutes.

    >>> hourly(np.repeat([1.0, np.nan], [90, 30])).tolist()
    [1.0, 1.0]
    """
    return binned(minutes, 60)


def interdaily_stability(
    bins: NDArray[np.float64], per_day: int = HOURS_PER_DAY, *, ddof: int = 0
) -> float:
    r"""How alike the days are: variance of the average day over the variance of all hours.

    .. math:: IS = \frac{\sum_h n_h (\bar x_h - \bar x)^2}{\sum_i (x_i - \bar x)^2}

    With all hours observed this is the textbook formula; each clock hour weighs as often as it
    was seen. Unit: none. Range: 0 (no day like another) to 1 (all days equal); higher is more
    regular. Few days push it up. Undefined (NaN) when the hours do not vary.
    Witting et al. 1990, doi:10.1016/0006-3223(90)90523-5; bins of other widths: Goncalves et al.
    2014, doi:10.1016/j.slsci.2014.09.013.

    Args:
        bins: (days * per_day,) values of each hour or other bin, NaN where not observed; any
            length will do.
        per_day: Bins a day.
        ddof: With 1 both are sample variances, of the p clock means as they are and of the bins,
            as pyActigraphy has it. It exceeds the textbook's value (by 3.7 % in a week of hours)
            and can exceed 1.

    >>> interdaily_stability(np.tile(np.arange(24.0), 3))
    1.0
    >>> interdaily_stability(np.ones(48))
    nan
    """
    seen = ~np.isnan(bins)
    x, clock = bins[seen], np.resize(np.arange(per_day), len(bins))[seen]
    total = _variation(x)
    if total <= 0:
        return float("nan")
    count = np.bincount(clock, minlength=per_day)
    mean = np.bincount(clock, x, minlength=per_day) / np.maximum(count, 1)
    if ddof:
        return float(mean[count > 0].var(ddof=ddof) / (total / (len(x) - ddof)))
    return min(float((count * (mean - x.mean()) ** 2).sum() / total), 1.0)


def intradaily_variability(bins: NDArray[np.float64], *, ddof: int = 0) -> float:
    r"""How broken the rhythm is: mean squared step from hour to hour over the variance.

    .. math:: IV = \frac{N \sum_{pairs} (x_i - x_{i-1})^2}{P \sum_i (x_i - \bar x)^2}

    One of the P pairs counts when both its hours were observed. Unit: none. Range: 0 (a slow wave)
    upwards, about 2 for noise; higher is more fragmented. Undefined (NaN) when the hours do not
    vary or no two neighbours were observed. Witting et al. 1990, doi:10.1016/0006-3223(90)90523-5.

    Args:
        bins: (n,) values of each hour or other bin, NaN where not observed.
        ddof: With 1 the variance is the sample's, N - 1 for N, as pyActigraphy has it.

    >>> round(intradaily_variability(np.tile([0.0, 1.0], 24)), 3)
    4.0
    """
    x = bins[~np.isnan(bins)]
    steps = bins[1:] - bins[:-1]
    steps = steps[~np.isnan(steps)]
    total = _variation(x)
    if total <= 0 or not len(steps):
        return float("nan")
    return float((steps @ steps) / len(steps) / (total / (len(x) - ddof)))


def autocorrelation(bins: NDArray[np.float64], lag: int = HOURS_PER_DAY) -> float:
    r"""How well an hour predicts the same hour of the next day.

    .. math:: r = corr(x_i, x_{i + lag})

    The correlation (Pearson) of the pairs of which both were observed. Unit: none. Range: -1 to 1;
    higher is more regular, 0 is no daily rhythm. Undefined (NaN) below `lag` pairs or if they do
    not vary. Levine et al. 2002, doi:10.1186/1471-2202-3-1.

    Args:
        bins: (n,) values of each hour or other bin, NaN where not observed.
        lag: Bins between the two of a pair.

    >>> autocorrelation(np.tile(np.arange(24.0), 3))
    1.0
    """
    before, after = bins[:-lag], bins[lag:]
    both = ~np.isnan(before) & ~np.isnan(after)
    x, y = before[both], after[both]
    scale = np.sqrt(_variation(x) * _variation(y))
    if len(x) < lag or scale <= 0:
        return float("nan")
    return float(np.clip((x - x.mean()) @ (y - y.mean()) / scale, -1.0, 1.0))


def rhythm_strength(hours: NDArray[np.float64]) -> float:
    r"""Share of the variance that a daily wave explains: R^2 of periods 24 h and 12 h.

    Of steps it is taken on log(1 + steps an hour), as Marler et al. 2006 (doi:10.1002/sim.2466) do
    with activity counts: on the raw scale a single long walk outweighs all nights. Least squares
    on the observed hours only (Lomb 1976, doi:10.1007/BF00648343; two-component
    cosinor, Cornelissen 2014, doi:10.1186/1742-4682-11-16), at the two fixed periods. Unit: none.
    Range: 0 (no daily rhythm) to 1 (nothing but a daily wave); higher is stronger. It does not
    depend on when the person is active. Undefined (NaN) below 24 observed hours or if they do not
    vary.

    Args:
        hours: (days * 24,) hourly values, NaN where not observed.

    >>> wave = 1 + np.cos(2 * np.pi * np.arange(96) / 24)
    >>> round(rhythm_strength(wave), 6)
    1.0
    """
    seen = ~np.isnan(hours)
    x = hours[seen]
    total = _variation(x)
    if len(x) < HOURS_PER_DAY or total <= 0:
        return float("nan")
    angle = 2 * np.pi * np.flatnonzero(seen) / HOURS_PER_DAY
    design = np.stack(
        [np.ones(len(x)), np.cos(angle), np.sin(angle), np.cos(2 * angle), np.sin(2 * angle)],
        axis=1,
    )
    fit = design @ np.linalg.lstsq(design, x, rcond=None)[0]
    return float(np.clip(1.0 - ((x - fit) ** 2).sum() / total, 0.0, 1.0))


def average_day(
    minutes: NDArray[np.float64], least_days: int = MIN_SIGHTINGS
) -> NDArray[np.float64]:
    """(1440,) mean of each minute of the day over the days that have it.

    NaN where fewer than `least_days` days have it.

    >>> average_day(np.concatenate([np.full(1440, 1.0), np.full(1440, 3.0)]))[0]
    np.float64(2.0)
    """
    days = minutes.reshape(-1, MINUTES_PER_DAY)
    total = days.sum(axis=0)
    if len(days) >= least_days and not np.isnan(total).any():
        return np.asarray(total / len(days))
    seen = ~np.isnan(days)
    count = seen.sum(axis=0)
    total = np.where(seen, days, 0.0).sum(axis=0)
    return np.where(count >= least_days, total / np.maximum(count, 1), np.nan)


def extreme_hours(profile: NDArray[np.float64], hours: int, *, most: bool) -> tuple[float, int]:
    """(mean, onset minute) of the least or most active stretch of the average day, over midnight.

    With `hours` 5 and least this is L5, with 10 and most M10 (Van Someren et al. 1999,
    doi:10.3109/07420529908998724). Unit: that of the profile. Stretches that lack over 20 % of
    their minutes do not count; (NaN, -1) when none is left. Of equal stretches the middle one
    counts.

    Args:
        profile: (1440,) average day, NaN where not observed.
        hours: Length of the stretch.
        most: Whether the most or the least active one is meant.

    >>> day = np.zeros(1440); day[480:1080] = 30.0
    >>> extreme_hours(day, 10, most=True)
    (30.0, 480)
    """
    length = hours * 60
    mean = _circular_sum(profile, length) / length
    if np.isnan(mean[-1]):
        seen = ~np.isnan(profile)
        count = _circular_sum(seen.astype(np.float64), length)
        enough = count >= MIN_WINDOW_SHARE * length
        if not enough.any():
            return float("nan"), -1
        total = _circular_sum(np.where(seen, profile, 0.0), length)
        mean = np.where(enough, total / np.maximum(count, 1.0), -np.inf if most else np.inf)
    best = mean.max() if most else mean.min()
    return max(float(best), 0.0), _middle_of_ties(np.abs(mean - best) <= ROUNDING)


def relative_amplitude(l5: float, m10: float) -> float:
    """(M10 - L5) / (M10 + L5): contrast of the active and the restful hours.

    Unit: none. Range: 0 (none) to 1 (rest without any activity); higher is more contrast.
    Undefined (NaN) without activity. Van Someren et al. 1999, doi:10.3109/07420529908998724.

    >>> relative_amplitude(1.0, 9.0)
    0.8
    """
    return (m10 - l5) / (m10 + l5) if m10 + l5 > 0 else float("nan")


def rest_activity_ratio(l5: float, m10: float) -> float:
    """L5 / M10: activity in the restful hours as a share of that in the active hours.

    Both stretches are the person's own, so a night shift is no fault. Unit: none. Range: 0 (rest
    without activity) to 1 (no contrast); lower is more contrast; equals (1 - RA) / (1 + RA) with
    RA the relative amplitude. Undefined (NaN) without activity. After Van Someren et al. 1999,
    doi:10.3109/07420529908998724.

    >>> rest_activity_ratio(1.0, 10.0)
    0.1
    """
    return l5 / m10 if m10 > 0 else float("nan")


def rhythm_metrics(grid: Grid, quality: Quality) -> tuple[Metric, ...]:
    """All rhythm metrics of the grid's movement, each with its status."""
    hours = hourly(grid.movement)
    profile = average_day(grid.movement)
    return (
        *_hourly_metrics(hours, quality, grid.signal),
        *_profile_metrics(profile, quality, grid.signal),
    )


def too_few_hours(hours: NDArray[np.float64], quality: Quality) -> str:
    """Why hours are too few for a rhythm; empty when they are enough."""
    seen = (~np.isnan(hours)).reshape(-1, HOURS_PER_DAY).sum(axis=0)
    clock_hours = int((seen >= MIN_SIGHTINGS).sum())
    reason = too_few_days(quality)
    if reason or clock_hours >= MIN_CLOCK_HOURS:
        return reason
    return f"{MIN_CLOCK_HOURS} clock hours seen on two days are needed, {clock_hours} found"


def too_little_profile(profile: NDArray[np.float64], quality: Quality) -> str:
    """Why an average day is too little for L5 and M10; empty when it is enough."""
    share = float((~np.isnan(profile)).mean())
    reason = too_few_days(quality)
    if reason or share >= MIN_PROFILE_SHARE:
        return reason
    return f"{MIN_PROFILE_SHARE:.0%} of the average day must be seen on two days, {share:.0%} was"


def _hourly_metrics(
    hours: NDArray[np.float64], quality: Quality, signal: Signal
) -> tuple[Metric, ...]:
    measures = {
        STRENGTH.of(signal): rhythm_strength(np.log1p(60.0 * hours)),
        STABILITY.of(signal): interdaily_stability(hours),
        VARIABILITY.of(signal): intradaily_variability(hours),
    }
    if reason := too_few_hours(hours, quality):
        return tuple(measure.insufficient(reason) for measure in measures)
    return tuple(
        measure.value(value, f"the {signal} do not vary") for measure, value in measures.items()
    )


def _profile_metrics(
    profile: NDArray[np.float64], quality: Quality, signal: Signal
) -> tuple[Metric, ...]:
    if reason := too_little_profile(profile, quality):
        measures = (L5, M10, AMPLITUDE, RATIO)
        return tuple(measure.of(signal).insufficient(reason) for measure in measures)
    least = extreme_hours(profile, REST_HOURS, most=False)[0]
    most = extreme_hours(profile, ACTIVE_HOURS, most=True)[0]
    return (
        L5.of(signal).value(least),
        M10.of(signal).value(most),
        AMPLITUDE.value(relative_amplitude(least, most), "there is no activity"),
        RATIO.value(rest_activity_ratio(least, most), "there is no activity"),
    )


def _variation(values: NDArray[np.float64]) -> float:
    """Sum of squares around the mean; 0 where only rounding is left of it."""
    if not len(values):
        return 0.0
    deviation = values - values.mean()
    total = float(deviation @ deviation)
    return total if total > 1e-12 * max(float(values @ values), 1e-300) else 0.0


def _circular_sum(values: NDArray[np.float64], length: int) -> NDArray[np.float64]:
    through = np.concatenate((_ZERO, values, values[: length - 1])).cumsum()
    return np.asarray(through[length:] - through[:-length])


def _middle_of_ties(ties: NDArray[np.bool_]) -> int:
    """Middle of the longest circular stretch of True."""
    where = np.flatnonzero(ties)
    if len(where) == 1:
        return int(where[0])
    if len(where) == len(ties):
        return 0
    start = int(np.flatnonzero(~ties)[0])
    turned = np.roll(ties, -start)
    low, high = max(runs(turned), key=lambda run: run[1] - run[0])
    return ((low + high - 1) // 2 + start) % len(ties)
