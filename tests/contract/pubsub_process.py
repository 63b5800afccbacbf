"""An embedded Pub/Sub in a process of its own: `python pubsub_process.py DATABASE PORT`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from infra.local.database import Database
from infra.local.pubsub import PubSub
from infra.local.wire import Server

MAX_REQUEST_BYTES = 11 * 2**20


async def serve(path: Path, port: int) -> None:
    pubsub = PubSub(Database(path))
    server = Server(MAX_REQUEST_BYTES)
    pubsub.register(server)
    bound = await server.start("127.0.0.1", port)
    sys.stdout.write(f"{bound}\n")
    sys.stdout.flush()
    await pubsub.run()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2])))
