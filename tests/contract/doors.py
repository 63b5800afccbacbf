"""A function's process of the real functions-framework, and tokens of every kind for it."""

from __future__ import annotations

import base64
import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from google.auth import crypt, jwt

from infra.local.topology import HOST, PROJECT, function_environment
from tests import events
from tests.cloud import REPOSITORY, Cloud, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

AUDIENCE = "https://preprocess-123456789.us-central1.run.app"
CALLER = f"push@{PROJECT}.iam.gserviceaccount.com"
STRICT = {
    "EVENT_AUDIENCE": f"{AUDIENCE},https://preprocess-*.a.run.app",
    "EVENT_CALLERS": f"{CALLER},events@{PROJECT}.iam.gserviceaccount.com",
}
ENVELOPE = {"specversion": "1.0", "id": "1", "source": "s", "type": "t"}
SECRET = "a-word-that-only-refused-requests-say"


def private_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


KEY, ANOTHER_KEY = private_key(), private_key()


def base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class FromNow(int):
    """A time, so many seconds away from when the token is made."""


def claims(**changed: Any) -> dict[str, Any]:
    """As Pub/Sub's page on push authentication shows them."""
    now = int(time.time())
    return {
        "aud": AUDIENCE,
        "azp": "113774264463038321964",
        "email": CALLER,
        "email_verified": True,
        "exp": now + 3600,
        "iat": now,
        "iss": "https://accounts.google.com",
        "sub": "113774264463038321964",
    } | {name: now + it if isinstance(it, FromNow) else it for name, it in changed.items()}


def signed(key: rsa.RSAPrivateKey = KEY, kid: str = "k1", **changed: Any) -> str:
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    signer = crypt.RSASigner.from_string(pem, kid)
    token: bytes = jwt.encode(signer, claims(**changed))
    return token.decode()


def unsigned(signature: str, header: dict[str, Any] | None = None, **changed: Any) -> str:
    parts = (header or {"alg": "RS256", "kid": "k1", "typ": "JWT"}, claims(**changed))
    encoded = [base64url(json.dumps(part).encode()) for part in parts]
    return ".".join([*encoded, signature])


def stripped(**changed: Any) -> str:
    """What Cloud Run makes of a token that it has verified."""
    return unsigned("SIGNATURE_REMOVED_BY_GOOGLE", **changed)


def hmac_of_public_key() -> str:
    """A token whose HMAC's key is the public key: what a confused verifier would take."""
    import hmac  # noqa: PLC0415

    pem = KEY.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    text = unsigned("", {"alg": "HS256", "kid": "k1"}).rstrip(".")
    return f"{text}.{base64url(hmac.digest(pem, text.encode(), 'sha256'))}"


def elliptic() -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    text = unsigned("", {"alg": "ES256", "kid": "k1"}).rstrip(".")
    return f"{text}.{base64url(key.sign(text.encode(), ec.ECDSA(hashes.SHA256())))}"


def altered() -> str:
    """A good signature under other claims."""
    header, _, signature = signed().split(".")
    return ".".join([header, unsigned("").split(".")[1], signature[:-4] + "AAAA"])


class Door:
    """A function's process."""

    def __init__(self, port: int, log: Path) -> None:
        self.url = f"http://{HOST}:{port}/"
        self.log = log
        self.client = httpx.Client(trust_env=False, timeout=20.0)

    def post(
        self, request: events.Request, token: str | None = None, **more: str
    ) -> httpx.Response:
        headers, body = request
        bearer = {"authorization": f"Bearer {token}"} if token is not None else {}
        return self.client.post(self.url, content=body, headers=headers | bearer | more)

    def lines(self) -> list[dict[str, Any]]:
        found = self.log.read_text().splitlines()
        return [json.loads(line) for line in found if line.startswith("{")]


@contextmanager
def door(cloud: Cloud, log: Path, function: str, **variables: str) -> Iterator[Door]:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    own = function_environment(cloud.ports, pat_model_id="pat-test", gemini={})
    source = str(REPOSITORY / "functions" / function / "main.py")
    arguments = ["--source", source, "--target", function, "--host", HOST, "--port", str(port)]
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "functions_framework", *arguments],
            env={"PYTHONPATH": str(REPOSITORY / "shared"), "no_proxy": HOST} | own | variables,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    opened = Door(port, log)
    try:
        until(lambda: answers(opened, process), what="the function")
        yield opened
    finally:
        opened.client.close()
        os.killpg(process.pid, signal.SIGKILL)  # with its worker: nothing is under way
        process.wait(timeout=10)


def answers(opened: Door, process: subprocess.Popen[bytes]) -> bool:
    assert process.poll() is None, opened.log.read_text()
    try:
        return opened.client.get(opened.url).status_code > 0
    except httpx.TransportError:
        return False


def message() -> events.Request:
    """A delivery that ends as a dead letter: taken, and done with."""
    return events.push({"said": SECRET})


def document() -> events.Request:
    return events.created("users/ada/notes/n1", {"said": SECRET})
