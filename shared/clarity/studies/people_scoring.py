"""One generated person's week against its truth, as sums that add up over weeks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import numpy as np

from clarity.domain.analysis import analyse, best_week
from clarity.domain.intake.samples import parse_upload
from clarity.domain.intake.units import KIND_INDEX
from clarity.domain.metrics.activity import daily_totals, resting_heart_rate
from clarity.domain.metrics.activity_class import CLASSES, UNKNOWN, activity_class, class_by_cadence
from clarity.domain.minutes.channels import device_of
from clarity.domain.minutes.grid import MINUTES_PER_DAY, build_grid
from clarity.domain.minutes.quality import assess
from clarity.domain.minutes.runs import runs
from clarity.sources.generated.people import generate, uploads

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from clarity.domain.analysis import Analysis
    from clarity.domain.intake.columns import Samples
    from clarity.domain.minutes.grid import Grid
    from clarity.sources.generated.people import Person
    from clarity.sources.generated.truth import Truth

    Flags = NDArray[np.bool_]

# By "topic/row". What a topic's numbers are is said where they are counted below.
Sums = dict[str, "NDArray[np.float64]"]

ORIGIN: Final = date(2025, 1, 5)  # seeds lie in other weeks of a year, also where clocks change
WEEKS_PER_YEAR: Final = 52
WITHIN: Final = 0.02  # of the day's steps
NEAR_MINUTES: Final = 60  # of the true phase
STILL_MINUTES: Final = 30
HALF_DAY: Final = MINUTES_PER_DAY // 2
ESTIMATES: Final = {  # of the body clock's highest point: the metric, and minutes to it
    "heart rate": ("heart_rate_acrophase", 0),
    "steps": ("cosinor_acrophase", 0),
    "middle of sleep + 12 h": ("sleep_midpoint", HALF_DAY),
}
CLOCK_METRIC: Final = "heart_rate_acrophase"


@dataclass(frozen=True, slots=True)
class Week:
    """A generated week, its grid as recorded, and the grid of the same without recorded sleep."""

    person: Person
    truth: Truth
    samples: Samples
    grid: Grid
    bare: Grid


def week_of(name: str, *, seed: int, days: int = 7) -> Week:
    """Somebody's days, as the backend gets to see them: encoded, uploaded, parsed, laid out.

    Raises:
        ValueError: No such person, or fewer than seven days.
    """
    if days < 7:  # noqa: PLR2004  a week
        raise ValueError(f"expected 7 days at least, found {days}")
    last_day = ORIGIN + timedelta(days=7 * (seed % WEEKS_PER_YEAR) + seed % 7)
    person = generate(name, days=days, last_day=last_day, seed=seed)
    received = datetime.combine(last_day + timedelta(2), time(), UTC)
    parsed = [
        parse_upload(document, received_at=received) for _, document in uploads(person, batch=5000)
    ]
    samples = type(parsed[0].samples).concat([each.samples for each in parsed])
    grid = best_week(samples)
    return Week(
        person=person,
        truth=truth_on(grid, person),
        samples=samples,
        grid=grid,
        bare=_without_sleep(samples, grid),
    )


def score(week: Week) -> Sums:
    """Everything that is measured of a week; a week that the gate refuses has wear and steps only.

    Of the phases, "phase/truth" holds the cosine and sine of the true one.
    """
    truth, grid = week.truth, week.grid
    quality, bare_quality = assess(grid), assess(week.bare)
    real = ~np.isnan(truth.steps).ravel()
    out = _wear(truth, grid, real) | _steps(week)
    out["weeks/all"] = np.array([1.0, float(quality.sufficient)])
    if not quality.sufficient:
        return out
    found, bare = analyse(grid, quality), analyse(week.bare, bare_quality)
    on = real & truth.worn.ravel()
    out |= _sleep(truth, grid, found, bare, on)
    out |= _periods(week, found, bare)
    out |= _phase(truth, found) | _rhythm(week, found)
    return out | _activity(week, found, bare, on)


def binary(truth: Flags, said: Flags, judged: Flags) -> NDArray[np.float64]:
    """(4,) found, missed, false and rightly not found, of the minutes that are judged."""
    truth, said = truth[judged], said[judged]
    counts = [truth & said, truth & ~said, ~truth & said, ~truth & ~said]
    return np.array([count.sum() for count in counts], np.float64)


def phase_error(said: float, truth: float) -> float:
    """Minutes between two times of the day, the shorter way round.

    >>> phase_error(1430.0, 10.0)
    20.0
    """
    apart = abs(said - truth) % MINUTES_PER_DAY
    return float(min(apart, MINUTES_PER_DAY - apart))


def between(days: int, start: int, stop: int) -> Flags:
    """(days * 1440,) minutes from one hour of the day to another, over midnight."""
    hour = np.arange(days * MINUTES_PER_DAY) % MINUTES_PER_DAY // 60
    return np.asarray((hour - start) % 24 < (stop - start) % 24)


def still(steps: NDArray[np.float64]) -> Flags:
    """(n,) minutes in stretches of half an hour or more without a step."""
    out = np.zeros(len(steps), np.bool_)
    for low, high in runs(steps == 0):
        out[low:high] = high - low >= STILL_MINUTES
    return out


def matched(
    truth: Iterable[tuple[float, float]], said: Iterable[tuple[float, float]], end: float
) -> NDArray[np.float64]:
    """(8,) true periods, those found, periods said, false ones; onset and offset errors and counts.

    Periods that overlap, on either side, make one group: in it all true ones are found, and its
    earliest onsets and latest offsets are compared, unless they lie at an edge of the record.

    >>> matched([(60, 480)], [(75, 300), (330, 480), (900, 960)], 1440).tolist()
    [1.0, 1.0, 3.0, 1.0, 15.0, 1.0, 0.0, 1.0]
    """
    out = np.zeros(8)
    for true, ours in _groups(truth, said):
        out[:4] += len(true), len(true) * bool(ours), len(ours), len(ours) * (not true)
        if not (true and ours):
            continue
        onset = min(true)[0], min(ours)[0]
        offset = max(stop for _, stop in true), max(stop for _, stop in ours)
        if min(onset) > 0:
            out[4:6] += abs(onset[0] - onset[1]), 1
        if max(offset) < end:
            out[6:8] += abs(offset[0] - offset[1]), 1
    return out


Periods = list[tuple[float, float]]


def _groups(
    truth: Iterable[tuple[float, float]], said: Iterable[tuple[float, float]]
) -> list[tuple[Periods, Periods]]:
    marked = [(*period, 0) for period in truth] + [(*period, 1) for period in said]
    groups: list[tuple[Periods, Periods]] = []
    reach = -np.inf
    for start, stop, which in sorted(marked):
        if start >= reach:
            groups.append(([], []))
        groups[-1][which].append((start, stop))
        reach = max(reach, stop)
    return groups


def _wear(truth: Truth, grid: Grid, real: Flags) -> Sums:
    """Minutes with the watch on the wrist, against those with neither watch nor phone."""
    worn, carried = truth.worn.ravel(), truth.carried.ravel()
    judged = real & (worn | ~carried)
    everywhere = np.ones(len(worn), np.bool_)
    return {
        "wear/ours": binary(worn, grid.worn, judged),
        "wear/always worn": binary(worn, everywhere, judged),
    }


def _steps(week: Week) -> Sums:
    """Days, those within 2 % of what Health shows, and the sum of their relative errors."""
    shown = week.truth.shown_steps
    watch, phone = (_device_totals(week, device) for device in ("watch", "phone"))
    return {
        f"steps/{row}": _near(total, shown)
        for row, total in (
            ("ours", np.nan_to_num(daily_totals(week.grid))),
            ("sum of the devices", watch + phone),
            ("the watch alone", watch),
        )
    }


def _near(total: NDArray[np.float64], shown: NDArray[np.float64]) -> NDArray[np.float64]:
    moved = shown > 0
    error = np.abs(total[moved] - shown[moved]) / shown[moved]
    return np.array([moved.sum(), (error <= WITHIN).sum(), error.sum()], np.float64)


def _device_totals(week: Week, device: str) -> NDArray[np.float64]:
    samples = week.samples
    kind = np.array([device_of(source) == device for source in samples.sources] or [False])
    mine = samples.select((samples.kind == KIND_INDEX["stepCount"]) & kind[samples.source])
    day = (mine.local_day() - np.datetime64(week.grid.first_day)).astype(np.int64)
    inside = (day >= 0) & (day < week.grid.days)
    total = np.bincount(day[inside], mine.value[inside], minlength=week.grid.days)
    return total.astype(np.float64)


def _sleep(truth: Truth, grid: Grid, found: Analysis, bare: Analysis, on: Flags) -> Sums:
    """Minutes asleep, of those with the watch on the wrist."""
    asleep, days = truth.asleep.ravel(), grid.days
    rows = {
        "ours, recorded sleep withheld": bare.sleep.asleep,
        "always awake": np.zeros(len(asleep), np.bool_),
        "22:00 to 06:00": between(days, 22, 6),
        "23:00 to 07:00": between(days, 23, 7),
        "half an hour without steps": still(grid.steps),
    }
    if (grid.stage >= 0).any():
        rows["ours, with recorded sleep"] = found.sleep.asleep
    out = {f"sleep/{row}": binary(asleep, said, on) for row, said in rows.items()}
    out["sleep answered/withheld"] = np.array([1.0, float(bare.sleep.method != "none")])
    return out


def _periods(week: Week, found: Analysis, bare: Analysis) -> Sums:
    """True and found periods of sleep, see `matched`."""
    rows = {
        "ours, recorded sleep withheld": _spans(bare),
        "23:00 to 07:00": runs(between(week.grid.days, 23, 7)),
    }
    if (week.grid.stage >= 0).any():
        rows["ours, with recorded sleep"] = _spans(found)
    end = week.grid.days * MINUTES_PER_DAY
    true = [
        (max(onset, 0.0), min(offset, float(end)))
        for onset, offset in (
            (_local(week, period.onset), _local(week, period.offset))
            for period in week.truth.sleep_periods
        )
        if offset > 0 and onset < end
    ]
    return {f"periods/{row}": matched(true, said, end) for row, said in rows.items()}


def _spans(analysis: Analysis) -> list[tuple[int, int]]:
    return [(period.onset, period.offset) for period in analysis.sleep.periods]


def _local(week: Week, moment: datetime) -> float:
    """Wall-clock minutes since midnight of the grid's first day."""
    zone = ZoneInfo(week.person.zone_at(int(moment.timestamp())))
    since = moment.astimezone(zone).replace(tzinfo=None) - datetime.combine(
        week.grid.first_day, time()
    )
    return since / timedelta(minutes=1)


