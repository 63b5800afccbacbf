"""Firestore: everybody's analyses as the monitor looks at them, and what it writes.

monitor/state                       what the last tick left
monitor/failures-{hour}-{shard}     see adapters/predictions.py
drift/{window}                      what a window came to
health/model                        how the model is
retraining_requests/{id}            that it should be trained anew

None of it names a person, or holds anything of one alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import TYPE_CHECKING, Any

from google.api_core.exceptions import AlreadyExists, FailedPrecondition, NotFound
from google.cloud.firestore import Query
from google.cloud.firestore_v1.base_query import FieldFilter

from clarity.adapters.firestore_audit import LEDGER, link, standing
from clarity.adapters.firestore_errors import translated
from clarity.adapters.firestore_reference_rows import reference_of
from clarity.adapters.firestore_references import reference_in
from clarity.domain.consent import Consent
from clarity.domain.errors import InProgressError
from clarity.domain.health import Lately, Reading, Verdict, Watch
from clarity.steps.audit import LEDGER_KEPT, Entry, subject_of
from clarity.steps.monitor import Memory
from clarity.steps.weeks import Seen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from google.cloud.firestore import Client, DocumentReference, DocumentSnapshot, WriteBatch

    from clarity.steps.monitor import Outcome

_STATE = "monitor/state"
HEALTH = "health/model"
# What a week's features are computed from, and what recorded it.
_READ = ["quality", "metrics", "details", "embedding", "recorded_by", "expires_at"]
_PAGE = 100
_LATEST = 500  # analyses, or rated insights
_DAY = timedelta(days=1)
_EARLIEST = datetime(1, 1, 1, tzinfo=UTC)
_RATED_FOR = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class FirestoreMonitor:
    """The `Watched` port over a Firestore database.

    Attributes:
        client: of the database.
        retention: how long windows are kept.
    """

    client: Client
    retention: timedelta

    @translated
    def count(self, since: datetime, until: datetime) -> int:
        """How many analyses there are of a stretch of time."""
        return _count(self._between(since, until))

    @translated
    def seen(self, since: datetime, until: datetime, most: int) -> Sequence[Seen]:
        """The first of a stretch of time."""
        query = self._between(since, until).order_by("created_at").limit(most)
        found = query.select(["created_at", "provenance.model_id"]).stream()
        return [_seen(each) for each in found]

    @translated
    def read(self, paths: Sequence[str]) -> Sequence[Mapping[str, Any]]:
        """Those that are still there, of people who consent, with their paths as "path"."""
        read: list[Mapping[str, Any]] = []
        for start in range(0, len(paths), _PAGE):
            page = self._consented(paths[start : start + _PAGE])
            if not page:
                continue
            found = self.client.get_all(page, field_paths=_READ)
            read += [{**(f.to_dict() or {}), "path": f.reference.path} for f in found if f.exists]
        order = {path: number for number, path in enumerate(paths)}
        return sorted(read, key=lambda each: order[each["path"]])

    @translated
    def first(self) -> datetime | None:
        """When the oldest analysis was made that is there."""
        # Of a time only: null and numbers come before any time.
        dated = FieldFilter("created_at", ">=", _EARLIEST)
        group = self.client.collection_group("analyses").where(filter=dated)
        oldest = group.order_by("created_at").limit(1)
        found = [each.get("created_at") for each in oldest.select(["created_at"]).stream()]
        return found[0] if found else None

    @translated
    def undated(self) -> int:
        """How many analyses bear no time: no look sees them."""
        dated = FieldFilter("created_at", ">=", _EARLIEST)
        group = self.client.collection_group("analyses")
        return _count(group) - _count(group.where(filter=dated))

    @translated
    def memory(self, model_id: str) -> Memory:
        """What the last tick left, and the model's own reference."""
        places = [self.client.document(_STATE), reference_of(self.client, model_id)]
        found = {each.reference.path: each for each in self.client.get_all(places)}
        state, own = (found[place.path] for place in places)
        fields = state.to_dict()
        watch = None if fields is None else _watch(fields)
        return Memory(watch, reference_in(own), state.update_time if state.exists else None)

    @translated
    def lately(self, now: datetime) -> Lately:
        """What happened in the day before, and how insights were rated in the last weeks."""
        since = now - _DAY
        analyses = self.client.collection_group("analyses").where(
            filter=FieldFilter("created_at", ">=", since)
        )
        newest = analyses.order_by("created_at", direction=Query.DESCENDING).limit(_LATEST)
        readings = [
            _reading(f) for f in newest.select(["created_at", "provenance", "call"]).stream()
        ]
        hours = self.client.collection("monitor").where(filter=FieldFilter("hour", ">=", since))
        failed = sum(int((hour.to_dict() or {}).get("count", 0)) for hour in hours.stream())
        ratings = self._ratings(now - _RATED_FOR)
        return Lately(
            predictions=_count(analyses),
            failed=failed,
            readings=readings,
            ratings=len(ratings),
            rating=sum(ratings) / len(ratings) if ratings else None,
        )

    @translated
    def keep(self, outcome: Outcome, version: object, now: datetime) -> None:
        """Write all of it, or nothing.

        Raises:
            InProgressError: another tick has written since the memory was read.
        """
        batch = self.client.batch()
        state, fields = self.client.document(_STATE), asdict(outcome.watch)
        if version is None:
            batch.create(state, fields)
        else:
            unchanged: Any = self.client.write_option(last_update_time=version)
            batch.update(state, fields, option=unchanged)
        batch.set(self.client.document(HEALTH), dict(outcome.health))
        expires_at = now + self.retention
        if outcome.window is not None:
            name, found = outcome.window
            place = self.client.document(f"drift/{name}")
            batch.set(place, {**found, "expires_at": expires_at})
        self._ask(batch, outcome, now)
        try:
            batch.commit()
        except (AlreadyExists, FailedPrecondition, NotFound) as error:
            raise InProgressError("another tick has written meanwhile") from error

    def _ask(self, batch: WriteBatch, outcome: Outcome, now: datetime) -> None:
        """Open a request where drift has begun, note where it has ended; the ledger says so."""
        asked, ended = outcome.request, outcome.recovered
        if asked is None and not ended:
            return
        name = asked[0] if asked else ended
        places = [self.client.document(f"retraining_requests/{name}")]
        places.append(self.client.document(LEDGER.head))
        found = {each.reference.path: each for each in self.client.get_all(places)}
        request, head = (found[place.path] for place in places)
        if asked is not None and not request.exists:
            batch.create(request.reference, dict(asked[1]))  # it expires after it is closed
        if ended and request.exists:  # whatever its state has become since
            batch.update(request.reference, {"recovered_at": now})
        action = "find_drift" if asked else "end_drift"
        record = {
            "action": action,
            "by": "monitor",
            "request": name,
            "model": outcome.watch.model_id,
            "at": now,
            "expires_at": now + LEDGER_KEPT,
        }
        entry = Entry(f"{action}-{name}-{now:%Y%m%dT%H%M%S}", record)
        link(batch, self.client, LEDGER, standing(head), entry)

    def _consented(self, paths: Sequence[str]) -> list[DocumentReference]:
        """The analyses of whoever consents to analysis by now."""
        whose = {path: "/".join(path.split("/")[:2]) for path in paths}
        people = [self.client.document(each) for each in set(whose.values())]
        agreed = {
            each.reference.path
            for each in self.client.get_all(people, field_paths=["consent"])
            if Consent.parse((each.to_dict() or {}).get("consent")).analysis
        }
        return [self.client.document(path) for path, each in whose.items() if each in agreed]

    def _between(self, since: datetime, until: datetime) -> Query:
        group: Query = self.client.collection_group("analyses")
        after = group.where(filter=FieldFilter("created_at", ">=", since))
        return after.where(filter=FieldFilter("created_at", "<", until))

    def _ratings(self, since: datetime) -> list[float]:
        insights = self.client.collection_group("insights").where(
            filter=FieldFilter("rated_at", ">=", since)
        )
        newest = insights.order_by("rated_at", direction=Query.DESCENDING).limit(_LATEST)
        found = [
            _number((each.to_dict() or {}).get("rating"))
            for each in newest.select(["rating"]).stream()
        ]
        return [each for each in found if each is not None]


