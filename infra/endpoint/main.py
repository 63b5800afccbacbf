"""PAT behind the Vertex AI custom-container contract: a door to `clarity.pat`.

Vertex sets AIP_HTTP_PORT, AIP_HEALTH_ROUTE, AIP_PREDICT_ROUTE and, for weights that are not baked
into the image, AIP_STORAGE_URI. The weights are checked against their manifest before the port is
opened: wrong weights, no start. The health route answers 503 until a first prediction was made.
One window runs per core at a time; what waits is bounded, and beyond that the answer is 429. What
has no answer by its deadline gets 504; told to stop, it answers what it has accepted and ends.

`--runtime openvino` (the default, for CPUs) serves the folded encoder and never imports TensorFlow;
`--runtime tensorflow` is the GPU image's. One that is not installed is a failed start: the other
one does not step in.
"""

from __future__ import annotations

import asyncio
import logging
import math
import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import click
import numpy as np
import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from clarity.domain.errors import ClarityError, PermanentError
from clarity.pat import artifact, instances

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from numpy.typing import NDArray
    from starlette.requests import Request

MAX_BODY = 1_500_000  # bytes; Vertex' own limit for a public endpoint
MAX_WINDOWS = 64  # in one request: more than MAX_BODY holds, so that only broken ones reach it
BODY_TIMEOUT_S = 10.0
DEADLINE_S = 30.0  # Vertex itself gives up after 60
GS = "gs://"

log = logging.getLogger("endpoint")


class SettingsError(PermanentError):
    """The container was started with settings that it cannot run with."""

    code = "bad_settings"


@dataclass(frozen=True, slots=True)
class EndpointSettings:
    """What Vertex tells the container; an empty `storage_uri` means the weights in the image."""

    port: int
    health_route: str
    predict_route: str
    storage_uri: str

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> EndpointSettings:
        """Read the contract's variables; all that are missing stand in one error."""
        names = ("AIP_HTTP_PORT", "AIP_HEALTH_ROUTE", "AIP_PREDICT_ROUTE")
        if missing := [name for name in names if not env.get(name)]:
            raise SettingsError(f"missing environment variables: {', '.join(missing)}")
        port, health, predict = (env[name] for name in names)
        if not (port.isdecimal() and int(port) < 2**16):
            raise SettingsError(f"AIP_HTTP_PORT must be a port, found {port!r}")
        for name in names[1:]:
            if not env[name].startswith("/"):
                raise SettingsError(f"{name} must begin with '/', found {env[name]!r}")
        return cls(int(port), health, predict, env.get("AIP_STORAGE_URI", ""))


def open_artifact(storage_uri: str) -> artifact.Artifact:
    """The checked weights at a `gs://` address or a local folder; '' are those in the package."""
    if not storage_uri.startswith(GS):
        folder = Path(storage_uri) if storage_uri else artifact.shipped("small")
        return artifact.open_folder(folder)
    with tempfile.TemporaryDirectory() as temporary:
        download(storage_uri, Path(temporary))
        return artifact.open_folder(Path(temporary))


def download(storage_uri: str, folder: Path) -> None:
    """Copy an artifact's files from Cloud Storage into a folder."""
    # google-cloud-storage takes a second to import and most containers have their weights baked in.
    from google.api_core.exceptions import GoogleAPIError  # noqa: PLC0415 - see above
    from google.auth.exceptions import GoogleAuthError  # noqa: PLC0415 - see above
    from google.cloud.storage import Client  # noqa: PLC0415 - see above

    bucket, _, prefix = storage_uri.removeprefix(GS).partition("/")
    try:
        source = Client().bucket(bucket)
        for name in artifact.FILES:
            blob = source.blob(f"{prefix.rstrip('/')}/{name}".lstrip("/"))
            blob.download_to_filename(str(folder / name))
    except (GoogleAPIError, GoogleAuthError) as error:
        raise SettingsError(f"{storage_uri} cannot be read: {error}") from error


class RefusalError(Exception):
    """A request that gets no prediction: the status and the reason that the client is told."""

    def __init__(
        self, status: HTTPStatus, reason: str, *, retry_after_s: int | None = None
    ) -> None:
        super().__init__(reason)
        self.status, self.reason, self.retry_after_s = status, reason, retry_after_s


