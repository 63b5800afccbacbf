"""A Gemini on loopback that answers from the request alone, and misbehaves on command.

It reads the facts in the prompt and puts each into a sentence in the response schema: no model, no
memory of anything but its mode and its counts, which start anew with the process.

    PUT /_local/gemini {"mode": "invented_number", "times": 1}     then it is "ok" again
    GET /_local/gemini                                             mode, times and counts
"""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request

_TASK = re.compile(r"<task>\s*(\{.*\})\s*</task>", re.DOTALL)
_SUMMARIES = 3
_MOST_SENTENCES = 8
_CHARACTERS_PER_TOKEN = 4

# JSON of any shape: this side of the wire is Google's.
Json = dict[str, Any]


class LocalGemini:
    """The part of the Gemini API that the project calls, as routes for an HTTP front."""

    def __init__(self) -> None:
        self._mode = "ok"
        self._times: int | None = None
        self._calls: Counter[str] = Counter()

    def routes(self) -> list[Route]:
        """The API's two methods and the control path."""
        return [
            Route("/v1beta/models/{model}:generateContent", self._generate, methods=["POST"]),
            Route("/v1beta/models/{model}:streamGenerateContent", self._stream, methods=["POST"]),
            Route("/_local/gemini", self._status, methods=["GET"]),
            Route("/_local/gemini", self._command, methods=["PUT"]),
        ]

    async def _status(self, _: Request) -> Response:
        return JSONResponse(
            {
                "mode": self._mode,
                "times": self._times,
                "calls": self._calls.total(),
                "calls_by_mode": dict(sorted(self._calls.items())),
            }
        )

    async def _command(self, request: Request) -> Response:
        command = await request.json()
        mode, times = command.get("mode"), command.get("times")
        if mode not in MODES:
            return _error(400, f"expected one of {', '.join(MODES)}, found {mode!r:.40}")
        if times is not None and (not isinstance(times, int) or times < 1):
            return _error(400, f"expected a positive number of times or null, found {times!r:.40}")
        self._mode, self._times = mode, times
        return await self._status(request)

    async def _generate(self, request: Request) -> Response:
        answer = await self._answer(request)
        return answer if isinstance(answer, Response) else JSONResponse(answer)

    async def _stream(self, request: Request) -> Response:
        answer = await self._answer(request)
        if isinstance(answer, Response):
            return answer
        if request.query_params.get("alt", "").endswith("sse"):
            return Response(f"data: {json.dumps(answer)}\r\n\r\n", media_type="text/event-stream")
        return JSONResponse([answer])

    async def _answer(self, request: Request) -> Json | Response:
        body = await request.json()
        mode = self._next_mode()
        self._calls[mode] += 1
        if not request.headers.get("x-goog-api-key"):
            return _error(403, "expected an API key, found none")
        if mode == "hang":
            # Until the client gives up: the next thing to arrive is its disconnect.
            await request.receive()
            return Response(status_code=499)
        if mode.isdigit():
            return _error(int(mode), "as commanded")
        if (text := _prompt_of(body)) is None:
            return _error(400, "expected a <task> with facts in the last content, found none")
        return _response(MODES[mode](text), text, request.path_params["model"])

    def _next_mode(self) -> str:
        mode = self._mode
        if self._times is not None:
            self._times -= 1
            if not self._times:
                self._mode, self._times = "ok", None
        return mode


def _prompt_of(body: Mapping[str, Any]) -> str | None:
    contents = body.get("contents") or [{}]
    text = "".join(part.get("text", "") for part in contents[-1].get("parts", []))
    return text if _TASK.search(text) else None


def _response(candidate: Json, prompt: str, model: str) -> Json:
    parts = candidate.get("content", {}).get("parts", [])
    output = sum(len(part["text"]) for part in parts) // _CHARACTERS_PER_TOKEN
    before = len(prompt) // _CHARACTERS_PER_TOKEN
    answer: Json = {
        "usageMetadata": {
            "promptTokenCount": before,
            "candidatesTokenCount": output,
            "totalTokenCount": before + output,
        },
        "modelVersion": model,
    }
    if candidate.get("finishReason") == "PROHIBITED_CONTENT":
        return answer | {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}
    return answer | {"candidates": [{"index": 0, **candidate}]}


def _written(prompt: str) -> list[Json]:
    """A sentence for each of the first facts, in the order of the task."""
    match = _TASK.search(prompt)
    facts = json.loads(match[1])["facts"] if match else []
    told = [fact for fact in facts if fact["status"] != "reference"][:_MOST_SENTENCES]
    return [
        {
            "text": _sentence(fact),
            "kind": "summary" if index < _SUMMARIES else "insight",
            "fact_ids": [fact["id"]],
        }
        for index, fact in enumerate(told)
    ]


def _sentence(fact: Mapping[str, str]) -> str:
    if fact["status"] == "ok":
        return f"For your {fact['label']}, the week shows {fact['text']}."
    return f"There was not enough data to tell the {fact['label']}."


def _candidate(text: str, finish: str = "STOP") -> Json:
    return {"content": {"role": "model", "parts": [{"text": text}]}, "finishReason": finish}


def _sentences(sentences: list[Json]) -> Json:
    return _candidate(json.dumps({"sentences": sentences}))


def _ok(prompt: str) -> Json:
    return _sentences(_written(prompt))


def _invented_number(prompt: str) -> Json:
    sentences = _written(prompt)
    sentences[0]["text"] = "Over the days with data you walked 23,456 steps a day."
    return _sentences(sentences)


def _diagnosis(prompt: str) -> Json:
    sentences = _written(prompt)
    sentences[0]["text"] = "The data of your days suggests that you suffer from insomnia."
    return _sentences(sentences)


def _broken_json(prompt: str) -> Json:
    whole: str = _ok(prompt)["content"]["parts"][0]["text"]
    return _candidate(whole[: len(whole) // 2])


def _wrong_schema(prompt: str) -> Json:
    return _sentences([{"text": sentence["text"]} for sentence in _written(prompt)])


def _no_sentences(_: str) -> Json:
    return _sentences([])


def _cut_short(prompt: str) -> Json:
    return _broken_json(prompt) | {"finishReason": "MAX_TOKENS"}


def _empty(_: str) -> Json:
    return {"content": {"role": "model"}, "finishReason": "STOP"}


def _blocked(_: str) -> Json:
    return {"finishReason": "PROHIBITED_CONTENT"}


def _error(code: int, message: str) -> Response:
    status = {400: "INVALID_ARGUMENT", 403: "PERMISSION_DENIED", 429: "RESOURCE_EXHAUSTED"}
    error = {"code": code, "message": message, "status": status.get(code, "INTERNAL")}
    return JSONResponse({"error": error}, status_code=code)


# What it can be told to do; the last three never come to an answer.
MODES: Mapping[str, Callable[[str], Json]] = {
    "ok": _ok,
    "invented_number": _invented_number,
    "diagnosis": _diagnosis,
    "broken_json": _broken_json,
    "wrong_schema": _wrong_schema,
    "no_sentences": _no_sentences,
    "cut_short": _cut_short,
    "empty": _empty,
    "blocked": _blocked,
    "429": _empty,
    "500": _empty,
    "hang": _empty,
}
