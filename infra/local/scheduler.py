"""Cloud Scheduler's part: for each function that a clock drives, a tick every so often.

GET /_local/scheduler                      each job's every_s; null: it is paused
PUT /_local/scheduler/sweep {"every_s": 5}    or null, which pauses it
POST /_local/scheduler/sweep               a tick now, paused or not

What somebody said is kept with the state.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infra.local.asked import asked
from infra.local.pubsub.wire import PubsubMessage
from infra.local.topology import TICKS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from infra.local.database import Database
    from infra.local.pubsub import PubSub

SHORTEST_S, LONGEST_S = 0.01, 366 * 86_400.0  # of an interval


class LocalScheduler:
    """The jobs, each of which publishes; paused where neither the state nor `every` says more."""

    def __init__(self, database: Database, pubsub: PubSub, every: Mapping[str, float]) -> None:
        self._execute, self._pubsub = database.execute, pubsub
        self._execute("CREATE TABLE IF NOT EXISTS ticks (job TEXT PRIMARY KEY, every_s REAL)")
        said = dict(self._execute("SELECT job, every_s FROM ticks").fetchall())
        self._every_s: dict[str, float | None] = {
            job: said.get(job, every.get(job)) for job in TICKS
        }
        self._due = {job: self._next(job) for job in TICKS}
        self._changed = asyncio.Event()

    def routes(self) -> list[Route]:
        """The control paths."""
        job = "/_local/scheduler/{job}"
        return [
            Route("/_local/scheduler", self._status, methods=["GET"]),
            Route(job, self._pace, methods=["PUT"]),
            Route(job, self._now, methods=["POST"]),
        ]

    async def run(self) -> None:
        """Publish each job's tick at its interval, for ever."""
        while True:
            moments = [moment for moment in self._due.values() if moment is not None]
            pause = min(moments) - time.monotonic() if moments else None
            try:
                async with asyncio.timeout(pause):
                    await self._changed.wait()
                self._changed.clear()
            except TimeoutError:
                self._tick_what_is_due()

    def _tick_what_is_due(self) -> None:
        for job, moment in self._due.items():
            if moment is not None and moment <= time.monotonic():
                self._publish(job)
                self._due[job] = self._next(job)

    def _next(self, job: str) -> float | None:
        every_s = self._every_s[job]
        return None if every_s is None else time.monotonic() + every_s

    def _publish(self, job: str) -> None:
        self._pubsub.publish(TICKS[job], [PubsubMessage(data=b"tick")])

    async def _status(self, _: Request) -> Response:
        return JSONResponse(self._every_s)

    async def _pace(self, request: Request) -> Response:
        job = request.path_params["job"]
        if job not in TICKS:
            return _unknown(job)
        try:
            every_s = _seconds((await asked(request)).get("every_s"))
        except ValueError as error:
            return JSONResponse({"error": {"code": 400, "message": str(error)}}, 400)
        self._execute("INSERT OR REPLACE INTO ticks VALUES (?, ?)", (job, every_s))
        self._every_s[job] = every_s
        self._due[job] = self._next(job)
        self._changed.set()
        return await self._status(request)

    async def _now(self, request: Request) -> Response:
        job = request.path_params["job"]
        if job not in TICKS:
            return _unknown(job)
        self._publish(job)
        return await self._status(request)


def _seconds(every_s: Any) -> float | None:
    if every_s is None:
        return None
    number = isinstance(every_s, int | float) and type(every_s) is not bool
    if number and SHORTEST_S <= every_s <= LONGEST_S:
        return float(every_s)
    words = f"every_s: expected seconds or null, from {SHORTEST_S:g} to {LONGEST_S:.0f}"
    raise ValueError(f"{words}, found {every_s!r:.40}")


def _unknown(job: str) -> Response:
    message = f"expected one of {', '.join(TICKS)}, found {job!r:.40}"
    return JSONResponse({"error": {"code": 404, "message": message}}, 404)
