"""HTTP that ends: an answer has a time and a size, and an error is told from a lost connection.

`requests` bounds the silence between two bytes, not an answer: one that drips would hold us up for
ever. Nothing here quotes a request or a response: both may be health data.
"""

from __future__ import annotations

import contextlib
import io
import json
import math
import re
import threading
import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from requests import ConnectionError as NoConnectionError
from requests import ConnectTimeout, ReadTimeout, RequestException
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError, NewConnectionError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from requests import PreparedRequest, Response

_CHUNK = 16_384
_CONNECT_SHARE = 0.25  # of the time, for the connection to stand
_MULTIPLE_CHOICES = 300
_RETRY_INFO = "type.googleapis.com/google.rpc.RetryInfo"
_SECONDS = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)s?")


class ErrorAnswer(RequestException):
    """An answer that says no: its status, and how long it asks us to wait."""

    def __init__(self, status: int, wait_s: float) -> None:
        super().__init__(f"answered {status}")
        self.status, self.wait_s = status, wait_s


class TooLongAnswer(RequestException):
    """An answer above the size limit; the rest of it was not read."""


class Bounded(HTTPAdapter):
    """To be mounted on a session: whole answers in time, or an error without their text."""

    def __init__(self, longest: int, *, raise_errors: bool = True) -> None:
        """Take answers of at most `longest` bytes, errors too if they are not to be raised."""
        super().__init__()
        self._longest, self._raise_errors = longest, raise_errors

    def send(  # type: ignore[override]  # the options are passed on as they come
        self, request: PreparedRequest, *, timeout: float, **options: Any
    ) -> Response:
        """The whole answer.

        Raises:
            ErrorAnswer: its status is no success, if that is to be raised; a redirection is not
                followed then, for it would take the request's headers elsewhere.
            TooLongAnswer: it is above the size limit.
            ReadTimeout: it was not there in time.
        """
        ends = time.monotonic() + timeout
        waits = (timeout * _CONNECT_SHARE, timeout)
        response = super().send(request, timeout=waits, **options | {"stream": True})
        try:
            with _watch.over(response, ends):
                body = self._body(response)
        except HTTPError as error:
            if time.monotonic() >= ends:
                raise ReadTimeout("the answer was not there in time") from None
            raise NoConnectionError(type(error).__name__) from None
        finally:
            response.close()
        if time.monotonic() >= ends:
            raise ReadTimeout("the answer was not there in time")
        if self._raise_errors and response.status_code >= _MULTIPLE_CHOICES:
            raise ErrorAnswer(response.status_code, asked_to_wait(response.headers, body))
        response.raw = io.BytesIO(body)
        return response

    def _body(self, response: Response) -> bytes:
        body = b""
        while chunk := response.raw.read1(_CHUNK, decode_content=True):
            body += chunk
            if len(body) > self._longest:
                raise TooLongAnswer(f"answered more than {self._longest} bytes")
        return body


class _Watch:
    """One thread that ends the answers that take too long: one for each would cost more than most.

    It sleeps until the first end that it knows of; an end after that one does not wake it.
    """

    def __init__(self) -> None:
        self._ends: dict[Response, float] = {}
        self._looks_at = math.inf
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    @contextlib.contextmanager
    def over(self, response: Response, ends: float) -> Iterator[None]:
        """Shut the response's connection at that time of the monotonic clock, if still within."""
        with self._changed:
            self._ends[response] = ends
            if not (self._thread and self._thread.is_alive()):  # or it stayed behind at a fork
                self._thread = threading.Thread(target=self._run, name="answers", daemon=True)
                self._thread.start()
            elif ends < self._looks_at:
                self._changed.notify()
        try:
            yield
        finally:
            with self._changed:
                self._ends.pop(response, None)

    def _run(self) -> None:
        with self._changed:
            while True:
                now = time.monotonic()
                for late in [each for each, ends in self._ends.items() if ends <= now]:
                    del self._ends[late]
                    _shut(late)
                self._looks_at = min(self._ends.values(), default=math.inf)
                self._changed.wait(None if math.isinf(self._looks_at) else self._looks_at - now)


_watch = _Watch()


def _shut(response: Response) -> None:
    # It may end by itself at this moment.
    with contextlib.suppress(OSError, RuntimeError, ValueError):
        response.raw.shutdown()


def never_sent(error: RequestException) -> bool:
    """Whether the other side cannot have taken the request: nobody was there."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(error, ConnectTimeout) or isinstance(reason, NewConnectionError)


def asked_to_wait(headers: Mapping[str, str], body: bytes) -> float:
    """How many seconds an error asks us to wait, in its header or in Google's details; else 0.

    >>> asked_to_wait({"Retry-After": "3"}, b"")
    3.0
    """
    return max([_after(headers.get("Retry-After", "")), *_delays(body)])


def _after(text: str) -> float:
    if text.strip().isdecimal():
        return _seconds(text.strip())
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, OverflowError):
        return 0.0


def _delays(body: bytes) -> Iterator[float]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return
    error = found.get("error") if isinstance(found, dict) else None
    details = error.get("details") if isinstance(error, dict) else None
    for detail in details if isinstance(details, list) else ():
        if isinstance(detail, dict) and detail.get("@type") == _RETRY_INFO:
            yield _seconds(str(detail.get("retryDelay", "")))


def _seconds(text: str) -> float:
    match = _SECONDS.fullmatch(text)
    return float(match[1]) if match else 0.0
