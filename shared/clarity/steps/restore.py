"""A person's export, read in again where nothing is stored about them: settings and samples.

What follows from these is made anew: the same samples give the same analysis. The whole file is
looked through before anything is written, and that it is read in is noted first. Chunks are written
in the order in which they once arrived, since of two copies of a sample the first one tells in
which time zone it was recorded; the settings come last. So an import that was cut short is found to
be one, and goes on.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

from clarity.domain.consent import refusal
from clarity.domain.errors import PermanentError
from clarity.steps.archive import DAYS, PERSON
from clarity.steps.archive_reader import UnusableArchiveError, opened
from clarity.steps.stored import chunk_of, is_chunk, moment, plain, stamp

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path
    from typing import IO

    from clarity.steps.stored import StoredDocument, Typed

_LONGEST_ID: Final = 1500  # bytes
_MOST_WRITES, _MOST_BYTES = 200, 4 << 20  # of one commit; Firestore takes 10 MiB
# Of ten years that send every ten minutes; less than a kilobyte of each is held in memory.
MOST_CHUNKS: Final = 600_000
_UNTIL: Final = "expires_at"
_NAMED: Final = 5  # collections, where something is there already
IMPORTED: Final = "import_person"
# What an import leaves with the person before anything else: see `note` below.
_NOTED: Final = (f"audit/{IMPORTED}-", "audit_heads/chain")


class HeldError(PermanentError):
    """Something is stored about the person already."""

    code = "held"


class UnconsentedError(PermanentError):
    """Without consent nothing of a person is kept."""

    code = "no_consent"


class Restores(Protocol):
    """Where an export is restored."""

    def held(self, user_id: str) -> Collection[str]:
        """The paths of all that is stored about a person, below their own; "" is that itself."""

    def check(self, user_id: str, documents: Mapping[str, Mapping[str, Typed]]) -> None:
        """Look whether `add` would take the documents.

        Raises:
            RefusedError: it never would.
        """

    def add(self, user_id: str, documents: Mapping[str, Mapping[str, Typed]]) -> None:
        """Create documents, by such paths, all or none.

        Raises:
            ForgottenError: the person was erased.
        """


@dataclass(frozen=True, slots=True)
class Restored:
    """What was read in.

    Attributes:
        chunks: Pieces of samples that were written.
        samples: How many samples are in those.
        before: Pieces that an earlier import had written.
        left_out: Pieces that cannot be decoded, or do not say until when they are kept.
        settings: Whether the person's settings are in the file.
    """

    chunks: int
    samples: int
    before: int
    left_out: int
    settings: bool


@dataclass(frozen=True, slots=True, order=True)
class _Chunk:
    """A chunk in the spool: sorted by when it arrived, then as Firestore sorts names."""

    created: str
    key: tuple[bytes, ...]
    path: str = field(compare=False)
    place: tuple[int, int] = field(compare=False)  # in the spool: where, and how long
    until: str = field(compare=False)
    samples: int = field(compare=False)

    @property
    def day(self) -> str:
        return self.path.split("/")[1]


class _Found:
    """What an archive holds that can be restored; the chunks themselves are in a file."""

    def __init__(self, spool: IO[bytes], now: datetime) -> None:
        self._spool, self._now = spool, now
        self.chunks: list[_Chunk] = []
        self.settings: Mapping[str, Typed] | None = None
        self.left_out = 0

    def take_settings(self, document: StoredDocument) -> None:
        """The person's own document."""
        try:
            document.plain()
        except ValueError:
            raise UnusableArchiveError("expected settings of Firestore's types") from None
        self.settings = document.fields

    def take(self, document: StoredDocument, path: str) -> None:
        """A document below `days`: a chunk, or something that is made anew or not restored."""
        if not is_chunk(document.path):
            return
        if len(self.chunks) == MOST_CHUNKS:
            raise UnusableArchiveError(f"expected at most {MOST_CHUNKS:,} chunks, found more")
        try:
            samples, until = len(chunk_of(document).samples), _anew(document, self._now)
        except ValueError:
            self.left_out += 1
            return
        _, day, _, chunk_id = path.split("/")
        if not _is_id(chunk_id):
            raise UnusableArchiveError("expected an id that Firestore takes, found {}", chunk_id)
        line = json.dumps({**document.fields, _UNTIL: {"timestampValue": until}}).encode()
        place = (self._spool.tell(), len(line))
        self._spool.write(line)
        key = tuple(part.encode() for part in (day, chunk_id))
        self.chunks.append(_Chunk(document.created, key, path, place, until, samples))

    def fields(self, chunk: _Chunk) -> Mapping[str, Typed]:
        """The chunk's fields."""
        self._spool.seek(chunk.place[0])
        found: Mapping[str, Typed] = json.loads(self._spool.read(chunk.place[1]))
        return found

    def days(self) -> dict[str, Mapping[str, Typed]]:
        """The documents of the days that have chunks, each kept as long as its last chunk."""
        found: dict[str, Mapping[str, Typed]] = {}
        for chunk in sorted(self.chunks, key=lambda each: each.until):
            until = {"timestampValue": chunk.until}
            found[chunk.day] = {"date": {"stringValue": chunk.day}, _UNTIL: until}
        return found


