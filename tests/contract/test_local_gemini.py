"""The stand-in for Gemini: how it is told to misbehave, and for how long."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict, fields
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from clarity.adapters.prompt import task_text
from clarity.sources.generated.answers_wire import MODES, SILENT
from infra.local.__main__ import cli, gemini_environment
from infra.local.gemini import Command, LocalGemini, command_of
from infra.local.topology import Ports
from tests.contract.gemini_server import TASK

MODEL = "/v1beta/models/gemini-local:generateContent"


class Stand:
    """The stand-in in this process, and what a client does with it."""

    def __init__(self) -> None:
        self._app = Starlette(routes=LocalGemini().routes())

    def send(self, method: str, path: str, **what: Any) -> httpx.Response:
        async def sent() -> httpx.Response:
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://gemini") as client:
                return await client.request(method, path, **what)

        return asyncio.run(sent())

    def told(self, **command: object) -> httpx.Response:
        return self.send("PUT", "/_local/gemini", json=command)

    def status(self) -> dict:
        return self.send("GET", "/_local/gemini").json()

    def asks(self, *, repair: bool = False) -> httpx.Response:
        text = task_text(TASK)
        if repair:
            content = json.loads(text.removeprefix("<task>\n").removesuffix("\n</task>"))
            text = f"<task>\n{json.dumps(content | {'problems': ['no']})}\n</task>"
        body = {"contents": [{"parts": [{"text": text}]}]}
        return self.send("POST", MODEL, json=body, headers={"x-goog-api-key": "any"})

    def codes(self, count: int) -> list[int]:
        return [(self.asks()).status_code for _ in range(count)]


def test_every_nth_call_fails_until_told_otherwise() -> None:
    stand = Stand()
    stand.told(mode="500", every=3)

    assert stand.codes(7) == [200, 200, 500, 200, 200, 500, 200]
    assert (stand.status())["calls_by_mode"] == {"500": 2, "ok": 5}


def test_so_many_times_and_then_it_is_well_again() -> None:
    stand = Stand()
    stand.told(mode="429", times=2)

    assert stand.codes(4) == [429, 429, 200, 200]
    assert (stand.status())["mode"] == "ok"


def test_too_many_requests_come_with_the_time_to_wait() -> None:
    stand = Stand()
    stand.told(mode="429")

    answer = stand.asks()

    assert answer.headers["retry-after"] == "1"
    assert answer.json()["error"]["details"][0]["retryDelay"] == "1s"


def test_a_second_try_is_true_only_if_it_was_told_to_repair() -> None:
    stand = Stand()
    stand.told(mode="shame")
    stubborn = stand.asks(repair=True)
    stand.told(mode="shame", repairs=True)
    first, sorry = stand.asks(), stand.asks(repair=True)
    stand.told(mode="honest")
    honest = stand.asks(repair=True)

    assert first.status_code == 200
    assert sorry.json()["candidates"] == honest.json()["candidates"]
    assert stubborn.json()["candidates"] != sorry.json()["candidates"]


def test_another_seed_is_other_words_and_the_same_one_the_same() -> None:
    stand = Stand()
    answers = []
    for seed in (1, 2, 1):
        stand.told(mode="honest", seed=seed)
        answers.append((stand.asks()).json()["candidates"])

    assert answers[0] == answers[2] != answers[1]


def test_a_thinking_model_reports_its_thoughts() -> None:
    stand = Stand()
    stand.told(mode="thinking")

    usage = (stand.asks()).json()["usageMetadata"]

    shown = usage["promptTokenCount"] + usage["candidatesTokenCount"]
    assert usage["totalTokenCount"] == shown + usage["thoughtsTokenCount"] > shown


def test_a_huge_answer_is_of_100_kilobytes_and_more() -> None:
    stand = Stand()
    stand.told(mode="huge")

    assert len((stand.asks()).content) > 100 * 1024


@pytest.mark.parametrize(
    "command",
    [
        {"mode": "rude"},
        {"mode": "ok", "times": 0},
        {"mode": "ok", "times": 1.5},
        {"mode": "ok", "every": None},
        {"mode": "ok", "seed": -1},
        {"mode": "ok", "repairs": 1},
        {"mode": "ok", "loud": True},
        {"times": 1},
    ],
)
def test_a_command_that_it_does_not_know_is_refused_and_changes_nothing(command) -> None:
    stand = Stand()

    answer = stand.told(**command)

    assert answer.status_code == 400
    assert answer.json()["error"]["message"].startswith("expected")
    assert (stand.status())["mode"] == "ok"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_object_is_refused_and_counts_for_nothing(body) -> None:
    stand = Stand()

    told = stand.send("PUT", "/_local/gemini", content=body)
    answered = stand.send("POST", MODEL, content=body, headers={"x-goog-api-key": "any"})

    for answer in (told, answered):
        found = answer.json()["error"]
        assert (answer.status_code, found["status"]) == (400, "INVALID_ARGUMENT")
        assert found["message"] == "expected a JSON object"
    assert stand.status()["calls"] == 0


def test_a_command_says_what_it_was_read_as() -> None:
    assert asdict(command_of({"mode": "hang", "every": 2})) == asdict(Command("hang", every=2))


@pytest.mark.parametrize("mode", MODES)
def test_the_command_line_knows_each_mode(mode) -> None:
    ports = Ports(*range(1, len(fields(Ports)) + 1))

    variables = gemini_environment(f"local:{mode}", {"GEMINI_API_KEY": "a person's own"}, ports)

    assert variables["GEMINI_API_KEY"] != "a person's own"
    assert variables["GEMINI_API_ENDPOINT"].endswith(str(ports.http))


@pytest.mark.parametrize("writer", ["local:rude", "gemini", "google:ok", "template:ok"])
def test_the_command_line_names_what_it_expects(writer) -> None:
    with pytest.raises(SystemExit) as ended:
        cli(["demo", "--gemini", writer])

    assert ended.value.code == 2


def test_the_silent_modes_are_modes() -> None:
    assert set(SILENT) < set(MODES)
