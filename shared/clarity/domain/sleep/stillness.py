"""Sleep from stillness and heart rate, for nights whose stages no device recorded.

Each minute is evidence for or against sleep: by the steps around it, and by its heart rate where
that tells sleep from quiet waking in this person. The evidence decides for whole stretches, since
falling asleep and waking up are rare.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from clarity.domain.minutes.rolling import any_within, median, rolling_mean
from clarity.domain.minutes.runs import joined, runs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clarity.domain.minutes.grid import Grid

# Log-odds a minute. A minute is still when the quarter of an hour around it has but a few steps:
# turning over, not a walk. Minutes are not independent, so each counts about a fifteenth.
QUARTER: Final = 15
STILL_STEPS: Final = 15.0
STILL: Final = 0.06
MOVING: Final = -0.4
SHARE: Final = 0.1  # of the log-odds of a heart rate, or a count, that is evidence of its own
LIMIT: Final = 1.5
SWITCH: Final = 4.0  # of falling asleep, and of waking: a nap is 40 minutes of the best evidence
# Heart rates count from their mean of the 48 hours around, effort cut to the upper quartile: that
# holds as much night as day at whatever hour, follows a fever, and outlasts a night without sleep.
LEVEL_MINUTES: Final = 1440  # to each side
LEVEL_QUARTILE: Final = 0.75
LEVEL_EVERY: Final = 180
LEVEL_LEAST: Final = 240
LEVEL_STEP: Final = 10
PULSE_MINUTES: Final = (4, 15)  # to each side: a watch may write one every quarter of an hour
# Two heaps of numbers are two where their means are 2 SD apart: Ashman et al. 1994,
# doi:10.1086/117248. The heart rate counts fully from half an SD above, not from half one below.
APART: Final = (1.5, 2.5)
HALF_SURE: Final = 0.5
# Where it does not part sleep from quiet waking, shorter rest cannot be told from an evening on the
# sofa; joined over an hour as in van Hees et al. 2018, doi:10.1038/s41598-018-31266-z.
PERIOD_MINUTES: Final = 180
GAP_MINUTES: Final = 60
DAY_MINUTES: Final = 1440
# Of a day and night that must be observed: the rest, 4.8 hours, is less than a usual night.
DAY_SHARE: Final = 0.8
MIN_SAMPLES: Final = 60
SAMPLE_EVERY: Final = 5
ROUNDS: Final = 15
LEAST_SPREAD: Final = 1.5  # beats a minute
COUNT_MINUTES: Final = 21
LEAST_COUNT_SPREAD: Final = 0.1  # of the logarithm
EFFORT: Final = 20.0  # beats a minute above the usual: pedalling makes no steps, and is no rest


@dataclass(frozen=True, slots=True)
class Levels:
    """A person's numbers in two heaps: heart rates of quiet minutes, or logarithms of counts.

    Attributes:
        low: Mean of the lower one.
        high: Mean of the higher one.
        spread: SD within them.
    """

    low: float
    high: float
    spread: float

    @property
    def sureness(self) -> float:
        """0 where the two are one heap, 1 where they are clearly two."""
        apart = (self.high - self.low) / self.spread
        return min(max((apart - APART[0]) / (APART[1] - APART[0]), 0.0), 1.0)

    def evidence(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n,) log-odds a minute of the lower heap, as far as there are two; 0 for the unknown."""
        middle = (self.low + self.high) / 2
        odds = (self.high - self.low) / self.spread**2 * (middle - values)
        odds.clip(-LIMIT, LIMIT, out=odds)
        np.copyto(odds, 0.0, where=np.isnan(odds))
        return SHARE * self.sureness * odds


