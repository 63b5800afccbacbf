"""Firestore: forget a person."""

from __future__ import annotations

import hashlib
import time
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


@translated
def erase(client: Client, user_id: str, *, settle_s: float = 0) -> tuple[int, int]:
    """Delete all that is below `users/{user_id}`, and the claims on the person's events.

    Events from before that are delivered later are dropped. A function at work meanwhile may
    still write: it is looked again every `settle_s` seconds, until nothing is found.

    Returns:
        Deleted documents of the person, and deleted claims.
    """
    now = datetime.now(UTC)
    erasure_of(client, user_id).set({"at": now, "expires_at": now + _REMEMBERED})
    documents, claims = _pass(client, user_id)
    found = (documents, claims)
    while settle_s and any(found):
        time.sleep(settle_s)
        found = _pass(client, user_id)
        documents, claims = documents + found[0], claims + found[1]
    return documents, claims


def _pass(client: Client, user_id: str) -> tuple[int, int]:
    person = client.document(f"users/{user_id}")
    # The client counts the person's own document, whether it is there or not.
    missing = not person.get([]).exists
    below = client.recursive_delete(person) - missing
    query = client.collection("claims").where(filter=FieldFilter("user_id", "==", user_id))
    held = [snapshot.reference for snapshot in query.stream()]
    for claim in held:
        claim.delete()
    return below, len(held)
