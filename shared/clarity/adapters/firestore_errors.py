"""What Firestore's errors mean to the steps, and its transactions in one call."""

from __future__ import annotations

import functools
import itertools
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from google.api_core.exceptions import (
    Aborted,
    Cancelled,
    DeadlineExceeded,
    Forbidden,
    GoogleAPICallError,
    InvalidArgument,
    ResourceExhausted,
    RetryError,
    ServerError,
    Unauthorized,
)
from google.cloud.firestore import transactional

from clarity.adapters import telemetry
from clarity.adapters.log import hidden
from clarity.domain.errors import MisconfiguredError, RefusedError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from google.cloud.firestore import Client, Transaction

P = ParamSpec("P")
T = TypeVar("T")

_WAIT = (Aborted, Cancelled, DeadlineExceeded, ResourceExhausted, RetryError, ServerError)
# How the client reports that it ran out of attempts: a ValueError with these words.
_OUT_OF_ATTEMPTS = "Failed to commit transaction in"
# Uploads of one person contend for one document; the client's own default is 5.
MAX_ATTEMPTS = 10


def translated(call: Callable[P, T]) -> Callable[P, T]:
    """Raise Unavailable- or MisconfiguredError where waiting may help, or else RefusedError."""

    @functools.wraps(call)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            with telemetry.firestore(call.__name__):
                return call(*args, **kwargs)
        except _WAIT as error:
            raise UnavailableError(f"Firestore: {type(error).__name__}") from error
        except (Forbidden, Unauthorized) as error:  # new rights take minutes to be known
            raise MisconfiguredError(f"Firestore: {type(error).__name__}") from error
        except GoogleAPICallError as error:
            why = hidden(error.message)  # it quotes paths, and is logged and kept in letters
            raise RefusedError(f"Firestore: {type(error).__name__}: {why}") from error

    return wrapper


def in_transaction(client: Client, work: Callable[[Transaction], T]) -> T:
    """Run `work` in a transaction; it may run several times.

    Raises:
        UnavailableError: others kept writing the same documents, or the server forgot it.
    """
    attempts = itertools.count(1)

    @functools.wraps(work)
    def attempt(transaction: Transaction) -> T:
        if (number := next(attempts)) > 1:
            telemetry.note("retry", {"attempt": number})
        return work(transaction)

    try:
        result: T = transactional(attempt)(client.transaction(max_attempts=MAX_ATTEMPTS))
    except InvalidArgument as error:
        # A transaction that expired, or that a restarted server does not know, is begun anew.
        if "transaction" not in error.message.lower():
            raise
        raise UnavailableError("Firestore: the transaction is no longer valid") from error
    except ValueError as error:
        # The client rolls back what did not begin, and hides why it did not behind that.
        if isinstance(cause := error.__context__, GoogleAPICallError):
            raise cause from None
        if not str(error).startswith(_OUT_OF_ATTEMPTS):
            raise
        raise UnavailableError("Firestore: too much contention") from error
    return result
