"""HTTP/2's frames (RFC 9113, section 4), and the header blocks of gRPC's requests and answers."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from hpack import Decoder, HPACKError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS = 0x0, 0x1, 0x3, 0x4
PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = 0x6, 0x7, 0x8, 0x9
ACK = END_STREAM = 0x1
END_HEADERS, PADDED, PRIORITY = 0x4, 0x8, 0x20
INITIAL_WINDOW_SIZE, MAX_FRAME_SIZE = 0x4, 0x5
NO_ERROR, PROTOCOL_ERROR, FLOW_CONTROL_ERROR, FRAME_SIZE_ERROR = 0x0, 0x1, 0x3, 0x6
COMPRESSION_ERROR = 0x9
DEFAULT_WINDOW, DEFAULT_FRAME, MAX_WINDOW = 65_535, 16_384, 2**31 - 1

_HEADER = struct.Struct(">HBBBI")
_HEADER_BYTES = 9
_PRIORITY_BYTES = 5
_SETTING = struct.Struct(">HI")
_WORD = struct.Struct(">I")
_TIMEOUT_UNITS = {"H": 3600.0, "M": 60.0, "S": 1.0, "m": 1e-3, "u": 1e-6, "n": 1e-9}
_REMEMBERED = 256


class BrokenError(Exception):
    """The peer does not speak HTTP/2; the connection ends with this error code."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class Frame(NamedTuple):
    """One frame as it came."""

    kind: int
    flags: int
    stream: int
    payload: bytes


class Request(NamedTuple):
    """What the headers of a call say: whom it calls, for how long, how messages are packed."""

    path: str
    timeout_s: float | None
    packing: str


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    """A frame to send."""
    size = len(payload)
    return _HEADER.pack(size >> 8, size & 0xFF, kind, flags, stream) + payload


def word(value: int) -> bytes:
    """Four bytes: a window's increment, an error code, a stream."""
    return _WORD.pack(value)


def word_of(payload: bytes, mask: int = 0xFFFF_FFFF) -> int:
    """The number that a frame of four bytes carries."""
    if len(payload) != _WORD.size:
        raise BrokenError(FRAME_SIZE_ERROR, "expected four bytes")
    number: int = _WORD.unpack(payload)[0]
    return number & mask


def settings(values: dict[int, int]) -> bytes:
    """A SETTINGS frame."""
    return frame(SETTINGS, 0, 0, b"".join(_SETTING.pack(*each) for each in values.items()))


def settings_of(payload: bytes) -> Iterator[tuple[int, int]]:
    """What a SETTINGS frame sets."""
    if len(payload) % _SETTING.size:
        raise BrokenError(FRAME_SIZE_ERROR, "expected whole settings")
    return _SETTING.iter_unpack(payload)


def take_frames(received: bytearray, largest: int) -> Iterator[Frame]:
    """The whole frames at the beginning of what was received; they are gone from there."""
    begin = 0
    try:
        while len(received) - begin >= _HEADER_BYTES:
            high, low, kind, flags, stream = _HEADER.unpack_from(received, begin)
            size = high << 8 | low
            if size > largest:
                raise BrokenError(FRAME_SIZE_ERROR, f"expected {largest} bytes, found {size}")
            end = begin + _HEADER_BYTES + size
            if end > len(received):
                return
            payload = bytes(received[begin + _HEADER_BYTES : end])
            begin = end
            yield Frame(kind, flags, stream & MAX_WINDOW, payload)
    finally:
        del received[:begin]


def content(each: Frame) -> bytes:
    """The payload without padding and priority."""
    payload = each.payload
    if each.flags & PADDED:
        if not payload or payload[0] >= len(payload):
            raise BrokenError(PROTOCOL_ERROR, "expected less padding than payload")
        payload = payload[1 : len(payload) - payload[0]]
    if each.kind == HEADERS and each.flags & PRIORITY:
        payload = payload[_PRIORITY_BYTES:]
    return payload


class Headers:
    """The requests' header blocks, decoded; a client's are the same again and again."""

    def __init__(self) -> None:
        self._decoder = Decoder()
        self._known: dict[bytes, Request] = {}

    def request(self, block: bytes) -> Request:
        """What a block says."""
        found = self._known.get(block)
        if found is None:
            table = self._decoder.header_table.dynamic_entries
            before = (len(table), table[0] if table else None)
            try:
                fields = self._decoder.decode(block, raw=True)
            except HPACKError as error:
                raise BrokenError(COMPRESSION_ERROR, str(error)) from error
            found = _request({bytes(name): bytes(value) for name, value in fields})
            after = (len(table), table[0] if table else None)
            if before != after or len(self._known) > _REMEMBERED:
                self._known.clear()  # the same bytes may mean something else from now on
            else:
                self._known[block] = found
        return found


def _request(fields: dict[bytes, bytes]) -> Request:
    timeout = fields.get(b"grpc-timeout", b"").decode("ascii", "replace")
    seconds = None
    if timeout[:-1].isdecimal() and timeout[-1] in _TIMEOUT_UNITS:
        seconds = int(timeout[:-1]) * _TIMEOUT_UNITS[timeout[-1]]
    path = fields.get(b":path", b"").decode("utf-8", "replace")
    packing = fields.get(b"grpc-encoding", b"identity").decode("ascii", "replace")
    return Request(path, seconds, packing)


def header_block(fields: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Header fields, each as a literal that no table keeps."""
    return b"".join(b"\0" + _text(name) + _text(value) for name, value in fields)


def _text(text: bytes) -> bytes:
    """A string literal (RFC 7541, section 5.2), not packed by Huffman's code."""
    size = len(text)
    if size < 0x7F:  # noqa: PLR2004  what the prefix holds
        return bytes((size,)) + text
    prefix = bytearray((0x7F,))
    size -= 0x7F
    while size > 0x7F:  # noqa: PLR2004  seven bits a byte
        prefix.append(size & 0x7F | 0x80)
        size >>= 7
    prefix.append(size)
    return bytes(prefix) + text
