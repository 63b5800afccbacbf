"""Stretches of minutes: where a mask is True, and such stretches joined over short gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

Run = tuple[int, int]  # first minute, one past the last


def runs(flags: NDArray[np.bool_]) -> list[Run]:
    """The stretches of True as (first, one past the last).

    >>> runs(np.array([True, True, False, True]))
    [(0, 2), (3, 4)]
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def longest_run(flags: NDArray[np.bool_]) -> int:
    """Length of the longest stretch of True.

    >>> longest_run(np.array([True, True, False, True]))
    2
    """
    return max((high - low for low, high in runs(flags)), default=0)


def joined(stretches: Iterable[Run], gap: int) -> list[Run]:
    """Stretches in order of time, made one where less than `gap` minutes lie between them.

    >>> joined([(0, 2), (3, 4), (9, 10)], 2)
    [(0, 4), (9, 10)]
    """
    out: list[Run] = []
    for low, high in stretches:
        if out and low - out[-1][1] < gap:
            out[-1] = (out[-1][0], high)
        else:
            out.append((low, high))
    return out
