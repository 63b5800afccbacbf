"""The embedded cloud's one process: Firestore, Pub/Sub, Eventarc, Scheduler; REST of the others.

One event loop and one SQLite file: a document, the event that it causes and the message that
carries it are committed together.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request  # noqa: TC002  starlette reads the annotation
from starlette.responses import JSONResponse
from starlette.routing import Route

from infra.local.database import Database
from infra.local.eventarc import Eventarc
from infra.local.fcm import LocalFcm
from infra.local.firestore import MAX_REQUEST_BYTES, Firestore
from infra.local.gemini import LocalGemini
from infra.local.monitoring import LocalMonitoring
from infra.local.pubsub import PubSub
from infra.local.scheduler import LocalScheduler
from infra.local.scrub import Scrubber
from infra.local.storage import LocalStorage
from infra.local.topology import (
    DEAD_LETTERS,
    DEAD_LETTERS_PULL,
    EXPORTS_BUCKET,
    EXPORTS_DAYS,
    FILTERS,
    HOST,
    LOCATION,
    MAX_DELIVERY_ATTEMPTS,
    ORDERED,
    PROJECT,
    PUSHES,
    TRIGGERS,
    Ports,
    subscription,
)
from infra.local.traces import LocalTraces
from infra.local.vertex import LocalVertex
from infra.local.vertex_models import VertexModels
from infra.local.wire import Server

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterable, Mapping

# Short, since a person looks on; in the cloud 10 s to 600 s.
MIN_BACKOFF_S, MAX_BACKOFF_S = 0.25, 10


def lay_out(pubsub: PubSub, eventarc: Eventarc, ports: Ports) -> None:
    """Create the topics, subscriptions and triggers of the chain; no effect where they are."""
    urls = {name: f"http://{HOST}:{port}/" for name, port in ports.named().items()}
    pubsub.ensure_topic(DEAD_LETTERS)
    pubsub.ensure_subscription(DEAD_LETTERS_PULL, DEAD_LETTERS)
    for name, (source, function) in PUSHES.items():
        pubsub.ensure_topic(source)
        # As Terraform makes it: a push subscription of our own, a raw body with an OIDC token.
        pubsub.ensure_subscription(
            subscription(name),
            source,
            filter=FILTERS.get(name, ""),
            ordered=name in ORDERED,
            push_endpoint=urls[function],
            oidc_audience=urls[function],
            min_backoff_s=MIN_BACKOFF_S,
            max_backoff_s=MAX_BACKOFF_S,
            ack_deadline_s=60,
            dead_letter_topic=DEAD_LETTERS,
            max_delivery_attempts=MAX_DELIVERY_ATTEMPTS,
        )
    for name, (pattern, function) in TRIGGERS.items():
        eventarc.ensure_trigger(
            name,
            "google.cloud.firestore.document.v1.created",
            pattern,
            urls[function],
            oidc_audience=urls[function],
            min_backoff_s=MIN_BACKOFF_S,
            max_backoff_s=MAX_BACKOFF_S,
            dead_letter_topic=DEAD_LETTERS,
            max_delivery_attempts=MAX_DELIVERY_ATTEMPTS,
        )


async def serve(state: Path, ports: Ports, ticks: Mapping[str, float]) -> None:
    """Serve until SIGTERM or SIGINT, or until a part of it fails.

    Raises:
        ExceptionGroup: what failed.
    """
    database = Database(state / "cloud.db")
    pubsub = PubSub(database)
    eventarc = Eventarc(pubsub, PROJECT, LOCATION)
    firestore = Firestore(database, eventarc.on_commit)
    lay_out(pubsub, eventarc, ports)
    stop = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)

    servers = [
        await _grpc(firestore, ports.firestore),
        await _grpc(pubsub, ports.pubsub),
    ]
    scheduler, monitoring = LocalScheduler(database, pubsub, ticks), LocalMonitoring(pubsub)
    models = VertexModels(database)
    vertex = LocalVertex(f"http://{HOST}:{ports.pat}", models.choose, monitoring.predicted)
    traces, storage = LocalTraces(database), LocalStorage(database)
    storage.ensure_bucket(EXPORTS_BUCKET, EXPORTS_DAYS)
    routes = (each.routes() for each in (vertex, models, scheduler, monitoring, traces, storage))
    http = _http(pubsub, ports, itertools.chain.from_iterable(routes), storage.links())
    scrubber = Scrubber(state, database, pubsub.sweep)
    lasting = (pubsub, scheduler, monitoring, storage, scrubber)
    try:
        await _run([each.run() for each in lasting], http, servers, stop)
    finally:
        scrubber.scrub()
        await vertex.close()
        database.close()


async def _run(
    lasting: Iterable[Coroutine[None, None, None]],
    http: uvicorn.Server,
    servers: Iterable[Server],
    stop: asyncio.Event,
) -> None:
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(each) for each in lasting]
        tasks.create_task(http.serve())
        try:
            await stop.wait()  # cancelled where a task fails
        finally:
            http.should_exit = True
            for server in servers:
                await server.stop(grace=0.5)
        for task in running:
            task.cancel()


async def _grpc(service: Firestore | PubSub, port: int) -> Server:
    server = Server(MAX_REQUEST_BYTES)
    service.register(server)
    await server.start(HOST, port)
    return server


def _http(
    pubsub: PubSub, ports: Ports, others: Iterable[Route], last: Iterable[Route]
) -> uvicorn.Server:
    async def backlog(_: Request) -> JSONResponse:
        return JSONResponse(pubsub.backlog())

    async def keys(_: Request) -> JSONResponse:
        return JSONResponse(pubsub.jwks())

    routes = [
        *others,
        *LocalGemini().routes(),
        *LocalFcm().routes(),
        Route("/_local/backlog", backlog),
        Route("/_local/jwks", keys),
        *last,
    ]
    config = uvicorn.Config(
        Starlette(routes=routes),
        HOST,
        ports.http,
        log_level="warning",
        timeout_graceful_shutdown=1,  # a call that hangs on command may not hold up the end
    )
    return uvicorn.Server(config)


def main() -> None:
    """The process's entry."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--state", type=Path, required=True, help="directory of the state")
    help_text = "a job, and the seconds between two of its ticks, unless the state says otherwise"
    parser.add_argument("--tick", action="append", default=[], metavar="JOB=S", help=help_text)
    arguments = parser.parse_args()
    ticks = dict(tick.split("=") for tick in arguments.tick)
    every_s = {job: float(seconds) for job, seconds in ticks.items()}
    asyncio.run(serve(arguments.state, Ports.of(arguments.state), every_s))


if __name__ == "__main__":
    main()
