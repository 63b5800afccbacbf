"""The composition root: settings -> adapters -> steps, once a process, on the first event."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from google.cloud.firestore import Client
from google.cloud.pubsub_v1 import PublisherClient

from clarity.adapters import log
from clarity.adapters.cloudevent import Consumer, document_created, job_message
from clarity.adapters.firestore import FirestoreRecords
from clarity.adapters.firestore_claims import FirestoreClaims
from clarity.adapters.pubsub import PubSubTopics
from clarity.settings import IngestSettings, InsightsSettings, PreprocessSettings
from clarity.steps.explain import Explain
from clarity.steps.infer import Infer
from clarity.steps.ingest import Ingest
from clarity.steps.insight import Insight
from clarity.steps.preprocess import Preprocess
from clarity.steps.tell import Tell

if TYPE_CHECKING:
    from clarity.domain.events import DocumentCreated, JobMessage
    from clarity.settings import Settings
    from clarity.steps.ports import Narrator


def now() -> datetime:
    """The time, UTC."""
    return datetime.now(UTC)


def _documents(settings: Settings, step: str) -> tuple[FirestoreClaims, FirestoreRecords]:
    log.configure(settings.google_cloud_project, step)
    client = Client(project=settings.google_cloud_project)
    # Claims expire before the results that they name, and long after the last redelivery.
    claims = FirestoreClaims(client, now, settings.retention / 2)
    return claims, FirestoreRecords(client)


@cache
def ingest() -> Consumer[DocumentCreated]:
    """The ingest function: documents in, `health-data-ingested` out."""
    settings = IngestSettings.from_env()
    claims, records = _documents(settings, "ingest")
    topics = PubSubTopics(
        PublisherClient(),
        settings.dead_letter_topic,
        ingested_topic=settings.health_data_ingested_topic,
    )
    step = Ingest(
        claims=claims,
        records=records,
        topics=topics,
        clock=now,
        lease=settings.lease,
        retention=settings.retention,
        queue_stale=settings.queue_stale,
    )
    return Consumer("ingest", document_created, step, step.reject, topics, settings.max_event_age)


@cache
def preprocess() -> Consumer[JobMessage]:
    """The preprocess function: `health-data-ingested` in, `health-insights-processing` out."""
    # Here, since only preprocess talks to Vertex AI: the others start without it.
    from clarity.adapters.vertex import open_encoder  # noqa: PLC0415  see above

    settings = PreprocessSettings.from_env()
    claims, records = _documents(settings, "preprocess")
    topics = PubSubTopics(
        PublisherClient(),
        settings.dead_letter_topic,
        analysed_topic=settings.health_insights_processing_topic,
    )
    encoder = open_encoder(
        settings.pat_endpoint,
        model_id=settings.pat_model_id,
        timeout_s=settings.pat_timeout_seconds,
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
        quiet=settings.quiet,
        patience=settings.patience,
    )
    return Consumer("preprocess", job_message, step, step.reject, topics, settings.max_event_age)


@cache
def insights() -> Consumer[JobMessage]:
    """The insights function: `health-insights-processing` in, an insight out."""
    settings = InsightsSettings.from_env()
    claims, records = _documents(settings, "insights")
    tell = Tell(
        records,
        _narrator(settings),
        now,
        retention=settings.retention,
        daily_calls=settings.gemini_daily_calls,
        patience=settings.gemini_patience,
    )
    step = Insight(claims, records, tell, now, settings.lease, settings.retention)
    topics = PubSubTopics(PublisherClient(), settings.dead_letter_topic)
    return Consumer("insights", job_message, step, step.reject, topics, settings.max_event_age)


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
