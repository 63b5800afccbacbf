"""The environment, read once into frozen values: nothing else in the project reads it.

Each function has its own settings, so that it is given only what it uses. A field's environment
variable is its name in capitals. Nothing that differs between environments has a default;
`... | None` marks what may be absent, and its comment says what absence means.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self, get_type_hints

if TYPE_CHECKING:
    from collections.abc import Mapping


class SettingsError(Exception):
    """The environment lacks variables, or one has a value that cannot be read."""


@dataclass(frozen=True, slots=True)
class Environment:
    """What every function needs."""

    google_cloud_project: str
    max_event_age_seconds: float  # an event is tried again until then

    @property
    def max_event_age(self) -> timedelta:
        """How long an event is tried again."""
        return timedelta(seconds=self.max_event_age_seconds)

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Self:
        """The settings in the environment.

        Raises:
            SettingsError: names every missing variable, or the one that cannot be read.
        """
        # The one reader of the process environment.
        source = os.environ if env is None else env  # noqa: TID251  this is where it is read
        types = get_type_hints(cls)
        names = {field.name: field.name.upper() for field in fields(cls)}
        missing = [
            variable
            for name, variable in names.items()
            if types[name] != (str | None) and not source.get(variable)
        ]
        if missing:
            raise SettingsError(f"missing environment variables: {', '.join(sorted(missing))}")
        values: dict[str, Any] = {
            name: _read(variable, source.get(variable) or None, types[name])
            for name, variable in names.items()
        }
        return cls(**values)


def _read(variable: str, text: str | None, kind: object) -> object:
    if kind not in (int, float) or text is None:
        return text
    try:
        return int(text) if kind is int else float(text)
    except ValueError as error:
        raise SettingsError(f"{variable}: expected a number, found {text!r}") from error


@dataclass(frozen=True, slots=True)
class Settings(Environment):
    """What the functions of the chain need."""

    dead_letter_topic: str  # where an event goes that cannot be handled
    lease_seconds: float  # after a worker's death, another may take over once this has passed
    retention_days: float  # how long jobs, chunks and results are kept

    @property
    def lease(self) -> timedelta:
        """How long one delivery may work."""
        return timedelta(seconds=self.lease_seconds)

    @property
    def retention(self) -> timedelta:
        """How long documents are kept."""
        return timedelta(days=self.retention_days)


@dataclass(frozen=True, slots=True)
class IngestSettings(Settings):
    """What ingest needs."""

    health_data_ingested_topic: str
    queue_stale_seconds: float  # a queued job older than this takes no more uploads

    @property
    def queue_stale(self) -> timedelta:
        """How long an open job takes uploads."""
        return timedelta(seconds=self.queue_stale_seconds)


@dataclass(frozen=True, slots=True)
class PreprocessSettings(Settings):
    """What preprocess needs."""

    health_insights_processing_topic: str
    quiet_seconds: float  # uploads that follow each other faster share one analysis
    patience_seconds: float  # a job waits no longer than this for uploads
    pat_endpoint: str  # projects/P/locations/L/endpoints/E
    pat_endpoint_host: str | None  # a dedicated endpoint's own; absent: the region's shared one
    pat_model_id: str  # the model that must answer
    pat_timeout_seconds: float
    vertex_emulator_host: str | None  # host:port of a local stand-in; absent: Vertex AI

    @property
    def quiet(self) -> timedelta:
        """How long no upload may have arrived."""
        return timedelta(seconds=self.quiet_seconds)

    @property
    def patience(self) -> timedelta:
        """How long a job waits for uploads."""
        return timedelta(seconds=self.patience_seconds)


@dataclass(frozen=True, slots=True)
class InsightsSettings(Settings):
    """What insights needs."""

    gemini_model: str
    gemini_timeout_seconds: float
    gemini_daily_calls: int  # paid calls per person and day
    gemini_project_daily_calls: int  # paid calls per day, of all people together
    gemini_failures: int  # after so many failures in a row it is left alone
    gemini_pause_seconds: float  # for so long, then one call tries
    gemini_patience_seconds: float  # a job waits no longer than this for a model that is down
    gemini_api_key: str | None  # absent: the deterministic template writes, and says so
    gemini_api_endpoint: str | None  # absent: Google's own
    fcm_endpoint: str | None  # absent: nobody is notified

    @property
    def gemini_patience(self) -> timedelta:
        """How long a job waits for the language model."""
        return timedelta(seconds=self.gemini_patience_seconds)

    @property
    def gemini_pause(self) -> timedelta:
        """How long a language model that keeps failing is left alone."""
        return timedelta(seconds=self.gemini_pause_seconds)


@dataclass(frozen=True, slots=True)
class ParkSettings(Environment):
    """What park needs."""

    pat_endpoint: str  # projects/P/locations/L/endpoints/E
    park_subscription: str  # projects/P/subscriptions/S, whose messages need the endpoint
    park_idle_seconds: float  # without work for so long it is parked; see steps/park.py
    pat_machine_type: str  # what it is started on, here and below
    pat_accelerator: str
    pat_accelerator_count: int
    pat_min_replicas: int
    pat_max_replicas: int
    pat_service_account: str | None  # whom the container runs as; absent: Vertex AI's own
    vertex_emulator_host: str | None  # host:port of a local stand-in; absent: Vertex AI
    monitoring_emulator_host: str | None  # likewise; absent: Cloud Monitoring

    @property
    def park_idle(self) -> timedelta:
        """How long the endpoint must have been without work to be parked."""
        return timedelta(seconds=self.park_idle_seconds)
