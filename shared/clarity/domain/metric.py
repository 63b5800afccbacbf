"""One measured number, or the reason why there is none."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache
from typing import Final, Literal

MetricStatus = Literal["ok", "insufficient", "not_applicable"]

CLOCK: Final = "min after midnight"  # unit of a time of the day, 0 to 1440


@dataclass(frozen=True, slots=True)
class Metric:
    """A named number of a week.

    Attributes:
        name: What it is.
        value: The number, None unless the status is ok.
        unit: Its unit, empty for a plain number.
        status: ok; insufficient, when there is too little data of the right kind; not_applicable,
            when there is none of that kind or the number is undefined for such data.
        reason: Why there is no value, empty when there is one.
        method: The formula or algorithm that was used.
    """

    name: str
    value: float | None
    unit: str
    status: MetricStatus
    reason: str
    method: str

    def to_document(self) -> dict[str, object]:
        """Plain values for a document store."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Measure:
    """A metric that is yet to be given its value: name, unit and method."""

    name: str
    unit: str
    method: str

    def of(self, signal: str) -> Measure:
        """The measure of this movement signal, steps or counts, where it is written for steps.

        >>> Measure("l5", "steps/min", "lowest mean of hourly steps").of("counts").unit
        'counts/min'
        """
        return _measured_by(self, signal)

    def value(self, value: float, undefined: str = "undefined for this data") -> Metric:
        """The metric with its value; insufficient, because of `undefined`, when it is NaN."""
        if not math.isfinite(value):
            return self.insufficient(undefined)
        return Metric(self.name, float(value), self.unit, "ok", "", self.method)

    def insufficient(self, reason: str) -> Metric:
        """The metric without a value, because there is too little data."""
        return Metric(self.name, None, self.unit, "insufficient", reason, self.method)

    def not_applicable(self, reason: str) -> Metric:
        """The metric without a value, because there is no data of the kind it needs."""
        return Metric(self.name, None, self.unit, "not_applicable", reason, self.method)


@cache  # of the few measures that modules define
def _measured_by(measure: Measure, signal: str) -> Measure:
    named = {part: getattr(measure, part).replace("steps", signal) for part in ("unit", "method")}
    return replace(measure, **named)
