from __future__ import annotations

import subprocess
import sys
import time
from itertools import product
from pathlib import Path

import pytest

from clarity.domain.intake import units
from clarity.domain.intake.units import CANONICAL, KIND_INDEX, KINDS, Conversion, conversion
from tests.healthkit import MONDAY, at, parsed, read, sample

SHARED = Path(__file__).resolve().parents[2] / "shared"
NOON = at(MONDAY, 720)


def canonical(kind: str, value: float, unit: str) -> float:
    how = conversion(KIND_INDEX[kind], unit)
    assert how is not None
    return (value * how.multiply + how.add) / how.divide


@pytest.mark.parametrize(
    ("kind", "value", "unit", "expected"),
    [
        ("stepCount", 7, "count", 7),
        ("stepCount", 7, "steps", 7),
        ("stepCount", 7, "counts", 7),
        ("heartRate", 1, "count/s", 60),
        ("heartRate", 3600, "count/hr", 60),
        ("heartRate", 0.06, "count/ms", 3600),
        ("heartRate", 1.5, "Hz", 90),
        ("heartRate", 1500, "mHz", 90),
        ("heartRate", 60, "beats/min", 60),
        ("heartRate", 1, "1/s", 60),
        ("restingHeartRate", 60, "BPM", 60),
        ("respiratoryRate", 0.25, "breaths/s", 15),
        ("heartRateVariabilitySDNN", 0.05, "s", 50),
        ("heartRateVariabilitySDNN", 50_000, "mcs", 50),
        ("heartRateVariabilitySDNN", 50_000, "µs", 50),
        ("activeEnergyBurned", 4.184, "kJ", 1),
        ("activeEnergyBurned", 4184, "J", 1),
        ("activeEnergyBurned", 1000, "cal", 1),
        ("activeEnergyBurned", 1, "Cal", 1),
        ("activeEnergyBurned", 1, "kCal", 1),
        ("activeEnergyBurned", 523, "W*hr", 450),
        ("activeEnergyBurned", 4184, "kg*m^2/s^2", 1),
        ("appleExerciseTime", 0.5, "hr", 30),
        ("appleExerciseTime", 0.5, "h", 30),
        ("appleExerciseTime", 90, "s", 1.5),
        ("appleExerciseTime", 0.25, "d", 360),
        ("workout", 90_000, "ms", 1.5),
        ("distanceWalkingRunning", 0.25, "mi", 402.336),
        ("distanceWalkingRunning", 3, "ft", 0.9144),
        ("distanceWalkingRunning", 1, "yd", 0.9144),
        ("distanceWalkingRunning", 100, "in", 2.54),
        ("distanceWalkingRunning", 250, "cm", 2.5),
        ("distanceWalkingRunning", 1.2, "km", 1200),
        ("distanceWalkingRunning", 2, "miles", 3218.688),
        ("bodyTemperature", 310.15, "K", 37),
        ("bodyTemperature", 37, "°C", 37),
    ],
)
def test_a_unit_of_the_right_dimension_converts(
    kind: str, value: float, unit: str, expected: float
):
    assert canonical(kind, value, unit) == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("unit", ["degF", "°F", "F"])
@pytest.mark.parametrize(
    ("fahrenheit", "celsius"), [(98.6, 37.0), (95.0, 35.0), (104.0, 40.0), (32.0, 0.0)]
)
def test_fahrenheit_is_exact(unit: str, fahrenheit: float, celsius: float):
    assert canonical("bodyTemperature", fahrenheit, unit) == celsius


@pytest.mark.parametrize(
    ("kind", "unit"),
    [
        ("stepCount", "%"), ("stepCount", "rad"), ("stepCount", "kcal"), ("stepCount", "1/min"),
        ("heartRate", "mg"), ("heartRate", "mg/dL"), ("heartRate", "min"), ("heartRate", "s^2"),
        ("heartRate", "Hz*s"), ("heartRateVariabilitySDNN", "m"),
        ("heartRateVariabilitySDNN", "S"), ("activeEnergyBurned", "W"),
        ("activeEnergyBurned", "calories"), ("activeEnergyBurned", "CAL"),
        ("appleExerciseTime", "cd"), ("appleExerciseTime", "m"), ("distanceWalkingRunning", "nmi"),
        ("distanceWalkingRunning", "g"), ("distanceWalkingRunning", "m/s*s"),
        ("oxygenSaturation", "kPa"), ("bodyTemperature", "degF*s/s"), ("bodyTemperature", "K/s"),
    ],
)  # fmt: skip
def test_a_unit_of_another_kind_is_none(kind: str, unit: str):
    assert conversion(KIND_INDEX[kind], unit) is None

    upload = parsed([sample(kind, NOON, 600, value=1.0, unit=unit)])
    assert [rejection.code for rejection in upload.rejected] == ["bad_unit"]
    assert CANONICAL[kind] in upload.rejected[0].expected


