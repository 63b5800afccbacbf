"""What a definition of a kind of document says.

A field is one line: what it is for, and which of three kinds of data it holds. A field that is a
map, or a list of maps, names in `parts` every name that stands in it at any depth; `ANY` where the
names are data themselves, such as a phone's own metadata. The data map's test drives the product
and fails on a collection, a field or a part that is not defined, and on one that nobody writes.

A person's own documents may hold more than what is defined here: what a phone writes besides is
kept as it came, and read by nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

ANY: Final = "*"
# What is exported beside what is below users/{uid}, and by whom.
_NAMING: Final = frozenset({"claims", "dead_letters"})
_EXPORTING: Final = ("privacy", "clarity person export")


class Holds(StrEnum):
    """What a field tells about somebody."""

    HEALTH = "health"  # their body, sleep or movement, or words about these
    PERSONAL = "personal"  # who they are, what they have, chose or did; no health
    TECHNICAL = "technical"  # how the work stands


class Kept(StrEnum):
    """How long a document stays, if the person does not erase everything before."""

    OWN = "until the person changes or erases it"
    WEEK = "a week after it was read; never read, until the person is erased"
    CHOSEN = (
        "as long as the person chose (retention_days), at most RETENTION_DAYS; a shorter time "
        "that is chosen later reaches what is there within days"
    )
    FULL = "RETENTION_DAYS"
    HALF = "half of RETENTION_DAYS"
    DEVICE = "until the time that the app names, at most 270 days ahead"
    ANSWERED = "RETENTION_DAYS after the answer"
    MONTH = "31 days after the last letter"
    LEDGER = "three years"
    CLOSED = "three years after it was closed"
    DAYS = "two days after the erasure has finished"
    HOURS = "two days"
    ADOPTED = "as long as the analyses that it was made of"
    STANDING = "always: it holds no person's data"

    @property
    def expires(self) -> bool:
        """Whether the document carries the time at which Firestore deletes it."""
        return self not in {Kept.OWN, Kept.STANDING}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a document, by what it is for."""

    purpose: str
    holds: Holds
    parts: frozenset[str] = frozenset()

    @property
    def open(self) -> bool:
        """Whether the names in it are data themselves."""
        return ANY in self.parts


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of document.

    Attributes:
        path: where it is, with names in braces for what differs.
        purpose: what it is for, as a person would say it.
        writers: who writes it: the person's app, functions and commands by name.
        readers: who reads it; `read_by` has in addition who reads all that is a person's.
        kept: how long.
        fields: each of them, by name.
    """

    path: str
    purpose: str
    writers: tuple[str, ...]
    readers: tuple[str, ...]
    kept: Kept
    fields: Mapping[str, Field]

    @property
    def collection(self) -> str:
        """The collection that it lies in."""
        return self.path.split("/")[-2]

    @property
    def read_by(self) -> tuple[str, ...]:
        """Who reads it, for the person who asks for everything, too."""
        personal = self.path.startswith("users/{uid}") or self.collection in _NAMING
        return tuple(dict.fromkeys((*self.readers, *(_EXPORTING if personal else ()))))

    @property
    def holds(self) -> Holds:
        """The most telling of what its fields hold."""
        held = {field.holds for field in self.fields.values()}
        return next(each for each in Holds if each in held)


def health(purpose: str, parts: str = "") -> Field:
    """A field about somebody's body, sleep or movement."""
    return Field(purpose, Holds.HEALTH, frozenset(parts.split()))


def personal(purpose: str, parts: str = "") -> Field:
    """A field about somebody, but not their health."""
    return Field(purpose, Holds.PERSONAL, frozenset(parts.split()))


def technical(purpose: str, parts: str = "") -> Field:
    """A field about how the work stands."""
    return Field(purpose, Holds.TECHNICAL, frozenset(parts.split()))


EXPIRY: Final = {"expires_at": technical("when the database deletes this document")}
ANSWER: Final = {
    "status": technical("whether it was taken, and what came of it"),
    "reason": technical("why it was refused, and when to try again", "code message retry_at"),
}
