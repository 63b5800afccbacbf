"""What was deleted is gone from the file, too, once somebody has been erased.

SQLite leaves what it deletes in the pages of its file and in the write-ahead log; with its
`secure_delete` copies stay behind where a page was split. So, as long as there is a tombstone, the
file is written anew after each change, and the log is cut off. A cloud where nobody was erased pays
nothing for it.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from typing import TYPE_CHECKING

from infra.local.topology import PROJECT

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.local.database import Database

LOOK_S = 0.5
# Of the time, so large a part at most goes into it: everything else waits meanwhile.
_SHARE = 1 / 20
_TOMBSTONES = f"projects/{PROJECT}/databases/(default)/documents/erasures/"
_ANY = "SELECT 1 FROM firestore_documents WHERE name > ? AND name < ? LIMIT 1"

_BUSY_MS = 5000  # as Python's connections have it

_log = logging.getLogger(__name__)


class Scrubber:
    """Rewrites the file when that is due.

    Args:
        database: the file.
        collect: deletes what nobody can ask for any more, such as messages that were taken.
    """

    def __init__(self, database: Database, collect: Callable[[], None]) -> None:
        self._database, self._collect = database, collect
        self._seen = -1  # what the process before has left behind is not known
        self._not_before = 0.0

    async def run(self) -> None:
        """Look for what is due, for ever."""
        while True:
            await asyncio.sleep(LOOK_S)
            if time.monotonic() >= self._not_before:
                self.scrub()

    def scrub(self) -> None:
        """Rewrite the file if somebody was erased and something has changed since the last time."""
        if not self._anybody():
            return
        self._collect()
        if self._database.changes == self._seen:
            return
        began = time.monotonic()
        if self._rewritten():
            self._seen = self._database.changes
        ended = time.monotonic()
        self._not_before = ended + (ended - began) / _SHARE

    def _anybody(self) -> bool:
        last = f"{_TOMBSTONES[:-1]}0"  # behind the slash
        return self._database.execute(_ANY, (_TOMBSTONES, last)).fetchone() is not None

    def _rewritten(self) -> bool:
        """Whether it could be done: nobody else reads the file just now."""
        self._database.execute("PRAGMA busy_timeout = 0")  # a reader is not waited for
        try:
            self._database.execute("VACUUM")
            busy, *_ = self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.OperationalError as error:
            _log.warning("the file is not rewritten now: %s", error)
            return False
        finally:
            self._database.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
        return not busy
