"""A person's export, opened by somebody who does not know who made it.

Nothing is unpacked to a file, so the names in it lead nowhere. What is read is bounded, whatever
the archive says of itself.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from clarity.domain.errors import PermanentError
from clarity.steps.archive import FORMAT, FORMAT_NAME
from clarity.steps.stored import StoredDocument

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# An export of decades has some gigabytes, and shrinks to a tenth of them or so.
MOST_UNPACKED: Final = 8 << 30
MOST_TIMES: Final = 250
_ANYWAY: Final = 64 << 20  # so much may come of any file
LONGEST_LINE: Final = 32 << 20  # of a document of 1 MiB: a null has one byte, and 19 as typed JSON
_LONGEST_MANIFEST: Final = 4 << 20
# What lists a zip's members is read at once, and takes some times as much memory.
_LONGEST_READ: Final = 8 << 20
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_UNREADABLE: Final = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError)


class UnusableArchiveError(PermanentError):
    """The file is no export that can be read in."""

    code = "unusable_archive"


@dataclass(slots=True)
class ArchiveReader:
    """An export that is open.

    Attributes:
        user_id: Whose it was.
    """

    user_id: str
    _archive: zipfile.ZipFile
    _left: int

    def documents(self, member: str) -> Iterator[StoredDocument]:
        """The documents in a member of the zip; none, if it is not there.

        Raises:
            UnusableArchiveError: it is damaged, too large, or holds something else.
        """
        if member not in self._archive.namelist():
            return
        for number, line in enumerate(self._lines(member), 1):
            try:
                yield StoredDocument.of_json(json.loads(line))
            except (ValueError, RecursionError):
                words = f"{member}, line {number}: expected a stored document"
                raise UnusableArchiveError(words) from None

    def _lines(self, member: str) -> Iterator[bytes]:
        try:
            with self._archive.open(_sound(self._archive, member)) as stream:
                while line := stream.readline(LONGEST_LINE + 1):
                    self._left -= len(line)
                    if len(line) > LONGEST_LINE or self._left < 0:
                        raise UnusableArchiveError(f"{member}: it unpacks to more than is allowed")
                    yield line
        except _UNREADABLE as error:
            raise UnusableArchiveError(f"{member} is damaged: {error}") from None


@contextmanager
def opened(file: Path) -> Iterator[ArchiveReader]:
    """An export.

    Raises:
        UnusableArchiveError: it is none, is not whole, or is of a version that is not known here.
    """
    with ExitStack() as held:
        try:
            source = held.enter_context(_Bounded(io.FileIO(file)))
            archive = held.enter_context(zipfile.ZipFile(source))
        except _UNREADABLE as error:
            found = f"found a file that is damaged or was cut short ({error})"
            raise UnusableArchiveError(f"expected the zip of an export, {found}") from None
        manifest = _manifest(archive)
        if not isinstance(manifest, dict) or manifest.get("name") != FORMAT_NAME:
            raise UnusableArchiveError("expected an export of this project, found another zip")
        version, user_id = manifest.get("format"), manifest.get("user_id")
        if type(version) is not int or version != FORMAT:
            newer = type(version) is int and version > FORMAT
            advice = "it was made by a newer version: update this one" if newer else "no such one"
            raise UnusableArchiveError(f"expected format {FORMAT}, found {{}}; {advice}", version)
        if not isinstance(user_id, str) or not user_id:
            raise UnusableArchiveError("user_id: expected an id, found {}", user_id)
        size = file.stat().st_size
        most = min(MOST_UNPACKED, max(_ANYWAY, MOST_TIMES * size))
        yield ArchiveReader(user_id, archive, most)


class _Bounded(io.BufferedReader):
    """A file of which nobody reads very much at once."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > _LONGEST_READ:
            raise zipfile.BadZipFile("a part of it is too large")
        return super().read(size)


def _manifest(archive: zipfile.ZipFile) -> object:
    if "manifest.json" not in archive.namelist():
        raise UnusableArchiveError("expected an export of this project, found no manifest.json")
    try:
        with archive.open(_sound(archive, "manifest.json")) as stream:
            text = stream.read(_LONGEST_MANIFEST + 1)
        found: object = json.loads(text) if len(text) <= _LONGEST_MANIFEST else None
    except (*_UNREADABLE, ValueError, RecursionError) as error:
        raise UnusableArchiveError(f"manifest.json is damaged: {error}") from None
    return found


def _sound(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    """The one member of that name, packed in a way that unpacks piece by piece."""
    (info, *others) = [each for each in archive.infolist() if each.filename == name]
    if others or info.compress_type not in _METHODS:
        raise UnusableArchiveError(f"expected one {name}, stored or deflated")
    return info
