"""The peer in `tests.bench.pat`: what most people put around a Keras model, `predict` in a route.

It serves an artifact as the endpoint does, and is told where in the same variables.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from clarity.pat import artifact, instances, model, weights

if TYPE_CHECKING:
    from starlette.requests import Request


@click.command()
@click.option("--folder", envvar="AIP_STORAGE_URI", type=click.Path(exists=True, path_type=Path))
@click.option("--port", envvar="AIP_HTTP_PORT", type=int)
def main(folder: Path, port: int) -> None:
    """Serve an artifact."""
    source = artifact.open_folder(folder)
    encoder = model.encoder(source.config)
    weights.set_weights(encoder, source.weights, source.config)

    async def predict(request: Request) -> Response:
        asked = instances.parse(await request.body(), minutes=source.scaler.minutes, most=64)
        pooled = encoder.predict(source.scaler.transform(asked.steps), verbose=0)["pooled"]
        found = {"predictions": [{"embedding": one} for one in pooled]}
        return Response(orjson.dumps(found, option=orjson.OPT_SERIALIZE_NUMPY))

    async def health(_: Request) -> Response:
        return Response()

    routes = [Route("/predict", predict, methods=["POST"]), Route("/health", health)]
    uvicorn.run(Starlette(routes=routes), port=port, log_config=None, access_log=False)


if __name__ == "__main__":
    main()
