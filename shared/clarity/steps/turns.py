"""Fair use of a process: no one person's events take all of its threads."""

from __future__ import annotations

import threading
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

from clarity.domain.errors import InProgressError
from clarity.domain.events import DocumentNamed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from clarity.domain.events import Document, JobMessage
    from clarity.steps.ingest import Ingest

# Of the 4 threads that infra/gcp gives an instance: one stays free for others.
AT_ONCE = 3


class Turns:
    """A step that works on so many jobs of one person at once, and puts off the others.

    It costs nothing to be put off: nothing is read before.
    """

    def __init__(self, step: Callable[[JobMessage], None]) -> None:
        """Put `step` behind the turns."""
        self._step, self._seats = step, _Seats(AT_ONCE)

    def __call__(self, message: JobMessage) -> None:
        """Handle one job.

        Raises:
            InProgressError: enough others of this person are at work in this process.
        """
        with self._seats.taken(message.origin.user_id) as free:
            if not free:
                raise InProgressError(f"{AT_ONCE} other jobs of this person are at work here")
            self._step(message)


class Lanes:
    """ingest, beside whose documents of one person those of others go on.

    What comes at once goes on at once, up to a share. The rest joins its person's lane: it is
    named on a topic whose subscription hands out one document of a person at a time. No event is
    sent back: who sends many back is sent less of everybody's, and of what comes back later, all
    comes at once. Who is in the lane has waited, and is always let in.
    """

    def __init__(self, ingest: Ingest) -> None:
        """Put the step behind its lanes."""
        self._ingest, self._seats = ingest, _Seats(AT_ONCE - 1)  # one for who is in the lane

    def __call__(self, document: Document) -> None:
        """Handle one document, or have it handled after those of its person before it."""
        if isinstance(document, DocumentNamed):
            self._ingest(document)
            return
        with self._seats.taken(document.origin.user_id) as free:
            if free:
                self._ingest(document)
                return
        self._ingest.defer(document)


class _Seats:
    """How many of each person are at work."""

    def __init__(self, each: int) -> None:
        self._each, self._lock = each, threading.Lock()
        self._working: Counter[str] = Counter()

    @contextmanager
    def taken(self, user_id: str) -> Iterator[bool]:
        """Take a seat for as long as this lasts; False where the person has none left."""
        with self._lock:
            free = self._working[user_id] < self._each
            self._working[user_id] += free
        try:
            yield free
        finally:
            with self._lock:
                self._working[user_id] -= free
                if not self._working[user_id]:
                    del self._working[user_id]
