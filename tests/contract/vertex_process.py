"""The stand-in for Vertex AI in a process of its own: `python vertex_process.py DATABASE PORT`."""

from __future__ import annotations

import asyncio
import socket
import sys
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from infra.local.database import Database
from infra.local.vertex_models import VertexModels


async def serve(path: Path, port: int) -> None:
    listening = socket.create_server(("127.0.0.1", port))
    app = Starlette(routes=VertexModels(Database(path)).routes())
    sys.stdout.write(f"{listening.getsockname()[1]}\n")
    sys.stdout.flush()
    await uvicorn.Server(uvicorn.Config(app, log_level="warning")).serve([listening])


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2])))
