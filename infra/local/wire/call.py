"""One call: its messages in and out, and the handler that answers it."""

from __future__ import annotations

import asyncio
import base64
import logging
import struct
import time
import zlib
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import quote

import grpc

from infra.local.wire import frames

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable

    from infra.local.wire.connection import Connection

    Metadata = Iterable[tuple[str, str | bytes]]

_PREFIX = struct.Struct(">BI")  # whether the message is packed, and its length
_PACKINGS = frozenset({"gzip", "deflate"})
_MAX_DETAILS = 4096  # bytes of a status's text: clients take no long headers
_PLAIN = "".join(map(chr, range(0x20, 0x7F))).replace("%", "")
_WIDEN = 4 * 1024 * 1024  # of a call's window
_BEGIN = b"\x88" + frames.header_block(  # :status 200
    [(b"content-type", b"application/grpc"), (b"grpc-accept-encoding", b"identity, deflate, gzip")]
)
_OK = frames.header_block([(b"grpc-status", b"0")])

_log = logging.getLogger(__name__)


class AbortError(Exception):
    """The call ends with this status."""

    def __init__(self, code: grpc.StatusCode, details: str, metadata: Metadata = ()) -> None:
        super().__init__(details)
        self.code = code
        self.details = details
        self.metadata = metadata


