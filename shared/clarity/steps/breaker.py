"""A circuit breaker: a service that keeps failing is left alone for a while.

             `failures` in a row            the pause is over
closed ─────────────────────▶ open ─────────────────────▶ half-open
▲                              ▲                              │ one call probes
│                              │            it fails          │
│                              └──────────────────────────────┤
│                                           it succeeds       │
└─────────────────────────────────────────────────────────────┘

It is one process's own, and holds no lock while a call runs. A call that was let through before the
last change of state says nothing any more about the state after it, so it changes nothing.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, TypeVar

from clarity.domain.errors import OpenError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, timedelta

T = TypeVar("T")


class Breaker:
    """Lets calls through until too many in a row have failed, then one at a time to see."""

    def __init__(self, failures: int, pause: timedelta, clock: Callable[[], datetime]) -> None:
        """Start closed.

        Args:
            failures: so many in a row open it.
            pause: how long it then stays open.
            clock: the time.
        """
        self._limit, self._pause, self._clock = failures, pause, clock
        self._lock = threading.Lock()
        self._failed = 0
        self._opened_at: datetime | None = None  # None: closed
        self._probing = False
        self._era = 0  # counts changes of state

    @property
    def ready(self) -> bool:
        """Whether a call would be let through now."""
        with self._lock:
            return self._lets_through()

    def call(self, work: Callable[[], T], answers: type[Exception]) -> T:
        """The result of `work`.

        Args:
            work: one call to the service.
            answers: the errors by which the service answers; any other is a failure.

        Raises:
            OpenError: it was not called.
        """
        era = self._enter()
        try:
            result = work()
        except BaseException as error:
            self._leave(era, failed=not isinstance(error, answers))
            raise
        self._leave(era, failed=False)
        return result

    def _lets_through(self) -> bool:
        if self._opened_at is None:
            return True
        return not self._probing and self._clock() - self._opened_at >= self._pause

    def _enter(self) -> int:
        with self._lock:
            if not self._lets_through():
                raise OpenError("expected a service that answers, found one that lately failed")
            if self._opened_at is not None:
                self._probing = True
                self._era += 1
            return self._era

    def _leave(self, era: int, *, failed: bool) -> None:
        with self._lock:
            if era != self._era:
                return
            self._failed = self._failed + 1 if failed else 0
            if self._probing or self._failed >= self._limit:
                self._opened_at = self._clock() if failed else None
                self._probing = False
                self._era += 1