def test_a_count_is_no_unit_for_what_is_not_counted():
    for kind in KINDS[2:10]:
        if CANONICAL[kind] != "count/min":
            assert conversion(KIND_INDEX[kind], "count") is None


@pytest.mark.parametrize("kind", KINDS)
def test_the_canonical_unit_is_the_value_itself(kind: str):
    how = conversion(KIND_INDEX[kind], CANONICAL[kind])

    assert how == Conversion(fraction=kind == "oxygenSaturation")


@pytest.mark.parametrize(
    ("value", "unit", "percent"),
    [(0.97, "%", 97), (97, "%", 97), (1.0, "%", 100), (0.97, "fraction", 97), (98, "percent", 98)],
)
def test_a_percentage_is_a_fraction_up_to_one(value: float, unit: str, percent: float):
    samples = read([sample("oxygenSaturation", NOON, value=value, unit=unit)])

    assert samples.value[0] == pytest.approx(percent)


@pytest.mark.parametrize(
    ("kind", "spellings"),
    [
        ("distanceWalkingRunning", [(0.3, "mi"), (482.8032, "m"), (0.4828032, "km"), (1584, "ft")]),
        ("bodyTemperature", [(98.6, "degF"), (37.0, "degC"), (310.15, "K")]),
        ("activeEnergyBurned", [(12.5, "kcal"), (52.3, "kJ"), (12_500, "cal"), (52_300, "J")]),
        ("heartRate", [(66, "count/min"), (1.1, "Hz"), (3960, "count/hr")]),
        ("appleExerciseTime", [(7, "min"), (420, "s"), (7 / 60, "hr"), (7 / 1440, "d")]),
    ],
)
def test_a_measurement_has_one_identity_in_every_unit(
    kind: str, spellings: list[tuple[float, str]]
):
    written = [sample(kind, NOON, 600, value=value, unit=unit) for value, unit in spellings]

    assert len(read(written).unique()) == 1


HOSTILE = [
    "9**9**9**9", "m^9^9^9", "m**99999999", "1e999999999*m", "(" * 30, "__import__('os')", "nan",
    "inf", "None", "lambda", "m" * 100_000, "m*" * 16, "/" * 32, "1/" * 16, "\0", "\ud83d", "m\nm",
    "in in", "e", "pi", "delta_degF", "m^0", "m²", "٣m", "count/0", "°", "µ", " ", "",
]  # fmt: skip


def test_no_text_makes_reading_a_unit_raise_or_take_long():
    fragments = [
        "m",
        "s",
        "degF",
        "/",
        "*",
        "^",
        "2",
        "9",
        "1",
        "(",
        ")",
        " ",
        "°",
        "%",
        "nan",
        ".",
    ]
    texts = [*HOSTILE, *map("".join, product(fragments, repeat=3))]
    began = time.perf_counter()
    for kind in range(len(KINDS)):
        for text in texts:
            conversion(kind, text)
    taken = (time.perf_counter() - began) / (len(texts) * len(KINDS))

    assert taken < 2e-4  # about 5 us each, pint's own start included


def test_every_name_that_pint_may_be_asked_for_has_an_answer():
    for name in units._vocabulary():
        taken = [kind for kind in KINDS if conversion(KIND_INDEX[kind], name) is not None]
        assert len(taken) <= 4, name


def test_the_domain_and_a_week_in_canonical_units_need_no_pint():
    program = """
import pkgutil, importlib, sys
from clarity import domain
for module in pkgutil.walk_packages(domain.__path__, prefix="clarity.domain."):
    importlib.import_module(module.name)
from clarity.domain.intake.units import CANONICAL, KIND_INDEX, conversion
for kind, unit in CANONICAL.items():
    assert conversion(KIND_INDEX[kind], unit)
assert "pint" not in sys.modules
assert conversion(KIND_INDEX["distanceWalkingRunning"], "mi")
assert "pint" in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], cwd=SHARED, check=True)
