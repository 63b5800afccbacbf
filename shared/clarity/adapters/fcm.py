"""Firebase Cloud Messaging, HTTP v1, by its REST path `messages:send`.

One call a device, never repeated: a second one might ring twice. Tokens are not logged.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import google.auth
import requests
from google.auth.exceptions import GoogleAuthError
from google.auth.transport.requests import AuthorizedSession

from clarity.adapters import telemetry
from clarity.domain.errors import RefusedError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clarity.steps.ports_push import Notice

_SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_NOT_FOUND = 404
_WAIT = frozenset({408, 429, 500, 502, 503, 504})

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Fcm:
    """The `Push` port.

    Attributes:
        endpoint: with its scheme; plain HTTP, without credentials, on loopback only.
        project: whose app the devices have.
        timeout_s: for one call. It bounds how long a notice may hold a worker up.
    """

    endpoint: str
    project: str
    timeout_s: float

    def __post_init__(self) -> None:
        """Refuse to send tokens in the clear.

        Raises:
            ValueError: plain HTTP to another machine.
        """
        parts = urlsplit(self.endpoint)
        if parts.scheme != "https" and not self._local:
            raise ValueError(f"expected https, or http on loopback, found {self.endpoint!r}")

    def send(self, push_token: str, notice: Notice) -> bool:
        """Hand the notice over, once; False if no device has this token any more.

        Raises:
            UnavailableError: no answer in time, or the service asked us to wait.
            RefusedError: the notice, the project or our credentials are not accepted.
        """
        message = {
            "token": push_token,
            "notification": {"title": notice.title, "body": notice.body},
            "data": dict(notice.data),
        }
        url = f"{self.endpoint.rstrip('/')}/v1/projects/{self.project}/messages:send"
        with telemetry.call("fcm", "send", {"http.request.method": "POST"}):
            return self._post(url, message)

    def _post(self, url: str, message: Mapping[str, object]) -> bool:
        try:
            response = self._session.post(url, json={"message": message}, timeout=self.timeout_s)
        except (requests.RequestException, GoogleAuthError) as error:
            # Not chained: what the libraries say may hold the address or the credentials' file.
            name = type(error).__name__
            _log.warning("not announced", extra={"fields": {"code": name}})
            raise UnavailableError(f"expected an answer from FCM, found {name}") from None
        telemetry.describe({"http.response.status_code": response.status_code})
        return response.ok or self._gone(response)

    def _gone(self, response: requests.Response) -> bool:
        """False if FCM knows the token no longer; any other refusal is raised."""
        status, code = response.status_code, _code(response)
        if status == _NOT_FOUND and code == "UNREGISTERED":
            return False
        _log.warning("not announced", extra={"fields": {"status": status, "code": code}})
        kind = UnavailableError if status in _WAIT else RefusedError
        raise kind(f"expected FCM to take the notice, found {status} {code}")

    @property
    def _local(self) -> bool:
        parts = urlsplit(self.endpoint)
        return parts.scheme == "http" and parts.hostname in _LOOPBACK

    @cached_property
    def _session(self) -> requests.Session:
        """Opened with the first notice: insights do not depend on its credentials."""
        if self._local:
            session = requests.Session()
            session.trust_env = False  # loopback knows no proxy
            return session
        credentials, _ = google.auth.default(scopes=[_SCOPE])
        authorized: requests.Session = AuthorizedSession(credentials)  # type: ignore[no-untyped-call]
        return authorized


def _code(response: requests.Response) -> str:
    """FCM's own name of the error, such as UNREGISTERED; the API's where it gives none."""
    try:
        body: Any = response.json()
    except ValueError:
        return ""
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return ""
    details = error.get("details")
    for detail in details if isinstance(details, list) else []:
        if isinstance(detail, dict) and isinstance(detail.get("errorCode"), str):
            return str(detail["errorCode"])[:40]
    return str(error.get("status", ""))[:40]
