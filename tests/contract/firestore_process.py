"""An embedded Firestore in a process of its own: `python firestore_process.py DATABASE PORT`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from infra.local.database import Database
from infra.local.firestore import MAX_REQUEST_BYTES, Firestore
from infra.local.wire import Server


async def serve(path: Path, port: int) -> None:
    server = Server(MAX_REQUEST_BYTES)
    Firestore(Database(path), lambda _changes: None).register(server)
    bound = await server.start("127.0.0.1", port)
    sys.stdout.write(f"{bound}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2])))
