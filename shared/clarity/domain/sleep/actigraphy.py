"""Four published ways to tell sleep from wake in the activity counts of each minute.

Cole-Kripke, Sadeh and Scripps weigh the minutes around a minute; Roenneberg finds whole stretches
of rest against the day's trend and needs days of record. Webster's rules make short sleep among
wake wake. Their weights belong to the counts of the
devices in the papers: on another device's counts the thresholds are only as published. NaN is a
minute that was not observed; what depends on one is NaN, and so is what reaches past the record.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from clarity.domain.minutes.runs import runs

if TYPE_CHECKING:
    from numpy.typing import NDArray

COLE_KRIPKE: Final = (106.0, 54.0, 58.0, 76.0, 230.0, 74.0, 67.0)  # from A(t-4) to A(t+2)
COLE_KRIPKE_SCALE: Final = 0.001
TWO_SECOND_EPOCHS: Final = 30  # in a minute: the paper's "mean activity" is the mean of these
SCRIPPS: Final = (
    *(0.0064, 0.0074, 0.0112, 0.0112, 0.0118, 0.0118, 0.0128, 0.0188, 0.0280, 0.0664),
    *(0.0300, 0.0112, 0.0100),
)  # from A(t-10) to A(t+2)
SCRIPPS_SCALE: Final = 0.204
WAKE: Final = 1.0  # Cole-Kripke and Scripps: asleep below
# Webster's rules: minutes awake, and minutes of sleep after them that are wake too; minutes of
# sleep, and minutes awake on both sides that make them wake.
AFTER_WAKE: Final = ((4, 1), (10, 3), (15, 4))
WITHIN_WAKE: Final = ((6, 10), (10, 20))
BETWEEN: Final = (50.0, 100.0)  # Sadeh's NAT, exclusive
TREND_MINUTES: Final = 1440
REST_SHARE: Final = 0.15
SEED_MINUTES: Final = 30
LONGEST_REST: Final = 720


def cole_kripke(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    r"""(n,) counts a minute -> (n,) wakefulness; a minute below 1 is asleep.

    .. math:: D_t = 0.001 (106 A_{t-4} + 54 A_{t-3} + 58 A_{t-2} + 76 A_{t-1} + 230 A_t
        + 74 A_{t+1} + 67 A_{t+2})

    A is the minute's mean of 2-second epochs, its count over 30. Unit: none. Range: 0 upwards.
    Cole et al. 1992, doi:10.1093/sleep/15.5.461.

    >>> cole_kripke(np.array([0, 0, 0, 0, 300.0, 0, 0, 0, 0, 0, 0]))[4:9].round(2)
    array([2.3 , 0.76, 0.58, 0.54, 1.06])
    """
    return _weighted(counts / TWO_SECOND_EPOCHS, COLE_KRIPKE, COLE_KRIPKE_SCALE)


def rescored(asleep: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(n,) minutes scored as sleep -> (n,) those that remain sleep by Webster's rules.

    Wake is: 1, 3, 4 minutes of sleep after 4, 10, 15 minutes awake or more; up to 6 minutes of
    sleep between 10 awake on both sides, and up to 10 between 20. All of them look at the minutes
    as first scored. Made for scores that take still wakefulness for sleep, as Cole-Kripke's.
    Webster et al. 1982, doi:10.1093/sleep/5.4.389.

    >>> minutes = np.repeat([False, True, False, True], [4, 5, 12, 20])
    >>> runs(rescored(minutes))
    [(5, 9), (24, 41)]
    """
    out = asleep.copy()
    for low, high in runs(~asleep):
        for awake, sleep in AFTER_WAKE:
            if high - low >= awake:
                out[high : high + sleep] = False
    for low, high in runs(asleep):
        for sleep, awake in WITHIN_WAKE:
            before, after = asleep[max(low - awake, 0) : low], asleep[high : high + awake]
            around = len(before) == len(after) == awake and not (before.any() or after.any())
            if high - low <= sleep and around:
                out[low:high] = False
    return out


