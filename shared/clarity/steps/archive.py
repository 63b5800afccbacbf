"""The zip of a person's export, written as it is read: nothing of it is held as a whole.

README.txt                     what is here, in plain words
manifest.json                  the format's version, whose it is, counts, what could not be read
documents/person.jsonl         their own document
documents/<collection>.jsonl   everything below, a line a document, deeper collections with it
about/<collection>.jsonl       what names them elsewhere
series/samples/2026-01.csv     their samples, each once
series/minutes/2026-01.csv     the minutes that these come to
fhir/bundle.json               for other health programs
"""

from __future__ import annotations

import hashlib
import itertools
import json
import re
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final, Protocol
from urllib.parse import quote

import clarity
from clarity.steps import export_fhir
from clarity.steps.export_series import (
    MINUTES_HEADER,
    SAMPLES_HEADER,
    Block,
    blocks,
    day_values,
    minute_rows,
    month_of,
    sample_rows,
)
from clarity.steps.export_words import readme
from clarity.steps.stored import chunk_of, is_chunk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import IO

    from clarity.steps.export_series import Arrived
    from clarity.steps.stored import StoredDocument

FORMAT: Final = 1
FORMAT_NAME: Final = "clarity-loop export"
PERSON: Final = "documents/person.jsonl"
DAYS: Final = "documents/days.jsonl"
# Outside of the person's own documents, these have a field `user_id`.
ELSEWHERE: Final = ("claims", "dead_letters")
_LONGEST_FILE_NAME: Final = 100
_NAMED: Final = 1000  # undecodable chunks that the readme and the manifest name; all are counted


class Documents(Protocol):
    """What is stored about a person, with the types kept."""

    def person(self, user_id: str) -> StoredDocument | None:
        """Their own document."""

    def collections(self, user_id: str) -> Sequence[str]:
        """The collections right below it."""

    def of(self, user_id: str, collection: str) -> Iterator[StoredDocument]:
        """The documents of one of them and of all collections below, by path."""

    def naming(self, user_id: str, collection: str) -> Iterator[StoredDocument]:
        """The documents of a collection of the project whose `user_id` is theirs."""


@dataclass(slots=True)
class Written:
    """What went into an export.

    Attributes:
        documents: How many, all together.
        counts: By member of the zip.
        samples: How many, each once.
        days: On how many days.
        observations: In the FHIR Bundle.
        undecodable: Paths of the chunks that are not in the series, at most `_NAMED` of them.
        undecoded: How many these are.
    """

    counts: dict[str, int] = field(default_factory=dict)
    samples: int = 0
    days: int = 0
    observations: int = 0
    undecodable: list[str] = field(default_factory=list)
    undecoded: int = 0

    @property
    def documents(self) -> int:
        """How many documents, all together."""
        return sum(self.counts.values())


def write_archive(out: IO[bytes], documents: Documents, user_id: str, at: datetime) -> Written:
    """Write a person's export.

    Args:
        out: where to; need not be seekable.
        documents: what is stored.
        user_id: whose.
        at: now.
    """
    written = Written()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
        writing = _Archive(archive, documents, user_id, at.astimezone(UTC), written)
        writing.documents_of_person()
        writing.about()
        writing.bundle(writing.series())
        writing.words()
    return written


