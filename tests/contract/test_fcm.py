"""The Push port over FCM's HTTP v1 path, against the local stand-in, over loopback."""

from __future__ import annotations

import json
import logging
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import uvicorn
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from clarity.adapters.fcm import Fcm
from clarity.domain.errors import RefusedError, UnavailableError
from clarity.steps.ports_push import Notice
from infra.local.fcm import MODES, LocalFcm
from tests.cloud import environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOTICE = Notice(
    "Your insight is ready", "Open the app.", {"insight_id": "i1", "processing_id": "p1"}
)
UNAVAILABLE, REFUSED = ("429", "500", "503", "no_json"), ("invalid_argument", "sender_id_mismatch")
# Answers with 404 that do not say that the token is gone.
ODD: list[Any] = [
    [],
    {"error": "UNREGISTERED"},
    {"error": {"details": "UNREGISTERED"}},
    {"error": {"details": [7, {"reason": "UNREGISTERED"}, {"errorCode": 7}]}},
]


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    odd = Route(
        "/odd/{number:int}/v1/projects/p/messages:send",
        lambda request: JSONResponse(ODD[request.path_params["number"]], 404),
        methods=["POST"],
    )
    app = Starlette(routes=[*LocalFcm().routes(), odd])
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", lifespan="off")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(timeout=5)


@pytest.fixture
def fcm(endpoint) -> Iterator[Fcm]:
    push = Fcm(endpoint, "clarity-local", timeout_s=0.5)
    yield push
    push._session.close()
    httpx.put(f"{endpoint}/_local/fcm", json={"mode": "ok"})


def command(endpoint, mode, **fields) -> httpx.Response:
    return httpx.put(f"{endpoint}/_local/fcm", json={"mode": mode, **fields})


def state(endpoint) -> dict:
    return httpx.get(f"{endpoint}/_local/fcm").json()


def test_a_notice_reaches_its_token_with_its_words_and_ids_and_nothing_else(endpoint, fcm) -> None:
    assert fcm.send("a-token", NOTICE)

    assert state(endpoint)["messages"][-1] == {
        "token": "a-token",
        "notification": {"title": "Your insight is ready", "body": "Open the app."},
        "data": {"insight_id": "i1", "processing_id": "p1"},
    }


def test_a_token_that_fcm_no_longer_knows_is_told_apart_from_every_error(endpoint, fcm) -> None:
    command(endpoint, "unregistered", token="old")

    assert not fcm.send("old", NOTICE)
    assert fcm.send("new", NOTICE)


@pytest.mark.parametrize("mode", [*UNAVAILABLE, *REFUSED])
def test_a_failure_is_an_error_after_one_call(endpoint, fcm, mode) -> None:
    command(endpoint, mode)
    before = state(endpoint)["calls"]

    with pytest.raises(UnavailableError if mode in UNAVAILABLE else RefusedError):
        fcm.send("a-token", NOTICE)

    assert state(endpoint)["calls"] == before + 1


def test_every_misbehaviour_of_the_stand_in_is_tested() -> None:
    assert set(MODES) == {"ok", "unregistered", "hang", *UNAVAILABLE, *REFUSED}


def test_a_service_that_hangs_holds_up_for_the_timeout_and_no_longer(endpoint, fcm) -> None:
    command(endpoint, "hang")
    began = time.monotonic()

    with pytest.raises(UnavailableError, match="ReadTimeout"):
        fcm.send("a-token", NOTICE)

    assert time.monotonic() - began < 3 * fcm.timeout_s


@pytest.mark.parametrize("number", range(len(ODD)))
def test_a_404_that_fcm_does_not_explain_is_no_dead_token(endpoint, number) -> None:
    push = Fcm(f"{endpoint}/odd/{number}/", "p", timeout_s=1)

    with pytest.raises(RefusedError, match="404"):
        push.send("a-token", NOTICE)
    push._session.close()


def test_nobody_there_is_unavailable() -> None:
    push = Fcm("http://127.0.0.1:9", "p", timeout_s=0.5)

    with pytest.raises(UnavailableError):
        push.send("a-token", NOTICE)
    push._session.close()


@pytest.mark.parametrize("mode", ["no_json", "invalid_argument", "hang"])
def test_no_token_reaches_a_log_or_an_error(endpoint, fcm, mode, caplog) -> None:
    command(endpoint, mode)

    with (
        caplog.at_level(logging.DEBUG, "clarity"),
        pytest.raises((UnavailableError, RefusedError)) as raised,
    ):
        fcm.send("secret-token", NOTICE)

    assert caplog.records
    said = str(raised.value) + "".join(str(record.__dict__) for record in caplog.records)
    assert "secret-token" not in said


@pytest.mark.parametrize("endpoint_", ["http://fcm.example.com", "ftp://127.0.0.1", "fcm:443", ""])
def test_a_token_never_travels_in_the_clear(endpoint_) -> None:
    with pytest.raises(ValueError, match="expected https"):
        Fcm(endpoint_, "p", timeout_s=1)


def test_without_credentials_nothing_is_announced_and_no_path_is_told(tmp_path) -> None:
    absent = {"GOOGLE_APPLICATION_CREDENTIALS": str(tmp_path / "absent.json")}

    with environment(absent), pytest.raises(UnavailableError) as raised:
        Fcm("https://fcm.googleapis.com", "p", timeout_s=1).send("a-token", NOTICE)

    assert str(tmp_path) not in str(raised.value)


def test_google_s_endpoint_is_called_with_credentials_for_messaging_alone(tmp_path) -> None:
    with environment({"GOOGLE_APPLICATION_CREDENTIALS": str(service_account(tmp_path))}):
        session = Fcm("https://fcm.googleapis.com", "p", timeout_s=1)._session

    credentials = session.credentials  # type: ignore[attr-defined]  # google-auth's own session
    assert credentials.scopes == ["https://www.googleapis.com/auth/firebase.messaging"]
    session.close()


def service_account(folder: Path) -> Path:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    file = folder / "account.json"
    fields = {
        "type": "service_account",
        "project_id": "p",
        "private_key_id": "1",
        "private_key": pem,
        "client_email": "insights@p.iam.gserviceaccount.com",
        "client_id": "1",
        "token_uri": "https://oauth2.googleapis.com/token",
    }
    file.write_text(json.dumps(fields))
    return file


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"token": ""},
        {"token": "t", "notification": {"title": "a"}},
        "text",
        {"token": "t", "notification": "text"},
        {"token": "t", "notification": {"title": "a", "body": "b"}, "data": ["n"]},
    ],
    ids=["nothing", "no token", "no body", "a text", "a text's notice", "a list of data"],
)
def test_the_stand_in_refuses_what_fcm_would_refuse(endpoint, message) -> None:
    path = f"{endpoint}/v1/projects/p/messages:send"
    whole = {"token": "t", "notification": {"title": "a", "body": "b"}, "data": {"n": 1}}

    for body in (message, whole):
        answer = httpx.post(path, json={"message": body})
        assert answer.status_code == 400
        assert answer.json()["error"]["details"][0]["errorCode"] == "INVALID_ARGUMENT"


def test_the_stand_in_refuses_a_mode_that_it_does_not_know(endpoint) -> None:
    assert command(endpoint, "sometimes").status_code == 400
    assert command(endpoint, "500", times=0).status_code == 400
    command(endpoint, "500", times=1)
    push = Fcm(endpoint, "p", timeout_s=1)

    with pytest.raises(UnavailableError):
        push.send("a-token", NOTICE)
    assert push.send("a-token", NOTICE)
    push._session.close()
