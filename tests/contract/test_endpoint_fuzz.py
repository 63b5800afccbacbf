"""Requests that nobody should send: each gets its 4xx with the reason, and the server goes on."""

from __future__ import annotations

import base64
import json
import random
import socket
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clarity.pat import instances
from clarity.pat.runtime import Pat, load
from infra.endpoint.predictor import Predictor
from tests.contract.endpoint_server import SETTINGS, b64, post, serving, wait_until_healthy, week

if TYPE_CHECKING:
    import httpx

ROUTE = SETTINGS.predict_route
GOOD = json.dumps({"instances": [b64(week())]}).encode()


@pytest.fixture(scope="module")
def pat() -> Pat:
    return load("small", cores=1)


@pytest.fixture(scope="module")
def client(pat):
    with serving(Predictor(lambda: pat, queue=8), body_timeout_s=0.5) as client:
        wait_until_healthy(client.get)
        yield client


@pytest.fixture(autouse=True)
def serving_goes_on(client):
    yield
    assert post(client, {"instances": [b64(week())]}).status_code == 200


def exchange(client: httpx.Client, *parts: bytes) -> str:
    """Send bytes as they are and read all that comes until the server ends the connection."""
    with socket.create_connection((client.base_url.host, client.base_url.port), 10) as raw:
        for part in parts:
            raw.sendall(part)
        return b"".join(iter(lambda: raw.recv(4096), b"")).decode()


def head(*headers: str, method: str = "POST", route: str = ROUTE) -> bytes:
    lines = [f"{method} {route} HTTP/1.1", "Host: x", "Connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode()


def halves(count: int, kind: str) -> str:
    return base64.b64encode(np.full(count, 3, kind).tobytes()).decode()


HALF = {"dtype": "float16"}
MANY = {"steps_b64": halves(10_080, "<f2"), **HALF}
WRONG = {
    "deep JSON": (b"[" * 100_000, "the body is not JSON"),
    "deep instances": (
        b'{"instances":' + b"[" * 900 + b"]" * 900 + b"}",
        "exactly one of steps, steps_b64",
    ),
    "deep steps": (
        b'{"instances":[{"steps":' + b"[" * 900 + b"]" * 900 + b"}]}",
        "numbers or null, found list",
    ),
    "a number without end": (
        b'{"instances":[{"steps":[' + b"9" * 100_000 + b"]}]}",
        "",  # JSON or not is the parser's choice: it is not served in either case
    ),
    "NaN": (b'{"instances":[{"steps":[NaN]}]}', "the body is not JSON"),
    "Infinity": (b'{"instances":[{"steps":[Infinity]}]}', "the body is not JSON"),
    "beyond float64": (b'{"instances":[{"steps":[1e999]}]}', ""),
    "half of a surrogate": (b'{"instances":[{"steps_b64":"\\ud800"}]}', ""),
    "a name twice": (b'{"instances":[],"instances":[]}', "found 0 items"),
    "a null byte": (b'{"instances":\x00[]}', "the body is not JSON"),
    "cut in the middle": (GOOD[:20_000], "the body is not JSON"),
    "text after it": (GOOD + b"x", "the body is not JSON"),
    "UTF-16": (GOOD.decode().encode("utf-16"), "the body is not JSON"),
    "1,000 windows": (b'{"instances":[' + b"{}," * 999 + b"{}]}", "1 to 64 items, found 1000"),
    "steps_b64 of nothing but padding": (
        b'{"instances":[{"steps_b64":"' + b"=" * 1000 + b'"}]}',
        "is not base64",
    ),
    "float32 told as float16": (
        json.dumps({"instances": [{"steps_b64": halves(10_080, "<f4"), **HALF}]}).encode(),
        "must hold 10080 minutes, found 20160",
    ),
    "float16 told as nothing": (
        json.dumps({"instances": [{"steps_b64": halves(10_080, "<f2")}]}).encode(),
        "must hold 10080 minutes, found 5040",
    ),
}


@pytest.mark.parametrize(("content", "reason"), WRONG.values(), ids=WRONG)
def test_a_body_that_makes_no_sense_gets_400_with_the_reason(client, content, reason):
    answer = client.post(ROUTE, content=content)

    assert answer.status_code == 400
    assert answer.json()["error"]["message"]
    assert reason in answer.json()["error"]["message"]


def test_10_mb_get_413_as_soon_as_the_limit_is_passed(client):
    said = exchange(client, head("Content-Length: 10000000"), b" " * 1_500_001)

    assert said.startswith("HTTP/1.1 413")
    assert "larger than 1500000 bytes" in said


@pytest.mark.parametrize(
    ("headers", "parts", "status"),
    [
        (["Content-Length: 5"], [GOOD], "400"),
        ([f"Content-Length: {len(GOOD) + 1}"], [GOOD], "408"),
        # Without a body: a server that closes on unread bytes resets the connection, and its
        # answer may be lost with it.
        (["Content-Length: -1"], [], "400"),
        (["Content-Length: many"], [], "400"),
        (["Content-Length: 5", "Content-Length: 6"], [], "400"),
        (["Content-Length: 2"], [b"{}"], "400"),
        ([], [], "400"),
        (["Transfer-Encoding: chunked"], [b"zz\r\n{}\r\n0\r\n\r\n"], "400"),
        (["Transfer-Encoding: chunked"], [b"2\r\n{}\r\n0\r\n\r\n"], "400"),
        (["Transfer-Encoding: chunked"], [b"2\r\n{}\r\n"], "408"),
    ],
)
def test_a_length_that_is_not_the_bodys_gets_4xx(client, headers, parts, status):
    said = exchange(client, head(*headers), *parts)

    assert said.startswith(f"HTTP/1.1 {status}")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "HEAD"])
