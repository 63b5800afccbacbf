"""Which device recorded most of a person's movement: what its weeks are compared by."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np

from clarity.domain.intake.units import KIND_INDEX
from clarity.domain.minutes.channels import device_of

if TYPE_CHECKING:
    from clarity.domain.intake.columns import Samples

_STEPS: Final = KIND_INDEX["stepCount"]
_EPOCH: Final = date(1970, 1, 1)
_DAY_S: Final = 86_400.0
_MODEL: Final = re.compile(r"[A-Za-z]{1,16}\d{1,3},\d{1,3}")  # as Apple writes one: Watch7,1


def recorder_of(samples: Samples, first_day: date, days: int) -> str:
    """The model of the device with most samples of steps in these days, such as "Watch7,1".

    Where its model is not known it is its kind: watch, phone, other; empty where nothing counted.
    """
    steps = np.flatnonzero(samples.kind == _STEPS)
    local = samples.start[steps] + samples.offset[steps]
    low = _DAY_S * (first_day - _EPOCH).days
    mine = samples.source[steps[(local >= low) & (local < low + days * _DAY_S)]]
    if not len(mine):
        return ""
    source = samples.sources[int(np.bincount(mine).argmax())]
    model = _MODEL.fullmatch(source.product_type)
    return source.product_type if model else device_of(source)
