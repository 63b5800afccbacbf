"""The real google-generativeai client against a Gemini that fails: time, money and silence."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import threading
import time
import traceback
from datetime import timedelta
from email.utils import formatdate
from typing import TYPE_CHECKING

import pytest
from starlette.responses import Response, StreamingResponse

from clarity.domain.errors import CutOffError, RefusedError, UnavailableError
from tests.contract.gemini_server import (
    GOOD,
    KEY,
    TASK,
    Waits,
    answered,
    delay,
    error,
    gemini,
    plain_task,
    serving,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from tests.contract.gemini_server import Servers


@pytest.fixture(scope="module")
def both() -> Iterator[Servers]:
    with serving() as servers:
        yield servers


@pytest.fixture
def servers(both: Servers) -> Servers:
    both.reset()
    return both


@pytest.mark.parametrize("mode", ["429", "500", "503"])
def test_a_passing_failure_is_repeated_and_then_left_to_redelivery(servers, mode):
    servers.command(mode)
    before, waits = servers.calls(), Waits()

    with pytest.raises(UnavailableError, match=mode):
        gemini(servers.url, waits=waits).narrate(plain_task())

    assert servers.calls() == before + 3
    assert len(waits) == 2
    assert waits[1] > waits[0] >= 0.5


@pytest.mark.parametrize("mode", ["429", "500"])
def test_one_failure_is_survived(servers, mode):
    servers.command(mode, times=1)

    assert gemini(servers.url).narrate(plain_task()).narrative


@pytest.mark.parametrize(
    ("asked", "least"),
    [
        (error(429, {}, **{"Retry-After": "4"}), 4),
        (error(503, delay("3.5s")), 3.5),
        (error(429, delay("2s"), **{"Retry-After": "3"}), 3),
    ],
)
def test_a_server_that_asks_to_wait_is_given_the_time(servers, asked, least):
    servers.elsewhere.answers[:] = [asked, answered([GOOD])]
    waits = Waits()

    answer = gemini(servers.elsewhere_url, waits=waits).narrate(plain_task())

    assert answer.narrative
    assert least <= waits[0] <= 1.5 * least


def test_a_server_may_say_until_when_to_wait(servers):
    until = formatdate(time.time() + 6, usegmt=True)
    servers.elsewhere.answers[:] = [error(503, "", **{"Retry-After": until}), answered([GOOD])]
    waits = Waits()

    gemini(servers.elsewhere_url, waits=waits).narrate(plain_task())

    assert 4 <= waits[0] <= 9


@pytest.mark.parametrize("asked", ["22s", "4s"])
def test_a_wait_after_which_no_time_is_left_for_an_answer_is_not_begun(servers, asked):
    servers.elsewhere.answers[:] = [error(429, delay(asked)), answered([GOOD])]
    waits = Waits()

    with pytest.raises(UnavailableError):
        gemini(servers.elsewhere_url, waits=waits).narrate(
            plain_task(within=timedelta(seconds=5.9))
        )

    assert (len(servers.elsewhere.requests), waits) == (1, [])


@pytest.mark.parametrize(
    "body",
    [
        [{"error": {"code": 500}}],
        '"oops"',
        "",
        b"\xff\xfe",
        "[" * 3000,
        {"error": "oops"},
        {"error": {"details": 3}},
        {"error": {"details": [None, {"@type": 1}, delay("soon")["error"]["details"][1]]}},
    ],
)
@pytest.mark.parametrize("hint", ["", "soon", "-3", "Thu, 01 Jan 1970 00:00:00 GMT"])
def test_an_error_of_any_shape_is_an_error_of_its_status(servers, body, hint):
    servers.elsewhere.answers[:] = [error(500, body, **{"Retry-After": hint})]
    waits = Waits()

    with pytest.raises(UnavailableError, match="500"):
        gemini(servers.elsewhere_url, waits=waits).narrate(plain_task())

    assert max(waits) < 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413])
def test_a_refused_call_is_not_repeated(servers, status):
    servers.elsewhere.answers[:] = [error(status, {"error": {"message": "You slept 6 h 12 min"}})]

    with pytest.raises(RefusedError, match=str(status)):
        gemini(servers.elsewhere_url).narrate(plain_task())

    assert len(servers.elsewhere.requests) == 1


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_the_key_does_not_follow_a_redirection(servers, status):
    servers.elsewhere.answers[:] = [
        Response(status_code=status, headers={"Location": f"{servers.url}/taken"})
    ]

    with pytest.raises(RefusedError, match=str(status)):
        gemini(servers.elsewhere_url).narrate(plain_task())

    assert len(servers.elsewhere.requests) == 1


@pytest.mark.parametrize("mode", ["hang", "drip"])
@pytest.mark.parametrize(("timeout_s", "within_s"), [(0.7, 20), (20, 0.7)])
def test_a_server_that_hangs_costs_one_call_and_the_time_that_it_has(
    servers, mode, timeout_s, within_s
):
    servers.command(mode)
    before, started = servers.calls(), time.monotonic()

    with pytest.raises(CutOffError):
        gemini(servers.url, timeout_s).narrate(plain_task(within=timedelta(seconds=within_s)))

    assert time.monotonic() - started < 1.5
    assert servers.calls() == before + 1


async def flood() -> AsyncIterator[bytes]:
    for _ in range(1000):
        yield b" " * 65_536
        await asyncio.sleep(0)


async def half() -> AsyncIterator[bytes]:
    yield b'{"candidates": ['
    raise ConnectionResetError


def test_an_answer_without_end_is_not_read_to_its_end(servers):
    servers.elsewhere.answers[:] = [StreamingResponse(flood())]

    answer = gemini(servers.elsewhere_url).narrate(plain_task())

    assert (answer.narrative, answer.fault) == (None, "too long")


def test_a_connection_that_breaks_in_the_answer_may_have_cost_something(servers):
    servers.elsewhere.answers[:] = [StreamingResponse(half())]

    with pytest.raises(CutOffError):
        gemini(servers.elsewhere_url).narrate(plain_task())

    assert len(servers.elsewhere.requests) == 1


@contextlib.contextmanager
def raw(serve: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that speaks to its one caller as it likes."""

    def accept() -> None:
        with listening.accept()[0] as caller, contextlib.suppress(OSError):
            serve(caller)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        thread.join(5)


