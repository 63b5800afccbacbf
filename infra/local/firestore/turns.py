"""Turns: a transaction that was aborted and runs again is let through by those that begin."""

from __future__ import annotations

import asyncio
import contextlib
import time

_TURN_SECONDS = 0.5  # for how long, at most, one that runs again holds up others
_RETURN_SECONDS = 0.05  # how soon the client of an aborted one is expected back


class Turns:
    """At most one transaction has the turn; it may also be kept for one that is about to return."""

    def __init__(self) -> None:
        self._holder = b""
        self._until = 0.0
        self._waiting_again = 0
        self._changed = asyncio.Event()

    async def wait(self, *, again: bool) -> None:
        """Wait for the turn's end; those that run again go first."""
        if again:
            self._waiting_again += 1
        try:
            while (left := self._left(again=again)) > 0:
                self._changed.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._changed.wait(), left)
        finally:
            if again:
                self._waiting_again -= 1

    def take(self, identity: bytes) -> None:
        """Give the turn to a transaction that runs again."""
        self._holder = identity
        self._until = time.monotonic() + _TURN_SECONDS

    def reserve(self) -> None:
        """Keep the turn for the one that was just aborted, or another that runs again."""
        self._holder = b""
        self._until = time.monotonic() + _RETURN_SECONDS

    def end(self, identity: bytes) -> None:
        """End a transaction's turn, if it has it."""
        if identity == self._holder:
            self._until = 0.0
            self._changed.set()

    def _left(self, *, again: bool) -> float:
        if again and not self._holder:
            return 0.0
        left = self._until - time.monotonic()
        if left <= 0 and self._waiting_again and not again:
            return _RETURN_SECONDS
        return left
