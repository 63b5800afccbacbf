"""Signed links (V4) and who signs them: the keys of service accounts, and IAM's signBlob.

A link is checked as Cloud Storage describes it: the canonical request is made anew from what came,
and its signature, its day, its lifetime and its method must fit. Stricter than the real one may be:
what came must be in canonical form, so that no byte of a link can be another.
"""

from __future__ import annotations

import base64
import hashlib
import math
import re
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infra.local.storage_rules import MOST_JSON, StorageError, body_of, json_in, xml_error
from infra.local.topology import PROJECT

if TYPE_CHECKING:
    from starlette.requests import Request

    from infra.local.database import Database

ALGORITHM: Final = "GOOG4-RSA-SHA256"
LONGEST_S: Final = 604_800  # of a link's life
_SKEW_S: Final = 900.0
_ACCOUNT: Final = re.compile(rf"[a-z][a-z0-9-]{{0,62}}@{PROJECT}\.iam\.gserviceaccount\.com")
_SCOPE: Final = re.compile(r"([^/]+)/(\d{8})/([a-z0-9-]+)/storage/goog4_request")
_NAMES: Final = ("Algorithm", "Credential", "Date", "Expires", "SignedHeaders")
_SIGNATURE: Final = "X-Goog-Signature="


class Keys:
    """One key a service account of the project, made when it is first needed and kept."""

    def __init__(self, database: Database) -> None:
        self._execute = database.execute
        database.execute(
            "CREATE TABLE IF NOT EXISTS storage_keys (account TEXT PRIMARY KEY, pem BLOB)"
        )

    def routes(self) -> list[Route]:
        """The one method of the IAM Service Account Credentials API that links need."""
        path = "/v1/projects/-/serviceAccounts/{account}:signBlob"
        return [Route(path, self._sign_blob, methods=["POST"])]

    async def _sign_blob(self, request: Request) -> Response:
        account = request.path_params["account"]
        if not _ACCOUNT.fullmatch(account):
            return _iam_error(404, "NOT_FOUND", "Requested entity was not found.")
        try:
            asked = json_in(await body_of(request, MOST_JSON))
            payload = base64.b64decode(asked["payload"], validate=True)
        except (StorageError, ValueError, KeyError, TypeError):
            words = "Invalid value at 'payload' (TYPE_BYTES)"
            return _iam_error(400, "INVALID_ARGUMENT", words)
        key = self._key(account) or self._new_key(account)
        signed = key.sign(payload, padding.PKCS1v15(), hashes.SHA256())
        key_id = hashlib.sha256(account.encode()).hexdigest()[:40]
        return JSONResponse({"keyId": key_id, "signedBlob": base64.b64encode(signed).decode()})

    def verified(self, account: str, message: bytes, signature: bytes) -> bool:
        """Whether that account has signed this."""
        key = self._key(account)
        if key is None:
            return False
        try:
            key.public_key().verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            return False
        return True

    def _key(self, account: str) -> rsa.RSAPrivateKey | None:
        query = "SELECT pem FROM storage_keys WHERE account = ?"
        row = self._execute(query, (account,)).fetchone()
        if row is None:
            return None
        key: Any = serialization.load_pem_private_key(row[0], None)
        return key  # type: ignore[no-any-return]  # it is what was written

    def _new_key(self, account: str) -> rsa.RSAPrivateKey:
        key = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        self._execute("INSERT INTO storage_keys VALUES (?, ?)", (account, pem))
        return key


def refusal(request: Request, keys: Keys) -> Response | None:
    """Why a link does not open anything; None where it does."""
    query = request.url.query
    parts = query.split("&") if query else []
    if not any(part.startswith("X-Goog-") for part in parts):
        words = "Anonymous caller does not have storage.objects.get access to the object."
        return xml_error(403, "AccessDenied", "Access denied.", Details=words)
    signed = sorted(part for part in parts if not part.startswith(_SIGNATURE))
    values, scope = _values(request, signed), None
    if values is not None:
        scope = _SCOPE.fullmatch(values["Credential"])
    if values is None or scope is None or len(signed) != len(parts) - 1:
        words = "The query parameters of the signature are not complete, or not of version 4."
        return xml_error(400, "InvalidArgument", "Invalid argument.", Details=words)
    canonical = _canonical(request, signed, values["SignedHeaders"])
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    account, day, region, date = *scope.groups(), values["Date"]
    message = f"{ALGORITHM}\n{date}\n{day}/{region}/storage/goog4_request\n{digest}"
    (signature,) = (part.removeprefix(_SIGNATURE) for part in parts if part not in signed)
    if not _fits(keys, account, message, signature):
        return xml_error(
            403,
            "SignatureDoesNotMatch",
            "Access denied.",
            Details="The request signature we calculated does not match the one you provided.",
            StringToSign=message,
            CanonicalRequest=canonical,
        )
    return _untimely(values, day)


def _values(request: Request, signed: list[str]) -> dict[str, str] | None:
    """The parameters that every link has; None where one is missing, twice or of another kind."""
    given = request.query_params
    for name in _NAMES:
        if sum(part.startswith(f"X-Goog-{name}=") for part in signed) != 1:
            return None
    values = {name: given[f"X-Goog-{name}"] for name in _NAMES}
    fits = (
        values["Algorithm"] == ALGORITHM
        and re.fullmatch(r"\d{8}T\d{6}Z", values["Date"])
        and re.fullmatch(r"[1-9]\d{0,5}", values["Expires"])
        and "host" in values["SignedHeaders"].split(";")
    )
    return values if fits else None


def _canonical(request: Request, signed: list[str], names: str) -> str:
    headers = [f"{name}:{_squeezed(request, name)}\n" for name in names.split(";")]
    payload = request.headers.get("x-goog-content-sha256", "UNSIGNED-PAYLOAD")
    path = request.scope["raw_path"].decode("latin-1")
    return "\n".join([request.method, path, "&".join(signed), "".join(headers), names, payload])


def _squeezed(request: Request, name: str) -> str:
    return " ".join(",".join(request.headers.getlist(name)).split())


def _fits(keys: Keys, account: str, message: str, signature: str) -> bool:
    if not re.fullmatch(r"(?:[0-9a-f]{2})+", signature):
        return False
    return keys.verified(account, message.encode(), bytes.fromhex(signature))


def _untimely(values: dict[str, str], day: str) -> Response | None:
    """Whether the link is used too early or too late."""
    lives, now = int(values["Expires"]), time.time()
    try:
        date = datetime.strptime(values["Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        begins = date.timestamp()
    except ValueError:  # the 32nd of a month
        begins = math.inf
    if lives > LONGEST_S or not values["Date"].startswith(day) or begins > now + _SKEW_S:
        words = "The date or the lifetime of the signature is out of bounds."
        return xml_error(400, "InvalidArgument", "Invalid argument.", Details=words)
    if now > begins + lives:
        ended = datetime.fromtimestamp(begins + lives, UTC)
        words = f"Request signature expired at: {ended:%Y-%m-%dT%H:%M:%S+00:00}"
        return xml_error(400, "ExpiredToken", "Invalid argument.", Details=words)
    return None


def _iam_error(code: int, status: str, message: str) -> Response:
    return JSONResponse({"error": {"code": code, "message": message, "status": status}}, code)
