"""PAT's fixed positions, for every runtime of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def position_table(tokens: int, embed: int) -> NDArray[np.float64]:
    """(tokens, embed) fixed positions: all sines first, then all cosines, not interleaved.

    >>> position_table(2, 4)[0].tolist()
    [0.0, 0.0, 1.0, 1.0]
    """
    frequency = np.exp(np.arange(0, embed, 2) * (-np.log(10_000.0) / embed))  # (D/2,)
    angle = np.arange(tokens)[:, None] * frequency  # (N, D/2)
    return np.concatenate([np.sin(angle), np.cos(angle)], axis=-1)
