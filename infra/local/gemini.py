"""A Gemini on loopback that answers from the request alone, and misbehaves on command.

What it says is written by `clarity.sources.generated.answers`, from the facts in the prompt: no
model, no memory of anything but what it was told to do and its counts, which start anew with the
process.

    PUT /_local/gemini {"mode": "invented_number", "times": 1}     then it is "ok" again
    PUT /_local/gemini {"mode": "500", "every": 2}                 every second call, until told
    PUT /_local/gemini {"mode": "diagnosis", "repairs": true}      the second try is true
    PUT /_local/gemini {"mode": "honest", "seed": 7}               in other words
    GET /_local/gemini                                             all of these, and counts
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from clarity.sources.generated.answers_wire import MODES, SILENT, Reply, error, reply
from infra.local.asked import asked

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from starlette.requests import Request

_DRIP_S = 0.2  # between two bytes of an answer that never ends


@dataclass(frozen=True, slots=True)
class Command:
    """What the stand-in was told to do.

    Attributes:
        mode: How it misbehaves.
        times: How many calls more; None for good.
        every: Only every so many calls misbehave, the others are answered as in "ok".
        repairs: Whether the answer to a repair is true.
        seed: Of the words.
    """

    mode: str = "ok"
    times: int | None = None
    every: int = 1
    repairs: bool = False
    seed: int = 0


class LocalGemini:
    """The part of the Gemini API that the project calls, as routes for an HTTP front."""

    def __init__(self) -> None:
        self._command = Command()
        self._since = 0
        self._calls: Counter[str] = Counter()

    def routes(self) -> list[Route]:
        """The API's two methods and the control path."""
        return [
            Route("/v1beta/models/{model}:generateContent", self._generate, methods=["POST"]),
            Route("/v1beta/models/{model}:streamGenerateContent", self._stream, methods=["POST"]),
            Route("/_local/gemini", self._status, methods=["GET"]),
            Route("/_local/gemini", self._told, methods=["PUT"]),
        ]

    async def _status(self, _: Request) -> Response:
        calls = {
            "calls": self._calls.total(),
            "calls_by_mode": dict(sorted(self._calls.items())),
        }
        return JSONResponse(asdict(self._command) | calls)

    async def _told(self, request: Request) -> Response:
        try:
            self._command = command_of(await asked(request))
        except ValueError as found:
            return _http(error(400, str(found)))
        self._since = 0
        return await self._status(request)

    async def _generate(self, request: Request) -> Response:
        answer = await self._answer(request)
        return answer if isinstance(answer, Response) else _http(answer)

    async def _stream(self, request: Request) -> Response:
        answer = await self._answer(request)
        if isinstance(answer, Response) or answer.status != 200:  # noqa: PLR2004  HTTP's OK
            return answer if isinstance(answer, Response) else _http(answer)
        if request.query_params.get("alt", "").endswith("sse"):
            event = f"data: {json.dumps(answer.body)}\r\n\r\n"
            return Response(event, media_type="text/event-stream")
        return JSONResponse([answer.body])

    async def _answer(self, request: Request) -> Reply | Response:
        try:
            body = await asked(request)
        except ValueError as found:
            return error(400, str(found))
        command, mode = self._command, self._next_mode()
        self._calls[mode] += 1
        if not request.headers.get("x-goog-api-key"):
            return error(403, "expected an API key, found none")
        if mode in SILENT:
            return await _silence(mode, request)
        model = request.path_params["model"]
        return reply(mode, body, model=model, repairs=command.repairs, seed=command.seed)

    def _next_mode(self) -> str:
        command = self._command
        self._since += 1
        if self._since % command.every:
            return "ok"
        if command.times is not None:
            left = command.times - 1
            self._command = replace(command, times=left) if left else Command()
        return command.mode


def command_of(found: Mapping[str, Any]) -> Command:
    """The command in a JSON object.

    Raises:
        ValueError: a mode, a number or a name that there is not.
    """
    try:
        command = Command(**found)
    except TypeError:
        known = ", ".join(Command.__dataclass_fields__)
        raise ValueError(f"expected some of {known}, found {', '.join(found):.80}") from None
    if "mode" not in found or command.mode not in MODES:
        raise ValueError(f"expected a mode of {', '.join(MODES)}, found {command.mode!r:.40}")
    for name in ("times", "every", "seed"):
        value, least = getattr(command, name), 0 if name == "seed" else 1
        if value is None and name == "times":
            continue
        if type(value) is not int or value < least:
            raise ValueError(f"expected {name} from {least} on, found {value!r:.40}")
    if type(command.repairs) is not bool:
        raise ValueError(f"expected repairs to be true or false, found {command.repairs!r:.40}")
    return command


async def _silence(mode: str, request: Request) -> Response:
    if mode == "drip":
        return StreamingResponse(_drops(), media_type="application/json")
    # Until the client gives up: the next thing to arrive is its disconnect.
    await request.receive()
    return Response(status_code=499)


async def _drops() -> AsyncIterator[bytes]:
    while True:
        yield b" "
        await asyncio.sleep(_DRIP_S)


def _http(answer: Reply) -> Response:
    headers = dict(answer.headers)
    if isinstance(answer.body, str):
        return PlainTextResponse(answer.body, answer.status, headers)
    return JSONResponse(answer.body, answer.status, headers)
