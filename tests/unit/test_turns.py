"""No one person's jobs take all threads of a process."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from clarity.domain.errors import InProgressError, NotSettledError
from clarity.domain.events import Document, DocumentCreated, DocumentNamed, JobMessage
from clarity.domain.job import Origin
from clarity.steps.turns import AT_ONCE, Lanes, Turns


def job(user_id: str, number: int = 0) -> JobMessage:
    return JobMessage(Origin(user_id, "insight_requests", f"r{number}"), "high")


def test_a_job_beyond_the_share_is_put_off_while_another_s_goes_through() -> None:
    at_work, go_on = threading.Barrier(AT_ONCE + 1), threading.Event()
    done: list[JobMessage] = []

    def step(message: JobMessage) -> None:
        if message.origin.user_id == "ada" and not go_on.is_set():
            at_work.wait(10)
            go_on.wait(10)
        done.append(message)

    turns = Turns(step)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        running = [pool.submit(turns, job("ada", number)) for number in range(AT_ONCE)]
        at_work.wait(10)
        with pytest.raises(InProgressError):
            turns(job("ada", AT_ONCE))
        turns(job("eve"))
        assert done == [job("eve")]
        go_on.set()
    for each in running:
        each.result()
    turns(job("ada", AT_ONCE))

    assert sorted(each.processing_id for each in done if each.origin.user_id == "ada") == [
        f"request-r{number}" for number in range(AT_ONCE + 1)
    ]


def test_a_job_that_fails_gives_its_turn_back() -> None:
    def step(_: JobMessage) -> None:
        raise NotSettledError("later")

    turns = Turns(step)
    for _ in range(2 * AT_ONCE):
        with pytest.raises(NotSettledError):
            turns(job("ada"))


def created(user_id: str, number: int) -> DocumentCreated:
    origin = Origin(user_id, "uploads", f"u{number}")
    return DocumentCreated(f"e{number}", datetime(2026, 6, 15, tzinfo=UTC), origin, {})


class Slow:
    """ingest, whose work for ada lasts until it may `go_on`."""

    def __init__(self) -> None:
        self.go_on, self.begun = threading.Event(), threading.Semaphore(0)
        self.done: list[Document] = []
        self.deferred: list[Document] = []

    def __call__(self, document: Document) -> None:
        self.begun.release()
        if document.origin.user_id == "ada":
            assert self.go_on.wait(10)
        self.done.append(document)

    def defer(self, document: DocumentCreated) -> None:
        self.deferred.append(document)


def test_of_a_flood_all_threads_but_two_stay_free_and_nothing_is_sent_back() -> None:
    ingest: Any = Slow()
    lanes, flood = Lanes(ingest), [created("ada", number) for number in range(200)]
    with ThreadPoolExecutor(4) as pool:
        delivered = [pool.submit(lanes, each) for each in flood]
        for _ in range(AT_ONCE - 1):
            assert ingest.begun.acquire(timeout=10)
        pool.submit(lanes, created("eve", 1)).result(10)
        assert ingest.done == [created("eve", 1)]
        assert len(ingest.deferred) == len(flood) - (AT_ONCE - 1)
        ingest.go_on.set()
    for each in delivered:
        each.result()

    handled = Counter(each.origin for each in ingest.done + ingest.deferred)
    assert handled == Counter(each.origin for each in [*flood, created("eve", 1)])


def test_who_is_in_the_lane_is_let_in_and_takes_nobody_s_seat() -> None:
    ingest: Any = Slow()
    lanes, named = Lanes(ingest), DocumentNamed(created("ada", 9).origin, deferred=True)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        flood: list[Document] = [created("ada", number) for number in range(AT_ONCE - 1)]
        for document in (named, *flood):
            pool.submit(lanes, document)
            assert ingest.begun.acquire(timeout=10)
        lanes(created("ada", 5))
        ingest.go_on.set()

    assert ingest.deferred == [created("ada", 5)]
    assert named in ingest.done
    lanes(created("ada", 6))
    assert created("ada", 6) in ingest.done


def test_a_document_that_fails_gives_its_seat_back() -> None:
    class Failing(Slow):
        def __call__(self, document: Document) -> None:
            raise NotSettledError("later")

    ingest: Any = Failing()
    lanes = Lanes(ingest)
    for number in range(2 * AT_ONCE):
        with pytest.raises(NotSettledError):
            lanes(created("ada", number))
    assert not ingest.deferred
