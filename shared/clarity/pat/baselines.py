"""What a model without parameters says about masked minutes: the bar for a pretrained one.

Each guess reads only the visible patches of the same window, as the model does; `patches` are
(people, N, P) standardised minutes and `visible` (people, N) marks what may be read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from clarity.pat.mae import draw
from clarity.pat.pretrain import validation_seed

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from clarity.pat.config import PatConfig
    from clarity.pat.pretrain import Plan

    Guess = Callable[[NDArray[np.float32], NDArray[np.bool_]], NDArray[np.float32]]

MINUTES_PER_DAY = 1440


def minute_of_week_mean(
    patches: NDArray[np.float32], visible: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """The population's mean at that minute of the week: 0, as everything is standardised."""
    del visible
    return np.zeros_like(patches)


def own_level(patches: NDArray[np.float32], visible: NDArray[np.bool_]) -> NDArray[np.float32]:
    """The person's mean over what is visible, at every minute."""
    own = np.array([person[seen].mean() for person, seen in zip(patches, visible, strict=True)])
    return np.broadcast_to(own[:, None, None], patches.shape).astype(np.float32)


def last_day(patches: NDArray[np.float32], visible: NDArray[np.bool_]) -> NDArray[np.float32]:
    """The same time of the latest earlier day on which it was visible; the mean if on none."""
    per_day = MINUTES_PER_DAY // patches.shape[2]
    days = patches.shape[1] // per_day
    guess = np.zeros_like(patches)
    for day in range(1, days):
        now, before = (slice(d * per_day, (d + 1) * per_day) for d in (day, day - 1))
        guess[:, now] = np.where(visible[:, before, None], patches[:, before], guess[:, before])
    return guess


def linear_interpolation(
    patches: NDArray[np.float32], visible: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """A straight line between the nearest visible minutes."""
    people, tokens, width = patches.shape
    time, guess = np.arange(tokens * width), np.empty((people, tokens * width), np.float32)
    for i in range(people):
        seen = np.repeat(visible[i], width)
        guess[i] = np.interp(time, time[seen], patches[i].reshape(-1)[seen])
    return guess.reshape(patches.shape)


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
        patches = part.reshape(len(part), -1, config.patch)
        drawn = draw(len(part), patches.shape[1], plan.masking, validation_seed(start))
        seen, guessed = (_marks(tokens.numpy(), patches.shape[1]) for tokens in drawn)
        counts = guessed[:, :, None] & np.isfinite(patches)
        known = np.nan_to_num(patches, nan=0.0)
        for name, guess in BASELINES.items():
            residual = (guess(known, seen) - known)[counts]
            totals[name] += float(np.square(residual, dtype=np.float64).mean()) * len(part)
    return {name: total / len(minutes) for name, total in totals.items()}


def _marks(tokens: NDArray[np.int32], count: int) -> NDArray[np.bool_]:
    marks = np.zeros((len(tokens), count), np.bool_)
    np.put_along_axis(marks, tokens.astype(np.int64), values=True, axis=1)
    return marks