def restore(
    file: Path,
    user_id: str,
    restores: Restores,
    now: datetime,
    *,
    note: Callable[[], None],
    unconsented: bool = False,
) -> Restored:
    """Read an export in.

    Args:
        file: the zip.
        user_id: whose it becomes; need not be who it was.
        restores: where to.
        now: from now on the chunks are kept, for as long as they were to be kept.
        note: records that it is read in; called before the first write, when all was looked at.
        unconsented: also where the settings in it give no consent to the analysis.

    Raises:
        UnconsentedError: they give none.
        RefusedError: it holds what the database does not take.
        UnusableArchiveError: it is no whole export, or of a version that this cannot read.
        HeldError: there is something else about the person.
        ForgottenError: the person was erased lately.
    """
    with tempfile.TemporaryFile() as spool:
        found = _looked_through(file, spool, now)
        if not unconsented:
            _check_consent(found.settings)
        held, days = restores.held(user_id), found.days()
        _check_free(found, days, held)
        missing = [chunk for chunk in found.chunks if chunk.path not in held]
        for paths in ({"": found.settings or {}}, {f"days/{day}": days[day] for day in days}):
            restores.check(user_id, paths)
        for chunk in missing:
            restores.check(user_id, {chunk.path: found.fields(chunk)})
        note()
        written = {day for day in days if f"days/{day}" in held}
        for batch in _batches(missing):
            documents = {chunk.path: found.fields(chunk) for chunk in batch}
            new = {chunk.day for chunk in batch} - written
            restores.add(user_id, documents | {f"days/{day}": days[day] for day in new})
            written |= new
    if found.settings is not None:
        restores.add(user_id, {"": found.settings})
    return Restored(
        chunks=len(missing),
        samples=sum(chunk.samples for chunk in missing),
        before=len(found.chunks) - len(missing),
        left_out=found.left_out,
        settings=found.settings is not None,
    )


def _looked_through(file: Path, spool: IO[bytes], now: datetime) -> _Found:
    with opened(file) as archive:
        person = f"users/{archive.user_id}"
        found = _Found(spool, now)
        for document in archive.documents(PERSON):
            if document.path != person or found.settings is not None:
                raise UnusableArchiveError("expected one document of settings, found another one")
            found.take_settings(document)
        for document in archive.documents(DAYS):
            if not document.path.startswith(f"{person}/days/"):
                raise UnusableArchiveError("expected one person's days, found something else")
            found.take(document, document.path.removeprefix(f"{person}/"))
    found.chunks.sort()
    if len({chunk.path for chunk in found.chunks}) < len(found.chunks):
        raise UnusableArchiveError("expected each document once, found one twice")
    return found


def _check_consent(settings: Mapping[str, Typed] | None) -> None:
    """Refuse what ingest would not have stored, either."""
    found = {name: plain(value) for name, value in (settings or {}).items()}
    if refusal(found) is not None:
        raise UnconsentedError(
            "expected settings with consent to the analysis, found none: without it nothing of a "
            "person is kept"
        )


def _check_free(found: _Found, days: Collection[str], held: Collection[str]) -> None:
    """Refuse to mix what is there with what is read in."""
    ours = {chunk.path for chunk in found.chunks} | {f"days/{day}" for day in days}
    if foreign := [path for path in held if path not in ours and not path.startswith(_NOTED)]:
        kinds = sorted({path.partition("/")[0] or "settings" for path in foreign})
        raise HeldError(
            "expected nothing to be stored about this person, or only what an earlier try of this "
            f"import wrote; found {len(foreign)} more, of {', '.join(kinds[:_NAMED])}"
        )


def _batches(chunks: Sequence[_Chunk]) -> Iterator[list[_Chunk]]:
    """Chunks that may come at one moment: those of a commit are read by the order of names."""
    batch: list[_Chunk] = []
    size = 0
    for chunk in chunks:
        size += chunk.place[1]
        full = len(batch) == _MOST_WRITES or size > _MOST_BYTES
        if batch and (full or chunk.key < batch[-1].key):
            yield batch
            batch, size = [], chunk.place[1]
        batch.append(chunk)
    if batch:
        yield batch


def _anew(document: StoredDocument, now: datetime) -> str:
    """Until when a chunk is kept: as long from now on as it was from its arrival on."""
    until = document.fields.get(_UNTIL, {}).get("timestampValue")
    if not isinstance(until, str):
        raise ValueError(f"{_UNTIL}: expected a time")  # noqa: TRY004  what was read is wrong
    lasting = moment(until)[0] - moment(document.created)[0]
    try:
        return stamp((now.replace(microsecond=0) + lasting, 0))
    except OverflowError:
        raise ValueError(f"{_UNTIL}: expected a time of this era") from None


def _is_id(text: str) -> bool:
    """Whether Firestore takes it for a document's id."""
    reserved = text in {"", ".", ".."} or (text.startswith("__") and text.endswith("__"))
    encoded = text.encode("utf-8", "replace")  # half a surrogate pair becomes a question mark
    return not reserved and encoded.decode() == text and len(encoded) <= _LONGEST_ID
