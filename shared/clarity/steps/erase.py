"""erase: delete all that is stored of a person; whoever is killed on the way, the next goes on.

    nothing ──begin──▶ erasing ──finish──▶ erased ──two days──▶ nothing

From `begin` on no function can create anything of the person (see adapters/firestore_tombstone.py):
what is found later was there before, or is what their phone still writes. A pass that finds nothing
from before has found all; what the phone writes later is deleted by ingest, which is told of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol, get_args

from clarity.domain.errors import UnfinishedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime, timedelta

    from clarity.domain.job import Origin

# In this order: who holds a claim or a letter writes with it, and cannot once that is gone.
Part = Literal["claims", "dead_letters", "sweeps", "users"]
PARTS: tuple[Part, ...] = get_args(Part)
State = Literal["erasing", "erased"]
# What the receipt counts, by where it was found.
COUNTED: dict[Part, str] = {
    "claims": "claims",
    "dead_letters": "letters",
    "sweeps": "sweeps",
    "users": "documents",
}
COUNTS = (*COUNTED.values(), "exports")


@dataclass(frozen=True, slots=True)
class Page:
    """Some documents that were deleted.

    Attributes:
        old: how many of them were there before the erasure began.
        last: the name of the last one; empty where none follows.
    """

    old: int
    last: str


def deleted_now(receipt: Mapping[str, Any]) -> dict[str, int]:
    """What an erasure has deleted, without what the one before had; only where it looked."""
    before = receipt.get("before", {})
    return {name: receipt[name] - before.get(name, 0) for name in COUNTS if name in receipt}


class Erasures(Protocol):
    """The person's documents, to be deleted, and the note of how far that is."""

    def state(self, user_id: str) -> State | None:
        """Whether the person is being or was erased lately."""

    def begin(self, user_id: str) -> None:
        """Note that the person is being erased; no effect where that is noted.

        Of somebody who was erased lately the counts stay, and what is deleted now is added.
        """

    def delete_page(self, user_id: str, part: Part, after: str, keeping: Origin | None) -> Page:
        """Delete some documents behind a name, and note how many; `keeping` stays."""

    def add_exports(self, user_id: str, number: int) -> None:
        """Note that exports were looked for, and so many deleted."""

    def finish(self, user_id: str, request: Origin | None, by: str) -> Mapping[str, Any]:
        """Delete the request, note that all is done, and record it: all at once; the receipt."""


class Exports(Protocol):
    """What was written for people to fetch."""

    def count(self, user_id: str) -> int:
        """How many exports of the person there are."""

    def delete_all(self, user_id: str) -> int:
        """Delete the person's exports; how many there were."""


@dataclass(frozen=True, slots=True)
class Erase:
    """Delete what names the person, what is below them, and their exports.

    Attributes:
        erasures: the documents.
        exports: None: they are not looked for, and the receipt does not speak of them.
        clock: the time.
        lasting: after so long the rest is left to the next delivery; None: it is not.
    """

    erasures: Erasures
    exports: Exports | None
    clock: Callable[[], datetime]
    lasting: timedelta | None

    def __call__(
        self, user_id: str, request: Origin | None = None, *, by: str
    ) -> Mapping[str, Any]:
        """Erase the person; the receipt.

        Args:
            user_id: the person.
            request: the document that asks for it, which goes last.
            by: who erases, for the record.

        Raises:
            UnfinishedError: time is up.
        """
        until = self.clock() + self.lasting if self.lasting else None
        self.erasures.begin(user_id)
        while self._pass(user_id, request, until):
            continue
        return self.erasures.finish(user_id, request, by)

    def _pass(self, user_id: str, request: Origin | None, until: datetime | None) -> int:
        """How much there was from before the erasure."""
        old = sum(self._delete(user_id, part, request, until) for part in PARTS)
        if self.exports:
            self.erasures.add_exports(user_id, self.exports.delete_all(user_id))
        return old

    def _delete(
        self, user_id: str, part: Part, request: Origin | None, until: datetime | None
    ) -> int:
        old, after = 0, ""
        while True:
            page = self.erasures.delete_page(user_id, part, after, request)
            old, after = old + page.old, page.last
            if not after:
                return old
            if until and self.clock() >= until:
                raise UnfinishedError("the person's documents are more than one delivery deletes")
