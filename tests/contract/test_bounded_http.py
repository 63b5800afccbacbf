"""Answers that drip, beside each other: one watch ends each at its own time."""

from __future__ import annotations

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
import requests

from clarity.adapters.bounded_http import Bounded


def drip(server: socket.socket) -> None:
    """Answer each caller with a byte now and then, until it hangs up."""

    def answer(caller: socket.socket) -> None:
        with caller, suppress(OSError):
            caller.recv(65_536)
            caller.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
            while True:
                caller.sendall(b"x")
                time.sleep(0.05)

    with suppress(OSError):
        while True:
            threading.Thread(target=answer, args=(server.accept()[0],), daemon=True).start()


def took(url: str, timeout_s: float) -> float:
    session = requests.Session()
    session.trust_env = False
    session.mount("http://", Bounded(65_536))
    began = time.monotonic()
    with pytest.raises(requests.ReadTimeout):
        session.get(url, timeout=timeout_s)
    return time.monotonic() - began


def test_answers_beside_each_other_end_each_at_its_time() -> None:
    times = (2.0, 0.4, 1.2)
    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor() as pool:
        threading.Thread(target=drip, args=(server,), daemon=True).start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"

        ended = list(pool.map(lambda timeout_s: took(url, timeout_s), times))
        server.shutdown(socket.SHUT_RDWR)

    for seconds, timeout_s in zip(ended, times, strict=True):
        assert timeout_s <= seconds < timeout_s + 0.4
