"""A file that somebody has, opened for what is in it, as minutes of the person's own days."""

from __future__ import annotations

import io
import zipfile
import zlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from clarity.domain.analysis import LOOKBACK_DAYS, recent_days
from clarity.domain.intake.rows import zone_named
from clarity.sources.actiwatch import HEADER_LINES, is_actiwatch, read_actiwatch
from clarity.sources.apple_export import read_export
from clarity.sources.csv_columns import header_of
from clarity.sources.errors import UnreadableSourceError
from clarity.sources.minutes_csv import HEAD_LINES, read_minutes
from clarity.sources.opened import opened
from clarity.sources.upload_json import lines_of, read_uploads

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from clarity.domain.intake.samples import Rejection
    from clarity.domain.minutes.grid import Grid
    from clarity.sources.minutes import Minutes

EXPECTED: Final = (
    "Apple's export.zip or export.xml, a CSV of minutes (.csv, .csv.gz), an Actiwatch .AWD, or"
    " uploads as JSON"
)
_SNIFFED: Final = 1 << 16  # bytes that tell what a file is
LONGEST_TEXT: Final = 1 << 28  # bytes of a table or of JSON, which are read whole
_SHOWN: Final = 40
_MARKS: Final = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))


@dataclass(frozen=True, slots=True)
class Recording:
    """What a file holds of the last days.

    Attributes:
        what: What kind of file it is.
        span: The minutes of those days, a week at least.
        remarks: What was read and how, what was left out.
        rejected: Samples that cannot be true, each with its place in the file and the reason.
        broken_at: Where reading stopped early, and why; None for a whole file.
    """

    what: str
    span: Grid
    remarks: tuple[str, ...] = ()
    rejected: tuple[Rejection, ...] = ()
    broken_at: str | None = None


def open_recording(
    path: Path,
    *,
    last_days: int = LOOKBACK_DAYS,
    time_zone: str | None = None,
    progress: Callable[[int, int], None] | None = None,
    now: datetime | None = None,
) -> Recording:
    """Read the last days of a file, recognised by its content.

    Args:
        path: See `EXPECTED`.
        last_days: Local days to keep, counted back from the newest.
        time_zone: IANA name; None takes what the file says.
        progress: Called with (bytes read, bytes in all) now and then.
        now: Later samples are rejected; by default the clock.

    Raises:
        UnreadableSourceError: It is none of these, or nothing in it can be used.
    """
    head = _head(path)
    if head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\0 \t\r\n\xff\xfe").startswith(b"<"):
        return _export(path, last_days, time_zone, progress, now or datetime.now(UTC))
    text, broken_at = _text(path)
    if progress is not None:
        progress(path.stat().st_size, path.stat().st_size)
    if text.lstrip().startswith(("{", "[")):
        uploads = _uploads(text, path.name, last_days, time_zone, now or datetime.now(UTC))
        return replace(uploads, broken_at=broken_at)
    if broken_at:
        text = text[: text.rfind("\n") + 1]  # a row that the break went through is not whole
    lines = lines_of(text)
    if is_actiwatch(lines[: HEADER_LINES + 1]):
        minutes = read_actiwatch(lines, path.name, now=now or datetime.now(UTC))
        minutes.zone = zone_named(time_zone)
        return _recording("an Actiwatch recording", minutes, last_days, broken_at)
    if header_of(lines[:HEAD_LINES]) is None and not _tabular(lines):
        shown = ascii(text[:_SHOWN]) if text else "an empty file"
        raise UnreadableSourceError(f"expected {EXPECTED}; found in {path.name}: {shown}")
    minutes = read_minutes(
        lines,
        path.name,
        time_zone=time_zone,
        last_days=last_days,
        now=now or datetime.now(UTC),
    )
    return _recording("a CSV of minutes", minutes, last_days, broken_at)


def _head(path: Path) -> bytes:
    with opened(path) as source:
        try:
            return source.stream.read(_SNIFFED)
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise UnreadableSourceError(f"{path.name} cannot be unpacked: {error}") from error


def _text(path: Path) -> tuple[str, str | None]:
    """The text of a file, and where it broke off if it was packed and did."""
    content, broken_at = io.BytesIO(), None
    with opened(path) as source:
        try:
            while piece := source.stream.read(_SNIFFED):
                content.write(piece)
                if content.tell() > LONGEST_TEXT:
                    raise UnreadableSourceError(
                        f"expected at most 256 MiB of text in {path.name}, found more"
                    )
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            broken_at = f"byte {content.tell()} of the unpacked text, while unpacking: {error}"
    raw = content.getvalue()
    encoding = next((name for mark, name in _MARKS if raw.startswith(mark)), "utf-8")
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        text = raw.decode("latin-1")  # older Windows programs; every byte is a letter of it
    return text, broken_at


def _tabular(lines: list[str]) -> bool:
    """Whether it looks like a table at least, so that its header is what is wrong."""
    return bool(lines) and lines[0].isprintable() and any(mark in lines[0] for mark in ",;")


def _recording(what: str, minutes: Minutes, last_days: int, broken_at: str | None) -> Recording:
    span = minutes.grid(last_days)
    return Recording(what, span, tuple(minutes.remarks), tuple(minutes.rejected), broken_at)


def _export(
    path: Path,
    last_days: int,
    time_zone: str | None,
    progress: Callable[[int, int], None] | None,
    now: datetime,
) -> Recording:
    export = read_export(path, last_days=last_days, time_zone=time_zone, progress=progress, now=now)
    remarks = [f"{len(export.samples):,} samples of the last {last_days} days"]
    if export.exported is None:
        remarks.append(
            "the file does not say when it was exported: records of more than a day after this"
            " machine's clock are rejected"
        )
    if export.older:
        remarks.append(f"{export.older:,} records of earlier days were passed over")
    unused = sum(export.skipped.values())
    if unused:
        most = ", ".join(f"{count:,} {kind}" for kind, count in export.skipped.most_common(3))
        remarks.append(f"{unused:,} records were not used: {most}")
    return Recording(
        "an Apple Health export",
        recent_days(export.samples, last_days),
        tuple(remarks),
        export.rejected,
        export.broken_at,
    )


def _uploads(
    text: str, name: str, last_days: int, time_zone: str | None, now: datetime
) -> Recording:
    samples, rejected, remarks = read_uploads(text, name, time_zone=time_zone, now=now)
    return Recording("uploads", recent_days(samples, last_days), tuple(remarks), rejected)
