"""The environment, read once into frozen values: nothing else in the project reads it.

Each function has its own settings, so that it is given only what it uses. A field's environment
variable is its name in capitals. Nothing that differs between environments has a default;
`... | None` marks what may be absent, and its comment says what absence means.
"""

from __future__ import annotations

import math
import os
import re
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self, get_type_hints

if TYPE_CHECKING:
    from collections.abc import Mapping


# Where nothing is a sensible amount; any other number is more than 0.
_MAY_BE_ZERO = frozenset(
    {
        "QUIET_SECONDS",
        "PATIENCE_SECONDS",
        "GEMINI_DAILY_CALLS",
        "GEMINI_PROJECT_DAILY_CALLS",
        "GEMINI_PAUSE_SECONDS",
        "GEMINI_PATIENCE_SECONDS",
        "PAT_ACCELERATOR_COUNT",
    }
)
_FORMS = {
    "PAT_ENDPOINT": "projects/P/locations/L/endpoints/E",
    "PARK_SUBSCRIPTION": "projects/P/subscriptions/S",
}
# Erasures are remembered for two days, in which no event from before may still come.
_MOST = {"MAX_EVENT_AGE_SECONDS": 86_400.0, "RETENTION_DAYS": 36_500.0}
# What must be less than the other, where both are there.
_BELOW = (("LEASE_SECONDS", "MAX_EVENT_AGE_SECONDS"), ("PAT_MIN_REPLICAS", "PAT_MAX_REPLICAS"))


class SettingsError(Exception):
    """The environment lacks variables, or some have values that cannot be right."""


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
            SettingsError: names every missing variable, or else every one that cannot be right.
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
            name: _read(source.get(variable) or None, types[name])
            for name, variable in names.items()
        }
        if problems := _problems({names[name]: value for name, value in values.items()}, source):
            raise SettingsError("; ".join(problems))
        return cls(**values)


def _read(text: str | None, kind: object) -> object:
    """The value; of a number that is none, NaN."""
    if kind not in (int, float) or text is None:
        return text
    try:
        return int(text) if kind is int else float(text)
    except ValueError:
        return math.nan


def _problems(values: Mapping[str, object], source: Mapping[str, str]) -> list[str]:
    """What cannot be right, each with what was expected and found."""
    expected = {name: _expected(name, value) for name, value in values.items()}
    problems = [
        f"{name}: expected {form}, found {source[name]!r:.80}"
        for name, form in expected.items()
        if form
    ]
    for less, more in _BELOW:
        few, many = values.get(less), values.get(more)
        if isinstance(few, int | float) and isinstance(many, int | float) and few > many:
            problems.append(f"{less}: expected at most {more}, found {few:g} and {many:g}")
    return problems


def _expected(variable: str, value: object) -> str:
    """What the value should have been; empty where it is right."""
    if isinstance(value, int | float):
        most = _MOST.get(variable, 1e9)
        zero = variable in _MAY_BE_ZERO
        if 0 < value <= most or (zero and value == 0):
            return ""
        return f"a number from 0 to {most:g}" if zero else f"a number above 0, to {most:g}"
    form = _FORMS.get(variable)
    if form is None or re.fullmatch(re.sub(r"\b[A-Z]\b", r"[^/\\s]+", form), str(value)):
        return ""
    return form


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
