"""A person's week: which one, what it measures, how sure that is, and what the model gets."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np

from clarity.domain.activity import activity_metrics
from clarity.domain.cardio import cardio_metrics
from clarity.domain.circadian import rhythm_metrics
from clarity.domain.fragmentation import fragmentation_metrics
from clarity.domain.grid import (
    MINUTES_PER_DAY,
    MINUTES_PER_WEEK,
    Grid,
    build_grid,
    grid_digest,
)
from clarity.domain.intensity import intensity_metrics
from clarity.domain.phase import phase_metrics
from clarity.domain.quality import assess
from clarity.domain.regularity import timing_metrics
from clarity.domain.runs import runs
from clarity.domain.sleep import Sleep, SleepPeriod, find_sleep, sleep_metrics, stages_asleep
from clarity.domain.stillness import detect_rest
from clarity.domain.units import KIND_INDEX

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clarity.domain.columns import Samples
    from clarity.domain.metric import Metric
    from clarity.domain.quality import Quality

WEEK: Final = 7
LOOKBACK_DAYS: Final = 98  # three months, the longest timeframe that a request can name
IMPUTE_MINUTES: Final = 180  # longer gaps stay unknown
IMPUTE_DAYS: Final = 3  # other days that must have the minute
HEADLINE: Final = (
    "sleep_efficiency",
    "circadian_rhythm_strength",
    "activity_fragmentation",
    "rest_activity_ratio",
    "sleep_onset_variability",
    "wake_after_sleep_onset",
)
UNKNOWN_AGREEMENT: Final = 0.5
_MINUTE_KINDS: Final = [KIND_INDEX[name] for name in ("stepCount", "heartRate", "sleepAnalysis")]


@dataclass(frozen=True, slots=True)
class Analysis:
    """Everything that a week's grid says without a model.

    Attributes:
        first_day: First day of the window.
        days: Its length.
        metrics: Each with status and method; names in `HEADLINE` and more. What is said in words
            rests on these only.
        details: More metrics of the same form, for whoever reads numbers: phases, timing,
            fragmentation, cadence, vital signs.
        quality: The quality of the grid.
        sleep: What sleep was found, and how.
        confidence: 0 to 1, see `confidence`.
        agreement: Cohen's kappa of recorded and detected sleep, None where only one is there.
        digest: `grid_digest` of the grid.
        notes: Changes of the clock.
        sources: Devices and apps that the data came from.
    """

    first_day: date
    days: int
    metrics: tuple[Metric, ...]
    details: tuple[Metric, ...]
    quality: Quality
    sleep: Sleep
    confidence: float
    agreement: float | None
    digest: str
    notes: tuple[str, ...]
    sources: tuple[str, ...]

    def to_document(self) -> dict[str, object]:
        """Plain values for a document store; local clock times as ISO strings without a zone."""
        last = self.first_day + timedelta(days=max(self.days - 1, 0))
        return {
            "window": {
                "first_day": self.first_day.isoformat(),
                "last_day": last.isoformat(),
                "days": self.days,
            },
            "quality": self.quality.to_document(),
            "metrics": [metric.to_document() for metric in self.metrics],
            "details": [metric.to_document() for metric in self.details],
            "sleep": {
                "method": self.sleep.method,
                "periods": [self._period(period) for period in self.sleep.periods],
            },
            "confidence": self.confidence,
            "sleep_agreement": self.agreement,
            "grid_sha256": self.digest,
            "notes": list(self.notes),
            "sources": list(self.sources),
        }

    def _period(self, period: SleepPeriod) -> dict[str, object]:
        midnight = datetime.combine(self.first_day, datetime.min.time())
        clock = {
            name: (midnight + timedelta(minutes=getattr(period, name))).isoformat(
                timespec="minutes"
            )
            for name in ("onset", "offset", "bed_start", "bed_end")
        }
        return asdict(period) | clock


def best_week(samples: Samples) -> Grid:
    """The grid of the week to analyse: the newest seven local days that pass the quality gate.

    Where no week passes, the one with the best coverage (the newest of equals). Looks back
    `LOOKBACK_DAYS` from the newest day that has steps, heart rate or sleep. Without any samples
    the grid has no days at all, and so does not pass the gate.
    """
    mine = samples.select(np.isin(samples.kind, _MINUTE_KINDS))
    days = (mine if len(mine) else samples).local_day().astype(np.int64)
    if not len(days):
        return build_grid(samples, date(1970, 1, 1), 0)
    last = int(days.max())
    first = min(max(int(days.min()), last - LOOKBACK_DAYS + 1), last - WEEK + 1)
    span = build_grid(samples, date(1970, 1, 1) + timedelta(days=first), last - first + 1)
    best, best_coverage = span.window(span.days - WEEK, WEEK), -1.0
    for at in range(span.days - WEEK, -1, -1):
        week = span.window(at, WEEK)
        quality = assess(week)
        if quality.sufficient:
            return week
        if quality.coverage > best_coverage:
            best, best_coverage = week, quality.coverage
    return best


def analyse(grid: Grid, quality: Quality) -> Analysis:
    """Measure a grid: sleep, rhythm, activity, and the confidence in them."""
    sleep = find_sleep(grid)
    metrics = (
        *sleep_metrics(sleep),
        *rhythm_metrics(grid, quality),
        *activity_metrics(grid, quality, sleep.asleep),
    )
    details = (
        *timing_metrics(grid, sleep),
        *phase_metrics(grid, quality),
        *fragmentation_metrics(grid, quality),
        *intensity_metrics(grid, quality),
        *cardio_metrics(grid, quality),
    )
    agreement = _sleep_agreement(grid)
    return Analysis(
        first_day=grid.first_day,
        days=grid.days,
        metrics=metrics,
        details=details,
        quality=quality,
        sleep=sleep,
        confidence=confidence(quality, metrics, agreement),
        agreement=agreement,
        digest=grid_digest(grid),
        notes=grid.notes,
        sources=grid.sources,
    )


def confidence(
    quality: Quality, metrics: tuple[Metric, ...], agreement: float | None = None
) -> float:
    r"""How far the week's numbers can be relied on, from coverage and agreement alone.

    .. math:: (C \cdot D \cdot H)^{1/3} \cdot (0.75 + 0.25 A)

    C is the observed share of the minutes, D the share of valid days, H the share of the six
    headline metrics that have a value, and A the agreement (Cohen's kappa, 0 to 1) of recorded
    sleep with sleep detected from movement and heart rate; 0.5 where only one of them is there.
    Range: 0 to 1; higher is surer. It says nothing about health.
    """
    valid = quality.valid_days / max(len(quality.days), 1)
    status = {metric.name: metric.status for metric in metrics}
    headline = sum(status.get(name) == "ok" for name in HEADLINE) / len(HEADLINE)
    known = UNKNOWN_AGREEMENT if agreement is None else min(max(agreement, 0.0), 1.0)
    return round(float(np.cbrt(quality.coverage * valid * headline)) * (0.75 + 0.25 * known), 4)


def fill_gaps(grid: Grid) -> Grid:
    """The grid with short gaps in its steps filled in and marked in `imputed`.

    A gap of at most 180 minutes is filled with the person's own median of that minute of the day
    on the other days, where three of them have it. All other unknown minutes stay NaN. Metrics are
    never computed from a filled grid.
    """
    steps = grid.steps.copy()
    days = grid.steps.reshape(grid.days, MINUTES_PER_DAY)
    for low, high in runs(np.isnan(grid.steps)):
        if high - low > IMPUTE_MINUTES:
            continue
        others = days[:, np.arange(low, high) % MINUTES_PER_DAY]
        enough = (~np.isnan(others)).sum(axis=0) >= IMPUTE_DAYS
        if enough.any():
            steps[low:high][enough] = np.nanmedian(others[:, enough], axis=0)
    return replace(grid, steps=steps, imputed=np.isnan(grid.steps) & ~np.isnan(steps))


def model_input(grid: Grid) -> tuple[NDArray[np.float32], float]:
    """The week's steps for the model, and the share of its minutes that was filled in.

    Returns:
        (10080,) float32 steps per minute after `fill_gaps`, NaN where unknown; and the share of
        minutes imputed, 0 to 1.

    Raises:
        ValueError: The grid is not a week.
    """
    if grid.days != WEEK:
        raise ValueError(f"expected a grid of {WEEK} days, found {grid.days}")
    filled = fill_gaps(grid)
    return filled.steps.astype(np.float32), float(filled.imputed.sum() / MINUTES_PER_WEEK)


def _sleep_agreement(grid: Grid) -> float | None:
    """Cohen's kappa of recorded and detected sleep over the minutes that both can judge.

    Range: -1 to 1; 1 is full agreement, 0 that of chance. None when one of them is missing.
    Cohen 1960, doi:10.1177/001316446002000104.
    """
    recorded, detected = stages_asleep(grid), detect_rest(grid)
    both = ~np.isnan(grid.steps)
    if detected is None or not recorded.any() or not both.any():
        return None
    one, other = recorded[both], detected[both]
    by_chance = one.mean() * other.mean() + (1 - one.mean()) * (1 - other.mean())
    if by_chance >= 1.0:
        return None
    return round(float(((one == other).mean() - by_chance) / (1 - by_chance)), 4)
