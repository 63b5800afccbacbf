"""The probe of an endpoint with a canary: over HTTP, against deployed models that differ."""

from __future__ import annotations

import itertools
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from infra import probe

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ENDPOINT = "projects/p/locations/us-central1/endpoints/1"
MODEL = "pat-test"


def prediction(model: str = MODEL, first: float = 0.5) -> dict:
    vector = [first, *[0.25] * 95]
    return {
        "embedding": vector,
        "model_id": model,
        "weights_sha256": "0" * 64,
        "scaler_id": "steps",
    }


@contextmanager
def endpoint(traffic: dict[str, int], answers: Mapping[str, object]) -> Iterator[str]:
    """Deployed models that answer in turn: a prediction, or a status without one."""
    turn = itertools.cycle(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.reply(200, {"name": ENDPOINT, "trafficSplit": traffic, "deployedModels": [{}]})

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            name = next(turn)
            found = answers[name]
            if isinstance(found, int):
                self.reply(found, {"error": {"code": found}})
            else:
                self.reply(200, {"predictions": [found]}, name)

        def reply(self, status: int, body: dict, by: str = "") -> None:
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(content)))
            self.send_header(probe.SERVED_BY, by)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def probed(address: str, *options: str):
    at = ("--endpoint", ENDPOINT, "--emulator", address, "--expect-model", MODEL)
    return CliRunner().invoke(probe.main, [*at, *options])


def test_it_asks_until_the_canary_has_answered_too() -> None:
    answers = {"live": prediction(), "live ": 503, "canary": prediction(first=0.5001)}
    with endpoint({"live": 90, "canary": 10}, answers) as address:
        ended = probed(address, "--answers", "3")

    assert ended.exit_code == 0, ended.output
    assert "canary 3, live 3" in ended.output


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (prediction(first=0.9), "the deployed model canary reads the week differently"),
        (prediction("pat-other"), "expected the model pat-test, found pat-other"),
        ({"embedding": [1.0]}, "expected 5 answers of each, found"),
        (400, "RefusedError"),
        (503, "expected 5 answers of each, found"),
    ],
    ids=["another embedding", "another model", "no embedding", "refused", "never ready"],
)
def test_a_canary_that_answers_otherwise_fails_the_probe(answer, said) -> None:
    answers = {"live": prediction(), "canary": answer}
    with endpoint({"live": 90, "canary": 10}, answers) as address:
        ended = probed(address, "--timeout", "1")

    assert ended.exit_code == 1
    assert said in ended.output


def test_a_model_without_traffic_is_not_waited_for() -> None:
    with endpoint({"live": 100, "kept": 0}, {"live": prediction()}) as address:
        ended = probed(address)

    assert ended.exit_code == 0
    assert "live 5" in ended.output


def test_a_parked_endpoint_fails_the_probe() -> None:
    with endpoint({}, {"live": prediction()}) as address:
        ended = probed(address)

    assert ended.exit_code == 1
    assert "parked" in ended.output
