"""The iOS client's JSON: samples as its encoder writes them, batches, the upload document.

The client encodes with Swift's synthesised `Codable`, snake_case keys and `.iso8601` dates: whole
seconds, UTC, `Z`. A nil optional is left out, not written as null. It sends no sample UUID.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

BATCH_SIZE = 100  # samples an upload, as the client sends them

UNITS: Mapping[str, str] = {
    "stepCount": "count",
    "heartRate": "count/min",
    "restingHeartRate": "count/min",
    "heartRateVariabilitySDNN": "ms",
    "oxygenSaturation": "%",  # HealthKit's percent is a fraction: 0.97
    "respiratoryRate": "count/min",
    "activeEnergyBurned": "kcal",
    "workout": "min",  # the value is the workout's duration
}

IN_BED, ASLEEP, AWAKE, CORE, DEEP, REM = range(6)  # category values of sleepAnalysis

Json = dict[str, Any]  # what JSON holds; its shape is in the functions below
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Device:
    """What HealthKit says of the app and hardware that recorded a sample."""

    name: str
    bundle_identifier: str
    product_type: str
    version: str

    def source_revision(self) -> Json:
        """The sample's `source_revision`, in the client's encoding."""
        return {
            "source": {"name": self.name, "bundle_identifier": self.bundle_identifier},
            "version": self.version,
            "product_type": self.product_type,
            "operating_system_version": self.version,
        }


WATCH = Device("Apple Watch", "com.apple.health.6E1A2C0D-WATCH", "Watch7,1", "11.0")
PHONE = Device("iPhone", "com.apple.health.91B7F2E4-PHONE", "iPhone16,1", "18.0")


def instant(epoch_s: float) -> str:
    """`2025-06-12T10:00:00Z`: fractions are cut, since Swift's `.iso8601` refuses them."""
    return datetime.fromtimestamp(int(epoch_s), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def epoch(text: str) -> int:
    """Seconds since 1970 of a date that `instant` wrote."""
    return int(datetime.fromisoformat(text).timestamp())


def quantity(
    kind: str,
    value: float,
    start_s: float,
    end_s: float,
    device: Device = WATCH,
    *,
    metadata: Mapping[str, object] | None = None,
) -> Json:
    """One quantity sample: a number in the unit that the client asks HealthKit for."""
    return {
        "sample_type": kind,
        "value": float(value),
        "unit": UNITS[kind],
        "start_date": instant(start_s),
        "end_date": instant(end_s),
        "metadata": dict(metadata or {}),
        "source_revision": device.source_revision(),
    }


def sleep(stage: int, start_s: float, end_s: float, device: Device = WATCH) -> Json:
    """One sleepAnalysis sample: a stage code and no value."""
    return {
        "sample_type": "sleepAnalysis",
        "category_value": stage,
        "start_date": instant(start_s),
        "end_date": instant(end_s),
        "metadata": {},
        "source_revision": device.source_revision(),
    }


def upload_document(
    samples: Sequence[Json], *, time_zone: str, sent_at: str, phone: Device = PHONE
) -> Json:
    """What the phone creates under `users/{uid}/uploads`: one batch and its own description."""
    return {
        "timestamp": sent_at,
        "device_info": {
            "device_model": phone.product_type,
            "system_name": "iOS",
            "system_version": phone.version,
            "app_version": "1.0.0",
            "time_zone": time_zone,
        },
        "samples": list(samples),
    }


def upload_id(document: Json, attempt: str) -> str:
    """An id that depends on the document's content and the attempt, on nothing else."""
    content = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    digest = hashlib.blake2b(f"{attempt}\n{content}".encode(), digest_size=10)
    return f"upload-{digest.hexdigest()}"


def latest_end(samples: Iterable[Json]) -> str:
    """The latest end date: the earliest moment at which a phone can send these samples."""
    latest: str = max(sample["end_date"] for sample in samples)
    return latest


def batches(items: Sequence[T], size: int, first: int | None = None) -> Iterator[Sequence[T]]:
    """Consecutive slices of `size` items; the first slice may have another size."""
    border = min(first or size, len(items))
    if border:
        yield items[:border]
    for start in range(border, len(items), size):
        yield items[start : start + size]
