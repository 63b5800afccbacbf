"""A document's bytes in two parts, the small fields and the large: most queries need the first.

The parts are encoded documents themselves and, joined, the whole one: protobuf merges the fields of
messages that follow each other.
"""

from __future__ import annotations

_WHOLE = 1024  # a document of so many bytes is not split
_LARGE = 512  # a field of more is a large one
# The tags of name, fields, create_time and update_time, a byte each: their lengths follow.
_FIELD = 0x12
_TAGS = frozenset({0x0A, _FIELD, 0x1A, 0x22})


def split(encoded: bytes) -> tuple[bytes, bytes]:
    """The document without its large fields, and those alone."""
    if len(encoded) <= _WHOLE:
        return encoded, b""
    small: list[bytes] = []
    large: list[bytes] = []
    begin = 0
    while begin < len(encoded):
        end = _end(encoded, begin)
        is_large = encoded[begin] == _FIELD and end - begin > _LARGE
        (large if is_large else small).append(encoded[begin:end])
        begin = end
    return b"".join(small), b"".join(large)


def _end(encoded: bytes, begin: int) -> int:
    """Where the field ends that begins there; of one that is not known, and the rest: the end."""
    if encoded[begin] not in _TAGS:
        return len(encoded)
    size = shift = 0
    for position in range(begin + 1, len(encoded)):
        size |= (encoded[position] & 0x7F) << shift
        if encoded[position] < 0x80:  # noqa: PLR2004 - the last byte of a varint
            return position + 1 + size
        shift += 7
    return len(encoded)
