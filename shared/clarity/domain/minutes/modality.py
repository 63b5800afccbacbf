"""Which channels of a grid served as what, and which of them a movement model may read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from clarity.domain.minutes.grid import CHANNELS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clarity.domain.minutes.grid import Grid, Signal

# proxy: the quantity that the model was trained on, of another kind of device, so that its reading
# rests on an assumption; refused: never given to it.
Role = Literal["proxy", "refused"]

_SERVES: Final[Mapping[str, str]] = {
    "steps": "movement: rhythm, activity, and rest where no sleep is recorded",
    "counts": "movement: rhythm, activity, sleep and wake",
    "heart_rate": "evidence of wear, rest where no sleep is recorded, resting and daily heart rate",
    "energy": "effort without steps",
    "distance": "nothing yet",
    "stage": "sleep periods and stages, evidence of wear",
}
_REFUSED: Final[Mapping[str, str]] = {
    "steps": "steps are not activity counts: their scale and what they miss differ",
    "counts": "activity counts are not steps: a weighted device-specific unit, not a cadence",
    "heart_rate": "the model was trained on movement; heart rate rises without it and lags it",
    "energy": "an estimate that the device made of movement, heart rate and body size",
    "distance": "an estimate that the device made of steps and position",
    "stage": "a judgement of the device, not movement",
}
_PROXY: Final = (
    "the model was trained on steps of a waist-worn accelerometer; a watch and a phone count "
    "otherwise, and are worn and carried at other times"
)


@dataclass(frozen=True, slots=True)
class Input:
    """What one channel of a grid is good for.

    Attributes:
        channel: A name in `CHANNELS`, or stage.
        minutes: In how many minutes it was observed.
        serves: What the metrics take from it.
        role: What it is to a movement model.
        reason: Why.
    """

    channel: str
    minutes: int
    serves: str
    role: Role
    reason: str

    def to_document(self) -> dict[str, object]:
        """Plain values for a document store."""
        return {name: getattr(self, name) for name in self.__slots__}


def inputs_of(grid: Grid, model: Signal = "steps") -> tuple[Input, ...]:
    """What each channel that the grid has served as, in the order of `CHANNELS`, stage last.

    Args:
        grid: The days.
        model: The movement signal that the model was trained on.
    """
    minutes = {name: int((~np.isnan(getattr(grid, name))).sum()) for name in CHANNELS}
    minutes["stage"] = int((grid.stage >= 0).sum())
    return tuple(_use(name, count, model) for name, count in minutes.items() if count)


def _use(channel: str, minutes: int, model: Signal) -> Input:
    if channel != model:
        return Input(channel, minutes, _SERVES[channel], "refused", _REFUSED[channel])
    if channel == "steps":
        return Input(channel, minutes, _SERVES[channel], "proxy", _PROXY)
    reason = "the model was trained on activity counts; those of another device may differ in scale"
    return Input(channel, minutes, _SERVES[channel], "proxy", reason)
