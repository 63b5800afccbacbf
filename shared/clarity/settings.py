"""The environment, read once into frozen values: nothing else in the project reads it.

Each function has its own settings, so that it is given only what it uses. A field's environment
variable is its name in capitals. Nothing that differs between environments has a default;
`... | None` marks what may be absent, and its comment says what absence means.
"""

from __future__ import annotations

import itertools
import math
import os
import re
from dataclasses import dataclass, field, fields
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
        "PAT_RETRY_SECONDS",
        "PAT_ACCELERATOR_COUNT",
    }
)
_FORMS = {
    "PAT_ENDPOINT": "projects/P/locations/L/endpoints/E",
    "PARK_SUBSCRIPTION": "projects/P/subscriptions/S",
    "DEAD_LETTERS_SUBSCRIPTION": "projects/P/subscriptions/S",
}
# Erasures are remembered for two days, in which no event from before may still come.
_MOST = {
    "MAX_EVENT_AGE_SECONDS": 86_400.0,
    "RETENTION_DAYS": 36_500.0,
    "EXPORT_LINK_SECONDS": 604_800.0,  # a signed link of Cloud Storage lasts no longer
}
# What must be less than the other, where both are there.
_BELOW = (
    ("LEASE_SECONDS", "MAX_EVENT_AGE_SECONDS"),
    ("UPLOAD_RETENTION_DAYS", "RETENTION_DAYS"),
    # Or a job that only waits would be given up.
    ("PATIENCE_SECONDS", "MAX_EVENT_AGE_SECONDS"),
    ("GEMINI_PATIENCE_SECONDS", "MAX_EVENT_AGE_SECONDS"),
    ("PAT_MIN_REPLICAS", "PAT_MAX_REPLICAS"),
    ("SWEEP_GRACE_SECONDS", "SWEEP_STUCK_SECONDS"),
    ("SWEEP_STUCK_SECONDS", "SWEEP_GIVE_UP_SECONDS"),
)


class SettingsError(Exception):
    """The environment lacks variables, or some have values that cannot be right."""


@dataclass(frozen=True, slots=True)
class Environment:
    """What every function needs."""

    google_cloud_project: str
    max_event_age_seconds: float  # an event is tried again until then
    event_audience: str | None  # addresses that deliveries are for; absent: nobody is asked
    event_callers: str | None  # the accounts that may deliver; both with commas
    event_keys: str | None  # address of the keys of tokens; absent: the platform verifies them
    telemetry_endpoint: str | None  # an OTLP collector, with its scheme; absent: nothing is traced
    telemetry_location: str | None  # the region that metrics are of; Google's collector wants one
    # Of the pseudonyms in logs; absent: no line tells one person from another.
    pseudonym_key: str | None = field(repr=False)

    @property
    def audiences(self) -> tuple[str, ...]:
        """What a delivery's token may be for."""
        return _listed(self.event_audience)

    @property
    def callers(self) -> frozenset[str]:
        """Whose tokens are taken."""
        return frozenset(_listed(self.event_callers))

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


