"""What a collector of metrics gets to see of each call of the endpoint."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud.firestore import Client
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)

from clarity.adapters import telemetry
from clarity.adapters.predictions import Predictions
from clarity.steps.infer import Prediction
from infra.local.topology import PROJECT
from tests.cloud import environment
from tests.contract.http_sink import Sink, sink

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cloud import Cloud


def opened(endpoint: str | None) -> None:
    telemetry.open_telemetry(endpoint, project="p", location="us-central1", service="preprocess")


@pytest.fixture
def collector() -> Iterator[Sink]:
    with sink(lambda _: 200) as found:
        opened(found.url.rstrip("/"))
        found.wait_for(1)  # the empty request that connects
        yield found
        opened(None)


def points(found: Sink) -> dict[str, list[tuple[dict[str, str], Any]]]:
    """The metrics that are sent when the process ends: by name, labels and values."""
    opened(None)
    (measured,) = ExportMetricsServiceRequest.FromString(found.wait_for(2)[1].body).resource_metrics
    metrics = [metric for scope in measured.scope_metrics for metric in scope.metrics]
    return {
        metric.name: [
            ({label.key: label.value.string_value for label in point.attributes}, point)
            for point in [*metric.sum.data_points, *metric.histogram.data_points]
        ]
        for metric in metrics
    }


def test_calls_are_counted_by_outcome_and_measured_without_a_person(
    cloud: Cloud, collector
) -> None:
    tell = Predictions(cloud.firestore(), lambda: datetime.now(UTC))
    tell(Prediction("pat-x", 0.5, "", 0.75, 4.5, 9.0))
    tell(Prediction("pat-x", 2.0, "unavailable", 0.75, 4.5, None))

    found = points(collector)

    counted = {
        tuple(labels.items()): point.as_int for labels, point in found["clarity.predictions"]
    }
    assert counted == {
        (("model", "pat-x"), ("outcome", "done"), ("code", "")): 1,
        (("model", "pat-x"), ("outcome", "failed"), ("code", "unavailable")): 1,
    }
    sums = {
        name: point.sum
        for name, each in found.items()
        for _, point in each
        if name.startswith("clarity.prediction.")
    }
    assert sums == {
        "clarity.prediction.duration": 2.5,
        "clarity.prediction.confidence": 0.75,
        "clarity.prediction.input_mean": 4.5,
        "clarity.prediction.input_sd": 9.0,
    }
    for name in sums:
        assert [labels for labels, _ in found[name]] == [{"model": "pat-x"}]


def test_a_failed_call_that_cannot_be_counted_fails_nothing_else() -> None:
    with environment({"FIRESTORE_EMULATOR_HOST": "127.0.0.1:1"}):
        nowhere = Client(project=PROJECT, credentials=AnonymousCredentials())

    Predictions(nowhere, lambda: datetime.now(UTC))(
        Prediction("pat-x", 1.0, "unavailable", 0.5, None, None)
    )
