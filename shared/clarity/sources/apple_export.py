"""Apple Health's `export.xml`, plain or in its `export.zip`, read as a stream into columns.

The file is often a gigabyte, begins with a document type declaration that some iOS versions wrote
wrongly, lists each type's records apart, and ends early when a download did. So: one pass in
constant memory, the declaration is skipped (and refused if it declares entities), only the last
days are kept, and a broken file gives what stood before the break and says where that is.
"""

from __future__ import annotations

import codecs
import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final
from xml.parsers import expat  # entities and declarations are refused below, before expat sees them

from clarity.sources.errors import UnreadableSourceError
from clarity.sources.health_records import Records
from clarity.sources.opened import opened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from clarity.domain.intake.samples import Rejection, Samples
    from clarity.sources.opened import Opened

CHUNK: Final = 1 << 16
SHOWN_EVERY: Final = 1 << 20  # bytes between two calls of `progress`
LONGEST_HEAD: Final = 1 << 20  # bytes within which the document type declaration has to end
LONGEST_TAG: Final = 16 << 20  # bytes of one tag; the parser keeps it all until it ends
DEEPEST: Final = 100_000  # tags left open in each other; an export has four
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Export:
    """What an export holds.

    Attributes:
        samples: Of the last days, each once.
        rejected: Records of those days that cannot be true; the index is the record's number in
            the file, from 0.
        skipped: Records that were not taken, by type or reason.
        older: Records of used types before those days.
        exported: When the file says that it was made; None where it does not, and only the clock
            tells records of the future.
        broken_at: Where reading stopped early, and why; None for a whole file.
    """

    samples: Samples
    rejected: tuple[Rejection, ...]
    skipped: Counter[str]
    older: int
    exported: datetime | None
    broken_at: str | None


def read_export(
    path: str | Path,
    *,
    last_days: int | None = 28,
    time_zone: str | None = None,
    progress: Callable[[int, int], None] | None = None,
    now: datetime | None = None,
) -> Export:
    """Read the last days of an Apple Health export.

    Args:
        path: `export.xml`, or the `export.zip` that the Health app shares.
        last_days: local days to keep, counted back from the newest record; None keeps all, in
            memory that grows with the file.
        time_zone: IANA name for all samples; None takes the zone that a record notes, else the
            offset that its date has.
        progress: called with (bytes read, bytes in all) after each megabyte.
        now: samples of more than a day later, or than the export was made, are rejected; by
            default the clock.

    Raises:
        UnreadableSourceError: not an Apple Health export, or nothing in it can be used.
    """
    records = Records(last_days, now or datetime.now(UTC))
    with opened(Path(path)) as source:
        broken_at = _feed(records, source, progress or (lambda _done, _total: None))
    samples, rejected = records.samples(time_zone)
    if not len(samples):
        raise UnreadableSourceError(_nothing(Path(path).name, records, rejected, broken_at))
    return Export(samples, rejected, records.skipped, records.older, records.exported, broken_at)


def _nothing(
    name: str, records: Records, rejected: tuple[Rejection, ...], broken_at: str | None
) -> str:
    found = records.skipped + Counter(f"{each.code} records" for each in rejected)
    listed = ", ".join(f"{count} {kind}" for kind, count in found.most_common(3)) or "none"
    where = f"; the file broke at {broken_at}" if broken_at else ""
    return f"expected health records in {name}, found {listed}{where}"


def _feed(records: Records, source: Opened, progress: Callable[[int, int], None]) -> str | None:
    """Push the stream through the parser; where it broke, if it did."""
    stream, encoding = _decoded(source.stream)
    parser = expat.ParserCreate(encoding)
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    records.listen_to(parser)
    done, shown, depth = 0, 0, 0
    try:
        for chunk in _without_doctype(stream):
            parser.Parse(chunk, False)
            done += len(chunk)
            depth += _left_open(chunk)
            _check(done - parser.CurrentByteIndex, depth)
            if done - shown >= SHOWN_EVERY:
                shown = done
                progress(source.done(done), source.total)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        reason = expat.ErrorString(error.code)
        where = f"line {error.lineno}, byte {max(0, parser.ErrorByteIndex)}: {reason}"
        return f"{where}; {source.fault}" if source.fault else where
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        place = f"line {parser.CurrentLineNumber}, byte {done} of the unpacked text"
        return f"{place}, while unpacking: {source.fault or error or 'the archive ends early'}"
    progress(source.total, source.total)
    return f"behind the export, which is whole: {source.fault}" if source.fault else None


def _left_open(chunk: bytes) -> int:
    """How many more tags it opens than it closes, nearly: comments and odd values count as tags."""
    return chunk.count(b"<") - 2 * chunk.count(b"</") - chunk.count(b"/>")


def _check(unread: int, depth: int) -> None:
    """Refuse what is made to fill the memory, not to be read."""
    if unread > LONGEST_TAG:
        raise UnreadableSourceError(
            f"expected tags of at most {LONGEST_TAG >> 20} MiB, found a longer one: refused"
        )
    if depth > DEEPEST:
        raise UnreadableSourceError(f"expected tags that end, found {depth:,} left open: refused")


def _decoded(stream: BinaryIO) -> tuple[Iterator[bytes], str | None]:
    """The stream in pieces and its encoding, None where the file itself says it.

    UTF-16 becomes UTF-8, so that its declaration can be looked for as in any other file.
    """
    pieces = iter(lambda: stream.read(CHUNK), b"")
    first = next(pieces, b"")
    if not first.startswith(_UTF16):
        return _chained(first, pieces), None
    name = "utf-16-le" if first.startswith(b"\xff\xfe") else "utf-16-be"
    decoder = codecs.getincrementaldecoder(name)(errors="replace")
    return (decoder.decode(piece).encode() for piece in _chained(first[2:], pieces)), "UTF-8"


def _chained(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _refuse(name: str, *_: object) -> None:
    raise UnreadableSourceError(f"expected no second declaration, found one of {name!r}: refused")


def _without_doctype(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The text with its document type declaration blanked, so that positions stay the same.

    Apple's declares elements and attributes only. Entities and outside files are refused here.
    """
    head = next(pieces, b"")
    start = head.find(b"<!DOCTYPE")
    if start >= 0:
        stop = _end_of_doctype(head, start)
        while stop < 0 and len(head) < LONGEST_HEAD and (piece := next(pieces, b"")):
            head += piece
            stop = _end_of_doctype(head, start)
        declaration = head[start : stop if stop >= 0 else len(head)]
        bracket = declaration.find(b"[")
        outside = declaration[: bracket if bracket >= 0 else None]
        if b"<!ENTITY" in declaration or b"SYSTEM" in outside or b"PUBLIC" in outside:
            raise UnreadableSourceError(
                "expected a declaration of elements only, found entities or an outside file"
            )
        blank = b"".join(b"\n" if byte == 10 else b" " for byte in declaration)  # noqa: PLR2004 - newline
        head = head[:start] + blank + head[start + len(blank) :]
    yield head
    yield from pieces


def _end_of_doctype(head: bytes, start: int) -> int:
    """Where the declaration ends; -1 if not in here."""
    bracket, close = head.find(b"[", start), head.find(b">", start)
    if close < 0:
        return -1
    if not 0 <= bracket < close:
        return close + 1
    end = head.find(b"]>", start)
    return end + 2 if end >= 0 else -1
