"""Firestore: what is stored about a person, read as it is on the wire, a page at a time.

The client's own decoder loses types (an integer in a vector, nanoseconds) and fails on references
to other databases; an export has to have what is there.
"""

from __future__ import annotations

import base64
import math
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Any, Final

from google.api_core.exceptions import NotFound
from google.cloud.firestore_v1.base_query import FieldFilter

from clarity.adapters.firestore_errors import translated
from clarity.steps.stored import StoredDocument, stamp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from google.cloud.firestore import Client, Query

    from clarity.steps.stored import Typed

# Documents of up to 1 MiB: so many are held at once.
PAGE: Final = 20


@dataclass(frozen=True, slots=True)
class FirestoreDocuments:
    """The `Documents` port of an export."""

    client: Client

    @translated
    def person(self, user_id: str) -> StoredDocument | None:
        """The person's own document."""
        name = f"{self._root}users/{user_id}"
        try:
            found = self.client._firestore_api.get_document(
                request={"name": name}, metadata=self.client._rpc_metadata
            )
        except NotFound:
            return None
        return self._stored(found._pb)

    @translated
    def collections(self, user_id: str) -> Sequence[str]:
        """The collections right below the person's document, whether it is there or not."""
        return sorted(each.id for each in self.client.document(f"users/{user_id}").collections())

    def of(self, user_id: str, collection: str) -> Iterator[StoredDocument]:
        """All documents of a collection of the person and of those below, by path."""
        below = self.client.document(f"users/{user_id}").collection(collection)
        yield from self._pages(below.recursive())

    def naming(self, user_id: str, collection: str) -> Iterator[StoredDocument]:
        """The documents of a collection of the project whose `user_id` is theirs."""
        named = FieldFilter("user_id", "==", user_id)
        yield from self._pages(self.client.collection(collection).where(filter=named))

    def _pages(self, query: Query) -> Iterator[StoredDocument]:
        last = ""
        while page := self._page(query, last):
            yield from map(self._stored, page)
            last = page[-1].name
            if len(page) < PAGE:
                return

    @translated
    def _page(self, query: Query, last: str) -> list[Any]:
        """The documents that follow the one of that name, as protobuf."""
        ordered = query if query._orders else query.order_by("__name__")
        wanted: Any = ordered.limit(PAGE)._to_protobuf()
        if last:
            wanted.start_at = {"values": [{"reference_value": last}], "before": False}
        parent, _ = query._parent._parent_info()
        answers = self.client._firestore_api.run_query(
            request={"parent": parent, "structured_query": wanted},
            metadata=self.client._rpc_metadata,
        )
        return [answer._pb.document for answer in answers if answer.document.name]

    @property
    def _root(self) -> str:
        return f"{self.client._database_string}/documents/"

    def _stored(self, document: Any) -> StoredDocument:
        return StoredDocument(
            document.name.removeprefix(self._root),
            {name: typed(value) for name, value in document.fields.items()},
            *(_stamp(each) for each in (document.create_time, document.update_time)),
        )


def typed(value: Any) -> Typed:
    """A value on the wire as the REST API writes it."""
    kind = value.WhichOneof("value_type") or "null_value"
    name, write = _TYPED[kind]
    return {name: write(getattr(value, kind))}


def _stamp(timestamp: Any) -> str:
    return stamp((timestamp.ToDatetime(tzinfo=UTC).replace(microsecond=0), timestamp.nanos))


def _double(value: float) -> object:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


_TYPED: Final[Mapping[str, tuple[str, Callable[[Any], object]]]] = {
    "null_value": ("nullValue", lambda _: None),
    "boolean_value": ("booleanValue", bool),
    "integer_value": ("integerValue", str),
    "double_value": ("doubleValue", _double),
    "timestamp_value": ("timestampValue", _stamp),
    "string_value": ("stringValue", str),
    "bytes_value": ("bytesValue", lambda data: base64.b64encode(data).decode()),
    "reference_value": ("referenceValue", str),
    "geo_point_value": (
        "geoPointValue",
        lambda point: {"latitude": point.latitude, "longitude": point.longitude},
    ),
    "array_value": ("arrayValue", lambda array: {"values": [typed(e) for e in array.values]}),
    "map_value": (
        "mapValue",
        lambda map_: {"fields": {name: typed(each) for name, each in map_.fields.items()}},
    ),
}
