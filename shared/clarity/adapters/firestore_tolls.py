"""Firestore: a person's token buckets (`users/{uid}/limits/{kind}`), paid in the claim's commit.

A bucket is two times, in milliseconds: the latest that any worker has brought, since clocks are
some milliseconds apart, and until when its tokens are taken. Nobody need read it first.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from google.cloud.firestore import Increment, Maximum

if TYPE_CHECKING:
    from collections.abc import Sequence

    from google.cloud.firestore import Client, DocumentReference, WriteBatch
    from google.cloud.firestore_v1.types import WriteResult

    from clarity.steps.ports import Claimed, Toll

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def bucket_of(client: Client, user_id: str, toll: Toll) -> DocumentReference:
    """Where the person's bucket of that kind is."""
    return client.document(f"users/{user_id}/limits/{toll.kind}")


def pay(
    batch: WriteBatch, bucket: DocumentReference, toll: Toll, now: datetime, expires_at: datetime
) -> None:
    """Two writes, in this order: what the bucket has gained by itself, then what is taken."""
    clock = Maximum(_milliseconds(now - _EPOCH))
    gained = {"seen_ms": clock, "until_ms": clock, "expires_at": expires_at}
    batch.set(bucket, gained, merge=True)
    batch.set(bucket, {"until_ms": Increment(_milliseconds(toll.every))}, merge=True)


def give_back(batch: WriteBatch, bucket: DocumentReference, toll: Toll) -> None:
    """One write: what was taken is there again."""
    batch.set(bucket, {"until_ms": Increment(-_milliseconds(toll.every))}, merge=True)


def judged(claim: Claimed, toll: Toll, paid: Sequence[WriteResult]) -> Claimed:
    """The claim, by what its two writes answered."""
    seen, until = (each.transform_results[0].integer_value for each in paid)
    return weighed(claim, toll, seen, until)


def weighed(claim: Claimed, toll: Toll, seen_ms: int, until_ms: int) -> Claimed:
    """The claim, with the time to come again where its toll was more than the bucket held.

    One token later there is room, whatever others who are turned away just now have yet to give
    back.
    """
    cost_ms = _milliseconds(toll.every)
    over_ms = until_ms - seen_ms - toll.burst * cost_ms
    if over_ms <= 0:
        return claim
    retry_at = _EPOCH + timedelta(milliseconds=seen_ms + min(over_ms, cost_ms))
    return replace(claim, retry_at=retry_at, over=toll)


def _milliseconds(time: timedelta) -> int:
    return time // timedelta(milliseconds=1)