def _phase(truth: Truth, found: Analysis) -> Sums:
    """Weeks, those with an estimate, those within the hour, and the sum of the errors."""
    angle = truth.phase * (2 * np.pi / MINUTES_PER_DAY)
    x, y = float(np.cos(angle).mean()), float(np.sin(angle).mean())
    true = float(np.arctan2(y, x)) * MINUTES_PER_DAY / (2 * np.pi)
    said = _values(found)
    out = {"phase/truth": np.array([x, y]) / np.hypot(x, y)}
    for row, (metric, ahead) in ESTIMATES.items():
        value = said.get(metric)
        error = np.nan if value is None else phase_error(value + ahead, true)
        out[f"phase/{row}"] = np.array(
            [1.0, value is not None, error <= NEAR_MINUTES, np.nan_to_num(error)], np.float64
        )
    return out


def _rhythm(week: Week, found: Analysis) -> Sums:
    """Weeks with a daily wave, and the same weeks with each day begun at a random hour."""
    who = [week.grid.first_day.toordinal(), *week.person.name.encode()]
    rng = np.random.default_rng(who)
    mixed = _mixed(week.grid, rng)
    wave, none = (
        _values(each).get(CLOCK_METRIC) is not None
        for each in (found, analyse(mixed, assess(mixed)))
    )
    return {
        "rhythm/ours": np.array([wave, not wave, none, not none], np.float64),
        "rhythm/always a rhythm": np.array([1.0, 0.0, 1.0, 0.0]),
    }


