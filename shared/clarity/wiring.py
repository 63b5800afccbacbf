"""The composition root: settings -> adapters -> steps, once a process, on the first event."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime, timedelta
from functools import cache, update_wrapper
from typing import TYPE_CHECKING, Generic, TypeVar

from google.cloud.pubsub_v1 import PublisherClient, SubscriberClient

from clarity.adapters import log, telemetry
from clarity.adapters.cloudevent import Consumer, Ticked, document_of, job_message
from clarity.adapters.door import Strict, guard
from clarity.adapters.firestore import FirestoreRecords
from clarity.adapters.firestore_budgets import FirestoreBudgets
from clarity.adapters.firestore_claims import FirestoreClaims
from clarity.adapters.firestore_client import FirestoreClient
from clarity.adapters.firestore_devices import FirestoreDevices
from clarity.adapters.firestore_reviews import FirestoreReviews
from clarity.adapters.predictions import Predictions
from clarity.adapters.pubsub import PubSubTopics
from clarity.settings import (
    IngestSettings,
    InsightsSettings,
    MonitorSettings,
    ParkSettings,
    PreprocessSettings,
    PrivacySettings,
    SweepSettings,
)
from clarity.steps.breaker import Breaker
from clarity.steps.explain import Explain
from clarity.steps.feedback import TakeFeedback
from clarity.steps.infer import Infer
from clarity.steps.ingest import Ingest
from clarity.steps.insight import Insight
from clarity.steps.notify import Notify
from clarity.steps.park import Park
from clarity.steps.ports import Toll
from clarity.steps.preprocess import Preprocess
from clarity.steps.tell import Tell
from clarity.steps.turns import Lanes, Turns

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from clarity.adapters.door import Handler
    from clarity.domain.events import Document, JobMessage
    from clarity.domain.job import Collection
    from clarity.settings import Environment, Settings
    from clarity.steps.ports import Claims, Records
    from clarity.steps.ports_words import Narrator

# Of the lease; the rest is for reading and writing documents.
TELLING = 0.8
# An insight is there before anybody is told of it: a function does not wait long for that.
FCM_TIMEOUT_S = 3.0
# How long a tick waits for a first dead letter: most of the time there is none.
LETTERS_S = 2.0
HOUR = timedelta(hours=1)

T = TypeVar("T")

_log = logging.getLogger(__name__)


def now() -> datetime:
    """The time, UTC."""
    return datetime.now(UTC)


class _Composed(Generic[T]):
    """Composed once a process, on its first event; of the events that come with it, one does it.

    The others wait: Google's packages do not bear to be imported by two threads at once.
    """

    def __init__(self, compose: Callable[[], T]) -> None:
        update_wrapper(self, compose)
        self._step = compose.__name__
        self._kept = cache(compose)
        self._lock = threading.Lock()
        self.cache_clear = self._kept.cache_clear

    def __call__(self) -> T:
        with self._lock:
            try:
                return self._kept()
            except Exception as error:
                # Nobody else logs why a function cannot be composed, and each event fails of it.
                with log.bound(step=self._step):
                    # Of no person yet: what it says tells the operator what is not as it must be.
                    _log.error("failed", exc_info=error, extra={"fields": {"reason": str(error)}})
                raise


def door(settings: Environment) -> Callable[[Handler], Handler]:
    """The function of a main.py, as the framework is to call it."""
    log.configure(settings.google_cloud_project, settings.pseudonym_key)
    if not settings.event_audience:
        return guard(None)
    project, keys = settings.google_cloud_project, settings.event_keys
    return guard(Strict(project, settings.audiences, settings.callers, keys))


def _record(settings: Environment, step: str) -> None:
    telemetry.open_telemetry(
        settings.telemetry_endpoint,
        project=settings.google_cloud_project,
        location=settings.telemetry_location,
        service=step,
    )


def _documents(settings: Settings) -> tuple[FirestoreClient, FirestoreClaims, FirestoreRecords]:
    client = FirestoreClient(project=settings.google_cloud_project)
    # Claims expire before the results that they name, and long after the last redelivery.
    claims = FirestoreClaims(client, now, settings.retention / 2)
    return client, claims, FirestoreRecords(client, claims.heads)


@_Composed
def ingest() -> Consumer[Document]:
    """The ingest function: documents in, `health-data-ingested` out."""
    settings = IngestSettings.from_env()
    _record(settings, "ingest")
    _, claims, records = _documents(settings)
    topics = PubSubTopics(
        PublisherClient(),
        {
            "dead_letter": settings.dead_letter_topic,
            "ingested": settings.health_data_ingested_topic,
            "documents": settings.documents_topic,
        },
    )
    step = Ingest(
        claims=claims,
        records=records,
        topics=topics,
        take_feedback=TakeFeedback(records, now, settings.retention),
        clock=now,
        lease=settings.lease,
        retention=settings.retention,
        upload_retention=settings.upload_retention,
        queue_stale=settings.queue_stale,
        tolls=_tolls(settings),
    )
    return Consumer("ingest", document_of, Lanes(step), step.reject, topics, settings.max_event_age)


def _tolls(settings: IngestSettings) -> Mapping[Collection, Toll]:
    uploads = Toll("uploads", HOUR / settings.uploads_per_hour, settings.upload_burst)
    requests = _requests(settings)
    return {"uploads": uploads, "insight_requests": requests, "feedback": requests}


def _requests(settings: IngestSettings | PrivacySettings) -> Toll:
    return Toll("requests", HOUR / settings.requests_per_hour, settings.request_burst)


@_Composed
def privacy() -> Consumer[Document]:
    """The privacy function: a person's request in, an export or nothing of them left."""
    # Here, since only privacy has a use for these.
    from clarity.adapters.exports_bucket import open_exports  # noqa: PLC0415  see above
    from clarity.adapters.firestore_erase import FirestoreErasures  # noqa: PLC0415  see above
    from clarity.adapters.firestore_export import FirestoreDocuments  # noqa: PLC0415  see above
    from clarity.steps.erase import Erase  # noqa: PLC0415  see above
    from clarity.steps.export import Export  # noqa: PLC0415  see above
    from clarity.steps.privacy import Privacy  # noqa: PLC0415  see above

    settings = PrivacySettings.from_env()
    _record(settings, "privacy")
    client, claims, records = _documents(settings)
    topics = PubSubTopics(PublisherClient(), {"dead_letter": settings.dead_letter_topic})
    exports = open_exports(
        settings.exports_bucket,
        project=settings.google_cloud_project,
        signer=settings.exports_signer,
        iam_host=settings.iam_emulator_host,
    )
    step = Privacy(
        claims=claims,
        records=records,
        topics=topics,
        erase=Erase(FirestoreErasures(client, now), exports, now, settings.erasing),
        export=Export(FirestoreDocuments(client), exports, now, settings.export_link),
        clock=now,
        lease=settings.lease,
        retention=settings.retention,
        toll=_requests(settings),
    )
    return Consumer("privacy", document_of, step, step.reject, topics, settings.max_event_age)


