"""Each audit is whole in the end, whoever died while adding to it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from clarity.steps.audit import RECORDED, check, unrecorded
from tests.chaos.invariants import Broken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.chaos.invariants import End


def audits(end: End) -> Iterator[Broken]:
    """Every record in its place, none too many, and one of each result."""
    now = datetime.now(UTC)
    ledger = {m[1]: fields for m, fields in end.found.below(r"ledger/([^/]+)")}
    head = end.found.documents.get("ledger_heads/chain")
    for each in check("ledger", ledger.items(), head, now):
        yield Broken(f"ledger/{each.record}", f"{each.kind}: {each.why}")
    for person in end.people:
        tables, place = end.tables, f"users/{person.name}/audit"
        records = tables[person.name, "audit"]
        results = [
            (collection, document_id, fields)
            for collection in RECORDED
            for document_id, fields in tables[person.name, collection].items()
        ]
        chain = tables[person.name, "audit_heads"].get("chain")
        found = [
            *check(place, records.items(), chain, now),
            *unrecorded(results, records, now),
        ]
        yield from (Broken(f"{place}/{x.record}", f"{x.kind}: {x.why}") for x in found)
