"""Firestore: delete a person's documents, page by page, and keep the receipt on the tombstone.

Below the person one query finds every document, at any depth, below documents that are not there
too. A page's deletions and their count are one commit, on the condition that the tombstone still is
the version that was read: so counts are right whoever dies or works beside us.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from google.api_core.exceptions import Aborted, InvalidArgument
from google.cloud.firestore import DELETE_FIELD
from google.cloud.firestore_v1.types import StructuredQuery

from clarity.adapters.firestore_audit import LEDGER, append
from clarity.adapters.firestore_errors import translated
from clarity.adapters.firestore_reference_rows import forget
from clarity.adapters.firestore_tombstone import MISSED, tombstone_of
from clarity.domain.errors import UnavailableError
from clarity.steps.audit import LEDGER_KEPT, Entry, subject_of
from clarity.steps.erase import COUNTED, COUNTS, PARTS, Page, deleted_now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from google.cloud.firestore import Client, WriteBatch

    from clarity.domain.job import Origin
    from clarity.steps.erase import Part, State

# Longer than an event is delivered again (MAX_EVENT_AGE_SECONDS, at most a day).
REMEMBERED = timedelta(days=2)
PAGE = 200
_ATTEMPTS = 20


@dataclass(frozen=True, slots=True)
class _Named:
    """A document's name, and when it was created."""

    name: str
    created_at: Any


