"""What actigraphy software computes beside the textbook's: Oakley's scores, daily turns, period.

Kept apart from `clarity.domain.sleep.actigraphy`: these rest on a maker's manual and a program, not
on a study. They are here so that their numbers can be compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

if TYPE_CHECKING:
    from numpy.typing import NDArray

OAKLEY: Final = (0.04, 0.2, 1.0, 0.2, 0.04)  # from two minutes before to two after
OAKLEY_THRESHOLD: Final = 40.0  # the maker's "medium"
MOBILE: Final = 4.0  # counts a minute: one in each quarter of it
MOBILE_SHARE: Final = 0.88888
TURN_BINS: Final = 12
PERIODS: Final = (1200.0, 1680.0)  # minutes
PERIOD_EVERY: Final = 6.0  # a record of three months has a peak 15 wide
GOLDEN: Final = (5**0.5 - 1) / 2
HALVINGS: Final = 26  # 12 minutes to 5e-5
LEAST_MINUTES: Final = 2880


def oakley(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    r"""(n,) counts a minute -> (n,) activity of the minutes around; up to a threshold it is sleep.

    .. math:: O_t = 0.04 A_{t-2} + 0.2 A_{t-1} + A_t + 0.2 A_{t+1} + 0.04 A_{t+2}

    Asleep up to 40 (20 and 80 are the maker's other choices), or up to `oakley_threshold`. Unit:
    counts. Range: 0 upwards; higher is more awake. Undefined (NaN) where a minute of the five was
    not observed or lies outside of the record. Oakley 1997, technical report to Mini Mitter;
    validated by Kushida et al. 2001, doi:10.1016/S1389-9457(00)00098-8.

    Args:
        counts: (n,) activity counts a minute, NaN where not observed.

    >>> oakley(np.array([0, 0, 100.0, 0, 0, 0, 0])).tolist()
    [nan, nan, 100.0, 20.0, 4.0, nan, nan]
    """
    edge = np.full(len(OAKLEY) // 2, np.nan)
    padded = np.concatenate([edge, counts, edge])
    return np.asarray(sliding_window_view(padded, len(OAKLEY)) @ np.array(OAKLEY))


def oakley_threshold(counts: NDArray[np.float64]) -> float:
    r"""The threshold that the maker's software takes from the record itself.

    .. math:: 0.88888 \frac{\sum_t A_t}{\#\{t: A_t \ge 4\}}

    Unit: counts. Range: 0 upwards. Undefined (NaN) without a mobile minute, one of four counts or
    more. Source as `oakley`.

    Args:
        counts: (n,) activity counts a minute, NaN where not observed.

    >>> oakley_threshold(np.array([0.0, 3.0, 6.0, np.nan, 9.0]))
    7.99992
    """
    seen = counts[~np.isnan(counts)]
    mobile = int((seen >= MOBILE).sum())
    return float(seen.sum() / mobile * MOBILE_SHARE) if mobile else float("nan")


def activity_turns(
    profile: NDArray[np.float64], half: int = TURN_BINS, *, over_midnight: bool = True
) -> tuple[int, int]:
    r"""(onset, offset) of the active part of the average day, as numbers of bins from its start.

    .. math:: \arg\max_t \frac{a_t}{b_t}, \quad \arg\min_t \frac{a_t}{b_t}

    with a the activity in the `half` bins from t on and b in those before it: where the average
    day turns from rest to activity and back. Unit: bins. Range: 0 to one less than a day's bins.
    Undefined (-1, -1) where a bin is not known or no activity is anywhere; bins with rest on both
    sides do not count. Hammad et al. 2021, doi:10.1371/journal.pcbi.1009514 (AonT, AoffT).

    Args:
        profile: (k,) activity in each bin of the average day.
        half: Bins on each side; 12 of five minutes are an hour.
        over_midnight: Whether the clock is a circle. pyActigraphy looks for turns inside the day
            only, so of somebody who goes to bed at eleven it finds the second-best offset.

    >>> day = np.repeat([1.0, 5.0, 1.0], [84, 192, 12])
    >>> activity_turns(day)
    (84, 276)
    """
    known = not np.isnan(profile).any()
    if not known or profile.max(initial=0.0) <= 0:
        return -1, -1
    around = np.concatenate([profile[-half:], profile, profile[: half - 1]])
    total = sliding_window_view(around, half).sum(axis=1)
    before, after = total[: len(profile)], total[half:]
    turning = before + after > 0
    if not over_midnight:
        turning[:half] = turning[len(profile) - half + 1 :] = False
    share = np.where(turning, after / np.where(turning, before + after, 1.0), np.nan)
    return int(np.nanargmax(share)), int(np.nanargmin(share))


def best_period(values: NDArray[np.float64], width: int = 60) -> float:
    r"""The period between 20 and 28 hours whose wave fits the values best.

    .. math:: \arg\min_\tau \min_{M, a, b} \sum_i (x_i - M - a \cos(2\pi t_i / \tau)
        - b \sin(2\pi t_i / \tau))^2

    Least squares at a period every six minutes, then by halving around the best (golden section,
    Kiefer 1953, doi:10.1090/S0002-9939-1953-0055639-3). Of people who live by the clock it is 24
    hours, and a week tells it to a quarter of an hour at best. Unit: minutes. Range: 1200 to 1680.
    Undefined (NaN) below two days of bins, or if they do not vary. Cornelissen 2014,
    doi:10.1186/1742-4682-11-16.

    Args:
        values: (n,) of each bin, NaN where not observed.
        width: Minutes a bin.

    >>> round(best_period(np.cos(2 * np.pi * np.arange(168) / 24.5)) / 60, 3)
    24.5
    """
    seen = ~np.isnan(values)
    x, at = values[seen], np.asarray(np.flatnonzero(seen) * width, np.float64)
    if len(x) * width < LEAST_MINUTES or np.ptp(x) <= 0:
        return float("nan")
    periods = np.arange(PERIODS[0], PERIODS[1] + 1, PERIOD_EVERY)
    best = int(np.argmin([_misfit(x, at, period) for period in periods]))
    low, high = periods[max(best - 1, 0)], periods[min(best + 1, len(periods) - 1)]
    for _ in range(HALVINGS):
        inner = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
        if _misfit(x, at, inner[0]) < _misfit(x, at, inner[1]):
            high = inner[1]
        else:
            low = inner[0]
    return float((low + high) / 2)


def _misfit(x: NDArray[np.float64], at: NDArray[np.float64], period: float) -> float:
    angle = 2 * np.pi / period * at
    causes = (np.ones(len(x)), np.cos(angle), np.sin(angle))
    # Products one by one: so few are not worth the threads of a matrix product.
    normal = np.array([[float((one * other).sum()) for other in causes] for one in causes])
    fit = np.linalg.solve(normal, [float((cause * x).sum()) for cause in causes])
    rest = x - sum(weight * cause for weight, cause in zip(fit, causes, strict=True))
    return float((rest**2).sum())
