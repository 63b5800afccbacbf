"""What no log may hold: values, names, sentences, prompts, keys, tokens, and who somebody is.

`Kept` sees each record that this process logs, in the form that a function would print it in.
`check_state` reads what an embedded cloud's processes wrote, and the reasons of its dead letters,
beside what was written to its Firestore, `check_files` whatever else lies about. Each fails with
the lines that say too much.
"""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3
import struct
from functools import cache
from typing import TYPE_CHECKING, Any

from google.cloud.firestore_v1.types import Document
from google.pubsub_v1.types import PubsubMessage

from clarity.adapters import log

if TYPE_CHECKING:
    import logging
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

# A number that stands alone: no part of an id, a date, a time, an address or a version.
NUMBER = re.compile(r"(?<![\w.:/#+-])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\w:/-]|\.\d)")
# Where a number is no value: a process, a line of code, a port, a count or a time of our own.
OURS = re.compile(
    r"\[\d+\]|, line \d+|\(\d+\)|(?:port|pid|id|attempt|in) \d+|\d+ bytes"
    r'|"(?:people|analyses|predictions|failed|chains|whole|records|findings|chunks)": \d+'
    r'|"(?:seconds|ms|count|status|\w+_tokens|bytes|event_id|message_id|spanId)": "?[\d.]+'
)
TOKENS = re.compile(
    r"[Bb]earer [\w.~+/-]{8,}|\beyJ[\w-]{8,}\.[\w-]{8,}|\bAIza[\w-]{20,}|PRIVATE KEY-----"
)
# Of a person's documents: which texts are theirs, or about them.
_PRIVATE = frozenset(
    {
        "name", "product_type", "hardware_version", "manufacturer", "push_token", "words",
        "text", "narrative", "title", "body", "note", "notes", "birth_date", "region", "time_zone",
    }
)  # fmt: skip
WORD = re.compile(r"[A-Za-z0-9]+")
_DIGITS = 4
_ID = 3
_LETTERS = 5
_TELLING = 6  # letters of an id that is found inside of words, too, as a log hides it
_SAMPLED = 200  # uploads of a state whose texts are read: their names repeat


class LeakError(AssertionError):
    """A log says what it may not."""


class Secrets:
    """Texts and numbers that no line may hold."""

    def __init__(self) -> None:
        self.texts: set[str] = set()
        self.numbers: set[float] = set()
        # Short ids by the longest word in them, the others by how they begin.
        self.people: dict[str, set[str]] = {}

    def person(self, user_id: str) -> None:
        """Somebody's id; of less than three letters it might be anything."""
        if len(user_id) >= _TELLING:
            self.people.setdefault(user_id[:_TELLING], set()).add(user_id)
        elif len(user_id) >= _ID and (words := WORD.findall(user_id)):
            self.people.setdefault(max(words, key=len), set()).add(user_id)

    def named(self, line: str) -> Iterator[str]:
        """Whom the line names: by a short id as a word, by a long one inside of words, too."""
        starts = {line[at : at + _TELLING] for at in range(len(line) - _TELLING + 1)}
        for start in self.people.keys() & (starts | set(WORD.findall(line))):
            yield from (each for each in self.people[start] if each in line)

    def add(self, value: object, key: str = "") -> None:
        """Everything private in a document, or one text."""
        if isinstance(value, dict):
            for name, each in value.items():
                self.add(each, str(name))
        elif isinstance(value, list | tuple):
            for each in value:
                self.add(each, key)
        elif isinstance(value, str):
            if _is_private(key, value):
                self.texts.add(value)
        elif isinstance(value, float | int) and _significant(value):
            self.numbers.add(float(value))

    def keep(self, texts: Iterable[str]) -> None:
        """Keys and the like, whatever they look like."""
        self.texts |= {each for each in texts if len(each) >= 2 * _LETTERS}

    def found(self, line: str) -> Iterator[str]:
        """What the line gives away."""
        yield from TOKENS.findall(line)
        yield from (text for text in self.texts if text in line)
        yield from self.named(_told(line))
        if self.numbers:
            yield from (each for each in numbers(line) if abs(float(each)) in self.numbers)


def _told(line: str) -> str:
    """The line without its stack: that is code, and tests name people in theirs."""
    if '"exception": ' not in line:
        return line
    fields = json.loads(line)
    return json.dumps({name: value for name, value in fields.items() if name != "exception"})


def _is_private(key: str, text: str) -> bool:
    return len(text) >= _LETTERS and (key in _PRIVATE or " " in text)


def _significant(value: float) -> bool:
    digits = repr(float(value)).partition("e")[0].replace(".", "").replace("-", "").strip("0")
    return len(digits) >= _DIGITS


def numbers(line: str) -> list[str]:
    """The numbers in a line that might be values."""
    return [each for each in NUMBER.findall(OURS.sub(" ", line)) if _significant(float(each))]


@cache
def told() -> frozenset[str]:
    """Lines of our prompts, phrases and texts that are long enough to be nothing else."""
    from tests.cloud import REPOSITORY  # noqa: PLC0415  which imports this module

    package = REPOSITORY / "shared/clarity"
    files = [*package.glob("adapters/prompts/*.md"), *package.glob("domain/words/phrases/*.txt")]
    lines = {line.strip() for file in files for line in file.read_text().splitlines()}
    pieces = {
        piece.strip()
        for file in package.glob("domain/words/texts/*.ftl")
        for line in file.read_text().splitlines()
        if not line.startswith("#")
        for piece in re.split(r"\{[^}]*\}|^[\w-]+ = ", line)
    }
    return frozenset(each for each in lines | pieces if len(each) >= 24 and " " in each)