@_Composed
def preprocess() -> Consumer[JobMessage]:
    """The preprocess function: `health-data-ingested` in, `health-insights-processing` out."""
    # Here, since only preprocess talks to Vertex AI: the others start without it.
    from clarity.adapters.vertex import open_encoder  # noqa: PLC0415  see above

    settings = PreprocessSettings.from_env()
    _record(settings, "preprocess")
    client, claims, records = _documents(settings)
    topics = PubSubTopics(
        PublisherClient(),
        {
            "dead_letter": settings.dead_letter_topic,
            "analysed": settings.health_insights_processing_topic,
        },
    )
    encoder = open_encoder(
        settings.pat_endpoint,
        model_id=settings.pat_model_id,
        canary_id=settings.pat_canary_model_id,
        timeout_s=settings.pat_timeout_seconds,
        retry_s=settings.pat_retry_seconds,
        host=settings.pat_endpoint_host,
        emulator_host=settings.vertex_emulator_host,
    )
    tell = Predictions(client, now)
    infer = Infer(claims, encoder, now, settings.lease, settings.retention, tell)
    explain = Explain(claims, encoder, now, settings.lease, settings.retention)
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
    return Consumer(
        "preprocess", job_message, Turns(step), step.reject, topics, settings.max_event_age
    )


