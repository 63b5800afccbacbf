"""The endpoint's three routes: Vertex' health and predict, and /metrics for Prometheus."""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING

import orjson
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import Route

from clarity.pat import instances
from infra.endpoint.metrics import Counted
from infra.endpoint.predictor import RefusalError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine
    from typing import Any

    from starlette.requests import Request

    from infra.endpoint.lanes import Answer
    from infra.endpoint.predictor import Predictor

MAX_BODY = 1_500_000  # bytes; Vertex' own limit for a public endpoint
MAX_WINDOWS = 64  # in one request: more than MAX_BODY holds, so that only broken ones reach it
BODY_TIMEOUT_S = 10.0
METRICS_ROUTE = "/metrics"  # on Vertex nobody outside reaches it: only the other two are forwarded

log = logging.getLogger("endpoint")


async def read_body(request: Request, timeout_s: float) -> bytes:
    """The request's body: at most MAX_BODY bytes within `timeout_s`, whatever its headers say."""
    body = bytearray()
    try:
        async with asyncio.timeout(timeout_s):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MAX_BODY:
                    reason = f"the body is larger than {MAX_BODY} bytes"
                    raise RefusalError(
                        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body_too_large", reason
                    )
    except TimeoutError as error:
        reason = f"the body did not arrive within {timeout_s:g} s"
        raise RefusalError(HTTPStatus.REQUEST_TIMEOUT, "body_too_slow", reason) from error
    except ClientDisconnect as error:
        reason = f"the connection ended after {len(body)} bytes of the body"
        raise RefusalError(HTTPStatus.BAD_REQUEST, "client_left", reason) from error
    return bytes(body)


async def unless_left(
    request: Request, answering: Coroutine[Any, Any, list[Answer]]
) -> list[Answer]:
    """The answer; if who asked leaves first, what still waits of the request is dropped."""
    task, leaving = asyncio.create_task(answering), asyncio.ensure_future(request.receive())
    try:
        await asyncio.wait({task, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        raise RefusalError(HTTPStatus.BAD_REQUEST, "client_left", "the connection ended")
    finally:
        task.cancel()
        leaving.cancel()


def answer(document: dict[str, object], status: HTTPStatus = HTTPStatus.OK) -> Response:
    """A JSON response."""
    content = orjson.dumps(document, option=orjson.OPT_SERIALIZE_NUMPY)
    return Response(content, status, media_type="application/json")


def refused(error: RefusalError) -> Response:
    """The response of a refusal."""
    document: dict[str, object] = {"code": error.status.value, "message": str(error)}
    response = answer({"error": document}, error.status)
    if error.retry_after_s is not None:
        response.headers["Retry-After"] = str(error.retry_after_s)
    return response


class Endpoint:
    """What the routes answer; `failed` is called if the warm-up does not succeed."""

    def __init__(
        self, predictor: Predictor, failed: Callable[[], None], body_timeout_s: float
    ) -> None:
        self._predictor, self._failed, self._body_timeout_s = predictor, failed, body_timeout_s

    @asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[None]:
        """Warm up while the health route answers 503; at the end let running windows end."""
        warming = asyncio.create_task(self._predictor.warm())
        warming.add_done_callback(self._check)
        yield
        warming.cancel()
        self._predictor.close()

    def _check(self, warming: asyncio.Task[None]) -> None:
        if not warming.cancelled() and (error := warming.exception()):
            log.error("warm-up failed", exc_info=error)
            self._failed()

    async def health(self, _: Request) -> Response:
        """200 once a first prediction was made."""
        try:
            return answer({"status": "healthy", "model_id": self._predictor.ready().model_id})
        except RefusalError as error:
            return refused(error)

    async def predict(self, request: Request) -> Response:
        """The predictions, or the reason why there are none."""
        try:
            minutes = self._predictor.ready().minutes
            body = await read_body(request, self._body_timeout_s)
            asked = instances.parse(body, minutes=minutes, most=MAX_WINDOWS)
            found = await unless_left(request, self._predictor.predict(asked))
            return answer({"predictions": found})
        except instances.InstanceError as error:
            refusal = RefusalError(HTTPStatus.BAD_REQUEST, error.code, str(error))
        except RefusalError as error:
            refusal = error
        self._predictor.metrics.rejected.labels(refusal.code).inc()
        return refused(refusal)

    async def metrics(self, _: Request) -> Response:
        """What was counted."""
        return self._predictor.metrics.page()


def create_app(
    predictor: Predictor,
    failed: Callable[[], None],
    *,
    health_route: str,
    predict_route: str,
    body_timeout_s: float = BODY_TIMEOUT_S,
) -> Starlette:
    """The endpoint as an application."""
    endpoint = Endpoint(predictor, failed, body_timeout_s)
    return Starlette(
        routes=[
            Route(health_route, endpoint.health, methods=["GET"]),
            Route(predict_route, endpoint.predict, methods=["POST"]),
            Route(METRICS_ROUTE, endpoint.metrics, methods=["GET"]),
        ],
        middleware=[Middleware(Counted, metrics=predictor.metrics, route=predict_route)],
        lifespan=endpoint.lifespan,
    )
