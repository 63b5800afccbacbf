"""Weeks of HealthKit samples in the iOS client's JSON, built for a test."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from clarity.domain.intake.samples import ParsedUpload, Samples, parse_upload

MONDAY = date(2025, 6, 2)
RECEIVED = datetime(2025, 7, 1, tzinfo=UTC)
NEW_YORK = "America/New_York"
WATCH = ("Ann's Apple Watch", "com.apple.health.1", "Watch7,1")
PHONE = ("Ann's iPhone", "com.apple.health.2", "iPhone16,1")


def sample(
    kind: str,
    start: datetime,
    seconds: float = 0.0,
    *,
    value: Any = None,
    unit: str | None = None,
    stage: int | None = None,
    source: tuple[str, str, str] = WATCH,
) -> dict[str, Any]:
    """One sample as the phone encodes it."""
    name, bundle, product = source
    return {
        "sample_type": kind,
        "value": value,
        "category_value": stage,
        "unit": unit,
        "start_date": _iso(start),
        "end_date": _iso(start + timedelta(seconds=seconds)),
        "metadata": {},
        "source_revision": {
            "source": {"name": name, "bundle_identifier": bundle},
            "version": "11.0",
            "product_type": product,
            "operating_system_version": "11.0",
        },
    }


def steps(start: datetime, seconds: float, count: float, **more: Any) -> dict[str, Any]:
    return sample("stepCount", start, seconds, value=float(count), unit="count", **more)


def pulse(start: datetime, beats: float, **more: Any) -> dict[str, Any]:
    return sample("heartRate", start, value=float(beats), unit="count/min", **more)


def slept(start: datetime, minutes: float, stage: int, **more: Any) -> dict[str, Any]:
    return sample("sleepAnalysis", start, minutes * 60, stage=stage, **more)


def document(samples: list[Any], zone: str = NEW_YORK, **more: Any) -> dict[str, Any]:
    return {"device_info": {"time_zone": zone}, "samples": samples, **more}


def parsed(samples: list[Any], zone: str = NEW_YORK, **more: Any) -> ParsedUpload:
    return parse_upload(document(samples, zone, **more), received_at=RECEIVED)


def read(samples: list[Any], zone: str = NEW_YORK) -> Samples:
    """The samples of a list in which none is bad."""
    upload = parsed(samples, zone)
    assert upload.rejected == ()
    return upload.samples


def at(day: date, minute: float, zone: str = NEW_YORK) -> datetime:
    """The moment that a wall clock shows so many minutes after midnight."""
    local = datetime.combine(day, datetime.min.time(), ZoneInfo(zone)) + timedelta(minutes=minute)
    return local.astimezone(UTC)


def ordinary_day(day: date, *, bedtime: float = 1380, stages: bool = True) -> list[dict[str, Any]]:
    """A day on the wrist: pulse every 5 minutes, ten walks, and the night that begins in it."""
    night = range(int(bedtime), int(bedtime) + 480, 30)
    out = [pulse(at(day, m), 75 + m % 7) for m in range(480, int(bedtime), 5)]
    out += [pulse(at(day, m), 52 + m % 3) for m in range(int(bedtime), int(bedtime) + 540, 5)]
    out += [steps(at(day, 500 + 60 * k), 600, 700 + 20 * k) for k in range(10)]
    if stages:
        out += [
            slept(at(day, m), 30, 2 if m == night[7] else (3, 4, 5)[k % 3])
            for k, m in enumerate(night)
        ]
    return out


def ordinary_week(first: date = MONDAY, days: int = 7, **more: Any) -> list[dict[str, Any]]:
    """`ordinary_day` on each day, and on the evening before."""
    return [
        entry
        for index in range(-1, days)
        for entry in ordinary_day(first + timedelta(days=index), **more)
    ]


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
