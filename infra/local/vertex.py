"""The Vertex AI predict path, in front of the endpoint container's own code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infra.local.topology import PAT_ENDPOINT

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from infra.local.vertex_models import Chosen

# Vertex AI refuses larger prediction requests.
MAX_BODY = 1_500_000


class LocalVertex:
    """Forwards `:predict` and `:rawPredict` of the one endpoint to the container.

    Args:
        container: its address.
        choose: which deployed model answers; None where nothing is deployed.
        predicted: told of each prediction, by the endpoint's name.
    """

    def __init__(
        self,
        container: str,
        choose: Callable[[], Chosen | None],
        predicted: Callable[[str], None],
    ) -> None:
        self._client = httpx.AsyncClient(base_url=container, timeout=60.0, trust_env=False)
        self._choose, self._predicted = choose, predicted

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
            answer = await self._client.post(
                "/predict", content=body, headers={"content-type": "application/json"}
            )
        except httpx.HTTPError as error:
            return _error(503, f"the container did not answer: {type(error).__name__}")
        if answer.is_success:
            self._predicted(PAT_ENDPOINT)
        headers = {name: value for name, value in answer.headers.items() if name == "retry-after"}
        headers["x-vertex-ai-deployed-model-id"] = chosen.deployed_id
        return Response(
            answer.content, answer.status_code, headers, media_type=answer.headers["content-type"]
        )


def _error(code: int, message: str, status: str = "") -> Response:
    return JSONResponse({"error": {"code": code, "message": message, "status": status}}, code)
