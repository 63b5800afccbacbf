"""The environment becomes settings, or an error that says what is missing."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta

import pytest

from clarity.settings import (
    Environment,
    IngestSettings,
    InsightsSettings,
    ParkSettings,
    PreprocessSettings,
    PrivacySettings,
    SettingsError,
)

COMPLETE = {
    "GOOGLE_CLOUD_PROJECT": "p",
    "DEAD_LETTER_TOPIC": "d",
    "LEASE_SECONDS": "60",
    "RETENTION_DAYS": "30",
    "MAX_EVENT_AGE_SECONDS": "600",
    "HEALTH_DATA_INGESTED_TOPIC": "t",
    "DOCUMENTS_TOPIC": "t",
    "QUEUE_STALE_SECONDS": "2.5",
    "UPLOAD_RETENTION_DAYS": "7",
    "UPLOAD_BURST": "5000",
    "UPLOADS_PER_HOUR": "600",
    "REQUEST_BURST": "20",
    "REQUESTS_PER_HOUR": "30",
    "GEMINI_MODEL": "m",
    "GEMINI_TIMEOUT_SECONDS": "20",
    "GEMINI_DAILY_CALLS": "4",
    "GEMINI_PROJECT_DAILY_CALLS": "1000",
    "GEMINI_FAILURES": "5",
    "GEMINI_PAUSE_SECONDS": "2",
    "GEMINI_PATIENCE_SECONDS": "30",
    "HEALTH_INSIGHTS_PROCESSING_TOPIC": "t",
    "QUIET_SECONDS": "2",
    "PATIENCE_SECONDS": "60",
    "PAT_ENDPOINT": "projects/p/locations/us-central1/endpoints/123",
    "PAT_MODEL_ID": "pat",
    "PAT_TIMEOUT_SECONDS": "30",
    "PAT_RETRY_SECONDS": "20",
    "PARK_SUBSCRIPTION": "projects/p/subscriptions/preprocess",
    "PARK_IDLE_SECONDS": "1800",
    "PAT_MACHINE_TYPE": "g2-standard-4",
    "PAT_ACCELERATOR": "nvidia-l4",
    "PAT_ACCELERATOR_COUNT": "1",
    "PAT_MIN_REPLICAS": "1",
    "PAT_MAX_REPLICAS": "2",
    "ERASE_SECONDS": "20",
    "EXPORTS_BUCKET": "b",
    "EXPORTS_SIGNER": "s",
    "EXPORT_LINK_SECONDS": "604800",
}
EACH: tuple[type[Environment], ...] = (
    IngestSettings,
    PreprocessSettings,
    InsightsSettings,
    ParkSettings,
    PrivacySettings,
)
NUMBERS = [
    (kind, field.name.upper())
    for kind in EACH
    for field in fields(kind)
    if field.type in ("int", "float")
]


def test_values_are_read_with_their_types() -> None:
    settings = IngestSettings.from_env(COMPLETE)

    assert settings.lease == timedelta(minutes=1)
    assert settings.queue_stale == timedelta(seconds=2.5)
    insights = InsightsSettings.from_env(COMPLETE)
    assert insights.gemini_daily_calls == 4
    assert insights.gemini_patience == timedelta(seconds=30)
    assert insights.gemini_pause == timedelta(seconds=2)


def test_a_canary_is_optional_and_another_model_than_the_one_that_must_answer() -> None:
    assert PreprocessSettings.from_env(COMPLETE).pat_canary_model_id is None
    found = PreprocessSettings.from_env(COMPLETE | {"PAT_CANARY_MODEL_ID": "pat-new"})
    assert found.pat_canary_model_id == "pat-new"
    with pytest.raises(SettingsError, match="PAT_CANARY_MODEL_ID: expected none, or another model"):
        PreprocessSettings.from_env(COMPLETE | {"PAT_CANARY_MODEL_ID": "pat"})


def test_all_missing_variables_are_named_in_one_error() -> None:
    with pytest.raises(SettingsError) as raised:
        IngestSettings.from_env({"GOOGLE_CLOUD_PROJECT": "p", "LEASE_SECONDS": ""})

    named = str(raised.value)
    assert "LEASE_SECONDS" in named
    assert "HEALTH_DATA_INGESTED_TOPIC" in named
    assert "GOOGLE_CLOUD_PROJECT" not in named


def test_every_value_that_is_no_number_is_named_with_what_was_found() -> None:
    with pytest.raises(SettingsError) as raised:
        IngestSettings.from_env(COMPLETE | {"LEASE_SECONDS": "soon", "RETENTION_DAYS": "0"})

    assert str(raised.value) == (
        "LEASE_SECONDS: expected a number above 0, to 1e+09, found 'soon'; "
        "RETENTION_DAYS: expected a number above 0, to 36500, found '0'"
    )


@pytest.mark.parametrize("text", ["nan", "inf", "-inf", "-5", "-0.001", "1e300", "5 s", "\u00bd"])
@pytest.mark.parametrize(("kind", "variable"), NUMBERS)
def test_a_number_that_no_amount_can_be_is_refused(kind, variable, text) -> None:
    with pytest.raises(SettingsError, match=f"^{variable}: expected a number"):
        kind.from_env(COMPLETE | {variable: text})


@pytest.mark.parametrize(("kind", "variable"), NUMBERS)
def test_zero_is_refused_but_where_it_is_an_amount(kind, variable) -> None:
    may = {
        *("QUIET_SECONDS", "PATIENCE_SECONDS", "PAT_ACCELERATOR_COUNT"),
        *(f"GEMINI_{name}" for name in ("DAILY_CALLS", "PROJECT_DAILY_CALLS")),
        *(f"GEMINI_{name}_SECONDS" for name in ("PAUSE", "PATIENCE")),
        "PAT_RETRY_SECONDS",
    }
    environment = COMPLETE | {variable: "0"}
    if variable in may:
        assert getattr(kind.from_env(environment), variable.lower()) == 0
        return

    with pytest.raises(SettingsError, match=f"^{variable}: expected a number above 0"):
        kind.from_env(environment)


@pytest.mark.parametrize("kind", [PreprocessSettings, ParkSettings])
@pytest.mark.parametrize(
    "name",
    [
        "foo",
        "123",
        "projects/p/locations/us-central1/endpoints/",
        "projects/p/locations/us-central1/endpoints/1/x",
        "/projects/p/locations/us-central1/endpoints/1",
        "projects/p/locations/us-central1/endpoints/1\n",
        "projects/p/locations/us-central1/models/1",
        "https://us-central1-aiplatform.googleapis.com/v1/projects/p/locations/l/endpoints/1",
    ],
)
def test_an_endpoint_that_is_no_resource_name_is_refused(kind, name) -> None:
    with pytest.raises(SettingsError, match="PAT_ENDPOINT: expected projects/P/locations/L/end"):
        kind.from_env(COMPLETE | {"PAT_ENDPOINT": name})


def test_a_subscription_without_its_project_is_refused() -> None:
    with pytest.raises(SettingsError, match="PARK_SUBSCRIPTION: expected projects/P/subscript"):
        ParkSettings.from_env(COMPLETE | {"PARK_SUBSCRIPTION": "preprocess"})


@pytest.mark.parametrize(
    ("kind", "variable", "value"),
    [
        (IngestSettings, "UPLOAD_RETENTION_DAYS", "31"),
        (PreprocessSettings, "PATIENCE_SECONDS", "601"),
        (InsightsSettings, "GEMINI_PATIENCE_SECONDS", "601"),
        (IngestSettings, "LEASE_SECONDS", "601"),  # nobody would take the work over in time
        (IngestSettings, "MAX_EVENT_AGE_SECONDS", "86401"),  # an erasure would be forgotten first
        (ParkSettings, "PAT_MIN_REPLICAS", "3"),
        (PrivacySettings, "EXPORT_LINK_SECONDS", "604801"),  # nobody signs a link for longer
    ],
)
def test_amounts_that_contradict_each_other_are_refused(kind, variable, value) -> None:
    with pytest.raises(SettingsError, match=variable):
        kind.from_env(COMPLETE | {variable: value})


def test_what_is_optional_may_be_absent_or_empty() -> None:
    assert InsightsSettings.from_env(COMPLETE).gemini_api_key is None
    assert InsightsSettings.from_env(COMPLETE | {"GEMINI_API_KEY": ""}).gemini_api_key is None
    assert InsightsSettings.from_env(COMPLETE).fcm_endpoint is None
