"""How broken rest and activity are: the chance to leave a state once it lasts, per minute."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from clarity.domain.metric import Measure, Metric
from clarity.domain.metrics.activity import ACTIVE, MIN_ACTIVE_MINUTES
from clarity.domain.minutes.quality import too_few_days
from clarity.domain.minutes.runs import Run, runs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from clarity.domain.minutes.grid import Grid
    from clarity.domain.minutes.quality import Quality

SPAN: Final = 0.3  # share of the durations in one local fit
TINY: Final = 1e-9
MIN_DURATIONS: Final = 4  # different ones with a next one; below ten each is its own local fit

REST_TO_ACTIVITY: Final = Measure(
    "rest_to_activity",
    "1/min",
    "kRA: chance per minute to end a lasting rest (no steps), Lim 2011; cut runs censored",
)
ACTIVITY_TO_REST: Final = Measure(
    "activity_to_rest",
    "1/min",
    "kAR: chance per minute to end lasting activity (no rest), Lim 2011; cut runs censored",
)


def leaving_rate(state: NDArray[np.float64], *, cut_runs_end: bool = False) -> float:
    r"""Chance per minute to leave a state that has lasted a while: kRA of rest, kAR of activity.

    .. math:: p(t_k) = \frac{d_k}{N_k (t_{k+1} - t_k)}, \quad
        k = \frac{\sum_{k \in C} p(t_k) w_k}{\sum_{k \in C} w_k}, \quad w_k = \sqrt{N_k + N_{k+1}}

    N_k runs last at least t_k minutes, and d_k of them end then. C is the longest stretch of
    durations in which p stays within one standard deviation of its LOWESS curve (Cleveland 1979,
    doi:10.1080/01621459.1979.10481038), where the chance hardly depends on how long the state has
    lasted. A run that the data cuts short is known to have lasted so long and is not taken to
    end; one whose beginning is not seen is left out. Unit: 1/min. Range: 0 to 1; higher is more
    broken. Undefined (NaN) below five different durations. Lim et al. 2011,
    doi:10.5665/sleep.1400.

    Args:
        state: (n,) 1 in the state, 0 out of it, NaN unknown, minute by minute.
        cut_runs_end: Take every run as it is seen, with its beginning and end, as pyActigraphy
            does.

    >>> lasting = np.random.default_rng(5).geometric(0.1, 2000)
    >>> rest = np.concatenate([np.repeat([1.0, 0.0], [n, 3]) for n in lasting])
    >>> 0.09 < leaving_rate(rest) < 0.11
    True
    """
    lengths, ended = _seen_runs(state, cut_runs_end)
    times, ends = np.unique(lengths[ended], return_counts=True)
    if len(times) <= MIN_DURATIONS:
        return float("nan")
    at_risk = len(lengths) - np.searchsorted(np.sort(lengths), times)
    chance = ends[:-1] / at_risk[:-1] / np.diff(times)
    curve = _lowess(times[:-1].astype(np.float64), chance)
    constant = np.abs(chance - curve) <= chance.std(ddof=1)
    low, high = _longest(runs(constant))
    weight = np.sqrt((at_risk[:-1] + at_risk[1:])[low:high])
    return float(np.average(chance[low:high], weights=weight))


def fragmentation_metrics(grid: Grid, quality: Quality) -> tuple[Metric, ...]:
    """The two rates of leaving rest and activity, each with its status."""
    measures = (REST_TO_ACTIVITY.of(grid.signal), ACTIVITY_TO_REST.of(grid.signal))
    if reason := too_few_days(quality):
        return tuple(measure.insufficient(reason) for measure in measures)
    with np.errstate(invalid="ignore"):
        moving = grid.movement >= ACTIVE
    active = np.where(np.isnan(grid.movement), np.nan, moving)
    minutes = np.count_nonzero(moving)
    if minutes < MIN_ACTIVE_MINUTES:
        reason = f"{MIN_ACTIVE_MINUTES} active minutes are needed, {minutes} found"
        return tuple(measure.insufficient(reason) for measure in measures)
    reason = f"over {MIN_DURATIONS} different durations are needed"
    return (
        REST_TO_ACTIVITY.value(leaving_rate(1.0 - active), reason),
        ACTIVITY_TO_REST.value(leaving_rate(active), reason),
    )


def _seen_runs(
    state: NDArray[np.float64], cut_runs_end: bool
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """(k,) lengths of the runs in the state, and (k,) whether each was seen to end."""
    inside = np.concatenate(([False], state == 1.0, [False]))
    edges = np.flatnonzero(inside[1:] != inside[:-1])
    first, last = edges[::2], edges[1::2]
    if cut_runs_end:
        return last - first, np.ones(len(first), np.bool_)
    around = np.concatenate(([np.nan], state, [np.nan]))
    begun = ~np.isnan(around[first])
    return (last - first)[begun], ~np.isnan(around[last + 1])[begun]


def _longest(stretches: Sequence[Run]) -> Run:
    return max(stretches, key=lambda run: run[1] - run[0])


def _lowess(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """(k,) local linear fit with tricube weights over the nearest `SPAN` of the points, once."""
    near = int(SPAN * len(x) + 1e-10)
    away = np.abs(x[:, None] - x[None, :])
    radius = np.maximum(np.partition(away, near - 1, axis=1)[:, near - 1 : near], TINY)
    weight = np.clip(1.0 - (away / radius) ** 3, 0.0, None) ** 3
    weight /= weight.sum(axis=1, keepdims=True)
    middle = weight @ x
    offset = x[None, :] - middle[:, None]
    spread = (weight * offset**2).sum(axis=1)
    # Where the points with a weight lie on one another there is a level, and no slope.
    flat = np.sqrt(spread) <= 1e-3 * (x[-1] - x[0])
    slope = np.where(flat, 0.0, (weight * offset) @ y / np.where(flat, 1.0, spread))
    return np.asarray(weight @ y + slope * (x - middle))
