"""Where PAT looked, over Vertex AI's REST path: what each answer means to the step."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
import pytest

from clarity.domain.errors import TransientError, UnavailableError, WrongModelError
from tests.contract.vertex_endpoint import GOOD, WEEK, answering, prediction

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
def test_an_explanation_that_is_none_is_asked_for_again_with_what_is_wrong(body, reason) -> None:
    with answering(200, body) as (encoder, _), pytest.raises(TransientError, match=reason):
        encoder.explain(WEEK)
