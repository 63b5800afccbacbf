"""A person's weeks: what is usual for them, where it is heading, and when it changed.

All functions take one value a week, NaN for a week without one; a missing week is no value and
keeps its place in time.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Final

import numpy as np

from clarity.domain.metric import Measure, Metric

if TYPE_CHECKING:
    from numpy.typing import NDArray

MIN_BASELINE_WEEKS: Final = 4
MIN_TREND_WEEKS: Final = 6
MIN_SEGMENT_WEEKS: Final = 4
CONFIDENCE: Final = 0.95
NORMAL_MAD: Final = 1.4826  # standard deviation of a normal distribution over its MAD
# Of a change, in units of the noise: so that of series of 8 to 104 weeks without any change at
# most about one in twenty shows one (tests/unit/test_trends.py measures it).
PENALTY: Final = 1.5
_MEDIAN_STEP: Final = 0.9539  # of neighbouring standard normal values: 0.6745 * sqrt(2)
_MEAN_STEP: Final = 1.1284  # 2 / sqrt(pi)
_Z: Final = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2)


@dataclass(frozen=True, slots=True)
class Baseline:
    """What is usual for a person: median and spread of the weeks before.

    Attributes:
        weeks: How many weeks have a value.
        median: Their median.
        spread: Their scaled median absolute deviation, 0 upwards.
        reach: How many spreads from the median the next week lies at most in 19 of 20 cases, if
            nothing changed and weeks are normally distributed; the fewer the weeks, the farther.
    """

    weeks: int
    median: float
    spread: float
    reach: float


@dataclass(frozen=True, slots=True)
class Trend:
    """Change per week, with its 95 % confidence interval.

    Attributes:
        slope: Median of the slopes between all pairs of weeks.
        low: Lower end of its interval.
        high: Upper end of its interval.
        direction: 1 or -1 where the interval lies above or below 0, else 0. A jump of level has
            one too: `drifts` tells them apart.
    """

    slope: float
    low: float
    high: float
    direction: int


@dataclass(frozen=True, slots=True)
class Segment:
    """Weeks between two changes.

    Attributes:
        first: Index of the first week.
        last: Index one past the last week.
        level: Median of its weeks.
    """

    first: int
    last: int
    level: float


def baseline(weeks: NDArray[np.float64]) -> Baseline:
    r"""Median and spread of the weeks.

    .. math:: m = \mathrm{med}\, x_i, \quad s = 1.4826\, \mathrm{med}\, |x_i - m|

    One odd week moves neither. The reach is 1.96 + 29.3 / n^1.36, which holds the 95 % quantile of
    simulated weeks from n = 4 on (tests/unit/test_trends.py measures it). Unit: that of the
    values. Range: that of the values, the spread 0 upwards. Undefined (NaN) without a week.
    Leys et al. 2013, doi:10.1016/j.jesp.2013.03.013.

    >>> usual = baseline(np.array([7.0, 8.0, 9.0, np.nan, 100.0, 8.0]))
    >>> usual.weeks, usual.median, usual.spread, round(usual.reach, 1)
    (5, 8.0, 1.4826, 5.2)
    """
    seen = weeks[~np.isnan(weeks)]
    if not len(seen):
        return Baseline(0, float("nan"), float("nan"), float("nan"))
    median = float(np.median(seen))
    spread = NORMAL_MAD * float(np.median(np.abs(seen - median)))
    return Baseline(len(seen), median, spread, _Z + 29.3 / len(seen) ** 1.36)


def trend(weeks: NDArray[np.float64]) -> Trend | None:
    r"""Theil-Sen slope per week, with Sen's confidence interval.

    .. math:: b = \mathrm{med}_{i<j} \frac{x_j - x_i}{j - i}

    The interval lies between the two order statistics that Kendall's S, of variance
    (n(n-1)(2n+5) - ties) / 18, allows. It takes the weeks as independent. Unit: that of the
    values, per week. None below six weeks. Sen 1968, doi:10.1080/01621459.1968.10480934.

    >>> found = trend(np.append(np.arange(10.0), 50.0))
    >>> found.slope, found.direction
    (1.0, 1)
    """
    when = np.flatnonzero(~np.isnan(weeks))
    x = weeks[when]
    if len(x) < MIN_TREND_WEEKS:
        return None
    one, other = np.triu_indices(len(x), 1)
    slopes = np.sort((x[other] - x[one]) / (when[other] - when[one]))
    ties = np.unique(x, return_counts=True)[1].astype(np.float64)
    n = len(x)
    variance = (n * (n - 1) * (2 * n + 5) - float((ties * (ties - 1) * (2 * ties + 5)).sum())) / 18
    reach = _Z * np.sqrt(variance)
    low = max(int(np.floor((len(slopes) - reach) / 2)) - 1, 0)
    high = min(int(np.ceil((len(slopes) + reach) / 2)), len(slopes) - 1)
    ends = float(slopes[low]), float(slopes[high])
    direction = 1 if ends[0] > 0 else -1 if ends[1] < 0 else 0
    return Trend(float(np.median(slopes)), *ends, direction)


def segments(
    weeks: NDArray[np.float64], least: int = MIN_SEGMENT_WEEKS, penalty: float = PENALTY
) -> tuple[Segment, ...]:
    r"""The weeks in stretches of equal level; where one ends and the next begins, it changed.

    .. math:: \min_{\tau} \sum_k \Big( \sum_{i \in k} |x_i - \mathrm{med}_k| / s + \beta \log n
        \Big)

    The exact minimum by optimal partitioning (as in Killick et al. 2012,
    doi:10.1080/01621459.2012.737745, without pruning), with the absolute error as cost, so that
    one odd week is no change. s is the scale of the noise: the median absolute difference of
    neighbours over 0.954 (that of two normal variables), their mean one over 1.128 where most
    weeks are equal. Slow drift is cut into steps: read it with `trend`. Weeks without a value
    belong to the stretch around them. Empty without values; one stretch below 2 * `least` weeks.

    Args:
        weeks: (n,) one value a week, NaN where there is none.
        least: Fewest weeks with a value in a stretch.
        penalty: What a further stretch must save, times log n.

    >>> level = np.repeat([7.0, 5.5], 10)
    >>> wiggle = np.tile([0.2, -0.2, 0.1, 0.0], 5)
    >>> [(part.first, part.last) for part in segments(level + wiggle)]
    [(0, 10), (10, 20)]
    """
    when = np.flatnonzero(~np.isnan(weeks))
    x = weeks[when]
    if not len(x):
        return ()
    scale = _noise(x)
    if scale <= 0:
        return (Segment(0, len(weeks), float(np.median(x))),)
    cuts = _partition(x / scale, least, penalty * float(np.log(len(x))))
    edges = [0, *(int(when[cut]) for cut in cuts), len(weeks)]
    values = np.split(x, cuts)
    return tuple(
        Segment(first, last, float(np.median(part)))
        for first, last, part in zip(edges, edges[1:], values, strict=False)
    )


def drifts(weeks: NDArray[np.float64]) -> bool:
    r"""Whether the weeks are better told by a line than by stretches of equal level.

    .. math:: \sum_i |x_i - a - b i| / s + \beta \log n \le
        \sum_k \sum_{i \in k} |x_i - \mathrm{med}_k| / s + (K - 1) \beta \log n

    b is the slope of `trend`, a the median of what it leaves, the K stretches and s are those of
    `segments`: a slope costs as much as a change, so that of a line and one jump the one that
    leaves less is taken. A jump slopes too, and a drift has levels; only one of the two is told.
    False without a trend whose interval leaves zero out.

    >>> drifts(np.arange(12.0)), drifts(np.repeat([5.0, 9.0], 6))
    (True, False)
    """
    found = trend(weeks)
    if found is None or not found.direction:
        return False
    parts = segments(weeks)
    when = np.flatnonzero(~np.isnan(weeks))
    x = weeks[when]
    beside = x - found.slope * when
    line = np.abs(beside - np.median(beside)).sum()
    steps = sum(np.nansum(np.abs(weeks[part.first : part.last] - part.level)) for part in parts)
    change = PENALTY * float(np.log(len(x))) * _noise(x)
    return len(parts) == 1 or bool(line + change <= steps + (len(parts) - 1) * change)


def baseline_metric(name: str, unit: str, weeks: NDArray[np.float64]) -> Metric:
    """How far the last week lies from the person's usual, in their own spread, with its status.

    .. math:: z = (x_n - m) / s

    m and s are the `baseline` of the weeks before. Unit: none (spreads). Range: any; 0 is usual,
    and beyond the baseline's reach, which the method names, is rare. Undefined without a value in
    the last week, below four weeks before it, or where those do not differ.

    Args:
        name: Of the metric whose weeks these are.
        unit: Of its values, for the method.
        weeks: (n,) one value a week, the last one the week in question.

    >>> weeks = np.array([7.0, 8.0, 9.0, 8.5, 8.0, 12.0])
    >>> round(baseline_metric("total_sleep_time", "h", weeks).value, 2)
    5.4
    """
    usual = baseline(weeks[:-1])
    method = f"(week - median) / (1.4826 MAD) of the weeks before, in {unit or 'plain numbers'}"
    if usual.weeks >= MIN_BASELINE_WEEKS:
        method = f"{method}; 19 of 20 usual weeks lie within {usual.reach:.1f}"
    measure = Measure(f"{name}_from_usual", "spreads", method)
    if not len(weeks) or np.isnan(weeks[-1]):
        return measure.insufficient("the week has no value")
    if usual.weeks < MIN_BASELINE_WEEKS:
        return measure.insufficient(
            f"{MIN_BASELINE_WEEKS} weeks before it are needed, {usual.weeks} found"
        )
    if usual.spread <= 0:
        return measure.insufficient("the weeks before do not differ")
    return measure.value((float(weeks[-1]) - usual.median) / usual.spread)


def trend_metric(name: str, unit: str, weeks: NDArray[np.float64]) -> Metric:
    """The `trend` of a metric's weeks as a metric of its own; its interval is in the method.

    >>> trend_metric("l5", "steps/min", np.arange(8.0)).value
    1.0
    """
    found = trend(weeks)
    method, per_week = "Theil-Sen slope, Sen 1968", f"{unit or 1}/week"
    if found is None:
        seen = int((~np.isnan(weeks)).sum())
        return Measure(f"{name}_trend", per_week, method).insufficient(
            f"{MIN_TREND_WEEKS} weeks are needed, {seen} found"
        )
    method = f"{method}; 95 % interval {found.low:.4g} to {found.high:.4g}"
    return Measure(f"{name}_trend", per_week, method).value(found.slope)


def _noise(x: NDArray[np.float64]) -> float:
    steps = np.abs(np.diff(x))
    if not len(steps):
        return 0.0
    return float(np.median(steps)) / _MEDIAN_STEP or float(steps.mean()) / _MEAN_STEP


def _partition(x: NDArray[np.float64], least: int, penalty: float) -> list[int]:
    """Where to cut, at the least cost of all ways to cut into parts of at least `least`."""
    n = len(x)
    best = np.full(n + 1, np.inf)
    best[0], before = 0.0, np.zeros(n + 1, np.int64)
    for last in range(least, n + 1):
        firsts = [0, *range(least, last - least + 1)]
        costs = [best[first] + _absolute_error(x[first:last]) + penalty for first in firsts]
        at = int(np.argmin(costs))
        best[last], before[last] = costs[at], firsts[at]
    cuts: list[int] = []
    at = n
    while before[at] > 0:
        at = int(before[at])
        cuts.insert(0, at)
    return cuts


def _absolute_error(x: NDArray[np.float64]) -> float:
    return float(np.abs(x - np.median(x)).sum())
