"""What a model without parameters says about masked minutes: the bar for a pretrained one.

Each guess reads only what is visible in the same window, as the model does: `minutes` (people, T)
are standardised and `visible` (people, T) marks those that may be read, all of them observed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from clarity.pat.mae import draw
from clarity.pat.training import validation_seed

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from clarity.pat.config import PatConfig
    from clarity.pat.training import Plan

    Guess = Callable[[NDArray[np.float32], NDArray[np.bool_]], NDArray[np.float32]]

MINUTES_PER_DAY = 1440


def minute_of_week_mean(
    minutes: NDArray[np.float32], visible: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """The population's mean at that minute of the week: 0, as everything is standardised."""
    del visible
    return np.zeros_like(minutes)


def own_level(minutes: NDArray[np.float32], visible: NDArray[np.bool_]) -> NDArray[np.float32]:
    """The person's mean over what is visible, at every minute; the population's if nothing is."""
    seen = np.maximum(visible.sum(axis=1), 1)
    own = np.where(visible, minutes, 0).sum(axis=1) / seen
    return np.broadcast_to(own[:, None], minutes.shape).astype(np.float32)


def last_day(minutes: NDArray[np.float32], visible: NDArray[np.bool_]) -> NDArray[np.float32]:
    """The same time of the latest earlier day on which it was visible; the mean if on none."""
    guess = np.zeros_like(minutes)
    for start in range(MINUTES_PER_DAY, minutes.shape[1], MINUTES_PER_DAY):
        now = slice(start, start + MINUTES_PER_DAY)
        before = slice(start - MINUTES_PER_DAY, start)
        guess[:, now] = np.where(visible[:, before], minutes[:, before], guess[:, before])
    return guess


def linear_interpolation(
    minutes: NDArray[np.float32], visible: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """A straight line between the nearest visible minutes; the mean if there are none."""
    time, guess = np.arange(minutes.shape[1]), np.zeros_like(minutes)
    for own, seen, line in zip(minutes, visible, guess, strict=True):
        if seen.any():
            line[:] = np.interp(time, time[seen], own[seen])
    return guess


BASELINES: dict[str, Guess] = {
    "minute-of-week mean": minute_of_week_mean,
    "own level (mean of the visible minutes)": own_level,
    "last-day persistence": last_day,
    "linear interpolation": linear_interpolation,
}


def errors(minutes: NDArray[np.float32], config: PatConfig, plan: Plan) -> dict[str, float]:
    """Mean squared error of each baseline at exactly the minutes that validation asks for."""
    totals = dict.fromkeys(BASELINES, 0.0)
    for start in range(0, len(minutes), plan.batch):
        part = minutes[start : start + plan.batch]
        observed = np.isfinite(part)
        of_patch = observed.reshape(len(part), -1, config.patch).any(axis=2)
        drawn = draw(of_patch, plan.masking, validation_seed(start))
        seen, guessed = (
            observed & np.repeat(_marks(tokens.numpy(), of_patch.shape[1]), config.patch, axis=1)
            for tokens in drawn
        )
        known = np.where(observed, part, np.float32(0))
        for name, guess in BASELINES.items():
            residual = (guess(known, seen) - known)[guessed]
            totals[name] += float(np.square(residual, dtype=np.float64).mean()) * len(part)
    return {name: total / len(minutes) for name, total in totals.items()}


def _marks(tokens: NDArray[np.int32], count: int) -> NDArray[np.bool_]:
    marks = np.zeros((len(tokens), count), np.bool_)
    np.put_along_axis(marks, tokens.astype(np.int64), values=True, axis=1)
    return marks
