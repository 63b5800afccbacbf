"""Firestore as a command opens it: one that does not answer is said so, and soon."""

from __future__ import annotations

from typing import Final

from google.api_core.exceptions import RetryError, ServerError
from google.api_core.retry import Retry, if_transient_error
from google.auth.exceptions import GoogleAuthError
from google.cloud.firestore import Client

from clarity.adapters.firestore_errors import translated
from clarity.domain.errors import MisconfiguredError, UnavailableError

# Seconds: far more than an answer takes; the client itself goes on for five minutes.
_WAIT: Final = 10.0
# One that exists or not: what is asked is only whether somebody answers.
_PLACE: Final = "health/model"


def opened(project: str) -> Client:
    """The project's database, which has answered.

    Raises:
        UnavailableError: it does not.
        MisconfiguredError: it does not let us in, or nobody has logged in.
    """
    try:
        client = Client(project=project)
        _asked(client)
    except GoogleAuthError as error:
        local = "For the embedded cloud, set FIRESTORE_EMULATOR_HOST."
        raise MisconfiguredError(f"{error} {local}") from error
    return client


@translated
def _asked(client: Client) -> None:
    retry = Retry(predicate=if_transient_error, initial=0.2, maximum=2.0, timeout=_WAIT)
    try:
        client.document(_PLACE).get(["updated_at"], retry=retry, timeout=_WAIT)
    except (RetryError, ServerError) as error:
        raise UnavailableError(_silent(client)) from error


def _silent(client: Client) -> str:
    expected = f"expected Firestore of {client.project} to answer within {_WAIT:.0f} s, found none"
    if host := client._emulator_host:
        return f"{expected} at {host} (FIRESTORE_EMULATOR_HOST): does the embedded cloud run?"
    return f"{expected}: is the network up? Try again"
