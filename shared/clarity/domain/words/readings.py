"""How each number is told: in which insight, its unit, its rounding, and what is followed of it."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from clarity.domain.metric import CLOCK

if TYPE_CHECKING:
    from collections.abc import Mapping

FactStatus = Literal["ok", "insufficient", "not_applicable", "reference"]
FactKind = Literal[
    "quality", "measure", "reference", "usual", "change", "average", "trend", "shift"
]
Topic = Literal["quality", "sleep", "rhythm", "activity", "heart"]

_MINUTES_PER_DAY: Final = 1440
_LARGEST: Final = 1e9
_COARSE_STEPS: Final = 100.0  # averages over a week are not known to a single step: tens from here
_TEN: Final = -1


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that the data shows, does not show, or is compared with.

    Attributes:
        id: "F1", "F2", ... in the order of the list; sentences cite it.
        metric: The analysis's name of it; what is more than a measure adds its kind: "x.usual".
        kind: What is told of the metric.
        label: What it is, in the person's language.
        topic: What a sentence that rests on it must be about.
        value: In `unit`; None where it is not known. Of a measure unrounded; of a change, a trend
            and a shift the signed difference of rounded values, so that a reader's own sum agrees;
            of a reference its lower end, or the upper one where there is no lower.
        unit: min, %, points (of per cent), steps/day, steps/min, beats/min, clock (minutes after
            midnight), days, weeks, date, or empty for a plain number.
        text: The value as a person reads it, rounded, with its unit, in the person's language.
        status: ok; insufficient, where there is too little data; not_applicable, where the device
            cannot tell; or reference, a published value for comparison whose source `note` names.
        method: How it was computed.
        note: What else there is to know, the same in every language: a source, dates, a caveat.
        direction: Of a change, a trend or a shift: 1 up or later, -1 down or earlier, 0 within
            what is usual for the person.
        professional: Whether a published threshold for seeing a professional is crossed.
        low: Lower end of a reference; None where it is open.
        high: Upper end of a reference; None where it is open.
    """

    id: str
    metric: str
    kind: FactKind
    label: str
    topic: Topic
    value: float | None
    unit: str
    text: str
    status: FactStatus
    method: str
    note: str
    direction: int = 0
    professional: bool = False
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """How one metric is told.

    Attributes:
        topic: What it is about.
        unit: What it is told in.
        insights: The types of insight that tell it.
        digits: Decimal places.
        followed: Whether its weeks are compared.
        least: The difference of two weeks below which nothing is said to have changed, for a
            device does not know a week more closely; no clinical limit.
    """

    topic: Topic
    unit: str
    insights: frozenset[str]
    digits: int = 0
    followed: bool = False
    least: float = 0.0

    @property
    def difference(self) -> str:
        """The unit of a difference of two values."""
        return {"%": "points", "clock": "min"}.get(self.unit, self.unit)

    def factor(self, unit: str) -> float | None:
        """What a value in another unit is multiplied with; None where it is another quantity."""
        return 1.0 if unit == self.unit else _UNITS.get(self.unit, {}).get(unit)

    def rounded(self, value: float) -> float:
        """The value as it is told.

        >>> READINGS["daily_steps"].rounded(9847.3), READINGS["sleep_midpoint"].rounded(-10.2)
        (9850.0, 1430.0)
        """
        if self.unit == "clock":
            return round(value) % float(_MINUTES_PER_DAY)
        coarse = self.unit == "steps/day" and abs(value) >= _COARSE_STEPS
        return round(value, _TEN if coarse else self.digits) + 0.0  # no minus before a zero

    def apart(self, value: float, other: float) -> float:
        """How far the told value lies above another told one; of clock times the shorter way.

        >>> READINGS["sleep_midpoint"].apart(10.0, 1430.0)
        20.0
        """
        return round(self.between(self.rounded(value), self.rounded(other)), self.digits)

    def rounded_step(self, value: float) -> float:
        """A difference as it is told."""
        return float(round(value)) if self.unit == "clock" else self.rounded(value)

    def between(self, value: float, other: float) -> float:
        """How far a value lies above another one; of clock times the shorter way."""
        if self.unit != "clock":
            return value - other
        half = _MINUTES_PER_DAY / 2
        return (value - other + half) % _MINUTES_PER_DAY - half


