"""Who may deliver to a function, from where, and in what form: asked before anything is read.

In front of a deployed function Cloud Run verifies the caller's OIDC token and hands it on with
`SIGNATURE_REMOVED_BY_GOOGLE` in place of the signature; its claims are asked again here, so that a
wrongly given right to call opens nothing. Where a source of keys is set (the embedded cloud has
one), the signature is verified here. `X-Serverless-Authorization` would be verified there in place
of `Authorization`, which then is anybody's word: who brings it is refused.

Nothing of a refused request is logged or sent back: what it failed of is named by a word of ours.
"""

from __future__ import annotations

import base64
import json
import logging
import math
import re
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, wraps
from typing import TYPE_CHECKING, Any

import flask
import functions_framework
from werkzeug.exceptions import (
    BadRequest,
    Forbidden,
    HTTPException,
    RequestEntityTooLarge,
    ServiceUnavailable,
    Unauthorized,
    UnsupportedMediaType,
)

from clarity.adapters.cloudevent import PUBLISHED, nested

if TYPE_CHECKING:
    from cloudevents.http import CloudEvent
    from werkzeug.datastructures import Headers

Handler = Callable[["CloudEvent"], None]

# Pub/Sub takes messages of 10 MB, which its envelope carries as base64; Eventarc's are smaller.
MAX_BODY_BYTES = 16 * 1024 * 1024
MAX_ATTRIBUTE_BYTES = 32 * 1024  # a document's path has 6 KiB at most, and comes three times
# Nothing of ours nests deeper than four levels. What comes as protobuf has protobuf's own limit.
MAX_DEPTH = 32
# As Google signs them: for an hour, and handed out for as long (its page on push authentication).
LIFETIME_S = 3600
SKEW_S = 10
ISSUERS = frozenset({"https://accounts.google.com", "accounts.google.com"})
_KEYS_TIMEOUT_S = 5.0
_KEYS_PAUSE_S = 5.0  # between two looks for a key that is not there
_TOKENS_KEPT = 16  # more than there are pushers

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Strict:
    """Which deliveries are taken.

    Attributes:
        project: whose databases, topics and subscriptions they come from.
        audiences: addresses that a token may be for; `*` stands for a part of a name.
        callers: accounts that may deliver.
        keys: a JSON Web Key Set's address; None where the platform has verified signatures.
    """

    project: str
    audiences: tuple[str, ...]
    callers: frozenset[str]
    keys: str | None = None


class RefusedDeliveryError(Exception):
    """A delivery that is not taken: a word that says why, which quotes nothing of it."""

    def __init__(self, code: str, refusal: type[HTTPException]) -> None:
        super().__init__(code)
        self.code = code
        self.refusal = refusal


def guard(strict: Strict | None) -> Callable[[Handler], Handler]:
    """A CloudEvents function of functions-framework, behind the checks; None takes any caller.

    Its application is at hand where the framework loads the function. Without one, no request comes
    and there is nothing to guard.
    """
    tokens = Tokens(strict) if strict else None

    def before() -> None:
        if tokens:
            tokens.check(flask.request.headers)
        _check_body()
        flask.g.asked = True

    def decorate(handle: Handler) -> Handler:
        @wraps(handle)
        def checked(event: CloudEvent) -> None:
            if flask.has_request_context():
                _check_event(event, strict)
                flask.g.taken = True
            handle(event)

        functions_framework.cloud_event(checked)
        return checked

    if flask.has_app_context():
        app = flask.current_app
        app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
        app.before_request(before)
        app.register_error_handler(Exception, _answer)
    return decorate


def _check_body() -> None:
    if flask.request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise RefusedDeliveryError("content_encoding", UnsupportedMediaType)
    length = len(flask.request.get_data())
    # A stream that does not say its length is cut off there and called whole.
    if length >= MAX_BODY_BYTES:
        raise RequestEntityTooLarge
    # So is one whose connection broke: what it brought is good, and comes again.
    if length != (flask.request.content_length or length):
        raise RefusedDeliveryError("cut_short", BadRequest)


def _check_event(event: CloudEvent, strict: Strict | None) -> None:
    if not flask.g.get("asked"):  # loaded where no application was at hand
        raise RefusedDeliveryError("unguarded", Unauthorized)
    _check_form(event)
    if strict:
        _check_origin(event, strict.project)


def _check_form(event: CloudEvent) -> None:
    if nested(event.get_data(), MAX_DEPTH):
        raise RefusedDeliveryError("nested_too_deeply", BadRequest)
    # They come into each line and letter; half a surrogate pair could not even be sent.
    attributes = "".join(map(str, event.get_attributes().values()))
    if len(attributes.encode()) > MAX_ATTRIBUTE_BYTES:
        raise RefusedDeliveryError("attributes_too_large", BadRequest)


def _answer(error: Exception) -> tuple[str, int]:
    """The status of a failure, and a line about one that no step has logged."""
    if flask.g.get("taken"):
        return "failed", 500
    code, status = _refusal(error)
    _log.warning("refused", extra={"fields": {"code": code, "status": status}})
    return code, status


def _refusal(error: Exception) -> tuple[str, int]:
    if isinstance(error, RefusedDeliveryError):
        return error.code, error.refusal.code or 403
    if isinstance(error, HTTPException) and error.code != BadRequest.code:
        return re.sub(r"(?<=.)(?=[A-Z])", "_", type(error).__name__).lower(), error.code or 400
    # Neither a CloudEvent nor a push: whatever its parsers said of it may quote it.
    deep = isinstance(error.__context__ or error, RecursionError)
    return "nested_too_deeply" if deep else "no_event", 400


