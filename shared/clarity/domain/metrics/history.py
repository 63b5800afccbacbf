"""A person's weeks up to this one: what is usual, where it is heading, and when it changed."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from clarity.domain.metric import CLOCK, Metric
from clarity.domain.metrics.activity import activity_metrics
from clarity.domain.metrics.circadian import rhythm_metrics
from clarity.domain.metrics.intensity import intensity_metrics
from clarity.domain.metrics.trends import (
    MIN_BASELINE_WEEKS,
    Baseline,
    Segment,
    Trend,
    baseline,
    baseline_metric,
    drifts,
    segments,
    trend,
    trend_metric,
)
from clarity.domain.minutes.grid import MINUTES_PER_DAY
from clarity.domain.minutes.quality import assess
from clarity.domain.sleep.nights import find_sleep, sleep_metrics
from clarity.domain.sleep.regularity import circular_mean, timing_metrics

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from clarity.domain.minutes.grid import Grid

WEEK: Final = 7
# What is followed over the weeks, in this order; of a week of counts those that counts have.
FOLLOWED: Final = (
    "total_sleep_time",
    "sleep_efficiency",
    "wake_after_sleep_onset",
    "sleep_midpoint",
    "sleep_onset_variability",
    "sleep_regularity_index",
    "circadian_rhythm_strength",
    "interdaily_stability",
    "relative_amplitude",
    "m10",
    "daily_steps",
    "daily_counts",
    "moderate_minutes",
    "activity_fragmentation",
    "resting_heart_rate",
)


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """One metric over a person's weeks.

    Attributes:
        name: The metric's.
        unit: Its unit.
        weeks: (weeks,) its value of each week, the last one the week in question; NaN where the
            week has none. Clock times lie within half a day of their circular mean, so that they
            may be below 0 or above 1440 and midnight is no jump.
    """

    name: str
    unit: str
    weeks: NDArray[np.float64]

    @property
    def baseline(self) -> Baseline:
        """What is usual: of the weeks before the last, from the latest change of level on."""
        return baseline(self._level[:-1])

    @property
    def trend(self) -> Trend | None:
        """Change per week over all weeks; without a direction where the level jumped instead."""
        found = trend(self.weeks)
        return found if found is None or drifts(self.weeks) else replace(found, direction=0)

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The stretches of equal level; where one ends and the next begins, it changed.

        A steady drift has no such place.
        """
        if drifts(self.weeks):
            return (Segment(0, len(self.weeks), float(np.nanmedian(self.weeks))),)
        return segments(self.weeks)

    @property
    def _level(self) -> NDArray[np.float64]:
        """The weeks of the latest stretch."""
        parts = self.segments
        return self.weeks[parts[-1].first :] if parts else self.weeks

    @property
    def metrics(self) -> tuple[Metric, Metric]:
        """Distance of the last week from the usual, and change per week, each with its status."""
        unit = "min" if self.unit == CLOCK else self.unit
        return (
            baseline_metric(self.name, unit, self._level),
            trend_metric(self.name, unit, self.weeks),
        )


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """Consecutive weeks of one person, the last one the week in question.

    Attributes:
        first_days: First day of each week, oldest first.
        sufficient: Whether a week passed the quality gate; one that did not has no values.
        series: The metrics that at least one week has, in the order of `FOLLOWED`.
    """

    first_days: tuple[date, ...]
    sufficient: tuple[bool, ...]
    series: tuple[Series, ...]

    def changes(self, series: Series) -> tuple[tuple[date, float, float], ...]:
        """When the metric changed: first day of the week, the level before, and the level after."""
        parts = series.segments
        return tuple(
            (self.first_days[after.first], before.level, after.level)
            for before, after in pairwise(parts)
        )

    def to_document(self) -> dict[str, object]:
        """Plain values for a document store; weeks without a value as None."""
        return {
            "first_days": [day.isoformat() for day in self.first_days],
            "sufficient": list(self.sufficient),
            "metrics": [self._series(series) for series in self.series],
        }

    def _series(self, series: Series) -> dict[str, object]:
        return {
            "name": series.name,
            "unit": series.unit,
            "weeks": [None if np.isnan(value) else float(value) for value in series.weeks],
            "usual": _usual(series),
            "trend": None if series.trend is None else asdict(series.trend),
            "changes": [
                {"first_day": day.isoformat(), "before": before, "after": after}
                for day, before, after in self.changes(series)
            ],
        }


def _usual(series: Series) -> dict[str, object] | None:
    """What is usual, from as many weeks on as say so; while it drifts, nothing is."""
    usual = series.baseline
    known = usual.weeks >= MIN_BASELINE_WEEKS and not drifts(series.weeks)
    return asdict(usual) if known else None


def history_of(grid: Grid) -> History:
    """The weeks of a long grid, counted back from its last day.

    Days before the first whole week are left out, as is every week at the beginning without any
    observed minute. A week that fails the quality gate keeps its place in time, without values.
    """
    weeks = grid.days // WEEK
    first = grid.days - weeks * WEEK
    worn = grid.worn[first * MINUTES_PER_DAY :].reshape(weeks, WEEK * MINUTES_PER_DAY).any(axis=1)
    begin = int(np.argmax(worn)) if worn.any() else weeks
    windows = [grid.window(first + at * WEEK, WEEK) for at in range(begin, weeks)]
    measured = [_measured(window) for window in windows]
    series = (_series(name, measured) for name in FOLLOWED)
    return History(
        first_days=tuple(window.first_day for window in windows),
        sufficient=tuple(bool(found) for found in measured),
        series=tuple(each for each in series if each is not None),
    )


def _measured(week: Grid) -> Mapping[str, Metric]:
    """The week's metrics by name; none where the quality gate refuses it."""
    quality = assess(week)
    if not quality.sufficient:
        return {}
    sleep = find_sleep(week)
    metrics = (
        *sleep_metrics(sleep),
        *timing_metrics(week, sleep),
        *rhythm_metrics(week, quality),
        *activity_metrics(week, quality, sleep.asleep),
        *intensity_metrics(week, quality),
    )
    return {metric.name: metric for metric in metrics}


def _series(name: str, measured: Sequence[Mapping[str, Metric]]) -> Series | None:
    found = [metrics.get(name) for metrics in measured]
    values = np.array(
        [np.nan if each is None or each.value is None else each.value for each in found]
    )
    known = [each for each in found if each is not None and each.value is not None]
    if not known:
        return None
    unit = known[-1].unit
    return Series(name, unit, _around_the_mean(values) if unit == CLOCK else values)


def _around_the_mean(times: NDArray[np.float64]) -> NDArray[np.float64]:
    """Clock times within half a day of their circular mean."""
    middle = circular_mean(times[~np.isnan(times)])
    if np.isnan(middle):
        return times
    half = MINUTES_PER_DAY / 2
    return np.asarray((times - middle + half) % MINUTES_PER_DAY - half + middle)
