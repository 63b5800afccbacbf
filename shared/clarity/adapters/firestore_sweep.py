"""Firestore: what was left lying, over everybody's documents, page by page.

A query goes in the order of the documents' paths, which every index ends with: so it can go on
behind any document, and needs no index of a time.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from google.cloud.firestore_v1.base_query import FieldFilter

from clarity.adapters.firestore_audit import of_person
from clarity.adapters.firestore_errors import translated
from clarity.adapters.firestore_people import (
    SETTINGS,
    FirestorePeople,
    heads,
    moment,
    somebody,
)
from clarity.adapters.firestore_tombstone import commit_unless_erased
from clarity.domain.errors import ForgottenError
from clarity.domain.job import WORKING, Origin, Status
from clarity.steps.leftovers import OpenJob, Page, Unanswered, Unpublished, Work
from clarity.steps.ports import Completed, Outgoing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime, timedelta

    from google.cloud.firestore import DocumentSnapshot
    from google.cloud.firestore_v1.query import Query

    from clarity.domain.job import Collection
    from clarity.steps.upkeep import Somebody

T = TypeVar("T")

_OPEN = [status for status in Status if not status.final]


@dataclass(frozen=True, slots=True)
class FirestoreSweeps(FirestorePeople):
    """The `Sweeps` port; where a scan stopped is in `sweeps/{scan}`."""

    clock: Callable[[], datetime]
    retention: timedelta

    @translated
    def unpublished(self, after: str, most: int) -> Page[Unpublished]:
        """Completed claims whose messages are not marked as sent."""
        claims = self.client.collection("claims")
        query = claims.where(filter=FieldFilter("unpublished", "==", True))
        return self._page(query, after, most, _unpublished)

    @translated
    def open_jobs(self, after: str, most: int) -> Page[OpenJob]:
        """Everybody's jobs that have not ended."""
        jobs = self.client.collection_group("jobs")
        query = jobs.where(filter=FieldFilter("status", "in", _OPEN))
        read = ["status", "priority", "updated_at", "upload_id", "request_id"]
        return self._page(query.select(read), after, most, _open_job)

    @translated
    def overdue(self, after: str, most: int) -> Page[Unanswered]:
        """Everybody's uploads that a job did not wait for."""
        uploads = self.client.collection_group("uploads")
        query = uploads.where(filter=FieldFilter("status", "==", "overdue"))
        return self._page(query.select(["status"]), after, most, _document)

    @translated
    def unanswered(self, collection: Collection, after: str, most: int) -> Page[Unanswered]:
        """Of all documents of such collections those without an answer: it reads each one."""
        query = self.client.collection_group(collection).select(["status"])
        return self._page(query, after, most, _without_answer)

    @translated
    def people(self, after: str, most: int) -> Page[Somebody]:
        """Everybody who has settings, with the heads of their chains: two reads a person."""
        users = self.client.collection("users").select(SETTINGS)
        page = self._page(users, after, most, somebody)
        ends = heads(self.client, [each for _, each in page.found])
        found = [
            (path, replace(each, head=ends[of_person(each.user_id).head]))
            for path, each in page.found
        ]
        return replace(page, found=found)

    @translated
    def work(self, keys: Sequence[str]) -> Sequence[Work]:
        """What these claims say."""
        wanted = [self.client.document(f"claims/{key}") for key in keys]
        found = {each.id: each for each in self.client.get_all(wanted) if each.exists}
        return [_work(found.get(key)) for key in keys]

    @translated
    def place(self, scan: str) -> str:
        """Where the last tick stopped; empty where it came to the end."""
        fields: dict[str, str] = self.client.document(f"sweeps/{scan}").get().to_dict() or {}
        return fields.get("place", "")

    @translated
    def keep_place(self, scan: str, place: str) -> None:
        """Remember where this tick stopped."""
        # At whose document, so that erasure finds it.
        user_id = place.split("/")[1] if place.startswith("users/") else None
        expires_at = self.clock() + self.retention
        fields = {"place": place, "user_id": user_id, "expires_at": expires_at}
        batch = self.client.batch()
        batch.set(self.client.document(f"sweeps/{scan}"), fields)
        with suppress(ForgottenError):  # the scan begins anew
            commit_unless_erased(self.client, user_id or "", batch)

    def _page(
        self, query: Query, after: str, most: int, parse: Callable[[DocumentSnapshot], T | None]
    ) -> Page[T]:
        ordered = query.order_by("__name__").limit(most)
        if after:
            ordered = ordered.start_after({"__name__": self.client.document(after)})
        read = ordered.get()
        found: list[tuple[str, T]] = []
        unlike: list[str] = []
        for each in read:
            path = each.reference.path
            try:
                parsed = parse(each)
            except (KeyError, TypeError):  # a field is missing, or one of its parts
                unlike.append(path)
                continue
            if parsed is not None:
                found.append((path, parsed))
        last = read[-1].reference.path if len(read) == most else ""
        return Page(found, len(read), last, unlike)


def _unpublished(claim: DocumentSnapshot) -> Unpublished:
    return Unpublished(claim.id, _completed(claim), claim.get("completed_at"))


def _completed(claim: DocumentSnapshot) -> Completed:
    fields: dict[str, Any] = claim.to_dict() or {}
    owes = tuple(Outgoing(**each) for each in fields.get("outbox", ()))
    return Completed(fields["result"], owes, claim.update_time)


def _open_job(job: DocumentSnapshot) -> OpenJob | None:
    """The job; none where it is no person's, whatever its collection is called."""
    fields: dict[str, Any] = job.to_dict() or {}
    owner = _owner(job)
    if owner is None:
        return None
    if "upload_id" in fields:
        origin = Origin(owner, "uploads", fields["upload_id"])
    else:
        origin = Origin(owner, "insight_requests", fields["request_id"])
    return OpenJob(origin, fields["priority"], fields["updated_at"])


def _document(found: DocumentSnapshot) -> Unanswered | None:
    """The document; none where it is no person's own, whatever its collection is called."""
    owner = _owner(found)
    if owner is None:
        return None
    collection: Any = found.reference.parent.id
    return Unanswered(Origin(owner, collection, found.id), moment(found.create_time))


def _owner(found: DocumentSnapshot) -> str | None:
    """Whose document it is, at users/U/collection/ID."""
    parts = found.reference.path.split("/")
    return parts[1] if len(parts) == 4 and parts[0] == "users" else None  # noqa: PLR2004  see above


def _without_answer(found: DocumentSnapshot) -> Unanswered | None:
    status = (found.to_dict() or {}).get("status", WORKING)
    return _document(found) if status == WORKING else None


def _work(claim: DocumentSnapshot | None) -> Work:
    if claim is None:
        return Work()
    if "result" in (claim.to_dict() or {}):
        return Work(_completed(claim), claim.get("completed_at"))
    return Work(until=claim.get("lease_until"))
