"""Firestore: who works on what (`claims/{step}:{event}`)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from clarity.adapters.firestore_errors import in_transaction, translated
from clarity.domain.errors import InProgressError
from clarity.steps.ports import Claimed, Completed, Held

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, timedelta

    from google.cloud.firestore import Client, DocumentReference, Transaction


@dataclass(frozen=True, slots=True)
class FirestoreClaims:
    """The `Claims` port: one document a claim, changed in transactions only."""

    client: Client
    clock: Callable[[], datetime]
    retention: timedelta

    @translated
    def claim(self, key: str, *, user_id: str, lease: timedelta) -> Claimed | Completed | Held:
        """Take the key if it is free or its lease has expired."""
        document, token = self._document(key), secrets.token_hex(8)

        def take(transaction: Transaction) -> Claimed | Completed | Held:
            now = self.clock()
            found = document.get(transaction=transaction).to_dict() or {}
            if "result" in found:
                return Completed(found["result"])
            if found and found["lease_until"] > now:
                return Held(found["lease_until"])
            fields = {
                "user_id": user_id,
                "token": token,
                "lease_until": now + lease,
                "attempts": found.get("attempts", 0) + 1,
                "expires_at": now + self.retention,
            }
            transaction.set(document, fields)
            return Claimed(key, token)

        return in_transaction(self.client, take)

    @translated
    def complete(self, claim: Claimed, result: str) -> None:
        """Keep the result.

        Raises:
            InProgressError: the lease had expired and another worker took over.
        """
        document = self._document(claim.key)

        def keep(transaction: Transaction) -> None:
            found = document.get(transaction=transaction).to_dict() or {}
            if found.get("token") != claim.token:
                raise InProgressError("the lease was lost to another worker")
            transaction.update(document, {"result": result})

        in_transaction(self.client, keep)

    @translated
    def release(self, claim: Claimed) -> None:
        """Give the key back; no effect if another worker took it over."""
        document = self._document(claim.key)

        def drop(transaction: Transaction) -> None:
            found = document.get(transaction=transaction).to_dict() or {}
            if found.get("token") == claim.token:
                # The attempts stay; the lease ends now.
                transaction.update(document, {"lease_until": self.clock()})

        in_transaction(self.client, drop)

    def _document(self, key: str) -> DocumentReference:
        return self.client.document(f"claims/{key}")
