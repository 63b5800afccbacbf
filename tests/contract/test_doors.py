"""What a function refuses to read, as a process of the real functions-framework."""

from __future__ import annotations

import contextlib
import gzip
import json
import socket
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from infra.local.topology import HOST
from tests import events
from tests.cloud import until
from tests.contract.doors import ENVELOPE, SECRET, document, door, message, stripped

if TYPE_CHECKING:
    from collections.abc import Iterator


def deep(levels: int) -> bytes:
    return b'{"a":' * levels + b"1" + b"}" * levels


def unreadable() -> Iterator[Any]:
    json_, structured = "application/json", "application/cloudevents+json"
    headers, envelope = events.published({"said": SECRET})
    encoded = headers | {"content-encoding": "gzip"}
    yield pytest.param(415, "content_encoding", encoded, gzip.compress(envelope), id="gzip")
    big = b" " * (17 * 1024 * 1024)
    yield pytest.param(413, "request_entity_too_large", headers, big, id="17 MiB")
    for levels in (33, 500, 900, 1200, 100_000):
        body = deep(levels)
        for kind in (json_, structured):
            what = f"{levels} levels of {kind}"
            code = "no_event" if levels < 950 else "nested_too_deeply"
            yield pytest.param(400, code, {"content-type": kind}, body, id=what)
        yield pytest.param(400, "nested_too_deeply", headers, body, id=f"{levels} levels of data")
    utf16 = (b'{"a":"' + b"x" * 3 + b'","b":' + deep(2000) + b"}").decode().encode("utf-16")
    yield pytest.param(400, "nested_too_deeply", headers, utf16, id="deep UTF-16")
    for code, what in (("attributes_too_large", "x" * 40_000), ("no_event", "\ud800")):
        event = json.dumps(ENVELOPE | {"id": what, "data": {}}).encode()
        yield pytest.param(400, code, {"content-type": structured}, event, id=f"an id: {code}")
    for what, kind, body in (
        ("no JSON", json_, b"{" + SECRET.encode()),
        ("a number", json_, b"17"),
        ("a text", json_, json.dumps(SECRET).encode()),
        ("a list", structured, json.dumps([SECRET]).encode()),
        ("nothing", json_, b""),
        ("no base64", structured, json.dumps(ENVELOPE | {"data_base64": SECRET + "*"}).encode()),
        ("a form", "application/x-www-form-urlencoded", SECRET.encode()),
    ):  # fmt: skip
        yield pytest.param(400, None, {"content-type": kind}, body, id=what)


@pytest.mark.parametrize(("status", "code", "headers", "body"), list(unreadable()))
def test_what_cannot_be_read_is_refused_and_the_next_is_taken(
    guarded, status, code, headers, body
) -> None:
    answer = guarded.post((headers, body), stripped())

    assert answer.status_code in {status, 415}
    assert code is None or answer.text == code
    assert SECRET not in answer.text
    assert guarded.post(message(), stripped()).status_code == 200


def test_a_body_without_a_length_is_bounded_too(guarded) -> None:
    headers, _ = message()
    chunks = (b" " * 1_000_000 for _ in range(17))

    answer = guarded.client.post(
        guarded.url,
        content=chunks,
        headers=headers | {"authorization": f"Bearer {stripped()}"},
    )

    assert (answer.status_code, answer.text) == (413, "request_entity_too_large")


@pytest.mark.parametrize("request_", [message(), document()], ids=["message", "document"])
def test_a_body_whose_connection_breaks_is_not_taken_for_a_bad_one(guarded, request_) -> None:
    before = len(guarded.lines())
    headers, body = request_
    told = headers | {
        "host": HOST,
        "authorization": f"Bearer {stripped()}",
        "content-length": str(len(body)),
    }
    lines = [f"{name}: {value}" for name, value in told.items()]
    head = "\r\n".join(["POST / HTTP/1.1", *lines, "", ""]).encode()

    with socket.create_connection((HOST, httpx.URL(guarded.url).port or 0)) as connection:
        connection.sendall(head + body[: len(body) // 2])

    (line,) = until(lambda: guarded.lines()[before:], what="a line")
    assert (line["message"], line["code"]) == ("refused", "cut_short")


@pytest.mark.parametrize("headers", [{f"x-{n}": "1" for n in range(150)}, {"x": "1" * 9000}])
def test_headers_without_end_are_refused_by_the_server(guarded, headers) -> None:
    with contextlib.suppress(httpx.RemoteProtocolError):  # closed before the answer was read
        assert 400 <= guarded.post(message(), stripped(), **headers).status_code < 500
    assert guarded.post(message(), stripped()).status_code == 200


def test_a_refusal_leaves_a_line_with_its_code_and_nothing_of_the_request(guarded) -> None:
    before = len(guarded.lines())

    guarded.post(message(), stripped(email=f"{SECRET}@example.com"))

    (line,) = until(lambda: guarded.lines()[before:], what="a line")
    assert line == {
        "severity": "WARNING",
        "message": "refused",
        "logger": "clarity.adapters.door",
        "code": "caller",
        "status": 403,
    }
    assert SECRET not in guarded.log.read_text()


def test_a_function_without_the_settings_takes_unsigned_events(cloud, tmp_path) -> None:
    with door(cloud, tmp_path / "log", "ingest") as opened:
        assert opened.post(document()).status_code == 200
        assert opened.post((message()[0], deep(100_000))).status_code == 400
