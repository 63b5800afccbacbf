"""Cloud Scheduler's part: a tick to a topic every so often. Paused until somebody starts it.

PUT /_local/scheduler {"every_s": 5}     or null, which pauses it
GET /_local/scheduler                    every_s
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infra.local.pubsub.wire import PubsubMessage
from infra.local.topology import ENDPOINT_CHECKS

if TYPE_CHECKING:
    from starlette.requests import Request

    from infra.local.database import Database
    from infra.local.pubsub import PubSub


class LocalScheduler:
    """One job, which publishes."""

    def __init__(self, database: Database, pubsub: PubSub) -> None:
        self._execute, self._pubsub = database.execute, pubsub
        self._execute("CREATE TABLE IF NOT EXISTS scheduler (every_s REAL NOT NULL)")
        row = self._execute("SELECT every_s FROM scheduler").fetchone()
        self._every_s: float | None = row[0] if row else None
        self._changed = asyncio.Event()

    def routes(self) -> list[Route]:
        """The control path."""
        return [
            Route("/_local/scheduler", self._status, methods=["GET"]),
            Route("/_local/scheduler", self._command, methods=["PUT"]),
        ]

    async def run(self) -> None:
        """Publish a tick at each interval, for ever."""
        while True:
            try:
                async with asyncio.timeout(self._every_s):
                    await self._changed.wait()
                self._changed.clear()
            except TimeoutError:
                self._pubsub.publish(ENDPOINT_CHECKS, [PubsubMessage(data=b"tick")])

    async def _status(self, _: Request) -> Response:
        return JSONResponse({"every_s": self._every_s})

    async def _command(self, request: Request) -> Response:
        every_s = (await request.json()).get("every_s")
        if every_s is not None and not (isinstance(every_s, int | float) and every_s > 0):
            message = f"every_s: expected seconds or null, found {every_s!r:.40}"
            return JSONResponse({"error": {"code": 400, "message": message}}, 400)
        self._execute("DELETE FROM scheduler")
        if every_s is not None:
            self._execute("INSERT INTO scheduler VALUES (?)", (every_s,))
        self._every_s = every_s
        self._changed.set()
        return await self._status(request)
