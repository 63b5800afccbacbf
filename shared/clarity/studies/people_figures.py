"""Figures of summed weeks, and their intervals over people drawn with replacement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from clarity.domain.metrics.activity_class import CLASSES
from clarity.studies.scores import DRAWS, INTERVAL, Figure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from clarity.studies.people_scoring import Sums

    Array = NDArray[np.float64]


def binary(sums: Array) -> dict[str, Array]:
    """(d, 4) found, missed, false, rightly not found -> figures; NaN without either kind.

    Cohen's kappa: Cohen 1960, doi:10.1177/001316446002000104.

    >>> figures = binary(np.array([[8.0, 2.0, 1.0, 9.0]]))
    >>> [round(float(values[0]), 3) for values in figures.values()]
    [0.85, 0.85, 0.8, 0.9, 0.7]
    """
    found, missed, false, rest = sums.T
    total = found + missed + false + rest
    agree = _share(found + rest, total)
    chance = _share((found + missed) * (found + false) + (rest + missed) * (rest + false), total**2)
    hit, clear = _share(found, found + missed), _share(rest, rest + false)
    return {
        "accuracy": agree,
        "balanced_accuracy": (hit + clear) / 2,
        "sensitivity": hit,
        "specificity": clear,
        "kappa": _share(agree - chance, 1 - chance),
    }


def steps(sums: Array) -> dict[str, Array]:
    """(d, 3) days, days within 2 %, sum of relative errors -> figures."""
    days, near, error = sums.T
    return {"within_2_percent": _share(near, days), "mean_relative_error": _share(error, days)}


def periods(sums: Array) -> dict[str, Array]:
    """(d, 8) as `people_scoring.matched` counts them -> figures."""
    true, found, said, false, onset, onsets, offset, offsets = sums.T
    return {
        "found": _share(found, true),
        "false": _share(false, said),
        "onset_error_min": _share(onset, onsets),
        "offset_error_min": _share(offset, offsets),
    }


def phase(sums: Array) -> dict[str, Array]:
    """(d, 4) weeks, those with an estimate, those within the hour, sum of errors -> figures."""
    weeks, answered, near, error = sums.T
    return {
        "within_60_min": _share(near, weeks),
        "answered": _share(answered, weeks),
        "mean_error_min": _share(error, answered),
    }


def activity(sums: Array) -> dict[str, Array]:
    """(d, classes * (classes + 1)) minutes by true class and class said -> figures.

    The macro F1 is the mean over the classes that took place; an unknown minute is a miss.
    """
    many = len(CLASSES)
    table = sums.reshape(-1, many, many + 1)
    right = np.diagonal(table, axis1=1, axis2=2)
    true, said = table.sum(axis=2), table[:, :, :many].sum(axis=1)
    f1 = np.where(true > 0, _share(2 * right, true + said), np.nan)
    return {
        "accuracy": _share(right.sum(axis=1), true.sum(axis=1)),
        "macro_f1": _share(np.nansum(f1, axis=1), (true > 0).sum(axis=1).astype(np.float64)),
    }


FIGURES: Final[Mapping[str, Callable[[Array], dict[str, Array]]]] = {
    "wear": binary,
    "steps": steps,
    "sleep": binary,
    "periods": periods,
    "phase": phase,
    "rhythm": binary,
    "activity": activity,
}


def drawn(people: Sequence[str], seed: int = 0) -> Array:
    """(DRAWS, weeks) how often each week is drawn: people with replacement, then their weeks.

    The weeks of one person are alike, so an interval over weeks alone would be too narrow.

    Args:
        people: Whose each week is.
        seed: Of the draws.
    """
    rng = np.random.default_rng(seed)
    names = sorted(set(people))
    weeks = [np.flatnonzero(np.array(people) == name) for name in names]
    out = np.zeros((DRAWS, len(people)))
    for draw in out:
        for who in rng.integers(0, len(names), len(names)):
            np.add.at(draw, rng.choice(weeks[who], len(weeks[who])), 1.0)
    return out


def row_figures(topic: str, row: str, weeks: Sequence[Sums], draws: Array) -> dict[str, Figure]:
    """All figures of a row of a topic, over the weeks that have it."""
    key = f"{topic}/{row}"
    having = np.array([key in week for week in weeks])
    sums = np.array([week[key] for week in weeks if key in week])
    points = FIGURES[topic](sums.sum(axis=0)[None])
    spread = FIGURES[topic](draws[:, having] @ sums)
    return {name: _figure(float(points[name][0]), spread[name]) for name in points}


def _figure(value: float, spread: Array) -> Figure:
    if np.isnan(spread).all():
        return Figure(value, float("nan"), float("nan"))
    low, high = np.nanquantile(spread, INTERVAL)
    return Figure(value, float(low), float(high))


def _share(part: Array, whole: Array) -> Array:
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1.0), np.nan)
