"""The endpoint when more is asked of it than it can do at once, and when it is told to stop."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import numpy as np
import pytest

from clarity.pat import instances
from clarity.pat.runtime import load
from infra.endpoint.predictor import Predictor, RefusalError
from tests.contract.endpoint_server import (
    ROOT,
    SETTINGS,
    Held,
    b64,
    post,
    serving,
    wait_until_healthy,
    week,
)


def test_what_the_queue_cannot_hold_gets_429_with_a_time_to_try_again():
    held = Held()
    predictor = Predictor(lambda: held, queue=3)
    asked = instances.PredictRequest(np.stack([week()] * 2), attention=False)

    async def two_at_once() -> tuple[object, list[object], list[object]]:
        await held.warm(predictor)
        first = asyncio.create_task(predictor.predict(asked))
        await asyncio.sleep(0.05)
        second = await asyncio.gather(predictor.predict(asked), return_exceptions=True)
        held.go.set()
        return second[0], [*await first], [*await predictor.predict(asked)]

    refused, first, later = asyncio.run(two_at_once())
    predictor.close()

    assert isinstance(refused, RefusalError)
    assert (refused.status, str(refused)) == (429, "2 windows are waiting and the queue holds 3")
    assert (refused.retry_after_s or 0) >= 1
    assert len(first) == len(later) == 2


def test_what_has_no_answer_by_its_deadline_gets_504_and_does_not_run_on():
    held = Held()
    predictor = Predictor(lambda: held, queue=9, deadline_s=0.2)
    asked = instances.PredictRequest(np.stack([week()] * 5), attention=False)

    async def too_slow() -> tuple[object, list[object]]:
        await held.warm(predictor)
        late = await asyncio.gather(predictor.predict(asked), return_exceptions=True)
        held.go.set()
        return late[0], [*await predictor.predict(asked)]

    refused, later = asyncio.run(too_slow())
    predictor.close()

    assert isinstance(refused, RefusalError)
    assert (refused.status, str(refused)) == (504, "no answer within 0.2 s")
    assert len(later) == 5
    assert held.batches == [1] * (1 + 5), "the four that were waiting should never have run"


def test_a_client_that_leaves_takes_its_waiting_windows_out_of_the_queue():
    held = Held()
    held.go.set()
    predictor = Predictor(lambda: held, queue=9)
    with serving(predictor) as client:
        wait_until_healthy(client.get)
        held.go.clear()
        held.entered.clear()
        held.batches.clear()
        body = json.dumps({"instances": [b64(week())] * 5}).encode()
        head = f"POST {SETTINGS.predict_route} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}"
        with socket.create_connection((client.base_url.host, client.base_url.port), 10) as raw:
            raw.sendall(head.encode() + b"\r\n\r\n" + body)
            assert held.entered.wait(10)
        while 'reason="client_left"' not in client.get("/metrics").text:
            time.sleep(0.01)
        held.go.set()
        answer = post(client, {"instances": [b64(week())]})

    assert answer.status_code == 200
    assert held.batches == [1, 1], "the four that were waiting should never have run"


def test_told_to_stop_it_answers_what_it_has_accepted_and_takes_nothing_new():
    held, answers = Held(), []
    predictor = Predictor(lambda: held, queue=4)

    def ask(url: str) -> None:
        answers.append(httpx.post(url, json={"instances": [b64(week())]}, timeout=30))

    held.go.set()
    with serving(predictor) as client:
        wait_until_healthy(client.get)
        held.go.clear()
        held.entered.clear()
        asking = threading.Thread(target=ask, args=[f"{client.base_url}{SETTINGS.predict_route}"])
        asking.start()
        assert held.entered.wait(10)
        release = threading.Timer(0.3, held.go.set)  # some time after the server is told to stop
        release.start()
    asking.join(30)

    assert [answer.status_code for answer in answers] == [200]
    with pytest.raises(httpx.ConnectError):
        httpx.get(str(client.base_url))


def test_a_client_that_does_not_read_its_answer_cannot_keep_a_stopped_server_up():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    env = {
        "PYTHONPATH": f"{ROOT}/shared:{ROOT}",
        "AIP_HTTP_PORT": str(port),
        "AIP_HEALTH_ROUTE": SETTINGS.health_route,
        "AIP_PREDICT_ROUTE": SETTINGS.predict_route,
    }
    command = [sys.executable, "-m", "infra.endpoint.main", "--deadline", "4"]
    body = json.dumps({"instances": [b64(week())] * 20, "parameters": {"attention": True}}).encode()
    head = f"POST {SETTINGS.predict_route} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}"
    with subprocess.Popen(command, cwd=ROOT, env=env) as server, socket.socket() as deaf:
        wait_until_healthy(lambda path: httpx.get(f"http://127.0.0.1:{port}{path}"))
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.connect(("127.0.0.1", port))
        deaf.sendall(f"{head}\r\n\r\n".encode() + body)
        assert deaf.recv(12) == b"HTTP/1.1 200"
        server.terminate()

        assert server.wait(30) in (0, -signal.SIGTERM)


def test_50_clients_at_once_are_all_answered_and_each_with_its_own_week():
    pat = load("small", cores=2)
    weeks = [week(seed) for seed in range(50)]
    with serving(Predictor(lambda: pat, queue=64)) as client:
        wait_until_healthy(client.get)
        with ThreadPoolExecutor(50) as clients:
            answers = list(clients.map(lambda w: post(client, {"instances": [b64(w)]}), weeks))

    assert {answer.status_code for answer in answers} == {200}
    found = [answer.json()["predictions"][0]["embedding"] for answer in answers]
    assert np.array_equal(np.array(found, "f4"), pat.embed(np.stack(weeks)))