class Kept:
    """The lines that this process logs, and what they may not hold."""

    def __init__(self) -> None:
        self.secrets = Secrets()
        self.lines: list[str] = []
        self._formatter = log.JsonLines("clarity-local")

    def record(self, record: logging.LogRecord) -> None:
        self.lines.append(self._formatter.format(record))

    def check(self) -> None:
        """Forget the lines; fail if one of them says too much."""
        lines, self.lines = self.lines, []
        leaks = [f"{line} <- {found!r}" for line in lines for found in self.secrets.found(line)]
        self.secrets.people.clear()  # another test's people may be called like a word of ours
        _raise(leaks)
        text = "\n".join(lines)
        _raise(f"a line of ours in a log: {each!r}" for each in told() if text and each in text)


KEPT = Kept()


def check_files(files: Iterable[Path], secrets: Secrets) -> None:
    """Fail if one of the files says too much."""
    for file in files:
        text = file.read_text(errors="replace")
        if leaks := {found for line in text.splitlines() for found in secrets.found(line)}:
            raise LeakError(f"{file} holds {sorted(leaks)[:10]}")
        if leaks := {each for each in told() if each in text}:
            raise LeakError(f"{file} holds {sorted(leaks)[:10]}")


def check_state(state: Path) -> None:
    """Fail if logs or letters of an embedded cloud hold something of what is in its Firestore."""
    files = sorted(state.rglob("*.log"))
    reasons = set(_reasons(state))
    lines = {line for file in files for line in file.read_text(errors="replace").splitlines()}
    lines |= reasons
    suspects = {each for line in lines for each in numbers(line)}
    secrets, wrote = Secrets(), Secrets()
    needles = {needle: float(each) for each in suspects for needle in _stored(float(each))}
    for user_id in _people(state):
        secrets.person(user_id)
    for document in _documents(state, needles, secrets):
        secrets.add(document)
        # What went wrong is said to the person in the same words, beside what they wrote.
        wrote.add({name: each for name, each in document.items() if name != "reason"})
    check_files(files, secrets)
    wrote.numbers |= secrets.numbers
    wrote.people = secrets.people
    _raise(f"a letter: {each} <- {found!r}" for each in reasons for found in wrote.found(each))


@contextlib.contextmanager
def _opened(state: Path) -> Iterator[sqlite3.Connection]:
    """A cloud's file, to be read; an empty one where no cloud has been."""
    there = (state / "cloud.db").exists()
    place = f"file:{state / 'cloud.db'}?mode=ro" if there else ":memory:"
    with contextlib.closing(sqlite3.connect(place, uri=there)) as database:
        if not there:
            database.execute("CREATE TABLE firestore_documents (name, document)")
            database.execute("CREATE TABLE pubsub_messages (body)")
        yield database


def _people(state: Path) -> Iterator[str]:
    """Everybody of whom there is a document."""
    with _opened(state) as database:
        rows = database.execute(
            "SELECT name FROM firestore_documents WHERE name LIKE '%/documents/users/%'"
        )
        yield from {name.partition("/documents/users/")[2].partition("/")[0] for (name,) in rows}


def _reasons(state: Path) -> Iterator[str]:
    """What a state's dead letters say went wrong, in their topic and where they are kept."""
    with _opened(state) as database:
        for (blob,) in database.execute("SELECT body FROM pubsub_messages"):
            yield PubsubMessage.deserialize(blob).attributes.get("reason", "")
        for (blob,) in database.execute(
            "SELECT document FROM firestore_documents WHERE name LIKE '%/documents/dead_letters/%'"
        ):
            yield Document.deserialize(blob).fields["reason"].string_value


def _documents(
    state: Path, needles: Mapping[bytes, float], secrets: Secrets
) -> Iterator[dict[str, Any]]:
    """The people's documents; of many uploads some, and any that holds a suspect number."""
    read = 0
    with _opened(state) as database:
        rows = database.execute(
            "SELECT name, document FROM firestore_documents WHERE name LIKE '%/documents/users/%'"
            " AND name NOT LIKE '%/chunks/%'"
        )
        for name, blob in rows:
            secrets.numbers |= {abs(number) for needle, number in needles.items() if needle in blob}
            read += "/uploads/" in name
            if "/uploads/" not in name or read < _SAMPLED:
                yield _texts(Document.pb(Document.deserialize(blob)).fields)


def _stored(number: float) -> Iterator[bytes]:
    """How Firestore's protobuf holds a number: as a double, and a whole one as a varint."""
    for each in {number, abs(number)}:
        yield b"\x19" + struct.pack("<d", each)
        if each.is_integer() and each > 0:
            yield b"\x10" + _varint(int(each))


def _varint(number: int) -> bytes:
    parts = []
    while number > 0x7F:
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*parts, number])


def _texts(fields: Any) -> dict[str, Any]:
    """The texts of a document; its numbers are looked for in its bytes."""
    found: dict[str, Any] = {}
    for name, value in fields.items():
        kind = value.WhichOneof("value_type")
        if kind == "string_value":
            found[name] = value.string_value
        elif kind == "map_value":
            found[name] = _texts(value.map_value.fields)
        elif kind == "array_value":
            found[name] = [_texts({name: each}) for each in value.array_value.values]
    return found


def _raise(leaks: Iterable[str]) -> None:
    if said := sorted(set(leaks)):
        raise LeakError("a log says too much:\n" + "\n".join(said[:10]))
