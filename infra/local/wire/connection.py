"""One client's connection: its frames in, its calls, and what flow control lets out."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from infra.local.wire import frames
from infra.local.wire.call import Call
from infra.local.wire.frames import BrokenError, Frame

if TYPE_CHECKING:
    from collections.abc import Callable

    import grpc

    Find = Callable[[str], grpc.RpcMethodHandler[Any, Any] | None]

# More than a message may have: a call's window is never in its way.
WINDOW = 16 * 1024 * 1024
_LARGEST_FRAME = 1024 * 1024
_CONNECTION_WINDOW = 2**30
_MAX_BLOCK = 64 * 1024  # bytes of a request's headers


class Connection(asyncio.Protocol):
    """HTTP/2 with one client; everything runs on the loop."""

    def __init__(self, find: Find, max_message: int, connections: set[Connection]) -> None:
        self.find = find
        self.max_message = max_message
        self.window = frames.DEFAULT_WINDOW  # how many bytes of messages may go out
        self.largest_frame = frames.DEFAULT_FRAME
        self.writable = True
        self.calls: dict[int, Call] = {}
        self._connections = connections
        self._loop = asyncio.get_running_loop()
        self._headers = frames.Headers()
        self._received = bytearray()
        self._greeted = False
        self._block: tuple[Frame, bytearray] | None = None  # headers that are not whole yet
        self._last = 0
        self._call_window = frames.DEFAULT_WINDOW
        self._leaving = False
        self._credit = 0  # bytes that came since the connection's window was last widened
        self._out: list[bytes] = []
        self._takes = {
            frames.DATA: self._data,
            frames.HEADERS: self._begin_headers,
            frames.CONTINUATION: self._go_on_with_headers,
            frames.WINDOW_UPDATE: self._widened,
            frames.PING: self._ping,
            frames.SETTINGS: self._set,
            frames.RST_STREAM: self._reset,
        }

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Say what is taken."""
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._connections.add(self)
        taken = {frames.INITIAL_WINDOW_SIZE: WINDOW, frames.MAX_FRAME_SIZE: _LARGEST_FRAME}
        self.send(frames.settings(taken))
        self.widen(0, _CONNECTION_WINDOW - frames.DEFAULT_WINDOW)

    def connection_lost(self, _: Exception | None) -> None:
        """Nobody waits for the answers."""
        self._connections.discard(self)
        for call in list(self.calls.values()):
            call.cancel()

    def data_received(self, data: bytes) -> None:
        """Take what came."""
        self._received += data
        try:
            if not self._greeted and not self._greet():
                return
            for each in frames.take_frames(self._received, _LARGEST_FRAME):
                self._take(each)
        except BrokenError as error:
            self.send(self._goaway(error.code))
            self.close()

    def pause_writing(self) -> None:
        """The client reads more slowly than it is answered."""
        self.writable = False

    def resume_writing(self) -> None:
        """The client has caught up."""
        self.writable = True
        self._pump()

    def send(self, data: bytes) -> None:
        """Send this with all else that is sent on this turn of the loop."""
        if not self._out:
            self._loop.call_soon(self._flush)
        self._out.append(data)

    def leave(self) -> None:
        """Take no more calls; those that are under way go on."""
        self._leaving = True
        self.send(self._goaway(frames.NO_ERROR))

    def close(self) -> None:
        """End the connection, and all calls with it."""
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        out, self._out = self._out, []
        if out and not self._transport.is_closing():
            self._transport.write(b"".join(out))

    def _greet(self) -> bool:
        size = len(frames.PREFACE)
        if self._received[:size] != frames.PREFACE[: len(self._received)]:
            raise BrokenError(frames.PROTOCOL_ERROR, "expected the preface of HTTP/2")
        self._greeted = len(self._received) >= size
        if self._greeted:
            del self._received[:size]
        return self._greeted

    def _take(self, each: Frame) -> None:
        if self._block is not None and each.kind != frames.CONTINUATION:
            raise BrokenError(frames.PROTOCOL_ERROR, "expected the rest of the headers")
        # What is not known is passed over, as the protocol says.
        if take := self._takes.get(each.kind):
            take(each)

    def _data(self, each: Frame) -> None:
        self._credit += len(each.payload)
        if self._credit > _CONNECTION_WINDOW // 2:
            self.widen(0, self._credit)
            self._credit = 0
        if call := self.calls.get(each.stream):
            call.receive(frames.content(each), ends=bool(each.flags & frames.END_STREAM))
        elif each.stream > self._last:
            raise BrokenError(frames.PROTOCOL_ERROR, "expected data of a call")

    def _ping(self, each: Frame) -> None:
        if not each.flags & frames.ACK:
            self.send(frames.frame(frames.PING, frames.ACK, 0, each.payload))

    def _reset(self, each: Frame) -> None:
        if call := self.calls.get(each.stream):
            call.cancel()

    def _begin_headers(self, each: Frame) -> None:
        self._end_headers(each, each, bytearray(frames.content(each)))

    def _go_on_with_headers(self, each: Frame) -> None:
        if self._block is None or self._block[0].stream != each.stream:
            raise BrokenError(frames.PROTOCOL_ERROR, "expected headers before their rest")
        first, block = self._block
        self._end_headers(each, first, block + each.payload)

    def _end_headers(self, each: Frame, first: Frame, block: bytearray) -> None:
        self._block = first, block
        if len(block) > _MAX_BLOCK:
            raise BrokenError(frames.PROTOCOL_ERROR, "expected fewer headers")
        if each.flags & frames.END_HEADERS:
            self._block = None
            self._begin(first, self._headers.request(bytes(block)))

    def _begin(self, first: Frame, request: frames.Request) -> None:
        ends = bool(first.flags & frames.END_STREAM)
        if first.stream in self.calls:
            self.calls[first.stream].receive(b"", ends=ends)  # what follows a call's messages
            return
        if not first.stream % 2:
            raise BrokenError(frames.PROTOCOL_ERROR, "expected a client's stream")
        if first.stream <= self._last or self._leaving:
            return  # of a call that is over, or that the client will not wait for
        self._last = first.stream
        call = Call(self, first.stream, request, self._call_window)
        self.calls[first.stream] = call
        call.begin()
        if ends and first.stream in self.calls:
            call.receive(b"", ends=True)

    def _set(self, each: Frame) -> None:
        if each.flags & frames.ACK:
            return
        for key, value in frames.settings_of(each.payload):
            if key == frames.INITIAL_WINDOW_SIZE:
                for call in self.calls.values():
                    call.window += value - self._call_window
                self._call_window = value
            elif key == frames.MAX_FRAME_SIZE:
                self.largest_frame = value
        self.send(frames.frame(frames.SETTINGS, frames.ACK, 0))
        self._pump()

    def _widened(self, each: Frame) -> None:
        more = frames.word_of(each.payload, frames.MAX_WINDOW)
        if not each.stream:
            self.window += more
            if self.window > frames.MAX_WINDOW:
                raise BrokenError(frames.FLOW_CONTROL_ERROR, "expected a smaller window")
            self._pump()
        elif call := self.calls.get(each.stream):
            call.window += more
            call.pump()

    def widen(self, stream: int, size: int) -> None:
        """Let the client send so many bytes more."""
        self.send(frames.frame(frames.WINDOW_UPDATE, 0, stream, frames.word(size)))

    def _pump(self) -> None:
        for call in list(self.calls.values()):
            call.pump()

    def _goaway(self, code: int) -> bytes:
        return frames.frame(frames.GOAWAY, 0, 0, frames.word(self._last) + frames.word(code))
