"""Firestore as a command opens it: one that does not answer is said so, and soon, at each call."""

from __future__ import annotations

import threading
import time
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Self

from google.api_core.exceptions import (
    Cancelled,
    DeadlineExceeded,
    ResourceExhausted,
    RetryError,
    ServerError,
    ServiceUnavailable,
)
from google.api_core.retry import Retry, if_exception_type, if_transient_error
from google.auth.exceptions import GoogleAuthError
from google.cloud.firestore import Client

from clarity.adapters.firestore_errors import translated
from clarity.domain.errors import MisconfiguredError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Seconds: far more than an answer takes; the client itself goes on for five minutes.
_WAIT: Final = 10.0
# Of each call after the first one: a large commit, or the next document of a query.
_LONG: Final = 30.0
# One that exists or not: what is asked is only whether somebody answers.
_PLACE: Final = "health/model"
_SILENT: Final = (Cancelled, DeadlineExceeded, ResourceExhausted, RetryError, ServerError)
_STREAMS: Final = frozenset({"batch_get_documents", "run_aggregation_query", "run_query"})
_CALLS: Final = frozenset(
    {
        "batch_write",
        "begin_transaction",
        "commit",
        "list_collection_ids",
        "list_documents",
        "rollback",
    }
)


def opened(project: str) -> Client:
    """The project's database, which has answered; each further call on it ends, too.

    Raises:
        UnavailableError: it does not; of a later call, too.
        MisconfiguredError: it does not let us in, nobody has logged in, or the environment names
            an emulator at no address.
    """
    try:
        client = Client(project=project)
        if client._emulator_host == "":  # the client takes it for an address, and waits there
            found = "expected HOST:PORT, or no such variable, found an empty one"
            raise MisconfiguredError(f"FIRESTORE_EMULATOR_HOST: {found}")
        _asked(client)
    except GoogleAuthError as error:
        local = "For the embedded cloud, set FIRESTORE_EMULATOR_HOST."
        raise MisconfiguredError(f"{error} {local}") from error
    client._firestore_api_internal = _Bounded(client._firestore_api, _silent(client, _LONG))
    return client


@translated
def _asked(client: Client) -> None:
    retry = Retry(predicate=if_transient_error, initial=0.2, maximum=2.0, timeout=_WAIT)
    try:
        client.document(_PLACE).get(["updated_at"], retry=retry, timeout=_WAIT)
    except (RetryError, ServerError) as error:
        raise UnavailableError(_silent(client, _WAIT)) from error


def _silent(client: Client, wait: float) -> str:
    expected = f"expected Firestore of {client.project} to answer within {wait:.0f} s, found none"
    if host := client._emulator_host:
        return f"{expected} at {host} (FIRESTORE_EMULATOR_HOST): does the embedded cloud run?"
    return f"{expected}: is the network up? Try again"


class _Bounded:
    """Google's client for the protocol, none of whose calls waits for long.

    A query may take as long as its documents come: there, only the wait for the next one counts.
    """

    def __init__(self, api: Any, silent: str) -> None:
        self._api, self._silent = api, silent

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._api, name)
        if name in _STREAMS:
            return partial(self._stream, found)
        return partial(self._call, found) if name in _CALLS else found

    def _call(self, call: Callable[..., Any], **given: Any) -> Any:
        try:
            return call(**{"retry": _again(), "timeout": _LONG, **given})
        except _SILENT as error:
            raise UnavailableError(self._silent) from error

    def _stream(self, call: Callable[..., Any], **given: Any) -> Iterator[Any]:
        with _Patience(self._api.transport.close) as waited_for:
            try:
                answers = iter(waited_for(call, **{"retry": _again(), **given}))
                while (answer := waited_for(next, answers, None)) is not None:
                    yield answer
            except _SILENT as error:
                raise UnavailableError(self._silent) from error
            except ValueError as error:  # how gRPC refuses what is closed
                if not waited_for.ended:
                    raise
                raise UnavailableError(self._silent) from error


def _again() -> Retry:
    # As the client itself commits: where another error is told it may have taken effect.
    again = if_exception_type(ResourceExhausted, ServiceUnavailable)
    return Retry(predicate=again, initial=0.2, maximum=2.0, timeout=_LONG)


class _Patience:
    """Ends a wait that is too long, by closing what is waited on.

    A stream's own deadline would count from its beginning, and with it whatever is done in between.
    """

    def __init__(self, close: Callable[[], None]) -> None:
        self.ended = False
        self._close = close
        self._since: float | None = None
        self._over = threading.Event()

    def __enter__(self) -> Self:
        threading.Thread(target=self._watch, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()

    def __call__(self, work: Callable[..., Any], *args: Any, **given: Any) -> Any:
        self._since = time.monotonic()
        try:
            return work(*args, **given)
        finally:
            self._since = None

    def _watch(self) -> None:
        while not self._over.wait(_LONG / 10):
            since = self._since
            if since is not None and time.monotonic() - since >= _LONG:
                self.ended = True
                self._close()
                return
