"""The payload of open-wearables' mobile SDKs, in the fields that samples are read from.

`{provider, sdkVersion, syncTimestamp, data: {records: [...], sleep: [...], workouts: [...]}}`, see
the-momentum/open-wearables on GitHub. What its clients really send, as their sources say:

* the iOS SDK writes `zoneOffset: null`, so an upload from it must name its time zone; the Android
  SDK writes the offset of each record;
* a source is `{bundleIdentifier, name, productType}` in older versions and
  `{appId, deviceName, deviceModel}` in newer ones;
* the iOS SDK multiplies oxygen saturation by 100 and writes "%", as HealthKit does for a fraction;
* a workout's duration is among its `values`; deletions are not sent at all.

A sample of this shape has the identity of the same sample in the iOS client's shape when type,
times, value and source agree.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from clarity.domain.errors import UnusableUploadError
from clarity.domain.intake.rows import Fields, Listed, list_under, pull

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

# `light` is what HealthKit calls core sleep. HealthKit's own names are understood, too.
STAGES: Final[Mapping[str, int]] = MappingProxyType(
    {
        "inbed": 0,
        "sleeping": 1,
        "asleep": 1,
        "asleepunspecified": 1,
        "awake": 2,
        "light": 3,
        "core": 3,
        "asleepcore": 3,
        "deep": 4,
        "asleepdeep": 4,
        "rem": 5,
        "asleeprem": 5,
    }
)
_DURATIONS: Final = ("duration", "totalDuration")
_NAMES: Final = {
    "sample_type": "type",
    "start_date": "startDate",
    "end_date": "endDate",
    "source_revision": "source",
    "metadata": "zoneOffset",
}


def listed(found: Mapping[str, object], at: str) -> list[Listed]:
    """The collections of a `data` map.

    Raises:
        UnusableUploadError: It has none, or one is not a list.
    """
    collections = [
        Listed(rows, f"{at}.{name}.", fields, _NAMES | names)
        for name, (fields, names) in _COLLECTIONS.items()
        if (rows := list_under(found, name, at)) is not None
    ]
    if not collections:
        raise UnusableUploadError(f"{at}: expected lists of records, sleep or workouts, found none")
    return collections


def _records(rows: Sequence[object]) -> Fields:
    return _fields(rows, pull(rows, "type"), pull(rows, "value"), pull(rows, "unit"))


def _sleep(rows: Sequence[object]) -> Fields:
    nothing, stages = [None] * len(rows), pull(rows, "stage")
    return _fields(
        rows, ["sleepAnalysis"] * len(rows), nothing, nothing, lambda at: _stage(stages[at])
    )


def _workouts(rows: Sequence[object]) -> Fields:
    durations = [_duration(found) for found in pull(rows, "values")]
    values, units = pull(durations, "value"), pull(durations, "unit")
    return _fields(rows, ["workout"] * len(rows), values, units)


_COLLECTIONS: Final[Mapping[str, tuple[Callable[[Sequence[object]], Fields], dict[str, str]]]] = {
    "records": (_records, {}),
    "sleep": (_sleep, {"value": "stage", "category_value": "stage"}),
    "workouts": (_workouts, {"value": "values", "unit": "values"}),
}


def _fields(
    rows: Sequence[object],
    kind: Sequence[object],
    value: Sequence[object],
    unit: Sequence[object],
    stage: Callable[[int], object] = lambda _: None,
) -> Fields:
    source = pull(rows, "source")
    return Fields(
        rows=rows,
        kind=kind,
        start=pull(rows, "startDate"),
        end=pull(rows, "endDate"),
        value=value,
        unit=unit,
        stage=stage,
        zone=pull(pull(rows, "metadata"), "HKTimeZone"),
        offset=pull(rows, "zoneOffset"),
        name=_either(source, "name", "deviceName"),
        bundle_id=_either(source, "bundleIdentifier", "appId"),
        product_type=_either(source, "productType", "deviceModel"),
    )


def _either(maps: Sequence[object], name: str, newer: str) -> list[object]:
    found = pull(maps, name)
    if None not in found:
        return found
    return [a if a is not None else b for a, b in zip(found, pull(maps, newer), strict=True)]


def _stage(found: object) -> object:
    """The code of a stage's name; what is no known name stays, to be refused."""
    if not isinstance(found, str):
        return found
    return STAGES.get(found.replace("_", "").lower(), found)


def _duration(values: object) -> object:
    """The statistic of a workout that is its duration."""
    found = values if isinstance(values, list) else []
    kinds = pull(found, "type")
    return next((each for each, kind in zip(found, kinds, strict=True) if kind in _DURATIONS), None)
