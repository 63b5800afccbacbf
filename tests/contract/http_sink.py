"""A small HTTP server that records what it is sent and answers as it is told."""

from __future__ import annotations

import contextlib
import http.server
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True, slots=True)
class Request:
    """One request, and when it came."""

    headers: dict[str, str]
    body: bytes
    at: float


@dataclass
class Sink:
    """`answer` gives the status of the n-th request (from 1); it may also take its time."""

    answer: Callable[[int], int] = lambda _: 200
    requests: list[Request] = field(default_factory=list)
    url: str = ""
    most_at_once: int = 0
    _now: int = 0
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def take(self, request: Request) -> int:
        with self._changed:
            self.requests.append(request)
            number = len(self.requests)
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
            self._changed.notify_all()
        try:
            return self.answer(number)
        finally:
            with self._changed:
                self._now -= 1

    def wait_for(self, count: int, within_s: float = 10.0) -> list[Request]:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.requests) >= count, within_s), (
                f"expected {count} requests within {within_s} s, found {len(self.requests)}"
            )
            return list(self.requests)


@contextlib.contextmanager
def sink(answer: Callable[[int], int] = lambda _: 200, port: int = 0) -> Iterator[Sink]:
    found = Sink(answer)

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"] or 0))
            headers = {key.lower(): value for key, value in self.headers.items()}
            status = found.take(Request(headers, body, time.monotonic()))
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Tests are quiet."""

    class Server(http.server.ThreadingHTTPServer):
        daemon_threads = True
        allow_reuse_address = True

        def handle_error(self, *_: object) -> None:
            """A caller that hung up is what some tests are about."""

    server = Server(("127.0.0.1", port), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}/"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
