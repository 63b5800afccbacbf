"""The endpoint on a loopback port, and what its tests ask of it."""

from __future__ import annotations

import base64
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import numpy as np
import pytest
import uvicorn

from infra.endpoint.app import create_app
from infra.endpoint.main import EndpointSettings

if TYPE_CHECKING:
    from clarity.pat.artifact import Artifact
    from infra.endpoint.predictor import Predictor

ROOT = Path(__file__).parents[2]
ENV = {
    "AIP_HTTP_PORT": "8080",
    "AIP_HEALTH_ROUTE": "/v1/endpoints/7/health",
    "AIP_PREDICT_ROUTE": "/v1/endpoints/7:predict",
}
SETTINGS = EndpointSettings.from_env(ENV)


@contextmanager
def serving(predictor: Predictor, failed=pytest.fail, body_timeout_s: float = 1.0):
    """A client of the real server on a free loopback port."""
    app = create_app(
        predictor,
        failed,
        health_route=SETTINGS.health_route,
        predict_route=SETTINGS.predict_route,
        body_timeout_s=body_timeout_s,
    )
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join(30)


def wait_until_healthy(get, path: str = SETTINGS.health_route, limit_s: float = 150) -> None:
    deadline = time.monotonic() + limit_s
    while time.monotonic() < deadline:
        try:
            if get(path).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    pytest.fail(f"not healthy within {limit_s} s")


class Held:
    """A model that answers when it is told to: with each window's first minute."""

    minutes, model_id, weights_sha256, scaler_id = 10_080, "held", "0", "none"
    source: Artifact  # there is none: nothing here is explained

    def __init__(self, *, lanes: int = 1, stack: int = 1) -> None:
        self.lanes, self.stack = lanes, stack
        self.go, self.entered = threading.Event(), threading.Event()
        self.batches: list[int] = []  # how many windows came together
        self.ran: list[float] = []  # their first minutes, in the order in which they came

    def embed(self, steps):
        self.batches.append(len(steps))
        self.ran += steps[:, 0].tolist()
        self.entered.set()
        self.go.wait(30)
        return np.repeat(steps[:, :1], 96, axis=1)

    def attention(self, steps):
        raise NotImplementedError

    async def warm(self, predictor: Predictor) -> None:
        self.go.set()
        await predictor.warm()
        self.go.clear()
        self.entered.clear()
        self.batches.clear()


def week(seed: int = 0) -> np.ndarray:
    steps = np.random.default_rng(seed).poisson(5, 10_080).astype("<f4")
    steps[100:200] = np.nan
    return steps


def b64(steps: np.ndarray) -> dict[str, str]:
    return {"steps_b64": base64.b64encode(steps.tobytes()).decode()}


def listed(steps: np.ndarray) -> dict[str, list[float | None]]:
    return {"steps": [None if np.isnan(value) else float(value) for value in steps]}


def post(client: httpx.Client, document: object) -> httpx.Response:
    return client.post(SETTINGS.predict_route, json=document)
