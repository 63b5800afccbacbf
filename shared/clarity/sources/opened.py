"""A file opened for what is in it: plain, gzip, or the export inside a zip archive.

A zip archive keeps its table of contents at its end, so a download that broke off has none. Its
members still stand behind one another, each with a header of its own: what is there is unpacked
from those.

Nothing is ever written out: names, links and paths in an archive lead nowhere. What unpacks to more
than any export holds is refused on the way.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final

from clarity.sources.errors import UnreadableSourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

FOLDER: Final = "apple_health_export/"
DAMAGED_ARCHIVE: Final = "the table of contents of the zip archive is damaged"
CUT_ARCHIVE: Final = "the zip archive has no end (an incomplete download?)"
_CHUNK: Final = 1 << 16
_PACKED: Final = 1 << 9  # bytes unpacked at a time: so much is lost where one of them is wrong
_ZIP: Final = b"PK\x03\x04"
_GZIP: Final = b"\x1f\x8b"
_HEADER: Final = struct.Struct("<4s5H3I2H")  # APPNOTE.TXT 4.3.7, the local file header
_UNKNOWN_SIZE: Final = 0x0008  # flag: the sizes follow the data
_STORED, _DEFLATED = 0, 8
# Exports of a decade have a few gigabytes, and shrink to a twentieth or fortieth in the archive.
MOST_UNPACKED: Final = 8 << 30
MOST_TIMES: Final = 250
_ANYWAY: Final = 64 << 20  # so much may come of any file
_SHOWN: Final = 80


@dataclass(frozen=True, slots=True)
class Opened:
    """The content of a file.

    Attributes:
        stream: Its bytes, unpacked.
        total: How far `done` counts.
        done: Bytes gone through, called with the bytes that were read from the stream.
        fault: What is known to be wrong with the file already, else empty.
    """

    stream: BinaryIO
    total: int
    done: Callable[[int], int]
    fault: str = ""


@contextmanager
def opened(path: Path) -> Iterator[Opened]:
    """The content of a file, by its first bytes and whatever its name is.

    Raises:
        UnreadableSourceError: There is no such file, or the archive has no export in it.
    """
    if not path.is_file():
        raise UnreadableSourceError(f"expected a file, found no file {path}")
    with _file(path) as file:
        head, size = file.read(4), path.stat().st_size
        file.seek(0)
        meter = _Meter(path.name, size)
        if head.startswith(_GZIP):
            yield Opened(_Parts(_gunzipped(file, meter)), size, lambda _: file.tell())  # type: ignore[arg-type]  # reads bytes
        elif not head.startswith(b"PK"):
            yield Opened(file, size, lambda read: read)
        elif (whole := _whole(file, path)) is not None:
            archive, member = whole
            with archive, archive.open(member) as stream:
                parts = map(meter.passed, iter(lambda: stream.read(_CHUNK), b""))
                yield Opened(_Parts(parts), member.file_size, lambda read: read)  # type: ignore[arg-type]  # the same
        else:
            fault = DAMAGED_ARCHIVE if zipfile.is_zipfile(file) else CUT_ARCHIVE
            file.seek(0)
            yield Opened(_Parts(_unpacked(file, fault, meter)), size, lambda _: file.tell(), fault)  # type: ignore[arg-type]  # the same


class _Meter:
    """Refuses what unpacks to too much."""

    def __init__(self, name: str, packed: int) -> None:
        self._name = name
        self._most = min(MOST_UNPACKED, max(_ANYWAY, MOST_TIMES * packed))
        self._count = 0

    def passed(self, part: bytes) -> bytes:
        """The part, if there were not too many of them."""
        self._count += len(part)
        if self._count > self._most:
            raise UnreadableSourceError(
                f"expected at most {self._most >> 20:,} MiB in {self._name}, found more: it unpacks"
                " to far more than an export holds, and is refused"
            )
        return part


def _file(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise UnreadableSourceError(f"{path} cannot be opened: {error.strerror}") from error


def _whole(file: BinaryIO, path: Path) -> tuple[zipfile.ZipFile, zipfile.ZipInfo] | None:
    """The archive and the export in it; None where its table of contents is missing or wrong."""
    try:
        archive = zipfile.ZipFile(file)
        member = _member(archive)
        if member.compress_type not in (_STORED, _DEFLATED):  # others unpack without a bound
            raise UnreadableSourceError(
                f"expected an export that is stored or deflated in {path.name}, found method"
                f" {member.compress_type}: pack it again with a common program"
            )
        archive.open(member).close()
    except RuntimeError as error:  # a password
        raise UnreadableSourceError(f"{path.name} cannot be unpacked: {error}") from error
    except (zipfile.BadZipFile, OSError, ValueError, struct.error):
        return None
    return archive, member


def _is_export(name: str) -> bool:
    """Whether a member is the export; its own name is translated on phones in other languages.

    Somebody who zipped it again by hand may have left the folder out.
    """
    inner = name.removeprefix(FOLDER)
    return name == "export.xml" or (
        name != inner
        and "/" not in inner
        and inner.endswith(".xml")
        and not inner.endswith("_cda.xml")
    )


def _member(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    """The export inside the archive: the one of Apple's own name, else the largest."""
    inside = [info for info in archive.infolist() if _is_export(info.filename)]
    if not inside:
        found = _listed([info.filename for info in archive.infolist()]) or "an empty archive"
        raise UnreadableSourceError(f"expected {FOLDER}export.xml in the zip, found {found}")
    return max(inside, key=lambda info: (info.filename == f"{FOLDER}export.xml", info.file_size))


