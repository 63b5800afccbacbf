"""A busy endpoint is asked again: politely, in time, and not by every thread of an instance."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from typing import TYPE_CHECKING

import pytest

from clarity.adapters.backoff import Backoff, Busy
from clarity.adapters.vertex import VertexEncoder, open_encoder
from clarity.domain.errors import (
    MisconfiguredError,
    ParkedError,
    RefusedError,
    UnavailableError,
)
from tests.contract.vertex_endpoint import ENDPOINT, WEEK, error, prediction, served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.contract.vertex_endpoint import Answer, Asked

GOOD: Answer = (200, prediction(), {})


def busy(status: int = 503, body: bytes = b"", **headers: str) -> Answer:
    return status, body, {name.replace("_", "-"): value for name, value in headers.items()}


@contextmanager
def in_turn(
    *answers: Answer | None, retry_s: float = 3.0, timeout_s: float = 2.0
) -> Iterator[tuple[VertexEncoder, Asked]]:
    """An encoder whose endpoint gives these answers in turn, the last one for ever."""
    with served(lambda n: answers[min(n, len(answers)) - 1]) as (host, asked):
        encoder = open_encoder(
            ENDPOINT, model_id="pat-test", timeout_s=timeout_s, retry_s=retry_s, emulator_host=host
        )
        yield encoder, asked
        encoder.session.close()


def predictions(asked: Asked) -> int:
    return sum(body is not None for _, body in asked)


@pytest.mark.parametrize(
    "first", [busy(429), busy(502), busy(503), None], ids=["429", "502", "503", "reset"]
)
def test_an_endpoint_that_is_busy_for_a_moment_reads_the_week_in_the_same_delivery(first) -> None:
    with in_turn(first, first, GOOD) as (encoder, asked):
        assert encoder.encode(WEEK).model_id == "pat-test"

    sent = [body for _, body in asked if body is not None]
    assert sent == [sent[0]] * 3


@pytest.mark.parametrize(
    "asks",
    [
        lambda: busy(429, retry_after="1"),
        lambda: busy(
            503, retry_after=format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
        ),
        lambda: busy(
            429,
            b'{"error": {"code": 429, "details": [{"@type": '
            b'"type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "1.0s"}]}}',
        ),
    ],
    ids=["seconds", "date", "Google's details"],
)
def test_it_is_not_asked_again_before_the_time_that_it_asked_for(asks) -> None:
    with in_turn(asks(), GOOD) as (encoder, _):
        began = time.monotonic()
        encoder.encode(WEEK)

    assert 0.95 <= time.monotonic() - began < 6


def test_a_wait_that_does_not_fit_is_left_to_the_redelivery_at_once() -> None:
    with in_turn(busy(503, retry_after="3600"), GOOD) as (encoder, asked):
        began = time.monotonic()
        with pytest.raises(UnavailableError, match="503"):
            encoder.encode(WEEK)

    assert time.monotonic() - began < 2
    assert predictions(asked) == 1


def test_what_one_thread_was_asked_to_wait_for_holds_for_the_others_and_not_for_ever() -> None:
    with in_turn(busy(503, retry_after="3600"), GOOD, retry_s=0.6) as (encoder, asked):
        for match in ("503", "left alone"):
            with pytest.raises(UnavailableError, match=match):
                encoder.encode(WEEK)
        assert predictions(asked) == 1

        time.sleep(0.7)
        assert encoder.encode(WEEK).vector


def test_an_endpoint_that_stays_busy_ends_the_delivery_within_its_time() -> None:
    with in_turn(busy(), retry_s=1.5) as (encoder, asked):
        began = time.monotonic()
        with pytest.raises(UnavailableError, match="503"):
            encoder.encode(WEEK)

    assert time.monotonic() - began < 3.5
    assert 2 <= predictions(asked) < 30


def test_each_wait_is_anything_from_nothing_to_a_bound_that_doubles() -> None:
    down, runs = UnavailableError("down"), []
    for _ in range(300):
        answers = iter([*[Busy(down)] * 5, "here"])
        pauses: list[float] = []
        backoff = Backoff(60, busy="busy", sleep=pauses.append)
        assert backoff.call(partial(next, answers)) == "here"
        runs.append(pauses)

    for at, waits in enumerate(zip(*runs, strict=True)):
        bound = 0.25 * 2**at
        assert 0 <= min(waits) < 0.1 * bound
        assert 0.9 * bound < max(waits) <= bound


def test_those_who_wait_leave_threads_to_others() -> None:
    took: list[float] = []
    with in_turn(busy(429, retry_after="2"), retry_s=6) as (encoder, _asked):

        def read() -> None:
            began = time.monotonic()
            with pytest.raises(UnavailableError):
                encoder.encode(WEEK)
            took.append(time.monotonic() - began)

        threads = [threading.Thread(target=read) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert sum(seconds < 1.9 for seconds in took) == 4


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (busy(400, error(400, "FAILED_PRECONDITION", "no traffic_split")), ParkedError),
        (busy(429, b"Model is not yet ready for inference."), ParkedError),
        (busy(403), MisconfiguredError),
        (busy(400), RefusedError),
        (busy(500), UnavailableError),
        (busy(504), UnavailableError),
        (busy(307, location="/elsewhere"), MisconfiguredError),
    ],
    ids=["parked", "not ready", "forbidden", "refused", "error", "timeout", "redirected"],
)
def test_what_no_repetition_mends_is_not_repeated(answer, kind) -> None:
    with in_turn(answer, GOOD) as (encoder, asked), pytest.raises(kind):
        encoder.encode(WEEK)

    assert predictions(asked) == 1


def test_nobody_there_is_tried_again_within_the_time_and_then_unavailable() -> None:
    encoder = open_encoder(
        ENDPOINT, model_id="m", timeout_s=1, retry_s=1, emulator_host="127.0.0.1:9"
    )
    began = time.monotonic()

    with pytest.raises(UnavailableError, match="ConnectionError"):
        encoder.encode(WEEK)

    assert time.monotonic() - began < 2
    encoder.session.close()


def test_an_answer_that_drips_takes_no_longer_than_one_that_does_not_come() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        dripping = threading.Thread(target=drip, args=(server,))
        dripping.start()
        encoder = open_encoder(
            ENDPOINT,
            model_id="pat-test",
            timeout_s=0.5,
            retry_s=2,
            emulator_host=f"127.0.0.1:{server.getsockname()[1]}",
        )
        began = time.monotonic()

        with pytest.raises(UnavailableError, match="ReadTimeout"):
            encoder.encode(WEEK)

        assert time.monotonic() - began < 5
        dripping.join(5)
        assert not dripping.is_alive()  # the connection was closed, and no other one opened
        encoder.session.close()


def drip(server: socket.socket) -> None:
    """Answer one request a byte at a time, and the question what is deployed with a no."""
    with server.accept()[0] as connection:
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
        with suppress(OSError):
            for _ in range(1000):
                connection.sendall(b" ")
                time.sleep(0.05)
    with server.accept()[0] as connection:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 403 no\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
