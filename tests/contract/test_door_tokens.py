"""Whose deliveries a function takes: tokens and origins, at the real functions-framework."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from infra.local.topology import HOST, PROJECT
from tests import events
from tests.contract.doors import (
    ANOTHER_KEY,
    AUDIENCE,
    CALLER,
    KEY,
    SECRET,
    STRICT,
    Door,
    FromNow,
    altered,
    base64url,
    document,
    door,
    elliptic,
    hmac_of_public_key,
    message,
    signed,
    stripped,
    unsigned,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


class KeyServer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        numbers = KEY.public_key().public_numbers()
        key = {"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "k1"}
        parts = {
            name: number.to_bytes((number.bit_length() + 7) // 8)
            for name, number in (("n", numbers.n), ("e", numbers.e))
        }
        listed = [
            key | {name: base64url(raw) for name, raw in parts.items()},
            {"kty": "EC", "kid": "k2"},
        ]
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({"keys": listed}).encode())

    def log_message(self, *arguments: object) -> None:
        """Says nothing."""


@pytest.fixture(scope="module")
def keys() -> Iterator[str]:
    with ThreadingHTTPServer((HOST, 0), KeyServer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://{HOST}:{server.server_port}/certs"
        server.shutdown()


@pytest.fixture(scope="module")
def verifying(cloud, keys, tmp_path_factory) -> Iterator[Door]:
    """With a source of keys, as in the embedded cloud."""
    log = tmp_path_factory.mktemp("doors") / "verifying.log"
    with door(cloud, log, "ingest", **STRICT, EVENT_KEYS=keys) as opened:
        yield opened


def good_tokens() -> Iterator[Any]:
    yield pytest.param({}, id="as it comes")
    yield pytest.param({"aud": AUDIENCE + "/"}, id="with a slash")
    yield pytest.param({"aud": "https://preprocess-4kz3x-uc.a.run.app"}, id="the other address")
    yield pytest.param({"email": f"events@{PROJECT}.iam.gserviceaccount.com"}, id="Eventarc")
    yield pytest.param({"iss": "accounts.google.com"}, id="the issuer's old name")
    yield pytest.param({"iat": FromNow(-3580), "exp": FromNow(20)}, id="nearly an hour old")


def bad_claims() -> Iterator[Any]:
    for status, code, what, changed in (
        (401, "audience", "another audience", {"aud": "https://another.example"}),
        (401, "audience", "an audience that begins alike", {"aud": AUDIENCE + ".evil.example"}),
        (401, "audience", "dots in a star", {"aud": "https://preprocess-a.evil.a.run.app"}),
        (401, "audience", "a list of audiences", {"aud": [AUDIENCE]}),
        (401, "audience", "no audience", {"aud": None}),
        (401, "issuer", "another issuer", {"iss": "https://accounts.example"}),
        (401, "issuer", "a list of issuers", {"iss": ["accounts.google.com"]}),
        (401, "expired", "an expired one", {"iat": FromNow(-3660), "exp": FromNow(-60)}),
        (401, "expired", "an old one", {"iat": FromNow(-90_000), "exp": FromNow(90_000)}),
        (401, "expired", "one from the future", {"iat": FromNow(600), "exp": FromNow(4200)}),
        (401, "expired", "no end", {"exp": None}),
        (401, "expired", "no number", {"exp": "never"}),
        (401, "expired", "a truth for a number", {"iat": True}),
        (403, "caller", "another account", {"email": "mallory@evil.iam.gserviceaccount.com"}),
        (403, "caller", "no account", {"email": None}),
        (403, "caller", "a list of accounts", {"email": [CALLER]}),
        (403, "caller", "an unverified account", {"email_verified": False}),
        (403, "caller", "a word for a truth", {"email_verified": "true"}),
    ):  # fmt: skip
        yield pytest.param(status, code, changed, id=what)


def no_tokens() -> Iterator[Any]:
    deep = base64url(b"[" * 5000 + b"]" * 5000)
    for what, token in (
        ("no JWT", "hello"),
        ("two parts", "a.b"),
        ("no base64", "a.*.c"),
        ("no JSON", ".".join([base64url(b"{"), base64url(b"{"), "x"])),
        ("a list", ".".join([base64url(b"{}"), base64url(b"[]"), "x"])),
        ("deep JSON", f"{base64url(b'{}')}.{deep[:6000]}.x"),
        ("deep, closed", f"{base64url(b'{}')}.{base64url(b'[' * 2200 + b']' * 2200)}.x"),
        ("no UTF-8", f"{base64url(b'{}')}.{base64url(bytes([255, 254]))}.x"),
    ):
        yield pytest.param(token, id=what)


@pytest.mark.parametrize("changed", list(good_tokens()))
def test_a_delivery_of_ours_is_taken(guarded, verifying, changed) -> None:
    assert guarded.post(message(), stripped(**changed)).status_code == 200
    assert verifying.post(document(), signed(**changed)).status_code == 200


@pytest.mark.parametrize(("status", "code", "changed"), list(bad_claims()))
def test_a_token_that_says_something_else_is_refused(
    guarded, verifying, status, code, changed
) -> None:
    behind = guarded.post(message(), stripped(**changed))
    answer = verifying.post(document(), signed(**changed))

    assert (behind.status_code, behind.text) == (status, code)
    assert answer.status_code == status
    assert answer.text in {code, "malformed_token"}  # who verifies may have seen it before us


@pytest.mark.parametrize("token", list(no_tokens()))
def test_what_is_no_token_is_refused(guarded, verifying, token) -> None:
    for each, request in ((guarded, message()), (verifying, document())):
        assert each.post(request, token).status_code == 401
    assert guarded.post(message()).text == "no_token"
    for other in ("Bearer", "Basic YTpi", stripped()):
        assert guarded.post(message(), authorization=other).text == "no_token"


@pytest.mark.parametrize(
    "token",
    [
        pytest.param(stripped, id="no signature"),
        pytest.param(lambda: unsigned(""), id="an empty signature"),
        pytest.param(lambda: unsigned("", {"alg": "none", "kid": "k1"}), id="alg none"),
        pytest.param(lambda: unsigned("AAAA", {"alg": "none"}), id="alg none without a key"),
        pytest.param(
            lambda: unsigned("AAAA", {"alg": ["RS256"], "kid": "k1"}), id="a list for alg"
        ),
        pytest.param(
            lambda: unsigned("AAAA", {"alg": "RS256", "kid": ["k1"]}), id="a list for kid"
        ),
        pytest.param(lambda: signed(ANOTHER_KEY), id="another key"),
        pytest.param(lambda: signed(ANOTHER_KEY, "k3"), id="an unknown key"),
        pytest.param(lambda: signed(kid=""), id="no key named"),
        pytest.param(elliptic, id="an elliptic key"),
        pytest.param(hmac_of_public_key, id="HMAC by the public key"),
        pytest.param(altered, id="an altered token"),
    ],
)
def test_a_signature_that_does_not_hold_is_refused(verifying, token) -> None:
    answer = verifying.post(document(), token())

    assert (answer.status_code, answer.text) == (401, "malformed_token")


def test_a_token_that_the_platform_would_not_look_at_is_refused(guarded) -> None:
    other = {"x-serverless-authorization": f"Bearer {stripped()}"}

    answer = guarded.post(message(), stripped(), **other)

    assert (answer.status_code, answer.text) == (401, "another_token")


def foreign() -> Iterator[Any]:
    headers, body = events.created("users/ada/uploads/u1", {"said": SECRET})
    for source in (
        "//firestore.googleapis.com/projects/evil/databases/(default)",
        f"//firestore.googleapis.com/projects/{PROJECT}-evil/databases/(default)",
        f"//evil.example/projects/{PROJECT}/databases/(default)",
        "//pubsub.googleapis.com/",
    ):
        yield pytest.param("foreign_source", (headers | {"ce-source": source}, body), id=source)
    yield pytest.param("foreign_project", (headers | {"ce-project": "evil"}, body), id="ce-project")
    for make in (events.push, events.published):
        headers, body = make({"said": SECRET})
        for name in (b"projects/evil/subscriptions/preprocess", b"preprocess", b""):
            ours = b"projects/clarity-local/subscriptions/preprocess"
            said = (headers, body.replace(ours, name))
            what = f"{make.__name__} of {name.decode() or 'no subscription'}"
            yield pytest.param("foreign_subscription", said, id=what)
    headers, body = events.published({"said": SECRET})
    source = "//pubsub.googleapis.com/projects/evil/topics/t"
    yield pytest.param("foreign_source", (headers | {"ce-source": source}, body), id="a topic")


@pytest.mark.parametrize(("code", "request_"), list(foreign()))
def test_what_comes_from_elsewhere_is_refused_whoever_brings_it(guarded, code, request_) -> None:
    answer = guarded.post(request_, stripped())

    assert (answer.status_code, answer.text) == (403, code)


def test_keys_that_cannot_be_had_let_nobody_in_and_lose_nothing(cloud, tmp_path) -> None:
    nowhere = f"http://{HOST}:9/certs"
    with door(cloud, tmp_path / "log", "park", **STRICT, EVENT_KEYS=nowhere) as opened:
        answer = opened.post(message(), signed())

    assert (answer.status_code, answer.text) == (503, "keys_unavailable")
