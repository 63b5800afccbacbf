"""The composition root: settings -> adapters -> steps, once a process, on the first event."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from functools import cache, wraps
from typing import TYPE_CHECKING, TypeVar

from google.cloud.firestore import Client
from google.cloud.pubsub_v1 import PublisherClient

from clarity.adapters import log
from clarity.adapters.cloudevent import Consumer, Ticked, document_created, job_message
from clarity.adapters.firestore import FirestoreRecords
from clarity.adapters.firestore_budgets import FirestoreBudgets
from clarity.adapters.firestore_claims import FirestoreClaims
from clarity.adapters.firestore_devices import FirestoreDevices
from clarity.adapters.firestore_reviews import FirestoreReviews
from clarity.adapters.pubsub import PubSubTopics
from clarity.settings import IngestSettings, InsightsSettings, ParkSettings, PreprocessSettings
from clarity.steps.breaker import Breaker
from clarity.steps.explain import Explain
from clarity.steps.feedback import TakeFeedback
from clarity.steps.infer import Infer
from clarity.steps.ingest import Ingest
from clarity.steps.insight import Insight
from clarity.steps.notify import Notify
from clarity.steps.park import Park
from clarity.steps.preprocess import Preprocess
from clarity.steps.tell import Tell

if TYPE_CHECKING:
    from collections.abc import Callable

    from clarity.domain.events import DocumentCreated, JobMessage
    from clarity.settings import Settings
    from clarity.steps.ports import Claims, Narrator, Records

# Of the lease; the rest is for reading and writing documents.
TELLING = 0.8
# An insight is there before anybody is told of it: a function does not wait long for that.
FCM_TIMEOUT_S = 3.0

T = TypeVar("T")

_log = logging.getLogger(__name__)


def now() -> datetime:
    """The time, UTC."""
    return datetime.now(UTC)


def _logged(compose: Callable[[], T]) -> Callable[[], T]:
    """Log why a function cannot be composed: nobody else does, and each event fails of it."""

    @wraps(compose)
    def composed() -> T:
        try:
            return compose()
        except Exception as error:
            with log.bound(step=compose.__name__):
                _log.error("failed", exc_info=error)
            raise

    return composed


def _documents(settings: Settings, step: str) -> tuple[Client, FirestoreClaims, FirestoreRecords]:
    log.configure(settings.google_cloud_project, step)
    client = Client(project=settings.google_cloud_project)
    # Claims expire before the results that they name, and long after the last redelivery.
    claims = FirestoreClaims(client, now, settings.retention / 2)
    return client, claims, FirestoreRecords(client)


@cache
@_logged
def ingest() -> Consumer[DocumentCreated]:
    """The ingest function: documents in, `health-data-ingested` out."""
    settings = IngestSettings.from_env()
    _, claims, records = _documents(settings, "ingest")
    topics = PubSubTopics(
        PublisherClient(),
        settings.dead_letter_topic,
        ingested_topic=settings.health_data_ingested_topic,
    )
    step = Ingest(
        claims=claims,
        records=records,
        topics=topics,
        take_feedback=TakeFeedback(records, now, settings.retention),
        clock=now,
        lease=settings.lease,
        retention=settings.retention,
        queue_stale=settings.queue_stale,
    )
    return Consumer("ingest", document_created, step, step.reject, topics, settings.max_event_age)


@cache
@_logged
def preprocess() -> Consumer[JobMessage]:
    """The preprocess function: `health-data-ingested` in, `health-insights-processing` out."""
    # Here, since only preprocess talks to Vertex AI: the others start without it.
    from clarity.adapters.vertex import open_encoder  # noqa: PLC0415  see above

    settings = PreprocessSettings.from_env()
    _, claims, records = _documents(settings, "preprocess")
    topics = PubSubTopics(
        PublisherClient(),
        settings.dead_letter_topic,
        analysed_topic=settings.health_insights_processing_topic,
    )
    encoder = open_encoder(
        settings.pat_endpoint,
        model_id=settings.pat_model_id,
        timeout_s=settings.pat_timeout_seconds,
        host=settings.pat_endpoint_host,
        emulator_host=settings.vertex_emulator_host,
    )
    infer = Infer(claims, records, encoder, now, settings.lease, settings.retention)
    explain = Explain(claims, records, encoder, now, settings.lease, settings.retention)
    step = Preprocess(
        claims=claims,
        records=records,
        topics=topics,
        infer=infer,
        explain=explain,
        clock=now,
        lease=settings.lease,
        retention=settings.retention,
        quiet=settings.quiet,
        patience=settings.patience,
    )
    return Consumer("preprocess", job_message, step, step.reject, topics, settings.max_event_age)


@cache
@_logged
def insights() -> Consumer[JobMessage]:
    """The insights function: `health-insights-processing` in, an insight out."""
    settings = InsightsSettings.from_env()
    client, claims, records = _documents(settings, "insights")
    tell = Tell(
        narrator=_narrator(settings),
        records=records,
        budgets=FirestoreBudgets(
            client,
            settings.gemini_daily_calls,
            settings.gemini_project_daily_calls,
            settings.retention,
        ),
        breaker=Breaker(settings.gemini_failures, settings.gemini_pause, now),
        clock=now,
        patience=settings.gemini_patience,
        time=TELLING * settings.lease,
        retention=settings.retention,
    )
    step = Insight(
        claims=claims,
        records=records,
        reviews=FirestoreReviews(client),
        tell=tell,
        notify=_notify(settings, client, claims, records),
        clock=now,
        lease=settings.lease,
        retention=settings.retention,
    )
    topics = PubSubTopics(PublisherClient(), settings.dead_letter_topic)
    return Consumer("insights", job_message, step, step.reject, topics, settings.max_event_age)


@cache
@_logged
def park() -> Ticked:
    """The park function: a clock's ticks in, an endpoint that runs while there is work."""
    # Here, since only park deploys: the others start without Vertex AI's clients.
    from clarity.adapters.model_state import Machine  # noqa: PLC0415  see above
    from clarity.adapters.monitoring import open_load  # noqa: PLC0415  see above
    from clarity.adapters.vertex_models import open_endpoint  # noqa: PLC0415  see above

    settings = ParkSettings.from_env()
    log.configure(settings.google_cloud_project, "park")
    machine = Machine(
        machine_type=settings.pat_machine_type,
        accelerator=settings.pat_accelerator,
        accelerator_count=settings.pat_accelerator_count,
        min_replicas=settings.pat_min_replicas,
        max_replicas=settings.pat_max_replicas,
    )
    endpoint = open_endpoint(
        settings.pat_endpoint,
        machine=machine,
        service_account=settings.pat_service_account,
        emulator_host=settings.vertex_emulator_host,
    )
    load = open_load(
        settings.park_subscription,
        settings.pat_endpoint,
        now,
        emulator_host=settings.monitoring_emulator_host,
    )
    return Ticked("park", Park(endpoint, load, now, settings.park_idle), settings.max_event_age)


def _notify(
    settings: InsightsSettings, client: Client, claims: Claims, records: Records
) -> Notify | None:
    if settings.fcm_endpoint is None:
        return None
    # Here, since only who announces insights pays for its import.
    from clarity.adapters.fcm import Fcm  # noqa: PLC0415  see above

    push = Fcm(settings.fcm_endpoint, settings.google_cloud_project, FCM_TIMEOUT_S)
    devices = FirestoreDevices(client)
    return Notify(claims, records, devices, push, now, settings.lease, settings.retention)


def _narrator(settings: InsightsSettings) -> Narrator | None:
    if settings.gemini_api_key is None:
        return None
    # Here, since its import takes the longest: without a key it is not paid for.
    from clarity.adapters.gemini import Gemini  # noqa: PLC0415  see above

    return Gemini(
        settings.gemini_api_key,
        settings.gemini_model,
        endpoint=settings.gemini_api_endpoint,
        timeout_s=settings.gemini_timeout_seconds,
    )
