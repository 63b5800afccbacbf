"""Rolling statistics of minutes, some of which were not observed (NaN)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from clarity.domain.minutes.runs import joined, runs

if TYPE_CHECKING:
    from numpy.typing import NDArray

QUANTILE_EVERY: Final = 5  # minutes: a level over hours does not change faster


def rolling_mean(values: NDArray[np.float64], before: int, after: int) -> NDArray[np.float64]:
    """Mean of what was observed from `before` minutes ago to `after` ahead; NaN where nothing was.

    >>> rolling_mean(np.array([1.0, np.nan, 4.0]), 1, 0)
    array([1., 1., 4.])
    """
    seen = ~np.isnan(values)
    if seen.all():
        return _rolling_sum(values, before, after) / _window_lengths(len(values), before, after)
    total = _rolling_sum(np.where(seen, values, 0.0), before, after)
    with np.errstate(invalid="ignore"):  # nothing over nothing is unknown
        return total / _rolling_sum(seen.astype(np.float64), before, after)


def median(values: NDArray[np.float64] | NDArray[np.int64]) -> float:
    """Median of numbers that are all known, one at least: in a fifth of the time of `np.median`.

    >>> median(np.array([4.0, 1.0, 2.0, 9.0]))
    3.0
    """
    ordered = np.sort(values)
    return float((ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2)


def any_within(flags: NDArray[np.bool_], before: int, after: int) -> NDArray[np.bool_]:
    """(n,) whether any minute of the same window is flagged.

    >>> any_within(np.array([True, False, False, True]), 1, 0)
    array([ True,  True, False,  True])
    """
    out = np.zeros(len(flags), np.bool_)
    for low, high in joined(runs(flags), before + after + 1):
        out[max(low - after, 0) : high + before] = True
    return out


def _rolling_sum(values: NDArray[np.float64], before: int, after: int) -> NDArray[np.float64]:
    """(n,) sum of each window; nothing lies beyond the ends."""
    through = np.zeros(len(values) + before + after + 1)
    inside = slice(before + 1, before + 1 + len(values))
    np.cumsum(values, out=through[inside])
    through[inside.stop :] = through[inside.stop - 1]
    return np.asarray(through[before + after + 1 :] - through[: len(values)])


def _window_lengths(minutes: int, before: int, after: int) -> NDArray[np.int64]:
    """(n,) how many minutes of each window there are."""
    at = np.arange(minutes)
    return np.minimum(at + after, minutes - 1) - np.maximum(at - before, 0) + 1


def rolling_max(values: NDArray[np.float64], before: int, after: int) -> NDArray[np.float64]:
    """Largest observed value of the same window; NaN where there is none.

    >>> rolling_max(np.array([1.0, np.nan, 4.0]), 1, 0)
    array([1., 1., 4.])
    """
    filled = np.where(np.isnan(values), -np.inf, values)
    padded = np.pad(filled, (before, after), constant_values=-np.inf)
    best = sliding_window_view(padded, before + after + 1).max(1)
    return np.where(np.isinf(best), np.nan, best)


def minutes_since(event: NDArray[np.bool_], longest: int) -> NDArray[np.float64]:
    """Minutes since the last event, `longest` at most; NaN before the first, where none is known.

    >>> minutes_since(np.array([False, True, False, False]), 1)
    array([nan,  0.,  1.,  1.])
    """
    at = np.arange(len(event))
    last = np.maximum.accumulate(np.where(event, at, -1))
    return np.where(last >= 0, np.minimum(at - last, longest), np.nan)


def quantiles(
    values: NDArray[np.float64], before: int, after: int, shares: tuple[float, ...]
) -> list[NDArray[np.float64]]:
    """Quantiles of what was observed in the window, taken every five minutes and kept in between.

    >>> [each.tolist() for each in quantiles(np.array([3.0, np.nan, 1.0]), 2, 2, (0.0, 0.5))]
    [[1.0, 1.0, 1.0], [2.0, 2.0, 2.0]]
    """
    padded = np.pad(
        np.where(np.isnan(values), np.inf, values), (before, after), constant_values=np.inf
    )
    ordered = np.sort(sliding_window_view(padded, before + after + 1)[::QUANTILE_EVERY], axis=1)
    count = np.isfinite(ordered).sum(1)
    row = np.arange(len(ordered))
    out = []
    for share in shares:
        place = share * np.maximum(count - 1, 0)
        low = np.floor(place).astype(np.int64)
        high = np.minimum(low + 1, np.maximum(count - 1, 0))
        with np.errstate(invalid="ignore"):
            value = ordered[row, low] + (place - low) * (ordered[row, high] - ordered[row, low])
        held = np.where(count > 0, value, np.nan)
        out.append(np.repeat(held, QUANTILE_EVERY)[: len(values)])
    return out