class Encoder(Protocol):
    """What is served: `clarity.pat.pretrained.Pat`, or another runtime of the same model."""

    @property
    def model_id(self) -> str: ...  # noqa: D102 - as in Pat
    @property
    def weights_sha256(self) -> str: ...  # noqa: D102 - as in Pat
    @property
    def scaler_id(self) -> str: ...  # noqa: D102 - as in Pat
    @property
    def minutes(self) -> int: ...  # noqa: D102 - as in Pat
    def embed(self, steps: NDArray[np.floating]) -> NDArray[np.float32]: ...  # noqa: D102 - as in Pat
    def attention(self, steps: NDArray[np.floating]) -> NDArray[np.float64]: ...  # noqa: D102 - as in Pat


def loader(runtime: str, source: artifact.Artifact, cores: int) -> Callable[[], Encoder]:
    """How the model is built on the runtime that was asked for, and on no other."""

    def openvino() -> Encoder:
        from clarity.pat.runtime import Pat  # noqa: PLC0415 - each runtime's image has only its own

        return Pat(source, cores=cores)

    def tensorflow() -> Encoder:
        import tensorflow as tf  # noqa: PLC0415 - five seconds and half a GB

        from clarity.pat.pretrained import Pat  # noqa: PLC0415 - see above

        # One window keeps one core: the parallelism is between windows.
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(cores)
        return Pat(source)

    return {"openvino": openvino, "tensorflow": tensorflow}[runtime]


def _loaded() -> Encoder:
    raise RuntimeError("the model was loaded before: a predictor is warmed once")


class Predictor:
    """Runs windows on the model, one per core at a time, and refuses what would wait too long."""

    def __init__(
        self,
        load: Callable[[], Encoder],
        *,
        cores: int,
        queue: int,
        deadline_s: float = DEADLINE_S,
    ) -> None:
        self._load, self._cores, self._queue = load, cores, queue
        self._deadline_s = deadline_s
        self._pool = ThreadPoolExecutor(cores, "window")
        self._waiting = 0  # windows accepted and not yet answered; touched by the event loop only
        self._window_s = 0.05  # how long one window takes, a running mean
        self._pat: Encoder | None = None

    async def warm(self) -> None:
        """Build the model and make a first prediction: only then is the endpoint healthy."""
        loop = asyncio.get_running_loop()
        load, self._load = self._load, _loaded  # with it go the weights as they were read
        pat = await loop.run_in_executor(self._pool, load)
        del load
        await loop.run_in_executor(self._pool, pat.embed, np.zeros((1, pat.minutes), np.float32))
        self._pat = pat
        log.info("serving %s", pat.model_id)

    def ready(self) -> Encoder:
        """The model, once it is warm; before that every request is refused."""
        if self._pat is None:
            raise RefusalError(HTTPStatus.SERVICE_UNAVAILABLE, "warming up", retry_after_s=1)
        return self._pat

    async def predict(
        self, pat: Encoder, asked: instances.PredictRequest
    ) -> list[dict[str, object]]:
        """One prediction a window, in the request's order and by the deadline."""
        count = len(asked.steps)
        if self._waiting and self._waiting + count > self._queue:
            reason = f"{self._waiting} windows are waiting and the queue holds {self._queue}"
            raise self._busy(HTTPStatus.TOO_MANY_REQUESTS, reason)
        self._waiting += count
        loop = asyncio.get_running_loop()
        jobs = [
            loop.run_in_executor(self._pool, self._one, pat, window, asked.attention)
            for window in asked.steps
        ]
        try:
            async with asyncio.timeout(self._deadline_s):
                return await asyncio.gather(*jobs)  # cancelled, it drops its waiting windows
        except TimeoutError as error:
            reason = f"no answer within {self._deadline_s:g} s"
            raise self._busy(HTTPStatus.GATEWAY_TIMEOUT, reason) from error
        finally:
            self._waiting -= count

    def _busy(self, status: HTTPStatus, reason: str) -> RefusalError:
        """A refusal that says when what is waiting now should be done."""
        wait_s = max(1, math.ceil(self._waiting * self._window_s / self._cores))
        return RefusalError(status, reason, retry_after_s=wait_s)

    def _one(self, pat: Encoder, window: NDArray[np.float32], attention: bool) -> dict[str, object]:
        started = time.monotonic()
        prediction: dict[str, object] = {
            "embedding": pat.embed(window[None])[0],
            "model_id": pat.model_id,
            "weights_sha256": pat.weights_sha256,
            "scaler_id": pat.scaler_id,
        }
        if attention:
            prediction["attention"] = pat.attention(window[None])[0]
        self._window_s += 0.1 * (time.monotonic() - started - self._window_s)
        return prediction

    def close(self) -> None:
        """Let running windows end; what only waits is dropped."""
        self._pool.shutdown(cancel_futures=True)


