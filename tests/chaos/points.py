"""What a call commits or waits for, as a name without ids: `Commit create claims/ingest:*`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from google.cloud.firestore_v1.types import firestore as firestore_types
from google.pubsub_v1.types import PublishRequest

if TYPE_CHECKING:
    from collections.abc import Iterator

_Commit = firestore_types.CommitRequest.pb()
_Get = firestore_types.BatchGetDocumentsRequest.pb()
_Query = firestore_types.RunQueryRequest.pb()
_Count = firestore_types.RunAggregationQueryRequest.pb()
_Publish = PublishRequest.pb()

# Document ids that are the code's own, and no person's or phone's.
_FIXED = {("queues", "uploads"), ("sweeps", "uploads")}
_STEP = re.compile(r"([a-z_]+:)[0-9a-f]+")
# What may be lost or doubled by a death around it.
COMMITS = ("Commit", "Publish", "Acknowledge")


def point(method: str, request: bytes) -> str:
    """The call's name for the coverage."""
    name = method.rpartition("/")[2]
    described = {
        "Commit": _commit,
        "BatchGetDocuments": _get,
        "RunQuery": _query,
        "RunAggregationQuery": _count,
        "Publish": _publish,
    }.get(name)
    return f"{name} {described(request)}".strip() if described else name


def commits(name: str) -> bool:
    """Whether a point is one after which something stands."""
    return name.startswith(COMMITS)


def published(request: bytes) -> list[tuple[str, bytes, dict[str, str]]]:
    """Topic, data and attributes of each message of a Publish call."""
    message = _Publish.FromString(request)
    topic = message.topic.rpartition("/")[2]
    return [(topic, each.data, dict(each.attributes)) for each in message.messages]


def _commit(request: bytes) -> str:
    writes = _Commit.FromString(request).writes
    return ", ".join(dict.fromkeys(_write(each) for each in writes)) or "nothing"


def _write(write: Any) -> str:
    kind = write.WhichOneof("operation")
    if kind != "update":
        name = write.delete if kind == "delete" else write.transform.document
        return f"{kind} {_path(name)}"
    path, fields = _path(write.update.name), write.update.fields
    exists = write.current_document.WhichOneof("condition_type")
    created = exists == "exists" and not write.current_document.exists
    what = "create" if created else "update" if exists else "set"
    return f"{what} {path}{_detail(path, fields, write.update_mask.field_paths)}"


def _detail(path: str, fields: Any, mask: Any) -> str:
    """A claim and a document that follows a job's way are written more than once."""
    if path.startswith("claims/"):
        names = sorted(set(mask) | set(fields))
        telling = [each for each in names if each in ("result", "outbox", "unpublished")]
        return f" ({' '.join(telling)})" if telling else ""
    status = fields["status"].string_value if "status" in fields else ""
    return f" ({status})" if status else ""


def _get(request: bytes) -> str:
    names = (_path(name) for name in _Get.FromString(request).documents)
    return ", ".join(sorted({re.sub(r"^claims/.*", "claims/*", name) for name in names}))


def _query(request: bytes) -> str:
    return _from(_Query.FromString(request).structured_query)


def _count(request: bytes) -> str:
    return _from(_Count.FromString(request).structured_aggregation_query.structured_query)


def _from(query: Any) -> str:
    return ", ".join(each.collection_id for each in query.from_)


def _publish(request: bytes) -> str:
    return ", ".join(dict.fromkeys(topic for topic, _, _ in published(request)))


def _path(name: str) -> str:
    return "/".join(_segments(name.partition("/documents/")[2].split("/")))


def _segments(parts: list[str]) -> Iterator[str]:
    for collection, document in zip(parts[::2], parts[1::2], strict=False):
        yield collection
        step = _STEP.fullmatch(document)
        fixed = (collection, document) in _FIXED
        yield f"{step[1]}*" if step else document if fixed else "*"
