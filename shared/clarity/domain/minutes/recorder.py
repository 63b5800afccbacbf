"""Which device recorded most of a person's movement: what its weeks are compared by."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np

from clarity.domain.intake.units import KIND_INDEX
from clarity.domain.minutes.channels import device_of

if TYPE_CHECKING:
    from datetime import date

    from clarity.domain.intake.columns import Samples

_STEPS: Final = KIND_INDEX["stepCount"]
_MODEL: Final = re.compile(r"[A-Za-z]{1,16}\d{1,3},\d{1,3}")  # as Apple writes one: Watch7,1


def recorder_of(samples: Samples, first_day: date, days: int) -> str:
    """The model of the device with most samples of steps in these days, such as "Watch7,1".

    Where its model is not known it is its kind: watch, phone, other; empty where nothing counted.
    """
    at = (samples.local_day() - np.datetime64(first_day)).astype(int)
    mine = samples.source[(samples.kind == _STEPS) & (at >= 0) & (at < days)]
    if not len(mine):
        return ""
    source = samples.sources[int(np.bincount(mine).argmax())]
    model = _MODEL.fullmatch(source.product_type)
    return source.product_type if model else device_of(source)
