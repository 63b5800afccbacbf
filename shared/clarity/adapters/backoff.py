"""A service that is busy is asked again: later each time, and never at the moment of all others.

Full jitter: each wait is anything from nothing to a bound that doubles, on top of what the service
itself asked for. It ends early: whoever waits here holds a thread, whoever gives up is redelivered.
"""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from clarity.adapters import telemetry
from clarity.domain.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

_FIRST_S, _LONGEST_S = 0.25, 8.0
_WAITERS = 2  # of the 4 threads that infra/gcp gives an instance


@dataclass(frozen=True, slots=True)
class Busy:
    """No answer yet, but perhaps soon: what to raise otherwise, and the wait asked for."""

    failure: UnavailableError
    wait_s: float = 0.0


class Backoff:
    """Repeats attempts at one service; shared by all threads of a process."""

    def __init__(
        self, for_s: float, *, busy: str, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        """Prepare.

        Args:
            for_s: no attempt starts later than this after the first one; 0: there is only one.
            busy: what an error says while the service has asked another thread to wait.
            sleep: waits between two attempts.
        """
        self._for_s, self._busy, self._sleep = for_s, busy, sleep
        # The other threads go on with deliveries that need this service less, or not at all.
        self._waiters = threading.BoundedSemaphore(_WAITERS)
        self._asked_until = 0.0

    def call(self, attempt: Callable[[], T | Busy]) -> T:
        """The attempt's answer.

        Raises:
            UnavailableError: it stayed busy, or enough threads wait for it already.
        """
        latest = time.monotonic() + self._for_s
        found = self._attempt(attempt)
        if not isinstance(found, Busy):
            return found
        if not self._waiters.acquire(blocking=False):
            raise found.failure
        try:
            return self._repeat(attempt, found, latest)
        finally:
            self._waiters.release()

    def _repeat(self, attempt: Callable[[], T | Busy], found: T | Busy, latest: float) -> T:
        bound = _FIRST_S
        while isinstance(found, Busy):
            pause = found.wait_s + random.uniform(0, bound)  # noqa: S311 # nosec B311 # spreads load
            if time.monotonic() + pause >= latest:
                raise found.failure
            telemetry.note("retry", {"wait_s": round(pause, 3)})
            self._sleep(pause)
            bound = min(2 * bound, _LONGEST_S)
            found = self._attempt(attempt)
        return found

    def _attempt(self, attempt: Callable[[], T | Busy]) -> T | Busy:
        """An attempt, unless the service asked any thread to wait: then it was meant for all."""
        if (left := self._asked_until - time.monotonic()) > 0:
            return Busy(UnavailableError(self._busy), left)
        found = attempt()
        if isinstance(found, Busy):
            # A service that asks for an hour is looked at again all the same: it may be mended.
            self._asked_until = time.monotonic() + min(found.wait_s, self._for_s)
        return found
