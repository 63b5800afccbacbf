"""Firestore: a deployment's own reference, `references/{model_id}`.

It holds numbers of people by the hash of their ids, so that who is erased can be taken out. Each is
used until the analysis that it is from expires; what is left of a reference keeps its version.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from clarity.adapters.firestore_audit import LEDGER, append
from clarity.adapters.firestore_errors import translated
from clarity.adapters.firestore_reference_rows import reference_of, take_out
from clarity.adapters.references import version_of
from clarity.domain.drift import FEATURES, LEAST_PEOPLE, People, Reference
from clarity.steps.audit import by_operator

if TYPE_CHECKING:
    from collections.abc import Mapping

    from google.cloud.firestore import Client, DocumentSnapshot

    from clarity.steps.weeks import Weeks


def reference_in(found: DocumentSnapshot) -> Reference | None:
    """The reference, as far as it has not expired.

    None where too little is left of it, or where it is not as `adopt` writes it.
    """
    fields: dict[str, Any] = found.to_dict() or {}
    now = datetime.now(UTC)
    try:
        if tuple(fields["names"]) != FEATURES:
            return None
        kept = [row for row, until in enumerate(fields["expire_at"]) if _is_later(until, now)]
        if len(kept) < LEAST_PEOPLE:
            return None
        recorded_by = tuple(fields["recorded_by"][row] for row in kept)
        return Reference(_people(fields).take(kept), recorded_by, fields["version"], own=True)
    except (IndexError, KeyError, TypeError, ValueError):
        return None


def _is_later(until: object, now: datetime) -> bool:
    return isinstance(until, datetime) and until > now


@translated
def adopt(client: Client, model_id: str, weeks: Weeks, now: datetime, by: str) -> str:
    """Keep these weeks as the model's reference, in place of any other; its version."""
    version = version_of(weeks.people)
    fields = {
        "model": model_id,
        "version": version,
        "adopted_at": now,
        "adopted_by": by,
        "names": list(FEATURES),
        "persons": list(weeks.persons),
        "expire_at": list(weeks.expire_at),
        "recorded_by": [dict(each) for each in weeks.recorded_by],
        "expires_at": max(weeks.expire_at),
        **_bytes(weeks.people),
    }
    place = reference_of(client, model_id)
    entry = by_operator("adopt_reference", by, now, model=model_id, version=version)
    append(client, {LEDGER: entry}, also=lambda batch: batch.set(place, fields))
    # Who is erased since their week was read: their tombstone was there first, or `forget` comes.
    tombstones = client.get_all([client.document(f"erasures/{each}") for each in weeks.persons])
    for person in [each.id for each in tombstones if each.exists]:
        take_out(client, model_id, person)
    return version


def _people(fields: Mapping[str, Any]) -> People:
    tables = (np.frombuffer(fields[name], "<f8") for name in ("features", "embeddings"))
    return People(*(each.reshape(len(fields["persons"]), -1) for each in tables))


def _bytes(people: People) -> dict[str, bytes]:
    """Its tables; how wide they are follows from their length."""
    return {
        "features": people.features.astype("<f8").tobytes(),
        "embeddings": people.embeddings.astype("<f8").tobytes(),
    }