def _check_origin(event: CloudEvent, project: str) -> None:
    source, ours = str(event["source"]), f"projects/{project}/"
    if event.get("project", project) != project:
        raise RefusedDeliveryError("foreign_project", Forbidden)
    if event["type"] == PUBLISHED:
        if not _subscription(event).startswith(f"{ours}subscriptions/"):
            raise RefusedDeliveryError("foreign_subscription", Forbidden)
        # The framework knows no topic of a plain push.
        if source == "//pubsub.googleapis.com/":
            return
    if not re.match(rf"//(pubsub|firestore)\.googleapis\.com/{re.escape(ours)}", source):
        raise RefusedDeliveryError("foreign_source", Forbidden)


def _subscription(event: CloudEvent) -> str:
    """The name in the push envelope, of which the framework keeps the message alone."""
    for envelope in (event.get_data(), flask.request.get_json(silent=True)):
        if isinstance(envelope, Mapping) and "subscription" in envelope:
            return str(envelope["subscription"])
    return ""


class Tokens:
    """Says whether a request's token lets it in."""

    def __init__(self, strict: Strict, clock: Callable[[], float] = time.time) -> None:
        self._strict = strict
        self._clock = clock
        self._keys = Keys(strict.keys) if strict.keys else None
        parts = (re.escape(each.rstrip("/")) for each in strict.audiences)
        self._audience = re.compile("|".join(part.replace(r"\*", "[a-z0-9-]+") for part in parts))
        # A pusher brings the same token for an hour. What depends on the time is asked each time.
        self._claims = lru_cache(_TOKENS_KEPT)(self._read)

    def check(self, headers: Mapping[str, str] | Headers) -> None:
        """Let a request with these headers in.

        Raises:
            RefusedDeliveryError: its token is none, or not one that may.
        """
        if "X-Serverless-Authorization" in headers:
            raise RefusedDeliveryError("another_token", Unauthorized)
        scheme, _, token = headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise RefusedDeliveryError("no_token", Unauthorized)
        claims = self._claims(token.strip())
        if str(claims.get("iss")) not in ISSUERS:
            raise RefusedDeliveryError("issuer", Unauthorized)
        if not self._audience.fullmatch(str(claims.get("aud")).rstrip("/")):
            raise RefusedDeliveryError("audience", Unauthorized)
        self._check_time(claims)
        verified = claims.get("email_verified") is True
        if not verified or str(claims.get("email")) not in self._strict.callers:
            raise RefusedDeliveryError("caller", Forbidden)

    def _check_time(self, claims: Mapping[str, Any]) -> None:
        issued, expires, now = _number(claims.get("iat")), _number(claims.get("exp")), self._clock()
        if not issued - SKEW_S <= now < expires + SKEW_S:
            raise RefusedDeliveryError("expired", Unauthorized)
        if now - issued > LIFETIME_S + SKEW_S:  # whatever it says of its own end
            raise RefusedDeliveryError("expired", Unauthorized)

    def _read(self, token: str) -> Mapping[str, Any]:
        """The claims of a token that was signed as it is to be."""
        # Here, since a function without a guard pays nothing for it.
        from google.auth import jwt  # noqa: PLC0415  see above
        from google.auth.exceptions import GoogleAuthError  # noqa: PLC0415  see above

        try:
            claims: Mapping[str, Any] = jwt.decode(token, verify=False)  # type: ignore[no-untyped-call]
            if self._keys:
                header = jwt.decode_header(token)  # type: ignore[no-untyped-call]
                found = self._keys.find(str(header.get("kid")))
                claims = jwt.decode(token, found, clock_skew_in_seconds=SKEW_S)  # type: ignore[no-untyped-call]
        except (GoogleAuthError, ValueError, TypeError, OverflowError, RecursionError) as error:
            raise RefusedDeliveryError("malformed_token", Unauthorized) from error
        return claims


def _number(claim: object) -> float:
    """A claim that is a time; NaN, which no comparison holds for, where it is none."""
    return claim if isinstance(claim, int | float) and claim is not True else math.nan


class Keys:
    """The public keys at an address, fetched again where one is asked for that is not there."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._lock = threading.Lock()
        self._found: dict[str, bytes] = {}
        self._not_before = 0.0

    def find(self, key_id: str) -> Mapping[str, bytes]:
        """The key of that id, as PEM under its id; nothing where there is none.

        Raises:
            RefusedDeliveryError: the keys cannot be had now.
        """
        with self._lock:
            if key_id not in self._found and time.monotonic() >= self._not_before:
                self._found = self._fetch()
                self._not_before = time.monotonic() + _KEYS_PAUSE_S
            found = self._found.get(key_id)
        return {key_id: found} if found else {}

    def _fetch(self) -> dict[str, bytes]:
        try:
            with urllib.request.urlopen(  # noqa: S310 # nosec B310 # the operator's own
                self._address, timeout=_KEYS_TIMEOUT_S
            ) as answer:
                listed = json.load(answer)["keys"]
            return {each["kid"]: _pem(each) for each in listed if each["kty"] == "RSA"}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise RefusedDeliveryError("keys_unavailable", ServiceUnavailable) from error


def _pem(key: Mapping[str, str]) -> bytes:
    # Here, since only who verifies signatures needs it.
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415  see above
    from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415  see above

    exponent, modulus = (
        int.from_bytes(base64.urlsafe_b64decode(key[part] + "==")) for part in ("e", "n")
    )
    return (
        rsa.RSAPublicNumbers(exponent, modulus)
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
