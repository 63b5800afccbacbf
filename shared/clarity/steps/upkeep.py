"""Everybody, one by one: is the audit whole, and do samples go when the person wants them to?

No event tells that a record was taken away, nor of which samples a `retention_days` speaks that was
chosen after they were stored. So the sweeper goes round everybody who has settings. It looks at the
ends and the length of each chain, and reads it whole where these do not fit, and on one day of
`_WHOLE_EVERY`. Before each round the ledger is read whole, and where it ends is logged: whoever can
write the database can build a chain anew, but changes neither the log nor what a process remembers.

A look at the ends is five to seven reads. At 1,000 people a tick, a round over 100,000 people takes
8 hours: some 50 million reads a month; and 200 million for each chain once, of 400 days with an
analysis, an insight and a notice each.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter, OrderedDict
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import takewhile
from typing import TYPE_CHECKING, Any, Protocol

from clarity.domain.errors import ClarityError, InProgressError
from clarity.domain.person import Person
from clarity.steps.audit import subject_of
from clarity.steps.once import claim_key, once
from clarity.steps.ports import Claimed, Done

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from clarity.steps.audit import Finding
    from clarity.steps.leftovers import Limits, Page, Sweeps
    from clarity.steps.ports import Claims

Noted = tuple[int, str]

# On one of so many days a chain is read whole, with the results that its records are about.
_WHOLE_EVERY = 30
# The key of a turn is the person's and not the day's: it is theirs again in the next month.
_TURN = timedelta(days=_WHOLE_EVERY // 2)
# Whoever was erased may come back after two days, with a chain of their own.
_FRESH = timedelta(days=1)
_REMEMBERED = 100_000  # ends of chains, some 200 bytes each
PAGE = 300  # chunks of one commit
_OLDEST = 20  # the database deletes what has expired within a day, in no order
_LEDGER = ""  # no person's id
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person, as a round comes by.

    Attributes:
        user_id: who.
        settings: what they have chosen about how long samples are kept.
        written_at: when their settings were written last.
        head: the head of their chain; None where there is none.
    """

    user_id: str
    settings: Mapping[str, object]
    written_at: datetime
    head: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Ends:
    """What a chain is by its ends.

    Attributes:
        count: how many records there are.
        records: those that were asked for, by their numbers; none that is not there.
    """

    count: int
    records: Mapping[int, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of one chain, read whole.

    Attributes:
        place: where its records are.
        records: how many there are.
        head: the number and the hash of the last one, to be noted elsewhere; empty without one.
        findings: what is wrong with it.
    """

    place: str
    records: int
    head: str
    findings: tuple[Finding, ...]


class People(Protocol):
    """Everybody's settings, chains and samples."""

    def people(self, after: str, most: int) -> Page[Somebody]:
        """Those who have settings, behind `after`, a path or nothing."""

    def ends(self, user_id: str, last: int, noted: int | None) -> Ends:
        """A person's chain, with the records of these numbers."""

    def oldest(self, user_id: str, most: int) -> Sequence[Mapping[str, Any]]:
        """Records of the person, by their numbers."""

    def audited(self, user_id: str | None, noted: Noted | None) -> Checked:
        """A person's chain, or the ledger, read whole."""

    def shorten(self, user_id: str, kept: timedelta, after: str, most: int) -> tuple[int, str]:
        """Let samples expire so long after they were stored; none later than they do.

        Returns:
            How many of at most so many chunks expire sooner now, and the path behind which the
            others are; empty at the end.
        """


@dataclass(frozen=True, slots=True)
class Memory:
    """Where this process saw chains end: whoever writes the database does not reach that."""

    _ends: OrderedDict[str, tuple[Noted, datetime]] = field(default_factory=OrderedDict)
    _lock: Any = field(default_factory=threading.Lock)

    def of(self, user_id: str, now: datetime) -> Noted | None:
        """Where that person's chain ended when it was whole, if that is not long ago."""
        with self._lock:
            noted, at = self._ends.get(subject_of(user_id), (None, now))
        return noted if now - at < _FRESH else None

    def keep(self, user_id: str, head: str, now: datetime) -> None:
        """Remember it; what was seen the longest time ago is forgotten."""
        number, _, hash_ = head.partition(":")
        whose = subject_of(user_id)
        with self._lock:
            self._ends[whose] = (int(number), hash_), now
            self._ends.move_to_end(whose)
            if len(self._ends) > _REMEMBERED:
                self._ends.popitem(last=False)


@dataclass(frozen=True, slots=True)
class Upkeep:
    """One tick's part of a round over everybody."""

    people: Sweeps
    claims: Claims
    clock: Callable[[], datetime]
    limits: Limits
    lease: timedelta
    retention: timedelta
    memory: Memory
    counts: Counter[str] = field(default_factory=Counter)

    def ledger(self) -> None:
        """Read the ledger whole, and log where it ends."""
        found = self._read_whole(_LEDGER)
        fields = {"records": found.records, "findings": len(found.findings), "head": found.head}
        _log.info("ledger checked", extra={"fields": fields})

    def person(self, found: Somebody) -> None:
        """Look after one person.

        Raises:
            InProgressError: their samples are not all done; a later round goes on.
        """
        self.counts["chains"] += 1
        self._check(found)
        self._shorten(found)

    def say(self) -> None:
        """Log what this tick came to, if it looked at anybody."""
        if self.counts["chains"]:
            counts = {name: self.counts[name] for name in ("chains", "whole", "findings")}
            _log.info("audit checked", extra={"fields": counts})

    def _check(self, found: Somebody) -> None:
        if not self._fits(found):
            self._read_whole(found.user_id)
            return
        head: Any = found.head
        self.memory.keep(found.user_id, f"{head['sequence']}:{head['hash']}", self.clock())
        if turn := self._turn(found.user_id):
            try:
                self._note(found.user_id, self._read_whole(found.user_id))
            except BaseException:
                with suppress(ClarityError):  # what went wrong is what the tick must know
                    self.claims.release(turn)
                raise

    def _fits(self, found: Somebody) -> bool:
        """Whether the chain looks whole by its ends: some four reads, and more where it expires."""
        now, noted = self.clock(), self.memory.of(found.user_id, self.clock())
        last = found.head.get("sequence") if found.head else None
        if found.head is None or type(last) is not int:
            return False
        ends = self.people.ends(found.user_id, last, noted[0] if noted else None)
        return any(
            fits(ends, self.people.oldest(found.user_id, most), found.head, noted, now)
            for most in (1, _OLDEST)
        )

    def _turn(self, user_id: str) -> Claimed | None:
        """Whether today this chain is read whole, and nobody has done it yet."""
        day = int(subject_of(user_id)[:8], 16) % _WHOLE_EVERY
        if self.clock().toordinal() % _WHOLE_EVERY != day:
            return None
        key = claim_key("sweep", f"the chain of users/{user_id}")
        turn = self.claims.claim(key, user_id=user_id, lease=_TURN)
        return turn if isinstance(turn, Claimed) else None

    def _read_whole(self, user_id: str) -> Checked:
        noted = self.memory.of(user_id, self.clock())
        found = self.people.audited(user_id or None, noted)
        self.counts["whole"] += 1
        self.counts["findings"] += len(found.findings)
        for kind, number in Counter(each.kind for each in found.findings).items():
            whose = {"chain": "person", "user_id": user_id} if user_id else {"chain": "ledger"}
            fields = {"kind": kind, "findings": number, **whose}
            _log.error("audit not whole", extra={"fields": fields})
        if found.head and not found.findings:
            self.memory.keep(user_id, found.head, self.clock())
        return found

    def _note(self, user_id: str, found: Checked) -> None:
        fields = {"user_id": user_id, "records": found.records, "head": found.head}
        _log.info("chain checked", extra={"fields": fields})

    def _shorten(self, found: Somebody) -> None:
        """Once for what the person has chosen by now, when nobody works on what was before."""
        wish = Person.parse(found.settings, self.clock().date(), self.retention).retention
        age = self.clock() - found.written_at
        if wish is None or wish >= self.retention or age < self.limits.stuck:
            return
        choice = f"users/{found.user_id} as of {found.written_at.isoformat()}"
        once(
            self.claims,
            "sweep",
            f"what is kept of {choice}",
            lambda _: Done(f"shortened {self._shortened(found.user_id, wish, choice)}"),
            user_id=found.user_id,
            lease=self.lease,
        )

    def _shortened(self, user_id: str, kept: timedelta, choice: str) -> int:
        """How many chunks expire sooner now; on from where an earlier round stopped."""
        scan = claim_key("retention", choice)
        until, after, chunks = self.clock() + self.lease, self.people.place(scan), 0
        while True:
            sooner, after = self.people.shorten(user_id, kept, after, PAGE)
            chunks += sooner
            if not after or self.clock() >= until:
                break
        if chunks:
            fields = {"user_id": user_id, "chunks": chunks}
            _log.info("retention shortened", extra={"fields": fields})
        if after:
            self.people.keep_place(scan, after)
            raise InProgressError("it goes on in the next round")
        return chunks


def fits(
    ends: Ends,
    oldest: Sequence[Mapping[str, Any]],
    head: Mapping[str, Any],
    noted: Noted | None,
    now: datetime,
) -> bool:
    """Whether a chain looks whole by its ends; where it does not, only all of it tells.

    Args:
        ends: its length, its last record and the one that was noted.
        oldest: its first record, or more, where of those that have expired some are gone already.
        head: its head, as it was read before.
        noted: where it ended at an earlier look.
        now: the time.
    """
    try:
        ended = ends.records[head["sequence"]]["hash"] == head["hash"]
        as_noted = noted is None or ends.records[noted[0]]["hash"] == noted[1]
        return bool(ended and as_noted and _begins(oldest, ends.count, head["sequence"], now))
    except (IndexError, KeyError, TypeError):
        return False


def _begins(oldest: Sequence[Mapping[str, Any]], count: int, last: int, now: datetime) -> bool:
    """Whether there are as many records as numbers, and before them only what has expired."""
    first, gone = oldest[0], 0
    if count != last - first["sequence"] + 1:
        gone = len(list(takewhile(lambda each: each["expires_at"] <= now, oldest)))
        first = oldest[gone]
    counted: bool = count == gone + last - first["sequence"] + 1
    return counted and (first["sequence"] == 1 or first["before_expires_at"] <= now)
