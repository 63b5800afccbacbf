"""Stretches of minutes: where a mask is True, and such stretches joined over short gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

Run = tuple[int, int]  # first minute, one past the last


def runs(flags: NDArray[np.bool_], least: int = 1) -> list[Run]:
    """The stretches of True as (first, one past the last), those of so many minutes or more.

    >>> runs(np.array([True, True, False, True]))
    [(0, 2), (3, 4)]
    """
    low, high = _edges(flags)
    if least > 1:
        long = high - low >= least
        low, high = low[long], high[long]
    return list(zip(low.tolist(), high.tolist(), strict=True))


def longest_run(flags: NDArray[np.bool_]) -> int:
    """Length of the longest stretch of True.

    >>> longest_run(np.array([True, True, False, True]))
    2
    """
    low, high = _edges(flags)
    return int((high - low).max(initial=0))


def _edges(flags: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(k,) the first minute of each stretch of True, and one past its last."""
    inside = np.zeros(len(flags) + 2, np.bool_)
    inside[1:-1] = flags
    edges = np.flatnonzero(inside[1:] != inside[:-1])
    return edges[::2], edges[1::2]


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


def bridged(flags: NDArray[np.bool_], limit: int | NDArray[np.int64]) -> NDArray[np.bool_]:
    """(m,) with the gaps between two Trues filled that are shorter than the limit.

    A limit per minute holds for the gap that begins after that minute.

    >>> bridged(np.array([True, False, True, False, False, True, False]), 2).astype(int)
    array([1, 1, 1, 0, 0, 1, 0])
    """
    at = np.flatnonzero(flags)
    out = np.array(flags)
    if len(at) > 1:
        length = np.diff(at)
        short = length <= (limit if isinstance(limit, int) else limit[at[:-1]])
        out[at[0] : at[-1]] |= np.repeat(short, length)
    return out
