"""The Vertex AI predict path, in front of the endpoint container's own code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infra.local.topology import PAT_ENDPOINT

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from infra.local.vertex_models import Chosen

# Vertex AI refuses larger prediction requests.
MAX_BODY = 1_500_000
TIMEOUT_S = 60.0
_JSON = {"content-type": "application/json"}
_KEPT = ("content-type", "retry-after")


class LocalVertex:
    """Forwards `:predict` and `:rawPredict` of the one endpoint to the chosen model's container.

    Args:
        container: the address of the one that serves each model that has none of its own.
        choose: which deployed model answers; None where nothing is deployed.
        predicted: told of each prediction, by the endpoint's name.
    """

    def __init__(
        self,
        container: str,
        choose: Callable[[], Chosen | None],
        predicted: Callable[[str], None],
    ) -> None:
        self._container, self._client = container, _client()
        self._choose, self._predicted = choose, predicted

    async def close(self) -> None:
        """Let the connections to the container go."""
        await self._client.close()

    def routes(self) -> list[Route]:
        """The REST paths that the chain uses."""
        path = f"/v1/{PAT_ENDPOINT}"
        return [
            Route(f"{path}:predict", self._forward, methods=["POST"]),
            Route(f"{path}:rawPredict", self._forward, methods=["POST"]),
        ]

    async def _forward(self, request: Request) -> Response:
        body = await request.body()
        if len(body) > MAX_BODY:
            return _error(413, f"expected at most {MAX_BODY} bytes, found {len(body)}")
        chosen = self._choose()
        if chosen is None:  # Vertex AI's own words
            message = f"Endpoint {PAT_ENDPOINT} doesn't have traffic_split."
            return _error(400, message, "FAILED_PRECONDITION")
        try:
            container = chosen.container or self._container
            async with self._client.post(
                f"{container}/predict", data=body, headers=_JSON
            ) as answer:
                content = await answer.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            return _error(503, f"the container did not answer: {type(error).__name__}")
        if answer.ok:
            self._predicted(PAT_ENDPOINT)
        kept = {name: answer.headers[name] for name in _KEPT if name in answer.headers}
        kept["x-vertex-ai-deployed-model-id"] = chosen.deployed_id
        return Response(content, answer.status, kept)


def _client() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(TIMEOUT_S), cookie_jar=aiohttp.DummyCookieJar()
    )


def _error(code: int, message: str, status: str = "") -> Response:
    return JSONResponse({"error": {"code": code, "message": message, "status": status}}, code)
