"""A person's data for other health programs: a FHIR R4 Bundle (hl7.org/fhir/R4) of Observations.

One Observation for a day and a kind of sample, and one for each metric of an analysis. LOINC has
codes for most kinds; those that HealthKit alone defines bear its identifiers, metrics their names
here. A Bundle with every sample of three years would be gigabytes that no program takes: the CSV
files have the samples.
"""

from __future__ import annotations

import math
import uuid
from datetime import date
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

Resource = dict[str, Any]

LOINC: Final = "http://loinc.org"
UCUM: Final = "http://unitsofmeasure.org"
HEALTHKIT: Final = "http://developer.apple.com/documentation/healthkit"
OWN: Final = "urn:clarity-loop:metric"
_CATEGORIES: Final = "http://terminology.hl7.org/CodeSystem/observation-category"
_NAMESPACE: Final = uuid.UUID("6f0a3f0e-6d5e-4b7c-9a53-0f6f4b1f7a10")
_VITAL, _ACTIVITY = ("vital-signs", "Vital Signs"), ("activity", "Activity")

# Kind -> category, codings (system, code, display), unit in words and in UCUM, what the value is.
_Codings = tuple[tuple[str, str, str], ...]
_KINDS: Final[Mapping[str, tuple[tuple[str, str], _Codings, str, str, str]]] = {
    "stepCount": (
        _ACTIVITY,
        ((LOINC, "41950-7", "Number of steps in 24 hour Measured"),),
        "steps", "{steps}", "Steps of the day",
    ),
    "activeEnergyBurned": (
        _ACTIVITY, ((LOINC, "41981-2", "Calories burned"),), "kcal", "kcal",
        "Active energy of the day",
    ),
    "distanceWalkingRunning": (
        _ACTIVITY,
        ((HEALTHKIT, "HKQuantityTypeIdentifierDistanceWalkingRunning", "Distance on foot"),),
        "m", "m", "Distance on foot of the day",
    ),
    "appleExerciseTime": (
        _ACTIVITY,
        ((HEALTHKIT, "HKQuantityTypeIdentifierAppleExerciseTime", "Apple Exercise Time"),),
        "min", "min", "Exercise minutes of the day",
    ),
    "workout": (
        _ACTIVITY, ((HEALTHKIT, "HKWorkoutTypeIdentifier", "Workout"),), "min", "min",
        "Minutes of workouts that began on the day",
    ),
    "sleepAnalysis": (
        _ACTIVITY, ((LOINC, "93832-4", "Sleep duration"),), "h", "h",
        "Recorded sleep between midnight and midnight",
    ),
    "heartRate": (
        _VITAL, ((LOINC, "8867-4", "Heart rate"),), "beats/minute", "/min",
        "Heart rate, mean of the day's minutes",
    ),
    "restingHeartRate": (
        _VITAL, ((LOINC, "40443-4", "Heart rate --resting"),), "beats/minute", "/min",
        "Resting heart rate",
    ),
    "heartRateVariabilitySDNN": (
        _VITAL, ((LOINC, "80404-7", "R-R interval.standard deviation (Heart rate variability)"),),
        "ms", "ms", "Heart rate variability (SDNN), mean of the day",
    ),
    "oxygenSaturation": (
        _VITAL,
        (
            (LOINC, "2708-6", "Oxygen saturation in Arterial blood"),
            (LOINC, "59408-5", "Oxygen saturation in Arterial blood by Pulse oximetry"),
        ),
        "%", "%", "Oxygen saturation, mean of the day",
    ),
    "respiratoryRate": (
        _VITAL, ((LOINC, "9279-1", "Respiratory rate"),), "breaths/minute", "/min",
        "Respiratory rate, mean of the day",
    ),
    "bodyTemperature": (
        _VITAL, ((LOINC, "8310-5", "Body temperature"),), "degrees Celsius", "Cel",
        "Body temperature, mean of the day",
    ),
}  # fmt: skip
# Units of metrics in UCUM; a clock time is the minutes since midnight.
_UNITS: Final[Mapping[str, str]] = {
    "": "1",
    "%": "%",
    "min": "min",
    "h": "h",
    "ms": "ms",
    "min/day": "min/d",
    "min after midnight": "min",
    "steps/min": "{steps}/min",
    "steps/day": "{steps}/d",
    "steps": "{steps}",
    "counts/min": "{counts}/min",
    "counts/day": "{counts}/d",
    "1/min": "/min",
    "beats/min": "/min",
    "breaths/min": "/min",
}


