"""What was deleted is gone from the state, too, once somebody has been erased.

SQLite leaves what it deletes in the pages of its file and in the write-ahead log; with its
`secure_delete` copies stay behind where a page was split. So, as long as there is a tombstone, the
file is written anew after each change, and the log is cut off. The pages that the demo drew of who
was erased are deleted. A cloud where nobody was erased pays nothing for it.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from typing import TYPE_CHECKING

from clarity.steps.audit import subject_of
from infra.local.topology import PROJECT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from infra.local.database import Database

LOOK_S = 0.5
# Of the time, so large a part at most goes into it: everything else waits meanwhile.
_SHARE = 1 / 20
_TOMBSTONES = f"projects/{PROJECT}/databases/(default)/documents/erasures/"
_THIS = "SELECT 1 FROM firestore_documents WHERE name = ?"
_ANY = "SELECT 1 FROM firestore_documents WHERE name > ? AND name < ? LIMIT 1"

_PAGES = "reports"  # in the state
_BUSY_MS = 5000  # as Python's connections have it

_log = logging.getLogger(__name__)


def page_of(state: Path, user_id: str) -> Path:
    """Where the page that the demo draws of a person is."""
    return state / _PAGES / f"{user_id}.html"


class Scrubber:
    """Rewrites the file, and deletes pages, when that is due.

    Args:
        state: the folder with the pages.
        database: the file.
        collect: deletes what nobody can ask for any more, such as messages that were taken.
    """

    def __init__(self, state: Path, database: Database, collect: Callable[[], None]) -> None:
        self._state, self._database, self._collect = state, database, collect
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
        self._delete_pages()
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

    def _delete_pages(self) -> None:
        for page in (self._state / _PAGES).glob("*.html"):
            tombstone = _TOMBSTONES + subject_of(page.stem)
            if self._database.execute(_THIS, (tombstone,)).fetchone() is not None:
                page.unlink()

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
