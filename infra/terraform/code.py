"""What the code needs of the cloud: functions, their settings, topics, triggers, queries, files."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, get_type_hints

from clarity import settings
from clarity.adapters.cloudevent import CREATED
from infra.local import topology

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
EVENT_TYPE = CREATED
# Firestore's events come in no other form (eventarc's documentation of the provider's events).
CONTENT_TYPE = "application/protobuf"
OPERATOR = "match-path-pattern"
EXPIRY = "expires_at"
# What stays: a person's own settings, how a model is, why another was promoted.
KEPT = frozenset({"users", "health", "candidates"})
# An index serves queries of one collection at a time, or of all of its name together.
ONE, EVERYBODY = "COLLECTION", "COLLECTION_GROUP"
# What the phone listens to, newest first; tests/contract/test_firestore_config.py asks so.
LISTENED = frozenset({("jobs", "created_at", ONE), ("insights", "generated_at", ONE)})
# What is about a person but not below them: privacy asks each such collection.
ERASED = frozenset((name, "user_id", ONE) for name in ("claims", "dead_letters", "sweeps"))
# These are for the embedded cloud: a deployed function never has them.
_LOCAL = ("_EMULATOR_HOST", "GEMINI_API_ENDPOINT", "EVENT_KEYS")
# functions-framework (_http/gunicorn.py) and the C library read these: how many requests the worker
# takes at a time, how many heaps its threads share.
FRAMEWORK = frozenset({"THREADS", "MALLOC_ARENA_MAX"})
_ORDERS = frozenset({"order_by", "FieldFilter"})
_NAME = "__name__"  # every index ends with it


@dataclass(frozen=True, slots=True)
class Variable:
    """An environment variable that a function reads."""

    name: str
    required: bool
    number: bool

    @property
    def secret(self) -> bool:
        """Whether it comes from Secret Manager."""
        return self.name.endswith("_KEY")

    @property
    def local(self) -> bool:
        """Whether only the embedded cloud sets it."""
        return self.name.endswith(_LOCAL)


@cache
def functions() -> dict[str, dict[str, Variable]]:
    """Function -> the variables of its settings, by name.

    Raises:
        AttributeError: a function's folder has no class of settings.
    """
    names = sorted(door.parent.name for door in (ROOT / "functions").glob("*/main.py"))
    return {name: _variables(getattr(settings, f"{name.title()}Settings")) for name in names}


def _variables(kind: type[settings.Environment]) -> dict[str, Variable]:
    types = get_type_hints(kind)
    read = (
        Variable(one.name.upper(), types[one.name] != (str | None), types[one.name] in (int, float))
        for one in fields(kind)
    )
    return {variable.name: variable for variable in read}


def topics() -> set[str]:
    """The topics that the embedded cloud has."""
    return {_last(one) for one in _constants(topology.topic(""))}


def subscriptions() -> set[str]:
    """The subscriptions that the embedded cloud has."""
    return {*topology.PUSHES, *(_last(one) for one in _constants(topology.subscription("")))}


def pushes() -> dict[str, tuple[str, str]]:
    """Push subscription -> its topic, and the function that it is pushed to."""
    return {name: (_last(topic), to) for name, (topic, to) in topology.PUSHES.items()}


def message_filter(name: str) -> str | None:
    """Which of its topic's messages a push subscription takes; None: all."""
    return topology.FILTERS.get(name)


def ordered(name: str) -> bool:
    """Whether a push subscription hands out one message of an ordering key at a time."""
    return name in topology.ORDERED


def triggers() -> set[tuple[str, str]]:
    """Document's path and function of each trigger."""
    return set(topology.TRIGGERS.values())


def dead_letters() -> tuple[str, int]:
    """The dead letters' topic, and after how many deliveries Pub/Sub moves a message there."""
    return _last(topology.DEAD_LETTERS), topology.MAX_DELIVERY_ATTEMPTS


@cache
def joined() -> dict[str, str]:
    """Variable -> the topic or subscription that it names, in full."""
    ports = topology.Ports(**{one.name: 1 for one in fields(topology.Ports)})
    given = topology.function_environment(ports, pat_model_id="", gemini={})
    return {
        name: value.replace(topology.PROJECT, "${var.project_id}")
        for name, value in given.items()
        if "/topics/" in value or "/subscriptions/" in value
    }


