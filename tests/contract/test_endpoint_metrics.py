"""/metrics as Prometheus reads it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import pytest
from prometheus_client.parser import text_string_to_metric_families

from clarity.pat.runtime import Pat, load
from infra.endpoint.predictor import Predictor
from tests.contract.endpoint_server import (
    SETTINGS,
    Held,
    b64,
    post,
    serving,
    wait_until_healthy,
    week,
)

if TYPE_CHECKING:
    import httpx

Sample = tuple[str, frozenset[tuple[str, str]]]


def scrape(client: httpx.Client) -> dict[Sample, float]:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def value(found: dict[Sample, float], name: str, **labels: str) -> float:
    return found.get((name, frozenset(labels.items())), 0.0)


@pytest.fixture(scope="module")
def pat() -> Pat:
    return load("small", cores=1)


def test_what_was_asked_answered_and_refused_is_counted_with_its_reason(pat):
    predictor = Predictor(lambda: pat, queue=4)
    with serving(predictor) as client:
        wait_until_healthy(client.get)
        post(client, {"instances": [b64(week()), b64(week(1))]})
        post(client, {"instances": []})
        client.post(SETTINGS.predict_route, content=b" " * 2_000_000)
        client.get(SETTINGS.predict_route)
        client.get("/elsewhere")
        found = scrape(client)

    statuses = {status: value(found, "pat_requests_total", status=status) for status in STATUSES}
    assert statuses == {"200": 1, "400": 1, "413": 1, "405": 1, "404": 0}
    assert value(found, "pat_rejected_requests_total", reason="bad_instance") == 1
    assert value(found, "pat_rejected_requests_total", reason="body_too_large") == 1
    assert value(found, "pat_windows_total") == 2
    assert value(found, "pat_request_seconds_count") == 4
    for name in ("pat_queue_wait_seconds", "pat_compute_seconds", "pat_batch_windows"):
        assert value(found, f"{name}_count", work="prediction") == 2
    assert value(found, "pat_compute_seconds_sum", work="prediction") > 0.001
    assert value(found, "process_resident_memory_bytes") > 1e7
    model = {"model_id": pat.model_id, "weights_sha256": pat.weights_sha256}
    assert value(found, "pat_model_info", scaler_id=pat.scaler_id, **model) == 1


STATUSES = ("200", "400", "413", "405", "404")


def test_the_queues_depth_and_what_it_refuses_are_seen_while_it_is_full():
    held = Held()
    predictor = Predictor(lambda: held, queue=3, deadline_s=0.5)
    held.go.set()
    with serving(predictor) as client:
        wait_until_healthy(client.get)
        held.go.clear()
        held.entered.clear()
        with ThreadPoolExecutor(1) as clients:
            late = clients.submit(post, client, {"instances": [b64(week())] * 3})
            assert held.entered.wait(10)
            refused = post(client, {"instances": [b64(week())]})
            busy = scrape(client)
            late_answer = late.result()
        held.go.set()
        after = scrape(client)

    assert (refused.status_code, late_answer.status_code) == (429, 504)
    assert value(busy, "pat_queue_depth", work="prediction") == 2
    assert value(busy, "pat_rejected_requests_total", reason="queue_full") == 1
    assert value(after, "pat_rejected_requests_total", reason="deadline") == 1
    assert value(after, "pat_requests_total", status="504") == 1


def test_before_it_is_warm_it_is_scraped_too():
    held = Held()
    predictor = Predictor(lambda: held, queue=3)
    with serving(predictor) as client:
        post(client, {"instances": [b64(week())]})
        found = scrape(client)
        held.go.set()

    assert value(found, "pat_rejected_requests_total", reason="warming_up") == 1
    assert ("pat_model_info", frozenset()) in found, "no model has a name yet"


def test_no_label_tells_anything_of_a_request(pat):
    secret = "user-4711"
    with serving(Predictor(lambda: pat, queue=4)) as client:
        wait_until_healthy(client.get)
        post(client, {"instances": [{"steps_b64": secret}], "parameters": {secret: True}})
        post(client, {secret: np.pi})
        text = client.get("/metrics").text

    assert secret not in text
