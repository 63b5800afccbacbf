"""The rows of Google's lists of metrics that infra/gcp uses, and what may be done with them.

Sources, in stored copies read in November 2026: docs.cloud.google.com/monitoring/api/
metrics_gcp_a_b (aiplatform) and metrics_gcp_p_z (pubsub, run), resources (labels of resources),
metric-model and v3/aggregation (aligners). Firestore's rows: dashboards/storage/
firestore-monitoring.json of github.com/GoogleCloudPlatform/monitoring-dashboard-samples, whose
aligners tell the kinds; its page of the list was not at hand.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric: its kind, the type of its values, what it is of, and its labels."""

    kind: str  # GAUGE or DELTA
    value: str  # INT64, DOUBLE or DISTRIBUTION
    resource: str
    labels: frozenset[str] = frozenset()


def _metric(kind: str, value: str, resource: str, labels: str = "") -> Metric:
    return Metric(kind, value, resource, frozenset(labels.split()))


RESOURCES = {
    "cloud_run_revision": {
        "project_id",
        "location",
        "service_name",
        "revision_name",
        "configuration_name",
    },
    "pubsub_subscription": {"project_id", "subscription_id"},
    "aiplatform.googleapis.com/Endpoint": {"resource_container", "location", "endpoint_id"},
    "firestore_instance": {"project_id"},
}
_RUN, _QUEUE, _ENDPOINT, _FIRESTORE = RESOURCES
_DEPLOYED = "deployed_model_id spot model_display_name endpoint_display_name"
_REPLICA = "deployed_model_id replica_id spot"

METRICS = {
    "run.googleapis.com/request_count": _metric(
        "DELTA", "INT64", _RUN, "response_code response_code_class route"
    ),
    "run.googleapis.com/request_latencies": _metric(
        "DELTA", "DISTRIBUTION", _RUN, "response_code response_code_class route"
    ),
    "run.googleapis.com/container/instance_count": _metric("GAUGE", "INT64", _RUN, "state"),
    "run.googleapis.com/container/memory/utilizations": _metric("DELTA", "DISTRIBUTION", _RUN),
    "pubsub.googleapis.com/subscription/oldest_unacked_message_age": _metric(
        "GAUGE", "INT64", _QUEUE
    ),
    "pubsub.googleapis.com/subscription/num_undelivered_messages": _metric(
        "GAUGE", "INT64", _QUEUE
    ),
    "pubsub.googleapis.com/subscription/dead_letter_message_count": _metric(
        "DELTA", "INT64", _QUEUE, "response_code"
    ),
    "aiplatform.googleapis.com/prediction/online/accelerator/duty_cycle": _metric(
        "GAUGE", "DOUBLE", _ENDPOINT, _REPLICA
    ),
    "aiplatform.googleapis.com/prediction/online/prediction_count": _metric(
        "DELTA", "INT64", _ENDPOINT, _DEPLOYED
    ),
    "aiplatform.googleapis.com/prediction/online/prediction_latencies": _metric(
        "DELTA", "DISTRIBUTION", _ENDPOINT, f"{_DEPLOYED} latency_type"
    ),
    "aiplatform.googleapis.com/prediction/online/replicas": _metric(
        "GAUGE", "INT64", _ENDPOINT, _DEPLOYED
    ),
    "aiplatform.googleapis.com/prediction/online/response_count": _metric(
        "DELTA", "INT64", _ENDPOINT, f"{_DEPLOYED} response_code"
    ),
    "firestore.googleapis.com/document/read_count": _metric("DELTA", "INT64", _FIRESTORE),
    "firestore.googleapis.com/document/write_count": _metric("DELTA", "INT64", _FIRESTORE),
    "firestore.googleapis.com/network/snapshot_listeners": _metric("GAUGE", "INT64", _FIRESTORE),
}


def aligned(metric: Metric, aligner: str, reducer: str) -> str:
    """The type of the values that come out: NUMBER or DISTRIBUTION.

    Raises:
        ValueError: the API takes no such aligner, or no such reducer, for this metric.
    """
    distribution = metric.value == "DISTRIBUTION"
    if aligner.startswith("ALIGN_PERCENTILE_"):
        known, kept = distribution, False
    elif aligner == "ALIGN_DELTA":
        known, kept = metric.kind == "DELTA", distribution
    elif aligner == "ALIGN_RATE":
        known, kept = metric.kind == "DELTA" and not distribution, False
    else:
        known, kept = aligner in {"ALIGN_MAX", "ALIGN_MEAN"} and not distribution, False
    if not known:
        raise ValueError(f"no {aligner} of a {metric.kind} of {metric.value}")
    if reducer.startswith("REDUCE_PERCENTILE_"):
        kept = False
    elif reducer not in {"REDUCE_SUM", "REDUCE_MAX", "REDUCE_MEAN"} or kept:
        raise ValueError(f"no {reducer} after {aligner} of a {metric.value}")
    return "DISTRIBUTION" if kept else "NUMBER"
