"""Firestore: a person's chain and samples, as a round over everybody looks at them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from google.api_core.exceptions import NotFound
from google.cloud.firestore_v1.base_query import FieldFilter

from clarity.adapters.firestore_audit import of_person
from clarity.adapters.firestore_audit_check import checked
from clarity.adapters.firestore_errors import translated
from clarity.domain.errors import InProgressError
from clarity.steps.upkeep import Ends, Somebody

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from google.cloud.firestore import Client, DocumentSnapshot, Query

    from clarity.steps.upkeep import Checked, Noted

SETTINGS = ("retention_days",)
_ENDS = ("sequence", "hash", "expires_at", "before_expires_at")
# What a worker's clock may be ahead of the database's: a chunk says when it expires by the former.
_SKEW = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class FirestorePeople:
    """What `People` looks at of one person."""

    client: Client

    @translated
    def ends(self, user_id: str, last: int, noted: int | None) -> Ends:
        """A person's chain, with the records of these numbers."""
        records: Any = self.client.collection(f"users/{user_id}/audit")
        count = int(records.count().get()[0][0].value)
        numbers = {last, last if noted is None else noted}
        asked = records.where(filter=FieldFilter("sequence", "in", sorted(numbers)))
        found = [each.to_dict() for each in asked.select(_ENDS).get()]
        return Ends(count, {each["sequence"]: each for each in found})

    @translated
    def oldest(self, user_id: str, most: int) -> Sequence[Mapping[str, Any]]:
        """Records of the person, by their numbers."""
        records = self.client.collection(f"users/{user_id}/audit")
        found = records.order_by("sequence").limit(most).select(_ENDS).get()
        return [each.to_dict() or {} for each in found]

    def audited(self, user_id: str | None, noted: Noted | None) -> Checked:
        """A person's chain, or the ledger, read whole."""
        return checked(self.client, user_id, noted)

    @translated
    def shorten(self, user_id: str, kept: timedelta, after: str, most: int) -> tuple[int, str]:
        """Let a page of chunks expire so long after they were stored, if that is sooner.

        Raises:
            InProgressError: some have expired, or are being erased, meanwhile.
        """
        days = self.client.collection(f"users/{user_id}/days")
        group: Query = self.client.collection_group("chunks")
        # All of the person's days: their names begin with digits.
        for comparison, day in ((">=", "0"), ("<", ":")):
            group = group.where(filter=FieldFilter("__name__", comparison, days.document(day)))
        query = group.select(["expires_at"]).order_by("__name__").limit(most)
        if after:
            query = query.start_after({"__name__": self.client.document(after)})
        found = query.get()
        batch = self.client.batch()
        for each in found:
            sooner = moment(each.create_time) + kept
            expires_at = (each.to_dict() or {}).get("expires_at")
            if not isinstance(expires_at, datetime) or expires_at > sooner + _SKEW:
                batch.update(each.reference, {"expires_at": sooner})
        if len(batch):
            try:
                batch.commit()
            except NotFound as error:
                raise InProgressError("some chunks are gone meanwhile") from error
        return len(batch), found[-1].reference.path if len(found) == most else ""


def somebody(found: DocumentSnapshot) -> Somebody:
    """A person, from the document of their settings."""
    return Somebody(found.id, found.to_dict() or {}, moment(found.update_time), None)


def heads(client: Client, people: Sequence[Somebody]) -> Mapping[str, Mapping[str, Any] | None]:
    """The heads of these people's chains, by their paths, in one call."""
    places = [client.document(of_person(each.user_id).head) for each in people]
    return {each.reference.path: each.to_dict() for each in client.get_all(places)}


def moment(written: Any) -> datetime:
    """A document's own time; a query's is protobuf's own."""
    if isinstance(written, datetime):
        return written
    found: datetime = written.ToDatetime(tzinfo=UTC)
    return found
