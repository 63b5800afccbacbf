"""A person erased as `clarity person erase` does it, without exports."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from clarity.adapters.firestore_erase import FirestoreErasures
from clarity.steps.erase import Erase

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from google.cloud.firestore import Client


def now() -> datetime:
    return datetime.now(UTC)


def erase(client: Client, user_id: str, clock: Callable[[], datetime] = now) -> Mapping[str, Any]:
    """Erase the person; the receipt."""
    erasures = FirestoreErasures(client, clock)
    return Erase(erasures, None, clock, lasting=None)(user_id, by="grace")
