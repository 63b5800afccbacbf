"""What a HealthKit value may be: its kinds, its bounds, its longest interval, its unit.

The bounds are those that the nearest public HealthKit backend validates with (heart rate 30-300,
SpO2 70-100 %, SDNN 0-200 ms, respiration 5-60, steps up to 100,000), so a value outside is an
artefact or a unit error and not a rare person. What they leave open is bounded by what a body can
do:

* steps: 300 a minute. Elite sprinters reach 4.5 to 5 steps a second (Salo et al. 2011,
  doi:10.1249/MSS.0b013e3181f6f0fb), and nobody keeps that for a minute.
* distance on foot: 750 m a minute (12.5 m/s, above the fastest 100 m ever run).
* energy: 40 kcal a minute (an oxygen uptake of 8 l/min; the highest measured are below 7).
* temperature: 24 to 46.5 degC, where that backend has 35 to 42. Outside its bounds are people who
  matter: hypothermia begins below 35, and vital signs are expected down to 24 (the Swiss stages,
  Pasquier et al. 2019, doi:10.1186/s13049-019-0636-0); heat stroke passes 42 (Schmidt et al. 2024,
  doi:10.1186/s12245-024-00705-2), and 46.5 is the highest that anybody is known to have survived
  (Slovis et al. 1982, Ann Emerg Med 11:269).

A value is told in the canonical unit of its kind or in another one of the same dimension. The few
spellings that the clients send for a canonical unit are looked up; any other goes through pint,
which is loaded when the first one comes (most uploads need none). Only single names reach pint, and
only those that are known here: units are texts that clients write, and pint would evaluate what it
is given and keep what it has seen.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pint

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

# The unit that the values of a kind are kept in; a sleep stage is a code and has none.
CANONICAL: Final[dict[str, str]] = {
    "stepCount": "count",
    "heartRate": "count/min",
    "restingHeartRate": "count/min",
    "heartRateVariabilitySDNN": "ms",
    "oxygenSaturation": "%",
    "respiratoryRate": "count/min",
    "activeEnergyBurned": "kcal",
    "appleExerciseTime": "min",
    "distanceWalkingRunning": "m",
    "bodyTemperature": "degC",
    "sleepAnalysis": "",
    "workout": "min",
}


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
    "bodyTemperature": Limits(24, 46.5),
    "sleepAnalysis": Limits(0, 5),
    "workout": Limits(0, 2 * 1440, longest_s=2 * DAY_S),
}

# What HealthKit itself calls the types, the client's short names, and what open-wearables calls the
# same quantities of Health Connect. Its HEART_RATE_VARIABILITY is not among them: that is RMSSD,
# another statistic than SDNN; nor is its DISTANCE, which counts cycling.
ALIASES: Final = (
    KIND_INDEX
    | {f"HKQuantityTypeIdentifier{name[0].upper()}{name[1:]}": i for name, i in KIND_INDEX.items()}
    | {"HKCategoryTypeIdentifierSleepAnalysis": SLEEP, "HKWorkoutTypeIdentifier": WORKOUT}
    | {
        "STEP_COUNT": KIND_INDEX["stepCount"],
        "HEART_RATE": KIND_INDEX["heartRate"],
        "RESTING_HEART_RATE": KIND_INDEX["restingHeartRate"],
        "OXYGEN_SATURATION": KIND_INDEX["oxygenSaturation"],
        "RESPIRATORY_RATE": KIND_INDEX["respiratoryRate"],
        "ACTIVE_CALORIES_BURNED": KIND_INDEX["activeEnergyBurned"],
        "BODY_TEMPERATURE": KIND_INDEX["bodyTemperature"],
    }
)

MAX_UNIT: Final = 32  # characters; the longest unit that HealthKit writes for these kinds has 9


@dataclass(frozen=True, slots=True)
class Conversion:
    """canonical = (value * multiply + add) / divide.

    Whole numbers in all three places keep what is exact exact: 98.6 degF is (98.6 * 5 - 160) / 9,
    37.0 to the last bit.

    `fraction` says that values up to 1 mean 0 to 100 %.
    """

    multiply: float = 1.0
    add: float = 0.0
    divide: float = 1.0
    fraction: bool = False


_SAME: Final = Conversion()
_RATE: Final = dict.fromkeys(("count/min", "bpm", "beats/min", "breaths/min", "/min"), _SAME)
_TIME: Final = {"min": _SAME}
_SPELLED: Final[dict[str, dict[str, Conversion]]] = {
    "stepCount": dict.fromkeys(("count", "steps", "step"), _SAME),
    "heartRate": _RATE,
    "restingHeartRate": _RATE,
    "heartRateVariabilitySDNN": {"ms": _SAME},
    # HKUnit.percent() counts from 0 to 1, and clients send that number beside the unit "%"; others
    # multiply it by 100 and write the same "%". Nobody lives at 1 % saturation, so values up to 1
    # are fractions and larger ones are percentages. No library knows that; pint is not asked.
    "oxygenSaturation": {
        "%": Conversion(fraction=True),
        "percent": Conversion(fraction=True),
        "fraction": Conversion(multiply=100.0),
    },
    "respiratoryRate": _RATE,
    "activeEnergyBurned": dict.fromkeys(("kcal", "Cal", "kCal"), _SAME),  # Cal: the large calorie
    "appleExerciseTime": _TIME,
    "distanceWalkingRunning": {"m": _SAME},
    "bodyTemperature": dict.fromkeys(("degC", "°C", "C", "celsius"), _SAME),
    "sleepAnalysis": {},
    "workout": _TIME,
}

# The names that pint is told. A count has a dimension of its own here, so that a percentage or an
# angle is no step; small and large calories have no name but their symbols, since people write
# "calories" for either.
_DEFINED: Final = """
count = [count] = _ = counts = step = steps = beat = beats = breath = breaths
second = [time] = s = sec = seconds
minute = 60 * second = min = minutes
hour = 60 * minute = hr = h = hours
day = 24 * hour = d = days
hertz = count / second = Hz
meter = [length] = m = meters = metre = metres
inch = 25.4e-3 * meter = in = inches
foot = 12 * inch = ft = feet
yard = 3 * foot = yd = yards
mile = 5280 * foot = mi = miles
gram = [mass] = g
joule = 1000 * gram * meter ** 2 / second ** 2 = J = joules
watt = joule / second = W
small_calorie = 4.184 * joule = cal
large_calorie = 1000 * small_calorie = Cal
kelvin = [temperature] = K
degC = kelvin; offset: 273.15
degF = 5 / 9 * kelvin; offset: 233.15 + 200 / 9 = F = fahrenheit
"""
# As in HealthKit, only SI units take a prefix ("mc" is micro): "cd" is no hundredth of a day.
_PREFIXES: Final = {
    "p": "1e-12", "n": "1e-9", "mc": "1e-6", "m": "1e-3", "c": "1e-2", "d": "1e-1",
    "da": "1e1", "h": "1e2", "k": "1e3", "M": "1e6", "G": "1e9", "T": "1e12",
}  # fmt: skip
_PREFIXED: Final = ("s", "sec", "Hz", "m", "g", "J", "W", "cal", "K")
_WORDS: Final = {"kilo": "1e3", "milli": "1e-3", "centi": "1e-2"}
_WORDS_PREFIXED: Final = ("meter", "metre", "second", "joule")
_FACTOR: Final = r"[A-Za-z]{1,16}(?:\^?[1-4])?"
_TEXT: Final = re.compile(rf"({_FACTOR}(?:[*.·]{_FACTOR}){{0,2}})(?:/({_FACTOR}))?")
_PARTS: Final = re.compile(r"([A-Za-z]+)\^?([1-4])?")


@dataclass(frozen=True, slots=True)
class _Measure:
    """What a unit measures: base units = value * scale + shift; dimension -> power."""

    scale: Fraction
    shift: Fraction
    powers: Mapping[str, Fraction]


def conversion(kind: int, unit: str) -> Conversion | None:
    """How `unit` becomes the canonical unit of `kind`; None when it is not a unit of it.

    >>> conversion(KIND_INDEX["distanceWalkingRunning"], "km").multiply
    1000.0
    >>> conversion(KIND_INDEX["heartRate"], "kcal") is None
    True
    """
    if kind == SLEEP:  # a stage code has no unit, and what the client writes there says nothing
        return _SAME
    return None if len(unit) > MAX_UNIT else _conversion(kind, unit)


def expected_unit(kind: int) -> str:
    """What a unit of this kind may be, in words."""
    more = "fraction" if KINDS[kind] == "oxygenSaturation" else "a unit that converts to it"
    return f"{CANONICAL[KINDS[kind]]} or {more}"


@lru_cache(maxsize=1024)
def _conversion(kind: int, unit: str) -> Conversion | None:
    spelled, text = _SPELLED[KINDS[kind]], unit.strip()
    found = spelled.get(text) or spelled.get(text.lower())
    if found is not None or KINDS[kind] == "oxygenSaturation":
        return found
    given, wanted = _measure(text), _wanted(kind)
    if given is None or wanted is None or given.powers != wanted.powers:
        return None
    scale, shift = given.scale / wanted.scale, (given.shift - wanted.shift) / wanted.scale
    divide = math.lcm(scale.denominator, shift.denominator)
    return Conversion(float(scale * divide), float(shift * divide), float(divide))


@cache
def _wanted(kind: int) -> _Measure | None:
    return _measure(CANONICAL[KINDS[kind]])


def _measure(text: str) -> _Measure | None:
    """What a unit text measures: `a`, `a*b`, `a/b`, `1/b`, with powers; None where it is none."""
    plain = text.replace("°", "deg").replace("µ", "mc").replace("μ", "mc")
    written = _TEXT.fullmatch(re.sub(r"^1?/", "count/", plain))
    if written is None:
        return None
    parts = [(part, 1) for part in _PARTS.findall(written[1])]
    parts += [(part, -1) for part in _PARTS.findall(written[2] or "")]
    scale, powers = Fraction(1), dict[str, Fraction]()
    for (name, digit), sign in parts:
        if name not in _vocabulary():
            return None
        one, power = _named(name), sign * int(digit or 1)
        if len(parts) == 1 and power == 1:
            return one
        if one.shift:
            return None  # a temperature on a scale of its own has no product
        scale *= one.scale**power
        for dimension, exponent in one.powers.items():
            powers[dimension] = powers.get(dimension, Fraction(0)) + exponent * power
    return _Measure(scale, Fraction(0), {name: power for name, power in powers.items() if power})


@cache  # of a vocabulary that is finite
def _named(name: str) -> _Measure:
    registry = _registry()
    unit = registry.parse_units(name)
    one, none = (registry.Quantity(Fraction(each), unit).to_root_units() for each in (1, 0))
    powers = {dimension: Fraction(str(power)) for dimension, power in unit.dimensionality.items()}
    return _Measure(one.magnitude - none.magnitude, none.magnitude, powers)


@cache
def _vocabulary() -> frozenset[str]:
    """Every name that pint may be asked for."""
    symbols = {prefix + unit for prefix in _PREFIXES for unit in _PREFIXED}
    words = {
        prefix + unit + end for prefix in _WORDS for unit in _WORDS_PREFIXED for end in ("", "s")
    }
    return frozenset(symbols | words | {name for name in _registry() if name.isalpha()})


@cache
def _registry() -> pint.UnitRegistry[Any]:
    """The units above in exact fractions."""
    import pint  # noqa: PLC0415  # 0.1 s and 13 MB that most processes never need

    registry = pint.UnitRegistry[Any](None, non_int_type=Fraction)
    for name, factor in (_PREFIXES | _WORDS).items():
        registry.define(f"{name}- = {factor}")
    for line in _DEFINED.strip().splitlines():
        registry.define(line)
    return registry
