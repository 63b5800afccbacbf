"""An embedded Cloud Storage in a process of its own: `python storage_process.py DATABASE PORT`."""

from __future__ import annotations

import asyncio
import socket
import sys
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from infra.local.database import Database
from infra.local.storage import LocalStorage


async def serve(path: Path, port: int) -> None:
    storage = LocalStorage(Database(path))
    storage.ensure_bucket("exports", 7)
    listening = socket.create_server(("127.0.0.1", port), reuse_port=True)
    sys.stdout.write(f"{listening.getsockname()[1]}\n")
    sys.stdout.flush()
    routes = [*storage.routes(), *storage.links()]
    config = uvicorn.Config(Starlette(routes=routes), log_level="warning")
    await uvicorn.Server(config).serve([listening])


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2])))