@_Composed
def insights() -> Consumer[JobMessage]:
    """The insights function: `health-insights-processing` in, an insight out."""
    settings = InsightsSettings.from_env()
    _record(settings, "insights")
    client, claims, records = _documents(settings)
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
    topics = PubSubTopics(PublisherClient(), {"dead_letter": settings.dead_letter_topic})
    step = Insight(
        claims=claims,
        records=records,
        topics=topics,
        reviews=FirestoreReviews(client),
        tell=tell,
        notify=_notify(settings, client, claims, records),
        clock=now,
        lease=settings.lease,
        retention=settings.retention,
    )
    return Consumer(
        "insights", job_message, Turns(step), step.reject, topics, settings.max_event_age
    )


@_Composed
def park() -> Ticked:
    """The park function: a clock's ticks in, an endpoint that runs while there is work."""
    # Here, since only park deploys: the others start without Vertex AI's clients.
    from clarity.adapters.model_state import Machine  # noqa: PLC0415  see above
    from clarity.adapters.monitoring import open_load  # noqa: PLC0415  see above
    from clarity.adapters.vertex_models import open_endpoint  # noqa: PLC0415  see above

    settings = ParkSettings.from_env()
    _record(settings, "park")
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


@_Composed
def monitor() -> Ticked:
    """The monitor function: a clock's ticks in, how the model is."""
    # Here, since only monitor compares: the others start without SciPy.
    from clarity.adapters.firestore_monitor import FirestoreMonitor  # noqa: PLC0415  see above
    from clarity.adapters.references import trained  # noqa: PLC0415  see above
    from clarity.steps.monitor import Monitor, Pace  # noqa: PLC0415  see above

    settings = MonitorSettings.from_env()
    _record(settings, "monitor")
    client = FirestoreClient(project=settings.google_cloud_project)
    step = Monitor(
        watched=FirestoreMonitor(client, settings.retention),
        model_id=settings.pat_model_id,
        trained=trained(settings.pat_model_id),
        clock=now,
        pace=Pace(**settings.monitor_pace, documents=settings.monitor_documents),
        count=lambda state: telemetry.add("clarity.drift.windows", 1, {"state": state}),
    )
    return Ticked("monitor", step, settings.max_event_age)


@_Composed
def sweep() -> Ticked:
    """The sweep function: a clock's ticks in, what was left lying is taken up again."""
    # Here, since only sweep has a use for these.
    from clarity.adapters.firestore_dead_letters import FirestoreDeadLetters  # noqa: PLC0415
    from clarity.adapters.firestore_sweep import FirestoreSweeps  # noqa: PLC0415
    from clarity.adapters.pubsub_letters import AnySize, PubSubMail  # noqa: PLC0415
    from clarity.steps.leftovers import Limits  # noqa: PLC0415
    from clarity.steps.sweep import Sweep  # noqa: PLC0415

    settings = SweepSettings.from_env()
    _record(settings, "sweep")
    client, claims, _ = _documents(settings)
    topics = PubSubTopics(
        PublisherClient(),
        {
            "dead_letter": settings.dead_letter_topic,
            "ingested": settings.health_data_ingested_topic,
            "analysed": settings.health_insights_processing_topic,
            "documents": settings.documents_topic,
        },
    )
    step = Sweep(
        sweeps=FirestoreSweeps(client, now, settings.retention),
        mail=PubSubMail(
            SubscriberClient(transport=AnySize),
            settings.dead_letters_subscription,
            wait_s=LETTERS_S,
        ),
        letters=FirestoreDeadLetters(client, now),
        claims=claims,
        topics=topics,
        clock=now,
        limits=Limits(**settings.sweep_limits, documents=settings.sweep_documents),
        lease=settings.lease,
        retention=settings.retention,
        count=lambda action, amount: telemetry.add("clarity.sweeps", amount, {"action": action}),
    )
    return Ticked("sweep", step, settings.max_event_age)


def _notify(
    settings: InsightsSettings, client: FirestoreClient, claims: Claims, records: Records
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
