"""A Firebase Cloud Messaging on loopback that keeps what it is sent, and misbehaves on command.

It takes a message as HTTP v1 does: a token, texts for the notification, data of strings only.

    PUT /_local/fcm {"mode": "429", "times": 1}     then it is "ok" again
    GET /_local/fcm                                 mode, times, calls and the messages it took

A mode holds for every token, or with "token" for that one alone.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infra.local.asked import asked

if TYPE_CHECKING:
    from starlette.requests import Request

# JSON of any shape: this side of the wire is Google's.
Json = dict[str, Any]

# What it can be told to answer: status, FCM's own code, the API's status.
_REFUSALS = {
    "unregistered": (404, "UNREGISTERED", "NOT_FOUND"),
    "invalid_argument": (400, "INVALID_ARGUMENT", "INVALID_ARGUMENT"),
    "sender_id_mismatch": (403, "SENDER_ID_MISMATCH", "PERMISSION_DENIED"),
    "429": (429, "QUOTA_EXCEEDED", "RESOURCE_EXHAUSTED"),
    "500": (500, "INTERNAL", "INTERNAL"),
    "503": (503, "UNAVAILABLE", "UNAVAILABLE"),
}
MODES = ("ok", *_REFUSALS, "no_json", "hang")
_RETRY_AFTER_S = 60  # FCM asks for a minute where it names no time


class LocalFcm:
    """The one method that the project calls, as routes for an HTTP front."""

    def __init__(self) -> None:
        self._mode = "ok"
        self._token: str | None = None
        self._times: int | None = None
        self._calls = 0
        self._messages: list[Json] = []
        self._ids = itertools.count(1)

    def routes(self) -> list[Route]:
        """The API's method and the control path."""
        return [
            Route("/v1/projects/{project}/messages:send", self._send, methods=["POST"]),
            Route("/_local/fcm", self._status, methods=["GET"]),
            Route("/_local/fcm", self._command, methods=["PUT"]),
        ]

    async def _status(self, _: Request) -> Response:
        return JSONResponse(
            {
                "mode": self._mode,
                "times": self._times,
                "calls": self._calls,
                "messages": self._messages,
            }
        )

    async def _command(self, request: Request) -> Response:
        try:
            command = await asked(request)
        except ValueError as error:
            return _error("invalid_argument", str(error))
        mode, times = command.get("mode"), command.get("times")
        if mode not in MODES:
            return _error("invalid_argument", f"expected one of {', '.join(MODES)}")
        if times is not None and (not isinstance(times, int) or times < 1):
            return _error("invalid_argument", "expected a positive number of times or null")
        self._mode, self._times, self._token = mode, times, command.get("token")
        return await self._status(request)

    async def _send(self, request: Request) -> Response:
        self._calls += 1
        try:
            message = (await asked(request)).get("message")
        except ValueError as error:
            return _error("invalid_argument", str(error))
        message = message if isinstance(message, dict) else {}
        mode = self._next_mode(message.get("token"))
        if mode == "hang":
            # Until the client gives up: the next thing to arrive is its disconnect.
            await request.receive()
            return Response(status_code=499)
        if mode == "no_json":
            return Response("<html>proxy</html>", status_code=502, media_type="text/html")
        if mode in _REFUSALS:
            return _error(mode, "as commanded")
        if not _usable(message):
            return _error("invalid_argument", "expected a token, texts and data of strings")
        self._messages.append(message)
        project = request.path_params["project"]
        return JSONResponse({"name": f"projects/{project}/messages/{next(self._ids)}"})

    def _next_mode(self, token: object) -> str:
        if self._token is not None and token != self._token:
            return "ok"
        mode = self._mode
        if self._times is not None:
            self._times -= 1
            if not self._times:
                self._mode, self._times = "ok", None
        return mode


def _usable(message: Json) -> bool:
    notification, data = (message.get(name) or {} for name in ("notification", "data"))
    if not isinstance(notification, dict) or not isinstance(data, dict):
        return False
    texts = [message.get("token"), notification.get("title"), notification.get("body")]
    return all(isinstance(text, str) and text for text in (*texts, *data, *data.values()))


def _error(mode: str, message: str) -> Response:
    code, own, status = _REFUSALS[mode]
    detail = {"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": own}
    error = {"code": code, "message": message, "status": status, "details": [detail]}
    headers = {"retry-after": str(_RETRY_AFTER_S)} if code in {429, 503} else {}
    return JSONResponse({"error": error}, code, headers)
