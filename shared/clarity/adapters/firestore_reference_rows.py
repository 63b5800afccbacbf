"""Firestore: the people in references, `references/{model_id}`, and how one is taken out.

Apart from what compares with them: who erases a person has no use for that, nor its packages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from google.cloud.firestore_v1.base_query import FieldFilter

from clarity.adapters.firestore_errors import in_transaction, translated
from clarity.steps.audit import subject_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from google.cloud.firestore import Client, DocumentReference, Transaction

# Of each person one: what is taken out of all of them together.
_COLUMNS = ("persons", "expire_at", "recorded_by")
_TABLES = ("features", "embeddings")  # a row of bytes of each person


def reference_of(client: Client, model_id: str) -> DocumentReference:
    """Where it is."""
    return client.document(f"references/{model_id}")


@translated
def forget(client: Client, user_id: str) -> int:
    """Take an erased person out of every reference; of how many."""
    person = subject_of(user_id)
    query = client.collection("references").where(
        filter=FieldFilter("persons", "array_contains", person)
    )
    found = [each.id for each in query.select(["version"]).stream()]
    for model_id in found:
        take_out(client, model_id, person)
    return len(found)


def take_out(client: Client, model_id: str, person: str) -> None:
    """Take a person, by the hash of their id, out of the reference; the last one with it."""
    place = reference_of(client, model_id)

    def work(transaction: Transaction) -> None:
        fields: dict[str, Any] = place.get(transaction=transaction).to_dict() or {}
        persons = fields.get("persons", ())
        kept = [row for row, each in enumerate(persons) if each != person]
        if len(kept) == len(persons):
            return
        if not kept:
            transaction.delete(place)
            return
        columns: dict[str, Any] = {name: [fields[name][row] for row in kept] for name in _COLUMNS}
        tables = {name: _rows(fields[name], len(persons), kept) for name in _TABLES}
        transaction.update(place, columns | tables)

    in_transaction(client, work)


def _rows(table: bytes, people: int, kept: Sequence[int]) -> bytes:
    width = len(table) // people
    return b"".join(table[row * width : (row + 1) * width] for row in kept)
