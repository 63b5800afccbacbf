"""Fair use of a process: no one person's jobs take all of its threads."""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING

from clarity.domain.errors import InProgressError

if TYPE_CHECKING:
    from collections.abc import Callable

    from clarity.domain.events import JobMessage

# Of the 4 threads that infra/gcp gives an instance: one stays free for others.
AT_ONCE = 3


class Turns:
    """A step that works on so many jobs of one person at once, and puts off the others.

    It costs nothing to be put off: nothing is read before.
    """

    def __init__(self, step: Callable[[JobMessage], None]) -> None:
        """Put `step` behind the turns."""
        self._step, self._lock = step, threading.Lock()
        self._working: Counter[str] = Counter()

    def __call__(self, message: JobMessage) -> None:
        """Handle one job.

        Raises:
            InProgressError: enough others of this person are at work in this process.
        """
        user_id = message.origin.user_id
        with self._lock:
            if self._working[user_id] >= AT_ONCE:
                raise InProgressError(f"{AT_ONCE} other jobs of this person are at work here")
            self._working[user_id] += 1
        try:
            self._step(message)
        finally:
            with self._lock:
                self._working[user_id] -= 1
                if not self._working[user_id]:
                    del self._working[user_id]
