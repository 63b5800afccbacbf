"""An HTTP server in the place of Vertex AI, which answers as it is told."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import numpy as np

from clarity.adapters.vertex import VertexEncoder, open_encoder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ENDPOINT = "projects/p/locations/us-central1/endpoints/pat"
GOOD = {
    "embedding": [0.5] * 96,
    "model_id": "pat-test",
    "weights_sha256": "0" * 64,
    "scaler_id": "scaler-test",
}
WEEK = np.linspace(0, 100, 10_080, dtype=np.float32)


Answer = tuple[int, bytes, dict[str, str]]
Asked = list[tuple[str, Any]]


@contextmanager
def served(
    answer: Callable[[int], Answer | None], resource: tuple[int, bytes] = (403, b"{}")
) -> Iterator[tuple[str, Asked]]:
    """The address of an endpoint, and the requests that it got.

    `answer` gives that of the n-th question for a prediction, from 1; None breaks the connection.
    `resource` is what is answered to who asks for the endpoint itself.
    """
    requests: Asked = []

    class Endpoint(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["content-length"]))
            requests.append((self.path, json.loads(sent)))
            found = answer(sum(body is not None for _, body in requests))
            if found is None:
                # Closed with a time of zero, a socket sends a reset.
                how = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, how)
                self.rfile.close()
                self.connection.close()
            else:
                self._answer(*found)

        def do_GET(self) -> None:
            requests.append((self.path, None))
            self._answer(*resource, {})

        def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            with suppress(BrokenPipeError):  # the client that waited too long is gone
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}", requests
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def answering(
    status: int,
    body: bytes,
    wait_s: float = 0,
    explanation_timeout_s: float = 0.5,
    resource: tuple[int, bytes] = (403, b"{}"),
) -> Iterator[tuple[VertexEncoder, Asked]]:
    """An encoder that asks once, whose endpoint answers this, and the requests that it got."""

    def late(_: int) -> Answer:
        time.sleep(wait_s)
        return status, body, {}

    with served(late, resource) as (host, requests):
        encoder = replace(
            open_encoder(ENDPOINT, model_id="pat-test", timeout_s=0.5, emulator_host=host),
            explanation_timeout_s=explanation_timeout_s,
        )
        yield encoder, requests
        encoder.session.close()


def prediction(**changes: object) -> bytes:
    return json.dumps({"predictions": [GOOD | changes]}).encode()


def error(code: int, status: str, message: str) -> bytes:
    return json.dumps({"error": {"code": code, "message": message, "status": status}}).encode()
