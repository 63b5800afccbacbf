"""People for `clarity evaluate drift`, and the changes that are made to their weeks.

A change is made to the minutes, and everything after them is done anew: quality, metrics, PAT.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from clarity.domain import drift
from clarity.domain.analysis import WEEK, analyse
from clarity.domain.minutes.grid import grid_of_minutes
from clarity.domain.minutes.imputation import model_input
from clarity.domain.minutes.quality import assess
from clarity.pat import nhanes
from clarity.sources.generated.people import PEOPLE
from clarity.studies.people_scoring import week_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from clarity.domain.minutes.grid import Grid
    from clarity.pat.runtime import Pat

UNCHANGED: Final = "no change"
SCALE: Final = 1.3
# Of a hip's worn minutes, that a wrist differs in: hands move while the body is still, and rest on
# a pram or a rail while it walks.
_STILL_SHARE, _STILL_STEPS, _WALKING_SHARE, _WALKING_STEPS = 0.15, 6.0, 0.92, 40.0
SOME_MONDAY: Final = date(2005, 1, 3)  # the survey does not say which week it was
_NON_WEAR_SHARE: Final = 0.1
_NON_WEAR_MINUTES: Final = (60, 240)  # of one time that the device lies somewhere


def scaled(grid: Grid, _: np.random.Generator) -> Grid:
    """Another device counts steps higher."""
    return replace(grid, steps=np.round(grid.steps * SCALE))


def on_the_wrist(grid: Grid, rng: np.random.Generator) -> Grid:
    """A device on the wrist after one on the hip; an imitation, not measured on pairs."""
    steps = grid.steps.copy()
    still, walking = steps == 0, steps > _WALKING_STEPS
    moved = still & (rng.random(len(steps)) < _STILL_SHARE)
    steps[moved] = rng.poisson(_STILL_STEPS, int(moved.sum()))
    steps[walking] = np.round(steps[walking] * _WALKING_SHARE)
    return replace(grid, steps=steps)


def an_hour_off(grid: Grid, _: np.random.Generator) -> Grid:
    """A wrong time zone: everything happens an hour later."""
    columns: dict[str, Any] = {}
    for each in fields(grid):
        values = getattr(grid, each.name)
        if isinstance(values, np.ndarray):
            columns[each.name] = np.roll(values, 60)
    return replace(grid, **columns)


def worn_less(grid: Grid, rng: np.random.Generator) -> Grid:
    """A tenth of the worn minutes are not worn, in stretches of one to four hours."""
    worn = grid.worn.copy()
    left = int(_NON_WEAR_SHARE * worn.sum())
    while left > 0:
        start = int(rng.choice(np.flatnonzero(worn)))
        stretch = slice(start, start + int(rng.integers(*_NON_WEAR_MINUTES)))
        left -= int(worn[stretch].sum())
        worn[stretch] = False
    channels = ("steps", "counts", "heart_rate", "energy", "distance")
    masked: dict[str, Any] = {
        name: np.where(worn, getattr(grid, name), np.nan) for name in channels
    }
    return replace(grid, worn=worn, stage=np.where(worn, grid.stage, np.int8(-1)), **masked)


def without_heart_rate(grid: Grid, _: np.random.Generator) -> Grid:
    """A channel is no longer sent."""
    return replace(grid, heart_rate=np.full_like(grid.heart_rate, np.nan))


CHANGES: Final[Mapping[str, Callable[[Grid, np.random.Generator], Grid]]] = {
    UNCHANGED: lambda grid, _: grid,
    f"steps x{SCALE}": scaled,
    "hip to wrist": on_the_wrist,
    "no heart rate": without_heart_rate,
    "an hour off": an_hour_off,
    "10 % more non-wear": worn_less,
}


@dataclass(frozen=True, slots=True)
class Cohort:
    """People as they are, and after each change.

    Attributes:
        name: who they are.
        people: by change, with `UNCHANGED`; a row is the same person in all.
        usable: by change, (n,) whose week is still enough for an analysis.
    """

    name: str
    people: dict[str, drift.People]
    usable: dict[str, NDArray[np.bool_]]


def survey(folder: Path, most: int) -> Iterator[Grid]:
    """The weeks of so many people of NHANES 2005-2006: chosen by chance, always the same."""
    weeks = nhanes.load(folder).minutes
    for row in np.random.default_rng(0).permutation(len(weeks))[:most]:
        steps = weeks[row].astype(np.float64)
        yield grid_of_minutes(SOME_MONDAY, WEEK, {"steps": steps}, worn=~np.isnan(steps))


def generated_weeks(most: int) -> Iterator[Grid]:
    """The weeks of so many generated people, of all kinds in turn."""
    kinds = tuple(PEOPLE)
    for number in range(most):
        yield week_of(kinds[number % len(kinds)], seed=number).grid


def cohort(name: str, grids: Iterable[Grid], pat: Pat, done: Callable[[], None]) -> Cohort:
    """Measure the weeks as they are and after each change of something that is there."""
    rows: dict[str, list[NDArray[np.float64] | None]] = {}
    for number, grid in enumerate(grids):
        for change, make in CHANGES.items():
            if make is without_heart_rate and np.isnan(grid.heart_rate).all():
                continue
            changed = make(grid, np.random.default_rng(number))
            rows.setdefault(change, []).append(row_of(changed, pat))
        done()
    usable = {change: np.array([row is not None for row in each]) for change, each in rows.items()}
    return Cohort(name, {change: people_of(each) for change, each in rows.items()}, usable)


def row_of(grid: Grid, pat: Pat) -> NDArray[np.float64] | None:
    """The week's features and its embedding; None where the gate refuses it."""
    quality = assess(grid)
    if not quality.sufficient:
        return None
    steps, _ = model_input(grid)
    measured = drift.features_of(analyse(grid, quality).to_document())
    return np.concatenate([measured, pat.embed(steps[None])[0]])


def people_of(rows: list[NDArray[np.float64] | None]) -> drift.People:
    """Where a row is refused, nothing is known."""
    width = next(len(row) for row in rows if row is not None)
    table = np.array([np.full(width, np.nan) if row is None else row for row in rows])
    return drift.People(*np.split(table, [len(drift.FEATURES)], axis=1))
