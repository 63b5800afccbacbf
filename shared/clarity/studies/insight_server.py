"""A language model's server on loopback, for one process to measure itself against.

It writes honest and dishonest answers from the prompt that it gets, and remembers which sentences
of its last answers were bad: that is the judge, and it never asks the check.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self

from clarity.sources.generated.answers_wire import SILENT, reply

if TYPE_CHECKING:
    from clarity.sources.generated.answers import Line
    from clarity.sources.generated.answers_wire import Reply

_DRIP_S = 0.05  # between two bytes of an answer that never ends


@dataclass(slots=True)
class Behaviour:
    """How it is to answer, and what it has answered since.

    Attributes:
        mode: One of `answers_wire.MODES`.
        repairs: Whether it tells the truth once an answer was held back.
        seed: Of the words.
        lines: All sentences sent.
        calls: How often it was called.
    """

    mode: str = "ok"
    repairs: bool = False
    seed: int = 0
    lines: list[Line] = field(default_factory=list)
    calls: int = 0


class Server(ThreadingHTTPServer):
    """The server, for as long as the context lasts; one caller at a time."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.behaviour = Behaviour()
        self.ended = threading.Event()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)

    @property
    def endpoint(self) -> str:
        """Where to call, with its scheme."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def behave(self, mode: str, *, repairs: bool = False, seed: int = 0) -> Behaviour:
        """From now on like this; what it answers is noted in what is returned."""
        self.behaviour = Behaviour(mode, repairs, seed)
        return self.behaviour

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self.shutdown()
        self.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # one connection for many calls
    wbufsize = -1  # head and body in one piece: two would wait for an acknowledgement between them
    server: Server

    def do_POST(self) -> None:
        """Answer one call."""
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        behaviour = self.server.behaviour
        behaviour.calls += 1
        if behaviour.mode in SILENT:
            self._say_nothing(behaviour.mode)
            return
        model = self.path.rpartition("/")[2].partition(":")[0]
        answer = reply(
            behaviour.mode, body, model=model, repairs=behaviour.repairs, seed=behaviour.seed
        )
        behaviour.lines += answer.lines
        self._send(answer)

    def _send(self, answer: Reply) -> None:
        kind, text = "text/html", answer.body
        if not isinstance(text, str):
            kind, text = "application/json", json.dumps(text)
        data = text.encode()
        self.send_response(answer.status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(data)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def _say_nothing(self, mode: str) -> None:
        self.close_connection = True
        if mode == "hang":
            self.server.ended.wait()
            return
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.end_headers()
        while not self.server.ended.wait(_DRIP_S):
            try:
                self.wfile.write(b" ")
                self.wfile.flush()
            except OSError:  # the caller has gone
                return

    def log_message(self, *_: object) -> None:
        """Nothing: a request is health data."""
