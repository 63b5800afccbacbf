"""No one person's jobs take all threads of a process."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from clarity.domain.errors import InProgressError, NotSettledError
from clarity.domain.events import JobMessage
from clarity.domain.job import Origin
from clarity.steps.turns import AT_ONCE, Turns


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