class Call:
    """A call from its headers to its status; it is also the context that its handler gets."""

    def __init__(
        self, connection: Connection, stream: int, request: frames.Request, window: int
    ) -> None:
        self.window = window  # how many bytes of messages may go out
        self._connection = connection
        self._stream = stream
        self._request = request
        self._began = time.monotonic()
        self._received = bytearray()
        self._messages: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._taken = 0  # bytes that were read since the window was last widened
        self._ended = False  # the client has no more to say
        self._answered = False  # the headers are out
        self._unsent = bytearray()
        self._trailers = b""
        self._sent: asyncio.Future[None] | None = None
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Find the handler; a stream's begins before there is a message."""
        handler: Any = self._connection.find(self._request.path)
        if handler is None:
            self._end(grpc.StatusCode.UNIMPLEMENTED, "Method not found!")
        elif handler.request_streaming:
            self._run(self._answer_stream, handler, self._requests(handler))
        else:
            self._handler = handler

    def receive(self, data: bytes, *, ends: bool) -> None:
        """Take a part of the client's messages."""
        self._received += data
        self._ended = self._ended or ends
        try:
            while (message := self._next()) is not None:
                self._messages.put_nowait(message)
        except AbortError as error:
            self._refuse(error)
            return
        if not ends:
            return
        self._messages.put_nowait(None)
        if self._task is None:
            self._run(self._answer_one, self._handler)

    def time_remaining(self) -> float | None:
        """Seconds until the client waits no longer."""
        if self._request.timeout_s is None:
            return None
        return max(0.0, self._began + self._request.timeout_s - time.monotonic())

    async def abort(
        self, code: grpc.StatusCode, details: str = "", trailing_metadata: Metadata = ()
    ) -> NoReturn:
        """End the call with a status."""
        raise AbortError(code, details, trailing_metadata)

    def cancel(self) -> None:
        """Nobody waits for the answer."""
        self._connection.calls.pop(self._stream, None)
        if self._task is not None:
            self._task.cancel()

    def pump(self) -> None:
        """Send what there is room for."""
        connection = self._connection
        while self._unsent and connection.writable:
            size = min(len(self._unsent), self.window, connection.window, connection.largest_frame)
            if size <= 0:
                return
            part = bytes(self._unsent[:size])
            del self._unsent[:size]
            self.window -= size
            connection.window -= size
            connection.send(frames.frame(frames.DATA, 0, self._stream, part))
        if self._unsent:
            return
        if self._sent is not None and not self._sent.done():
            self._sent.set_result(None)
        if self._trailers:
            self._close()

    def _run(self, answer: Callable[..., Awaitable[None]], *given: Any) -> None:
        # Called within the task: one that is cancelled at once leaves nothing unawaited.
        self._task = asyncio.get_running_loop().create_task(self._guarded(answer, *given))

    async def _guarded(self, answer: Callable[..., Awaitable[None]], *given: Any) -> None:
        try:
            await answer(*given)
        except AbortError as error:
            self._end(error.code, error.details, error.metadata)
        except Exception as error:  # noqa: BLE001  it is logged, and the client is told
            _log.exception("Unexpected %s in %s", type(error).__name__, self._request.path)
            self._end(grpc.StatusCode.UNKNOWN, f"Unexpected {type(error)}: {error}")
        else:
            self._end(grpc.StatusCode.OK)

    async def _answer_one(self, handler: Any) -> None:
        message = self._messages.get_nowait()
        if message is None:
            raise AbortError(grpc.StatusCode.INTERNAL, "expected a message")
        request = handler.request_deserializer(message)
        if handler.response_streaming:
            await self._answer_stream(handler, request)
            return
        response = await handler.unary_unary(request, self)
        self._send(handler.response_serializer(response))

    async def _answer_stream(self, handler: Any, requests: Any) -> None:
        answer = handler.stream_stream or handler.unary_stream
        responses = answer(requests, self)
        try:
            async for response in responses:
                self._send(handler.response_serializer(response))
                if self._unsent:
                    self._sent = asyncio.get_running_loop().create_future()
                    await self._sent
        finally:
            await responses.aclose()

    async def _requests(self, handler: Any) -> AsyncIterator[Any]:
        while (message := await self._messages.get()) is not None:
            self._taken += len(message) + _PREFIX.size
            if self._taken > _WIDEN:
                self._connection.widen(self._stream, self._taken)
                self._taken = 0
            yield handler.request_deserializer(message)

    def _next(self) -> bytes | None:
        """The next whole message of those that came."""
        if len(self._received) < _PREFIX.size:
            return None
        packed, size = _PREFIX.unpack_from(self._received)
        largest = self._connection.max_message
        if size > largest:
            raise _too_large(size, largest)
        end = _PREFIX.size + size
        if len(self._received) < end:
            return None
        message = bytes(self._received[_PREFIX.size : end])
        del self._received[:end]
        return self._unpacked(message) if packed else message

    def _unpacked(self, message: bytes) -> bytes:
        if self._request.packing not in _PACKINGS:
            raise AbortError(grpc.StatusCode.UNIMPLEMENTED, "expected gzip or deflate")
        unpacker = zlib.decompressobj(32 + zlib.MAX_WBITS)  # tells gzip from deflate by itself
        largest = self._connection.max_message
        try:
            found = unpacker.decompress(message, largest + 1)
        except zlib.error as error:
            raise AbortError(grpc.StatusCode.INTERNAL, "expected a packed message") from error
        if len(found) > largest:
            raise _too_large(len(found), largest)
        return found

    def _send(self, message: bytes) -> None:
        if not self._answered:
            self._answered = True
            begin = frames.frame(frames.HEADERS, frames.END_HEADERS, self._stream, _BEGIN)
            self._connection.send(begin)
        self._unsent += _PREFIX.pack(0, len(message)) + message
        self.pump()

    def _refuse(self, error: AbortError) -> None:
        self._unsent.clear()
        if self._task is not None:
            self._task.cancel()
        self._end(error.code, error.details)

    def _end(self, code: grpc.StatusCode, details: str = "", metadata: Metadata = ()) -> None:
        status = _OK if code is grpc.StatusCode.OK else _status(code, details, metadata)
        self._trailers = status if self._answered else _BEGIN + status
        self.pump()

    def _close(self) -> None:
        if self._connection.calls.pop(self._stream, None) is None:
            return  # it was cancelled
        flags = frames.END_HEADERS | frames.END_STREAM
        self._connection.send(frames.frame(frames.HEADERS, flags, self._stream, self._trailers))
        if not self._ended:  # what else the client has to say is not read
            reset = frames.word(frames.NO_ERROR)
            self._connection.send(frames.frame(frames.RST_STREAM, 0, self._stream, reset))


def _too_large(size: int, largest: int) -> AbortError:
    text = f"SERVER: Received message larger than max ({size} vs. {largest})"
    return AbortError(grpc.StatusCode.RESOURCE_EXHAUSTED, text)


def _status(code: grpc.StatusCode, details: str, metadata: Metadata) -> bytes:
    text = quote(details, safe=_PLAIN)[:_MAX_DETAILS].encode()
    fields = [(b"grpc-status", str(code.value[0]).encode()), (b"grpc-message", text)]
    for name, value in metadata:
        raw = value if isinstance(value, bytes) else value.encode()
        is_binary = name.endswith("-bin")
        fields.append((name.encode(), base64.b64encode(raw).rstrip(b"=") if is_binary else raw))
    return frames.header_block(fields)
