"""`parameters: {"explanation": true}`: what moved a week's embedding, beside the prediction."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from clarity.pat.runtime import Pat, load
from infra.endpoint.predictor import Predictor
from tests.contract.endpoint_server import ROOT, b64, post, serving, wait_until_healthy, week

NAMES = {"patch_minutes", "attention", "attribution", "departure", "completeness_error", "points"}
RANKS = {"shuffled_rank", "shuffled_attention_rank", "input_rank"}


@pytest.fixture(scope="module")
def pat() -> Pat:
    return load("small", cores=1)


def mean_week(pat: Pat) -> np.ndarray:
    """Steps that the scaler turns into nothing but zeros: one minute is seen, all else is not."""
    steps = np.full(10_080, np.nan, "f4")
    never = int(np.argmin(pat.source.scaler.mean))
    steps[never] = pat.source.scaler.mean[never] ** 2
    return steps


@pytest.fixture(scope="module")
def client(pat):
    with serving(Predictor(lambda: pat, queue=4)) as client:
        wait_until_healthy(client.get)
        yield client


def test_an_explanation_comes_beside_the_prediction_and_its_parts_add_up(client, pat):
    parameters = {"explanation": True, "attention": True}

    answer = post(client, {"instances": [b64(week())], "parameters": parameters})

    (prediction,) = answer.json()["predictions"]
    explanation = prediction["explanation"]
    assert explanation.keys() == NAMES | RANKS
    patch = explanation["patch_minutes"]
    attribution, attention = (np.array(explanation[n]) for n in ("attribution", "attention"))
    assert patch == 18
    assert attribution.shape == attention.shape == (560,)
    assert attention.sum() == pytest.approx(1)
    assert np.abs(attention - prediction["attention"][::patch]).max() < 1e-6
    moved = explanation["departure"]
    assert abs(attribution.sum() - moved) / moved == pytest.approx(
        explanation["completeness_error"], abs=1e-6
    )
    assert explanation["completeness_error"] < 0.01
    assert all(-1 <= explanation[name] <= 1 for name in RANKS)
    assert np.abs(np.array(prediction["embedding"]) - pat.embed(week()[None])[0]).max() < 1e-6


def test_without_being_asked_there_is_none(client):
    answer = post(client, {"instances": [b64(week())], "parameters": {"explanation": False}})

    assert "explanation" not in answer.json()["predictions"][0]


def test_a_week_that_nothing_moved_gets_400_with_the_reason_and_a_prediction_without(client, pat):
    mean = b64(mean_week(pat))

    answer = post(client, {"instances": [mean], "parameters": {"explanation": True}})

    assert answer.status_code == 400
    assert "mean week" in answer.json()["error"]["message"]
    assert post(client, {"instances": [mean]}).status_code == 200


def test_more_explanations_than_a_deadline_holds_are_refused_with_the_reason(client):
    body = {"instances": [b64(week())] * 5, "parameters": {"explanation": True}}

    answer = post(client, body)

    assert answer.status_code == 400
    assert "at most 4 windows a request, found 5" in answer.json()["error"]["message"]


def test_explanations_in_a_queue_do_not_keep_predictions_out(pat):
    asked = {"instances": [b64(week())] * 2, "parameters": {"explanation": True}}
    with (
        serving(Predictor(lambda: pat, queue=64, deadline_s=6.0)) as client,
        ThreadPoolExecutor(4) as phones,
    ):
        wait_until_healthy(client.get)
        explained = [phones.submit(post, client, asked) for _ in range(4)]
        while not [call for call in explained if call.done()]:  # until one was turned away
            answer = post(client, {"instances": [b64(week())] * 3})
            assert answer.status_code == 200

    statuses = sorted(call.result().status_code for call in explained)
    assert 429 in statuses
    refused = [call.result() for call in explained if call.result().status_code == 429]
    assert all(int(answer.headers["Retry-After"]) >= 1 for answer in refused)


def test_an_explanation_does_not_bring_tensorflow_into_a_process_without_it():
    script = (
        "import sys, numpy; from clarity.pat import runtime;"
        "from infra.endpoint.lanes import Window; from infra.endpoint.predictor import explain;"
        "week = numpy.ones(10080, 'f4'); week[3000:4000] = 90;"
        "explain(runtime.load('small'), Window(week));"
        "sys.exit(' '.join({'tensorflow', 'keras'} & set(sys.modules)) or 0)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script],
        check=False,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": f"{ROOT}/shared:{ROOT}"},
    )

    assert (ended.returncode, ended.stderr) == (0, "")
