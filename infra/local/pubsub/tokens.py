"""OIDC tokens for push, signed by a key that belongs to this state alone."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

if TYPE_CHECKING:
    from infra.local.pubsub.store import Store

ISSUER = "https://accounts.google.com"  # as in the real service's tokens
KEY_BITS = 2048
LIFETIME_S = 3600
RENEW_BEFORE_S = 600


@dataclass(frozen=True, slots=True)
class _Issued:
    token: str
    expires_at: float


class TokenIssuer:
    """Signs (and reuses, while fresh) one token for each service account and audience."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._key: rsa.RSAPrivateKey | None = None
        self._issued: dict[tuple[str, str], _Issued] = {}

    def bearer(self, email: str, audience: str) -> str:
        """A token that says: the push comes from `email` and is meant for `audience`."""
        now = time.time()
        issued = self._issued.get((email, audience))
        if issued is None or issued.expires_at - now < RENEW_BEFORE_S:
            issued = _Issued(self._sign(email, audience, int(now)), now + LIFETIME_S)
            self._issued[email, audience] = issued
        return issued.token

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """The public key, as a JSON Web Key Set (RFC 7517)."""
        numbers = self._private_key().public_key().public_numbers()
        key = {"kty": "RSA", "alg": "RS256", "use": "sig", "kid": self._key_id()}
        return {"keys": [{**key, "n": _number(numbers.n), "e": _number(numbers.e)}]}

    def _sign(self, email: str, audience: str, now: int) -> str:
        header = {"alg": "RS256", "kid": self._key_id(), "typ": "JWT"}
        claims = {
            "iss": ISSUER,
            "aud": audience,
            "azp": _account_id(email),
            "sub": _account_id(email),
            "email": email,
            "email_verified": True,
            "iat": now,
            "exp": now + LIFETIME_S,
        }
        signed = ".".join(_base64url(json.dumps(part).encode()) for part in (header, claims))
        signature = self._private_key().sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{signed}.{_base64url(signature)}"

    def _pem(self) -> bytes:
        return self._private_key().private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )

    def _private_key(self) -> rsa.RSAPrivateKey:
        if self._key is None:
            stored = self._store.signing_key()
            if stored is None:
                self._key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
                self._store.keep_signing_key(self._pem())
            else:
                loaded = serialization.load_pem_private_key(stored, None)
                if not isinstance(loaded, rsa.RSAPrivateKey):
                    raise TypeError(f"expected a stored RSA key, found {type(loaded).__name__}")
                self._key = loaded
        return self._key

    def _key_id(self) -> str:
        public = self._private_key().public_key()
        der = public.public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return hashlib.sha256(der).hexdigest()[:40]


def _account_id(email: str) -> str:
    """Twenty-one digits, as Google's account ids, the same for the same account."""
    return str(10**20 + int.from_bytes(hashlib.sha256(email.encode()).digest()[:8]))


def _number(number: int) -> str:
    return _base64url(number.to_bytes((number.bit_length() + 7) // 8))


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