def detect_rest(grid: Grid) -> NDArray[np.bool_] | None:
    """(n,) minutes asleep by stillness and heart rate; None without a day and night of both.

    The most likely course of two states, asleep and awake (a hidden Markov model, Viterbi 1967,
    doi:10.1109/TIT.1967.1054010), with the heart rates of each learnt from the person's own quiet
    minutes. Where these fall into two heaps (`Levels`), naps are found too; where they do
    not, only rest of three hours and more with a heart rate of sleep on the whole.
    """
    known = ~np.isnan(grid.steps)
    pulse = _smoothed(grid.heart_rate)
    both = known & ~np.isnan(pulse)
    if not has_whole_day(both):
        return None
    still = known & (rolling_mean(grid.steps, QUARTER // 2, QUARTER // 2) * QUARTER <= STILL_STEPS)
    pulse = pulse - _level(pulse, both)
    quiet = pulse[both & still & ~any_within(known & ~still, QUARTER, 0)]
    levels = two_levels(quiet[quiet <= EFFORT], LEAST_SPREAD)
    evidence = np.where(still, STILL, MOVING) + levels.evidence(pulse)
    resting = likeliest(np.where(known, evidence, 0.0), SWITCH)
    out = np.zeros(len(known), np.bool_)
    for low, high in joined(runs(resting), GAP_MINUTES):
        part = slice(low, high)
        if _is_sleep(levels, pulse[part][both[part]], int(known[part].sum())):
            out[part] = resting[part]
    return np.asarray(out & known & (grid.steps < 1))


def rest_in_counts(counts: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(n,) activity counts a minute, NaN where not worn -> (n,) minutes of rest, at any hour.

    The likeliest course of rest and activity, by the mean logarithm of the counts around a minute,
    whose two heaps are the person's and the device's own. None where there are no two.
    """
    known = ~np.isnan(counts)
    around = rolling_mean(np.log1p(counts), COUNT_MINUTES // 2, COUNT_MINUTES // 2)
    levels = two_levels(around[known], LEAST_COUNT_SPREAD)
    return likeliest(np.where(known, levels.evidence(around), 0.0), SWITCH) & known


def two_levels(values: NDArray[np.float64], least_spread: float) -> Levels:
    """Numbers in two heaps of one SD, by expectation-maximisation; too few of them are one heap.

    Dempster et al. 1977, doi:10.1111/j.2517-6161.1977.tb01600.x.
    """
    some = values[::SAMPLE_EVERY]
    if len(some) < MIN_SAMPLES:
        middle = median(some) if len(some) else 0.0
        return Levels(middle, middle, least_spread)
    low, high = np.quantile(some, (0.25, 0.75))
    share, spread = 0.5, max((high - low) / 2, least_spread)
    for _ in range(ROUNDS):
        odds = (high - low) / spread**2 * ((low + high) / 2 - some)
        odds += np.log(share / (1 - share))
        lower = 1 / (1 + np.exp(-odds.clip(-30, 30, out=odds)))
        upper, total = 1 - lower, lower.sum()
        share = min(max(float(total / len(some)), 0.1), 0.9)
        low, high = (lower @ some) / total, (upper @ some) / upper.sum()
        within = lower @ (some - low) ** 2 + upper @ (some - high) ** 2
        spread = max(float(np.sqrt(within / len(some))), least_spread)
    return Levels(float(low), float(high), spread)


def likeliest(evidence: NDArray[np.float64], switch: float) -> NDArray[np.bool_]:
    """(n,) log-odds of a state -> (n,) the course that has most for it, each change costing.

    The two-state case of Viterbi's algorithm: only the difference of the two states' best courses
    matters, and it is bounded by the cost of a change.

    >>> likeliest(np.array([1.0, 1.0, -0.5, 1.0, -1.0, -1.0]), 0.7).tolist()
    [True, True, True, True, False, False]
    """
    lead, least = 0.0, -switch
    leads = np.array(
        [
            lead := (switch if lead > switch else least if lead < least else lead) + each
            for each in evidence.tolist()
        ],
        np.float64,
    )
    # The next minute on in which a state leads by more than a change decides; else the last one.
    sure = np.abs(leads) > switch
    sure[-1:] = True
    decider = np.where(sure, np.arange(len(leads)), len(leads))
    return np.asarray(leads[np.minimum.accumulate(decider[::-1])[::-1]] > 0)


def pulse_known(heart_rate: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(n,) minutes with a heart rate as near as the device usually leaves between two."""
    return ~np.isnan(_smoothed(heart_rate))


def _is_sleep(levels: Levels, pulse: NDArray[np.float64], minutes: int) -> bool:
    """Whether a stretch of rest of so many observed minutes has the heart rate of sleep."""
    if not minutes or len(pulse) < minutes / 2:
        return False
    usual = median(pulse)
    if minutes >= PERIOD_MINUTES:
        return usual <= levels.high
    return levels.sureness >= HALF_SURE and usual <= (levels.low + levels.high) / 2


def has_whole_day(observed: NDArray[np.bool_]) -> bool:
    """Whether any 24 hours were observed nearly throughout, so that no sleep can be missing."""
    through = np.concatenate([[0], np.cumsum(observed)])
    days = through[DAY_MINUTES:] - through[:-DAY_MINUTES]
    return bool(days.size and days.max() >= DAY_SHARE * DAY_MINUTES)


def _level(pulse: NDArray[np.float64], both: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(n,) usual heart rate of the hours around, where enough of it is known."""
    side = LEVEL_MINUTES // LEVEL_STEP
    some = np.pad(np.where(both, pulse, np.nan)[::LEVEL_STEP], side, constant_values=np.nan)
    around = sliding_window_view(some, 2 * side)[:: LEVEL_EVERY // LEVEL_STEP]
    near = np.sort(around, axis=1)  # what is unknown comes last
    known = (~np.isnan(near)).sum(axis=1)
    enough = LEVEL_STEP * known >= LEVEL_LEAST
    near, known = near[enough], known[enough]
    quartile = near[np.arange(len(known)), (LEVEL_QUARTILE * known).astype(np.intp)]
    level = np.nansum(np.minimum(near, quartile[:, None]), axis=1) / known
    at = LEVEL_EVERY * np.flatnonzero(enough)
    return np.asarray(np.interp(np.arange(len(pulse)), at, level), np.float64)


def _smoothed(heart_rate: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) mean heart rate around each minute, over as long as the device leaves between two."""
    apart = np.diff(np.flatnonzero(~np.isnan(heart_rate)))
    usual = int(median(apart)) if apart.size else 1
    half = min(max(usual, PULSE_MINUTES[0]), PULSE_MINUTES[1])
    return rolling_mean(heart_rate, half, half)
