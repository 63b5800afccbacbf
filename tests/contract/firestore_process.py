"""An embedded Firestore in a process of its own: `python firestore_process.py DATABASE PORT`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import grpc

from infra.local.database import Database
from infra.local.firestore import SERVER_OPTIONS, Firestore


async def serve(path: Path, port: int) -> None:
    server = grpc.aio.server(options=SERVER_OPTIONS)
    Firestore(Database(path), lambda _changes: None).register(server)
    bound = server.add_insecure_port(f"127.0.0.1:{port}")
    await server.start()
    sys.stdout.write(f"{bound}\n")
    sys.stdout.flush()
    await server.wait_for_termination()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2])))
