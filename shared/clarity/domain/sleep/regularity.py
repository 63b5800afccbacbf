"""When a person sleeps, and how regularly: midpoint, social jet lag, sleep regularity index."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from clarity.domain.metric import CLOCK, Measure, Metric
from clarity.domain.minutes.channels import IN_BED
from clarity.domain.minutes.grid import MINUTES_PER_DAY
from clarity.domain.sleep.nights import NO_DIRECTION, lacking, onset_variability

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from clarity.domain.minutes.grid import Grid
    from clarity.domain.sleep.nights import Sleep, SleepPeriod

SATURDAY: Final = 5
MIN_FREE_NIGHTS: Final = 2
MIN_WORK_NIGHTS: Final = 3
# Who sleeps with the middle between these hours on more than one day works in shifts or keeps no
# weekend, and has other free days: Juda et al. 2013, doi:10.1177/0748730412475041.
DAY_SLEEP: Final = (540.0, 1260.0)  # 9:00 to 21:00
MAX_DAY_SLEEPS: Final = 1
LONGEST_WAKE: Final = 1440  # longer than a day awake is sleep that was not recorded
MIN_PAIRS: Final = 2  # of days, on which a minute of the day must be known
MIN_CLOCK_SHARE: Final = 0.9  # of the minutes of the day that must be known so often

MIDPOINT: Final = Measure(
    "sleep_midpoint", CLOCK, "circular mean of the middles of main sleeps, Mardia & Jupp 1999"
)
OFFSET: Final = Measure(
    "sleep_offset_variability", "min", "circular SD of the last wakings of main sleeps"
)
JET_LAG: Final = Measure(
    "social_jet_lag",
    "min",
    "midpoint of sleeps that end on Saturday or Sunday against the others', Wittmann 2006",
)
SHORT_WAKING: Final = "waking in bed is not seen on nights detected from steps, which raises it"
REGULARITY: Final = Measure(
    "sleep_regularity_index",
    "",
    "chance of the same state 24 h apart, scaled to -100..100, known minutes, Phillips 2017",
)


def circular_mean(minutes: NDArray[np.float64]) -> float:
    r"""Mean of clock times.

    .. math:: \frac{1440}{2\pi} \arg \sum_j e^{2\pi i m_j / 1440}

    Of the middles of main sleeps it is the midpoint of sleep; of all minutes asleep that of
    Phillips et al. 2017 (doi:10.1038/s41598-017-03171-4). Unit: minutes after midnight. Range: 0
    to 1440. Undefined (NaN) without times or where they cancel. Mardia & Jupp 1999,
    doi:10.1002/9780470316979.

    Args:
        minutes: (k,) times in minutes; full days do not matter.

    >>> circular_mean(np.array([1430.0, 30.0]))
    10.0
    """
    angle = minutes * (2 * np.pi / MINUTES_PER_DAY)
    cosine, sine = float(np.cos(angle).sum()), float(np.sin(angle).sum())
    if np.hypot(cosine, sine) <= NO_DIRECTION * max(len(minutes), 1):
        return float("nan")
    mean = float(np.arctan2(sine, cosine)) * MINUTES_PER_DAY / (2 * np.pi)
    return round(mean, 9) % MINUTES_PER_DAY  # rounding before midnight is midnight


def social_jet_lag(free: NDArray[np.float64], work: NDArray[np.float64]) -> float:
    """Distance between the midpoints of sleep on free days and on work days.

    The shorter way round the clock. Unit: minutes. Range: 0 to 720; higher is more jet lag.
    Undefined (NaN) without nights of both kinds. Wittmann et al. 2006,
    doi:10.1080/07420520500545979.

    Args:
        free: (k,) middles of sleep before free days, in minutes.
        work: (m,) the same before work days.

    >>> social_jet_lag(np.array([300.0]), np.array([1435.0, 5.0]))
    300.0
    """
    apart = abs(circular_mean(free) - circular_mean(work))
    return min(apart, MINUTES_PER_DAY - apart)


def sleep_regularity_index(asleep: NDArray[np.float64]) -> float:
    r"""How alike sleep and wake are at the same minute of two following days.

    .. math:: SRI = -100 + \frac{200}{M} \sum_{m=1}^{M} \frac{1}{|P_m|} \sum_{d \in P_m}
        \delta(s_{d,m}, s_{d+1,m})

    P_m are the pairs of days on which minute m of the day is known, so each of the M minutes of
    the day weighs the same however often it was seen; with all minutes known this is Phillips et
    al. 2017, doi:10.1038/s41598-017-03171-4. Unit: none. Range: -100 to 100, 0 for chance and 100
    for the same every day; higher is more regular. Undefined (NaN) without a known pair. Missing
    minutes as in Windred et al. 2021, doi:10.1093/sleep/zsab254.

    Args:
        asleep: (n,) 1 asleep, 0 awake, NaN unknown, minute by minute; it may begin anywhere.

    >>> sleep_regularity_index(np.tile(np.repeat([1.0, 0.0], [480, 960]), 3))
    100.0
    """
    same, known = _pairs(asleep)
    count = known.sum(axis=0)
    if not count.any():
        return float("nan")
    share = same.sum(axis=0)[count > 0] / count[count > 0]
    return float(200.0 * share.mean() - 100.0)


def timing_metrics(grid: Grid, sleep: Sleep) -> tuple[Metric, ...]:
    """Midpoint, offset variability, social jet lag and regularity, each with its status."""
    measures = (MIDPOINT, OFFSET, JET_LAG, REGULARITY)
    reason = lacking(sleep)
    if sleep.method == "none":
        return tuple(measure.not_applicable(reason) for measure in measures)
    nights = sleep.nights
    regularity = _regularity(grid, sleep)
    if reason:
        return (*(measure.insufficient(reason) for measure in measures[:3]), regularity)
    offsets = np.array([night.offset for night in nights], np.float64)
    return (
        MIDPOINT.value(circular_mean(_middles(nights)), "the sleeps are spread over the day"),
        OFFSET.value(onset_variability(offsets), "the wakings are spread over the day"),
        _jet_lag(grid, nights),
        regularity,
    )


def known_sleep(grid: Grid, sleep: Sleep) -> NDArray[np.float64]:
    """(n,) 1 asleep, 0 awake, NaN unknown.

    A minute is known when it was asleep, observed in movement or staged beyond in bed; but more
    than a day without any sleep is unknown, because sleep that was not recorded is likelier.
    """
    known = sleep.asleep | ~np.isnan(grid.movement) | (grid.stage > IN_BED)
    state = np.where(known, sleep.asleep.astype(np.float64), np.nan)
    at = np.concatenate(([-1], np.flatnonzero(sleep.asleep), [len(state)]))
    for index in np.flatnonzero(np.diff(at) - 1 > LONGEST_WAKE):
        state[at[index] + 1 : at[index + 1]] = np.nan
    return state


def _regularity(grid: Grid, sleep: Sleep) -> Metric:
    measure = REGULARITY
    if not all(sleep.tells_wake(night) for night in sleep.nights):
        measure = replace(measure, method=f"{measure.method}; {SHORT_WAKING}")
    state = known_sleep(grid, sleep)
    share = float((_pairs(state)[1].sum(axis=0) >= MIN_PAIRS).mean()) if len(state) else 0.0
    if share < MIN_CLOCK_SHARE:
        return measure.insufficient(
            f"{MIN_CLOCK_SHARE:.0%} of the minutes of the day must be known on two pairs of days,"
            f" {share:.0%} are"
        )
    return measure.value(sleep_regularity_index(state))


def _jet_lag(grid: Grid, nights: Sequence[SleepPeriod]) -> Metric:
    days = [grid.day((night.offset - 1) // MINUTES_PER_DAY).weekday() for night in nights]
    free = np.array(days) >= SATURDAY
    if free.sum() < MIN_FREE_NIGHTS or (~free).sum() < MIN_WORK_NIGHTS:
        return JET_LAG.insufficient(
            f"{MIN_FREE_NIGHTS} nights before a Saturday or Sunday and {MIN_WORK_NIGHTS} others"
            f" are needed, {free.sum()} and {(~free).sum()} found"
        )
    middles = _middles(nights)
    by_day = [DAY_SLEEP[0] <= middle % MINUTES_PER_DAY < DAY_SLEEP[1] for middle in middles]
    if sum(by_day) > MAX_DAY_SLEEPS:
        return JET_LAG.not_applicable(
            f"{sum(by_day)} main sleeps lie in the day: with night shifts the calendar does not"
            " tell which days are free"
        )
    return JET_LAG.value(social_jet_lag(middles[free], middles[~free]))


def _middles(nights: Sequence[SleepPeriod]) -> NDArray[np.float64]:
    return np.array([(night.onset + night.offset) / 2 for night in nights], np.float64)


def _pairs(asleep: NDArray[np.float64]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """(days, 1440) whether a minute's state is that of the next day, and whether both are known."""
    before, after = asleep[:-MINUTES_PER_DAY], asleep[MINUTES_PER_DAY:]
    if len(before) % MINUTES_PER_DAY:
        blank = np.full(-len(before) % MINUTES_PER_DAY, np.nan)
        before, after = np.concatenate((before, blank)), np.concatenate((after, blank))
    known = ~np.isnan(before) & ~np.isnan(after)
    shape = (-1, MINUTES_PER_DAY)
    return ((before == after) & known).reshape(shape), known.reshape(shape)