def patient(user_id: str, settings: Mapping[str, object]) -> Resource:
    """Whose data it is: the id here, and the birth date if the settings have a whole one."""
    found: Resource = {
        "resourceType": "Patient",
        "id": _id(user_id, "patient"),
        "identifier": [{"system": "urn:clarity-loop:user", "value": user_id}],
    }
    born = settings.get("birth_date")
    try:
        if isinstance(born, str):
            found["birthDate"] = date.fromisoformat(born[:10]).isoformat()
    except ValueError:
        return found
    return found


def of_day(user_id: str, day: date, kind: str, value: float) -> Resource:
    """What a day sums up or comes to, of one kind of sample."""
    category, codings, unit, code, text = _KINDS[kind]
    coding = [{"system": system, "code": each, "display": name} for system, each, name in codings]
    quantity = {"value": _rounded(value), "unit": unit, "system": UCUM, "code": code}
    return {
        **_observation(user_id, f"day {day} {kind}", category),
        "code": {"coding": coding, "text": text},
        "effectiveDateTime": day.isoformat(),
        "valueQuantity": quantity,
    }


def of_analysis(user_id: str, path: str, document: Mapping[str, Any]) -> Iterator[Resource]:
    """Each metric of an analysis that has a value; nothing, if it is no analysis that is known."""
    window = document.get("window")
    period = _period(window) if isinstance(window, dict) else None
    for metric in _metrics(document) if period else ():
        name, value = metric["name"], metric["value"]
        found: Resource = {
            **_observation(user_id, f"{path} {name}", _ACTIVITY),
            "code": {"coding": [{"system": OWN, "code": _code(name)}], "text": name},
            "effectivePeriod": period,
            "valueQuantity": {"value": _rounded(value), **_unit(metric.get("unit"))},
        }
        if isinstance(method := metric.get("method"), str) and method.strip():
            found["method"] = {"text": method}
        yield found


def _metrics(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Those that have a name and a finite value."""
    for kind in ("metrics", "details"):
        listed = document.get(kind)
        for metric in listed if isinstance(listed, list) else ():
            value, name = (
                metric.get(field) if isinstance(metric, dict) else None
                for field in ("value", "name")
            )
            if not isinstance(value, int | float) or isinstance(value, bool):
                continue
            if isinstance(name, str) and name.strip() and math.isfinite(value):
                yield metric


def entry(resource: Resource) -> Resource:
    """The resource in its Bundle."""
    return {"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource}


def head(exported: datetime) -> Resource:
    """What a Bundle says before its entries."""
    at = exported.isoformat(timespec="seconds")
    return {"resourceType": "Bundle", "type": "collection", "timestamp": at}


def _observation(user_id: str, what: str, category: tuple[str, str]) -> Resource:
    code, display = category
    coding = {"system": _CATEGORIES, "code": code, "display": display}
    return {
        "resourceType": "Observation",
        "id": _id(user_id, what),
        "status": "final",
        "category": [{"coding": [coding]}],
        "subject": {"reference": f"urn:uuid:{_id(user_id, 'patient')}"},
    }


def _id(user_id: str, what: str) -> str:
    """The same for the same thing in every export, so that it can be brought up to date."""
    return str(uuid.uuid5(_NAMESPACE, f"{user_id}\0{what}"))


def _period(window: Mapping[str, Any]) -> dict[str, str] | None:
    try:
        days = [date.fromisoformat(str(window.get(name))) for name in ("first_day", "last_day")]
    except ValueError:
        return None
    return {"start": days[0].isoformat(), "end": days[1].isoformat()}


def _unit(unit: object) -> dict[str, str]:
    if not isinstance(unit, str) or unit not in _UNITS:
        return {"unit": unit.strip()} if isinstance(unit, str) and unit.strip() else {}
    return {"unit": unit or "1", "system": UCUM, "code": _UNITS[unit]}


def _code(name: str) -> str:
    """A FHIR code has no spaces around it, nor two in a row."""
    return " ".join(name.split())


def _rounded(value: float) -> float:
    """Six digits are more than any of these measures has."""
    return float(f"{value:.6g}")