def test_another_method_gets_405(client, method):
    said = exchange(client, head("Content-Length: 0", method=method))

    assert said.startswith("HTTP/1.1 405")


@pytest.mark.parametrize(
    "content",
    [b"\r\n\r\n", b"hello\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 9, b"GET"],
    ids=["empty lines", "no HTTP", "TLS", "half a line"],
)
def test_what_is_no_http_at_all_harms_nobody(client, content):
    with socket.create_connection((client.base_url.host, client.base_url.port), 10) as raw:
        raw.sendall(content)


def test_a_connection_that_ends_within_the_body_is_counted_and_harms_nobody(client):
    with socket.create_connection((client.base_url.host, client.base_url.port), 10) as raw:
        raw.sendall(head(f"Content-Length: {len(GOOD)}") + GOOD[:1000])

    post(client, {"instances": [b64(week())]})
    counted = client.get("/metrics").text
    assert 'pat_rejected_requests_total{reason="client_left"}' in counted


def test_many_slow_bodies_at_once_do_not_hold_up_one_that_comes_whole(client):
    opened = [
        socket.create_connection((client.base_url.host, client.base_url.port), 10)
        for _ in range(40)
    ]
    for raw in opened:
        raw.sendall(head("Content-Length: 99") + b"{")

    answer = post(client, {"instances": [b64(week())]})

    assert answer.status_code == 200
    said = [raw.recv(4096).decode() for raw in opened]
    for raw in opened:
        raw.close()
    assert all(one.startswith("HTTP/1.1 408") for one in said)


def test_a_request_with_bytes_turned_over_is_answered_or_refused_but_never_breaks(client):
    rng = random.Random(7)
    statuses = []
    for _ in range(60):
        content = bytearray(GOOD[:200] if rng.random() < 0.5 else GOOD)
        for _ in range(rng.randint(1, 8)):
            content[rng.randrange(len(content))] = rng.randrange(256)
        statuses.append(client.post(ROUTE, content=bytes(content)).status_code)

    assert set(statuses) <= {200, 400}
    assert 400 in statuses


NAMES = st.sampled_from(["instances", "parameters", "steps", "steps_b64", "dtype", "attention", ""])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(JSON)
def test_any_json_is_parsed_or_refused_with_a_reason(document):
    with suppress(instances.InstanceError):
        asked = instances.parse(json.dumps(document).encode(), minutes=2, most=4)
        assert asked.steps.shape[1] == 2
