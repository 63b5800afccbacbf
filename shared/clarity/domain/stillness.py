"""Sleep from stillness and a low heart rate, for people whose devices record no sleep stages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from clarity.domain.rolling import rolling_mean
from clarity.domain.runs import joined, runs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clarity.domain.grid import Grid

# After Perez-Pozuelo et al. 2022, doi:10.1038/s41598-022-11792-7: sleep is where the heart rate
# lies below a quantile of the person's own; and after van Hees et al. 2018,
# doi:10.1038/s41598-018-31266-z: in blocks of stillness of 30 minutes, joined over an hour. A
# minute may reach the upper quantile (dreams and turning over), the whole period the lower one.
MINUTE_QUANTILE: Final = 0.7
PERIOD_QUANTILE: Final = 0.5
SMOOTH_MINUTES: Final = 15
STILL_STEPS: Final = 15.0  # within SMOOTH_MINUTES: a few steps to the bathroom, not a walk
BLOCK_MINUTES: Final = 30
GAP_MINUTES: Final = 60
PERIOD_MINUTES: Final = 180  # shorter ones cannot be told from an evening on the sofa
MIN_HEART_RATE_MINUTES: Final = 1440


def detect_rest(grid: Grid) -> NDArray[np.bool_] | None:
    """(n,) minutes asleep by stillness and low heart rate; None without a day of heart rate."""
    half = SMOOTH_MINUTES // 2
    pulse = rolling_mean(grid.heart_rate, half, half)
    known = ~np.isnan(pulse) & ~np.isnan(grid.steps)
    if known.sum() < MIN_HEART_RATE_MINUTES:
        return None
    high, low = np.quantile(pulse[known], [MINUTE_QUANTILE, PERIOD_QUANTILE])
    moved = rolling_mean(grid.steps, half, half) * SMOOTH_MINUTES
    with np.errstate(invalid="ignore"):
        still = known & (pulse <= high) & (moved <= STILL_STEPS)
    blocks = [run for run in runs(still) if run[1] - run[0] >= BLOCK_MINUTES]
    out = np.zeros(len(still), np.bool_)
    for start, stop in joined(blocks, GAP_MINUTES):
        calm = pulse[start:stop][known[start:stop]].mean() <= low
        if calm and still[start:stop].sum() >= PERIOD_MINUTES:
            out[start:stop] = still[start:stop]
    return out
