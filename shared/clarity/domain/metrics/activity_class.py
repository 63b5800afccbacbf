"""What each minute was spent on: in bed, sedentary, or light, moderate or vigorous activity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from clarity.domain.metric import Measure, Metric
from clarity.domain.metrics.intensity import MODERATE_CADENCE, VIGOROUS_CADENCE
from clarity.domain.minutes.grid import MINUTES_PER_DAY
from clarity.domain.minutes.quality import too_few_days
from clarity.domain.minutes.rolling import rolling_mean

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clarity.domain.minutes.grid import Grid
    from clarity.domain.minutes.quality import Quality
    from clarity.domain.sleep.nights import Sleep

UNKNOWN: Final = -1
IN_BED, SEDENTARY, LIGHT, MODERATE, VIGOROUS = range(5)
CLASSES: Final = ("in bed", "sedentary", "light", "moderate", "vigorous")  # by code

# Below 20 steps a minute are no or incidental movement, below 100 slow walking: Tudor-Locke & Rowe
# 2012, doi:10.2165/11599170-000000000-00000.
LIGHT_CADENCE: Final = 20.0
# Shares of the heart-rate reserve: Garber et al. 2011, doi:10.1249/MSS.0b013e318213fefb.
LIGHT_RESERVE: Final = 0.3
MODERATE_RESERVE: Final = 0.4
VIGOROUS_RESERVE: Final = 0.6
# The mean of adults of 40 years: Tanaka et al. 2001, doi:10.1016/S0735-1097(00)01054-8.
USUAL_HIGHEST: Final = 180.0
# Active kcal/min at 1.5, 3 and 6 times the energy at rest, of which 1 is rest itself, in somebody
# of 70 kg, who spends 70 kcal an hour at rest: Ainsworth et al. 2011,
# doi:10.1249/MSS.0b013e31821ece12.
LIGHT_ENERGY: Final = 0.5 * 70 / 60
MODERATE_ENERGY: Final = 2 * 70 / 60
VIGOROUS_ENERGY: Final = 5 * 70 / 60
NEAR_MINUTES: Final = 2  # as far as a heart rate speaks for its neighbours

_RULE: Final = (
    "minutes out of bed by cadence (20, 100 and 130 steps/min), without steps by heart-rate reserve"
    " (30, 40 and 60 %) where energy was spent; observed minutes, mean of valid days"
)
TIMES: Final = {
    SEDENTARY: Measure("sedentary_time", "min/day", _RULE),
    LIGHT: Measure("light_activity_time", "min/day", _RULE),
    MODERATE: Measure("moderate_activity_time", "min/day", _RULE),
    VIGOROUS: Measure("vigorous_activity_time", "min/day", _RULE),
}


def class_by_cadence(steps: NDArray[np.float64]) -> NDArray[np.int8]:
    """(n,) the class of a minute by its steps alone, -1 where they are NaN.

    Sedentary below 20 steps, light below 100, moderate below 130 (Tudor-Locke & Rowe 2012,
    doi:10.2165/11599170-000000000-00000; Tudor-Locke et al. 2018,
    doi:10.1136/bjsports-2017-097628, for adults).

    >>> class_by_cadence(np.array([0.0, 20.0, 100.0, 130.0, np.nan])).tolist()
    [1, 2, 3, 4, -1]
    """
    return _graded(steps, LIGHT_CADENCE, MODERATE_CADENCE, VIGOROUS_CADENCE)


def class_by_reserve(share: NDArray[np.float64]) -> NDArray[np.int8]:
    """(n,) the class of an effort by its share of the heart-rate reserve, -1 where it is NaN.

    Light from 30 %, moderate from 40 %, vigorous from 60 % (Garber et al. 2011,
    doi:10.1249/MSS.0b013e318213fefb); below it is as little as sitting.

    >>> class_by_reserve(np.array([0.2, 0.3, 0.59, 0.6])).tolist()
    [1, 2, 3, 4]
    """
    return _graded(share, LIGHT_RESERVE, MODERATE_RESERVE, VIGOROUS_RESERVE)


def activity_class(
    grid: Grid, sleep: Sleep, *, resting: float, highest: float | None = None
) -> NDArray[np.int8]:
    """(n,) int8 the class of each minute, an index of `CLASSES`; -1 where it is unknown.

    In bed are the minutes with a recorded stage, and where none are recorded those of a detected
    sleep in which nobody walks. All others go by `class_by_cadence`. A minute below 20 steps in
    which a device recorded the energy of light activity at least is one on a bicycle or in a pool:
    it goes by `class_by_reserve`, or by that energy where no heart rate was taken within two
    minutes. A fast heart without such energy is fever, coffee or fright, and stays sedentary.

    Args:
        grid: The days.
        sleep: The sleep in them.
        resting: The person's resting heart rate, NaN where it is not known.
        highest: The person's highest heart rate; unless said the highest of these days, and that
            of people of 40 years at least. Twenty years more or less move the border of moderate
            by 6 beats.
    """
    out = class_by_cadence(grid.steps)
    with np.errstate(invalid="ignore"):
        effort = (out == SEDENTARY) & (grid.energy >= LIGHT_ENERGY)
    pulse = rolling_mean(grid.heart_rate, NEAR_MINUTES, NEAR_MINUTES)
    if highest is None:
        highest = float(np.fmax.reduce(grid.heart_rate, initial=USUAL_HIGHEST))
    by_heart = class_by_reserve((pulse - resting) / max(highest - resting, 1.0))
    by_energy = _graded(grid.energy, LIGHT_ENERGY, MODERATE_ENERGY, VIGOROUS_ENERGY)
    out[effort] = np.where(by_heart == UNKNOWN, by_energy, by_heart)[effort]
    out[_in_bed(grid, sleep)] = IN_BED
    return out


def class_minutes(classes: NDArray[np.int8], wanted: int) -> NDArray[np.float64]:
    """(days,) minutes of one class on each day; NaN on a day of which nothing is known.

    Unit: min/day. Range: 0 to 1440. Unknown minutes add nothing: a day's number is a lower bound.

    >>> class_minutes(np.repeat(np.array([1, 2, -1], np.int8), [1400, 40, 1440]), LIGHT).tolist()
    [40.0, nan]
    """
    days = classes.reshape(-1, MINUTES_PER_DAY)
    unknown = (days == UNKNOWN).all(axis=1)
    return np.where(unknown, np.nan, (days == wanted).sum(axis=1).astype(np.float64))


def class_metrics(
    grid: Grid, quality: Quality, sleep: Sleep, *, resting: float
) -> tuple[Metric, ...]:
    """Sedentary, light, moderate and vigorous minutes a day, each with its status.

    Unit: min/day. Range: 0 to 1440; less sitting and more activity is better (Ekelund et al. 2019,
    doi:10.1136/bmj.l4570). Insufficient on too few valid days; sedentary time also where no sleep
    was found, since sitting cannot be told from lying in bed then.
    """
    if np.isnan(grid.steps).all() and grid.signal == "counts":
        reason = "the classes are of steps, and the device counts none"
        return tuple(measure.not_applicable(reason) for measure in TIMES.values())
    if reason := too_few_days(quality):
        return tuple(measure.insufficient(reason) for measure in TIMES.values())
    classes = activity_class(grid, sleep, resting=resting)
    valid = np.array([day.valid for day in quality.days], np.bool_)
    out = {
        code: measure.value(float(class_minutes(classes, code)[valid].mean()))
        for code, measure in TIMES.items()
    }
    if sleep.method == "none":
        reason = "no sleep was found, and without it sitting looks like lying in bed"
        out[SEDENTARY] = TIMES[SEDENTARY].insufficient(reason)
    return tuple(out.values())


def _graded(
    values: NDArray[np.float64], light: float, moderate: float, vigorous: float
) -> NDArray[np.int8]:
    grade = np.full(len(values), SEDENTARY, np.int8)
    for least in (light, moderate, vigorous):
        grade += values >= least
    grade[np.isnan(values)] = UNKNOWN
    return grade


def _in_bed(grid: Grid, sleep: Sleep) -> NDArray[np.bool_]:
    bed = np.asarray((grid.stage >= 0) | sleep.asleep)
    with np.errstate(invalid="ignore"):
        walking = grid.steps >= LIGHT_CADENCE
    for period in sleep.periods:
        if period.method != "stages":
            part = slice(period.onset, period.offset)
            bed[part] |= ~walking[part]
    return bed
