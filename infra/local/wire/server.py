"""The server: its handlers, its socket, its connections."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from infra.local.wire.connection import Connection

if TYPE_CHECKING:
    from collections.abc import Iterable

    import grpc


@dataclass(slots=True)
class _Called:  # grpc.HandlerCallDetails
    """What a generic handler asks of a call."""

    method: str
    invocation_metadata: tuple[tuple[str, str | bytes], ...] = ()


class Server:
    """Serves gRPC handlers, those that `grpc.aio.server` takes, in plain text."""

    def __init__(self, max_message: int) -> None:
        """A message of more bytes is refused."""
        self._max_message = max_message
        self._generic: list[grpc.GenericRpcHandler] = []
        self._connections: set[Connection] = set()

    def add_generic_rpc_handlers(self, handlers: Iterable[grpc.GenericRpcHandler]) -> None:
        """Serve these, too."""
        self._generic += handlers

    async def start(self, host: str, port: int) -> int:
        """Listen; returns the port, which was chosen where 0 was asked for."""
        self._server = await asyncio.get_running_loop().create_server(self._connection, host, port)
        bound: int = self._server.sockets[0].getsockname()[1]
        return bound

    async def stop(self, grace: float) -> None:
        """Take no more calls, let those under way have so many seconds, and end them."""
        self._server.close()
        for each in self._connections:
            each.leave()
        end = asyncio.get_running_loop().time() + grace
        while any(each.calls for each in self._connections):
            if asyncio.get_running_loop().time() >= end:
                break
            await asyncio.sleep(0.01)
        for each in list(self._connections):
            each.close()
        await asyncio.sleep(0)  # the connections' ends are told on the next turn

    def _connection(self) -> Connection:
        return Connection(self._find, self._max_message, self._connections)

    def _find(self, path: str) -> grpc.RpcMethodHandler[Any, Any] | None:
        found = (each.service(_Called(path)) for each in self._generic)
        return next((handler for handler in found if handler is not None), None)