def test_a_server_that_hangs_up_may_have_worked() -> None:
    with raw(lambda caller: None) as endpoint, pytest.raises(CutOffError):
        gemini(endpoint).narrate(plain_task())


def test_a_drip_without_a_declared_end_is_cut_off_as_well() -> None:
    def drip(caller: socket.socket) -> None:
        caller.sendall(b"HTTP/1.0 200 OK\r\n\r\n")
        for _ in range(15):
            caller.sendall(b" ")
            time.sleep(0.1)

    started = time.monotonic()
    with raw(drip) as endpoint:
        with pytest.raises(CutOffError):
            gemini(endpoint, 0.5).narrate(plain_task())
        assert time.monotonic() - started < 1.2


def test_nobody_listening_is_unavailable_and_tried_again():
    waits = Waits()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{taken.getsockname()[1]}"

        with pytest.raises(UnavailableError):
            gemini(endpoint, waits=waits).narrate(plain_task())

    assert len(waits) == 2


def test_without_time_no_call_is_made(servers):
    with pytest.raises(UnavailableError, match="time"):
        gemini(servers.elsewhere_url).narrate(plain_task(within=timedelta(0)))

    assert not servers.elsewhere.requests


SECRETS = ("6 h 12", "102 beats", "merci", "kürzer", "insomnia", "99,999", KEY, "warm words")


def assert_silent(seen: str, raised: Exception | None = None) -> None:
    if raised is not None:
        assert raised.__context__ is raised.__cause__ is None
        seen += "".join(traceback.format_exception(raised))
    assert [secret for secret in SECRETS if secret in seen] == []


class Everything(logging.Handler):
    """All that a log could hold, what comes with a record included."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.getMessage()} {record.__dict__!r}")


@pytest.fixture
def everything() -> Iterator[Everything]:
    handler = Everything()
    loggers = [logging.getLogger(name) for name in (None, "google", "urllib3", "requests")]
    before = [(logger.level, logger.propagate) for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
        logger.propagate = True
    loggers[0].addHandler(handler)
    yield handler
    loggers[0].removeHandler(handler)
    for logger, (level, propagate) in zip(loggers, before, strict=True):
        logger.setLevel(level)
        logger.propagate = propagate


@pytest.mark.parametrize(
    "mode", ["ok", "invented_number", "diagnosis", "broken_json", "wrong_schema", "huge", "blocked"]
)
def test_policy_13_no_prompt_answer_or_key_is_logged(servers, everything, mode):
    servers.command(mode)

    answer = gemini(servers.url).narrate(plain_task(feedback=TASK.feedback))

    assert everything.lines  # urllib3 says at least that it connects
    assert_silent("".join(everything.lines) + answer.fault)


@pytest.mark.parametrize("mode", ["429", "500", "hang", "drip"])
def test_policy_13_no_prompt_answer_or_key_is_in_an_error(servers, everything, mode):
    servers.command(mode)

    with pytest.raises((UnavailableError, CutOffError)) as found:
        gemini(servers.url, 0.5).narrate(plain_task(feedback=TASK.feedback))

    assert_silent("".join(everything.lines), found.value)


@pytest.mark.parametrize("status", [400, 403, 500])
def test_policy_13_what_a_refusal_quotes_is_not_passed_on(servers, everything, status):
    quoted = {"error": {"message": f"{KEY}: You slept 6 h 12 min", "code": status}}
    servers.elsewhere.answers[:] = [error(status, quoted)]

    with pytest.raises((RefusedError, UnavailableError)) as found:
        gemini(servers.elsewhere_url).narrate(plain_task())

    assert_silent("".join(everything.lines), found.value)
