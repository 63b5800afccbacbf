"""What stands before an HTTP service: passes requests on, and loses, doubles, cuts, delays some."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from infra.local.topology import HOST

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.chaos.weather import Weather

_LIMIT = 64 * 1024 * 1024
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CONNECTION = re.compile(rb"\r\nconnection:[^\r]*", re.IGNORECASE)
_WAITS_S = {"delay": (0.05, 0.5), "reorder": (0.3, 3.0), "slow": (0.5, 3.0), "hang": (12.0, 15.0)}
_STATUSES = {"429": "Too Many Requests\r\nRetry-After: 1", "503": "Service Unavailable"}
_GARBAGE = b"\x00<html>not what was asked for"


class _LostError(Exception):
    """The connection ends here."""


@dataclass
class HttpFront:
    """A port in front of another one.

    Attributes:
        name: of the place.
        kind: of the place, for the count.
        port: where it listens.
        target: whom it passes requests on to.
        shares: of the faults.
        weather: draws them.
        only: the path of a request that a fault may strike; others pass.
        answered: how many requests were passed on, by the status that came back.
        keep: called with the body of each request that was passed on.
    """

    name: str
    kind: str
    port: int
    target: int
    shares: Mapping[str, float]
    weather: Weather
    only: bytes = b""
    answered: Counter[int] = field(default_factory=Counter)
    keep: Callable[[bytes], None] | None = None
    _under_way: set[asyncio.Task[None]] = field(default_factory=set)

    async def start(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._handle, HOST, self.port, limit=_LIMIT)

    async def stop(self) -> None:
        """Stop listening, and leave what is under way."""
        self._server.close()
        under_way = tuple(self._under_way)
        for each in under_way:
            each.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._under_way.add(task)
        try:
            await self._serve(reader, writer)
        finally:
            self._under_way.discard(task)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, _LostError):
            head, body = await _read(reader)
            fault = None
            if self.only in head.partition(b"\r\n")[0]:
                fault = self.weather.draw(self.kind, self.name, self.shares)
            writer.write(await self._answer(fault or "", head, body))
            await writer.drain()

    async def _answer(self, fault: str, head: bytes, body: bytes) -> bytes:
        """What goes back; a connection that is lost goes back as an error."""
        if fault in _WAITS_S:
            draw = self.weather.random(fault, self.name, str(len(body)))
            await asyncio.sleep(draw.uniform(*_WAITS_S[fault]))
        if fault in ("drop", "reset", "hang"):
            raise _LostError
        if fault in _STATUSES:
            return f"HTTP/1.1 {fault} {_STATUSES[fault]}\r\n{_END}".encode()
        if fault == "garbage":
            return (
                f"HTTP/1.1 200 OK\r\n{_END.replace(': 0', f': {len(_GARBAGE)}')}".encode()
                + _GARBAGE
            )
        if fault == "request cut":
            await self._pass_on(head, body, cut=True)
            raise _LostError
        times = 3 if fault == "three times" else 1
        answers = await asyncio.gather(*(self._pass_on(head, body) for _ in range(times)))
        if fault == "answer lost":
            raise _LostError
        return answers[0][: len(answers[0]) // 2] if fault == "answer cut" else answers[0]

    async def _pass_on(self, head: bytes, body: bytes, *, cut: bool = False) -> bytes:
        reader, writer = await asyncio.open_connection(HOST, self.target, limit=_LIMIT)
        try:
            writer.write(_CONNECTION.sub(b"", head[:-4]) + b"\r\nConnection: close\r\n\r\n")
            writer.write(body[: len(body) // 2] if cut else body)
            await writer.drain()
            if cut:
                return b""
            answer = await reader.read(-1)
        finally:
            writer.close()
        if not answer:
            raise _LostError
        self.answered[int(answer[9:12])] += 1
        if self.keep:
            self.keep(body)
        return answer


_END = "Connection: close\r\nContent-Length: 0\r\n\r\n"


async def _read(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    length = _LENGTH.search(head)
    return head, await reader.readexactly(int(length[1]) if length else 0)
