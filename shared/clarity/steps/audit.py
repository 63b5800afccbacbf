"""The audit: what was done with a person's data, in records that are chained, so that a gap shows.

    "" ◀── 1 ◀── 2 ◀── 3 ◀── head        each holds the hash of the one before, the head the last's

Each person has a chain, and the project has one, the ledger, for what operators do and for what
outlives a person. A record is never changed. It expires no sooner than the one before it, whatever
it asks for, and says when that one does: so what is missing has either expired or was taken away.
None expires soon after it was written: a head that says so was set back to hide what was taken.
Who may write the database can build a whole chain anew: only a number and its hash that were noted
elsewhere show that: by a process (upkeep.py), in the log, or by somebody (`clarity audit verify
--expect`).
"""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

# changed      what it says is not what its hash is of
# replaced     it is sound, and does not fit the one before it, or the head
# missing      numbers that nothing explains
# doubled      two records have one number
# unchained    it is in no chain
# no head      there are records, and nothing says where they end
# unrecorded   a result of which no record tells
Kind = Literal["changed", "replaced", "missing", "doubled", "unchained", "no head", "unrecorded"]
# The person's documents that have a record each, and how its id begins.
RECORDED: Mapping[str, str] = {
    "analyses": "predict",
    "explanations": "explain",
    "insights": "tell",
}

LONGEST = 1600  # characters; a document's id, which an app may choose, has 1,500 bytes at most
# What the ledger keeps: whoever asks about an erasure or a promotion asks within some years.
LEDGER_KEPT = timedelta(days=3 * 366)
# Each record, whatever it asks for; a worker's clock may be a day from the database's.
LEAST_KEPT, _SKEW = timedelta(days=28), timedelta(days=1)
_NAME = 200
# In this order: a bool is an int, too.
_TAGS: Mapping[type, str] = {str: "s", bool: "b", int: "i", type(None): "n"}


@dataclass(frozen=True, slots=True)
class Entry:
    """What happened: ids, names, counts and times, and never a value that was measured.

    Attributes:
        event_id: the record's id: what happens once has one, so that it is recorded once.
        fields: `action`, `at`, `expires_at` and what belongs to it; flat, and without fractions.
    """

    event_id: str
    fields: Mapping[str, object]

    def __post_init__(self) -> None:
        """Refuse what no record may hold.

        Raises:
            ValueError: a field is missing, long, or may be a measured value.
        """
        for name in ("at", "expires_at"):
            if not isinstance(self.fields.get(name), datetime):
                raise ValueError(f"{name}: expected a time")  # noqa: TRY004  as below
        if not isinstance(self.fields.get("action"), str):
            raise ValueError("action: expected a word")  # noqa: TRY004  as below
        for name, value in self.fields.items():
            if name in _OWN or not _may_stand(value):
                raise ValueError(f"{name}: expected a short text, a whole number or a time")


_OWN = frozenset({"sequence", "previous", "before_expires_at", "hash"})