def _mixed(grid: Grid, rng: np.random.Generator) -> Grid:
    """Each day turned by a number of minutes of its own: no hour is like itself on the next."""
    turn = rng.integers(0, MINUTES_PER_DAY, grid.days)
    at = (np.arange(MINUTES_PER_DAY) + turn[:, None]) % MINUTES_PER_DAY
    at = (at + np.arange(grid.days)[:, None] * MINUTES_PER_DAY).ravel()
    channels = {
        name: getattr(grid, name)[at]
        for name in ("steps", "heart_rate", "energy", "distance", "worn", "stage", "repeats")
    }
    return replace(grid, **channels)


def _activity(week: Week, found: Analysis, bare: Analysis, on: Flags) -> Sums:
    """(classes, classes + 1) minutes by true class and class said, the last one unknown."""
    true = week.truth.activity.ravel()
    judged = on & (true != UNKNOWN)
    rows = {
        "ours, with recorded sleep": _classes(week.grid, found),
        "ours, recorded sleep withheld": _classes(week.bare, bare),
        "cadence alone": class_by_cadence(week.grid.steps),
    }
    return {f"activity/{row}": _crossed(true[judged], said[judged]) for row, said in rows.items()}


def _crossed(true: NDArray[np.int8], said: NDArray[np.int8]) -> NDArray[np.float64]:
    many = len(CLASSES)
    column = np.where(said == UNKNOWN, many, said)
    cell = true.astype(np.int64) * (many + 1) + column
    return np.bincount(cell, minlength=many * (many + 1)).astype(np.float64)


def _classes(grid: Grid, analysis: Analysis) -> NDArray[np.int8]:
    resting = resting_heart_rate(grid, analysis.quality, analysis.sleep.asleep).value
    return activity_class(
        grid, analysis.sleep, resting=float("nan") if resting is None else resting
    )


def _values(analysis: Analysis) -> dict[str, float | None]:
    return {metric.name: metric.value for metric in (*analysis.metrics, *analysis.details)}


def truth_on(grid: Grid, person: Person) -> Truth:
    """A person's truth of the grid's days.

    Raises:
        ValueError: It does not have them.
    """
    truth = person.truth
    first = (grid.first_day - truth.first_day).days if truth else -1
    if truth is None or first < 0 or first + grid.days > truth.days:
        raise ValueError(f"expected a truth of {grid.days} days from {grid.first_day} on")
    rows = slice(first, first + grid.days)
    by_day = ("steps", "worn", "carried", "asleep", "activity", "phase", "shown_steps")
    return replace(
        truth,
        first_day=grid.first_day,
        days=grid.days,
        **{name: getattr(truth, name)[rows] for name in by_day},
    )


def _without_sleep(samples: Samples, grid: Grid) -> Grid:
    kept = samples.select(samples.kind != KIND_INDEX["sleepAnalysis"])
    return build_grid(kept, grid.first_day, grid.days)