async def read_body(request: Request, timeout_s: float) -> bytes:
    """The request's body: at most MAX_BODY bytes within `timeout_s`, whatever its headers say."""
    body = bytearray()
    try:
        async with asyncio.timeout(timeout_s):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MAX_BODY:
                    reason = f"the body is larger than {MAX_BODY} bytes"
                    raise RefusalError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, reason)
    except TimeoutError as error:
        reason = f"the body did not arrive within {timeout_s:g} s"
        raise RefusalError(HTTPStatus.REQUEST_TIMEOUT, reason) from error
    return bytes(body)


def answer(document: dict[str, object], status: HTTPStatus = HTTPStatus.OK) -> Response:
    """A JSON response."""
    content = orjson.dumps(document, option=orjson.OPT_SERIALIZE_NUMPY)
    return Response(content, status, media_type="application/json")


def refuse(_: Request, error: Exception) -> Response:
    """The error response of a refusal, or of an instance that cannot be read."""
    if not isinstance(error, RefusalError):
        error = RefusalError(HTTPStatus.BAD_REQUEST, str(error))
    response = answer(
        {"error": {"code": error.status.value, "message": error.reason}}, error.status
    )
    if error.retry_after_s is not None:
        response.headers["Retry-After"] = str(error.retry_after_s)
    return response


def create_app(
    settings: EndpointSettings,
    predictor: Predictor,
    failed: Callable[[], None],
    *,
    body_timeout_s: float = BODY_TIMEOUT_S,
) -> Starlette:
    """The endpoint's two routes; `failed` is called if the warm-up does not succeed."""

    def check(warming: asyncio.Task[None]) -> None:
        if not warming.cancelled() and (error := warming.exception()):
            log.error("warm-up failed", exc_info=error)
            failed()

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        warming = asyncio.create_task(predictor.warm())
        warming.add_done_callback(check)
        yield
        warming.cancel()
        predictor.close()

    async def health(_: Request) -> Response:
        return answer({"status": "healthy", "model_id": predictor.ready().model_id})

    async def predict(request: Request) -> Response:
        pat = predictor.ready()
        body = await read_body(request, body_timeout_s)
        asked = instances.parse(body, minutes=pat.minutes, most=MAX_WINDOWS)
        return answer({"predictions": await predictor.predict(pat, asked)})

    return Starlette(
        routes=[
            Route(settings.health_route, health, methods=["GET"]),
            Route(settings.predict_route, predict, methods=["POST"]),
        ],
        exception_handlers={RefusalError: refuse, instances.InstanceError: refuse},
        lifespan=lifespan,
    )


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="0.0.0.0 in the container.")
@click.option(
    "--runtime",
    type=click.Choice(["openvino", "tensorflow"]),
    default="openvino",
    show_default=True,
    help="openvino for CPUs, tensorflow for the GPU image; never one in the other's place.",
)
@click.option("--cores", type=click.IntRange(min=1), default=None, help="Default: all of them.")
@click.option(
    "--queue",
    type=click.IntRange(min=1),
    default=256,
    show_default=True,
    help="Windows that may wait before the answer is 429.",
)
@click.option(
    "--deadline",
    type=click.FloatRange(min=0, min_open=True),
    default=DEADLINE_S,
    show_default=True,
    help="Seconds after which an accepted request is answered with 504.",
)
def main(host: str, runtime: str, cores: int | None, queue: int, deadline: float) -> None:
    """Serve PAT; the port, the routes and the weights come from Vertex' AIP_* variables."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    try:
        settings = EndpointSettings.from_env(os.environ)  # noqa: TID251 - this container's settings
        cores = cores or os.cpu_count() or 1
        load = loader(runtime, open_artifact(settings.storage_uri), cores)
    except ClarityError as error:
        log.error("not started: %s", error)  # noqa: TRY400 - the reason is the message
        sys.exit(1)
    predictor = Predictor(load, cores=cores, queue=queue, deadline_s=deadline)
    del load  # the predictor lets go of it, and of the weights in it, when it is warm
    sys.exit(serve(settings, predictor, host=host))


def serve(settings: EndpointSettings, predictor: Predictor, *, host: str) -> int:
    """Run until told to stop; the exit status, 1 if the warm-up failed."""
    status = 0

    def failed() -> None:
        nonlocal status
        status, server.should_exit = 1, True

    server = uvicorn.Server(
        uvicorn.Config(
            create_app(settings, predictor, failed),
            host=host,
            port=settings.port,
            access_log=False,
            log_config=None,
        )
    )
    server.run()  # told to stop, it first answers what is open; the deadlines bound that
    return status


if __name__ == "__main__":
    main()