def _listed(names: list[str]) -> str:
    """The first names, whatever letters they have: a terminal obeys some."""
    return ", ".join(ascii(name)[1:-1][:_SHOWN] for name in names[:5])


class _Parts(io.RawIOBase):
    """A stream of parts that are unpacked one by one.

    A read gives one part or less, so that an error in the next one costs nothing of this: EOFError
    where the file breaks off, zlib.error where it is damaged.
    """

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts = parts
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # what the reader passes
        if not self._left:  # a part may be empty, where little was packed into much
            self._left = memoryview(next((part for part in self._parts if part), b""))
        count = min(len(buffer), len(self._left))
        buffer[:count] = self._left[:count]
        self._left = self._left[count:]
        return count


def _unpacked(file: BinaryIO, fault: str, meter: _Meter) -> Iterator[bytes]:
    """The parts of the first member that is the export."""
    seen: list[str] = []
    while len(header := file.read(_HEADER.size)) == _HEADER.size and header.startswith(_ZIP):
        _, _, flags, method, _, _, _, packed, _, name_size, extra_size = _HEADER.unpack(header)
        name = file.read(name_size).decode("utf-8", "replace")
        file.seek(extra_size, io.SEEK_CUR)
        length = None if flags & _UNKNOWN_SIZE else packed
        if method not in (_STORED, _DEFLATED) or (method == _STORED and length is None):
            break
        parts = _inflated(file, meter) if method == _DEFLATED else _stored(file, length or 0)
        if _is_export(name):
            yield from parts
            return
        seen.append(name)
        for _part in parts:
            pass
        if length is None:
            _to_next_header(file)
    found = _listed(seen) or "none"
    raise UnreadableSourceError(f"expected {FOLDER}export.xml in the zip, found {found}; {fault}")


def _gunzipped(file: BinaryIO, meter: _Meter) -> Iterator[bytes]:
    """All members of a gzip file."""
    while file.peek(1):  # type: ignore[attr-defined]  # it is buffered
        yield from _inflated(file, meter, 16 + zlib.MAX_WBITS)


def _inflated(file: BinaryIO, meter: _Meter, window: int = -zlib.MAX_WBITS) -> Iterator[bytes]:
    """A deflated member; the file then stands behind it."""
    inflater = zlib.decompressobj(window)
    while not inflater.eof:
        packed = inflater.unconsumed_tail or file.read(_PACKED)
        if not packed:
            raise EOFError("the archive ends early")
        yield meter.passed(inflater.decompress(packed, _CHUNK))
    file.seek(-len(inflater.unused_data), io.SEEK_CUR)


def _stored(file: BinaryIO, length: int) -> Iterator[bytes]:
    while length > 0:
        part = file.read(min(length, _CHUNK))
        if not part:
            raise EOFError("the archive ends early")
        length -= len(part)
        yield part


def _to_next_header(file: BinaryIO) -> None:
    """Skip the descriptor that follows data whose size was not known: 12 to 24 bytes."""
    at = file.tell()
    file.seek(at + max(file.read(24 + len(_ZIP)).find(_ZIP), 0))
