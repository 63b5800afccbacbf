"""Non-wear in a record of activity counts, by the rule of Choi et al. 2011.

doi:10.1249/MSS.0b013e3181ed61a3. For devices that count all the time, such as a survey's hip
accelerometer: a phone's or a watch's samples are judged by `clarity.domain.minutes.wear`.

At the wrist the same 90 minutes hold, nights included: Choi et al. 2012,
doi:10.1249/MSS.0b013e318258cb36, tried them on 29 people who wore a device there for 24 hours a
day, and 60 minutes did worse, since a sound sleeper's arm lies still for longer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from clarity.domain.minutes.runs import runs

if TYPE_CHECKING:
    from numpy.typing import NDArray

WINDOW = 90  # minutes without a count that are non-wear
STREAM = 30  # minutes without a count on both sides of what may be a jolt
JOLT = 2  # minutes: a device that is moved, not worn, counts no longer


def not_worn(counts: NDArray[np.integer] | NDArray[np.floating]) -> NDArray[np.bool_]:
    """(m,) activity counts a minute -> (m,) True in stretches of non-wear.

    A stretch of at least 90 minutes of zero counts; counts of up to 2 minutes do not end it where
    30 minutes on both sides (or the record's end) are zero. A minute that is missing (NaN) is not
    still: it ends a stretch, and is never flagged itself.

    >>> not_worn(np.repeat([5, 0, 1, 0, 5], [9, 40, 2, 60, 9])).sum()
    np.int64(102)
    """
    moving = runs(counts != 0)
    still = counts == 0
    ends = [-STREAM, *(high for _, high in moving)]
    starts = [*(low for low, _ in moving), len(counts) + STREAM]
    for i, (low, high) in enumerate(moving):
        alone = low - ends[i] >= STREAM and starts[i + 1] - high >= STREAM
        if high - low <= JOLT and alone and not np.isnan(counts[low:high]).any():
            still[low:high] = True
    flags = np.zeros(len(counts), np.bool_)
    for low, high in runs(still):
        flags[low:high] = high - low >= WINDOW
    return flags
