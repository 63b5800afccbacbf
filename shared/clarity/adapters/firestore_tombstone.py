"""Firestore: what keeps an erased person's data from coming back (`erasures/{hash of the id}`).

Whatever creates a document of a person deletes, in the same commit, the tombstone that must not be
there: nothing is changed by that, and the commit fails where somebody has erased the person. So no
worker need be waited for, however long it has been at work. Google's emulator has it so, too; the
service itself is unverified here.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from google.api_core.exceptions import AlreadyExists, FailedPrecondition, NotFound

from clarity.domain.errors import ForgottenError
from clarity.steps.audit import subject_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from google.cloud.firestore import Client, DocumentReference, WriteBatch
    from google.cloud.firestore_v1.types import WriteResult

# How Firestore says that a condition of a commit does not hold.
MISSED = (AlreadyExists, FailedPrecondition, NotFound)


def tombstone_of(client: Client, user_id: str) -> DocumentReference:
    """The note that a person was or is being erased; it holds no name, and expires."""
    return client.document(f"erasures/{subject_of(user_id)}")


def unless_erased(client: Client, user_id: str, batch: WriteBatch) -> None:
    """Have the batch fail where the person was erased."""
    batch.delete(tombstone_of(client, user_id), option=client.write_option(exists=False))


def commit_unless_erased(client: Client, user_id: str, batch: WriteBatch) -> Sequence[WriteResult]:
    """Commit the batch; what it was for is done with where the person was erased.

    Raises:
        ForgottenError: the person was erased; nothing was written.
    """
    unless_erased(client, user_id, batch)
    with telling(client, user_id):
        results: Sequence[WriteResult] = batch.commit()
    return results


@contextmanager
def telling(client: Client, user_id: str) -> Iterator[None]:
    """Raise ForgottenError where a commit inside has failed since its person was erased."""
    try:
        yield
    except MISSED as error:
        if tombstone_of(client, user_id).get([]).exists:
            raise ForgottenError("the person was erased") from error
        raise
