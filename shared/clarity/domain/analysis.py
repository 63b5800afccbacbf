"""A person's week: which one, what it measures, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np

from clarity.domain.intake.units import KINDS
from clarity.domain.metrics.activity import RESTING, activity_metrics
from clarity.domain.metrics.activity_class import class_metrics
from clarity.domain.metrics.cardio import cardio_metrics
from clarity.domain.metrics.circadian import rhythm_metrics
from clarity.domain.metrics.fragmentation import fragmentation_metrics
from clarity.domain.metrics.intensity import intensity_metrics
from clarity.domain.metrics.phase import phase_metrics
from clarity.domain.minutes.grid import Grid, build_grid, grid_digest
from clarity.domain.minutes.modality import Input, inputs_of
from clarity.domain.minutes.quality import gate
from clarity.domain.minutes.rolling import any_within
from clarity.domain.sleep.nights import Sleep, SleepPeriod, find_sleep, sleep_metrics, stages_asleep
from clarity.domain.sleep.regularity import timing_metrics
from clarity.domain.sleep.stillness import detect_rest

if TYPE_CHECKING:
    from clarity.domain.intake.columns import Samples
    from clarity.domain.metric import Metric
    from clarity.domain.minutes.quality import Quality

WEEK: Final = 7
LOOKBACK_DAYS: Final = 98  # three months, the longest timeframe that a request can name
HEADLINE: Final = (
    "sleep_efficiency",
    "circadian_rhythm_strength",
    "activity_fragmentation",
    "rest_activity_ratio",
    "sleep_onset_variability",
    "wake_after_sleep_onset",
)
UNKNOWN_AGREEMENT: Final = 0.5
NEAR_MINUTES: Final = 720  # of recorded sleep, in which waking was recorded too
_EPOCH: Final = date(1970, 1, 1)
_DAY_S: Final = 86_400.0
_TELLS_MINUTES: Final = np.isin(np.array(KINDS), ("stepCount", "heartRate", "sleepAnalysis"))


@dataclass(frozen=True, slots=True)
class Analysis:
    """Everything that a week's grid says without a model.

    Attributes:
        first_day: First day of the window.
        days: Its length.
        metrics: Each with status and method; names in `HEADLINE` and more. Words say of each that
            it tells a person something, or that it is not known.
        details: More metrics of the same form, for whoever reads numbers: phases, timing,
            fragmentation, cadence, vital signs. Words speak of few, and only where they are known.
        quality: The quality of the grid.
        sleep: What sleep was found, and how.
        confidence: 0 to 1, see `confidence`.
        agreement: Cohen's kappa of recorded and detected sleep, None where only one is there.
        digest: `grid_digest` of the grid.
        notes: Changes of the clock.
        inputs: What each channel served as, and whether a movement model may read it.
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
    inputs: tuple[Input, ...]
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
            "inputs": [each.to_document() for each in self.inputs],
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
        return {name: getattr(period, name) for name in period.__slots__} | clock


def recent_days(samples: Samples, days: int = LOOKBACK_DAYS) -> Grid:
    """The grid of the latest days, counted back from the newest that has steps, pulse or sleep.

    As far back as there are samples, a week at least; without any samples it has no days at all.
    """
    if not len(samples):
        return build_grid(samples, _EPOCH, 0)
    oldest, last = _minute_days(samples)
    first = min(max(oldest, last - days + 1), last - WEEK + 1)
    return build_grid(samples, _EPOCH + timedelta(days=first), last - first + 1)


def weeks_until(samples: Samples, end: date, weeks: int) -> Grid:
    """The grid of whole weeks before `end`: as many as there are samples for, at most `weeks`.

    The first of them may begin before the first sample. One week at least.
    """
    days = WEEK * min(weeks_before(samples, end), weeks)
    return build_grid(samples, end - timedelta(days=days), days)


def weeks_before(samples: Samples, end: date) -> int:
    """How many weeks the samples reach back from `end`, the first counted whole; 1 at least."""
    past = (end - _EPOCH).days - _minute_days(samples)[0] if len(samples) else WEEK
    return max(-(-past // WEEK), 1)


def _minute_days(samples: Samples) -> tuple[int, int]:
    """The first and last local day, since 1970, of what tells of minutes; else of all samples."""
    local = samples.start + samples.offset
    mine = local[_TELLS_MINUTES[samples.kind]]
    if not len(mine):
        mine = local
    return int(mine.min() // _DAY_S), int(mine.max() // _DAY_S)


def newest_week(span: Grid) -> Grid:
    """The newest seven days of a longer grid that pass the quality gate.

    Where no week passes, the one with the best coverage (the newest of equals); a grid without
    days is its own.
    """
    if span.days < WEEK:
        return span
    best, best_coverage = span.window(span.days - WEEK, WEEK), -1.0
    for at in range(span.days - WEEK, -1, -1):
        week = span.window(at, WEEK)
        sufficient, coverage = gate(week)
        if sufficient:
            return week
        if coverage > best_coverage:
            best, best_coverage = week, coverage
    return best


def best_week(samples: Samples) -> Grid:
    """The grid of the week to analyse: `newest_week` of `recent_days`."""
    return newest_week(recent_days(samples))


def analyse(grid: Grid, quality: Quality, digest: str = "") -> Analysis:
    """Measure a grid: sleep, rhythm, activity, and the confidence in them.

    Args:
        grid: The days.
        quality: Their quality.
        digest: `grid_digest` of the grid, where it is known already.
    """
    sleep = find_sleep(grid)
    activity = activity_metrics(grid, quality, sleep.asleep)
    metrics = (*sleep_metrics(sleep), *rhythm_metrics(grid, quality), *activity)
    resting = next((each.value for each in activity if each.name == RESTING), None)
    details = (
        *timing_metrics(grid, sleep),
        *phase_metrics(grid, quality),
        *fragmentation_metrics(grid, quality),
        *intensity_metrics(grid, quality),
        *class_metrics(grid, quality, sleep, resting=np.nan if resting is None else resting),
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
        digest=digest or grid_digest(grid),
        notes=grid.notes,
        inputs=inputs_of(grid),
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


def _sleep_agreement(grid: Grid) -> float | None:
    """Cohen's kappa of recorded and detected sleep over the minutes that both can judge.

    Those lie within half a day of recorded sleep: a night apart was not recorded. Range: -1 to 1;
    1 is full agreement, 0 that of chance. None when one of them is missing. Cohen 1960,
    doi:10.1177/001316446002000104.
    """
    recorded = stages_asleep(grid)
    both = any_within(recorded, NEAR_MINUTES, NEAR_MINUTES) & ~np.isnan(grid.movement)
    detected = detect_rest(grid) if both.any() else None
    if detected is None:
        return None
    one, other = recorded[both], detected[both]
    by_chance = one.mean() * other.mean() + (1 - one.mean()) * (1 - other.mean())
    if by_chance >= 1.0:
        return None
    return round(float(((one == other).mean() - by_chance) / (1 - by_chance)), 4)
