"""weeks: of everybody's analyses in a stretch of time, one week of each of some people.

However many there are, so many analyses are looked at and so many people taken: chosen by chance
with a fixed seed, so that the same is chosen again. Who was erased meanwhile is left out.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from clarity.domain.drift import FEATURES, HUGE, MOST_PEOPLE, SLICED_BY, People, features_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

# Of a stretch that holds more analyses than may be read, the beginnings of so many parts are.
PARTS = 64
# More than are counted may have come meanwhile; but never without end.
_ALL = 100_000
# What code meets in a document that is not as it should be.
_UNLIKE = (AttributeError, KeyError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Seen:
    """That there is an analysis: whose (a hash, to count by), where, since when, by which model."""

    person: str
    path: str
    at: datetime
    model_id: str


class Analyses(Protocol):
    """Everybody's analyses, by the time at which they were made."""

    def count(self, since: datetime, until: datetime) -> int:
        """How many there are of a stretch of time, whose end is not in it."""

    def seen(self, since: datetime, until: datetime, most: int) -> Sequence[Seen]:
        """The first of a stretch of time."""

    def read(self, paths: Sequence[str]) -> Sequence[Mapping[str, Any]]:
        """Those that are still there, with their paths as "path"."""


@dataclass(frozen=True, slots=True)
class Weeks:
    """One week each of some people, and how they were come by.

    Attributes:
        people: their weeks.
        recorded_by: what recorded each.
        persons: whose each is, as a hash.
        expire_at: until when each may be kept.
        found: how many people the analyses are of that were looked at.
        analyses: how many analyses there were.
        of_other_models: how many of those that were looked at are another model's.
        unlike: how many could not be read, or have an embedding of another width.
        sampled: whether not all were looked at, or not all people taken.
    """

    people: People
    recorded_by: tuple[Mapping[str, str], ...]
    persons: tuple[str, ...]
    expire_at: tuple[datetime, ...]
    found: int
    analyses: int
    of_other_models: int
    unlike: int
    sampled: bool


def gather(
    source: Analyses,
    since: datetime,
    until: datetime,
    model_id: str,
    *,
    documents: int,
    in_time: Callable[[], bool],
    width: int | None = None,
) -> Weeks:
    """The newest week of each of at most `MOST_PEOPLE` people, as a model has read it.

    Args:
        source: where analyses are.
        since: start of the stretch of time.
        until: its end, which is not in it.
        model_id: whose readings.
        documents: how many analyses may be looked at.
        in_time: whether there is time for more; what has been seen is what there is then.
        width: of an embedding; None for the most usual one.
    """
    analyses = source.count(since, until)
    newest: dict[str, Seen] = {}
    looked_at = others = 0
    most = None if analyses <= documents else documents
    for each in _looked_at(source, (since, until), most, in_time):
        looked_at += 1
        others += each.model_id != model_id
        before = newest.get(each.person)
        if each.model_id == model_id and (before is None or before.at <= each.at):
            newest[each.person] = each
    seed = since.isoformat()
    drawn = sorted(newest.values(), key=lambda each: _draw(seed, each.person))[:MOST_PEOPLE]
    documents_of = source.read([each.path for each in drawn])
    person = {each.path: each.person for each in drawn}
    rows = _rows(((person[each["path"]], each) for each in documents_of), width)
    return Weeks(
        *_columns(rows),
        found=len(newest),
        analyses=analyses,
        of_other_models=others,
        unlike=len(documents_of) - len(rows),
        sampled=looked_at < analyses or len(drawn) < len(newest),
    )


def _looked_at(
    source: Analyses,
    stretch: tuple[datetime, datetime],
    most: int | None,
    in_time: Callable[[], bool],
) -> Iterable[Seen]:
    """All of them, or of at most so many the beginnings of parts of the time, as chance has it."""
    since, until = stretch
    parts = 1 if most is None else PARTS
    part, rng = (until - since) / parts, np.random.default_rng(0)
    each = _ALL if most is None else max(most // parts, 1)
    for number, at in enumerate(rng.permutation(parts).tolist()):
        if number and not in_time():
            return
        end = until if at == parts - 1 else since + (at + 1) * part
        yield from source.seen(since + at * part, end, each)


def _draw(seed: str, person: str) -> bytes:
    return hashlib.sha256(f"{seed} {person}".encode()).digest()


@dataclass(frozen=True, slots=True)
class _Row:
    person: str
    values: Sequence[float]
    recorded_by: Mapping[str, str]
    expires_at: datetime


def _rows(documents: Iterable[tuple[str, Mapping[str, Any]]], width: int | None) -> list[_Row]:
    """Those that can be read, with an embedding of this width, or else of the most usual one."""
    rows = []
    for person, each in documents:
        try:
            values = [*features_of(each), *map(float, each["embedding"])]
            said = each.get("recorded_by") or {}
            recorded = {name: str(said[name]) for name in SLICED_BY if said.get(name)}
            until, embedding = each["expires_at"], np.array(values[len(FEATURES) :])
            if np.isinf(values).any() or not (np.abs(embedding) <= HUGE).all():  # NaN is not, too
                continue
            if not isinstance(until, datetime) or until.tzinfo is None:
                continue
            rows.append(_Row(person, values, recorded, until))
        except _UNLIKE:
            continue
    found = [len(row.values) for row in rows]
    wanted = max(set(found), key=found.count, default=0) if width is None else width + len(FEATURES)
    return [row for row in rows if len(row.values) == wanted]


def _columns(
    rows: Sequence[_Row],
) -> tuple[People, tuple[Mapping[str, str], ...], tuple[str, ...], tuple[datetime, ...]]:
    width = len(rows[0].values) if rows else len(FEATURES)
    table = np.array([row.values for row in rows], float).reshape(len(rows), width)
    people = People(*np.split(table, [len(FEATURES)], axis=1))
    columns = zip(*((row.recorded_by, row.person, row.expires_at) for row in rows), strict=True)
    recorded, persons, expire_at = columns if rows else ((), (), ())
    return people, recorded, persons, expire_at
