"""Firestore: indexes and expiry are those that the code's queries and documents need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.terraform import code
from infra.terraform.contract import same
from infra.terraform.findings import Finding
from infra.terraform.values import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.terraform.plan import Plan

FIELD = "google_firestore_field"
_FILE = "firestore.tf"


def check(plan: Plan) -> Iterator[Finding]:
    """All findings about an environment."""
    rules = plan.configuration.folder / "firestore.rules"
    groups = code.collections(rules.read_text())
    fields = [
        (text_of(one.get("collection")), text_of(one.get("field")), one) for one in plan.of(FIELD)
    ]
    yield from same(_FILE, "collection groups", groups, {group for group, _, _ in fields})
    expiring = {group: name for group, name, one in fields if one.node.all("ttl_config")}
    yield from same(_FILE, "an expiry (ttl_config) of", groups - code.KEPT, expiring)
    for group, name, one in fields:
        if not one.node.all("ttl_config"):
            continue
        if name != code.EXPIRY or name not in code.written():
            wanted = f"ttl_config of {group} on {code.EXPIRY}, a timestamp that the code writes"
            yield one.node.finding(wanted, name, "field")
    yield from _indexes(plan)
    twice = {(g, n) for g, n, _ in fields if [(a, b) for a, b, _ in fields].count((g, n)) > 1}
    for group, name in sorted(twice):
        yield Finding(_FILE, 1, f"one google_firestore_field for {group}.{name}", "two")


def _indexes(plan: Plan) -> Iterator[Finding]:
    """Single fields, by exemption; and composite indexes, of which the code needs none."""
    indexed = set()
    for one in plan.of(FIELD):
        name = f"{text_of(one.get('collection'))}.{text_of(one.get('field'))}"
        for config in one.node.all("index_config"):
            for index in config.all("indexes"):
                indexed.add(f"{name} ({text_of(index.get('query_scope'))})")
                if not (index.get("order") or index.get("array_config")):
                    yield index.finding("order or array_config of an index", "none")
    needed = {f"{group}.{name} ({scope})" for group, name, scope in code.queries()}
    yield from same(_FILE, "an index on", needed, indexed)
    composite = [
        f"{text_of(one.get('collection'))}: "
        + ", ".join(text_of(part.get("field_path")) for part in one.node.all("fields"))
        for one in plan.of("google_firestore_index")
    ]
    yield from same(_FILE, "composite indexes", [], composite)
