"""PAT behind the Vertex AI custom-container contract: a door to `clarity.pat`.

Vertex sets AIP_HTTP_PORT, AIP_HEALTH_ROUTE, AIP_PREDICT_ROUTE and, for weights that are not baked
into the image, AIP_STORAGE_URI. The weights are checked against their manifest before the port is
opened: wrong weights, no start. The health route answers 503 until a first prediction was made.
On a CPU one window runs per core at a time; on a GPU what waits runs together. What waits is
bounded, and beyond that the answer is 429. What has no answer by its deadline gets 504; told to
stop, it answers what it has accepted and ends. /metrics is for Prometheus.

`--runtime openvino` (the default, for CPUs) serves the folded encoder and never imports TensorFlow;
`--runtime tensorflow` is the GPU image's: the same folded encoder. One that is not installed is a
failed start: the other one does not step in.
"""

from __future__ import annotations

import logging
import math
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
import uvicorn

from clarity.domain.errors import ClarityError, PermanentError
from clarity.pat import artifact
from infra.endpoint.app import create_app
from infra.endpoint.predictor import DEADLINE_S, Predictor

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from infra.endpoint.predictor import Encoder

GS = "gs://"
SEND_S = 5.0  # that a client may take to read its answer when the server is told to stop

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
        if len({health, predict, "/metrics"}) < len(names):
            raise SettingsError(
                f"the health and predict routes must differ from each other and from /metrics, "
                f"found {health} and {predict}"
            )
        return cls(int(port), health, predict, env.get("AIP_STORAGE_URI", ""))


def open_artifact(storage_uri: str, size: str = "small") -> artifact.Artifact:
    """The checked weights at a `gs://` address or in a folder; '' are the package's of a size.

    A request holds steps: a model of counts is refused here.
    """
    if not storage_uri.startswith(GS):
        folder = Path(storage_uri) if storage_uri else artifact.shipped(size)
        return artifact.open_folder(folder).of_steps()
    with tempfile.TemporaryDirectory() as temporary:
        download(storage_uri, Path(temporary))
        return artifact.open_folder(Path(temporary)).of_steps()


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


def loader(
    runtime: str,
    source: artifact.Artifact,
    cores: int,
    batch: int | None = None,
    *,
    require_gpu: bool = False,
) -> Callable[[], Encoder]:
    """How the model is built on the runtime that was asked for, and on no other."""
    if require_gpu and runtime != "tensorflow":
        raise SettingsError("--require-gpu: expected --runtime tensorflow, which alone uses one")

    def openvino() -> Encoder:
        from clarity.pat.runtime import Pat  # noqa: PLC0415 - each runtime's image has only its own

        return Pat(source, cores=cores)

    def tensorflow() -> Encoder:
        import tensorflow as tf  # noqa: PLC0415 - five seconds and half a GB

        from clarity.pat.runtime_tensorflow import Pat  # noqa: PLC0415 - see above

        if require_gpu and not tf.config.list_physical_devices("GPU"):
            raise SettingsError("--require-gpu: expected a GPU, TensorFlow finds none")
        # A window alone keeps one core: the parallelism is between windows, or within a batch.
        tf.config.threading.set_intra_op_parallelism_threads(cores if batch else 1)
        tf.config.threading.set_inter_op_parallelism_threads(cores)
        return Pat(source, cores=cores, stack=batch)

    return {"openvino": openvino, "tensorflow": tensorflow}[runtime]


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="0.0.0.0 in the container.")
@click.option(
    "--runtime",
    type=click.Choice(["openvino", "tensorflow"]),
    default="openvino",
    show_default=True,
    help="openvino for CPUs, tensorflow for the GPU image; never one in the other's place.",
)
@click.option(
    "--size",
    type=click.Choice(list(artifact.SHIPPED)),
    default="small",
    show_default=True,
    help="Which of the weights in the image to serve, where AIP_STORAGE_URI names none.",
)
@click.option("--cores", type=click.IntRange(min=1), default=None, help="Default: all of them.")
@click.option(
    "--batch",
    type=click.IntRange(min=1),
    default=None,
    help="Windows that --runtime tensorflow takes together. Default: by the size of the model on a "
    "GPU, 1 without.",
)
@click.option(
    "--require-gpu",
    is_flag=True,
    help="Fail where TensorFlow finds no GPU: the GPU image never serves from the CPU in silence.",
)
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
def main(
    *,
    host: str,
    runtime: str,
    size: str,
    cores: int | None,
    batch: int | None,
    require_gpu: bool,
    queue: int,
    deadline: float,
) -> None:
    """Serve PAT; the port, the routes and the weights come from Vertex' AIP_* variables."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    try:
        settings = EndpointSettings.from_env(os.environ)  # noqa: TID251 - this container's settings
        cores = cores or os.cpu_count() or 1
        source = open_artifact(settings.storage_uri, size)
        load = loader(runtime, source, cores, batch, require_gpu=require_gpu)
    except ClarityError as error:
        log.error("not started: %s", error)  # noqa: TRY400 - the reason is the message
        sys.exit(1)
    predictor = Predictor(load, queue=queue, deadline_s=deadline)
    sys.exit(serve(settings, predictor, host=host))


def serve(settings: EndpointSettings, predictor: Predictor, *, host: str) -> int:
    """Run until told to stop; the exit status, 1 if the warm-up failed."""
    status = 0

    def failed() -> None:
        nonlocal status
        status, server.should_exit = 1, True

    server = uvicorn.Server(
        uvicorn.Config(
            create_app(
                predictor,
                failed,
                health_route=settings.health_route,
                predict_route=settings.predict_route,
            ),
            host=host,
            port=settings.port,
            access_log=False,
            log_config=None,
            timeout_graceful_shutdown=math.ceil(predictor.deadline_s + SEND_S),
        )
    )
    server.run()  # told to stop, it first answers what is open, within this time
    return status


if __name__ == "__main__":
    main()
