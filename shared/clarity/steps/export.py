"""export: all that is stored about a person, as one zip behind a link that soon ends."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from clarity.steps.archive import write_archive
from clarity.steps.audit import subject_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from datetime import datetime, timedelta
    from typing import IO

    from clarity.steps.archive import Documents


class Exports(Protocol):
    """Where exports are kept."""

    def open(self, name: str) -> AbstractContextManager[IO[bytes]]:
        """A new object, which is there once the block has ended without an error."""

    def link(self, name: str, lasting: timedelta) -> str:
        """An address at which anybody who has it reads the object, for that long."""

    def size(self, name: str) -> int:
        """How many bytes the object has."""


@dataclass(frozen=True, slots=True)
class Exported:
    """An export that is ready.

    Attributes:
        object: Its name in the bucket.
        url: Where the person reads it.
        url_expires_at: Until when.
        documents: How many are in it.
        bytes: How large it is.
    """

    object: str
    url: str
    url_expires_at: datetime
    documents: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Export:
    """Write a person's zip and sign the link to it; a second time, it is written anew."""

    documents: Documents
    exports: Exports
    clock: Callable[[], datetime]
    lasting: timedelta

    def __call__(self, user_id: str, request_id: str) -> Exported:
        """Export what is stored about a person.

        Raises:
            TransientError: the database or the bucket does not answer, or not as it must.
            RefusedError: it never will.
        """
        name = object_name(user_id, request_id)
        with self.exports.open(name) as out:
            written = write_archive(out, self.documents, user_id, self.clock())
        # Signed before its time is told: the link lives a moment longer than is said.
        until = self.clock() + self.lasting
        url = self.exports.link(name, self.lasting)
        return Exported(name, url, until, written.documents, self.exports.size(name))


def folder_of(user_id: str) -> str:
    """Where all exports of a person are; it names nobody."""
    return f"exports/{subject_of(user_id)}/"


def object_name(user_id: str, request_id: str) -> str:
    """The export of that request; its id is hashed, since an app may choose the person's for it."""
    return f"{folder_of(user_id)}{hashlib.sha256(request_id.encode()).hexdigest()}.zip"
