"""What a message names is not there: its person was erased meanwhile, or something is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clarity.domain.errors import ForgottenError, UnknownReferenceError

if TYPE_CHECKING:
    from clarity.steps.ports import Records


def missing(records: Records, user_id: str, what: str) -> ForgottenError | UnknownReferenceError:
    """Why what a message names is not there.

    It is asked only then: no other delivery pays for it. The time is not compared, for a function
    that was at work may have sent the message after its person was erased.
    """
    if records.erased_at(user_id) is not None:
        return ForgottenError("the person was erased")
    return UnknownReferenceError(f"expected {what}, found none")