_GENERAL: Final = frozenset({"general", "sleep"})
_DAY: Final = frozenset({"general", "activity"})
_ALL: Final = frozenset({"general", "sleep", "activity"})
_SLEEP: Final = frozenset({"sleep"})
_ACTIVITY: Final = frozenset({"activity"})
_RHYTHM: Final = frozenset({"sleep", "activity"})

# In the order in which they are told.
READINGS: Final[Mapping[str, Reading]] = MappingProxyType(
    {
        "total_sleep_time": Reading("sleep", "min", _GENERAL, followed=True, least=10.0),
        "sleep_efficiency": Reading("sleep", "%", _GENERAL, followed=True, least=2.0),
        "wake_after_sleep_onset": Reading("sleep", "min", _GENERAL, followed=True, least=5.0),
        "sleep_onset_latency": Reading("sleep", "min", _SLEEP),
        "awakenings": Reading("sleep", "", _SLEEP, digits=1),
        "sleep_midpoint": Reading("sleep", "clock", _GENERAL, followed=True, least=10.0),
        "sleep_onset_variability": Reading("sleep", "min", _GENERAL, followed=True, least=10.0),
        "social_jet_lag": Reading("sleep", "min", _SLEEP),
        "sleep_regularity_index": Reading("sleep", "", _SLEEP),
        "circadian_rhythm_strength": Reading(
            "rhythm", "", _ALL, digits=2, followed=True, least=0.05
        ),
        "interdaily_stability": Reading("rhythm", "", _RHYTHM, digits=2),
        "intradaily_variability": Reading("rhythm", "", _ACTIVITY, digits=2),
        "relative_amplitude": Reading("rhythm", "", _ACTIVITY, digits=2),
        "rest_activity_ratio": Reading("rhythm", "", _ACTIVITY, digits=2),
        "daily_steps": Reading("activity", "steps/day", _DAY, followed=True, least=300.0),
        "moderate_minutes": Reading("activity", "min", _DAY, followed=True, least=5.0),
        "activity_fragmentation": Reading("activity", "", _ACTIVITY, digits=2),
        "m10": Reading("activity", "steps/min", _ACTIVITY, digits=1),
        "l5": Reading("activity", "steps/min", _ACTIVITY, digits=1),
        "resting_heart_rate": Reading("heart", "beats/min", _DAY, followed=True, least=2.0),
    }
)
# How much data there is.
QUALITY: Final[Mapping[str, Reading]] = MappingProxyType(
    {
        "window": Reading("quality", "date", _ALL),
        "valid_days": Reading("quality", "days", _ALL),
        "coverage": Reading("quality", "%", _ALL),
        "weeks_counted": Reading("quality", "weeks", _ALL),
    }
)

# Other spellings of a unit, and the factor to ours.
_UNITS: Final[Mapping[str, Mapping[str, float]]] = MappingProxyType(
    {
        "min": {"min/day": 1.0, "minutes": 1.0, "h": 60.0, "hours": 60.0, "s": 1 / 60},
        "%": {"percent": 1.0, "": 100.0, "1": 100.0, "fraction": 100.0, "ratio": 100.0},
        "clock": {CLOCK: 1.0},
        "beats/min": {"count/min": 1.0, "bpm": 1.0},
    }
)


def number(value: object) -> float | None:
    """A finite number of a size that a person's data can have; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) <= _LARGEST else None  # NaN is not


def mapping(value: object) -> Mapping[str, object]:
    """A map of a document; empty for anything else."""
    return value if isinstance(value, dict) else {}


def sequence(value: object) -> list[object]:
    """A list of a document; empty for anything else."""
    return list(value) if isinstance(value, list | tuple) else []