@dataclass(frozen=True, slots=True)
class FirestoreErasures:
    """The `Erasures` port over a Firestore database."""

    client: Client
    clock: Callable[[], datetime]

    @translated
    def state(self, user_id: str) -> State | None:
        """Whether the person is being or was erased lately."""
        found: dict[str, Any] = tombstone_of(self.client, user_id).get().to_dict() or {}
        state: State | None = found.get("state")
        return state

    @translated
    def begin(self, user_id: str) -> None:
        """Note that the person is being erased; no effect where that is noted.

        Of somebody who was erased lately the counts stay, and what is deleted now is added.
        """
        tombstone = tombstone_of(self.client, user_id)
        fields: dict[str, Any] = {"state": "erasing", "at": self.clock()}
        for _ in range(_ATTEMPTS):
            found = tombstone.get()
            earlier: dict[str, Any] = found.to_dict() or {}
            if earlier.get("state") == "erasing":
                return
            batch = self.client.batch()
            if found.exists:
                before = {name: earlier[name] for name in COUNTS if name in earlier}
                ended = {"finished_at": DELETE_FIELD, "expires_at": DELETE_FIELD}
                anew = {**fields, **ended, "before": before}
                batch.update(tombstone, anew, self._as_seen(found))
            else:
                batch.create(tombstone, fields | dict.fromkeys(COUNTED.values(), 0))
            try:
                batch.commit()
            except (Aborted, *MISSED):
                continue
            return
        raise UnavailableError("Firestore: others kept changing the tombstone")

    @translated
    def delete_page(self, user_id: str, part: Part, after: str, keeping: Origin | None) -> Page:
        """Delete some documents behind a name, and note how many; `keeping` stays."""
        for _ in range(_ATTEMPTS):
            tombstone = tombstone_of(self.client, user_id).get()
            if not tombstone.exists:
                raise UnavailableError("Firestore: the tombstone is gone")
            named = self._page(user_id, part, after)
            last = named[-1].name if len(named) >= PAGE else ""
            if keeping:
                kept = self.client.document(keeping.path)._document_path
                named = [each for each in named if each.name != kept]
            try:
                self._delete(tombstone, part, named)
            except (Aborted, *MISSED):  # somebody erases beside us: what is left is looked up anew
                continue
            began = tombstone.create_time
            return Page(sum(each.created_at <= began for each in named), last)
        raise UnavailableError("Firestore: others kept changing the tombstone")

    @translated
    def add_exports(self, user_id: str, number: int) -> None:
        """Note that exports were looked for, and so many deleted."""
        tombstone = tombstone_of(self.client, user_id)
        for _ in range(_ATTEMPTS):
            found = tombstone.get()
            exports = (found.to_dict() or {}).get("exports")
            if exports is not None and not number:
                return
            try:
                tombstone.update({"exports": (exports or 0) + number}, self._as_seen(found))
            except (Aborted, *MISSED):
                continue
            return
        raise UnavailableError("Firestore: others kept changing the tombstone")

    def finish(self, user_id: str, request: Origin | None, by: str) -> Mapping[str, Any]:
        """Delete the request, note that all is done, and record it: all at once; the receipt."""
        tombstone, subject = tombstone_of(self.client, user_id), subject_of(user_id)
        forget(self.client, user_id)
        receipt = self.receipt(user_id)
        now, at = self.clock(), receipt["at"]
        record = {"action": "erase", "subject": subject, "by": by, **deleted_now(receipt)}
        times = {"at": now, "expires_at": now + LEDGER_KEPT}
        entry = Entry(f"erase-{subject[:32]}-{at:%Y%m%dT%H%M%S%f}", {**record, **times})
        done = {"state": "erased", "finished_at": now, "expires_at": now + REMEMBERED}

        def also(batch: WriteBatch) -> None:
            batch.update(tombstone, done)
            if request:
                batch.delete(self.client.document(request.path))

        append(self.client, {LEDGER: entry}, also=also)
        return self.receipt(user_id)

    @translated
    def receipt(self, user_id: str) -> Mapping[str, Any]:
        """What the tombstone says."""
        found: dict[str, Any] = tombstone_of(self.client, user_id).get().to_dict() or {}
        return found

    @translated
    def survey(self, user_id: str) -> Mapping[str, int]:
        """How many documents would go, by collection: `users/*/days/*/chunks`."""
        found: Counter[str] = Counter()
        for part in PARTS:
            for name in self._all(user_id, part):
                ids = name.partition("/documents/")[2].split("/")
                found["/".join(id_ if at % 2 == 0 else "*" for at, id_ in enumerate(ids[:-1]))] += 1
        return dict(sorted(found.items()))

    def _all(self, user_id: str, part: Part) -> Iterator[str]:
        after = ""
        while True:
            named = self._page(user_id, part, after)
            yield from (each.name for each in named)
            if len(named) < PAGE:
                return
            after = named[-1].name

    def _page(self, user_id: str, part: Part, after: str) -> list[_Named]:
        """Names of the person's documents of this part, in their order."""
        root = f"{self.client._database_string}/documents"
        if part != "users":
            of_person = {
                "field_filter": {
                    "field": {"field_path": "user_id"},
                    "op": "EQUAL",
                    "value": {"string_value": user_id},
                }
            }
            query = {"from_": [{"collection_id": part}], "where": of_person}
            return self._names(root, query, after)
        person = self.client.document(f"users/{user_id}")
        below = self._names(person._document_path, {"from_": [{"all_descendants": True}]}, after)
        own = person.get([]) if not after else None
        if own is None or not own.exists:
            return below
        return [_Named(person._document_path, own.create_time), *below]

    def _names(self, parent: str, query: dict[str, Any], after: str) -> list[_Named]:
        wanted = {
            **query,
            "select": {"fields": [{"field_path": "__name__"}]},
            "order_by": [{"field": {"field_path": "__name__"}, "direction": "ASCENDING"}],
            "limit": {"value": PAGE},
        }
        if after:
            wanted["start_at"] = {"values": [{"reference_value": after}], "before": False}
        answers = self.client._firestore_api.run_query(
            request={"parent": parent, "structured_query": StructuredQuery(wanted)},
            metadata=self.client._rpc_metadata,
        )
        return [
            _Named(each.document.name, each.document.create_time)
            for each in answers
            if each.document.name
        ]

    def _delete(self, tombstone: Any, part: Part, named: Sequence[_Named]) -> None:
        """Delete them and count them, in one commit, or in several where that is too large."""
        if not named:
            return
        batch, counted = self.client.batch(), COUNTED[part]
        for each in named:
            batch.delete(self.client.document(each.name.partition("/documents/")[2]))
        count = {counted: tombstone.get(counted) + len(named)}
        batch.update(tombstone.reference, count, self._as_seen(tombstone))
        try:
            batch.commit()
        except InvalidArgument:
            if len(named) == 1:
                raise
            half = len(named) // 2
            self._delete(tombstone, part, named[:half])
            self._delete(tombstone.reference.get(), part, named[half:])

    def _as_seen(self, found: Any) -> Any:
        return self.client.write_option(last_update_time=found.update_time)
