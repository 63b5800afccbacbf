"""An embedded Pub/Sub in a process of its own: `python pubsub_process.py DATABASE PORT`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import grpc

from infra.local.database import Database
from infra.local.pubsub import PubSub

OPTIONS = [("grpc.max_receive_message_length", 11 * 2**20), ("grpc.so_reuseport", 0)]


async def serve(path: Path, port: int) -> None:
    pubsub = PubSub(Database(path))
    server = grpc.aio.server(options=OPTIONS)
    pubsub.register(server)
    bound = server.add_insecure_port(f"127.0.0.1:{port}")
    await server.start()
    sys.stdout.write(f"{bound}\n")
    sys.stdout.flush()
    await pubsub.run()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2])))
