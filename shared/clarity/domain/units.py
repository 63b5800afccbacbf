"""What a HealthKit value may be: its units, its bounds, its longest interval.

The bounds are those that the nearest public HealthKit backend validates with (heart rate 30-300,
SpO2 70-100 %, SDNN 0-200 ms, respiration 5-60, temperature 35-42 degC, steps up to 100,000), so a
value outside is an artefact or a unit error and not a rare person. What they leave open is bounded
by what a body can do:

* steps: 300 a minute. Elite sprinters reach 4.5 to 5 steps a second (Salo et al. 2011,
  doi:10.1249/MSS.0b013e3181f6f0fb), and nobody keeps that for a minute.
* distance on foot: 750 m a minute (12.5 m/s, above the fastest 100 m ever run).
* energy: 40 kcal a minute (an oxygen uptake of 8 l/min; the highest measured are below 7).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

HOUR_S: Final = 3600.0
DAY_S: Final = 86_400.0

# The order is the storage format of the `kind` column: append only.
KINDS: Final = (
    "stepCount",
    "heartRate",
    "restingHeartRate",
    "heartRateVariabilitySDNN",
    "oxygenSaturation",
    "respiratoryRate",
    "activeEnergyBurned",
    "appleExerciseTime",
    "distanceWalkingRunning",
    "bodyTemperature",
    "sleepAnalysis",
    "workout",
)
KIND_INDEX: Final = {name: index for index, name in enumerate(KINDS)}
SLEEP: Final = KIND_INDEX["sleepAnalysis"]
WORKOUT: Final = KIND_INDEX["workout"]


@dataclass(frozen=True, slots=True)
class Conversion:
    """canonical = value * scale + shift; `fraction` says that values up to 1 mean 0 to 100 %."""

    scale: float = 1.0
    shift: float = 0.0
    fraction: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one kind in its canonical unit.

    Attributes:
        low: Smallest value accepted.
        high: Largest value accepted.
        longest_s: Longest interval accepted, in seconds.
        per_minute: Largest mean rate over the interval (counted as a minute at least).
    """

    low: float
    high: float
    longest_s: float = DAY_S
    per_minute: float = float("inf")


_SAME: Final = Conversion()
_RATE: Final = dict.fromkeys(
    ("count/min", "bpm", "beats/min", "breaths/min", "/min", "1/min"), _SAME
) | {"count/s": Conversion(60.0), "Hz": Conversion(60.0)}
_TIME: Final = {
    "min": _SAME,
    "s": Conversion(1 / 60),
    "sec": Conversion(1 / 60),
    "hr": Conversion(60.0),
    "h": Conversion(60.0),
}
# HKUnit.percent() counts from 0 to 1, and the client sends that number beside the unit "%". Nobody
# lives at 1 % saturation, so values up to 1 are fractions and larger ones are percentages.
_PERCENT: Final = {
    "%": Conversion(fraction=True),
    "percent": Conversion(fraction=True),
    "fraction": Conversion(100.0),
}
_ENERGY: Final = {
    "kcal": _SAME,
    "Cal": _SAME,  # the large calorie
    "cal": Conversion(1e-3),
    "kJ": Conversion(1 / 4.184),
    "J": Conversion(1 / 4184.0),
}
_LENGTH: Final = {
    "m": _SAME,
    "km": Conversion(1000.0),
    "cm": Conversion(0.01),
    "mi": Conversion(1609.344),
    "ft": Conversion(0.3048),
    "yd": Conversion(0.9144),
}
_TEMPERATURE: Final = (
    dict.fromkeys(("degC", "°C", "C"), _SAME)
    | dict.fromkeys(("degF", "°F", "F"), Conversion(1 / 1.8, -32 / 1.8))
    | {"K": Conversion(shift=-273.15)}
)

UNITS: Final[dict[str, dict[str, Conversion]]] = {
    "stepCount": dict.fromkeys(("count", "steps", "step"), _SAME),
    "heartRate": _RATE,
    "restingHeartRate": _RATE,
    "heartRateVariabilitySDNN": {"ms": _SAME, "s": Conversion(1000.0)},
    "oxygenSaturation": _PERCENT,
    "respiratoryRate": _RATE,
    "activeEnergyBurned": _ENERGY,
    "appleExerciseTime": _TIME,
    "distanceWalkingRunning": _LENGTH,
    "bodyTemperature": _TEMPERATURE,
    "sleepAnalysis": {},  # a category: the stage code has no unit
    "workout": _TIME,
}

LIMITS: Final[dict[str, Limits]] = {
    # No minute can be told from a step total over more than four hours.
    "stepCount": Limits(0, 100_000, longest_s=4 * HOUR_S, per_minute=300),
    "heartRate": Limits(30, 300, longest_s=4 * HOUR_S),
    "restingHeartRate": Limits(30, 300, longest_s=2 * DAY_S),
    "heartRateVariabilitySDNN": Limits(0, 200),
    "oxygenSaturation": Limits(70, 100),
    "respiratoryRate": Limits(5, 60),
    "activeEnergyBurned": Limits(0, 20_000, per_minute=40),
    "appleExerciseTime": Limits(0, 1440),
    "distanceWalkingRunning": Limits(0, 300_000, per_minute=750),
    "bodyTemperature": Limits(35, 42),
    "sleepAnalysis": Limits(0, 5),
    "workout": Limits(0, 2 * 1440, longest_s=2 * DAY_S),
}

# What HealthKit itself calls the types, and the client's short names.
ALIASES: Final = (
    KIND_INDEX
    | {f"HKQuantityTypeIdentifier{name[0].upper()}{name[1:]}": i for name, i in KIND_INDEX.items()}
    | {"HKCategoryTypeIdentifierSleepAnalysis": SLEEP, "HKWorkoutTypeIdentifier": WORKOUT}
)


def conversion(kind: int, unit: str) -> Conversion | None:
    """How `unit` becomes the canonical unit of `kind`; None when it is not a unit of it.

    >>> conversion(KIND_INDEX["distanceWalkingRunning"], "km").scale
    1000.0
    >>> conversion(KIND_INDEX["heartRate"], "kcal") is None
    True
    """
    units = UNITS[KINDS[kind]]
    text = unit.strip()
    return units.get(text) or units.get(text.lower())
