"""The largest upload that infra/gcp/firestore.rules lets in fits into Eventarc's event."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from google.cloud.firestore_v1._helpers import encode_dict
from google.cloud.firestore_v1.types import Document

from clarity.cost.limits import UPLOAD_ROWS
from clarity.sources import healthkit
from infra import smoke
from tests.contract.rules_cases import UPLOAD, without
from tests.contract.rules_matrix import RULES
from tests.contract.rules_shapes import MOST_ROWS

if TYPE_CHECKING:
    from tests.contract.rules_cases import Json

# https://cloud.google.com/eventarc/docs/quotas: the size of an event.
MOST_EVENT_BYTES = 512_000
# With all that a phone and the apps on it may write into one.
LONGEST_SOURCE = "com.apple.health.6E1A2C0D-91B7-F2E4-8A6C-0123456789AB"
LONGEST_METADATA = {
    "HKTimeZone": "America/Argentina/Buenos_Aires",
    "HKWasUserEntered": False,
    "HKMetadataKeyHeartRateMotionContext": 1,
    "HKMetadataKeyAlgorithmVersion": 2,
    "HKMetadataKeySyncIdentifier": "6E1A2C0D-91B7-F2E4-8A6C-0123456789AB-hr-20260614",
    "HKMetadataKeySyncVersion": 1,
    "HKExternalUUID": "6E1A2C0D-91B7-F2E4-8A6C-0123456789AB",
    "HKDeviceName": "Garmin Forerunner 965",
    "HKDeviceManufacturerName": "Garmin",
    "HKDeviceSerialNumber": "3412345678",
}
LONGEST_SAMPLE = {
    "sample_type": "heartRateVariabilitySDNN",
    "value": 42.125,
    "category_value": None,
    "unit": "count/min",
    "start_date": "2026-06-14T10:00:00.123Z",
    "end_date": "2026-06-14T10:05:00.123Z",
    "metadata": LONGEST_METADATA,
    "source_revision": {
        "source": {"name": "Alexandria's Apple Watch", "bundle_identifier": LONGEST_SOURCE},
        "version": "11.0.1",
        "product_type": "Watch7,1",
        "operating_system_version": "11.0.1",
    },
}
LONGEST_SLEEP = {
    "id": "6E1A2C0D-91B7-F2E4-8A6C-0123456789AB",
    "parentId": "6E1A2C0D-91B7-F2E4-8A6C-0123456789AB",
    "type": "HKQuantityTypeIdentifierHeartRateVariabilitySDNN",
    "startDate": "2026-06-14T10:00:00.123Z",
    "endDate": "2026-06-14T10:05:00.123Z",
    "zoneOffset": "+02:00",
    "source": {
        "appId": LONGEST_SOURCE,
        "deviceId": "6E1A2C0D-91B7-F2E4-8A6C-0123456789AB",
        "deviceName": "Alexandria's Apple Watch",
        "deviceModel": "Watch7,1",
        "deviceManufacturer": "Apple Inc.",
        "deviceType": "watch",
        "deviceHardwareVersion": "Watch7,1",
        "deviceSoftwareVersion": "11.0.1",
        "operatingSystemVersion": {"majorVersion": 11, "minorVersion": 0, "patchVersion": 1},
        "recordingMethod": "automatic",
    },
    "stage": "sleeping",
    "metadata": LONGEST_METADATA,
}
LONGEST_RECORD = without(LONGEST_SLEEP, "stage") | {"value": 42.125, "unit": "count/min"}
# The statistics of a workout in the test data of open-wearables.
STATISTICS = {
    "duration": "s",
    "distance": "m",
    "elevationAscended": "m",
    "indoorWorkout": "bool",
    "activeEnergyBurned": "kcal",
    "basalEnergyBurned": "kcal",
    "averageMETs": "kcal/kg/hr",
    "minHeartRate": "bpm",
    "averageHeartRate": "bpm",
    "maxHeartRate": "bpm",
    "weatherTemperature": "degC",
    "weatherHumidity": "%",
}
LONGEST_WORKOUT = without(LONGEST_SLEEP, "stage") | {
    "values": [{"type": name, "unit": unit, "value": 1683.25} for name, unit in STATISTICS.items()]
}
LONGEST_DEVICE = dict.fromkeys(UPLOAD["device_info"], "\u20ac" * 64)


def event_bytes(upload: Json) -> int:
    """Of the document in the event of its creation."""
    document = Document(name=f"projects/p/databases/(default)/documents/{'x' * 300}")
    document.fields = encode_dict(upload)
    return int(Document.pb(document).ByteSize())


@pytest.mark.parametrize(
    "largest",
    [
        {"samples": [LONGEST_SAMPLE] * MOST_ROWS},
        {"deleted": [LONGEST_SAMPLE] * MOST_ROWS},
        {"data": {"records": [LONGEST_RECORD] * MOST_ROWS}},
        {"data": {"sleep": [LONGEST_SLEEP] * MOST_ROWS}},
        {"data": {"workouts": [LONGEST_WORKOUT] * (MOST_ROWS // 2)}},
        {"deleted": {"records": [LONGEST_RECORD] * MOST_ROWS}},
    ],
    ids=["samples", "deleted", "records", "sleep", "workouts", "deleted records"],
)
def test_the_largest_upload_that_the_rules_let_in_fits_into_an_event(largest) -> None:
    size = event_bytes(UPLOAD | {"samples": [], "device_info": LONGEST_DEVICE} | largest)

    assert 0.7 * MOST_EVENT_BYTES < size < MOST_EVENT_BYTES


def test_what_we_send_ourselves_is_no_larger_than_the_rules_let_in() -> None:
    (bound,) = re.findall(r"rows\(data\) <= (\d+)", RULES.read_text())

    assert int(bound) == MOST_ROWS == UPLOAD_ROWS
    assert healthkit.BATCH_SIZE <= MOST_ROWS
    assert smoke.BATCH <= MOST_ROWS
