"""How often drift is found: where nothing has changed, and after each change, by number of people.

Every comparison draws its people anew: a reference and, of the others, a window. So a comparison
without a change is one of two samples of the same people, and what it finds is false.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.stats import binomtest

from clarity.domain import drift
from clarity.studies.drift_cohorts import UNCHANGED

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from clarity.studies.drift_cohorts import Cohort

SIZES: Final = (25, 50, 100, 200, 400)
REFERENCE_SHARE: Final = 0.45  # of the people
CUSTOMARY: Final = 0.2  # of the population stability index, from which a shift is called large
OURS: Final = "ours"
SUSTAINED: Final = f"ours, {drift.SUSTAINED} windows in a row"
FEATURES_ALONE: Final = "KS alone"
EMBEDDING_ALONE: Final = "MMD alone"
INDEX_ALONE: Final = f"PSI > {CUSTOMARY} alone"
RULES: Final = (OURS, SUSTAINED, FEATURES_ALONE, EMBEDDING_ALONE, INDEX_ALONE)


@dataclass(frozen=True, slots=True)
class Share:
    """A share of comparisons, and Wilson's 95 % interval of it."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Row:
    """One change at one size: by rule, the share of comparisons that alarm."""

    cohort: str
    change: str
    people: int
    comparisons: int
    alarms: dict[str, Share]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All of it."""

    model: str
    rows: tuple[Row, ...]

    def to_document(self) -> dict[str, object]:
        """As plain values."""
        return asdict(self)


def comparisons_of(cohorts: Sequence[Cohort], null: int, repeats: int) -> int:
    """How many comparisons the evaluation of these takes, for a progress bar."""
    return sum(
        len(_sizes(cohort)) * (null + (len(cohort.people) - 1) * repeats) for cohort in cohorts
    )


def evaluate_drift(
    model: str,
    cohorts: Sequence[Cohort],
    *,
    null: int = 200,
    repeats: int = 100,
    done: Callable[[], None] = lambda: None,
) -> Evaluation:
    """Compare windows of each size after each change, `null` times where there is none.

    Raises:
        ValueError: there are too few people for a reference and a window.
    """
    rows = []
    for cohort in cohorts:
        for change in cohort.people:
            for size in _sizes(cohort):
                number = null if change == UNCHANGED else repeats
                rows.append(_row(cohort, change, size, number, done))
    return Evaluation(model, tuple(rows))


def _sizes(cohort: Cohort) -> list[int]:
    """The sizes for which there are people enough beside the reference, after any change."""
    usable = min(int(usable.sum()) for usable in cohort.usable.values())
    sizes = [size for size in SIZES if size <= usable * (1 - REFERENCE_SHARE)]
    if not sizes:
        least = math.ceil(SIZES[0] / (1 - REFERENCE_SHARE))
        raise ValueError(f"expected {least} usable weeks of {cohort.name}, found {usable}")
    return sizes


def _row(cohort: Cohort, change: str, size: int, number: int, done: Callable[[], None]) -> Row:
    seeds = np.random.SeedSequence([len(change), size]).spawn(number)
    found = []
    for seed in seeds:
        found.append(_alarms(_compared(cohort, change, size, np.random.default_rng(seed))))
        done()
    # Windows of other people, as of other weeks; the reference is another one each time too.
    runs = [found[at : at + drift.SUSTAINED] for at in range(0, number, drift.SUSTAINED)]
    whole = [all(each[OURS] for each in run) for run in runs if len(run) == drift.SUSTAINED]
    alarms = {rule: _share([each[rule] for each in found]) for rule in RULES if rule != SUSTAINED}
    alarms[SUSTAINED] = _share(whole)
    return Row(cohort.name, change, size, number, {rule: alarms[rule] for rule in RULES})


def _compared(cohort: Cohort, change: str, size: int, rng: np.random.Generator) -> drift.Comparison:
    order = rng.permutation(len(cohort.usable[change]))
    first = int(len(order) * REFERENCE_SHARE)
    reference = order[:first][cohort.usable[UNCHANGED][order[:first]]]
    window = order[first:][cohort.usable[change][order[first:]]][:size]
    return drift.compare(
        cohort.people[UNCHANGED].take(reference),
        cohort.people[change].take(window),
        seed=int(rng.integers(2**32)),
    )


def _alarms(comparison: drift.Comparison) -> dict[str, bool]:
    """What each rule makes of the same comparison; the first has both tests at half the error."""
    *features, embedding = comparison.shifts
    indices = [shift.stability_index for shift in features]
    return {
        OURS: comparison.differs,
        FEATURES_ALONE: min(shift.p for shift in features) <= drift.ERROR / len(features),
        EMBEDDING_ALONE: embedding.p <= drift.ERROR,
        INDEX_ALONE: bool(np.nanmax(indices) > CUSTOMARY),
    }


def _share(found: Sequence[bool]) -> Share:
    test = binomtest(sum(found), len(found))
    interval = test.proportion_ci(method="wilson")
    return Share(test.statistic, interval.low, interval.high)
