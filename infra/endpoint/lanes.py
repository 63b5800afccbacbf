"""Windows of all requests on their way through the model: first come, first run.

A lane is a call of the model that may run beside others. Whenever one is free it takes what is
waiting, at most `stack` windows, and nothing ever waits for company. On a CPU there is one lane a
core and the stack is 1; on a card there is one lane, and while it runs the next batch gathers.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from infra.endpoint.metrics import Metrics

Answer = dict[str, object]


@dataclass(frozen=True, slots=True)
class Window:
    """(T,) steps a minute and whether their attention is wanted too."""

    steps: NDArray[np.float32]
    attention: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """A window, since when it waits and where its answer goes."""

    window: Window
    since: float
    answer: asyncio.Future[Answer]


class Lanes:
    """Runs windows on `work`, in threads; everything else here is touched by the event loop only.

    Attributes:
        window_s: How long a window takes a lane, a running mean.
        pending: Windows that have no answer yet and that somebody still waits for.
    """

    def __init__(
        self,
        name: str,
        work: Callable[[list[Window]], list[Answer]],
        metrics: Metrics,
        *,
        lanes: int,
        stack: int = 1,
        window_s: float = 0.05,
    ) -> None:
        self._name, self._work, self._metrics = name, work, metrics
        self.lanes, self._idle, self._stack = lanes, lanes, stack
        self.window_s, self.pending = window_s, 0
        self._pool = ThreadPoolExecutor(lanes, name)
        self._waiting: deque[Job] = deque()
        metrics.depth.labels(name).set_function(lambda: len(self._waiting))

    def put(self, windows: Sequence[Window]) -> list[asyncio.Future[Answer]]:
        """Queue windows; the answers in order. One that is cancelled in time never runs."""
        loop, now = asyncio.get_running_loop(), time.monotonic()
        jobs = [Job(window, now, loop.create_future()) for window in windows]
        for job in jobs:
            job.answer.add_done_callback(self._settled)
        self.pending += len(jobs)
        self._waiting.extend(jobs)
        self._start()
        return [job.answer for job in jobs]

    def _settled(self, _: asyncio.Future[Answer]) -> None:
        self.pending -= 1

    @property
    def wait_s(self) -> float:
        """When what is pending now should be done."""
        return self.pending * self.window_s / self.lanes

    def _start(self) -> None:
        """Give every free lane what is waiting."""
        while self._idle and (batch := self._take()):
            self._idle -= 1
            running = asyncio.get_running_loop().run_in_executor(self._pool, self._run, batch)
            running.add_done_callback(partial(self._end, batch))

    def _take(self) -> list[Job]:
        batch: list[Job] = []
        while self._waiting and len(batch) < self._stack:
            job = self._waiting.popleft()
            if not job.answer.done():  # else who asked is late or has left
                batch.append(job)
        return batch

    def _run(self, batch: list[Job]) -> tuple[list[Answer], float]:
        started = time.monotonic()
        for job in batch:
            self._metrics.wait.labels(self._name).observe(started - job.since)
        answers = self._work([job.window for job in batch])
        return answers, time.monotonic() - started

    def _end(self, batch: list[Job], running: asyncio.Future[tuple[list[Answer], float]]) -> None:
        """Hand out a batch's answers, or its failure, to all who still wait for them."""
        self._idle += 1
        error = None if running.cancelled() else running.exception()
        answers: list[Answer] = []
        if not running.cancelled() and not error:
            answers, seconds = running.result()
            self._metrics.compute.labels(self._name).observe(seconds)
            self._metrics.batch.labels(self._name).observe(len(batch))
            self.window_s += 0.1 * (seconds / len(batch) - self.window_s)
        for i, job in enumerate(batch):
            if job.answer.done():
                continue
            if answers:
                job.answer.set_result(answers[i])
            elif error:
                job.answer.set_exception(error)
            else:
                job.answer.cancel()
        self._start()

    def close(self) -> None:
        """Let running windows end; what only waits is dropped."""
        self._waiting.clear()
        self._pool.shutdown(cancel_futures=True)
