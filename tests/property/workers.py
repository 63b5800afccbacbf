"""Workers that take their calls one at a time, in the order that a test decides, and may die.

Each worker is a thread that waits at every call of a port, or of the database, until it is told how
that call goes: well, not at all, with its answer lost, with the process gone before or after it.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from clarity.domain.errors import ClarityError

if TYPE_CHECKING:
    from collections.abc import Callable

    Call = Callable[[], Any]
    Fate = Callable[["Worker", Call], Any]


class Killed(BaseException):
    """The process is gone: nothing else of it runs."""


def well(_worker: Worker, call: Call) -> Any:
    return call()


def killed_before(worker: Worker, _call: Call) -> Any:
    worker.dead = True
    raise Killed


def killed_after(worker: Worker, call: Call) -> Any:
    call()
    worker.dead = True
    raise Killed


class Worker:
    """Runs `work` in a thread up to its next call, each time it is told how the last one goes."""

    def __init__(self, work: Callable[[Worker], Any]) -> None:
        self.at = ""
        self.result: Any = None
        self.error: ClarityError | None = None
        self.dead = self.ended = False
        self._work = work
        self._fate: Fate = well
        self._failure: BaseException | None = None
        self._turn, self._parked = threading.Semaphore(0), threading.Semaphore(0)
        threading.Thread(target=self._run, daemon=True).start()
        self._parked.acquire()

    def go_on(self, fate: Fate = well) -> None:
        """Let its call go this way, and wait until it is at the next or has ended."""
        self._fate = fate
        self._turn.release()
        self._parked.acquire()
        if self._failure:
            raise self._failure

    def end(self, fate: Fate = well) -> None:
        """Let all its calls go this way."""
        while not self.ended:
            self.go_on(fate)

    def call(self, name: str, call: Call) -> Any:
        """Wait for the turn, then do as told; in the worker's own thread."""
        if self.dead:
            raise Killed
        self.at = name
        self._parked.release()
        self._turn.acquire()
        return self._fate(self, call)

    def _run(self) -> None:
        try:
            self.result = self._work(self)
        except ClarityError as error:
            self.error = error
        except Killed:
            pass
        except BaseException as error:  # noqa: BLE001  raised anew where the test runs
            self._failure = error
        finally:
            self.ended = True
            self._parked.release()


@dataclass
class Gated:
    """Stands in front of a port, or of the database's client, for one worker."""

    inner: Any
    worker: Worker
    names: tuple[str, ...]

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.inner, name)
        if name not in self.names:
            return found

        def called(*args: Any, **kwargs: Any) -> Any:
            return self.worker.call(name, lambda: _whole(found(*args, **kwargs)))

        return called


def _whole(answer: Any) -> Any:
    """A stream's answer as it came: all of it belongs to the call."""
    is_stream = hasattr(answer, "__next__")
    return iter(list(answer)) if is_stream else answer
