"""Firestore: whether the chains of audit records are as they were written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clarity.adapters.firestore_audit import LEDGER, Chain, of_person
from clarity.adapters.firestore_errors import translated
from clarity.adapters.firestore_tombstone import tombstone_of
from clarity.steps.audit import RECORDED, check, expected, unrecorded
from clarity.steps.upkeep import Checked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from google.cloud.firestore import Client


def everybody(client: Client) -> Iterator[str]:
    """All people of whom anything is there, whether they have a document of their own or not."""
    for each in client.collection("users").list_documents(page_size=300):
        yield each.id


@translated
def checked(
    client: Client, user_id: str | None = None, noted: tuple[int, str] | None = None
) -> Checked:
    """Read a chain, and look whether it is as it was written.

    Args:
        client: the database.
        user_id: whose chain; None for the ledger.
        noted: a record's number and hash, as they were noted elsewhere.
    """
    first = _look(client, user_id, noted)
    if not first.findings:
        return first
    # Somebody may have added to it between two reads: what stays is wrong.
    second = _look(client, user_id, noted)
    lasting = tuple(each for each in second.findings if each in first.findings)
    # An erasure takes one record after another.
    if lasting and user_id is not None and tombstone_of(client, user_id).get([]).exists:
        lasting = ()
    return Checked(second.place, second.records, second.head, lasting)


def _look(client: Client, user_id: str | None, noted: tuple[int, str] | None) -> Checked:
    chain: Chain = LEDGER if user_id is None else of_person(user_id)
    # Before the records: whatever is recorded with a result is there when the result is.
    results = [] if user_id is None else list(_results(client, user_id))
    records = {each.id: each.to_dict() or {} for each in client.collection(chain.records).stream()}
    found = client.document(chain.head).get()
    now: Any = found.read_time  # the database's clock, by which it deletes what expires
    head: dict[str, Any] | None = found.to_dict()
    findings = [
        *check(chain.records, records.items(), head, now, found.update_time),
        *unrecorded(results, records, now),
        *(expected(noted, records.items()) if noted else ()),
    ]
    end = f"{head.get('sequence')}:{head.get('hash')}" if head else ""
    return Checked(chain.records, len(records), end, tuple(dict.fromkeys(findings)))


def _results(client: Client, user_id: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for collection in RECORDED:
        found = client.collection(f"users/{user_id}/{collection}").select(["expires_at"])
        for each in found.stream():
            yield collection, each.id, each.to_dict() or {}
