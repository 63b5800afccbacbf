"""Firestore: texts that were held back (`users/{uid}/reviews/{processing_id}`), and who saw them.

They are health data, and not true or not safe: no app may read them, and each reading of one
leaves a record in the audit of the person whose data it is, and in the project's.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from google.api_core.exceptions import AlreadyExists, NotFound

from clarity.adapters.firestore_audit import LEDGER, appended, of_person
from clarity.adapters.firestore_errors import translated
from clarity.adapters.firestore_tombstone import commit_unless_erased
from clarity.steps.audit import by_operator

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from google.cloud.firestore import Client, DocumentReference

    from clarity.adapters.firestore_audit import Chain
    from clarity.steps.audit import Entry

# What a list of them shows: nothing that was written about a person.
_LISTED = ("kinds", "model_version", "created_at", "expires_at")


@dataclass(frozen=True, slots=True)
class FirestoreReviews:
    """The `Reviews` port, and what a person who reviews does."""

    client: Client

    @translated
    def add(self, user_id: str, review_id: str, document: Mapping[str, object]) -> None:
        """Keep a held text; no effect if it is there."""
        batch = self.client.batch()
        batch.create(self._review(user_id, review_id), dict(document))
        with contextlib.suppress(AlreadyExists):
            commit_unless_erased(self.client, user_id, batch)

    @translated
    def listed(self, reader: str) -> Sequence[tuple[str, str, Mapping[str, Any]]]:
        """Everybody's held texts, oldest first: user, review, and what a list may show."""
        appended(self.client, {LEDGER: by_operator("list_reviews", reader, datetime.now(UTC))})
        found = [
            (snapshot.reference.parent.parent.id, snapshot.id, snapshot.to_dict() or {})
            for snapshot in self.client.collection_group("reviews").select(_LISTED).stream()
        ]
        return sorted(found, key=lambda each: (each[2]["created_at"], each[:2]))

    @translated
    def read(self, user_id: str, review_id: str, reader: str) -> Mapping[str, Any] | None:
        """The held text; that somebody read it is written down first."""
        found: dict[str, Any] | None = self._review(user_id, review_id).get().to_dict()
        if found is not None:
            appended(self.client, _links("read_review", user_id, review_id, reader, found))
        return found

    @translated
    def dismiss(self, user_id: str, review_id: str, reader: str) -> bool:
        """Delete the held text; False if there is none. Its insight stays, and names it no more."""
        review = self._review(user_id, review_id)
        found: dict[str, Any] | None = review.get().to_dict()
        if found is None:
            return False
        insight = self.client.document(f"users/{user_id}/insights/{found['insight_id']}")
        with contextlib.suppress(NotFound):  # it has expired before its review
            insight.update({"review_id": None})
        links = _links("dismiss_review", user_id, review_id, reader, found)
        return appended(self.client, links, also=lambda batch: batch.delete(review))

    def _review(self, user_id: str, review_id: str) -> DocumentReference:
        return self.client.document(f"users/{user_id}/reviews/{review_id}")


def _links(
    action: str, user_id: str, review_id: str, reader: str, review: Mapping[str, Any]
) -> dict[Chain, Entry]:
    """Who saw or dismissed it: for the person, and for the project."""
    now = datetime.now(UTC)
    entry = by_operator(action, reader, now, user_id)
    own = {
        "step": "review",
        "subject": review_id,
        "processing_id": review_id,
        # It outlives the text by as long as the text was kept.
        "expires_at": now + (review["expires_at"] - review["created_at"]),
    }
    return {of_person(user_id): replace(entry, fields={**entry.fields, **own}), LEDGER: entry}