def _may_stand(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= LONGEST
    return value is None or isinstance(value, int) or _timed(value)


def _timed(value: object) -> bool:
    return isinstance(value, datetime) and value.tzinfo is not None


def by_operator(
    action: str, by: str, at: datetime, user_id: str | None = None, **fields: object
) -> Entry:
    """One of us does something, each time anew: for the ledger.

    Args:
        action: what is done.
        by: who does it.
        at: when.
        user_id: whose data it is about; it is hashed.
        fields: what else is known of it.
    """
    whose = {} if user_id is None else {"subject": subject_of(user_id)}
    record = {"action": action, "by": by[:_NAME], **whose, **fields}
    kept = {"at": at, "expires_at": at + LEDGER_KEPT}
    return Entry(f"{action}-{at:%Y%m%dT%H%M%S}-{secrets.token_hex(8)}", {**record, **kept})


@dataclass(frozen=True, slots=True)
class Head:
    """Where a chain ends: the number, hash and expiry of its last record."""

    sequence: int = 0
    hash: str = ""
    expires_at: datetime | None = None


def subject_of(user_id: str) -> str:
    """A person in the ledger, where no name stands: as in the name of their tombstone."""
    return hashlib.sha256(user_id.encode()).hexdigest()


def sealed(chain: str, entry: Entry, head: Head) -> tuple[dict[str, object], Head]:
    """The record that follows a head, and the head that follows it.

    Args:
        chain: where its records are; it is part of the hash.
        entry: what happened.
        head: where the chain ends now.
    """
    at: Any = entry.fields["at"]
    asked: Any = entry.fields["expires_at"]
    expires_at = max(asked, at + LEAST_KEPT)
    if head.expires_at is not None:
        expires_at = max(expires_at, head.expires_at)
    record: dict[str, object] = {
        **entry.fields,
        "expires_at": expires_at,
        "sequence": head.sequence + 1,
        "previous": head.hash,
        "before_expires_at": head.expires_at,
    }
    hash_ = digest(chain, entry.event_id, record)
    return {**record, "hash": hash_}, Head(head.sequence + 1, hash_, expires_at)


def digest(chain: str, event_id: str, record: Mapping[str, object]) -> str:
    """The hash of a record: of its place, and of all that it says but the hash itself.

    Raises:
        ValueError: a field is none that a record may hold.
    """
    fields = {name: _tagged(value) for name, value in record.items() if name != "hash"}
    text = json.dumps([chain, event_id, fields], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _tagged(value: object) -> tuple[str, object]:
    """The value with its kind: a time is no text that reads like one."""
    if isinstance(value, datetime) and _timed(value):
        return "t", value.astimezone(UTC).isoformat(timespec="microseconds")
    tag = next((tag for kind, tag in _TAGS.items() if isinstance(value, kind)), None)
    if tag is None:
        raise ValueError("expected a text, a whole number or a time")
    return tag, value


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it was written.

    Attributes:
        kind: what is wrong.
        record: the record's id; empty where it is about the head, or about what is not there.
        why: in words.
    """

    kind: Kind
    record: str
    why: str


@dataclass(frozen=True, slots=True)
class _Link:
    event_id: str
    sequence: int
    previous: str
    hash: str
    expires_at: datetime
    before_expires_at: datetime | None
    sound: bool


def check(
    chain: str,
    records: Iterable[tuple[str, Mapping[str, object]]],
    head: Mapping[str, object] | None,
    now: datetime,
    written: datetime | None = None,
) -> list[Finding]:
    """What is wrong with a chain; nothing, if all is as it was written.

    Args:
        chain: where its records are.
        records: all that are there, in any order.
        head: the head as it is stored; None if it is not there.
        now: by the clock of the database that deletes what expires.
        written: when the head was, by the same clock; None if it is not known.
    """
    found: list[Finding] = []
    links: list[_Link] = []
    for event_id, fields in records:
        link = _link(chain, event_id, fields)
        if link is None:
            found.append(Finding("unchained", event_id, "it has no place in the chain"))
        elif not link.sound:
            found.append(Finding("changed", event_id, f"record {link.sequence} was changed"))
            links.append(link)
        elif link.expires_at > now:  # what has expired goes at a time that nobody knows
            links.append(link)
    links.sort(key=lambda each: (each.sequence, each.event_id))
    return [*found, *_among(links, now), *_at_end(links, head, now, written)]


def unrecorded(
    results: Iterable[tuple[str, str, Mapping[str, object]]], records: Container[str], now: datetime
) -> list[Finding]:
    """Results without a record: of a chain that is gone as a whole, nothing else tells.

    Args:
        results: the person's documents: collection, id, and when it expires.
        records: the ids of the records that are there.
        now: as for `check`.
    """
    found = []
    for collection, document_id, fields in results:
        expires_at, wanted = fields.get("expires_at"), f"{RECORDED[collection]}-{document_id}"
        expired = isinstance(expires_at, datetime) and expires_at <= now
        if wanted not in records and not expired:
            found.append(Finding("unrecorded", wanted, f"{collection}/{document_id} has no record"))
    return found


def expected(
    noted: tuple[int, str], records: Iterable[tuple[str, Mapping[str, object]]]
) -> list[Finding]:
    """Whether a chain still holds, or held and let expire, a record that was noted elsewhere."""
    numbers = {
        fields["sequence"]: (event_id, fields.get("hash"))
        for event_id, fields in records
        if type(fields.get("sequence")) is int
    }
    sequence, hash_ = noted
    if sequence not in numbers:
        # `check` has looked whether what is missing may have expired.
        later = any(number > sequence for number in numbers if isinstance(number, int))
        return [] if later else [_missing(sequence, sequence)]
    event_id, found = numbers[sequence]
    if found == hash_:
        return []
    return [Finding("replaced", event_id, f"record {sequence} is another one than was noted")]


def _link(chain: str, event_id: str, fields: Mapping[str, object]) -> _Link | None:
    sequence, previous, hash_ = (fields.get(name) for name in ("sequence", "previous", "hash"))
    expires_at, before = fields.get("expires_at"), fields.get("before_expires_at")
    if type(sequence) is not int or not isinstance(previous, str) or not isinstance(hash_, str):
        return None
    if not isinstance(expires_at, datetime) or not isinstance(before, datetime | None):
        return None
    try:
        sound = digest(chain, event_id, fields) == hash_
    except ValueError:
        sound = False
    return _Link(event_id, sequence, previous, hash_, expires_at, before, sound)


def _among(links: Sequence[_Link], now: datetime) -> Iterator[Finding]:
    before = _Link("", 0, "", "", now, None, sound=True)
    for link in links:
        gap = link.sequence - before.sequence
        explained = link.sound and link.before_expires_at and link.before_expires_at <= now
        if gap < 1:
            yield Finding("doubled", link.event_id, f"{before.event_id} is {link.sequence}, too")
        elif gap > 1 and not explained:
            yield _missing(before.sequence + 1, link.sequence - 1)
        elif gap == 1 and link.previous != before.hash and link.sound:
            why = f"record {link.sequence} does not follow {before.event_id or 'nothing'}"
            yield Finding("replaced", link.event_id, why)
        before = link


def _at_end(
    links: Sequence[_Link],
    head: Mapping[str, object] | None,
    now: datetime,
    written: datetime | None,
) -> Iterator[Finding]:
    last = links[-1] if links else None
    if head is None:
        if last:
            yield Finding("no head", "", f"nothing says that record {last.sequence} is the last")
        return
    sequence, hash_, expires_at = (head.get(name) for name in ("sequence", "hash", "expires_at"))
    if type(sequence) is not int or not isinstance(expires_at, datetime):
        yield Finding("changed", "", "the head was changed")
        return
    if last and last.sequence > sequence:
        yield Finding("replaced", last.event_id, f"the head says that {sequence} is the last")
    elif last and last.sequence == sequence:
        if (hash_, expires_at) != (last.hash, last.expires_at) and last.sound:
            yield Finding("replaced", last.event_id, "the head does not fit it")
    else:
        yield from _beyond(last, sequence, expires_at, now, written)


def _beyond(
    last: _Link | None,
    sequence: int,
    expires_at: datetime,
    now: datetime,
    written: datetime | None,
) -> Iterator[Finding]:
    """Where the record that the head speaks of is not there: it may have expired, or not yet."""
    too_soon = written is not None and expires_at < written + LEAST_KEPT - _SKEW
    if last and last.sound and expires_at < last.expires_at:
        too_soon = True
    if too_soon:
        why = f"the head says that record {sequence} expires sooner than it can"
        yield Finding("changed", "", why)
    if too_soon or expires_at > now:
        yield _missing(last.sequence + 1 if last else 1, sequence)


def _missing(first: int, last: int) -> Finding:
    which = f"record {first} is" if first == last else f"records {first} to {last} are"
    return Finding("missing", "", f"{which} missing")