def scripps(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    r"""(n,) counts a minute -> (n,) wakefulness; a minute below 1 is asleep.

    .. math:: D_t = 0.204 \sum_{i=-10}^{2} w_i A_{t+i}

    Unit: none. Range: 0 upwards. Kripke et al. 2010, doi:10.1111/j.1365-2869.2010.00835.x.

    >>> scripps(np.where(np.arange(21) == 10, 100.0, 0.0))[10:12].round(3)
    array([0.612, 1.355])
    """
    return _weighted(counts, SCRIPPS, SCRIPPS_SCALE)


def _weighted(
    values: NDArray[np.float64], weights: tuple[float, ...], scale: float
) -> NDArray[np.float64]:
    """Weights that end two minutes ahead."""
    padded = np.concatenate([np.full(len(weights) - 3, np.nan), values, np.full(2, np.nan)])
    return np.asarray(scale * (sliding_window_view(padded, len(weights)) @ np.array(weights)))


def sadeh(counts: NDArray[np.float64], *, next_log: bool = False) -> NDArray[np.float64]:
    r"""(n,) counts a minute -> (n,) probability index of sleep; from 0 upwards it is sleep.

    .. math:: PS_t = 7.601 - 0.065\,\mathrm{MEAN} - 1.08\,\mathrm{NAT}
        - 0.056\,\mathrm{SD} - 0.703 \ln(A_t + 1)

    MEAN over the 11 minutes around t; NAT how many of them lie between 50 and 100 counts; SD over
    t and the five minutes before. Unit: none. Sadeh et al. 1994, doi:10.1093/sleep/17.3.201.

    Args:
        counts: (n,) counts a minute.
        next_log: Take the logarithm of the next minute, as pyActigraphy 1.2.2 does.

    >>> sadeh(np.zeros(11))[5]
    np.float64(7.601)
    """
    around = sliding_window_view(np.pad(counts, 5, constant_values=np.nan), 11)
    before = sliding_window_view(np.concatenate([np.full(5, np.nan), counts]), 6)
    within = ((counts > BETWEEN[0]) & (counts < BETWEEN[1])).astype(np.float64)
    between = np.convolve(within, np.ones(11))[5 : 5 + len(counts)]
    alone = np.append(counts[1:], np.nan) if next_log else counts
    return np.asarray(
        7.601
        - 0.065 * around.mean(1)
        - 1.08 * between
        - 0.056 * np.sqrt(((before - before.mean(1)[:, None]) ** 2).sum(1) / 5)
        - 0.703 * np.log1p(alone)
    )


def roenneberg(counts: NDArray[np.float64]) -> NDArray[np.bool_]:
    r"""(n,) counts a minute -> (n,) minutes of consolidated rest, at whatever hour.

    A minute rests below 15 % of the centred mean of 24 hours. Thirty such minutes are a seed, and
    the stretch ends where the next twelve hours correlate most with "rest until here, then none":

    .. math:: k^* = \arg\max_k \mathrm{corr}(x_{1..m}, 1_{1..k})

    among peaks with thirty lower values behind them. Undefined where fewer than twelve hours of
    the 24 are recorded: such minutes are never rest. Roenneberg et al. 2015,
    doi:10.1016/bs.mie.2014.11.028.

    >>> day = np.repeat([50.0, 0.0, 50.0], [900, 480, 1500])
    >>> runs(roenneberg(day))
    [(900, 1380)]
    """
    with np.errstate(invalid="ignore"):
        rest = counts < REST_SHARE * _trend(counts)
    out = np.zeros(len(counts), np.bool_)
    end = 0
    for low, high in runs(rest):
        if high - low < SEED_MINUTES or low < end:
            continue
        end = low + _consolidated(rest[low : low + LONGEST_REST])
        out[low:end] = True
    return out


def _trend(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Centred mean of 24 hours, from the 12 at least that are recorded."""
    half, seen = TREND_MINUTES // 2, ~np.isnan(counts)
    total = np.concatenate([[0.0], np.cumsum(np.where(seen, counts, 0.0))])
    known = np.concatenate([[0], np.cumsum(seen)])
    middle = np.arange(len(counts))
    low, high = np.maximum(middle - half, 0), np.minimum(middle + half, len(counts))
    count = known[high] - known[low]
    mean = (total[high] - total[low]) / np.maximum(count, 1)
    return np.where(count >= half, mean, np.nan)


def _consolidated(rest: NDArray[np.bool_]) -> int:
    """Minutes from a seed's beginning to the best end of its stretch; 0 without a clear one."""
    length = len(rest)
    upto = np.arange(1, length + 1)
    both, total = np.cumsum(rest), int(rest.sum())
    spread = np.sqrt((length - upto) * upto * (float(length - total) * total))
    match = np.full(length, -1.0)
    np.divide(length * both - upto * total, spread, out=match, where=spread > 0)
    peaks = length - SEED_MINUTES - 1
    if peaks <= 0:
        return 0
    behind = sliding_window_view(match[1:], SEED_MINUTES).max(1)[:peaks]
    clear = np.where(match[:peaks] > behind, match[:peaks], -1.0)
    best = int(clear.argmax())
    return best + 1 if clear[best] > -1.0 else 0
