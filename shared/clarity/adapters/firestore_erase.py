"""Firestore: forget a person."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from google.cloud.firestore_v1.base_query import FieldFilter

from clarity.adapters.firestore_errors import translated

if TYPE_CHECKING:
    from google.cloud.firestore import Client, DocumentReference


# Longer than an event is delivered again (MAX_EVENT_AGE_SECONDS, at most a day).
_REMEMBERED = timedelta(days=2)


def erasure_of(client: Client, user_id: str) -> DocumentReference:
    """The note that a person was erased; it holds no name, and expires."""
    return client.document(f"erasures/{hashlib.sha256(user_id.encode()).hexdigest()}")


@dataclass(frozen=True, slots=True)
class Erased:
    """How much was deleted: documents below the person, claims on their events, dead letters."""

    documents: int = 0
    claims: int = 0
    letters: int = 0


@translated
def erase(client: Client, user_id: str, *, settle_s: float = 0) -> Erased:
    """Delete all that is below `users/{user_id}`, the claims on the person's events, and letters.

    Events from before that are delivered later are dropped. A function at work meanwhile may
    still write: it is looked again every `settle_s` seconds, until nothing is found.
    """
    now = datetime.now(UTC)
    erasure_of(client, user_id).set({"at": now, "expires_at": now + _REMEMBERED})
    deleted = found = _pass(client, user_id)
    while settle_s and found != Erased():
        time.sleep(settle_s)
        found = _pass(client, user_id)
        deleted = Erased(
            deleted.documents + found.documents,
            deleted.claims + found.claims,
            deleted.letters + found.letters,
        )
    return deleted


def _pass(client: Client, user_id: str) -> Erased:
    person = client.document(f"users/{user_id}")
    # The client counts the person's own document, whether it is there or not.
    missing = not person.get([]).exists
    below = client.recursive_delete(person) - missing
    claims, letters = (_delete(client, each, user_id) for each in ("claims", "dead_letters"))
    _delete(client, "sweeps", user_id)  # a sweep that stopped at a document of theirs begins anew
    return Erased(below, claims, letters)


def _delete(client: Client, collection: str, user_id: str) -> int:
    """Delete the documents of a collection that name the person."""
    query = client.collection(collection).where(filter=FieldFilter("user_id", "==", user_id))
    held = [snapshot.reference for snapshot in query.select(["__name__"]).stream()]
    for each in held:
        each.delete()
    return len(held)
