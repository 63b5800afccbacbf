"""Every kind of sample is taken, under each of its names, inside its bounds and not outside."""

from __future__ import annotations

from typing import Any

import pytest

from clarity.domain.intake.samples import KINDS
from tests.healthkit import MONDAY, at, parsed, read, sample, slept

NOON = at(MONDAY, 720)
IDENTIFIERS = {
    "stepCount": ("HKQuantityTypeIdentifierStepCount", "count", (0, 100_000)),
    "heartRate": ("HKQuantityTypeIdentifierHeartRate", "count/min", (30, 300)),
    "restingHeartRate": ("HKQuantityTypeIdentifierRestingHeartRate", "count/min", (30, 300)),
    "heartRateVariabilitySDNN": (
        "HKQuantityTypeIdentifierHeartRateVariabilitySDNN", "ms", (0, 200)),
    "oxygenSaturation": ("HKQuantityTypeIdentifierOxygenSaturation", "%", (70, 100)),
    "respiratoryRate": ("HKQuantityTypeIdentifierRespiratoryRate", "count/min", (5, 60)),
    "activeEnergyBurned": ("HKQuantityTypeIdentifierActiveEnergyBurned", "kcal", (0, 20_000)),
    "appleExerciseTime": ("HKQuantityTypeIdentifierAppleExerciseTime", "min", (0, 1440)),
    "distanceWalkingRunning": (
        "HKQuantityTypeIdentifierDistanceWalkingRunning", "m", (0, 300_000)),
    "bodyTemperature": ("HKQuantityTypeIdentifierBodyTemperature", "degC", (24, 46.5)),
    "sleepAnalysis": ("HKCategoryTypeIdentifierSleepAnalysis", "", (0, 5)),
    "workout": ("HKWorkoutTypeIdentifier", "min", (0, 2880)),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_known_by_both_names_and_inside_its_bounds(kind: str):
    name, unit, (low, high) = IDENTIFIERS[kind]
    day = 24 * 3600
    long = {"stepCount": 4 * 3600, "heartRate": 4 * 3600}.get(kind, day)
    inside = {"stepCount": 70_000, "distanceWalkingRunning": 250_000}.get(kind, high)

    def reading(value: float) -> dict[str, Any]:
        stage = int(value) if kind == "sleepAnalysis" else None
        return sample(name, NOON, long, value=float(value), unit=unit, stage=stage)

    accepted = read([reading(low), reading(inside), reading(inside) | {"sample_type": kind}])
    refused = parsed([reading(low - 1), reading(high + 1)])

    assert [KINDS[each] for each in accepted.kind] == [kind] * 3
    assert accepted.value.tolist() == [low, inside, inside]
    assert accepted.identity[1] == accepted.identity[2]
    assert [each.code for each in refused.rejected] == ["out_of_bounds"] * 2


@pytest.mark.parametrize("celsius", [27.9, 34.2, 42.4, 46.5])
def test_fever_and_hypothermia_are_people(celsius: float):
    assert len(read([sample("bodyTemperature", NOON, value=celsius, unit="degC")])) == 1


@pytest.mark.parametrize("celsius", [21.0, 47.0, 98.6])
def test_a_room_and_an_unconverted_fahrenheit_are_no_body(celsius: float):
    upload = parsed([sample("bodyTemperature", NOON, value=celsius, unit="degC")])

    assert [each.expected for each in upload.rejected] == ["24 to 46.5"]


@pytest.mark.parametrize("code", range(6))
def test_all_six_sleep_values_are_accepted(code: int):
    assert read([slept(NOON, 30, code)]).value.tolist() == [code]