def _constants(prefix: str) -> set[str]:
    values = [value for name, value in vars(topology).items() if name.isupper()]
    return {one for one in values if isinstance(one, str) and one.startswith(prefix)}


def _last(name: str) -> str:
    return name.rsplit("/", 1)[-1]


def collections(rules: str) -> set[str]:
    """The collection groups that the security rules name."""
    paths = re.findall(r"^    match (/\S+) \{$", rules, re.MULTILINE)
    return {path.split("/")[-2] for path in paths}


@cache
def queries() -> set[tuple[str, str, str]]:
    """Collection, field and scope of each filter and order in the adapters, and of the phone's."""
    found = {*LISTENED, *ERASED}
    for path in sorted((ROOT / "shared/clarity/adapters").glob("firestore*.py")):
        for function in ast.walk(ast.parse(path.read_text())):
            if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
                found |= set(_queried(function))
    return found


def _queried(function: ast.AST) -> Iterator[tuple[str, str, str]]:
    calls = [one for one in ast.walk(function) if isinstance(one, ast.Call)]
    scopes = {"collection": ONE, "collection_group": EVERYBODY}
    collections = [one for one in calls if _called(one) in scopes]
    named = sorted((_end(one), _first(one) or "", scopes[_called(one)]) for one in collections)
    for call in calls:
        field = _first(call)
        if _called(call) in _ORDERS and field and field != _NAME:
            before = [each for each in named if each[0] <= _end(call)]
            yield from ((name, field, scope) for _, name, scope in before[-1:] if name)


def _end(call: ast.Call) -> tuple[int, int]:
    return call.end_lineno or 0, call.end_col_offset or 0


def _called(call: ast.Call) -> str:
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _first(call: ast.Call) -> str | None:
    first = call.args[0] if call.args else None
    if isinstance(first, ast.JoinedStr):  # a path: its last part is the collection
        first = first.values[-1]
    return _last(str(first.value)) if isinstance(first, ast.Constant) else None


@cache
def written() -> set[str]:
    """The keys of all dictionaries in the code: what documents may carry."""
    keys: set[str] = set()
    for path in (ROOT / "shared/clarity").glob("[as]*s/*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Dict):
                keys |= {str(key.value) for key in node.keys if isinstance(key, ast.Constant)}
    return keys


# What a setting lets a function do, as permissions on the project; rights on one resource alone (a
# topic, a secret) are looked at where they are. In order: get, list, query, commit and transactions
# (cloud.google.com/firestore/docs/security/iam), of which none deletes a document; deleting one;
# rawPredict, and whether anything is deployed; undeploy and deploy of a model's version
# (cloud.google.com/vertex-ai/docs/general/iam-permissions); timeSeries.list; messages:send.
_DOCUMENTS = """
    datastore.databases.get datastore.entities.create datastore.entities.get
    datastore.entities.list datastore.entities.update
"""
PERMISSIONS = {
    ("lease_seconds", None): _DOCUMENTS,
    ("monitor_documents", None): _DOCUMENTS,
    ("erase_seconds", None): "datastore.entities.delete",
    ("pat_endpoint", "preprocess"): "aiplatform.endpoints.get aiplatform.endpoints.predict",
    ("pat_endpoint", "park"): """
        aiplatform.endpoints.deploy aiplatform.endpoints.get aiplatform.endpoints.undeploy
        aiplatform.models.get aiplatform.models.list aiplatform.operations.list
    """,
    ("park_subscription", "park"): "monitoring.timeSeries.list",
    ("fcm_endpoint", None): "cloudmessaging.messages.create",
    # Both are all that these roles hold: cloud.google.com/iam/docs/roles-permissions/telemetry.
    ("telemetry_endpoint", None): "roles/telemetry.metricsWriter roles/telemetry.tracesWriter",
}


def permissions(function: str) -> set[str]:
    """What a function's account must be allowed to do on the project."""
    names = {name.lower() for name in functions()[function]}
    return {
        permission
        for (setting, only), listed in PERMISSIONS.items()
        if setting in names and only in {None, function}
        for permission in listed.split()
    }
