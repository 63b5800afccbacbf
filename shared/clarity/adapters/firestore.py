"""Firestore: the person's documents, all below `users/{uid}`."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from google.api_core.exceptions import (
    AlreadyExists,
    FailedPrecondition,
    InvalidArgument,
    NotFound,
)
from google.cloud.firestore import Query
from google.cloud.firestore_v1.base_query import FieldFilter

from clarity.adapters.firestore_audit import LEDGER, Heads, appended, of_person, standing_in
from clarity.adapters.firestore_errors import translated
from clarity.adapters.firestore_jobs import FirestoreJobs, fields_of, queue_of
from clarity.adapters.firestore_tombstone import commit_unless_erased, tombstone_of
from clarity.adapters.firestore_values import plain_fields, revision
from clarity.domain.events import DocumentCreated
from clarity.domain.intake.samples import Samples
from clarity.steps.audit import RECORDED
from clarity.steps.feedback import marks_on
from clarity.steps.ports import Chunk, Queue
from clarity.steps.ports_words import Analysed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from google.cloud.firestore import DocumentReference
    from numpy.typing import NDArray

    from clarity.adapters.firestore_audit import Chain
    from clarity.domain.events import JobMessage
    from clarity.domain.job import Origin
    from clarity.steps.audit import Entry

REJECTIONS_PER_PAGE = 500
_SETTLED = ("ingested", "rejected", "overdue")


@dataclass(frozen=True, slots=True)
class FirestoreRecords(FirestoreJobs):
    """The `Records` port over a Firestore database."""

    heads: Heads = field(default_factory=Heads)

    @translated
    def person(self, user_id: str) -> Mapping[str, object]:
        """The person's own settings; empty if they wrote none."""
        (person,) = self._read(self._user(user_id))
        return person or {}

    @translated
    def person_and_queue(self, user_id: str) -> tuple[Mapping[str, object], Queue | None]:
        """Both, and the person's latest open job if there ever was one, in one call."""
        person, queue = self._found(self._user(user_id), self._queue(user_id))
        return plain_fields(person) if person else {}, queue_of(queue)

    @translated
    def erased_at(self, user_id: str) -> datetime | None:
        """When the person was erased, if that was lately."""
        erasure: dict[str, Any] | None = tombstone_of(self.client, user_id).get().to_dict()
        return erasure["at"] if erasure else None

    @translated
    def document(self, origin: Origin) -> DocumentCreated | None:
        """What the person created, as the event of its creation would bring it; None: it is gone.

        Read as it is on the wire, for the event's decoder to be the only one: the client's own
        fails on references to other databases, for example, and has another form of a revision.
        """
        name = f"{self.client._database_string}/documents/{origin.path}"
        try:
            found = self.client._firestore_api.get_document(
                request={"name": name}, metadata=self.client._rpc_metadata
            )
        except NotFound:
            return None
        document = found._pb
        created_at = document.create_time.ToDatetime(tzinfo=UTC)
        return DocumentCreated(
            origin.path, created_at, origin, plain_fields(document), revision(document)
        )

    @translated
    def known(self, origin: Origin, days: Collection[date]) -> NDArray[np.uint64]:
        """The identities of samples of the days that other uploads have brought or deleted.

        Without those of samples that are stored for this upload already: by a version of this code
        that stored them before it completed the claim, or by a restored export.
        """
        others: list[NDArray[np.uint64]] = [np.empty(0, dtype="<u8")]
        own: list[NDArray[np.uint64]] = []
        for first, last in _runs(days):
            chunks = self._chunks(origin.user_id, first, last).select(["identity", "deleted"])
            for chunk in self._streamed(chunks):
                mine = chunk.name.rpartition("/")[2] == origin.document_id
                for name in ("identity",) if mine else ("identity", "deleted"):
                    found = np.frombuffer(chunk.fields[name].bytes_value, "<u8")
                    (own if mine else others).append(found)
        known = np.concatenate(others)
        return np.setdiff1d(known, np.concatenate(own)) if own else known

    @translated
    def recent(self, user_id: str, days: int) -> Sequence[Chunk]:
        """All chunks of the person's latest days that have any, in the order of their arrival."""
        latest = self._user(user_id).collection("days").order_by("date", direction=Query.DESCENDING)
        dates = [_day(each.name) for each in self._streamed(latest.limit(days))]
        if not dates:
            return []
        # As they came: of two copies of a sample, the first says in which zone it was recorded.
        found = self._streamed(self._chunks(user_id, dates[-1], dates[0]))
        return [_chunk(each) for each in sorted(found, key=_created)]

    @translated
    def unsettled(self, user_id: str) -> int:
        """How many uploads of the person ingest has not answered yet."""
        uploads = self._user(user_id).collection("uploads")
        settled = uploads.where(filter=FieldFilter("status", "in", _SETTLED))
        # Settled first: an upload that settles in between only makes us wait once more.
        done, total = (int(query.count().get()[0][0].value) for query in (settled, uploads))
        return total - done

    @translated
    def mark_overdue(self, user_id: str, written_before: datetime, expires_at: datetime) -> None:
        """Settle the uploads from before then that ingest has not answered: `overdue`."""
        marks = {"status": "overdue", "expires_at": expires_at}
        uploads = self._user(user_id).collection("uploads").select(["status"])
        for found in uploads.stream():
            if found.create_time < written_before and "status" not in (found.to_dict() or {}):
                untouched = self.client.write_option(last_update_time=found.update_time)
                # Ingest has come after all, or the document is too full for a word more.
                with suppress(FailedPrecondition, InvalidArgument, NotFound):
                    found.reference.update(marks, option=untouched)

    @translated
    def answer(self, origin: Origin, fields: Mapping[str, object]) -> None:
        """Write ingest's answer onto the person's own document, unless they deleted it."""
        document = self.client.document(origin.path)
        try:
            document.update(dict(fields))
        except NotFound:
            return
        except InvalidArgument:
            # Near the 1 MiB limit there is no room for the list; its pages hold it.
            short = {name: value for name, value in fields.items() if name != "rejected"}
            document.update(short)

    @translated
    def reject(
        self, origin: Origin, rejections: Sequence[Mapping[str, object]], expires_at: datetime
    ) -> None:
        """Store an upload's rejected samples, in pages below it."""
        pages = self.client.document(origin.path).collection("rejections")
        for number, start in enumerate(range(0, len(rejections), REJECTIONS_PER_PAGE)):
            page = [dict(each) for each in rejections[start : start + REJECTIONS_PER_PAGE]]
            batch = self.client.batch()
            batch.set(pages.document(f"{number:05}"), {"rejected": page, "expires_at": expires_at})
            commit_unless_erased(self.client, origin.user_id, batch)

    @translated
    def discard(self, origin: Origin) -> None:
        """Delete what somebody who was erased has written since."""
        self.client.document(origin.path).delete()

    @translated
    def analysis(self, user_id: str, analysis_id: str) -> Mapping[str, object] | None:
        """The analysis document.

        Who asks for it adds to the person's audit next: its head comes in the same call.
        """
        chain = of_person(user_id)
        paths = (f"users/{user_id}/analyses/{analysis_id}", chain.head)
        found, head = self._found(*map(self.client.document, paths))
        self._keep(chain, head)
        return _analysis(found)

    @translated
    def analysed(self, message: JobMessage) -> Analysed:
        """The message's job, and all that it is told from, in one call; likewise."""
        origin, chain = message.origin, of_person(message.origin.user_id)
        user, analysis_id = f"users/{origin.user_id}", message.analysis_id or "(none)"
        paths = [origin.job_path, user, chain.head, f"{user}/analyses/{analysis_id}"]
        if message.history_id:
            paths.append(f"{user}/histories/{message.history_id}")
        found = self._found(*map(self.client.document, paths))
        job, person, head, analysis, *weeks = found
        self._keep(chain, head)
        history = fields_of(weeks[0]) if weeks else None
        settings = fields_of(person) or {}
        return Analysed(self._remembered(origin, job), settings, _analysis(analysis), history)

    @translated
    def explanation(self, user_id: str, analysis_id: str) -> Mapping[str, object] | None:
        """The explanation of an analysis, which has that one's id."""
        return self._fields(f"users/{user_id}/explanations/{analysis_id}")

    @translated
    def history(self, user_id: str, history_id: str) -> Mapping[str, object] | None:
        """The document on a person's weeks."""
        return self._fields(f"users/{user_id}/histories/{history_id}")

    @translated
    def add_history(self, user_id: str, history_id: str, document: Mapping[str, object]) -> None:
        """Create the document on a person's weeks; no effect if it is there."""
        self._create(user_id, "histories", history_id, document)

    @translated
    def insight(self, user_id: str, insight_id: str) -> Mapping[str, object] | None:
        """The insight document."""
        return self._fields(f"users/{user_id}/insights/{insight_id}")

    @translated
    def told(self, user_id: str, insight_id: str) -> tuple[Mapping[str, object] | None, bool]:
        """The insight document, and whether the audit knows of it, in one call."""
        record = f"{of_person(user_id).records}/{RECORDED['insights']}-{insight_id}"
        paths = (f"users/{user_id}/insights/{insight_id}", record)
        insight, recorded = self._read(*map(self.client.document, paths))
        return insight, recorded is not None

    @translated
    def mark_insight(self, user_id: str, insight_id: str, rating: int | None, at: datetime) -> bool:
        """Note on the insight that it was read then, and rated; False if it is not there."""
        insight = self._user(user_id).collection("insights").document(insight_id)
        seen = ["processing_id", "read_at", "rated_at"]
        return self._change(insight, seen, lambda found: marks_on(found, rating, at)) is not None

    @translated
    def feedback(self, user_id: str, limit: int) -> Sequence[Mapping[str, object]]:
        """The person's latest feedback that says something, newest first; receipts are left out."""
        said = self._user(user_id).collection("feedback")
        newest = said.order_by("received_at", direction=Query.DESCENDING).limit(limit)
        return [fields for snapshot in newest.stream() if (fields := snapshot.to_dict())]

    @translated
    def audit(self, user_id: str, entry: Entry, ledger: Entry | None = None) -> None:
        """Put a record onto the person's audit, and one onto the project's ledger; both, once."""
        links = {of_person(user_id): entry} | ({LEDGER: ledger} if ledger else {})
        appended(self.client, links, heads=self.heads)

    def _keep(self, chain: Chain, head: Any) -> None:
        """Remember where the chain ends, by the protobuf document that says so."""
        self.heads.keep(chain, standing_in(fields_of(head), head.update_time if head else None))

    def _fields(self, path: str) -> dict[str, object] | None:
        (fields,) = self._read(self.client.document(path))
        return fields

    def _user(self, user_id: str) -> DocumentReference:
        return self.client.document(f"users/{user_id}")

    def _chunks(self, user_id: str, first: date, last: date) -> Query:
        """The person's chunks of these days: one stretch of the group, which is kept by name."""
        days = self._user(user_id).collection("days")
        group: Query = self.client.collection_group("chunks")
        for comparison, day in ((">=", first), ("<", last + timedelta(days=1))):
            bound = FieldFilter("__name__", comparison, days.document(day.isoformat()))
            group = group.where(filter=bound)
        return group

    def _streamed(self, query: Query) -> Iterator[Any]:
        """What a query finds, as it is on the wire, which takes half as long as the client's."""
        request, _, _ = query._prep_stream()
        for answer in self.client._firestore_api.run_query(
            request=request, metadata=self.client._rpc_metadata
        ):
            document = answer._pb.document
            if document.name:  # an answer may tell of progress alone
                yield document

    def _create(
        self, user_id: str, collection: str, document_id: str, fields: Mapping[str, object]
    ) -> None:
        batch = self.client.batch()
        batch.create(self._user(user_id).collection(collection).document(document_id), dict(fields))
        with suppress(AlreadyExists):
            commit_unless_erased(self.client, user_id, batch)


def _runs(days: Collection[date]) -> list[tuple[date, date]]:
    """The first and the last of each run of days that follow each other."""
    runs: list[tuple[date, date]] = []
    for day in sorted(days):
        if runs and day - runs[-1][1] <= timedelta(days=1):
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs


def _analysis(found: Any) -> dict[str, Any] | None:
    """The analysis in its protobuf document, where its embedding is a vector."""
    fields = fields_of(found)
    return fields and {**fields, "embedding": fields["embedding"]["value"]}


def _created(document: Any) -> int:
    return int(document.create_time.ToNanoseconds())


def _day(name: str) -> date:
    """The day in the full name of its document, or of one below it."""
    return date.fromisoformat(name.partition("/days/")[2].partition("/")[0])


def _chunk(document: Any) -> Chunk:
    fields: Any = plain_fields(document)
    deleted = np.frombuffer(fields["deleted"], dtype="<u8")
    day, software = _day(document.name), fields.get("software", {})
    return Chunk(day, Samples.from_columns(fields), deleted, software)
