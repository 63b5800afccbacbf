"""Firestore: texts that were held back (`users/{uid}/reviews/{processing_id}`), and who saw them.

They are health data, and not true or not safe: no app may read them, and each reading of one
leaves an audit record with the person whose data it is.
"""

from __future__ import annotations

import contextlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from google.api_core.exceptions import AlreadyExists, NotFound

from clarity.adapters.firestore_errors import translated

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from google.cloud.firestore import Client, DocumentReference

# What a list of them shows: nothing that was written about a person.
_LISTED = ("kinds", "model_version", "created_at", "expires_at")


@dataclass(frozen=True, slots=True)
class FirestoreReviews:
    """The `Reviews` port, and what a person who reviews does."""

    client: Client

    @translated
    def add(self, user_id: str, review_id: str, document: Mapping[str, object]) -> None:
        """Keep a held text; no effect if it is there."""
        try:
            self._review(user_id, review_id).create(dict(document))
        except AlreadyExists:
            return

    @translated
    def listed(self) -> Sequence[tuple[str, str, Mapping[str, Any]]]:
        """Everybody's held texts, oldest first: user, review, and what a list may show."""
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
            self._leave_record("read_review", user_id, review_id, reader, found)
        return found

    @translated
    def dismiss(self, user_id: str, review_id: str, reader: str) -> bool:
        """Delete the held text; False if there is none. Its insight stays, and names it no more."""
        review = self._review(user_id, review_id)
        found: dict[str, Any] | None = review.get().to_dict()
        if found is None:
            return False
        self._leave_record("dismiss_review", user_id, review_id, reader, found)
        insight = self.client.document(f"users/{user_id}/insights/{found['insight_id']}")
        with contextlib.suppress(NotFound):  # it has expired before its review
            insight.update({"review_id": None})
        review.delete()
        return True

    def _leave_record(
        self, action: str, user_id: str, review_id: str, reader: str, review: Mapping[str, Any]
    ) -> None:
        now = datetime.now(UTC)
        record = {
            "action": action,
            "step": "review",
            "processing_id": review_id,
            "by": reader,
            "at": now,
            # It outlives the text by as long as the text was kept.
            "expires_at": now + (review["expires_at"] - review["created_at"]),
        }
        # Each time is a record of its own.
        event_id = f"{action}-{now:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
        self.client.document(f"users/{user_id}/audit/{event_id}").create(record)

    def _review(self, user_id: str, review_id: str) -> DocumentReference:
        return self.client.document(f"users/{user_id}/reviews/{review_id}")
