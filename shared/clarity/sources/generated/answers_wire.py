"""A language model's reply as it goes over the wire: answers, and everything that is none.

In the format of the Gemini API. An HTTP front has only to send what it gets from here.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from clarity.sources.generated.answers import first, honest, picker
from clarity.sources.generated.answers_bad import MIXED, dishonest
from clarity.sources.generated.answers_bad import MODES as DISHONEST
from clarity.sources.generated.answers_facts import read_task

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from clarity.sources.generated.answers import Line

# JSON of any shape: this side of the wire is Google's.
Json = dict[str, Any]

_CHARACTERS_PER_TOKEN: Final = 4
_THOUGHTS: Final = 500  # tokens that a thinking model takes
_HUGE: Final = 100 * 1024  # characters
_WAIT_S: Final = 1  # what an overloaded server asks for
_STATUS: Final = {400: "INVALID_ARGUMENT", 403: "PERMISSION_DENIED", 429: "RESOURCE_EXHAUSTED"}
# Modes that never come to an answer.
SILENT: Final = ("hang", "drip")
_FAILURES: Final = ("429", "500", "503")


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server sends.

    Attributes:
        status: Of HTTP.
        body: JSON, or a text that is none.
        headers: Beside the content's type.
        lines: The sentences in it, with what their author knows of them.
    """

    status: int
    body: Json | str
    headers: Mapping[str, str] = field(default_factory=dict)
    lines: tuple[Line, ...] = ()


def reply(mode: str, request: Mapping[str, Any], *, model: str, repairs: bool, seed: int) -> Reply:
    """The reply of a model that misbehaves in this way.

    Args:
        mode: One of `MODES` that is not in `SILENT`.
        request: Body of a generateContent call.
        model: Its name.
        repairs: Whether it writes the truth once an answer was held back.
        seed: Another one writes other words; the same words for the same request and seed.
    """
    if mode in _FAILURES:
        return error(int(mode), "as commanded")
    prompt = _prompt(request)
    try:
        task = read_task(prompt)
    except ValueError:
        task = None
    if task is None:
        return error(400, "expected a <task> with facts in the last content, found none")
    pick = picker(zlib.crc32(prompt.encode(), seed))
    if mode in DISHONEST or mode == MIXED:
        lines = honest(task, pick) if task.repair and repairs else dishonest(task, mode, pick)
    else:
        lines = honest(task, pick if mode == "honest" else first)
    spoil = _SPOILED.get(mode)
    before = len(prompt + _text(request.get("systemInstruction") or {}))
    if spoil and not (task.repair and repairs):
        return _answered(spoil(lines), before, model)
    return _answered(_whole(lines), before, model, lines, _THOUGHTS if mode == "thinking" else 0)


def error(code: int, message: str) -> Reply:
    """The API's own error; too many requests come with the time to wait."""
    content: Json = {"code": code, "message": message, "status": _STATUS.get(code, "INTERNAL")}
    if code != 429:  # noqa: PLR2004  HTTP's too many requests
        return Reply(code, {"error": content})
    retry = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": f"{_WAIT_S}s"}
    return Reply(code, {"error": content | {"details": [retry]}}, {"Retry-After": str(_WAIT_S)})


def _prompt(request: Mapping[str, Any]) -> str:
    contents = request.get("contents") or [{}]
    return _text(contents[-1])


def _text(content: Mapping[str, Any]) -> str:
    return "".join(part.get("text", "") for part in content.get("parts", []))


def _answered(
    candidate: Json | str, asked: int, model: str, lines: tuple[Line, ...] = (), thoughts: int = 0
) -> Reply:
    if isinstance(candidate, str):
        return Reply(200, candidate)
    parts = candidate.get("content", {}).get("parts", [])
    output = sum(len(part["text"]) for part in parts) // _CHARACTERS_PER_TOKEN
    before = asked // _CHARACTERS_PER_TOKEN
    usage = {
        "promptTokenCount": before,
        "candidatesTokenCount": output,
        "totalTokenCount": before + output + thoughts,
    }
    if thoughts:
        usage["thoughtsTokenCount"] = thoughts
    body: Json = {"usageMetadata": usage, "modelVersion": model}
    if candidate["finishReason"] == "PROHIBITED_CONTENT":
        body["promptFeedback"] = {"blockReason": "PROHIBITED_CONTENT"}
    else:
        body["candidates"] = [{"index": 0, **candidate}]
    return Reply(200, body, lines=lines)


def _candidate(text: str, finish: str = "STOP") -> Json:
    return {"content": {"role": "model", "parts": [{"text": text}]}, "finishReason": finish}


def _rows(lines: Sequence[Line]) -> list[Json]:
    return [
        {"text": line.text, "kind": line.kind, "fact_ids": list(line.fact_ids)} for line in lines
    ]


def _whole(lines: Sequence[Line]) -> Json:
    return _candidate(json.dumps({"sentences": _rows(lines)}))


def _half(lines: Sequence[Line]) -> str:
    text = json.dumps({"sentences": _rows(lines)})
    return text[: len(text) // 2]


def _huge(lines: Sequence[Line]) -> Json:
    rows = _rows(lines)
    times = _HUGE // len(json.dumps(rows)) + 1
    return _candidate(json.dumps({"sentences": rows * times}))


# What becomes of an honest answer that does not arrive as one.
_SPOILED: Final[Mapping[str, Callable[[Sequence[Line]], Json | str]]] = {
    "broken_json": lambda lines: _candidate(_half(lines)),
    "cut_short": lambda lines: _candidate(_half(lines), "MAX_TOKENS"),
    "wrong_schema": lambda lines: _candidate(
        json.dumps({"sentences": [{"text": line.text} for line in lines]})
    ),
    "no_sentences": lambda _: _candidate(json.dumps({"sentences": []})),
    "empty": lambda _: {"content": {"role": "model"}, "finishReason": "STOP"},
    "blocked": lambda _: {"finishReason": "PROHIBITED_CONTENT"},
    "huge": _huge,
    "no_json": lambda _: "<html><body>Bad gateway</body></html>",
}
HONEST: Final = ("ok", "honest", "thinking")
MODES: Final = (*HONEST, *DISHONEST, MIXED, *_SPOILED, *_FAILURES, *SILENT)
