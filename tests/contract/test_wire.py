"""gRPC as the embedded cloud speaks it: with Google's client, and frame by frame."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

import grpc
import hpack
import pytest

from infra.local.topology import HOST
from infra.local.wire import Server, frames

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

MAX_MESSAGE = 11 * 1024 * 1024
MANY = 1000
LETTERS = "naïve 100 %\n"


class Handlers:
    """What the tests call, and what became of it."""

    def __init__(self) -> None:
        self.made = 0
        self.ended = threading.Event()

    async def echo(self, request: bytes, context: Any) -> bytes:
        return request

    async def left(self, request: bytes, context: Any) -> bytes:
        return str(context.time_remaining()).encode()

    async def refuse(self, request: bytes, context: Any) -> bytes:
        metadata = (("kept", "as it is"), ("kept-bin", b"\0\xff"))
        raise await context.abort(grpc.StatusCode.ABORTED, LETTERS, metadata)

    async def break_down(self, request: bytes, context: Any) -> bytes:
        raise ValueError("found none")

    async def wait(self, request: bytes, context: Any) -> bytes:
        try:
            await asyncio.sleep(float(request))
        finally:
            self.ended.set()
        return b"waited"

    async def count(self, request: bytes, context: Any) -> AsyncIterator[bytes]:
        for _ in range(MANY):
            self.made += 1
            yield request

    async def converse(self, requests: AsyncIterator[bytes], context: Any) -> AsyncIterator[bytes]:
        async for each in requests:
            yield each


class Served:
    """The server on a loop of its own, and a client."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.handlers = Handlers()
        self.server = Server(MAX_MESSAGE)
        unary = ("echo", "left", "refuse", "break_down", "wait")
        methods = {
            **{
                name: grpc.unary_unary_rpc_method_handler(
                    getattr(self.handlers, name), bytes, bytes
                )
                for name in unary
            },
            "count": grpc.unary_stream_rpc_method_handler(self.handlers.count, bytes, bytes),
            "converse": grpc.stream_stream_rpc_method_handler(self.handlers.converse, bytes, bytes),
        }
        generic = grpc.method_handlers_generic_handler("test", methods)
        self.server.add_generic_rpc_handlers((generic,))
        self.port = self.do(self.server.start(HOST, 0))
        unlimited = [(f"grpc.max_{way}_message_length", -1) for way in ("send", "receive")]
        self.channel: Any = grpc.insecure_channel(f"{HOST}:{self.port}", options=unlimited)

    def do(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    def call(self, name: str, request: bytes = b"", **options: Any) -> bytes:
        answer: bytes = self.channel.unary_unary(f"/test/{name}")(request, **options)
        return answer


@pytest.fixture
def served() -> Iterator[Served]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    made = Served(loop)
    yield made
    made.channel.close()
    made.do(made.server.stop(0))
    made.do(_all_done())
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


async def _all_done() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    await asyncio.gather(*others, return_exceptions=True)


@pytest.mark.parametrize("size", [0, 1, 126, 16_384, 70_000, 10_000_000])
def test_a_message_of_any_size_comes_and_goes(served, size) -> None:
    assert served.call("echo", b"x" * size) == b"x" * size


@pytest.mark.parametrize("packing", [grpc.Compression.Gzip, grpc.Compression.Deflate])
def test_a_packed_message_is_unpacked(served, packing) -> None:
    assert served.call("echo", b"x" * 5000, compression=packing) == b"x" * 5000


@pytest.mark.parametrize("packing", [grpc.Compression.NoCompression, grpc.Compression.Gzip])
def test_a_message_that_is_too_large_is_refused(served, packing) -> None:
    with pytest.raises(grpc.RpcError) as raised:
        served.call("echo", bytes(MAX_MESSAGE + 1), compression=packing)
    assert raised.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert f"vs. {MAX_MESSAGE}" in str(raised.value.details())
    assert served.call("echo", b"on") == b"on"


def test_many_call_at_once(served) -> None:
    call = served.channel.unary_unary("/test/echo")
    asked = [str(each).encode() for each in range(MANY)]
    assert [each.result(10) for each in [call.future(each) for each in asked]] == asked


def test_a_refusal_comes_with_its_words_and_its_metadata(served) -> None:
    with pytest.raises(grpc.RpcError) as raised:
        served.call("refuse")
    assert raised.value.code() is grpc.StatusCode.ABORTED
    assert raised.value.details() == LETTERS
    metadata: Any = raised.value.trailing_metadata()
    assert dict(metadata) == {"kept": "as it is", "kept-bin": b"\0\xff"}


def test_a_call_of_nothing_there_is_refused(served) -> None:
    with pytest.raises(grpc.RpcError) as raised:
        served.call("nothing")
    assert raised.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_a_handler_that_breaks_is_told_of(served, caplog) -> None:
    with caplog.at_level(logging.ERROR), pytest.raises(grpc.RpcError) as raised:
        served.call("break_down")
    assert raised.value.code() is grpc.StatusCode.UNKNOWN
    assert "found none" in str(raised.value.details())
    assert "Unexpected ValueError in /test/break_down" in caplog.text


def test_the_handler_knows_how_long_the_client_waits(served) -> None:
    assert served.call("left") == b"None"
    assert 25 < float(served.call("left", timeout=30)) < 31  # it is rounded on its way


@pytest.mark.parametrize("end", ["cancelled", "too late", "gone"])
def test_a_call_that_nobody_waits_for_ends(served, end) -> None:
    timeout = 0.3 if end == "too late" else None
    future = served.channel.unary_unary("/test/wait").future(b"60", timeout=timeout)
    time.sleep(0.2)
    if end == "cancelled":
        future.cancel()
    elif end == "gone":
        served.channel.close()
    assert served.handlers.ended.wait(5)


def test_a_stream_makes_no_more_than_its_client_takes(served) -> None:
    stream = served.channel.unary_stream("/test/count")(b"x" * 100_000)
    next(stream)
    time.sleep(0.5)
    assert served.handlers.made < MANY // 2
    assert len(list(stream)) == MANY - 1


def test_more_passes_both_ways_than_any_window_holds(served) -> None:
    answers = served.channel.stream_stream("/test/converse")(bytes(1_000_000) for _ in range(100))
    assert sum(len(each) for each in answers) == 100_000_000


def test_the_end_waits_for_a_call_under_way_but_not_for_long(served) -> None:
    soon = served.channel.unary_unary("/test/wait").future(b"0.3")
    late = served.channel.unary_unary("/test/wait").future(b"60")
    time.sleep(0.1)
    served.do(served.server.stop(1))
    assert soon.result(1) == b"waited"
    assert late.exception(1).code() is grpc.StatusCode.UNAVAILABLE
    with pytest.raises(OSError, match="refused"):
        socket.create_connection((HOST, served.port))


class Raw:
    """A client that sends what it is told."""

    def __init__(self, port: int, preface: bytes = frames.PREFACE) -> None:
        self._socket = socket.create_connection((HOST, port), timeout=5)
        self._received = bytearray()
        self._socket.sendall(preface)
        self.close = self._socket.close

    def send(self, kind: int, flags: int = 0, stream: int = 1, payload: bytes = b"") -> None:
        self._socket.sendall(frames.frame(kind, flags, stream, payload))

    def frames(self) -> Iterator[frames.Frame]:
        """What comes, until the server ends the connection."""
        with contextlib.suppress(ConnectionResetError):
            while data := self._socket.recv(65536):
                self._received += data
                yield from frames.take_frames(self._received, 2**24)

    def error(self) -> int:
        """What the server ends the connection for."""
        away = next(each for each in self.frames() if each.kind == frames.GOAWAY)
        return frames.word_of(away.payload[4:])


@pytest.fixture
def raw(served) -> Iterator[Raw]:
    with contextlib.closing(Raw(served.port)) as made:
        yield made


def headers(path: str = "/test/echo", *, huffman: bool = True) -> bytes:
    return hpack.Encoder().encode([(":path", path), (":method", "POST")], huffman=huffman)


@pytest.mark.parametrize("huffman", [True, False])
def test_a_request_may_come_in_pieces_padded_and_with_priority(raw, huffman) -> None:
    block = headers(huffman=huffman)
    flags = frames.PADDED | frames.PRIORITY
    raw.send(frames.HEADERS, flags, payload=b"\x02" + bytes(5) + block[:3] + bytes(2))
    raw.send(frames.CONTINUATION, payload=block[3:5])
    raw.send(frames.CONTINUATION, frames.END_HEADERS, payload=block[5:])
    raw.send(0xEE, payload=b"of a kind that nobody knows")
    raw.send(frames.DATA, frames.PADDED, payload=b"\x01" + b"\0\0\0\0\x03on" + b"\0")
    raw.send(frames.DATA, frames.END_STREAM, payload=b"e")
    answer = next(each for each in raw.frames() if each.kind == frames.DATA)
    assert answer.payload == b"\0\0\0\0\x03one"


def test_no_more_is_sent_than_there_is_room_for(raw) -> None:
    setting = frames.INITIAL_WINDOW_SIZE.to_bytes(2) + (4).to_bytes(4)
    raw.send(frames.SETTINGS, stream=0, payload=setting)
    raw.send(frames.HEADERS, frames.END_HEADERS, payload=headers())
    raw.send(frames.DATA, frames.END_STREAM, payload=b"\0\0\0\0\x03one")
    raw.send(frames.PING, stream=0, payload=b"12345678")
    parts = []
    for each in raw.frames():
        if each.kind == frames.DATA:
            parts.append(each.payload)
            raw.send(frames.WINDOW_UPDATE, payload=frames.word(3))
        if each.kind == frames.HEADERS and each.flags & frames.END_STREAM:
            break
        assert each.kind != frames.PING or each.payload == b"12345678"
    assert parts == [b"\0\0\0\0", b"\x03on", b"e"]


def test_who_speaks_another_protocol_is_sent_away(served) -> None:
    with contextlib.closing(Raw(served.port, b"GET / HTTP/1.1\r\n\r\n")) as raw:
        assert raw.error() == frames.PROTOCOL_ERROR


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        ((frames.DATA, 0, 1, b"of no call"), frames.PROTOCOL_ERROR),
        ((frames.CONTINUATION, 0, 1, b""), frames.PROTOCOL_ERROR),
        ((frames.HEADERS, frames.END_HEADERS, 2, headers()), frames.PROTOCOL_ERROR),
        ((frames.HEADERS, frames.PADDED, 1, b"\xff"), frames.PROTOCOL_ERROR),
        ((frames.HEADERS, 0, 1, bytes(70_000)), frames.PROTOCOL_ERROR),
        ((frames.HEADERS, frames.END_HEADERS, 1, b"\xff\xff"), frames.COMPRESSION_ERROR),
        ((frames.WINDOW_UPDATE, 0, 0, b"short"), frames.FRAME_SIZE_ERROR),
        ((frames.WINDOW_UPDATE, 0, 0, b"\x7f\xff\xff\xff"), frames.FLOW_CONTROL_ERROR),
        ((frames.SETTINGS, 0, 0, b"short"), frames.FRAME_SIZE_ERROR),
        ((frames.DATA, 0, 1, bytes(2**20 + 1)), frames.FRAME_SIZE_ERROR),
    ],
)
def test_what_is_no_http_ends_the_connection_and_no_other(served, raw, broken, code) -> None:
    raw.send(*broken)
    assert raw.error() == code
    assert served.call("echo", b"on") == b"on"


def test_a_call_without_a_message_is_refused(raw) -> None:
    raw.send(frames.HEADERS, frames.END_HEADERS | frames.END_STREAM, payload=headers())
    status = next(each for each in raw.frames() if each.kind == frames.HEADERS)
    assert (b"grpc-status", b"13") in list(hpack.Decoder().decode(status.payload, raw=True))


def test_headers_that_came_before_may_mean_something_else_now(raw) -> None:
    encoder, found = hpack.Encoder(), []
    asked = ["/test/echo", "/test/echo", "/test/nothing", "/test/nothing", "/test/echo"]
    for number, path in enumerate(asked):
        block = encoder.encode([(":path", path)])
        raw.send(frames.HEADERS, frames.END_HEADERS, 2 * number + 1, block)
        raw.send(frames.DATA, frames.END_STREAM, 2 * number + 1, b"\0\0\0\0\0")
    decoder = hpack.Decoder()
    for each in raw.frames():
        if each.kind == frames.HEADERS and each.flags & frames.END_STREAM:
            found.append(dict(decoder.decode(each.payload, raw=True))[b"grpc-status"])
            if len(found) == len(asked):
                break
    assert sorted(found) == [b"0", b"0", b"0", b"12", b"12"]
