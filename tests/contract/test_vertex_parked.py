"""An endpoint without a model, which answers in more than one way: the week waits for it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from clarity.domain.errors import (
    MisconfiguredError,
    ParkedError,
    RefusedError,
    UnavailableError,
)
from tests.contract.vertex_endpoint import ENDPOINT, WEEK, answering, error, prediction

LIVE = {"name": ENDPOINT, "deployedModels": [{"id": "1"}], "trafficSplit": {"1": 100}}
PARKED: dict[str, Any] = {"name": ENDPOINT, "displayName": "pat"}
TO_ANOTHER_ADDRESS = (
    "Dedicated Endpoint cannot be accessed through the shared Vertex AI domain "
    "aiplatform.googleapis.com. Please access the endpoint using its dedicated domain name "
    "'1.us-central1-2.prediction.vertexai.goog'"
)


def found(resource: object) -> tuple[int, bytes]:
    return 200, json.dumps(resource).encode()


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, error(400, "FAILED_PRECONDITION", f"Endpoint {ENDPOINT} doesn't have traffic_split")),
        (
            429,
            error(429, "RESOURCE_EXHAUSTED", "Model is not yet ready for inference. Please wait"),
        ),
        (429, b"Model is not yet ready for inference. Please wait and then try your request again"),
    ],
)
@pytest.mark.parametrize("resource", [found(PARKED), found(LIVE), (403, b"{}")])
def test_an_endpoint_that_says_that_no_model_is_there_is_parked(status, body, resource) -> None:
    with answering(status, body, resource=resource) as (encoder, _), pytest.raises(ParkedError):
        encoder.encode(WEEK)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, b"<html>no route</html>"),
        (404, error(404, "NOT_FOUND", "The requested resource was not found.")),
        (503, b"no healthy upstream"),
        (502, b""),
        (400, error(400, "INVALID_ARGUMENT", "nothing serves this")),
        (400, error(400, "FAILED_PRECONDITION", TO_ANOTHER_ADDRESS)),
    ],
)
def test_an_endpoint_that_fails_and_lists_no_model_is_parked(status, body) -> None:
    for resource in (PARKED, PARKED | {"deployedModels": []}):
        with (
            answering(status, body, resource=found(resource)) as (encoder, _),
            pytest.raises(ParkedError),
        ):
            encoder.explain(WEEK)


@pytest.mark.parametrize(
    ("status", "kind", "times"), [(503, UnavailableError, 1), (404, MisconfiguredError, 3)]
)
def test_an_overloaded_endpoint_is_asked_once_in_a_while_what_is_deployed(
    status, kind, times
) -> None:
    with answering(status, b"", resource=found(LIVE)) as (encoder, requests):
        for _ in range(3):
            with pytest.raises(kind):
                encoder.encode(WEEK)

    assert [path for path, body in requests if body is None] == [f"/v1/{ENDPOINT}"] * times


def test_an_endpoint_that_does_not_answer_and_lists_no_model_is_parked() -> None:
    with (
        answering(200, prediction(), wait_s=1, resource=found(PARKED)) as (encoder, _),
        pytest.raises(ParkedError),
    ):
        encoder.encode(WEEK)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, error(401, "UNAUTHENTICATED", "no credentials"), MisconfiguredError),
        (403, error(403, "PERMISSION_DENIED", "aiplatform.endpoints.predict"), MisconfiguredError),
        (413, b"too large", RefusedError),
    ],
)
def test_what_is_our_own_fault_says_so_even_while_nothing_is_deployed(status, body, kind) -> None:
    with (
        answering(status, body, resource=found(PARKED)) as (encoder, _),
        pytest.raises(kind, match=str(status)),
    ):
        encoder.encode(WEEK)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, b"the reason", RefusedError),
        (400, b'{"error": "a word"}', RefusedError),
        (400, error(400, "FAILED_PRECONDITION", TO_ANOTHER_ADDRESS), MisconfiguredError),
        (404, error(404, "NOT_FOUND", "Endpoint not found"), MisconfiguredError),
        (429, error(429, "RESOURCE_EXHAUSTED", "Quota exceeded"), UnavailableError),
        (503, b"", UnavailableError),
    ],
)
@pytest.mark.parametrize(
    "resource",
    [found(LIVE), (403, b"{}"), (404, b"{}"), (200, b"no JSON"), found({}), found([]), (500, b"")],
)
def test_an_endpoint_that_lists_models_or_nothing_readable_is_taken_at_its_word(
    status, body, kind, resource
) -> None:
    with answering(status, body, resource=resource) as (encoder, _), pytest.raises(kind) as raised:
        encoder.encode(WEEK)

    assert not isinstance(raised.value, ParkedError)