def _listed(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


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
        few, many = (None if expected.get(name) else values.get(name) for name in (less, more))
        if isinstance(few, int | float) and isinstance(many, int | float) and few > many:
            problems.append(f"{less}: expected at most {more}, found {few:g} and {many:g}")
    for one, other in itertools.permutations(("EVENT_AUDIENCE", "EVENT_CALLERS")):
        if values.get(one) and not values.get(other):  # half a lock would be none
            problems.append(f"{one}: expected {other} beside it, found none")
    canary = values.get("PAT_CANARY_MODEL_ID")
    if canary and canary == values.get("PAT_MODEL_ID"):  # once promoted it is no canary any more
        problems.append(f"PAT_CANARY_MODEL_ID: expected none, or another model, found {canary!r}")
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
    documents_topic: str  # documents of a person that wait for those before them
    queue_stale_seconds: float  # a queued job older than this takes no more uploads
    upload_retention_days: float  # how long an answered upload is kept; its samples are in chunks
    upload_burst: int  # so many uploads a person may send at once,
    uploads_per_hour: float  # and so many more in each hour; what is above is refused
    request_burst: int  # likewise requests and feedback together
    requests_per_hour: float

    @property
    def queue_stale(self) -> timedelta:
        """How long an open job takes uploads."""
        return timedelta(seconds=self.queue_stale_seconds)

    @property
    def upload_retention(self) -> timedelta:
        """How long an ingested upload is kept."""
        return timedelta(days=self.upload_retention_days)


@dataclass(frozen=True, slots=True)
class PreprocessSettings(Settings):
    """What preprocess needs."""

    health_insights_processing_topic: str
    quiet_seconds: float  # uploads that follow each other faster share one analysis
    patience_seconds: float  # a job waits no longer than this for uploads
    pat_endpoint: str  # projects/P/locations/L/endpoints/E
    pat_endpoint_host: str | None  # a dedicated endpoint's own; absent: the region's shared one
    pat_model_id: str  # the model that must answer
    pat_canary_model_id: str | None  # another that may; absent: any other's answer is refused
    pat_timeout_seconds: float
    pat_retry_seconds: float  # how long a busy endpoint is asked again within a delivery
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
    # Absent: the deterministic template writes, and says so.
    gemini_api_key: str | None = field(repr=False)
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
class SweepSettings(Settings):
    """What sweep needs; see steps/sweep.py."""

    health_data_ingested_topic: str
    health_insights_processing_topic: str
    documents_topic: str  # documents that ingest is told of
    dead_letters_subscription: str  # projects/P/subscriptions/S, from which the store is filled
    sweep_grace_seconds: float  # a worker sends its messages itself
    sweep_stuck_seconds: float  # a job moves, or is tried again, within this time
    sweep_give_up_seconds: float  # a job that has not moved for so long ends
    sweep_pause_seconds: float  # the same is not done again sooner
    sweep_seconds: float  # how long a tick may take
    sweep_documents: int  # how many documents each of its queries may read

    @property
    def sweep_limits(self) -> dict[str, timedelta]:
        """The times, by the names that the step has for them."""
        names = ("grace", "stuck", "give_up", "pause")
        times = {name: getattr(self, f"sweep_{name}_seconds") for name in names}
        times["lasting"] = self.sweep_seconds
        return {name: timedelta(seconds=seconds) for name, seconds in times.items()}


@dataclass(frozen=True, slots=True)
class PrivacySettings(Settings):
    """What privacy needs; see steps/privacy.py."""

    request_burst: int  # as ingest's
    requests_per_hour: float
    erase_seconds: float  # after so long the next delivery goes on with an erasure
    exports_bucket: str  # where exports are written
    exports_signer: str  # the account that signs links to them
    export_link_seconds: float  # how long a link is good for
    iam_emulator_host: str | None  # host:port of a local stand-in that signs; absent: IAM

    @property
    def erasing(self) -> timedelta:
        """How long one delivery erases."""
        return timedelta(seconds=self.erase_seconds)

    @property
    def export_link(self) -> timedelta:
        """How long a link to an export is good for."""
        return timedelta(seconds=self.export_link_seconds)


@dataclass(frozen=True, slots=True)
class MonitorSettings(Environment):
    """What monitor needs; see steps/monitor.py."""

    pat_model_id: str  # the model that is watched
    retention_days: float  # how long what windows came to is kept
    monitor_window_seconds: float  # a week: a noisy day is then in two windows of three at most
    monitor_grace_seconds: float  # an analysis is stored within this time of the one that it bears
    monitor_seconds: float  # how long a tick may read
    monitor_documents: int  # how many analyses of a window it may look at

    @property
    def retention(self) -> timedelta:
        """How long documents are kept."""
        return timedelta(days=self.retention_days)

    @property
    def monitor_pace(self) -> dict[str, timedelta]:
        """The times, by the names that the step has for them."""
        names = {"window": "window_seconds", "grace": "grace_seconds", "lasting": "seconds"}
        return {
            name: timedelta(seconds=getattr(self, f"monitor_{seconds}"))
            for name, seconds in names.items()
        }


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
