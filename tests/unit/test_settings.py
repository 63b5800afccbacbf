"""The environment becomes settings, or an error that says what is missing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from clarity.settings import IngestSettings, InsightsSettings, SettingsError

COMPLETE = {
    "GOOGLE_CLOUD_PROJECT": "p",
    "DEAD_LETTER_TOPIC": "d",
    "LEASE_SECONDS": "60",
    "RETENTION_DAYS": "30",
    "MAX_EVENT_AGE_SECONDS": "600",
    "HEALTH_DATA_INGESTED_TOPIC": "t",
    "QUEUE_STALE_SECONDS": "2.5",
    "GEMINI_MODEL": "m",
    "GEMINI_TIMEOUT_SECONDS": "20",
    "GEMINI_DAILY_CALLS": "4",
    "GEMINI_PROJECT_DAILY_CALLS": "1000",
    "GEMINI_FAILURES": "5",
    "GEMINI_PAUSE_SECONDS": "2",
    "GEMINI_PATIENCE_SECONDS": "30",
}


def test_values_are_read_with_their_types() -> None:
    settings = IngestSettings.from_env(COMPLETE)

    assert settings.lease == timedelta(minutes=1)
    assert settings.queue_stale == timedelta(seconds=2.5)
    insights = InsightsSettings.from_env(COMPLETE)
    assert insights.gemini_daily_calls == 4
    assert insights.gemini_patience == timedelta(seconds=30)
    assert insights.gemini_pause == timedelta(seconds=2)


def test_all_missing_variables_are_named_in_one_error() -> None:
    with pytest.raises(SettingsError) as raised:
        IngestSettings.from_env({"GOOGLE_CLOUD_PROJECT": "p", "LEASE_SECONDS": ""})

    named = str(raised.value)
    assert "LEASE_SECONDS" in named
    assert "HEALTH_DATA_INGESTED_TOPIC" in named
    assert "GOOGLE_CLOUD_PROJECT" not in named


def test_a_value_that_is_no_number_is_named_with_what_was_found() -> None:
    with pytest.raises(SettingsError, match="LEASE_SECONDS: expected a number, found 'soon'"):
        IngestSettings.from_env(COMPLETE | {"LEASE_SECONDS": "soon"})


def test_what_is_optional_may_be_absent_or_empty() -> None:
    assert InsightsSettings.from_env(COMPLETE).gemini_api_key is None
    assert InsightsSettings.from_env(COMPLETE | {"GEMINI_API_KEY": ""}).gemini_api_key is None
    assert InsightsSettings.from_env(COMPLETE).fcm_endpoint is None
