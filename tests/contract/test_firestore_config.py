"""infra/gcp/firestore.{tf,rules} and the code: collections, indexes, expiry, keys, each way."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from clarity.domain.feedback import parse_feedback
from clarity.domain.intake.samples import parse_upload
from clarity.domain.job import parse_request
from clarity.domain.person import Person
from infra.terraform.check import plans
from tests.contract.firestore_servers import connected, embedded
from tests.contract.firestore_use import use
from tests.contract.rules_cases import (
    FEEDBACK,
    OPEN_WEARABLES,
    PHONE_ORDERS,
    REQUEST,
    SETTINGS,
    STEPS,
    UPLOAD,
)
from tests.contract.rules_matrix import RULES
from tests.healthkit import RECEIVED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from google.cloud.firestore_v1.types import StructuredQuery

    from infra.terraform.plan import Plan
    from tests.contract.firestore_use import Json, Use

# https://cloud.google.com/firestore/quotas: index entries of a document.
MOST_INDEX_ENTRIES = 40_000
ONE, EVERYBODY = "COLLECTION", "COLLECTION_GROUP"
DEFAULT = frozenset({("ASCENDING", ONE), ("DESCENDING", ONE), ("CONTAINS", ONE)})


@dataclass(frozen=True)
class Field:
    """What is configured for a field of a collection group; an index has an order and a scope."""

    indexes: frozenset[tuple[str, str]]
    expires: bool


@pytest.fixture(scope="module")
def used(tmp_path_factory) -> Iterator[Use]:
    folder = tmp_path_factory.mktemp("firestore-use")
    with embedded(folder) as server, connected(server.address) as client:
        yield use(client)


@pytest.fixture(scope="module", params=["dev", "prod"])
def plan(request) -> Plan:
    _, made, _ = plans(RULES.parent)
    return next(each for each in made if each.environment == request.param)


@pytest.fixture(scope="module")
def fields(plan) -> dict[tuple[str, str], Field]:
    """Collection group and field -> its configuration, as Terraform would apply it."""
    found: dict[tuple[str, str], Field] = {}
    for instance in plan.instances:
        if instance.type != "google_firestore_field":
            continue
        (config,) = instance.node.all("index_config")
        key = str(instance.get("collection")), str(instance.get("field"))
        assert key not in found, "two resources for one field"
        orders = [
            (str(each.get("order") or each.get("array_config")), str(each.get("query_scope")))
            for each in config.all("indexes")
        ]
        found[key] = Field(frozenset(orders), bool(instance.node.all("ttl_config")))
    return found


# Not of the chain that is driven here: tests/contract/test_data_map.py drives what writes them, and
# `python -m infra.terraform` holds these indexes to the monitor's queries.
OF_THE_MODEL = {"monitor", "drift", "health", "references", "retraining_requests", "candidates"}
MODEL_S = {
    ("analyses", "created_at", EVERYBODY),
    ("insights", "rated_at", EVERYBODY),
    ("monitor", "hour", ONE),
}


def pattern(path: str) -> str:
    """A path or a rule's match with a star for every document's name."""
    parts = path.strip("/").split("/")
    return "/".join("*" if at % 2 else part for at, part in enumerate(parts))


def group(path: str) -> str:
    return path.split("/")[-2]


def matches() -> set[str]:
    found = re.findall(r"^    match (/\S+) \{$", RULES.read_text(), re.MULTILINE)
    assert len(found) == len({pattern(each) for each in found}), "two rules for one path"
    return {pattern(each) for each in found}


def listed_keys(start: str) -> set[str]:
    """The names in the `hasOnly` of a function of the rules."""
    body = RULES.read_text().split(f"function {start}(", 1)[1]
    names = body.split("hasOnly([", 1)[1].split("])", 1)[0]
    return set(re.findall(r"'(\w+)'", names))


def test_the_rules_name_each_collection_that_is_written_and_no_other(used) -> None:
    written = {pattern(path) for path in (*used.documents, *used.erased)}

    assert written == {each for each in matches() if each.split("/")[0] not in OF_THE_MODEL}


def test_terraform_names_each_collection_that_is_written_and_no_other(used, fields) -> None:
    written = {group(path) for path in (*used.documents, *used.erased)}

    assert {collection for collection, _ in fields} - OF_THE_MODEL == written


def test_what_carries_a_time_to_expire_expires_and_nothing_else_does(used, fields) -> None:
    carrying, bare = defaultdict(set), set()
    for path, document in (*used.documents.items(), *used.erased.items()):
        if "expires_at" in document:
            carrying[group(path)].add(type(document["expires_at"]))
        else:
            bare.add(group(path))

    expiring = {
        collection: name
        for (collection, name), each in fields.items()
        if each.expires and collection not in OF_THE_MODEL
    }

    assert expiring == dict.fromkeys(carrying, "expires_at")
    assert all(issubclass(kind, datetime) for kinds in carrying.values() for kind in kinds)
    assert bare == {"users"}, "a person's settings are the only documents that stay"


def wanted(query: StructuredQuery) -> tuple[str, str, dict[str, set[str]]] | None:
    """The index that a query needs: collection, scope, field -> orders of which one will do.

    None if it needs none.
    """
    (source,) = query.from_
    found: dict[str, set[str]] = {}
    filters = query.where.composite_filter.filters or ([query.where] if "where" in query else [])
    for each in filters:
        within = each.field_filter.op.name == "ARRAY_CONTAINS"
        orders = {"CONTAINS"} if within else {"ASCENDING", "DESCENDING"}
        found[each.field_filter.field.field_path] = orders
    for order in query.order_by:
        found[order.field.field_path] = {order.direction.name}
    found.pop("__name__", None)
    scope = EVERYBODY if source.all_descendants else ONE
    return (source.collection_id, scope, found) if found else None


def test_each_query_has_its_index_and_each_index_its_query(used, fields) -> None:
    phones = {(collection, field, ONE): {order} for collection, field, order in PHONE_ORDERS}
    needed = {**phones}
    for query in used.queries:
        if (index := wanted(query)) is not None:
            collection, scope, orders = index
            ((field, allowed),) = orders.items()  # two would need a composite index
            needed[collection, field, scope] = allowed

    declared = {
        (*key, scope): order
        for key, each in fields.items()
        for order, scope in each.indexes
        if (*key, scope) not in MODEL_S
    }

    assert declared.keys() == needed.keys()
    assert all(declared[key] in needed[key] for key in needed)


def entries(
    fields: dict[tuple[str, str], Field], collection: str, document: Json, above: str = ""
) -> int:
    """How many entries of single-field indexes a document has.

    A field without a configuration has that of the map it is in, then of the collection group's
    `*`, then Firestore's own: both orders of all but maps, and each value of a list.
    """
    total = 0
    for name, value in document.items():
        path = above + name
        parents = [path.rsplit(".", cut)[0] for cut in range(path.count(".") + 1)]
        configured = (fields.get((collection, each)) for each in (*parents, "*"))
        indexes = next((each.indexes for each in configured if each is not None), DEFAULT)
        total += len(indexes - {("CONTAINS", ONE)})
        if isinstance(value, list) and ("CONTAINS", ONE) in indexes:
            total += len({repr(each) for each in value})
        if isinstance(value, dict):
            total += entries(fields, collection, value, f"{path}.")
    return total


def test_no_document_has_more_than_two_index_entries(used, fields) -> None:
    found = {path: entries(fields, group(path), each) for path, each in used.documents.items()}

    assert max(found.values()) == 2
    two = {group(path) for path, count in found.items() if count == 2}
    assert two == {"uploads", "jobs", "dead_letters", "analyses", "insights"}


def test_a_large_upload_would_have_thousands_of_index_entries_and_has_none_but_its_status(
    fields,
) -> None:
    samples = [STEPS | {"value": float(count)} for count in range(5000)]
    upload = UPLOAD | {"samples": samples, "status": "ingested"}

    assert entries({}, "uploads", upload) > 5000
    assert entries(fields, "uploads", upload) == 2 < MOST_INDEX_ENTRIES


def test_the_database_keeps_what_it_holds(plan) -> None:
    (database,) = (each for each in plan.instances if each.type == "google_firestore_database")
    (release,) = (each for each in plan.instances if each.type == "google_firebaserules_release")
    found = {
        name: database.get(name)
        for name in ("name", "type", "point_in_time_recovery_enablement", "delete_protection_state")
    }

    assert found == {
        "name": "(default)",
        "type": "FIRESTORE_NATIVE",
        "point_in_time_recovery_enablement": "POINT_IN_TIME_RECOVERY_ENABLED",
        "delete_protection_state": "DELETE_PROTECTION_ENABLED",
    }
    assert release.get("name") == "cloud.firestore"


def test_the_published_rules_are_the_tested_ones(plan) -> None:
    (ruleset,) = (each for each in plan.instances if each.type == "google_firebaserules_ruleset")
    (source,) = ruleset.node.all("source")
    (file,) = source.all("files")

    assert file.get("content") == RULES.read_text()


class Read(dict[str, object]):
    """A document that remembers which of its fields were looked for."""

    def __init__(self, document: Json) -> None:
        super().__init__(document)
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> object:
        self.names.add(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self.names.add(name)
        return super().get(name, default)


def looked_for(parse: Any, *documents: Json) -> set[str]:
    reads = [Read(document) for document in documents]
    for read in reads:
        parse(read)
    return set().union(*(read.names for read in reads))


def open_wearables_data(data: Read) -> object:
    return parse_upload(OPEN_WEARABLES | {"data": data}, received_at=RECEIVED)


def device_info(info: Read) -> object:
    return parse_upload(UPLOAD | {"device_info": info}, received_at=RECEIVED)


# What the clients write beside what is read of it; the sources are named in open_wearables.py.
UNREAD = {"user_id", "timestamp", "provider", "sdkVersion", "syncTimestamp"}


def test_a_phone_may_write_what_is_read_and_what_the_clients_write_beside_it() -> None:
    uploads = looked_for(
        lambda each: parse_upload(each, received_at=RECEIVED),
        UPLOAD,
        OPEN_WEARABLES,
        UPLOAD | {"deleted": [STEPS]},
    )

    assert listed_keys("upload") == uploads | UNREAD
    assert listed_keys("collections") == looked_for(open_wearables_data, OPEN_WEARABLES["data"])
    device = looked_for(device_info, UPLOAD["device_info"])
    bounded = set(re.findall(r"text\(info, '(\w+)'", RULES.read_text()))
    assert bounded == device | set(UPLOAD["device_info"])
    assert listed_keys("wish") == looked_for(parse_request, REQUEST)
    assert listed_keys("feedback") == looked_for(parse_feedback, FEEDBACK)
    assert listed_keys("pushed") == {"push_token", "expires_at"}


def test_a_person_may_set_what_is_read_of_the_settings() -> None:
    today = RECEIVED.date()
    nonsense: dict[str, object] = dict.fromkeys(listed_keys("settings"), object())

    assert set(Person.parse(nonsense, today).ignored) == listed_keys("settings") == set(SETTINGS)


def test_the_rules_and_the_code_know_the_same_wishes() -> None:
    body = RULES.read_text().split("function wish(", 1)[1].split("}", 1)[0]
    choices = re.findall(r"data\.(\w+) in \[([^\]]*)\]", body)

    assert {name for name, _ in choices} == set(REQUEST)
    for name, values in choices:
        for value in re.findall(r"'(\w+)'", values):
            assert parse_request(REQUEST | {name: value})


def test_a_phone_may_not_write_what_the_functions_answer(used) -> None:
    keys = {"uploads": "upload", "insight_requests": "wish", "feedback": "feedback"}
    answered = {
        group(path): set(used.documents[path]) - set(created)
        for path, created in used.created.items()
        if group(path) in keys
    }

    assert answered.keys() == keys.keys()
    for collection, names in answered.items():
        assert {"status", "expires_at"} <= names
        assert not names & listed_keys(keys[collection])


def test_an_answer_leaves_what_the_phone_wrote_so_that_a_replay_finds_it(used) -> None:
    once = ("uploads", "insight_requests", "feedback")
    written = {path: each for path, each in used.created.items() if group(path) in once}

    assert {group(path) for path in written} == set(once)
    for path, document in written.items():
        assert document.items() <= used.documents[path].items()


def test_erasure_leaves_nothing_of_the_person(used) -> None:
    left = {pattern(path) for path in used.erased}

    # What is left of claims and sweeps is nobody's: how far a round over everybody has come.
    ours = {"budgets/*/shards/*", "claims/*", "erasures/*", "sweeps/*"}
    assert left == {*ours, "ledger/*", "ledger_heads/*"}
    assert "ada" not in str(used.erased)
