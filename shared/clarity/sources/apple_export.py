"""Apple Health's `export.xml`, plain or in its `export.zip`, read as a stream.

The file is often a gigabyte, begins with a document type declaration that some iOS versions wrote
wrongly, lists each type's records apart, and ends early when a download did. So: one pass in
constant memory, the declaration is skipped (and refused if it declares entities), only the last
days are kept, and a broken file gives what stood before the break and says where that is.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from xml.parsers import expat  # entities and declarations are refused below, before expat sees them

from clarity.sources.errors import UnreadableSourceError
from clarity.sources.healthkit import ASLEEP, AWAKE, CORE, DEEP, IN_BED, REM, Json, instant
from clarity.sources.people import Person

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

CHUNK = 1 << 20
LONGEST_HEAD = 1 << 20  # bytes within which the document type declaration has to end
FOLDER = "apple_health_export/"

QUANTITIES: Mapping[str, str] = {
    f"HKQuantityTypeIdentifier{name[0].upper()}{name[1:]}": name
    for name in (
        "stepCount",
        "heartRate",
        "restingHeartRate",
        "heartRateVariabilitySDNN",
        "oxygenSaturation",
        "respiratoryRate",
        "activeEnergyBurned",
        "appleExerciseTime",
        "distanceWalkingRunning",
        "bodyTemperature",
    )
}
SLEEP_TYPE = "HKCategoryTypeIdentifierSleepAnalysis"
SLEEP_VALUES: Mapping[str, int] = {
    f"HKCategoryValueSleepAnalysis{name}": code
    for name, code in (
        ("InBed", IN_BED),
        ("Asleep", ASLEEP),  # before iOS 16
        ("AsleepUnspecified", ASLEEP),
        ("Awake", AWAKE),
        ("AsleepCore", CORE),
        ("AsleepDeep", DEEP),
        ("AsleepREM", REM),
    )
}
MINUTES_PER_UNIT: Mapping[str, float] = {"min": 1, "hr": 60, "h": 60, "s": 1 / 60}
HARDWARE = re.compile(r"hardware:(\S+?)(?:, |>)")


@dataclass(frozen=True, slots=True)
class Export:
    """What an export holds.

    `skipped` counts records that were not taken, by type or reason; records before the window are
    in `older`. `broken_at` says where reading stopped early, and why; None for a whole file.
    """

    person: Person
    skipped: Counter[str]
    older: int
    broken_at: str | None


def read_export(
    path: str | Path,
    *,
    last_days: int | None = 28,
    time_zone: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Export:
    """Read the last days of an Apple Health export, in the iOS client's JSON.

    Args:
        path: `export.xml`, or the `export.zip` that the Health app shares.
        last_days: local days to keep, counted back from the newest record; None keeps all, in
            memory that grows with the file.
        time_zone: IANA name for all samples; None takes the offsets that the file has.
        progress: called with (bytes read, bytes in all) after each megabyte.

    Raises:
        UnreadableSourceError: not an Apple Health export, or nothing in it can be used.
    """
    reader = _Reader(last_days)
    broken_at = None
    with _opened(Path(path)) as (stream, total):
        broken_at = _feed(reader, stream, total, progress or (lambda _done, _total: None))
    return reader.export(Path(path).name, time_zone, broken_at)


@contextmanager
def _opened(path: Path) -> Iterator[tuple[BinaryIO, int]]:
    """The XML stream and its length in bytes."""
    if not path.is_file():
        raise UnreadableSourceError(f"expected export.zip or export.xml, found no file {path}")
    with path.open("rb") as file:
        head = file.read(4)
        file.seek(0)
        if not head.startswith(b"PK"):
            yield file, path.stat().st_size
            return
        try:
            archive = zipfile.ZipFile(file)
        except zipfile.BadZipFile as error:
            raise UnreadableSourceError(
                f"expected a whole zip archive, found {path.name} without its directory of files "
                "(an incomplete download?)"
            ) from error
        with archive, archive.open(member := _member(archive)) as stream:
            yield stream, member.file_size  # type: ignore[misc]  # reads bytes, as BinaryIO does


def _member(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    """The export inside the archive; its name is translated on phones in other languages."""
    inside = [
        info
        for info in archive.infolist()
        if info.filename.startswith(FOLDER)
        and info.filename.count("/") == 1
        and info.filename.endswith(".xml")
        and not info.filename.endswith("_cda.xml")
    ]
    if not inside:
        found = ", ".join(info.filename for info in archive.infolist()[:5]) or "an empty archive"
        raise UnreadableSourceError(f"expected {FOLDER}export.xml in the zip, found {found}")
    return max(inside, key=lambda info: (info.filename == f"{FOLDER}export.xml", info.file_size))


def _feed(
    reader: _Reader, stream: BinaryIO, total: int, progress: Callable[[int, int], None]
) -> str | None:
    """Push the stream through the parser; where it broke, if it did."""
    parser = expat.ParserCreate()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    done = 0
    try:
        for chunk in _without_doctype(stream):
            parser.Parse(chunk, False)
            done += len(chunk)
            progress(done, total)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        reason = expat.ErrorString(error.code)
        return f"line {error.lineno}, byte {max(0, parser.ErrorByteIndex)}: {reason}"
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        return f"byte {done} of {total}, while unpacking: {error or 'the archive ends early'}"
    return None


def _refuse(name: str, *_: object) -> None:
    raise UnreadableSourceError(f"expected no second declaration, found one of {name!r}: refused")


def _without_doctype(stream: BinaryIO) -> Iterator[bytes]:
    """The stream with its document type declaration blanked, so that positions stay the same.

    Apple's declares elements and attributes only. Entities and outside files are refused here.
    """
    head = stream.read(LONGEST_HEAD)
    start = head.find(b"<!DOCTYPE")
    if start >= 0:
        bracket, close = head.find(b"[", start), head.find(b">", start)
        inner = 0 <= bracket < close
        stop = head.find(b"]>", start) + 2 if inner else close + 1
        declaration = head[start:stop] if stop > start else head[start:]
        outside = declaration[: bracket - start if inner else None]
        if b"<!ENTITY" in declaration or b"SYSTEM" in outside or b"PUBLIC" in outside:
            raise UnreadableSourceError(
                "expected a declaration of elements only, found entities or an outside file"
            )
        blank = b"".join(b"\n" if byte == 10 else b" " for byte in declaration)  # noqa: PLR2004 - newline
        head = head[:start] + blank + head[start + len(blank) :]
    while head:
        yield head
        head = stream.read(CHUNK)


@dataclass(slots=True)
class _Reader:
    """Takes XML elements, keeps the samples of the newest days."""

    last_days: int | None
    days: dict[str, list[tuple[str, Json]]] = field(default_factory=dict)
    skipped: Counter[str] = field(default_factory=Counter)
    older: int = 0
    oldest: str = ""  # the first local day to keep; days compare as text
    newest: str = ""
    latest: str = "9999"  # the day after the export was made: later records have a wrong clock
    current: Json | None = None
    root: str = ""
    revisions: dict[tuple[str, str, str], Json] = field(default_factory=dict)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """One opening tag."""
        if name == "MetadataEntry":
            if self.current is not None and attributes.get("key") == "HKTimeZone":
                self.current["metadata"] = {"HKTimeZone": attributes.get("value", "")}
        elif name == "Record":
            self._record(attributes)
        elif name == "Workout":
            self._keep(attributes, lambda: _workout(attributes))
        elif not self.root:
            self._begin(name)
        elif name == "ExportDate":
            exported = _moment(attributes.get("value", ""))
            self.latest = (exported.date() + timedelta(1)).isoformat() if exported else self.latest

    def end(self, name: str) -> None:
        """One closing tag."""
        if name in {"Record", "Workout"}:
            self.current = None

    def _begin(self, name: str) -> None:
        if name != "HealthData":
            raise UnreadableSourceError(
                f"expected <HealthData> as the outer element, found <{name}>"
            )
        self.root = name

    def _record(self, attributes: dict[str, str]) -> None:
        kind = attributes.get("type", "")
        if kind in QUANTITIES:
            self._keep(attributes, lambda: _quantity(attributes))
        elif kind == SLEEP_TYPE:
            self._keep(attributes, lambda: _stage(attributes))
        else:
            self.skipped[kind or "record without a type"] += 1

    def _keep(self, attributes: dict[str, str], read: Callable[[], Json | None]) -> None:
        """Store one sample under its local day, or count why not."""
        self.current = None
        day = attributes.get("startDate", "")[:10]
        if day < self.oldest:
            self.older += 1
            return
        start, end = (
            _moment(attributes.get("startDate", "")),
            _moment(attributes.get("endDate", "")),
        )
        if start is None or end is None or day > self.latest:
            self.skipped["unreadable or future date"] += 1
            return
        sample = read()
        if sample is None:
            self.skipped["unreadable value"] += 1
            return
        sample["start_date"], sample["end_date"] = (
            instant(start.timestamp()),
            instant(end.timestamp()),
        )
        sample["metadata"] = {}
        sample["source_revision"] = self._revision(attributes)
        self.days.setdefault(day, []).append((attributes["startDate"][20:], sample))
        self.current = sample
        if day > self.newest:
            self._advance(day)

    def _advance(self, day: str) -> None:
        """A newer day: days that fall out of the window are dropped."""
        self.newest = day
        if self.last_days is None:
            return
        self.oldest = (date.fromisoformat(day) - timedelta(self.last_days - 1)).isoformat()
        for old in [kept for kept in self.days if kept < self.oldest]:
            self.older += len(self.days.pop(old))

    def _revision(self, attributes: dict[str, str]) -> Json:
        """The sample's source; the export has no bundle identifier, so Apple's own is a guess."""
        name, device = attributes.get("sourceName", ""), attributes.get("device", "")
        hardware = HARDWARE.search(device)
        product = hardware[1] if hardware else ""
        version = attributes.get("sourceVersion", "")
        key = (name, product, version)
        if key not in self.revisions:
            self.revisions[key] = {
                "source": {
                    "name": name,
                    "bundle_identifier": "com.apple.health" if "Apple Inc." in device else "",
                },
                "version": version,
                "product_type": product,
                "operating_system_version": version,
            }
        return self.revisions[key]

    def export(self, name: str, time_zone: str | None, broken_at: str | None) -> Export:
        """What was read, in time order."""
        kept = [pair for day in sorted(self.days) for pair in self.days[day]]
        if not kept:
            found = ", ".join(f"{count} {kind}" for kind, count in self.skipped.most_common(3))
            where = f"; the file broke at {broken_at}" if broken_at else ""
            raise UnreadableSourceError(
                f"expected health records in {name}, found {found or 'none'}{where}"
            )
        kept.sort(key=lambda pair: (pair[1]["start_date"], pair[1]["end_date"]))
        zones = ((0, time_zone),) if time_zone else _zones(kept)
        person = Person(
            name=name,
            description="an Apple Health export",
            time_zone=zones[-1][1],
            samples=[sample for _, sample in kept],
            zones=zones,
        )
        return Export(person, self.skipped, self.older, broken_at)


def _moment(text: str) -> datetime | None:
    """`2024-01-05 23:10:00 +0100`, or None."""
    try:
        moment = datetime.fromisoformat(text[:19] + text[20:])
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _quantity(attributes: Mapping[str, str]) -> Json | None:
    try:
        value = float(attributes.get("value", ""))
    except ValueError:
        return None
    kind = QUANTITIES[attributes["type"]]
    return {"sample_type": kind, "value": value, "unit": attributes.get("unit", "")}


def _stage(attributes: Mapping[str, str]) -> Json | None:
    code = SLEEP_VALUES.get(attributes.get("value", ""))
    return None if code is None else {"sample_type": "sleepAnalysis", "category_value": code}


def _workout(attributes: Mapping[str, str]) -> Json | None:
    factor = MINUTES_PER_UNIT.get(attributes.get("durationUnit", "min"))
    try:
        minutes = float(attributes.get("duration", ""))
    except ValueError:
        return None
    if factor is None:
        return None
    return {"sample_type": "workout", "value": minutes * factor, "unit": "min"}


def _zones(kept: Iterable[tuple[str, Json]]) -> tuple[tuple[int, str], ...]:
    """(from epoch second, zone) as the offsets in the file change: by the hour, by majority."""
    hours: dict[int, Counter[str]] = {}
    for offset, sample in kept:
        hour = int(datetime.fromisoformat(sample["start_date"]).timestamp()) // 3600
        hours.setdefault(hour, Counter())[offset] += 1
    zones: list[tuple[int, str]] = []
    for hour in sorted(hours):
        zone = fixed_zone(hours[hour].most_common(1)[0][0])
        if not zones or zones[-1][1] != zone:
            zones.append((hour * 3600, zone))
    return tuple(zones)


def fixed_zone(offset: str) -> str:
    """The zone of an offset: `Etc/GMT-1` for `+0100` (POSIX signs), `GMT+0530` for `+0530`."""
    if offset.endswith("00"):
        hours = int(offset[:-2])
        return f"Etc/GMT{-hours:+d}" if hours else "Etc/UTC"
    return f"GMT{offset}"