@dataclass(frozen=True, slots=True)
class _Archive:
    archive: zipfile.ZipFile
    stored: Documents
    user_id: str
    at: datetime
    written: Written

    def documents_of_person(self) -> None:
        person = self.stored.person(self.user_id)
        if person is not None:
            self._lines(PERSON, iter([person]))
        for collection in self.stored.collections(self.user_id):
            name = f"documents/{file_name(collection)}.jsonl"
            self._lines(name, self.stored.of(self.user_id, collection))

    def about(self) -> None:
        for collection in ELSEWHERE:
            found = self.stored.naming(self.user_id, collection)
            first = next(found, None)
            if first is not None:
                self._lines(f"about/{collection}.jsonl", itertools.chain([first], found))

    def series(self) -> list[tuple[date, str, float]]:
        """Samples and minutes by month; the values of days, which are few, are returned."""
        values: list[tuple[date, str, float]] = []
        months = itertools.groupby(blocks(self._days()), lambda block: month_of(block.days[0]))
        for month, found in months:
            values += self._month(month, found)
        return values

    def _month(self, month: str, found: Iterator[Block]) -> list[tuple[date, str, float]]:
        values: list[tuple[date, str, float]] = []
        minutes = []
        with self._member(f"series/samples/{month}.csv") as out:
            out.write(f"{','.join(SAMPLES_HEADER)}\n".encode())
            for block in found:
                out.write(sample_rows(block).encode("utf-8", "replace"))
                minutes.append(minute_rows(block))
                values += day_values(block)
                self.written.samples += len(block.samples)
                self.written.days += len(block.days)
        with self._member(f"series/minutes/{month}.csv") as out:
            out.write(f"{','.join(MINUTES_HEADER)}\n".encode())
            for rows in minutes:
                out.write(rows.encode())
        return values

    def bundle(self, values: list[tuple[date, str, float]]) -> None:
        with self._member("fhir/bundle.json") as out:
            start = json.dumps(export_fhir.head(self.at))[:-1]
            out.write(f'{start}, "entry": [\n'.encode())
            for number, resource in enumerate(self._resources(values)):
                text = json.dumps(export_fhir.entry(resource), allow_nan=False)
                out.write((",\n" if number else "").encode() + text.encode())
                self.written.observations += resource["resourceType"] == "Observation"
            out.write(b"\n]}\n")

    def words(self) -> None:
        written = self.written
        manifest = {
            "format": FORMAT,
            "name": FORMAT_NAME,
            "user_id": self.user_id,
            "exported_at": self.at.isoformat(),
            "software": clarity.__version__,
            "documents": written.counts,
            "samples": written.samples,
            "days": written.days,
            "observations": written.observations,
            "undecodable_chunks": written.undecoded,
            "undecodable": written.undecodable,
        }
        with self._member("manifest.json") as out:
            out.write(json.dumps(manifest, indent=2, ensure_ascii=False).encode())
        with self._member("README.txt") as out:
            out.write(readme(self.user_id, self.at, written).encode())

    def _resources(self, values: list[tuple[date, str, float]]) -> Iterator[dict[str, Any]]:
        person = self.stored.person(self.user_id)
        yield export_fhir.patient(self.user_id, _readable(person))
        for day, kind, value in values:
            yield export_fhir.of_day(self.user_id, day, kind, value)
        for found in self.stored.of(self.user_id, "analyses"):
            yield from export_fhir.of_analysis(self.user_id, found.path, _readable(found))

    def _days(self) -> Iterator[tuple[date, list[Arrived]]]:
        """The chunks that can be decoded, day by day."""
        stored = (each for each in self.stored.of(self.user_id, "days") if is_chunk(each.path))
        for _, group in itertools.groupby(stored, lambda each: each.path.split("/")[3]):
            decoded = []
            for each in group:
                try:
                    decoded.append((each.created, chunk_of(each)))
                except ValueError:
                    self._not_decoded(each.path)
            if decoded:
                yield decoded[0][1].day, decoded

    def _not_decoded(self, path: str) -> None:
        self.written.undecoded += 1
        if len(self.written.undecodable) < _NAMED:
            self.written.undecodable.append(path)

    def _lines(self, member: str, found: Iterator[StoredDocument]) -> None:
        with self._member(member) as out:
            count = 0
            for each in found:
                text = json.dumps(each.to_json(), ensure_ascii=False, separators=(",", ":"))
                out.write(text.encode("utf-8") + b"\n")
                count += 1
            self.written.counts[member] = count

    @contextmanager
    def _member(self, name: str) -> Iterator[IO[bytes]]:
        info = zipfile.ZipInfo(name, self.at.timetuple()[:6])
        info.compress_type = zipfile.ZIP_DEFLATED
        info.external_attr = 0o600 << 16  # only its owner reads it where it is unpacked
        with self.archive.open(info, "w", force_zip64=True) as out:
            yield out


def file_name(collection: str) -> str:
    """A collection's name as that of a file, on any system: nothing in it leads anywhere.

    >>> file_name("days"), file_name("../é"), file_name("person")
    ('days', '%2E%2E%2F%C3%A9', '%70erson')
    """
    if collection == "person":  # which PERSON is called
        return "%70erson"
    if re.fullmatch(r"[A-Za-z0-9_-]{1,100}", collection):
        return collection
    name = quote(collection, safe="").replace(".", "%2E")
    if len(name) > _LONGEST_FILE_NAME:
        digest = hashlib.sha256(collection.encode()).hexdigest()
        return f"{name[:30].rstrip('%')}-{digest}"
    return name


def _readable(document: StoredDocument | None) -> dict[str, object]:
    try:
        return {} if document is None else document.plain()
    except ValueError:
        return {}
