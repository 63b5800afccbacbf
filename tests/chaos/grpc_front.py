"""What a function takes for Firestore or Pub/Sub: passes calls on, fails some, and may kill it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import grpc
import grpc.aio

from infra.local.firestore import MAX_REQUEST_BYTES
from infra.local.topology import HOST
from tests.chaos.points import point, published
from tests.chaos.weather import RPC

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.chaos.crashes import Crashes
    from tests.chaos.weather import Weather

# These stay open for long, and carry what the phones and operators hear.
_STREAMS = ("Listen", "Write", "StreamingPull")
_DELAYS_S = {"delay": (0.02, 0.3), "long delay": (1.0, 4.0)}
_SERVER = [("grpc.max_receive_message_length", MAX_REQUEST_BYTES)]
_CHANNEL = [
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
    ("grpc.max_reconnect_backoff_ms", 500),
    ("grpc.enable_http_proxy", 0),
]


@dataclass
class GrpcFront(grpc.GenericRpcHandler):
    """One function's way to one service.

    Attributes:
        step: the function.
        port: where it listens.
        target: the port of the service.
        weather: the faults.
        crashes: the deaths.
        messages: all that the functions published: topic, data, attributes.
    """

    step: str
    port: int
    target: int
    weather: Weather
    crashes: Crashes
    messages: list[tuple[str, bytes, dict[str, str]]] = field(default_factory=list)

    async def start(self) -> None:
        """Listen."""
        # Untyped, since what passes is raw bytes.
        self._upstream: Any = grpc.aio.insecure_channel(f"{HOST}:{self.target}", options=_CHANNEL)
        self._server = grpc.aio.server(options=_SERVER)
        self._server.add_generic_rpc_handlers((self,))
        self._server.add_insecure_port(f"{HOST}:{self.port}")
        await self._server.start()

    async def stop(self) -> None:
        """Stop listening."""
        await self._server.stop(grace=0.1)
        await self._upstream.close()

    def service(self, handler_call_details: Any) -> Any:
        """How a call of this method is handled."""
        method = handler_call_details.method
        if method.rpartition("/")[2] in _STREAMS:
            return grpc.stream_stream_rpc_method_handler(partial(self._stream, method))
        return grpc.unary_stream_rpc_method_handler(partial(self._call, method))

    async def _call(self, method: str, request: bytes, context: Any) -> AsyncIterator[bytes]:
        name = point(method, request)
        death = self.crashes.passing(self.step, name)
        if death == "before":
            self.crashes.kill_at(self.step, name, death)
            await context.abort(grpc.StatusCode.UNAVAILABLE, "killed")
        fault = self.weather.draw("gRPC", f"{self.step} {method}", RPC) or ""
        code, _, when = fault.partition(" ")
        if when == "before":
            await context.abort(grpc.StatusCode[code], "chaos")
        if fault in _DELAYS_S:
            draw = self.weather.random("delay", self.step, name)
            await asyncio.sleep(draw.uniform(*_DELAYS_S[fault]))
        answers = await self._passed_on(method, request, context)
        if death:
            self.crashes.kill_at(self.step, name, death)
        if when == "after" or death:
            code = "UNAVAILABLE" if death else code
            await context.abort(grpc.StatusCode[code], "chaos: it was done")
        for each in answers:
            yield each

    async def _passed_on(self, method: str, request: bytes, context: Any) -> list[bytes]:
        if method.endswith("/Publish"):
            self.messages.extend(published(request))
        call = self._upstream.unary_stream(method)(
            request, metadata=_metadata(context), timeout=context.time_remaining()
        )
        try:
            return [each async for each in call]
        except grpc.aio.AioRpcError as error:
            context.set_trailing_metadata(error.trailing_metadata())
            return await context.abort(error.code(), error.details())

    async def _stream(
        self, method: str, requests: AsyncIterator[bytes], context: Any
    ) -> AsyncIterator[bytes]:
        call = self._upstream.stream_stream(method)(requests, metadata=_metadata(context))
        try:
            async for each in call:
                yield each
        except grpc.aio.AioRpcError as error:
            await context.abort(error.code(), error.details())


def _metadata(context: Any) -> tuple[tuple[str, Any], ...]:
    """The call's own, without what gRPC sets itself."""
    kept = (each for each in context.invocation_metadata() if not each[0].startswith("user-agent"))
    return tuple((key, value) for key, value in kept)
