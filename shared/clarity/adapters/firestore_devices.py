"""Firestore: where a person may be notified (`users/{uid}/devices/{device_id}`, of the app's).

The app writes `push_token` and `expires_at`, and renews both whenever it starts: what is left of an
app that is gone goes by Firestore's TTL. The security rules see to it that the time is there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from google.cloud.firestore import DELETE_FIELD

from clarity.adapters.firestore_errors import in_transaction, translated
from clarity.steps.ports_push import Device

if TYPE_CHECKING:
    from collections.abc import Sequence

    from google.cloud.firestore import Client, Transaction

# Who has more devices than this is told on some of them.
_MOST_DEVICES = 10
# Longer than any token that Firebase gives; the documents are written by clients.
_LONGEST_TOKEN = 4096


@dataclass(frozen=True, slots=True)
class FirestoreDevices:
    """The `Devices` port."""

    client: Client

    @translated
    def devices(self, user_id: str) -> Sequence[Device]:
        """The person's devices that have a token, each token once."""
        collection = self.client.collection(f"users/{user_id}/devices")
        # By the token, so that devices without one are not in the way.
        found = collection.order_by("push_token").limit(_MOST_DEVICES).stream()
        tokens: dict[str, str] = {}
        for snapshot in found:
            token = (snapshot.to_dict() or {}).get("push_token")
            if isinstance(token, str) and 0 < len(token) <= _LONGEST_TOKEN:
                # An app that was installed again may have left its earlier document behind.
                tokens.setdefault(token, snapshot.id)
        return [Device(device_id, token) for token, device_id in tokens.items()]

    @translated
    def forget(self, user_id: str, device: Device) -> None:
        """Delete the device's token if it is still this one: the app may have got a new one."""
        document = self.client.document(f"users/{user_id}/devices/{device.device_id}")

        def drop(transaction: Transaction) -> None:
            found = document.get(transaction=transaction).to_dict() or {}
            if found.get("push_token") == device.push_token:
                transaction.update(document, {"push_token": DELETE_FIELD})

        in_transaction(self.client, drop)
