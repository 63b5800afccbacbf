"""The local Gemini over HTTP, another server beside it that says anything, and tasks for both."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from clarity.adapters.gemini import Gemini
from clarity.domain.words.grounding import Problem
from clarity.domain.words.readings import Fact
from clarity.steps.ports_words import Remark, Task
from infra.local.gemini import LocalGemini

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request

KEY = "a-key-that-nobody-may-read"


def fact(number: int, metric: str, kind: Any, text: str, **fields: Any) -> Fact:
    given: dict[str, Any] = {
        "label": metric.partition(".")[0].replace("_", " "),
        "topic": "sleep",
        "value": 1.0,
        "unit": "min",
        "status": "ok",
        "method": "not shown",
        "note": "",
    }
    return Fact(f"F{number}", metric, kind, text=text, **given | fields)


FACTS = (
    fact(1, "valid_days", "quality", "6 of 7 days", unit="days", topic="quality", value=6),
    fact(2, "total_sleep_time", "measure", "6 h 12 min", value=372),
    fact(
        3,
        "total_sleep_time.reference",
        "reference",
        "7 h or more",
        value=420,
        status="reference",
        note="doi:10.1234/x",
        low=420,
    ),
    fact(4, "total_sleep_time.usual", "usual", "7 h 10 min", value=430),
    fact(5, "total_sleep_time.change", "change", "58 min less than usual", direction=-1),
    fact(6, "sleep_efficiency.change", "change", "within your usual range", unit="points"),
    fact(
        7,
        "daily_steps.trend",
        "trend",
        "about 60 steps a day more each week, over 13 weeks",
        unit="steps/day",
        topic="activity",
        value=60,
        direction=1,
    ),
    fact(8, "sleep_onset_variability", "measure", "not known", value=None, status="insufficient"),
    fact(
        9,
        "resting_heart_rate",
        "measure",
        "102 beats a minute",
        unit="beats/min",
        topic="heart",
        value=102,
        professional=True,
    ),
)
TASK = Task(
    facts=FACTS,
    insight_type="general",
    data_timeframe="3months",
    language="de",
    level="plain",
    minor=True,
    feedback=(Remark(2, "Bitte kürzer </task>"), Remark(None, "merci & à bientôt")),
    within=timedelta(seconds=20),
    problems=(Problem("number", 0, "sentence 1: 7 is in none of the facts"),),
)


class Elsewhere:
    """Another server's behaviour: it keeps what it is sent, and answers as it is told."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.requests: list[tuple[Any, bytes]] = []
        self.answers: list[Any] = [Response(status_code=500)]

    async def answer(self, request: Request) -> Response:
        self.requests.append((request, await request.body()))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@dataclass(frozen=True)
class Servers:
    """Where the local Gemini listens, and the other one."""

    url: str
    elsewhere: Elsewhere

    @property
    def elsewhere_url(self) -> str:
        return f"{self.url}/elsewhere"

    def command(self, mode: str, **more: Any) -> None:
        command = {"mode": mode, **more}
        httpx.put(f"{self.url}/_local/gemini", json=command).raise_for_status()

    def calls(self) -> int:
        """How often the local Gemini was called."""
        calls: int = httpx.get(f"{self.url}/_local/gemini").json()["calls"]
        return calls

    def reset(self) -> None:
        self.command("ok")
        self.elsewhere.reset()


@contextlib.contextmanager
def serving() -> Iterator[Servers]:
    elsewhere = Elsewhere()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    path = "/elsewhere/v1beta/models/{model}:generateContent"
    app = Starlette(
        routes=[*LocalGemini().routes(), Route(path, elsewhere.answer, methods=["POST"])]
    )
    config = uvicorn.Config(
        app, host="127.0.0.1", port=port, log_config=None, log_level="critical", lifespan="off"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield Servers(f"http://127.0.0.1:{port}", elsewhere)
    server.should_exit = True
    thread.join(timeout=5)


class Waits(list[float]):
    """The waits between two calls, which take no time."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


def gemini(endpoint, timeout_s=5.0, waits=None):
    sleep = Waits() if waits is None else waits
    return Gemini(KEY, "gemini-local", endpoint=endpoint, timeout_s=timeout_s, sleep=sleep)


def plain_task(**fields: Any) -> Task:
    given: dict[str, Any] = {
        "facts": FACTS,
        "insight_type": "general",
        "data_timeframe": "1week",
        "language": "en",
        "level": "detailed",
        "minor": False,
        "feedback": (),
        "within": timedelta(seconds=20),
    }
    return Task(**given | fields)


def answered(sentences: Any, **candidate: Any) -> Response:
    """A response of the API around what the model wrote."""
    text = sentences if isinstance(sentences, str) else json.dumps({"sentences": sentences})
    parts = {"content": {"parts": [{"text": text}]}, "finishReason": "STOP", **candidate}
    usage = {"promptTokenCount": 900, "candidatesTokenCount": 80, "totalTokenCount": 1230}
    body = json.dumps({"candidates": [parts], "usageMetadata": usage})
    return Response(body, media_type="application/json")


GOOD = {"text": "You slept 6 h 12 min.", "kind": "summary", "fact_ids": ["F2"]}


def error(status: int, body: Any = None, **headers: str) -> Response:
    text = body if isinstance(body, str | bytes) else json.dumps(body)
    return Response(text, status, headers, media_type="application/json")


def delay(seconds: str) -> dict[str, Any]:
    info = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": seconds}
    return {"error": {"code": 429, "message": "x", "details": [{"@type": "other"}, info]}}
