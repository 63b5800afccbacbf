"""The Encoder port over Vertex AI's REST path: what each answer means to the step."""

from __future__ import annotations

import base64
import json
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
import pytest
from google.auth.exceptions import RefreshError

from clarity.adapters.vertex import VertexEncoder, open_encoder
from clarity.domain.errors import (
    MisconfiguredError,
    ParkedError,
    RefusedError,
    TransientError,
    UnavailableError,
    WrongModelError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

ENDPOINT = "projects/p/locations/us-central1/endpoints/pat"
GOOD = {
    "embedding": [0.5] * 96,
    "model_id": "pat-test",
    "weights_sha256": "0" * 64,
    "scaler_id": "scaler-test",
}
MAPS: dict[str, Any] = {
    "patch_minutes": 18,
    "attention": [1 / 560] * 560,
    "attribution": [0.01] * 280 + [-0.005] * 280,
    "departure": 1.4,
    "completeness_error": 0.0,
    "points": 16,
    "shuffled_rank": 0.1,
    "shuffled_attention_rank": 0.2,
    "input_rank": -0.9,
}
WEEK = np.linspace(0, 100, 10_080, dtype=np.float32)


@contextmanager
def answering(
    status: int,
    body: bytes,
    wait_s: float = 0,
    explanation_timeout_s: float = 0.5,
    resource: tuple[int, bytes] = (403, b"{}"),
) -> Iterator[tuple[VertexEncoder, list]]:
    """An encoder whose endpoint answers this, and the requests that it got.

    `resource` is what is answered to who asks for the endpoint itself.
    """
    requests: list[tuple[str, Any]] = []

    class Endpoint(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["content-length"]))
            requests.append((self.path, json.loads(sent)))
            time.sleep(wait_s)
            self._answer(status, body)

        def do_GET(self) -> None:
            requests.append((self.path, None))
            self._answer(*resource)

        def _answer(self, status: int, body: bytes) -> None:
            with suppress(BrokenPipeError):  # the client that waited too long is gone
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    host = f"127.0.0.1:{server.server_address[1]}"
    encoder = replace(
        open_encoder(ENDPOINT, model_id="pat-test", timeout_s=0.5, emulator_host=host),
        explanation_timeout_s=explanation_timeout_s,
    )
    try:
        yield encoder, requests
    finally:
        encoder.session.close()
        server.shutdown()
        thread.join()
        server.server_close()


def prediction(**changes: object) -> bytes:
    return json.dumps({"predictions": [GOOD | changes]}).encode()


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


def error(code: int, status: str, message: str) -> bytes:
    return json.dumps({"error": {"code": code, "message": message, "status": status}}).encode()


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
def test_an_answer_that_is_no_prediction_is_refused(body: bytes) -> None:
    with (
        answering(200, body) as (encoder, _),
        pytest.raises(RefusedError, match="expected one prediction"),
    ):
        encoder.encode(WEEK)


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


def explained(**changes: object) -> bytes:
    return prediction(explanation=MAPS | changes)


def test_an_explanation_is_asked_for_and_comes_back_with_its_provenance() -> None:
    with answering(200, explained()) as (encoder, requests):
        embedding, explanation = encoder.explain(WEEK)

    assert (embedding.model_id, embedding.weights_sha256) == ("pat-test", "0" * 64)
    assert explanation.patch_minutes == 18
    assert explanation.attribution == tuple(MAPS["attribution"])
    assert (explanation.shuffled_rank, explanation.input_rank) == (0.1, -0.9)
    ((_, body),) = requests
    assert body["parameters"] == {"explanation": True}
    sent = np.frombuffer(base64.b64decode(body["instances"][0]["steps_b64"]), dtype="<f4")
    np.testing.assert_array_equal(sent, WEEK)


def test_an_explanation_may_take_longer_than_a_prediction() -> None:
    with answering(200, explained(), wait_s=1, explanation_timeout_s=5) as (encoder, _):
        assert encoder.explain(WEEK)[1].points == 16
        with pytest.raises(UnavailableError, match="ReadTimeout"):
            encoder.encode(WEEK)


def test_an_explanation_that_does_not_come_in_time_is_unavailable() -> None:
    with (
        answering(200, explained(), wait_s=1) as (encoder, _),
        pytest.raises(UnavailableError, match="ReadTimeout"),
    ):
        encoder.explain(WEEK)


def test_an_explanation_by_another_model_is_not_taken() -> None:
    body = json.dumps({"predictions": [GOOD | {"model_id": "other", "explanation": MAPS}]})
    with (
        answering(200, body.encode()) as (encoder, _),
        pytest.raises(WrongModelError, match="expected the model pat-test, found other"),
    ):
        encoder.explain(WEEK)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (prediction(), "expected an explanation from the endpoint, found none"),
        (explained(patch_minutes=9), "expected an explanation of 10080 minutes"),
        (explained(attention=[1.0]), "explanation: value_error"),
        (explained(attention=[1 / 280] * 560), "explanation: value_error"),
        (explained(attention=[-1 / 560] * 560), "greater_than_equal"),
        (explained(departure=None), "explanation.departure"),
        (explained(departure=float("nan")), "explanation.departure"),
        (explained(attribution=[float("inf")] * 560), "explanation.attribution"),
        (explained(shuffled_rank=1.5), "explanation.shuffled_rank"),
        (explained(points=0), "explanation.points"),
    ],
)
def test_an_explanation_that_is_none_is_refused_with_what_is_wrong(body, reason) -> None:
    with answering(200, body) as (encoder, _), pytest.raises(RefusedError, match=reason):
        encoder.explain(WEEK)
