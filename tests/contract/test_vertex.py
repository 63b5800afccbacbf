"""The Encoder port over Vertex AI's REST path: what each answer means to the step."""

from __future__ import annotations

import base64
from typing import NoReturn

import numpy as np
import pytest
from google.auth.exceptions import RefreshError

from clarity.adapters.vertex import VertexEncoder, open_encoder
from clarity.domain.errors import (
    MisconfiguredError,
    RefusedError,
    TransientError,
    UnavailableError,
    WrongModelError,
)
from tests.contract.vertex_endpoint import ENDPOINT, WEEK, answering, error, prediction


def test_a_week_goes_out_whole_and_its_embedding_comes_back_with_its_provenance() -> None:
    with answering(200, prediction()) as (encoder, requests):
        embedding = encoder.encode(WEEK)

    assert embedding.vector == (0.5,) * 96
    assert (embedding.model_id, embedding.scaler_id) == ("pat-test", "scaler-test")
    ((path, body),) = requests
    assert path == f"/v1/{ENDPOINT}:rawPredict"
    sent = np.frombuffer(base64.b64decode(body["instances"][0]["steps_b64"]), dtype="<f4")
    np.testing.assert_array_equal(sent, WEEK)


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_an_endpoint_that_asks_to_wait_is_unavailable(status: int) -> None:
    with (
        answering(status, b"{}") as (encoder, _),
        pytest.raises(UnavailableError, match=str(status)),
    ):
        encoder.encode(WEEK)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, error(400, "INVALID_ARGUMENT", "of project secret")),
        *((status, b"secret") for status in (400, 413, 422)),
    ],
)
def test_an_endpoint_that_refuses_the_week_is_permanent_and_not_quoted(status, body) -> None:
    with answering(status, body) as (encoder, _), pytest.raises(RefusedError) as raised:
        encoder.encode(WEEK)

    assert str(raised.value) == f"the endpoint refused the week: {status}"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (401, error(401, "UNAUTHENTICATED", "secret")),
        (403, error(403, "PERMISSION_DENIED", "aiplatform.endpoints.predict on secret")),
        (404, error(404, "NOT_FOUND", "projects/secret")),
        (404, b"<html>secret</html>"),
        (400, error(400, "FAILED_PRECONDITION", "Dedicated Endpoint: its domain is secret")),
        (405, b"secret"),
        (409, b""),
        (301, b"secret"),
        (501, b"secret"),
    ],
)
def test_rights_and_addresses_that_are_wrong_are_waited_for_and_not_quoted(status, body) -> None:
    with answering(status, body) as (encoder, _), pytest.raises(MisconfiguredError) as raised:
        encoder.encode(WEEK)

    assert issubclass(MisconfiguredError, TransientError)
    assert str(status) in str(raised.value)
    assert "secret" not in str(raised.value)


def test_credentials_that_nobody_renews_are_waited_for() -> None:
    with answering(200, prediction()) as (encoder, _):
        encoder.session.auth = no_credentials
        with pytest.raises(MisconfiguredError, match="RefreshError") as raised:
            encoder.encode(WEEK)

    assert "secret" not in str(raised.value)


def no_credentials(_: object) -> NoReturn:
    raise RefreshError("the account secret@p is not known")


def test_an_endpoint_that_does_not_answer_in_time_is_unavailable() -> None:
    with (
        answering(200, prediction(), wait_s=1) as (encoder, _),
        pytest.raises(UnavailableError, match="ReadTimeout"),
    ):
        encoder.encode(WEEK)


def test_nobody_there_is_unavailable() -> None:
    encoder = open_encoder(ENDPOINT, model_id="m", timeout_s=1, emulator_host="127.0.0.1:9")

    with pytest.raises(UnavailableError):
        encoder.encode(WEEK)
    encoder.session.close()


def test_another_model_than_the_one_expected_is_not_taken_and_asked_again_later() -> None:
    with (
        answering(200, prediction(model_id="pat-other")) as (encoder, _),
        pytest.raises(WrongModelError, match="expected the model pat-test, found pat-other"),
    ):
        encoder.encode(WEEK)


@pytest.mark.parametrize(
    ("model_id", "taken"), [("pat-test", True), ("pat-new", True), ("pat-other", False)]
)
def test_beside_the_model_a_canary_is_taken_with_its_own_ids_and_no_third(model_id, taken) -> None:
    canary = prediction(model_id=model_id, weights_sha256="1" * 64, scaler_id="scaler-new")
    with answering(200, canary) as (encoder, _):
        host = encoder.url.split("/")[2]
        beside = open_encoder(
            ENDPOINT, model_id="pat-test", canary_id="pat-new", timeout_s=5, emulator_host=host
        )
        if taken:
            found = beside.encode(WEEK)
            assert (found.model_id, found.weights_sha256) == (model_id, "1" * 64)
            assert found.scaler_id == "scaler-new"
        else:
            expected = "expected the model pat-test or pat-new, found pat-other"
            with pytest.raises(WrongModelError, match=expected):
                beside.encode(WEEK)
        beside.session.close()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no JSON",
        b"{}",
        b'{"predictions": []}',
        prediction(embedding=[0.5] * 95),
        prediction(weights_sha256=None),
    ],
)
def test_an_answer_that_is_no_prediction_is_asked_for_again_later(body: bytes) -> None:
    with (
        answering(200, body) as (encoder, _),
        pytest.raises(UnavailableError, match="expected one prediction"),
    ):
        encoder.encode(WEEK)


def test_a_dedicated_endpoint_is_asked_at_its_own_host(tmp_path, monkeypatch) -> None:
    key = tmp_path / "key.json"
    key.write_text(
        '{"type": "authorized_user", "client_id": "", "client_secret": "", "refresh_token": "r"}'
    )
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(key))

    def opened(host: str | None) -> VertexEncoder:
        return open_encoder(ENDPOINT, model_id="m", timeout_s=1, host=host, emulator_host=None)

    shared, own = opened(None), opened("1.us-central1-2.prediction.vertexai.goog")
    resource = f"https://us-central1-aiplatform.googleapis.com/v1/{ENDPOINT}"
    assert shared.url == f"{resource}:rawPredict"
    assert own.url == f"https://1.us-central1-2.prediction.vertexai.goog/v1/{ENDPOINT}:rawPredict"
    assert shared.resource_url == own.resource_url == resource