@translated
def health_in(client: Client) -> Mapping[str, Any] | None:
    """The health document, and when its request was closed; None where no tick has written one."""
    found: dict[str, Any] | None = client.document(HEALTH).get().to_dict()
    if found and (name := found.get("drift", {}).get("request")):
        request = client.document(f"retraining_requests/{name}").get(["closed_at"])
        found["drift"]["request_closed_at"] = (request.to_dict() or {}).get("closed_at")
    return found


def _count(query: Query) -> int:
    counted: Any = query.count()
    return int(counted.get()[0][0].value)


def _watch(fields: Mapping[str, Any]) -> Watch:
    verdicts = tuple(Verdict(**each) for each in fields["verdicts"])
    return Watch(**{**fields, "verdicts": verdicts})


def _seen(found: DocumentSnapshot) -> Seen:
    fields = found.to_dict() or {}
    model_id = _fields(fields.get("provenance")).get("model_id", "")
    return Seen(_person(found), found.reference.path, fields["created_at"], str(model_id))


def _person(found: DocumentSnapshot) -> str:
    """Whose analysis it is, as a hash: to count by, and to leave out who is erased."""
    return subject_of(found.reference.path.split("/")[1])


def _reading(found: DocumentSnapshot) -> Reading:
    fields = found.to_dict() or {}
    provenance = _fields(fields.get("provenance"))
    return Reading(
        person=_person(found),
        at=fields["created_at"],
        model_id=str(provenance.get("model_id", "")),
        weights_sha256=str(provenance.get("weights_sha256", "")),
        seconds=_number(_fields(fields.get("call")).get("seconds")),
    )


def _fields(value: object) -> Mapping[str, Any]:
    """Those of a map; of anything else, which one odd analysis may hold, none."""
    return value if isinstance(value, Mapping) else {}


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        return None
    return float(value)
